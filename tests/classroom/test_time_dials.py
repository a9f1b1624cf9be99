"""What the dials on time show is what a textbook says they must."""

import numpy as np
import pytest
from scipy.integrate import trapezoid

import dsrct_edu as dsrct
from dsrct_edu.classroom import time_dials
from dsrct_edu.wording import plain, ratio


@pytest.mark.parametrize("month", [1, 6, 12, 24])
def test_a_coin_counted_from_its_toss_is_nothing(month):
    table = time_dials.coin_at(month)
    late = table[table["duration"] > month]
    fit = dsrct.cox(late, "duration", "event", ["wristband"], weights="weight")
    assert fit.table["coef"].iloc[0] == pytest.approx(0, abs=1e-9)
    assert table.groupby("patient_id")["weight"].sum().eq(1).all()


def test_the_later_the_coin_the_more_it_seems_to_help():
    months = dsrct.dials.immortal_time().controls["month"].values
    ratios = [time_dials._coin(month)[1] for month in months]
    assert ratios[0] == pytest.approx(1, abs=1e-9)
    assert (np.diff(ratios) < 0).all()
    assert ratios[-1] < 0.5


def test_words_of_the_coin_are_those_of_its_picture():
    dial = dsrct.dials.immortal_time()
    table = dial.table()
    for setting in dial.settings():
        month, said = setting["month"], dial.words(**setting)
        mine = table[table["month"] == month]
        (alive,) = mine.loc[(mine["layer"] == "truth") & (mine["x"] == month), "y"]
        assert f"{100 * alive:.0f} of 100 are still alive" in said
        assert ratio(time_dials._coin(month)[1]) in said
        band = mine[(mine["layer"] == "wristband") & (mine["x"] <= month)]
        assert (band["y"] == 1).all()  # nobody with a wristband dies before the coin


def test_scans_move_what_is_seen_and_nobody_who_lives():
    dial = dsrct.dials.scan_interval()
    table = dial.table()
    alive = table[table["layer"] == "alive"].pivot(index="x", columns="every", values="y")
    assert alive.nunique(axis=1).eq(1).all()
    seen = [time_dials._from_surgery("recurrence_or_death", every)[1] for every in (0, 1, 3, 6, 12)]
    assert (np.diff(seen) > 0).all()
    # A scan comes half an interval late, on average; deaths in between take off a little.
    late = np.array(seen[1:]) - seen[0]
    assert late == pytest.approx([0.5, 1.5, 3.0, 6.0], abs=0.3)
    for setting in dial.settings():
        median = time_dials._from_surgery("recurrence_or_death", setting["every"])[1]
        assert f"by month {plain(median)}" in dial.words(**setting)


def test_people_and_months_are_those_of_the_curves():
    dial = dsrct.dials.hazard_and_baseline()
    fine = np.linspace(0, 60, 60_001)
    for setting in dial.settings():
        share, power = setting["alive"] / 100, setting["ratio"]
        more, months = time_dials.in_people_and_months(power, setting["alive"])
        between = time_dials._alive_at(fine, share, power) - time_dials._alive_at(fine, share, 1)
        assert more == pytest.approx(100 * between[-1])
        assert months == pytest.approx(trapezoid(between, fine), abs=1e-6)
        if power < 1:
            assert f"{more:.0f} more" in dial.words(**setting)
