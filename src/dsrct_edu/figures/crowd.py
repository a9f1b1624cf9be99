"""People as dots and icons: who passes which door, and what happens to 100 out of 100."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.path import Path

from dsrct_edu import checks
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import sheet
from dsrct_edu.figures.tables import ANY, COUNT, groups, name, passing, tag
from dsrct_edu.wording import listed, whole_parts

_GATES = {"gate": ANY, "n": COUNT, "stopped": replace(ANY, gaps=True, optional=True)}
_DOTS, _ACROSS = 100, 10  # at most so many dots; so many in a row
_PANELS = {"panel": ANY, "category": ANY, "n": COUNT}


@figure("Doors", _GATES, height=4.5)
def doors(
    page: Figure, gates: pd.DataFrame, *, steps: int | None = None, title: str | None = None
) -> str:
    """Draw rooms with doors between them, and people as dots in the room that they end up in.

    Parameters
    ----------
    gates : DataFrame
        ``gate, n``: people who come through each gate, the first row everyone; and, if you like,
        ``stopped``: what is said of those who get no further. Of more than 100 people, 100 dots
        are drawn.
    steps : int, optional
        Open this many doors; whoever is still on the way waits behind the next. All, if none.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, nobody starts, there is no door, or a later gate lets more through
        than came to it.

    Examples
    --------
    >>> import pandas as pd
    >>> gates = pd.DataFrame({"gate": ["diagnosed", "operated", "HIPEC"], "n": [200, 120, 30]})
    >>> doors(gates).words
    'Of every 100 diagnosed: 40 get no further; 45 operated, without HIPEC; 15 HIPEC.'
    >>> doors(gates, steps=1).words
    'Door 1 of 2 is open. Of every 100 diagnosed: 40 get no further; 60 operated.'
    """
    n = passing(gates, least=2).tolist()
    doors_ = len(n) - 1
    steps = doors_ if steps is None else checks.whole(steps, "steps", 0, doors_)
    rooms = _rooms(n, steps)
    axes = sheet(page, 4.5, line=0.3)
    wide = (style.WIDTH - 0.3) / len(n)
    looks = _room_looks(gates)
    for place, count in enumerate(rooms):
        left = 0.15 + place * wide
        _walls(axes, left, wide, opened=place < steps, last=place == doors_)
        label = style.wrapped(name(gates["gate"].iloc[place]), int(wide / 0.14), 2)
        entered = sum(rooms[place:]) if place <= steps else "?"
        axes.text(left + wide / 2, 4.24, label, ha="center", va="center", weight="bold")
        axes.text(left + wide / 2, 3.8, str(entered), ha="center", va="center", size=20)
        _dots(axes, left, wide, count, looks[place], place)
        if place <= steps:
            foot = _stopped(gates, place) if place < steps else "at the next door"
            text = f"{count} {foot}" if place < doors_ else ""
            axes.text(left + wide / 2, 0.38, style.wrapped(text, int(wide / 0.115), 2),
                      ha="center", va="center", size=style.SMALL)  # fmt: skip
    return door_words(gates, steps)


def _rooms(n: Sequence[float], steps: int) -> list[int]:
    """Return how many dots stand in each room once so many doors are open."""
    passing = [*n[: steps + 1], 0.0]
    staying = np.array([a - b for a, b in pairwise(passing)])
    dots = whole_parts((staying / n[0]).tolist(), int(min(n[0], _DOTS)))
    return [*dots, *[0] * (len(n) - steps - 1)]


def _room_looks(gates: pd.DataFrame) -> list[palette.Look]:
    """Return how those in each room are drawn: the last two may be the arms of HIPEC."""
    looks = [palette.NEUTRALS[0]] * len(gates)
    if palette.meaning(gates["gate"].iloc[-1]) == "HIPEC":
        looks[-2:] = [palette.NO_HIPEC, palette.HIPEC]
    return looks


def _walls(axes: Axes, left: float, wide: float, opened: bool, last: bool) -> None:
    line: dict[str, Any] = {"color": palette.INK, "lw": 2, "solid_capstyle": "butt"}
    low, high, right = 0.72, 3.5, left + wide
    axes.plot([left, right], [low, low], **line)
    axes.plot([left, right], [high, high], **line)
    if left < 0.2:
        axes.plot([left, left], [low, high], **line)
    if last or not opened:
        axes.plot([right, right], [low, high], **line)
    if last:
        return
    sill, lintel = 1.6, 2.45
    if opened:  # the wall has a gap, and the door stands ajar
        axes.plot([right, right], [low, sill], **line)
        axes.plot([right, right], [lintel, high], **line)
        axes.plot([right, right + 0.16], [lintel, sill + 0.16], **line | {"color": palette.GREY})
    else:
        leaf = {**line, "color": palette.GREY, "lw": 7}
        axes.plot([right, right], [sill, lintel], **leaf)


def _dots(axes: Axes, left: float, wide: float, count: int, look: palette.Look, room: int) -> None:
    """Stand people in rows from the floor up, clear of the doors."""
    gap = min(0.2, (wide - 0.5) / _ACROSS)
    place = np.arange(count)
    across = _ACROSS if count > 40 else 8 if count > 20 else 5
    start = left + wide / 2 - gap * (min(across, count) - 1) / 2
    x, y = start + gap * (place % across), 0.92 + 0.26 * (place // across)
    marker = "o" if look in palette.NEUTRALS else look.marker
    axes.plot(x, y, marker, color=look.colour, ms=10, mec=palette.INK, mew=0.6,
              gid=tag("room", room))  # fmt: skip


def _stopped(gates: pd.DataFrame, place: int) -> str:
    if "stopped" in gates and not pd.isna(gates["stopped"].iloc[place]):
        return name(gates["stopped"].iloc[place])
    last = place == len(gates) - 2 and palette.meaning(gates["gate"].iloc[-1]) == "HIPEC"
    return "without HIPEC" if last else "get no further"


def door_words(gates: pd.DataFrame, steps: int | None = None) -> str:
    """Say how many of everybody end up in each room, as far as the doors are open."""
    n = passing(gates, least=2).tolist()
    steps = len(n) - 1 if steps is None else steps
    rooms = _rooms(n, steps)
    first = name(gates["gate"].iloc[0])
    text = f"Door {steps} of {len(n) - 1} is open. " if 0 < steps < len(n) - 1 else ""
    text = "All doors are closed. " if steps == 0 else text
    said = []
    for place in range(steps + 1):
        gate, count = name(gates["gate"].iloc[place]), rooms[place]
        if place == steps:
            said.append(f"{count} {gate}")
        elif place == 0:
            said.append(f"{count} {_stopped(gates, place)}")
        else:
            said.append(f"{count} {gate}, {_stopped(gates, place)}")
    return (
        f"{text}Of {'every ' if n[0] != sum(rooms) else ''}{sum(rooms)} {first}: {'; '.join(said)}."
    )


_HEAD = Path.circle((0, 0.66), 0.3)
_BODY = Path(
    [(-0.42, y) for y in (-1, -0.1, 0.28)] + [(0.42, y) for y in (0.28, -0.1, -1)] + [(-0.42, -1)],
    [Path.MOVETO, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO, Path.CLOSEPOLY],
)
PERSON = Path.make_compound_path(_HEAD, _BODY)


@figure("People", _PANELS)
def people(page: Figure, table: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw people out of 100 as icons, a panel beside another: benefits and harms as counts.

    Parameters
    ----------
    table : DataFrame
        ``panel, category, n``: people in each category, whole numbers that add up to 100 in
        every panel. A category looks the same in every panel.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, the people of a panel do not add up, or there are more than four
        panels.

    References
    ----------
    Garcia-Retamero R, Cokely ET. Hum Factors 2017;59:582-627. doi:10.1177/0018720817690634

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "panel": ["Without HIPEC", "Without HIPEC", "With HIPEC", "With HIPEC"],
    ...         "category": ["alive at 5 years", "died before"] * 2,
    ...         "n": [28, 72, 32, 68],
    ...     }
    ... )
    >>> people(table).words
    'Without HIPEC, of 100 people: 28 alive at 5 years and 72 died before. With HIPEC, of 100 \
people: 32 alive at 5 years and 68 died before.'
    """
    each = panels_of(table)
    categories = groups(table, "category")
    looks = dict(zip(categories, palette.looks(categories), strict=True))
    drawn = {c: icon(looks[c], style_) for c, style_ in _styles(categories, each).items()}
    wide = style.WIDTH / len(each)
    cell = min((wide - 0.3) / _ACROSS, 0.36)
    inset = max((wide - cell * _ACROSS) / 2, 0.1)
    room = wide - inset
    said = {
        panel: [
            style.wrapped(f"{n} {name(category)}", int((room - 0.4) / 0.115), 2)
            for category, n in counts.items()
        ]
        for panel, counts in each.items()
    }
    line = 0.44 if any("\n" in text for texts in said.values() for text in texts) else 0.3
    deep, foot = cell * -(-100 // _ACROSS), line * max(map(len, said.values())) + 0.15
    high = deep + foot + 0.75
    axes = sheet(page, high)
    for place, (panel, counts) in enumerate(each.items()):
        left = place * wide + inset
        top = high - 0.65
        label = style.wrapped(name(panel), int(room / 0.14), 2)
        axes.text(left, top + 0.08, label, va="bottom", weight="bold")
        everyone = [category for category, n in counts.items() for _ in range(n)]
        for row, category in enumerate(counts):
            spots = np.flatnonzero([one == category for one in everyone])
            x = left + cell * (spots % _ACROSS + 0.5)
            y = top - cell * (spots // _ACROSS + 0.5)
            size = (0.86 * cell * 72) ** 2
            axes.scatter(x, y, s=size, gid=tag("people", category), **drawn[category])
            height = foot - 0.15 - line * row
            axes.scatter([left + 0.12], [height], s=(0.25 * 72) ** 2, **drawn[category])
            axes.text(left + 0.32, height, said[panel][row], va="center", size=style.SMALL)
    return people_words(table)


def panels_of(table: pd.DataFrame) -> dict[object, dict[object, int]]:
    """Return the people in each category, panel by panel, after checking that they add up."""
    each: dict[object, dict[object, int]] = {}
    for panel in groups(table, "panel"):
        mine = table[table["panel"] == panel]
        each[panel] = dict(zip(mine["category"], mine["n"].round().astype(int), strict=True))
        exact = bool((mine["n"] == mine["n"].round()).all())
        if not exact or mine["n"].sum() != 100 or len(each[panel]) < len(mine):
            found = f"{mine['n'].sum():g} in {name(panel)}"
            raise InputError("whole numbers that add up to 100", found, "", "n")
    if len(each) > 4:
        raise InputError("at most 4 panels", str(len(each)), "Draw two figures.", "panel")
    return each


def _styles(
    categories: Sequence[object], each: Mapping[object, Mapping[object, int]]
) -> dict[object, int]:
    """Return the first style of icon that no other category beside this one has."""
    styles: dict[object, int] = {}
    for category in categories:
        beside = {c for counts in each.values() if category in counts for c in counts}
        taken = {styles[c] for c in beside if c in styles}
        styles[category] = next(k for k in range(len(categories)) if k not in taken)
    return styles


def icon(look: palette.Look, place: int) -> dict[str, Any]:
    """Return how a category is drawn: solid, hollow, pale or hatched, so that grey tells them."""
    edge = style.shade(look.colour, 0.7)
    faces = (look.colour, palette.PAPER, style.tint(look.colour, 0.4), style.tint(look.colour, 0.7))
    drawn: dict[str, Any] = {"marker": PERSON, "facecolor": faces[place % 4], "edgecolor": edge}
    return drawn | {"linewidth": 1.2, "hatch": "//////" if place % 4 == 3 else None}


def people_words(table: pd.DataFrame) -> str:
    """Say how many people of each panel are in each category."""
    said = [
        f"{name(panel)}, of 100 people: "
        + listed([f"{n} {name(category)}" for category, n in counts.items()])
        + "."
        for panel, counts in panels_of(table).items()
    ]
    return " ".join(said)
