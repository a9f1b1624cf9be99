"""Makes what a notebook shows fit for the last row: results come first, and dials are turned.

What a prediction asked for stands above its picture in one line, since on a slide nobody has a mark
on the number line beside it. A dial is shown at its start, and then at the two ends of its first
control, each on a slide of its own: a clicker turns it. What it says follows the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from html import escape

from bs4 import BeautifulSoup

from dsrct_edu.authoring.blocks import Block
from dsrct_edu.authoring.heights import SHAPE, height
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom import dials

_LARGER = 1.6  # than its own pixels, if that leaves room for heading and setting
_HIGHEST = 21.8  # units
_BELOW = 26.0  # units of room below a heading of one line
_WORDS = 2  # in bold: what was asked, and what it is


def seen(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks as a hall should see them: see `results_first` and `turned`."""
    return turned(results_first(blocks))


def results_first(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks, the result of a prediction before the pictures and tables of its cell."""
    held: list[Block] = []
    for block in blocks:
        if held and (block.cell != held[0].cell or block.begins):
            yield from held
            held = []
        if block.kind in ("picture", "table"):
            held.append(block)
        elif block.kind == "html" and held and (told := _told(block)):
            room = _BELOW - sum(map(height, held))
            first = told if height(told) <= room else block
            yield replace(first, begins=held[0].begins)
            held[0] = replace(held[0], begins="")
        else:
            yield from held
            held = []
            yield block
    yield from held


def _told(block: Block) -> Block | None:
    """Return a waived prediction's box as a line of prose; None if it is something else."""
    words = [found.get_text() for found in BeautifulSoup(block.body, "html.parser")("strong")]
    if 'role="status"' not in block.body or "You said" in block.body or len(words) != _WORDS:
        return None
    about, is_it = words
    return replace(block, kind="prose", body=f"{about}. It is: **{is_it}**")


def turned(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks, each dial drawn large at its settings, with what it says at each of them."""
    drawn = ""  # the cell of the dial that stands before
    for block in blocks:
        if block.kind == "dial":
            drawn = block.cell
            for label, picture, size, words in _settings(block.name, block.cell):
                told = replace(block, kind="prose", body=f"**{label}**", begins="subslide")
                yield replace(told, size=(0, 0), words="")
                yield replace(block, body=picture, size=size, words=words, begins="")
                said = f"<p>{escape(words)}</p>"
                yield Block("html", said, block.cell, reveals=block.reveals)
        elif block.cell != drawn or block.kind != "html":
            yield block


@cache
def _settings(name: str, cell: str) -> list[tuple[str, str, tuple[float, float], str]]:
    """Return what a dial shows: the setting in words, the picture and its size, what it says."""
    if name not in dials.__all__:
        raise LessonError(f"cell {cell}", f"there is no dial {name!r}")
    dial = getattr(dials, name)().present()
    key, first = next((key, one) for key, one in dial.controls.items() if not one.button)
    chosen = dict.fromkeys((first.start, first.values[0], first.values[-1]))
    large = min(_LARGER, _HIGHEST / SHAPE["pixel"] / dial.drawing.height)
    size = (dial.look.width * large, dial.drawing.height * large)
    found = []
    for value in chosen:
        setting = dial.setting(**{key: value})
        turns = [(dial.controls[one], at) for one, at in setting.items()]
        kept = [f"{one.label}: {at}" for one, at in turns if not one.button]
        (drawn,) = BeautifulSoup(dial.html(**setting), "html.parser").find_all("img")
        del drawn["style"]  # the slide says how wide it is
        found.append((", ".join(kept), str(drawn), size, dial.words(**setting)))
    return found
