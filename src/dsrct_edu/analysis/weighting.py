"""Weighting by the probability of the treatment received, on arrays (replicates, patients).

The standard errors come from patient-level influence functions. With D_i the influence of patient
i on the restricted mean of one arm when the weights are known, the estimated propensity p =
expit(x'gamma) adds a projection: a weight 1/p falls by (1-p) x for each unit of gamma, a weight
1/(1-p) rises by p x, and gamma itself owes to patient i the amount I^{-1} x_i (A_i - p_i).
`docs/staircase.md` derives it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dsrct_edu.analysis import kernels
from dsrct_edu.analysis.kernels import Grid
from dsrct_edu.analysis.registry_arrays import RegistryArrays
from dsrct_edu.arrays import Flags, Floats

ESTIMANDS = ("ATE", "ATT", "overlap")


def treatment_weights(
    treated: Flags, score: Floats, estimand: str = "ATE", stabilised: bool = False
) -> Floats:
    """Return weights from propensity scores (patients,)."""
    own = np.where(treated, score, 1 - score)
    if estimand == "overlap":
        return 1 - own
    if estimand == "ATT":
        return np.where(treated, 1.0, score / (1 - score))
    share = np.where(treated, treated.mean(), 1 - treated.mean()) if stabilised else 1.0
    return np.asarray(share / own)


def arm_weights(chosen: RegistryArrays) -> tuple[Floats, Floats]:
    """Return inverse probability weights without and with HIPEC; zero outside the arm."""
    p = np.clip(chosen.propensity.probability, 1e-12, 1 - 1e-12)
    return (
        np.where(chosen.included & ~chosen.hipec, 1 / (1 - p), 0.0),
        np.where(chosen.included & chosen.hipec, 1 / p, 0.0),
    )


class WeightedArm(NamedTuple):
    """Restricted mean of a weighted arm (replicates,), and the influence of each row on it."""

    mean: Floats
    influence: Floats


def weighted_arm(grid: Grid, death: Flags, weights: Floats, horizon: float) -> WeightedArm:
    """Follow an arm to the horizon by the weighted Kaplan-Meier curve."""
    counts = kernels.count_events(grid, death, weights)
    area = kernels.area_after(grid, kernels.survival(counts), horizon)
    mean = np.minimum(grid.time[:, 0], horizon) + area[:, 0]
    return WeightedArm(mean, kernels.influence(grid, death, counts, area, weights))


def owed_to_propensity(chosen: RegistryArrays, zero: Floats, one: Floats) -> Floats:
    """Return what the difference of two arms owes to each patient through the propensity.

    Parameters
    ----------
    chosen : RegistryArrays
        Those whose treatment was decided.
    zero, one : ndarray
        Their influences on the arms without and with HIPEC, the weights taken as known.
    """
    fit = chosen.propensity
    p = fit.probability
    slope = -one * (1 - p) - zero * p
    gradient = np.matmul(slope[:, None, :], fit.design)[:, 0]
    direction = np.matmul(fit.inverse_information, gradient[:, :, None])
    return np.asarray(np.matmul(fit.design, direction)[:, :, 0] * (chosen.hipec - p))


class Cloned(NamedTuple):
    """Everybody in both strategies: rows before the operation, then those of the resected after it.

    The first rows stand in the order of the registry, the others in that of its ``resected``.
    """

    grid: Grid
    death: Flags
    weights: tuple[Floats, Floats]


def cloned(registry: RegistryArrays) -> Cloned:
    """Put everybody into "no HIPEC" and "HIPEC if completely resected", from diagnosis.

    A clone is censored at the operation that departs from his strategy; those who stay then
    weigh 1 / P(what they had | confounders). Up to the operation, and without complete
    resection, both clones go on with weight 1.
    """
    resected = registry.resected
    until = np.where(registry.complete, registry.surgery, registry.time) * registry.included
    time = np.concatenate([until, np.where(resected.included, resected.time, 0.0)], axis=1)
    entry = np.concatenate([np.zeros_like(until), resected.surgery * resected.included], axis=1)
    early = registry.death & ~registry.complete & registry.included
    death = np.concatenate([early, resected.death & resected.included], axis=1)
    before = registry.included.astype(np.float64)
    zero, one = (np.concatenate([before, after], axis=1) for after in arm_weights(resected))
    return Cloned(kernels.time_grid(time, entry, tied=True), death, (zero, one))
