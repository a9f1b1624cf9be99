"""Survival curves after KMunicate: interval, three-row table, named zero, greyed tail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import EndLabel, end_labels
from dsrct_edu.figures.tables import ANY, CURVE, NUMBER, Steps, check, curves_of, name, tag
from dsrct_edu.wording import listed, percent, plain, whole

_OUTCOMES = {
    "death": "Overall survival",
    "recurrence_or_death": "Recurrence-free survival",
    "recurrence": "Free of recurrence",
}
_COUNTS = {"at_risk": "At risk", "censored": "Censored", "events": "Events"}
_TALLY = {"group": ANY, "time": NUMBER} | dict.fromkeys(_COUNTS, NUMBER)
_UNNAMED = {"", "all", "overall"}  # a lone curve so named needs no label
_SIDE_BY_SIDE = 10  # counts that fit
_NAMED = 3  # groups whose numbers are all said; beyond that, the two extremes


@figure("Survival curves", CURVE, height=5.2)
def survival_curves(
    page: Figure,
    curves: pd.DataFrame,
    counts: pd.DataFrame | None = None,
    *,
    time_zero: str = "diagnosis",
    endpoint: str = "death",
    unit: str = "months",
    level: float = 0.95,
    horizon: float | None = None,
    shade: bool = False,
    truth: pd.DataFrame | None = None,
    title: str | None = None,
) -> str:
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
    endpoint : str, default "death"
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
    steps = curves_of(curves)
    truths = [] if truth is None else curves_of(check(truth, CURVE))
    tally = None if counts is None else _tally(counts, steps)
    if shade:
        _check_shading(steps, horizon)
    outcome = _outcome(endpoint)
    page.headline = f"Survival curves: {outcome.lower()}"
    axes = _axes(page, steps, tally)
    axes.set(xlabel=f"{unit.capitalize()} since {time_zero}", ylabel=outcome)
    for index, s in enumerate(steps):
        _curve(axes, s, style.appearance(index), s.thin_from(tally), len(steps))
    looks = [_truth_look(s, steps) for s in truths]
    for s, look in zip(truths, looks, strict=True):
        axes.step(s.time, s.survival, where="post", color=look.colour, ls=look.dash, lw=1.6,
                  gid=tag("truth", s.group))  # fmt: skip
    if horizon is not None:
        axes.axvline(horizon, color=style.GREY, **style.DOTTED)
        if shade:
            _shade(axes, steps, horizon)
    end_labels(page, axes, _labels(steps, truths, looks))
    return survival_words(
        curves, tally, endpoint=endpoint, unit=unit, level=level, horizon=horizon, shade=shade,
        truth=truth,
    )  # fmt: skip


def _outcome(endpoint: str) -> str:
    return _OUTCOMES.get(endpoint, f"Free of {endpoint}")


def _tally(counts: pd.DataFrame, steps: list[Steps]) -> pd.DataFrame:
    tally = check(counts, _TALLY)
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


def _axes(page: Figure, steps: list[Steps], tally: pd.DataFrame | None) -> Axes:
    """Return the axes of the curves, above the table of counts where there is one."""
    longest = max(float(s.time[-1]) for s in steps)
    if tally is None:
        axes, ticks = page.subplots(), style.month_ticks(longest)
    else:
        below = 0.25 * len(steps) * (len(_COUNTS) + (len(steps) > 1))  # inches, by line of text
        page.set_figheight(page.get_figheight() + below)
        axes, table = page.subplots(2, sharex=True, height_ratios=[4.4, below])
        axes.tick_params(labelbottom=True)
        _count_table(table, tally, [s.group for s in steps])
        ticks = sorted({float(t) for t in tally["time"]})
    axes.set(ylim=(0, 1.02), xlim=(0, max(longest, *ticks, 1e-9)))
    axes.set_xticks(ticks)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    return axes


def _count_table(axes: Axes, tally: pd.DataFrame, order: list[object]) -> None:
    times = sorted({float(t) for t in tally["time"]})
    shown = times[:: -(-len(times) // _SIDE_BY_SIDE)]
    across = axes.get_yaxis_transform()
    names, row = {}, 0
    for index, group in enumerate(order):
        mine = tally[tally["group"] == group].drop_duplicates("time")
        if len(order) > 1:
            look = style.appearance(index)
            axes.plot([0, 0.07], [row, row], color=look.colour, ls=look.dash, transform=across)
            label = style.wrapped(name(group), 70, lines=1)
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


def _curve(axes: Axes, s: Steps, look: style.Look, thin: float, crowd: int) -> None:
    """Draw a curve and its interval, greyed from where few are left."""
    end = float(s.time[-1])
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


def _truth_look(truth: Steps, steps: list[Steps]) -> style.Look:
    """Return the colour of the group that the truth belongs to, always in short dashes."""
    same = [index for index, s in enumerate(steps) if s.group == truth.group]
    mine = style.appearance(same[0] if same else len(steps))
    return replace(mine, colour=style.shade(mine.colour, 0.7), dash=(0, (3, 1.5)))


def _shade(axes: Axes, steps: list[Steps], horizon: float) -> None:
    edges = np.unique(np.concatenate([s.time for s in steps] + [[0.0, horizon]]))
    edges = edges[edges <= horizon]
    heights = [np.array([s.survival[s.at(t)] for t in edges]) for s in steps]
    first, second = (*heights, np.zeros_like(edges))[:2]
    axes.fill_between(
        edges, first, second, step="post", facecolor="none", edgecolor=style.GREY, hatch="//", lw=0
    )


def _labels(steps: list[Steps], truths: list[Steps], looks: list[style.Look]) -> list[EndLabel]:
    named = len(steps) + len(truths) > 1 or name(steps[0].group).lower() not in _UNNAMED
    labels = [
        EndLabel(float(s.time[-1]), float(s.survival[-1]), name(s.group), style.appearance(index))
        for index, s in enumerate(steps if named else [])
    ]
    for s, look in zip(truths, looks, strict=True):
        text = "truth" if len(truths) == 1 else f"truth, {name(s.group)}"
        labels.append(EndLabel(float(s.time[-1]), float(s.survival[-1]), text, look, 1.6))
    return labels


def survival_words(
    curves: pd.DataFrame,
    counts: pd.DataFrame | None = None,
    *,
    endpoint: str = "death",
    unit: str = "months",
    level: float = 0.95,
    horizon: float | None = None,
    shade: bool = False,
    truth: pd.DataFrame | None = None,
) -> str:
    """Say the medians, what stands at the horizon, the truth, and where few are left."""
    steps = curves_of(curves)
    ranked = sorted(steps, key=Steps.median)
    shown = steps if len(steps) <= _NAMED else [ranked[0], ranked[-1]]
    outcome = _outcome(endpoint)
    noun = outcome[0].lower() + outcome[1:]
    noun = f"time {noun}" if noun.startswith("free") else noun
    said = [f"{_of(s, steps)}{_median(s, unit, level)}" for s in shown]
    if shown is steps:
        sentences = [f"Median {noun}: {'; '.join(said)}."]
    else:
        sentences = [f"{len(steps)} groups; median {noun} from {said[0]} to {said[1]}."]
    if horizon is not None:
        sentences.append(_at_horizon(shown, steps, horizon, unit))
        sentences += [_shaded(steps, horizon, unit)] if shade else []
    if truth is not None:
        truths = curves_of(truth)
        medians = [f"{_of(s, truths)}{_reached(s.median(), unit)}" for s in truths]
        sentences.append(f"Dashed, the known truth: median {listed(medians)}.")
    return " ".join([*sentences, *_greyed(steps, counts, unit)])


def _of(s: Steps, everyone: list[Steps]) -> str:
    return f"{name(s.group)} " if len(everyone) > 1 else ""


def _reached(median: float, unit: str = "") -> str:
    return "not reached" if np.isinf(median) else f"{plain(median)} {unit}".rstrip()


def _median(s: Steps, unit: str, level: float) -> str:
    text = _reached(s.median(), unit)
    edges = [s.median(limit) for limit in s.limits or ()]
    if np.isinf([s.median(), *edges]).all() or not edges:
        return text
    low, high = map(_reached, edges)
    return f"{text} ({percent(level)} interval {low} to {high})"


def _at_horizon(shown: list[Steps], steps: list[Steps], horizon: float, unit: str) -> str:
    parts = []
    for s in shown:
        seen = horizon <= s.time[-1]
        value = percent(float(s.survival[s.at(horizon)])) if seen else "not followed so far"
        parts.append(f"{_of(s, steps)}{value}")
    return f"At {plain(horizon, 0)} {unit}: {listed(parts)}."


def _shaded(steps: list[Steps], horizon: float, unit: str) -> str:
    areas = [s.area(horizon) for s in steps]
    if len(steps) == 1:
        return f"Shaded: {plain(areas[0], 2)} {unit} lived on average until then."
    first, second = (name(s.group) for s in steps)
    gained = plain(areas[1] - areas[0], 2)
    return f"Shaded: {second} minus {first}, {gained} {unit} of restricted mean."


def _greyed(steps: list[Steps], counts: pd.DataFrame | None, unit: str) -> list[str]:
    thin = sorted((s.thin_from(counts), _of(s, steps), s.time[-1]) for s in steps)
    period = unit.removesuffix("s")
    said = [
        f"from {period} {plain(month)} {group}".rstrip()
        for month, group, end in thin
        if month <= end
    ]
    if len(said) > _NAMED:
        said = [f"{said[0]} and {len(said) - 1} more after it"]
    return [f"Greyed, because few are left at risk: {listed(said)}."] if said else []
