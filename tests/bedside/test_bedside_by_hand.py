"""What the models of the bedside say, on numbers that can be worked out in the head.

Each of these was missing when small faults were planted in the modules (`make mutants`).
"""

from math import exp, log, sinh

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from dsrct_edu import InputError, bedside
from dsrct_edu.bedside.hipec._validity import ValidityWarning
from dsrct_edu.bedside.hipec.circuit import times


def test_cells_over_two_cycles():
    # A tenth survives each dose, and what survives doubles until the next.
    course = bedside.log_kill(1000, 0.1, cycles=2, cycle_days=21, doubling_days=21)
    np.testing.assert_allclose(course["cells"], [1000, 100, 200, 20, 40])
    assert course["cycle"].tolist() == [1, 1, 2, 2, 2]
    assert course["day"].tolist() == [0, 0, 21, 21, 42]
    waited = bedside.log_kill(1000, 0.1, 2, 21, 21, wait_days=42)
    assert waited.index.tolist() == [0, 1, 2, 3, 4, 5]
    assert waited.iloc[-1].tolist() == [2, 84, "operation", pytest.approx(160)]


def test_kill_that_is_needed_beside_regrowth():
    # To a quarter in two cycles, each to a half; with doubling a quarter must survive each dose.
    needed = bedside.kill_needed(-0.75, cycles=2, cycle_days=30, doubling_days=30)
    assert needed.surviving_fraction == pytest.approx(0.25)
    assert needed.net_log10 == pytest.approx(log(2) / log(10))
    for days in (0, -1):
        with pytest.raises(InputError, match="doubling_days"):
            bedside.kill_needed(-0.75, doubling_days=days)


def test_a_test_that_is_always_positive_tells_nothing():
    assert bedside.post_test_probability(0.3, 1.0, 0.0) == pytest.approx(0.3)
    with pytest.raises(InputError, match="no positive test"):
        bedside.post_test_probability([0.3, 1.0], [0.5, 0.0], 1.0)


def test_rows_of_the_rooms_are_numbered_through():
    room = bedside.break_apart_room(300, 200)
    assert room.index.tolist() == list(range(6))
    assert room["n"].tolist() == [259, 179, 10, 41, 21, 490]
    both = bedside.out_of_100({"one": room, "other": bedside.break_apart_room(700, 100)})
    assert both.index.tolist() == list(range(6))
    assert both["n"].tolist() == [58, 40, 2, 87, 13, 0]
    seen = bedside.what_tests_see()
    assert seen.index.tolist() == list(range(len(seen)))
    order = list(dict.fromkeys(seen["test"]))
    for _, rows in seen.groupby("tumour", sort=False):
        assert rows["test"].tolist() == order * (len(rows) // len(order))


def test_minutes_of_a_course():
    assert times(3).tolist() == [0, 1, 2, 3]
    assert times(2.5).tolist() == [0, 1, 2, 2.5]
    assert times(0).tolist() == [0]
    assert times([1, 1, 4]).tolist() == [1, 1, 4]
    for wrong in ([2, 1], [[1, 2]]):
        with pytest.raises(InputError, match="minutes"):
            times(wrong)


def test_rows_of_a_course_are_numbered_through():
    course = bedside.heat_course(2, 43.0, 4.0, tissue_l=12.0)
    assert course.index.tolist() == list(range(6))
    assert course["compartment"].tolist() == ["perfusate"] * 3 + ["tissue"] * 3


def test_water_that_loses_nothing_warms_by_one_exponential():
    # 3 L with 1.5 L/min and no loss: the gap to 43 degrees halves in 2 log 2 minutes.
    course = bedside.heat_course([2 * log(2), 4 * log(2)], 43.0, 1.5, loss_l_min=0.0)
    np.testing.assert_allclose(course["celsius"], [40.0, 41.5])
    assert bedside.steady_temperature(2.0, 43.0, 1.0) == pytest.approx(41.0)


def test_a_flat_and_a_round_residue():
    table = bedside.penetration_by_shape()
    assert table.index.tolist() == list(range(202))
    flat, round_ = (part for _, part in table.groupby("shape", sort=False))
    assert (flat["depth_mm"].iloc[0], flat["depth_mm"].iloc[-1]) == (0, 2.5)
    assert (round_["depth_mm"].iloc[0], round_["depth_mm"].iloc[-1]) == (0, 1.25)
    assert flat["share"].iloc[[0, -1]].tolist() == pytest.approx([1, exp(-5)])
    # At the centre sinh(r / d) / r is 1 / d.
    assert round_["share"].iloc[[0, -1]].tolist() == pytest.approx([1, 2.5 / sinh(2.5)])
    other = bedside.penetration_by_shape(1.0, 0.25)
    assert other["depth_mm"].max() == 1
    assert other["share"].min() == pytest.approx(exp(-4))


def test_what_the_upper_limit_of_cc_1_leaves_out():
    table = bedside.penetration_against_residual()
    assert table["residual_mm"].tolist() == [0.25, 1.0, 2.5] * 3
    assert table["fraction_at_depth"].iloc[0] == pytest.approx(10**-0.5)
    assert table["fraction_at_depth"].iloc[-1] == pytest.approx(exp(-5))


@pytest.mark.parametrize(("litres", "minutes"), [(1.0, 120), (12.0, 60), (3.0, 120.0)])
def test_what_was_published_needs_no_warning(litres, minutes):
    bedside.perfusion(100, litres, minutes)


@pytest.mark.parametrize(("litres", "minutes"), [(0.99, 60), (12.5, 60), (3.0, 120.5)])
def test_beyond_what_was_published_there_is_a_warning(litres, minutes):
    with pytest.warns(ValidityWarning, match="1 to 12 litres"):
        bedside.perfusion(100, litres, minutes)


def test_one_compartment_empties_along_one_exponential():
    # 60 mL/min out of 3 L: 2 % a minute.
    course = bedside.perfusion(90, 3.0, [0, 50], compartments=1)
    np.testing.assert_allclose(course["peritoneal_mg_l"], [30, 30 * exp(-1)])
    assert course["plasma_mg_l"].tolist() == [0, 0]
    kept = bedside.perfusion(90, 3.0, [0, 50], permeability_l_min=0.0, compartments=1)
    assert kept["peritoneal_mg_l"].tolist() == [30, 30]


def test_five_millimetres_are_a_rise_and_less_is_none():
    for tenths in range(100, 200):
        nadir = tenths / 10
        assert bedside.recist(30, round(nadir + 5, 1), nadir) == "PD"
        assert bedside.recist(30, round(nadir + 4.9, 1), nadir) != "PD"


def test_half_of_a_diameter_an_area_and_a_volume():
    # A quarter left: of the diameter, of an area of half the diameter, of a volume.
    table = bedside.half_of_what(0.75).set_index("measured")
    assert table["diameter_change"].tolist() == pytest.approx([-0.75, -0.5, 0.25 ** (1 / 3) - 1])
    assert table["area_change"]["area"] == pytest.approx(-0.75)
    assert table["area_change"]["diameter"] == pytest.approx(1 / 16 - 1)
    assert table["volume_change"].tolist() == pytest.approx([1 / 64 - 1, 1 / 8 - 1, -0.75])
    assert table["recist"].tolist() == ["PR", "PR", "PR"]
    assert bedside.half_of_what(0.3)["recist"].tolist() == ["PR", "SD", "SD"]
    assert bedside.half_of_what(1.0)["recist"].tolist() == ["CR"] * 3
    with pytest.raises(InputError, match="fall"):
        bedside.half_of_what(1.01)


def test_changes_have_bounds():
    assert bedside.volume_change(100) == pytest.approx(101**3 - 1)
    for wrong in (100.5, -1.01):
        with pytest.raises(InputError, match="diameter_change"):
            bedside.volume_change(wrong)
    with pytest.raises(InputError, match="size_cm"):
        bedside.lesion_size_score(60.5)
    with pytest.raises(InputError, match="residual_mm"):
        bedside.completeness_score(500.5)


def test_the_wall_cools_by_its_first_millimetre_and_then_slowly():
    found = bedside.wall_temperature([0, 0.5, 1, 11], 41.0)
    np.testing.assert_allclose(found, [41, 40.15, 39.3, 37.8])


def test_what_scans_find_is_seen_from_the_scan_on():
    patients = pd.DataFrame(
        {
            "surgery_month": [6.0] * 400,
            "recurrence": True,
            "recurrence_month": 10.0,
            "recurrence_site": "hepatic",
            "follow_up_month": np.linspace(10, 20, 400),
        }
    )
    seen = bedside.seen_at_scans(patients, every=6.0, seed=1)
    first = 6.0 * (1 - np.random.default_rng(1).random(400))  # of scans after the operation
    found = 6 + np.where(first >= 4, first, first + 6)
    late = np.ceil(found * 10 - 1e-6) / 10
    assert seen["recurrence"].tolist() == (late <= patients["follow_up_month"]).tolist()
    np.testing.assert_allclose(
        seen["recurrence_month"], np.where(late <= patients["follow_up_month"], late, np.nan)
    )
    at_the_end = patients.assign(follow_up_month=late)
    assert bedside.seen_at_scans(at_the_end, every=6.0, seed=1)["recurrence"].all()
    with pytest.raises(InputError, match="after surgery"):
        bedside.seen_at_scans(patients.assign(surgery_month=10.0), every=6.0)


def test_two_trials_beside_each_other():
    # log(0.5) - log(2) is -2 log 2, with the error 5 of 3 and 4.
    z, p = bedside.difference_of_trials(0.5, 3.0, 2.0, 4.0)
    assert z == pytest.approx(-2 * log(2) / 5)
    assert p == pytest.approx(2 * norm.cdf(z))
    assert bedside.difference_of_trials(2.0, 3.0, 2.0, 4.0) == (0, 1)
    found = bedside.randomised_trials()
    assert list(found.columns[8:]) == ["median_control_month", "se_log", "z", "p_value", "source"]
