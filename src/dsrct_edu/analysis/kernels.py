"""Counting at event times and what follows from the counts, on plain arrays.

Every function takes arrays of shape (replicates, patients): one data set is the case of one
replicate, a simulation study is thousands of them at once. Nothing here checks its input or
knows of tables; the functions of `dsrct_edu.analysis` that take a DataFrame do both.

The work is done on a *grid*: the distinct times of each replicate in ascending order, padded on
the right so that all replicates have the same length. Patients stay in the order in which they
came; each knows its place on the grid. A patient is at risk at grid time t if ``entry < t <=
time``, so that deaths come before censorings at the same time.

A patient who does not belong to an analysis is left out by time 0 and no event: he is gone
before anybody is at risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.arrays import Flags, Floats, Places


@dataclass(frozen=True)
class Grid:
    """The distinct times of each replicate and the place of each patient on them.

    Attributes
    ----------
    time : array (replicates, times)
        Ascending; padding repeats the last time.
    exit, entry : array (replicates, patients) of int
        Index of the patient's time (of entry) on the grid; `entry` is None without delayed entry.
    """

    time: Floats
    exit: Places
    entry: Places | None = None

    @cached_property
    def _exit_cells(self) -> Places:
        return self._cells(self.exit)

    @cached_property
    def _entry_cells(self) -> Places:
        return self._cells(self.exit if self.entry is None else self.entry)

    def _cells(self, places: Places) -> Places:
        replicates, times = self.time.shape
        cells: Places = (places + times * np.arange(replicates)[:, None]).ravel()
        return cells

    def _sum(self, values: NDArray[Any] | None, cells: Places) -> Floats:
        shape = self.time.shape
        weights = None if values is None else values.ravel()
        sums = np.bincount(cells, weights, shape[0] * shape[1])
        return sums.reshape(shape).astype(np.float64, copy=False)

    def sum_leaving(self, values: NDArray[Any] | None = None) -> Floats:
        """Sum `values` (ones if None) over the patients whose time is each grid time."""
        return self._sum(values, self._exit_cells)

    def sum_entering(self, values: NDArray[Any] | None = None) -> Floats:
        """Sum `values` (ones if None) over the patients who enter at each grid time."""
        return self._sum(values, self._entry_cells)

    def sum_at_risk(self, values: NDArray[Any] | None = None) -> Floats:
        """Sum `values` (ones if None) over those at risk just before each grid time."""
        change = self.sum_leaving(values)
        if self.entry is not None:
            change = change - self.sum_entering(values)
        return _from_right(change)

    def accrued(self, sums: Floats) -> Floats:
        """Return what cumulative `sums` along the grid rose by while each patient was there."""
        gained = self.read(sums, self.exit)
        return gained if self.entry is None else gained - self.read(sums, self.entry)

    def read(self, values: Floats, places: Places) -> Floats:
        """Return the grid `values` at the places of patients."""
        if values.shape[0] == 1:
            return np.asarray(values[0][places])
        return np.asarray(np.take_along_axis(values, places, axis=1))

    def index(self, times: Floats) -> Places:
        """Return, per replicate, the index of the last grid time <= `times` (-1 if none).

        Parameters
        ----------
        times : array (k,)

        Returns
        -------
        array (replicates, k) of int
        """
        if self.time.shape[0] == 1:
            return np.searchsorted(self.time[0], times, side="right")[None] - 1
        return np.stack([(self.time <= t).sum(axis=1) for t in times], axis=1) - 1


def _from_right(values: Floats) -> Floats:
    return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]


def _whole_numbers(values: Floats) -> tuple[Places, float] | None:
    """Return times as whole units or tenths of one, where that is exact and saves the sort."""
    for units in (1.0, 10.0):
        whole = np.rint(values * units)
        # an entry before time zero would count from the end of the array
        if whole.min() < 0 or whole.max() > 2 * values.size:
            return None
        if np.array_equal(whole / units, values):
            return whole.astype(np.intp), units
    return None


def time_grid(time: Floats, entry: Floats | None = None, strata: Places | None = None) -> Grid:
    """Place patients on the distinct times of their replicate.

    Parameters
    ----------
    time, entry : array (replicates, patients)
        Time of leaving and, if given, of coming under observation; finite, zero or more.
    strata : array (replicates, patients) of int, optional
        The grid then holds the times of one stratum after those of another. Everybody enters at
        the start of his own stratum, so only his own stratum is ever at risk with him.
    """
    patients = time.shape[1]
    if strata is not None and entry is None:
        entry = np.full_like(time, -1.0)
    values = time if entry is None else np.concatenate([time, entry], axis=1)
    counted = _whole_numbers(values) if strata is None and len(values) == 1 else None
    if counted is not None:
        places, units = counted
        present = np.zeros(int(places.max()) + 1, dtype=bool)
        present[places] = True
        grid = np.flatnonzero(present)[None] / units
        places = (np.cumsum(present) - 1)[places]
    else:
        grid, places = _sorted_places(values, strata)
    if entry is None:
        return Grid(grid, places)
    return Grid(grid, places[:, :patients], places[:, patients:])


def _sorted_places(values: Floats, strata: Places | None) -> tuple[Floats, Places]:
    if strata is None:
        order = np.argsort(values, axis=1)
    else:
        strata = np.concatenate([strata, strata], axis=1)
        order = np.lexsort((values, strata), axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    new = np.ones(values.shape, dtype=bool)
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=new[:, 1:])
    if strata is not None:
        ranked = np.take_along_axis(strata, order, axis=1)
        new[:, 1:] |= ranked[:, 1:] != ranked[:, :-1]
    tie = np.cumsum(new, axis=1) - 1
    grid = np.repeat(ordered[:, -1:], int(tie[:, -1].max()) + 1, axis=1)
    np.put_along_axis(grid, tie, ordered, axis=1)
    places = np.empty_like(tie)
    np.put_along_axis(places, order, tie, axis=1)
    return grid, places


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
    return _from_right(curve * width)


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
        total = gone + a * b * present(square)
        if grid.entry is not None:
            a0, b0 = grid.read(a, grid.entry), grid.read(b, grid.entry)
            total += present(square * a0 * b0) - a * present(square * b0) - b * present(square * a0)
        return total

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
