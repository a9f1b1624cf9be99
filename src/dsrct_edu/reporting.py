"""Reads anybody's CSV, analyses it, and writes tables and one self-contained report."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsrct_edu import files, wording
from dsrct_edu.analysis import cox, follow_up, kaplan_meier, logrank
from dsrct_edu.analysis.inputs import check_groups, check_table, words
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
_MOST_GROUPS = 20  # as many curves as a picture can hold; more are patients' ids, not groups
_LONGEST = 100  # letters of a name that is shown
_KEPT = 100_000  # different cells that are held once, however often they occur
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_GLYPH = "Glyph .* missing from font"
_BOXES = "The picture shows boxes for letters that its typeface lacks. The tables have them."
_OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


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
        with pd.option_context("display.max_colwidth", None):
            tables = {
                name: wording.table(table).to_html(index=False, border=0)
                for name, table in self.tables.items()
            }
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", _GLYPH)  # a note tells of it
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
    rows = _rows(_text(path))
    header = [name.strip() for name in next(rows, (1, []))[1]]
    _check_header(header)
    width = len(header)
    lines: list[int] = []
    ragged: list[int] = []
    columns: list[list[str]] = [[] for _ in header]
    known: dict[str, str] = {}
    for line, row in rows:
        row = [cell.strip() for cell in row]
        # A line of blanks only is what spreadsheets leave below a table; it is not a patient.
        if not any(row):
            continue
        if len(row) != width:
            ragged.append(line)
            continue
        lines.append(line)
        for column, cell in zip(columns, row, strict=True):
            column.append(known.setdefault(cell, cell))  # equal cells take memory once
        if len(known) > _KEPT:
            known.clear()
    if ragged:
        raise InputError(
            f"{width} values a line",
            "lines with more or fewer",
            "Look for a comma inside a text, and put that text in quotation marks.",
            rows=ragged,
        )
    if not lines:
        raise InputError("at least one patient", "a header and no rows", "Export again.")
    index = pd.Index(lines, name="line")
    table = {}
    for name in header:
        table[name] = _as_numbers_if_possible(pd.Series(columns.pop(0), index, object, name))
    return pd.DataFrame(table, index)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a text, each with the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begun = 1
    try:
        for row in reader:
            yield reader.line_num, row
            begun = reader.line_num + 1
    except csv.Error as error:
        long = "field limit" in str(error)
        raise InputError(
            "cells of at most 131,072 letters" if long else "texts between two quotation marks",
            "a longer one" if long else "a quotation mark that opens or closes none",
            "Look for a missing quotation mark in this row or above; inside a text write it twice.",
            rows=[begun],
        ) from error


def _text(path: str | Path) -> str:
    try:
        content = Path(path).read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            remedy = "In Excel choose Save as, CSV UTF-8."
            row = content[: error.start].count(b"\n") + 1
            raise InputError("text in UTF-8", "bytes that are not", remedy, rows=[row]) from error
        found = f"{path}: {getattr(error, 'strerror', None) or error}"
        raise InputError("a CSV file", found, "Check the name.") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = _CONTROL.search(text)
    if control:
        found = f"the control character {control[0]!r}"
        remedy = "Remove it; if every second character is one, save the file as CSV UTF-8."
        raise InputError("text", found, remedy, rows=[text.count("\n", 0, control.start()) + 1])
    return text


def _check_header(header: list[str]) -> None:
    if not any(header):
        raise InputError("a header row", "an empty file", "Export the table again.")
    parted = [mark for mark in _OTHERS if len(header) == 1 and mark in header[0]]
    if parted:
        found = _OTHERS[parted[0]]
        raise InputError(
            "columns separated by commas",
            found,
            f"In Excel choose Save as, CSV UTF-8 (comma delimited), or replace the {found}.",
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
    blank = column == ""
    values = column.mask(blank)
    lower = column[~blank].str.lower()
    if lower.isin(_FLAGS).all() and not blank.all():
        return column.str.lower().map(_FLAGS)  # as pandas and R write them
    try:
        return pd.to_numeric(values)
    except (ValueError, OverflowError):
        # pandas gives up on whole numbers of twenty digits and more
        return values if words(column[~blank]).any() else values.astype(np.float64)


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
    for text, name in ((unit, "unit"), (time_zero, "time_zero"), (event_name, "event_name")):
        _check_shown([text], name)
    _check_columns(check_table(table), duration, event, by)
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
    # What analysts are warned of in Python, readers of the report are told in words.
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        figure = curves.plot(time_zero=time_zero, endpoint=event_name, unit=unit, horizon=horizon)
        if by is not None:
            tables |= _comparison(table, curves, by, horizon)
    said = [re.sub(f"{_GLYPH}.*", _BOXES, str(warning.message)) for warning in warned]
    notes = [*dict.fromkeys(said), *(_notes(by, time_zero, ends["events"]) if by else ())]
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
        notes=tuple(notes),
        figure=figure,
    )


def _check_shown(texts: Iterable[str], name: str, column: str | None = None) -> None:
    """Refuse names that no table or picture can show."""
    for text in texts:
        if len(text) > _LONGEST or _UNSEEN.search(text):
            found = f"{len(text)} letters" if len(text) > _LONGEST else repr(text)
            expected = f"{name} of at most {_LONGEST} letters on one line"
            raise InputError(expected, found, "Shorten it, or write it otherwise.", column)


def _check_columns(table: pd.DataFrame, duration: str, event: str, by: str | None) -> None:
    """Refuse columns that stand twice in the question, and groups that are none."""
    for column in (duration, event, by):
        if isinstance(column, str):
            _check_shown([column], "a column name")
    if by is None:
        return
    if by in (duration, event):
        remedy = "Name a column that was known when the clock started."
        raise InputError("groups in a column of their own", "the outcome", remedy, by)
    groups = check_groups(table, by)
    if len(groups) > _MOST_GROUPS:
        found = f"{len(groups):,} different values"
        remedy = "Name a column of groups; make classes of a measurement first."
        raise InputError(f"at most {_MOST_GROUPS} groups", found, remedy, by)
    _check_shown([str(label) for label in groups.labels], "groups", by)


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
    indicators = {f"{by} {group}": table[by] == group for group in curves.groups[1:]}
    # In a table of its own, where no indicator can bear the name of another column.
    arranged = pd.DataFrame({"\0time": table[columns[0]], "\0event": table[columns[1]]})
    arranged = arranged.assign(**{name: flag.astype(float) for name, flag in indicators.items()})
    fit = cox(arranged, "\0time", "\0event", list(indicators))
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
    """Write the report and its tables into a folder, whole or not at all.

    Nothing is written outside that folder. In the tables a text that a spreadsheet would take for
    a formula has an apostrophe before it.

    Parameters
    ----------
    report : Report
    folder : str or Path
        Made if needed. Files of an earlier report of the same names are replaced.

    Returns
    -------
    Path
        The HTML page.

    Raises
    ------
    InputError
        If the folder is a link, or cannot be written.
    """
    target = Path(folder)
    if target.is_symlink():
        found = f"{target}, a link to {os.readlink(target)}"
        raise InputError("a folder for the report", found, "Name the folder itself.")
    html = report.to_html()
    new = not target.exists()
    with files.writable(target):
        try:
            target.mkdir(parents=True, exist_ok=True)
            # All is written to a folder inside first, so that no half-written report is left.
            with tempfile.TemporaryDirectory(dir=target, prefix=".part-") as staging:
                for name, table in report.tables.items():
                    _write_table(table, Path(staging, f"{name}.csv"))
                Path(staging, "report.html").write_text(html, encoding="utf-8")
                for path in sorted(Path(staging).iterdir()):
                    os.replace(path, target / path.name)
        except BaseException:
            if new and target.is_dir() and not any(target.iterdir()):
                target.rmdir()
            raise
    return target / "report.html"


def _write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table in which no spreadsheet finds a formula."""
    safe = table.rename(columns=_inert)
    for column in safe.select_dtypes(object):
        safe[column] = safe[column].map(_inert)
    safe.to_csv(path, index=False, lineterminator="\n")


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
