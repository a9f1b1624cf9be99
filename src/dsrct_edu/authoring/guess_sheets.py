"""Makes the sheets for a room's guesses: slips to fill in, and strips on which all are gathered.

A slip bears no name. A strip has the range and the unit of its guess and room for a mark a student,
so that a hall sees how it guessed before it sees what came out. No answer stands on either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode, v4

from dsrct_edu.authoring import exporter
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.classroom.asking import question
from dsrct_edu.classroom.lessons import as_table
from dsrct_edu.classroom.reading import digits
from dsrct_edu.classroom.words import inline

MOST_ON_HALF_A_PAGE = 6
"""With more guesses than these a slip takes a whole page."""


@dataclass(frozen=True)
class Guess:
    """One guess of a room.

    Attributes
    ----------
    label : str
        Such as ``"Guess 2"``.
    about, unit : str
        HTML.
    ticks : tuple of str
        Numbers along the strip, from its low end to its high one; empty without a range.
    options : list of (str, str)
        Letters and texts, as HTML; the letter is empty where words stand for themselves.
    """

    label: str
    about: str
    unit: str = ""
    ticks: tuple[str, ...] = ()
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """The guesses that are asked together, under a heading or none."""

    title: str
    guesses: list[Guess]


def of_lesson(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the slips and strips of a lesson as HTML for the printer."""
    entries = lesson.data("checks").get("predict", {})
    guesses = [guess(f"Guess {key}", entry) for key, entry in entries.items()]
    return page(f"{lesson.id} {lesson.metadata['title']}", [Group("", guesses)], notebook)


def page(title: str, groups: Sequence[Group], notebook: NotebookNode | None = None) -> str:
    """Return the slips and strips of some guesses as HTML for the printer."""
    count = sum(len(group.guesses) for group in groups)
    return exporter.html(
        "guesses.html.j2",
        notebook or v4.new_notebook(),
        title=title,
        groups=groups,
        copies=2 if count <= MOST_ON_HALF_A_PAGE else 1,
    )


def guess(label: str, entry: dict[str, Any]) -> Guess:
    """Return a guess, from what a checks file or a path says of it."""
    asked = question(as_table(entry))
    letters = any(asked.options.values())
    options = [
        (key, inline(text)) if letters else ("", inline(key)) for key, text in asked.options.items()
    ]
    about = inline(f"{asked.about[:1].upper()}{asked.about[1:]}")
    return Guess(label, about, inline(asked.unit), _ticks(asked.low, asked.high), options)


def _ticks(low: float, high: float) -> tuple[str, ...]:
    """Return five numbers along a range, ends included; none if it has no end.

    Examples
    --------
    >>> _ticks(0, 200)
    ('0', '50', '100', '150', '200')
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return ()
    return tuple(digits(round(low + (high - low) * part / 4, 2)) for part in range(5))
