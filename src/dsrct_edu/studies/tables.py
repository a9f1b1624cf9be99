"""The staircase: every method of a study beside the truth, on one axis."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dsrct_edu.errors import InputError
from dsrct_edu.studies.study import Study

LABELS = {
    "ever_never": "Everyone: ever or never HIPEC",
    "time_dependent": "Everyone: HIPEC from the operation on",
    "landmark_6": "Followed beyond month 6",
    "landmark_9": "Followed beyond month 9",
    "landmark_12": "Followed beyond month 12",
    "operated_only": "Operated only",
    "complete_resection": "Completely resected only",
    "adjusted_cox": "Completely resected, adjusted",
    "iptw": "Completely resected, weighted",
    "emulated_trial": "Emulated trial, from diagnosis",
    "cox": "Cox model",
    "logrank": "Log-rank test, one step",
    "kaplan_meier": "Kaplan-Meier",
}

_INTERVALS = {"spread": "the middle 95 of 100 registries", "monte_carlo": "Monte Carlo error"}


def staircase(
    study: Study,
    measure: str = "rmst_difference",
    interval: str = "spread",
    replicates: str = "converged",
) -> pd.DataFrame:
    """Lay every method of a study beside its truth, in the order of the steps.

    Parameters
    ----------
    study : Study
    measure : {"rmst_difference", "log_hazard_ratio", "hazard_ratio", "survival_difference"}
        What is on the axis. For ``hazard_ratio`` the log hazard ratios are averaged and then
        exponentiated, with their interval and truth.
    interval : {"spread", "monte_carlo"}
        ``spread``: where the middle 95 % of the replicates' estimates lie, which is how far one
        registry of this size can mislead. ``monte_carlo``: 95 % interval of the mean itself.
    replicates : {"converged", "all"}
        As in `Study.performance`.

    Returns
    -------
    DataFrame
        ``label, method, measure, estimate`` (mean over replicates)``, ci_low, ci_high, truth,
        interval_of, mcse, n_used, n_converged``. Its figure is ``dsrct_edu.figures.staircase``.

    Raises
    ------
    InputError
        If the study does not have the measure, or an option is unknown.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> study = dsrct.simulation_study("null", n_replicates=50, methods=["ever_never", "iptw"])
    >>> table = dsrct.studies.staircase(study)
    >>> list(table["method"])
    ['ever_never', 'iptw']
    """
    if interval not in _INTERVALS:
        raise InputError("'spread' or 'monte_carlo'", repr(interval), column="interval")
    wanted = "log_hazard_ratio" if measure == "hazard_ratio" else measure
    performance = study.performance(replicates)
    rows = performance[performance["measure"] == wanted]
    if rows.empty:
        choices = sorted({"hazard_ratio", *performance["measure"]})
        raise InputError(f"one of {choices}", repr(measure), "Choose one.", "measure")
    estimates = study.estimates
    steps = []
    for row in rows.itertuples():
        taken = estimates[(estimates["method"] == row.method) & (estimates["measure"] == wanted)]
        taken = taken[np.isfinite(taken["estimate"]) & np.isfinite(taken["se"])]
        if replicates == "converged":
            taken = taken[taken["converged"]]
        values = taken["estimate"].to_numpy()
        mean = float(values.mean()) if len(values) else np.nan
        mcse = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan
        if interval == "monte_carlo" or len(values) == 0:
            low, high = mean - 1.959963984540054 * mcse, mean + 1.959963984540054 * mcse
        else:
            low, high = np.quantile(values, [0.025, 0.975])
        steps.append(
            {
                "label": LABELS[str(row.method)],
                "method": row.method,
                "measure": measure,
                "estimate": mean,
                "ci_low": float(low),
                "ci_high": float(high),
                "truth": row.truth,
                "interval_of": _INTERVALS[interval],
                "mcse": mcse,
                "n_used": row.n_used,
                "n_converged": row.n_converged,
            }
        )
    table = pd.DataFrame(steps)
    if measure == "hazard_ratio":
        axis = ["estimate", "ci_low", "ci_high", "truth"]
        table[axis] = np.exp(table[axis])
        table["mcse"] *= table["estimate"]
    return table
