"""Reads anybody's CSV, analyses it, and writes tables and one self-contained report."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsrct_edu import wording
from dsrct_edu.analysis import cox, follow_up, kaplan_meier, logrank
from dsrct_edu.analysis.survival import SurvivalCurves
from dsrct_edu.checks import number
from dsrct_edu.errors import InputError
from dsrct_edu.figures.palette import css
from dsrct_edu.resources import render

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

_FEW_EVENTS_PER_GROUP = 10
_TICKS = 7
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Report:
    """Tables and figure of one analysis with the words for them, ready to be written."""

    duration: str
    event: str
    by: str | None
    unit: str
    time_zero: str
    event_name: str
    horizon: float
    n: int
    events: int
    tables: dict[str, pd.DataFrame]
    notes: tuple[str, ...]
    figure: Figure

    def to_html(self) -> str:
        """Return the report as one HTML page that needs no other file."""
        tables = {
            name: wording.table(table).to_html(index=False, border=0)
            for name, table in self.tables.items()
        }
        return render("report.html.j2", report=self, tables=tables, colours=css())


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
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    header = [name.strip() for name in next(reader, [])]
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
    lines = pd.Index([line for line, _ in numbered], name="line")
    cells = pd.DataFrame([row for _, row in numbered], lines, header, dtype=str)
    return cells.apply(_as_numbers_if_possible)


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        found = f"{path}: {error.strerror}"
        raise InputError("a CSV file", found, "Check the name.") from error
    except UnicodeDecodeError as error:
        remedy = "In Excel choose Save as, CSV UTF-8."
        raise InputError("text in UTF-8", "bytes that are not", remedy) from error


def _check_header(header: list[str]) -> None:
    if not any(header):
        raise InputError("a header row", "an empty file", "Export the table again.")
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
    words = column.str.strip()
    blank = words == ""
    values = column.mask(blank)
    if words[~blank].str.lower().isin(_FLAGS).all() and not blank.all():
        return words.str.lower().map(_FLAGS)  # as pandas and R write them
    try:
        return pd.to_numeric(values)
    except ValueError:
        return values


def analyse(
    table: pd.DataFrame,
    duration: str,
    event: str,
    by: str | None = None,
    *,
    unit: str = "months",
    time_zero: str = "the start of follow-up",
    event_name: str = "event",
    horizon: float | None = None,
) -> Report:
    """Analyse one endpoint: curves, medians, restricted means and, by group, a comparison.

    Parameters
    ----------
    table : DataFrame
        One row a patient.
    duration, event : str
        Columns: time to the event or to censoring; whether the event happened.
    by : str, optional
        Column of groups.
    unit, time_zero, event_name : str
        Words that the report uses: the unit of time, when the clock starts, and the event.
    horizon : float, optional
        Time up to which means are taken; the shortest of the groups' longest follow-ups if left
        out.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If a column is missing or holds what it should not.

    Examples
    --------
    >>> table = pd.DataFrame({"months": [4, 9, 12, 20], "died": [1, 0, 1, 0]})
    >>> analyse(table, "months", "died").events
    2
    """
    curves = kaplan_meier(table, duration, event, by)
    ends = curves.to_frame().groupby("group", sort=False)[["time", "events"]].max()
    longest = float(ends["time"].min())
    if horizon is None:
        horizon = longest
    asked = f"above 0 and at most {longest:g} {unit}, the shortest of the longest follow-ups"
    horizon = number(horizon, "horizon", asked, 0, longest, above=True)
    tables = {
        "survival": curves.at(_ticks(horizon)).drop(columns="at_risk_before"),
        "median": curves.median(),
        "restricted_mean": curves.rmst(horizon),
        "follow_up": follow_up(table, duration, event, by).median(),
    }
    if by is not None:
        tables |= _comparison(table, curves, by, horizon)
    return Report(
        duration=duration,
        event=event,
        by=by,
        unit=unit,
        time_zero=time_zero,
        event_name=event_name,
        horizon=horizon,
        n=len(table),
        events=int(ends["events"].sum()),
        tables=tables,
        notes=() if by is None else _notes(by, time_zero, ends["events"]),
        figure=curves.plot(time_zero=time_zero, endpoint=event_name, unit=unit, horizon=horizon),
    )


def _ticks(horizon: float) -> list[float]:
    """Return round times from zero to the horizon, for the table under the curve."""
    rough = horizon / (_TICKS - 1)
    magnitude = 10.0 ** np.floor(np.log10(rough))
    step = min((m * magnitude for m in (1, 2, 3, 5, 6, 10)), key=lambda s: abs(s - rough))
    return [float(tick) for tick in np.arange(0, horizon + step / 1e6, step)]


def _comparison(
    table: pd.DataFrame, curves: SurvivalCurves, by: str, horizon: float
) -> dict[str, pd.DataFrame]:
    columns = (curves.duration, curves.event)
    test = logrank(table, *columns, by=by)
    indicators = {
        f"{by} {group}": (table[by] == group).astype(float) for group in curves.groups[1:]
    }
    fit = cox(table[list(columns)].assign(**indicators), *columns, list(indicators))
    found = [(test.statistic, test.degrees_of_freedom, test.p_value)]
    return {
        "restricted_mean_difference": curves.rmst_difference(horizon),
        "log_rank": pd.DataFrame(found, columns=["statistic", "degrees_of_freedom", "p_value"]),
        "hazard_ratio": fit.table.reset_index(names="covariate"),
        "proportional_hazards": fit.proportional_hazards().reset_index(names="covariate"),
    }


def _notes(by: str, time_zero: str, events: pd.Series[Any]) -> tuple[str, ...]:
    """Cautions that a reader of a comparison needs, those that apply."""
    notes = [
        f"The groups of {by!r} must have been fixed at {time_zero}. If patients joined a group "
        "later, the time they waited is credited to it: immortal time.",
        "No analysis here is adjusted for anything. A difference between groups is not an effect.",
    ]
    few = events[events < _FEW_EVENTS_PER_GROUP]
    if len(few):
        named = ", ".join(f"{group} ({int(count)})" for group, count in few.items())
        notes.append(f"Few events, so every interval is wide and approximate: {named}.")
    return tuple(notes)


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
