"""Every method of a study against the functions that a user would call on one registry."""

import importlib
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dsrct_edu as dsrct
from dsrct_edu import analysis
from dsrct_edu.disease import scenario, simulate_cohort
from dsrct_edu.studies import simulation_study
from dsrct_edu.studies.cohort_design import METHODS, method_truth
from dsrct_edu.vocabulary import CONFOUNDERS

N, REPLICATES, HORIZON = 120, 6, 60.0


@pytest.fixture(scope="module")
def study():
    return simulation_study("modest", N, REPLICATES, seed=11)


@pytest.fixture(scope="module")
def registries():
    whole = simulate_cohort(N * REPLICATES, "modest", seed=11).patients
    return [whole.iloc[i * N : (i + 1) * N].reset_index(drop=True) for i in range(REPLICATES)]


def cut(table, duration="duration", event="event"):
    table = table.copy()
    table[event] = table[event] & (table[duration] <= HORIZON)
    table[duration] = table[duration].clip(upper=HORIZON)
    return table


def clocks(registry):
    from_diagnosis = analysis.endpoint(registry)
    from_surgery = analysis.endpoint(registry, origin="surgery")
    resected = from_surgery[from_surgery["cc_score"] <= 1]
    yield "ever_never", from_diagnosis, "hipec"
    for month in (6, 9, 12):
        table = analysis.landmark(from_diagnosis, month)
        yield f"landmark_{month}", table, "treated_by_landmark"
    yield "operated_only", from_surgery, "hipec"
    yield "complete_resection", resected, "hipec"


def row(study, replicate, method, measure):
    table = study.estimates
    chosen = (table["replicate"] == replicate) & (table["method"] == method)
    return table[chosen & (table["measure"] == measure)].iloc[0]


@pytest.mark.parametrize("replicate", range(REPLICATES))
def test_two_group_methods(study, registries, replicate):
    for method, table, group in clocks(registries[replicate]):
        fit = analysis.cox(cut(table), "duration", "event", [group]).table.iloc[0]
        mine = row(study, replicate, method, "log_hazard_ratio")
        assert mine["estimate"] == pytest.approx(fit["coef"], abs=1e-8), method
        assert mine["se"] == pytest.approx(fit["se"], rel=1e-7), method
        months = analysis.kaplan_meier(table, by=group).rmst(HORIZON).set_index("group")
        mine = row(study, replicate, method, "rmst_difference")
        difference = months.loc[True, "rmst"] - months.loc[False, "rmst"]
        assert mine["estimate"] == pytest.approx(difference, abs=1e-9), method
        se = np.hypot(months.loc[True, "se"], months.loc[False, "se"])
        assert mine["se"] == pytest.approx(se, rel=1e-9), method


@pytest.mark.parametrize("replicate", range(REPLICATES))
def test_time_dependent(study, registries, replicate):
    rows = analysis.treatment_episodes(cut(analysis.endpoint(registries[replicate])))
    fit = analysis.cox(rows, "stop", "event", ["treated"], entry="start").table.iloc[0]
    mine = row(study, replicate, "time_dependent", "log_hazard_ratio")
    assert mine["estimate"] == pytest.approx(fit["coef"], abs=1e-8)
    assert mine["se"] == pytest.approx(fit["se"], rel=1e-7)


def test_adjusted_cox(study, registries):
    compared = 0
    for replicate, registry in enumerate(registries):
        mine = row(study, replicate, "adjusted_cox", "log_hazard_ratio")
        table = analysis.endpoint(registry, origin="surgery")
        table = cut(table[table["cc_score"] <= 1])
        varying = [name for name in CONFOUNDERS if table[name].nunique() > 1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = analysis.cox(table, "duration", "event", ["hipec", *varying])
        assert bool(mine["converged"]) == bool(fit.converged)
        if fit.converged:
            compared += 1
            assert mine["estimate"] == pytest.approx(fit.table["coef"].iloc[0], abs=1e-7)
            assert mine["se"] == pytest.approx(fit.table["se"].iloc[0], rel=1e-6)
    assert compared >= 3


def test_emulated_trial_against_its_bootstrap():
    """Influence functions and the bootstrap of patients tell the same standard error."""
    model = scenario("modest").randomised()
    patients = simulate_cohort(700, model, seed=4).patients
    trial = analysis.emulate_trial(patients).rmst_difference.iloc[0]
    bootstrap = analysis.emulate_trial(patients, resamples=400, rng=1).rmst_difference.iloc[0]
    study = simulation_study(model, 700, 1, ["emulated_trial"], seed=4)
    mine = study.estimates.iloc[0]
    assert mine["estimate"] == pytest.approx(bootstrap["difference"], abs=1e-7)
    assert mine["se"] == pytest.approx(trial["se"], rel=1e-6)
    # 400 resamples know their own standard error to 3.5 %
    assert mine["se"] == pytest.approx(bootstrap["se"], rel=0.12)


@pytest.mark.filterwarnings("ignore")  # of lifelines: convergence, weights that are not whole
def test_ten_methods_as_lifelines_has_them(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    peers = importlib.import_module("studies_peers")
    whole = simulate_cohort(150 * 6, "modest", seed=0).patients
    estimates = simulation_study("modest", 150, 6, seed=0).estimates
    mine = estimates.set_index(["replicate", "method", "measure"])
    compared = set()
    for number in range(6):
        registry = whole.iloc[number * 150 : (number + 1) * 150].reset_index(drop=True)
        tight = {"precision": 1e-12, "r_precision": 1e-14}
        for key, value in peers.registry_with_lifelines(registry, tight).items():
            line = mine.loc[(number, *key)]
            if line["converged"] and np.isfinite(value):
                compared.add(key[0])
                assert line["estimate"] == pytest.approx(value, abs=1e-5), key
    assert compared == set(METHODS)


def test_null_randomised_small():
    """A small version of the full-size check below."""
    methods = ["ever_never", "complete_resection", "adjusted_cox", "iptw", "emulated_trial"]
    study = simulation_study(scenario("null").randomised(), 400, 300, methods, seed=2)
    table = study.performance().set_index(["method", "measure"])
    for method in methods[1:]:
        line = table.loc[(method, METHODS[method].measures[-1])]
        assert abs(line["bias"]) <= 3.5 * line["bias_mcse"] + 0.1 * line["empirical_se"], method
        assert 0.9 <= line["coverage"] <= 0.985, method
    assert table.loc[("ever_never", "rmst_difference"), "coverage"] < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["null", "modest", "strong", "harm"])
def test_randomised_methods_are_right_and_the_gates_are_not(name):
    study = simulation_study(scenario(name).randomised(), 1000, 2000, seed=1)
    table = study.performance().set_index(["method", "measure"])
    for method in ("complete_resection", "adjusted_cox", "iptw", "emulated_trial"):
        for measure in METHODS[method].measures:
            line = table.loc[(method, measure)]
            limit = 3 * line["bias_mcse"] + 0.1 * line["empirical_se"]
            assert abs(line["bias"]) <= limit, (method, measure)
            assert 0.93 <= line["coverage"] <= 0.97, (method, measure)
    for method in list(METHODS)[:6]:
        line = table.loc[(method, METHODS[method].measures[0])]
        assert line["bias"] < -2 * line["empirical_se"], method


def test_separation_is_counted_not_hidden():
    study = simulation_study("null", 100, 100, ["iptw", "adjusted_cox", "landmark_6"], seed=8)
    converged, everything = (
        study.performance(which).set_index(["method", "measure"]) for which in ("converged", "all")
    )
    iptw = ("iptw", "rmst_difference")
    assert converged.loc[iptw, "n_separated"] > 5
    assert converged.loc[iptw, "n_used"] == converged.loc[iptw, "n_converged"]
    assert everything.loc[iptw, "n_used"] > converged.loc[iptw, "n_used"]
    pd.testing.assert_frame_equal(study.performance(), study.performance("all"))
    # A ratio whose likelihood has no maximum is counted, and in no mean.
    cox = ("adjusted_cox", "log_hazard_ratio")
    assert everything.loc[cox, "n_separated"] > 5
    assert everything.loc[cox, "n_used"] == everything.loc[cox, "n_converged"]
    assert (
        converged["n_converged"] + converged["n_separated"] + converged["n_missing"]
        <= converged["n_replicates"]
    ).all()


def test_a_registry_without_hipec_has_no_estimate():
    never = scenario("null").replace(offer_0=-40.0)
    study = simulation_study(never, 50, 3, seed=1)
    assert study.estimates["estimate"].isna().all()
    assert not study.estimates["converged"].any()


def test_bad_methods_are_named():
    from dsrct_edu.errors import InputError

    for bad in (["iptw", "iptw"], [], "iptw", ["cox"]):
        with pytest.raises(InputError, match="different methods out of ever_never"):
            simulation_study("null", 50, 2, bad)


def test_truth_is_exactly_nothing_where_hipec_does_nothing_however_it_is_chosen():
    null = dsrct.scenario("null").replace(offer_shrink=0.3)
    assert method_truth(null, "ever_never", "log_hazard_ratio") == 0.0
    assert method_truth(null, "iptw", "rmst_difference") == 0.0
    assert method_truth(dsrct.scenario("harm"), "iptw", "rmst_difference") < -1
    assert method_truth(dsrct.scenario("strong"), "ever_never", "log_hazard_ratio") < -0.2
