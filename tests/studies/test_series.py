"""Small series of one world, held against the Cox model of the same patients."""

import numpy as np
import pandas as pd
import pytest

import dsrct_edu as dsrct
from dsrct_edu.errors import InputError
from dsrct_edu.studies import pooled, small_series

ENDS = ["estimate", "ci_low", "ci_high"]


def test_a_series_is_the_cox_model_of_its_patients():
    found = small_series("modest", size=25, series=2, seed=3)
    patients = dsrct.simulate_cohort(int(50 / 0.3) + 200, "modest", 3).patients
    operated = dsrct.endpoint(patients, origin="surgery")
    mine = operated[operated["cc_score"] <= 1].iloc[25:50]
    months = mine["duration"].clip(upper=60)
    mine = mine.assign(event=mine["event"] & (mine["duration"] <= 60), duration=months)
    expected = dsrct.cox(mine, "duration", "event", ["hipec"]).table.loc["hipec"]
    ratios = ["hazard_ratio", "ci_low", "ci_high"]
    assert found.loc[1, ENDS].tolist() == pytest.approx(expected[ratios].tolist(), rel=1e-5)
    assert found["treated"][1] == mine["hipec"].sum()
    assert found["n"].tolist() == [25, 25]


def test_where_no_ratio_can_be_found_none_is_given():
    tiny = small_series("null", size=2, series=50, seed=1)
    assert tiny["estimate"].isna().any()
    assert tiny.loc[tiny["treated"].isin([0, 2]), ENDS].isna().all(axis=None)


def test_small_series_swing_more_than_large_ones():
    small, large = (small_series("null", size, 40, seed=2)["estimate"] for size in (20, 200))
    assert np.log(small).std() > 2 * np.log(large).std()


def test_together_the_more_precise_counts_more():
    two = pd.DataFrame({"estimate": [0.5, 2.0, np.nan]})
    width = np.array([2.0, 4.0, np.nan])
    two["ci_low"], two["ci_high"] = two["estimate"] / width, two["estimate"] * width
    found = np.log(pooled(two))
    # weights are 4 to 1, since the second interval is twice as wide
    assert found["estimate"] == pytest.approx((4 * np.log(0.5) + np.log(2)) / 5)
    assert found["ci_high"] - found["estimate"] == pytest.approx(np.log(2) * (4 / 5) ** 0.5)
    assert pooled(two.tail(1)).isna().all()


def test_series_that_cannot_be_made():
    with pytest.raises(InputError, match="size"):
        small_series(size=1)
    with pytest.raises(InputError, match="complete resections"):
        small_series(dsrct.scenario("null").replace(complete_0=-5.0), series=5)
