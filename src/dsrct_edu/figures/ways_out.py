"""One room with several doors: who has left by which, and who is still inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.crowd import panels_of
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import sheet
from dsrct_edu.figures.tables import ANY, COUNT, groups, name, tag

_COLUMNS = {"panel": ANY, "category": ANY, "n": COUNT}
_SLOT = 0.95  # height of a door and of those who stand outside it, inches
_ROWS = 4  # rows of people outside a door
_GAP = 0.145  # from one of them to the next
_FREE = "still free"  # the category of those in the room
_OPEN, _HELD = 0.27, 0.07  # half the width of a door


@dataclass(frozen=True)
class _Room:
    """Where a room stands: its left and right wall, its floor and its ceiling."""

    left: float
    right: float
    floor: float
    ceiling: float


@figure("Ways out of one room", _COLUMNS)
def exits(
    page: Figure,
    table: pd.DataFrame,
    *,
    held: Mapping[str, str] | None = None,
    title: str | None = None,
) -> str:
    """Draw people in a room with several doors: each leaves by one door, once, or is still there.

    Parameters
    ----------
    table : DataFrame
        ``panel, category, n``: people in each category, whole numbers that add up to 100 in
        every panel, as `dsrct_edu.analysis.CumulativeIncidence.people` counts them. One panel or
        two. Those who are "still free" are in the room; each other category is a door.
    held : mapping, optional
        Panel to the door that is held nearly shut in it.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, the people of a panel do not add up, there are more than two
        panels, or nobody can be in the room.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "panel": ["no HIPEC"] * 3 + ["HIPEC"] * 3,
    ...         "category": ["peritoneal", "hepatic", "still free"] * 2,
    ...         "n": [60, 20, 20, 40, 28, 32],
    ...     }
    ... )
    >>> exits(table, held={"HIPEC": "peritoneal"}).words
    'no HIPEC, of 100 people: 60 left by the door peritoneal, 20 by hepatic, and 20 still free. \
HIPEC, of 100 people (the door peritoneal is held): 40 left by the door peritoneal, 28 by hepatic, \
and 32 still free.'
    """
    each = panels_of(table)
    doors = [category for category in groups(table, "category") if category != _FREE]
    if len(each) > 2:
        raise InputError("one panel or two", str(len(each)), "Draw two figures.", "panel")
    if len(doors) == table["category"].nunique():
        raise InputError(f"people who are {_FREE}", "none", "", "category")
    looks = dict(zip(doors, palette.looks(doors), strict=True))
    deep = _SLOT * max(len(doors), 2)
    high, wide = deep + 0.6, style.WIDTH / len(each)
    axes = sheet(page, high)
    for place, (panel, counts) in enumerate(each.items()):
        left = place * wide + 0.15
        walls = _Room(left, left + min(0.38 * wide, 2.4), 0.1, 0.1 + deep)
        head = style.wrapped(name(panel), int(wide / 0.14), 1) if panel != "all" else ""
        axes.text(left, deep + 0.2, head, va="bottom", weight="bold")
        shut = None if held is None else held.get(str(panel))
        heights = [walls.ceiling - _SLOT * (k + 0.5) for k in range(len(doors))]
        _walls(axes, walls, {y: door == shut for y, door in zip(heights, doors, strict=True)})
        _inside(axes, walls, counts[_FREE])
        outside = (walls.right + 0.3, left + wide - 0.35)
        for y, door in zip(heights, doors, strict=True):
            fits = int((outside[1] - outside[0]) / 0.115)
            after = " (held)" if door == shut else ""
            text = style.wrapped(f"{counts.get(door, 0)} {name(door)}", fits - len(after), 1)
            axes.text(outside[0], y + 0.27, text + after, va="center", size=style.SMALL)
            _outside(axes, y, outside, counts.get(door, 0), looks[door], tag("exit", door))
    return exit_words(table, held)


def _walls(axes: Axes, room: _Room, doors: Mapping[float, bool]) -> None:
    """Draw the walls, with a gap for each door: wide, or nearly shut."""
    line: dict[str, Any] = {"color": palette.INK, "lw": 2, "solid_capstyle": "butt"}
    corners = [(room.right, room.ceiling), (room.left, room.ceiling), (room.left, room.floor)]
    x, y = zip(*corners, (room.right, room.floor), strict=True)
    axes.plot(x, y, **line)
    top = room.ceiling
    leaf = line | {"color": palette.GREY, "lw": 7}
    for middle, shut in doors.items():
        axes.plot([room.right] * 2, [top, middle + _OPEN], **line)
        if shut:
            for side in (1, -1):
                ends = [middle + side * _HELD, middle + side * _OPEN]
                axes.plot([room.right] * 2, ends, **leaf)
        top = middle - _OPEN
    axes.plot([room.right] * 2, [top, room.floor], **line)


def _inside(axes: Axes, room: _Room, n: int) -> None:
    axes.text(room.left + 0.12, room.ceiling - 0.1, f"{n} {_FREE}", va="top", size=style.SMALL)
    across = int((room.right - room.left - 0.25) / _GAP)
    spots = [
        (room.left + 0.18 + _GAP * (k % across), 0.28 + _GAP * (k // across)) for k in range(n)
    ]
    _dots(axes, spots, palette.NEUTRALS[0], _GAP, tag("exit", "room"))


def _outside(
    axes: Axes, y: float, span: tuple[float, float], n: int, look: palette.Look,
    gid: str,
) -> None:  # fmt: skip
    across = max(int((span[1] - span[0]) / _GAP) + 1, -(-n // _ROWS))
    gap = min(_GAP, (span[1] - span[0]) / (across - 1))
    spots = [
        (span[0] + 0.05 + gap * (k % across), y + 0.05 - gap * (k // across)) for k in range(n)
    ]
    _dots(axes, spots, look, gap, gid)


def _dots(
    axes: Axes, spots: list[tuple[float, float]], look: palette.Look, gap: float, gid: str
) -> None:
    x, y = [spot[0] for spot in spots], [spot[1] for spot in spots]
    marker = "o" if look in palette.NEUTRALS else look.marker
    axes.plot(x, y, marker, color=look.colour, ms=50 * gap, mec=palette.INK, mew=0.5, gid=gid)


def exit_words(table: pd.DataFrame, held: Mapping[str, str] | None = None) -> str:
    """Say how many of each panel have left by which door, and how many are still in the room."""
    said = []
    for panel, counts in panels_of(table).items():
        doors = [(name(door), n) for door, n in counts.items() if door != _FREE]
        first, *others = doors
        left = [f"{first[1]} left by the door {first[0]}", *(f"{n} by {d}" for d, n in others)]
        shut = None if held is None else held.get(str(panel))
        which = f" (the door {name(shut)} is held)" if shut else ""
        who = "Of" if panel == "all" else f"{name(panel)}, of"
        text = f"{who} 100 people{which}: {', '.join(left)}"
        said.append(f"{text}, and {counts[_FREE]} {_FREE}.")
    return " ".join(said)
