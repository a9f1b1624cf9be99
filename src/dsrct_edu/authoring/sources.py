"""Reads what an author writes by hand, and says file and line where it cannot be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

_FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\s*$", re.DOTALL | re.MULTILINE)
_AT_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)")

FRONT_MATTER = {
    "id": str, "title": str, "minutes": dict, "prerequisites": list, "objectives": list,
    "ideas": list, "misconceptions": list, "seed": int,
}  # fmt: skip
"""The keys of a lesson under ``dsrct_edu``, and what each holds."""
MORE = "_more"
"""How the name of a page ends that goes on where a lesson stops."""
LECTURER = "lecturer_"
"""How the name of a page begins that is for lecturers."""
_NEEDED = ("title", "minutes", "prerequisites", "objectives", "misconceptions")
KINDS = {str: "text", dict: "a table", list: "a list", int: "a whole number"}


class LessonError(ValueError):
    """Something in the files of a lesson that its author must mend: a place, and a sentence."""

    def __init__(self, place: str, said: str) -> None:
        super().__init__(f"{place}: {said}")


def text(path: Path) -> str:
    """Return a text file."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LessonError(path.name, "this is not UTF-8 text; save it as UTF-8") from error


def toml(path: Path) -> dict[str, Any]:
    """Return a data file, or nothing if it is not there."""
    if not path.exists():
        return {}
    written = text(path)
    try:
        return tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        last = len(written.splitlines())
        match = _AT_LINE.match(str(error))
        said, line = (match[1], int(match[2])) if match else (str(error).partition(" (")[0], last)
        said = f"{said[:1].lower()}{said[1:]}"
        raise LessonError(f"{path.name}, line {line}", f"this is not TOML: {said}") from error


def front_matter(path: Path) -> dict[str, Any]:
    """Return what a lesson says of itself under ``dsrct_edu``, with all that a build needs."""
    match = _FRONT_MATTER.match(text(path))
    try:
        found = yaml.safe_load(match[1]) if match else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 2}" if mark else ""
        said = getattr(error, "problem", None) or "it cannot be read"
        raise LessonError(f"{path.name}{line}", f"the front matter is not YAML: {said}") from error
    meta = found.get("dsrct_edu") if isinstance(found, dict) else None
    if not isinstance(meta, dict):
        raise LessonError(path.name, "the front matter lacks the key `dsrct_edu`")
    more = path.stem.endswith(MORE) or path.stem.startswith(LECTURER)
    for key in _NEEDED[:1] if more else _NEEDED:
        if key not in meta:
            raise LessonError(path.name, f"add `{key}` under `dsrct_edu` in the front matter")
    for key, kind in FRONT_MATTER.items():
        if key in meta and not isinstance(meta[key], kind):
            raise LessonError(
                path.name, f"`{key}` in the front matter is {meta[key]!r}; write {KINDS[kind]}"
            )
        if kind is list and not all(isinstance(item, str) and item for item in meta.get(key, ())):
            said = f"`{key}` in the front matter is {meta[key]!r}; write a list of texts, in quotes"
            raise LessonError(path.name, said)
    minutes = meta.get("minutes", {})
    if not more and not all(isinstance(minutes.get(part), int) for part in ("teach", "exercise")):
        raise LessonError(path.name, "write the minutes as `{teach: 30, exercise: 15}`")
    return meta
