"""The rules of the lecturer's page: it fills the minutes, fits on paper, and judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dsrct_edu.authoring import prose, teaching
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.teaching import line

FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 5
MOST_WORDS = 760
"""More do not fit on one page with the figure; a browser test measures the pages."""
JUDGING = re.compile(
    r"\bHIPEC (?:works|saves?|cures|fails|is (?:useless|effective|ineffective|the answer))\b|"
    r"\b(?:was|were|is|are) saved\b|\bdo(?:es)? not work\b|\bdo(?:es)?n't work\b|\bproven?\b|"
    r"\bthe (?:best|right|wrong) treatment\b|\bshould (?:have|get|be given) HIPEC\b",
    re.IGNORECASE,
)
"""Sentences that endorse or reject HIPEC; between quotation marks or stars they are mentioned."""
_MENTIONED = re.compile(r"\"[^\"]*\"|\*[^*]+\*")
_NOT_SO = re.compile(r"[^.?!]*\bdoes not (?:show|say|mean|tell)\b[^.?!]*")
_MINUTES = re.compile(r"\*\*Minutes (\d+)[-–]\d+")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def problems(lesson: Lesson) -> list[str]:
    """Return what in the lecturer's page of a lesson does not fit; nothing if it has none."""
    data = lesson.data("teach")
    if not data:
        return []
    said = [*_minutes(lesson), *_places(lesson, data)]
    count = len(teaching.questions(lesson))
    if not FEWEST_QUESTIONS <= count <= MOST_QUESTIONS:
        said.append(
            f"{count} likely questions, with those of the notes; give {FEWEST_QUESTIONS} to "
            f"{MOST_QUESTIONS}"
        )
    if (words := _count(lesson, data)) > MOST_WORDS:
        said.append(f"{words} words on the page; at most {MOST_WORDS} fit: shorten it")
    for text in texts(data):
        said += [f"{number!r} is typed by hand; say it in words" for number in _typed(text)]
        said += [f"{found!r} endorses or rejects; say what was shown" for found in judged(text)]
    return [f"{lesson.file('teach').name}: {one}" for one in said]


def _minutes(lesson: Lesson) -> list[str]:
    """Insist that the marks fill the lesson, and begin where its notes begin."""
    marks, minutes = teaching.timeline(lesson), sum(lesson.metadata["minutes"].values())
    said = []
    if marks[-1].ends != minutes:
        said.append(f"the marks add up to {marks[-1].ends} minutes; the lesson has {minutes}")
    begins = {mark.begins for mark in marks}
    named = [int(minute) for note in teaching.notes(lesson) for minute in _MINUTES.findall(note)]
    return said + [
        f"a note of the lesson begins at minute {minute}, and no mark does: align them"
        for minute in named
        if minute not in begins
    ]


def _places(lesson: Lesson, data: dict[str, Any]) -> list[str]:
    """Insist that each heading that is named stands in the lesson, and in its order."""
    texts = [str(cell.source) for cell in lesson.cells if cell.cell_type == "markdown"]
    headings = [heading for text in texts for heading in _HEADING.findall(text)]
    named = [entry["at"] for entry in data["mark"]]
    figure = [data["figure"]["section"]] if "figure" in data else []
    said = [
        f"{name!r} is no heading of the lesson" for name in named + figure if name not in headings
    ]
    order = [headings.index(name) for name in named if name in headings]
    if order != sorted(order):
        said.append("the marks are not in the order of the lesson's headings")
    return said


def texts(data: Any) -> Iterator[str]:
    """Yield the texts of a data file, without the questions, which may ask anything."""
    if isinstance(data, str):
        yield line(data)
    elif isinstance(data, list):
        for one in data:
            yield from texts(one)
    elif isinstance(data, dict):
        for key, one in data.items():
            if key not in ("ask", "show", "figure"):
                yield from texts(one)


def judged(text: str) -> list[str]:
    """Return the words of a text that endorse or reject HIPEC, but for those it only mentions.

    Examples
    --------
    >>> judged("So HIPEC works."), judged('Listen for "HIPEC works".')
    (['HIPEC works'], [])
    >>> judged("The gap does not show that HIPEC works.")
    []
    """
    return JUDGING.findall(_NOT_SO.sub(" ", _MENTIONED.sub(" ", text)))


def _typed(text: str) -> list[str]:
    return [found for found in prose.FIGURE.findall(text) if found not in prose.CONVENTIONS]


def _count(lesson: Lesson, data: dict[str, Any]) -> int:
    """Count the words of the page, with what is taken from elsewhere."""
    own = [*texts({key: one for key, one in data.items() if key != "question"})]
    asked = [text for pair in teaching.questions(lesson) for text in pair]
    wrong = [
        f"{slip.belief} {slip.where} {slip.answer} {slip.reply}" for slip in teaching.slips(lesson)
    ]
    return sum(len(text.split()) for text in own + asked + wrong)
