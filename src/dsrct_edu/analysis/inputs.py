"""Checks the tables that a user hands in, and turns columns into arrays.

Every check either returns a clean array or raises `InputError` with the column, the rows, what
was expected, what was found and what to do. Nothing is dropped, filled in or guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu import checks
from dsrct_edu.analysis import kernels
from dsrct_edu.arrays import Flags, Floats, Places
from dsrct_edu.errors import InputError
from dsrct_edu.wording import brief


def check_table(data: object) -> pd.DataFrame:
    """Return `data` if it is a table with rows and unambiguous column names."""
    if not isinstance(data, pd.DataFrame):
        remedy = "Wrap it: pandas.DataFrame(...)."
        raise InputError("a pandas DataFrame", type(data).__name__, remedy)
    if len(data) == 0:
        raise InputError("at least one row", "an empty table", "Check how the table was made.")
    repeated = data.columns[data.columns.duplicated()]
    if len(repeated):
        found = f"{int((data.columns == repeated[0]).sum())} columns of this name"
        remedy = "Rename or drop the copies."
        raise InputError("each column name once", found, remedy, str(repeated[0]))
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


def refuse(
    column: pd.Series[Any], wrong: Flags, expected: str, remedy: str, found: str | None = None
) -> None:
    """Raise if any row is wrong; the message shows the first value unless `found` says it."""
    if wrong.any():
        found = brief(column[wrong].iloc[0]) if found is None else found
        raise InputError(expected, found, remedy, str(column.name), list(column.index[wrong]))


def complete_column(data: pd.DataFrame, name: object, role: str) -> pd.Series[Any]:
    """Return the column `name`, which is to have a value in every row."""
    column = check_column(data, name, role)
    missing = column.isna().to_numpy()
    remedy = "Complete, or leave out, these rows yourself: nothing is dropped silently."
    refuse(column, missing, "a value in every row", remedy, f"{missing.sum()} missing")
    return column


def _plain(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return categories as the values that they stand for."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(column.cat.categories.dtype)
    return column


def _text(column: pd.Series[Any]) -> Flags:
    """Tell which entries are no numbers; if some of them read as one, only the others."""
    unreadable = words(column)
    if unreadable.any() or pd.api.types.is_numeric_dtype(column.dtype):
        return unreadable
    return np.array([not isinstance(value, Number | np.bool_) for value in column], dtype=bool)


def words(column: pd.Series[Any]) -> Flags:
    """Tell which entries neither are numbers or truth values nor read as a number."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.zeros(len(column), dtype=bool)
    return np.array([not _reads_as_number(value) for value in column], dtype=bool)


def _reads_as_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    # Python alone takes 1_000 and the digits of other scripts for numbers.
    return not isinstance(value, str) or (value.isascii() and "_" not in value)


def _as_float(column: pd.Series[Any], expected: str) -> Floats:
    """Convert numbers of any pandas type; refuse text, dates and durations."""
    column = _plain(column)
    kinds = {
        "M": ("dates", "Subtract the date of time zero: (date - start).dt.days / 30.4375."),
        "m": ("time differences", "Divide: column.dt.days / 30.4375 is in months."),
        "c": ("complex numbers", "Take the real part."),
    }
    kind = getattr(column.dtype, "kind", "O")
    if kind in kinds:
        raise InputError(expected, *kinds[kind], str(column.name))
    remedy = "Give numbers, with a point for decimals; pandas.to_numeric converts text."
    refuse(column, _text(column), expected, remedy)
    return column.to_numpy(dtype=np.float64)


def check_numbers(data: pd.DataFrame, name: object, role: str = "numbers") -> Floats:
    """Return a column of finite numbers as floats; booleans count as 0 and 1."""
    column = complete_column(data, name, role)
    values = _as_float(column, "numbers")
    refuse(column, ~np.isfinite(values), "finite numbers", "Correct these values.")
    return values


def check_durations(data: pd.DataFrame, name: object, role: str = "times") -> Floats:
    """Return a column of times: finite and zero or more."""
    column = complete_column(data, name, role)
    expected = "times, zero or more"
    if pd.api.types.is_bool_dtype(column.dtype):
        raise InputError(expected, "true and false", "Name the column of times.", str(name))
    values = _as_float(column, expected)
    refuse(column, ~np.isfinite(values), "finite times", "Correct these times.")
    refuse(column, values < 0, expected, "Correct the dates they were computed from.")
    return values + 0.0  # turns -0.0 into 0.0


def check_entry(data: pd.DataFrame, name: object, duration: Floats) -> Floats:
    """Return times of entry, each before the row's end."""
    entry = check_durations(data, name, "times of entry")
    _refuse_empty(data, name, entry >= duration)
    return entry


def _refuse_empty(data: pd.DataFrame, name: object, wrong: Flags) -> None:
    remedy = "Both times must run on one clock and in one unit; drop rows that last no time."
    refuse(data[str(name)], wrong, "entry before the end of the row", remedy)


def tie_times(times: Floats, weights: Floats | None) -> Floats:
    """Make one time of those that differ by rounding, in all rows that count; (…, rows).

    To be done before a table is parted into groups: R looks at all its times together, too.
    """
    counts = None if weights is None else weights > 0
    if counts is None or counts.all():
        return kernels.tie_near_times(times.reshape(1, -1)).reshape(times.shape)
    found = times.copy()
    found[..., counts] = kernels.tie_near_times(times[..., counts].reshape(1, -1)).reshape(
        *times.shape[:-1], -1
    )
    return found


def tie_spans(
    data: pd.DataFrame, time: Floats, entry: Floats, weights: Floats | None, name: object
) -> tuple[Floats, Floats]:
    """Do the same with times of entry (column `name`); no row may last by rounding only."""
    end, start = tie_times(np.stack([time, entry]), weights)
    _refuse_empty(data, name, start >= end)
    return end, start


def check_events(data: pd.DataFrame, name: object) -> Flags:
    """Return a column of events as booleans: true/false or 1/0."""
    column = complete_column(data, name, "events")
    if column.dtype == np.bool_:
        return column.to_numpy()
    expected, recoded = "events as true/false or 1/0", f"data[{name!r}] =="
    values = _plain(column)
    text = _text(values)
    first = brief(values[text].iloc[0]) if text.any() else ""
    recode = f"Recode it, for example {recoded} {first}."
    refuse(column, text, expected, recode if text.all() else "Write 1 or 0 in these rows.", first)
    numbers = values.to_numpy(dtype=np.float64)
    known = np.unique(numbers)
    found = "the values " + ", ".join(f"{value:g}" for value in known[:6])
    remedy = f"Recode it, for example {recoded} {known.max():g}."
    if set(known) == {1, 2}:
        remedy = "If 2 means the event, as in some R data sets, subtract 1 from the column."
    refuse(column, (numbers != 0) & (numbers != 1), expected, remedy, found)
    return np.asarray(numbers == 1)


def check_outcome(
    data: object, duration: object, event: object
) -> tuple[pd.DataFrame, Floats, Flags]:
    """Return the table, its times, and which of them ended with the event."""
    table = check_table(data)
    return table, check_durations(table, duration), check_events(table, event)


def check_weights(data: pd.DataFrame, name: object) -> Floats:
    """Return case weights: finite, zero or more, not all zero."""
    weights = check_numbers(data, name, "weights")
    column = data[name]
    refuse(column, weights < 0, "weights, zero or more", "A negative weight has no meaning.")
    if not (weights > 0).any():
        raise InputError("some weight above zero", "only zeros", "Check the weights.", str(name))
    return weights


@dataclass(frozen=True)
class Groups:
    """The groups of a table: labels in order, and the code of each row."""

    labels: tuple[Any, ...]
    codes: Places

    def __len__(self) -> int:
        return len(self.labels)


def check_groups(data: pd.DataFrame, by: object, at_least: int = 1) -> Groups:
    """Return the groups that the column `by` makes; one group "all" if it is None.

    Categories keep their order, anything else is sorted. Categories without rows do not count.
    """
    if by is None:
        return Groups(("all",), np.zeros(len(data), dtype=np.intp))
    column = complete_column(data, by, "groups")
    coded = column.astype("category").cat.remove_unused_categories().cat
    labels = coded.categories.tolist()
    mixed = len({isinstance(label, str) for label in labels}) > 1
    if mixed and not isinstance(column.dtype, pd.CategoricalDtype):
        remedy = "Convert the column to text."
        raise InputError("groups of one type", "text beside other values", remedy, str(by))
    if len(labels) < at_least:
        remedy = "A comparison needs another group: check how the column was made."
        raise InputError(f"at least {at_least} groups", f"only {labels[0]!r}", remedy, str(by))
    return Groups(tuple(labels), np.array(coded.codes, dtype=np.intp))


def by_group(
    groups: Groups, weights: Floats | None, name: str | None
) -> Iterator[tuple[Any, Flags]]:
    """Yield the label of each group and its rows, without those whose weight is zero."""
    for code, label in enumerate(groups.labels):
        member = groups.codes == code
        if weights is not None:
            member &= weights > 0
            if not member.any():
                expected = f"some weight above zero in group {label!r}"
                raise InputError(expected, "only zeros", "Leave this group out.", name)
        yield label, member


def check_causes(data: pd.DataFrame, name: object, censored: object) -> Groups:
    """Return the causes in a column, code 0 for `censored`: the label of those without an event."""
    groups = check_groups(data, check_column(data, name, "causes").name)
    labels, dtype = groups.labels, data[name].dtype
    known = labels
    if isinstance(dtype, pd.CategoricalDtype):
        known = (*labels, *dtype.categories)
    if censored is not None and censored not in known:
        expected = f"{censored!r} among the causes, for those without an event"
        found = ", ".join(repr(label) for label in labels[:8])
        remedy = "Say how censoring is coded: censored=..., or censored=None if nobody is."
        raise InputError(expected, found, remedy, str(name))
    zero = labels.index(censored) if censored in labels else len(labels)
    codes = np.where(groups.codes == zero, 0, groups.codes + (groups.codes < zero))
    return Groups(labels[:zero] + labels[zero + 1 :], codes)


def check_unique(data: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column in which no value occurs twice."""
    column = complete_column(data, name, "identifiers")
    repeated = column.duplicated(keep=False).to_numpy()
    refuse(column, repeated, "one row per patient", "Drop the copies, or make the ids unique.")
    return column


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


def check_times(times: object) -> Floats:
    """Return the times at which a curve is read: finite, zero or more."""
    values = np.atleast_1d(checks.numbers(times, "times", "times, zero or more", 0.0))  # type: ignore[arg-type]
    if values.ndim != 1:
        found = f"an array of shape {values.shape}"
        raise InputError("a list of times", found, "Give a flat list.", argument="times")
    return values
