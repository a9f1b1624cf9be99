"""Checks what a user hands in, and turns columns into arrays.

Every check either returns a clean array or raises `InputError` with the column, the rows, what
was expected, what was found and what to do. Nothing is dropped, filled in or guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.analysis.kernels import Booleans, Floats, Integers
from dsrct_edu.errors import InputError

_LONGEST = 1200.0  # months: nobody is followed for a century


def check_table(data: object) -> pd.DataFrame:
    """Return `data` if it is a table with rows and unambiguous column names."""
    if not isinstance(data, pd.DataFrame):
        raise InputError(
            "a pandas DataFrame", type(data).__name__, "Wrap it: pandas.DataFrame(...)."
        )
    if len(data) == 0:
        raise InputError("at least one row", "an empty table", "Check how the table was made.")
    repeated = data.columns[data.columns.duplicated()]
    if len(repeated):
        raise InputError(
            "each column name once",
            f"{int((data.columns == repeated[0]).sum())} columns of this name",
            "Rename or drop the copies.",
            str(repeated[0]),
        )
    return data


def check_column(data: pd.DataFrame, name: object, role: str) -> pd.Series[Any]:
    """Return the column `name`, which is to hold `role`."""
    if not isinstance(name, str):
        raise InputError(f"the name of a column with {role}", repr(name), "Give it as a string.")
    if name not in data.columns:
        names = [str(column) for column in data.columns]
        near = get_close_matches(name, names, n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else "Give the name of a column."
        listed = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
        raise InputError(f"a column with {role}", f"only {listed or 'none'}", remedy, name)
    column: pd.Series[Any] = data[name]
    return column


def _present(column: pd.Series[Any]) -> None:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biu":
        return
    missing = column.isna()
    if missing.any():
        raise InputError(
            "a value in every row",
            f"{int(missing.sum())} missing",
            "Complete, or leave out, these rows yourself: nothing is dropped silently.",
            str(column.name),
            list(column.index[missing]),
        )


def _as_float(column: pd.Series[Any], expected: str) -> Floats:
    """Convert numbers of any pandas type; refuse text, dates and durations."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    name = str(column.name)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        remedy = "Subtract the date of time zero: (date - start).dt.days / 30.4375."
        raise InputError(expected, "dates", remedy, name)
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        raise InputError(
            expected, "time differences", "Divide: column.dt.days / 30.4375 is in months.", name
        )
    if pd.api.types.is_complex_dtype(column.dtype):
        raise InputError(expected, "complex numbers", "Take the real part.", name)
    if not pd.api.types.is_numeric_dtype(column.dtype):
        wrong = _unreadable(column)
        if wrong.any():
            raise InputError(
                expected,
                repr(column[wrong].iloc[0]),
                "Give numbers, with a point for decimals; pandas.to_numeric converts text.",
                name,
                list(column.index[wrong]),
            )
    return column.to_numpy(dtype=np.float64)


def _unreadable(column: pd.Series[Any]) -> Booleans:
    """Flag what is no number: the entries that do not even read as one, if there are such.

    One such entry makes text of a whole column that was read from a file.
    """
    wrong = np.array([not isinstance(value, Number | np.bool_) for value in column], dtype=bool)
    lost = wrong & pd.to_numeric(column.astype(str), errors="coerce").isna().to_numpy()
    return lost if lost.any() else wrong


def _where(column: pd.Series[Any], wrong: Booleans, expected: str, remedy: str) -> None:
    if wrong.any():
        rows = list(column.index[wrong])
        raise InputError(expected, str(column[wrong].iloc[0]), remedy, str(column.name), rows)


def check_numbers(data: pd.DataFrame, name: object, role: str = "numbers") -> Floats:
    """Return a column of finite numbers as floats; booleans count as 0 and 1."""
    column = check_column(data, name, role)
    _present(column)
    values = _as_float(column, "numbers")
    _where(column, ~np.isfinite(values), "finite numbers", "Correct these values.")
    return values


def check_durations(data: pd.DataFrame, name: object, role: str = "times") -> Floats:
    """Return a column of times: finite and zero or more."""
    column = check_column(data, name, role)
    _present(column)
    expected = "times, zero or more"
    if pd.api.types.is_bool_dtype(column.dtype):
        raise InputError(expected, "true and false", "Name the column of times.", str(name))
    values = _as_float(column, expected)
    _where(column, ~np.isfinite(values), "finite times", "Correct these times.")
    _where(column, values < 0, expected, "Correct the dates they were computed from.")
    return values + 0.0  # turns -0.0 into 0.0


def check_entry(data: pd.DataFrame, name: object, duration: Floats) -> Floats:
    """Return times of entry, each before the row's end."""
    entry = check_durations(data, name, "times of entry")
    column = data[name]
    _where(
        column,
        entry >= duration,
        "entry before the end of the row",
        "Both times must run on one clock and in one unit; drop rows that last no time.",
    )
    return entry


def check_events(data: pd.DataFrame, name: object) -> Booleans:
    """Return a column of events as booleans: true/false or 1/0."""
    column = check_column(data, name, "events")
    _present(column)
    if column.dtype == np.bool_:
        return column.to_numpy()
    expected = "events as true/false or 1/0"
    values = column
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = column.astype(column.cat.categories.dtype)
    if not pd.api.types.is_numeric_dtype(values.dtype):
        wrong = _unreadable(values)
        if wrong.any():
            first = values[wrong].iloc[0]
            recode = f"Recode it, for example data[{name!r}] == {first!r}."
            raise InputError(
                expected,
                repr(first),
                recode if wrong.all() else "Write 1 or 0 in these rows.",
                str(name),
                list(column.index[wrong]),
            )
    numbers = values.to_numpy(dtype=np.float64)
    wrong = (numbers != 0) & (numbers != 1)
    if wrong.any():
        codes = np.unique(numbers)
        found = ", ".join(f"{v:g}" for v in codes[:6])
        remedy = f"Recode it, for example data[{name!r}] == {numbers.max():g}."
        if codes.tolist() == [1, 2]:
            remedy = "If 2 means the event, as in some R data sets, subtract 1 from the column."
        raise InputError(
            expected, f"the values {found}", remedy, str(name), list(column.index[wrong])
        )
    return np.asarray(numbers == 1)


def check_weights(data: pd.DataFrame, name: object) -> Floats:
    """Return case weights: finite, zero or more, not all zero."""
    weights = check_numbers(data, name, "weights")
    column = data[name]
    _where(column, weights < 0, "weights, zero or more", "A negative weight has no meaning.")
    if not (weights > 0).any():
        raise InputError("some weight above zero", "only zeros", "Check the weights.", str(name))
    return weights


@dataclass(frozen=True)
class Groups:
    """The groups of a table: labels in order, and the code of each row."""

    name: str | None
    labels: tuple[Any, ...]
    codes: Integers

    def __len__(self) -> int:
        return len(self.labels)


def check_groups(data: pd.DataFrame, by: object, at_least: int = 1) -> Groups:
    """Return the groups that the column `by` makes; one group "all" if it is None.

    Categories keep their order, anything else is sorted. Categories without rows do not count.
    """
    if by is None:
        return Groups(None, ("all",), np.zeros(len(data), dtype=np.int64))
    column = check_column(data, by, "groups")
    _present(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.remove_unused_categories()
        labels: Sequence[Any] = column.cat.categories.tolist()
        codes: Integers = np.array(column.cat.codes, dtype=np.int64)
    else:
        factor, values = pd.factorize(column.to_numpy(), sort=True)
        labels, codes = values.tolist(), np.array(factor, dtype=np.int64)
        if len({isinstance(label, str) for label in labels}) > 1:
            raise InputError(
                "groups of one type",
                "text beside other values",
                "Convert the column to text.",
                str(by),
            )
    if len(labels) < at_least:
        raise InputError(
            f"at least {at_least} groups",
            f"only {labels[0]!r}",
            "A comparison needs another group: check how the column was made.",
            str(by),
        )
    return Groups(str(by), tuple(labels), codes)


@dataclass(frozen=True)
class Causes:
    """Competing events: labels in order, and a code per row with 0 for censored."""

    labels: tuple[Any, ...]
    codes: Integers


def check_causes(data: pd.DataFrame, name: object, censored: object) -> Causes:
    """Return the causes in a column; `censored` is the label of those without an event."""
    groups = check_groups(data, check_column(data, name, "causes").name)
    labels = list(groups.labels)
    if censored is None:
        return Causes(tuple(labels), groups.codes + 1)
    if censored not in labels:
        column = data[name]
        known = isinstance(column.dtype, pd.CategoricalDtype) and censored in column.cat.categories
        if not known:
            shown = ", ".join(repr(label) for label in labels[:8])
            raise InputError(
                f"{censored!r} among the causes, for those without an event",
                shown,
                "Say how censoring is coded: censored=..., or censored=None if nobody is.",
                str(name),
            )
        return Causes(tuple(labels), groups.codes + 1)
    zero = labels.index(censored)
    causes = labels[:zero] + labels[zero + 1 :]
    codes = np.where(groups.codes == zero, 0, groups.codes + (groups.codes < zero))
    return Causes(tuple(causes), codes)


def check_unique(data: pd.DataFrame, name: str) -> None:
    """Insist that no value of the column occurs twice."""
    column = check_column(data, name, "identifiers")
    _present(column)
    repeated = column.duplicated(keep=False).to_numpy()
    _where(column, repeated, "one row per patient", "Drop the copies, or make the ids unique.")


def check_names(names: object, role: str) -> list[str]:
    """Return a list of distinct column names; one name alone is a list of one."""
    if isinstance(names, str):
        names = [names]
    if not isinstance(names, Iterable):
        raise InputError(f"a list of {role}", repr(names), "Give column names.")
    listed = list(names)
    if not listed:
        raise InputError(f"at least one of the {role}", "an empty list", "Name a column.")
    for name in listed:
        if listed.count(name) > 1:
            raise InputError(f"each of the {role} once", "it twice", "Name it once.", str(name))
    return listed


def check_choice(value: object, options: Sequence[str], argument: str) -> str:
    """Return `value` if it is one of the options."""
    if not isinstance(value, str) or value not in options:
        listed = ", ".join(repr(option) for option in options)
        raise InputError(f"{argument} to be one of {listed}", repr(value), "Choose one of these.")
    return value


def check_number(
    value: object,
    argument: str,
    low: float = -np.inf,
    high: float = np.inf,
    open_ends: bool = True,
) -> float:
    """Return a finite number between two limits, which are left out if `open_ends`."""
    words = ("between", "and") if open_ends else ("from", "to")
    span = f"a number {words[0]} {low:g} {words[1]} {high:g}"
    if isinstance(value, bool) or not isinstance(value, Number) or isinstance(value, complex):
        raise InputError(f"{argument} to be {span}", repr(value), "Give one number.")
    number = float(value)  # type: ignore[arg-type]
    inside = low < number < high if open_ends else low <= number <= high
    if not (inside and np.isfinite(number)):
        raise InputError(f"{argument} to be {span}", f"{number:g}", "Choose a value in this range.")
    return number


def check_times(times: object) -> Floats:
    """Return the times at which a curve is read: finite, zero or more."""
    try:
        values = np.atleast_1d(np.asarray(times, dtype=np.float64))
    except (TypeError, ValueError):
        raise InputError("times as numbers", repr(times), "Give a number or a list.") from None
    if values.ndim != 1 or values.size == 0:
        raise InputError(
            "a list of times", f"an array of shape {values.shape}", "Give a flat list."
        )
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        raise InputError("times, zero or more", f"{values[wrong][0]:g}", "Correct the times.")
    return values


def check_months(column: pd.Series[Any], values: Floats) -> None:
    """Refuse times that can hardly be months (days, or a calendar year)."""
    _where(
        column,
        values > _LONGEST,
        f"months, at most {_LONGEST:g}",
        "These look like another unit: divide days by 30.4375.",
    )
