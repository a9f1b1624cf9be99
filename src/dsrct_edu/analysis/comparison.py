"""The log-rank test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from dsrct_edu import wording
from dsrct_edu.analysis import inputs, kernels
from dsrct_edu.analysis.results import Result
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import LEVEL_Z

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure


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
        p = wording.p_value(self.p_value)
        return (
            f"Log-rank test: chi-square {wording.plain(self.statistic, 2)} on "
            f"{self.degrees_of_freedom} df, p {p if p.startswith('<') else f'= {p}'}"
        )

    def summary(self) -> pd.DataFrame:
        """Return the table by group."""
        return self.table

    def plot(self, **options: Any) -> Figure:
        """Draw observed over expected events by group as a forest."""
        from dsrct_edu.figures import forest

        ratio = self.table["observed"] / self.table["expected"]
        factor = np.exp(LEVEL_Z / np.sqrt(self.table["observed"].clip(lower=1)))
        table = {"label": self.table["group"].astype(str), "estimate": ratio}
        limits = {"ci_low": ratio / factor, "ci_high": ratio * factor}
        return forest(pd.DataFrame(table | limits), **options)


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
    Log-rank test: chi-square 2.56 on 1 df, p = 0.110
    group n observed expected
        a 3        3     1.48
        b 3        1     2.52
    """
    table, time, happened = inputs.check_outcome(data, duration, event)
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
        expected = "every group to be at risk together with another at some event"
        remedy = "Leave that group out, or check the times."
        raise InputError(expected, "a group that never is", remedy, by)
    observed = np.bincount(groups.codes, happened, len(groups))
    counts = {
        "group": list(groups.labels),
        "n": np.bincount(groups.codes, minlength=len(groups)),
        "observed": observed.astype(np.int64),
        "expected": observed - score[0],
    }
    df = len(groups) - 1
    return LogrankResult(statistic, df, float(chdtrc(df, statistic)), pd.DataFrame(counts))
