"""Draws a dial's picture, and the line of an answer, as shapes that stay sharp on any wall."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

from bs4 import Tag
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.util import Emu

from dsrct_edu.authoring.powerpoint.template import bare, colour, emu
from dsrct_edu.authoring.powerpoint.writing import Paragraph, Run, Type, fill, qn
from dsrct_edu.figures import palette

_SVG = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
_RULE = re.compile(r"border-top:\s*2px")
_GROWS = re.compile(r"flex-grow:\s*([\d.]+)")
_ANCHORS = {"start": "left", "middle": "middle", "end": "right"}


@dataclass(frozen=True)
class _Pen:
    """Where a picture's own pixels fall on the slide: from a corner, so many units each."""

    shapes: Any
    left: float
    top: float
    unit: float

    def x(self, value: Any) -> Emu:
        return emu(self.left + self.unit * float(value))

    def y(self, value: Any) -> Emu:
        return emu(self.top + self.unit * float(value))

    def long(self, value: Any) -> Emu:
        return emu(self.unit * float(value))


def described(shape: Any, words: str, name: str = "") -> None:
    """Give a shape the words that a screen reader says."""
    about = shape._element.find(f".//{qn('p:cNvPr')}")
    about.set("descr", words)
    if name:
        about.set("name", name)


def svg_of(picture: Tag) -> str | None:
    """Return the SVG that an ``<img>`` holds, or None."""
    found = _SVG.match(str(picture.get("src", "")))
    return base64.b64decode(found[1]).decode("utf-8") if found else None


def svg(shapes: Any, source: str, left: float, top: float, wide: float, words: str) -> None:
    """Draw SVG as `dial_drawing` writes it, as wide as told: one group, which bears the words."""
    page = ElementTree.fromstring(source)
    unit = wide / float(page.get("viewBox", "").split()[2])
    group = shapes.add_group_shape()
    pen = _Pen(group.shapes, left, top, unit)
    letters = float(page.get("font-size", "15"))
    for element in page:
        kind = element.tag.rpartition("}")[2]
        if kind == "text":
            _text(pen, element, letters)
        elif kind in _SHAPES:
            _SHAPES[kind](pen, element)
    described(group, words, "Dial")


def _plain(shape: Any, element: Any) -> None:
    """Give a shape the colours and the line of an element, and no shadow of the theme."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)
    inside, line = element.get("fill", "none"), element.get("stroke", "none")
    if hasattr(shape, "fill"):
        if inside == "none":
            shape.fill.background()
        else:
            shape.fill.solid()
            shape.fill.fore_color.rgb = colour(inside)
    if line == "none":
        shape.line.fill.background()
    else:
        shape.line.color.rgb = colour(line)
        if element.get("stroke-dasharray"):
            shape.line.dash_style = MSO_LINE.DASH


def _stroked(pen: _Pen, shape: Any, element: Any) -> None:
    _plain(shape, element)
    if element.get("stroke", "none") != "none":
        shape.line.width = pen.long(element.get("stroke-width", 1))


def _rect(pen: _Pen, element: Any) -> None:
    corner = [element.get(name, "0") for name in ("x", "y", "width", "height")]
    place = (pen.x(corner[0]), pen.y(corner[1]), pen.long(corner[2]), pen.long(corner[3]))
    _stroked(pen, pen.shapes.add_shape(MSO_SHAPE.RECTANGLE, *place), element)


def _circle(pen: _Pen, element: Any) -> None:
    x, y, r = (float(element.get(name)) for name in ("cx", "cy", "r"))
    place = (pen.x(x - r), pen.y(y - r), pen.long(2 * r), pen.long(2 * r))
    _stroked(pen, pen.shapes.add_shape(MSO_SHAPE.OVAL, *place), element)


def _line(pen: _Pen, element: Any) -> None:
    ends = [element.get(name) for name in ("x1", "y1", "x2", "y2")]
    place = (pen.x(ends[0]), pen.y(ends[1]), pen.x(ends[2]), pen.y(ends[3]))
    _stroked(pen, pen.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *place), element)


def _path(pen: _Pen, element: Any) -> None:
    points = [tuple(map(float, pair.split(","))) for pair in element.get("points").split()]
    corners = [(pen.x(x), pen.y(y)) for x, y in points]
    if len({*corners}) < 2:
        return
    kept = [corners[0], *(after for before, after in pairwise(corners) if after != before)]
    pencil = pen.shapes.build_freeform(*kept[0], scale=1.0)
    pencil.add_line_segments(kept[1:], close=element.tag.endswith("polygon"))
    _stroked(pen, pencil.convert_to_shape(), element)


_SHAPES: dict[str, Callable[[_Pen, Any], None]] = {
    "rect": _rect,
    "circle": _circle,
    "line": _line,
    "polyline": _path,
    "polygon": _path,
}


def _text(pen: _Pen, element: Any, letters: float) -> None:
    """Write words of the picture; their frame has room to spare and stands at their anchor."""
    words = element.text or ""
    side = _ANCHORS[element.get("text-anchor", "start")]
    size = float(element.get("font-size", letters))
    wide, high = 0.7 * size * len(words) + size, 1.4 * size
    start = float(element.get("x")) - {"left": 0.0, "middle": wide / 2, "right": wide}[side]
    top = float(element.get("y")) - 1.05 * size
    look = Type(pen.unit * size, element.get("fill", palette.INK), 0, 0, 1.2,
                element.get("font-weight") == "600", side)  # fmt: skip
    place = (pen.x(start), pen.y(top), pen.long(wide), pen.long(high))
    written(pen.shapes, words, place, look)


def written(shapes: Any, words: str, place: tuple[Emu, Emu, Emu, Emu], look: Type) -> Any:
    """Write one line of words in a frame of its own."""
    shape = shapes.add_textbox(*place)
    frame = shape.text_frame
    bare(frame)
    frame.word_wrap, frame.auto_size = False, MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = MSO_ANCHOR.TOP
    fill(frame, [Paragraph((Run(words),))], look)
    return shape


# The line of an answer: from the lowest guess to the highest, and where the result stands


@dataclass(frozen=True)
class Mark:
    """A result on the line of its guesses: where it stands as a share, its words, the two ends."""

    share: float
    words: str
    low: str
    high: str


def taken(answer: Tag) -> Mark | None:
    """Take the line out of an answer, if it has one, and return what it shows."""
    rule = answer.find(style=_RULE)
    if not isinstance(rule, Tag) or rule.parent is None:
        return None
    rows = [row for row in rule.parent.find_all("div", recursive=False) if row is not rule]
    shown = _GROWS.search(str(rows[0]))
    if shown is None:
        return None
    ends = [end.get_text() for end in rows[-1].find_all("span")]
    mark = Mark(float(shown[1]) / 100, rows[-2].get_text(), ends[0], ends[-1])
    rule.parent.extract()
    return mark


MARK_HEIGHT = 4.2  # units


def line(shapes: Any, mark: Mark, corner: tuple[float, float], scale: float, wide: float) -> None:
    """Draw the line of an answer as one group that says in words what it shows."""
    group = shapes.add_group_shape()
    pen = _Pen(group.shapes, *corner, scale)
    ink = {"stroke": palette.GREY, "stroke-width": "0.1"}
    _line(pen, {"x1": 0, "x2": wide, "y1": 0.3, "y2": 0.3, **ink})
    at = wide * min(max(mark.share, 0.0), 1.0)
    place = (pen.x(at - 0.4), pen.y(0.45), pen.long(0.8), pen.long(0.7))
    _stroked(pen, pen.shapes.add_shape(MSO_SHAPE.ISOSCELES_TRIANGLE, *place), {"fill": palette.INK})
    said, ends = (
        Type(scale, gap=0, line=1.2, bold=True),
        Type(scale, palette.DEATH.colour, 0, 0, 1.2),
    )
    half = _room(mark.words) / 2
    side = "left" if at < half else "right" if at > wide - half else "middle"
    for words, x, y, look in (
        (mark.words, at, 1.2, replace(said, side=side)),
        (mark.low, 0.0, 2.7, replace(ends, side="left")),
        (mark.high, wide, 2.7, replace(ends, side="right")),
    ):
        room = _room(words)
        start = x - {"left": 0.0, "middle": room / 2, "right": room}[look.side]
        written(pen.shapes, words, (pen.x(start), pen.y(y), pen.long(room), pen.long(1.4)), look)
    described(group, f"On a line from {mark.low} to {mark.high}: {mark.words}", "Answer")


def _room(words: str) -> float:
    return 0.7 * len(words) + 1
