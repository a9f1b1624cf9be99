"""What a picture of survival curves says: medians, horizon, truth, what is cut or greyed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from dsrct_edu import checks
from dsrct_edu.figures import style
from dsrct_edu.figures.intervals import THESE, caption
from dsrct_edu.figures.tables import Steps, curves_of, name
from dsrct_edu.wording import listed, percent, plain, whole

NAMED = 3  # groups whose numbers are all said; beyond that, the two extremes
OUTCOMES = {
    "death": "Overall survival",
    "recurrence_or_death": "Recurrence-free survival",
    "progression_or_death": "Event-free survival",
    "recurrence": "Free of recurrence",
}


def outcome_of(endpoint: str) -> str:
    """Return what the axis counts, by the event.

    Examples
    --------
    >>> outcome_of("death"), outcome_of("first_event")
    ('Overall survival', 'Free of first event')
    """
    return OUTCOMES.get(endpoint, f"Free of {name(endpoint)}")


def end_of(
    steps: list[Steps],
    unit: str = "months",
    until: float | None = None,
    horizon: float | None = None,
) -> float:
    """Return where the picture ends: two thirds of its width are no thin tail, of any group."""
    longest = max(float(s.time[-1]) for s in steps)
    if until is not None:
        return checks.number(until, "until", low=0.0, above=True)
    if unit != "months" or longest <= style.SEVEN_YEARS:
        return longest
    thick = min(min(s.thin_from(None), float(s.time[-1])) for s in steps)
    wide = thick >= 1.5 * style.SIX_YEARS
    end = 12 * math.ceil(1.25 * thick / 12) if wide else style.SIX_YEARS
    return min(longest, max(end, horizon or 0.0))


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
    until: float | None = None,
    interval_of: str = THESE,
) -> str:
    """Say the medians, what stands at the horizon, the truth, where few are left, what is cut."""
    steps = curves_of(curves)
    ranked = sorted(steps, key=Steps.median)
    shown = steps if len(steps) <= NAMED else [ranked[0], ranked[-1]]
    outcome = outcome_of(endpoint)
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
        sentences.append(f"Dotted, the known truth: median {listed(medians)}.")
    if any(s.limits for s in steps):
        sentences.append(f"Band: {caption(interval_of, level)}.")
    end = end_of(steps, unit, until, horizon)
    return " ".join([*sentences, *_greyed(steps, counts, unit, end), *_cut(steps, unit, end)])


def _of(s: Steps, everyone: list[Steps]) -> str:
    return f"{name(s.group)} " if len(everyone) > 1 else ""


def _reached(median: float, unit: str = "") -> str:
    return "not reached" if np.isinf(median) else f"{plain(median)} {unit}".rstrip()


def _median(s: Steps, unit: str, level: float) -> str:
    text = _reached(s.median(), unit)
    edges = s.median_limits()
    if edges is None or np.isinf([s.median(), *edges]).all():
        return text
    if np.isnan(edges).any():
        return f"{text} ({percent(level)} interval not defined)"
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


def _greyed(steps: list[Steps], counts: pd.DataFrame | None, unit: str, until: float) -> list[str]:
    thin = sorted((s.thin_from(counts), _of(s, steps), s.time[-1]) for s in steps)
    period = unit.removesuffix("s")
    said = [
        f"from {period} {plain(month)} {group}".rstrip()
        for month, group, end in thin
        if month <= min(end, until)
    ]
    if len(said) > NAMED:
        said = [f"{said[0]} and {len(said) - 1} more after it"]
    return [f"Greyed, because few are left at risk: {listed(said)}."] if said else []


def _cut(steps: list[Steps], unit: str, until: float) -> list[str]:
    """Say who was followed beyond the end of the picture."""
    longest = max(float(s.time[-1]) for s in steps)
    if longest <= until:
        return []
    text = f"The picture ends at {unit.removesuffix('s')} {plain(until, 0)}"
    beyond = [float(s.at_risk[s.at(until)]) for s in steps if s.at_risk is not None]
    everyone = sum(float(s.at_risk[0]) for s in steps if s.at_risk is not None)
    if len(beyond) < len(steps):
        return [f"{text}, the data at {plain(longest, 0)}."]
    of = f"{whole(sum(beyond))} of {whole(everyone)}"
    return [f"{text}; {of} were followed longer, to {plain(longest, 0)}."]
