"""Finds and reads the data that lies beside a lesson: checks and quiz."""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from dsrct_edu.errors import InputError
from dsrct_edu.resources import find

FOLDER_VARIABLE = "DSRCT_EDU_LESSONS"
"""Environment variable: another folder of lessons, for a lecturer who has adapted the course."""


def folder() -> Path:
    """Return the folder of lessons: the shipped one, or the lecturer's own.

    Returns
    -------
    pathlib.Path
        The folder named by the environment variable ``DSRCT_EDU_LESSONS``, or else the lessons
        that the kit ships.

    Examples
    --------
    >>> folder().name
    'lessons'
    """
    own = os.environ.get(FOLDER_VARIABLE)
    return Path(own) if own else find("lessons")


@lru_cache(maxsize=64)
def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def beside(lesson: str, kind: str) -> dict[str, Any]:
    """Return the data file that lies beside a lesson.

    Parameters
    ----------
    lesson : str
        Two digits, such as ``"05"``.
    kind : str
        ``"checks"`` or ``"quiz"``.

    Returns
    -------
    dict
        The content of ``lessons/05_….checks.toml``.

    Raises
    ------
    InputError
        If there is no such lesson, or it has no such file.

    Examples
    --------
    >>> sorted(beside("05", "checks"))
    ['exercise', 'predict']
    """
    found = sorted(folder().glob(f"{lesson}_*.{kind}.toml")) if lesson.isalnum() else []
    if not found:
        have = sorted({path.name[:2] for path in folder().glob(f"[0-9][0-9]_*.{kind}.toml")})
        raise InputError(
            expected=f"a lesson with {kind}: {', '.join(have) or 'none is there yet'}",
            found=repr(lesson)[:60],
            remedy='Use the two digits of the lesson, such as "05".',
        )
    return _read(found[0])
