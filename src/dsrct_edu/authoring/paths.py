"""Paths for a lecturer: a deck for a talk, a programme for a day or a semester, and their guesses.

``<name>.deck.toml`` is a talk (`decks` makes it), ``<name>.path.toml`` a programme of several
lessons. Both begin with a note on their content, mark their minutes, and hold at least one world in
which HIPEC helps. The guesses of each go onto one sheet for the room.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from nbformat import v4

from dsrct_edu.authoring import course, decks, exporter, guess_sheets, schemas, sources
from dsrct_edu.authoring.course import Course
from dsrct_edu.authoring.guess_sheets import Group
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.lessons import line_of
from dsrct_edu.classroom.words import inline
from dsrct_edu.figures import tables

DECK, PATH = ".deck.toml", ".path.toml"


@dataclass(frozen=True)
class Block:
    """One row of a programme: when, how long, what, and the lesson that it takes, if any."""

    starts: str
    minutes: int
    what: str
    do: str
    lesson: str = ""
    sheet: str = ""
    guesses: str = ""
    helps: str = ""


@dataclass(frozen=True)
class Session:
    """What is done in one go."""

    title: str
    minutes: int
    blocks: list[Block]


def read(path: Path, shared: Course) -> dict[str, Any]:
    """Read a programme, with the minutes of whole lessons filled in.

    Raises
    ------
    LessonError
        If it does not fit its schema, names no lesson, or its minutes do not add up.
    """
    data = sources.toml(path)
    schema = json.loads((schemas.FOLDER / "path.schema.json").read_text(encoding="utf-8"))
    for error in Draft202012Validator(schema).iter_errors(data):
        place = f"{path.name}, line {line_of(sources.text(path), list(error.absolute_path))}"
        raise LessonError(place, schemas.short(error.message))
    for session in data["session"]:
        for block in session["block"]:
            key = block.get("lesson")
            if key and key not in shared.lessons:
                raise LessonError(path.name, f"there is no lesson {key!r}")
            if key:
                block.setdefault("minutes", shared.lessons[key].minutes)
                block.setdefault("what", f"Lesson {key}, {shared.lessons[key].title}")
            if not {"minutes", "what"} <= set(block):
                raise LessonError(path.name, "a block without a lesson needs `minutes` and `what`")
        _adds_up(path, session["title"], session["block"], session["minutes"])
    _adds_up(path, "the path", data["session"], data["minutes"])
    return data


def _adds_up(path: Path, what: str, parts: list[dict[str, Any]], minutes: int) -> None:
    total = sum(part["minutes"] for part in parts)
    if total != minutes:
        raise LessonError(path.name, f"{what} adds up to {total} minutes, and says {minutes}")


def programme(path: Path, places: Places) -> str:
    """Return a programme as one HTML page."""
    shared = course.read(places.lessons)
    data = read(path, shared)
    sessions = _sessions(data, shared)
    taken = [block.sheet for session in sessions for block in session.blocks if block.sheet]
    return exporter.html(
        "path.html.j2",
        v4.new_notebook(),
        name=path.name.removesuffix(PATH),
        sessions=sessions,
        taken=dict.fromkeys(taken),
        **{key: data[key] for key in ("title", "minutes", "timed", "note", "whom")},
        **{key: [inline(text) for text in data[key]] for key in ("print", "fewer")},
    )


def _sessions(data: dict[str, Any], shared: Course) -> list[Session]:
    """Return the sessions of a programme; a day has times of the clock, a semester minutes."""
    made = []
    minute = _minutes_of(data["timed"]) if data["timed"] else 0
    for session in data["session"]:
        rows, minute = [], minute if data["timed"] else 0
        for entry in session["block"]:
            starts = f"{minute // 60:02d}:{minute % 60:02d}" if data["timed"] else str(minute)
            rows.append(_block(entry, starts, shared))
            minute += entry["minutes"]
        made.append(Session(session["title"], session["minutes"], rows))
    return made


def _minutes_of(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return 60 * int(hours) + int(minutes)


def _block(entry: dict[str, Any], starts: str, shared: Course) -> Block:
    key = entry.get("lesson", "")
    return Block(
        starts,
        entry["minutes"],
        inline(entry["what"]),
        inline(entry.get("do", "")),
        key,
        shared.lessons[key].file if key else "",
        _range(entry.get("guess", [])),
        _spoken(entry.get("vindicates", "")),
    )


def _range(keys: list[str]) -> str:
    return " to ".join([keys[0], keys[-1]]) if len(keys) > 1 else "".join(keys)


def _spoken(cohort: str) -> str:
    """Return the name of a cohort as one says it, such as ``registry A``."""
    kind, _, letter = cohort.partition("_")
    return tables.name(f"{kind} {letter.upper()}".strip())


def guess_sheet(path: Path, places: Places) -> str:
    """Return the slips and strips of a path as HTML for the printer."""
    if path.name.endswith(DECK):
        content = decks.read(path)
        groups = [Group("", list(_of_deck(content, places)))]
    else:
        content = read(path, course.read(places.lessons))
        groups = [
            Group(session["title"], [
                guess_sheets.guess(f"Guess {key}", _entry(key, places))
                for block in session["block"] for key in block.get("guess", ())
            ])
            for session in content["session"]
        ]  # fmt: skip
    return guess_sheets.page(content["title"], [group for group in groups if group.asked])


def _of_deck(content: dict[str, Any], places: Places) -> Iterator[guess_sheets.Guess]:
    """Yield the guesses of a deck, numbered as its slides number them."""
    numbers = count(1)
    for slide in _slides(content):
        asked = slide.get("guess", [])
        number = next(numbers) if asked else 0
        for place, entry in enumerate(asked):
            letter = "abc"[place] if len(asked) > 1 else ""
            known = _entry(entry, places) if isinstance(entry, str) else entry
            yield guess_sheets.guess(f"Guess {number}{letter}", known)


def _entry(key: str, places: Places) -> dict[str, Any]:
    """Return what the checks of a lesson say of one of its predictions."""
    for path in places.lessons.glob(f"{key[:2]}_*.checks.toml"):
        found = sources.toml(path).get("predict", {}).get(key)
        if found:
            return dict(found)
    raise LessonError(places.lessons.name, f"there is no prediction {key!r} for a path to take")


def _slides(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [slide for part in content["part"] for slide in part["slide"]]


def files(places: Places) -> list[Path]:
    """Return the decks and programmes of a folder of lessons."""
    return sorted([*places.lessons.glob(f"*{DECK}"), *places.lessons.glob(f"*{PATH}")])


def pages(path: Path, places: Places) -> Iterator[tuple[Path, str]]:
    """Yield the files of a path, besides the deck itself, with their texts."""
    folder = places.build / "lecturer"
    name = re.sub(r"\.(?:deck|path)\.toml$", "", path.name)
    if path.name.endswith(PATH):
        yield folder / f"{name}.html", programme(path, places)
    yield folder / f"{name}_guesses.html", guess_sheet(path, places)
