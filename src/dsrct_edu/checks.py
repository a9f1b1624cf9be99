"""Checks of single arguments: a choice, a whole number, a number or several in a range.

Each returns the clean value, or raises `InputError` with the argument, what was expected, what was
found and what to do. Tables are checked in `dsrct_edu.analysis.inputs` and in
`dsrct_edu.figures.tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.wording import brief, listed


def one_of(value: object, options: Sequence[str], name: str) -> str:
    """Return `value` if it is one of the options.

    Examples
    --------
    >>> one_of("log", ("log-log", "log", "plain"), "ci")
    'log'
    """
    if not isinstance(value, str) or value not in options:
        known = listed([repr(option) for option in options], "or")
        raise InputError(known, brief(value), "Choose one of these.", argument=name)
    return value


def whole(value: object, name: str, least: int = 0, most: int | None = None) -> int:
    """Return a whole number between two bounds; 200.0 is not one.

    Examples
    --------
    >>> whole(200, "n_patients", 2, 100_000)
    200
    """
    span = f"{least:,} or more" if most is None else f"{least:,} to {most:,}"
    known = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not known or value < least or (most is not None and value > most):  # type: ignore[operator]
        remedy = "Choose a number in this range."
        raise InputError(f"a whole number, {span}", brief(value), remedy, argument=name)
    return int(value)  # type: ignore[call-overload, no-any-return]


def numbers(
    value: npt.ArrayLike,
    name: str,
    expected: str = "",
    low: float = -inf,
    high: float = inf,
    *,
    above: bool = False,
    below: bool = False,
    infinite: bool = False,
) -> Floats:
    """Return numbers in a range as floats, in the shape given.

    Parameters
    ----------
    value : array_like
        Numbers; text, truth values and missing numbers are refused.
    name : str
        The argument, as the user knows it.
    expected : str
        The range in words, with its unit; made of the bounds if left out.
    low, high : float
        Bounds.
    above, below : bool
        Leave out the lower (the upper) bound itself.
    infinite : bool
        Admit infinity.

    Examples
    --------
    >>> numbers([0, 30.5], "minutes", "minutes, zero or more", 0)
    array([ 0. , 30.5])
    """
    expected = expected or _span(low, high, above, below)
    given = np.asarray(value)
    if given.dtype.kind not in "iufO" or given.size == 0:
        found = "nothing" if given.size == 0 else brief(value)
        raise InputError(expected, found, "Give numbers.", argument=name)
    try:
        array = given.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError(expected, brief(value), "Give numbers.", argument=name) from None
    bad = np.isnan(array) | (array < low) | (array > high)
    if above:
        bad |= array == low
    if below:
        bad |= array == high
    if not infinite:
        bad |= np.isinf(array)
    if bad.any():
        rows = list(np.flatnonzero(bad)) if array.ndim else []
        found = f"{float(array[bad].flat[0]):g}"
        remedy = "Check the value and its unit."
        raise InputError(expected, found, remedy, rows=rows, argument=name)
    return array


def _span(low: float, high: float, above: bool, below: bool) -> str:
    if low == -inf and high == inf:
        return "a number"
    if high == inf:
        return f"a number above {low:g}" if above else f"a number, {low:g} or more"
    if low == -inf:
        return f"a number below {high:g}" if below else f"a number, {high:g} or less"
    if above and below:
        return f"a number between {low:g} and {high:g}"
    if above:
        return f"a number above {low:g}, {high:g} at most"
    return f"a number from {low:g} to {'below ' if below else ''}{high:g}"


def number(
    value: npt.ArrayLike,
    name: str,
    expected: str = "",
    low: float = -inf,
    high: float = inf,
    *,
    above: bool = False,
    below: bool = False,
    infinite: bool = False,
) -> float:
    """Return one number in a range as a float; arguments as for `numbers`.

    Examples
    --------
    >>> number(0.95, "level", low=0, high=1, above=True, below=True)
    0.95
    """
    array = numbers(value, name, expected, low, high, above=above, below=below, infinite=infinite)
    if array.ndim:
        expected = expected or _span(low, high, above, below)
        raise InputError(
            f"one number: {expected}", f"{array.size} numbers", "Give one.", argument=name
        )
    return float(array)


def several(value: object, name: str, expected: str) -> list[Any]:
    """Return the items of a list, array or other iterable; a text is not one.

    Examples
    --------
    >>> several(("iptw", "adjusted_cox"), "methods", "a list of methods")
    ['iptw', 'adjusted_cox']
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InputError(expected, brief(value), "Give a list.", argument=name)
    return list(value)


def generator(value: object, name: str) -> np.random.Generator:
    """Return a random generator: the one given, or a new one from a seed.

    Examples
    --------
    >>> int(generator(0, "rng").integers(9))
    7
    """
    if isinstance(value, np.random.Generator):
        return value
    return np.random.default_rng(whole(value, name))


def positive(value: npt.ArrayLike, name: str, expected: str = "a number above zero") -> float:
    """Return one finite number above zero.

    Examples
    --------
    >>> positive(36, "horizon", "months, above zero")
    36.0
    """
    return number(value, name, expected, 0.0, above=True)


def between(value: npt.ArrayLike, name: str, low: float, high: float) -> float:
    """Return one number between two bounds, without the bounds.

    Examples
    --------
    >>> between(0.95, "level", 0, 1)
    0.95
    """
    return number(value, name, "", low, high, above=True, below=True)


def fraction(value: npt.ArrayLike, name: str) -> Floats:
    """Return fractions from 0 to 1.

    Examples
    --------
    >>> fraction([0.5], "sensitivity")
    array([0.5])
    """
    return numbers(value, name, "a fraction from 0 to 1", 0.0, 1.0)


def as_given(result: npt.ArrayLike) -> float | Floats:
    """Return a plain float if there is one number, else the array.

    Examples
    --------
    >>> as_given(np.float64(30))
    30.0
    """
    array = np.asarray(result, dtype=np.float64)
    return array if array.ndim else float(array)
