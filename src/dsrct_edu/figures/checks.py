"""Simulation held against truth and against the literature: the zip plot and the anchors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, styled
from dsrct_edu.figures.labels import heading
from dsrct_edu.figures.rows import columns
from dsrct_edu.figures.tables import groups, name, tidy
from dsrct_edu.wording import listed, percent, plain

_NAMED = 3


@styled
def zip_plot(
    estimates: pd.DataFrame,
    *,
    truth: float | None = None,
    level: float = 0.95,
    measure: str = "Estimate",
    title: str | None = None,
) -> Figure:
    """Draw the intervals of a simulation study, ordered by how far each estimate is from truth.

    Parameters
    ----------
    estimates : DataFrame
        ``estimate, se, ci_low, ci_high``, one row a replicate; ``method`` for a panel each;
        ``truth`` if it differs by row. Replicates without an interval are counted, not drawn.
    truth : float, optional
        The truth, where the table has no such column.
    level : float, default 0.95
        Nominal coverage.
    measure : str, default "Estimate"
        What is estimated; names the axis.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If no truth is given, or no replicate has an interval.

    References
    ----------
    Morris TP, White IR, Crowther MJ. Stat Med 2019;38:2074-102. doi:10.1002/sim.8086

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"estimate": [0.1, 2.5], "se": [1.0, 1.0], "ci_low": [-1.9, 0.5], "ci_high": [2.1, 4.5]}
    ... )
    >>> zip_plot(table, truth=0).words
    '1 of 2 95% intervals (50.0%) contain the truth; with Monte Carlo error 0.0% to 100.0%.'
    """
    estimates = tidy(estimates, [])
    if truth is not None:
        estimates = estimates.assign(truth=truth)
    elif "truth" not in estimates:
        raise InputError("the truth", "none", "Give truth=.", column="truth")
    if "method" not in estimates:
        estimates = estimates.assign(method="")
    numbers = ["estimate", "se", "ci_low", "ci_high", "truth"]
    rows = tidy(estimates, ["method", *numbers], numbers, gaps=numbers)
    drawn = rows.loc[np.isfinite(rows[numbers].to_numpy(dtype=float)).all(axis=1)]
    if drawn.empty:
        raise InputError("at least one replicate with an interval", "none", "", "ci_low")
    methods = groups(rows, "method")
    across = min(len(methods), 3)
    down = math.ceil(len(methods) / across)
    figure = Figure(style.WIDTH, 1.6 + 3.8 * down if down > 1 else 5.8, "Zip plot of intervals")
    grid = figure.subplots(down, across, squeeze=False, sharey=True)
    for position, axes in enumerate(grid.flat):
        axes.set_visible(position < len(methods))
        if position < len(methods):
            _zip(axes, drawn[drawn["method"] == methods[position]], level)
            axes.set_title(
                style.fold(name(methods[position]), {1: 80, 2: 34, 3: 23}[across]),
                fontsize=style.TEXT,
            )
            axes.set_xlabel(style.fold(measure, {1: 60, 2: 34, 3: 22}[across]))
    figure.supylabel("Centile of |estimate − truth| / SE", fontsize=style.TEXT)
    heading(figure, title)
    _zip_legend(figure)
    figure.words = _zip_words(rows, drawn, methods, level)
    return figure


def _holds(rows: pd.DataFrame) -> pd.Series[bool]:
    return (rows["ci_low"] <= rows["truth"]) & (rows["truth"] <= rows["ci_high"])


def _zip(axes: Axes, rows: pd.DataFrame, level: float) -> None:
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    if rows.empty:
        axes.text(0.5, 0.5, "no interval", transform=axes.transAxes, ha="center")
        return
    z = ((rows["estimate"] - rows["truth"]) / rows["se"]).abs()
    rows = rows.iloc[np.argsort(z.to_numpy(), kind="stable")]
    height = (np.arange(len(rows)) + 0.5) / len(rows)
    ends = rows[["ci_low", "ci_high"]].to_numpy(dtype=float)
    lines = np.stack([ends, np.column_stack([height, height])], axis=2)
    inside = _holds(rows).to_numpy()
    width = float(np.clip(300 / len(rows), 0.6, 6))
    for mask, colour in ((inside, style.tint(style.BLUE, 0.45)), (~inside, style.VERMILLION)):
        axes.add_collection(LineCollection(list(lines[mask]), colors=colour, linewidths=width))
    centre = float(rows["truth"].iloc[0])
    reach = np.quantile(np.abs(ends - centre), 0.995) * 1.08
    axes.set_xlim(centre - reach, centre + reach)
    axes.axvline(centre, color="black", lw=1.5)
    axes.axhline(level, color="black", lw=1.2, ls=(0, (4, 2)))


def _zip_legend(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=style.tint(style.BLUE, 0.45), lw=6, label="contains the truth"),
        Line2D([], [], color=style.VERMILLION, lw=6, label="misses it"),
        Line2D([], [], color="black", lw=1.5, label="truth"),
        Line2D([], [], color="black", lw=1.2, ls=(0, (4, 2)), label="nominal coverage"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)


def _zip_words(rows: pd.DataFrame, drawn: pd.DataFrame, methods: list[object], level: float) -> str:
    said = []
    for method in methods:
        mine = drawn[drawn["method"] == method]
        if mine.empty:
            said.append(f"{name(method)} gave no interval")
            continue
        n, inside = len(mine), int(_holds(mine).sum())
        share = inside / n
        half = 1.96 * math.sqrt(share * (1 - share) / n)
        low, high = max(0.0, share - half), min(1.0, share + half)
        said.append(
            f"{name(method)}{': ' if name(method) else ''}{inside:,} of {n:,} {percent(level)} "
            f"intervals ({percent(share, 1)}) contain the truth; with Monte Carlo error "
            f"{percent(low, 1)} to {percent(high, 1)}"
        )
    text = ". ".join(said) + "."
    missing = len(rows) - len(drawn)
    return text + (f" {missing:,} replicates gave no interval." if missing else "")


@styled
def calibration(fidelity: pd.DataFrame, *, title: str | None = None) -> Figure:
    """Draw simulated values against the ranges that the literature allows, anchor by anchor.

    Parameters
    ----------
    fidelity : DataFrame
        ``anchor, published, low, high, simulated, inside``. Each anchor has its own unit, so each
        is drawn on the scale of its own range: the bar is the range, whatever its width.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing or a range is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "anchor": ["median survival", "share resected"],
    ...         "published": [28, 0.62],
    ...         "low": [24, 0.42],
    ...         "high": [34, 0.75],
    ...         "simulated": [27.1, 0.8],
    ...         "inside": [True, False],
    ...     }
    ... )
    >>> calibration(table).words
    '1 of 2 anchors inside the published range. Outside: share resected 0.80 (0.42 to 0.75).'
    """
    numbers = ["published", "low", "high", "simulated"]
    rows = tidy(fidelity, ["anchor", *numbers, "inside"], numbers, gaps=["published"])
    empty = rows.index[rows["high"] <= rows["low"]].tolist()
    if empty:
        raise InputError("ranges with low below high", "none", "", "high", empty)
    figure = Figure(style.WIDTH, 1.8 + 0.4 * len(rows), "Calibration against published anchors")
    axes = figure.subplots()
    width = rows["high"] - rows["low"]
    places = np.arange(len(rows))
    axes.barh(places, 1.0, height=0.5, facecolor=style.PALE, edgecolor=style.GREY, lw=0.7)
    known = (rows["published"] - rows["low"]) / width
    axes.plot(known, places, "|", color="black", ms=15, mew=3, label="published")
    where = ((rows["simulated"] - rows["low"]) / width).clip(-0.45, 1.45)
    inside = rows["inside"].astype(bool)
    for mask, look, label in (
        (inside, style.look(0), "simulated, inside"),
        (~inside, style.look(1), "simulated, outside"),
    ):
        if mask.any():
            axes.plot(where[mask], places[mask], look.marker, color=look.colour, ms=9, label=label)
    axes.set_yticks(places, [style.fold(name(anchor), 38, 2) for anchor in rows["anchor"]])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-0.5, 1.5)
    axes.set_xticks([0, 1], ["low", "high"])
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    ranges = [f"{_short(a)} to {_short(b)}" for a, b in zip(rows["low"], rows["high"], strict=True)]
    columns(axes, [ranges, [_short(v) for v in rows["simulated"]]], ["Range", "Simulated"])
    heading(figure, title)
    figure.legend(loc="outside lower center", ncols=3)
    figure.words = f"{int(inside.sum())} of {len(rows)} anchors inside the published range."
    if not inside.all():
        anchors = zip(rows["anchor"], rows["simulated"], ranges, inside, strict=True)
        outside = [f"{name(a)} {_short(v)} ({span})" for a, v, span, held in anchors if not held]
        figure.words += f" Outside: {listed(outside)}."
    return figure


def _short(value: float) -> str:
    return plain(value, 2 if abs(value) < 10 else 1)
