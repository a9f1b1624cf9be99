"""Writes the skeleton of a new lesson: source, checks, quiz and lecturer's page."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from dsrct_edu import checks
from dsrct_edu.errors import InputError

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
    place = Path(folder)
    taken = sorted(place.glob(f"{number:02d}_*.md"))
    if taken:
        remedy = "Choose another, or edit that lesson."
        raise InputError("a free number", taken[0].name, remedy, argument="number")
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for ending in _ENDINGS:
        text = (files(__package__) / "templates" / f"lesson{ending}").read_text(encoding="utf-8")
        text = text.replace("NUMBER", f"{number:02d}").replace(
            "TITLE", name.replace("_", " ").capitalize()
        )
        path = place / f"{number:02d}_{name}{ending}"
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written
