"""Curves of a Cox model, standardised over the confounders (g-computation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsrct_edu.analysis import inputs, kernels
from dsrct_edu.analysis.kernels import Booleans, Floats
from dsrct_edu.analysis.partial_likelihood import cox_data, cox_fit
from dsrct_edu.analysis.regression import check_varies, design_matrix
from dsrct_edu.analysis.results import Result, plural
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure


@dataclass(frozen=True, repr=False)
class StandardisedCurves(Result):
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

    curves: pd.DataFrame
    treatment: str
    resamples: int
    failed: int
    n: int

    def to_frame(self) -> pd.DataFrame:
        """Return the curves."""
        return self.curves.copy()

    def at(self, times: object) -> pd.DataFrame:
        """Read the curves at `times`; columns as in `curves`."""
        values = inputs.check_times(times)
        parts = []
        for _, part in self.curves.groupby("group", sort=False):
            index = np.searchsorted(part["time"], values, side="right") - 1
            parts.append(part.iloc[index].assign(time=values))
        return pd.concat(parts, ignore_index=True)

    def title(self) -> str:
        """Say what was estimated."""
        patients = plural(self.n, "patient")
        return f"Curves standardised over {patients}, with and without {self.treatment}"

    def summary(self) -> pd.DataFrame:
        """Return survival at the last time."""
        return self.at(float(self.curves["time"].max()))

    def note(self) -> str:
        """Count the resamples that failed."""
        return (
            f"{self.failed} of {self.resamples} resamples did not converge." if self.failed else ""
        )

    def plot(self, **options: Any) -> Figure:
        """Draw the two curves.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.survival_curves`.
        """
        from dsrct_edu.figures import survival_curves

        curves = self.curves if self.resamples else self.curves[["group", "time", "survival"]]
        return survival_curves(curves, **options)


@dataclass(frozen=True)
class _Standardiser:
    """Fits a Cox model and averages its curves with the treatment set to 1 and to 0."""

    time: Floats
    event: Booleans
    design: Floats = field(repr=False)
    level: Floats

    def curves(self, weights: Floats) -> tuple[Floats, bool]:
        """Return curves (2, times) at `level`, and whether the model converged."""
        grid = kernels.time_grid(self.time[None])
        data = cox_data(grid, self.event[None], self.design[None], weights[None])
        fit = cox_fit(data)
        moments = data.moments(fit.coef)
        hazard = np.append(0.0, np.cumsum(moments.hazard[0]))
        hazard = hazard[np.searchsorted(grid.time[0], self.level, side="right")]
        averaged = []
        for arm in (1.0, 0.0):
            x = self.design.copy()
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
    table = inputs.check_table(data)
    time = inputs.check_durations(table, duration)
    happened = inputs.check_events(table, event)
    inputs.check_events(table, treatment)
    if not happened.any():
        raise InputError("at least one event", "none", "No hazard can be estimated.", event)
    number = inputs.check_number(resamples, "resamples", 0, 1e6, open_ends=False)
    z = inputs.check_number(level, "level", 0.0, 1.0)
    names = [treatment, *inputs.check_names(confounders, "confounders")]
    design = design_matrix(table, names)
    check_varies(design, np.ones(len(table), dtype=bool), table)
    grid = np.union1d(0.0, time)
    model = _Standardiser(time, happened, design.matrix, grid)
    estimate, converged = model.curves(np.ones(len(table)))
    if not converged:
        raise InputError(
            "a Cox model that converges",
            "a likelihood without a maximum",
            "Use fewer confounders, or look for groups without events.",
        )
    generator = np.random.default_rng(rng)
    n = len(table)
    drawn = [
        model.curves(np.bincount(generator.integers(0, n, n), minlength=n).astype(float))
        for _ in range(int(number))
    ]
    kept = np.array([curves for curves, fine in drawn if fine])
    return StandardisedCurves(
        _curve_table(estimate, kept, grid, z), treatment, len(drawn), len(drawn) - len(kept), n
    )


def _curve_table(estimate: Floats, kept: Floats, time: Floats, level: float) -> pd.DataFrame:
    tables = []
    for arm, label in enumerate(("treated", "untreated")):
        se, low, high = bootstrap_limits(kept[:, arm] if len(kept) else kept, level, time.size)
        table = {
            "group": label,
            "time": time,
            "survival": estimate[arm],
            "se": se,
            "ci_low": low,
            "ci_high": high,
        }
        tables.append(pd.DataFrame(table))
    return pd.concat(tables, ignore_index=True)


def bootstrap_limits(drawn: Floats, level: float, size: int) -> tuple[Floats, Floats, Floats]:
    """Return standard error and percentile limits over the first axis; NaN without resamples."""
    if len(drawn) < 2:
        missing = np.full(size, np.nan)
        return missing, missing, missing
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return drawn.std(axis=0, ddof=1), low, high
