"""Two-arm trials: against R, against the functions for one data set, and against theory."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from dsrct_edu import analysis
from dsrct_edu.disease import scenario
from dsrct_edu.errors import InputError
from dsrct_edu.studies import two_arm_trials
from dsrct_edu.studies.two_arm import analyse_trials, weibull_at

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def trials(replicates, n=60, unit=0.1, seed=3):
    design = two_arm_trials(
        n, 1, 0.6, control_median=20, accrual=12, follow_up=30, seed=seed
    ).design
    time, death, _ = design.draw(0, replicates)
    return np.maximum(np.rint(time / unit), 1) * unit, death, design.n_controls


@pytest.mark.parametrize("unit", [0.1, 3.0])
def test_each_trial_as_the_functions_for_one_have_it(unit):
    time, death, controls = trials(8, unit=unit)
    cox, logrank, survival, rmst = analyse_trials(time, death, None, controls, 24.0)
    for i in range(len(time)):
        arm = np.where(np.arange(60) >= controls, "new", "control")
        table = pd.DataFrame({"duration": time[i], "event": death[i], "arm": arm})
        table["new"] = table["arm"] == "new"
        fit = analysis.cox(table, "duration", "event", ["new"]).table.iloc[0]
        assert cox.estimate[i] == pytest.approx(fit["coef"], abs=1e-9)
        assert cox.se[i] == pytest.approx(fit["se"], rel=1e-9)
        tested = analysis.logrank(table, by="arm").statistic
        assert (logrank.estimate[i] / logrank.se[i]) ** 2 == pytest.approx(tested, rel=1e-9)
        curves = analysis.kaplan_meier(table, by="arm")
        at = curves.at([24.0]).set_index("group")
        difference = at.loc["new", "survival"] - at.loc["control", "survival"]
        assert survival.estimate[i] == pytest.approx(difference, abs=1e-12)
        assert survival.se[i] == pytest.approx(np.hypot(*at["se"]), rel=1e-9)
        means = curves.rmst(24.0).set_index("group")
        difference = means.loc["new", "rmst"] - means.loc["control", "rmst"]
        assert rmst.estimate[i] == pytest.approx(difference, abs=1e-10)
        assert rmst.se[i] == pytest.approx(np.hypot(*means["se"]), rel=1e-9)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize("unit", [None, 0.1, 1.0])
def test_each_trial_as_r_has_it(unit, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    peers = importlib.import_module("studies_peers")
    time, death, controls = trials(1000, n=200, unit=unit or 1e-9, seed=1)
    r, _, _ = peers.trials_with_r(time, death, controls)
    fits = analyse_trials(time, death, None, controls, 36.0)
    for name, fit in zip(("cox", "logrank", "survival", "rmst"), fits, strict=True):
        np.testing.assert_allclose(fit.estimate, r[name], rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(fit.se, r[f"{name}_se"], rtol=1e-8)


def test_monotone_likelihood_is_flagged():
    time = np.array([[1.0, 2.0, 3.0, 9.0, 9.0, 9.0], [1.0, 4.0, 2.0, 3.0, 5.0, 6.0]])
    death = np.array([[True, True, True, False, False, False], [True] * 6])
    cox, *_ = analyse_trials(time, death, None, 3, 8.0)
    assert list(cox.separated) == [True, False]
    assert list(cox.converged) == [False, True]
    assert cox.estimate[0] < -10
    assert cox.se[0] > 100


def test_nobody_dies():
    cox, logrank, survival, rmst = analyse_trials(
        np.full((1, 4), 5.0), np.zeros((1, 4), dtype=bool), None, 2, 4.0
    )
    assert np.isnan(cox.estimate[0])
    assert np.isnan(logrank.estimate[0])
    assert not cox.converged[0]
    assert survival.estimate[0] == rmst.estimate[0] == 0
    assert not survival.converged[0]


@pytest.mark.parametrize("shape", [0.7, 1.0, 2.0])
def test_weibull_truth_by_quadrature(shape):
    survival, mean = weibull_at(36.0, 40.0, shape, 0.7)
    curve = lambda t: np.exp(-0.7 * (t / 40.0) ** shape)  # noqa: E731
    assert survival == pytest.approx(curve(36.0), rel=1e-12)
    assert mean == pytest.approx(quad(curve, 0, 36)[0], rel=1e-8)


def test_estimates_centre_on_the_truth():
    study = two_arm_trials(300, 1000, 0.6, shape=1.4, dropout=0.005, allocation=0.4, seed=5)
    table = study.performance()
    cox_and_curves = table[table["method"] != "logrank"]
    limit = 3.5 * cox_and_curves["bias_mcse"] + 0.05 * cox_and_curves["empirical_se"]
    assert (cox_and_curves["bias"].abs() <= limit).all()
    assert table["coverage"].between(0.925, 0.975).all()
    assert (table["relative_error"].abs() < 9).all()


def test_no_effect_is_rejected_one_time_in_twenty():
    table = two_arm_trials(100, 2000, 1.0, seed=6).performance()
    assert table["rejection"].between(0.035, 0.07).all()


def test_a_trial_from_a_scenario_randomises_the_completely_resected():
    study = two_arm_trials(120, 400, scenario="strong", seed=2)
    table = study.performance().set_index(["method", "measure"])
    for key in (("cox", "log_hazard_ratio"), ("kaplan_meier", "rmst_difference")):
        line = table.loc[key]
        assert abs(line["bias"]) <= 3.5 * line["bias_mcse"] + 0.1 * line["empirical_se"], key
        assert 0.91 <= line["coverage"] <= 0.98, key
    harm = two_arm_trials(120, 100, scenario=scenario("harm"), seed=2).performance()
    assert harm["truth"].iloc[0] > 0


def test_seeds_differ_and_repeat():
    one, again, other = (two_arm_trials(50, 20, 0.7, seed=seed).estimates for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not np.allclose(one["estimate"], other["estimate"])


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"n_patients": 1}, "n_patients"),
        ({"n_patients": 20.5}, "n_patients"),
        ({"hazard_ratio": 0}, "hazard_ratio"),
        ({"hazard_ratio": float("nan")}, "hazard_ratio"),
        ({"control_median": -3}, "control_median"),
        ({"allocation": 1.0}, "allocation"),
        ({"horizon": 200}, "horizon"),
        ({"dropout": -0.1}, "dropout"),
        ({"scenario": "null"}, "hazard_ratio"),
        ({"n_replicates": 0}, "n_replicates"),
        ({"seed": -1}, "seed"),
        ({"shape": True}, "shape"),
    ],
)
def test_senseless_arguments_are_named(arguments, argument):
    with pytest.raises(InputError) as error:
        two_arm_trials(**{"n_patients": 50, "n_replicates": 2, "hazard_ratio": 0.7} | arguments)
    assert error.value.argument == argument


def test_neither_ratio_nor_scenario():
    with pytest.raises(InputError, match="a hazard ratio or a scenario"):
        two_arm_trials(50, 2)


@pytest.mark.slow
def test_a_million_trials_in_flat_memory():
    code = """
import resource
from dsrct_edu.studies import two_arm_trials
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
two_arm_trials(200, 10_000, 0.7, progress=False).performance()
small = peak()
study = two_arm_trials(200, 1_000_000, 0.7, progress=False)
stored = sum(part.nbytes for part in study.results) / 2**20
print(peak() - small - stored, abs(study.performance()["bias"].iloc[0]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    grown, bias = map(float, done.stdout.split())
    assert grown < 40  # MiB beyond the results themselves
    assert bias < 0.01
