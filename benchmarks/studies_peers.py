"""The studies as people write them: one replicate at a time, with lifelines or R."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, CoxTimeVaryingFitter, KaplanMeierFitter
from lifelines.exceptions import ConvergenceError
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time

from dsrct_edu import vocabulary
from dsrct_edu.vocabulary import HORIZON

TRIAL_HORIZON = 36.0
CONFOUNDERS = list(vocabulary.CONFOUNDERS)


def trials_with_r(
    time: np.ndarray, death: np.ndarray, n_controls: int
) -> tuple[pd.DataFrame, float, str]:
    """Run R's formula loop; returns estimates, seconds a trial, and versions."""
    replicates, patients = time.shape
    table = pd.DataFrame(
        {
            "replicate": np.repeat(np.arange(replicates), patients),
            "arm": np.tile((np.arange(patients) >= n_controls).astype(int), replicates),
            "time": time.ravel(),
            "death": death.ravel().astype(int),
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder, "trials.csv"), Path(folder, "results.csv")
        table.to_csv(given, index=False, float_format="%.17g")
        script = str(Path(__file__).with_name("studies_loop.R"))
        command = ["Rscript", script, str(given), str(TRIAL_HORIZON), str(taken)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        results = pd.read_csv(taken)
    results["logrank"] = results["score"] / results["score_variance"]
    results["logrank_se"] = 1 / np.sqrt(results["score_variance"])
    return results, float(said[0]), f"R {said[2]}.{said[3]}, survival {said[1]}"


def trials_with_lifelines(time: np.ndarray, death: np.ndarray, n_controls: int) -> pd.DataFrame:
    """Analyse trials one by one; lifelines has no standard error for the last two measures."""
    arm = np.arange(time.shape[1]) >= n_controls
    rows = []
    for months, died in zip(time, death, strict=True):
        trial = pd.DataFrame({"time": months, "death": died, "arm": arm.astype(int)})
        model = CoxPHFitter().fit(trial, "time", "death")
        zero, one = trial[~arm], trial[arm]
        test = logrank_test(zero["time"], one["time"], zero["death"], one["death"])
        curves = [KaplanMeierFitter().fit(g["time"], g["death"]) for g in (zero, one)]
        survival = [float(curve.predict(TRIAL_HORIZON)) for curve in curves]
        means = [restricted_mean_survival_time(curve, t=TRIAL_HORIZON) for curve in curves]
        rows.append(
            {
                "cox": model.params_["arm"],
                "cox_se": model.standard_errors_["arm"],
                "chi_square": test.test_statistic,
                "survival": survival[1] - survival[0],
                "rmst": means[1] - means[0],
            }
        )
    return pd.DataFrame(rows)


def registry_with_lifelines(patients: pd.DataFrame, options: dict | None = None) -> dict:
    """Apply the ten methods to one registry; returns {(method, measure): estimate}.

    The weighted methods get no standard error here: lifelines has none, and a bootstrap would
    multiply their time by hundreds. They are left out where the propensity model separates.
    """
    found: dict[tuple[str, str], float] = {}
    resected = patients[patients["operated"] & (patients["cc_score"] <= 1)]
    _two_groups(found, "ever_never", patients, patients["follow_up_month"], "hipec", options)
    found["time_dependent", "log_hazard_ratio"] = _time_dependent(patients)
    for month in (6, 9, 12):
        left = patients[patients["follow_up_month"] > month].copy()
        left["by_then"] = left["hipec"] & (left["surgery_month"] <= month)
        clock = (left["follow_up_month"] - month).round(1)
        _two_groups(found, f"landmark_{month}", left, clock, "by_then", options)
    for method, rows in (
        ("operated_only", patients[patients["operated"]]),
        ("complete_resection", resected),
    ):
        clock = (rows["follow_up_month"] - rows["surgery_month"]).round(1)
        _two_groups(found, method, rows, clock, "hipec", options)
    clock = (resected["follow_up_month"] - resected["surgery_month"]).round(1)
    table = resected[["hipec", *CONFOUNDERS]].astype(float)
    found["adjusted_cox", "log_hazard_ratio"] = _cox(table, clock, resected, options)
    p = logistic(resected["hipec"].to_numpy(), resected[CONFOUNDERS].to_numpy(float))
    if p is None:
        return found
    treated = resected["hipec"].to_numpy()
    weights = np.where(treated, 1 / p, 1 / (1 - p))
    found["iptw", "rmst_difference"] = _rmst_difference(
        (clock[treated == arm], resected["death"][treated == arm], None, weights[treated == arm])
        for arm in (True, False)
    )
    found["emulated_trial", "rmst_difference"] = _emulated(patients, resected, weights)
    return found


def logistic(outcome: np.ndarray, covariates: np.ndarray) -> np.ndarray | None:
    """Fit an unpenalised logistic regression by Newton's method; None on separation."""
    x = covariates - covariates.mean(axis=0)
    spread = x.std(axis=0)
    x = np.column_stack([np.ones(len(x)), x[:, spread > 0] / spread[spread > 0]])
    coef = np.zeros(x.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-x @ coef))
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x, x.T @ (outcome - p))
        coef += step
        if np.abs(step).max() < 1e-8:
            return 1 / (1 + np.exp(-x @ coef))
        if np.abs(x @ coef).max() > 15:
            break
    return None


def _cox(
    covariates: pd.DataFrame, clock: pd.Series, rows: pd.DataFrame, options: dict | None
) -> float:
    varying = covariates.loc[:, covariates.std() > 0]
    table = varying.assign(time=clock.clip(upper=HORIZON), death=rows["death"] & (clock <= HORIZON))
    try:
        model = CoxPHFitter().fit(table, "time", "death", fit_options=options)
    except ConvergenceError:
        return float("nan")
    return float(model.params_.iloc[0])


def _two_groups(
    found: dict,
    method: str,
    rows: pd.DataFrame,
    clock: pd.Series,
    group: str,
    options: dict | None,
) -> None:
    covariate = rows[[group]].astype(float)
    found[method, "log_hazard_ratio"] = _cox(covariate, clock, rows, options)
    treated = rows[group].to_numpy(bool)
    found[method, "rmst_difference"] = _rmst_difference(
        (clock[treated == arm], rows["death"][treated == arm], None, None) for arm in (True, False)
    )


def _rmst_difference(groups) -> float:
    means = []
    for clock, death, entry, weights in groups:
        curve = KaplanMeierFitter().fit(clock, death, entry=entry, weights=weights)
        means.append(restricted_mean_survival_time(curve, t=HORIZON))
    return means[0] - means[1]


def _time_dependent(patients: pd.DataFrame) -> float:
    months = patients["follow_up_month"].to_numpy()
    stop, died = np.minimum(months, HORIZON), patients["death"].to_numpy() & (months <= HORIZON)
    surgery = patients["surgery_month"].to_numpy()
    switched = patients["hipec"].to_numpy() & (surgery < stop)
    number = np.arange(len(stop))
    before = {
        "id": number,
        "start": np.zeros(len(stop)),
        "stop": np.where(switched, surgery, stop),
        "death": died & ~switched,
        "hipec": np.zeros(len(stop)),
    }
    after = {
        "id": number[switched],
        "start": surgery[switched],
        "stop": stop[switched],
        "death": died[switched],
        "hipec": np.ones(switched.sum()),
    }
    table = pd.concat([pd.DataFrame(before), pd.DataFrame(after)], ignore_index=True)
    model = CoxTimeVaryingFitter().fit(
        table, event_col="death", start_col="start", stop_col="stop", id_col="id"
    )
    return float(model.params_["hipec"])


def _emulated(patients: pd.DataFrame, resected: pd.DataFrame, weights: np.ndarray) -> float:
    at = patients.index.isin(resected.index)
    until = np.where(at, patients["surgery_month"], patients["follow_up_month"])

    def arm(treated: bool):
        chosen = (resected["hipec"] == treated).to_numpy()
        rows = resected[chosen]
        return (
            np.concatenate([until, rows["follow_up_month"]]),
            np.concatenate([patients["death"] & ~at, rows["death"]]).astype(bool),
            np.concatenate([np.zeros(len(until)), rows["surgery_month"]]),
            np.concatenate([np.ones(len(until)), weights[chosen]]),
        )

    return _rmst_difference([arm(True), arm(False)])
