"""What a student did in this session: held in memory, exported only when asked.

``dsrct-edu start`` names one file beside the notebooks, in which the guesses are kept as well: a
student finds them all again at the end. Without it, as in builds and tests, nothing is written.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from dsrct_edu import files
from dsrct_edu.checks import one_of
from dsrct_edu.classroom import lessons
from dsrct_edu.errors import InputError
from dsrct_edu.wording import listed

FILE_VARIABLE = "DSRCT_EDU_GUESSES"
"""Environment variable: the file in which guesses are kept, if there is to be one."""

COLUMNS = {
    "attempts": ["activity", "id", "attempt", "passed", "misconception"],
    "predictions": ["id", "guess", "result", "unit"],
}


@dataclass
class Progress:
    """Attempts at exercises and quiz items, and predictions, in the order they were made."""

    attempts: list[dict[str, Any]] = field(default_factory=list)
    predictions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, activity: str, key: str, passed: bool, misconception: str | None) -> int:
        """Note one attempt and return its number: 1 for the first."""
        number = 1 + self.state(activity, key)[1]
        row = (activity, key, number, passed, misconception)
        self.attempts.append(dict(zip(COLUMNS["attempts"], row, strict=True)))
        return number

    def note(self, key: str, guess: object, result: object, unit: str) -> None:
        """Note a guess, and its result once it is known; the file, if there is one, keeps both.

        The same guess once more, as in a cell that is run again, keeps the result that it had.
        """
        before = {row["id"]: row for row in self._guesses()}.get(key)
        if result is None and guess is not None and before and before["guess"] == guess:
            result = before["result"]
        row = dict(zip(COLUMNS["predictions"], (key, guess, result, unit), strict=True))
        self.predictions[key] = row
        path = _file()
        if path is None or guess is None:  # dots run again forget no guess
            return
        with contextlib.suppress(InputError):  # a folder that cannot be written costs no lesson
            files.write(path, json.dumps({**_kept(path), key: row}, indent=1))

    def state(self, activity: str, key: str) -> tuple[bool, int]:
        """Return whether the last attempt passed, and how many there were."""
        rows = [r for r in self.attempts if r["activity"] == activity and r["id"] == key]
        return (bool(rows and rows[-1]["passed"]), len(rows))

    def table(self, kind: str) -> pd.DataFrame:
        """Return the ``attempts`` or the ``predictions`` as a table."""
        rows = self.attempts if kind == "attempts" else self._guesses()
        return pd.DataFrame(rows, columns=COLUMNS[kind])

    def _guesses(self) -> list[dict[str, Any]]:
        path = _file()
        kept = {} if path is None else _kept(path)
        made = {key: row for key, row in self.predictions.items() if row["guess"] is not None}
        return list({**self.predictions, **kept, **made}.values())

    def clear(self) -> None:
        """Forget everything."""
        self.attempts.clear()
        self.predictions.clear()


def _file() -> Path | None:
    name = os.environ.get(FILE_VARIABLE)
    return Path(name) if name else None


def _kept(path: Path) -> dict[str, dict[str, Any]]:
    """Return the guesses in a file; none if it is not there, or no longer what was written."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {
            key: {name: row[name] for name in COLUMNS["predictions"]} for key, row in rows.items()
        }
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}


SESSION = Progress()
"""The progress of this kernel. It starts empty and ends with the kernel."""


@dataclass(frozen=True)
class Summary:
    """What of a lesson is done; its ``repr`` is the message.

    Attributes
    ----------
    table : pandas.DataFrame
        Columns ``id, about, optional, passed, attempts``.
    """

    lesson: str
    table: pd.DataFrame

    def __repr__(self) -> str:
        core = self.table[~self.table["optional"]]
        done = int(core["passed"].sum())
        lines = [f"Lesson {self.lesson}: {done} of {len(core)} core exercises are right."]
        for row in self.table.itertuples():
            state = "right" if row.passed else "not yet" if row.attempts else "not tried"
            extra = ", optional" if row.optional else ""
            lines.append(f"  {row.id} {row.about}{extra}: {state}")
        return "\n".join(lines)


def summary(lesson: str) -> Summary:
    """Say which exercises of a lesson are right so far in this session.

    Parameters
    ----------
    lesson : str
        Two digits, such as ``"05"``.

    Returns
    -------
    Summary
        Shown as a short list; ``.table`` is a DataFrame.

    Raises
    ------
    InputError
        If there is no such lesson.

    Examples
    --------
    >>> summary("05").table.columns.tolist()
    ['id', 'about', 'optional', 'passed', 'attempts']
    """
    rows = []
    for key, exercise in lessons.beside(lesson, "checks")["exercise"].items():
        passed, attempts = SESSION.state("exercise", key)
        rows.append((key, exercise["about"], exercise.get("optional", False), passed, attempts))
    columns = ["id", "about", "optional", "passed", "attempts"]
    return Summary(lesson, pd.DataFrame(rows, columns=columns))


class Written(list[Path]):
    """Paths of files. In a browser, where folders are out of reach, shown as links that save."""

    def _repr_html_(self) -> str | None:
        if sys.platform == "emscripten":
            saved = "".join(f"<li>{_download(path)}</li>" for path in self)
            return f"<p>Save these on your machine:</p><ul>{saved}</ul>"
        return None


def _download(path: Path) -> str:
    """Return a link that holds a file and saves it under its name."""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    name = html.escape(path.name, quote=True)
    return f'<a download="{name}" href="data:text/csv;base64,{data}">{name}</a>'


def export(folder: str | Path, who: str) -> list[Path]:
    """Write this session's attempts and predictions as two CSV files.

    Nothing is written unless this is called, and no output of a lesson depends on it. In a browser
    the files are inside its Python: links are shown that save them on your machine.

    Parameters
    ----------
    folder : path
        Where to write; made if it is not there.
    who : str
        A label for this student: a seat number rather than a name.

    Returns
    -------
    list of pathlib.Path
        ``<who>.attempts.csv`` and ``<who>.predictions.csv``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in export(folder, "seat-12")]
    ['seat-12.attempts.csv', 'seat-12.predictions.csv']
    """
    place = Path(folder)
    label = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in who)
    paths = Written()
    for kind in COLUMNS:
        path = place / f"{label}.{kind}.csv"
        table = SESSION.table(kind)
        table.insert(0, "who", who)
        with files.whole(path) as part:
            table.to_csv(part, index=False)
        paths.append(path)
    return paths


def gather(folder: str | Path, kind: str = "predictions") -> pd.DataFrame:
    """Put the exported files of a class into one table.

    Parameters
    ----------
    folder : path
        The folder that holds the students' exports.
    kind : {"predictions", "attempts"}
        Which export to read.

    Returns
    -------
    pandas.DataFrame
        All rows, sorted by ``who``; write it with ``.to_csv``.

    Raises
    ------
    InputError
        If there is no such kind of export or no such folder, or a file is not what was exported.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = export(folder, "seat-12")
    ...     gather(folder).columns.tolist()
    ['who', 'id', 'guess', 'result', 'unit']
    """
    columns = COLUMNS[one_of(kind, tuple(COLUMNS), "kind")]
    place = Path(folder)
    if not place.is_dir():
        found = f"no folder {place.name!r}"
        raise InputError("a folder with exports", found, "Check its name.", argument="folder")
    wanted = ["who", *columns]
    tables = [_exported(path, wanted) for path in sorted(place.glob(f"*.{kind}.csv"))]
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=wanted)


def _exported(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return one student's export, or say what is wrong with the file."""
    remedy = "Ask for a fresh export, or take the file out of the folder."
    try:
        table = pd.read_csv(path, dtype={"who": str, "id": str})
    except ValueError as error:  # not CSV, not text, or empty
        said = " ".join(str(error).split())[:100]
        raise InputError("a CSV file", said, remedy, argument=path.name) from None
    if missing := [name for name in columns if name not in table]:
        found = f"no {listed(missing)}"
        raise InputError(f"the columns {listed(columns)}", found, remedy, argument=path.name)
    return table[columns]
