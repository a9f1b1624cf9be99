"""Unpenalised logistic regression of many replicates at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MAX_STEPS = 25
_TOLERANCE = 1e-10  # relative change of the deviance
_CERTAIN = 1e-6  # a fitted probability this near 0 or 1 means separation
_MAX_LOG_ODDS = 30.0


class LogisticFit(NamedTuple):
    """Fitted probabilities (replicates, patients), and what inference needs of the fit.

    ``design`` is (replicates, patients, columns), standardised and zero for those left out;
    ``inverse_information`` belongs to it.
    """

    probability: Array
    design: Array
    inverse_information: Array
    converged: Flags
    separated: Flags


def logistic_fit(outcome: Flags, covariates: Array, included: Flags) -> LogisticFit:
    """Fit by iteratively reweighted least squares, judged on the deviance.

    Parameters
    ----------
    outcome : ndarray of bool, shape (replicates, patients)
    covariates : ndarray, shape (replicates, patients, columns)
        An intercept is added. A column that is constant among the included is left out, as R's
        ``glm`` does.
    included : ndarray of bool, shape (replicates, patients)

    Returns
    -------
    LogisticFit
        ``separated`` where a fitted probability comes within a millionth of 0 or 1: the maximum
        lies at infinity, the iteration was left there, and it has not converged.
    """
    weights = included.astype(np.float64)
    design = np.concatenate([weights[:, :, None], standardised(covariates, weights)], axis=2)
    y = outcome * weights
    replicates = len(y)
    probability = 0.5 * weights
    converged, separated = np.zeros((2, replicates), dtype=bool)
    rows = np.arange(replicates)  # those still on their way
    coef = np.zeros(design.shape[::2])
    deviance = _deviance(np.zeros_like(weights), y, weights)
    for _ in range(_MAX_STEPS):
        x, w, p = design[rows], weights[rows], probability[rows]
        information, singular = _information(x, p * (1 - p) * w)
        score = np.matmul((y[rows] - p * w)[:, None, :], x)[:, 0]
        step = np.linalg.solve(information, score[:, :, None])[:, :, 0]
        coef[rows], log_odds, changed = _descend(x, coef[rows], step, y[rows], w, deviance[rows])
        probability[rows] = p = 1 / (1 + np.exp(-log_odds))
        separated[rows] = singular | ((np.minimum(p, 1 - p) < _CERTAIN) & (w > 0)).any(axis=1)
        converged[rows] = np.abs(deviance[rows] - changed) < _TOLERANCE * (changed + 0.1)
        deviance[rows] = changed
        rows = rows[~(converged | separated)[rows]]
        if len(rows) == 0:
            break
    information, _ = _information(design, probability * (1 - probability) * weights)
    inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return LogisticFit(probability, design, inverse, converged & ~separated, separated)


def standardised(covariates: Array, weights: Array) -> Array:
    """Centre and scale columns among those with weight 1; constant columns become zero."""
    count = np.maximum(weights.sum(axis=1), 1.0)[:, None]
    mean = np.matmul(weights[:, None, :], covariates)[:, 0] / count
    centred: Array = (covariates - mean[:, None, :]) * weights[:, :, None]
    spread = np.sqrt(np.einsum("rnp,rnp->rp", centred, centred) / count)
    constant = spread <= 1e-12 * (1 + np.abs(mean))
    centred *= (np.where(constant, 0.0, 1 / np.where(constant, 1.0, spread)))[:, None, :]
    return centred


def column_patterns(design: Array) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield replicates that share the same columns without variation, and the columns left."""
    present = design.any(axis=1)
    patterns, which = np.unique(present, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        yield np.flatnonzero(which.ravel() == number), np.flatnonzero(pattern)


def _information(design: Array, weight: Array) -> tuple[Array, Flags]:
    """Return the information, and where it was singular and had to be replaced.

    A column of zeros gets a one on the diagonal, and so a coefficient of zero.
    """
    information: Array = np.matmul(design.transpose(0, 2, 1) * weight[:, None, :], design)
    diagonal = np.arange(design.shape[2])
    information[:, diagonal, diagonal] += ~design.any(axis=1)
    singular = np.linalg.eigvalsh(information)[:, 0] < 1e-12
    information[singular] = np.eye(design.shape[2])
    return information, singular


def _deviance(log_odds: Array, y: Array, weights: Array) -> Array:
    lost: Array = 2 * (weights * (np.logaddexp(0.0, log_odds) - y * log_odds)).sum(axis=1)
    return lost


def _descend(
    design: Array, coef: Array, step: Array, y: Array, weights: Array, deviance: Array
) -> tuple[Array, Array, Array]:
    """Take the step, halved where the deviance rises."""
    for _ in range(10):
        log_odds = np.matmul(design, (coef + step)[:, :, None])[:, :, 0]
        np.clip(log_odds, -_MAX_LOG_ODDS, _MAX_LOG_ODDS, out=log_odds)
        changed = _deviance(log_odds, y, weights)
        rising = changed > deviance * (1 + 1e-9) + 1e-9
        if not rising.any():
            break
        step = np.where(rising[:, None], step / 2, step)
    return coef + step, log_odds, changed
