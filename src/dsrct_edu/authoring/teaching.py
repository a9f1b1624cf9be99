"""What a lecturer needs beside a lesson: from its data, its speaker's notes, its wrong answers.

``lessons/NN_name.teach.toml`` holds what no other file knows. Likely questions that the notes name,
wrong answers and guesses are taken from where they stand, so that nothing is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.classroom.exercises import tags

_ASKED = re.compile(r"Likely question:\s+\*(.+?)\*\s+(.+)", re.DOTALL)


@dataclass(frozen=True)
class Mark:
    """From which minute to which, under which heading of the lesson, and what one does there."""

    begins: int
    ends: int
    at: str
    do: str


@dataclass(frozen=True)
class Slip:
    """A misconception, and what a student hears whose recorded answer shows it.

    `where` names the exercise or the question, `answer` quotes an option that was chosen.
    """

    belief: str
    where: str
    answer: str
    reply: str


def timeline(lesson: Lesson) -> list[Mark]:
    """Return the minute marks of a lesson, one after the other."""
    made, minute = [], 0
    for entry in lesson.data("teach")["mark"]:
        made.append(Mark(minute, minute + entry["minutes"], entry["at"], entry["do"]))
        minute = made[-1].ends
    return made


def questions(lesson: Lesson) -> list[tuple[str, str]]:
    """Return likely questions with answers: those of the notes, then those of the file."""
    found = [
        (match[1], match[2])
        for note in notes(lesson)
        for paragraph in re.split(r"\n\s*\n", note)
        for match in _ASKED.finditer(paragraph)
    ]
    found += [(entry["ask"], entry["answer"]) for entry in lesson.data("teach").get("question", ())]
    return [(f"{ask[:1].upper()}{line(ask)[1:]}", line(answer)) for ask, answer in found]


def notes(lesson: Lesson) -> list[str]:
    """Return the speaker's notes of a lesson."""
    return [cell.source for cell in lesson.cells if "instructor" in tags(cell)]


def slips(lesson: Lesson) -> list[Slip]:
    """Return, for each misconception that a lesson treats, a recorded answer that shows it."""
    found: dict[str, Slip] = {}
    for code, slip in _recorded(lesson):
        found.setdefault(code, slip)
    return [found[code] for code in lesson.metadata["misconceptions"] if code in found]


def _recorded(lesson: Lesson) -> Iterator[tuple[str, Slip]]:
    """Yield wrong answers with their misconception: those of exercises, then those of the quiz."""
    known = lesson.course.misconceptions
    for key, exercise in lesson.data("checks").get("exercise", {}).items():
        for record in exercise.get("wrong", ()):
            if (code := record.get("misconception")) in known:
                chosen = exercise.get("options", {}).get(record["answer"], "")
                place = f"exercise {key}"
                yield code, Slip(known[code]["short"], place, line(chosen), line(record["message"]))
    for number, item in enumerate(lesson.data("quiz").get("item", ()), 1):
        for option in item["option"]:
            if (code := option.get("misconception")) in known:
                place = f"question {number}"
                text, why = line(option["text"]), line(option["why"])
                yield code, Slip(known[code]["short"], place, text, why)


def line(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())
