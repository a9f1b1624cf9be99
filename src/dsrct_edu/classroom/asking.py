"""What a prediction asks for: a number, a word or a letter. Questions are data; this reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from dsrct_edu.classroom.lessons import Table
from dsrct_edu.classroom.reading import digits, number, numeral, shown
from dsrct_edu.classroom.verifiers import letter_of
from dsrct_edu.wording import brief, listed

KINDS = ("number", "word", "letter")

Guess = float | str
"""What can be guessed."""


class Unfit(ValueError):
    """A guess that is not of the kind, or not in the range, that its question asks for."""


@dataclass(frozen=True)
class Question:
    """What is guessed, and what a guess of it can be.

    Attributes
    ----------
    about : str
        A phrase: ``"median survival with HIPEC"``.
    unit : str
        Such as ``"months"``.
    kind : str
        ``"number"``, ``"word"`` or ``"letter"``; empty where anything will do.
    low, high : float
        The range of a number; infinite where none is set.
    options : mapping
        Letters with what they stand for, or words with nothing.
    """

    about: str
    unit: str = ""
    kind: str = ""
    low: float = -math.inf
    high: float = math.inf
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> str:
        """What a guess is, as a phrase.

        Examples
        --------
        >>> Question("the share", kind="number", low=0, high=100).wanted
        'a number from 0 to 100'
        """
        if self.kind == "number":
            return f"a number{self._range()}{f' ({self.unit})' if self.unit else ''}"
        quoted = listed([f'"{option}"' for option in self.options], "or")
        if self.kind == "letter":
            return f"a letter in quotation marks: {quoted}"
        return f"a word in quotation marks{f': {quoted}' if quoted else ''}"

    def _range(self) -> str:
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f" from {digits(self.low)} to {digits(self.high)}"
        if math.isfinite(self.low):
            return f", {digits(self.low)} or more"
        return f", {digits(self.high)} or less" if math.isfinite(self.high) else ""

    def take(self, guess: object) -> Guess:
        """Return a guess as a number or a text.

        Raises
        ------
        Unfit
            If it cannot be a guess; the message says what is expected.

        Examples
        --------
        >>> Question("the share", kind="number", low=0, high=100).take("30 %")
        30.0
        """
        if not self.kind:
            value = number(guess)
            return guess if isinstance(guess, str) else brief(guess) if value is None else value
        taken = self._number(guess) if self.kind == "number" else self._text(guess)
        if taken is None:
            raise Unfit(f"Your guess is {shown(guess)}. What is expected is {self.wanted}.")
        return taken

    def _number(self, guess: object) -> float | None:
        value = numeral(guess, self.unit)
        value = number(guess) if value is None else value
        return value if value is not None and self.low <= value <= self.high else None

    def _text(self, guess: object) -> str | None:
        if not isinstance(guess, str) or not guess.strip():
            return None
        if self.kind == "letter":
            return letter_of(guess, self.options)
        word = " ".join(guess.split()).strip(".,!\"'").lower()
        return word if word in self.options or not self.options else None

    def told(self, value: object) -> str:
        """Return a guess or a result in words, with its unit.

        Examples
        --------
        >>> Question("survival", unit="months").told(34.2), Question("x").told("lower")
        ('34.2 months', 'lower')
        """
        if isinstance(value, str):
            text = f"{value} ({self.options[value]})" if self.options.get(value) else value
            return text if len(text) <= 80 else f"{text[:77]}..."
        return f"{shown(value)} {self.unit}".strip()


def question(entry: Table) -> Question:
    """Return the question of one ``[predict]`` table of a lesson's checks.

    Raises
    ------
    AuthorError
        If the table lacks what its kind needs.
    """
    kind = entry["kind"]
    if kind not in KINDS:
        raise entry.fault(listed(KINDS, "or"), brief(kind), "kind")
    options = entry["options"] if kind == "letter" else dict.fromkeys(entry.get("options", []), "")
    low, high = (float(entry.get(*end)) for end in (("low", -math.inf), ("high", math.inf)))
    return Question(entry["about"], entry.get("unit", ""), kind, low, high, options)
