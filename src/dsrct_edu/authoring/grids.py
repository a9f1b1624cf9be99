"""Reads the tables that cells show, and says how large they are on a slide.

A wall shows no names from the code: ``lessons/labels.toml`` says what a reader sees instead, and
what is left with an underscore is named, so that the build can refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import chain

from bs4 import BeautifulSoup, Tag

from dsrct_edu.authoring.widths import BOLD, PLAIN, extent, lines, plain

INTERNAL = re.compile(r"\b[^\W_]+(?:_[^\W_]+)+\b")
_WHOLE = re.compile(r"-?\d+")
_FIGURE = re.compile(r"[-+−–]?[\d.,]+\s?%?|inf|–|nan|NaN")

_SERIES_END = re.compile(r"(?:Name: .*, )?(?:Length: \d+, )?dtype: \w+")
_LONGEST_ROW = 7
_SHORT = 1.08  # a few words may have wider letters than a line of them

Row = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table as rows of cells, each a piece of HTML; the first `labels` columns name the rows."""

    head: tuple[Row, ...]
    body: tuple[Row, ...]
    labels: int = 0

    def internal(self) -> list[str]:
        """Return the names from the code that it shows."""
        texts = [plain(cell) for cell in chain(*self.head, *self.body)]
        return list(dict.fromkeys(name for text in texts for name in INTERNAL.findall(text)))

    def aligned(self) -> list[str]:
        """Return how each column stands: figures to the right, words to the left."""
        columns = zip(*self.body, strict=True)
        figures = (all(_FIGURE.fullmatch(plain(cell)) for cell in column) for column in columns)
        return ["right" if figure else "left" for figure in figures]

    def part(self, start: int, stop: int | None = None) -> Grid:
        """Return some of its rows under the same head."""
        return replace(self, body=self.body[start:stop])


def read(table: Tag, labels: Mapping[str, str]) -> Grid:
    """Return a table that pandas wrote, or Markdown, with readers' words for names in the code."""
    head = _rows(table.select("thead tr"), labels)
    body_rows = table.select("tbody tr")
    body = _rows(body_rows, labels)
    named = max((len(row.find_all("th", recursive=False)) for row in body_rows), default=0)
    if len(head) > 1 and not any(head[-1][named:]):  # pandas' own line for the names of the index
        names = [below or above for above, below in zip(head[-2], head[-1], strict=True)]
        head = [*head[:-2], tuple(names)]
    grid = Grid(tuple(head), tuple(body), named)
    grid = grid if named != 1 or _names_rows(grid) else _without_numbers(grid)
    return _turned(grid) if len(body) == len(head) == 1 and len(body[0]) > _LONGEST_ROW else grid


def of_markdown(rendered: str) -> Grid:
    """Return a table that an author wrote."""
    return read(BeautifulSoup(rendered, "html.parser").find("table"), {})  # type: ignore[arg-type]


def of_series(text: str, labels: Mapping[str, str]) -> Grid | None:
    """Return a printed pandas Series as a table, or None if the text is none."""
    rows = text.splitlines()
    if not rows or not _SERIES_END.fullmatch(rows.pop()):
        return None
    parts = [re.split(r"\s{2,}", row.strip()) for row in rows]
    pairs = [tuple(labels.get(part, escape(part)) for part in pair) for pair in parts]
    if any(len(pair) != 2 for pair in pairs):
        return None
    grid = Grid((), tuple(pairs), 1)
    return grid if _names_rows(grid) else _without_numbers(grid)


def _rows(rows: Sequence[Tag], labels: Mapping[str, str]) -> list[Row]:
    """Return the cells of rows, those that span several of them repeated as blanks."""
    found: list[list[str]] = []
    below: dict[tuple[int, int], str] = {}
    for place, row in enumerate(rows):
        cells: list[str] = []
        for cell in row.find_all(("th", "td"), recursive=False):
            while (place, len(cells)) in below:
                cells.append("")
            text = cell.get_text().strip()
            inner = labels.get(text, cell.decode_contents().strip())
            for further in range(1, int(str(cell.get("rowspan", "1")))):
                below[place + further, len(cells)] = ""
            cells += [inner, *[""] * (int(str(cell.get("colspan", "1"))) - 1)]
        found.append(cells)
    widest = max(map(len, found), default=0)
    return [tuple(cells + [""] * (widest - len(cells))) for cells in found]


def _names_rows(grid: Grid) -> bool:
    """Tell whether the first column says something: more than the row numbers of a table do."""
    corner = any(row[0] for row in grid.head)
    return corner or not all(_WHOLE.fullmatch(row[0]) for row in grid.body)


def _without_numbers(grid: Grid) -> Grid:
    head, body = (tuple(row[1:] for row in rows) for rows in (grid.head, grid.body))
    return Grid(head, body)


def _turned(grid: Grid) -> Grid:
    """Return one long row as a column."""
    return Grid((), tuple(zip(*grid.head, *grid.body, strict=True)), 1)


def widths(grid: Grid, room: float, pad: float = 1.0) -> list[float] | None:
    """Return the widths of its columns in ems, or None if its longest words have no room."""
    natural, least = [], []
    for column in zip(*grid.head, *grid.body, strict=True):
        tops = len(grid.head)
        shares = [
            (plain(cell), _SHORT * (BOLD if at < tops else PLAIN)) for at, cell in enumerate(column)
        ]
        natural.append(pad + max(extent(*share) for share in shares))
        words = [(word, wide) for text, wide in shares for word in text.split()]
        least.append(pad + max((extent(*word) for word in words), default=0.0))
    if sum(least) > room:
        return None
    if sum(natural) <= room:
        return natural
    slack = (room - sum(least)) / (sum(natural) - sum(least))
    return [low + slack * (high - low) for low, high in zip(least, natural, strict=True)]


def row_lines(row: Row, columns: Sequence[float], wide: float = PLAIN, pad: float = 1.0) -> int:
    """Return how many lines a row takes."""
    return max(
        lines(plain(cell), width - pad + 0.01, wide)
        for cell, width in zip(row, columns, strict=True)
    )
