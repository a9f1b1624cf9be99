"""Cumulative incidence on plain arrays, with its variance; `competing` puts it into tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from dsrct_edu.analysis import kernels
from dsrct_edu.analysis.curve import check_tau
from dsrct_edu.analysis.kernels import Grid
from dsrct_edu.arrays import Floats, Places


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of each cause at each grid time.

    Attributes
    ----------
    incidence, variance : array (replicates, causes, times)
    survival : array (replicates, times)
        Probability of no event of any cause; with the incidences it adds up to one.
    """

    incidence: Floats
    variance: Floats
    survival: Floats


def incidence_curves(
    grid: Grid, cause: Places, causes: int, weights: Floats | None = None
) -> Incidence:
    """Estimate the cumulative incidence of competing causes (Aalen-Johansen).

    Parameters
    ----------
    grid : Grid
    cause : array (replicates, patients) of int
        0 for censored, 1 to `causes` for the event.
    causes : int
    weights : array (replicates, patients), optional

    Returns
    -------
    Incidence

    Notes
    -----
    The influence of a patient on F_k(t) is ``F_k(t) B + C``, where B and C gather up what happened
    to him until t or until he left. All who are still at risk share one B and one C (up to what had
    accrued when they came in), so the sum of squares over patients at every time costs a few
    cumulative sums, not a patients-by-times table.
    """
    weight = np.ones(cause.shape) if weights is None else weights
    survival, found = _causes(grid, cause, causes, weight)
    square, variances = weight * weight, []
    for one in found:
        bb, bc, cc = kernels.influence_sums(grid, square, one.common, one.final)
        alone, mixed = one.curve * one.curve * bb + cc, 2 * one.curve * bc
        variance = alone + mixed
        # where all have gone one way nothing varies, but for the rounding of large terms
        variance[variance < kernels.ROUNDING * (np.abs(alone) + np.abs(mixed))] = 0.0
        variances.append(_kept_at_zero(variance, survival))
    curves = np.stack([one.curve for one in found], axis=1)
    return Incidence(curves, np.stack(variances, axis=1), survival)


def _kept_at_zero(variance: Floats, survival: Floats) -> Floats:
    """Carry on the variance from where survival is zero: whoever comes in later adds nothing."""
    gone = survival <= 0
    if not gone.any():
        return variance
    first = np.take_along_axis(variance, gone.argmax(axis=1)[:, None], axis=1)
    return np.where(gone, first, variance)


class _Cause(NamedTuple):
    """Incidence of one cause, and what it owes to patients: ``curve * B + C`` (see above).

    B and C of those still at risk are `common` (replicates, times), of those who left `final`
    (replicates, patients).
    """

    curve: Floats
    common: tuple[Floats, Floats]
    final: tuple[Floats, Floats]


def _causes(grid: Grid, cause: Places, causes: int, weight: Floats) -> tuple[Floats, list[_Cause]]:
    """Return survival, and what is known of each cause."""
    event = cause > 0
    counts = kernels.count_events(grid, event, weight)
    survival = kernels.survival(counts)
    earlier = kernels.before(survival, 1.0)
    per_head = np.divide(
        earlier, counts.at_risk, out=np.zeros_like(earlier), where=counts.at_risk > 0
    )
    left = np.divide(1.0, counts.remaining, out=np.zeros_like(earlier), where=counts.remaining > 0)
    hazard = np.divide(
        counts.events, counts.at_risk, out=np.zeros_like(earlier), where=counts.at_risk > 0
    )
    common_b = np.cumsum(counts.greenwood, axis=1)
    own_b = -left
    found = []
    for k in range(1, causes + 1):
        events = grid.sum_leaving(weight * (cause == k))
        curve = np.cumsum(per_head * events, axis=1)
        share = np.divide(
            per_head * events, counts.at_risk, out=np.zeros_like(curve), where=counts.at_risk > 0
        )
        common_c = -np.cumsum(share + curve * left * hazard, axis=1)
        own_c = event * grid.read(curve * left, grid.exit)
        own_c = own_c + (cause == k) * grid.read(per_head, grid.exit)
        final_b = grid.accrued(common_b) + event * grid.read(own_b, grid.exit)
        final_c = grid.accrued(common_c) + own_c
        found.append(_Cause(curve, (common_b, common_c), (final_b, final_c)))
    return survival, found


def time_lost(
    grid: Grid, cause: Places, causes: int, weights: Floats, tau: float
) -> tuple[Floats, Floats]:
    """Return the time lost to each cause within `tau`: the area under its incidence.

    Returns
    -------
    lost : array (replicates, causes)
    influence : array (replicates, causes, patients)
        What it owes to each patient; the sum of squares is its variance.
    """
    width = np.diff(np.minimum(grid.time, tau), axis=1, append=tau)

    def until(values: Floats) -> Floats:
        """Area under grid values before each grid time."""
        return kernels.before(np.cumsum(width * values, axis=1), 0.0)

    lost, influence = [], []
    for one in _causes(grid, cause, causes, weights)[1]:
        (b, c), (last_b, last_c) = one.common, one.final
        area, whole = until(one.curve), np.sum(width * one.curve, axis=1, keepdims=True)
        total = until(one.curve * b + c)
        left = tau - np.minimum(grid.read(grid.time, grid.exit), tau)
        owed = last_b * (whole - grid.read(area, grid.exit)) + last_c * left
        owed += grid.accrued(total)
        if grid.entry is not None:  # what had accrued before he came is none of his
            stayed = grid.read(grid.time, grid.exit), grid.read(grid.time, grid.entry)
            months = np.minimum(stayed[0], tau) - np.minimum(stayed[1], tau)
            owed -= grid.read(b, grid.entry) * grid.accrued(area)
            owed -= grid.read(c, grid.entry) * months
        lost.append(whole[:, 0])
        influence.append(owed * weights)
    return np.stack(lost, axis=1), np.stack(influence, axis=1)


@dataclass(frozen=True)
class IncidenceCurves:
    """Cumulative incidence of every cause in one group, as arrays over its distinct times."""

    label: Any
    grid: Grid = field(repr=False)  # of one replicate, as all below
    cause: Places = field(repr=False)
    weights: Floats = field(repr=False)
    estimate: Incidence = field(repr=False)
    cause_specific: Floats = field(repr=False)  # (causes, times): 1 - KM, other causes censored
    n: float
    events: Floats
    end: float  # of the longest follow-up, as it was recorded

    @property
    def time(self) -> Floats:
        """The distinct times."""
        return np.asarray(self.grid.time[0])

    @cached_property
    def leaving(self) -> Floats:
        """Weighted number who leave at each of them."""
        return np.asarray(self.grid.sum_leaving(self.weights)[0])

    @property
    def last(self) -> float:
        """Last time that somebody was followed to."""
        return float(self.time[self.leaving > 0][-1])

    def time_lost(self, tau: float) -> tuple[Floats, Floats]:
        """Return the time lost to each cause, and what it owes to patients (causes, patients)."""
        if self.estimate.survival[0, -1] > 0:
            check_tau(tau, self.end, f" of group {self.label!r}")
        lost, influence = time_lost(self.grid, self.cause, len(self.events), self.weights, tau)
        return lost[0], influence[0]
