"""Methods that compare patients with and without HIPEC by the clock and the group they choose.

Each takes the registry columns of many replicates and gives a `Fit` for each of its measures.
All end their follow-up at the horizon on their own clock.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.studies.registry_arrays import Patients, months_between
from dsrct_edu.studies.two_sample import (
    Fit,
    Ranked,
    cox_two_groups,
    death_counts,
    difference,
    kaplan_meier,
    logrank,
    rank,
)

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Method = Callable[[Patients, float], dict[str, Fit]]

# what leaves or enters at a time: untreated and treated death, untreated and treated censoring,
# start of treatment, nothing
_LEAVES = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
_TREATED = np.array([0.0, -1.0, 0.0, -1.0, 1.0, 0.0])


def _hazard_ratio(ranked: Ranked) -> Fit:
    at_risk_0, at_risk_1, share, variance = death_counts(ranked)
    died_1 = ranked.group * ranked.death
    guess = logrank(died_1, share, variance).estimate
    return cox_two_groups(died_1, at_risk_0, at_risk_1, guess)


def _two_groups(
    time: Array, death: Flags, group: Flags, included: Flags, horizon: float
) -> dict[str, Fit]:
    death = death & (time <= horizon)
    time = np.minimum(time, horizon)
    one, zero = (
        kaplan_meier(time, death, horizon, included & member) for member in (group, ~group)
    )
    nobody = ~(included & group).any(axis=1) | ~(included & ~group).any(axis=1)
    rmst_1 = np.where(nobody, np.nan, one.rmst)
    return {
        "log_hazard_ratio": _hazard_ratio(rank(time, death, group, included)),
        "rmst_difference": difference(rmst_1, zero.rmst, one.rmst_variance + zero.rmst_variance),
    }


def ever_never(patients: Patients, horizon: float) -> dict[str, Fit]:
    """Compare all who ever had HIPEC with all who never had, from diagnosis."""
    return _two_groups(patients.time, patients.death, patients.hipec, patients.included, horizon)


def landmark(patients: Patients, horizon: float, month: float) -> dict[str, Fit]:
    """Compare, among those followed beyond a month, who had HIPEC by then with who had not."""
    return _two_groups(
        months_between(month, np.maximum(patients.time, month)),
        patients.death,
        patients.hipec & (patients.surgery <= month),
        patients.included & (patients.time > month),
        horizon,
    )


def operated_only(patients: Patients, horizon: float) -> dict[str, Fit]:
    """Compare with and without HIPEC from surgery, among all who were operated."""
    return _since_surgery(patients.only(patients.operated), horizon)


def complete_resection(patients: Patients, horizon: float) -> dict[str, Fit]:
    """Compare with and without HIPEC from surgery, among the completely resected."""
    return _since_surgery(patients.resected, horizon)


def _since_surgery(chosen: Patients, horizon: float) -> dict[str, Fit]:
    return _two_groups(chosen.since_surgery, chosen.death, chosen.hipec, chosen.included, horizon)


def time_dependent(patients: Patients, horizon: float) -> dict[str, Fit]:
    """Fit Cox with HIPEC as a time-dependent covariate: untreated until the operation."""
    death = patients.death & (patients.time <= horizon)
    time = np.minimum(patients.time, horizon)
    treated = patients.hipec & (patients.surgery < time)
    leaving = np.where(death, 0, 2) + treated
    entering = np.where(treated, patients.surgery, np.inf)
    code = np.concatenate([leaving, np.where(treated, 4, 5)], axis=1)
    key = np.concatenate([time, entering], axis=1).view(np.int64) & ~7
    key |= code
    key.sort(axis=1)
    code = key & 7

    def before(change: Array) -> Array:
        sums: Array = np.cumsum(change, axis=1) - change
        return sums

    at_risk = time.shape[1] - before(_LEAVES[code])
    moment = (key & ~7).view(np.float64)
    ranked = Ranked(
        moment, code <= 1, (code == 1).astype(np.float64), at_risk, before(_TREATED[code])
    )
    return {"log_hazard_ratio": _hazard_ratio(ranked)}


UNADJUSTED: dict[str, Method] = {
    "ever_never": ever_never,
    "time_dependent": time_dependent,
    "landmark_6": partial(landmark, month=6.0),
    "landmark_9": partial(landmark, month=9.0),
    "landmark_12": partial(landmark, month=12.0),
    "operated_only": operated_only,
    "complete_resection": complete_resection,
}
