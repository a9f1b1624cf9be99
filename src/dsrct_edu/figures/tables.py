"""The tidy tables that the figures take: what each column must hold, and how it is read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import inf
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from dsrct_edu import steps
from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import ARM_WORDS

_SHORT = {"hipec": "HIPEC", "pci": "PCI", "cc": "CC", "recist": "RECIST"}
_CLOSE = 1e-9
_FEW, _SMALL_SHARE = 10, 0.1  # KMunicate: below either, the curve is no longer to be read


@dataclass(frozen=True)
class Column:
    """What a figure asks of one column of its table.

    Attributes
    ----------
    number : bool
        It holds numbers.
    low, high : float
        Range of the numbers.
    gaps : bool
        A missing value means "none" and is drawn so.
    optional : bool
        It may be left out.
    """

    number: bool = False
    low: float = -inf
    high: float = inf
    gaps: bool = False
    optional: bool = False


ANY = Column()
NUMBER = Column(number=True)
COUNT = Column(number=True, low=0)
SHARE = Column(number=True, low=0, high=1)
NOTHING: Mapping[str, Column] = MappingProxyType({})


def check(table: pd.DataFrame, columns: Mapping[str, Column] = NOTHING) -> pd.DataFrame:
    """Return a copy with a plain index after checking what a figure relies on.

    Raises
    ------
    InputError
        Naming the column and the rows.

    Examples
    --------
    >>> table = pd.DataFrame({"gate": ["diagnosed", "operated"], "n": [200, 118]}, index=[7, 9])
    >>> check(table, {"gate": ANY, "n": COUNT}).index.tolist()
    [0, 1]
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError("a DataFrame", type(table).__name__, "Hand over the table itself.")
    if table.empty:
        raise InputError("at least one row", "an empty table", "Check the selection before it.")
    needed = [name for name, column in columns.items() if not column.optional]
    lacking = [name for name in needed if name not in table]
    if lacking:
        raise InputError(
            f"the columns {', '.join(needed)}",
            f"no {', '.join(lacking)}",
            "Rename or add the column.",
            column=lacking[0],
        )
    for name, column in columns.items():
        if name in table:
            _check_column(table, name, column)
    return table.reset_index(drop=True)


def _check_column(table: pd.DataFrame, name: str, column: Column) -> None:
    values = table[name]
    missing = values.isna()
    if missing.any() and not column.gaps:
        rows = table.index[missing].tolist()
        raise InputError("a value", "a missing one", "Fill or drop it first.", name, rows)
    if not column.number or missing.all():
        return
    if not pd.api.types.is_numeric_dtype(values):
        raise InputError("numbers", f"type {values.dtype}", "Convert the column.", name)
    numbers = values.to_numpy(dtype=float)
    outside = (numbers < column.low - _CLOSE) | (numbers > column.high + _CLOSE)
    if outside.any():
        expected = f"{column.low:g} to {column.high:g}"
        found = f"{numbers[outside][0]:g}"
        rows = table.index[outside].tolist()
        raise InputError(expected, found, "Check its unit.", name, rows)


def groups(table: pd.DataFrame, column: str) -> list[object]:
    """Return the values of a column in order of appearance (a categorical keeps its own)."""
    values = table[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        present = set(values)
        return [value for value in values.cat.categories if value in present]
    return list(pd.unique(values))


def name(group: object) -> str:
    """Return a group's or a column's name as a reader should see it.

    Examples
    --------
    >>> name(3.0), name(True), name("no_hipec"), name("expert_centre"), name("pci_surgery")
    ('3', 'yes', 'without HIPEC', 'expert centre', 'PCI at surgery')
    """
    if isinstance(group, (bool, np.bool_)):
        return _spaced("yes" if group else "no")
    if isinstance(group, (float, np.floating)) and float(group).is_integer():
        return str(int(group))
    text = str(group)
    if text in ARM_WORDS:
        return ARM_WORDS[text]
    return _spaced(text)


@cache
def _names() -> dict[str, str]:
    """Return the words of the names that figures show; another language has its own there."""
    with Path(__file__).with_name("names.csv").open(encoding="utf-8", newline="") as lines:
        return {row["name"]: row["words"] for row in csv.DictReader(lines)}


def _spaced(column: str) -> str:
    known = _names()
    words = known.get(column) or ", ".join(
        known.get(part, part.replace("_", " ")) for part in column.split(", ")
    )
    return " ".join(_SHORT.get(word, word) for word in words.split(" "))


def said_groups(table: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Return a table whose groups say what they are where a column of yes and no made them.

    Examples
    --------
    >>> table = pd.DataFrame({"group": [True, False]})
    >>> said_groups(table, "hipec")["group"].tolist()
    ['HIPEC', 'no HIPEC']
    """
    if by is None or not all(isinstance(group, (bool, np.bool_)) for group in table["group"]):
        return table
    words = {True: _spaced(by), False: _names().get(f"no {by}", f"no {_spaced(by)}")}
    return table.assign(group=table["group"].map(words))


def passing(gates: pd.DataFrame, least: int = 1) -> Floats:
    """Return how many come through each gate, after checking that nobody enters from the side."""
    n = gates["n"].to_numpy(dtype=float)
    wrong = gates.index[np.append(False, np.diff(n) > 0)].tolist()
    if wrong or n[0] == 0 or len(n) < least:
        raise InputError("gates that fewer and fewer pass", "others", "", "n", wrong)
    return n


def tag(kind: str, group: object) -> str:
    """Return the id of an artist, by which tests find it and SVG names it.

    Examples
    --------
    >>> tag("tail", "with HIPEC")
    'tail:with_HIPEC'
    """
    return f"{kind}:{'_'.join(name(group).split())}"


_LIMIT = replace(SHARE, gaps=True, optional=True)
CURVE = {"group": ANY, "time": NUMBER, "survival": SHARE, "ci_low": _LIMIT, "ci_high": _LIMIT}


@dataclass(frozen=True)
class Steps:
    """One group's survival curve as the table says it, with its interval where there is one."""

    group: object
    time: Floats
    survival: Floats
    limits: tuple[Floats, Floats] | None
    at_risk: Floats | None
    censored: Floats | None = None

    def at(self, time: float) -> int:
        """Return the position of the step that holds at this time."""
        return steps.position(self.time, time, _CLOSE)

    def median(self) -> float:
        """Return the median, by R's midpoint rule."""
        return steps.crossing(self.time, 1 - self.survival, 0.5)

    def median_limits(self) -> tuple[float, float] | None:
        """Return the limits of the median, NaN where it has none; None for a curve without."""
        if self.limits is None:
            return None
        low, high = self.limits
        return steps.crossing_within(self.time, 1 - self.survival, (1 - low, 1 - high), 0.5)[1:]

    def area(self, horizon: float) -> float:
        """Return the restricted mean: the area under the curve up to the horizon."""
        return steps.area(self.time, self.survival, horizon)

    def line(self, values: Floats, start: float, stop: float) -> tuple[Floats, Floats]:
        """Return the corners of the step line between two times."""
        first, last = max(self.at(start), 0), self.at(stop)
        edges = np.concatenate([[start], self.time[first + 1 : last + 1], [stop]])
        return np.repeat(edges, 2)[1:-1], np.repeat(values[first : last + 1], 2)

    def thin_from(self, counts: pd.DataFrame | None) -> float:
        """Return from when fewer than 10, or fewer than 10 %, are followed further."""
        time, left = self.time, self.at_risk
        total = 0.0 if left is None else float(left.max())
        if left is None and counts is not None:
            mine = counts[counts["group"] == self.group].sort_values("time")
            time, left = (mine[c].to_numpy(dtype=float) for c in ("time", "at_risk"))
            total = float(mine[["at_risk", "censored", "events"]].iloc[0].sum())
        if left is None:
            return np.inf
        enough = np.flatnonzero(left >= max(_FEW, _SMALL_SHARE * total))
        if not enough.size:
            return 0.0
        return float(time[enough[-1] + 1]) if enough[-1] + 1 < len(time) else np.inf


def curves_of(table: pd.DataFrame) -> list[Steps]:
    """Return one step function a group, in the table's order."""
    return [_steps(group, table[table["group"] == group]) for group in groups(table, "group")]


def _steps(group: object, frame: pd.DataFrame) -> Steps:
    frame = frame.sort_values("time", kind="stable")
    columns = (*CURVE, "at_risk", "censored")[1:]
    values = {c: frame[c].to_numpy(dtype=float) for c in columns if c in frame}
    time = values["time"]
    if time[0] != 0:
        raise InputError(
            f"a curve of {group} that starts at time 0",
            f"{time[0]:g}",
            "Add the row with survival 1 at time 0.",
            column="time",
        )
    limits = (values["ci_low"], values["ci_high"]) if "ci_high" in values else None
    counts = (values.get(c) for c in ("at_risk", "censored"))
    return Steps(group, time, values["survival"], limits, *counts)
