"""Survival curves by group, and how long patients were followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from dsrct_edu import checks, wording
from dsrct_edu.analysis import inputs, kernels
from dsrct_edu.analysis.causal import Weights
from dsrct_edu.analysis.curve import INTERVALS, Curve
from dsrct_edu.analysis.resampling import two_sided
from dsrct_edu.analysis.results import Result, fixed_at_zero
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure


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
        return self._read([values] * len(self.curves))

    def to_frame(self) -> pd.DataFrame:
        """Return the curves at time zero and wherever somebody leaves; columns as in `at`."""
        return self._read([np.union1d(0.0, curve.times) for curve in self.curves])

    def _read(self, times: Sequence[Floats]) -> pd.DataFrame:
        """Read each curve at its own times."""
        parts = [
            curve.read(at, self.ci, self.level)
            for curve, at in zip(self.curves, times, strict=True)
        ]
        labels = pd.Series(self.groups).repeat([at.size for at in times])
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return pd.DataFrame({"group": labels.to_numpy(), **columns})

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
        share = checks.between(p, "p", 0, 1)
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

        Notes
        -----
        With weights that are no whole numbers the error is the infinitesimal jackknife, as that of
        the curve. On purpose it is not that of R's ``print(fit, rmean =)``, which keeps Greenwood's
        formula: that takes weights for numbers of patients.

        References
        ----------
        Royston & Parmar 2013, https://doi.org/10.1186/1471-2288-13-152
        """
        horizon = checks.positive(tau, "tau")
        z = ndtri((1 + self.level) / 2)
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
            but the first. Without an error (in both groups all or none had the event at once)
            there is no p value.
        """
        if len(self.curves) < 2:
            raise InputError("at least 2 groups", "one curve", "Give `by` to kaplan_meier.")
        means = self.rmst(tau)
        z = ndtri((1 + self.level) / 2)
        difference = (means["rmst"] - means["rmst"].iloc[0]).iloc[1:]
        se = np.sqrt(means["se"] ** 2 + means["se"].iloc[0] ** 2).iloc[1:]
        if self.curves[0].through is not None:  # groups share what they owe to the propensity
            first, *others = (curve.rmst_influence(float(tau)) for curve in self.curves)
            se = pd.Series([np.sqrt(((x - first) ** 2).sum()) for x in others], se.index)
        table = {
            "group": means["group"].iloc[1:],
            "reference": means["group"].iloc[0],
            "difference": difference,
            "se": se,
            "ci_low": difference - z * se,
            "ci_high": difference + z * se,
            "p_value": two_sided(difference.to_numpy(), se.to_numpy()),
        }
        return pd.DataFrame(table).reset_index(drop=True)

    def title(self) -> str:
        """Say what was estimated."""
        n = sum(float(curve.leaving.sum()) for curve in self.curves)
        events = sum(float(curve.counts.events.sum()) for curve in self.curves)
        return f"Kaplan-Meier: {wording.counted(n, 'patient')}, {wording.counted(events, 'event')}"

    def summary(self) -> pd.DataFrame:
        """Return ``group, n, events, median, ci_low, ci_high``."""
        table = self.median()
        table.insert(1, "n", [float(c.leaving.sum()) for c in self.curves])
        table.insert(2, "events", [float(c.counts.events.sum()) for c in self.curves])
        return table

    def note(self) -> str:
        """Say which curves late entries can no longer change."""
        return fixed_at_zero(
            {str(c.label): (c.grid.time[0], c.survival, c.leaving) for c in self.curves}
        )

    def plot(self, **options: Any) -> Figure:
        """Draw the curves with their intervals and the table of counts.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.survival_curves`.
        """
        from dsrct_edu.figures import survival_curves
        from dsrct_edu.figures.tables import said_groups

        curves = said_groups(self.to_frame(), self.by)
        return survival_curves(
            curves,
            lambda times: said_groups(self.at(times), self.by),
            **{"level": self.level, **options},
        )


def kaplan_meier(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "event",
    by: str | None = None,
    entry: str | None = None,
    weights: str | Weights | None = None,
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
        Column of times of entry, if patients come under observation late. If an early risk set
        runs empty the curve stays at zero, as in R, and the result says so.
    weights : str or Weights, optional
        Column of case weights. Whole numbers count as so many patients; with any others the
        standard errors are robust (infinitesimal jackknife, every row a patient), as in R. Rows
        of weight zero count as absent. What `propensity` returned may be given as it is: the
        standard errors then count, too, that the weights were estimated.
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
    table, time, happened = inputs.check_outcome(data, duration, event)
    start = None if entry is None else inputs.check_entry(table, entry, time)
    name = "weight" if isinstance(weights, Weights) else weights
    if isinstance(weights, Weights):
        weight: Floats | None = weights.of(table)
    else:
        weight = None if weights is None else inputs.check_weights(table, weights)
    groups = inputs.check_groups(table, by)
    checks.one_of(ci, INTERVALS, "ci")
    checks.between(level, "level", 0, 1)
    tied, recorded = start is not None or len(groups) > 1, time
    if start is not None:
        time, start = inputs.tie_spans(table, time, start, weight, entry)
    elif tied:
        time = inputs.tie_times(time, weight)
    robust = weight is not None and bool((weight != np.floor(weight)).any())
    curves = []
    for label, member in inputs.by_group(groups, weight, name):
        curve = _curve(label, member, (time, start, tied), happened, weight)
        through = _through(weights, member) if isinstance(weights, Weights) else None
        end, robust = float(recorded[member].max()), robust or through is not None
        curves.append(replace(curve, end=end, robust=robust, through=through))
    return SurvivalCurves(tuple(curves), ci, level, by, duration, event)


def _curve(
    label: Any,
    member: Flags,
    times: tuple[Floats, Floats | None, bool],
    event: Flags,
    weights: Floats | None,
) -> Curve:
    def pick(values: Any) -> Any:
        return None if values is None else values[member][None]

    time, entry, tied = times
    grid = kernels.time_grid(pick(time), pick(entry), tied=tied)
    counts = kernels.count_events(grid, pick(event), pick(weights))
    return Curve(label, grid, pick(event), pick(weights), counts)


def _through(weights: Weights, member: Flags) -> Callable[[Floats], Floats]:
    """Return how estimates of a group depend on all patients through estimated weights."""

    def through(own: Floats) -> Floats:
        known = np.zeros((member.size, own.shape[1]))
        known[member] = own
        return known + weights.owed(known)

    return through


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
