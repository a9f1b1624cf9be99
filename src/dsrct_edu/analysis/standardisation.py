"""Curves of a Cox model, standardised over the confounders (g-computation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dsrct_edu import checks, wording
from dsrct_edu.analysis import inputs, kernels
from dsrct_edu.analysis.curve import check_tau
from dsrct_edu.analysis.design import check_varies, design_matrix, with_treatment
from dsrct_edu.analysis.outcome_model import OutcomeModel, fit_outcome
from dsrct_edu.analysis.resampling import (
    bootstrap_limits,
    curve_table,
    normal_limits,
    trusted,
    two_sided,
)
from dsrct_edu.analysis.results import CurveTable
from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError

GROUPS = ("treated", "untreated")


@dataclass(frozen=True, repr=False)
class StandardisedCurves(CurveTable):
    """Survival had everybody been treated, and had nobody been.

    Attributes
    ----------
    curves : DataFrame
        ``group, time, survival, se, ci_low, ci_high`` at every distinct time; errors and limits
        from the bootstrap, NaN without.
    treatment : str
    resamples, failed : int
        Bootstrap resamples, and those of them whose model did not converge (left out).
    n : int
        Patients.
    level : float
        Level of the intervals.
    confounders : tuple of str
        Columns of the outcome model beside the treatment.
    model : OutcomeModel
        The Cox model that was averaged, as arrays.
    """

    treatment: str
    resamples: int
    failed: int
    n: int
    level: float
    confounders: tuple[str, ...]
    model: OutcomeModel = field(repr=False)
    _end: float = field(repr=False)  # of follow-up, as it was recorded

    def rmst_difference(self, tau: float) -> pd.DataFrame:
        """Return the difference in restricted mean survival time, had all been treated or none.

        The error comes from influence functions: patients are a sample, and the outcome model is
        estimated. The interval is normal.

        Parameters
        ----------
        tau : float
            Horizon, no longer than the follow-up.

        Returns
        -------
        DataFrame
            ``group, reference, difference, se, ci_low, ci_high, p_value``, one row.
        """
        horizon = checks.positive(tau, "tau")
        time = self.model.data.grid.time[0]
        check_tau(horizon, self._end)
        width = np.diff(np.minimum(time, horizon), append=horizon)
        table = self._differences(width[None])
        p_value = two_sided(table["difference"].to_numpy(), table["se"].to_numpy())
        return table.assign(p_value=p_value)

    def survival_difference(self, times: object) -> pd.DataFrame:
        """Return the difference in survival at given times; errors as in `rmst_difference`.

        Parameters
        ----------
        times : float or sequence of float

        Returns
        -------
        DataFrame
            ``group, reference, time, difference, se, ci_low, ci_high``; NaN beyond follow-up.
        """
        values = inputs.check_times(times)
        grid = self.model.data.grid
        rows = (np.arange(grid.time.size) == grid.index(values)[0][:, None]).astype(np.float64)
        table = self._differences(rows)
        table.insert(2, "time", values)
        table.loc[values > self._end, ["difference", "se", "ci_low", "ci_high"]] = np.nan
        return table

    def _differences(self, rows: Floats) -> pd.DataFrame:
        (one, zero), (by_one, by_zero) = self.model.functionals(rows)
        se = np.sqrt(((by_one - by_zero) ** 2).sum(axis=0))
        names = {"group": GROUPS[0], "reference": GROUPS[1], "difference": one - zero}
        return pd.DataFrame(names | normal_limits(one - zero, se, self.level))

    def title(self) -> str:
        """Say what was estimated."""
        patients = wording.counted(self.n, "patient")
        return f"Curves standardised over {patients}, with and without {self.treatment}"

    def summary(self) -> pd.DataFrame:
        """Return survival at the last time."""
        return self.at(float(self.curves["time"].max()))

    def note(self) -> str:
        """Count the resamples that failed."""
        if not self.failed:
            return ""
        text = f"{self.failed} of {self.resamples} resamples did not converge."
        more = 10 * self.failed > self.resamples
        return f"{text} That is more than a tenth, so there are no limits." if more else text


def standardised_curves(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "event",
    treatment: str = "hipec",
    confounders: Sequence[str] | str = (),
    resamples: int = 0,
    rng: np.random.Generator | int = 0,
    level: float = 0.95,
) -> StandardisedCurves:
    """Average the curves of a Cox model over everybody's confounders (g-computation).

    Parameters
    ----------
    data : DataFrame
        One row per patient.
    duration, event : str
        Columns: time under observation; whether it ended with the event.
    treatment : str
        Column: treated or not (bool or 0/1).
    confounders : list of str
        Columns of numbers, booleans or categories.
    resamples : int
        Bootstrap resamples of patients for errors and percentile limits; none by default.
    rng : Generator or int
        Random numbers for the bootstrap, or their seed.
    level : float
        Level of the intervals.

    Returns
    -------
    StandardisedCurves
        Groups ``treated`` and ``untreated``.

    Raises
    ------
    InputError
        If a column is malformed, no event is left, or the model does not converge.

    References
    ----------
    Denz, Klaaßen-Mielke & Timmesfeld 2023, https://doi.org/10.1002/sim.9681

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import standardised_curves
    >>> data = pd.DataFrame({"duration": [3, 5, 6, 8, 9, 12, 14, 15],
    ...                      "event": [1, 1, 0, 1, 1, 0, 1, 0],
    ...                      "hipec": [0, 1, 0, 0, 1, 1, 0, 1],
    ...                      "age": [30, 41, 22, 35, 19, 27, 25, 33]})
    >>> standardised_curves(data, confounders=["age"]).at(9)[["group", "survival"]].round(2)
           group  survival
    0    treated      0.61
    1  untreated      0.30
    """
    table, time, happened = inputs.check_outcome(data, duration, event)
    treated = inputs.check_events(table, treatment)
    if not happened.any():
        raise InputError("at least one event", "none", "No hazard can be estimated.", event)
    number = checks.whole(resamples, "resamples", 0, 1_000_000)
    checks.between(level, "level", 0, 1)
    design = with_treatment(treatment, treated, design_matrix(table, confounders, "confounders"))
    check_varies(design, np.ones(len(table), dtype=bool))
    end, time = float(time.max()), kernels.tie_near_times(time[None])[0]
    times = np.union1d(0.0, time)
    model = fit_outcome(time, happened, design.matrix, np.ones(len(table)))
    if not model.converged:
        expected, found = "a Cox model that converges", "a likelihood without a maximum"
        remedy = "Use fewer confounders, or look for groups without events."
        raise InputError(expected, found, remedy)
    generator, n = checks.generator(rng, "rng"), len(table)
    drawn = []
    for _ in range(number):
        # narrowed after the draw: `dtype=np.intp` would draw other numbers
        rows = generator.integers(0, n, n).astype(np.intp)
        counts = np.bincount(rows, minlength=n).astype(np.float64)
        again = fit_outcome(time, happened, design.matrix, counts)
        drawn += [again.curves(times)] if again.converged else []
    kept = np.array(drawn).reshape(-1, 2, times.size)
    fine = trusted(kept, number)
    limits = [bootstrap_limits(fine[:, arm], level) for arm in range(2)]
    averaged = curve_table(GROUPS, times, model.curves(times), limits)
    return StandardisedCurves(
        averaged, treatment, number, number - len(kept), n, level, design.names[1:], model, end
    )
