"""A step function reaches a level as R says, and has the area one computes by hand."""

import numpy as np
import pytest

from dsrct_edu.steps import area, crossing, position

TIME = np.array([0.0, 2.0, 4.0, 7.0])


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        ([0.0, 0.2, 0.6, 0.8], 4.0),  # jumps over the level
        ([0.0, 0.2, 0.5, 0.8], 5.5),  # runs level at it: the middle of the step
        ([0.0, 0.2, 0.5, 0.5], 5.5),  # ends at it: the middle of the last step
        ([0.0, 0.2, 0.5, np.nan], np.inf),  # ... unless it breaks off
        ([0.0, 0.2, 0.3, 0.4], np.inf),
        ([0.0, 0.7, 0.55, 0.8], 4.0),  # comes back: the step just above the level
    ],
)
def test_crossing(failed, expected):
    assert crossing(TIME, np.array(failed), 0.5) == expected


def test_position_and_area():
    assert [position(TIME, at) for at in (-1, 0, 3.9, 4, 99)] == [-1, 0, 1, 2, 3]
    assert area(TIME, np.array([1.0, 0.5, 0.25, 0.0]), 10) == 2 + 2 * 0.5 + 3 * 0.25
    assert area(TIME, np.array([1.0, 0.5, 0.25, 0.0]), 3) == 2 + 0.5
