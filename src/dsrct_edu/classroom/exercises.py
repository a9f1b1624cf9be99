"""Walks over the cells of a lesson and gathers what belongs to each exercise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

Cell = Mapping[str, Any]
"""A cell in the nbformat 4 layout, read by nbformat or as plain JSON."""

_CHECK_CALL = re.compile(r"""\bcheck\(\s*["']([\w.]+)["']""")


@dataclass(frozen=True)
class Exercise:
    """The cells of one exercise, in the order of the lesson; None where one is missing."""

    key: str
    hint: Cell | None
    code: Cell | None
    check: Cell
    answer: Cell | None = None

    @property
    def optional(self) -> bool:
        """Whether its code is tagged so."""
        return self.code is not None and "optional" in tags(self.code)


def tags(cell: Cell) -> list[str]:
    """Return the tags of a cell.

    Examples
    --------
    >>> tags({"metadata": {"tags": ["hint"]}})
    ['hint']
    """
    return list(cell["metadata"].get("tags", []))


def source(cell: Cell) -> str:
    """Return the text of a cell, which files may hold as a list of lines.

    Examples
    --------
    >>> source({"source": ["Seven ", "of ten."]})
    'Seven of ten.'
    """
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def walk(cells: Iterable[Cell]) -> list[Exercise]:
    """Return the exercises of a lesson, in any of its editions.

    A check cell names the exercise; the hint and the code before it, and the worked answer after
    it, are its own.

    Examples
    --------
    >>> code = {"cell_type": "code", "metadata": {"tags": ["exercise"]}, "source": "share = ..."}
    >>> check = {"cell_type": "code", "metadata": {"tags": ["check"]}, "source": 'check("42.1", x)'}
    >>> [(exercise.key, source(exercise.code)) for exercise in walk([code, check])]
    [('42.1', 'share = ...')]
    """
    found: list[Exercise] = []
    before: dict[str, Cell] = {}
    for cell in cells:
        own = tags(cell)
        if "solution" in own and found and found[-1].answer is None:
            found[-1] = replace(found[-1], answer=cell)
        if "hint" in own:
            before["hint"] = cell
        if "exercise" in own and cell["cell_type"] == "code":
            before["code"] = cell
        if "check" in own and (call := _CHECK_CALL.search(source(cell))):
            found.append(Exercise(call[1], before.get("hint"), before.get("code"), cell))
            before = {}
    return found
