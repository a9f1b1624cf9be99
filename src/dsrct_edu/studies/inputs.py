"""Checks the arguments of a study."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np

from dsrct_edu.errors import InputError


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return a whole number between two bounds."""
    span = f"a whole number, {least} or more" if most is None else f"{least} to {most:,}"
    known = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not known or value < least or (most is not None and value > most):  # type: ignore[operator]
        raise InputError(span, repr(value), "Choose a number within.", name)
    return int(value)  # type: ignore[call-overload, no-any-return]


def number(name: str, value: object, least: float, most: float = inf) -> float:
    """Return a finite number between two bounds."""
    span = f"a number, {least:g} or more" if most == inf else f"a number from {least:g} to {most:g}"
    known = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not known or not isfinite(value) or not least <= value <= most:  # type: ignore[arg-type, operator]
        raise InputError(span, repr(value), "Choose a number within.", name)
    return float(value)  # type: ignore[arg-type]


def positive(name: str, value: object) -> float:
    """Return a finite number above zero."""
    result = number(name, value, 0)
    if result == 0:
        raise InputError("a number above zero", repr(value), "Choose a larger one.", name)
    return result
