"""Cox's partial likelihood on arrays: the fit for any covariates, weights, entry and strata.

The one fit behind every table. `two_groups` is quicker where two groups are all there is, and
`dsrct_edu.disease.stacked` smaller where millions of patients stand in both groups. The sums that
it needs are in `risk_sets`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsrct_edu.analysis.kernels import time_grid
from dsrct_edu.analysis.risk_sets import CoxData as CoxData
from dsrct_edu.analysis.risk_sets import Moments
from dsrct_edu.analysis.risk_sets import cox_data as cox_data
from dsrct_edu.arrays import Flags, Floats

_HALVINGS = 20
_ROUNDING = 1e-14  # of a standardised coefficient


@dataclass(frozen=True)
class CoxFit:
    """A batch of Cox fits.

    Attributes
    ----------
    coef : array (replicates, covariates)
        Log hazard ratios.
    information : array (replicates, covariates, covariates)
        Observed information at `coef`.
    log_likelihood, null_log_likelihood : array (replicates,)
        At `coef` and at zero.
    score_statistic : array (replicates,)
        Score test of all coefficients; NaN where it cannot be computed.
    converged : array (replicates,) of bool
        False where the likelihood has no maximum that Newton's method could find: it rises for
        ever in some direction, or a covariate is constant.
    moving : array (replicates, covariates) of bool
        Coefficients whose last step was still large.
    iterations : int
    """

    coef: Floats
    information: Floats
    log_likelihood: Floats
    null_log_likelihood: Floats
    score_statistic: Floats
    converged: Flags
    moving: Flags
    iterations: int

    @property
    def covariance(self) -> Floats:
        """Inverse information; NaN where it is singular."""
        return _inverse(self.information)

    @property
    def se(self) -> Floats:
        """Model-based standard errors; (replicates, covariates)."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))


def cox_fit(data: CoxData, max_iterations: int = 25, tolerance: float = 1e-9) -> CoxFit:
    """Maximise the partial likelihood of every replicate by Newton's method.

    Parameters
    ----------
    data : CoxData
    max_iterations : int
        Replicates that have not converged by then are flagged.
    tolerance : float
        Converged when the step in every standardised coefficient is below it. A rising likelihood
        without a maximum keeps making steps of about one, so it never passes for converged.
    """
    centred, scale = standardise(data)
    replicates, p, _ = centred.columns.shape
    floor = _floor(data)
    coef = np.zeros((replicates, p))
    moments = centred.moments(coef)
    null = best = moments.log_likelihood
    converged = np.zeros(replicates, dtype=bool)
    iteration = 0
    while True:
        exposure = centred.exposure(moments)
        score = centred.score(centred.residuals(moments, exposure))
        information = centred.information(moments, exposure, centred.sums(moments))
        step, solved = _solve(information, score, floor)
        if iteration == 0:
            score_test = np.where(solved, np.einsum("rp,rp->r", score, step), np.nan)
        converged = solved & (np.abs(step).max(axis=1, initial=0.0) < tolerance)
        # without any system that can be solved nothing moves any more
        if converged.all() or iteration == max_iterations or not solved.any():
            break
        iteration += 1
        step[converged] = 0.0
        coef, moments = _ascend(centred, coef, step, best)
        best = moments.log_likelihood
    scaled = information * scale[:, :, None] * scale[:, None, :]
    moving = ~solved[:, None] | (np.abs(step) > 0.05)
    # a step that is rounding would rank patients whom a coefficient of zero does not
    coef = coef + np.where(converged[:, None] & (np.abs(step) > _ROUNDING), step, 0.0)
    return CoxFit(coef / scale, scaled, best, null, score_test, converged, moving, iteration)


def one_covariate(
    time: Floats, group: Flags, event: Flags | None = None, entry: Floats | None = None
) -> tuple[float, float]:
    """Compare two groups of one data set, arrays (patients,), ties as Breslow.

    Without `event` every time is that of an event.

    Returns
    -------
    coef, se : float
        Log hazard ratio and its model-based standard error.

    Examples
    --------
    >>> time, treated = np.array([1.0, 2, 3, 4]), np.array([True, False, True, False])
    >>> round(one_covariate(time, treated)[0], 4)
    0.9406
    """
    event = np.ones(time.shape, dtype=bool) if event is None else event
    grid = time_grid(time[None], None if entry is None else entry[None])
    x = group.astype(np.float64)[None, :, None]
    fit = cox_fit(cox_data(grid, event[None], x, ties="breslow"))
    return float(fit.coef[0, 0]), float(fit.se[0, 0])


def standardise(data: CoxData) -> tuple[CoxData, Floats]:
    """Centre and scale the covariates; the patients who are left out do not count."""
    total = data.weights.sum(axis=1)[:, None]
    total = np.where(total > 0, total, 1.0)
    centre = np.matmul(data.columns, data.weights[:, :, None])[:, :, 0] / total
    x = data.columns - centre[:, :, None]
    scale = np.sqrt(np.matmul(x * x, data.weights[:, :, None])[:, :, 0] / total)
    scale = np.where(scale > 1e-12 * (1.0 + np.abs(centre)), scale, 1.0)
    x /= scale[:, :, None]
    return CoxData(data.grid, data.event, x, data.weights, data.ties), scale


def _ascend(data: CoxData, coef: Floats, step: Floats, best: Floats) -> tuple[Floats, Moments]:
    """Take the Newton step, halved in those replicates where it overshoots."""
    step = step / np.maximum(1.0, np.abs(step).max(axis=1) / 5.0)[:, None]
    slack = 1e-9 * (1.0 + np.abs(best))
    for _ in range(_HALVINGS):
        moments = data.moments(coef + step)
        overshot = ~(moments.log_likelihood >= best - slack)
        if not overshot.any():
            break
        step = np.where(overshot[:, None], step / 2, step)
    return coef + step, moments


def _floor(data: CoxData) -> Floats:
    """Return the information below which a standardised covariate says nothing; (replicates,).

    With a variance of one its information is about the number of deaths. What is left of it where
    the covariate does not vary in any risk set is rounding.
    """
    return np.asarray(1e-12 * (1.0 + data.ties.died.sum(axis=1)))


def says_nothing(data: CoxData) -> Flags:
    """Tell which covariates of one data set have no say in its partial likelihood; (covariates,).

    Such a covariate does not vary within any risk set, or is determined there by those before it.
    """
    centred, _ = standardise(data)
    moments = centred.moments(np.zeros(centred.columns.shape[:2]))
    left = centred.information(moments, centred.exposure(moments), centred.sums(moments))[0]
    own, nothing = left.diagonal().copy(), np.zeros(len(left), dtype=bool)
    for j in range(len(left)):
        pivot = left[j, j]  # what those before it leave of it
        nothing[j] = pivot <= max(_floor(data)[0], 1e-10 * own[j])
        if not nothing[j]:
            left -= np.outer(left[:, j], left[j]) / pivot
    return nothing


def _solve(matrix: Floats, vector: Floats, floor: Floats) -> tuple[Floats, Flags]:
    """Solve a batch of systems; a singular one gives zero and False."""
    p = matrix.shape[1]
    if p == 1:
        pivot = matrix[:, 0]
        solved = pivot > floor[:, None]
        return np.divide(vector, pivot, out=np.zeros_like(vector), where=solved), solved[:, 0]
    solved = regular(matrix, floor)
    safe = np.where(solved[:, None, None], matrix, np.eye(p))
    step = np.linalg.solve(safe, vector[:, :, None])[:, :, 0]
    return np.where(solved[:, None], step, 0.0), solved


def regular(matrix: Floats, floor: Floats | float = 0.0) -> Flags:
    """Tell which covariance matrices are safe to invert, their diagonals being above `floor`."""
    if matrix.shape[1] == 0:
        return np.ones(len(matrix), dtype=bool)
    diagonal = np.diagonal(matrix, axis1=1, axis2=2)
    scale = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    unit = matrix / (scale[:, :, None] * scale[:, None, :])
    finite = np.isfinite(unit).all(axis=(1, 2))
    unit = np.where(finite[:, None, None], unit, np.eye(matrix.shape[1]))
    smallest = np.linalg.eigvalsh(unit)[:, 0]
    above = (diagonal > np.expand_dims(floor, -1)).all(axis=1)
    return np.asarray(finite & (smallest > 1e-10) & above)


def _inverse(matrix: Floats) -> Floats:
    sound = regular(matrix)
    safe = np.where(sound[:, None, None], matrix, np.eye(matrix.shape[1]))
    return np.where(sound[:, None, None], np.linalg.inv(safe), np.nan)
