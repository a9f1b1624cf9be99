"""What was wrong once: the smallest data set that shows it, and what is right.

The data sets are in `reference/faults`. R's answers to them are in `expected.csv` there, which
`make reference` writes; where R has none, the test says what is right and why.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import HERE, Case, kept_cases, load_case
from fuzz_answers import Refused, read_answers

from dsrct_edu.analysis import (
    ConvergenceWarning,
    aalen_johansen,
    cox,
    emulate_trial,
    endpoint,
    kaplan_meier,
    logrank,
    standardised_curves,
    treatment_episodes,
)
from dsrct_edu.errors import InputError

FAULTS = HERE / "faults"


def case(name: str) -> Case:
    return load_case(FAULTS / f"{name}.csv")


@cache
def expected() -> dict[str, Any]:
    return read_answers(FAULTS / "expected.csv")


def r(name: str, quantity: str) -> np.ndarray:
    """R's answer."""
    found = expected()[name].values[quantity]
    assert isinstance(found, np.ndarray)
    return found


def r_refuses(name: str, quantity: str) -> bool:
    return isinstance(expected()[name].values[quantity], Refused)


def agree(found: object, wanted: object) -> None:
    values = np.atleast_1d(np.asarray(found, dtype=float))
    np.testing.assert_allclose(values, wanted, rtol=1e-8, atol=1e-10, equal_nan=True)


def fit_of(data: Case, **options: Any) -> Any:
    columns = {name: data.has(name) for name in ("entry", "strata", "cluster", "weights")}
    plan = {"covariates": data.covariates, "ties": data.ties, **columns, **options}
    return cox(data.data, "time", "event", **plan)


def test_r_was_asked_about_every_kept_data_set() -> None:
    assert set(expected()) == {kept.name for kept in kept_cases()}


# Times closer than R's tolerance are one time


def test_times_that_differ_by_rounding_are_one_time() -> None:
    # .1 + .2 and .3, .8 - .1 and .7
    data = case("ties")
    test = logrank(data.data, "time", "event", "group")
    agree(test.statistic, r("ties", "logrank"))
    assert test.statistic == pytest.approx(1.033, abs=5e-4)
    fit = fit_of(data)
    agree(fit.table["coef"], r("ties", "cox"))
    assert fit.table["coef"]["x1"] == pytest.approx(-0.4926, abs=5e-5)
    agree(fit.proportional_hazards("rank")["chi_square"], r("ties", "zph_rank"))
    agree(fit.concordance, r("ties", "concordance"))
    read = kaplan_meier(data.data, "time", "event", by="group").at([0.3, 0.7])
    agree(read["survival"][read["group"] == 1], r("ties", "km.1")[:2])
    incidence = aalen_johansen(data.data, "time", "cause", by="group", censored=None)
    read = incidence.at([0.3, 0.7])
    agree(read["cumulative_incidence"][read["group"] == 1], r("ties", "aj_1.1")[:2])


def test_who_enters_at_the_time_of_an_event_but_for_rounding_is_not_at_risk_for_it() -> None:
    # Entry at .3, the event at .1 + .2, which is a little later.
    data = case("entry")
    read = kaplan_meier(data.data, "time", "event", entry="entry").at(data.times)
    agree(read["survival"], r("entry", "km.1"))
    fit = fit_of(data)
    agree(fit.table["coef"], r("entry", "cox"))
    agree(fit.log_likelihood, r("entry", "cox_loglik"))


def test_a_chain_of_near_ties_is_one_time_the_first_of_them() -> None:
    # 1, 1 + 1e-8, 1 + 2e-8, 1 + 3e-8: each within the tolerance of the next.
    data = case("chain")
    curves = kaplan_meier(data.data, "time", "event", by="group")
    agree(curves.at([1.0])["survival"], [1 / 3, 1 / 3])
    agree(curves.quantile(0.5)["quantile"], [r("chain", "quantile.1")[1]] * 2)
    agree(fit_of(data).table["coef"], r("chain", "cox"))


def test_the_tolerance_grows_with_the_mean_time() -> None:
    # 100,000 and 100,000.001 days
    data = case("large_times")
    agree(logrank(data.data, "time", "event", "group").statistic, r("large_times", "logrank"))
    agree(fit_of(data).table["coef"], r("large_times", "cox"))


def test_near_ties_are_found_in_the_whole_table_before_it_is_parted() -> None:
    # .3 is in one group and stratum, .1 + .2 in the other.
    data = case("across_groups")
    curves = kaplan_meier(data.data, "time", "event", by="group")
    read = curves.at([0.3])
    agree(read["survival"][read["group"] == 2], r("across_groups", "km.2")[0])
    agree(logrank(data.data, "time", "event", "group").statistic, r("across_groups", "logrank"))


@pytest.mark.parametrize(
    "analysis", [fit_of, lambda data: kaplan_meier(data.data, "time", "event", entry="entry")]
)
def test_a_row_that_lasts_no_time_but_for_rounding_is_refused(analysis: Any) -> None:
    assert r_refuses("no_length", "cox")
    with pytest.raises(InputError, match="entry"):
        analysis(case("no_length"))


# The emulated trial's interval


def emulated(name: str, **options: Any) -> pd.Series:
    patients = pd.read_csv(FAULTS / f"{name}.csv")
    confounders = [column for column in patients if column.startswith("c") and len(column) == 2]
    return emulate_trial(patients, confounders, **options).rmst_difference.iloc[0]


def test_errors_of_an_emulated_trial_need_no_resamples() -> None:
    # In 165 of 200 resamples the confounders tell for certain who is treated.
    found = emulated("few_resamples", rng=0)
    assert found["se"] > 0
    assert found["ci_low"] < found["difference"] < found["ci_high"]
    assert emulated("few_resamples", rng=1)["se"] == found["se"]


def test_a_bootstrap_of_which_more_than_a_tenth_fails_gives_no_interval() -> None:
    found = emulated("few_resamples", resamples=200)
    assert np.isnan(found[["ci_low", "ci_high"]].to_numpy(float)).all()


@pytest.mark.filterwarnings("ignore::dsrct_edu.analysis.SeparationWarning")
def test_no_interval_misses_its_own_estimate() -> None:
    # Two of 200 resamples are left, and gave 4.9 to 8.1 for an estimate of 2.5.
    found = emulated("interval_beside_estimate", resamples=200)
    assert not found["ci_low"] > found["difference"]
    assert not found["ci_high"] < found["difference"]


# Arms


def test_the_order_of_categories_does_not_swap_the_arms() -> None:
    patients = pd.read_csv(FAULTS / "arms.csv")
    by_number = standardised_curves(patients, confounders=["age"]).at(9)["survival"]
    turned = pd.Categorical(patients["hipec"] == 1, categories=[True, False])
    found = standardised_curves(patients.assign(hipec=turned), confounders=["age"]).at(9)
    agree(found["survival"], by_number)


# Tests that are not defined


@pytest.mark.parametrize("transform", ["km", "rank", "identity"])
def test_with_one_event_time_nothing_can_change_with_time(transform: str) -> None:
    data = case("one_event_time")
    assert r_refuses("one_event_time", f"zph_{transform}")
    test = fit_of(data).proportional_hazards(transform)
    assert test["chi_square"].isna().all()
    assert test["p_value"].isna().all()


def test_one_cluster_is_refused() -> None:
    # R gives a standard error of 1e-14.
    assert r("one_cluster", "cox_se")[0] < 1e-10
    with pytest.raises(InputError, match="cluster"):
        fit_of(case("one_cluster"))


def test_few_clusters_are_said() -> None:
    fit = fit_of(case("two_clusters"), covariates=["x1"])
    assert "clusters" in repr(fit)


# Limits and p values that do not exist


def test_a_difference_without_an_error_has_no_p_value() -> None:
    # All of one group die at 2, all of the other at 5.
    data = case("all_die_at_once")
    curves = kaplan_meier(data.data, "time", "event", by="group")
    for tau in (2, 5):
        found = curves.rmst_difference(tau).iloc[0]
        assert found["se"] == 0
        assert np.isnan(found["p_value"])


def test_a_median_whose_limits_do_not_exist_has_none() -> None:
    # The curve falls from 1 to 0 at once.
    data = case("limits_undefined")
    median = kaplan_meier(data.data, "time", "event").median().iloc[0]
    assert median["median"] == r("limits_undefined", "quantile.1")[1] == 4
    assert np.isnan(r("limits_undefined", "quantile_low_log-log.1")).all()
    assert np.isnan(median["ci_low"])


@pytest.mark.parametrize("ci", ["log-log", "log", "plain"])
@pytest.mark.parametrize("name", ["limits_undefined", "left_truncation", "all_die_at_once"])
def test_no_lower_limit_is_above_its_median(name: str, ci: str) -> None:
    data = case(name)
    curves = kaplan_meier(data.data, "time", "event", by="group", entry=data.has("entry"), ci=ci)
    for p in (0.25, 0.5, 0.75):
        found = curves.quantile(p)
        assert not (found["ci_low"] > found["quantile"]).any()


# Covariates that say nothing


@pytest.mark.parametrize("name", ["constant_in_risk_sets", "constant_in_strata"])
def test_a_covariate_that_is_constant_in_every_risk_set_has_no_coefficient(name: str) -> None:
    fit = fit_of(case(name))
    assert fit.converged
    agree(fit.table["coef"], r(name, "cox"))
    agree(fit.table["se"], r(name, "cox_se"))
    agree(fit.log_likelihood, r(name, "cox_loglik"))
    assert np.isnan(fit.table["coef"]["x1"])
    assert "x1" in repr(fit).partition("p_value")[2]


def test_near_collinearity_is_named_and_not_taken_for_separation() -> None:
    # x2 is x1 but for 2e-8.
    assert np.isnan(r("nearly_collinear", "cox")[1])
    with pytest.raises(InputError, match=r"x2.*determine each other"):
        fit_of(case("nearly_collinear"))


# Left truncation


def test_an_early_risk_set_that_runs_empty_is_said() -> None:
    # The only one at risk at 1 dies; two come in at 2.
    data = case("left_truncation")
    curves = kaplan_meier(data.data, "time", "event", entry="entry")
    agree(curves.at(data.times)["survival"], r("left_truncation", "km.1"))
    agree(curves.at(data.times)["survival"], [0, 0])
    assert "zero" in repr(curves)


# Answers and errors that a user sees


def test_standardised_curves_are_not_known_beyond_follow_up() -> None:
    curves = standardised_curves(pd.read_csv(FAULTS / "arms.csv"), confounders=["age"])
    assert curves.at(15)["survival"].notna().all()
    assert curves.at(15.1)["survival"].isna().all()


def test_a_fraction_of_a_resample_is_refused() -> None:
    patients = pd.read_csv(FAULTS / "arms.csv")
    with pytest.raises(InputError, match="resamples"):
        standardised_curves(patients, confounders=["age"], resamples=2.5)


def test_a_horizon_in_words_is_refused() -> None:
    from dsrct_edu import true_effect

    with pytest.raises(InputError, match="horizon"):
        true_effect("null", horizon="60")


def test_episodes_of_patients_with_one_index_are_told_apart_or_refused() -> None:
    patients = pd.DataFrame(
        {
            "duration": [12.0, 20.0],
            "event": [True, False],
            "hipec": [True, False],
            "surgery_month": [5.0, None],
        },
        index=[0, 0],
    )
    try:
        episodes = treatment_episodes(patients, keep=[])
    except InputError:
        return
    assert episodes["stop"].tolist() == [5.0, 12.0, 20.0]


@pytest.mark.parametrize("values", [[30, 41, 22, 35], [True, False, False, True]])
def test_numbers_in_a_column_of_objects_are_read_or_refused_with_help(values: list[Any]) -> None:
    data = pd.DataFrame({"duration": [3, 5, 6, 8], "event": [1, 1, 0, 1], "x": values})
    wanted = cox(data, covariates="x").table
    try:
        found = cox(data.assign(x=data["x"].astype(object)), covariates="x").table
    except InputError as refusal:
        said = str(refusal)
    else:
        pd.testing.assert_frame_equal(found, wanted)
        return
    assert "Text" not in said  # they are numbers


def test_groups_that_are_dates_keep_their_dates() -> None:
    days = pd.to_datetime(["2020-01-01", "2021-06-30"] * 2)
    data = pd.DataFrame({"duration": [3, 5, 6, 8], "event": [1, 1, 0, 1], "group": days})
    table = logrank(data, by="group").table
    assert pd.to_datetime(table["group"]).tolist() == sorted(set(days))
    assert not pd.api.types.is_integer_dtype(table["group"])


def test_a_time_in_words_is_refused() -> None:
    data = pd.DataFrame({"duration": [3, 5, 6, 8], "event": [1, 1, 0, 1]})
    with pytest.raises(InputError, match="12"):
        kaplan_meier(data).at("12")


def test_months_are_rounded_to_tenths_only_if_they_came_in_tenths() -> None:
    patients = pd.DataFrame(
        {
            "operated": [True, True],
            "surgery_month": [6.30, 7.1],
            "death": [True, False],
            "follow_up_month": [6.34, 41.0],
        }
    )
    found = endpoint(patients, origin="surgery")["duration"]
    agree(found, [0.04, 33.9])
    tenths = patients.assign(follow_up_month=[6.4, 41.0])
    assert endpoint(tenths, origin="surgery")["duration"].tolist() == [0.1, 33.9]


# Found by the fuzz


def test_a_covariate_far_from_zero_spoils_no_error() -> None:
    # Years from 2000 to 2006: without centring the standard error was 605, for 0.25.
    fit = fit_of(case("calendar_year"))
    agree(fit.table["coef"], r("calendar_year", "cox"))
    agree(fit.table["se"], r("calendar_year", "cox_se"))
    for transform in ("km", "rank", "identity"):
        found = fit.proportional_hazards(transform)["chi_square"]
        agree(found, r("calendar_year", f"zph_{transform}"))


def test_standardised_curves_do_not_depend_on_where_years_start() -> None:
    data = case("calendar_year").data.assign(hipec=[0, 1, 0, 1, 0, 1])
    near = data.assign(x1=data["x1"] - 2000)
    found, wanted = (
        standardised_curves(table, "time", confounders=["x1"]).at([2, 4])["survival"]
        for table in (data, near)
    )
    agree(found, wanted)


def test_an_incidence_of_one_has_no_error() -> None:
    data = case("incidence_of_one")
    read = aalen_johansen(data.data, "time", "cause", censored=0).at(5)
    agree(read["cumulative_incidence"], 1)
    agree(read["se"], 0)
    agree(read["ci_low"], 1)


def test_who_comes_in_when_all_are_gone_adds_no_error() -> None:
    # In group 2 the only one at risk has the event at 1, when the other comes in.
    data = case("late_entry_after_the_end")
    columns = {"entry": "entry", "weights": "weights"}
    read = aalen_johansen(data.data, "time", "cause", by="group", censored=None, **columns)
    found = read.at(data.times)
    own = found[(found["group"] == 2) & (found["cause"] == 1)]
    agree(own["se"][:6], r("late_entry_after_the_end", "aj_se_1.2")[:6])


def test_one_kind_of_error_holds_for_all_groups() -> None:
    # The weights of the first group are whole by chance, those of the second are not.
    data = case("whole_by_chance")
    curves = kaplan_meier(data.data, "time", "event", by="group", weights="weights")
    read = curves.at(data.times)
    for group in (1, 2):
        agree(read["se"][read["group"] == group], r("whole_by_chance", f"km_se.{group}"))


def test_a_coefficient_that_is_rounding_ranks_nobody() -> None:
    # The only event is at the mean of its risk set: the score is zero, but for 1e-17.
    fit = fit_of(case("zero_but_for_rounding"))
    agree(fit.table["coef"], 0)
    agree(fit.concordance, r("zero_but_for_rounding", "concordance"))


@pytest.mark.parametrize("name", ["rounding_of_strata", "rounding_of_entry"])
def test_what_is_left_of_a_risk_set_is_not_lost_in_what_is_taken_off(name: str) -> None:
    # Hazards differ by factors of millions, so other strata, or those who enter later, drowned it.
    fit = fit_of(case(name))
    assert fit.converged
    agree(fit.table["coef"], r(name, "cox"))
    agree(fit.table["se"], r(name, "cox_se"))
    agree(fit.proportional_hazards("rank")["chi_square"], r(name, "zph_rank"))


def test_a_coefficient_without_bounds_raises_one_warning_only() -> None:
    # NumPy warned of an overflow besides, which is no help to a reader.
    with pytest.warns(ConvergenceWarning):
        assert not fit_of(case("overflow")).converged
