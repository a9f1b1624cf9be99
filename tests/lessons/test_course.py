"""Every lesson of the course keeps the rules, and its checks and quiz do their work."""

import re

import nbformat
import pytest
from conftest import ROOT

from dsrct_edu.classroom import lessons, quizzes
from dsrct_edu.classroom.checking import UNCHECKABLE, evaluate
from tools import editions, outputs, rules, schemas
from tools.lesson import CHECK_CALL, LessonError, read
from tools.paths import Places

PLACES = Places()
SOURCES = PLACES.sources()
NAMES = [path.stem for path in SOURCES]
EXERCISES = [
    (path, key)
    for path in SOURCES
    if path.with_suffix(".checks.toml").exists()
    for key in lessons.beside(path.stem[:2], "checks").get("exercise", {})
]
WRONG = [
    (path, key, place)
    for path, key in EXERCISES
    for place in range(
        len(lessons.beside(path.stem[:2], "checks")["exercise"][key].get("wrong", []))
    )
]


def committed(path, edition):
    folder = PLACES.notebooks if edition == "student" else PLACES.solutions
    return nbformat.read(folder / f"{path.stem}.ipynb", as_version=4)


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_the_source_keeps_the_rules(path):
    assert rules.problems(read(path)) == []


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
@pytest.mark.parametrize("edition", ["student", "solution"])
def test_the_committed_notebook_keeps_the_rules(path, edition):
    lesson, notebook = read(path), committed(path, edition)
    assert outputs.problems(lesson, notebook) == []
    assert outputs.quoted(lesson, notebook) == []


def test_notebooks_follow_from_their_sources():
    found = editions.drift([read(path) for path in SOURCES], PLACES) + editions.orphans(PLACES)
    assert found == []


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_the_data_fit_their_schemas(path):
    assert schemas.problems(read(path)) == []


# Exercises: the solution passes, the stub and each recorded wrong answer fail


def entry_of(path, key):
    data = lessons.beside(path.stem[:2], "checks")
    return data["exercise"][key], data.get("given", "")


def said_of(path, key, edition):
    """Return what the check of an exercise says in the committed notebook, which nbval re-runs."""
    for cell in committed(path, edition).cells:
        match = CHECK_CALL.search(cell.source) if cell.cell_type == "code" else None
        if match and match.group(1) == key:
            return cell.outputs[-1].data["text/plain"]
    raise AssertionError(f"no cell of {path.stem} checks {key}")


@pytest.mark.parametrize(("path", "key"), EXERCISES, ids=[key for _, key in EXERCISES])
def test_the_solution_passes(path, key):
    assert said_of(path, key, "solution").startswith(f"Right ({key}).")


@pytest.mark.parametrize(("path", "key"), EXERCISES, ids=[key for _, key in EXERCISES])
def test_the_stub_fails_kindly(path, key):
    said = said_of(path, key, "student")
    assert said.startswith((f"To do ({key}).", f"Not yet ({key})."))
    assert UNCHECKABLE not in said


def recorded(entry, given, place):
    """Turn a recorded wrong answer into the object that a student would give."""
    record = entry["wrong"][place]
    if entry["kind"] in ("choice", "order"):
        return record["answer"]
    names = {}
    exec("import dsrct_edu as dsrct, numpy as np, pandas as pd\n" + given, names)
    return eval(record["answer"], names)


@pytest.mark.parametrize(
    ("path", "key", "place"), WRONG, ids=[f"{key}-{place + 1}" for _, key, place in WRONG]
)
def test_each_recorded_wrong_answer_gets_its_own_message(path, key, place):
    entry, given = entry_of(path, key)
    record = entry["wrong"][place]
    outcome = evaluate(entry, recorded(entry, given, place), given)
    assert not outcome.passed
    assert outcome.message == record["message"]
    assert outcome.misconception == record.get("misconception")


# Quizzes


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_the_quiz_keeps_the_rules(path):
    lesson = read(path)
    quiz = quizzes.build(lesson.id, lesson.data("quiz"))
    assert len(quiz.items) == 5, "a quiz has five items"
    levels = [item.level for item in quiz.items]
    assert sum(level in ("apply", "analyse") for level in levels) >= 2, "two items apply or analyse"
    assert sum(bool(item.abstract) for item in quiz.items) == 1, "one item has an unseen abstract"
    known = lesson.shared("misconceptions")
    for number, item in enumerate(quiz.items, 1):
        assert len(item.options) == 4, f"question {number}: four options"
        for option in item.options:
            text = option.text.lower()
            assert not re.search(r"\b(both|neither|all of|none of)\b", text), f"{number}: {text}"
            assert option.why, f"question {number}: say why for {option.text!r}"
            if not option.key:
                assert option.misconception in known, f"{number}: misconception of {option.text!r}"
        sizes = [len(option.text) for option in item.options]
        alike = max(sizes) <= max(2.5 * min(sizes), 40)
        assert alike, f"question {number}: options of like length"
        endings = {option.text[-1] == "." for option in item.options}
        assert len(endings) == 1, f"question {number}: all options sentences, or none"
    keys = [item.key for item in quiz.items]
    assert len(set(keys)) >= 3, "spread the right answers over the letters"
    longest = [max(item.options, key=lambda option: len(option.text)).key for item in quiz.items]
    assert sum(longest) <= 3, "the right option is the longest too often"


# What all lessons share


def course():
    return lessons.shared("course")


def test_the_course_lists_every_lesson_that_exists():
    planned = {entry["file"] for entry in course().values()}
    assert set(NAMES) <= planned
    assert len(course()) == 17


def test_each_misconception_is_treated_by_a_lesson_that_exists_or_is_planned():
    bank = lessons.shared("misconceptions")
    assert {f"M{number}" for number in range(1, 22)} <= set(bank)
    for code, entry in bank.items():
        assert re.fullmatch(r"[A-Z]\d+", code)
        assert entry["short"], code
        assert entry["right"], code
        assert entry["lessons"], f"{code}: name the lessons that treat it"
        assert set(entry["lessons"]) <= set(course()), f"{code}: a lesson is not in course.toml"
        for source in [*entry["measured"], *entry["explained"]]:
            assert source["source"]
            assert source["doi"] == "" or source["doi"].startswith("10.")


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_each_lesson_treats_the_misconceptions_that_it_names(path):
    lesson = read(path)
    bank = lesson.shared("misconceptions")
    named = set(lesson.metadata["misconceptions"])
    planned = {code for code, entry in bank.items() if lesson.id in entry["lessons"]}
    assert planned == named, "align the front matter with `lessons` in misconceptions.toml"
    used = {
        record.get("misconception")
        for entry in lesson.data("checks")["exercise"].values()
        for record in entry.get("wrong", [])
    }
    used |= {
        option.get("misconception")
        for item in lesson.data("quiz")["item"]
        for option in item["option"]
    }
    assert named <= used, "a misconception is named, but no check and no quiz item meets it"
    assert used - {None} <= set(bank)


def test_glossary_entries_are_short_and_whole():
    for key, entry in lessons.shared("glossary").items():
        assert re.fullmatch(r"[a-z-]+", key)
        assert 5 <= len(entry["meaning"].split()) <= 40, f"{key}: one or two sentences"
        assert entry["meaning"].strip().endswith("."), key
        assert isinstance(entry["forms"], list)


def test_a_lesson_that_cannot_be_read_is_said(tmp_path):
    path = tmp_path / "01_x.md"
    path.write_text("# No front matter\n", encoding="utf-8")
    with pytest.raises(LessonError, match="front matter"):
        read(path)


def test_the_places_are_those_of_the_checkout():
    assert PLACES.lessons == ROOT / "lessons"
