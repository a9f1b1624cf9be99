"""Counts how much room a block takes on a slide.

A slide is a canvas of 40 by 30 units below margins, and a unit is 24 pixels on a wall of 1280x720
or 1024x768: it grows with the wall, and type, pictures and gaps with it. So what fits here fits
everywhere, and a text breaks its lines at the same width on every wall. Heights are counted: lines
of text for the widest of the usual typefaces, rows of tables, pictures by their own pixels.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from dsrct_edu.authoring import grids
from dsrct_edu.authoring.blocks import Block
from dsrct_edu.authoring.grids import Grid
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.authoring.widths import BOLD, CODE, PLAIN, lines, plain

SHAPE = {
    "width": 40.0, "height": 30.0,  # the canvas
    "bar": 1.15,  # the row on top
    "edge": 0.35,  # above the heading, and below everything
    "title": 1.35, "main_title": 1.9, "title_line": 1.15, "title_gap": 0.5,
    "prose": 1.2, "line": 1.35, "gap": 0.55, "item_gap": 0.25, "indent": 1.5,
    "pad": 0.4,  # inside a box
    "row": 0.14,  # above and below the text of a row
    "pixel": 0.04,  # a pixel of a picture: 0.96 of a pixel on the wall, 12 points are 16 pixels
}  # fmt: skip
"""The measures of a slide, in units. The style sheet takes them from here."""


def height(block: Block, width: float = SHAPE["width"]) -> float:
    """Return how much room a block takes, with the gap below it."""
    return _HEIGHTS[block.kind](block, width)


def _prose(block: Block, width: float, gap: float = SHAPE["gap"]) -> float:
    return _lines(block.body, width) * SHAPE["prose"] * SHAPE["line"] + gap


def _lines(text: str, width: float) -> int:
    """Return the lines of running text; blank lines and what sets items apart count as lines."""
    size = SHAPE["prose"]
    paragraphs = [plain(part) for part in _PARAGRAPH.split(text)]
    wide = BOLD if text.startswith("**") and text.endswith("**") else PLAIN
    counted = sum(lines(" ".join(part.split()), width / size, wide) for part in paragraphs)
    return counted + len(paragraphs) - 1


_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)")

_END = re.compile(r"</(?:p|li|div)>(?!\s*</)")


def _item(block: Block, width: float) -> float:
    """Return the height of one item; the first one pays for the gap below its list."""
    below = SHAPE["gap"] if block.name == "first" else SHAPE["item_gap"]
    return _prose(block, width - SHAPE["indent"], below)


def _quote(block: Block, width: float) -> float:
    text = "\n".join(line.lstrip("> ") for line in block.body.splitlines())
    return _boxed(replace(block, body=text), width)


def _html(block: Block, width: float) -> float:
    return _boxed(replace(block, body=_END.sub("\n\n", block.body).strip()), width)


def _boxed(block: Block, width: float) -> float:
    return _prose(block, width - 2 * SHAPE["indent"] - 0.25) + 2 * SHAPE["pad"]


def _text(block: Block, width: float) -> float:
    inner = width - 2 * SHAPE["pad"] - 0.25
    counted = sum(lines(line, inner, CODE) for line in listing(block).splitlines())
    return counted * SHAPE["line"] + 2 * SHAPE["pad"] + SHAPE["gap"]


def listing(block: Block) -> str:
    """Return the lines of code or printed text, without the fence that Markdown puts around."""
    rows = block.body.splitlines()
    return "\n".join(rows[1:-1] if rows and rows[0].startswith("```") else rows)


def _picture(block: Block, _: float = 0.0) -> float:
    return block.size[1] * SHAPE["pixel"] + SHAPE["edge"]


def _table(block: Block, width: float) -> float:
    grid, wide = block.grid or Grid((), ()), columns(block, width)
    tops = [grids.row_lines(one, wide, BOLD) for one in grid.head]
    rows = [grids.row_lines(one, wide) for one in grid.body]
    return sum(row(count) for count in [*tops, *rows]) + SHAPE["gap"]


def row(count: int) -> float:
    """Return the height of a table's row that takes so many lines."""
    return count * SHAPE["line"] + 2 * SHAPE["row"] + 0.05


def columns(block: Block, width: float = SHAPE["width"]) -> list[float]:
    """Return the widths of a table's columns, in units."""
    grid = block.grid or Grid((), ())
    found = grids.widths(grid, width)
    if found is None:
        raise LessonError(
            f"cell {block.cell}",
            f"its table has {len(grid.body[0])} columns, too wide for a slide; show fewer, or tag "
            "the cell `skip`",
        )
    return found


_HEIGHTS: dict[str, Callable[[Block, float], float]] = {
    "prose": _prose,
    "item": _item,
    "quote": _quote,
    "text": _text,
    "code": _text,
    "picture": _picture,
    "dial": _picture,
    "table": _table,
    "html": _html,
    "ask": lambda *_: SHAPE["prose"] * SHAPE["line"] + SHAPE["gap"],
    "listing": lambda *_: 0.0,
}
