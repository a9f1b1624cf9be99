"""Performance formulas against numbers worked by hand."""

from math import isnan, sqrt

import numpy as np
import pytest

from dsrct_edu.studies.measures import NAMES, OF_ESTIMATES, performance

# Four repetitions, truth 2: errors -1, 0, 0, 2; squared 1, 0, 0, 4; mean estimate 2.25.
ESTIMATE = np.array([1.0, 2.0, 2.0, 4.0])
SE = np.array([0.3, 1.0, 1.0, 0.8])
TRUTH = 2.0


@pytest.fixture
def measured():
    return performance(ESTIMATE, SE, TRUTH, z=2.0)


def test_bias_and_its_mcse_by_hand(measured):
    # deviations from 2.25: -1.25, -.25, -.25, 1.75; squares sum to 4.75
    assert measured["bias"] == 0.25
    assert measured["bias_mcse"] == pytest.approx(sqrt(4.75 / (4 * 3)), rel=1e-14)


def test_mean_and_quantiles_by_hand(measured):
    # of four estimates in order, the quantile q stands at place 3 q: .075 and 2.925
    assert measured["mean"] == 2.25
    assert measured["q025"] == pytest.approx(1 + 0.075, rel=1e-14)
    assert measured["q975"] == pytest.approx(2 + 0.925 * 2, rel=1e-14)


def test_empirical_se_by_hand(measured):
    assert measured["empirical_se"] == pytest.approx(sqrt(4.75 / 3), rel=1e-14)
    assert measured["empirical_se_mcse"] == pytest.approx(sqrt(4.75 / 3) / sqrt(6), rel=1e-14)


def test_mse_by_hand(measured):
    # squared errors 1, 0, 0, 4: mean 1.25; deviations -.25, -1.25, -1.25, 2.75; squares 10.75
    assert measured["mse"] == 1.25
    assert measured["mse_mcse"] == pytest.approx(sqrt(10.75 / (4 * 3)), rel=1e-14)


def test_model_se_by_hand(measured):
    # squared standard errors .09, 1, 1, .64: mean .6825
    # deviations -.5925, .3175, .3175, -.0425: squares .35105625 + 2 * .10080625 + .00180625
    spread = (0.35105625 + 2 * 0.10080625 + 0.00180625) / 3
    assert measured["model_se"] == pytest.approx(sqrt(0.6825), rel=1e-14)
    assert measured["model_se_mcse"] == pytest.approx(sqrt(spread / (4 * 4 * 0.6825)), rel=1e-12)
    ratio = sqrt(0.6825) / sqrt(4.75 / 3)
    assert measured["relative_error"] == pytest.approx(100 * (ratio - 1), rel=1e-12)
    assert measured["relative_error_mcse"] == pytest.approx(
        100 * ratio * sqrt(spread / (4 * 4 * 0.6825**2) + 1 / (2 * 3)), rel=1e-12
    )


def test_shares_by_hand(measured):
    # intervals [.4, 1.6], [0, 4], [0, 4], [2.4, 5.6]: two of four hold 2, two hold 2.25,
    # and those that leave out zero are the first and the last (0 touches: not rejected)
    assert measured["coverage"] == 0.5
    assert measured["coverage_mcse"] == 0.25
    assert measured["bias_eliminated_coverage"] == 0.5
    assert measured["rejection"] == 0.5
    assert measured["rejection_mcse"] == 0.25


def test_without_truth_only_what_needs_none():
    measured = performance(ESTIMATE, SE, float("nan"))
    assert isnan(measured["bias"])
    assert isnan(measured["bias_mcse"])
    assert isnan(measured["coverage"])
    assert measured["empirical_se"] > 0
    assert measured["rejection"] == 1.0


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_repetitions_are_missing_not_zero(n):
    measured = performance(ESTIMATE[:n], SE[:n], TRUTH)
    pairs = {key for name in NAMES for key in (name, f"{name}_mcse")}
    assert set(measured) == {*OF_ESTIMATES, *pairs}
    assert isnan(measured["empirical_se"])
    assert isnan(measured["bias"]) == (n == 0)
