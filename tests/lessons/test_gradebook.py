"""The source of an assignment: what nbgrader reads, what a student gets, what gives marks."""

import os
import re

import nbformat
import pytest
from conftest import ROOT
from traitlets.config import Config

import dsrct_edu as dsrct
from dsrct_edu.authoring import course as shared
from dsrct_edu.authoring import gradebook, notebooks, stubs
from dsrct_edu.authoring.editions import GRADEBOOK, STUDENT
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import walk

PLACES = Places(ROOT / "lessons")
SHARED = shared.read(PLACES.lessons)
LESSONS = [one for one in (read(path, SHARED) for path in PLACES.sources()) if not one.is_more]
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
REGION = re.compile(r"\n### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*)\n### END \1", re.DOTALL)


def student_of(lesson):
    return nbformat.read(STUDENT.path(PLACES.root, lesson.name), as_version=4)


def source_of(lesson):
    values = student_of(lesson).metadata.dsrct_edu["values"]
    made = notebooks.notebook(lesson, GRADEBOOK, values)
    return nbformat.reads(GRADEBOOK.text(lesson, made), as_version=4)


def told(cell):
    return cell.metadata.get("nbgrader", {})


@each_lesson
def test_released_it_is_the_notebook_of_a_student(lesson):
    released = [REGION.sub("", cell.source) for cell in source_of(lesson).cells if code(cell)]
    assert released == [cell.source for cell in student_of(lesson).cells if code(cell)]


def code(cell):
    return cell.cell_type == "code"


@each_lesson
def test_each_core_exercise_gives_a_point_by_its_check_alone(lesson):
    core = [each.key.replace(".", "-") for each in walk(lesson.cells) if not each.optional]
    graded = {told(cell)["grade_id"]: told(cell) for cell in source_of(lesson).cells if told(cell)}
    points = {name: one["points"] for name, one in graded.items() if one["grade"]}
    assert points == {f"check-{key}": gradebook.POINTS for key in core}
    assert all(graded[name]["locked"] and not graded[name]["solution"] for name in points)
    answers = {name for name, one in graded.items() if one["solution"]}
    assert answers >= {f"answer-{key}" for key in core}
    assert not any(graded[name]["locked"] for name in answers)


@each_lesson
def test_what_nbgrader_insists_on(lesson):
    cells = [cell for cell in source_of(lesson).cells if told(cell)]
    names = [told(cell)["grade_id"] for cell in cells]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[\w-]+", name) for name in names)
    assert {told(cell)["schema_version"] for cell in cells} == {3}
    for cell in source_of(lesson).cells:
        kinds = [kind for kind, _ in REGION.findall(cell.source)]
        solution, graded = told(cell).get("solution"), told(cell).get("grade")
        assert kinds == ["SOLUTION"] * bool(solution) + ["HIDDEN TESTS"] * bool(graded)
        assert not code(cell) or (cell.outputs, cell.execution_count) == ([], None)


@each_lesson
def test_it_leads_to_no_page_that_is_not_handed_out(lesson):
    texts = [cell.source for cell in source_of(lesson).cells if not code(cell)]
    assert not any(".ipynb" in text for text in texts)
    assert "**To be marked.**" in texts[0]
    assert "worked_answer" not in texts[-1]


def test_the_hidden_test_passes_for_what_is_right_and_says_why_not():
    lesson = next(lesson for lesson in LESSONS if lesson.id == "05")
    cell = next(c for c in source_of(lesson).cells if told(c).get("grade_id") == "check-05-3")
    exec(cell.source, {"dsrct": dsrct, "sentence": "c"})
    with pytest.raises(AssertionError, match=r"^Not yet \(05\.3\)"):
        exec(cell.source, {"dsrct": dsrct, "sentence": "a"})
    with pytest.raises(AssertionError, match=r"^To do \(05\.3\)"):
        exec(cell.source, {"dsrct": dsrct, "sentence": ...})


def test_stub_and_solution_run_one_after_the_other():
    for lesson in LESSONS:
        for exercise in walk(lesson.cells):
            both = stubs.stub(exercise.code.source) + "\n" + stubs.solution(exercise.code.source)
            compile(both, exercise.key, "exec")


def test_a_check_that_is_not_shown_is_refused(course):
    course.edit('dsrct.check("42.1", share)', 'said = dsrct.check("42.1", share)')
    lesson = course.lesson()
    with pytest.raises(LessonError, match=r"check of 42\.1 must end with"):
        GRADEBOOK.text(lesson, notebooks.notebook(lesson, GRADEBOOK, {}))


def test_the_settings_are_nbgraders(monkeypatch):
    monkeypatch.setenv("DSRCT_EDU_GUESSES", "of-the-lecturer.json")
    config = Config()
    exec(gradebook.CONFIG, {"get_config": lambda: config})
    assert config.ClearSolutions.code_stub == {"python": ""}
    assert config.OverwriteCells.add_missing_cells is False
    assert os.environ["DSRCT_EDU_GUESSES"] == ""
