"""A hidden confounder: what it would do, over how strongly it acts on treatment and on outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy.interpolate import RectBivariateSpline

from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key
from dsrct_edu.figures.tables import NUMBER, name
from dsrct_edu.wording import listed, plain, ratio

_TREATMENT, _OUTCOME = "treatment_strength", "outcome_strength"
_STRENGTHS = {_TREATMENT: NUMBER, _OUTCOME: NUMBER, "difference": replace(NUMBER, gaps=True)}

_FINE, _LABELLED = (
    81,
    16,
)  # steps of the drawn plane; a line of fewer steps has no room for a number


@figure("What a hidden confounder would do", _STRENGTHS, height=6.4)
def sensitivity_plane(
    page: Figure,
    table: pd.DataFrame,
    measured: pd.DataFrame | None = None,
    *,
    hidden: tuple[float, float] | None = None,
    treatment: str = "HIPEC",
    unit: str = "months",
    title: str | None = None,
) -> str:
    """Draw a difference over the strengths of a hidden confounder, as lines of equal difference.

    Parameters
    ----------
    table : DataFrame
        ``treatment_strength`` (log odds per standard deviation), ``outcome_strength`` (log hazard
        per standard deviation), ``difference``: a row for each pair on a grid of at least two by
        two. ``ci_low, ci_high``, if there, are said where both strengths are zero.
    measured : DataFrame, optional
        ``confounder, treatment_strength, outcome_strength, difference``: those that were measured,
        as points.
    hidden : (float, float), optional
        Both strengths of the hidden confounder itself, where the world is made up and they are
        known.
    treatment : str, default "HIPEC"
        What the odds are of.
    unit : str, default "months"
        Unit of the difference.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, or the rows are no grid.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"treatment_strength": [0, 0, 1, 1], "outcome_strength": [-1, 0] * 2,
    ...                       "difference": [5.0, 4.2, -3.7, 4.2]})
    >>> sensitivity_plane(table).words
    'Without a hidden confounder the difference is 4.2 months. One that multiplies the odds of \
HIPEC by 2.72 and the hazard by 0.37 per standard deviation would make it −3.7.'
    """
    plane = table.pivot(index=_OUTCOME, columns=_TREATMENT, values="difference")
    if min(plane.shape) < 2 or plane.size != len(table):
        found = f"{plane.shape[1]} by {plane.shape[0]} in {len(table)} rows"
        remedy = "Give every pair of strengths once."
        raise InputError("a grid of at least two by two strengths", found, remedy)
    axes = page.subplots()
    x, y, z = plane.columns.to_numpy(float), plane.index.to_numpy(float), plane.to_numpy(float)
    x, y, z = _finer(x, y, z)
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    levels = [level for level in MaxNLocator(7).tick_values(low, high) if low < level < high]
    looks: list[tuple[str, list[float], dict[str, Any]]] = [
        (f"the same difference ({unit})", levels, {"color": palette.GREY, "lw": 1.2}),
        ("no difference", [0.0] * (low < 0 < high), {"color": palette.INK, "lw": 2.6}),
    ]
    entries: list[tuple[str, dict[str, Any]]] = []
    for words, at, look in looks:
        at = [level for level in at if level or words == "no difference"]
        if at:
            lines = axes.contour(x, y, z, at, colors=look["color"], linewidths=look["lw"],
                                 linestyles="solid", zorder=2)  # fmt: skip
            entries.append((words, look))
            longest = [max(parts, key=len) for parts in lines.allsegs]
            middles = [line[len(line) // 2] for line in longest if len(line) > _LABELLED]
            axes.clabel(lines, fmt=_number, fontsize=style.SMALL, manual=middles)
    if low < 0:
        below = axes.contourf(x, y, z, [low - 1, 0.0], colors=[palette.PALE], zorder=1)
        below.set_gid("below")
        entries.append(("below zero", {"facecolor": palette.PALE}))
    _ticks(axes, treatment)
    if measured is not None:
        entries.append(("measured confounder", {"color": palette.INK, "marker": "o", "ls": ""}))
    if hidden is not None:
        mark: dict[str, Any] = {"color": palette.TRUTH.colour, "marker": "D", "ls": "", "ms": 12}
        axes.plot(*hidden, mfc=palette.PAPER, mew=3, gid="hidden", zorder=5, **mark)
        entries.append(("the hidden one", mark | {"mfc": palette.PAPER, "mew": 3}))
    key(page, entries, ncols=4 if hidden is None else 3)
    if measured is not None:
        _points(page, axes, table, measured)
    return sensitivity_words(table, measured, hidden=hidden, treatment=treatment, unit=unit)


def _finer(x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a plane on a finer grid, so that lines have no corners; one with gaps as it is."""
    if np.isnan(z).any():
        return x, y, z
    spline = RectBivariateSpline(y, x, z, kx=min(3, y.size - 1), ky=min(3, x.size - 1))
    wide, high = np.linspace(x[0], x[-1], _FINE), np.linspace(y[0], y[-1], _FINE)
    return wide, high, spline(high, wide)


def _number(value: float) -> str:
    return plain(value, 0 if value == round(value) else 1)


def _ticks(axes: Axes, treatment: str) -> None:
    """Name strengths as what they multiply by, beside the logarithm."""

    def both(value: float, _: Any = None) -> str:
        return f"{plain(value, 2)}\n× {ratio(float(np.exp(value)))}"

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter(FuncFormatter(both))
    axes.set_xlabel(f"Log odds of {treatment} per standard deviation, and the factor of the odds")
    axes.set_ylabel("Log hazard per standard deviation,\nand the factor of the hazard")


def _inside(table: pd.DataFrame, measured: pd.DataFrame) -> pd.Series[bool]:
    """Return which of the measured confounders lie on the plane."""
    across, up = (measured[at].between(table[at].min(), table[at].max())
                  for at in (_TREATMENT, _OUTCOME))  # fmt: skip
    return across & up


def _points(page: Figure, axes: Axes, table: pd.DataFrame, measured: pd.DataFrame) -> None:
    """Place the measured confounders, their names in the right margin."""
    inside = measured[_inside(table, measured)]
    across = axes.get_yaxis_transform()
    dots = axes.scatter(inside[_TREATMENT], inside[_OUTCOME], s=60, color=palette.INK, zorder=4)
    dots.set_gid("measured")
    texts = [
        axes.text(1.06, y, style.wrapped(name(label), 20), transform=across, va="center",
                  size=style.SMALL)
        for label, y in zip(inside["confounder"], inside[_OUTCOME], strict=True)
    ]  # fmt: skip
    page.settle()
    low, high = axes.get_ylim()
    unit = (high - low) / axes.get_window_extent().height
    heights = [text.get_window_extent().height * unit * 1.15 for text in texts]
    places = style.spread(list(inside[_OUTCOME]), heights, low, high)
    to_axes = axes.transData + axes.transAxes.inverted()
    for text, place, (x, y) in zip(texts, places, inside[[_TREATMENT, _OUTCOME]].to_numpy(),
                                   strict=True):  # fmt: skip
        text.set_y(place)
        start = float(to_axes.transform((x, y))[0])
        axes.plot([start, 1.0, 1.05], [y, y, place], transform=across, color=palette.INK,
                  **style.DOTTED, clip_on=False, scalex=False, scaley=False)  # fmt: skip


def sensitivity_words(
    table: pd.DataFrame,
    measured: pd.DataFrame | None = None,
    *,
    hidden: tuple[float, float] | None = None,
    treatment: str = "HIPEC",
    unit: str = "months",
) -> str:
    """Say the difference without, with one like the worst measured, and in the worst corner."""
    said = []
    none = table[(table[_TREATMENT] == 0) & (table[_OUTCOME] == 0)]
    for row in none.to_dict("records"):
        text = f"Without a hidden confounder the difference is {plain(row['difference'])} {unit}"
        if np.isfinite(row.get("ci_low", np.nan)):
            text += f" (interval {plain(row['ci_low'])} to {plain(row['ci_high'])})"
        said.append(f"{text}.")
    if measured is not None and measured["difference"].notna().any():
        like = measured.sort_values("difference").to_dict("records")[0]
        said.append(
            f"One as strong as {name(like['confounder'])} would make it "
            f"{plain(like['difference'])}."
        )
        outside = measured[~_inside(table, measured)]["confounder"]
        if len(outside):
            said.append(f"Beyond the edge lies {listed([name(label) for label in outside])}.")
    worst = table.sort_values("difference").to_dict("records")[0]
    odds, hazard = (ratio(float(np.exp(worst[at]))) for at in (_TREATMENT, _OUTCOME))
    said.append(
        f"One that multiplies the odds of {treatment} by {odds} and the hazard by {hazard} per "
        f"standard deviation would make it {plain(worst['difference'])}."
    )
    if hidden is not None:
        odds, hazard = (ratio(float(np.exp(strength))) for strength in hidden)
        said.append(f"The hidden one multiplies them by {odds} and {hazard}.")
    return " ".join(said)
