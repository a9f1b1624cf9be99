"""A test and the people it sorts: everybody as an icon, in the room of the positives or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.crowd import icon
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import sheet
from dsrct_edu.figures.tables import ANY, COUNT, groups, name, tag
from dsrct_edu.wording import listed

_SORTED = {"tumour": ANY, "result": ANY, "n": COUNT}
_DEEP = 18  # people in a column
_NARROW = 2.9  # inches that the heading and the counts of a room need


@figure("A test sorts people into two rooms", _SORTED)
def sorted_people(page: Figure, table: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw everybody who was tested as an icon, in the room that the result sends them to.

    Parameters
    ----------
    table : DataFrame
        ``tumour, result, n``: whole people with each tumour and result, of two results. At most
        1,000 in all.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, there are not two results, or there are more than 1,000 people.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"tumour": ["A", "B"] * 2, "n": [18, 1, 2, 79],
    ...     "result": ["positive", "positive", "negative", "negative"]})
    >>> sorted_people(table).words
    'Of 100 people tested, 19 are positive: 18 A and 1 B; 81 are negative: 2 A and 79 B.'
    """
    rooms = _rooms_of_a_test(table)
    tumours = groups(table, "tumour")
    looks = dict(zip(tumours, palette.looks(tumours), strict=True))
    drawn = {one: icon(looks[one], place) for place, one in enumerate(tumours)}
    line, tall = 0.3, 0.215
    foot = line * len(tumours) + 0.3
    high = _DEEP * tall + foot + 0.65
    axes = sheet(page, high)
    columns = [-(-sum(counts.values()) // _DEEP) for counts in rooms.values()]
    cell = _column_width(columns)
    left = 0.2
    for column, (result, counts) in zip(columns, rooms.items(), strict=True):
        heading = f"Test {name(result)}: {sum(counts.values()):,}"
        axes.text(left, high - 0.32, heading, va="center", weight="bold")
        everyone = [one for one, n in counts.items() for _ in range(n)]
        for row, one in enumerate(counts):
            spots = np.flatnonzero([other == one for other in everyone])
            x = left + cell * (spots // _DEEP + 0.5)
            y = high - 0.65 - tall * (spots % _DEEP + 0.5)
            axes.scatter(x, y, s=(0.8 * tall * 72) ** 2, gid=tag("tested", f"{result} {one}"),
                         **drawn[one] | {"linewidth": 0.6})  # fmt: skip
            height = foot - 0.25 - line * row
            axes.scatter([left + 0.12], [height], s=(0.25 * 72) ** 2, **drawn[one])
            said = f"{counts[one]:,} {name(one)}"
            axes.text(left + 0.32, height, said, va="center", size=style.SMALL)
        left += max(column * cell, _NARROW) + 0.3
    return sorted_words(table)


def _column_width(columns: Sequence[int]) -> float:
    """Return how wide a column of people is, so that both rooms fit beside each other."""
    room = style.WIDTH - 0.6
    each = room / sum(columns)
    if min(columns) * each < _NARROW:
        each = (room - _NARROW) / max(columns)
    return min(each, 0.2)


def _rooms_of_a_test(table: pd.DataFrame) -> dict[object, dict[object, int]]:
    rooms: dict[object, dict[object, int]] = {}
    for result in groups(table, "result"):
        rows = table[table["result"] == result]
        rooms[result] = dict(zip(rows["tumour"], rows["n"].round().astype(int), strict=True))
    everyone = sum(sum(counts.values()) for counts in rooms.values())
    if len(rooms) != 2 or not 0 < everyone <= 1000:
        expected, found = "1 to 1,000 people with two results", f"{everyone:,} with {len(rooms)}"
        raise InputError(expected, found, "", "result")
    return rooms


def sorted_words(table: pd.DataFrame) -> str:
    """Say how many are positive and negative, and which tumours they have."""
    rooms = _rooms_of_a_test(table)
    said = [
        f"{sum(counts.values()):,} are {name(result)}: "
        + listed([f"{n:,} {name(one)}" for one, n in counts.items()])
        for result, counts in rooms.items()
    ]
    everyone = sum(sum(counts.values()) for counts in rooms.values())
    return f"Of {everyone:,} people tested, {'; '.join(said)}."
