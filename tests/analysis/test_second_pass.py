"""What the second pass of the engine mended and added, worked by hand or laid beside R.

Where a number is R's, the script that gave it stands in the comment above it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dsrct_edu.analysis import (
    ConvergenceWarning,
    aalen_johansen,
    cox,
    kaplan_meier,
    kernels,
    logrank,
    standardised_curves,
)
from dsrct_edu.errors import InputError
from dsrct_edu.studies.two_arm import analyse_trials

# Times that differ by rounding are one time (R's timefix)

NOISY = pd.DataFrame(
    {
        "duration": [0.1 + 0.2, 0.3, 0.3, 0.7, 0.8 - 0.1, 1.1],
        "event": 1,
        "g": list("ababab"),
        "x": [1.0, 2, 0, 3, 1, 2],
    }
)


def test_log_rank_with_times_that_differ_by_rounding() -> None:
    # Three die at .3 (a, b, a), two at .7 (b, a), one at 1.1. Of group a, 3 of 6 and then 1 of 3
    # are at risk: expected 3 (1/2) + 2 (1/3), variance 3 (1/4) 3/5 + 2 (2/9) 1/2.
    expected, variance = 3 / 2 + 2 / 3, 9 / 20 + 2 / 9
    assert logrank(NOISY, by="g").statistic == pytest.approx((3 - expected) ** 2 / variance)


def test_cox_with_times_that_differ_by_rounding() -> None:
    # R: coxph(Surv(c(.1+.2,.3,.3,.7,.8-.1,1.1)) ~ c(1,2,0,3,1,2), eps = 1e-14)
    assert cox(NOISY, covariates="x").table["coef"]["x"] == pytest.approx(
        -0.492594740203, rel=1e-10
    )


def test_chains_become_their_first_and_the_tolerance_follows_the_mean() -> None:
    step = 0.9 * kernels.TOLERANCE
    chain = np.array([[1.0, 1 + step, 1 + 2 * step, 1 + 5 * step]])
    np.testing.assert_array_equal(kernels.tie_near_times(chain)[0], [1, 1, 1, 1 + 5 * step])
    # a mean of 1 and of 10,000: only the second takes .0001 for rounding
    for unit, tied in ((1.0, False), (1e4, True)):
        times = unit * np.array([[0.5, 1.0, 1.5]]) + np.array([[0, 0, 0.0]])
        times = np.append(times, times[:, 1:2] + 1e-4, axis=1)
        assert (kernels.tie_near_times(times)[0, 3] == unit) == tied


def test_the_order_of_rows_and_replicates_does_not_matter_for_ties() -> None:
    rng = np.random.default_rng(3)
    whole = rng.integers(1, 9, (5, 40)) / 10
    noisy = np.where(rng.random(whole.shape) < 0.5, whole, whole * 3 / 3 + rng.choice([0, 1e-16]))
    noisy += rng.choice([0.0, 1e-9], whole.shape)
    one, other = kernels.time_grid(noisy), kernels.time_grid(whole)
    np.testing.assert_array_equal(one.exit, other.exit)
    np.testing.assert_allclose(one.time, other.time, atol=1e-8)


@pytest.mark.parametrize("strata", [None, "s"])
def test_near_ties_across_groups_and_strata_are_ties(strata: str | None) -> None:
    data = pd.DataFrame(
        {"duration": [0.3, 0.7, 0.1 + 0.2, 0.8 - 0.1], "event": 1, "g": [0, 0, 1, 1]}
    )
    data["s"] = data["g"]
    frame = kaplan_meier(data, by="g").to_frame()
    assert frame["time"].tolist() == [0, 0.3, 0.7] * 2
    frame = aalen_johansen(data.assign(cause="x"), by="g", censored=None).to_frame()
    assert sorted(set(frame["time"])) == [0, 0.3, 0.7]
    fit = cox(data.assign(x=[0.0, 1, 2, 1]), covariates="x", strata=strata)
    clean = cox(
        data.assign(x=[0.0, 1, 2, 1], duration=[0.3, 0.7] * 2), covariates="x", strata=strata
    )
    pd.testing.assert_frame_equal(fit.table, clean.table)
    assert fit.concordance == clean.concordance


def test_a_row_that_lasts_by_rounding_only_is_refused() -> None:
    # R stops here, too: "an interval has effective length 0".
    data = pd.DataFrame({"start": [0.3, 0.0], "duration": [0.1 + 0.2, 0.7], "event": 1})
    with pytest.raises(InputError, match=r"'start', row 0: expected entry before the end"):
        kaplan_meier(data, entry="start")
    with pytest.raises(InputError, match=r"'start', row 0: expected entry before the end"):
        cox(data.assign(x=[0, 1]), covariates="x", entry="start")


def test_trials_of_a_study_tie_what_differs_by_rounding() -> None:
    rng = np.random.default_rng(8)
    tenths = rng.integers(1, 200, (4, 60)) / 10
    noisy = tenths * (1 + rng.choice([-1e-10, 0, 1e-10], tenths.shape))
    death = rng.random(tenths.shape) < 0.7
    clean, found = (analyse_trials(time, death, None, 30, 12.05) for time in (tenths, noisy))
    for one, other in zip(clean, found, strict=True):
        np.testing.assert_allclose(one.estimate, other.estimate, atol=1e-8)
        np.testing.assert_allclose(one.se, other.se, atol=1e-8)


# The treated are those who were treated, however the column is coded

TREATED = pd.DataFrame(
    {
        "duration": [3, 5, 6, 8, 9, 12, 14, 15],
        "event": [1, 1, 0, 1, 1, 0, 1, 0],
        "hipec": [0, 1, 0, 0, 1, 1, 0, 1],
        "age": [30, 41, 22, 35, 19, 27, 25, 33],
    }
)


@pytest.mark.parametrize(
    "code",
    [
        lambda t: t == 1,
        lambda t: pd.Categorical(t == 1, categories=[True, False]),
        lambda t: pd.Categorical(t, categories=[1, 0], ordered=True),
        lambda t: t.astype("Int64"),
        lambda t: (t == 1).astype(object),
    ],
)
def test_the_code_of_a_treatment_does_not_swap_the_arms(code: Callable[[Any], Any]) -> None:
    plain = standardised_curves(TREATED, confounders="age").curves
    coded = TREATED.assign(hipec=code(TREATED["hipec"]))
    pd.testing.assert_frame_equal(standardised_curves(coded, confounders="age").curves, plain)


def test_the_treatment_is_no_confounder_of_itself() -> None:
    with pytest.raises(InputError, match="confounders without the treatment"):
        standardised_curves(TREATED, confounders=["age", "hipec"])


# Sums over risk sets keep what is small beside what is large


def test_strata_are_summed_apart() -> None:
    """Parted by subtraction, a hazard of 1e-16 of that of the other stratum would be lost."""
    grid = kernels.time_grid(np.array([[1.0, 2, 1, 2]]), strata=np.array([[0, 0, 1, 1]]))
    values = np.array([[1e-16, 3e-16, 1.0, 1.0]])
    np.testing.assert_allclose(grid.sum_at_risk(values), [[4e-16, 3e-16, 2, 1]], rtol=1e-15)
    np.testing.assert_array_equal(grid.accumulate(np.ones((1, 4))), [[1, 2, 1, 2]])


def test_a_maximum_that_is_far_is_found() -> None:
    # One pair is out of order, so there is a maximum. R: coxph(Surv(time) ~ x + strata(s),
    # data.frame(time = 1:10, x = c(0,1,2,4,3,5,6,7,8,9), s = c(1,1,1,0,0,1,1,1,1,0)),
    # control = coxph.control(eps = 1e-14, iter.max = 100))
    data = pd.DataFrame(
        {"duration": range(1, 11), "event": 1, "x": [0.0, 1, 2, 4, 3, 5, 6, 7, 8, 9]}
    )
    data["s"] = [1, 1, 1, 0, 0, 1, 1, 1, 1, 0]
    fit = cox(data, covariates="x", strata="s")
    assert fit.converged
    assert fit.table["coef"]["x"] == pytest.approx(-1.8100763635020636, rel=1e-9)


# Tests that do not exist are not numbers

EIGHT = pd.DataFrame(
    {
        "duration": [1, 2, 3, 4, 5, 6, 7, 8],
        "event": [1, 1, 1, 0, 1, 1, 0, 1],
        "x": [0.0, 2, 1, 0, 1, 2, 0, 1],
        "z": [1.0, 0, 0, 1, 1, 0, 1, 0],
    }
)


@pytest.mark.parametrize("transform", ["km", "rank", "identity", "log"])
def test_with_one_event_time_no_coefficient_can_change(transform: str) -> None:
    data = EIGHT.assign(event=[0, 1, 0, 0, 0, 0, 0, 0])
    with pytest.warns(ConvergenceWarning):
        assert cox(data, covariates="x").proportional_hazards()["chi_square"].isna().all()
    data = EIGHT.assign(duration=[2, 2, 2, 4, 5, 6, 7, 8], event=[1, 1, 1, 0, 0, 0, 0, 0])
    test = cox(data, covariates=["x", "z"]).proportional_hazards(transform)
    assert test[["chi_square", "p_value"]].isna().all(axis=None)
    assert test.index.tolist() == ["x", "z", "GLOBAL"]
    assert test["note"].str.contains("could not change with time").all()


def test_two_event_times_can_tell_one_change_and_not_two() -> None:
    data = EIGHT.assign(duration=[2, 2, 2, 4, 4, 4, 4, 8], event=[1, 1, 1, 1, 1, 0, 0, 0])
    data["z"] = [1.0, 0, 0, 1, 0, 0, 1, 0]
    # x varies in both risk sets: one change can be told. Of three coefficients changed by two
    # event times R says nothing either: "system is computationally singular".
    test = cox(data, covariates="x").proportional_hazards("identity")
    assert (test["chi_square"] > 0).all()
    assert list(test.columns) == ["chi_square", "degrees_of_freedom", "p_value"]


def test_robust_tests_need_clusters() -> None:
    two = EIGHT.assign(centre=[1, 2] * 4)
    fit = cox(two, covariates=["x", "z"], cluster="centre")
    assert (fit.table["se"] > 0).all()
    tests = fit.tests().set_index("test")
    assert np.isnan(tests.loc["Wald", "statistic"])
    assert "more clusters" in tests.loc["Wald", "note"]
    assert "rows for independent" in tests.loc["score", "note"]
    assert "Only 2 clusters" in repr(fit)
    with pytest.raises(InputError, match="'centre': expected at least 2 clusters; found one"):
        cox(two.assign(centre=1), covariates="x", cluster="centre")
    alone = cox(EIGHT, covariates="x")
    assert "note" not in alone.tests()
    assert not alone.note()


# Covariates that have no say


def test_a_covariate_of_strata_has_no_coefficient() -> None:
    data = pd.concat([EIGHT.assign(s=0, size=30.0), EIGHT.assign(s=1, size=80.0, x=EIGHT["z"])])
    fit = cox(data, covariates=["size", "x"], strata="s")
    assert fit.converged
    assert fit.left_out == ("size",)
    assert fit.table.loc["size"].isna().all()
    alone = cox(data, covariates="x", strata="s")
    pd.testing.assert_series_equal(fit.table.loc["x"], alone.table.loc["x"])
    assert fit.log_likelihood == alone.log_likelihood
    pd.testing.assert_frame_equal(fit.tests(), alone.tests())
    assert "No coefficient for size" in repr(fit)
    found = fit.proportional_hazards()
    assert found.loc["size"].isna()["chi_square"]
    expected = alone.proportional_hazards()["chi_square"]
    pd.testing.assert_series_equal(found["chi_square"][["x", "GLOBAL"]], expected)


def test_a_covariate_that_others_determine_within_strata_has_no_coefficient() -> None:
    data = pd.concat([EIGHT.assign(s=0), EIGHT.assign(s=1, x=EIGHT["z"] + EIGHT["x"])])
    data["again"] = 2 * data["x"] + 5 * data["s"]
    fit = cox(data, covariates=["x", "again", "z"], strata="s")
    assert fit.left_out == ("again",)
    assert fit.tests()["degrees_of_freedom"].eq(2).all()


def test_if_no_covariate_has_a_say_nothing_is_fitted() -> None:
    data = pd.concat([EIGHT.assign(s=0, size=30.0), EIGHT.assign(s=1, size=80.0)])
    fit = cox(data, covariates="size", strata="s")
    assert fit.table.isna().all(axis=None)
    assert fit.log_likelihood == fit.null_log_likelihood
    assert fit.tests()["p_value"].isna().all()
    assert fit.proportional_hazards()["chi_square"].isna().all()
    assert fit.concordance == 0.5


def test_near_collinearity_is_named() -> None:
    data = EIGHT.assign(again=EIGHT["x"] + 1e-8 * EIGHT["z"])
    with pytest.raises(InputError, match="'again': expected covariates that do not determine each"):
        cox(data, covariates=["x", "again"])


def test_calendar_years_are_no_nearer_to_each_other_than_ages() -> None:
    late = EIGHT.assign(x=EIGHT["x"] + 2010, centre=range(8))
    one, other = (
        cox(data, covariates=["x", "z"], cluster="centre")
        for data in (EIGHT.assign(centre=range(8)), late)
    )
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-9)
    tests = (fit.proportional_hazards("rank") for fit in (one, other))
    pd.testing.assert_frame_equal(*tests, rtol=1e-9)
