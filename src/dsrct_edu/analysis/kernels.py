"""Counting at event times and what follows from the counts, on plain arrays.

Every function takes arrays of shape (replicates, patients): one data set is the case of one
replicate, a simulation study is thousands of them at once. Nothing here checks its input or
knows of tables; the functions of `dsrct_edu.analysis` that take a DataFrame do both.

The work is done on a `dsrct_edu.analysis.grids.Grid`: the distinct times of each replicate. A
patient is at risk at grid time t if ``entry < t <= time``, so that deaths come before censorings
at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsrct_edu.analysis.grids import TOLERANCE as TOLERANCE
from dsrct_edu.analysis.grids import Grid as Grid
from dsrct_edu.analysis.grids import from_right
from dsrct_edu.analysis.grids import tie_near_times as tie_near_times
from dsrct_edu.analysis.grids import time_grid as time_grid
from dsrct_edu.arrays import Flags, Floats, Places

ROUNDING = 1e-13  # share of the terms of a sum below which the sum is rounding


@dataclass(frozen=True)
class Counts:
    """At risk, events and those left at each grid time; arrays (replicates, times).

    Attributes
    ----------
    at_risk : just before the time
    events : at the time
    remaining : ``at_risk - events``, exactly zero where nobody is left
    """

    at_risk: Floats
    events: Floats
    remaining: Floats

    @property
    def greenwood(self) -> Floats:
        """Terms ``d / (n (n - d))`` of Greenwood's sum; zero where nobody is left."""
        below = self.at_risk * self.remaining
        return np.divide(self.events, below, out=np.zeros_like(below), where=below > 0)


def count_events(grid: Grid, event: Flags, weights: Floats | None = None) -> Counts:
    """Count those at risk and the events at every grid time.

    Parameters
    ----------
    grid : Grid
    event : array (replicates, patients) of bool
    weights : array (replicates, patients), optional
        Case weights, zero or more.
    """
    if weights is None:
        at_risk = grid.sum_at_risk()
        events = grid.sum_leaving(event)
        return Counts(at_risk, events, at_risk - events)
    at_risk, events = grid.sum_at_risk(weights), grid.sum_leaving(weights * event)
    # Sums of weights leave rounding behind where nobody is left; counts of people do not.
    carried = weights > 0
    left = grid.sum_at_risk(carried) - grid.sum_leaving(event & carried)
    remaining = np.where(left > 0, at_risk - events, 0.0)
    return Counts(remaining + events, events, remaining)


def survival(counts: Counts) -> Floats:
    """Kaplan-Meier estimate at (and just after) each grid time."""
    share: Floats = np.ones_like(counts.at_risk)
    np.divide(counts.remaining, counts.at_risk, out=share, where=counts.events > 0)
    return np.asarray(np.cumprod(share, axis=1), dtype=np.float64)


def log_survival_variance(counts: Counts) -> Floats:
    """Greenwood's variance of the log of the Kaplan-Meier estimate at each grid time."""
    return np.cumsum(counts.greenwood, axis=1)


def before(values: Floats, start: float) -> Floats:
    """Shift grid values by one place: the value just before each grid time."""
    return np.concatenate([np.full((values.shape[0], 1), start), values[:, :-1]], axis=1)


def value_at(grid: Grid, values: Floats, times: Floats, start: float) -> Floats:
    """Read grid `values` at `times` (k,): array (replicates, k), `start` before the first."""
    index = grid.index(times)
    return np.where(index < 0, start, np.take_along_axis(values, np.maximum(index, 0), axis=1))


def area_after(grid: Grid, curve: Floats, tau: float) -> Floats:
    """Area under the survival `curve` from each grid time to `tau`; zero beyond it."""
    clipped = np.minimum(grid.time, tau)
    width = np.diff(clipped, axis=1, append=tau)
    np.maximum(width, 0.0, out=width)
    return from_right(curve * width)


def rmst(grid: Grid, counts: Counts, tau: float) -> tuple[Floats, Floats]:
    """Restricted mean survival time to `tau` and its variance.

    The variance is Greenwood's, ``sum A(t)^2 d / (n (n - d))`` with A(t) the area from t to
    `tau`. Where follow-up ends before `tau` the last value of the curve is carried on.

    Returns
    -------
    mean, variance : array (replicates,)
    """
    area = area_after(grid, survival(counts), tau)
    mean = np.minimum(grid.time[:, 0], tau) + area[:, 0]
    return mean, np.einsum("rt,rt,rt->r", area, area, counts.greenwood)


def influence(
    grid: Grid, event: Flags, counts: Counts, gradient: Floats, weights: Floats | None = None
) -> Floats:
    """Influence of each patient on a functional of the Kaplan-Meier curve.

    Parameters
    ----------
    grid, event, counts, weights
        As for `count_events`.
    gradient : array (replicates, times)
        Loss of the functional when the log of the curve falls by one unit from that time on:
        ``area_after(grid, survival(counts), tau)`` for the restricted mean,
        ``S(t) * (grid.time <= t)`` for survival at t.

    Returns
    -------
    array (replicates, patients)
        Derivative with respect to the patient's weight, times the weight. The sum of squares is
        the infinitesimal-jackknife variance. Where a patient has several rows (his weight
        changes), add his rows up first.
    """
    left = np.divide(1.0, counts.remaining, out=np.zeros_like(gradient), where=counts.remaining > 0)
    gained = np.cumsum(gradient * counts.greenwood, axis=1)
    value = grid.accrued(gained) - event * grid.read(gradient * left, grid.exit)
    return value if weights is None else value * weights


def survival_influence(
    grid: Grid, event: Flags, counts: Counts, last: Places, weights: Floats | None = None
) -> Floats:
    """Influence of each patient of one data set on survival at some grid times.

    Parameters
    ----------
    grid, event, counts, weights
        As for `count_events`, of one replicate.
    last : array (k,) of int
        Indices of the grid times.

    Returns
    -------
    array (patients, k)
        As `influence` gives it, a column for each time.
    """
    accrued = log_survival_variance(counts)[0]
    remaining = counts.remaining[0]
    left = np.divide(1.0, remaining, out=np.zeros_like(remaining), where=remaining > 0)
    places = grid.exit[0][:, None]
    value = accrued[np.minimum(places, last)]
    if grid.entry is not None:
        value -= accrued[np.minimum(grid.entry[0][:, None], last)]
    value -= (event[0] * left[grid.exit[0]])[:, None] * (places <= last)
    value *= survival(counts)[0][last]
    return np.asarray(value if weights is None else value * weights[0][:, None])


def robust_log_survival_variance(
    grid: Grid, event: Flags, counts: Counts, weights: Floats
) -> Floats:
    """Infinitesimal-jackknife variance of the log of the weighted Kaplan-Meier estimate.

    Every row counts as a patient. Linear in the number of times.
    """
    accrued = log_survival_variance(counts)
    left = np.divide(1.0, counts.remaining, out=np.zeros_like(accrued), where=counts.remaining > 0)
    final = grid.accrued(accrued) - event * grid.read(left, grid.exit)
    return influence_sums(grid, weights**2, (accrued, accrued), (final, final))[0]


def influence_sums(
    grid: Grid,
    square: Floats,
    common: tuple[Floats, Floats],
    final: tuple[Floats, Floats],
) -> tuple[Floats, Floats, Floats]:
    """Sum products of two influences over all patients, at every grid time.

    Those still at risk share what has accrued in `common` (replicates, times) since they came in;
    those who left keep their `final` (replicates, patients) value. So each sum over patients is a
    handful of cumulative sums over times.

    Returns
    -------
    bb, bc, cc : array (replicates, times)
        Sums of ``square * b * b``, ``square * b * c`` and ``square * c * c``.
    """

    def present(values: Floats) -> Floats:
        if grid.entry is None:
            total = np.sum(values, axis=1, keepdims=True)
            return np.asarray(total - np.cumsum(grid.sum_leaving(values), axis=1))
        return np.cumsum(grid.sum_entering(values) - grid.sum_leaving(values), axis=1)

    def both(a: Floats, b: Floats, last_a: Floats, last_b: Floats) -> Floats:
        gone = np.cumsum(grid.sum_leaving(square * last_a * last_b), axis=1)
        shared = a * b * present(square)
        if grid.entry is None:
            return np.asarray(gone + shared)
        a0, b0 = grid.read(a, grid.entry), grid.read(b, grid.entry)
        before = present(square * a0 * b0)
        mixed = a * present(square * b0), b * present(square * a0)
        total = gone + shared + before - mixed[0] - mixed[1]
        # who came in only now has had no influence, but for the rounding of what is taken off
        terms = np.abs([gone, shared, before, *mixed]).sum(axis=0)
        return np.where(np.abs(total) > ROUNDING * terms, total, 0.0)

    (b, c), (last_b, last_c) = common, final
    return both(b, b, last_b, last_b), both(b, c, last_b, last_c), both(c, c, last_c, last_c)


def logrank_scores(
    grid: Grid,
    event: Flags,
    group: Places,
    groups: int,
    weights: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Observed minus expected events of each group, and their covariance, under equal hazards.

    Parameters
    ----------
    group : array (replicates, patients) of int
        0 to ``groups - 1``.

    Returns
    -------
    score : array (replicates, groups)
    covariance : array (replicates, groups, groups)
        Hypergeometric, as the log-rank test has it.
    """
    ones = np.ones(event.shape) if weights is None else weights
    member = [(group == g) * ones for g in range(groups)]
    at_risk = np.stack([grid.sum_at_risk(m) for m in member], axis=1)
    events = np.stack([grid.sum_leaving(m * event) for m in member], axis=1)
    n, d = at_risk.sum(axis=1), events.sum(axis=1)
    share = np.divide(at_risk, n[:, None], out=np.zeros_like(at_risk), where=n[:, None] > 0)
    score = (events - d[:, None] * share).sum(axis=2)
    factor = np.divide(d * (n - d), n - 1, out=np.zeros_like(n), where=n > 1)
    scaled = share * factor[:, None]
    covariance = -np.matmul(scaled, share.transpose(0, 2, 1))
    diagonal = np.arange(groups)
    covariance[:, diagonal, diagonal] += scaled.sum(axis=2)
    return score, covariance


def chi_square(score: Floats, covariance: Floats) -> Floats:
    """Quadratic form of a score whose elements add up to zero; (replicates,).

    The last group is left out, as the scores add up to zero. NaN where the groups were never at
    risk together, so that nothing was compared.
    """
    u, v = score[:, :-1], covariance[:, :-1, :-1]
    if u.shape[1] == 1:
        u2, v2 = u[:, 0] ** 2, v[:, 0, 0]
        return np.divide(u2, v2, out=np.full_like(u2, np.nan), where=v2 > 0)
    solvable = np.linalg.matrix_rank(v, hermitian=True) == v.shape[1]
    safe = np.where(solvable[:, None, None], v, np.eye(v.shape[1]))
    value = np.einsum("ri,ri->r", u, np.linalg.solve(safe, u[..., None])[..., 0])
    return np.where(solvable, value, np.nan)
