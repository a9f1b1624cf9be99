"""The distinct times of many data sets at once, and the place of each patient on them.

Arrays have shape (replicates, patients). The times of each replicate stand in ascending order,
padded on the right so that all replicates have the same length. Patients stay in the order in
which they came; each knows its place on the grid. Times that differ by rounding only (``.1 + .2``
and ``.3``) are one time, as in R.

A patient who does not belong to an analysis is left out by time 0 and no event: he is gone
before anybody is at risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.analysis.spans import Spans
from dsrct_edu.arrays import Flags, Floats, Places

TOLERANCE = float(np.sqrt(np.finfo(float).eps))  # R's: nearer times are one time
_EXACT = 1e6  # up to here, whole numbers and tenths are farther apart than that


@dataclass(frozen=True)
class Grid:
    """The distinct times of each replicate and the place of each patient on them.

    Attributes
    ----------
    time : array (replicates, times)
        Ascending; padding repeats the last time.
    exit, entry : array (replicates, patients) of int
        Index of the patient's time (of entry) on the grid; `entry` is None without delayed entry.
    starts : array (strata - 1,) of int, optional
        Where the strata but the first begin, if there are any. Sums run within each of them: taken
        over all and parted by subtraction they would lose what is small in what is large.
    """

    time: Floats
    exit: Places
    entry: Places | None = None
    starts: Places | None = None

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
        return self.from_end(change)

    def from_end(self, values: Floats) -> Floats:
        """Sum `values` (replicates, times) from each grid time on."""
        if self.starts is None:
            return from_right(values)
        parts = [from_right(part) for part in np.split(values, self.starts, axis=1)]
        return np.concatenate(parts, axis=1)

    @cached_property
    def spans(self) -> Spans:
        """The times at which each patient is at risk, for sums that lose nothing; slower."""
        first = np.zeros_like(self.exit) if self.entry is None else self.entry + 1
        return Spans(first, self.exit, self.time.shape[1])

    def accumulate(self, steps: Floats) -> Floats:
        """Sum `steps` (replicates, times) up to each grid time."""
        if self.starts is None:
            return np.cumsum(steps, axis=1)
        parts = [np.cumsum(part, axis=1) for part in np.split(steps, self.starts, axis=1)]
        return np.concatenate(parts, axis=1)

    def accrued(self, sums: Floats) -> Floats:
        """Return what sums from `accumulate` rose by while each patient was there."""
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


def from_right(values: Floats) -> Floats:
    """Sum from each time on."""
    return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]


def _whole_numbers(values: Floats) -> tuple[Places, float] | None:
    """Return times as whole units or tenths of one, where that is exact and saves the sort."""
    for units in (1.0, 10.0):
        whole = np.rint(values * units)
        # an entry before time zero would count from the end of the array
        if whole.min() < 0 or whole.max() > min(2 * values.size, _EXACT):
            return None
        if np.array_equal(whole / units, values):
            return whole.astype(np.intp), units
    return None


def _parted(ordered: Floats) -> tuple[Floats, Flags]:
    """Tell where ascending times (replicates, times) move on, as R's ``timefix`` has it.

    Of times in a chain, each nearer to the next than the tolerance, all become the first.
    """
    gap = np.diff(ordered, axis=1)
    new = np.ones(ordered.shape, dtype=bool)
    np.greater(gap, 0, out=new[:, 1:])
    widest = TOLERANCE * np.maximum(1.0, ordered[:, -1:])
    if not (new[:, 1:] & (gap <= widest)).any():
        return ordered, new
    mean = np.sum(ordered * new, axis=1, keepdims=True) / new.sum(axis=1, keepdims=True)
    mean = np.where(mean > 0, mean, 1.0)
    new[:, 1:] &= (gap > TOLERANCE) & (gap / mean > TOLERANCE)
    return np.maximum.accumulate(np.where(new, ordered, 0.0), axis=1), new


def tie_near_times(values: Floats) -> Floats:
    """Make one time of those that differ by rounding; array (replicates, times) of zero or more.

    Examples
    --------
    >>> tie_near_times(np.array([[0.1 + 0.2, 0.7, 0.3]]))
    array([[0.3, 0.7, 0.3]])
    """
    if len(values) == 1 and _whole_numbers(values) is not None:
        return values
    ordered = np.sort(values, axis=1)
    tied, _ = _parted(ordered)
    if tied is ordered:
        return values
    order = np.argsort(values, axis=1)
    found = np.empty_like(values)
    np.put_along_axis(found, order, tied, axis=1)
    return found


def time_grid(
    time: Floats, entry: Floats | None = None, strata: Places | None = None, tied: bool = False
) -> Grid:
    """Place patients on the distinct times of their replicate.

    Parameters
    ----------
    time, entry : array (replicates, patients)
        Time of leaving and, if given, of coming under observation; finite, zero or more.
    strata : array (1, patients) of int, optional
        Of one replicate. The grid then holds the times of one stratum after those of another, and
        only his own stratum is ever at risk with a patient.
    tied : bool
        Times that differ by rounding have been made one, in a larger set of times.
    """
    patients = time.shape[1]
    values = time if entry is None else np.concatenate([time, entry], axis=1)
    if strata is not None:
        values = values if tied else tie_near_times(values)
        strata = strata if entry is None else np.concatenate([strata, strata], axis=1)
    starts = None
    counted = _whole_numbers(values) if strata is None and len(values) == 1 else None
    if counted is not None:
        places, units = counted
        present = np.zeros(int(places.max()) + 1, dtype=bool)
        present[places] = True
        grid = np.flatnonzero(present)[None] / units
        places = (np.cumsum(present) - 1)[places]
    else:
        grid, places, starts = _sorted_places(values, strata, tied)
    if entry is None:
        return Grid(grid, places, starts=starts)
    return Grid(grid, places[:, :patients], places[:, patients:], starts)


def _sorted_places(
    values: Floats, strata: Places | None, tied: bool
) -> tuple[Floats, Places, Places | None]:
    order = np.argsort(values, axis=1) if strata is None else np.lexsort((values, strata), axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    if strata is None and not tied:
        ordered, new = _parted(ordered)
    else:
        new = np.ones(values.shape, dtype=bool)
        np.not_equal(ordered[:, 1:], ordered[:, :-1], out=new[:, 1:])
    moved = np.zeros(values.shape[1], dtype=bool)
    if strata is not None:
        moved[1:] = np.diff(strata[0][order[0]]) != 0
        new[0] |= moved
    tie = np.cumsum(new, axis=1) - 1
    starts = None if strata is None else tie[0, moved]
    grid = np.repeat(ordered[:, -1:], int(tie[:, -1].max()) + 1, axis=1)
    np.put_along_axis(grid, tie, ordered, axis=1)
    places = np.empty_like(tie)
    np.put_along_axis(places, order, tie, axis=1)
    return grid, places, starts
