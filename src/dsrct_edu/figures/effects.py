"""Estimates side by side on one axis: the forest of series."""

from __future__ import annotations

import math

import pandas as pd

from dsrct_edu.figures import palette
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.intervals import THESE, Row, Scale, caption, draw, frame, read
from dsrct_edu.figures.layout import aside, key, text_columns
from dsrct_edu.figures.tables import name
from dsrct_edu.wording import counted, listed, whole

_TALLEST = 3.9  # inches for the rows; more of them stand closer
_NAMED = 4  # rows that are all said; beyond that, the two extremes


@figure("Forest plot")
def forest(
    page: Figure,
    table: pd.DataFrame,
    *,
    measure: str = "Hazard ratio",
    log: bool = True,
    reference: float | None = None,
    interval_of: str = THESE,
    by: str = "time_zero",
    title: str | None = None,
) -> str:
    """Draw estimates with their intervals, a row each, and what the clock of each started at.

    Parameters
    ----------
    table : DataFrame
        ``label, estimate, ci_low, ci_high`` and, where known, ``time_zero`` (text) and ``n``.
        An estimate without an interval is drawn as an open marker and counted in the words.
    measure : str, default "Hazard ratio"
        What is estimated; names the axis.
    log : bool, default True
        Ratios on a log axis; False for months or shares.
    reference : float, optional
        Line of no difference: 1 on a log axis, none otherwise.
    interval_of : str, default "these patients"
        What the intervals are of: ``"one registry"``, ``"each series"``, or in your own words.
    by : str, default "time_zero"
        The column of text that says how each row is marked; names the key.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column or an estimate is missing, or a ratio is not above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"label": ["HIPEC"], "estimate": [0.82], "ci_low": [0.5], "ci_high": [1.3]}
    >>> forest(pd.DataFrame(row)).words
    'Hazard ratio: HIPEC 0.82 (0.50 to 1.30). The interval contains 1. Bars: 95% interval from \
these patients.'
    """
    scale = Scale(log)
    rows = _read(table, log, by)
    reference = 1.0 if log and reference is None else reference
    clocks = _clocks(rows)
    page.headline = f"Forest plot: {measure.lower()}"
    page.set_figheight(2.5 + min(0.45 * len(rows), _TALLEST))
    axes = page.subplots()
    frame(axes, rows, scale, measure, [] if reference is None else [reference])
    if reference is not None:
        axes.axvline(reference, color=palette.INK, lw=1.2, zorder=0)
    for position, row in enumerate(rows):
        look = palette.neutral(clocks.index(row.clock) if row.clock else 0)
        draw(axes, position, row, look)
    sizes = ["" if math.isnan(row.n) else whole(row.n) for row in rows]
    columns = {"n": sizes} if any(sizes) else {}
    text_columns(axes, columns | {"Estimate": [scale.said(row) for row in rows]})
    if any(row.known for row in rows):
        aside(axes, f"Bars: {caption(interval_of)}")
    if clocks:
        looks = [palette.neutral(index) for index in range(len(clocks))]
        points = [{"color": look.colour, "marker": look.marker, "ms": 9} for look in looks]
        key(page, zip(clocks, points, strict=True), 4, title=_key_title(by))
    return forest_words(
        table, measure=measure, log=log, reference=reference, interval_of=interval_of, by=by
    )


def _read(table: pd.DataFrame, log: bool, by: str) -> list[Row]:
    return read(table.assign(time_zero=table[by]) if by in table else table, log)


def _key_title(by: str) -> str:
    said = name(by)
    return said[:1].upper() + said[1:]


def _clocks(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row.clock for row in rows if row.clock))


def forest_words(
    table: pd.DataFrame,
    *,
    measure: str = "Hazard ratio",
    log: bool = True,
    reference: float | None = None,
    interval_of: str = THESE,
    by: str = "time_zero",
) -> str:
    """Say every estimate, or the two extremes, and what the intervals hold."""
    scale = Scale(log)
    rows = _read(table, log, by)
    given = [row for row in rows if row.given]
    if len(rows) <= _NAMED or not given:
        text = f"{measure}: {listed([f'{row.label} {scale.said(row)}' for row in rows])}."
    else:
        ends = (extreme(given, key=lambda row: row.estimate) for extreme in (min, max))
        low, high = (f"{row.label} {scale.said(row)}" for row in ends)
        text = f"{measure}, {counted(len(rows), 'row')}: from {low} to {high}."
    known = [row for row in rows if row.known]
    if reference is not None and known:
        text += f" {_holding(known, reference)}"
    if len(known) < len(rows):
        without = len(rows) - len(known)
        text += f" {counted(without, 'row')} {'has' if without == 1 else 'have'} no interval."
    text += f" Bars: {caption(interval_of)}." if known else ""
    each = [f"{clock} ({sum(row.clock == clock for row in rows)})" for clock in _clocks(rows)]
    return f"{text} {_key_title(by)}: {listed(each)}." if each else text


def _holding(known: list[Row], reference: float) -> str:
    inside = sum(row.holds(reference) for row in known)
    if len(known) == 1:
        return f"The interval {'contains' if inside else 'excludes'} {reference:g}."
    verb = "contains" if inside == 1 else "contain"
    return f"{inside} of {len(known)} intervals {verb} {reference:g}."
