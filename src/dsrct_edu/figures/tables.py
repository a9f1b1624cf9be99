"""Checks on the tidy tables that the figures take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from dsrct_edu.errors import InputError


def tidy(
    table: pd.DataFrame,
    columns: Sequence[str],
    numbers: Iterable[str] = (),
    gaps: Iterable[str] = (),
    bounds: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Return a copy with a plain index after checking what a figure relies on.

    Parameters
    ----------
    table : DataFrame
        The table handed over.
    columns : sequence of str
        Columns that must be there, none missing in any row unless named in `gaps`.
    numbers : iterable of str
        Columns that must be numeric.
    gaps : iterable of str
        Columns in which a missing value means "none" and is drawn so.
    bounds : (float, float), optional
        Range that every column of `numbers` must keep to.

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError
        Naming the column and the rows.
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError("a DataFrame", type(table).__name__, "Hand over the table itself.")
    if table.empty:
        raise InputError("at least one row", "an empty table", "Check the selection before it.")
    lacking = [name for name in columns if name not in table.columns]
    if lacking:
        raise InputError(
            f"the columns {', '.join(columns)}",
            f"no {', '.join(lacking)}",
            "Rename or add the column.",
            column=lacking[0],
        )
    for name in columns:
        if name not in set(gaps) and table[name].isna().any():
            rows = table.index[table[name].isna()].tolist()
            raise InputError("a value", "a missing one", "Fill or drop it first.", name, rows)
    for name in numbers:
        _numeric(table, name, bounds)
    return table.reset_index(drop=True)


def _numeric(table: pd.DataFrame, name: str, bounds: tuple[float, float] | None) -> None:
    column = table[name]
    if column.isna().all():
        return
    if not pd.api.types.is_numeric_dtype(column):
        raise InputError("numbers", f"type {column.dtype}", "Convert the column.", name)
    if bounds is None:
        return
    low, high = bounds
    values = column.to_numpy(dtype=float)
    outside = ~np.isnan(values) & ((values < low - 1e-9) | (values > high + 1e-9))
    if outside.any():
        rows = table.index[outside].tolist()
        found = f"{values[outside][0]:g}"
        raise InputError(f"{low:g} to {high:g}", found, "Check its unit.", name, rows)


def groups(table: pd.DataFrame, column: str) -> list[object]:
    """Return the values of a column in order of appearance (a categorical keeps its own)."""
    values = table[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        present = set(values)
        return [value for value in values.cat.categories if value in present]
    return list(pd.unique(values))


def spaced(label: object) -> str:
    """Return a column's name as words: expert centre, not expert_centre."""
    return name(label).replace("_", " ")


def name(group: object) -> str:
    """Return a group's name as a reader should see it: 3, not 3.0; yes, not True."""
    if isinstance(group, (bool, np.bool_)):
        return "yes" if group else "no"
    if isinstance(group, (float, np.floating)) and float(group).is_integer():
        return str(int(group))
    return str(group)
