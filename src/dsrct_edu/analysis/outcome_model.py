"""A Cox model of the outcome, averaged over everybody's confounders, with influence functions.

The curve of an arm is the mean over patients i of ``exp(-H(t) exp(x_i'b))``, with the treatment in
x_i set. It owes something to each patient three times: he is one of those averaged over, and the
coefficients b and the baseline hazard H are estimated from him, too. The sum of the squares of what
it owes to the patients is its variance, the estimated model included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dsrct_edu.analysis import kernels
from dsrct_edu.analysis.partial_likelihood import CoxFit, cox_data, cox_fit
from dsrct_edu.analysis.risk_sets import CoxData, Moments
from dsrct_edu.arrays import Flags, Floats

_CELLS = 4_000_000  # patients by times at once
ARMS = (1.0, 0.0)  # treated, untreated


class Averaged(NamedTuple):
    """Linear functionals of the curves of both arms, and what they owe to each patient."""

    value: Floats  # (arms, functionals)
    influence: Floats  # (arms, patients, functionals)


@dataclass(frozen=True)
class OutcomeModel:
    """A fitted model of one data set; the treatment is the first covariate.

    Attributes
    ----------
    data, fit, moments
        Covariates are centred at `centre` (covariates,).
    """

    data: CoxData
    fit: CoxFit
    moments: Moments
    centre: Floats

    @property
    def converged(self) -> bool:
        """Whether the likelihood has a maximum."""
        return bool(self.fit.converged[0])

    @property
    def hazard(self) -> Floats:
        """Cumulative baseline hazard at the grid times, at the mean covariates."""
        return np.cumsum(self.moments.hazard[0])

    def covariates(self, arm: float) -> Floats:
        """Return everybody's covariates (patients, covariates) with the treatment set."""
        x: Floats = self.data.columns[0].T.copy()
        x[:, 0] = arm - self.centre[0]
        return x

    def curves(self, times: Floats) -> Floats:
        """Return survival (arms, times), averaged with the weights of the fit."""
        place = np.searchsorted(self.data.grid.time[0], times, side="right")
        hazard = np.append(0.0, self.hazard)[place]
        weights, averaged = self.data.weights[0], []
        for arm in ARMS:
            risk = np.exp(self.covariates(arm) @ self.fit.coef[0])
            risk, share = np.unique(risk, return_inverse=True)
            total = np.bincount(share, weights)
            averaged.append(np.exp(-np.outer(hazard, risk)) @ total / total.sum())
        return np.stack(averaged)

    def functionals(self, rows: Floats) -> Averaged:
        """Return sums of survival at the grid times, weighted by `rows` (functionals, times).

        For a model of unweighted patients.
        """
        both = [self._functionals(rows, self.covariates(arm)) for arm in ARMS]
        return Averaged(*(np.stack(part) for part in zip(*both, strict=True)))

    def _functionals(self, rows: Floats, x: Floats) -> tuple[Floats, Floats]:
        n, hazard = len(x), self.hazard
        risk = np.exp(x @ self.fit.coef[0])
        own, slope = np.empty((n, len(rows))), np.zeros(hazard.size)
        mixed = np.zeros((hazard.size, x.shape[1]))
        for part in np.array_split(np.arange(n), 1 + n * hazard.size // _CELLS):
            curve = np.exp(-np.outer(hazard, risk[part]))
            own[part] = (rows @ curve).T
            curve *= risk[part]
            slope += curve.sum(axis=1) / n
            mixed += curve @ x[part] / n
        value = own.mean(axis=0)
        s1, d1 = self.data.sums(self.moments)
        drift = s1[0] * self.moments.square[0]
        if self.moments.tied is not None and d1 is not None:
            drift = drift - d1[0] * self.moments.tied[1][0]
        by_coef = (rows * slope) @ np.cumsum(drift, axis=1).T - (rows * hazard) @ mixed
        coef = self.data.score_residuals(self.fit.coef)[0].T @ self.fit.covariance[0]
        lost = self._owed_by_hazard(np.cumsum((rows * slope)[:, ::-1], axis=1)[:, ::-1])
        return value, (own - value) / n + coef @ by_coef.T - lost

    def _owed_by_hazard(self, gradient: Floats) -> Floats:
        """Return what hazard steps, summed by `gradient` (functionals, times), owe to each."""
        moments, grid = self.moments, self.data.grid
        died = self.data.ties.died
        unit = np.divide(moments.hazard, died, out=np.zeros_like(died), where=died > 0)
        tied = np.zeros_like(died) if moments.tied is None else moments.tied[1]
        at, event = grid.exit[0], self.data.event[0][:, None]
        risk = moments.risk[0][:, None]
        exposed = np.cumsum(gradient * moments.square, axis=1).T[at]
        exposed -= event * (gradient * tied).T[at]
        return np.asarray(event * (gradient * unit).T[at] - risk * exposed)


def fit_outcome(time: Floats, event: Flags, design: Floats, weights: Floats) -> OutcomeModel:
    """Fit the model to one data set: arrays (patients,), `design` (patients, covariates).

    `design` has the treatment first; times that differ by rounding have been made one.
    """
    centre = design.mean(axis=0)
    grid = kernels.time_grid(time[None], tied=True)
    data = cox_data(grid, event[None], (design - centre)[None], weights[None])
    fit = cox_fit(data)
    return OutcomeModel(data, fit, data.moments(fit.coef), centre)
