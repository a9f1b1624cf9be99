"""Seven headlines of one world are the numbers of its truth."""

import numpy as np
import pytest

import dsrct_edu as dsrct
from dsrct_edu.studies import headlines


def test_nothing_is_told_as_nothing():
    table = headlines("null")
    assert len(table) == 7
    assert table["with"].to_numpy() == pytest.approx(table["without"].to_numpy())


def test_headlines_are_the_truth():
    table = headlines("modest").set_index("told_as")
    truth = dsrct.true_effect("modest")
    assert table.loc["hazard of death, ratio", "with"] == truth.hazard_ratio
    assert table.loc["months lived more, of the first 60", "with"] == truth.rmst_difference
    at_60 = truth.survival[truth.survival["time"] == 60].set_index("arm")["survival"]
    assert table.loc["alive at five years, of 100", "with"] == 100 * at_60["hipec"]
    world = dsrct.scenario("modest")
    hazard = table.loc["hazard of peritoneal relapse to month 18, ratio", "with"]
    assert hazard == pytest.approx(np.exp(world.effect_peritoneal_early))
    curve = truth.survival[truth.survival["arm"] == "hipec"].set_index("time")["survival"]
    median = table.loc["median survival, month", "with"]
    assert curve[median - 1] > 0.5 >= curve[median]


def test_a_world_of_ones_own():
    mine = dsrct.scenario("modest").replace(effect_peritoneal_early=0.0)
    assert headlines(mine)["with"].iloc[0] == 1
