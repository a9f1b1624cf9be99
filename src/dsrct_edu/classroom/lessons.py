"""Finds and reads the data that lies beside a lesson: checks, quiz, the texts of reveals.

What is wrong in such a file is its author's fault and never the student's. So a table that is read
here knows where it stands, and an `AuthorError` names the file and the line.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from dsrct_edu.errors import InputError
from dsrct_edu.resources import find
from dsrct_edu.wording import brief

FOLDER_VARIABLE = "DSRCT_EDU_LESSONS"
"""Environment variable: another folder of lessons, for a lecturer who has adapted the course."""

_HEADER = re.compile(r"^\s*(\[{1,2})([^\[\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r'"[^"]*"|[\w-]+')
_ASSIGNED = re.compile(rf"^\s*((?:{_KEY.pattern})(?:\s*\.\s*(?:{_KEY.pattern}))*)\s*=")

_CHECKS = "[0-9][0-9]_*.checks.toml"

Trail = tuple[str | int, ...]
"""The way to an entry of a file: ``("exercise", "05.1", "wrong", 0, "answer")``."""


class AuthorError(InputError):
    """A lesson's file that does not work: the fault of its author, not of any answer."""

    def __init__(self, expected: str, found: str, path: Path | None = None, line: int = 1) -> None:
        place = f"{path.name}, line {line}" if path else None
        remedy = "This is a fault of the lesson, not of your answer: tell whoever gave it to you."
        super().__init__(expected, found, remedy, argument=place)


class Table(dict[str, Any]):
    """A table of a lesson's file. A key that it lacks is the author's fault.

    Parameters
    ----------
    content : mapping
        Tables inside become such tables, too.
    path : Path, optional
        The file, if the content was read from one.
    trail : tuple
        The way from the file to this table.

    Examples
    --------
    >>> Table({"kind": "value"})["about"]
    Traceback (most recent call last):
        ...
    dsrct_edu.classroom.lessons.AuthorError: expected an entry `about`; found none. This is a \
fault of the lesson, not of your answer: tell whoever gave it to you.
    """

    def __init__(
        self, content: Mapping[str, Any], path: Path | None = None, trail: Trail = ()
    ) -> None:
        self.path, self.trail = path, trail
        super().__init__(
            {key: self._inside(value, (*trail, key)) for key, value in content.items()}
        )

    def _inside(self, value: Any, trail: Trail) -> Any:
        if isinstance(value, dict):
            return Table(value, self.path, trail)
        if isinstance(value, list):
            return [self._inside(item, (*trail, place)) for place, item in enumerate(value)]
        return value

    def __missing__(self, key: str) -> Any:
        raise self.fault(f"an entry `{key}`", "none")

    def fault(self, expected: str, found: str, *key: str) -> AuthorError:
        """Return the error that names the line of a key, or of the table's header."""
        written = self.path.read_text("utf-8-sig") if self.path else ""
        return AuthorError(expected, found, self.path, line_of(written, (*self.trail, *key)))

    @contextmanager
    def blamed(
        self, key: str, errors: tuple[type[BaseException], ...] = (Exception, SystemExit)
    ) -> Iterator[None]:
        """Make what fails inside the fault of the author of a key."""
        try:
            yield
        except AuthorError:
            raise
        except errors as error:
            text = error.msg if isinstance(error, SyntaxError) else str(error)
            found = f"{type(error).__name__}: {' '.join(text.split())[:200]}".rstrip(":. ")
            raise self.fault("code that runs", found, key) from error


def as_table(content: Mapping[str, Any]) -> Table:
    """Return content of any origin as a table."""
    return content if isinstance(content, Table) else Table(content)


def line_of(written: str, trail: Sequence[str | int]) -> int:
    r"""Return the line of a TOML text on which a table or key stands, or the table around it.

    Examples
    --------
    >>> line_of('[exercise."42.1"]\nkind = "value"', ("exercise", "42.1", "kind"))
    2
    """
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(written.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _table(_keys(header[2]), header[1] == "[[", counts)
            lines[table] = number
        elif key := _ASSIGNED.match(line):
            lines.setdefault((*table, *_keys(key[1])), number)
    wanted = tuple(trail)
    while wanted and wanted not in lines:
        wanted = wanted[:-1]
    return lines.get(wanted, 1)


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(key.strip('"') for key in _KEY.findall(dotted))


def _table(
    keys: tuple[str, ...], repeated: bool, counts: dict[tuple[str, ...], int]
) -> tuple[str | int, ...]:
    """Return the keys of a header with the number of each table that stands in a list."""
    if repeated:
        counts[keys] = counts.get(keys, -1) + 1
        for deeper in [known for known in counts if known[: len(keys)] == keys and known != keys]:
            del counts[deeper]
    path: list[str | int] = []
    for place, key in enumerate(keys, 1):
        path.append(key)
        if keys[:place] in counts:
            path.append(counts[keys[:place]])
    return tuple(path)


def folder() -> Path:
    """Return the folder of lessons: the lecturer's own, or the shipped one.

    Returns
    -------
    pathlib.Path
        The folder named by the environment variable ``DSRCT_EDU_LESSONS``; or else a folder
        ``lessons`` near the notebook, where a build leaves it, if lessons lie in it; or else the
        lessons that the kit ships.

    Raises
    ------
    InputError
        If the lecturer's own folder is not there.

    Examples
    --------
    >>> folder().name
    'lessons'
    """
    own = os.environ.get(FOLDER_VARIABLE)
    if own and not Path(own).is_dir():
        remedy = "Correct or remove this environment variable."
        raise InputError(
            "a folder of lessons", f"no folder {own}", remedy, argument=FOLDER_VARIABLE
        )
    if own:
        return Path(own)
    here = Path.cwd()  # of a kernel: the folder of its notebook, two below the course at most
    near = (place / "lessons" for place in (here, *here.parents[:2]))
    return next((place for place in near if any(place.glob(_CHECKS))), find("lessons"))


@contextmanager
def in_use(place: Path) -> Iterator[None]:
    """Make a folder of lessons the one in use, whatever the environment says.

    Examples
    --------
    >>> with in_use(Path(".")):
    ...     str(folder())
    '.'
    """
    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = str(place)
    try:
        yield
    finally:
        del os.environ[FOLDER_VARIABLE]
        if before is not None:
            os.environ[FOLDER_VARIABLE] = before


def read(path: Path) -> Table:
    """Return the content of a lesson's file, read anew when the file has changed.

    Raises
    ------
    AuthorError
        If it is not UTF-8, or not TOML.
    """
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, _written: int) -> Table:
    raw = path.read_bytes()
    try:
        return Table(tomllib.loads(raw.decode("utf-8-sig")), path)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise AuthorError("text in UTF-8", "another encoding", path, line) from error
    except tomllib.TOMLDecodeError as error:
        said, _, place = str(error).partition(" (at ")
        number = re.match(r"line (\d+)", place)
        line = int(number[1]) if number else len(raw.splitlines())
        raise AuthorError("valid TOML", f"a mistake: {said}", path, line) from error


def beside(lesson: str, kind: str) -> Table:
    """Return the data file that lies beside a lesson.

    Parameters
    ----------
    lesson : str
        Two digits, such as ``"05"``.
    kind : str
        ``"checks"`` or ``"quiz"``.

    Returns
    -------
    dict
        The content of ``lessons/05_….checks.toml``.

    Raises
    ------
    InputError
        If there is no such lesson, or it has no such file. `AuthorError` if the file is broken.

    Examples
    --------
    >>> sorted(beside("05", "checks"))
    ['exercise', 'predict']
    """
    path = _path(lesson, kind)
    if path is None:
        have = sorted(
            {path.name[:2] for at in folders() for path in at.glob(f"[0-9][0-9]_*.{kind}.toml")}
        )
        raise InputError(
            expected=f"a lesson with {kind}: {', '.join(have) or 'none is there yet'}",
            found=brief(lesson),
            remedy='Use the two digits of the lesson, such as "05".',
        )
    return read(path)


def checks_of(number: str) -> Table:
    """Return the checks of the lesson of an exercise or prediction; empty if there is none.

    Examples
    --------
    >>> sorted(checks_of("05.1")), checks_of("no such exercise")
    (['exercise', 'predict'], {})
    """
    path = _path(number[:2], "checks")
    return Table({}) if path is None else read(path)


def reveal_of(number: str) -> Table:
    """Return the text that a prediction shows with its result: ``html`` and ``words``.

    The build writes it beside the lesson, so that it does not stand in what a student opens.

    Examples
    --------
    >>> sorted(reveal_of("05.1")), reveal_of("no such prediction")["words"]
    (['html', 'words'], '')
    """
    path = _path(number[:2], "reveals", "json")
    try:
        texts = {} if path is None else json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AuthorError("JSON, as `dsrct-edu build` writes it", str(error), path) from error
    return Table(texts.get(number, {"html": "", "words": ""}), path)


def source_of(lesson: str) -> Path | None:
    """Return the source of a lesson; None where only its data are at hand.

    Examples
    --------
    >>> source_of("05").name
    '05_kaplan_meier.md'
    """
    path = _path(lesson, "checks")
    source = path and path.with_name(f"{path.name.partition('.')[0]}.md")
    return source if source and source.exists() else None


def _path(lesson: str, kind: str, ending: str = "toml") -> Path | None:
    if not isinstance(lesson, str) or not lesson.isalnum():
        return None  # a student's input must not become a pattern
    for place in folders():
        if any(place.glob(f"{lesson}_*")):
            return min(place.glob(f"{lesson}_*.{kind}.{ending}"), default=None)
    return None


def folders() -> list[Path]:
    """Return where lessons are looked for: a number that a lecturer's own lack is the kit's.

    Examples
    --------
    >>> folders()[-1].name
    'lessons'
    """
    return list(dict.fromkeys([folder(), find("lessons")]))
