"""Reads anybody's CSV, analyses it, and writes tables and one self-contained report."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.analysis import cox, follow_up, kaplan_meier, logrank
from dsrct_edu.errors import InputError
from dsrct_edu.resources import render

_FEW_EVENTS_PER_GROUP = 10
_TICKS = 7


@dataclass(frozen=True)
class Request:
    """What to analyse: the columns, and the words that the report uses for them."""

    duration: str
    event: str
    by: str | None = None
    unit: str = "months"
    time_zero: str = "the start of follow-up"
    event_name: str = "event"
    horizon: float | None = None


@dataclass(frozen=True)
class Report:
    """Tables and figure of one analysis, ready to be written."""

    request: Request
    n: int
    events: int
    horizon: float
    tables: dict[str, pd.DataFrame]
    notes: tuple[str, ...]
    figure_html: str
    figure_words: str

    def to_html(self) -> str:
        """Return the report as one HTML page that needs no other file."""
        tables = {name: _html_table(table) for name, table in self.tables.items()}
        return render("report.html.j2", report=self, tables=tables)


def read_table(path: str | Path) -> pd.DataFrame:
    r"""Read a CSV strictly: one header, no column twice, every row as long as the header.

    Parameters
    ----------
    path : str or Path
        A comma-separated file in UTF-8 with one header row.

    Returns
    -------
    DataFrame
        Indexed by the line number in the file, so that an error can name the line.

    Raises
    ------
    InputError
        If the file is missing, empty, not UTF-8, or its rows do not fit its header.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = path.write_text("months,died\n4,1\n9,0\n")
    >>> read_table(path)["months"].tolist()
    [4, 9]
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("a CSV file", f"no file {path}", "Check the name.") from error
    except IsADirectoryError as error:
        raise InputError("a CSV file", f"a folder, {path}", "Name one file.") from error
    except UnicodeDecodeError as error:
        raise InputError(
            "text in UTF-8",
            "bytes that are not",
            "In Excel choose Save as, CSV UTF-8.",
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    if not any(header):
        raise InputError("a header row", "an empty file", "Export the table again.")
    _check_header(header)
    # A line of blanks only is what spreadsheets leave below a table; it is not a patient.
    numbered = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    if not numbered:
        raise InputError("at least one patient", "a header and no rows", "Export again.")
    ragged = [line for line, row in numbered if len(row) != len(header)]
    if ragged:
        raise InputError(
            f"{len(header)} values a line",
            "lines with more or fewer",
            "Look for a comma inside a text, and put that text in quotation marks.",
            rows=ragged,
        )
    cells = pd.DataFrame([row for _, row in numbered], columns=header, dtype=str)
    cells.index = pd.Index([line for line, _ in numbered], name="line")
    return cells.apply(_as_numbers_if_possible)


def _check_header(header: list[str]) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise InputError(
            "columns separated by commas",
            "semicolons",
            "In Excel choose Save as, CSV UTF-8 (comma delimited), or replace the semicolons.",
        )
    unnamed = [str(place) for place, name in enumerate(header, start=1) if not name]
    if unnamed:
        raise InputError(
            "a name for every column",
            f"none for column number {', '.join(unnamed)}",
            "Name it in the first line, or delete the column.",
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(
            "each column name once",
            f"{header.count(twice[0])} columns of this name",
            "Rename or remove one of them.",
            column=twice[0],
        )


def _as_numbers_if_possible(column: pd.Series[Any]) -> pd.Series[Any]:
    blank = column.str.strip() == ""
    values = column.mask(blank)
    try:
        return pd.to_numeric(values)
    except ValueError:
        return values


def analyse(data: pd.DataFrame, request: Request) -> Report:
    """Analyse one endpoint: curves, medians, restricted means and, by group, a comparison.

    Parameters
    ----------
    data : DataFrame
        One row a patient.
    request : Request
        Columns and words.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If a column is missing or holds what it should not.

    Examples
    --------
    >>> data = pd.DataFrame({"months": [4, 9, 12, 20], "died": [1, 0, 1, 0]})
    >>> analyse(data, Request("months", "died")).events
    2
    """
    columns = (request.duration, request.event)
    _check_numbers(data, request.duration)
    _check_event_coding(data, request.event)
    if request.by is not None:
        _check_groups(data, request.by)
    curves = kaplan_meier(data, *columns, by=request.by)
    horizon = _horizon(data, request)
    ticks = _ticks(horizon)
    tables = {
        "survival": curves.at(ticks).drop(columns="at_risk_before"),
        "median": curves.median(),
        "restricted_mean": curves.rmst(horizon),
        "follow_up": follow_up(data, *columns, by=request.by).median(),
    }
    if request.by is not None:
        tables |= _comparison(data, request, horizon)
    figure = curves.plot(
        time_zero=request.time_zero, event=request.event_name, unit=request.unit, horizon=horizon
    )
    return Report(
        request=request,
        n=len(data),
        events=int(data[request.event].astype(float).sum()),
        horizon=horizon,
        tables=tables,
        notes=_notes(data, request),
        figure_html=figure.html(),
        figure_words=figure.describe(),
    )


def _check_numbers(data: pd.DataFrame, column: str) -> None:
    """Name the lines whose text kept a number column from being read as numbers."""
    if column not in data or pd.api.types.is_numeric_dtype(data[column]):
        return
    as_number = pd.to_numeric(data[column], errors="coerce")
    text = data.loc[as_number.isna() & data[column].notna(), column]
    if len(text):
        raise InputError(
            "numbers",
            f"text such as {text.iloc[0]!r}",
            "Replace the text by a number; use a point for decimals.",
            column=column,
            rows=text.index.tolist(),
        )


def _check_event_coding(data: pd.DataFrame, column: str) -> None:
    """Say what to do about the 1/2 coding that R's data sets use."""
    if column in data and set(data[column].dropna().unique()) == {1, 2}:
        raise InputError(
            "1 for the event and 0 for censored",
            "the codes 1 and 2",
            "If 2 means the event, as in some R data sets, subtract 1 from the column.",
            column=column,
            rows=data.index[data[column] == 2].tolist(),
        )


def _check_groups(data: pd.DataFrame, column: str) -> None:
    if column in data and data[column].nunique() == 1:
        raise InputError(
            "at least two groups to compare",
            f"{data[column].dropna().iloc[0]!r} in every row",
            "Leave out --by, or name the column that tells the groups apart.",
            column=column,
        )


def _horizon(data: pd.DataFrame, request: Request) -> float:
    """Time up to which means are taken: asked for, or the shortest of the longest follow-ups."""
    if request.by is None:
        longest = float(data[request.duration].max())
    else:
        longest = float(data.groupby(request.by, observed=True)[request.duration].max().min())
    if request.horizon is None:
        return longest
    if not 0 < request.horizon <= longest:
        raise InputError(
            f"a horizon above 0 and at most {longest:g} {request.unit}",
            f"{request.horizon:g}",
            "Nobody in the group with the shortest follow-up was seen for longer.",
            column=request.duration,
        )
    return request.horizon


def _ticks(horizon: float) -> list[float]:
    """Return round times from zero to the horizon, for the table under the curve."""
    rough = horizon / (_TICKS - 1)
    magnitude = 10.0 ** np.floor(np.log10(rough))
    step = min((m * magnitude for m in (1, 2, 3, 5, 6, 10)), key=lambda s: abs(s - rough))
    return [float(tick) for tick in np.arange(0, horizon + step / 1e6, step)]


def _comparison(data: pd.DataFrame, request: Request, horizon: float) -> dict[str, pd.DataFrame]:
    by = str(request.by)
    columns = (request.duration, request.event)
    difference = kaplan_meier(data, *columns, by=by).rmst_difference(horizon)
    test = logrank(data, *columns, by=by)
    groups = sorted(data[by].unique(), key=str)
    indicators = {f"{by} {group}": (data[by] == group).astype(float) for group in groups[1:]}
    design = data[[request.duration, request.event]].assign(**indicators)
    fit = cox(design, *columns, list(indicators))
    return {
        "restricted_mean_difference": pd.DataFrame(difference),
        "log_rank": pd.DataFrame(
            {
                "statistic": [test.statistic],
                "degrees_of_freedom": [test.degrees_of_freedom],
                "p_value": [test.p_value],
            }
        ),
        "hazard_ratio": fit.table.reset_index(names="covariate"),
        "proportional_hazards": fit.proportional_hazards().reset_index(names="covariate"),
    }


def _notes(data: pd.DataFrame, request: Request) -> tuple[str, ...]:
    """Cautions that a reader of this report needs, those that apply."""
    if request.by is None:
        return ()
    notes = [
        f"The groups of {request.by!r} must have been fixed at {request.time_zero}. If patients "
        "joined a group later, the time they waited is credited to it: immortal time.",
        "No analysis here is adjusted for anything. A difference between groups is not an effect.",
    ]
    deaths = data.groupby(request.by, observed=True)[request.event].sum()
    few = deaths[deaths < _FEW_EVENTS_PER_GROUP]
    if len(few):
        named = ", ".join(f"{group} ({int(count)})" for group, count in few.items())
        notes.append(f"Few events, so every interval is wide and approximate: {named}.")
    return tuple(notes)


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as text for reading: three figures, small p values, medians not reached.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    DataFrame
        Of strings.

    Examples
    --------
    >>> readable(pd.DataFrame({"median": [np.inf], "p_value": [1e-9]})).iloc[0].tolist()
    ['not reached', '< 0.001']
    """
    return table.apply(_readable_column)


def _readable_column(column: pd.Series[Any]) -> pd.Series[Any]:
    if not pd.api.types.is_float_dtype(column):
        return column.astype(str)
    finite = column[np.isfinite(column)]
    whole = bool((finite == finite.round()).all())
    digits = 0 if whole else 3 if finite.abs().max() < 10 else 1

    def cell(value: float) -> str:
        if not np.isfinite(value):
            return "not reached" if value > 0 else "unknown"
        if column.name == "p_value" and value < 0.001:
            return "< 0.001"
        return f"{value:.{digits}f}"

    return column.map(cell)


def _html_table(table: pd.DataFrame) -> str:
    return readable(table).to_html(index=False, border=0)


def write(report: Report, folder: str | Path) -> Path:
    """Write the report and its tables into a folder, all or nothing.

    Parameters
    ----------
    report : Report
    folder : str or Path
        Made if needed. Files of an earlier report of the same names are replaced.

    Returns
    -------
    Path
        The HTML page.
    """
    target = Path(folder)
    html = report.to_html()
    target.parent.mkdir(parents=True, exist_ok=True)
    # Everything is written beside the target first, so that no half-written report is left.
    with tempfile.TemporaryDirectory(dir=target.parent) as staging:
        for name, table in report.tables.items():
            table.to_csv(Path(staging, f"{name}.csv"), index=False, lineterminator="\n")
        Path(staging, "report.html").write_text(html, encoding="utf-8")
        target.mkdir(exist_ok=True)
        for path in sorted(Path(staging).iterdir()):
            shutil.move(path, target / path.name)
    return target / "report.html"
