"""Sums over risk sets: what the partial likelihood and its derivatives are made of.

Arrays have shape (replicates, patients), covariates (replicates, patients, covariates). Tied
deaths follow Efron (the k-th of m deaths at a time sees the share k/m of them gone) or Breslow
(each sees all of them). Strata and delayed entry are properties of the grid.

Sums over the dead at one time reduce, for both, to a few numbers per time, so that one code
serves both and no loop runs over patients or ties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dsrct_edu.analysis.kernels import Grid
from dsrct_edu.arrays import Flags, Floats, Places

_MAX_ETA = 300.0  # the square of its exponential is a number still
_SMALL = 1e-6  # share of a sum from which on what is taken off it leaves rounding


@dataclass(frozen=True)
class Ties:
    """Deaths grouped by time: what Efron's method needs, once for a data set.

    Attributes
    ----------
    died : array (replicates, times)
        Weighted deaths at each grid time.
    share : array (replicates, times)
        Weight of one death there: weighted deaths over deaths.
    cell, fraction : array (deaths,)
        Grid cell of each death, and the share of the deaths at its time that it sees gone; empty
        if no time has two deaths, and for Breslow.
    """

    died: Floats
    share: Floats
    cell: Places
    fraction: Floats


def _ties(grid: Grid, event: Flags, weights: Floats, method: str) -> Ties:
    died = grid.sum_leaving(weights * event)
    number = grid.sum_leaving(event & (weights > 0)).astype(np.intp).ravel()
    share = np.divide(died.ravel(), number, out=np.zeros(died.size), where=number > 0)
    if method == "breslow" or number.max(initial=0) < 2:
        number = np.zeros_like(number)
    cell = np.repeat(np.arange(number.size), number)
    first = np.cumsum(number) - number
    fraction = (np.arange(cell.size) - first[cell]) / number[cell]
    return Ties(died, share.reshape(died.shape), cell, fraction)


@dataclass(frozen=True)
class Moments:
    """Sums over risk sets and over the dead at each grid time, for one value of the coefficients.

    The k-th of the tied deaths, of weight v, sees the denominator ``D = S0 - f D0``, where f is
    the share of the deaths before it. The sums run over the deaths at a time.

    Attributes
    ----------
    log_likelihood : array (replicates,)
    risk : array (replicates, patients)
        Weighted hazard ratio against the mean patient.
    hazard, square : array (replicates, times)
        Sums of ``v / D`` and ``v / D^2``.
    tied : three arrays (replicates, times), or None without ties
        Sums of ``v f / D``, ``v f / D^2`` and ``v f^2 / D^2``.
    fine : bool
        Those who enter later would drown a risk set: sum by `spans`.
    """

    log_likelihood: Floats
    risk: Floats
    hazard: Floats
    square: Floats
    tied: tuple[Floats, Floats, Floats] | None
    fine: bool = False


@dataclass(frozen=True)
class CoxData:
    """A batch of data sets, ready for the partial likelihood; see `cox_data`.

    Attributes
    ----------
    grid : Grid
    event : array (replicates, patients) of bool
    columns : array (replicates, covariates, patients)
    weights : array (replicates, patients)
    ties : Ties
    """

    grid: Grid
    event: Flags
    columns: Floats
    weights: Floats
    ties: Ties

    def linear_predictor(self, coef: Floats) -> Floats:
        """Return the log hazard ratio of each patient; (replicates, patients)."""
        return np.asarray(np.matmul(coef[:, None, :], self.columns)[:, 0])

    def moments(self, coef: Floats) -> Moments:
        """Evaluate the sums at `coef` (replicates, covariates)."""
        eta = np.clip(self.linear_predictor(coef), -_MAX_ETA, _MAX_ETA)
        risk = self.weights * np.exp(eta)
        grid, ties = self.grid, self.ties
        s0, fine = self._everyone_at_risk(risk)
        own = np.einsum("rn,rn,rn->r", self.weights, self.event, eta)
        if ties.cell.size == 0:
            s0 = np.where(ties.died > 0, s0, 1.0)
            hazard = ties.died / s0
            lost = np.einsum("rt,rt->r", ties.died, np.log(s0))
            return Moments(own - lost, risk, hazard, hazard / s0, None, fine)
        d0 = grid.sum_leaving(risk * self.event)
        share, f = ties.share.ravel()[ties.cell], ties.fraction
        denominator = s0.ravel()[ties.cell] - f * d0.ravel()[ties.cell]

        def gather(values: Floats) -> Floats:
            return np.asarray(np.bincount(ties.cell, values, s0.size).reshape(s0.shape))

        lost = gather(share * np.log(denominator)).sum(axis=1)
        once = share / denominator
        twice = once / denominator
        tied = (gather(once * f), gather(twice * f), gather(twice * f * f))
        return Moments(own - lost, risk, gather(once), gather(twice), tied, fine)

    def _everyone_at_risk(self, risk: Floats) -> tuple[Floats, bool]:
        """Sum the risk of those at risk, and tell whether that takes fine sums."""
        grid = self.grid
        s0 = grid.sum_at_risk(risk)
        if grid.entry is None:
            return s0, False
        leaving = grid.sum_leaving(risk)
        if len(risk) == 1:  # in a batch there is neither need nor room
            small = s0 < _SMALL * grid.from_end(leaving)
            if (small & (self.ties.died > 0)).any():
                return grid.spans.sum_at_risk(risk), True
        # Entries are taken off again, which can leave less than those who die.
        return np.maximum(s0, leaving), False

    def _accrued(self, steps: Floats, fine: bool) -> Floats:
        """Add up `steps` while each patient is there."""
        if fine:
            return self.grid.spans.accrued(steps)
        return self.grid.accrued(self.grid.accumulate(steps))

    def exposure(self, moments: Moments, by: Floats | None = None) -> Floats:
        """Cumulative baseline hazard that each patient was exposed to, its steps times `by`."""
        hazard = moments.hazard if by is None else moments.hazard * by
        gained = self._accrued(hazard, moments.fine)
        if moments.tied is not None:
            tied = moments.tied[0] if by is None else moments.tied[0] * by
            gained = gained - self.event * self.grid.read(tied, self.grid.exit)
        return gained

    def score(self, residual: Floats) -> Floats:
        """Add up covariates times martingale residuals; (replicates, covariates)."""
        return np.asarray(np.matmul(self.columns, residual[:, :, None])[:, :, 0])

    def residuals(self, moments: Moments, exposure: Floats) -> Floats:
        """Weighted martingale residuals; (replicates, patients)."""
        return self.weights * self.event - moments.risk * exposure

    def sums(self, moments: Moments) -> tuple[Floats, Floats | None]:
        """Risk-weighted covariates at risk and among the dead; (replicates, covariates, times)."""
        weighted = self.columns * moments.risk[:, None, :]
        grid = self.grid
        at_risk = self._each(grid.spans.sum_at_risk if moments.fine else grid.sum_at_risk, weighted)
        if moments.tied is None:
            return at_risk, None
        weighted *= self.event[:, None, :]
        return at_risk, self._each(self.grid.sum_leaving, weighted)

    def _each(self, add_up: Callable[[Floats], Floats], columns: Floats) -> Floats:
        sums = np.empty((*columns.shape[:2], self.grid.time.shape[1]))
        for j in range(columns.shape[1]):
            sums[:, j] = add_up(columns[:, j])
        return sums

    def information(
        self,
        moments: Moments,
        exposure: Floats,
        sums: tuple[Floats, Floats | None],
        by: Floats | None = None,
    ) -> Floats:
        """Sum over the deaths of the covariance of the covariates at risk.

        Parameters
        ----------
        moments, exposure, sums
            From the methods of these names; `exposure` with the same `by`.
        by : array (replicates, times), optional
            Multiplies the covariance at each grid time. Without it this is the observed
            information.

        Returns
        -------
        array (replicates, covariates, covariates)
        """
        s1, d1 = sums
        scale = 1.0 if by is None else by
        crude = _products(self.columns, moments.risk * exposure, self.columns)
        mean = _products(s1, moments.square * scale, s1)
        if moments.tied is not None and d1 is not None:
            cross = _products(s1, moments.tied[1] * scale, d1)
            mean -= cross + cross.transpose(0, 2, 1)
            mean += _products(d1, moments.tied[2] * scale, d1)
        return crude - mean

    def score_residuals(self, coef: Floats) -> Floats:
        """Weighted score residual of each patient; (replicates, covariates, patients).

        They add up to the score. Times the inverse information they say how much the coefficients
        owe to each patient (``dfbeta``); the sum of their squares is the robust variance.
        """
        moments = self.moments(coef)
        exposure = self.exposure(moments)
        s1, d1 = self.sums(moments)
        residual = self.columns * self.residuals(moments, exposure)[:, None, :]
        died = np.where(self.ties.died > 0, self.ties.died, 1.0)
        own = self.weights * self.event
        for j in range(residual.shape[1]):
            mean, steps = moments.hazard * s1[:, j], moments.square * s1[:, j]
            tied = np.zeros_like(mean)
            if moments.tied is not None and d1 is not None:
                mean = mean - moments.tied[0] * d1[:, j]
                steps = steps - moments.tied[1] * d1[:, j]
                tied = moments.tied[1] * s1[:, j] - moments.tied[2] * d1[:, j]
            shared = self._accrued(steps, moments.fine)
            shared -= self.event * self.grid.read(tied, self.grid.exit)
            residual[:, j] += moments.risk * shared
            residual[:, j] -= own * self.grid.read(mean / died, self.grid.exit)
        return residual


def _products(left: Floats, weights: Floats, right: Floats) -> Floats:
    """Return the weighted products of rows, ``left diag(weights) right'``, for a batch."""
    return np.asarray(np.matmul(left * weights[:, None, :], right.transpose(0, 2, 1)))


def cox_data(
    grid: Grid,
    event: Flags,
    covariates: Floats,
    weights: Floats | None = None,
    ties: str = "efron",
) -> CoxData:
    """Prepare a batch for `cox_fit`.

    Parameters
    ----------
    grid : Grid
        From `time_grid`, with entry and strata if the model has them.
    event : array (replicates, patients) of bool
    covariates : array (replicates, patients, covariates)
    weights : array (replicates, patients), optional
        Zero leaves a patient out.
    ties : {"efron", "breslow"}
    """
    if weights is None:
        weights = np.ones(event.shape)
    columns = np.ascontiguousarray(covariates.transpose(0, 2, 1))
    return CoxData(grid, event, columns, weights, _ties(grid, event, weights, ties))
