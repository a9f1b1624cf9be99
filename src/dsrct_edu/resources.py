"""Finds the data and the lessons, in an installed wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

from dsrct_edu.errors import InputError

_PACKAGE = Path(__file__).resolve().parent
_SHARE = _PACKAGE / "_share"


def root() -> Path:
    """Return the folder that holds ``data/``, ``lessons/`` and ``notebooks/``."""
    if _SHARE.is_dir():
        return _SHARE
    return _PACKAGE.parents[1]


def find(*parts: str) -> Path:
    """Return the path of a file or folder that the kit ships.

    Parameters
    ----------
    *parts : str
        Path below the shipped root, such as ``"data", "synthetic", "teaching.csv"``.

    Raises
    ------
    InputError
        If the file is not there: the installation is incomplete.

    Examples
    --------
    >>> from dsrct_edu.resources import find
    >>> find("data", "synthetic").name
    'synthetic'
    """
    path = root().joinpath(*parts)
    if not path.exists():
        raise InputError(
            expected=f"the shipped file {'/'.join(parts)}",
            found="no such file in this installation",
            remedy="Install the package again; in a checkout, run `make course`.",
        )
    return path
