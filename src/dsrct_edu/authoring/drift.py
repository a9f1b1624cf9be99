"""Finds what in the committed notebooks no longer follows from its source; runs nothing."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from dsrct_edu.authoring import inserts, notebooks, reveals
from dsrct_edu.authoring.course import Course
from dsrct_edu.authoring.editions import SOLUTION, Edition, editions
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.places import Places

COMMAND = "dsrct-edu build"


def problems(lesson: Lesson, places: Places) -> list[str]:
    """Return what in the committed editions of a lesson does not follow from its source."""
    said = [
        found
        for edition in editions(lesson)
        if edition.committed
        for found in _problems(lesson, edition, places)
    ]
    return said if lesson.is_more else said or _reveals(lesson, places)


def _problems(lesson: Lesson, edition: Edition, places: Places) -> list[str]:
    path = edition.path(places.root, lesson.name)
    mend = f"run `{COMMAND} {lesson.id}`"
    shown = places.short(path)
    if not path.exists():
        return [f"{shown} is missing; {mend}"]
    try:
        committed = nbformat.read(path, as_version=4)
    except nbformat.reader.NotJSONError:
        return [f"{shown} is no notebook; {mend}"]
    values = committed.metadata.get("dsrct_edu", {}).get("values", {})
    if set(values) != set(inserts.fillers(lesson, edition)):
        return [f"{shown} has other values than the prose of {lesson.path.name} needs; {mend}"]
    expected = notebooks.notebook(lesson, edition, values)
    if _plain(committed.metadata) != _plain(expected.metadata):
        return [f"{shown} has other metadata than {lesson.path.name}; {mend}"]
    if [cell.id for cell in committed.cells] != [cell.id for cell in expected.cells]:
        return [f"{shown} has other cells than {lesson.path.name}; {mend}"]
    for mine, theirs in zip(committed.cells, expected.cells, strict=True):
        for part in ("cell_type", "source", "metadata"):
            if _plain(mine[part]) != _plain(theirs[part]):
                return [
                    f"{shown}: {part} of cell {mine.id} differs from {lesson.path.name}; {mend}"
                ]
    return []


def _reveals(lesson: Lesson, places: Places) -> list[str]:
    """Return whether the texts of reveals do not follow from source and committed solution."""
    solution = nbformat.read(SOLUTION.path(places.root, lesson.name), as_version=4)
    made = reveals.written(lesson, solution.metadata.dsrct_edu["values"])
    path = reveals.path(lesson)
    if (path.read_text(encoding="utf-8") if path.exists() else "") == made:
        return []
    mend = f"run `{COMMAND} {lesson.id}`" if made else f"remove it: `git rm {places.short(path)}`"
    return [f"{places.short(path)} does not follow from {lesson.path.name}; {mend}"]


def glossary(course: Course, places: Places) -> list[str]:
    """Return whether the committed glossary does not follow from its terms."""
    path = places.glossary
    made = nbformat.writes(notebooks.glossary(course.glossary))
    if path.exists() and path.read_text(encoding="utf-8").strip() == made.strip():
        return []
    return [f"{places.short(path)} differs from lessons/glossary.toml; run `{COMMAND}`"]


def orphans(places: Places) -> list[str]:
    """Return the notebooks and the texts of reveals that have no source."""
    names = {path.stem for path in places.sources()} | {places.glossary.stem}
    texts = places.lessons.glob("*.reveals.json")
    return [
        f"{name} has no source in lessons/; remove it: `git rm {name}`"
        for path in [*sorted(places.notebooks.rglob("*.ipynb")), *sorted(texts)]
        if path.name.partition(".")[0] not in names and ".ipynb_checkpoints" not in path.parts
        for name in [places.short(path)]
    ]


def _plain(thing: Any) -> str:
    return json.dumps(thing, sort_keys=True)
