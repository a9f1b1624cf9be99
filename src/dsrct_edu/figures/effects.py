"""Estimates side by side on one axis: the forest of series and the staircase of analyses."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes

from dsrct_edu import checks
from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.intervals import Row, Scale, draw, frame, read
from dsrct_edu.figures.layout import key, text_columns
from dsrct_edu.figures.tables import tag
from dsrct_edu.wording import counted, listed, whole

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


@figure("Forest plot")
def forest(
    page: Figure,
    table: pd.DataFrame,
    *,
    measure: str = "Hazard ratio",
    log: bool = True,
    reference: float | None = None,
    favours: tuple[str, str] | None = None,
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
    rows = read(table, log)
    reference = 1.0 if log and reference is None else reference
    clocks = _clocks(rows)
    page.headline = f"Forest plot: {measure.lower()}"
    page.set_figheight(2.2 + 0.48 * len(rows))
    axes = page.subplots()
    frame(axes, rows, scale, measure, [] if reference is None else [reference])
    if reference is not None:
        axes.axvline(reference, color="black", lw=1.2, zorder=0)
    for position, row in enumerate(rows):
        look = style.appearance(clocks.index(row.clock) if row.clock else 0)
        draw(axes, position, row, look)
    sizes = ["" if math.isnan(row.n) else whole(row.n) for row in rows]
    columns = {"n": sizes} if any(sizes) else {}
    text_columns(axes, columns | {"Estimate": [scale.said(row) for row in rows]})
    if favours:
        axes.set_xlabel(f"← {favours[0]}      {measure}      {favours[1]} →")
    if clocks:
        looks = [style.appearance(index) for index in range(len(clocks))]
        points = [{"color": look.colour, "marker": look.marker, "ms": 9} for look in looks]
        key(page, zip(clocks, points, strict=True), 4, title="Time zero")
    return forest_words(table, measure=measure, log=log, reference=reference)


def _clocks(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row.clock for row in rows if row.clock))


def forest_words(
    table: pd.DataFrame,
    *,
    measure: str = "Hazard ratio",
    log: bool = True,
    reference: float | None = None,
) -> str:
    """Say every estimate, or the two extremes, and what the intervals hold."""
    scale = Scale(log)
    rows = read(table, log)
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
    each = [f"{clock} ({sum(row.clock == clock for row in rows)})" for clock in _clocks(rows)]
    return f"{text} Time zero: {listed(each)}." if each else text


def _holding(known: list[Row], reference: float) -> str:
    inside = sum(row.holds(reference) for row in known)
    if len(known) == 1:
        return f"The interval {'contains' if inside else 'excludes'} {reference:g}."
    verb = "contains" if inside == 1 else "contain"
    return f"{inside} of {len(known)} intervals {verb} {reference:g}."


@figure("Bias staircase")
def staircase(
    page: Figure,
    table: pd.DataFrame,
    *,
    measure: str | None = None,
    log: bool | None = None,
    reference: float | None = None,
    steps: int | None = None,
    note: str | None = BUILT_IN,
    title: str | None = None,
) -> str:
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
    steps : int, optional
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
        If a column is missing or `steps` is not between 0 and the number of rows.

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
    >>> staircase(table, steps=1, note=None).words
    'Step 1 of 2. Hazard ratio: everyone 0.41 (0.20 to 0.70), truth 1.00.'
    """
    measure, log = _measure(table, measure, log)
    scale = Scale(log, digits=2)
    rows = read(table, log)
    steps = len(rows) if steps is None else checks.whole(steps, "steps", 0, len(rows))
    reference = (1.0 if log else 0.0) if reference is None else reference
    page.headline = f"Bias staircase: {measure.lower()}"
    page.set_figheight(2.4 + 0.55 * len(rows))
    axes = page.subplots()
    frame(axes, rows, scale, measure, [reference, *(row.truth for row in rows)])
    axes.axvline(reference, color=style.GREY, zorder=0, **style.DOTTED)
    _treads(axes, rows[:steps])
    for position, row in enumerate(rows[:steps]):
        draw(axes, position, row, style.appearance(0))
        ends = [position - 0.36, position + 0.36]
        axes.plot([row.truth] * 2, ends, color="black", lw=4, zorder=2,
                  gid=tag("truth", row.label))  # fmt: skip
    hidden = ["?"] * (len(rows) - steps)
    shown = [scale.said(row) for row in rows[:steps]]
    truths = ["" if math.isnan(row.truth) else scale.text(row.truth) for row in rows[:steps]]
    text_columns(axes, {"Estimate": shown + hidden, "Truth": truths + hidden})
    for label in axes.get_yticklabels()[steps:]:
        label.set_color(style.GREY)
    dot = {"color": style.appearance(0).colour, "marker": "o", "ms": 9}
    bar = {"color": "black", "marker": "|", "ms": 18, "mew": 4, "ls": "none"}
    key(page, [("estimate, interval", dot), ("truth", bar)], 2, above=True)
    if note:
        page.supxlabel(style.wrapped(note, 105), x=0.01, ha="left", fontsize=style.SMALL - 1)
    return staircase_words(table, measure=measure, log=log, steps=steps, note=note)


def _measure(table: pd.DataFrame, measure: str | None, log: bool | None) -> tuple[str, bool]:
    kinds = set(table["measure"]) if "measure" in table else {"hazard_ratio"}
    if len(kinds) != 1:
        found = listed(sorted(map(str, kinds)))
        raise InputError("one measure on one axis", found, "Select one of them.", "measure")
    kind = str(kinds.pop())
    ratios = kind.endswith("_ratio") and not kind.startswith("log_")
    named = measure or _MEASURES.get(kind, kind.replace("_", " ").capitalize())
    return named, ratios if log is None else log


def _treads(axes: Axes, rows: list[Row]) -> None:
    """Join one estimate to the next as a stair does: down, across, down."""
    given = [(position, row) for position, row in enumerate(rows) if row.given]
    for (position, row), (later, after) in pairwise(given):
        x = [row.estimate, row.estimate, after.estimate, after.estimate]
        y = [position, later - 0.5, later - 0.5, later]
        axes.plot(x, y, color=style.appearance(0).colour, lw=1.2, ls=(0, (2, 1.5)), zorder=1)


def staircase_words(
    table: pd.DataFrame,
    *,
    measure: str = "Hazard ratio",
    log: bool = True,
    steps: int | None = None,
    note: str | None = None,
) -> str:
    """Say what the steps revealed so far show: each, or the ends and the largest step."""
    scale = Scale(log, digits=2)
    rows = read(table, log)
    shown = rows[:steps]
    step = f"Step {steps} of {len(rows)}. " if len(shown) < len(rows) else ""
    given = [row for row in shown if row.given]
    seen = [_beside(row, scale) for row in given]
    lost = [row.label for row in shown if not row.given]
    if not seen:
        text = f"{step}No estimate." if shown else f"{step}Nothing is revealed yet."
    elif len(seen) <= _NAMED:
        text = f"{step}{measure}: {'; '.join(seen)}."
    else:
        _, largest = max((_move(a, b, scale), b.label) for a, b in pairwise(given))
        text = (
            f"{step}{measure} from {seen[0]}, to {seen[-1]}, over {len(seen)} analyses; "
            f"the largest step comes with {largest}."
        )
    if lost:
        text += f" No estimate from {listed(lost)}."
    return f"{text} {note}" if note else text


def _move(first: Row, second: Row, scale: Scale) -> float:
    if scale.log:
        return abs(math.log(second.estimate / first.estimate))
    return abs(second.estimate - first.estimate)


def _beside(row: Row, scale: Scale) -> str:
    truth = "" if math.isnan(row.truth) else f", truth {scale.text(row.truth)}"
    return f"{row.label} {scale.said(row)}{truth}"
