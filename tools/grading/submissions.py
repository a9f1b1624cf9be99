"""Five made-up students hand in one assignment, each in a way of their own.

What they hand in is the notebook that nbgrader released, as JupyterLab would have saved it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass

from nbformat import NotebookNode, v4

from dsrct_edu.authoring import stubs
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.classroom.exercises import Exercise, walk


@dataclass(frozen=True)
class Work:
    """The released notebook of a lesson, which one student changes."""

    notebook: NotebookNode
    core: list[Exercise]
    lesson: Lesson

    def answer(self, exercise: Exercise) -> NotebookNode:
        """Return the cell in which an exercise is answered."""
        return self._cell("answer", exercise)

    def check(self, exercise: Exercise) -> NotebookNode:
        """Return the cell that checks it."""
        return self._cell("check", exercise)

    def _cell(self, kind: str, exercise: Exercise) -> NotebookNode:
        wanted = f"{kind}-{exercise.key.replace('.', '-')}"
        for cell in self.notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == wanted:
                return cell
        raise SystemExit(f"the assignment of lesson {self.lesson.id} has no cell {wanted}")

    def add(self, code: str, after: NotebookNode) -> None:
        """Put a cell of the student's own after another one."""
        self.notebook.cells.insert(self.notebook.cells.index(after) + 1, v4.new_code_cell(code))

    def remove(self, cell: NotebookNode) -> None:
        """Delete a cell."""
        self.notebook.cells.remove(cell)

    def says_right(self) -> None:
        """Let the stored outputs of all checks say what they said in the student's kernel."""
        for count, exercise in enumerate(reversed(self.core), 40):
            said = {"text/plain": f"Right ({exercise.key})."}
            cell = self.check(exercise)
            cell.execution_count = count
            cell.outputs = [v4.new_output("execute_result", said, execution_count=count)]


def solved(exercise: Exercise) -> str:
    """Return the code of the worked answer."""
    return stubs.solution((exercise.code or {})["source"])


def right(work: Work) -> None:
    """Answer everything."""
    for exercise in walk(work.lesson.cells):
        work.answer(exercise).source = solved(exercise)


def half_right(work: Work) -> None:
    """Answer one, show a misconception in the next, leave one; do what is optional."""
    first, second, _ = work.core
    work.answer(first).source = solved(first)
    name = solved(second).partition(" = ")[0]
    known = work.lesson.data("checks")["exercise"][second.key]
    wrong = str(known["wrong"][0]["answer"])
    code = json.dumps(wrong) if known["kind"] in ("choice", "order") else wrong
    work.answer(second).source = f"{name} = {code}"
    for exercise in walk(work.lesson.cells):
        if exercise.optional:
            work.answer(exercise).source = solved(exercise)


def empty(work: Work) -> None:
    """Hand in what was handed out."""


def wrong_state(work: Work) -> None:
    """Answer in an order that only this student's kernel knew; every stored output says Right."""
    first, second, third = work.core
    name = solved(first).partition(" = ")[0]
    work.answer(first).source = f"{name} = remembered"  # from a cell that was deleted since
    work.add(solved(second), after=work.check(second))  # was run before the check above it
    work.add(solved(third), after=work.answer(third))  # an own cell at the right place
    work.says_right()


def deleted_cells(work: Work) -> None:
    """Answer everything; then one check is gone, and the answer of another exercise."""
    right(work)
    _, second, third = work.core
    work.remove(work.check(second))
    work.remove(work.answer(third))


@dataclass(frozen=True)
class Student:
    """A made-up student: what they do, and the points that this should give."""

    name: str
    does: Callable[[Work], None]
    points: int


STUDENTS = (
    Student("right", right, 3),
    Student("half_right", half_right, 1),
    Student("empty", empty, 0),
    Student("wrong_state", wrong_state, 1),
    Student("deleted_cells", deleted_cells, 1),
)


def handed_in(released: NotebookNode, lesson: Lesson, student: Student) -> NotebookNode:
    """Return the notebook of a student."""
    core = [exercise for exercise in walk(lesson.cells) if not exercise.optional]
    work = Work(copy.deepcopy(released), core, lesson)
    student.does(work)
    return work.notebook
