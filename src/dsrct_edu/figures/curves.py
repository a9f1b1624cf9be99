"""Survival curves after KMunicate: interval, three-row table, named zero, greyed tail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, styled
from dsrct_edu.figures.labels import EndLabel, end_labels, heading
from dsrct_edu.figures.steps import Steps, split
from dsrct_edu.figures.tables import name, tidy
from dsrct_edu.wording import listed, percent, plain, whole

_TITLES = {
    "death": "Overall survival",
    "recurrence_or_death": "Recurrence-free survival",
    "recurrence": "Free of recurrence",
}
_UNNAMED = {"", "all", "overall"}  # a lone curve so named needs no label
_COUNTS = {"at_risk": "At risk", "censored": "Censored", "events": "Events"}
_COLUMNS = 10  # counts that fit side by side
_NAMED = 3  # groups whose numbers are all said; beyond that, the two extremes


@styled
def survival_curves(
    curves: pd.DataFrame,
    counts: pd.DataFrame | None = None,
    *,
    time_zero: str = "diagnosis",
    event: str = "death",
    unit: str = "months",
    level: float = 0.95,
    horizon: float | None = None,
    shade: bool = False,
    truth: pd.DataFrame | None = None,
    title: str | None = None,
) -> Figure:
    """Draw survival curves as KMunicate asks for.

    Parameters
    ----------
    curves : DataFrame
        ``group, time, survival`` and, for an interval, ``ci_low, ci_high``: a step function at
        every distinct time, starting at 0. With ``at_risk`` (followed beyond the time) the tail
        is greyed exactly from where fewer than 10, or fewer than 10 %, are left.
    counts : DataFrame, optional
        ``group, time, at_risk, censored, events`` at the axis ticks: at risk, and cumulatively
        censored and with the event. They become the table under the curves.
    time_zero : str, default "diagnosis"
        What the clock starts at; named on the axis.
    event : str, default "death"
        ``death``, ``recurrence_or_death``, ``recurrence``, or the event in your own words.
    unit : str, default "months"
        Unit of time.
    level : float, default 0.95
        Confidence level of the interval, for the sentence.
    horizon : float, optional
        A time to mark; survival there goes into the words.
    shade : bool, default False
        Shade the restricted mean up to `horizon`: under one curve, or between two.
    truth : DataFrame, optional
        ``group, time, survival`` of the known truth, drawn dashed and thin.
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
    steps = split(curves)
    truths = [] if truth is None else split(truth)
    tally = None if counts is None else _tally(counts, steps)
    _check_shading(steps, horizon, shade)
    outcome = _TITLES.get(event, f"Free of {event}")
    rows = 0 if tally is None else len(steps) * (3 + (len(steps) > 1))
    figure = Figure(style.WIDTH, 5.2 + 0.25 * rows, f"Survival curves: {outcome.lower()}")
    if tally is None:
        axes = figure.subplots()
    else:
        axes, below = figure.subplots(2, sharex=True, height_ratios=[4.4, 0.25 * rows])
        axes.tick_params(labelbottom=True)
        _count_table(below, tally, [s.group for s in steps])
    _axis(axes, steps, tally, f"{unit.capitalize()} since {time_zero}", outcome)
    heading(figure, title)
    thin = {s.group: s.thin_from(tally) for s in steps}
    for index, s in enumerate(steps):
        _curve(axes, s, style.look(index), thin[s.group], len(steps))
    overlay = [(s, _truth_look(s, steps)) for s in truths]
    for s, look in overlay:
        axes.step(s.time, s.survival, where="post", color=look.colour, ls=look.dash, lw=1.6)
    if horizon is not None:
        axes.axvline(horizon, color=style.GREY, lw=1.2, ls=(0, (1, 2)))
        if shade:
            _shade(axes, steps, horizon)
    _labels(figure, axes, steps, overlay)
    figure.words = _words(steps, truths, thin, outcome, unit, level, horizon, shade)
    return figure


def _truth_look(truth: Steps, steps: list[Steps]) -> style.Look:
    """Return the colour of the group that the truth belongs to, always in short dashes."""
    same = [index for index, s in enumerate(steps) if s.group == truth.group]
    mine = style.look(same[0] if same else len(steps))
    return replace(mine, colour=style.shade(mine.colour, 0.7), dash=(0, (3, 1.5)))


def _tally(counts: pd.DataFrame, steps: list[Steps]) -> pd.DataFrame:
    numbers = ["time", "at_risk", "censored", "events"]
    tally = tidy(counts, ["group", *numbers], numbers)
    missing = [str(s.group) for s in steps if s.group not in set(tally["group"])]
    if missing:
        raise InputError(
            "counts for every curve", f"none for {listed(missing)}", "Count each group.", "group"
        )
    return tally


def _check_shading(steps: list[Steps], horizon: float | None, shade: bool) -> None:
    if not shade:
        return
    if horizon is None or len(steps) > 2:
        found = "no horizon" if horizon is None else f"{len(steps)} curves"
        raise InputError("a horizon and one or two curves to shade", found, column="shade")
    last = min(s.time[-1] for s in steps)
    if horizon > last:
        raise InputError(
            f"a horizon within follow-up, at most {last:g}",
            f"{horizon:g}",
            "A restricted mean does not reach beyond the last time seen.",
            column="horizon",
        )


def _curve(axes: Axes, s: Steps, look: style.Look, thin: float, crowd: int) -> None:
    end = float(s.time[-1])
    cut = min(thin, end)
    pale = style.greyed(look.colour)
    for start, stop, colour, width in ((0.0, cut, look.colour, 2.4), (cut, end, pale, 1.8)):
        if stop <= start and not start == end == 0:
            continue
        x, y = s.line(s.survival, start, stop)
        axes.plot(x, y, color=colour, ls=look.dash, lw=width, zorder=3)
        if s.low is not None and s.high is not None:
            low, high = s.line(s.low, start, stop)[1], s.line(s.high, start, stop)[1]
            alpha = (0.20 if crowd < 3 else 0.10) * (0.6 if colour == pale else 1)
            axes.fill_between(x, low, high, color=colour, alpha=alpha, lw=0, zorder=1)


def _axis(
    axes: Axes, steps: list[Steps], tally: pd.DataFrame | None, xlabel: str, ylabel: str
) -> None:
    longest = max(float(s.time[-1]) for s in steps)
    ticks = style.month_ticks(longest)
    if tally is not None:
        ticks = sorted({float(t) for t in tally["time"]})
    axes.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, 1.02), xlim=(0, max(longest, *ticks, 1e-9)))
    axes.set_xticks(ticks)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1))


def _count_table(axes: Axes, tally: pd.DataFrame, order: Sequence[object]) -> None:
    times = sorted({float(t) for t in tally["time"]})
    shown = times[:: -(-len(times) // _COLUMNS)]
    names, row = [], 0
    for index, group in enumerate(order):
        mine = tally[tally["group"] == group].drop_duplicates("time")
        if len(order) > 1:
            look = style.look(index)
            across = axes.get_yaxis_transform()
            axes.plot([0, 0.07], [row, row], color=look.colour, ls=look.dash, transform=across)
            label = style.fold(name(group), 70, lines=1)
            axes.text(0.085, row, label, va="center", transform=across, size=style.SMALL)
            row += 1
        for column, label in (
            ("at_risk", "At risk"),
            ("censored", "Censored"),
            ("events", "Events"),
        ):
            for time in shown:
                for count in mine.loc[mine["time"] == time, column]:
                    axes.text(time, row, whole(count), ha="center", va="center", size=style.SMALL)
            names.append((row, label))
            row += 1
    axes.set_ylim(row - 0.4, -0.6)
    axes.set_yticks([r for r, _ in names], [label for _, label in names])
    widest = max(len(whole(float(n))) for n in tally["at_risk"])
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.tick_params(axis="y", length=0, pad=10 + 4 * widest)
    axes.spines[:].set_visible(False)


def _shade(axes: Axes, steps: list[Steps], horizon: float) -> None:
    edges = np.unique(np.concatenate([s.time for s in steps] + [[0.0, horizon]]))
    edges = edges[edges <= horizon]
    first = np.array([steps[0].survival[steps[0].at(t)] for t in edges])
    second = np.zeros_like(first)
    if len(steps) == 2:
        second = np.array([steps[1].survival[steps[1].at(t)] for t in edges])
    axes.fill_between(
        edges, first, second, step="post", facecolor="none", edgecolor=style.GREY, hatch="//", lw=0
    )


def _labels(
    figure: Figure, axes: Axes, steps: list[Steps], truths: list[tuple[Steps, style.Look]]
) -> None:
    labels = []
    for index, s in enumerate(steps):
        if len(steps) + len(truths) > 1 or name(s.group).lower() not in _UNNAMED:
            end = (float(s.time[-1]), float(s.survival[-1]))
            labels.append(EndLabel(*end, name(s.group), style.look(index)))
    for s, look in truths:
        label = "truth" if len(truths) == 1 else f"truth, {name(s.group)}"
        labels.append(EndLabel(float(s.time[-1]), float(s.survival[-1]), label, look, 1.6))
    end_labels(figure, axes, labels)


def _reached(median: float, unit: str = "") -> str:
    return "not reached" if np.isinf(median) else f"{plain(median)} {unit}".rstrip()


def _words(
    steps: list[Steps],
    truths: list[Steps],
    thin: dict[object, float],
    outcome: str,
    unit: str,
    level: float,
    horizon: float | None,
    shade: bool,
) -> str:
    shown = steps
    if len(steps) > _NAMED:
        ranked = sorted(steps, key=Steps.median)
        shown = [ranked[0], ranked[-1]]
    noun = outcome[0].lower() + outcome[1:]
    noun = f"time {noun}" if noun.startswith("free") else noun
    said = [f"{_of(s, steps)}{_median(s, unit, level)}" for s in shown]
    if shown is steps:
        sentences = [f"Median {noun}: {'; '.join(said)}."]
    else:
        sentences = [f"{len(steps)} groups; median {noun} from {said[0]} to {said[1]}."]
    if horizon is not None:
        sentences.append(_at_horizon(shown, steps, horizon, unit, shade))
    if truths:
        medians = [f"{_of(s, truths)}{_reached(s.median(), unit)}" for s in truths]
        sentences.append(f"Dashed, the known truth: median {listed(medians)}.")
    tails = sorted(
        (thin[s.group], f"{_of(s, steps)}") for s in steps if thin[s.group] <= s.time[-1]
    )
    if tails:
        period = unit.removesuffix("s")
        said = [f"from {period} {plain(month)} {group}".rstrip() for month, group in tails]
        more = f" and {len(tails) - 1} more after it" if len(tails) > _NAMED else ""
        said = said[:1] if more else said
        sentences.append(f"Greyed, because few are left at risk: {listed(said)}{more}.")
    return " ".join(sentences)


def _of(s: Steps, everyone: list[Steps]) -> str:
    return f"{name(s.group)} " if len(everyone) > 1 else ""


def _median(s: Steps, unit: str, level: float) -> str:
    edges = s.median_interval()
    text = _reached(s.median(), unit)
    if edges is None or all(np.isinf(edge) for edge in (*edges, s.median())):
        return text
    low, high = (_reached(edge) for edge in edges)
    return f"{text} ({percent(level)} interval {low} to {high})"


def _at_horizon(
    shown: list[Steps], steps: list[Steps], horizon: float, unit: str, shade: bool
) -> str:
    parts = []
    for s in shown:
        seen = horizon <= s.time[-1]
        value = percent(float(s.survival[s.at(horizon)])) if seen else "not followed so far"
        parts.append(f"{_of(s, steps)}{value}")
    text = f"At {plain(horizon, 0)} {unit}: {listed(parts)}."
    if shade and len(steps) == 1:
        text += f" Shaded: {plain(steps[0].area(horizon), 2)} {unit} lived on average until then."
    elif shade:
        gained = steps[1].area(horizon) - steps[0].area(horizon)
        first, second = name(steps[0].group), name(steps[1].group)
        text += f" Shaded: {second} minus {first}, {plain(gained, 2)} {unit} of restricted mean."
    return text
