"""Potential outcomes without and with HIPEC, from the same noise; months since surgery inside.

What the two arms share is worked out once: cumulative hazards still "due" before the effects of
complications, adjuvant treatment, radiotherapy and HIPEC, and the odds ratio that each chance event
needs to happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease.equations import (
    INTERVAL,
    LN2,
    Arrays,
    Noise,
    Rows,
    linear,
    power,
    taken,
)
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.disease.unresected import unresected
from dsrct_edu.vocabulary import ARMS, SITES

_NOISE = ("radio", "adjuvant", "complication", "cure", *SITES, "other", "after")
_LONGEST_INTERVAL = 60  # a later recurrence foretells no more than one at five years
# Nobody lives for ever: months beyond thirty years are squeezed below sixty. No follow-up, and no
# truth at a horizon below thirty years, reaches that far.
_FAR, _FARTHEST = 360.0, 720.0


class _Treated(NamedTuple):
    """What befalls or is given to the completely resected of one arm before any event."""

    complication: Flags
    adjuvant: Flags
    radio: Flags


@dataclass(frozen=True)
class _Shared:
    """What both arms of the completely resected share.

    Attributes
    ----------
    needs : dict of array
        For ``complication``, ``adjuvant``, ``radio`` and ``cure``: it happens if the odds ratio of
        HIPEC, and of a complication, exceeds this.
    due : dict of array
        For each site: the cumulative hazard at which recurrence comes, in units of
        ``(months / median) ** shape`` before complication, later treatment and HIPEC.
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


def outcomes(
    p: Scenario, noise: Noise, x: Arrays, causes: Arrays, rows: Rows, resected: Arrays
) -> dict[str, Arrays]:
    """Draw the potential outcomes without HIPEC and with it, by the names of `ARMS`.

    The completely resected are `rows`, and `resected` are their `causes`. What HIPEC cannot
    change, the month of progression, is added to `x`.
    """
    n = len(x["complete"])
    both = unresected(p, noise, x, causes)
    x["progression_month"] = both.pop("progression_month")
    both |= {
        "recurrence_month": np.full(n, np.inf),
        "recurrence_site": np.zeros(n),
        "cured": np.zeros(n, dtype=bool),
    }
    shared = _share(p, taken({key: noise[key] for key in _NOISE}, rows), resected)
    arms = {}
    for hipec, name in enumerate(ARMS):
        # the second arm needs no copy of its own
        arm = both if hipec else {key: values.copy() for key, values in both.items()}
        for key, values in _arm(p, shared, x["surgery_month"][rows], hipec).items():
            arm[key][rows] = values
        arms[name] = arm
    return arms


def _share(p: Scenario, noise: Noise, causes: Arrays) -> _Shared:
    needs = {}
    for chance_event in ("complication", "adjuvant", "radio", "cure"):
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
    odds = np.exp(p.effect_adjuvant * hipec + p.adjuvant_complication * complication)
    treated = _Treated(
        complication,
        adjuvant=shared.needs["adjuvant"] < odds,
        radio=shared.needs["radio"] < np.exp(p.effect_radiotherapy * hipec),
    )
    cured = shared.needs["cure"] < np.exp(p.effect_cure * hipec)
    event = _death_before_recurrence(p, shared, complication, hipec)
    site = np.zeros(len(event))
    for number, name in enumerate(SITES, start=1):
        month = _recurrence(p, name, shared.due[name], treated, hipec)
        first = (month < event) & ~cured
        event = np.where(first, month, event)
        site[first] = number
    recurred = site > 0
    after = _after_recurrence(p, shared.after_due, event, site, hipec)
    death = _mortal(event + np.where(recurred, after, 0.0))
    event = _mortal(event)
    return {
        "death_month": start + death,
        "recurrence_month": np.where(recurred, start + event, np.inf),
        "recurrence_site": site,
        "cured": cured,
        "major_complication": complication,
        "radiotherapy": treated.radio & (event > p.radio_start),
        "adjuvant_chemotherapy": treated.adjuvant & (event > p.adjuvant_start),
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


def _recurrence(p: Scenario, site: str, due: Floats, treated: _Treated, hipec: int) -> Floats:
    """Invert a Weibull cumulative hazard whose level changes at treatments and at the window."""
    of = p.group(site)
    median, shape = of["median"], of["shape"]
    total = np.where(treated.complication, np.exp(-of["complication"]), 1.0)
    total *= due
    # From each change on, the same cumulative hazard takes this much longer to come due.
    changes: list[tuple[float, Floats | float]] = [
        (p.adjuvant_start, treated.adjuvant * np.expm1(-of["adjuvant"])),
        (p.radio_start, treated.radio * np.expm1(-of["radio"])),
    ]
    if site == "peritoneal" and hipec:
        total *= np.exp(-p.effect_peritoneal_early)
        drift = p.effect_peritoneal_late - p.effect_peritoneal_early
        changes.append((p.effect_window, float(np.expm1(-drift))))
    for month, longer in sorted(changes, key=lambda change: change[0]):
        beyond = total - (month / median) ** shape
        np.maximum(beyond, 0.0, out=beyond)
        beyond *= longer
        total += beyond
    result = power(total, 1 / shape)
    result *= median
    return result


def _mortal(month: Floats) -> Floats:
    """Squeeze what lies far away, in order."""
    far = np.flatnonzero(month > _FAR)
    room = _FARTHEST - _FAR
    month[far] = _FARTHEST - room * np.exp((_FAR - month[far]) / room)
    return month


def _after_recurrence(p: Scenario, due: Floats, event: Floats, site: Floats, hipec: int) -> Floats:
    medians = np.array([1.0, p.after_peritoneal, p.after_hepatic, p.after_distant])
    interval = np.minimum(event, _LONGEST_INTERVAL)
    total = due * np.exp(-p.after_interval * interval - p.effect_after_recurrence * hipec)
    return np.asarray(medians[site.astype(np.intp)] * power(total, 1 / p.after_shape))
