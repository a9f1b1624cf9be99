"""Methods that compare patients with and without HIPEC by the clock and the group they choose.

Each takes the registry columns of many replicates and gives a `Fit` for each of its measures.
All end their follow-up at the horizon on their own clock.
"""

from __future__ import annotations

import numpy as np

from dsrct_edu.analysis.registry_arrays import RegistryArrays, months_between
from dsrct_edu.analysis.two_groups import (
    Fit,
    Ranked,
    cox_two_groups,
    death_counts,
    difference,
    rank,
    two_group_curves,
    two_group_logrank,
)
from dsrct_edu.arrays import Flags, Floats

# what leaves or enters at a time: untreated and treated death, untreated and treated censoring,
# start of treatment, nothing
_LEAVES = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
_TREATED = np.array([0.0, -1.0, 0.0, -1.0, 1.0, 0.0])


def _hazard_ratio(ranked: Ranked) -> Fit:
    at_risk_0, at_risk_1, share, variance = death_counts(ranked)
    died_1 = ranked.group * ranked.death
    guess = two_group_logrank(died_1, share, variance).estimate
    return cox_two_groups(died_1, at_risk_0, at_risk_1, guess)


def two_groups(
    time: Floats, death: Flags, group: Flags, included: Flags, horizon: float
) -> dict[str, Fit]:
    """Compare two groups of many registries on one clock."""
    death = death & (time <= horizon)
    time = np.minimum(time, horizon)
    zero, one = two_group_curves(time, death, group, horizon, included)
    nobody = ~(included & group).any(axis=1) | ~(included & ~group).any(axis=1)
    rmst_1 = np.where(nobody, np.nan, one.rmst)
    return {
        "log_hazard_ratio": _hazard_ratio(rank(time, death, group, included)),
        "rmst_difference": difference(rmst_1, zero.rmst, one.rmst_variance + zero.rmst_variance),
    }


def ever_never(registry: RegistryArrays, horizon: float) -> dict[str, Fit]:
    """Compare all who ever had HIPEC with all who never had, from diagnosis."""
    return two_groups(registry.time, registry.death, registry.hipec, registry.included, horizon)


def from_landmark(registry: RegistryArrays, horizon: float, month: float) -> dict[str, Fit]:
    """Compare, among those followed beyond a month, who had HIPEC by then with who had not."""
    return two_groups(
        months_between(month, np.maximum(registry.time, month)),
        registry.death,
        registry.hipec & (registry.surgery <= month),
        registry.included & (registry.time > month),
        horizon,
    )


def operated_only(registry: RegistryArrays, horizon: float) -> dict[str, Fit]:
    """Compare with and without HIPEC from surgery, among all who were operated."""
    return _since_surgery(registry.only(registry.operated), horizon)


def complete_resection(registry: RegistryArrays, horizon: float) -> dict[str, Fit]:
    """Compare with and without HIPEC from surgery, among the completely resected."""
    return _since_surgery(registry.resected, horizon)


def _since_surgery(chosen: RegistryArrays, horizon: float) -> dict[str, Fit]:
    return two_groups(chosen.since_surgery, chosen.death, chosen.hipec, chosen.included, horizon)


def time_dependent(registry: RegistryArrays, horizon: float) -> dict[str, Fit]:
    """Fit Cox with HIPEC as a time-dependent covariate: untreated until the operation."""
    death = registry.death & (registry.time <= horizon)
    time = np.minimum(registry.time, horizon)
    treated = registry.hipec & (registry.surgery < time)
    leaving = np.where(death, 0, 2) + treated
    entering = np.where(treated, registry.surgery, np.inf)
    code = np.concatenate([leaving, np.where(treated, 4, 5)], axis=1)
    key = np.concatenate([time, entering], axis=1).view(np.int64) & ~7
    key |= code
    key.sort(axis=1)
    code = key & 7

    def before(change: Floats) -> Floats:
        sums: Floats = np.cumsum(change, axis=1) - change
        return sums

    at_risk = time.shape[1] - before(_LEAVES[code])
    moment = (key & ~7).view(np.float64)
    ranked = Ranked(
        moment, code <= 1, (code == 1).astype(np.float64), at_risk, before(_TREATED[code])
    )
    return {"log_hazard_ratio": _hazard_ratio(ranked)}
