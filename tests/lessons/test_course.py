"""Every lesson of the course keeps the rules, and its checks and quiz do their work."""

import re

import nbformat
import pytest
from conftest import ROOT

from dsrct_edu.authoring import course, drift, marks, outputs, rules, schemas
from dsrct_edu.authoring.editions import run
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.classroom.exercises import walk

PLACES = Places(ROOT / "lessons")
SHARED = course.read(PLACES.lessons)
SOURCES = [read(path, SHARED) for path in PLACES.sources()]
LESSONS = [source for source in SOURCES if not source.is_more]
each_source = pytest.mark.parametrize("lesson", SOURCES, ids=lambda lesson: lesson.name)
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
each_notebook = pytest.mark.parametrize(
    ("lesson", "edition"),
    [(source, edition) for source in SOURCES for edition in run(source)],
    ids=lambda part: part.name,
)


def committed(lesson, edition):
    return nbformat.read(edition.path(PLACES.root, lesson.name), as_version=4)


@each_source
def test_the_source_keeps_the_rules(lesson):
    assert rules.problems(lesson) == []


@each_lesson
def test_the_data_fit_their_schemas(lesson):
    assert schemas.problems(lesson) == []


@each_notebook
def test_the_committed_notebook_keeps_the_rules(lesson, edition):
    notebook = committed(lesson, edition)
    assert outputs.problems(lesson, notebook) == []
    assert outputs.quoted(lesson, notebook) == []


@each_source
def test_notebooks_follow_from_their_sources(lesson):
    assert drift.problems(lesson, PLACES) == []


def test_no_notebook_is_without_a_source():
    assert drift.glossary(SHARED, PLACES) + drift.orphans(PLACES) == []


# Exercises: the solution passes, the stub and each recorded wrong answer fail


@each_notebook
def test_solutions_pass_and_stubs_fail_kindly(lesson, edition):
    notebook = committed(lesson, edition)
    checked = {exercise.key for exercise in walk(notebook.cells)}
    assert checked == set(lesson.data("checks").get("exercise", {}))
    assert bool(checked) is not lesson.is_more
    assert marks.in_notebook(lesson, edition, notebook) == []


@each_lesson
def test_each_recorded_wrong_answer_gets_its_own_message(lesson):
    assert marks.slips(lesson) == []


# What all lessons share


def test_the_course_is_seventeen_lessons_written_or_planned():
    assert list(SHARED.lessons) == [f"{number:02d}" for number in range(17)]
    written = {key for key, entry in SHARED.lessons.items() if entry.written}
    assert written == {lesson.id for lesson in LESSONS}
    for key, entry in SHARED.lessons.items():
        assert entry.file.startswith(f"{key}_")
        assert entry.minutes > 0


def test_the_readme_lists_the_written_lessons_with_their_minutes():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for key, entry in SHARED.lessons.items():
        assert (f"| {key} {entry.title} | {entry.minutes} |" in text) is entry.written, key


def test_each_misconception_is_treated_by_a_lesson_that_exists_or_is_planned():
    bank = SHARED.misconceptions
    assert {f"M{number}" for number in range(1, 22)} <= set(bank)
    for code, entry in bank.items():
        assert re.fullmatch(r"[A-Z]\d+", code)
        assert entry["short"], code
        assert entry["right"], code
        assert SHARED.treating(code), f"{code}: name it in a lesson, or a plan in course.toml"
        for source in [*entry["measured"], *entry["explained"]]:
            assert source["source"]
            assert source["doi"] == "" or source["doi"].startswith("10.")
    planned = {code for entry in SHARED.lessons.values() for code in entry.misconceptions}
    assert planned <= set(bank)


def test_glossary_entries_are_short_and_whole():
    for key, entry in SHARED.glossary.items():
        assert re.fullmatch(r"[a-z-]+", key)
        assert 5 <= len(entry["meaning"].split()) <= 40, f"{key}: one or two sentences"
        assert entry["meaning"].strip().endswith("."), key
        assert isinstance(entry["forms"], list)
