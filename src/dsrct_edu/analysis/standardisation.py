"""Curves of a Cox model, standardised over the confounders (g-computation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from dsrct_edu import checks, wording
from dsrct_edu.analysis import inputs, kernels
from dsrct_edu.analysis.design import check_varies, design_matrix, with_treatment
from dsrct_edu.analysis.partial_likelihood import cox_data, cox_fit
from dsrct_edu.analysis.resampling import bootstrap_limits, curve_table, trusted
from dsrct_edu.analysis.results import CurveTable
from dsrct_edu.arrays import Flags, Floats
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
    """

    treatment: str
    resamples: int
    failed: int
    n: int

    def title(self) -> str:
        """Say what was estimated."""
        patients = wording.counted(self.n, "patient")
        return f"Curves standardised over {patients}, with and without {self.treatment}"

    def summary(self) -> pd.DataFrame:
        """Return survival at the last time."""
        return self.at(float(self.curves["time"].max()))

    def note(self) -> str:
        """Count the resamples that failed."""
        return (
            f"{self.failed} of {self.resamples} resamples did not converge." if self.failed else ""
        )


def _averaged(
    time: Floats, event: Flags, design: Floats, times: Floats, weights: Floats
) -> tuple[Floats, bool]:
    """Fit a Cox model and average its curves with the treatment set to 1 and to 0.

    Returns
    -------
    curves : array (2, times)
    converged : bool
    """
    grid = kernels.time_grid(time[None])
    data = cox_data(grid, event[None], design[None], weights[None])
    fit = cox_fit(data)
    hazard = np.append(0.0, np.cumsum(data.moments(fit.coef).hazard[0]))
    hazard = hazard[np.searchsorted(grid.time[0], times, side="right")]
    averaged = []
    for arm in (1.0, 0.0):
        x = design.copy()
        x[:, 0] = arm
        risk, share = np.unique(np.exp(x @ fit.coef[0]), return_inverse=True)
        total = np.bincount(share, weights)
        averaged.append(np.exp(-np.outer(hazard, risk)) @ total / total.sum())
    return np.stack(averaged), bool(fit.converged[0])


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
    time = kernels.tie_near_times(time[None])[0]
    times = np.union1d(0.0, time)
    curves = partial(_averaged, time, happened, design.matrix, times)
    estimate, converged = curves(np.ones(len(table)))
    if not converged:
        expected, found = "a Cox model that converges", "a likelihood without a maximum"
        remedy = "Use fewer confounders, or look for groups without events."
        raise InputError(expected, found, remedy)
    generator, n = np.random.default_rng(rng), len(table)
    drawn = [
        # narrowed after the draw: `dtype=np.intp` would draw other numbers
        curves(np.bincount(generator.integers(0, n, n).astype(np.intp), minlength=n).astype(float))
        for _ in range(number)
    ]
    kept = np.array([each for each, fine in drawn if fine]).reshape(-1, *estimate.shape)
    fine = trusted(kept, number)
    limits = [bootstrap_limits(fine[:, arm], level) for arm in range(2)]
    averaged = curve_table(GROUPS, times, estimate, limits)
    return StandardisedCurves(averaged, treatment, number, number - len(kept), n)
