"""One verifier for each kind of exercise. Exercises are data; these functions read them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.classroom.lessons import Table
from dsrct_edu.classroom.reading import getattr_quietly, number, numeral, shown
from dsrct_edu.wording import brief, listed

DOTS_INSIDE = (
    "Three dots `...` are still inside. Replace them with your answer, "
    "run that cell, then this one."
)


@dataclass(frozen=True)
class Outcome:
    """Whether an answer is right, what to say, which misconception it shows, if any was given."""

    passed: bool
    message: str
    misconception: str | None = None
    answered: bool = True


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


def _near(answer: float, expected: float, tolerance: float) -> bool:
    if math.isinf(expected) or math.isinf(answer):
        return answer == expected
    return abs(answer - expected) <= tolerance


def check_value(task: Task, answer: object) -> Outcome:
    """Check one number, within a tolerance. Infinity is a number: a median not reached."""
    value = number(answer)
    if value is None:
        return Outcome(False, _no_number(answer))
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
    about = task.entry["about"]
    otherwise = f"{shown(value)} is not {about}."
    if "share" in about and 0 < expected < 1 < value == round(value):
        otherwise = (
            f"{shown(value)} looks like a count. The exercise asks for a share: divide it by the "
            "number of those of whom it is a part."
        )
    return task.wrong(
        lambda record: _near(value, task.compute(record, "answer", float), tolerance), otherwise
    )


def _no_number(answer: object) -> str:
    """Say what to do with an answer that is not one number."""
    asked = "The exercise asks for one number"
    if numeral(answer) is not None:
        return "Quotation marks make this a text. Leave them out: a number has none."
    if isinstance(answer, str):
        return f"This is a text: {shown(answer)}. {asked}, in digits, without quotation marks."
    if isinstance(answer, bool | np.bool_):
        return f"This is `{bool(answer)}`, a yes or no. {asked}."
    if answer is None:
        return f"This is `None`: nothing came out of the cell above. {asked}."
    if isinstance(answer, pd.DataFrame | pd.Series | pd.Index | np.ndarray):
        return f"This is {shown(answer)}. {asked}: pick it out."
    if callable(answer):
        return f"This is {shown(answer)} itself. {asked}: call it, with its brackets."
    whole = f"a whole result of the kind `{type(answer).__name__}`"
    return f"One number is expected; found {whole}. Pick the number out of it."


def check_choice(task: Task, answer: object) -> Outcome:
    """Check one letter of the options, or the text of an option, in capitals or not."""
    options = task.entry["options"]
    letters = sorted(options)
    if task.entry["expected"] not in letters:
        raise task.entry.fault(f"one of {letters}", brief(task.entry["expected"]), "expected")
    given = letter_of(answer, options)
    if given is None:
        asked = listed([f'"{letter}"' for letter in letters], "or")
        return Outcome(False, f"Answer with one letter: {asked}. Found {shown(answer)}.")
    if given == task.entry["expected"]:
        return task.right
    return task.wrong(lambda record: record["answer"] == given, "This option does not fit.")


def letter_of(answer: object, options: Mapping[str, str]) -> str | None:
    """Return the letter that an answer names: by itself, or by how the option's text begins.

    Examples
    --------
    >>> options = {"a": "a confounder: it acts on both", "b": "a mediator"}
    >>> letter_of(" (B) ", options), letter_of("confounder", options), letter_of("a", options)
    ('b', 'a', 'a')
    """
    if not isinstance(answer, str):
        return None
    given = answer.strip().strip("().").lower()
    if given in options:
        return given
    words = _words(answer)
    begun = [letter for letter, text in options.items() if _words(text)[: len(words)] == words]
    return begun[0] if words and len(begun) == 1 else None


def _words(text: str) -> list[str]:
    """Return the words of a text in small letters, without an article before them."""
    words = re.findall(r"\w+", text[:500].lower())
    return words[1:] if len(words) > 1 and words[0] in ("a", "an", "the") else words


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
        return Outcome(False, f'Give the letters of the lines, as "b a c"; found {shown(answer)}.')
    order = [part.strip().lower() for part in parts[: 10 * len(letters)]]
    strange = [part for part in order if part not in letters]
    if strange:
        lines = listed([f"`{letter}`" for letter in letters])
        return Outcome(False, f"There is no line {shown(strange[0])}. The lines are {lines}.")
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
        return Outcome(False, f"A whole table (DataFrame) is expected; found {shown(answer)}.")
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
        return Outcome(False, f"A figure or its axes are expected; found {shown(answer)}.")
    for need in task.entry["requires"]:
        if not task.holds(need, axes=axes, figure=axes.figure):
            return Outcome(False, need["message"], need.get("misconception"))
    return task.right


def check_function(task: Task, answer: object) -> Outcome:
    """Check a function by what it does: each case has arguments and an expected result."""
    if not callable(answer):
        name = "Give its name alone, without brackets."
        return Outcome(False, f"A function is expected; found {shown(answer)}. {name}")
    outcome = _called(task, answer)
    constants = getattr_quietly(getattr_quietly(answer, "__code__"), "co_consts")
    if not outcome.passed and ... in (constants or ()):
        return Outcome(False, DOTS_INSIDE, answered=False)
    return outcome


def _called(task: Task, answer: Callable[..., object]) -> Outcome:
    tolerance = float(task.entry.get("tolerance", 1e-9))
    results: list[object] = []
    failed: Outcome | None = None
    for case in task.entry["cases"]:
        arguments = task.arguments(case)
        called = f"Called with `({case['arguments']})`"
        try:
            result = answer(*arguments)
        except (Exception, SystemExit) as error:
            kind = type(error).__name__
            return Outcome(False, f"{called} the function stops with {kind}.")
        results.append(result)
        expected = task.compute(case, "expected")
        if failed is None and not _same(result, expected, tolerance):
            gives = "`None`: does it end with `return`?" if result is None else f"{shown(result)}."
            message = case.get("message", f"{called} the function gives {gives}")
            failed = Outcome(False, message)
    if failed is None:
        return task.right

    def every_case(wrong: Callable[..., object]) -> list[object]:
        return [wrong(*task.arguments(case)) for case in task.entry["cases"]]

    def matches(record: Table) -> bool:
        theirs = task.compute(record, "answer", every_case)
        return all(
            _same(mine, other, tolerance) for mine, other in zip(results, theirs, strict=True)
        )

    return task.wrong(matches, failed.message)


def _same(result: object, expected: object, tolerance: float) -> bool:
    """Compare a result with the expected one: numbers and sequences within the tolerance."""
    target = number(expected)
    if target is not None:
        value = number(result)
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
