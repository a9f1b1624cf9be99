"""Estimates side by side on one axis: the forest of series and the staircase of analyses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, styled
from dsrct_edu.figures.labels import heading
from dsrct_edu.figures.rows import Row, Scale, columns, count, draw_interval, frame, read
from dsrct_edu.wording import counted, listed

_NAMED = 4  # rows that are all said; beyond that, the two extremes
_MEASURES = {
    "rmst_difference": "Difference in restricted mean survival (months)",
    "survival_difference": "Difference in survival",
    "log_hazard_ratio": "Log hazard ratio",
}
BUILT_IN = (
    "Selection explains much of the difference because this model was built so. That is no "
    "finding: no data show whether the disease itself behaves so."
)


@styled
def forest(
    table: pd.DataFrame,
    *,
    measure: str = "Hazard ratio",
    log: bool = True,
    reference: float | None = None,
    favours: tuple[str, str] | None = None,
    title: str | None = None,
) -> Figure:
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
    favours : (str, str), optional
        What lies to the left and to the right of the line.
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
    'Hazard ratio: HIPEC 0.82 (0.50 to 1.30). The interval contains 1.'
    """
    scale = Scale(log)
    rows = read(table, scale)
    reference = 1.0 if log and reference is None else reference
    clocks = list(dict.fromkeys(row.clock for row in rows if row.clock))
    figure = Figure(style.WIDTH, 2.2 + 0.48 * len(rows), f"Forest plot: {measure.lower()}")
    axes = figure.subplots()
    frame(axes, rows, scale, measure, [] if reference is None else [reference])
    if reference is not None:
        axes.axvline(reference, color="black", lw=1.2, zorder=0)
    for position, row in enumerate(rows):
        draw_interval(axes, position, row, style.look(clocks.index(row.clock) if row.clock else 0))
    _right_hand(axes, rows, scale)
    if favours:
        axes.set_xlabel(f"← {favours[0]}      {measure}      {favours[1]} →")
    heading(figure, title)
    _clock_legend(figure, clocks)
    figure.words = _forest_words(rows, scale, measure, reference, clocks)
    return figure


def _right_hand(axes: Axes, rows: list[Row], scale: Scale) -> None:
    texts, heads = [[scale.said(row) for row in rows]], ["Estimate"]
    if not all(math.isnan(row.n) for row in rows):
        texts, heads = [[count(row.n) for row in rows], *texts], ["n", *heads]
    columns(axes, texts, heads)


def _clock_legend(figure: Figure, clocks: Sequence[str]) -> None:
    handles = [
        Line2D([], [], color=style.look(i).colour, marker=style.look(i).marker, ms=9, label=clock)
        for i, clock in enumerate(clocks)
    ]
    if handles:
        figure.legend(
            handles=handles,
            title="Time zero",
            loc="outside lower center",
            ncols=min(4, len(handles)),
        )


def _forest_words(
    rows: list[Row], scale: Scale, measure: str, reference: float | None, clocks: Sequence[str]
) -> str:
    given = [row for row in rows if row.given]
    if len(rows) <= _NAMED or not given:
        text = f"{measure}: {listed([f'{row.label} {scale.said(row)}' for row in rows])}."
    else:
        low = min(given, key=lambda row: row.estimate)
        high = max(given, key=lambda row: row.estimate)
        text = (
            f"{measure}, {counted(len(rows), 'row')}: from {low.label} {scale.said(low)} "
            f"to {high.label} {scale.said(high)}."
        )
    known = [row for row in rows if row.known]
    if reference is not None and known:
        text += f" {_holding(known, reference)}"
    if len(known) < len(rows):
        without = len(rows) - len(known)
        text += f" {counted(without, 'row')} {'has' if without == 1 else 'have'} no interval."
    if clocks:
        each = [f"{clock} ({sum(row.clock == clock for row in rows)})" for clock in clocks]
        text += f" Time zero: {listed(each)}."
    return text


def _holding(known: list[Row], reference: float) -> str:
    inside = sum(row.holds(reference) for row in known)
    if len(known) == 1:
        return f"The interval {'contains' if inside else 'excludes'} {reference:g}."
    verb = "contains" if inside == 1 else "contain"
    return f"{inside} of {len(known)} intervals {verb} {reference:g}."


@styled
def staircase(
    table: pd.DataFrame,
    *,
    measure: str | None = None,
    log: bool | None = None,
    reference: float | None = None,
    upto: int | None = None,
    note: str | None = BUILT_IN,
    title: str | None = None,
) -> Figure:
    """Draw how an estimate moves, analysis by analysis, with the truth beside each.

    Parameters
    ----------
    table : DataFrame
        ``label`` (or ``method``), ``estimate, ci_low, ci_high, truth``, in the order of the steps.
        A missing interval or truth is left out. If it has a ``measure`` (as a study's table has),
        that names and scales the axis.
    measure : str, optional
        What is estimated; names the axis. By the table, or "Hazard ratio".
    log : bool, optional
        Ratios on a log axis; False for months of restricted mean. By the table, or True.
    reference : float, optional
        Line of no difference: 1 on a log axis, 0 otherwise.
    upto : int, optional
        Reveal this many steps; the others keep their place and name. All, if none.
    note : str, optional
        What the model was built to show; None where the data are not the kit's.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing or `upto` is not between 0 and the number of rows.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "label": ["everyone", "completely resected"],
    ...         "estimate": [0.41, 0.82],
    ...         "ci_low": [0.2, 0.4],
    ...         "ci_high": [0.7, 1.7],
    ...         "truth": [1.0, 1.0],
    ...     }
    ... )
    >>> staircase(table, upto=1, note=None).words
    'Step 1 of 2. Hazard ratio: everyone 0.41 (0.20 to 0.70), truth 1.00.'
    """
    measure, log = _measure(table, measure, log)
    scale = Scale(log, digits=2)
    rows = read(table, scale)
    upto = len(rows) if upto is None else upto
    if not 0 <= upto <= len(rows):
        raise InputError(f"0 to {len(rows)} steps", str(upto), column="upto")
    reference = (1.0 if log else 0.0) if reference is None else reference
    figure = Figure(style.WIDTH, 2.4 + 0.55 * len(rows), f"Bias staircase: {measure.lower()}")
    axes = figure.subplots()
    frame(axes, rows, scale, measure, [reference, *(row.truth for row in rows)])
    axes.axvline(reference, color=style.GREY, lw=1.2, ls=(0, (1, 2)), zorder=0)
    _treads(axes, rows[:upto])
    for position, row in enumerate(rows[:upto]):
        draw_interval(axes, position, row, style.look(0))
        axes.plot(
            [row.truth] * 2, [position - 0.36, position + 0.36], color="black", lw=4, zorder=2
        )
    shown = [scale.said(row) for row in rows[:upto]] + ["?"] * (len(rows) - upto)
    truths = ["" if math.isnan(row.truth) else scale.text(row.truth) for row in rows[:upto]]
    columns(axes, [shown, truths + ["?"] * (len(rows) - upto)], ["Estimate", "Truth"])
    for label in axes.get_yticklabels()[upto:]:
        label.set_color(style.GREY)
    heading(figure, title)
    _truth_legend(figure)
    if note:
        figure.supxlabel(style.fold(note, 105), x=0.01, ha="left", fontsize=style.SMALL - 1)
    figure.words = _stair_words(rows, upto, scale, measure, note)
    return figure


def _measure(table: pd.DataFrame, measure: str | None, log: bool | None) -> tuple[str, bool]:
    kinds = set(table["measure"]) if "measure" in table else {"hazard_ratio"}
    if len(kinds) != 1:
        found = listed(sorted(map(str, kinds)))
        raise InputError("one measure on one axis", found, "Select one of them.", "measure")
    kind = str(kinds.pop())
    ratios = kind.endswith("_ratio") and not kind.startswith("log_")
    named = measure or _MEASURES.get(kind, kind.replace("_", " ").capitalize())
    return named, ratios if log is None else log


def _given(rows: list[Row]) -> list[tuple[int, Row]]:
    return [(position, row) for position, row in enumerate(rows) if row.given]


def _treads(axes: Axes, rows: list[Row]) -> None:
    """Join one estimate to the next as a stair does: down, across, down."""
    for (position, row), (later, after) in pairwise(_given(rows)):
        x = [row.estimate, row.estimate, after.estimate, after.estimate]
        y = [position, later - 0.5, later - 0.5, later]
        axes.plot(x, y, color=style.look(0).colour, lw=1.2, ls=(0, (2, 1.5)), zorder=1)


def _truth_legend(figure: Figure) -> None:
    dot = Line2D([], [], color=style.look(0).colour, marker="o", ms=9, label="estimate, interval")
    bar = Line2D([], [], color="black", marker="|", ms=18, mew=4, ls="none", label="truth")
    figure.legend(handles=[dot, bar], loc="outside upper right", ncols=2)


def _stair_words(rows: list[Row], upto: int, scale: Scale, measure: str, note: str | None) -> str:
    step = f"Step {upto} of {len(rows)}. " if upto < len(rows) else ""
    seen = [_beside(row, scale) for _, row in _given(rows[:upto])]
    lost = [row.label for row in rows[:upto] if not row.given]
    if not seen:
        text = f"{step}Nothing is revealed yet." if not upto else f"{step}No estimate."
    elif len(seen) <= _NAMED:
        text = f"{step}{measure}: {'; '.join(seen)}."
    else:
        moves = [
            (abs(_gap(a, b, scale)), b.label) for (_, a), (_, b) in pairwise(_given(rows[:upto]))
        ]
        text = (
            f"{step}{measure} from {seen[0]}, to {seen[-1]}, over {len(seen)} analyses; "
            f"the largest step comes with {max(moves)[1]}."
        )
    if lost:
        text += f" No estimate from {listed(lost)}."
    return f"{text} {note}" if note else text


def _gap(first: Row, second: Row, scale: Scale) -> float:
    if scale.log:
        return math.log(second.estimate / first.estimate)
    return second.estimate - first.estimate


def _beside(row: Row, scale: Scale) -> str:
    truth = "" if math.isnan(row.truth) else f", truth {scale.text(row.truth)}"
    return f"{row.label} {scale.said(row)}{truth}"
