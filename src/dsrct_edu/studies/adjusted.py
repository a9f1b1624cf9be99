"""Methods that adjust for the measured confounders: by regression, weighting and emulation.

The weighted methods take their standard errors from patient-level influence functions, the
estimated propensity included (`dsrct_edu.analysis.weighting`).
"""

from __future__ import annotations

import numpy as np

from dsrct_edu.analysis import kernels, partial_likelihood
from dsrct_edu.analysis.registry_arrays import RegistryArrays
from dsrct_edu.analysis.two_groups import Fit
from dsrct_edu.analysis.weighting import (
    arm_weights,
    cloned,
    emulated_arms,
    log_weight_slope,
    owed_to_propensity,
    weighted_arm,
)
from dsrct_edu.arrays import Flags, Floats, Places

# Most likelihoods that have a maximum are there in seven Newton steps; the others go on alone.
_FIRST_STEPS, _STEPS = 7, 14


def adjusted_cox(registry: RegistryArrays, horizon: float) -> dict[str, Fit]:
    """Fit Cox from surgery among the completely resected, adjusted for the confounders."""
    chosen = registry.resected
    weights = chosen.included.astype(np.float64)
    death = chosen.death & (chosen.since_surgery <= horizon) & chosen.included
    time = np.minimum(chosen.since_surgery, horizon) * weights
    covariates = np.concatenate([chosen.hipec[:, :, None], chosen.confounders], axis=2)
    varies = _varying(covariates, chosen.included)
    coef, se = np.full((2, len(time)), np.nan)
    converged = np.zeros(len(time), dtype=bool)
    patterns, which = np.unique(varies, axis=0, return_inverse=True)
    for number in np.flatnonzero(patterns[:, 0]):  # those that have both groups
        rows, columns = np.flatnonzero(which.ravel() == number), np.flatnonzero(patterns[number])
        x = np.ascontiguousarray(covariates[rows][:, :, columns])
        part = _cox(time[rows], death[rows], x, weights[rows])
        coef[rows], se[rows], converged[rows] = part
    converged &= np.isfinite(se)
    return {"log_hazard_ratio": Fit(coef, se, converged, varies[:, 0] & ~converged)}


def _varying(covariates: Floats, included: Flags) -> Flags:
    """Tell which covariates vary; one that is constant is left out, as R leaves it out."""
    chosen = included[:, :, None]
    low = np.where(chosen, covariates, np.inf).min(axis=1)
    high = np.where(chosen, covariates, -np.inf).max(axis=1)
    return np.asarray(high > low)


def _cox(time: Floats, death: Flags, x: Floats, weights: Floats) -> tuple[Floats, Floats, Flags]:
    """Return coefficient and standard error of the first covariate."""

    def fit(rows: Places, steps: int) -> partial_likelihood.CoxFit:
        grid = kernels.time_grid(time[rows], tied=True)
        data = partial_likelihood.cox_data(grid, death[rows], x[rows], weights[rows])
        return partial_likelihood.cox_fit(data, max_iterations=steps)

    first = fit(np.arange(len(time)), _FIRST_STEPS)
    coef, se, converged = first.coef[:, 0], first.se[:, 0], first.converged
    left = np.flatnonzero(~converged)
    if len(left):
        again = fit(left, _STEPS)
        coef[left], se[left], converged[left] = again.coef[:, 0], again.se[:, 0], again.converged
    return coef, se, converged


def iptw(registry: RegistryArrays, horizon: float) -> dict[str, Fit]:
    """Weight the completely resected by 1 / P(what they had | confounders), from surgery."""
    chosen = registry.resected
    grid = kernels.time_grid(np.where(chosen.included, chosen.since_surgery, 0.0), tied=True)
    death = chosen.death & chosen.included
    zero, one = (weighted_arm(grid, death, weights, horizon) for weights in arm_weights(chosen))
    known = one.influence - zero.influence
    moved = known * log_weight_slope(chosen.hipec, chosen.propensity.probability)
    owed = owed_to_propensity(chosen.propensity, chosen.hipec, moved[:, :, None])
    influence = known + owed[:, :, 0]
    return {"rmst_difference": _difference(chosen, one.mean - zero.mean, influence)}


def emulated_trial(registry: RegistryArrays, horizon: float) -> dict[str, Fit]:
    """Clone everybody into "HIPEC if completely resected" and "never", from diagnosis."""
    zero, one = emulated_arms(registry, cloned(registry), horizon)
    influence = one.influence - zero.influence
    return {"rmst_difference": _difference(registry.resected, one.mean - zero.mean, influence)}


def _difference(chosen: RegistryArrays, estimate: Floats, influence: Floats) -> Fit:
    """Make a Fit of a difference between arms, and the influence of each patient on it."""
    treated, untreated = chosen.included & chosen.hipec, chosen.included & ~chosen.hipec
    se = np.sqrt(np.einsum("rn,rn->r", influence, influence))
    known = treated.any(axis=1) & untreated.any(axis=1) & np.isfinite(se)
    return Fit(
        np.where(known, estimate, np.nan),
        np.where(known, se, np.nan),
        known & chosen.propensity.converged,
        known & chosen.propensity.separated,
    )
