"""Influence functions of the weighted methods against derivatives taken numerically.

The reference is written apart from the kit: every estimate is a function of case weights, and
the influence of a patient is its derivative with respect to that patient's weight.
"""

import numpy as np
import pytest

from dsrct_edu.disease import scenario
from dsrct_edu.disease.simulate import draw
from dsrct_edu.studies.adjusted import emulated_trial, iptw
from dsrct_edu.studies.cohort_design import from_draw

HORIZON = 60.0


def propensity(treated, covariates, weights):
    x = np.column_stack([np.ones(len(treated)), covariates])
    x[:, 1:] = (x[:, 1:] - x[:, 1:].mean(axis=0)) / x[:, 1:].std(axis=0)
    coef = np.zeros(x.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-x @ coef))
        score = x.T @ (weights * (treated - p))
        coef = coef + np.linalg.solve((x.T * (weights * p * (1 - p))) @ x, score)
    return 1 / (1 + np.exp(-x @ coef))


def rmst(entry, time, death, weights):
    """Weighted Kaplan-Meier by definition, one step a distinct death time."""
    steps = np.unique(time[death & (time <= HORIZON)])[:, None]
    at_risk = ((entry < steps) & (time >= steps)) @ weights
    died = ((time == steps) & death) @ weights
    survival = np.concatenate([[1.0], np.cumprod(1 - died / at_risk)])
    return survival @ np.diff(np.concatenate([[0.0], steps[:, 0], [HORIZON]]))


def weighted_difference(one, case_weights):
    p = propensity(one["treated"], one["covariates"], case_weights)
    zero = np.zeros(len(p))
    arms = [
        rmst(zero, one["time"], one["death"], case_weights * chosen / chance)
        for chosen, chance in ((~one["treated"], 1 - p), (one["treated"], p))
    ]
    return arms[1] - arms[0]


def emulated_difference(one, case_weights):
    resected = one["complete"]
    p = propensity(one["hipec"][resected], one["confounders"][resected], case_weights[resected])
    until = np.where(resected, one["surgery"], one["time"])
    entry = np.concatenate([np.zeros(len(until)), one["surgery"][resected]])
    time = np.concatenate([until, one["time"][resected]])
    death = np.concatenate([one["death"] & ~resected, one["death"][resected]])
    treated = one["hipec"][resected]
    arms = []
    for chosen, chance in ((~treated, 1 - p), (treated, p)):
        after = case_weights[resected] * chosen / chance
        arms.append(rmst(entry, time, death, np.concatenate([case_weights, after])))
    return arms[1] - arms[0]


def numerically(function, one, n, step=1e-5):
    slopes = np.empty(n)
    for i in range(n):
        up, down = np.ones(n), np.ones(n)
        up[i] += step
        down[i] -= step
        slopes[i] = (function(one, up) - function(one, down)) / (2 * step)
    return slopes


@pytest.fixture(scope="module")
def registries():
    return from_draw(draw(scenario("modest").randomised(), 300, seed=5, replicates=3))


def test_iptw_estimate_and_standard_error(registries):
    fit = iptw(registries, HORIZON)["rmst_difference"]
    assert fit.converged.sum() >= 2
    for r in np.flatnonzero(fit.converged):
        rows = registries.complete[r]
        months = np.rint((registries.time - registries.surgery)[r, rows] * 10) / 10
        one = {
            "time": months,
            "death": registries.death[r, rows],
            "treated": registries.hipec[r, rows],
            "covariates": registries.confounders[r, rows],
        }
        n = int(rows.sum())
        assert fit.estimate[r] == pytest.approx(weighted_difference(one, np.ones(n)), abs=1e-8)
        slopes = numerically(weighted_difference, one, n)
        assert fit.se[r] == pytest.approx(np.sqrt(np.sum(slopes**2)), rel=1e-6)


def test_emulated_trial_estimate_and_standard_error(registries):
    fit = emulated_trial(registries, HORIZON)["rmst_difference"]
    r = np.flatnonzero(fit.converged)[0]
    names = ("time", "death", "hipec", "complete", "surgery", "confounders")
    one = {name: getattr(registries, name)[r] for name in names}
    assert fit.estimate[r] == pytest.approx(emulated_difference(one, np.ones(300)), abs=1e-8)
    slopes = numerically(emulated_difference, one, 300)
    assert fit.se[r] == pytest.approx(np.sqrt(np.sum(slopes**2)), rel=1e-6)
