"""Methods that adjust for the measured confounders: by regression, weighting and emulation.

The standard errors of the weighted methods come from patient-level influence functions. With
D_i the influence of patient i on the restricted mean of one arm when the weights are known, the
estimated propensity p = expit(x'gamma) adds a projection: a weight 1/p falls by (1-p) x for each
unit of gamma, a weight 1/(1-p) rises by p x, and gamma itself owes to patient i the amount
I^{-1} x_i (A_i - p_i). `docs/staircase.md` derives it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.analysis import kernels, partial_likelihood
from dsrct_edu.analysis.logistic import LogisticFit
from dsrct_edu.studies.methods import Method
from dsrct_edu.studies.registry_arrays import Patients
from dsrct_edu.studies.two_sample import Fit

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Most likelihoods that have a maximum are there in seven Newton steps; the others go on alone.
_FIRST_STEPS, _STEPS = 7, 14


def adjusted_cox(patients: Patients, horizon: float) -> dict[str, Fit]:
    """Fit Cox from surgery among the completely resected, adjusted for the confounders."""
    chosen = patients.resected
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


def _varying(covariates: Array, included: Flags) -> Flags:
    """Tell which covariates vary; one that is constant is left out, as R leaves it out."""
    chosen = included[:, :, None]
    low = np.where(chosen, covariates, np.inf).min(axis=1)
    high = np.where(chosen, covariates, -np.inf).max(axis=1)
    return np.asarray(high > low)


def _cox(time: Array, death: Flags, x: Array, weights: Array) -> tuple[Array, Array, Flags]:
    """Return coefficient and standard error of the first covariate."""

    def fit(rows: NDArray[np.intp], steps: int) -> partial_likelihood.CoxFit:
        grid = kernels.time_grid(time[rows])
        data = partial_likelihood.cox_data(grid, death[rows], x[rows], weights[rows])
        return partial_likelihood.cox_fit(data, max_iterations=steps)

    first = fit(np.arange(len(time)), _FIRST_STEPS)
    coef, se, converged = first.coef[:, 0], first.se[:, 0], first.converged
    left = np.flatnonzero(~converged)
    if len(left):
        again = fit(left, _STEPS)
        coef[left], se[left], converged[left] = again.coef[:, 0], again.se[:, 0], again.converged
    return coef, se, converged


class Arm(NamedTuple):
    """Restricted mean of a weighted arm: value, influence of each row, weights of the rows."""

    mean: Array
    influence: Array


def _arm(grid: kernels.Grid, death: Flags, weights: Array, horizon: float) -> Arm:
    counts = kernels.count_events(grid, death, weights)
    area = kernels.area_after(grid, kernels.survival(counts), horizon)
    mean = np.minimum(grid.time[:, 0], horizon) + area[:, 0]
    return Arm(mean, kernels.influence(grid, death, counts, area, weights))


def _weights(fit: LogisticFit, treated: Flags, included: Flags) -> tuple[Array, Array]:
    """Return inverse probability weights without and with HIPEC; zero outside the arm."""
    p = np.clip(fit.probability, 1e-12, 1 - 1e-12)
    return np.where(included & ~treated, 1 / (1 - p), 0.0), np.where(included & treated, 1 / p, 0.0)


def _estimated(
    fit: LogisticFit, treated: Flags, weighted: tuple[Array, Array], influence: Array
) -> Array:
    """Add to each patient's influence what he owes through the estimated propensity.

    Parameters
    ----------
    fit : LogisticFit
    treated : ndarray of bool, shape (replicates, patients)
    weighted : pair of ndarray
        Influences without and with HIPEC that carry the estimated weight.
    influence : ndarray
        Influence on the difference when the weights are known.
    """
    p = fit.probability
    slope = -weighted[1] * (1 - p) - weighted[0] * p
    gradient = np.matmul(slope[:, None, :], fit.design)[:, 0]
    direction = np.matmul(fit.inverse_information, gradient[:, :, None])
    owed = np.matmul(fit.design, direction)[:, :, 0] * (treated - p)
    total: Array = influence + owed
    return total


def _difference(fit: LogisticFit, treated: Flags, zero: Array, one: Array, psi: Array) -> Fit:
    """Make a Fit of two restricted means and the influence on their difference."""
    chosen = fit.design[:, :, 0] > 0
    both = (chosen & treated).any(axis=1) & (chosen & ~treated).any(axis=1)
    se = np.sqrt(np.einsum("rn,rn->r", psi, psi))
    known = both & np.isfinite(se)
    return Fit(
        np.where(known, one - zero, np.nan),
        np.where(known, se, np.nan),
        known & fit.converged,
        known & fit.separated,
    )


def iptw(patients: Patients, horizon: float) -> dict[str, Fit]:
    """Weight the completely resected by 1 / P(what they had | confounders), from surgery."""
    chosen = patients.resected
    fit = chosen.propensity
    grid = kernels.time_grid(np.where(chosen.included, chosen.since_surgery, 0.0))
    death = chosen.death & chosen.included
    zero, one = (
        _arm(grid, death, weights, horizon)
        for weights in _weights(fit, chosen.hipec, chosen.included)
    )
    psi = _estimated(
        fit,
        chosen.hipec,
        (zero.influence, one.influence),
        one.influence - zero.influence,
    )
    return {"rmst_difference": _difference(fit, chosen.hipec, zero.mean, one.mean, psi)}


def emulated_trial(patients: Patients, horizon: float) -> dict[str, Fit]:
    """Clone everybody into "HIPEC if completely resected" and "never", from diagnosis.

    A clone is censored at the operation that departs from his strategy; those who stay then
    weigh 1 / P(what they had | confounders). Up to the operation, and without complete
    resection, both clones go on with weight 1. Each patient has a row before the operation and,
    if completely resected, one after it.
    """
    resected = patients.resected
    fit = resected.propensity
    until = np.where(patients.complete, patients.surgery, patients.time) * patients.included
    time = np.concatenate([until, np.where(resected.included, resected.time, 0.0)], axis=1)
    entry = np.concatenate([np.zeros_like(until), resected.surgery * resected.included], axis=1)
    death = np.concatenate(
        [
            patients.death & ~patients.complete & patients.included,
            resected.death & resected.included,
        ],
        axis=1,
    )
    grid = kernels.time_grid(time, entry)
    width = until.shape[1]
    before = patients.included.astype(np.float64)
    arms = [
        _arm(grid, death, np.concatenate([before, weights], axis=1), horizon)
        for weights in _weights(fit, resected.hipec, resected.included)
    ]
    zero, one = arms
    known = one.influence - zero.influence
    # the rows after the operation stand in the order of `resected`; so do those before it here
    psi_resected = _estimated(
        fit,
        resected.hipec,
        (zero.influence[:, width:], one.influence[:, width:]),
        known[:, width:] + _packed(known[:, :width], patients, resected),
    )
    others = np.where(patients.complete, 0.0, known[:, :width])
    psi = np.concatenate([others, psi_resected], axis=1)
    return {"rmst_difference": _difference(fit, resected.hipec, zero.mean, one.mean, psi)}


def _packed(values: Array, patients: Patients, resected: Patients) -> Array:
    """Return values of the completely resected, packed as `Patients.only` packs them."""
    width = resected.included.shape[1]
    chosen = patients.complete & patients.included
    kept = np.argsort(~chosen, axis=1, kind="stable")[:, :width]
    return np.where(resected.included, np.take_along_axis(values, kept, axis=1), 0.0)


ADJUSTED: dict[str, Method] = {
    "adjusted_cox": adjusted_cox,
    "iptw": iptw,
    "emulated_trial": emulated_trial,
}
