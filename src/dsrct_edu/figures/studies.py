"""Simulation held against truth and against the literature: the zip plot and the anchors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, named_rows, panels, text_columns
from dsrct_edu.figures.tables import ANY, NUMBER, check, groups, name
from dsrct_edu.wording import counted, listed, percent, plain

_KNOWN = replace(NUMBER, gaps=True)
_NUMBERS = ("estimate", "se", "ci_low", "ci_high", "truth")
_REPLICATES = {"method": ANY} | dict.fromkeys(_NUMBERS, _KNOWN)
_ANCHORS = {"anchor": ANY, "published": _KNOWN, "low": NUMBER, "high": NUMBER}
_HOLDS, _MISSES = palette.neutral(2).colour, palette.neutral(3).colour


@figure("Zip plot of intervals")
def zip_plot(
    page: Figure,
    estimates: pd.DataFrame,
    *,
    truth: float | None = None,
    level: float = 0.95,
    measure: str = "Estimate",
    title: str | None = None,
) -> str:
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
    if truth is not None:
        estimates = estimates.assign(truth=truth)
    elif "truth" not in estimates:
        raise InputError("the truth", "none", "Give truth=.", argument="truth")
    if "method" not in estimates:
        estimates = estimates.assign(method="")
    rows = check(estimates, _REPLICATES)
    drawn = _with_interval(rows)
    if drawn.empty:
        raise InputError("at least one replicate with an interval", "none", "", "ci_low")
    methods = groups(rows, "method")
    grid = panels(page, [name(method) for method in methods], measure)
    for method, axes in zip(methods, grid, strict=True):
        _zip(axes, drawn[drawn["method"] == method], level)
    page.supylabel("Centile of |estimate − truth| / SE", fontsize=style.TEXT)
    lines = [
        ("contains the truth", {"color": _HOLDS, "lw": 6}),
        ("misses it", {"color": _MISSES, "lw": 6}),
        (name("truth"), {"color": palette.TRUTH.colour, "lw": 1.5}),
        ("nominal coverage", style.DASHED),
    ]
    key(page, lines, 4, title=f"Each line: the {percent(level)} interval from one replicate")
    return zip_words(rows, level)


def _with_interval(rows: pd.DataFrame) -> pd.DataFrame:
    finite = np.isfinite(rows[[*_NUMBERS]].to_numpy(dtype=float)).all(axis=1)
    return rows.iloc[np.flatnonzero(finite)]


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
    for gid, mask, colour in (("holds", inside, _HOLDS), ("misses", ~inside, _MISSES)):
        drawn = list(lines[mask])
        axes.add_collection(LineCollection(drawn, colors=colour, linewidths=width, gid=gid))
    centre = float(rows["truth"].iloc[0])
    reach = np.quantile(np.abs(ends - centre), 0.995) * 1.08
    axes.set_xlim(centre - reach, centre + reach)
    axes.axvline(centre, color=palette.TRUTH.colour, lw=1.5)
    axes.axhline(level, **style.DASHED)


def zip_words(estimates: pd.DataFrame, level: float = 0.95) -> str:
    """Say how many intervals of each method contain the truth."""
    drawn = _with_interval(estimates)
    said = []
    for method in groups(estimates, "method"):
        mine, label = drawn[drawn["method"] == method], name(method)
        if mine.empty:
            said.append(f"{label} gave no interval")
            continue
        n, inside = len(mine), int(_holds(mine).sum())
        share = inside / n
        half = 1.96 * math.sqrt(share * (1 - share) / n)
        low, high = max(0.0, share - half), min(1.0, share + half)
        said.append(
            f"{label}{': ' if label else ''}{inside:,} of {n:,} {percent(level)} "
            f"intervals ({percent(share, 1)}) contain the truth; with Monte Carlo error "
            f"{percent(low, 1)} to {percent(high, 1)}"
        )
    text = ". ".join(said) + "."
    missing = len(estimates) - len(drawn)
    return text + (f" {counted(missing, 'replicate')} gave no interval." if missing else "")


@figure("Calibration against published anchors", _ANCHORS)
def calibration(
    page: Figure,
    fidelity: pd.DataFrame,
    *,
    simulated: str | Sequence[str] = "simulated",
    title: str | None = None,
) -> str:
    """Draw simulated values against the ranges that the literature allows, anchor by anchor.

    Parameters
    ----------
    fidelity : DataFrame
        ``anchor, published, low, high`` and a column of values for every scenario; a missing
        value is no anchor of that scenario. Each anchor has its own unit, so each is drawn on the
        scale of its own range: the bar is the range, whatever its width.
    simulated : str or sequence of str, default "simulated"
        The columns that hold simulated values, such as the scenarios.
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
    ...         "null": [27.1, 0.8],
    ...         "modest": [28.9, 0.7],
    ...     }
    ... )
    >>> calibration(table, simulated="null").words
    '1 of 2 anchors inside the published range. Outside: share resected 0.80 (0.42 to 0.75).'
    >>> calibration(table, simulated=["null", "modest"]).words
    'Anchors inside the published range: null 1 of 2 and modest 2 of 2. Outside: share resected, \
null 0.80 (0.42 to 0.75).'
    """
    columns = _simulated(fidelity, simulated)
    empty = fidelity.index[fidelity["high"] <= fidelity["low"]].tolist()
    if empty:
        raise InputError("ranges with low below high", "none", "", "high", empty)
    page.set_figheight(1.9 + 0.44 * len(fidelity))
    axes = page.subplots()
    width = fidelity["high"] - fidelity["low"]
    places = np.arange(len(fidelity))
    bar: dict[str, Any] = {"facecolor": palette.FAINT, "edgecolor": palette.GREY, "lw": 0.7}
    axes.barh(places, 1.0, height=0.55, **bar)
    known = (fidelity["published"] - fidelity["low"]) / width
    mark: dict[str, Any] = {"ls": "none"}
    published = mark | {"marker": "|", "color": palette.INK, "ms": 16, "mew": 3}
    axes.plot(known, places, **published)
    entries: list[tuple[str, dict[str, Any]]] = [("range accepted", bar), ("published", published)]
    for index, column in enumerate(columns):
        look = palette.neutral(index)
        where = ((fidelity[column] - fidelity["low"]) / width).clip(-0.45, 1.45)
        inside = _inside(fidelity, column)
        point = mark | {"marker": look.marker, "color": look.colour, "ms": 9, "mew": 2}
        for mask, face in ((inside, look.colour), (~inside, palette.PAPER)):
            axes.plot(where[mask], places[mask], mfc=face, **point)
        entries.append((name(column), point))
    if any((~_inside(fidelity, column)).any() for column in columns):
        entries.append(("hollow: outside", point | {"mfc": palette.PAPER}))
    named_rows(axes, [name(anchor) for anchor in fidelity["anchor"]], 42)
    axes.set_xlim(-0.5, 1.5)
    axes.set_xticks([0, 1], ["low", "high"])
    axes.tick_params(axis="x", length=0)
    axes.spines["left"].set_visible(False)
    cells = {"Range": _ranges(fidelity)}
    if len(columns) == 1:
        cells["Simulated"] = [_short(value) for value in fidelity[columns[0]]]
    text_columns(axes, cells)
    key(page, entries, 6)
    return calibration_words(fidelity, simulated)


def _simulated(fidelity: pd.DataFrame, simulated: str | Sequence[str]) -> list[str]:
    columns = [simulated] if isinstance(simulated, str) else list(simulated)
    check(fidelity, dict.fromkeys(columns, _KNOWN))
    return columns


def _inside(fidelity: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Tell which anchors are inside, or are none in this scenario (a missing value)."""
    values = fidelity[column]
    return values.between(fidelity["low"], fidelity["high"]) | values.isna()


def calibration_words(fidelity: pd.DataFrame, simulated: str | Sequence[str] = "simulated") -> str:
    """Say how many anchors are inside their range, and which are not."""
    columns = _simulated(fidelity, simulated)
    total = {column: int(fidelity[column].notna().sum()) for column in columns}
    inside = {c: n - int((~_inside(fidelity, c)).sum()) for c, n in total.items()}
    counts = [f"{name(c)} {inside[c]} of {total[c]}" for c in columns]
    text = f"Anchors inside the published range: {listed(counts)}."
    if len(columns) == 1:
        one = columns[0]
        text = f"{inside[one]} of {total[one]} anchors inside the published range."
    said = []
    for column in columns:
        outside = fidelity[~_inside(fidelity, column)]
        which = f", {name(column)}" if len(columns) > 1 else ""
        rows = zip(outside["anchor"], outside[column], _ranges(outside), strict=True)
        said += [f"{name(anchor)}{which} {_short(value)} ({span})" for anchor, value, span in rows]
    return f"{text} Outside: {listed(said)}." if said else text


def _ranges(fidelity: pd.DataFrame) -> list[str]:
    ends = zip(fidelity["low"], fidelity["high"], strict=True)
    return [f"{_short(low)} to {_short(high)}" for low, high in ends]


def _short(value: float) -> str:
    return plain(value, 2 if abs(value) < 10 else 1)
