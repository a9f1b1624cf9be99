"""What bootstrap resamples of patients say about a curve: errors and percentile limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dsrct_edu.arrays import Floats


def bootstrap_limits(drawn: Floats, level: float) -> dict[str, Floats]:
    """Return ``se, ci_low, ci_high`` over the first axis; NaN with fewer than two resamples.

    Examples
    --------
    >>> bootstrap_limits(np.array([[1.0], [2.0], [3.0]]), 0.9)["se"]
    array([1.])
    """
    if len(drawn) < 2:
        return dict.fromkeys(("se", "ci_low", "ci_high"), np.full(drawn.shape[1:], np.nan))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return {"se": drawn.std(axis=0, ddof=1), "ci_low": low, "ci_high": high}


def curve_table(
    groups: Sequence[str], time: Floats, survival: Floats, drawn: Floats, level: float
) -> pd.DataFrame:
    """Return curves as a table, for `dsrct_edu.analysis.results.CurveTable`.

    Parameters
    ----------
    groups : sequence of str
    time : array (times,)
    survival : array (groups, times)
    drawn : array (resamples, groups, times)
    level : float
    """
    tables = [
        pd.DataFrame(
            {"group": group, "time": time, "survival": survival[number]}
            | bootstrap_limits(drawn[:, number], level)
        )
        for number, group in enumerate(groups)
    ]
    return pd.concat(tables, ignore_index=True)
