"""The pipeline on a course of one tiny lesson: editions, cache, drift, what stops a build."""

import json
import re

import nbformat
import pytest
from conftest import Course
from nbformat import v4

from dsrct_edu.authoring import (
    blocks,
    building,
    drift,
    execute,
    notebooks,
    rules,
    stubs,
    surroundings,
)
from dsrct_edu.authoring.course import Entry
from dsrct_edu.authoring.editions import EDITIONS, INSTRUCTOR, RUN, SLIDES, SOLUTION, STUDENT
from dsrct_edu.authoring.sources import LessonError

NOTEBOOKS = (STUDENT, SOLUTION, INSTRUCTOR)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One build for the tests that only look at it."""
    course = Course(tmp_path_factory.mktemp("course"))
    assert build(course).problems == []
    return course


def build(course, **options):
    return building.build([course.lesson()], course.places, **options)


def path_of(course, edition=STUDENT):
    return edition.path(course.places.root, course.name)


def notebook_of(course, edition=STUDENT):
    return nbformat.read(path_of(course, edition), as_version=4)


def words_of(course, edition):
    return "\n".join(cell.source for cell in notebook_of(course, edition).cells)


def test_the_skeleton_keeps_every_rule_but_the_length(course):
    assert rules.problems(course.lesson(), skip=("words",)) == []


def test_each_edition_goes_to_its_place(built):
    for edition in EDITIONS:
        assert path_of(built, edition).is_file()
    quizzes = {path.name for path in (built.places.build / "quizzes").iterdir()}
    assert quizzes == {"quiz_42.gift", "quiz_42.qti.zip"}
    assert (built.places.build / "gradebook" / "nbgrader_config.py").is_file()
    assert built.places.glossary.is_file()


def test_the_student_gets_stubs_and_the_solution_passes(built):
    student, solution = notebook_of(built), notebook_of(built, SOLUTION)
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
    student, solution, instructor = (words_of(built, edition) for edition in NOTEBOOKS)
    assert "Worked answer." not in student
    assert "Worked answer." in solution
    assert "Collect the guesses" not in student + solution
    assert "Collect the guesses" in instructor


def test_cells_keep_their_ids_across_editions(built):
    student, solution = notebook_of(built), notebook_of(built, SOLUTION)
    ids = [cell.id for cell in solution.cells]
    assert len(set(ids)) == len(ids)
    assert [cell.id for cell in student.cells if cell.id in ids] == [c.id for c in student.cells]


def test_nothing_that_changes_from_run_to_run_is_stored(built):
    for edition in NOTEBOOKS:
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
    solution = notebook_of(built, SOLUTION)
    assert any("That is 16 of twenty" in cell.source for cell in solution.cells)
    assert solution.metadata.dsrct_edu["values"] == {"known": "16"}


# What is run, and what is kept


def test_a_second_build_runs_nothing_and_writes_nothing(built, monkeypatch):
    monkeypatch.setattr(execute, "_execute", lambda *_: pytest.fail("a cell was run again"))
    report = build(built)
    assert (report.wrote, report.kept, report.problems) == ([], [], [])


def test_a_fresh_run_gives_the_same(built):
    cached = execute.run(built.lesson(), STUDENT, built.places)
    assert execute.run(built.lesson(), STUDENT, built.places, fresh=True) == cached


def test_prose_alone_needs_no_run_and_code_does(course):
    before = execute.key(course.lesson(), STUDENT)
    course.edit("Retell one thing", "Tell one thing")
    assert execute.key(course.lesson(), STUDENT) == before
    course.edit("known = sum(answers)", "known = 8")
    assert execute.key(course.lesson(), STUDENT) != before


def test_the_key_follows_the_package_and_the_checks(course, monkeypatch):
    before = execute.key(course.lesson(), STUDENT)
    course.edit("tolerance = 0.005", "tolerance = 0.01", ".checks.toml")
    surroundings.digest.cache_clear()
    assert execute.key(course.lesson(), STUDENT) != before
    monkeypatch.setattr(surroundings, "version", lambda name: "0")
    surroundings.digest.cache_clear()
    other = execute.key(course.lesson(), STUDENT)
    monkeypatch.undo()
    surroundings.digest.cache_clear()
    assert other != execute.key(course.lesson(), STUDENT)


PICTURE = '<img src=\\"data:image/png;base64,{0}\\" alt=\\"{1}\\">", "image/png": "{0}"'


@pytest.mark.parametrize(
    ("new", "pixels", "kept"),
    [
        (PICTURE.format("BBBB", "a curve"), False, True),
        (PICTURE.format("BBBB", "a curve"), True, False),
        (PICTURE.format("BBBB", "two curves"), False, False),
    ],
)
def test_a_change_of_nothing_but_pixels_is_kept_out(tmp_path, new, pixels, kept):
    path = tmp_path / "x.ipynb"
    old = PICTURE.format("AAAA", "a curve")
    path.write_text(old, encoding="utf-8")
    report = building.Report()
    report.write(path, new, keep_pictures=not pixels)
    assert path.read_text(encoding="utf-8") == (old if kept else new)
    assert (report.kept, report.wrote) == (([path], []) if kept else ([], [path]))


# Drift


def test_no_drift_after_a_build(built):
    assert drift.problems(built.lesson(), built.places) == []
    assert drift.glossary(built.lesson().course, built.places) == []
    assert drift.orphans(built.places) == []


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("Retell one thing", "Tell one thing", "source"),
        ("known = sum(answers)", "known = 8", "source"),
        (":tags: [quiz]", ":tags: [quiz, skip]", "metadata"),
        ("explain it in one sentence", "draw it", "metadata"),
        ("## Quiz", "## Quiz\n\n+++\n\nMore.", "cells"),
        ("{{known}} of twenty", "{{known:.1f}} of twenty", "values"),
    ],
)
def test_drift_is_found_and_the_command_named(built, course, old, new, part):
    found = drift.problems(course.edit(old, new).lesson(), built.places)
    assert found
    assert all(part in text and "run `dsrct-edu build 42`" in text for text in found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Seven of ten walked", "Six of ten walked", "source of cell"),
        ('"cells"', "cells", "is no notebook"),
    ],
)
def test_an_edited_notebook_is_drift(built, old, new, said):
    path = path_of(built)
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(old, new), encoding="utf-8")
    try:
        assert said in drift.problems(built.lesson(), built.places)[0]
    finally:
        path.write_text(before, encoding="utf-8")


def test_missing_and_orphaned_notebooks_are_found(built, course):
    found = drift.problems(course.lesson(), course.places)
    assert all("is missing; run" in text for text in found)
    assert len(found) == len(RUN)
    texts = built.places.lessons / "99_old.reveals.json"
    texts.write_text("{}", encoding="utf-8")
    assert "git rm lessons/99_old.reveals.json" in drift.orphans(built.places)[0]
    texts.unlink()
    stray = built.places.notebooks / "99_old.ipynb"
    stray.write_text("{}", encoding="utf-8")
    assert "git rm notebooks/99_old.ipynb" in drift.orphans(built.places)[0]
    stray.unlink()


# What stops a build


def test_a_cell_that_fails_is_named_and_nothing_is_written(course):
    problems = build(course.edit("known = sum(answers)", "known = 7 / 0")).problems
    assert any("42-small-steps-005 stops with ZeroDivisionError" in text for text in problems)
    assert not path_of(course).exists()


def test_a_value_that_is_missing_is_named(course):
    course.edit("Seven of ten walked", "{{nowhere}} of ten walked")
    with pytest.raises(LessonError, match=r"a `\{\{name\}\}` of the prose stops with NameError"):
        execute.run(course.lesson(), STUDENT, course.places)


def test_a_solution_that_does_not_pass_its_check_is_named_with_its_line(course):
    course.edit('expected = "7 / 10"', 'expected = "7 / 11"', ".checks.toml")
    (problem,) = build(course).problems
    line = course.line('[exercise."42.1"]', ".checks.toml")
    assert problem.startswith(f"42_small_steps.checks.toml, line {line}: the solution of 42.1")
    assert not path_of(course).exists()


def test_prose_must_say_the_same_to_students(course):
    runs = {
        "student": execute.Run([], {"x": "1"}),
        "solution": execute.Run([], {"x": "2"}),
    }
    with pytest.raises(LessonError, match="fill prose only from cells outside exercises"):
        building.same_values(course.lesson(), runs)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("One sentence.", "One [sentence](glossary:sentence).", "no term 'sentence'"),
        ("{{options:42.2}}", "{{options:42.7}}", "needs options of exercise 42.7"),
        ("share = 7 / 10  # stub", "share = 7 / 10", "no marker"),
    ],
)
def test_a_source_that_makes_no_edition_is_said(course, old, new, said):
    with pytest.raises(LessonError, match=said):
        notebooks.cells(course.edit(old, new).lesson(), STUDENT)


# What differs between editions


def test_next_and_before_name_lessons_that_exist(course):
    lesson = course.edit("prerequisites: []", 'prerequisites: ["01", "41"]').lesson()
    lesson.course.lessons["41"] = Entry("41_x", "Lesson 41", 30, (), written=False)
    header, *_, footer = (cell.source for cell in notebooks.cells(lesson, STUDENT))
    assert "Before this: Meet the case.*" in header
    assert "Next lesson" not in footer
    follow = {"43": "planned", "44": "written", "45": "written"}
    for key, state in follow.items():
        entry = Entry(f"{key}_x", f"Lesson {key}", 30, (), written=state == "written")
        lesson.course.lessons[key] = entry
    footer = notebooks.cells(lesson, STUDENT)[-1].source
    assert "Next lesson: 44, *Lesson 44*." in footer


def test_each_edition_writes_its_own_links(course):
    lesson = course.edit("One sentence.", "One [event](glossary:event).").lesson()
    last = {
        edition: notebooks.cells(lesson, edition)[-1].source for edition in (*NOTEBOOKS, SLIDES)
    }
    assert '[event](glossary.ipynb#cell-id=glossary-event "What the clock' in last[STUDENT]
    assert '[event](../glossary.ipynb#cell-id=glossary-event "What the clock' in last[SOLUTION]
    assert '<abbr title="What the clock' in last[SLIDES]
    assert "glossary" not in last[SLIDES]


def test_each_link_into_the_glossary_leads_to_a_cell(built):
    terms = built.lesson().course.glossary
    ids = [cell.id for cell in notebooks.glossary(terms).cells]
    assert len(set(ids)) == len(ids) == len(terms) + 1
    for key, entry in terms.items():
        link = STUDENT.term("word", {**entry, "key": key})
        assert link.partition("#cell-id=")[2].partition(" ")[0] in ids


def test_every_edition_takes_its_outputs_from_one_that_is_run():
    assert {edition.shows for edition in EDITIONS} == {edition.name for edition in RUN}
    assert {edition.exercise for edition in EDITIONS} == {stubs.stub, stubs.solution}


def test_the_deck_is_one_page_that_fetches_nothing(built):
    deck = path_of(built, SLIDES).read_text(encoding="utf-8")
    titles = re.findall(r'<section aria-label="Slide \d of 4: (.*?)"', deck)
    assert titles == ["Small steps", "What the report says", "Guess first", "Take home"]
    assert "Collect the guesses" in deck
    assert "Worked answer" not in deck
    assert re.search(r'data-prediction="42.1".*<summary>Show the answer</summary>', deck, re.DOTALL)
    assert "http://" not in deck
    assert "https://" not in deck
    assert not re.search(r'<link(?! href="data:," rel="icon")|@import|url\(', deck)


def test_reveals_follow_predictions(built):
    cells = notebook_of(built).cells
    ids = blocks.reveal_ids(cells)
    assert [cell.source for cell in cells if cell.id in ids] == [
        "known = sum(answers)\nguess_1.beside(known)"
    ]


def test_slides_are_marked_for_jupyterlab(built):
    kinds = {
        cell.metadata.get("slideshow", {}).get("slide_type")
        for cell in notebook_of(built, INSTRUCTOR).cells
    }
    assert kinds == {"slide", "skip", "notes", None}


# What a reader sees


def test_what_a_cell_prints_is_an_output_like_others():
    printed = execute._clean(v4.new_output("stream", name="stdout", text="1\n"))
    cell = v4.new_code_cell("print(1)", outputs=[nbformat.from_dict(printed)])
    nbformat.validate(v4.new_notebook(cells=[cell]))


def test_a_reader_sees_the_publication_and_no_code_of_ours(course):
    course.edit("One sentence.", "Half lived 44 months (L010), and none of fifty died (L025).")
    prose = "\n".join(cell.source for cell in notebooks.cells(course.lesson(), STUDENT))
    assert '([source](https://doi.org/10.1245/s10434-018-6333-9 "Hayes-Jordan AA,' in prose
    assert 'none of fifty died (<abbr title="Cytoreductive surgery' in prose
    assert not notebooks.EVIDENCE.search(prose)
    course.edit("(L010)", "(L999)")
    with pytest.raises(LessonError, match="there is no L999 in the table of evidence"):
        notebooks.cells(course.lesson(), STUDENT)
