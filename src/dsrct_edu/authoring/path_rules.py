"""The rules of a path: it begins with care, is fair to HIPEC both ways, and numbers its guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dsrct_edu.authoring import course, decks, paths, teaching_rules
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.disease.committed import reveal
from dsrct_edu.errors import InputError

CARE = {
    "that one may leave": r"\bleave\b|\bstep out",
    "where support is found": r"\bsupport\b",
    "that this is not medical advice": r"not\s+medical\s+advice",
    "that it neither endorses nor rejects": r"neither\s+endorses\s+nor\s+rejects",
}
"""What the first words of a path say, and how one finds it."""
_GUESS = re.compile(r"\bGuess (\d+)")


def problems(places: Places) -> list[str]:
    """Return what the paths of a folder of lessons break."""
    said = []
    for path in paths.files(places):
        try:
            said += [f"{path.name}: {one}" for one in _of_path(path, places)]
        except LessonError as error:
            said.append(str(error))
    return said


def _of_path(path: Path, places: Places) -> Iterator[str]:
    paths.guess_sheet(path, places)  # to find a guess that no lesson asks for
    if path.name.endswith(paths.DECK):
        content = decks.read(path)
        entries = [slide for part in content["part"] for slide in part["slide"]]
        first = entries[0].get("text", "")
        yield from _numbered(entries)
    else:
        content = paths.read(path, course.read(places.lessons))
        entries = [block for session in content["session"] for block in session["block"]]
        first = content["note"]
    yield from (
        f"its first words do not say {what}; begin with a note on the content"
        for what, how in CARE.items()
        if not re.search(how, first)
    )
    yield from _fair(entries)
    for text in teaching_rules.texts(content):
        for found in teaching_rules.judged(text):
            yield f"{found!r} endorses or rejects; say what was shown"


def _numbered(slides: list[dict[str, Any]]) -> Iterator[str]:
    """Insist that the slides say the number of each guess, in order, and have its range for it."""
    number = 0
    for slide in slides:
        named = {int(one) for one in _GUESS.findall(f"{slide.get('text')} {slide.get('notes')}")}
        number += "guess" in slide
        wanted = {number} if "guess" in slide else set()
        if named != wanted:
            yield (
                f"slide {slide['title']!r} names guess {sorted(named)}, and its `guess` makes it "
                f"{sorted(wanted)}"
            )


def _fair(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Insist that one reveal at least shows a world in which HIPEC helps."""
    named = [entry["vindicates"] for entry in entries if "vindicates" in entry]
    if not named:
        yield 'no reveal vindicates HIPEC; name one, as in `vindicates = "registry_a"`'
    for name in named:
        try:
            ratio = reveal(name).hazard_ratio
        except InputError as error:
            yield str(error)
            continue
        if ratio >= 1:
            yield f"in {name} HIPEC does not help; a reveal that vindicates it shows another"
