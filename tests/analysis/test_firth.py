"""Firth's penalty: by hand, and beside brglm2 and firthmodels (`reference/firth/make.py`)."""

from __future__ import annotations

from itertools import product
from math import log, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import chdtri

from dsrct_edu.analysis import SeparationWarning, cox, firth, propensity
from dsrct_edu.analysis.kernels import time_grid
from dsrct_edu.analysis.partial_likelihood import standardise
from dsrct_edu.analysis.risk_sets import cox_data
from dsrct_edu.errors import InputError

FOLDER = Path(__file__).parent / "reference" / "firth"
DATA = dict(tuple(pd.read_csv(FOLDER / "data.csv").groupby("set", sort=False)))
EXPECTED = pd.read_csv(FOLDER / "expected.csv").groupby(["set", "quantity"])["value"]
AGREED = {"rtol": 1e-7, "atol": 1e-8}  # to which the peers have converged


def theirs(name: str, quantity: str) -> np.ndarray:
    return EXPECTED.get_group((name, quantity)).to_numpy()


@pytest.mark.parametrize("name", DATA)
def test_cox_as_firthmodels_has_it(name: str) -> None:
    fit = cox(DATA[name], "time", "event", ["x1", "x2"], ties="breslow", penalty="firth")
    np.testing.assert_allclose(fit.table["coef"], theirs(name, "cox"), **AGREED)
    np.testing.assert_allclose(fit.table["se"], theirs(name, "cox_se"), **AGREED)
    np.testing.assert_allclose(np.log(fit.table["ci_low"]), theirs(name, "cox_low"), **AGREED)
    np.testing.assert_allclose(np.log(fit.table["ci_high"]), theirs(name, "cox_high"), **AGREED)
    np.testing.assert_allclose(fit.log_likelihood, theirs(name, "cox_loglik"), **AGREED)
    assert fit.converged


@pytest.mark.parametrize("name", DATA)
def test_propensity_as_brglm2_has_it(name: str) -> None:
    found = propensity(DATA[name], "treated", ["x1", "x2"], penalty="firth")
    np.testing.assert_allclose(found.coefficients, theirs(name, "logistic"), rtol=1e-9)
    loose = theirs(name, "logistic_loose")
    np.testing.assert_allclose(found.coefficients, loose, rtol=1e-5)
    assert not found.separated
    assert "Firth's penalty" in repr(found)


def test_a_two_by_two_table_gets_half_a_patient_in_each_cell() -> None:
    # 3 of 3 treated at the expert centre, 1 of 4 elsewhere: no likelihood has a maximum there.
    data = pd.DataFrame({"hipec": [1, 1, 1, 1, 0, 0, 0], "expert": [1, 1, 1, 0, 0, 0, 0]})
    with pytest.warns(SeparationWarning):
        assert propensity(data, "hipec", "expert").separated
    found = propensity(data, "hipec", "expert", penalty="firth")
    odds = log(1.5 / 3.5)
    np.testing.assert_allclose(found.coefficients, [odds, log(3.5 / 0.5) - odds])
    np.testing.assert_allclose(found.propensity, [3.5 / 4] * 3 + [1.5 / 5] * 4)


def test_one_death_of_two_patients() -> None:
    # With x = 1 the one who dies, l = log p + log(p (1 - p)) / 2 with p = e^b / (1 + e^b). Its
    # derivative 1 - p + (1 - 2 p) / 2 is zero at p = 3/4: b = log 3, information 3/16.
    data = pd.DataFrame({"duration": [1, 2], "event": [1, 1], "x": [1, 0]})
    fit = cox(data, covariates="x", penalty="firth")
    assert fit.table["coef"]["x"] == pytest.approx(log(3))
    assert fit.table["se"]["x"] == pytest.approx(sqrt(16 / 3))
    assert fit.log_likelihood == pytest.approx(log(3 / 4) + log(3 / 16) / 2)
    # At b = 0 it is log(1/2) + log(1/4) / 2.
    ratio = 2 * (fit.log_likelihood - log(1 / 2) - log(1 / 4) / 2)
    assert fit.table["z"]["x"] == pytest.approx(sqrt(ratio))
    assert fit.table["ci_low"]["x"] < 1 < 3 < fit.table["ci_high"]["x"]
    assert fit.interval == "profile penalised likelihood"
    assert "profile penalised likelihood intervals" in repr(fit)
    assert cox(DATA["plain"], "time", "event", "x1").interval == "Wald"


def test_limits_are_where_the_profile_has_fallen_by_the_quantile() -> None:
    # One covariate has nothing to be profiled over: l(b) = log p + log(p (1 - p)) / 2.
    data = pd.DataFrame({"duration": [1, 2], "event": [1, 1], "x": [1, 0]})
    fit = cox(data, covariates="x", penalty="firth", level=0.9)
    for limit in ("ci_low", "ci_high"):
        ratio = fit.table[limit]["x"]
        p = ratio / (1 + ratio)
        fallen = fit.log_likelihood - log(p) - log(p * (1 - p)) / 2
        assert 2 * fallen == pytest.approx(2.705543454095404, rel=1e-7)


def test_ties_strata_entry_and_weights_go_through() -> None:
    """Weights of two are two patients; Efron's ties, strata and entry keep their meaning."""
    data = DATA["tied"].assign(s=lambda d: d["x2"] * 0 + (d["x1"] > 0), start=0.0)
    twice = pd.concat([data, data])
    options = {"covariates": ["x1", "x2"], "penalty": "firth", "ties": "breslow", "strata": "s"}
    one = cox(data.assign(w=2), "time", "event", weights="w", entry="start", **options)
    other = cox(twice, "time", "event", **options)
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-6)
    few, many = (
        cox(data, "time", "event", "x1", ties=t, penalty="firth") for t in ("efron", "breslow")
    )
    assert few.table["coef"]["x1"] != many.table["coef"]["x1"]


def test_the_unit_of_a_covariate_does_not_matter() -> None:
    data = DATA["small"].assign(more=lambda d: 1000 * d["x1"] + 2010)
    one, other = (
        cox(data, "time", "event", [x, "x2"], penalty="firth").table for x in ("x1", "more")
    )
    np.testing.assert_allclose(one["coef"]["x1"], 1000 * other["coef"]["more"], rtol=1e-8)
    np.testing.assert_allclose(one["p_value"], other["p_value"], rtol=1e-7)


def test_what_a_penalty_cannot_do_is_said() -> None:
    data = DATA["small"].assign(centre=[1, 2] * 7, w=0.5)
    for options in ({"cluster": "centre"}, {"weights": "w"}):
        with pytest.raises(InputError, match="penalty: expected rows that are independent"):
            cox(data, "time", "event", "x1", penalty="firth", **options)
    with pytest.raises(InputError, match="penalty: expected 'firth'"):
        cox(data, "time", "event", "x1", penalty="ridge")
    with pytest.raises(InputError, match="penalty: expected 'firth'"):
        propensity(data, "treated", "x1", penalty="ridge")
    found = cox(data, "time", "event", "x1", penalty="firth").proportional_hazards()
    assert found["chi_square"].isna().all()
    assert found["note"].str.contains("penalised").all()


@pytest.mark.parametrize("seed", [0, 1, 2, 34, 49])
def test_both_ways_to_a_limit_end_at_the_same(seed: int) -> None:
    """The quick way may get lost, as in 34 and 49 on most machines; then the sure one is asked."""
    rng = np.random.default_rng(seed)
    time, event = rng.integers(1, 12, 12) + 0.0, rng.random(12) < 0.6
    x = np.stack([rng.standard_cauchy(12), rng.integers(0, 2, 12)], axis=1)
    data = cox_data(time_grid(time[None]), event[None], x[None])
    at, every = firth._penalised(standardise(data)[0]), np.ones(2, dtype=bool)
    coef, best, settled = firth._climb(at, np.zeros(2), every)
    assert settled
    ways = []
    for j, side in product(range(2), (-1, 1)):
        target = best.value - chdtri(1, 0.1) / 2
        quick = firth._followed(at, coef, best, j, target, side)
        ways.append((quick, firth._enclosed(at, coef, j, target, side)))
    quick, sure = np.array(ways).T
    assert np.isfinite(sure).all()
    arrived = np.isfinite(quick)
    assert arrived.any()
    np.testing.assert_allclose(quick[arrived], sure[arrived], atol=1e-8)
    assert (np.sign(sure - np.repeat(coef, 2)) == [-1, 1, -1, 1]).all()
