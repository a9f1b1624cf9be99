"""Potential outcomes without and with HIPEC, from the same noise; months since surgery inside.

What the two arms share is worked out once: cumulative hazards still "due" before the effects of
complications, radiotherapy and HIPEC, and the odds ratio that each chance event needs to happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease.equations import (
    INTERVAL,
    LN2,
    Arrays,
    Noise,
    chance,
    covariates,
    linear,
    weibull,
)
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.vocabulary import ARMS, SITES

_NOISE = ("radio", "complication", "cure", *SITES, "other", "after")
_LONGEST_INTERVAL = 60  # a later recurrence foretells no more than one at five years


@dataclass(frozen=True)
class _Shared:
    """What both arms of the completely resected share.

    Attributes
    ----------
    needs : dict of array
        For ``complication``, ``radio`` and ``cure``: it happens if the odds ratio of HIPEC
        exceeds this.
    due : dict of array
        For each site: the cumulative hazard at which recurrence comes, in units of
        ``(months / median) ** shape`` before complication, radiotherapy and HIPEC.
    other_due, other_early : array
        Cumulative hazard at which death without recurrence comes; its early hazard a month.
    after_due : array
        As ``due``, for death after recurrence, before the interval and HIPEC.
    """

    needs: Mapping[str, Floats]
    due: Mapping[str, Floats]
    other_due: Floats
    other_early: Floats
    after_due: Floats


def outcomes(p: Scenario, noise: Noise, x: Arrays) -> dict[str, Arrays]:
    """Draw the potential outcomes without HIPEC and with it, by the names of `ARMS`."""
    n = len(x["operated"])
    causes = covariates(x)
    death = x["natural_month"].copy()
    rows = np.flatnonzero(x["operated"] & ~x["complete"])
    log_hazard = linear(p.group("incomplete"), _rows(causes, rows))
    death[rows] = x["surgery_month"][rows] + weibull(
        noise["incomplete"][rows], p.incomplete_median, p.incomplete_shape, log_hazard
    )
    # A major complication can follow any operation; HIPEC can only change it after CC 0-1.
    complication = chance(noise["complication"], linear(p.group("complication"), causes))
    complication &= x["operated"]
    rows = np.flatnonzero(x["complete"])
    shared = _share(p, _rows({key: noise[key] for key in _NOISE}, rows), _rows(causes, rows))
    arms = {}
    for hipec, name in enumerate(ARMS):
        arm: Arrays = {
            "death_month": death.copy(),
            "recurrence_month": np.full(n, np.inf),
            "recurrence_site": np.zeros(n),
            "cured": np.zeros(n, dtype=bool),
            "major_complication": complication.copy(),
            "radiotherapy": np.zeros(n, dtype=bool),
        }
        for key, values in _arm(p, shared, x["surgery_month"][rows], hipec).items():
            arm[key][rows] = values
        arms[name] = arm
    return arms


def _rows(arrays: Arrays, rows: NDArray[np.intp]) -> Arrays:
    return {key: values[rows] for key, values in arrays.items()}


def _share(p: Scenario, noise: Noise, causes: Arrays) -> _Shared:
    needs = {}
    for chance_event in ("complication", "radio", "cure"):
        uniform = noise[chance_event]
        odds_against = np.exp(-linear(p.group(chance_event), causes))
        needs[chance_event] = odds_against * uniform / (1 - uniform)
    due = {site: _due(noise[site], linear(p.group(site), causes)) for site in SITES}
    after = linear(p.group("after"), causes) - p.after_interval * INTERVAL
    early = np.exp(linear(p.group("early"), causes))
    early *= -np.log(1 - p.early_death) / p.early_window
    return _Shared(needs, due, -np.log(noise["other"]), early, _due(noise["after"], after))


def _due(uniform: Floats, log_hazard: Floats) -> Floats:
    """Return the cumulative hazard that comes due, over ln 2; overwrites the log hazard."""
    np.negative(log_hazard, out=log_hazard)
    np.exp(log_hazard, out=log_hazard)
    log_hazard *= np.log(uniform)
    log_hazard *= -1 / LN2
    return log_hazard


def _arm(p: Scenario, shared: _Shared, start: Floats, hipec: int) -> Arrays:
    """Follow the completely resected of one arm: recurrence by site, or death before it."""
    complication = shared.needs["complication"] < np.exp(p.effect_complication * hipec)
    radio = shared.needs["radio"] < np.exp(p.effect_radiotherapy * hipec)
    cured = shared.needs["cure"] < np.exp(p.effect_cure * hipec)
    event = _death_before_recurrence(p, shared, complication, hipec)
    site = np.zeros(len(event))
    for number, name in enumerate(SITES, start=1):
        month = _recurrence(p, name, shared.due[name], complication, radio, hipec)
        first = (month < event) & ~cured
        event = np.where(first, month, event)
        site[first] = number
    recurred = site > 0
    after = _after_recurrence(p, shared.after_due, event, site, hipec)
    return {
        "death_month": start + event + np.where(recurred, after, 0.0),
        "recurrence_month": np.where(recurred, start + event, np.inf),
        "recurrence_site": site,
        "cured": cured,
        "major_complication": complication,
        "radiotherapy": radio & (event > p.radio_start),
    }


def _death_before_recurrence(
    p: Scenario, shared: _Shared, complication: Flags, hipec: int
) -> Floats:
    factor = np.exp(p.effect_early_death * hipec)
    early = shared.other_early * np.where(
        complication, factor * np.exp(p.early_complication), factor
    )
    left = shared.other_due - early * p.early_window
    late = p.early_window + left / p.late_death
    return np.asarray(np.where(left <= 0, shared.other_due / early, late))


def _recurrence(
    p: Scenario, site: str, due: Floats, complication: Flags, radio: Flags, hipec: int
) -> Floats:
    """Invert a Weibull cumulative hazard whose level changes at radiotherapy and at the window."""
    of = p.group(site)
    median, shape = of["median"], of["shape"]
    power = np.where(complication, np.exp(-of["complication"]), 1.0)
    power *= due
    # From each change on, the same cumulative hazard takes this much longer to come due.
    changes: list[tuple[float, Floats | float]] = [
        (p.radio_start, radio * np.expm1(-of["radio"])),
    ]
    if site == "peritoneal" and hipec:
        power *= np.exp(-p.effect_peritoneal_early)
        drift = p.effect_peritoneal_late - p.effect_peritoneal_early
        changes.append((p.effect_window, float(np.expm1(-drift))))
    for month, longer in sorted(changes, key=lambda change: change[0]):
        beyond = power - (month / median) ** shape
        np.maximum(beyond, 0.0, out=beyond)
        beyond *= longer
        power += beyond
    result = _power(power, 1 / shape)
    result *= median
    return result


def _after_recurrence(p: Scenario, due: Floats, event: Floats, site: Floats, hipec: int) -> Floats:
    medians = np.array([1.0, p.after_peritoneal, p.after_hepatic, p.after_distant])
    interval = np.minimum(event, _LONGEST_INTERVAL)
    power = due * np.exp(-p.after_interval * interval - p.effect_after_recurrence * hipec)
    return np.asarray(medians[site.astype(np.intp)] * _power(power, 1 / p.after_shape))


def _power(base: Floats, exponent: float) -> Floats:
    """Raise positive numbers to a power; log and exp are faster than NumPy's power."""
    result = np.log(base)
    result *= exponent
    return np.exp(result, out=result)
