"""Every number against R's survival package: ten data sets of its own and 520 random ones.

`reference/make_reference.py` asks R again; the answers are committed, so R is not needed here.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reference.cases import RANDOM, Case, all_cases

from dsrct_edu.analysis import aalen_johansen, cox, kaplan_meier, logrank

EXPECTED = Path(__file__).parent / "reference" / "expected.csv.gz"
CASES = list(all_cases())


@cache
def answers() -> dict[str, dict[str, np.ndarray]]:
    with gzip.open(EXPECTED, "rt") as lines:
        table = pd.read_csv(lines)
    table["quantity"] = table["quantity"].str.replace(r"\[\d+\]$", "", regex=True)
    found: dict[str, dict[str, np.ndarray]] = {}
    for (case, quantity), part in table.groupby(["case", "quantity"], sort=False):
        found.setdefault(str(case), {})[str(quantity)] = part["value"].to_numpy()
    return found


def agree(found: object, expected: np.ndarray, missing: object = np.nan) -> None:
    """Compare; where R has no answer, ours must be the documented one."""
    values = np.asarray(found, dtype=float)
    assert values.shape == expected.shape
    wanted = np.where(np.isnan(expected), missing, expected)
    np.testing.assert_allclose(values, wanted, rtol=1e-8, atol=1e-10, equal_nan=True)


def test_there_are_enough_cases() -> None:
    assert RANDOM >= 500
    assert set(answers()) == {case.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_curves(case: Case) -> None:
    expected = answers()[case.name]
    options = {"by": "group", "entry": case.has("entry"), "weights": case.has("weights")}
    for scale in ("log-log", "log", "plain"):
        curves = kaplan_meier(case.data, "time", "event", ci=scale, **options)
        read = curves.at(case.times)
        for group, part in read.groupby("group"):
            # R has no log-log limits where survival is 1; ours are 1.
            alive = np.where(part["survival"] == 1, 1.0, np.nan)
            agree(part["ci_low"], expected[f"km_low_{scale}.{group}"], alive)
            agree(part["ci_high"], expected[f"km_high_{scale}.{group}"], alive)
    curves = kaplan_meier(case.data, "time", "event", **options)
    for group, part in curves.at(case.times).groupby("group"):
        agree(part["survival"], expected[f"km.{group}"])
        agree(part["events"], expected[f"km_events.{group}"])
        # At survival 0 R says NaN or, with robust errors, 0; ours is not defined.
        se = expected[f"km_se.{group}"]
        agree(part["se"], np.where(part["survival"] > 0, se, np.nan))
        if not case.has("entry"):
            agree(part["at_risk_before"], expected[f"km_risk.{group}"])
    quantiles = pd.concat([curves.quantile(p) for p in (0.25, 0.5)])
    for group, part in quantiles.groupby("group"):
        agree(part["quantile"], expected[f"quantile.{group}"], np.inf)
        agree(part["ci_low"], expected[f"quantile_low.{group}"], np.inf)
        agree(part["ci_high"], expected[f"quantile_high.{group}"], np.inf)
    for group, part in curves.rmst(case.tau).groupby("group"):
        agree(part["rmst"], expected[f"rmst.{group}"])
        agree(part["se"], expected[f"rmst_se.{group}"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_logrank(case: Case) -> None:
    expected = answers()[case.name]
    plain = logrank(case.data, "time", "event", "group")
    agree([plain.statistic], expected["logrank"])
    if case.has("strata"):
        stratified = logrank(case.data, "time", "event", "group", strata="strata")
        agree([stratified.statistic], expected["logrank_strata"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cox(case: Case) -> None:
    expected = answers()[case.name]
    options = {name: case.has(name) for name in ("entry", "strata", "cluster", "weights")}
    fit = cox(case.data, "time", "event", case.covariates, ties=case.ties, **options)
    assert fit.converged
    agree(fit.table["coef"], expected["cox"])
    agree(fit.table["se"], expected["cox_se"])
    agree([fit.log_likelihood], expected["cox_loglik"])
    agree(fit._fit.null_log_likelihood, expected["cox_null"])
    agree(fit._fit.score_statistic, expected["cox_score"])
    agree([fit.concordance], expected["concordance"])
    for scale in ("km", "rank", "identity"):
        test = fit.proportional_hazards(scale)
        assert list(test.index) == [*case.covariates, "GLOBAL"]
        agree(test["chi_square"], expected[f"zph_{scale}"])


WITH_CAUSES = [case for case in CASES if case.has("cause")]


@pytest.mark.parametrize("case", WITH_CAUSES, ids=lambda case: case.name)
def test_cumulative_incidence(case: Case) -> None:
    expected = answers()[case.name]
    curves = aalen_johansen(
        case.data, "time", "cause", "group", weights=case.has("weights"), censored=0
    )
    for (group, cause), part in curves.at(case.times).groupby(["group", "cause"]):
        agree(part["cumulative_incidence"], expected[f"aj_{cause}.{group}"])
        agree(part["se"], expected[f"aj_se_{cause}.{group}"])
        if cause == 1:
            agree(part["ci_low"], expected[f"aj_low_1.{group}"], 0.0)
