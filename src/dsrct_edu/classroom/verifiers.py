"""One verifier for each kind of exercise. Exercises are data; these functions read them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.classroom.words import brief


@dataclass(frozen=True)
class Outcome:
    """Whether an answer is right, what to say, and which misconception it shows."""

    passed: bool
    message: str
    misconception: str | None = None


@dataclass(frozen=True)
class Task:
    """One exercise with the names that its expressions may use."""

    entry: dict[str, Any]
    names: dict[str, Any]

    def compute(self, expression: str, **more: object) -> Any:
        """Compute an expression of the exercise file, which the kit ships itself."""
        return eval(expression, {**self.names, **more})

    @property
    def right(self) -> Outcome:
        """The outcome of a right answer."""
        return Outcome(True, self.entry["right"])

    def wrong(self, matches: Callable[[Any], bool], otherwise: str) -> Outcome:
        """Return the outcome of the first recorded wrong answer that matches."""
        for record in self.entry.get("wrong", []):
            if matches(record["answer"]):
                return Outcome(False, record["message"], record.get("misconception"))
        return Outcome(False, otherwise)


def _number(answer: object) -> float | None:
    """Return a finite or infinite number, or None if the answer is not one number."""
    if isinstance(answer, bool | np.bool_ | str | bytes) or answer is None:
        return None
    if isinstance(answer, pd.Series | pd.DataFrame | pd.Index | np.ndarray):
        if answer.size != 1:
            return None
        answer = np.asarray(answer).ravel()[0]
        if isinstance(answer, str | bytes | bool | np.bool_):
            return None
    try:
        value = float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return value


def _near(answer: float, expected: float, tolerance: float) -> bool:
    if math.isinf(expected) or math.isinf(answer):
        return answer == expected
    return abs(answer - expected) <= tolerance


def check_value(task: Task, answer: object) -> Outcome:
    """Check one number, within a tolerance. Infinity is a number: a median not reached."""
    value = _number(answer)
    if value is None:
        return Outcome(False, f"One number is expected; found {brief(answer)}.")
    if math.isnan(value):
        return Outcome(False, "The answer is `nan`, which means that no number came out.")
    tolerance = float(task.entry["tolerance"])
    expected = float(task.compute(task.entry["expected"]))
    if _near(value, expected, tolerance):
        return task.right
    for factor, said in ((100.0, "a percentage"), (0.01, "a share between 0 and 1")):
        if expected and _near(value / factor, expected, tolerance):
            other = "a share between 0 and 1" if factor > 1 else "a percentage"
            return Outcome(False, f"This looks like {said}. The exercise asks for {other}.")
    known = task.wrong(
        lambda expression: _near(value, float(task.compute(expression)), tolerance),
        f"{brief(answer)} is not {task.entry['about']}.",
    )
    return known


def check_choice(task: Task, answer: object) -> Outcome:
    """Check one letter of the options; capital letters and spaces do not matter."""
    letters = sorted(task.entry["options"])
    given = answer.strip().strip("().").lower() if isinstance(answer, str) else None
    if given not in letters:
        asked = ", ".join(f'"{letter}"' for letter in letters)
        return Outcome(False, f"Answer with one of {asked}; found {brief(answer)}.")
    if given == task.entry["expected"]:
        return task.right
    return task.wrong(lambda letter: letter == given, "This option does not fit.")


def check_order(task: Task, answer: object) -> Outcome:
    """Check letters of lines in order, as ``"b a c"``, ``"bac"`` or a list; any accepted order."""
    letters = sorted(task.entry["lines"])
    parts = list(answer) if isinstance(answer, list | tuple) else answer
    if isinstance(parts, str):
        parts = [letter for letter in parts.lower() if letter.isalnum()]
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        return Outcome(False, f'Give the letters of the lines, as "b a c"; found {brief(answer)}.')
    order = [part.strip().lower() for part in parts[: 10 * len(letters)]]
    strange = [part for part in order if part not in letters]
    if strange:
        return Outcome(False, f"There is no line {brief(strange[0])}. The lines are {letters}.")
    accepted = [list(text.replace(" ", "")) for text in task.entry["expected"]]
    if order in accepted:
        return task.right
    if len(set(order)) < len(order):
        return Outcome(False, "A line stands twice. Each line is used once at most.")
    known = task.wrong(lambda text: list(text.replace(" ", "")) == order, "")
    if known.message:
        return known
    if len(order) != len(accepted[0]):
        return Outcome(False, f"{len(accepted[0])} lines are needed; found {len(order)}.")
    kept = max(_agreement(order, target) for target in accepted)
    if kept == 0:
        return Outcome(False, "Another line comes first. Which one needs nothing else before it?")
    start = "The first line stands" if kept == 1 else f"The first {kept} lines stand"
    return Outcome(False, f"{start} right. Look at what comes after.")


def _agreement(order: list[str], target: list[str]) -> int:
    """Count how many lines at the start agree."""
    kept = 0
    for mine, theirs in zip(order, target, strict=False):
        if mine != theirs:
            break
        kept += 1
    return kept


def check_table(task: Task, answer: object) -> Outcome:
    """Check a table: the columns asked for, the rows, numbers within the tolerance."""
    if isinstance(answer, pd.Series):
        answer = answer.to_frame()
    if isinstance(answer, dict | list) and len(answer) <= 10_000:
        answer = pd.DataFrame(answer)
    if not isinstance(answer, pd.DataFrame):
        return Outcome(False, f"A table (DataFrame) is expected; found {brief(answer)}.")
    expected: pd.DataFrame = task.compute(task.entry["expected"])
    missing = [name for name in expected.columns if name not in answer.columns]
    if missing:
        return Outcome(False, f"The table lacks the column `{missing[0]}`.")
    tolerance = float(task.entry.get("tolerance", 1e-9))
    if _same_table(answer, expected, tolerance):
        return task.right
    known = task.wrong(lambda text: _same_table(answer, task.compute(text), tolerance), "")
    if known.message:
        return known
    if len(answer) != len(expected):
        return Outcome(False, f"{len(expected)} rows are expected; the table has {len(answer)}.")
    column = next(
        name
        for name in expected.columns
        if not _same_column(answer[name], expected[name], tolerance)
    )
    return Outcome(False, f"The column `{column}` does not hold {task.entry['about']}.")


def _same_table(answer: pd.DataFrame, expected: pd.DataFrame, tolerance: float) -> bool:
    return len(answer) == len(expected) and all(
        name in answer.columns and _same_column(answer[name], expected[name], tolerance)
        for name in expected.columns
    )


def _same_column(answer: pd.Series, expected: pd.Series, tolerance: float) -> bool:
    if pd.api.types.is_numeric_dtype(expected):
        values = pd.to_numeric(answer, errors="coerce").to_numpy(dtype=float)
        target = expected.to_numpy(dtype=float)
        return bool(np.allclose(values, target, rtol=0, atol=tolerance, equal_nan=True))
    return [str(value) for value in answer] == [str(value) for value in expected]


def check_figure(task: Task, answer: object) -> Outcome:
    """Check a figure or its axes: each requirement is an expression in ``axes``, ``figure``."""
    axes = answer
    if isinstance(answer, list | tuple | np.ndarray) and len(answer):
        axes = np.asarray(answer, dtype=object).ravel()[0]
    if hasattr(axes, "get_axes") and axes.get_axes():
        axes = axes.get_axes()[0]
    if not hasattr(axes, "get_xlabel") or not hasattr(axes, "figure"):
        return Outcome(False, f"A figure or its axes are expected; found {brief(answer)}.")
    for need in task.entry["requires"]:
        if not bool(task.compute(need["test"], axes=axes, figure=axes.figure)):
            return Outcome(False, need["message"], need.get("misconception"))
    return task.right


def check_function(task: Task, answer: object) -> Outcome:
    """Check a function by what it does: each case has arguments and an expected result."""
    if not callable(answer):
        return Outcome(False, f"A function is expected; found {brief(answer)}.")
    tolerance = float(task.entry.get("tolerance", 1e-9))
    results: list[object] = []
    failed: Outcome | None = None
    for case in task.entry["cases"]:
        arguments = task.compute(f"({case['arguments']},)")
        shown = f"({case['arguments']})"
        try:
            result = answer(*arguments)
        except (Exception, SystemExit) as error:
            kind = type(error).__name__
            return Outcome(False, f"Called with {shown} the function stops with {kind}.")
        results.append(result)
        if failed is None and not _same(result, task.compute(case["expected"]), tolerance):
            message = case.get(
                "message", f"Called with {shown} the function gives {brief(result)}."
            )
            failed = Outcome(False, message)
    if failed is None:
        return task.right

    def matches(expression: str) -> bool:
        wrong = task.compute(expression)
        cases = task.entry["cases"]
        theirs = [wrong(*task.compute(f"({case['arguments']},)")) for case in cases]
        return all(
            _same(mine, other, tolerance) for mine, other in zip(results, theirs, strict=True)
        )

    return task.wrong(matches, failed.message)


def _same(result: object, expected: object, tolerance: float) -> bool:
    """Compare a result with the expected one: numbers and sequences within the tolerance."""
    target = _number(expected)
    if target is not None:
        value = _number(result)
        return value is not None and (_near(value, target, tolerance) or value != value != target)
    if isinstance(expected, list | tuple | np.ndarray | pd.Series):
        mine, theirs = np.asarray(result, dtype=float), np.asarray(expected, dtype=float)
        return mine.shape == theirs.shape and bool(
            np.allclose(mine, theirs, rtol=0, atol=tolerance)
        )
    return type(result) is type(expected) and bool(result == expected)


KINDS: dict[str, Callable[[Task, object], Outcome]] = {
    "value": check_value,
    "choice": check_choice,
    "order": check_order,
    "table": check_table,
    "figure": check_figure,
    "function": check_function,
}
