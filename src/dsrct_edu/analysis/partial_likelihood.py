"""Cox's partial likelihood on arrays: the fit for any covariates, weights, entry and strata.

The one fit behind every table. `two_groups` is quicker where two groups are all there is, and
`dsrct_edu.disease.stacked` smaller where millions of patients stand in both groups.

Arrays have shape (replicates, patients), covariates (replicates, patients, covariates). Tied
deaths follow Efron (the k-th of m deaths at a time sees the share k/m of them gone) or Breslow
(each sees all of them). Strata and delayed entry are properties of the grid.

Sums over the dead at one time reduce, for both, to a few numbers per time, so that one code
serves both and no loop runs over patients or ties.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsrct_edu.analysis.kernels import Grid, time_grid
from dsrct_edu.arrays import Flags, Floats, Places

_MAX_ETA = 500.0
_HALVINGS = 20


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
    """

    log_likelihood: Floats
    risk: Floats
    hazard: Floats
    square: Floats
    tied: tuple[Floats, Floats, Floats] | None


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
        s0 = grid.sum_at_risk(risk)
        if grid.entry is not None:
            # Entries are taken off again, which can leave less than those who die.
            s0 = np.maximum(s0, grid.sum_leaving(risk))
        own = np.einsum("rn,rn,rn->r", self.weights, self.event, eta)
        if ties.cell.size == 0:
            s0 = np.where(ties.died > 0, s0, 1.0)
            hazard = ties.died / s0
            lost = np.einsum("rt,rt->r", ties.died, np.log(s0))
            return Moments(own - lost, risk, hazard, hazard / s0, None)
        d0 = grid.sum_leaving(risk * self.event)
        share, f = ties.share.ravel()[ties.cell], ties.fraction
        denominator = s0.ravel()[ties.cell] - f * d0.ravel()[ties.cell]

        def gather(values: Floats) -> Floats:
            return np.asarray(np.bincount(ties.cell, values, s0.size).reshape(s0.shape))

        lost = gather(share * np.log(denominator)).sum(axis=1)
        once = share / denominator
        twice = once / denominator
        tied = (gather(once * f), gather(twice * f), gather(twice * f * f))
        return Moments(own - lost, risk, gather(once), gather(twice), tied)

    def exposure(self, moments: Moments, by: Floats | None = None) -> Floats:
        """Cumulative baseline hazard that each patient was exposed to, its steps times `by`."""
        hazard = moments.hazard if by is None else moments.hazard * by
        gained = self.grid.accrued(self.grid.accumulate(hazard))
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
        covariates = range(weighted.shape[1])
        at_risk = np.stack([self.grid.sum_at_risk(weighted[:, j]) for j in covariates], axis=1)
        if moments.tied is None:
            return at_risk, None
        weighted *= self.event[:, None, :]
        return at_risk, np.stack(
            [self.grid.sum_leaving(weighted[:, j]) for j in covariates], axis=1
        )

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
            shared = self.grid.accrued(self.grid.accumulate(steps))
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
    centred, scale = _standardise(data)
    replicates, p, _ = centred.columns.shape
    coef = np.zeros((replicates, p))
    moments = centred.moments(coef)
    null = best = moments.log_likelihood
    converged = np.zeros(replicates, dtype=bool)
    iteration = 0
    while True:
        exposure = centred.exposure(moments)
        score = centred.score(centred.residuals(moments, exposure))
        information = centred.information(moments, exposure, centred.sums(moments))
        step, solved = _solve(information, score)
        if iteration == 0:
            score_test = np.where(solved, np.einsum("rp,rp->r", score, step), np.nan)
        converged = solved & (np.abs(step).max(axis=1) < tolerance)
        if converged.all() or iteration == max_iterations:
            break
        iteration += 1
        step[converged] = 0.0
        coef, moments = _ascend(centred, coef, step, best)
        best = moments.log_likelihood
    scaled = information * scale[:, :, None] * scale[:, None, :]
    moving = ~solved[:, None] | (np.abs(step) > 0.05)
    coef = coef + np.where(converged[:, None], step, 0.0)
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


def _standardise(data: CoxData) -> tuple[CoxData, Floats]:
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


def _solve(matrix: Floats, vector: Floats) -> tuple[Floats, Flags]:
    """Solve a batch of systems; a singular one gives zero and False."""
    p = matrix.shape[1]
    if p == 1:
        pivot = matrix[:, 0]
        solved = pivot[:, 0] > 1e-12
        step = np.divide(vector, pivot, out=np.zeros_like(vector), where=pivot > 1e-12)
        return step, solved
    solved = _regular(matrix)
    safe = np.where(solved[:, None, None], matrix, np.eye(p))
    step = np.linalg.solve(safe, vector[:, :, None])[:, :, 0]
    return np.where(solved[:, None], step, 0.0), solved


def _regular(matrix: Floats) -> Flags:
    """Tell which positive semi-definite matrices are safe to invert."""
    diagonal = np.diagonal(matrix, axis1=1, axis2=2)
    scale = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    unit = matrix / (scale[:, :, None] * scale[:, None, :])
    finite = np.isfinite(unit).all(axis=(1, 2))
    unit = np.where(finite[:, None, None], unit, np.eye(matrix.shape[1]))
    smallest = np.linalg.eigvalsh(unit)[:, 0]
    return np.asarray(finite & (smallest > 1e-10) & (diagonal > 0).all(axis=1))


def _inverse(matrix: Floats) -> Floats:
    regular = _regular(matrix)
    safe = np.where(regular[:, None, None], matrix, np.eye(matrix.shape[1]))
    return np.where(regular[:, None, None], np.linalg.inv(safe), np.nan)
