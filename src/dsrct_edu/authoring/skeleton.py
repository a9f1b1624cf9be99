"""Begins a lesson: writes a skeleton, or copies a lesson of the kit to be adapted."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from dsrct_edu import checks, files
from dsrct_edu.errors import InputError
from dsrct_edu.resources import find
from dsrct_edu.wording import brief

_ENDINGS = (".md", ".checks.toml", ".quiz.toml", ".teach.toml")


def new_lesson(number: int, name: str, folder: str | Path = "lessons") -> list[Path]:
    """Write the skeleton of a lesson that the build accepts as it is.

    Parameters
    ----------
    number : int
        0 to 99.
    name : str
        Lower-case words joined by underscores, such as ``"kaplan_meier"``.
    folder : path
        Where lessons lie.

    Returns
    -------
    list of pathlib.Path
        The source, its checks, its quiz, and what its lecturer's page says.

    Raises
    ------
    InputError
        If the number or the name does not fit, or the lesson is already there. Nothing is
        overwritten.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name.partition(".")[2] for path in new_lesson(42, "small_steps", folder)]
    ['md', 'checks.toml', 'quiz.toml', 'teach.toml']
    """
    checks.whole(number, "number", 0, 99)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        remedy = "Write it like kaplan_meier."
        raise InputError(
            "lower-case words joined by underscores", repr(name), remedy, argument="name"
        )
    place = _free(f"{number:02d}", folder)
    written = []
    for ending in _ENDINGS:
        text = (resources.files(__package__) / "templates" / f"lesson{ending}").read_text(
            encoding="utf-8"
        )
        text = text.replace("NUMBER", f"{number:02d}").replace(
            "TITLE", name.replace("_", " ").capitalize()
        )
        path = place / f"{number:02d}_{name}{ending}"
        files.write(path, text)
        written.append(path)
    return written


def adapt(lesson: str, folder: str | Path = "lessons") -> list[Path]:
    """Copy the source of a lesson of the kit, with the data beside it, to be changed.

    Parameters
    ----------
    lesson : str
        Its two digits, such as ``"05"``.
    folder : path
        Where lessons lie.

    Returns
    -------
    list of pathlib.Path
        The copies; what a build derives from them is not copied.

    Raises
    ------
    InputError
        If there is no such lesson, or the number is taken. Nothing is overwritten.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     adapt("05", folder)[0].name
    '05_kaplan_meier.checks.toml'
    """
    known = {path.name[:2]: path.parent for path in _shipped()}
    if lesson not in known:
        expected = f"the two digits of a lesson: {', '.join(sorted(known))}"
        raise InputError(expected, brief(lesson), "Choose one of these.", argument="lesson")
    place = _free(lesson, folder)
    written = []
    for path in sorted(known[lesson].glob(f"{lesson}_*")):
        if path.suffix != ".json":
            written.append(place / path.name)
            files.write(written[-1], path.read_bytes())
    return written


def _shipped() -> list[Path]:
    """Return the sources of the lessons of the course and of the examples."""
    places = [find("lessons"), *sorted(find("examples").glob("*/lessons"))]
    return [path for place in places for path in sorted(place.glob("[0-9][0-9]_*.md"))]


def _free(number: str, folder: str | Path) -> Path:
    """Return the folder for lessons, made if need be, if the number is free in it."""
    place = Path(folder)
    taken = sorted(place.glob(f"{number}_*.md"))
    if taken:
        remedy = "Choose another, or edit that lesson."
        raise InputError("a free number", taken[0].name, remedy, argument="number")
    place.mkdir(parents=True, exist_ok=True)
    return place
