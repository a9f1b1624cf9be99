"""Numbers as words: one way to round, so that the picture and its sentence agree."""

from __future__ import annotations

import math
from collections.abc import Sequence


def plain(value: float, digits: int = 1) -> str:
    """Format a number with a thousands comma, a real minus sign, and no trailing ``-0``.

    Examples
    --------
    >>> plain(-1234.56), plain(-0.01), plain(float("inf"))
    ('−1,234.6', '0.0', 'infinity')
    """
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "infinity" if value > 0 else "−infinity"
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def whole(value: float) -> str:
    """Format a count; a weighted count keeps one decimal.

    Examples
    --------
    >>> whole(5000), whole(12.34)
    ('5,000', '12.3')
    """
    return plain(value, 0 if abs(value - round(value)) < 1e-6 else 1)


def ratio(value: float) -> str:
    """Format a ratio: two decimals, and two significant figures below 0.1 and above 10.

    Examples
    --------
    >>> ratio(0.406), ratio(0.0123), ratio(123.4)
    ('0.41', '0.012', '123')
    """
    if not math.isfinite(value) or value == 0:
        return plain(value, 2)
    digits = 2 if 0.0995 <= abs(value) < 9.995 else max(0, 1 - math.floor(math.log10(abs(value))))
    return f"{value:.1e}" if digits > 6 else plain(value, digits)


def percent(share: float, digits: int = 0) -> str:
    """Format a share as a percentage.

    Examples
    --------
    >>> percent(0.384), percent(0.9415, 1)
    ('38%', '94.2%')
    """
    return "unknown" if math.isnan(share) else f"{plain(100 * share, digits)}%"


def listed(items: Sequence[str]) -> str:
    """Join phrases as a sentence does.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Count a noun.

    Examples
    --------
    >>> counted(1, "patient"), counted(5000, "patient")
    ('1 patient', '5,000 patients')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
