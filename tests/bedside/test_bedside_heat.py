"""Thermal dose over courses, the swapped-constants mutant, the lumped circuit and its failure."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from dsrct_edu import bedside
from dsrct_edu.bedside.hipec import heat

celsius = st.floats(39.0, 50.0)
minutes = st.floats(0.0, 180.0)


def worked_values():
    cases = [(60, 42.0), (60, 42.5), (60, 43.0), (90, 41.0), (60, 41.7), (60, 43.5)]
    return [bedside.thermal_dose(m, c) for m, c in cases]


RIGHT = [15.0, 30.0, 60.0, 5.625, 9.896, 84.853]


def swap_constants(monkeypatch):
    below, above = heat.R_BELOW_43, heat.R_ABOVE_43
    monkeypatch.setattr(heat, "R_BELOW_43", above)
    monkeypatch.setattr(heat, "R_ABOVE_43", below)


def test_swapped_constants_are_caught(monkeypatch):
    assert worked_values() == pytest.approx(RIGHT, abs=5e-4)
    swap_constants(monkeypatch)
    mutant = worked_values()
    assert bedside.thermal_dose(60, 42.5) == pytest.approx(42.43, abs=5e-3)  # the known bug
    wrong = [abs(m - r) > 1.0 for m, r in zip(mutant, RIGHT, strict=True)]
    assert wrong == [True, True, False, True, True, True]  # 43 degrees itself cannot tell


def test_swapped_constants_change_a_warm_up(monkeypatch):
    course = np.array([0, 15, 60.0]), np.array([37, 42.5, 42.5])
    right = heat.ramp_doses(*course).sum()
    assert right == pytest.approx(23.483, abs=5e-4)
    swap_constants(monkeypatch)
    assert heat.ramp_doses(*course).sum() > 1.4 * right


@given(minutes, st.floats(0.1, 60.0), celsius)
def test_dose_rises_with_time(time, more, hot):
    assert bedside.thermal_dose(time + more, hot) > bedside.thermal_dose(time, hot)


@given(st.floats(1.0, 180.0), celsius, st.floats(0.01, 5.0))
def test_dose_rises_with_temperature(time, hot, more):
    assert bedside.thermal_dose(time, hot + more) > bedside.thermal_dose(time, hot)


@given(st.lists(st.tuples(minutes, celsius), min_size=1, max_size=12))
def test_steps_add_up_in_any_order(steps):
    time, hot = zip(*steps, strict=True)
    parts = sum(bedside.thermal_dose(m, c) for m, c in steps)
    assert bedside.thermal_dose(time, hot) == pytest.approx(parts, rel=1e-12)
    assert bedside.thermal_dose(time[::-1], hot[::-1]) == pytest.approx(parts, rel=1e-12)


@settings(max_examples=60)
@given(celsius, celsius, st.floats(0.1, 120.0))
def test_ramp_is_integrated_exactly(start, end, length):
    def rate(t):
        now = start + (end - start) * t / length
        return (0.25 if now < 43.0 else 0.5) ** (43.0 - now)

    cross = [length * (43.0 - start) / (end - start)] if (start - 43) * (end - 43) < 0 else None
    expected, _ = quad(rate, 0.0, length, points=cross, epsabs=0.0, epsrel=1e-11)
    dose = heat.ramp_doses(np.array([0.0, length]), np.array([start, end]))
    assert dose.sum() == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.tuples(st.floats(0.5, 30.0), celsius), min_size=1, max_size=8))
def test_flat_course_with_jumps_equals_steps(steps):
    length = np.array([m for m, _ in steps])
    ends = np.cumsum(length)
    clock = np.column_stack([ends - length, ends]).ravel()
    clock[2::2] = clock[1:-1:2]  # a jump: the same time twice
    warm = np.repeat([c for _, c in steps], 2).astype(float)
    expected = bedside.thermal_dose(length, [c for _, c in steps])
    assert heat.ramp_doses(clock, warm).sum() == pytest.approx(expected, rel=1e-9)


def test_a_dose_says_where_it_is_poorly_supported():
    for dose in (bedside.thermal_dose(1, 55), bedside.thermal_dose(60, 38.5)):
        assert dose.notes == ("poorly supported below about 39 and above 52 degrees Celsius",)
        assert repr(dose) == f"{float(dose)!r} ({dose.notes[0]})"
        again = pickle.loads(pickle.dumps(dose))
        assert (again, again.notes) == (dose, dose.notes)
    # a cool start alone is no matter
    assert type(bedside.thermal_dose([15, 45], [37, 42])) is float
    assert repr(bedside.thermal_dose(60, 42.5)) == "30.0"
    assert bedside.thermal_dose(0, 42) == 0.0


def test_one_compartment_is_far_too_fast():
    clock, inflow = np.arange(0, 60, 0.1), 43.736

    def minutes_to_reach(near, **tissue):
        course = bedside.heat_course(clock, inflow, 4.0, **tissue)
        fluid = course[course["compartment"] == "perfusate"]
        return fluid.loc[fluid["celsius"] >= near, "minute"].iloc[0]

    observed, near = 18.0, 42.9
    assert minutes_to_reach(near) < observed / 6
    assert minutes_to_reach(near, tissue_l=12.0) == pytest.approx(observed, abs=0.6)
    # the time constant of the facts: about 2 minutes for 3 L at 1 L/min
    slow = bedside.heat_course([3 / 1.4906], 43.0, 1.0)["celsius"].iloc[0]
    settled = bedside.steady_temperature(1.0, 43.0)
    assert (slow - 37) / (settled - 37) == pytest.approx(1 - np.exp(-1), rel=1e-9)


@given(
    st.floats(38.0, 46.0), st.floats(0.2, 5.0), st.floats(0.5, 6.0), st.floats(0.0, 1.5),
    st.floats(0.1, 40.0), st.floats(1.6, 6.0),
)  # fmt: skip
@settings(max_examples=40)
def test_circuit_equals_numerical_solution(inflow, flow, volume, loss, tissue, exchange):
    clock = np.linspace(0, 60, 7)
    course = bedside.heat_course(
        clock, inflow, flow, volume, loss, tissue_l=tissue, exchange_l_min=exchange
    )
    cooling = loss * exchange / (exchange - loss)

    def change(_, y):
        fluid, wall = y
        return [
            (flow * (inflow - fluid) - exchange * (fluid - wall)) / volume,
            (exchange * (fluid - wall) - cooling * (wall - 37.0)) / tissue,
        ]

    solved = solve_ivp(change, (0, 60), [37, 37], "LSODA", clock, rtol=1e-10, atol=1e-12).y
    for compartment, row in zip(("perfusate", "tissue"), solved, strict=True):
        found = course.loc[course["compartment"] == compartment, "celsius"]
        assert found.to_numpy() == pytest.approx(row, abs=1e-6)
    fluid = course.loc[course["compartment"] == "perfusate", "celsius"].to_numpy()
    assert (np.diff(fluid) >= -1e-9).all()
    assert fluid[-1] <= bedside.steady_temperature(flow, inflow, loss) + 1e-9


def test_wall_cools_with_depth():
    wall = bedside.wall_temperature(np.linspace(0, 20, 50))
    assert wall[0] == 40.6
    assert (np.diff(wall) < 0).all()


def test_course_carries_its_dose():
    course = bedside.heat_course(60, 44.0, 2.0, tissue_l=12.0)
    for _, part in course.groupby("compartment"):
        middle = (part["celsius"].to_numpy()[1:] + part["celsius"].to_numpy()[:-1]) / 2
        expected = bedside.thermal_dose(np.diff(part["minute"]), middle)
        assert part["cem43"].iloc[-1] == pytest.approx(expected, rel=5e-3)
        assert (np.diff(part["cem43"]) > 0).all()
    by_compartment = course.groupby("compartment")["cem43"].last()
    assert by_compartment["tissue"] < by_compartment["perfusate"]
