"""Performance measures of a simulation study, each with its Monte Carlo standard error.

Arrays in, numbers out: nothing here knows a method, a scenario or a table.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np

from dsrct_edu.arrays import Floats
from dsrct_edu.vocabulary import LEVEL_Z

OF_ESTIMATES = ("mean", "q025", "q975")
NAMES = (
    "bias",
    "empirical_se",
    "model_se",
    "relative_error",
    "mse",
    "coverage",
    "bias_eliminated_coverage",
    "rejection",
)


def performance(estimate: Floats, se: Floats, truth: float, z: float = LEVEL_Z) -> dict[str, float]:
    """Measure how one method did over repetitions, with Monte Carlo standard errors.

    Parameters
    ----------
    estimate, se : ndarray, shape (n_sim,)
        Estimates and model standard errors, none missing.
    truth : float
        The estimand of this method; NaN if it has none, which leaves the measures that
        need a truth missing.
    z : float
        Half-width of the Wald interval in standard errors.

    Returns
    -------
    dict
        ``mean``, ``q025``, ``q975`` (between which the middle 95 % of the estimates lie), then
        ``bias``, ``empirical_se``, ``model_se`` (root of the mean squared standard error),
        ``relative_error`` (of the model standard error, per cent), ``mse``, ``coverage``,
        ``bias_eliminated_coverage`` (of the mean estimate) and ``rejection`` (of zero),
        each of these again with ``_mcse``.

    References
    ----------
    Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate statistical
    methods. Stat Med 2019;38:2074-2102. doi:10.1002/sim.8086

    Examples
    --------
    >>> import numpy as np
    >>> from dsrct_edu.studies.measures import performance
    >>> measured = performance(np.array([0.0, 1.0, 2.0]), np.ones(3), truth=0.5)
    >>> measured["bias"], measured["empirical_se"], measured["coverage"]
    (0.5, 1.0, 1.0)
    """
    n = len(estimate)
    measured = dict.fromkeys(OF_ESTIMATES, nan)
    measured |= {key: nan for name in NAMES for key in (name, f"{name}_mcse")}
    if n == 0:
        return measured
    measured["mean"] = mean = float(estimate.mean())
    measured["q025"], measured["q975"] = map(float, np.quantile(estimate, [0.025, 0.975]))
    error = estimate - truth
    squared = error**2
    measured["bias"] = mean - truth
    measured["mse"] = float(squared.mean())
    measured["model_se"] = model = sqrt(float(np.mean(se**2)))
    half = z * se
    shares = {
        "coverage": np.abs(error) <= half if np.isfinite(truth) else None,
        "bias_eliminated_coverage": np.abs(estimate - mean) <= half,
        "rejection": np.abs(estimate) > half,
    }
    for name, hit in shares.items():
        if hit is not None:
            share = float(hit.mean())
            measured[name] = share
            measured[f"{name}_mcse"] = sqrt(share * (1 - share) / n)
    if n > 1:
        empirical = float(estimate.std(ddof=1))
        model_variance_of_variance = float(np.var(se**2, ddof=1))
        measured["empirical_se"] = empirical
        measured["bias_mcse"] = empirical / sqrt(n) if np.isfinite(truth) else nan
        measured["empirical_se_mcse"] = empirical / sqrt(2 * (n - 1))
        measured["mse_mcse"] = float(squared.std(ddof=1)) / sqrt(n)
        if model > 0:
            measured["model_se_mcse"] = sqrt(model_variance_of_variance / n) / (2 * model)
        if model > 0 and empirical > 0:
            ratio = model / empirical
            measured["relative_error"] = 100 * (ratio - 1)
            measured["relative_error_mcse"] = (
                100 * ratio * sqrt(model_variance_of_variance / (4 * n * model**4) + 0.5 / (n - 1))
            )
    return measured
