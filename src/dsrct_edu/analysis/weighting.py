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
from dsrct_edu.analysis.logistic import LogisticFit
from dsrct_edu.analysis.registry_arrays import RegistryArrays, first_places, packed
from dsrct_edu.arrays import Flags, Floats

ESTIMANDS = ("ATE", "ATT", "overlap")
_CELLS = 2_000_000  # rows by times at once


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


def log_weight_slope(treated: Flags, score: Floats, estimand: str = "ATE") -> Floats:
    """Return by how much the log of a weight rises for a unit of the log odds of treatment."""
    if estimand == "overlap":
        return np.where(treated, -score, 1 - score)
    if estimand == "ATT":
        return np.where(treated, 0.0, 1.0)
    return np.where(treated, score - 1, score)


def owed_to_propensity(fit: LogisticFit, treated: Flags, moved: Floats) -> Floats:
    """Return what estimates owe to each patient through the propensity.

    Parameters
    ----------
    fit : LogisticFit
    treated : array (replicates, patients)
        What it was fitted to.
    moved : array (replicates, patients, estimates)
        The influence of each patient on each estimate, the weights taken as known, times the
        slope of the log of his weight.

    Returns
    -------
    array (replicates, patients, estimates)
    """
    gradient = np.matmul(fit.design.transpose(0, 2, 1), moved)
    direction = np.matmul(fit.inverse_information, gradient)
    return np.asarray(np.matmul(fit.design, direction) * (treated - fit.probability)[:, :, None])


class EstimatedWeights(NamedTuple):
    """What is needed to count that weights were estimated; arrays (patients,).

    Attributes
    ----------
    fit : LogisticFit
        Of one data set.
    treated : array
    slope : array
        By how much the log of each weight rises for a unit of the log odds of treatment.
    by_share : array
        By how much it rises with the share of the treated, which stabilised weights contain.
    """

    fit: LogisticFit
    treated: Flags
    slope: Floats
    by_share: Floats

    def owed(self, influence: Floats) -> Floats:
        """Return what estimates owe to each patient through the weights (patients, estimates).

        `influence` is that of each patient, the weights taken as known.
        """
        moved = influence * self.slope[:, None]
        through = owed_to_propensity(self.fit, self.treated[None], moved[None])[0]
        centred = (self.treated - self.treated.mean()) / self.treated.size
        return np.asarray(through + np.outer(centred, self.by_share @ influence))


def estimated_weights(
    fit: LogisticFit, treated: Flags, estimand: str, stabilised: bool, cut: Flags
) -> EstimatedWeights:
    """Return how weights were estimated; those that were `cut` down to a limit do not move."""
    score, share = fit.probability[0], treated.mean()
    slope = log_weight_slope(treated, score, estimand)
    by_share = np.where(treated, 1 / share, -1 / (1 - share)) * (stabilised and estimand == "ATE")
    return EstimatedWeights(fit, treated, np.where(cut, 0.0, slope), np.where(cut, 0.0, by_share))


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


def emulated_arms(
    registry: RegistryArrays, rows: Cloned, horizon: float
) -> tuple[WeightedArm, WeightedArm]:
    """Return restricted means without and with HIPEC; their influences sum up patients' rows."""
    zero, one = (
        WeightedArm(arm.mean, by_patient(registry, arm.influence[:, :, None])[:, :, 0])
        for arm in (weighted_arm(rows.grid, rows.death, w, horizon) for w in rows.weights)
    )
    return zero, one


def by_patient(registry: RegistryArrays, influence: Floats) -> Floats:
    """Add up the rows of each patient, and what an estimate owes to him through the propensity.

    Parameters
    ----------
    registry : RegistryArrays
    influence : array (replicates, rows of `cloned`, estimates)

    Returns
    -------
    array (replicates, rows, estimates)
        Those never completely resected stand in the first rows, the resected in the others.
    """
    resected, width = registry.resected, registry.time.shape[1]
    before, after = influence[:, :width], influence[:, width:]
    slope = log_weight_slope(resected.hipec, resected.propensity.probability)
    owed = owed_to_propensity(resected.propensity, resected.hipec, after * slope[:, :, None])
    # the rows after the operation stand in the order of `resected`; so do those before it here
    complete = registry.complete & registry.included
    own = packed(before, first_places(complete)) * resected.included[:, :, None]
    others = before * ~registry.complete[:, :, None]
    return np.concatenate([others, after + own + owed], axis=1)


def emulated_survival(
    registry: RegistryArrays, rows: Cloned, times: Floats
) -> tuple[Floats, Floats]:
    """Return survival of one registry under both strategies, and its errors: (2, times)."""
    survival, se = [], []
    index = rows.grid.index(times)[0]
    pieces = np.array_split(index, 1 + index.size * rows.death.size // _CELLS)
    for weights in rows.weights:
        counts = kernels.count_events(rows.grid, rows.death, weights)
        survival.append(kernels.survival(counts)[0][index])
        found = []
        for last in pieces:
            own = kernels.survival_influence(rows.grid, rows.death, counts, last, weights)
            found.append(np.sqrt((by_patient(registry, own[None])[0] ** 2).sum(axis=0)))
        se.append(np.concatenate(found))
    return np.stack(survival), np.stack(se)
