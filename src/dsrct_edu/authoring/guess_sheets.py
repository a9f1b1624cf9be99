"""Makes the sheets for a room's guesses: slips to fill in, and strips on which all are gathered.

A slip bears no name. A strip has the range and the unit of its guess and room for a mark a student,
so that a hall sees how it guessed before it sees what came out. No answer stands on either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.ticker import MaxNLocator
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
    ends : tuple of str
        The lowest and the highest number; empty without a range.
    ticks : tuple of (str, float)
        Numbers along the strip, each with its place from 0 to 1.
    options : list of (str, str)
        Letters and texts, as HTML; the letter is empty where words stand for themselves.
    """

    label: str
    about: str
    unit: str = ""
    ends: tuple[str, ...] = ()
    ticks: tuple[tuple[str, float], ...] = ()
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """The guesses that are asked together, under a heading or none."""

    title: str
    asked: list[Guess]


def of_lesson(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the slips and strips of a lesson as HTML for the printer."""
    entries = lesson.data("checks").get("predict", {})
    guesses = [guess(f"Guess {key}", entry) for key, entry in entries.items()]
    return page(f"{lesson.id} {lesson.metadata['title']}", [Group("", guesses)], notebook)


def page(title: str, groups: Sequence[Group], notebook: NotebookNode | None = None) -> str:
    """Return the slips and strips of some guesses as HTML for the printer."""
    count = sum(len(group.asked) for group in groups)
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
    bounds = (asked.low, asked.high)
    if not all(map(math.isfinite, bounds)):
        return Guess(label, about, inline(asked.unit), options=options)
    ends = tuple(map(digits, bounds))
    return Guess(label, about, inline(asked.unit), ends, _ticks(*bounds), options)


def _ticks(low: float, high: float) -> tuple[tuple[str, float], ...]:
    """Return round numbers along a range, each with its place, ends included.

    Examples
    --------
    >>> _ticks(0, 200)
    (('0', 0.0), ('50', 0.25), ('100', 0.5), ('150', 0.75), ('200', 1.0))
    """
    width = high - low
    found = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    inner = [one for one in found if low + 0.05 * width < one < high - 0.05 * width]
    values = [low, *map(float, inner), high]
    return tuple((digits(round(one, 6)), round((one - low) / width, 4)) for one in values)
