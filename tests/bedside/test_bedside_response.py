"""RECIST along every path, changes of size, kill, the peritoneal index."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dsrct_edu import bedside
from dsrct_edu.errors import InputError

ORDER = ["CR", "PR", "SD", "PD"]
baselines = st.floats(10.0, 400.0)
sums = st.one_of(st.just(0.0), st.floats(0.5, 400.0))
paths = st.tuples(baselines, st.lists(sums, min_size=1, max_size=8)).map(lambda p: [p[0], *p[1]])


@pytest.mark.parametrize(
    ("baseline", "current", "nadir", "new", "response"),
    [
        (100, 70, None, False, "PR"),  # exactly 30 %
        (100, 70.001, None, False, "SD"),
        (10.1, 7.07, None, False, "PR"),  # 30 % although 0.7 * 10.1 is not 7.07 in binary
        (100, 120, None, False, "PD"),  # exactly 20 % and more than 5 mm
        (100, 119.9, None, False, "SD"),
        (20, 24.9, None, False, "SD"),  # 24.5 %, but under 5 mm
        (20, 25, None, False, "PD"),  # exactly 5 mm
        (100, 60, 50, False, "PD"),  # still 40 % below baseline
        (100, 59, 50, False, "PR"),
        (100, 54, 50, True, "PD"),
        (100, 0, 50, True, "PD"),
        (100, 0, 50, False, "CR"),
        (100, 0, 0, False, "CR"),
        (100, 3, 0, False, "PD"),  # any tumour after none
    ],
)
def test_recist(baseline, current, nadir, new, response):
    assert bedside.recist(baseline, current, nadir, new) == response


@given(paths)
def test_response_at_every_visit_of_every_path(path):
    for visit in range(1, len(path)):
        nadir = min(path[:visit])
        response = bedside.recist(path[0], path[visit], nadir)
        if response == "PR":
            assert path[visit] <= 0.7 * path[0] * (1 + 1e-6)
        if response == "PD" and nadir > 0:
            assert path[visit] - nadir >= 5 - 1e-6
            assert path[visit] >= 1.2 * nadir * (1 - 1e-6)
        if response == "CR":
            assert path[visit] == 0


@given(baselines, sums, sums, st.floats(0.0, 1.0))
def test_more_tumour_is_never_a_better_response(baseline, one, other, part):
    nadir = part * baseline
    low, high = sorted((one, other))
    better, worse = (ORDER.index(bedside.recist(baseline, s, nadir)) for s in (low, high))
    assert better <= worse


@given(baselines, sums, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_deeper_nadir_is_never_a_better_response(baseline, current, one, other):
    low, high = sorted((one * baseline, other * baseline))
    deep, shallow = (ORDER.index(bedside.recist(baseline, current, n)) for n in (low, high))
    assert deep >= shallow


@given(baselines, sums, st.floats(0.0, 1.0))
def test_a_new_lesion_is_progression_whatever_the_sum(baseline, current, part):
    assert bedside.recist(baseline, current, part * baseline, new_lesion=True) == "PD"


@given(st.floats(0.1, 10.0), paths, st.integers(1, 7))
def test_scale_matters_only_through_the_five_millimetres(scale, path, visit):
    assume(visit < len(path) and path[0] * scale >= 10)
    nadir = min(path[:visit])
    grown = [path[visit] - nadir, scale * (path[visit] - nadir)]
    assume(all(abs(g - 5) > 1e-3 for g in grown) and (grown[0] > 5) == (grown[1] > 5))
    edges = (0.7 * path[0], 1.2 * nadir)
    assume(all(abs(path[visit] - edge) > 1e-6 * path[0] for edge in edges))
    scaled = bedside.recist(scale * path[0], scale * path[visit], scale * nadir)
    assert scaled == bedside.recist(path[0], path[visit], nadir)


@given(st.floats(-1.0, 10.0))
def test_diameter_and_volume_round_trip(change):
    volume = bedside.volume_change(change)
    assert bedside.diameter_change(volume) == pytest.approx(
        change, abs=2e-5 if change < -0.99 else 1e-9
    )
    assert type(volume) is float


def test_changes_take_arrays():
    diameters = np.array([-0.5, 0.0, 0.5])
    assert bedside.volume_change(diameters).tolist() == [-0.875, 0.0, 2.375]
    assert bedside.volume_change(pd.Series(diameters))[2] == 2.375
    assert bedside.diameter_change([-0.875, 0.0])[0] == -0.5


@given(st.floats(-0.999, 0.5), st.integers(1, 20), st.floats(1, 60), st.floats(20, 400))
def test_kill_needed_gives_the_change_asked_for(change, cycles, days, doubling):
    growth = 2 ** (days / doubling)
    assume((1 + change) ** (1 / cycles) <= growth)
    kill = bedside.kill_needed(change, cycles, days, doubling)
    course = bedside.log_kill(1e9, kill.surviving_fraction, cycles, days, doubling)
    assert course["cells"].iloc[-1] == pytest.approx(1e9 * (1 + change), rel=1e-9)
    assert len(course) == 2 * cycles + 1


scores = st.lists(st.integers(0, 3), min_size=13, max_size=13)


@given(scores)
def test_peritoneal_index_is_bounded_and_additive(values):
    index = bedside.peritoneal_cancer_index(values)
    assert 0 <= index <= 39
    assert index == bedside.pci_regions(values)["score"].sum()
    assert index == bedside.peritoneal_cancer_index(dict(enumerate(values)))
    assert index == bedside.peritoneal_cancer_index(np.array(values))


@given(scores, st.integers(0, 12))
def test_peritoneal_index_rises_with_each_region(values, region):
    assume(values[region] < 3)
    more = [*values]
    more[region] += 1
    assert bedside.peritoneal_cancer_index(more) == bedside.peritoneal_cancer_index(values) + 1


@given(st.floats(0, 60), st.floats(0, 60))
def test_sizes_are_scored_in_order(one, other):
    low, high = sorted((one, other))
    assert bedside.lesion_size_score(low) <= bedside.lesion_size_score(high)
    assert bedside.completeness_score(low) <= bedside.completeness_score(high)


@given(scores)
def test_ct_misses_within_bounds(values):
    table = bedside.what_ct_misses(values)
    assert (table["missed_low"] <= table["missed_high"]).all()
    assert (table["missed_high"] <= table["regions"]).all()
    regions = table.groupby("study")["regions"].sum()
    assert (regions == sum(v > 0 for v in values)).all()


def test_regions_are_the_thirteen_named_ones():
    assert (bedside.REGIONS[0], bedside.REGIONS[6], bedside.REGIONS[12]) == (
        "central",
        "pelvis",
        "lower ileum",
    )
    assert len(set(bedside.REGIONS)) == 13


def test_cells_grow_back_while_one_waits():
    course = bedside.log_kill(1e10, 10**-0.5, wait_days=60)
    assert course["moment"].tolist()[-2:] == ["end", "operation"]
    end, operation = course["cells"].tail(2)
    assert operation == pytest.approx(2 * end)
    assert course["day"].iloc[-1] == 207
    without = bedside.log_kill(1e10, 10**-0.5)
    pd.testing.assert_frame_equal(course.iloc[:-1], without, check_dtype=False)
    with pytest.raises(InputError, match="wait_days"):
        bedside.log_kill(1e10, 0.5, wait_days=-1)
