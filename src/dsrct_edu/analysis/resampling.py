"""Errors and limits of estimates and curves: from bootstrap resamples, or from standard errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from dsrct_edu.analysis.curve import confidence_limits
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


def trusted(drawn: Floats, number: int) -> Floats:
    """Return the resamples that did not fail, or none of them if more than a tenth failed.

    Those that fail are not like the others, so limits without them would be too narrow.
    """
    return drawn if 10 * (number - len(drawn)) <= number else drawn[:0]


def normal_limits(estimate: Floats, se: Floats, level: float) -> dict[str, Floats]:
    """Return ``se, ci_low, ci_high`` of a normal estimate; no error, no limits.

    Examples
    --------
    >>> normal_limits(np.array([2.0]), np.array([0.0]), 0.9)["ci_low"]
    array([nan])
    """
    half = np.where(se > 0, ndtri((1 + level) / 2) * se, np.nan)
    return {"se": se, "ci_low": estimate - half, "ci_high": estimate + half}


def two_sided(estimate: Floats, se: Floats) -> Floats:
    """Return p values of normal estimates against zero; NaN without an error.

    Examples
    --------
    >>> two_sided(np.array([1.959964, 3.0]), np.array([1.0, 0.0])).round(3)
    array([0.05,  nan])
    """
    z = np.divide(estimate, se, out=np.full_like(estimate, np.nan), where=se > 0)
    return np.asarray(2 * ndtr(-np.abs(z)))


def survival_limits(survival: Floats, se: Floats, level: float) -> dict[str, Floats]:
    """Return ``se, ci_low, ci_high`` of survival, symmetric on the log-log scale."""
    known = np.isfinite(se)
    log_se = np.divide(se, survival, out=np.zeros_like(se), where=known & (survival > 0))
    low, high = confidence_limits(survival, log_se, "log-log", level)
    return {
        "se": np.where(survival > 0, se, np.nan),
        "ci_low": np.where(known, low, np.nan),
        "ci_high": np.where(known, high, np.nan),
    }


def curve_table(
    groups: Sequence[str], time: Floats, survival: Floats, limits: Sequence[dict[str, Floats]]
) -> pd.DataFrame:
    """Return curves as a table, for `dsrct_edu.analysis.results.CurveTable`.

    Parameters
    ----------
    groups : sequence of str
    time : array (times,)
    survival : array (groups, times)
    limits : sequence of dict
        ``se, ci_low, ci_high`` of each group.
    """
    tables = [
        pd.DataFrame({"group": group, "time": time, "survival": survival[number]} | limits[number])
        for number, group in enumerate(groups)
    ]
    return pd.concat(tables, ignore_index=True)
