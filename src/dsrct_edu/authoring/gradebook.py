"""Makes the source of an assignment for nbgrader out of the student's notebook of a lesson.

The same exercises, the same checks: an answer stands in a solution region, and its check becomes
an autograder test that asserts ``passed``. Only core exercises give marks.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from nbformat import NotebookNode

from dsrct_edu.authoring import stubs
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import Exercise
from dsrct_edu.classroom.exercises import walk as exercises

POINTS = 1
"""What a core exercise is worth; an optional one is worth nothing, as no lesson needs it."""
_PAGE = re.compile(r"\[([^\]]+)\]\([^)]*\.ipynb\)")

CONFIG = '''\
"""How nbgrader is to treat the assignments of this folder. See docs/grading.md of the kit."""

import os

c = get_config()  # noqa: F821, given by nbgrader
c.CourseDirectory.course_id = "dsrct-edu"
c.ClearSolutions.code_stub = {"python": ""}  # the dots stand above each solution region
c.Execute.timeout = 600  # seconds a cell; some draw many registries
c.OverwriteCells.add_missing_cells = False  # a check that was deleted gives no points

os.environ["DSRCT_EDU_GUESSES"] = ""  # marking keeps nobody's guesses
'''


def assignment(lesson: Lesson, notebook: NotebookNode) -> NotebookNode:
    """Return a student's notebook as nbgrader's source: without outputs, with what gives marks."""
    found = exercises(lesson.cells)
    answers = {each.code["id"]: each for each in found if each.code}
    checked = {each.check["id"]: each for each in found}
    places = [cell.id for cell in lesson.cells]
    for cell in notebook.cells:
        if cell.cell_type != "code":
            cell.source = _PAGE.sub(r"*\1*", cell.source)  # what is handed out has no neighbours
            continue
        cell.outputs, cell.execution_count = [], None
        origin = places[int(cell.id.rpartition("-")[2])]
        if origin in answers:
            _answer(cell, answers[origin])
        elif origin in checked:
            _check(lesson, cell, checked[origin])
        elif "import dsrct_edu" in cell.source:
            cell.metadata["nbgrader"] = _told(cell.id, locked=True)
    return notebook


def _answer(cell: NotebookNode, exercise: Exercise) -> None:
    """Let the stub stand, and the solution below it, where nbgrader takes it out."""
    solution = stubs.solution((exercise.code or {})["source"])
    cell.source = f"{cell.source}\n### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
    cell.metadata["nbgrader"] = _told(f"answer-{_key(exercise)}", solution=True)


def _check(lesson: Lesson, cell: NotebookNode, exercise: Exercise) -> None:
    """Let a student see the check as always; the marks hang on a line that only marking runs."""
    name = f"check-{_key(exercise)}"
    if exercise.optional:
        cell.metadata["nbgrader"] = _told(name, locked=True)
        return
    last = ast.parse(cell.source).body[-1]
    if not isinstance(last, ast.Expr):
        said = f"the check of {exercise.key} must end with `dsrct.check(...)`, so that it is shown"
        raise LessonError(lesson.path.name, said)
    cell.source += (
        f"\n### BEGIN HIDDEN TESTS\nmarked = {ast.unparse(last)}\n"
        "assert marked.passed, marked\n### END HIDDEN TESTS"
    )
    cell.metadata["nbgrader"] = _told(name, locked=True, grade=True, points=POINTS)


def _key(exercise: Exercise) -> str:
    return exercise.key.replace(".", "-")


def _told(name: str, **said: Any) -> dict[str, Any]:
    """Return what nbgrader reads of a cell."""
    kinds = dict.fromkeys(("grade", "solution", "locked", "task"), False)
    return {**kinds, "grade_id": name, "schema_version": 3, **said}
