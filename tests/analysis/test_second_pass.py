"""What the second pass of the engine mended and added, worked by hand or laid beside R.

Where a number is R's, the script that gave it stands in the comment above it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from dsrct_edu.analysis import (
    ConvergenceWarning,
    SeparationWarning,
    aalen_johansen,
    cox,
    endpoint,
    kaplan_meier,
    kernels,
    logrank,
    propensity,
    standardised_curves,
    treatment_episodes,
)
from dsrct_edu.analysis.logistic import logistic_fit
from dsrct_edu.analysis.outcome_model import fit_outcome
from dsrct_edu.analysis.weighting import treatment_weights
from dsrct_edu.disease import scenario, simulate_cohort
from dsrct_edu.errors import InputError
from dsrct_edu.studies import simulation_study
from dsrct_edu.studies.two_arm import analyse_trials
from dsrct_edu.vocabulary import CONFOUNDERS

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


def test_robust_errors_need_clusters() -> None:
    two = EIGHT.assign(centre=[1, 2] * 4)
    fit = cox(two, covariates=["x", "z"], cluster="centre")
    assert (fit.table["se"] > 0).all()
    assert "Only 2 clusters" in repr(fit)
    with pytest.raises(InputError, match="'centre': expected at least 2 clusters; found one"):
        cox(two.assign(centre=1), covariates="x", cluster="centre")
    alone = cox(EIGHT, covariates="x")
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
    assert fit.proportional_hazards()["degrees_of_freedom"]["GLOBAL"] == 2


def test_if_no_covariate_has_a_say_nothing_is_fitted() -> None:
    data = pd.concat([EIGHT.assign(s=0, size=30.0), EIGHT.assign(s=1, size=80.0)])
    fit = cox(data, covariates="size", strata="s")
    assert fit.table.isna().all(axis=None)
    assert fit.log_likelihood == fit._fit.null_log_likelihood[0]
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


# Limits, p values and risk sets that do not exist


def test_a_difference_without_an_error_has_no_p_value() -> None:
    data = pd.DataFrame({"duration": [2, 2, 5, 5], "event": 1, "g": [0, 0, 1, 1]})
    found = kaplan_meier(data, by="g").rmst_difference(5).iloc[0]
    assert (found["difference"], found["se"]) == (3, 0)
    assert np.isnan(found["p_value"])


@pytest.mark.parametrize("ci", ["log-log", "log", "plain"])
def test_a_median_reached_by_the_fall_to_zero_has_no_interval(ci: str) -> None:
    data = pd.DataFrame({"duration": [4, 4, 1], "event": [1, 1, 0]})
    curves = kaplan_meier(data, ci=ci)
    # R: quantile(survfit(Surv(c(4, 4, 1), c(1, 1, 0)) ~ 1)) has NA for all limits.
    assert curves.median().iloc[0, 1:].tolist() == pytest.approx([4, np.nan, np.nan], nan_ok=True)
    assert "undefined" in repr(curves)


def test_an_early_risk_set_that_runs_empty_is_said() -> None:
    # The only one at risk at 1 has the event; two come under observation at 2.
    data = pd.DataFrame({"start": [0, 2, 2], "duration": [1, 3, 4], "event": [1, 1, 0]})
    curves = kaplan_meier(data, entry="start")
    assert curves.at([1, 3])["survival"].tolist() == [0, 0]
    assert "Group 'all': the share without the event is fixed at zero from 1 on" in repr(curves)
    assert not kaplan_meier(data.assign(event=[0, 1, 1]), entry="start").note()


def test_one_kind_of_error_holds_for_all_groups() -> None:
    # Weights of the first group are whole by chance. R, robust for both:
    # summary(survfit(Surv(duration, event) ~ g, weights = w))$std.err
    data = pd.DataFrame(
        {
            "duration": [1, 2, 3, 1, 2, 3],
            "event": [1, 1, 0, 1, 1, 0],
            "g": [1, 1, 1, 2, 2, 2],
            "w": [1, 2, 1, 0.5, 1, 1.5],
        }
    )
    se = kaplan_meier(data, by="g", weights="w").at([1, 2])["se"]
    np.testing.assert_allclose(
        se, [0.23385358667337, 0.23385358667337, 0.17123372230469, 0.31180478223116]
    )


def test_an_incidence_of_one_has_no_error() -> None:
    data = pd.DataFrame({"duration": [3, 5, 3], "cause": ["censored", "x", "x"]})
    found = aalen_johansen(data).at(5).iloc[0]
    assert (found["cumulative_incidence"], found["se"]) == (1, 0)


# What is read, and what is refused


def test_standardised_curves_end_with_follow_up() -> None:
    curves = standardised_curves(TREATED, confounders="age")
    assert curves.at(15)["survival"].notna().all()
    assert curves.at([15.1])[["survival", "se"]].isna().all(axis=None)
    with pytest.raises(InputError, match="resamples"):
        standardised_curves(TREATED, confounders="age", resamples=2.5)  # type: ignore[arg-type]


def test_numbers_are_read_from_a_column_of_objects() -> None:
    found = cox(TREATED.assign(age=TREATED["age"].astype(object)), covariates="age")
    pd.testing.assert_frame_equal(found.table, cox(TREATED, covariates="age").table)
    truth = TREATED["hipec"] == 1
    found = cox(TREATED.assign(hipec=truth.astype(object)), covariates="hipec")
    pd.testing.assert_frame_equal(found.table, cox(TREATED, covariates="hipec").table)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1", "2", "1", "3"] * 2, "pandas.to_numeric"),
        ([1, "two", 1, 3] * 2, "rows 1, 5.*found 'two'"),
        (["a", "b"] * 4, "category"),
    ],
)
def test_text_is_refused_with_the_advice_that_helps(values: list[Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cox(TREATED.assign(age=pd.Series(values, dtype=object)), covariates="age")


def test_groups_that_are_dates_keep_their_dates() -> None:
    days = pd.to_datetime(["2020-01-01", "2021-06-30"] * 4)
    assert logrank(TREATED.assign(g=days), by="g").table["group"].tolist() == sorted(set(days))


def test_months_are_rounded_only_where_they_came_in_tenths() -> None:
    patients = pd.DataFrame(
        {
            "operated": True,
            "surgery_month": [6.30, 7.1, 0.1 + 0.2],
            "death": True,
            "follow_up_month": [6.34, 41.0, 0.9],
        }
    )
    found = endpoint(patients, origin="surgery")["duration"]
    assert found.tolist() == [6.34 - 6.30, 33.9, 0.6]


def test_episodes_leave_the_ever_treated_behind() -> None:
    patients = TREATED.assign(surgery_month=1.0, centre="C01")
    rows = treatment_episodes(patients)
    assert "hipec" not in rows
    assert "centre" in rows
    assert rows["treated"].sum() == TREATED["hipec"].sum()
    twice = treatment_episodes(patients.set_index(np.zeros(8, dtype=int)))
    pd.testing.assert_frame_equal(twice, rows)


# Differences of standardised curves


def confounded(n: int, seed: int) -> pd.DataFrame:
    """The older get less treatment and die sooner; tenths of months make ties."""
    rng = np.random.default_rng(seed)
    age, centre = rng.normal(40, 10, n), rng.random(n) < 0.4
    treated = rng.random(n) < 1 / (1 + np.exp(0.05 * (age - 40) - centre))
    life = rng.exponential(30 * np.exp(-0.04 * (age - 40) + 0.4 * treated), n)
    end = rng.uniform(10, 70, n)
    return pd.DataFrame(
        {
            "duration": np.ceil(np.minimum(life, end)),
            "event": life <= end,
            "hipec": treated,
            "age": age,
            "centre": centre,
        }
    )


def test_influence_on_standardised_curves_is_the_derivative_by_weights() -> None:
    data = confounded(40, 4)
    time, event = data["duration"].to_numpy(), data["event"].to_numpy()
    design = data[["hipec", "age", "centre"]].to_numpy(dtype=float)
    at, tau = np.array([6.0, 12.0, 20.0]), 24.0
    curves = standardised_curves(data, confounders=["age", "centre"])

    def estimates(weights: np.ndarray) -> np.ndarray:
        model = fit_outcome(time, event, design, weights)
        assert model.converged
        steps = np.unique(time[time < tau])
        survival = model.curves(np.append(0.0, steps))
        means = (survival * np.diff(np.concatenate([[0.0], steps, [tau]]))).sum(axis=1)
        read = model.curves(at)
        return np.append(read[0] - read[1], means[0] - means[1])

    slopes = np.empty((len(data), 4))
    for i in range(len(data)):
        step = 1e-4 * (np.arange(len(data)) == i)
        slopes[i] = (estimates(1 + step) - estimates(1 - step)) / 2e-4
    se = np.sqrt((slopes**2).sum(axis=0))
    found = curves.survival_difference(at)
    np.testing.assert_allclose(found["difference"], estimates(np.ones(len(data)))[:3], rtol=1e-9)
    np.testing.assert_allclose(found["se"], se[:3], rtol=1e-5)
    mean = curves.rmst_difference(tau).iloc[0]
    assert mean["difference"] == pytest.approx(estimates(np.ones(len(data)))[3])
    assert mean["se"] == pytest.approx(se[3], rel=1e-5)
    assert mean["ci_high"] == pytest.approx(mean["difference"] + 1.959964 * mean["se"], rel=1e-6)
    assert mean["p_value"] == pytest.approx(2 * norm.sf(abs(mean["difference"] / mean["se"])))


def test_differences_of_standardised_curves_end_with_follow_up() -> None:
    curves = standardised_curves(TREATED, confounders="age")
    found = curves.survival_difference([0, 9, 16])
    assert found["time"].tolist() == [0, 9, 16]
    assert found.loc[0, ["difference", "se"]].tolist() == [0, 0]
    assert found.loc[2, ["difference", "se"]].isna().all()
    with pytest.raises(InputError, match="tau: expected a time within the follow-up, which ends"):
        curves.rmst_difference(16)


@pytest.mark.slow
def test_influence_on_standardised_curves_agrees_with_the_bootstrap() -> None:
    data = confounded(600, 5)
    options = {"confounders": ["age", "centre"]}
    curves = standardised_curves(data, **options)
    rng = np.random.default_rng(2)
    means, reads = [], []
    for _ in range(500):
        again = standardised_curves(data.iloc[rng.integers(0, 600, 600)], **options)
        means.append(again.rmst_difference(36)["difference"][0])
        reads.append(again.survival_difference([12, 36])["difference"])
    # 500 resamples know their own standard error to 3.2 %
    assert curves.rmst_difference(36)["se"][0] == pytest.approx(np.std(means, ddof=1), rel=0.12)
    se = curves.survival_difference([12, 36])["se"]
    np.testing.assert_allclose(se, np.std(reads, axis=0, ddof=1), rtol=0.12)


# Time lost to competing causes


def test_time_lost_by_hand() -> None:
    # Relapse at 2 and 4, death at 3, one censored at 6. F_relapse is 1/4 from 2 and 1/2 from 4,
    # F_death 1/4 from 3.
    data = pd.DataFrame({"duration": [2, 3, 4, 6], "cause": ["r", "d", "r", "censored"]})
    found = aalen_johansen(data).time_lost(5).set_index("cause")["months_lost"]
    assert found["r"] == pytest.approx(2 / 4 + 1 / 2)
    assert found["d"] == pytest.approx(2 / 4)


def competing(n: int, seed: int, late: bool = False, weighted: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    entry = np.where(rng.random(n) < 0.5, rng.integers(0, 9, n), 0) if late else np.zeros(n)
    return pd.DataFrame(
        {
            "start": entry,
            "duration": entry + rng.integers(1, 25, n),
            "cause": rng.choice(["a", "b", "c", "censored"], n, p=[0.3, 0.2, 0.2, 0.3]),
            "g": rng.integers(0, 2, n),
            "w": rng.integers(1, 9, n) / 4 if weighted else 1.0,
        }
    )


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_time_lost_and_the_restricted_mean_add_up_to_tau(late: bool, weighted: bool) -> None:
    data = competing(60, 7, late, weighted)
    options = {"by": "g", "entry": "start" if late else None, "weights": "w"}
    lost = aalen_johansen(data, **options).time_lost(18).groupby("group")["months_lost"].sum()
    data["event"] = data["cause"] != "censored"
    free = kaplan_meier(data, **options).rmst(18).set_index("group")["rmst"]
    np.testing.assert_allclose(lost + free, 18, rtol=1e-12)


@pytest.mark.parametrize("late", [False, True])
def test_errors_of_time_lost_are_derivatives_by_weights(late: bool) -> None:
    data = competing(30, 8, late, weighted=True)
    entry = "start" if late else None
    found = aalen_johansen(data, entry=entry, weights="w").time_lost(15)
    slopes = []
    for i in range(len(data)):
        step = 1e-5 * (np.arange(len(data)) == i)
        up, down = (
            aalen_johansen(data.assign(w=data["w"] * (1 + s)), entry=entry, weights="w")
            .time_lost(15)["months_lost"]
            .to_numpy()
            for s in (step, -step)
        )
        slopes.append((up - down) / 2e-5)
    np.testing.assert_allclose(found["se"], np.sqrt((np.array(slopes) ** 2).sum(axis=0)), rtol=1e-6)


def test_one_cause_loses_what_survival_lacks() -> None:
    data = competing(50, 9).assign(cause=lambda d: d["cause"].where(d["cause"] == "censored", "x"))
    lost = aalen_johansen(data, by="g").time_lost_difference(16)
    data["event"] = data["cause"] == "x"
    gained = kaplan_meier(data, by="g").rmst_difference(16)
    assert list(lost.columns) == [
        *("group", "reference", "cause", "difference", "se", "ci_low", "ci_high", "p_value")
    ]
    assert lost["difference"][0] == pytest.approx(-gained["difference"][0])
    assert lost["se"][0] == pytest.approx(gained["se"][0])
    assert lost["p_value"][0] == pytest.approx(gained["p_value"][0])


def test_incidence_with_late_entry_as_in_r() -> None:
    # R: summary(survfit(Surv(c(0,0,1,2,0,3), c(2,4,5,6,7,8), factor(c(1,2,0,1,2,1))) ~ 1,
    # id = 1:6), times = c(4, 6))[c("pstate", "std.err")]
    data = pd.DataFrame({"start": [0, 0, 1, 2, 0, 3], "duration": [2, 4, 5, 6, 7, 8]})
    data["cause"] = ["r", "d", "censored", "r", "d", "r"]
    read = aalen_johansen(data, entry="start").at([4, 6])
    np.testing.assert_allclose(read["cumulative_incidence"], [0.15, 0.15, 0.25, 0.45])
    of_r = [0.14620191517213, 0.14620191517213, 0.21650635094611, 0.24863516333062]
    np.testing.assert_allclose(read["se"], of_r, rtol=1e-10)


def test_what_time_lost_needs() -> None:
    curves = aalen_johansen(competing(20, 1))
    with pytest.raises(InputError, match="at least 2 groups"):
        curves.time_lost_difference(5)
    with pytest.raises(InputError, match="within the follow-up of group 'all'"):
        curves.time_lost(60)
    # nobody is left, so any month may be asked for: of ten, the four lived 2.5 on average
    ended = pd.DataFrame({"duration": [1, 2, 3, 4], "cause": ["a", "b", "a", "b"]})
    lost = aalen_johansen(ended, censored=None).time_lost(10)["months_lost"]
    assert lost.sum() == pytest.approx(7.5)
    emptied = pd.DataFrame({"start": [0, 2], "duration": [1, 3], "cause": ["a", "a"]})
    assert "fixed at zero from 1 on" in repr(aalen_johansen(emptied, entry="start", censored=None))


def test_before_the_first_time_nobody_has_gone() -> None:
    data = pd.DataFrame({"duration": [2, 3, 3], "event": [False, True, False]})
    read = kaplan_meier(data).at([0, 1, 2])
    assert read["censored"].tolist() == [0, 0, 1]
    assert read["events"].tolist() == [0, 0, 0]
    assert read["survival"].tolist() == [1, 1, 1]


# Curves with estimated weights


@pytest.mark.parametrize(
    ("estimand", "stabilised", "by"),
    [
        ("ATE", False, "hipec"),
        ("ATE", True, "hipec"),
        ("ATE", True, None),
        ("ATE", False, None),
        ("ATT", False, "hipec"),
        ("ATT", False, None),
        ("overlap", False, "centre"),
    ],
)
def test_errors_with_estimated_weights_are_derivatives(
    estimand: str, stabilised: bool, by: str | None
) -> None:
    data = confounded(40, 6)
    treated, names = data["hipec"].to_numpy(), ["age", "centre"]
    weights = propensity(data, "hipec", names, estimand=estimand, stabilised=stabilised)
    curves = kaplan_meier(data, by=by, weights=weights)
    at, tau = [8.0, 16.0], 18.0

    def estimates(case: np.ndarray) -> np.ndarray:
        x = data[names].to_numpy(dtype=float)[None]
        score = logistic_fit(treated[None], x, case[None]).probability[0]
        share = np.average(treated, weights=case)
        weight = treatment_weights(treated, score, estimand)
        weight = weight * np.where(treated, share, 1 - share) if stabilised else weight
        again = kaplan_meier(data.assign(w=weight * case), by=by, weights="w")
        means = again.rmst(tau)["rmst"].to_numpy()
        return np.concatenate([again.at(at)["survival"], means, means[1:] - means[:1]])

    slopes = []
    for i in range(len(data)):
        step = 1e-5 * (np.arange(len(data)) == i)
        slopes.append((estimates(1 + step) - estimates(1 - step)) / 2e-5)
    se = np.sqrt((np.array(slopes) ** 2).sum(axis=0))
    found = [curves.at(at)["se"], curves.rmst(tau)["se"]]
    found += [curves.rmst_difference(tau)["se"]] if by else []
    np.testing.assert_allclose(np.concatenate(found), se, rtol=1e-5)
    known = kaplan_meier(data.assign(w=weights.weights), by=by, weights="w")
    np.testing.assert_allclose(known.at(at)["survival"], curves.at(at)["survival"])
    assert not np.allclose(known.at(at)["se"], curves.at(at)["se"], rtol=1e-3)


def test_weighted_curves_as_the_study_has_them() -> None:
    model = scenario("modest").randomised()
    patients = simulate_cohort(400, model, seed=2).patients
    data = endpoint(patients, origin="surgery")
    data = data[data["cc_score"] <= 1]
    weights = propensity(data, "hipec", CONFOUNDERS)
    found = kaplan_meier(data, by="hipec", weights=weights).rmst_difference(60).iloc[0]
    study = simulation_study(model, 400, 1, ["iptw"], seed=2).estimates.iloc[0]
    assert found["difference"] == pytest.approx(study["estimate"], rel=1e-9)
    assert found["se"] == pytest.approx(study["se"], rel=1e-7)


def test_weights_belong_to_their_rows() -> None:
    data = confounded(40, 6)
    weights = propensity(data, "hipec", ["age"])
    with pytest.raises(InputError, match="weights: expected the rows that the weights were made"):
        kaplan_meier(data.iloc[1:], weights=weights)
    told = data.assign(told=data["hipec"])
    with pytest.warns(SeparationWarning):
        weights = propensity(told, "hipec", ["told"])
    assert kaplan_meier(told, by="hipec", weights=weights).rmst(20)["se"].isna().all()


def test_weights_cut_down_to_a_limit_do_not_move() -> None:
    data = confounded(80, 3)
    whole, cut = (propensity(data, "hipec", ["age"], truncate=t) for t in (None, 0.9))
    se = [kaplan_meier(data, by="hipec", weights=w).rmst(24)["se"] for w in (whole, cut)]
    assert (se[0] != se[1]).all()
    ones = np.eye(80)
    moved = np.abs(cut.owed(ones)).sum(axis=0)
    np.testing.assert_array_equal(moved == 0, cut.weights == cut.weights.max())
