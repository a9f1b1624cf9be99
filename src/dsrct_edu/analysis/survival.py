"""Survival curves, their comparison, and how long patients were followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from dsrct_edu.analysis import inputs, kernels
from dsrct_edu.analysis.kernels import Booleans, Counts, Floats, Grid
from dsrct_edu.analysis.results import Result, plural
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOLERANCE = float(np.sqrt(np.finfo(float).eps))
_INTERVALS = ("log-log", "log", "plain")


@dataclass(frozen=True)
class Curve:
    """The Kaplan-Meier curve of one group."""

    label: Any
    grid: Grid = field(repr=False)
    event: Booleans = field(repr=False)
    weights: Floats | None = field(repr=False)
    counts: Counts = field(repr=False)

    @property
    def robust(self) -> bool:
        """Whether weights are no whole numbers, so that Greenwood's formula does not hold."""
        return self.weights is not None and bool((self.weights != np.floor(self.weights)).any())

    @cached_property
    def survival(self) -> Floats:
        """Survival at each grid time."""
        return kernels.survival(self.counts)[0]

    @cached_property
    def log_se(self) -> Floats:
        """Standard error of the log of survival at each grid time."""
        if self.robust and self.weights is not None:
            variance = kernels.robust_log_survival_variance(
                self.grid, self.event, self.counts, self.weights
            )
        else:
            variance = kernels.log_survival_variance(self.counts)
        return np.asarray(np.sqrt(variance[0]))

    @cached_property
    def leaving(self) -> Floats:
        """Weighted number whose time is each grid time."""
        return self.grid.leaving(self.weights)[0]

    @cached_property
    def times(self) -> Floats:
        """Times at which somebody leaves."""
        return np.asarray(self.grid.time[0][self.leaving > 0])

    def read(self, times: Floats, ci: str, level: float) -> pd.DataFrame:
        """Return the curve and the counts at `times`."""
        index = self.grid.index(times)[0]
        previous = np.searchsorted(self.grid.time[0], times, side="left")
        alive = np.append(1.0, self.survival)[index + 1]
        log_se = np.append(0.0, self.log_se)[index + 1]
        undefined = (times > self.times[-1]) & (alive > 0)
        alive, log_se = (np.where(undefined, np.nan, v) for v in (alive, log_se))
        low, high = confidence_limits(alive, log_se, ci, level)
        events = np.append(0.0, np.cumsum(self.counts.events[0]))[index + 1]
        gone = np.append(0.0, np.cumsum(self.leaving))[index + 1]
        at_risk = np.append(self.counts.at_risk[0], 0.0)
        table = {
            "group": self.label,
            "time": times,
            "at_risk": at_risk[index + 1],
            "censored": gone - events,
            "events": events,
            "survival": alive,
            "se": np.where(alive > 0, alive * log_se, np.nan),
            "ci_low": low,
            "ci_high": high,
            "at_risk_before": at_risk[previous],
        }
        frame = pd.DataFrame(table)
        if self.weights is None:
            whole = ["at_risk", "censored", "events", "at_risk_before"]
            frame[whole] = frame[whole].astype(np.int64)
        return frame

    def quantile(self, p: float, ci: str, level: float) -> tuple[float, float, float]:
        """Return the time by which a share `p` had the event, with its limits."""
        kept = self.leaving > 0
        time = np.append(0.0, self.times)
        low, high = confidence_limits(self.survival, self.log_se, ci, level)
        found = [
            _crossing(time, np.append(0.0, 1.0 - curve[kept]), p)
            for curve in (self.survival, low, high)
        ]
        return found[0], found[1], found[2]

    def rmst(self, tau: float) -> tuple[float, float]:
        """Return the restricted mean survival time to `tau` and its standard error."""
        last = self.times[-1]
        if tau > last and self.survival[-1] > 0:
            raise InputError(
                f"tau within the follow-up of group {self.label!r}, which ends at {last:g}",
                f"{tau:g}",
                "Choose a shorter tau: beyond the last follow-up the curve is not known.",
            )
        mean, variance = kernels.rmst(self.grid, self.counts, tau)
        if self.robust:
            area = kernels.area_after(self.grid, self.survival[None], tau)
            effect = kernels.influence(self.grid, self.event, self.counts, area, self.weights)
            variance = (effect**2).sum(axis=1)
        return float(mean[0]), float(np.sqrt(variance[0]))


def confidence_limits(
    survival: Floats, log_se: Floats, ci: str, level: float
) -> tuple[Floats, Floats]:
    """Pointwise limits of survival on the scale `ci`; 1 to 1 at 1, not defined (NaN) at 0."""
    z = norm.ppf((1 + level) / 2)
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


def _crossing(time: Floats, failed: Floats, p: float) -> float:
    """Return the time at which `failed` reaches p: the middle of the step if it stays there."""
    reached = np.flatnonzero(failed >= p - _TOLERANCE)
    if reached.size == 0:
        return np.inf
    passed = np.flatnonzero(failed >= p + _TOLERANCE)
    stays = failed[reached[0]] < p + _TOLERANCE
    if not stays:
        return float(time[reached[0]])
    if passed.size:
        return float(time[reached[0]] + time[passed[0]]) / 2
    # The curve ends at p: R takes the middle of its last step, unless the limit breaks off.
    return np.inf if np.isnan(failed[-1]) else float(time[reached[0]] + time[-1]) / 2


@dataclass(frozen=True, repr=False)
class SurvivalCurves(Result):
    """Kaplan-Meier curves by group.

    Attributes
    ----------
    curves : tuple of Curve
        One for each group.
    ci, level
        Type and level of the intervals.
    by, duration, event
        Names of the columns.
    """

    curves: tuple[Curve, ...]
    ci: str
    level: float
    by: str | None
    duration: str
    event: str

    @property
    def groups(self) -> tuple[Any, ...]:
        """Labels of the groups."""
        return tuple(curve.label for curve in self.curves)

    def at(self, times: object) -> pd.DataFrame:
        """Read the curves and the counts at given times.

        Parameters
        ----------
        times : float or sequence of float
            On the clock of the data.

        Returns
        -------
        DataFrame
            ``group, time, at_risk, censored, events, survival, se, ci_low, ci_high,
            at_risk_before``. Censored and events are cumulative; at_risk are those followed beyond
            the time, so that without delayed entry the three add up to n. at_risk_before (R's
            ``n.risk``) counts those who leave at the time itself too. Survival is NaN where
            nobody of the group was followed so long, unless it had reached zero; its error and
            limits are not defined at zero either.

        Examples
        --------
        >>> import pandas as pd
        >>> from dsrct_edu.analysis import kaplan_meier
        >>> data = pd.DataFrame({"duration": [6, 6, 7, 10], "event": [1, 0, 1, 0]})
        >>> kaplan_meier(data).at([6, 8])[["time", "at_risk", "censored", "events", "survival"]]
           time  at_risk  censored  events  survival
        0   6.0        2         1       1     0.750
        1   8.0        1         1       2     0.375
        """
        values = inputs.check_times(times)
        tables = [curve.read(values, self.ci, self.level) for curve in self.curves]
        return pd.concat(tables, ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """Return the curves at time zero and wherever somebody leaves; columns as in `at`."""
        tables = [
            curve.read(np.union1d(0.0, curve.times), self.ci, self.level) for curve in self.curves
        ]
        return pd.concat(tables, ignore_index=True)

    def quantile(self, p: float) -> pd.DataFrame:
        """Return the time by which a share `p` of each group had the event.

        Where a curve runs level at 1 - p the middle of that step is taken, as R does; where it
        does not come down so far the time is infinite (not reached).

        Parameters
        ----------
        p : float
            Between 0 and 1.

        Returns
        -------
        DataFrame
            ``group, p, quantile, ci_low, ci_high``
        """
        share = inputs.check_number(p, "p", 0.0, 1.0)
        rows = [(c.label, share, *c.quantile(share, self.ci, self.level)) for c in self.curves]
        return pd.DataFrame(rows, columns=["group", "p", "quantile", "ci_low", "ci_high"])

    def median(self) -> pd.DataFrame:
        """Return the median of each group: ``group, median, ci_low, ci_high``."""
        return self.quantile(0.5).drop(columns="p").rename(columns={"quantile": "median"})

    def rmst(self, tau: float) -> pd.DataFrame:
        """Return the restricted mean survival time: the mean time alive within the first `tau`.

        Parameters
        ----------
        tau : float
            Horizon, no longer than the longest follow-up in any group.

        Returns
        -------
        DataFrame
            ``group, rmst, se, ci_low, ci_high``

        References
        ----------
        Royston & Parmar 2013, https://doi.org/10.1186/1471-2288-13-152
        """
        horizon = inputs.check_number(tau, "tau", 0.0)
        z = norm.ppf((1 + self.level) / 2)
        rows = []
        for curve in self.curves:
            mean, se = curve.rmst(horizon)
            rows.append((curve.label, mean, se, mean - z * se, mean + z * se))
        return pd.DataFrame(rows, columns=["group", "rmst", "se", "ci_low", "ci_high"])

    def rmst_difference(self, tau: float) -> pd.DataFrame:
        """Return the difference in restricted mean survival time from the first group.

        Parameters
        ----------
        tau : float
            Horizon, no longer than the longest follow-up in any group.

        Returns
        -------
        DataFrame
            ``group, reference, difference, se, ci_low, ci_high, p_value``, a row for each group
            but the first.
        """
        if len(self.curves) < 2:
            raise InputError("at least 2 groups", "one curve", "Give `by` to kaplan_meier.")
        means = self.rmst(tau)
        z = norm.ppf((1 + self.level) / 2)
        difference = (means["rmst"] - means["rmst"].iloc[0]).iloc[1:]
        se = np.sqrt(means["se"] ** 2 + means["se"].iloc[0] ** 2).iloc[1:]
        table = {
            "group": means["group"].iloc[1:],
            "reference": means["group"].iloc[0],
            "difference": difference,
            "se": se,
            "ci_low": difference - z * se,
            "ci_high": difference + z * se,
            "p_value": _two_sided(difference.to_numpy(), se.to_numpy()),
        }
        return pd.DataFrame(table).reset_index(drop=True)

    def title(self) -> str:
        """Say what was estimated."""
        n = sum(float(curve.leaving.sum()) for curve in self.curves)
        events = sum(float(curve.counts.events.sum()) for curve in self.curves)
        return f"Kaplan-Meier: {plural(n, 'patient')}, {plural(events, 'event')}"

    def summary(self) -> pd.DataFrame:
        """Return ``group, n, events, median, ci_low, ci_high``."""
        table = self.median()
        table.insert(1, "n", [float(c.leaving.sum()) for c in self.curves])
        table.insert(2, "events", [float(c.counts.events.sum()) for c in self.curves])
        return table

    def plot(self, **options: Any) -> Figure:
        """Draw the curves with their intervals and the table of counts.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.survival_curves`.
        """
        from dsrct_edu.figures import survival_curves

        curves = self.to_frame()
        return survival_curves(curves, self.at(_ticks(float(curves["time"].max()))), **options)


def _two_sided(estimate: Floats, se: Floats) -> Floats:
    z = np.divide(estimate, se, out=np.zeros_like(estimate), where=se > 0)
    return np.asarray(2 * norm.sf(np.abs(z)))


def _ticks(longest: float) -> Floats:
    """Round times for the table of counts: five to ten, months in whole years where that fits."""
    steps = [1, 2, 3, 6, 12, 24, 36, 60, 120, 365, 730, 1825, 3650]
    step = next((s for s in steps if longest / s <= 8), 10 ** np.ceil(np.log10(longest / 8)))
    return np.arange(0.0, longest + 1e-9, step)


def kaplan_meier(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "event",
    by: str | None = None,
    entry: str | None = None,
    weights: str | None = None,
    ci: str = "log-log",
    level: float = 0.95,
) -> SurvivalCurves:
    """Estimate survival by group (Kaplan-Meier).

    Parameters
    ----------
    data : DataFrame
        One row per patient, or several where patients come and go.
    duration, event : str
        Columns: time under observation; whether it ended with the event (bool or 0/1).
    by : str, optional
        Column of groups.
    entry : str, optional
        Column of times of entry, if patients come under observation late.
    weights : str, optional
        Column of case weights. Whole numbers count as so many patients; with any others the
        standard errors are robust (infinitesimal jackknife, every row a patient), as in R. Rows
        of weight zero count as absent.
    ci : {"log-log", "log", "plain"}
        Scale of the pointwise intervals.
    level : float
        Level of the intervals.

    Returns
    -------
    SurvivalCurves

    Raises
    ------
    InputError
        If a column is missing, or holds what cannot be a time, an event, a group or a weight.

    References
    ----------
    Kaplan & Meier 1958, https://doi.org/10.1080/01621459.1958.10501452

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import kaplan_meier
    >>> data = pd.DataFrame({"duration": [2, 4, 4, 7, 9, 12], "event": [1, 1, 0, 1, 0, 0]})
    >>> kaplan_meier(data)
    Kaplan-Meier: 6 patients, 3 events
    group n events median ci_low     ci_high
      all 6      3      7      2 not reached
    """
    table = inputs.check_table(data)
    time = inputs.check_durations(table, duration)
    happened = inputs.check_events(table, event)
    start = None if entry is None else inputs.check_entry(table, entry, time)
    weight = None if weights is None else inputs.check_weights(table, weights)
    groups = inputs.check_groups(table, by)
    inputs.check_choice(ci, _INTERVALS, "ci")
    inputs.check_number(level, "level", 0.0, 1.0)
    curves = []
    for code, label in enumerate(groups.labels):
        member = groups.codes == code
        if weight is not None:
            member &= weight > 0
            if not member.any():
                raise InputError(
                    f"some weight above zero in group {label!r}",
                    "only zeros",
                    "Leave this group out.",
                    weights,
                )
        curves.append(_curve(label, member, time, happened, start, weight))
    return SurvivalCurves(tuple(curves), ci, level, by, duration, event)


def _curve(
    label: Any,
    member: Booleans,
    time: Floats,
    event: Booleans,
    entry: Floats | None,
    weights: Floats | None,
) -> Curve:
    def pick(values: Any) -> Any:
        return None if values is None else values[member][None]

    grid = kernels.time_grid(pick(time), pick(entry))
    counts = kernels.count_events(grid, pick(event), pick(weights))
    return Curve(label, grid, pick(event), pick(weights), counts)


def follow_up(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "event",
    by: str | None = None,
    ci: str = "log-log",
    level: float = 0.95,
) -> SurvivalCurves:
    """Estimate how long patients were followed (reverse Kaplan-Meier).

    Events and censorings change places: the curve shows who would still be under observation had
    nobody had the event, and its median is the median follow-up.

    Parameters
    ----------
    data, duration, event, by, ci, level
        As for `kaplan_meier`.

    Returns
    -------
    SurvivalCurves

    References
    ----------
    Schemper & Smith 1996, https://doi.org/10.1016/0197-2456(96)00075-X

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import follow_up
    >>> data = pd.DataFrame({"duration": [2, 4, 5, 7, 9, 12], "event": [1, 1, 0, 1, 0, 0]})
    >>> follow_up(data).median()
      group  median  ci_low  ci_high
    0   all     9.0     5.0      inf
    """
    table = inputs.check_table(data)
    censored = ~inputs.check_events(table, event)
    return kaplan_meier(table.assign(**{event: censored}), duration, event, by, ci=ci, level=level)


@dataclass(frozen=True, repr=False)
class LogrankResult(Result):
    """Log-rank test: statistic, degrees of freedom, p value, and a table by group."""

    statistic: float
    degrees_of_freedom: int
    p_value: float
    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return ``group, n, observed, expected``."""
        return self.table.copy()

    def title(self) -> str:
        """Say the result."""
        p = "p < 0.0001" if self.p_value < 1e-4 else f"p = {self.p_value:.4f}"
        return (
            f"Log-rank test: chi-square {self.statistic:.4g} on {self.degrees_of_freedom} df, {p}"
        )

    def summary(self) -> pd.DataFrame:
        """Return the table by group."""
        return self.table

    def plot(self, **options: Any) -> Figure:
        """Draw observed over expected events by group as a forest."""
        from dsrct_edu.figures import forest

        ratio = self.table["observed"] / self.table["expected"]
        half = norm.ppf(0.975) / np.sqrt(self.table["observed"].clip(lower=1))
        table = pd.DataFrame(
            {
                "label": self.table["group"].astype(str),
                "estimate": ratio,
                "ci_low": ratio * np.exp(-half),
                "ci_high": ratio * np.exp(half),
            }
        )
        return forest(table, **options)


def logrank(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "event",
    by: str = "group",
    strata: str | None = None,
) -> LogrankResult:
    """Compare survival between groups (log-rank test).

    Parameters
    ----------
    data : DataFrame
        One row per patient.
    duration, event : str
        Columns: time under observation; whether it ended with the event (bool or 0/1).
    by : str
        Column of groups, at least two.
    strata : str, optional
        Column of strata: patients are compared within them only.

    Returns
    -------
    LogrankResult

    Raises
    ------
    InputError
        If there are fewer than two groups, no event, or never two groups at risk together.

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import logrank
    >>> data = pd.DataFrame({"duration": [1, 3, 4, 5, 6, 8], "event": [1, 1, 1, 1, 0, 0],
    ...                      "arm": ["a", "a", "b", "a", "b", "b"]})
    >>> logrank(data, by="arm")
    Log-rank test: chi-square 2.557 on 1 df, p = 0.1098
    group  n  observed expected
        a  3         3    1.483
        b  3         1    2.517
    """
    table = inputs.check_table(data)
    time = inputs.check_durations(table, duration)
    happened = inputs.check_events(table, event)
    groups = inputs.check_groups(table, by, at_least=2)
    if not happened.any():
        raise InputError("at least one event", "none", "Nothing can be compared.", event)
    stratum = None if strata is None else inputs.check_groups(table, strata).codes[None]
    grid = kernels.time_grid(time[None], strata=stratum)
    score, covariance = kernels.logrank_scores(
        grid, happened[None], groups.codes[None], len(groups)
    )
    statistic = float(kernels.chi_square(score, covariance)[0])
    if np.isnan(statistic):
        raise InputError(
            "every group to be at risk together with another at some event",
            "a group that never is",
            "Leave that group out, or check the times.",
            by,
        )
    observed = np.bincount(groups.codes, happened, len(groups))
    counts = {
        "group": list(groups.labels),
        "n": np.bincount(groups.codes, minlength=len(groups)),
        "observed": observed.astype(np.int64),
        "expected": observed - score[0],
    }
    df = len(groups) - 1
    return LogrankResult(statistic, df, float(chi2.sf(statistic, df)), pd.DataFrame(counts))
