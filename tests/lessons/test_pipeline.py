"""The pipeline on a course of one tiny lesson: editions, cache, drift, broken sources."""

import json
import shutil

import nbformat
import pytest

from dsrct_edu.classroom import new_lesson
from dsrct_edu.errors import InputError
from tools import build, editions, execute, rules, slides
from tools.lesson import LessonError, read

NAME = "42_small_steps"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One build for the tests that only look at it."""
    from conftest import ROOT

    from tools.paths import Places

    place = tmp_path_factory.mktemp("course")
    lessons = place / "lessons"
    new_lesson(42, "small_steps", lessons)
    for name in ("course", "glossary", "misconceptions"):
        text = (ROOT / "lessons" / f"{name}.toml").read_text(encoding="utf-8")
        (lessons / f"{name}.toml").write_text(text, encoding="utf-8")
    places = Places(lessons, place / "notebooks", place / "build", place / ".cache")
    assert build.build([read(path) for path in places.sources()], places) == []
    return places


def lesson_of(places):
    return read(places.lessons / f"{NAME}.md")


def edit(places, old, new, ending=".md"):
    path = places.lessons / f"{NAME}{ending}"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def notebook_of(places, edition="student"):
    folder = {"student": places.notebooks, "solution": places.solutions}.get(edition)
    path = (folder or places.build / "instructor") / f"{NAME}.ipynb"
    return nbformat.read(path, as_version=4)


def test_the_skeleton_keeps_every_rule_but_the_length(course):
    assert rules.problems(lesson_of(course), skip=("words",)) == []


def test_the_student_gets_stubs_and_the_solution_passes(built):
    student, solution = notebook_of(built), notebook_of(built, "solution")
    sources = [cell.source for cell in student.cells]
    assert "share = ..." in sources
    assert not any("7 / 10" in source for source in sources)
    assert "share = 7 / 10" in [cell.source for cell in solution.cells]
    said = {
        edition: [
            cell.outputs[0].data["text/plain"].split(" ")[0]
            for cell in notebook.cells
            if "check" in cell.metadata.get("tags", [])
        ]
        for edition, notebook in (("student", student), ("solution", solution))
    }
    assert said == {"student": ["To"] * 3, "solution": ["Right"] * 3}


def test_answers_and_notes_stand_only_where_they_belong(built):
    def text(edition):
        return "\n".join(cell.source for cell in notebook_of(built, edition).cells)

    assert "Worked answer." not in text("student")
    assert "Worked answer." in text("solution")
    assert "Collect the guesses" not in text("student") + text("solution")
    assert "Collect the guesses" in text("instructor")


def test_cells_keep_their_ids_across_editions(built):
    student, solution = notebook_of(built), notebook_of(built, "solution")
    ids = [cell.id for cell in solution.cells]
    assert len(set(ids)) == len(ids)
    assert [cell.id for cell in student.cells if cell.id in ids] == [c.id for c in student.cells]


def test_nothing_that_changes_from_run_to_run_is_stored(built):
    for edition in ("student", "solution", "instructor"):
        text = json.dumps(notebook_of(built, edition))
        for word in (
            "widget-view",
            "widget-state",
            "iopub",
            "shell.execute_reply",
            "python_version",
        ):
            assert word not in text
        assert notebook_of(built, edition).metadata.language_info == {"name": "python"}


def test_values_fill_the_prose(built):
    assert any("The report counts 7 of ten." in cell.source for cell in notebook_of(built).cells)
    assert notebook_of(built).metadata.dsrct_edu["values"] == {"known": "7"}


def test_a_second_build_runs_nothing_and_writes_nothing(built, monkeypatch, capsys):
    monkeypatch.setattr(execute, "_execute", lambda *_: pytest.fail("a cell was run again"))
    assert build.build([lesson_of(built)], built) == []
    assert "0 files changed" in capsys.readouterr().out


def test_a_fresh_run_gives_the_same(built):
    cached = execute.run(lesson_of(built), "student", built)
    assert execute.run(lesson_of(built), "student", built, fresh=True) == cached


def test_prose_alone_needs_no_run_and_code_does(course):
    lesson = lesson_of(course)
    before = execute.key(lesson, lesson.edition("student"))
    edit(course, "Retell one thing", "Tell one thing")
    lesson = lesson_of(course)
    assert execute.key(lesson, lesson.edition("student")) == before
    edit(course, "known = 7", "known = 8")
    lesson = lesson_of(course)
    assert execute.key(lesson, lesson.edition("student")) != before


def test_the_key_follows_the_package_and_the_checks(course, monkeypatch):
    lesson = lesson_of(course)
    before = execute.key(lesson, lesson.edition("student"))
    edit(course, "tolerance = 0.005", "tolerance = 0.01", ".checks.toml")
    execute.surroundings.cache_clear()
    assert execute.key(lesson, lesson.edition("student")) != before
    monkeypatch.setattr(execute, "version", lambda name: "0")
    execute.surroundings.cache_clear()
    other = execute.key(lesson, lesson.edition("student"))
    monkeypatch.undo()
    execute.surroundings.cache_clear()
    assert other != execute.key(lesson, lesson.edition("student"))


def test_no_drift_after_a_build(built):
    assert editions.drift([lesson_of(built)], built) == []
    assert editions.orphans(built) == []


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("Retell one thing", "Tell one thing", "source"),
        ("known = 7", "known = 8", "source"),
        (":tags: [quiz]", ":tags: [quiz, skip]", "metadata"),
        ("explain it in one sentence", "draw it", "metadata"),
        ("## Quiz", "## Quiz\n\n+++\n\nMore.", "cells"),
        ("{{known}} of ten?", "{{known:.1f}} of ten?", "values"),
    ],
)
def test_drift_is_found_and_the_command_named(built, course, old, new, part):
    edit(course, old, new)
    found = editions.drift([lesson_of(course)], built)
    assert found
    assert all(part in text and "run `python -m tools.build 42`" in text for text in found)


def test_an_edited_notebook_is_drift(built, tmp_path):
    path = built.notebooks / f"{NAME}.ipynb"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("The report counts 7", "The report counts 8"), encoding="utf-8")
    try:
        assert "source of cell" in editions.drift([lesson_of(built)], built)[0]
    finally:
        path.write_text(before, encoding="utf-8")


def test_missing_and_orphaned_notebooks_are_found(built, course):
    found = editions.drift([lesson_of(course)], course)
    assert any("is missing; run" in text for text in found)
    stray = built.notebooks / "99_old.ipynb"
    stray.write_text("{}", encoding="utf-8")
    assert "git rm notebooks/99_old.ipynb" in editions.orphans(built)[0]
    stray.unlink()


def test_a_cell_that_fails_is_named_and_nothing_is_written(course):
    edit(course, "known = 7", "known = 7 / 0")
    problems = build.build([lesson_of(course)], course)
    assert any("42-small-steps-005 stops with ZeroDivisionError" in text for text in problems)
    assert not (course.notebooks / f"{NAME}.ipynb").exists()


def test_a_value_that_is_missing_is_named(course):
    edit(course, "counts {{known}} of ten", "counts {{nowhere}} of ten")
    with pytest.raises(LessonError, match=r"a `\{\{name\}\}` of the prose stops with NameError"):
        execute.run(lesson_of(course), "student", course)


def test_prose_must_say_the_same_to_students(course):
    with pytest.raises(LessonError, match="fill prose only from cells outside exercises"):
        editions.same_values(lesson_of(course), {"values": {"x": "1"}}, {"values": {"x": "2"}})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (":tags: [quiz]", ":tags: [quizz]", "unknown tag 'quizz'"),
        ("dsrct_edu:", "course:", "lacks the key `dsrct_edu`"),
    ],
)
def test_a_broken_source_is_said(course, old, new, said):
    edit(course, old, new)
    with pytest.raises(LessonError, match=said):
        read(course.lessons / f"{NAME}.md")


def test_a_broken_data_file_is_named(course):
    edit(course, 'kind = "value"', "kind = value", ".checks.toml")
    with pytest.raises(LessonError, match=r"42_small_steps\.checks\.toml"):
        lesson_of(course).data("checks")


def test_an_unknown_glossary_term_is_said(course):
    edit(course, "One sentence.", "One [sentence](glossary:sentence).")
    with pytest.raises(LessonError, match="no term 'sentence'"):
        lesson_of(course).edition("student")


def test_glossary_links_lead_to_the_glossary(course):
    edit(course, "One sentence.", "One [event](glossary:event).")
    student = lesson_of(course).edition("student")[-1].source
    solution = lesson_of(course).edition("solution")[-1].source
    assert '](glossary.ipynb#Event "' in student
    assert '](../glossary.ipynb#Event "' in solution


def test_the_deck_is_one_page_that_fetches_nothing(built):
    deck = (built.build / "slides" / f"{NAME}.html").read_text(encoding="utf-8")
    assert deck.count("<section") == 3
    assert "Collect the guesses" in deck
    assert "Worked answer" not in deck
    assert "<summary>Reveal</summary>" in deck
    assert "http://" not in deck
    assert "https://" not in deck


def test_reveals_follow_predictions(built):
    cells = notebook_of(built).cells
    ids = slides.reveal_ids(cells)
    assert [cell.source for cell in cells if cell.id in ids] == ["known = 7\nguess.beside(known)"]


def test_slides_are_marked_for_jupyterlab(built):
    kinds = {
        cell.metadata.get("slideshow", {}).get("slide_type")
        for cell in notebook_of(built, "instructor").cells
    }
    assert kinds == {"slide", "skip", "notes", None}


@pytest.mark.parametrize(
    ("number", "name", "said"),
    [
        (100, "ok", "0 to 99"),
        (-1, "ok", "0 to 99"),
        (7, "Not Good", "underscores"),
        (7, "", "words"),
    ],
)
def test_a_bad_skeleton_is_refused(tmp_path, number, name, said):
    with pytest.raises(InputError, match=said):
        new_lesson(number, name, tmp_path)


def test_a_skeleton_overwrites_nothing(course):
    with pytest.raises(InputError, match="a free number"):
        new_lesson(42, "other", course.lessons)


def test_the_command_line(built, course, monkeypatch, capsys):
    shutil.copytree(built.cache, course.cache)
    monkeypatch.setattr(build, "Places", lambda: course)
    assert build.main(["--check"]) == 1
    assert "python -m tools.build 42" in capsys.readouterr().err
    assert build.main(["--jobs", "1"]) == 0
    assert "4 files changed" in capsys.readouterr().out
    assert build.main(["--check"]) == 0
    with pytest.raises(SystemExit, match="no lesson starts with 77"):
        build.main(["77"])
