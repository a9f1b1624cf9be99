"""Holds a lesson's checks against its answers: solutions pass, stubs and recorded slips fail."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

from dsrct_edu.authoring.editions import SOLUTION, Edition
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.classroom.checking import UNCHECKABLE, evaluate
from dsrct_edu.classroom.exercises import Cell, walk


def in_notebook(lesson: Lesson, edition: Edition, notebook: NotebookNode) -> list[str]:
    """Return the exercises whose checks, as executed, say what they should not."""
    said = []
    for exercise in walk(notebook.cells):
        shown = message(exercise.check)
        place = lesson.line("checks", "exercise", exercise.key)
        if edition == SOLUTION and not shown.startswith(f"Right ({exercise.key})."):
            said.append(f"{place}: the solution of {exercise.key} does not pass its check: {shown}")
        kindly = (f"To do ({exercise.key}).", f"Not yet ({exercise.key}).")
        if edition != SOLUTION and (not shown.startswith(kindly) or UNCHECKABLE in shown):
            said.append(f"{place}: the stub of {exercise.key} does not fail kindly: {shown}")
    return said


def message(check: Cell) -> str:
    """Return what an executed check cell says."""
    shown = check.get("outputs") or [{}]
    return str(shown[-1].get("data", {}).get("text/plain", "nothing"))


def slips(lesson: Lesson) -> list[str]:
    """Return the recorded wrong answers that do not get their own message."""
    said = []
    checks = lesson.data("checks")
    given = checks.get("given", "")
    for key, exercise in checks.get("exercise", {}).items():
        for number, record in enumerate(exercise.get("wrong", [])):
            place = lesson.line("checks", "exercise", key, "wrong", number)
            try:
                outcome = evaluate(exercise, recorded(exercise, given, number), given)
            except Exception as error:  # whatever the author's expressions do
                said.append(f"{place}: it stops with {type(error).__name__}: {error}")
                continue
            meant = record["message"], record.get("misconception")
            if outcome.passed or (outcome.message, outcome.misconception) != meant:
                shown = "it passes" if outcome.passed else outcome.message
                said.append(f"{place}: this wrong answer does not get its own message: {shown}")
    return said


def recorded(exercise: dict[str, Any], given: str, number: int) -> object:
    """Turn a recorded wrong answer into the object that a student would give."""
    answer = exercise["wrong"][number]["answer"]
    if exercise["kind"] in ("choice", "order"):
        return answer
    names: dict[str, Any] = {}
    exec(f"import dsrct_edu as dsrct, numpy as np, pandas as pd\n{given}", names)
    return eval(answer, names)
