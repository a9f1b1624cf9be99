"""What is left behind, drawn to scale, and how far the drug gets into it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Patch, Rectangle

from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import sheet
from dsrct_edu.figures.tables import ANY, COUNT, SHARE, name, tag
from dsrct_edu.wording import plain

_LEVELS = (0.5, 0.1, 0.01)  # of the concentration in the fluid
_BANDS = ("more than half", "half to a tenth", "a tenth to a hundredth", "less")
_TINTS = (1.0, 0.62, 0.3, 0.08)
_PARTS = ("half", "a tenth", "a hundredth")
_EDGE: dict[str, Any] = {"edgecolor": palette.INK, "lw": 1.2}
_COURSE = {"shape": ANY, "depth_mm": COUNT, "share": SHARE}
_SHAPES = ("plaque", "nodule")
_TALLEST, _HIGH, _FLAT = 2.6, 4.7, 2.7  # inches: a residue, the drawing, a plaque's width
_TOP, _LEFT, _CENTRE = 3.85, 0.35, 7.3  # where the fluid meets the plaque; left edge; nodule


@figure("A residue to scale, and the drug in it", _COURSE, height=_HIGH)
def residue(page: Figure, profile: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw a plaque washed from above beside a nodule washed all round, and the drug in both.

    Parameters
    ----------
    profile : DataFrame
        ``shape`` (plaque, nodule), ``depth_mm`` from 0 to the bottom of the plaque or the centre
        of the nodule, and ``share`` of the concentration in the fluid, which falls with depth.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a shape is missing, has no thickness, or holds more drug deeper down.

    Examples
    --------
    >>> from dsrct_edu import bedside
    >>> residue(bedside.penetration_by_shape()).words
    'A flat residue, 2.5 mm thick and washed from above: half of the drug is left at 0.35 mm, a \
tenth at 1.15 mm, at the bottom 0.67% of what the fluid holds. A round one, 2.5 mm across and \
washed all round: 41% at its centre.'
    """
    plaque, nodule = _profiles(profile)
    axes = sheet(page, _HIGH)
    inch = _TALLEST / max(plaque[0][-1], 2 * nodule[0][-1])  # of a millimetre
    _plaque(axes, *plaque, inch)
    _nodule(axes, *nodule, inch)
    for x, text in ((_LEFT, "Flat, washed from above"), (6.0, "Round, washed on all sides")):
        axes.text(x, _HIGH - 0.1, text, va="top", weight="bold")
    _scale(axes, inch)
    keys = [
        Patch(facecolor=_tint(band), edgecolor=palette.INK, label=text)
        for band, text in enumerate(_BANDS)
    ]
    heading = "How much drug: a part of what the fluid holds"
    axes.legend(handles=keys, ncols=4, loc="lower left", bbox_to_anchor=(0.02, 0.0), title=heading,
                alignment="left", columnspacing=1.2, title_fontsize=style.SMALL)  # fmt: skip
    return residue_words(profile)


_Profile = tuple[Floats, Floats]


def _profiles(profile: pd.DataFrame) -> list[_Profile]:
    found = []
    for shape in _SHAPES:
        mine = profile[profile["shape"] == shape].sort_values("depth_mm", kind="stable")
        depth, share = (mine[c].to_numpy(dtype=float) for c in ("depth_mm", "share"))
        if len(depth) < 2 or depth[0] > 0 or depth[-1] == 0:
            shapes = name(", ".join(map(str, pd.unique(profile["shape"]))))
            raise InputError(f"a {shape} from depth 0 inwards", shapes, "", "shape")
        if (np.diff(share) > 0).any():
            raise InputError("less drug deeper down", f"more in the {shape}", "", "share")
        found.append((depth, share))
    return found


def _crossings(depth: Floats, share: Floats) -> list[float]:
    """Return the depths at which the drug falls to each level that it does fall to."""
    reached = [level for level in _LEVELS if share[-1] < level < share[0]]
    return [float(np.interp(-level, -share, depth)) for level in reached]


def _scale(axes: Axes, inch: float) -> None:
    """Draw a bar of a round length, at most an inch and a half."""
    long = 10.0 ** np.floor(np.log10(1.5 / inch))
    axes.plot([9.6 - long * inch, 9.6], [0.95, 0.95], color=palette.INK, lw=3,
              solid_capstyle="butt")  # fmt: skip
    axes.text(9.6 - long * inch / 2, 1.02, f"{long:g} mm", ha="center", va="bottom",
              size=style.SMALL)  # fmt: skip


def _tint(band: int) -> str:
    return style.tint(palette.neutral(0).colour, _TINTS[band])


def _plaque(axes: Axes, depth: Floats, share: Floats, inch: float) -> None:
    levels, bottom = _crossings(depth, share), _TOP - depth[-1] * inch
    tops = [_TOP - edge * inch for edge in (0.0, *levels)]
    for band, top in enumerate(tops):
        strip = Rectangle((_LEFT, bottom), _FLAT, top - bottom, facecolor=_tint(band), **_EDGE)
        strip.set_gid(tag("plaque", _BANDS[band]))
        axes.add_patch(strip)
    texts = [*_PARTS[: len(levels)], _percent(share[-1])]
    places = [*tops[1:], bottom]
    heights = style.spread(places, [0.24] * len(places), 0.0, _TOP)
    for text, edge, y in zip(texts, [*levels, depth[-1]], heights, strict=True):
        axes.text(_LEFT + _FLAT + 0.1, y, f"{text} at {plain(edge, 2)} mm", va="center",
                  size=style.SMALL, weight="bold" if edge == depth[-1] else "normal")  # fmt: skip
    for y, text, side in (
        (_TOP + 0.08, name("fluid"), "bottom"),
        (bottom - 0.08, "healthy tissue", "top"),
    ):
        axes.text(_LEFT + _FLAT / 2, y, text, ha="center", va=side, size=style.SMALL)


def _nodule(axes: Axes, depth: Floats, share: Floats, inch: float) -> None:
    centre = (_CENTRE, _TOP - depth[-1] * inch)
    for band, edge in enumerate([0.0, *_crossings(depth, share)]):
        radius = (depth[-1] - edge) * inch
        disc = Circle(centre, radius, facecolor=_tint(band), **_EDGE)
        disc.set_gid(tag("nodule", _BANDS[band]))
        axes.add_patch(disc)
    ink = palette.PAPER if share[-1] >= _LEVELS[0] else palette.INK
    axes.text(*centre, _percent(share[-1]), ha="center", va="center", weight="bold", color=ink)
    axes.text(_CENTRE, _TOP + 0.08, name("fluid"), ha="center", va="bottom", size=style.SMALL)


def _percent(share: float) -> str:
    """Return a share with two digits that tell."""
    value = 100 * share
    return f"{value:.0f}%" if value >= 10 else f"{value:.2g}%" if value >= 5e-4 else "almost none"


def residue_words(profile: pd.DataFrame) -> str:
    """Say where half and a tenth of the drug are left, and what arrives deepest."""
    (depth, share), (inwards, inside) = _profiles(profile)
    places = [plain(edge, 2) for edge in _crossings(depth, share)[:2]]
    what = ("half of the drug is left", "a tenth")
    falls = [f"{part} at {edge} mm" for part, edge in zip(what, places, strict=False)]
    return (
        f"A flat residue, {plain(depth[-1])} mm thick and washed from above: "
        f"{', '.join([*falls, ''])}at the bottom {_percent(share[-1])} of what the fluid holds. "
        f"A round one, {plain(2 * inwards[-1])} mm across and washed all round: "
        f"{_percent(inside[-1])} at its centre."
    )
