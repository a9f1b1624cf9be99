"""Where `sensitivity` comes to when it is told how strong the hidden confounder really is.

In the scenario `modest` with hidden confounding, surgeons see the aggressiveness of the disease,
which no registry records. Registries of 2,000; the completely resected, from surgery.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from dsrct_edu.analysis import cox, endpoint, sensitivity, standardised_curves
from dsrct_edu.analysis.logistic import logistic_fit
from dsrct_edu.disease import load_cohort, scenario, simulate_cohort, true_effect
from dsrct_edu.disease.cohort import Cohort
from dsrct_edu.vocabulary import CONFOUNDERS, HORIZON

HIDDEN, L = "aggressiveness", list(CONFOUNDERS)
PATIENTS, REGISTRIES, LARGE, WORKERS = 2_000, 100, 200_000, 1


class Strengths(NamedTuple):
    """What the hidden confounder does among the completely resected, per standard deviation.

    Parameters
    ----------
    policy : log odds of HIPEC where there is a programme, as the model has it
    odds : log odds of HIPEC given the measured confounders, over all centres
    hazard : log hazard of death given the measured confounders and HIPEC
    spread : standard deviation of what the measured confounders do not tell of it
    """

    policy: float
    odds: float
    hazard: float
    spread: float


def resected(cohort: Cohort) -> pd.DataFrame:
    """Return the completely resected from surgery to the horizon, the hidden variable with them."""
    patients = cohort.patients.merge(cohort.truth[["patient_id", HIDDEN]], on="patient_id")
    rows = endpoint(patients[patients["cc_score"] <= 1], "death", "surgery")
    happened = rows["event"] & (rows["duration"] <= HORIZON)
    return rows.assign(event=happened, duration=rows["duration"].clip(upper=HORIZON))


def strengths() -> Strengths:
    """Read the strengths off a large registry in which nothing is hidden."""
    model = scenario("modest").hidden_confounding()
    rows = resected(simulate_cohort(LARGE, model, 5))
    seen = rows[[*L, HIDDEN]].to_numpy(np.float64)
    fit = logistic_fit(rows["hipec"].to_numpy()[None], seen[None], np.ones((1, len(rows))))
    measured = np.column_stack([np.ones(len(rows)), seen[:, :-1]])
    told = measured @ np.linalg.lstsq(measured, seen[:, -1], rcond=None)[0]
    hazard = cox(rows, covariates=["hipec", *L, HIDDEN]).table["coef"][HIDDEN]
    spread = float(np.std(seen[:, -1] - told))
    return Strengths(model.offer_aggr, float(fit.coef[0, -1]), float(hazard), spread)


def asked(rows: pd.DataFrame, of: Strengths) -> list[float]:
    """Return the difference in each row of the table."""

    def at(odds: float, hazard: float) -> float:
        # the sign is turned so that it raises the odds of treatment
        where = {"treatment_strengths": [-odds], "outcome_strengths": [-hazard]}
        found = sensitivity(rows, confounders=L, tau=HORIZON, **where)
        return float(found.table["difference"][0])

    def adjusted(names: list[str]) -> float:
        curves = standardised_curves(rows, confounders=names)
        return float(curves.rmst_difference(HORIZON)["difference"][0])

    return [
        adjusted(L),
        at(of.policy, of.hazard),
        at(of.odds, of.hazard),
        at(of.odds * of.spread, of.hazard * of.spread),
        adjusted([*L, HIDDEN]),
    ]


def table() -> pd.DataFrame:
    """Return what is found on average, beside the truth."""
    of, model = strengths(), scenario("modest").hidden_confounding()
    truth = true_effect(model).rmst_difference
    committed = asked(resected(load_cohort("hidden_confounding")), of)
    found = np.array(
        Parallel(n_jobs=WORKERS)(
            delayed(lambda seed: asked(resected(simulate_cohort(PATIENTS, model, seed)), of))(seed)
            for seed in range(20_000, 20_000 + REGISTRIES)
        )
    )
    pairs = [
        (0.0, 0.0),
        (of.policy, of.hazard),
        (of.odds, of.hazard),
        (of.odds * of.spread, of.hazard * of.spread),
        None,
    ]
    words = [
        "nothing",
        "as strong as where there is a programme",
        "as strong as over all centres",
        "the same, for a standard deviation of what L does not tell",
        "nothing: it was measured",
    ]
    mean, error = np.nanmean(found, axis=0), np.nanstd(found, axis=0) / np.sqrt(len(found))
    return pd.DataFrame(
        {
            "hidden confounder": words,
            "log odds of HIPEC": ["" if p is None else f"{p[0]:+.2f}" for p in pairs],
            "log hazard of death": ["" if p is None else f"{p[1]:+.2f}" for p in pairs],
            "mean months (MCSE)": [f"{m:+.2f} ({e:.2f})" for m, e in zip(mean, error, strict=True)],
            "from the truth": [f"{m - truth:+.2f}" for m in mean],
            "in the committed cohort": [f"{value:+.2f}" for value in committed],
        }
    )
