"""Many small series from one world: what each finds, and what they say together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dsrct_edu import checks
from dsrct_edu.disease import Scenario
from dsrct_edu.disease import scenario as named
from dsrct_edu.disease.simulate import draw
from dsrct_edu.errors import InputError
from dsrct_edu.studies.cohort_design import from_draw
from dsrct_edu.studies.methods import two_groups
from dsrct_edu.vocabulary import HORIZON, LEVEL_Z
from dsrct_edu.wording import brief

_OF_A_SERIES = ["estimate", "ci_low", "ci_high"]

_RESECTED = 0.3  # of all patients, at the very least


def small_series(
    scenario: str | Scenario = "null", size: int = 20, series: int = 20, seed: int = 0
) -> pd.DataFrame:
    """Let many hospitals each report its completely resected patients, with HIPEC and without.

    Patients come to the hospitals by chance, so that the series differ by nothing else.

    Parameters
    ----------
    scenario : str or Scenario
        The one world that all of them work in.
    size : int
        Patients of each series.
    series : int
        How many hospitals.
    seed : int

    Returns
    -------
    DataFrame
        ``label, n, treated, estimate, ci_low, ci_high``: the hazard ratio of HIPEC from surgery, a
        row a series. Where nobody had it, or the likelihood has no maximum, they are missing.

    Raises
    ------
    InputError
        If a size makes no sense, or too few patients of the scenario are completely resected.

    Examples
    --------
    >>> small_series("null", series=3)[["label", "n"]].values.tolist()
    [['hospital 1', 20], ['hospital 2', 20], ['hospital 3', 20]]
    """
    checks.whole(size, "size", 2, 10_000)
    wanted = checks.whole(series, "series", 1, 10_000) * size
    diagnosed = int(wanted / _RESECTED) + 200
    registry = from_draw(draw(named(scenario), diagnosed, checks.whole(seed, "seed"))).resected
    if registry.time.shape[1] < wanted:
        raise InputError(f"{wanted} complete resections", str(registry.time.shape[1]))
    shape = (series, size)
    months = registry.since_surgery[0, :wanted].reshape(shape)
    died = registry.death[0, :wanted].reshape(shape)
    treated = registry.hipec[0, :wanted].reshape(shape)
    everyone = np.ones_like(died)
    fit = two_groups(months, died, treated, everyone, HORIZON)["log_hazard_ratio"]
    log_ratio = np.where(fit.converged, fit.estimate, np.nan)
    return pd.DataFrame(
        {
            "label": [f"hospital {place + 1}" for place in range(series)],
            "n": size,
            "treated": treated.sum(axis=1),
            "estimate": np.exp(log_ratio),
            "ci_low": np.exp(log_ratio - LEVEL_Z * fit.se),
            "ci_high": np.exp(log_ratio + LEVEL_Z * fit.se),
        }
    )


def pooled(series: pd.DataFrame) -> pd.Series[float]:
    """Put the hazard ratios of several series together, each weighted by its precision.

    Parameters
    ----------
    series : DataFrame
        ``estimate, ci_low, ci_high`` with 95 % intervals, as `small_series` gives them; those
        without an estimate are left out.

    Returns
    -------
    Series
        ``estimate, ci_low, ci_high``; missing where no series has an estimate.

    Examples
    --------
    >>> two = pd.DataFrame({"estimate": [0.5, 2.0], "ci_low": [0.25, 1.0], "ci_high": [1.0, 4.0]})
    >>> round(float(pooled(two)["estimate"]), 6)
    1.0
    """
    if not isinstance(series, pd.DataFrame) or not set(_OF_A_SERIES) <= set(series.columns):
        expected = "a table with " + ", ".join(_OF_A_SERIES)
        raise InputError(expected, brief(series), "Give small_series().", argument="series")
    known = np.log(series[_OF_A_SERIES].dropna())
    weight = (2 * LEVEL_Z / (known["ci_high"] - known["ci_low"])) ** 2
    total = float(weight.sum())
    mean = float((weight * known["estimate"]).sum()) / total if total else np.nan
    half = LEVEL_Z / np.sqrt(total) if total else np.nan
    ends = {"estimate": mean, "ci_low": mean - half, "ci_high": mean + half}
    return pd.Series({name: float(np.exp(value)) for name, value in ends.items()})
