"""Survival curves after KMunicate: interval, three-row table, named zero, greyed tail."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.curve_words import end_of, outcome_of, survival_words
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.intervals import THESE, caption
from dsrct_edu.figures.layout import EndLabel, aside, end_labels, key
from dsrct_edu.figures.tables import ANY, CURVE, NUMBER, Steps, check, curves_of, name, tag
from dsrct_edu.wording import listed, plain, whole

Counts = pd.DataFrame | Callable[[list[float]], pd.DataFrame]
_COUNTS = {"at_risk": "At risk", "censored": "Censored", "events": "Events"}
_TALLY = {"group": ANY, "time": NUMBER} | dict.fromkeys(_COUNTS, NUMBER)
_UNNAMED = {"", "all", "overall"}  # a lone curve so named needs no label
_SIDE_BY_SIDE = 11  # counts that fit
_LINE = 0.22  # inches, by line of the table


@dataclass(frozen=True)
class _Line:
    """One group's curve, how it is drawn, and where it ends in the picture."""

    steps: Steps
    look: palette.Look
    end: float

    @property
    def height(self) -> float:
        return float(self.steps.survival[self.steps.at(self.end)])

    @property
    def name(self) -> str:
        return name(self.steps.group)


@figure("Survival curves", CURVE, height=5.0)
def survival_curves(
    page: Figure,
    curves: pd.DataFrame,
    counts: Counts | None = None,
    *,
    time_zero: str = "diagnosis",
    endpoint: str = "death",
    unit: str = "months",
    level: float = 0.95,
    horizon: float | None = None,
    shade: bool = False,
    truth: pd.DataFrame | None = None,
    until: float | None = None,
    median: bool = True,
    censoring: bool = False,
    interval_of: str = THESE,
    title: str | None = None,
) -> str:
    """Draw survival curves as KMunicate asks for.

    Parameters
    ----------
    curves : DataFrame
        ``group, time, survival`` and, for an interval, ``ci_low, ci_high``: a step function at
        every distinct time, starting at 0. With ``at_risk`` (followed beyond the time) the tail
        is greyed exactly from where fewer than 10, or fewer than 10 %, are left. Groups that are
        arms of HIPEC by their name have the arms' colours, others neutral ones.
    counts : DataFrame or callable, optional
        ``group, time, at_risk, censored, events`` at the axis ticks: at risk, and cumulatively
        censored and with the event. They become the table under the curves. A callable takes the
        ticks and returns that table.
    time_zero : str, default "diagnosis"
        What the clock starts at; named on the axis.
    endpoint : str, default "death"
        An event of `dsrct_edu.endpoint`, or the event in your own words.
    unit : str, default "months"
        Unit of time.
    level : float, default 0.95
        Confidence level of the interval, for the sentence.
    horizon : float, optional
        A time to mark; survival there goes into the words.
    shade : bool, default False
        Shade the restricted mean up to `horizon`: under one curve, or between two.
    truth : DataFrame, optional
        ``group, time, survival`` of the known truth: dotted and thin, with its group's marker.
    until : float, optional
        Where the picture ends. Else at the last time; or at month 72 or later, where the picture
        would be given to a thin tail. The words say what is cut.
    median : bool, default True
        Drop a line from where a curve comes down to one half.
    censoring : bool, default False
        Mark where patients were last seen; needs ``censored`` (cumulative) in `curves`.
    interval_of : str, default "these patients"
        What the interval is of: ``"one registry"``, ``"the middle 95 of 100 registries"``,
        ``"Monte Carlo error"``, or in your own words.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, a curve does not start at 0, or shading has no horizon.

    References
    ----------
    Morris TP et al. BMJ Open 2019;9:e030215. doi:10.1136/bmjopen-2019-030215

    Examples
    --------
    >>> import pandas as pd
    >>> curve = pd.DataFrame({"group": "all", "time": [0, 5, 9], "survival": [1, 0.6, 0.2]})
    >>> survival_curves(curve).words
    'Median overall survival: 9.0 months.'
    """
    steps = curves_of(curves)
    truths = [] if truth is None else curves_of(check(truth, CURVE))
    if shade:
        _check_shading(steps, horizon)
    if censoring and any(s.censored is None for s in steps):
        raise InputError("a column of those censored so far", "none", "", "censored")
    end = end_of(steps, unit, until, horizon)
    ticks = style.month_ticks(end)
    tally = None if counts is None else _tally(counts, steps, ticks)
    looks = palette.looks([s.group for s in steps])
    lines = [
        _Line(s, look, min(end, float(s.time[-1]))) for s, look in zip(steps, looks, strict=True)
    ]
    outcome = outcome_of(endpoint)
    page.headline = f"Survival curves: {outcome.lower()}"
    axes = _axes(page, lines, None if tally is None else tally[tally["time"] <= end], ticks, end)
    axes.set(xlabel=f"{unit.capitalize()} since {name(time_zero)}", ylabel=outcome)
    for line in lines:
        _curve(axes, line, line.steps.thin_from(tally), len(lines))
    beside = [_truth(axes, s, lines, end, ticks) for s in truths]
    if median:
        _medians(axes, lines, end)
    if horizon is not None:
        axes.axvline(horizon, color=palette.GREY, **style.DOTTED)
        if shade:
            _shade(axes, steps, horizon)
    if any(s.limits for s in steps):
        aside(axes, f"Band: {caption(interval_of, level)}")
    if censoring:
        key(page, [("last seen alive (censored)", _last_seen(axes, lines))], 1)
    end_labels(page, axes, _labels(lines, beside))
    return survival_words(
        curves, tally, endpoint=endpoint, unit=unit, level=level, horizon=horizon, shade=shade,
        truth=truth, until=until, interval_of=interval_of,
    )  # fmt: skip


def _tally(counts: Counts, steps: list[Steps], ticks: list[float]) -> pd.DataFrame:
    tally = check(counts(ticks) if callable(counts) else counts, _TALLY)
    missing = [str(s.group) for s in steps if s.group not in set(tally["group"])]
    if missing:
        raise InputError(
            "counts for every curve", f"none for {listed(missing)}", "Count each group.", "group"
        )
    return tally


def _check_shading(steps: list[Steps], horizon: float | None) -> None:
    if horizon is None or len(steps) > 2:
        found = "no horizon" if horizon is None else f"{len(steps)} curves"
        raise InputError("a horizon and one or two curves to shade", found, argument="shade")
    last = min(s.time[-1] for s in steps)
    if horizon > last:
        raise InputError(
            f"a horizon within follow-up, at most {last:g}",
            f"{horizon:g}",
            "A restricted mean does not reach beyond the last time seen.",
            argument="horizon",
        )


def _axes(
    page: Figure, lines: list[_Line], tally: pd.DataFrame | None, ticks: list[float], end: float
) -> Axes:
    """Return the axes of the curves, above the table of counts where there is one."""
    if tally is None:
        axes = page.subplots()
    else:
        rows = len(lines) * (len(_COUNTS) + (len(lines) > 1))
        below = _LINE * rows
        page.set_figheight(max(page.get_figheight(), 4.1 + below))
        above = page.get_figheight() - below - 0.8
        axes, table = page.subplots(2, sharex=True, height_ratios=[above, below])
        axes.tick_params(labelbottom=True)
        _count_table(table, tally, lines)
        ticks = sorted({float(t) for t in tally["time"]})
    axes.set(ylim=(0, 1.02), xlim=(0, max(end, *ticks, 1e-9)))
    axes.set_xticks(ticks)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    return axes


def _count_table(axes: Axes, tally: pd.DataFrame, lines: list[_Line]) -> None:
    times = sorted({float(t) for t in tally["time"]})
    shown = times[:: -(-len(times) // _SIDE_BY_SIDE)]
    across = axes.get_yaxis_transform()
    names, row = {}, 0
    for line in lines:
        mine = tally[tally["group"] == line.steps.group].drop_duplicates("time")
        if len(lines) > 1:
            look = line.look
            axes.plot([0, 0.07], [row, row], color=look.colour, ls=look.dash, transform=across)
            label = style.wrapped(line.name, 70, lines=1)
            axes.text(0.085, row, label, va="center", transform=across, size=style.SMALL)
            row += 1
        for column, label in _COUNTS.items():
            for time in shown:
                for count in mine.loc[mine["time"] == time, column]:
                    axes.text(time, row, whole(count), ha="center", va="center", size=style.SMALL)
            names[row] = label
            row += 1
    axes.set_ylim(row - 0.4, -0.6)
    axes.set_yticks(list(names), list(names.values()))
    widest = max(len(whole(float(n))) for n in tally["at_risk"])
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.tick_params(axis="y", length=0, pad=10 + 4 * widest)
    axes.spines[:].set_visible(False)


def _curve(axes: Axes, line: _Line, thin: float, crowd: int) -> None:
    """Draw a curve and its interval, greyed from where few are left."""
    s, look, end = line.steps, line.look, line.end
    cut = min(thin, end)
    opaque = 0.20 if crowd < 3 else 0.10
    body = ("curve", 0.0, cut, look.colour, 2.4, opaque)
    tail = ("tail", cut, end, style.greyed(look.colour), 1.8, 0.6 * opaque)
    for part, start, stop, colour, width, alpha in (body, tail):
        if stop <= start and not start == end == 0:
            continue
        x, y = s.line(s.survival, start, stop)
        gid = tag(part, s.group)
        axes.plot(x, y, color=colour, ls=look.dash, lw=width, zorder=3, gid=gid)
        if s.limits:
            low, high = (s.line(limit, start, stop)[1] for limit in s.limits)
            axes.fill_between(x, low, high, color=colour, alpha=alpha, lw=0, zorder=1)


def _truth(
    axes: Axes, truth: Steps, lines: list[_Line], end: float, ticks: list[float]
) -> EndLabel:
    """Draw the truth of a group: in the colour of truth, with the group's marker."""
    mine = [line.look for line in lines if line.steps.group == truth.group]
    look = mine[0] if mine else palette.looks([truth.group])[0]
    last = min(end, float(truth.time[-1]))
    x, y = truth.line(truth.survival, 0.0, last)
    axes.plot(x, y, color=palette.TRUTH.colour, ls=palette.TRUTH.dash, lw=1.6, zorder=4,
              gid=tag("truth", truth.group))  # fmt: skip
    places = [tick for tick in ticks if 0 < tick <= last] if len(lines) > 1 else []
    heights = [float(truth.survival[truth.at(place)]) for place in places]
    point: dict[str, Any] = {"marker": look.marker, "mfc": look.colour, "ms": 7}
    point |= {"mec": palette.TRUTH.colour}
    axes.plot(places, heights, ls="none", zorder=5, gid=tag("whose", truth.group), **point)
    return EndLabel(
        last, float(y[-1]), f"truth, {name(truth.group)}", palette.TRUTH, 1.6,
        point if places else None,
    )  # fmt: skip


def _medians(axes: Axes, lines: list[_Line], end: float) -> None:
    """Drop a line from where each curve comes down to one half, and number it if there is room."""
    found = sorted((line.steps.median(), index) for index, line in enumerate(lines))
    found = [(at, index) for at, index in found if at <= end]
    if not found:
        return
    axes.plot([0, found[-1][0]], [0.5, 0.5], color=palette.GREY, zorder=2, **style.DOTTED)
    last = -math.inf
    for at, index in found:
        colour = lines[index].look.colour
        axes.plot([at, at], [0, 0.5], color=colour, zorder=2, gid=tag("median", lines[index].name),
                  **style.DOTTED)  # fmt: skip
        if len(lines) <= 2:
            close = at - last < 0.08 * end
            right = at < 0.92 * end
            axes.annotate(plain(at), (at, 0.12 if close else 0.03), (4 if right else -4, 0),
                          textcoords="offset points", ha="left" if right else "right",
                          color=style.shade(colour, 0.75), size=style.SMALL, zorder=6,
                          bbox=style.white(0.5, 0.7))  # fmt: skip
        last = at


def _last_seen(axes: Axes, lines: list[_Line]) -> dict[str, Any]:
    """Mark on every curve where patients were last seen; return how."""
    look = palette.CENSORED
    mark: dict[str, Any] = {"ls": "none", "marker": look.marker, "mfc": palette.PAPER, "ms": 6}
    mark |= {"mec": style.shade(look.colour, 0.6), "mew": 1.4}
    for line in lines:
        s = line.steps
        gone = np.diff(s.censored if s.censored is not None else s.time * 0, prepend=0.0) > 0
        here = np.flatnonzero(gone & (s.time <= line.end))
        axes.plot(s.time[here], s.survival[here], zorder=4, gid=tag("censored", s.group), **mark)
    return mark


def _shade(axes: Axes, steps: list[Steps], horizon: float) -> None:
    edges = np.unique(np.concatenate([s.time for s in steps] + [[0.0, horizon]]))
    edges = edges[edges <= horizon]
    heights = [np.array([s.survival[s.at(t)] for t in edges]) for s in steps]
    first, second = (*heights, np.zeros_like(edges))[:2]
    axes.fill_between(
        edges, first, second, step="post", facecolor="none", edgecolor=palette.GREY, hatch="//",
        lw=0,
    )  # fmt: skip


def _labels(lines: list[_Line], truths: Sequence[EndLabel]) -> list[EndLabel]:
    named = len(lines) + len(truths) > 1 or lines[0].name.lower() not in _UNNAMED
    labels = [
        EndLabel(line.end, line.height, line.name, line.look) for line in (lines if named else [])
    ]
    alone = len(truths) == 1
    return labels + [replace(label, text=name("truth")) if alone else label for label in truths]
