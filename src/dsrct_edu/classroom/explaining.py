"""Says in one plain line what stopped a cell, for someone who never saw a traceback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import TracebackType
from typing import Any

from dsrct_edu.errors import InputError
from dsrct_edu.wording import listed

_DOTS = "Three dots `...` are still there. Replace them with your answer, and run the cell again."
_LAST = "The last line says what went wrong, and nothing is broken."
SHORT = f"The cell stopped. {_LAST}"
"""What is always true."""


def plainly(
    error: BaseException,
    traceback: TracebackType | None = None,
    names: Iterable[str] = (),
    stopped: Mapping[str, str] | None = None,
) -> str:
    """Return one line that says what stopped a cell and what to do.

    Parameters
    ----------
    error : BaseException
        What was raised.
    traceback : traceback, optional
        Where; a table in it tells which column was meant.
    names : iterable of str
        The names that the student's session knows.
    stopped : mapping, optional
        Names whose cells stopped when they last ran.

    Returns
    -------
    str

    Examples
    --------
    >>> plainly(NameError("name 'b' is not defined", name="b"))
    'Python knows no name `b`. If you mean the letter, put it in quotation marks: "b".'
    >>> plainly(NameError("name 'pateints' is not defined", name="pateints"), names=["patients"])
    'Python knows no name `pateints`. Near it: `patients`. Or run the cells above: one of them \
may set it.'
    """
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, NameError) and error.name:
        return _unknown(error.name, names, stopped or {})
    if isinstance(error, KeyError) and (found := _table(error, traceback)):
        return _column(*found)
    if isinstance(error, AttributeError) and isinstance(error.name, str):
        near = _near(error.name, dir(error.obj))
        return (
            f"This `{type(error.obj).__name__}` has nothing named `{error.name}`. {near or _LAST}"
        )
    if isinstance(error, SyntaxError):
        place = f"Line {error.lineno}" if error.lineno else "A line"
        return f"{place} is not Python yet. Is a quotation mark, a bracket or a comma missing?"
    if isinstance(error, TypeError | ValueError) and "ellipsis" in str(error):
        return _DOTS
    if isinstance(error, ModuleNotFoundError):
        return f"{error}. In a terminal, `dsrct-edu doctor` says how to mend it."
    return SHORT


def _unknown(name: str, names: Iterable[str], stopped: Mapping[str, str]) -> str:
    if name in stopped:
        return (
            f"`{name}` is not there yet: the cell that sets it stopped with an error. "
            "Mend that cell first."
        )
    said = f"Python knows no name `{name}`."
    if len(name) == 1:
        return f'{said} If you mean the letter, put it in quotation marks: "{name}".'
    if near := _near(name, names):
        return f"{said} {near} Or run the cells above: one of them may set it."
    return (
        f'{said} If it is a word of your answer, put it in quotation marks: "{name}". '
        "If it is a name, run the cells above, which set it."
    )


def _near(name: str, names: Iterable[str]) -> str:
    shown = [other for other in names if not other.startswith("_")]
    near = get_close_matches(name, shown, 3, 0.7)
    return f"Near it: {_quoted(near)}." if near else ""


def _quoted(names: list[str]) -> str:
    return listed([f"`{name}`" for name in names], "or")


def _table(error: KeyError, traceback: TracebackType | None) -> tuple[str, list[str]] | None:
    """Return the name that a table or a column did not know, and those that it knows."""
    import pandas as pd

    found = None
    while traceback is not None:
        own = traceback.tb_frame.f_locals
        for table in (own.get("self"), own.get("obj")):
            if isinstance(table, pd.DataFrame | pd.Series):
                found = _missing(table, [own.get("key"), *error.args]) or found
        traceback = traceback.tb_next
    return found


def _missing(table: Any, keys: list[object]) -> tuple[str, list[str]] | None:
    known = [str(name) for axis in reversed(table.axes) for name in axis if isinstance(name, str)]
    asked = [name for key in keys for name in (key if isinstance(key, list) else [key])]
    missing = [name for name in asked if isinstance(name, str) and name not in known]
    return (missing[0], known) if missing and known else None


def _column(name: str, known: list[str]) -> str:
    said = f"There is no `{name}` here."
    if near := _near(name, known):
        return f"{said} {near}"
    more = " and others" if len(known) > 8 else ""
    return f"{said} What is there: {', '.join(f'`{other}`' for other in known[:8])}{more}."
