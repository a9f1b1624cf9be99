"""Score intervals of shares and of their paired change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsrct_edu.classroom import paired

# always, gained, lost, never: change with limits, from R 4: `prop.test(correct = FALSE)` for each
# share, joined as Newcombe 1998 does (method 10). The first are the children of Fagerland 2014
# (doi:10.1002/sim.6148), the second the worked example of Altman 2000, Statistics with Confidence.
FROM_R = {
    (1, 7, 1, 12): (0.285714285714, 0.025559124165, 0.506920226686),
    (14, 0, 5, 22): (-0.121951219512, -0.226492684351, -0.011483241383),
    (59, 16, 6, 80): (0.062111801242, 0.004625113933, 0.118621195639),
    (5, 3, 2, 2): (0.083333333333, -0.271787783321, 0.411525759506),
    (0, 12, 0, 0): (1.0, 0.657061686994, 1.0),
    (4, 0, 0, 8): (0.0, -0.163528403328, 0.163528403328),
    (3, 6, 5, 0): (0.071428571429, -0.355205804828, 0.470420183079),
    (10, 1, 0, 1): (0.083333333333, -0.181349161688, 0.354374300316),
}
counts = st.tuples(*[st.integers(0, 40)] * 4).filter(lambda four: sum(four) > 0)


def three(estimate):
    return [float(part) for part in (estimate.value, estimate.low, estimate.high)]


@pytest.mark.parametrize(("table", "expected"), FROM_R.items())
def test_the_change_agrees_with_r(table, expected):
    assert three(paired.change(*table)) == pytest.approx(expected, abs=1e-11)


def test_a_share_by_hand():
    # 9 of 12, z squared 3.8415: (9 + 1.9207) / 15.8415 and its half width
    assert three(paired.share(9, 12)) == pytest.approx([0.75, 0.4677, 0.9111], abs=5e-5)
    assert np.isnan(three(paired.share(0, 0))).all()


@given(counts)
def test_a_change_stays_in_its_range_and_turns_with_time(table):
    always, gained, lost, never = table
    one, back = paired.change(*table), paired.change(always, lost, gained, never)
    value, low, high = three(one)
    assert -1 <= low <= value <= high <= 1
    assert three(back) == pytest.approx([-value, -high, -low])


@given(counts)
def test_right_and_wrong_may_change_places(table):
    always, gained, lost, never = table
    turned = paired.change(never, lost, gained, always)
    value, low, high = three(paired.change(*table))
    assert three(turned) == pytest.approx([-value, -high, -low])


@given(counts, counts)
def test_combining_turns_with_the_sign(one, other):
    parts = [paired.change(*one), paired.change(*other)]
    value, low, high = three(paired.combined(parts, [0.5, -0.5]))
    assert three(paired.combined(parts, [-0.5, 0.5])) == pytest.approx([-value, -high, -low])
    assert three(paired.combined(parts[:1], [1])) == pytest.approx(three(parts[0]))


@pytest.mark.parametrize(
    ("before", "after", "easier"), [(0.3, 0.6, 0.1), (0.5, 0.5, 0), (0.2, 0.9, 0)]
)
def test_both_intervals_cover_in_small_classes(before, after, easier):
    """Two orders of 12 and 10 students; ability makes a student's two answers alike.

    Observed: 92.9 to 97.8 of 100, the fewest where the last share nears its end.
    """
    generator = np.random.default_rng(5)
    replicates, parts = 4_000, []
    for n, sign in ((12, 1), (10, -1)):
        ability = generator.uniform(-0.1, 0.1, (replicates, n))
        first = generator.random((replicates, n)) < before + ability - sign * easier / 2
        then = generator.random((replicates, n)) < after + ability + sign * easier / 2
        cells = [first & then, ~first & then, first & ~then, ~first & ~then]
        parts.append(paired.change(*(cell.sum(axis=1) for cell in cells)))
    for weights, truth in (([0.5, 0.5], after - before), ([0.5, -0.5], easier)):
        found = paired.combined(parts, weights)
        assert np.mean((found.low <= truth) & (truth <= found.high)) > 0.925
        assert abs(np.mean(found.value) - truth) < 0.01
