"""Competing events as tables: cumulative incidence (by `incidence`), time lost, and 1 - KM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from dsrct_edu import checks, wording
from dsrct_edu.analysis import inputs, kernels
from dsrct_edu.analysis.incidence import IncidenceCurves, incidence_curves
from dsrct_edu.analysis.resampling import normal_limits, two_sided
from dsrct_edu.analysis.results import Result, fixed_at_zero
from dsrct_edu.arrays import Floats, Places
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure


@dataclass(frozen=True, repr=False)
class CumulativeIncidence(Result):
    """Aalen-Johansen estimates by group and cause.

    Attributes
    ----------
    curves : tuple of IncidenceCurves
    causes : tuple
        Labels of the causes, in order.
    level : float
    by : str or None
    """

    curves: tuple[IncidenceCurves, ...]
    causes: tuple[Any, ...]
    level: float
    by: str | None

    @property
    def groups(self) -> tuple[Any, ...]:
        """Labels of the groups."""
        return tuple(curve.label for curve in self.curves)

    def at(self, times: object) -> pd.DataFrame:
        """Read the curves at given times.

        Parameters
        ----------
        times : float or sequence of float

        Returns
        -------
        DataFrame
            ``group, cause, time, cumulative_incidence, se, ci_low, ci_high``. NaN where nobody of
            the group was followed so long while some were still free of any event. The limits are
            symmetric on the log scale (R's default), cut at 1; they are 0 where incidence is 0.
        """
        values = inputs.check_times(times)
        return pd.concat([self._read(c, values) for c in self.curves], ignore_index=True)

    def _read(self, curve: IncidenceCurves, times: Floats) -> pd.DataFrame:
        index = np.searchsorted(curve.time, times, side="right")
        before, found = np.zeros((len(self.causes), 1)), curve.estimate
        value = np.hstack([before, found.incidence[0]])[:, index]
        se = np.hstack([before, np.sqrt(found.variance[0])])[:, index]
        undefined = (times > curve.last) & (found.survival[0, -1] > 0)
        value[:, undefined] = se[:, undefined] = np.nan
        z = ndtri((1 + self.level) / 2)
        factor = np.exp(z * np.divide(se, value, out=np.zeros_like(se), where=value > 0))
        table = {
            "group": curve.label,
            "cause": pd.Index(self.causes).repeat(times.size),
            "time": np.tile(times, len(self.causes)),
            "cumulative_incidence": value.ravel(),
            "se": se.ravel(),
            "ci_low": (value / factor).ravel(),
            "ci_high": np.minimum(value * factor, 1.0).ravel(),
        }
        return pd.DataFrame(table)

    def to_frame(self) -> pd.DataFrame:
        """Return the curves at time zero and wherever somebody leaves; columns as in `at`."""
        left = [np.union1d(0.0, c.time[c.leaving > 0]) for c in self.curves]
        tables = [self._read(c, times) for c, times in zip(self.curves, left, strict=True)]
        return pd.concat(tables, ignore_index=True)

    def time_lost(self, tau: float) -> pd.DataFrame:
        """Return the mean time lost to each cause within the first `tau`.

        The area under its cumulative incidence. Over the causes these times and the restricted mean
        time free of any event add up to `tau`.

        Parameters
        ----------
        tau : float
            Horizon, no longer than the longest follow-up in any group.

        Returns
        -------
        DataFrame
            ``group, cause, months_lost, se, ci_low, ci_high``, in the unit of the data.

        References
        ----------
        Andersen 2013, https://doi.org/10.1002/sim.5903
        """
        horizon = checks.positive(tau, "tau")
        tables = []
        for curve in self.curves:
            lost, influence = curve.time_lost(horizon)
            se = np.sqrt((influence**2).sum(axis=1))
            columns = {"group": curve.label, "cause": self.causes, "months_lost": lost}
            tables.append(pd.DataFrame(columns | normal_limits(lost, se, self.level)))
        return pd.concat(tables, ignore_index=True)

    def time_lost_difference(self, tau: float) -> pd.DataFrame:
        """Return the difference in time lost to each cause from the first group.

        Parameters
        ----------
        tau : float
            Horizon, no longer than the longest follow-up in any group.

        Returns
        -------
        DataFrame
            ``group, reference, cause, difference, se, ci_low, ci_high, p_value``, rows for each
            group but the first.
        """
        if len(self.curves) < 2:
            raise InputError("at least 2 groups", "one curve", "Give `by` to aalen_johansen.")
        parts = [part for _, part in self.time_lost(tau).groupby("group", sort=False)]
        first, tables = parts[0], []
        for part in parts[1:]:
            one, zero = (p[["months_lost", "se"]].to_numpy(np.float64) for p in (part, first))
            difference, se = one[:, 0] - zero[:, 0], np.hypot(one[:, 1], zero[:, 1])
            names = {"group": part["group"].to_numpy(), "reference": first["group"].to_numpy()}
            columns = names | {"cause": self.causes, "difference": difference}
            limits = normal_limits(difference, se, self.level)
            tables.append(pd.DataFrame(columns | limits | {"p_value": two_sided(difference, se)}))
        return pd.concat(tables, ignore_index=True)

    def note(self) -> str:
        """Say which curves late entries can no longer change."""
        return fixed_at_zero(
            {str(c.label): (c.time, c.estimate.survival[0], c.leaving) for c in self.curves}
        )

    def beside_kaplan_meier(self, times: object, add_up: bool = False) -> pd.DataFrame:
        """Lay 1 - Kaplan-Meier, with the other causes censored, beside the right answer.

        The difference is what censoring a competing event pretends: that those who died could
        still recur. 1 - KM is never below the cumulative incidence, and over the causes it can
        add up to more than 1.

        Parameters
        ----------
        times : float or sequence of float
        add_up : bool, default False
            Add, for each group and time, a row ``still free`` (the same in both columns) and a row
            ``sum``: 1 for the right answer, and more for the other where causes compete.

        Returns
        -------
        DataFrame
            ``group, cause, time, cumulative_incidence, one_minus_km, difference``

        References
        ----------
        Austin, Lee & Fine 2016, https://doi.org/10.1161/CIRCULATIONAHA.115.017719
        """
        table = self.at(times)[["group", "cause", "time", "cumulative_incidence"]]
        values = inputs.check_times(times)
        naive = []
        for curve in self.curves:
            index = np.searchsorted(curve.time, values, side="right")
            naive += [np.append(0.0, row)[index] for row in curve.cause_specific]
        undefined = table["cumulative_incidence"].isna()
        table["one_minus_km"] = np.where(undefined, np.nan, np.concatenate(naive))
        if add_up:
            table = self._added_up(table, values)
        table["difference"] = table["one_minus_km"] - table["cumulative_incidence"]
        return table

    def _added_up(self, table: pd.DataFrame, times: Floats) -> pd.DataFrame:
        """Add who is still free, and the sums, below the causes of each group."""
        both = ["cumulative_incidence", "one_minus_km"]
        size = len(self.causes) * len(times)
        tables = []
        for number, curve in enumerate(self.curves):
            mine = table.iloc[number * size : (number + 1) * size]
            shares = mine[both].to_numpy(dtype=float).reshape(-1, len(times), 2)
            free = np.repeat(1.0 - shares[:, :, :1].sum(axis=0), 2, axis=1)
            added = {"still free": free, "sum": shares.sum(axis=0) + free}
            tables.append(mine)
            for label, values in added.items():
                rows = pd.DataFrame(values, columns=both)
                tables.append(rows.assign(group=curve.label, cause=label, time=times))
        return pd.concat(tables, ignore_index=True)[[*table.columns]]

    def people(self, time: float) -> pd.DataFrame:
        """Count the shares at a time as people out of 100, whole numbers that add up.

        Parameters
        ----------
        time : float

        Returns
        -------
        DataFrame
            ``panel, category, n``, as `dsrct_edu.figures.exits` and `people` take them: a category
            a cause, and ``still free`` last.

        Raises
        ------
        InputError
            If a group was not followed for as long.
        """
        from dsrct_edu.figures.tables import said_groups

        table = self.at([time])
        if table["cumulative_incidence"].isna().any():
            raise InputError(
                "a time at which every group is followed", f"{time:g}", argument="time"
            )
        rows = []
        for panel, mine in said_groups(table, self.by).groupby("group", sort=False):
            shares = mine["cumulative_incidence"].tolist()
            counts = wording.whole_parts([*shares, 1.0 - sum(shares)], 100)
            causes = [*mine["cause"], "still free"]
            rows += [(panel, cause, n) for cause, n in zip(causes, counts, strict=True)]
        return pd.DataFrame(rows, columns=["panel", "category", "n"])

    @cached_property
    def survival(self) -> pd.DataFrame:
        """Probability of no event yet: ``group, time, survival``."""
        tables = [
            pd.DataFrame({"group": c.label, "time": c.time, "survival": c.estimate.survival[0]})
            for c in self.curves
        ]
        return pd.concat(tables, ignore_index=True)

    def title(self) -> str:
        """Say what was estimated."""
        n = sum(c.n for c in self.curves)
        causes = wording.counted(len(self.causes), "cause")
        return f"Aalen-Johansen: {wording.counted(n, 'patient')}, {causes}"

    def summary(self) -> pd.DataFrame:
        """Return the number of events and the last estimate, by group and cause."""
        rows = [
            (c.label, cause, c.n, float(c.events[k]), c.last, c.estimate.incidence[0, k, -1])
            for c in self.curves
            for k, cause in enumerate(self.causes)
        ]
        columns = ["group", "cause", "n", "events", "time", "cumulative_incidence"]
        return pd.DataFrame(rows, columns=columns)

    def plot(self, **options: Any) -> Figure:
        """Draw the cumulative incidences.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.cumulative_incidence`.
        """
        from dsrct_edu.figures import cumulative_incidence
        from dsrct_edu.figures.tables import said_groups

        return cumulative_incidence(said_groups(self.to_frame(), self.by), **options)


def aalen_johansen(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "cause",
    by: str | None = None,
    entry: str | None = None,
    weights: str | None = None,
    censored: object = "censored",
    level: float = 0.95,
) -> CumulativeIncidence:
    """Estimate the cumulative incidence of competing events (Aalen-Johansen).

    Exact with ties; standard errors by the infinitesimal jackknife, in time linear in the number
    of distinct times.

    Parameters
    ----------
    data : DataFrame
        One row per patient.
    duration : str
        Column: time under observation.
    event : str
        Column: the cause that ended it, or `censored`.
    by : str, optional
        Column of groups.
    entry : str, optional
        Column of times of entry, if patients come under observation late; each row is a patient.
    weights : str, optional
        Column of case weights; rows of weight zero count as absent.
    censored : object
        Label of those without an event; None if nobody was censored.
    level : float
        Level of the intervals.

    Returns
    -------
    CumulativeIncidence

    Raises
    ------
    InputError
        If a column is missing or malformed, or nobody has the label `censored`.

    References
    ----------
    Putter, Fiocco & Geskus 2007, https://doi.org/10.1002/sim.2712

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import aalen_johansen
    >>> data = pd.DataFrame({"duration": [1, 2, 2, 3, 5],
    ...                      "cause": ["relapse", "death", "relapse", "censored", "death"]})
    >>> aalen_johansen(data).at(2)[["cause", "cumulative_incidence"]]
         cause  cumulative_incidence
    0    death                   0.2
    1  relapse                   0.4
    """
    table = inputs.check_table(data)
    time = inputs.check_durations(table, duration)
    start = None if entry is None else inputs.check_entry(table, entry, time)
    causes = inputs.check_causes(table, event, censored)
    weight = None if weights is None else inputs.check_weights(table, weights)
    groups = inputs.check_groups(table, by)
    checks.between(level, "level", 0, 1)
    if not causes.labels:
        raise InputError(
            "at least one cause", f"only {censored!r}", "No incidence can be estimated.", event
        )
    if weight is None:
        weight = np.ones(len(table))
    tied, recorded = start is not None or len(groups) > 1, time
    if start is not None:
        time, start = inputs.tie_spans(table, time, start, weight, entry)
    elif tied:
        time = inputs.tie_times(time, weight)
    curves = []
    for label, member in inputs.by_group(groups, weight, weights):
        own = (time, causes.codes, weight, *(() if start is None else (start,)))
        end = float(recorded[member].max())
        rows = (x[member][None] for x in own)
        curves.append(_curves(label, len(causes.labels), end, tied, *rows))
    return CumulativeIncidence(tuple(curves), causes.labels, level, by)


def _curves(
    label: Any,
    causes: int,
    end: float,
    tied: bool,
    time: Floats,
    cause: Places,
    weights: Floats,
    entry: Floats | None = None,
) -> IncidenceCurves:
    grid = kernels.time_grid(time, entry, tied=tied)
    cause_specific = [
        1.0 - kernels.survival(kernels.count_events(grid, cause == k + 1, weights))[0]
        for k in range(causes)
    ]
    return IncidenceCurves(
        label,
        grid,
        cause,
        weights,
        incidence_curves(grid, cause, causes, weights),
        np.stack(cause_specific),
        float(weights.sum()),
        np.bincount(cause[0], weights[0], causes + 1)[1:].astype(np.float64),
        end,
    )
