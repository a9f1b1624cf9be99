"""Logistic regression of many data sets at once, on plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit

from dsrct_edu.arrays import Flags, Floats, Places

_CERTAIN = 1e-6
_MAX_LOG_ODDS = 30.0
_HALVINGS = 10


@dataclass(frozen=True)
class LogisticFit:
    """A batch of logistic fits.

    Attributes
    ----------
    coef : array (replicates, 1 + covariates)
        Intercept first; zero for a covariate that does not vary.
    probability : array (replicates, patients)
    converged : array (replicates,) of bool
    separated : array (replicates,) of bool
        The covariates tell the outcome of some patients for certain, or the fit did not converge:
        the likelihood has no maximum, and coefficients grow for as long as one iterates.
    design : array (replicates, patients, 1 + covariates)
        Intercept and covariates, standardised; zero for those left out.
    weights : array (replicates, patients)
    """

    coef: Floats
    probability: Floats
    converged: Flags
    separated: Flags
    design: Floats
    weights: Floats

    @cached_property
    def inverse_information(self) -> Floats:
        """Covariance of the coefficients of `design`; (replicates, columns, columns)."""
        information, _ = _information(self.design, self.weights, self.probability)
        return np.asarray(np.linalg.inv(information), dtype=np.float64)


def logistic_fit(
    outcome: Flags,
    covariates: Floats,
    weights: Floats,
    max_iterations: int = 50,
    tolerance: float = 1e-12,
) -> LogisticFit:
    """Fit without penalty by iteratively reweighted least squares, judged on the deviance.

    Parameters
    ----------
    outcome : array (replicates, patients) of bool
    covariates : array (replicates, patients, covariates)
    weights : array (replicates, patients)
        Zero leaves a patient out.
    max_iterations : int
    tolerance : float
        Converged when the deviance changes by less than this share of itself. A fit is left as
        soon as it separates: some probability is within a millionth of 0 or 1.
    """
    design, centre, scale = standardised(covariates, weights)
    replicates = len(design)
    probability = np.where(weights > 0, 0.5, 0.0)
    coef = np.zeros((replicates, design.shape[2]))
    deviance = 2 * np.log(2) * weights.sum(axis=1)
    settled, separated = np.zeros((2, replicates), dtype=bool)
    rows: Places = np.arange(replicates)  # those still on their way
    for _ in range(max_iterations):
        x, w, y = design[rows], weights[rows], outcome[rows]
        information, singular = _information(x, w, probability[rows])
        score = np.matmul((w * (y - probability[rows]))[:, None, :], x)[:, 0]
        step = np.linalg.solve(information, score[:, :, None])[:, :, 0]
        coef[rows], log_odds, changed = _descend((x, w, y), coef[rows], step, deviance[rows])
        probability[rows] = p = expit(log_odds)
        certain = (np.minimum(p, 1 - p) < _CERTAIN) & (w > 0)
        separated[rows] = singular | certain.any(axis=1)
        settled[rows] = np.abs(deviance[rows] - changed) < tolerance * (changed + 0.1)
        deviance[rows] = changed
        rows = rows[~(settled | separated)[rows]]
        if len(rows) == 0:
            break
    separated |= ~settled
    coef = unscaled(coef, centre, scale)
    return LogisticFit(coef, probability, ~separated, separated, design, weights)


def unscaled(coef: Floats, centre: Floats, scale: Floats) -> Floats:
    """Return coefficients of the covariates as they came."""
    original = coef.copy()
    original[:, 1:] *= scale
    original[:, 0] -= np.einsum("rp,rp->r", original[:, 1:], centre)
    return original


def standardised(covariates: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the design, the centre, and the factor of each covariate (zero if it is constant)."""
    total = np.maximum(weights.sum(axis=1), np.finfo(float).tiny)[:, None]
    centre = np.matmul(weights[:, None, :], covariates)[:, 0] / total
    included = (weights > 0).astype(np.float64)[:, :, None]
    x = (covariates - centre[:, None, :]) * included
    spread = np.sqrt(np.einsum("rn,rnp->rp", weights, x**2) / total)
    varies = spread > 1e-10 * (1 + np.abs(centre))
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=varies)
    return np.concatenate([included, x * scale[:, None, :]], axis=2), centre, scale


def _information(design: Floats, weights: Floats, probability: Floats) -> tuple[Floats, Flags]:
    """Return the information, and where it was singular and had to be replaced.

    A column of zeros gets a one on the diagonal, and so a coefficient of zero.
    """
    variance = weights * probability * (1 - probability)
    information = np.matmul(design.transpose(0, 2, 1) * variance[:, None, :], design)
    diagonal = np.arange(design.shape[2])
    information[:, diagonal, diagonal] += ~design.any(axis=1)
    singular = np.linalg.eigvalsh(information)[:, 0] < 1e-12
    information[singular] = np.eye(design.shape[2])
    return information, singular


def _descend(
    data: tuple[Floats, Floats, Flags], coef: Floats, step: Floats, deviance: Floats
) -> tuple[Floats, Floats, Floats]:
    """Take the step, halved where the deviance rises."""
    design, weights, outcome = data
    for _ in range(_HALVINGS):
        log_odds = np.matmul(design, (coef + step)[:, :, None])[:, :, 0]
        np.clip(log_odds, -_MAX_LOG_ODDS, _MAX_LOG_ODDS, out=log_odds)
        signed = np.where(outcome, -log_odds, log_odds)
        changed = 2 * np.einsum("rn,rn->r", weights, np.logaddexp(0.0, signed))
        rising = changed > deviance * (1 + 1e-9) + 1e-9
        if not rising.any():
            break
        step = np.where(rising[:, None], step / 2, step)
    return coef + step, log_odds, changed
