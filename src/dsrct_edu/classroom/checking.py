"""Checks a student's answer: says what is right, or which misconception shows.

No answer raises an error. A lesson's file that does not work does, since no answer can mend it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dsrct_edu.classroom import lessons, verifiers, watching
from dsrct_edu.classroom.progress import SESSION
from dsrct_edu.classroom.reading import dots
from dsrct_edu.classroom.words import box, paragraphs
from dsrct_edu.figures.palette import NOT_YET, RIGHT, TO_DO
from dsrct_edu.wording import brief, listed

UNANSWERED = (
    "Nothing to check yet. Replace the three dots `...` above, run that cell, then this one."
)
STOPPED = (
    "The cell that sets `{name}` stopped with an error when it last ran, so there is no new answer "
    "to check. Mend that cell, run it, then this one."
)
UNCHECKABLE = (
    "This answer could not be checked: it did not behave as expected when it was looked at. "
    "Give a plain value of the kind that the exercise asks for."
)


@dataclass(frozen=True)
class CheckResult:
    """What a check says. Its ``repr`` is the message, so a notebook shows it by itself.

    Attributes
    ----------
    exercise : str
        Such as ``"05.2"``.
    passed : bool
        Whether the answer is right.
    message : str
        What is right, or what the answer shows.
    misconception : str or None
        Its code in the misconception bank, if the answer shows a known one.
    hint : str or None
        The next step of help; later attempts get later steps. After the last one it also says how
        to see the worked answer.
    answered : bool
        False while the answer is still the three dots of the stub.
    """

    exercise: str
    passed: bool
    message: str
    misconception: str | None = None
    hint: str | None = None
    answered: bool = True

    @property
    def verdict(self) -> str:
        """``Right``, ``Not yet`` or ``To do``."""
        return "Right" if self.passed else "Not yet" if self.answered else "To do"

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        hint = f"\n{self.hint}" if self.hint else ""
        return f"{self.verdict} ({self.exercise}). {self.message}{hint}"

    def _repr_html_(self) -> str:
        colour = RIGHT if self.passed else NOT_YET if self.answered else TO_DO
        head = f"**{self.verdict} ({self.exercise}).** {self.message}"
        return box(paragraphs(head) + paragraphs(self.hint or ""), colour)


@lru_cache(maxsize=32)
def run_given(code: str) -> dict[str, Any]:
    """Run the code that the expected answers of a lesson share."""
    import numpy as np
    import pandas as pd

    import dsrct_edu as dsrct

    names: dict[str, Any] = {"dsrct": dsrct, "np": np, "pd": pd}
    exec(compile(code, "<given>", "exec"), names)
    return names


def evaluate(exercise: dict[str, Any], answer: object, given: str = "") -> verifiers.Outcome:
    """Compare an answer with what an exercise expects.

    Parameters
    ----------
    exercise : dict
        One entry of a ``.checks.toml`` file.
    answer : object
        Whatever the student gave.
    given : str
        Code that defines the names used by the expected answers.

    Returns
    -------
    Outcome
        ``passed``, ``message`` and ``misconception``. Any exception that the answer raises while
        it is looked at becomes a message.

    Raises
    ------
    AuthorError
        If the exercise itself does not work.

    Examples
    --------
    >>> half = {"kind": "value", "expected": "1 / 2", "tolerance": 0.01, "right": "Half."}
    >>> evaluate(half, 0.5).message
    'Half.'
    """
    entry = lessons.as_table(exercise)
    kind = entry["kind"]
    if kind not in verifiers.KINDS:
        raise entry.fault(listed(list(verifiers.KINDS), "or"), brief(kind), "kind")
    with lessons.Table({}, entry.path).blamed("given"):
        names = dict(run_given(given))
    try:
        return verifiers.KINDS[kind](verifiers.Task(entry, names), answer)
    except lessons.AuthorError:
        raise
    except (Exception, SystemExit):
        return verifiers.Outcome(False, UNCHECKABLE)


def check(exercise: str, answer: object = ...) -> CheckResult:
    """Check the answer to an exercise and say what to do next.

    Parameters
    ----------
    exercise : str
        The number of the exercise, such as ``"05.2"``.
    answer : object
        The student's answer. The three dots of the stub count as no answer yet.

    Returns
    -------
    CheckResult
        ``.passed``; shown by itself at the end of a cell. Nothing is printed, no answer raises
        an error, and the solution is never told.

    Raises
    ------
    AuthorError
        If the file of the lesson is broken, with the line.

    Examples
    --------
    >>> check("05.1", ...).passed
    False
    >>> check("no such exercise", 1)
    To do (no such exercise). There is no exercise with this number. Use it as the text gives it.
    """
    watching.watch()
    key = exercise if isinstance(exercise, str) else brief(exercise)
    data = lessons.checks_of(key)
    entry = data.get("exercise", {}).get(key)
    if entry is None:
        message = "There is no exercise with this number. Use it as the text gives it."
        return CheckResult(key[:40], False, message, answered=False)
    if name := watching.stopped_since(key):
        return CheckResult(key, False, STOPPED.format(name=name), answered=False)
    if dots(answer):
        return CheckResult(key, False, UNANSWERED, answered=False)
    outcome = evaluate(entry, answer, data.get("given", ""))
    if not outcome.answered:
        return CheckResult(key, False, outcome.message, answered=False)
    attempt = SESSION.add("exercise", key, outcome.passed, outcome.misconception)
    hint = None if outcome.passed else _hint(entry.get("hints", []), attempt, key)
    return CheckResult(key, outcome.passed, outcome.message, outcome.misconception, hint)


def _hint(hints: list[str], attempt: int, key: str) -> str:
    """Return the hint for this attempt; the last one stays, and the worked answer is offered."""
    step = min(attempt, len(hints))
    hint = f"Hint {step} of {len(hints)}: {hints[step - 1]}\n\n" if hints else ""
    offer = f'To see a worked answer, run `dsrct.worked_answer("{key}")` in a cell of your own.'
    return hint + offer if attempt > len(hints) else hint.rstrip()
