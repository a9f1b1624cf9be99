"""A bad argument gets an error that names it, what was expected, what was found, what to do."""

import numpy as np
import pytest

from dsrct_edu import InputError, checks

BAD = [
    (
        lambda: checks.one_of("logg", ("log", "plain"), "ci"),
        "ci: expected 'log' or 'plain'; found 'logg'. Choose one of these.",
    ),
    (
        lambda: checks.one_of(None, ("log", "plain"), "ci"),
        "ci: expected 'log' or 'plain'; found None. Choose one of these.",
    ),
    (
        lambda: checks.whole(2.5, "n", 1),
        "n: expected a whole number, 1 or more; found 2.5. Choose a number in this range.",
    ),
    (
        lambda: checks.whole(True, "n", 1, 100_000),
        "n: expected a whole number, 1 to 100,000; found True. Choose a number in this range.",
    ),
    (
        lambda: checks.whole(np.float64(3), "n", 1),
        "n: expected a whole number, 1 or more; found 3.0. Choose a number in this range.",
    ),
    (
        lambda: checks.number(1, "level", low=0, high=1, above=True, below=True),
        "level: expected a number between 0 and 1; found 1. Check the value and its unit.",
    ),
    (
        lambda: checks.number("12", "horizon", "months, above zero", 0, above=True),
        "horizon: expected months, above zero; found '12'. Give numbers.",
    ),
    (
        lambda: checks.number([1, 2], "horizon", low=0),
        "horizon: expected one number: a number, 0 or more; found 2 numbers. Give one.",
    ),
    (
        lambda: checks.numbers([3, np.nan, -1], "minutes", "minutes, zero or more", 0),
        "minutes, rows 1, 2: expected minutes, zero or more; found nan. "
        "Check the value and its unit.",
    ),
    (
        lambda: checks.numbers([], "minutes"),
        "minutes: expected a number; found nothing. Give numbers.",
    ),
    (
        lambda: checks.positive(10**400, "dose_mg"),
        f"dose_mg: expected a number above zero; found {'1' + '0' * 56}.... Give numbers.",
    ),
    (
        lambda: checks.positive(np.inf, "dose_mg"),
        "dose_mg: expected a number above zero; found inf. Check the value and its unit.",
    ),
    (
        lambda: checks.fraction([27.8], "fraction_left"),
        "fraction_left, row 0: expected a fraction from 0 to 1; found 27.8. "
        "Check the value and its unit.",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_messages(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message


def test_clean_values_come_back():
    assert checks.one_of("log", ("log", "plain"), "ci") == "log"
    assert checks.whole(np.int32(7), "n", 1) == 7
    assert type(checks.whole(np.int32(7), "n", 1)) is int
    assert checks.number(np.float32(0.5), "share", low=0, high=1) == 0.5
    assert checks.number(0, "lag", low=0) == 0
    assert checks.number(np.inf, "end", low=0, infinite=True) == np.inf
    assert checks.as_given(np.float64(3)) == 3.0
    assert checks.as_given([1, 2]).tolist() == [1, 2]
