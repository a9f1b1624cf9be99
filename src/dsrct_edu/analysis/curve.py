"""The Kaplan-Meier curve of one group: estimates, limits, quantiles and restricted means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtri

from dsrct_edu.analysis import kernels
from dsrct_edu.analysis.kernels import Counts, Grid
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.errors import InputError
from dsrct_edu.steps import crossing_within

INTERVALS = ("log-log", "log", "plain")
_CELLS = 2_000_000  # patients by times at once


@dataclass(frozen=True)
class Curve:
    """The Kaplan-Meier curve of one group."""

    label: Any
    grid: Grid = field(repr=False)
    event: Flags = field(repr=False)
    weights: Floats | None = field(repr=False)
    counts: Counts = field(repr=False)
    end: float = 0.0  # of the longest follow-up, as it was recorded
    robust: bool = False  # weights are no whole numbers: Greenwood's formula does not hold
    # what estimates owe to all patients, of what they owe to the group by known weights
    through: Callable[[Floats], Floats] | None = field(default=None, repr=False)

    @cached_property
    def survival(self) -> Floats:
        """Survival at each grid time."""
        return np.asarray(kernels.survival(self.counts)[0])

    @cached_property
    def log_se(self) -> Floats:
        """Standard error of the log of survival at each grid time."""
        if self.through is not None:
            return self._log_se_of_estimated_weights(self.through)
        if self.robust and self.weights is not None:
            variance = kernels.robust_log_survival_variance(
                self.grid, self.event, self.counts, self.weights
            )
        else:
            variance = kernels.log_survival_variance(self.counts)
        return np.asarray(np.sqrt(variance[0]))

    def _log_se_of_estimated_weights(self, through: Callable[[Floats], Floats]) -> Floats:
        found, places = [], np.arange(self.survival.size)
        for last in np.array_split(places, 1 + places.size * self.event.size // _CELLS):
            own = kernels.survival_influence(self.grid, self.event, self.counts, last, self.weights)
            found.append(np.sqrt((through(own) ** 2).sum(axis=0)))
        se = np.concatenate(found)
        alive = np.where(self.survival > 0, self.survival, np.inf)
        return np.asarray(se / alive)

    def rmst_influence(self, tau: float) -> Floats:
        """Return the influence of patients on the restricted mean: of all, or of the group."""
        area = kernels.area_after(self.grid, self.survival[None], tau)
        own = kernels.influence(self.grid, self.event, self.counts, area, self.weights)[0]
        return own if self.through is None else self.through(own[:, None])[:, 0]

    @cached_property
    def leaving(self) -> Floats:
        """Weighted number whose time is each grid time."""
        return np.asarray(self.grid.sum_leaving(self.weights)[0])

    @cached_property
    def times(self) -> Floats:
        """Times at which somebody leaves."""
        return np.asarray(self.grid.time[0][self.leaving > 0])

    def read(self, times: Floats, ci: str, level: float) -> dict[str, Any]:
        """Return the curve and the counts at `times`, as columns."""
        index = self.grid.index(times)[0] + 1
        previous = np.searchsorted(self.grid.time[0], times, side="left")
        alive = np.append(1.0, self.survival)[index]
        log_se = np.append(0.0, self.log_se)[index]
        alive[(times > self.times[-1]) & (alive > 0)] = np.nan
        low, high = confidence_limits(alive, log_se, ci, level)
        kind = np.float64 if self.weights is not None else np.int64
        events = np.append(0.0, np.cumsum(self.counts.events[0])).astype(kind)[index]
        gone = np.append(0.0, np.cumsum(self.leaving)).astype(kind)[index]
        at_risk = np.append(self.counts.at_risk[0], 0.0).astype(kind)
        return {
            "time": times,
            "at_risk": at_risk[index],
            "censored": gone - events,
            "events": events,
            "survival": alive,
            "se": np.where(alive > 0, alive * log_se, np.nan),
            "ci_low": low,
            "ci_high": high,
            "at_risk_before": at_risk[previous],
        }

    def limits(self, ci: str, level: float) -> tuple[Floats, Floats]:
        """Return the pointwise limits of survival at each grid time."""
        return confidence_limits(self.survival, self.log_se, ci, level)

    def quantile(self, p: float, ci: str, level: float) -> tuple[float, float, float]:
        """Return the time by which a share `p` had the event, with its limits.

        A curve that comes down to the level only with its fall to zero has no interval.
        """
        kept = self.leaving > 0
        time = np.append(0.0, self.times)
        failed, low, high = (
            np.append(0.0, 1.0 - curve[kept]) for curve in (self.survival, *self.limits(ci, level))
        )
        return crossing_within(time, failed, (low, high), p)

    def rmst(self, tau: float) -> tuple[float, float]:
        """Return the restricted mean survival time to `tau` and its standard error."""
        if self.survival[-1] > 0:
            check_tau(tau, self.end, f" of group {self.label!r}")
        mean, variance = kernels.rmst(self.grid, self.counts, tau)
        if self.robust:
            variance = np.sum(self.rmst_influence(tau) ** 2, keepdims=True)
        return float(mean[0]), float(np.sqrt(variance[0]))


def check_tau(tau: float, end: float, whose: str = "") -> None:
    """Refuse a horizon beyond the follow-up."""
    if tau > end:
        expected = f"a time within the follow-up{whose}, which ends at {end:g}"
        remedy = "Choose a shorter tau: beyond the last follow-up the curve is not known."
        raise InputError(expected, f"{tau:g}", remedy, argument="tau")


def confidence_limits(
    survival: Floats, log_se: Floats, ci: str, level: float
) -> tuple[Floats, Floats]:
    """Pointwise limits of survival on the scale `ci`; 1 to 1 at 1, not defined (NaN) at 0."""
    z = ndtri((1 + level) / 2)
    alive = np.where(survival > 0, survival, np.nan)
    if ci == "plain":
        half = z * alive * log_se
        return np.maximum(alive - half, 0.0), np.minimum(alive + half, 1.0)
    if ci == "log":
        factor = np.exp(z * log_se)
        return alive / factor, np.minimum(alive * factor, 1.0)
    below = np.where(alive == 1, 0.5, alive)
    power = np.exp(z * log_se / np.log(below))
    low, high = below ** (1 / power), below**power
    return np.where(alive == 1, 1.0, low), np.where(alive == 1, 1.0, high)
