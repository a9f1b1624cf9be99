"""The words under a survival curve hold the median and the interval of the result's table."""

import numpy as np
import pandas as pd
import pytest

from dsrct_edu.analysis import kaplan_meier
from dsrct_edu.figures.curves import survival_words
from dsrct_edu.wording import plain

SETS = 500


def data_set(number):
    """A small data set with ties; every second one has weights."""
    rng = np.random.default_rng([2026, number])
    n = int(rng.integers(4, 40))
    data = pd.DataFrame(
        {
            "duration": rng.integers(1, 10, n).astype(float),
            "event": rng.random(n) < rng.uniform(0.3, 0.9),
            "weight": rng.choice([0.5, 1.0, 1.7, 3.2], n),
        }
    )
    return data, "weight" if number % 2 else None


def said(value):
    return "not reached" if np.isinf(value) else plain(value)


@pytest.mark.parametrize("ci", ["log-log", "log", "plain"])
def test_the_words_hold_the_table(ci):
    for number in range(SETS):
        data, weights = data_set(number)
        curves = kaplan_meier(data, weights=weights, ci=ci)
        median, low, high = curves.median()[["median", "ci_low", "ci_high"]].iloc[0]
        words = survival_words(curves.to_frame())
        assert words.startswith(f"Median overall survival: {said(median)}"), (number, words)
        if np.isfinite([median, low, high]).any():
            assert f"(95% interval {said(low)} to {said(high)})" in words, (number, words)


def test_a_limit_that_comes_back_a_little():
    rows = (
        "1,1 1,1 2,0 2,0 2,1 3,1 4,1 4,1 4,1 4,1 5,0 5,1 5,1 5,1 6,1 6,1 7,0 7,1 7,1 8,1 9,0 9,1 "
    )
    rows += "10,1 11,0"
    time, event = np.array([row.split(",") for row in rows.split()], dtype=float).T
    curves = kaplan_meier(pd.DataFrame({"duration": time, "event": event}), ci="log")
    assert curves.median().iloc[0][["ci_low", "ci_high"]].tolist() == [4, 10]
    assert "interval 4.0 to 10.0" in survival_words(curves.to_frame())


def test_the_picture_says_the_same():
    curves = kaplan_meier(data_set(0)[0])
    assert curves.plot().words == survival_words(curves.to_frame())
