"""Estimates with their intervals, a row each: what the forest and the staircase share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, NullLocator

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.layout import named_rows
from dsrct_edu.figures.tables import ANY, NUMBER, check, name, tag
from dsrct_edu.wording import percent, plain, ratio

_CLOSE_TICKS = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10)  # for a short axis
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
_DECADES = tuple(10.0**power for power in range(-9, 10))
_FAR = 12.0  # an interval that reaches further than this many times the estimates ends in an arrow
_AROUND = 2.3  # inches of a page that are not rows
_TWO_LINES = 0.425  # inches of a row whose name may be broken
_KNOWN = replace(NUMBER, gaps=True)
_OPTIONAL = replace(_KNOWN, optional=True)
_COLUMNS = {"label": ANY, "estimate": _KNOWN, "ci_low": _KNOWN, "ci_high": _KNOWN}
_COLUMNS |= {"truth": _OPTIONAL, "n": _OPTIONAL}


@dataclass(frozen=True)
class Row:
    """One estimate; NaN stands for what is not known."""

    label: str
    clock: str
    estimate: float
    low: float
    high: float
    truth: float
    n: float

    @property
    def known(self) -> bool:
        """Tell whether there is an interval."""
        return not (math.isnan(self.low) or math.isnan(self.high))

    @property
    def given(self) -> bool:
        """Tell whether there is an estimate."""
        return not math.isnan(self.estimate)

    def holds(self, value: float) -> bool:
        """Tell whether the interval contains a value."""
        return self.known and self.low <= value <= self.high


@dataclass(frozen=True)
class Scale:
    """Ratios on a log axis, or differences on a plain one."""

    log: bool
    digits: int = 1

    def text(self, value: float) -> str:
        """Format a value as the axis means it."""
        return ratio(value) if self.log else plain(value, self.digits)

    def said(self, row: Row) -> str:
        """Format an estimate with its interval."""
        if not row.given:
            return "no estimate"
        if not row.known:
            return self.text(row.estimate)
        return f"{self.text(row.estimate)} ({self.text(row.low)} to {self.text(row.high)})"

    def limits(self, rows: Sequence[Row], extra: Sequence[float]) -> tuple[float, float]:
        """Return axis limits that show every estimate, and intervals unless they run far out."""
        points = [v for v in (*(r.estimate for r in rows), *extra) if math.isfinite(v)] or [1.0]
        ends = [v for r in rows if r.known for v in (r.low, r.high) if math.isfinite(v)]
        low, high = min(points + ends), max(points + ends)
        if not self.log:
            pad = 0.05 * (high - low) or 1.0
            return low - pad, high + pad
        low, high = max(low, min(points) / _FAR), min(high, max(points) * _FAR)
        pad = max((high / low) ** 0.05, 1.1)
        return low / pad, high * pad


THESE = "these patients"


def caption(interval_of: str, level: float = 0.95) -> str:
    """Say what an interval is an interval of.

    Examples
    --------
    >>> caption("one registry")
    '95% interval from one registry'
    >>> caption("the middle 95 of 100 registries")
    'the middle 95 of 100 registries'
    >>> caption("Monte Carlo error")
    '95% interval of the mean, Monte Carlo error only'
    """
    if interval_of.startswith("the middle"):
        return interval_of
    if interval_of.lower() == "monte carlo error":
        return f"{percent(level)} interval of the mean, Monte Carlo error only"
    return f"{percent(level)} interval from {interval_of}"


def read(table: pd.DataFrame, log: bool) -> list[Row]:
    """Return the rows of a table of estimates after checking it; `log` asks for ratios."""
    if "label" not in table and "method" in table:
        table = table.rename(columns={"method": "label"})
    checked = check(table, _COLUMNS)
    wrong = checked.index[(checked["estimate"] <= 0) | (checked["ci_low"] < 0)].tolist()
    if log and wrong:
        raise InputError("ratios above zero", "zero or less", "Set log=False.", "estimate", wrong)
    columns = ["label", "time_zero", "estimate", "ci_low", "ci_high", "truth", "n"]
    records = checked.reindex(columns=columns).itertuples(index=False, name=None)
    return [_row(*record) for record in records]


def _row(label: Any, clock: Any, *numbers: Any) -> Row:
    return Row(name(label), "" if pd.isna(clock) else name(clock), *map(float, numbers))


def draw(axes: Axes, position: float, row: Row, look: palette.Look) -> None:
    """Draw an estimate and its interval; an arrow head where the interval leaves the axis."""
    if not row.given:
        return
    left, right = axes.get_xlim()
    if row.known:
        ends = [min(max(row.low, left), right), min(max(row.high, left), right)]
        axes.plot(ends, [position] * 2, color=look.colour, solid_capstyle="butt",
                  gid=tag("interval", row.label))  # fmt: skip
        for end, marker, far in ((left, "<", row.low < left), (right, ">", row.high > right)):
            if far:
                axes.plot(end, position, marker, color=look.colour, ms=8, clip_on=False)
    face = look.colour if row.known else palette.PAPER
    axes.plot(row.estimate, position, look.marker, ms=9, mec=look.colour, mfc=face, mew=2,
              zorder=3, gid=tag("estimate", row.label))  # fmt: skip


def frame(
    axes: Axes,
    rows: Sequence[Row],
    scale: Scale,
    measure: str,
    extra: Sequence[float],
    others: Sequence[Row] = (),
) -> None:
    """Set names, limits and ticks of an axis that holds one row an estimate.

    The limits show `extra` values and the rows of `others`, on axes beside this one, as well.
    """
    page = axes.figure
    high = (page.bbox.height / page.dpi - _AROUND) / max(len(rows), 1)
    named_rows(axes, [row.label for row in rows], 30, lines=2 if high >= _TWO_LINES else 1)
    axes.tick_params(axis="y", pad=10)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(style.wrapped(measure, 50))
    low, high = scale.limits([*rows, *others], extra)
    if scale.log:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ticks = _TICKS if high / low < 1000 else _DECADES
        ticks = _CLOSE_TICKS if high / low < 5 and not others else ticks
        axes.set_xticks([tick for tick in ticks if low <= tick <= high])
    else:
        most, span = (4 if others else 7), high - low
        whole = [step for step in _MONTHS if 2 <= span / step <= most and "(months)" in measure]
        axes.xaxis.set_major_locator(MultipleLocator(whole[0]) if whole else MaxNLocator(most))
    axes.set_xlim(low, high)
