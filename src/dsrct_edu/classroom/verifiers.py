"""One verifier for each kind of exercise. Exercises are data; these functions read them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.classroom.lessons import Table
from dsrct_edu.wording import brief


@dataclass(frozen=True)
class Outcome:
    """Whether an answer is right, what to say, and which misconception it shows."""

    passed: bool
    message: str
    misconception: str | None = None


@dataclass(frozen=True)
class Task:
    """One exercise with the names that its expressions may use.

    What fails while an expression is computed is the fault of its author: an `AuthorError`.
    """

    entry: Table
    names: dict[str, Any]

    def compute(
        self, table: Table, key: str, form: Callable[[Any], Any] = lambda value: value
    ) -> Any:
        """Compute an expression of the exercise file, and bring its value into a form."""
        with table.blamed(key):
            value = table[key]
            return form(eval(value, dict(self.names)) if isinstance(value, str) else value)

    def holds(self, need: Table, **answer: object) -> bool:
        """Compute whether an answer meets a requirement."""
        # What else fails may be the answer's fault: it lacks what the test looks at.
        with need.blamed("test", (NameError, SyntaxError)):
            return bool(eval(need["test"], {**self.names, **answer}))

    def arguments(self, case: Table) -> tuple[Any, ...]:
        """Compute the arguments with which a function is called."""
        with case.blamed("arguments"):
            return tuple(eval(f"({case['arguments']},)", dict(self.names)))

    @property
    def right(self) -> Outcome:
        """The outcome of a right answer."""
        return Outcome(True, self.entry["right"])

    def wrong(self, matches: Callable[[Table], bool], otherwise: str) -> Outcome:
        """Return the outcome of the first recorded wrong answer that matches."""
        for record in self.entry.get("wrong", []):
            if matches(record):
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
    tolerance = task.compute(task.entry, "tolerance", float)
    expected = task.compute(task.entry, "expected", float)
    if _near(value, expected, tolerance):
        return task.right
    for factor, said in ((100.0, "a percentage"), (0.01, "a share between 0 and 1")):
        if expected and _near(value / factor, expected, tolerance):
            other = "a share between 0 and 1" if factor > 1 else "a percentage"
            return Outcome(False, f"This looks like {said}. The exercise asks for {other}.")
    known = task.wrong(
        lambda record: _near(value, task.compute(record, "answer", float), tolerance),
        f"{brief(answer)} is not {task.entry['about']}.",
    )
    return known


def check_choice(task: Task, answer: object) -> Outcome:
    """Check one letter of the options; capital letters and spaces do not matter."""
    letters = sorted(task.entry["options"])
    if task.entry["expected"] not in letters:
        raise task.entry.fault(f"one of {letters}", brief(task.entry["expected"]), "expected")
    given = answer.strip().strip("().").lower() if isinstance(answer, str) else None
    if given not in letters:
        asked = ", ".join(f'"{letter}"' for letter in letters)
        return Outcome(False, f"Answer with one of {asked}; found {brief(answer)}.")
    if given == task.entry["expected"]:
        return task.right
    return task.wrong(lambda record: record["answer"] == given, "This option does not fit.")


def check_order(task: Task, answer: object) -> Outcome:
    """Check letters of lines in order, as ``"b a c"``, ``"bac"`` or a list; any accepted order."""
    letters = sorted(task.entry["lines"])
    accepted = [list(text.replace(" ", "")) for text in task.entry["expected"]]
    if not accepted or not set().union(*accepted) <= set(letters):
        raise task.entry.fault(f"orders of {letters}", brief(task.entry["expected"]), "expected")
    parts = list(answer) if isinstance(answer, list | tuple) else answer
    if isinstance(parts, str):
        parts = [letter for letter in parts.lower() if letter.isalnum()]
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        return Outcome(False, f'Give the letters of the lines, as "b a c"; found {brief(answer)}.')
    order = [part.strip().lower() for part in parts[: 10 * len(letters)]]
    strange = [part for part in order if part not in letters]
    if strange:
        return Outcome(False, f"There is no line {brief(strange[0])}. The lines are {letters}.")
    if order in accepted:
        return task.right
    if len(set(order)) < len(order):
        return Outcome(False, "A line stands twice. Each line is used once at most.")
    known = task.wrong(lambda record: list(record["answer"].replace(" ", "")) == order, "")
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
    expected = task.compute(task.entry, "expected", pd.DataFrame)
    missing = [name for name in expected.columns if name not in answer.columns]
    if missing:
        return Outcome(False, f"The table lacks the column `{missing[0]}`.")
    tolerance = float(task.entry.get("tolerance", 1e-9))

    def same(target: pd.DataFrame) -> bool:
        return _same_table(answer, target, tolerance)

    if same(expected):
        return task.right
    known = task.wrong(lambda record: same(task.compute(record, "answer", pd.DataFrame)), "")
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
        if not task.holds(need, axes=axes, figure=axes.figure):
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
        arguments = task.arguments(case)
        shown = f"({case['arguments']})"
        try:
            result = answer(*arguments)
        except (Exception, SystemExit) as error:
            kind = type(error).__name__
            return Outcome(False, f"Called with {shown} the function stops with {kind}.")
        results.append(result)
        expected = task.compute(case, "expected")
        if failed is None and not _same(result, expected, tolerance):
            message = case.get(
                "message", f"Called with {shown} the function gives {brief(result)}."
            )
            failed = Outcome(False, message)
    if failed is None:
        return task.right

    def called(wrong: Callable[..., object]) -> list[object]:
        return [wrong(*task.arguments(case)) for case in task.entry["cases"]]

    def matches(record: Table) -> bool:
        theirs = task.compute(record, "answer", called)
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
