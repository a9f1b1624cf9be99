"""The one style: sizes, lines, fills. Applied around drawing, never left behind."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.colors import to_hex, to_rgb

from dsrct_edu.figures.palette import INK, PALE, PAPER, Look

WIDTH = 10.0  # inches; 1,000 pixels on screen
# Points. The smallest is 18 pixels on screen, and 16 where a picture is shown at 89 % of its size.
SMALL, TEXT, LARGE = 13.0, 14.0, 16.0
SIX_YEARS, SEVEN_YEARS = 72.0, 84.0  # months: where a picture with a tail ends; drawn whole

DASHED: dict[str, Any] = {"color": INK, "lw": 1.2, "ls": (0, (4, 2))}  # a value to hold against
DOTTED: dict[str, Any] = {"lw": 1.2, "ls": (0, (1, 2))}  # a place on an axis

_RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib, so every machine draws the same letters
    "font.size": TEXT,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "axes.titlesize": LARGE,
    "axes.titlelocation": "left",
    "axes.labelsize": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 1.0,
    "axes.formatter.useoffset": False,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 2.4,
    "lines.scale_dashes": True,
    "hatch.linewidth": 0.8,
    "svg.hashsalt": "dsrct-edu",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}


@contextmanager
def applied() -> Iterator[None]:
    """Draw in the kit's style and put the user's own settings back afterwards."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)
        yield


def mix(colour: str, other: str, share: float) -> str:
    """Mix two colours; share 1 gives the first, 0 the other."""
    red, green, blue = (
        share * a + (1 - share) * b for a, b in zip(to_rgb(colour), to_rgb(other), strict=True)
    )
    return to_hex((red, green, blue))


def tint(colour: str, share: float) -> str:
    """Lighten a colour; share 1 keeps it, 0 is white."""
    return mix(colour, PAPER, share)


def shade(colour: str, share: float) -> str:
    """Darken a colour; share 1 keeps it, 0 is the colour of ink."""
    return mix(colour, INK, share)


def greyed(colour: str) -> str:
    """Grey a colour out, leaving just enough of it to tell two tails apart."""
    return mix(colour, PALE, 0.3)


def fill(look: Look) -> dict[str, Any]:
    """Return the fill of a bar or band: pale enough for its hatch to be seen."""
    return {
        "facecolor": tint(look.colour, 0.72),
        "edgecolor": shade(look.colour, 0.45),
        "hatch": look.hatch,
    }


def white(pad: float, alpha: float = 1.0) -> dict[str, Any]:
    """Return the box behind a text that stands on a drawing."""
    return {"facecolor": PAPER, "edgecolor": "none", "pad": pad, "alpha": alpha}


def wrapped(text: object, width: int, lines: int = 3) -> str:
    """Break a label at words into at most this many lines; an ellipsis marks what is cut."""
    return "\n".join(
        textwrap.wrap(str(text), width, max_lines=lines, placeholder=" …", break_on_hyphens=True)
    )


def month_ticks(longest: float, most: int = 8) -> list[float]:
    """Return whole-month axis ticks from 0 that do not pass the longest time: years, if they fit.

    Parameters
    ----------
    longest : float
        Longest time to show, in months.
    most : int, default 8
        At most this many steps; of years a quarter more.

    Returns
    -------
    list of float
        Multiples of 1, 2, 3, 6, 12, 24, 60 or 120 months.

    Examples
    --------
    >>> month_ticks(62), month_ticks(20)
    ([0.0, 12.0, 24.0, 36.0, 48.0, 60.0], [0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0])
    """
    years = longest >= 36 and longest / 12 <= 1.25 * most
    steps = (12,) if years else (1, 2, 3, 6, 12, 24, 60, 120)
    step = next((s for s in steps if longest / s < most or years), 0)
    step = step or 120 * math.ceil(longest / 120 / most)
    return [float(step * k) for k in range(int(longest // step) + 1)]


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Move labels apart, as little as possible, so that none overlaps another.

    Parameters
    ----------
    wanted : sequence of float
        Where each label's centre would like to be.
    heights : sequence of float
        Height of each label, in the same unit.
    low, high : float
        Band that the labels should keep to where they fit.

    Returns
    -------
    list of float
        Centres, in the order given; of two that want the same place the first stands higher.

    Examples
    --------
    >>> spread([0.5, 0.5], [0.1, 0.1], 0, 1)
    [0.55, 0.45]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], -i))
    clusters: list[tuple[float, list[int]]] = []  # (start of the block, its members)

    def start(members: list[int]) -> float:
        offset, ideal = 0.0, 0.0
        for i in members:
            ideal += wanted[i] - offset - heights[i] / 2
            offset += heights[i]
        return min(max(ideal / len(members), low), high - offset)

    for i in order:
        members = [i]
        while clusters and clusters[-1][0] + sum(heights[k] for k in clusters[-1][1]) > start(
            members
        ):
            members = clusters.pop()[1] + members
        clusters.append((start(members), members))
    centres = [0.0] * len(wanted)
    for begin, members in clusters:
        for i in members:
            centres[i] = round(begin + heights[i] / 2, 10)
            begin += heights[i]
    return centres
