"""Logistic regression of many data sets at once, on plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from dsrct_edu.analysis.kernels import Booleans, Floats

_CERTAIN = 1e-6
_MAX_LOG_ODDS = 30.0


@dataclass(frozen=True)
class LogisticFit:
    """A batch of logistic fits.

    Attributes
    ----------
    coef : array (replicates, 1 + covariates)
        Intercept first.
    probability : array (replicates, patients)
    converged : array (replicates,) of bool
    separated : array (replicates,) of bool
        The covariates tell the outcome of some patients for certain, or the fit did not converge:
        the likelihood has no maximum, and coefficients grow for as long as one iterates.
    """

    coef: Floats
    probability: Floats
    converged: Booleans
    separated: Booleans


def logistic_fit(
    outcome: Booleans,
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
        Converged when the deviance changes by less than this share of itself.
    """
    replicates, patients, _ = covariates.shape
    total = weights.sum(axis=1)[:, None]
    centre = np.einsum("rn,rnp->rp", weights, covariates) / total
    x = covariates - centre[:, None, :]
    scale = np.sqrt(np.einsum("rn,rnp->rp", weights, x**2) / total)
    scale = np.where(scale > 1e-10 * (1 + np.abs(centre)), scale, 1.0)
    x = np.concatenate([np.ones((replicates, patients, 1)), x / scale[:, None, :]], axis=2)
    coef = np.zeros((replicates, x.shape[2]))
    deviance = np.full(replicates, np.inf)
    converged = np.zeros(replicates, dtype=bool)
    for _ in range(max_iterations):
        eta = np.clip(np.matmul(x, coef[:, :, None])[:, :, 0], -_MAX_LOG_ODDS, _MAX_LOG_ODDS)
        probability = expit(eta)
        signed = np.where(outcome, -eta, eta)
        previous, deviance = deviance, 2 * np.einsum("rn,rn->r", weights, np.logaddexp(0, signed))
        change = np.abs(previous - deviance)
        converged |= change < tolerance * (deviance + 0.1)
        if converged.all():
            break
        score = np.matmul((weights * (outcome - probability))[:, None, :], x)[:, 0]
        variance = weights * probability * (1 - probability)
        information = np.matmul(x.transpose(0, 2, 1) * variance[:, None, :], x)
        step = np.matmul(np.linalg.pinv(information, hermitian=True), score[:, :, None])[:, :, 0]
        coef = coef + np.where(converged[:, None], 0.0, np.clip(step, -10, 10))
    certain = np.minimum(probability, 1 - probability) < _CERTAIN
    separated = ~converged | (certain & (weights > 0)).any(axis=1)
    coef[:, 1:] /= scale
    coef[:, 0] -= np.einsum("rp,rp->r", coef[:, 1:], centre)
    return LogisticFit(coef, probability, converged, separated)
