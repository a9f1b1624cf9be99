"""Finds the texts for readers in data files: TOML, the front matter of a lesson, CSV."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator

import yaml

from tools.language.python_text import is_code
from tools.language.spots import Spot, has_words

READ = {
    "stem", "text", "why", "title", "about", "unit", "right", "hints", "message", "abstract",
    "short", "term", "meaning", "notes", "forms", "spoilers", "section", "paragraph", "options",
    "lines",
}  # fmt: skip
"""Keys of checks, quizzes, decks, glossary and misconceptions that hold words for readers."""
TAUGHT = frozenset({
    "arc", "must", "board", "at", "do", "ask", "answer", "what", "whom", "note", "print", "fewer",
})  # fmt: skip
"""The same of the lecturer's pages and programmes."""
TYPED = re.compile(r"predict\..+\.options$")
"""Words that a reader types as a guess and the lesson's code compares: a name of the code."""

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>\"\"\"(?:[^\\]|\\.)*?\"\"\"+|'''.*?'''+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')
      | (?P<header>^\s*\[\[?(?=[^\[\]\n]*\]))
      | (?P<mark>[\[\]{}=,\n])
      | (?P<bare>[A-Za-z0-9_+:.-]+)
      | (?P<space>[^\S\n]+)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


_IS_KEY = re.compile(r"[ \t]*(?:\.[^=\n\]]*)?=")


class _Place:
    """Where in a TOML file one is: the table, the key, and the inline tables around it."""

    def __init__(self) -> None:
        self.table, self.key, self.depth = "", "", 0
        self.around: list[str] = []

    @property
    def full(self) -> str:
        return ".".join(part for part in (self.table, *self.around, self.key) if part)

    def pass_mark(self, mark: str) -> None:
        self.depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(mark, 0)
        if mark == "{":
            self.around.append(self.key)
            self.key = ""
        elif mark == "}":
            self.key = self.around.pop()
        elif mark == "\n" and self.depth == 0:
            self.key = ""


def toml_strings(source: str) -> Iterator[tuple[str, int, int]]:
    """Yield the key, start and end of each string value of a TOML file, in order."""
    here, place = _Place(), 0
    while place < len(source):
        match = _TOKEN.match(source, place)
        if match is None:
            raise ValueError(f"no TOML at {source[place : place + 30]!r}")
        kind, start, place = match.lastgroup, place, match.end()
        if kind == "header" and here.depth == 0:
            place = _after_name(source, place)
            here.table, here.key = source[match.end() : place].replace('"', ""), ""
            place = (source + "\n").index("\n", place)
        elif kind in ("string", "bare") and _IS_KEY.match(source, place):
            here.key = match.group().strip("\"'")
        elif kind == "string":
            yield here.full, start, place
        elif kind in ("mark", "header"):
            for mark in match.group():
                here.pass_mark(mark)


def _after_name(source: str, place: int) -> int:
    """Return where a header with quoted parts ends."""
    match = re.compile(r"(?:\"[^\"\n]*\"|[^\"\]\n])*").match(source, place)
    return match.end() if match else place


def _value(token: str) -> str:
    return str(tomllib.loads(f"x = {token}")["x"])


def toml(source: str, every: bool = False, also: frozenset[str] = frozenset()) -> list[Spot]:
    """Return the texts of a TOML file: those under a key of ``READ`` or of `also`, or each."""
    found, keys = [], READ | also
    for key, start, end in toml_strings(source):
        parts = key.split(".")
        read = every or (bool(keys & {*parts[-2:]}) and not TYPED.search(key))
        text = _value(source[start:end])
        if not read or not has_words(text) or parts[-1] == "source" or is_code(text):
            continue
        found.append(Spot(start, end, (text,), key, _toml_emitter(text)))
    return found


def _toml_emitter(text: str) -> Callable[[Callable[[str], str]], str]:
    return lambda translate: json.dumps(translate(text), ensure_ascii=False)


_FRONT = {"title", "objectives", "ideas"}


def front_matter(source: str) -> list[Spot]:
    """Return the texts of the front matter of a lesson."""
    match = re.match(r"---\n(.*?)^---\s*$", source, re.DOTALL | re.MULTILINE)
    if not match:
        return []
    offset, found = match.start(1), []
    top = yaml.compose(match[1], Loader=yaml.SafeLoader)
    for key, node in top.value:
        if key.value != "dsrct_edu":
            continue
        for name, value in node.value:
            if name.value not in _FRONT:
                continue
            nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for one in nodes:
                start, end = one.start_mark.index, one.end_mark.index
                raw = match[1][start:end]
                end -= len(raw) - len(raw.rstrip())
                emit = _toml_emitter(one.value)
                spot = Spot(offset + start, offset + end, (one.value,), name.value, emit)
                found.append(spot)
    return found


def table(source: str, columns: dict[str, re.Pattern[str] | None]) -> list[Spot]:
    """Return the texts in some columns of a CSV file; a pattern says which part of a cell."""
    found, place = [], 0
    head: list[str] = []
    for raw in source.splitlines(keepends=True):
        line = raw.rstrip("\r\n")
        cells = next(csv.reader([line]))
        if not head:
            head = cells
        elif len(cells) == len(head):
            found += _row(line, place, dict(zip(head, cells, strict=True)), columns)
        place += len(raw)
    return found


def _row(
    line: str, place: int, cells: dict[str, str], columns: dict[str, re.Pattern[str] | None]
) -> list[Spot]:
    parts = {}
    for name, pattern in columns.items():
        match = (pattern or re.compile(r"()(.*)", re.DOTALL)).fullmatch(cells[name])
        if match and has_words(match[2]):
            parts[name] = (match[1], match[2])
    if not parts:
        return []

    def emit(translate: Callable[[str], str]) -> str:
        said = {name: before + translate(text) for name, (before, text) in parts.items()}
        stream = io.StringIO()
        csv.writer(stream, lineterminator="").writerow((cells | said).values())
        return stream.getvalue()

    texts = tuple(text for _, text in parts.values())
    return [Spot(place, place + len(line), texts, ", ".join(parts), emit)]
