"""The truth: committed numbers, their Monte Carlo errors, and the Cox fits behind them."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

import dsrct_edu as dsrct
from dsrct_edu.disease import scenario, true_effect
from dsrct_edu.disease.simulate import draw
from dsrct_edu.disease.stacked import Stacked, cox_stacked
from dsrct_edu.disease.truth import (
    PATIENTS,
    _committed,
    _Tally,
    censored_key,
    censored_log_hazard_ratio,
    effect_key,
    simulate_censored,
    simulate_effect,
)
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import ARMS, CONFOUNDERS

NAMES = ("null", "modest", "strong", "harm")
ORIGINS = ("surgery", "diagnosis")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("horizon", [36.0, 60.0])
def test_standard_truths_are_committed(name, horizon):
    model = scenario(name)
    for origin in ORIGINS:
        numbers = _committed()[effect_key(model, origin, horizon)]
        assert numbers["patients"] >= PATIENTS
        assert numbers["rmst_difference_mcse"] < 0.005
        assert numbers["log_hazard_ratio_mcse"] < 0.001
    for adjusted in (False, True):
        assert _committed()[censored_key(model, adjusted, horizon)]["log_hazard_ratio_mcse"] < 0.001


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("origin", ORIGINS)
def test_committed_truth_is_what_fewer_patients_find(name, origin):
    committed = true_effect(name, origin)
    fresh = simulate_effect(scenario(name), origin, 60.0, patients=150_000, seed=77)
    for value, error in (
        ("rmst_difference", "rmst_difference_mcse"),
        ("log_hazard_ratio", "log_hazard_ratio_mcse"),
    ):
        both = np.hypot(fresh[error], getattr(committed, error))
        assert abs(fresh[value] - getattr(committed, value)) <= 4 * both + 1e-12, value


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("origin", ORIGINS)
def test_committed_truth_is_what_the_code_computes(name, origin):
    fresh = simulate_effect(scenario(name), origin, 60.0)
    committed = _committed()[effect_key(scenario(name), origin, 60.0)]
    assert fresh["patients"] == committed["patients"]
    for key in ("rmst_difference", "log_hazard_ratio"):
        assert fresh[key] == pytest.approx(committed[key], abs=1e-9)
    assert np.allclose(fresh["survival"], committed["survival"], atol=2e-6)


@pytest.mark.parametrize("name", ["modest", "harm"])
@pytest.mark.parametrize("adjusted", [False, True])
def test_committed_censored_truth_is_what_fewer_patients_find(name, adjusted):
    committed = censored_log_hazard_ratio(name, adjusted)
    fresh = simulate_censored(scenario(name), adjusted, 60.0, patients=60_000, seed=78)
    error = np.hypot(fresh.log_hazard_ratio_mcse, committed.log_hazard_ratio_mcse)
    assert abs(fresh.log_hazard_ratio - committed.log_hazard_ratio) < 4 * error


@pytest.mark.parametrize("origin", ORIGINS)
def test_null_truth_is_exactly_nothing(origin):
    effect = true_effect("null", origin)
    assert effect.rmst_difference == 0
    assert effect.rmst_difference_mcse == 0
    assert effect.hazard_ratio == pytest.approx(1, abs=1e-12)
    survival = effect.survival.pivot(index="time", columns="arm", values="survival")
    assert (survival["hipec"] == survival["no_hipec"]).all()


def test_scenarios_are_what_their_names_say():
    gains = {name: true_effect(name).rmst_difference for name in NAMES}
    assert 1.2 < gains["modest"] < 2.2
    assert 3.5 < gains["strong"] < 6
    assert -3.5 < gains["harm"] < -1.5
    ratios = {name: true_effect(name).hazard_ratio for name in NAMES}
    assert ratios["strong"] < ratios["modest"] < 1 < ratios["harm"]


def gained(model, patients=300_000):
    """Months within 60 of surgery, and the share dead within 90 days with HIPEC."""
    pairs = draw(model, patients, seed=31)
    rows = pairs.latent["complete"]
    death = {
        arm: (pairs.arms[arm]["death_month"] - pairs.latent["surgery_month"])[rows] for arm in ARMS
    }
    lived = {arm: np.minimum(months, 60) for arm, months in death.items()}
    return np.mean(lived["hipec"] - lived["no_hipec"]), np.mean(death["hipec"] < 90 / 30.4375)


def test_harm_is_plausible_and_works_through_complications_and_what_they_cost():
    harm = scenario("harm")
    whole, early = gained(harm)
    assert early <= 0.035
    without, _ = gained(harm.replace(effect_complication=0, effect_adjuvant=0))
    alone, _ = gained(
        scenario("null").replace(
            effect_complication=harm.effect_complication, effect_adjuvant=harm.effect_adjuvant
        )
    )
    assert whole - without < whole / 3
    assert alone < whole / 3


def test_switches_leave_the_truth_alone():
    plain = true_effect("strong")
    for model in (scenario("strong").randomised(0.3), scenario("strong").hidden_confounding()):
        assert true_effect(model).rmst_difference == plain.rmst_difference


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("origin", ORIGINS)
def test_curves_add_up(name, origin):
    effect = true_effect(name, origin)
    assert effect.survival["time"].max() == 60
    incidence = effect.cumulative_incidence
    assert set(incidence["cause"]) == {"peritoneal", "hepatic", "distant", "death"}
    total = incidence.groupby(["arm", "time"])["cumulative_incidence"].sum()
    assert total.between(0, 1).all()
    alive = effect.survival.set_index(["arm", "time"])["survival"]
    # Whoever is dead has had a first event.
    assert (total + alive >= 1 - 5e-6).all()
    # The area under the curves is the RMST that was summed patient by patient.
    area = {arm: np.trapezoid(alive[arm], alive[arm].index) for arm in ("hipec", "no_hipec")}
    assert area["hipec"] - area["no_hipec"] == pytest.approx(effect.rmst_difference, abs=0.02)


def test_incidence_and_event_free_share_are_one():
    model, horizon = scenario("strong"), 60.0
    numbers = simulate_effect(model, "surgery", horizon, patients=20_000, seed=5)
    pairs = draw(model, 20_000, seed=5)
    rows = pairs.latent["complete"]
    for arm, name in enumerate(ARMS):
        outcome = pairs.arms[name]
        first = np.minimum(outcome["recurrence_month"], outcome["death_month"])
        free = np.mean((first - pairs.latent["surgery_month"])[rows] > 36)
        events = np.sum([cause[36] for cause in numbers["cumulative_incidence"][arm]])
        assert free + events == pytest.approx(1, abs=5e-6)


@pytest.mark.parametrize("adjusted", [False, True])
def test_stacked_cox_agrees_with_lifelines(adjusted):
    rng = np.random.default_rng(2)
    n, length = 300, 601
    covariates = rng.normal(size=(n, 2)).astype(np.float32) if adjusted else np.empty((n, 0), "f4")
    risk = np.exp(0.5 * rng.normal(size=n) + covariates @ np.full(covariates.shape[1], 0.4))
    months = rng.exponential(1 / risk, size=(2, n))
    # Ranks: no ties, so that lifelines' Efron and the grid's Breslow mean the same.
    places = months.ravel().argsort().argsort().reshape(2, n).astype(np.uint16)
    events = [rng.random(n) < 0.8 for _ in range(2)]
    data = Stacked((places[0], places[1]), (events[0], events[1]), covariates, length)
    estimate, error = cox_stacked(data)
    names = list("xy")[: covariates.shape[1]]
    table = pd.DataFrame(np.vstack([covariates, covariates]), columns=names)
    table["treated"] = np.repeat([0.0, 1.0], n)
    table["time"], table["event"] = places.ravel() + 1.0, np.concatenate(events)
    table["patient"] = np.tile(np.arange(n), 2)
    fit = CoxPHFitter().fit(table, "time", "event", cluster_col="patient")
    assert estimate == pytest.approx(fit.params_["treated"], abs=1e-5)
    assert error == pytest.approx(fit.standard_errors_["treated"], rel=1e-4)


def test_confounders_are_registry_columns():
    assert set(CONFOUNDERS) <= set(draw(scenario("null"), 5).observed)


@pytest.mark.parametrize(
    "arguments",
    [("none",), ("null", "death"), ("null", "surgery", 0), ("null", "surgery", float("nan"))],
)
def test_bad_input_is_named(arguments):
    with pytest.raises(InputError):
        true_effect(*arguments)


def test_other_horizons_and_scenarios_are_simulated(monkeypatch):
    monkeypatch.setattr("dsrct_edu.disease.truth.PATIENTS", 20_000)
    monkeypatch.setattr("dsrct_edu.disease.truth.MOST", 20_000)
    monkeypatch.setattr(simulate_effect, "__defaults__", (20_000, 20_000))
    effect = true_effect(scenario("strong").replace(effect_cure=3), "surgery", 24.5)
    assert effect.survival["time"].max() == 24.5
    assert effect.rmst_difference > 0
    assert "changed" in repr(effect)


def test_both_futures_are_those_of_the_truth():
    cohort = dsrct.simulate_cohort(3000, "strong", seed=4)
    both = cohort.both_futures()
    assert (both["event"] == (both["cause"] != "censored")).all()
    assert both["duration"].between(0.1, 120).all()
    resected = cohort.patients["cc_score"] <= 1
    truth = cohort.truth[resected].set_index("patient_id")
    surgery = cohort.patients[resected].set_index("patient_id")["surgery_month"]
    for arm, name in (("no_hipec", "no HIPEC"), ("hipec", "HIPEC")):
        mine = both[both["arm"] == name].set_index("patient_id")
        assert (mine["hipec"] == (arm == "hipec")).all()
        first = truth[[f"recurrence_month_{arm}", f"death_month_{arm}"]].min(axis=1) - surgery
        assert (mine["duration"] - first.clip(0.1, 120)).abs().max() <= 0.05 + 1e-9
        relapsed = mine["cause"].isin(["peritoneal", "hepatic", "distant"])
        sites = truth[f"recurrence_site_{arm}"]
        assert (mine["cause"][relapsed].astype(str) == sites[relapsed]).all()


def test_a_rate_leaves_one_where_nothing_acts():
    """HIPEC acts on the peritoneum alone, and the hepatic hazard ratio of everybody is not 1."""
    only = {"effect_peritoneal_early": -1.0, "effect_peritoneal_late": -0.5}
    cohort = dsrct.simulate_cohort(50_000, dsrct.scenario("null").replace(**only), seed=8)
    found = dsrct.analysis.cause_specific_hazards(
        cohort.both_futures(), covariates=["hipec"], cluster="patient_id"
    ).set_index("cause")
    assert found.loc["hepatic", "ci_low"] > 1.1
    assert found.loc["peritoneal", "ci_high"] < 0.75


def test_fewer_patients_are_simulated_when_asked():
    model = scenario("strong").replace(effect_cure=2.5)
    effect = true_effect(model, "surgery", 36, patients=20_000)
    assert effect.patients < 30_000
    assert effect.rmst_difference_mcse > 0.02
    assert true_effect("strong", patients=20_000).patients > 1_000_000  # that one is in the file
    with pytest.raises(InputError, match="patients: expected a whole number, 10,000"):
        true_effect(model, patients=10)


def test_the_error_of_a_truth_is_that_of_a_mean():
    """Drawn at once and counted plainly: months gained, and their deviation over the root of n."""
    model = scenario("strong")
    found = simulate_effect(model, "surgery", 48.0, patients=3000, seed=8)
    block = draw(model, 3000, seed=8)
    complete, start = block.latent["complete"][0], block.latent["surgery_month"][0]
    lived = [np.minimum(block.arms[arm]["death_month"][0] - start, 48)[complete] for arm in ARMS]
    gain = lived[ARMS.index("hipec")] - lived[ARMS.index("no_hipec")]
    assert found["rmst_difference"] == pytest.approx(gain.mean(), rel=1e-9)
    assert found["rmst_difference_mcse"] == pytest.approx(gain.std() / len(gain) ** 0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("drawn", "counted", "goes_on"), [(100, 100, True), (100, 10**9, False), (99, 10**9, True)]
)
def test_more_are_drawn_until_the_error_is_below_the_bar(drawn, counted, goes_on):
    tally = _Tally("surgery", 48.0)
    tally.drawn, tally.count, tally.squares = drawn, counted, float(counted)  # a variance of one
    block = draw(scenario("strong"), 50, seed=8)
    assert list(tally.watch([block], 100)) == [block] * goes_on
