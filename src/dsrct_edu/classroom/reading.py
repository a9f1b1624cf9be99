"""Reads what a student gave: as a number, as text, and back in a few plain words."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.wording import brief

_TABLES = (pd.DataFrame, pd.Series, pd.Index, np.ndarray)
_WRAPPED = re.compile(r"\bnp\.(?:float|int|uint|bool|str)\w*\(([^()]*)\)")
_FLAG = re.compile(r"\bnp\.(True|False)_")
_LONG = re.compile(r"(?<![\w.])-?\d+\.\d{5,}(?:e[+-]?\d+)?(?![\w.])")
_NUMERAL = re.compile(r"[+−-]?\s*(?:\d+(?:[.,]\d+)?|[.,]\d+)")


def number(answer: object) -> float | None:
    """Return a finite or infinite number, or None if the answer is not one number.

    Examples
    --------
    >>> number(np.float64(0.5)), number(pd.Series([2])), number("3"), number(True)
    (0.5, 2.0, None, None)
    """
    if isinstance(answer, _TABLES):
        if answer.size != 1:
            return None
        answer = np.asarray(answer).ravel()[0]
    if isinstance(answer, bool | np.bool_ | str | bytes) or answer is None:
        return None
    try:
        return float(answer)  # type: ignore[arg-type]
    except (Exception, SystemExit):  # whatever the object does
        return None


def numeral(answer: object, unit: str = "") -> float | None:
    """Return the number that a text holds and nothing else, but for a unit or a percent sign.

    Examples
    --------
    >>> numeral("3"), numeral("12,5 months", "months"), numeral("thirty")
    (3.0, 12.5, None)
    """
    if not isinstance(answer, str):
        return None
    text = answer.strip().removesuffix(unit).removesuffix("%").strip()
    if not _NUMERAL.fullmatch(text):
        return None
    return float(text.replace(",", ".").replace("−", "-").replace(" ", ""))


def dots(answer: object) -> bool:
    """Return whether an answer is still the three dots of a stub, or nothing but such dots.

    Examples
    --------
    >>> dots(...), dots("..."), dots([..., ...]), dots(3)
    (True, True, True, False)
    """
    if isinstance(answer, list | tuple):
        return bool(answer) and all(part is ... for part in answer)
    return answer is ... or (isinstance(answer, str) and answer.strip() in ("...", "…"))


def digits(value: float) -> str:
    """Return a number with four significant digits, a thousands comma and a real minus sign.

    Examples
    --------
    >>> digits(2 / 3), digits(-20), digits(12345.6), digits(float("inf"))
    ('0.6667', '−20', '12,346', 'infinity')
    """
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "infinity" if value > 0 else "−infinity"
    text = f"{value:,.0f}" if value == round(value) or abs(value) >= 1e4 else f"{value:.4g}"
    return text.replace("-", "−") if len(text) < 24 else f"{value:.3e}"


def shown(answer: object) -> str:
    """Describe an answer of any kind in a few words that a student can read.

    Examples
    --------
    >>> shown(np.float64(1 / 3)), shown("b"), shown([np.int64(1), 0.123456789])
    ('0.3333', '"b"', '[1, 0.1235]')
    >>> shown(pd.DataFrame({"a": [1, 2]})), shown(pd.Series([1, 2])), shown(...)
    ('a table of 2 rows and 1 column', 'a column of 2 values', 'three dots')
    """
    if answer is ...:
        return "three dots"
    if isinstance(answer, pd.DataFrame):
        return f"a table of {_many(len(answer), 'row')} and {_many(answer.shape[1], 'column')}"
    if isinstance(answer, _TABLES) and np.size(answer) != 1:
        return f"a column of {_many(np.size(answer), 'value')}"
    if isinstance(answer, str):
        return '"' + " ".join(answer[:57].split()) + ('..."' if len(answer) > 57 else '"')
    value = number(answer)
    if value is not None:
        return digits(value)
    name = getattr_quietly(answer, "__name__")
    if isinstance(name, str) and callable(answer):
        return f"the function `{name[:40]}`"
    return _plain(brief(answer))


def getattr_quietly(thing: object, name: str) -> Any:
    """Return an attribute, or None whatever the object does when it is asked."""
    try:
        return getattr(thing, name, None)
    except Exception:
        return None


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _plain(text: str) -> str:
    """Return a ``repr`` without the names of NumPy's kinds and without endless digits."""
    text, before = _FLAG.sub(r"\1", text), ""
    while text != before:  # one kind may stand inside another
        before, text = text, _WRAPPED.sub(r"\1", text)
    return _LONG.sub(lambda found: f"{float(found[0]):.4g}", text)
