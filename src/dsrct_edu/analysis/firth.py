"""Firth's penalty: half the log determinant of the information is added to the log-likelihood.

Estimates are then finite where the likelihood has no maximum, and less biased where events are few.
One data set at a time: such fits are made by hand, not by the thousand.

The gradient of the penalty is half the trace of the inverse information times the derivative of the
information. For logistic regression it is a sum over leverages; for Cox's model it needs the third
moments of the covariates in each risk set, but only as the inverse information weights them.

References
----------
Firth 1993, https://doi.org/10.1093/biomet/80.1.27 ; Heinze & Schemper 2001,
https://doi.org/10.1111/j.0006-341X.2001.00114.x
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri, expit

from dsrct_edu.analysis.logistic import LogisticFit, standardised, unscaled
from dsrct_edu.analysis.partial_likelihood import CoxFit, standardise
from dsrct_edu.analysis.risk_sets import CoxData
from dsrct_edu.arrays import Flags, Floats

_STEPS, _HALVINGS = 200, 30
_TOLERANCE = 1e-10
_LONGEST = 2.0  # of one step, in standard deviations of a covariate


class Point(NamedTuple):
    """Penalised log-likelihood at some coefficients, its gradient, and the information there."""

    value: float
    score: Floats
    information: Floats


Penalised = Callable[[Floats], Point]


def _climb(at: Penalised, coef: Floats, free: Flags) -> tuple[Floats, Point, bool]:
    """Maximise over the free coefficients by Fisher's scoring."""
    point = at(coef)
    for _ in range(_STEPS):
        step = np.zeros(coef.size)
        step[free] = np.linalg.solve(point.information[np.ix_(free, free)], point.score[free])
        step /= max(1.0, np.abs(step).max(initial=0.0) / _LONGEST)
        if np.abs(step).max(initial=0.0) < _TOLERANCE:
            return coef, point, True
        for _ in range(_HALVINGS):
            found = at(coef + step)
            # the information leaves out how the penalty bends, so a step may be twice too long
            uphill, there = step @ point.score, step @ found.score
            if there > -uphill / 4 and found.value >= point.value - 1e-12 * abs(point.value):
                break
            step = step * np.clip(uphill / (uphill - there), 0.1, 0.9) if there < 0 else step / 2
        coef, point = coef + step, found
    return coef, point, False


def firth_logistic(outcome: Flags, covariates: Floats) -> LogisticFit:
    """Fit logistic regression: arrays (patients,) and (patients, covariates)."""
    ones = np.ones((1, outcome.size))
    design, centre, scale = standardised(covariates[None], ones)
    x = design[0]

    def at(coef: Floats) -> Point:
        log_odds = x @ coef
        p = expit(log_odds)
        information = (x * (p * (1 - p))[:, None]).T @ x
        leverage = p * (1 - p) * np.einsum("ni,ij,nj->n", x, np.linalg.inv(information), x)
        value = -np.logaddexp(0.0, np.where(outcome, -log_odds, log_odds)).sum()
        value += np.linalg.slogdet(information)[1] / 2
        return Point(float(value), x.T @ (outcome - p + leverage * (0.5 - p)), information)

    coef, _, converged = _climb(at, np.zeros(x.shape[1]), np.ones(x.shape[1], dtype=bool))
    settled = np.array([converged])
    original = unscaled(coef[None], centre, scale)
    return LogisticFit(original, expit(x @ coef)[None], settled, ~settled, design, ones)


@dataclass(frozen=True)
class FirthFit:
    """A penalised Cox fit of one data set.

    Attributes
    ----------
    fit : CoxFit
        Likelihoods are penalised.
    low, high : array (covariates,)
        Profile limits: where twice the penalised log-likelihood, maximised over the other
        coefficients, has fallen by the quantile of chi-square. NaN where none was found.
    statistic : array (covariates,)
        Likelihood ratio test of each coefficient.
    """

    fit: CoxFit
    low: Floats
    high: Floats
    statistic: Floats


def firth_cox(data: CoxData, level: float) -> FirthFit:
    """Fit a Cox model; no covariate may be without information."""
    centred, scale = standardise(data)
    at, p = _penalised(centred), centred.columns.shape[1]
    every, none = np.ones(p, dtype=bool), np.zeros(p)
    coef, best, converged = _climb(at, none, every)
    null = at(none)
    low, high, statistic = np.full((3, p), np.nan)
    target = best.value - float(chdtri(1, 1 - level)) / 2
    for j in range(p) if converged else ():
        low[j], high[j] = (_limit(at, coef, best, j, target, side) for side in (-1, 1))
        without, free = np.where(np.arange(p) == j, 0.0, coef), np.arange(p) != j
        _, restricted, found = _climb(at, without, free)
        statistic[j] = max(0.0, 2 * (best.value - restricted.value)) if found else np.nan
    units = np.log(scale[0]).sum()  # the penalty is that of covariates as they came
    fit = CoxFit(
        (coef / scale[0])[None],
        (best.information * np.outer(scale[0], scale[0]))[None],
        np.array([best.value + units]),
        np.array([null.value + units]),
        np.array([null.score @ np.linalg.solve(null.information, null.score)]),
        np.array([converged]),
        np.full((1, p), not converged),
        0,
    )
    return FirthFit(fit, low / scale[0], high / scale[0], statistic)


def _limit(at: Penalised, coef: Floats, best: Point, j: int, target: float, side: int) -> float:
    """Return where the profile of one coefficient has fallen to `target`, on one side."""
    found = _followed(at, coef, best, j, target, side)
    return found if np.isfinite(found) else _enclosed(at, coef, j, target, side)


def _followed(at: Penalised, coef: Floats, best: Point, j: int, target: float, side: int) -> float:
    """Go there with all coefficients at once (Venzon & Moolgavkar): quick, and may lose its way."""
    point = best
    for _ in range(_STEPS):
        inverse = np.linalg.inv(point.information)
        room = point.value - target + point.score @ inverse @ point.score / 2
        push = side * np.sqrt(max(0.0, 2 * room / inverse[j, j]))
        step = inverse @ (point.score + push * (np.arange(coef.size) == j))
        step /= max(1.0, np.abs(step).max() / _LONGEST)
        coef, found = coef + step, at(coef + step)
        if np.abs(step).max() < 1e-8 and abs(found.value - target) < 1e-9:
            return float(coef[j])
        point = found
        if not np.isfinite(point.value):
            break
    return float("nan")


def _enclosed(at: Penalised, coef: Floats, j: int, target: float, side: int) -> float:
    """Go out until the profile is too low, then halve what is between."""
    free = np.arange(coef.size) != j
    inside, outside = coef, None
    for _ in range(_STEPS):
        tried = inside[j] + side if outside is None else (inside[j] + outside[j]) / 2
        there, point, found = _climb(at, np.where(free, inside, tried), free)
        if not found:
            break
        if point.value < target:
            outside = there
        else:
            inside = there
        if outside is not None and abs(outside[j] - inside[j]) < _TOLERANCE:
            return float(tried)
    return float("nan")


def _penalised(data: CoxData) -> Penalised:
    """Return the penalised partial likelihood of one data set as a function of coefficients."""
    grid, ties, x = data.grid, data.ties, data.columns[0]
    cell, gone, share = ties.cell, ties.fraction, ties.share.ravel()[ties.cell]
    if cell.size == 0:  # no ties, or Breslow's: all deaths at a time see the same
        cell = np.flatnonzero(ties.died.ravel() > 0)
        gone, share = np.zeros(cell.size), ties.died.ravel()[cell]

    def at(coef: Floats) -> Point:
        moments = data.moments(coef[None])
        exposure = data.exposure(moments)
        information = data.information(moments, exposure, data.sums(moments))[0]
        inverse = np.linalg.inv(information)

        def mean(values: Floats) -> Floats:
            """Sum over the risk set that each death sees, of values (patients,)."""
            weighted = moments.risk * values
            died = grid.sum_leaving(weighted * data.event)[0][cell]
            return np.asarray(grid.sum_at_risk(weighted)[0][cell] - gone * died)

        total = mean(np.ones(x.shape[1]))
        first = np.stack([mean(one) for one in x]) / total
        size = np.einsum("in,ij,jn->n", x, inverse, x)
        centre = inverse @ first
        pull = np.stack([mean(size * one) for one in x]) / total - first * mean(size) / total
        for i, one in enumerate(x):
            for j in range(i + 1):
                spread = mean(one * x[j]) / total - first[i] * first[j]
                pull[i] -= 2 * spread * centre[j]
                pull[j] -= 2 * spread * centre[i] * (i != j)
        score = data.score(data.residuals(moments, exposure))[0] + pull @ share / 2
        penalty = np.linalg.slogdet(information)[1] / 2
        return Point(float(moments.log_likelihood[0] + penalty), score, information)

    return at
