"""What the lessons of a course share: their list, glossary, misconceptions, and words for names.

What a folder of one's own says is added to what the kit ships, so it need not have any of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dsrct_edu.authoring import sources
from dsrct_edu.classroom.lessons import line_of
from dsrct_edu.resources import find


@dataclass(frozen=True)
class Entry:
    """One lesson in the list of a course."""

    file: str
    title: str
    minutes: int
    misconceptions: tuple[str, ...]
    written: bool


@dataclass(frozen=True)
class Course:
    """The lessons by their two digits, the glossary and the misconceptions by their keys.

    `labels` holds what readers see in place of a name from the code, such as a column's.
    """

    lessons: dict[str, Entry]
    glossary: dict[str, Any]
    misconceptions: dict[str, Any]
    labels: dict[str, str] = field(default_factory=dict)

    def treating(self, misconception: str) -> list[str]:
        """Return the lessons that treat a misconception, written or planned."""
        return [key for key, entry in self.lessons.items() if misconception in entry.misconceptions]


def read(folder: Path) -> Course:
    """Return the course around a folder of lessons."""
    lessons: dict[str, Entry] = {}
    glossary: dict[str, Any] = {}
    misconceptions: dict[str, Any] = {}
    labels: dict[str, str] = {}
    for place in dict.fromkeys([find("lessons").resolve(), folder.resolve()]):
        lessons |= _planned(place) | _written(place)
        glossary |= _entries(place / "glossary.toml", term=str, forms=list, meaning=str)
        misconceptions |= _entries(place / "misconceptions.toml", short=str, right=str)
        labels |= _labels(place / "labels.toml")
    return Course(dict(sorted(lessons.items())), glossary, misconceptions, labels)


def _labels(path: Path) -> dict[str, str]:
    """Return the words of a file that has one on each line: ``name = "words"``."""
    found = sources.toml(path)
    for name, words in found.items():
        if not isinstance(words, str):
            place = f"{path.name}, line {line_of(sources.text(path), [name])}"
            raise sources.LessonError(place, f"`{name}` needs {sources.KINDS[str]}, in quotes")
    return found


def _entries(path: Path, **needed: type) -> dict[str, Any]:
    """Return the tables of a data file, each with the keys that it needs."""
    found = sources.toml(path)
    for key, entry in found.items():
        for name, kind in needed.items():
            if not isinstance(entry, dict) or not isinstance(entry.get(name), kind):
                place = f"{path.name}, line {line_of(sources.text(path), [key, name])}"
                said = f"[{key}] needs `{name}`: {sources.KINDS[kind]}"
                raise sources.LessonError(place, said)
    return found


def _planned(folder: Path) -> dict[str, Entry]:
    path = folder / "course.toml"
    entries = _entries(path, file=str, title=str, minutes=int, misconceptions=list)
    return {
        key: Entry(
            entry["file"],
            entry["title"],
            entry["minutes"],
            tuple(entry["misconceptions"]),
            written=False,
        )
        for key, entry in entries.items()
    }


def _written(folder: Path) -> dict[str, Entry]:
    found = {}
    for path in sorted(folder.glob("[0-9][0-9]_*.md")):
        if path.stem.endswith(sources.MORE):
            continue
        meta = sources.front_matter(path)
        minutes = sum(meta["minutes"][part] for part in ("teach", "exercise"))
        treated = tuple(meta["misconceptions"])
        found[path.stem[:2]] = Entry(path.stem, meta["title"], minutes, treated, written=True)
    return found
