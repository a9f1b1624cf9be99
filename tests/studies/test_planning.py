"""Power, events, patients, and the Bayesian reading of a trial."""

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.stats import norm

from dsrct_edu.errors import InputError
from dsrct_edu.studies import (
    decisions,
    posterior,
    power_curve,
    sceptical_prior,
    simulation_study,
    staircase,
    trial_size,
    two_arm_trials,
)
from dsrct_edu.studies.planning import event_probability


def test_posterior_by_hand():
    # 30 events at log 0.6 and a sceptic worth 10: mean 3/4 of it, variance 4 / 40
    belief = posterior(log(0.6), 30, 0.0, 10)
    assert belief.mean == pytest.approx(0.75 * log(0.6), rel=1e-14)
    assert belief.sd == pytest.approx(sqrt(0.1), rel=1e-14)
    assert belief.probability_below(1) == pytest.approx(norm.cdf(-belief.mean / sqrt(0.1)))
    low, high = belief.interval()
    assert low == pytest.approx(exp(belief.mean - 1.959964 * sqrt(0.1)), rel=1e-6)
    assert low < belief.hazard_ratio < high


def test_unequal_arms_are_worth_less():
    assert posterior(0.0, 40, allocation=0.25).sd == pytest.approx(sqrt(1 / (0.1875 * 40)))


def test_sceptic_leaves_a_small_chance():
    events = sceptical_prior(0.6)
    assert posterior(0.0, 0, 0.0, events).probability_below(0.6) == pytest.approx(0.05)


def test_no_events_no_prior():
    with pytest.raises(InputError, match="events, or a prior worth some"):
        posterior(0.0, 0)


def test_scepticism_lowers_false_declarations():
    none = two_arm_trials(80, 1500, 1.0, seed=1)
    flat, sceptic = decisions(none), decisions(none, prior_events=60)
    assert 0.03 < flat["declared"] < 0.07  # one-sided 5 %
    assert sceptic["declared"] < flat["declared"]
    assert sceptic["declared_mcse"] == pytest.approx(
        sqrt(sceptic["declared"] * (1 - sceptic["declared"]) / sceptic["n_used"])
    )


def test_event_probability_as_simulated():
    design = two_arm_trials(
        500, 1, 0.6, shape=1.3, accrual=20, follow_up=10, horizon=20, dropout=0.01
    ).design
    _, death, _ = design.draw(0, 400)
    se = sqrt(0.25 / death.size)
    assert event_probability(design) == pytest.approx(death.mean(), abs=4 * se)


def test_power_meets_schoenfeld():
    size = trial_size(0.6, control_median=12, accrual=12, follow_up=24, horizon=24)
    table = power_curve(
        [0.6],
        [int(size["patients"])],
        1500,
        control_median=12,
        accrual=12,
        follow_up=24,
        horizon=24,
    )
    line = table.iloc[0]
    assert line["power"] == pytest.approx(0.8, abs=0.04)
    assert line["events"] == pytest.approx(size["events"], abs=1)


def test_power_rises_with_size_and_effect():
    table = power_curve([0.5, 0.8], [40, 160], 400).pivot(
        index="hazard_ratio", columns="n_patients", values="power"
    )
    assert (np.diff(table.to_numpy(), axis=1) > 0).all()
    assert (table.loc[0.5] > table.loc[0.8]).all()


@pytest.fixture(scope="module")
def study():
    return simulation_study("null", 100, 120, seed=4)


def test_staircase_falls_towards_the_truth(study):
    table = staircase(study, replicates="all").set_index("method")
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
