"""Numbers as words: one way to round, so that the picture and its sentence agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

# One and many: whole words, as a language has its own way from the one to the other.
_NOUN_WORDS = (
    ("patient", "patients"), ("event", "events"), ("month", "months"), ("row", "rows"),
    ("plan", "plans"), ("clone", "clones"), ("variable", "variables"), ("tumour", "tumours"),
    ("replicate", "replicates"), ("covariate", "covariates"), ("centre", "centres"),
    ("cause", "causes"), ("cluster", "clusters"), ("other", "others"), ("lesson", "lessons"),
    ("file", "files"), ("student", "students"), ("answer", "answers"), ("dose", "doses"),
    ("blank answer", "blank answers"),
)  # fmt: skip
_PLURALS = dict(_NOUN_WORDS)


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


def whole_parts(shares: Sequence[float], total: int) -> list[int]:
    """Round shares of a total to whole numbers that add up to it, by largest remainders.

    Examples
    --------
    >>> whole_parts([0.335, 0.335, 0.33], 100)
    [34, 33, 33]
    """
    exact = np.asarray(shares, dtype=np.float64) * total
    parts = np.floor(exact + 1e-9).astype(int)
    parts[np.argsort(parts - exact, kind="stable")[: total - parts.sum()]] += 1
    return [int(part) for part in parts]


def listed(items: Sequence[str], joint: str = "and") -> str:
    """Join phrases as a sentence does.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or")
    ('a, b and c', 'a or b')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def counted(number: float, noun: str, plural: str | None = None) -> str:
    """Count a noun; a weighted count keeps one decimal.

    Examples
    --------
    >>> counted(1, "patient"), counted(5000, "patient"), counted(2.5, "event")
    ('1 patient', '5,000 patients', '2.5 events')
    """
    return f"{whole(number)} {noun if number == 1 else plural or _PLURALS.get(noun, noun + 's')}"


def brief(thing: object, limit: int = 60) -> str:
    """Return a short description of any object, whatever its ``repr`` does.

    Examples
    --------
    >>> brief("x" * 1000, limit=10)
    "'xxxxxx..."
    """
    try:
        if isinstance(thing, np.generic):
            thing = thing.item()  # 3.0, not np.float64(3.0)
        text = repr(thing[:limit] if isinstance(thing, str | bytes) else thing)
        text = " ".join(str(text).split())
    except Exception:
        text = f"something of type {type(thing).__name__}"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def p_value(value: float) -> str:
    """Format a p value: three decimals, and no smaller than 0.001.

    Examples
    --------
    >>> p_value(0.0312), p_value(1e-6), p_value(float("nan"))
    ('0.031', '< 0.001', 'undefined')
    """
    if math.isnan(value):
        return "undefined"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as text: each column with as many decimals as its smallest number needs.

    Three significant digits of the smallest number, one to three decimals; columns of whole
    numbers have none. Infinite times are not reached. Columns named ``p_value`` hold p values.

    Examples
    --------
    >>> import pandas as pd
    >>> table(pd.DataFrame({"median": [27.14, float("inf")], "p_value": [1e-9, 0.2]}))
            median  p_value
    0         27.1  < 0.001
    1  not reached    0.200
    """
    return pd.DataFrame({name: _column(frame[name]) for name in frame}, index=frame.index)


def _column(column: pd.Series[Any]) -> pd.Series[Any]:
    if not pd.api.types.is_float_dtype(column):
        return column.astype(str)
    if str(column.name).startswith("p_value"):
        return column.map(p_value).astype(str)
    digits = _decimals(column.to_numpy(dtype=np.float64))
    return column.map(lambda value: _cell(float(value), digits)).astype(str)


def _decimals(values: npt.NDArray[np.float64]) -> int:
    size = np.abs(values[np.isfinite(values)])
    if (size == np.rint(size)).all():
        return 0
    smallest = float(size[size > 0].min())
    return min(3, max(1, 2 - math.floor(math.log10(smallest))))


def _cell(value: float, digits: int) -> str:
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "not reached" if value > 0 else "none"
    return f"{value:.{digits}f}"
