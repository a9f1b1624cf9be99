"""Draws the dials of a deck for the last row, and turns them: nobody can on a slide.

A dial is shown at its start, and then at the two ends of its first control, each on a slide of its
own: a clicker turns it. What it says follows the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from html import escape

from bs4 import BeautifulSoup

from dsrct_edu.authoring.blocks import Block
from dsrct_edu.authoring.heights import SHAPE
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom import dials

_LARGER = 1.6  # than its own pixels, if that leaves room for heading and setting
_HIGHEST = 21.8  # units


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
