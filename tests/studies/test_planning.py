"""Power, and the Bayesian reading of a trial."""

from math import ceil, log, sqrt

import numpy as np
import pytest
from scipy.stats import norm

from dsrct_edu.analysis import events_needed
from dsrct_edu.errors import InputError
from dsrct_edu.studies import (
    decisions,
    sceptical_prior,
    simulation_study,
    staircase,
    two_arm_trials,
)


def test_sceptic_leaves_a_small_chance():
    sd = sqrt(4 / sceptical_prior(0.6))
    assert norm.cdf(log(0.6) / sd) == pytest.approx(0.05)


def test_scepticism_lowers_false_declarations():
    none = two_arm_trials(80, 1500, 1.0, seed=1)
    flat, sceptic = decisions(none), decisions(none, prior_events=60)
    assert 0.03 < flat["declared"] < 0.07  # one-sided 5 %
    assert sceptic["declared"] < flat["declared"]
    assert sceptic["declared_mcse"] == pytest.approx(
        sqrt(sceptic["declared"] * (1 - sceptic["declared"]) / sceptic["n_used"])
    )


def test_power_meets_schoenfeld():
    everyone_dies = {"accrual": 0, "follow_up": 1000, "horizon": 60, "progress": False}
    needed = ceil(events_needed(0.6))
    power = [
        two_arm_trials(n, 1500, 0.6, **everyone_dies)
        .performance()
        .set_index("method")
        .loc["logrank", "rejection"]
        for n in (needed // 2, needed)
    ]
    assert power[1] == pytest.approx(0.8, abs=0.04)
    assert power[0] < 0.6


@pytest.fixture(scope="module")
def study():
    return simulation_study("null", 100, 120, seed=4)


def test_staircase_falls_towards_the_truth(study):
    table = staircase(study).set_index("method")
    assert list(table.columns[:1]) == ["label"]
    steps = table["estimate"]
    assert steps["ever_never"] > steps["operated_only"] > steps["complete_resection"]
    assert (table["truth"] == 0).all()
    assert (table["ci_low"] < table["estimate"]).all()


def test_staircase_of_ratios_is_the_exponential_of_logs(study):
    logs, ratios = (staircase(study, name) for name in ("log_hazard_ratio", "hazard_ratio"))
    np.testing.assert_allclose(np.exp(logs["estimate"]), ratios["estimate"])
    np.testing.assert_allclose(np.exp(logs["ci_high"]), ratios["ci_high"])


def test_monte_carlo_interval_is_narrower(study):
    spread, mean = (staircase(study, interval=name) for name in ("spread", "monte_carlo"))
    assert (mean["ci_high"] - mean["ci_low"] < spread["ci_high"] - spread["ci_low"]).all()


def test_staircase_names_its_options(study):
    with pytest.raises(InputError, match="rmst_difference"):
        staircase(study, "median")
    with pytest.raises(InputError, match="spread"):
        staircase(study, interval="wide")
    with pytest.raises(InputError, match="converged"):
        study.performance("some")


def test_plot_carries_its_words(study):
    words = study.plot().words
    assert words.startswith("Months gained")
    assert "Everyone: ever or never HIPEC" in words
    assert "truth 0.00" in words
    assert study.plot("hazard_ratio", steps=1).words.startswith("Step 1 of 8. Hazard ratio")
