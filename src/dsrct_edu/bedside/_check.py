"""Checks of units and ranges, shared by the bedside modules."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from dsrct_edu.errors import InputError

FloatArray = npt.NDArray[np.float64]


def numbers(
    value: npt.ArrayLike,
    name: str,
    expected: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    above: bool = False,
    infinite: bool = False,
) -> FloatArray:
    """Return ``value`` as floats inside [low, high], or above ``low`` if ``above``."""
    given = np.asarray(value)
    if given.dtype.kind not in "iufO" or given.size == 0:
        found = "nothing" if given.size == 0 else f"{value!r}"
        raise InputError(expected, found, "Give numbers.", name)
    try:
        array = given.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(expected, f"{value!r}", "Give numbers.", name) from error
    bad = np.isnan(array) | (array < low) | (array > high)
    if above:
        bad |= array == low
    if not infinite:
        bad |= np.isinf(array)
    if bad.any():
        rows = list(np.flatnonzero(bad)) if array.ndim else []
        found = f"{float(array[bad].flat[0]):g}"
        raise InputError(expected, found, "Check the value and its unit.", name, rows)
    return array


def number(
    value: float,
    name: str,
    expected: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    above: bool = False,
    infinite: bool = False,
) -> float:
    """Return ``value`` as one float inside the range."""
    array = numbers(value, name, expected, low, high, above=above, infinite=infinite)
    if array.ndim:
        raise InputError(f"one number: {expected}", f"{array.size} numbers", "", name)
    return float(array)


def fraction(value: npt.ArrayLike, name: str) -> FloatArray:
    """Return ``value`` as fractions from 0 to 1."""
    return numbers(value, name, "a fraction from 0 to 1", 0.0, 1.0)


def as_given(result: npt.ArrayLike) -> float | FloatArray:
    """Return a plain float for scalar input, else the array."""
    array = np.asarray(result, dtype=np.float64)
    return array if array.ndim else float(array)
