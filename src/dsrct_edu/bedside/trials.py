"""What the randomised trials of HIPEC say, none of them in DSRCT."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from dsrct_edu.checks import positive

from ._tables import read


def randomised_trials() -> pd.DataFrame:
    """Overall survival in two randomised trials of HIPEC; there is none in DSRCT.

    Returns
    -------
    DataFrame
        `trial, disease, n, hazard_ratio, ci_low, ci_high, level, median_hipec_month,
        median_control_month, se_log, z, p_value, source`; the last three numbers are recomputed
        from the interval.

    References
    ----------
    Aronson SL et al. Lancet Oncol 2023;24:1109-18. doi:10.1016/S1470-2045(23)00396-0. Quenet F et
    al. Lancet Oncol 2021;22:256-66. doi:10.1016/S1470-2045(20)30599-4.

    Examples
    --------
    >>> from dsrct_edu.bedside import randomised_trials
    >>> randomised_trials()[["trial", "p_value"]].round(3).to_numpy().tolist()
    [['OVHIPEC-1', 0.011], ['PRODIGE 7', 1.0]]
    """
    table = read("randomised_trials")
    # the normal interval on the log scale, solved for its standard error
    width = np.log(table["ci_high"] / table["ci_low"])
    table.insert(9, "se_log", width / (-2.0 * ndtri((1.0 - table["level"]) / 2.0)))
    table.insert(10, "z", np.log(table["hazard_ratio"]) / table["se_log"])
    table.insert(11, "p_value", 2.0 * ndtr(-table["z"].abs()))
    return table


def difference_of_trials(
    hazard_ratio_1: float, se_1: float, hazard_ratio_2: float, se_2: float
) -> tuple[float, float]:
    """Test whether two independent hazard ratios differ.

    One trial significant and another not does not show that they differ.

    Parameters
    ----------
    hazard_ratio_1, hazard_ratio_2 : float
        Hazard ratios, above zero.
    se_1, se_2 : float
        Standard errors of their logarithms, above zero.

    Returns
    -------
    tuple of float
        z and the two-sided p value.

    Raises
    ------
    InputError
        A value of zero or less.

    References
    ----------
    Difference of two independent normal estimates.

    Examples
    --------
    >>> from dsrct_edu.bedside import difference_of_trials
    >>> [round(value, 2) for value in difference_of_trials(0.70, 0.1407, 1.00, 0.2307)]
    [-1.32, 0.19]
    """
    first = positive(hazard_ratio_1, "hazard_ratio_1")
    second = positive(hazard_ratio_2, "hazard_ratio_2")
    error = math.hypot(positive(se_1, "se_1"), positive(se_2, "se_2"))
    z = math.log(first / second) / error
    return z, 2.0 * float(ndtr(-abs(z)))
