"""Draws what a dial shows as SVG, from layers that are plain data.

A drawing says which rows of a dial's table become lines, bands, points, bars or labels, and what
each of them means. It holds no result. Notebook, slide and page draw the same layers, so they show
the same picture.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from dsrct_edu.figures import palette, style
from dsrct_edu.wording import listed

COLOURS = {what: look.colour for what, look in palette.MEANINGS.items()}
COLOURS["neutral"] = palette.NEUTRALS[0].colour
COLOURS |= {f"neutral {place}": palette.neutral(place - 1).colour for place in (2, 3)}
_INK, _EARLIER = palette.INK, palette.GREY

WIDTH = 760  # as wide as it is shown, so that its letters are as large as those around it


@dataclass(frozen=True)
class Look:
    """For whom a picture is drawn: how wide its page is, how thick its lines, how dark its grid.

    Letters have one size, so that on a narrower page, shown as large as before, they are larger.
    """

    width: int
    thick: float
    grid: str


NEAR = Look(WIDTH, 1.0, palette.PALE)
"""For one reader at a screen."""
WALL = Look(560, 1.6, palette.CENSORED.colour)
"""For the last row of a room."""

_SIZE = 15  # of letters, in the same unit
_LETTER = 0.58 * _SIZE  # their average width; there is no font to ask
_LINE = 1.25 * _SIZE
PALE = 0.4  # of its colour, in a band
_FONT = "system-ui,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"


@dataclass(frozen=True)
class Axis:
    """What an axis measures, its two ends, and its ticks."""

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False
    sides: tuple[str, str] = ("", "")  # what lies towards the left and towards the right

    def place(self, value: float, start: float, end: float) -> float:
        """Return where a value stands; what is off the axis stands at its end.

        Examples
        --------
        >>> Axis("hazard ratio", 0.25, 4, (), log=True).place(1, 0, 100)
        50.0
        """
        low, high, at = (
            math.log(number) if self.log else number for number in (self.low, self.high, value)
        )
        return start + min(max((at - low) / (high - low), 0.0), 1.0) * (end - start)


SHARES = tuple((share / 100, f"{share}%") for share in (0, 25, 50, 75, 100))
"""Ticks of an axis of shares."""


def months_axis(label: str, last: float) -> Axis:
    """Return an axis of months from 0.

    Examples
    --------
    >>> [text for _, text in months_axis("Months since diagnosis", 36).ticks]
    ['0', '12', '24', '36']
    """
    return Axis(label, 0, last, tuple((month, f"{month:g}") for month in style.month_ticks(last)))


@dataclass(frozen=True)
class Layer:
    """How the rows of one name are drawn.

    Attributes
    ----------
    name : str
        Of its rows, in the table's column ``layer``; two layers may draw the same rows.
    kind : {"line", "band", "point", "bar", "label"}
        A line joins ``x, y``; a band lies between ``low`` and ``high`` along ``x``; a bar runs from
        ``low`` to ``high`` at a height ``y``; a label is a ``text`` beside the panel at ``y``.
    meaning : str
        Gives the colour: one of `COLOURS`.
    label : str
        What the key calls it; empty, if it needs no name.
    panel : int
        In which panel it is drawn.
    steps, dashed, ghost : bool
        Whether it stays level from one row to the next; is dashed; stays behind in grey when the
        dial is turned.
    """

    name: str
    kind: Literal["line", "band", "point", "bar", "label"]
    meaning: str
    label: str = ""
    panel: int = 0
    steps: bool = False
    dashed: bool = False
    ghost: bool = False


@dataclass(frozen=True)
class Drawing:
    """Axes and layers, drawn in their order; ``panels`` are headings of pictures side by side."""

    x: Axis
    y: Axis
    layers: tuple[Layer, ...]
    panels: tuple[str, ...] = ("",)
    height: int = 340

    def describe(self) -> str:
        """Return what is drawn, without its numbers.

        Examples
        --------
        >>> axis = Axis("months", 0, 12, ((0, "0"), (12, "12")))
        >>> Drawing(axis, axis, (Layer("now", "line", "truth", "the truth"),)).describe()
        'Drawing of months by months: the truth.'
        """
        shown = [layer.label for layer in self.layers if layer.label]
        side = [heading for heading in self.panels if heading]
        up = self.y.label.lower() or listed([text for _, text in self.y.ticks])
        text = f"Drawing of {up} by {self.x.label.lower()}: {listed(shown)}."
        return f"{text} Side by side: {listed(side)}." if side else text


def svg(
    drawing: Drawing,
    table: pd.DataFrame,
    earlier: Sequence[pd.DataFrame] = (),
    title: str = "",
    words: str = "",
    look: Look = NEAR,
) -> str:
    """Draw one setting of a dial as SVG with real text.

    Parameters
    ----------
    drawing : Drawing
    table : DataFrame
        Rows at this setting: ``layer, x, y, low, high, text``; a layer uses those it needs.
    earlier : sequence of DataFrame
        Rows of earlier settings, oldest first: their ghost layers are drawn in grey.
    title, words : str
        What the picture is and what it says, for those who do not see it.
    look : Look
        For whom it is drawn.

    Returns
    -------
    str

    Examples
    --------
    >>> axis = Axis("months", 0, 12, ((0, "0"), (12, "12")))
    >>> rows = pd.DataFrame({"layer": ["now", "now"], "x": [0, 12], "y": [0, 12]})
    >>> drawn = svg(Drawing(axis, axis, (Layer("now", "line", "truth", "the truth"),)), rows)
    >>> drawn.count("<polyline"), "the truth</text>" in drawn  # the line, and its sign in the key
    (2, True)
    """
    marks, top = _key(drawing, bool(earlier), look)
    for panel in _panels(drawing, table, top, look):
        marks += panel.frame()
        for layer in drawing.layers:
            if layer.panel != panel.number:
                continue
            for past in earlier if layer.ghost else ():
                marks += panel.marks(layer, past, _EARLIER)
            marks += panel.marks(layer, table, COLOURS[layer.meaning])
    page = _tag("rect", width=look.width, height=drawing.height, fill=palette.PAPER)
    return _tag(
        "svg",
        _tag("title", html.escape(title))
        + _tag("desc", html.escape(words))
        + page
        + "".join(marks),
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        viewBox=f"0 0 {look.width} {drawing.height}",
        font_family=_FONT,
        font_size=_SIZE,
        fill=_INK,
    )


@dataclass(frozen=True)
class _Panel:
    """Where one panel stands, and how marks are placed in it."""

    drawing: Drawing
    number: int
    left: float
    right: float
    top: float
    bottom: float
    look: Look

    def x(self, value: float) -> float:
        return self.drawing.x.place(value, self.left, self.right)

    def y(self, value: float) -> float:
        return self.drawing.y.place(value, self.bottom, self.top)

    def frame(self) -> Iterator[str]:
        """Give heading, ticks and names of the axes."""
        drawing = self.drawing
        for value, text in drawing.y.ticks:
            yield _line(self.left, self.y(value), self.right, self.y(value), self.look.grid)
            if self.number == 0:
                yield _text(self.left - 8, self.y(value) + 0.35 * _SIZE, text, "end")
        yield _line(self.left, self.bottom, self.right, self.bottom, _INK)
        for value, text in drawing.x.ticks:
            yield _line(self.x(value), self.bottom, self.x(value), self.bottom + 5, _INK)
            yield _text(self.x(value), self.bottom + 1.2 * _LINE, text, "middle")
        named = _named(drawing.x)
        half = _width([named]) / 2
        middle = (self.left + self.right) / 2
        middle = max(min(middle, self.look.width - half), half)
        yield _text(middle, self.bottom + 2.3 * _LINE, named, "middle")
        heading = drawing.panels[self.number]
        start = min(self.left, self.look.width - 1.1 * _width([heading]))
        yield _text(start, self.top - 0.5 * _LINE, heading, bold=True)

    def marks(self, layer: Layer, table: pd.DataFrame, colour: str) -> Iterator[str]:
        """Give the marks of one layer, at one setting."""
        rows = table[table["layer"] == layer.name]
        ghost = colour == _EARLIER
        if layer.kind == "line":
            points = self._path(rows["x"], rows["y"], layer.steps)
            wide = self.look.thick * (1.4 if ghost else 2.6)
            yield _stroke("polyline", colour, wide, layer.dashed, points=points)
        elif layer.kind == "band":
            over = self._path(rows["x"], rows["high"], layer.steps)
            under = self._path(rows["x"], rows["low"], layer.steps)
            points = " ".join([over, *reversed(under.split(" "))])
            yield _tag("polygon", points=points, fill=style.tint(colour, PALE))
        elif layer.kind == "bar":
            for low, high, y in zip(rows["low"], rows["high"], rows["y"], strict=True):
                points = self._path((low, high), (y, y), False)
                wide = self.look.thick * 5
                yield _stroke("polyline", colour, wide, layer.dashed, points=points)
        elif layer.kind == "point":
            for x, y in zip(rows["x"], rows["y"], strict=True):
                yield _dot(self.x(x), self.y(y), colour, ghost, self.look)
        else:
            yield from self._labels([str(text) for text in rows["text"]], rows["y"])

    def _path(self, x: Iterable[float], y: Iterable[float], steps: bool) -> str:
        points: list[tuple[float, float]] = []
        for across, up in zip(x, y, strict=True):
            if math.isnan(up):
                continue
            if steps and points:
                points.append((self.x(across), points[-1][1]))
            points.append((self.x(across), self.y(up)))
        return " ".join(f"{_short(across)},{_short(up)}" for across, up in points)

    def _labels(self, texts: Sequence[str], y: Iterable[float]) -> Iterator[str]:
        """Put labels beside the panel, apart from each other."""
        wanted = [-self.y(value) for value in y]
        placed = style.spread(wanted, [_LINE] * len(wanted), -self.bottom - _LINE / 2, -self.top)
        for text, centre in zip(texts, placed, strict=True):
            yield _text(self.right + 8, 0.35 * _SIZE - centre, text)


def _panels(drawing: Drawing, table: pd.DataFrame, top: float, look: Look) -> list[_Panel]:
    """Divide the page: ticks at its left, and beside each panel room for its labels."""
    named = [layer.name for layer in drawing.layers if layer.kind == "label"]
    gap = 24 + _width(table.loc[table["layer"].isin(named), "text"] if named else ())
    left = 20 + _width(text for _, text in drawing.y.ticks)
    each = (look.width - left) / len(drawing.panels)
    top += 0.5 * _LINE + (_LINE if any(drawing.panels) else 0)
    starts = [left + number * each for number in range(len(drawing.panels))]
    bottom = drawing.height - 2.7 * _LINE
    return [
        _Panel(drawing, number, start, start + each - gap, top, bottom, look)
        for number, start in enumerate(starts)
    ]


def _key(drawing: Drawing, earlier: bool, look: Look) -> tuple[list[str], float]:
    """Name the layers above the picture; return the marks and where they end."""
    layers = sorted(drawing.layers, key=lambda layer: layer.kind == "band")  # what is read first
    named = [(layer, layer.label, COLOURS[layer.meaning]) for layer in layers if layer.label]
    # Room is kept for the ghosts, so that the picture stays where it is when they come.
    named += [(layer, "earlier settings", _EARLIER) for layer in layers if layer.ghost][:1]
    marks: list[str] = []
    x, y = 8.0, 0.8 * _LINE
    for layer, label, colour in named:
        wide = 52 + _width([label])
        if x + wide > look.width and x > 8:
            x, y = 8.0, y + 1.2 * _LINE
        if earlier or colour != _EARLIER:
            marks += [_swatch(layer, colour, x, y, look), _text(x + 38, y + 0.35 * _SIZE, label)]
        x += wide
    return marks, y + 0.7 * _LINE if named else 0


def _swatch(layer: Layer, colour: str, x: float, y: float, look: Look) -> str:
    if layer.kind == "band":
        return _tag("rect", x=_short(x), y=_short(y - 7), width=30, height=14,
                    fill=style.tint(colour, PALE))  # fmt: skip
    if layer.kind == "point":
        return _dot(x + 15, y, colour, colour == _EARLIER, look)
    wide = look.thick * (5 if layer.kind == "bar" else 1.4 if colour == _EARLIER else 2.6)
    points = f"{_short(x)},{_short(y)} {_short(x + 30)},{_short(y)}"
    return _stroke("polyline", colour, wide, layer.dashed, points=points)


def _tag(name: str, content: str = "", /, **attributes: object) -> str:
    said = "".join(
        f' {key.replace("_", "-") if key != "viewBox" else key}="{html.escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{said}>{content}</{name}>"


def _named(axis: Axis) -> str:
    low, high = axis.sides
    return f"← {low}\u2003{axis.label}\u2003{high} →" if low else axis.label


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return _tag("line", **{name: _short(end) for name, end in ends.items()}, stroke=colour)


def _stroke(name: str, colour: str, wide: float, dashed: bool, **attributes: object) -> str:
    dash = {"stroke_dasharray": "7 5"} if dashed else {}
    return _tag(name, **attributes, fill="none", stroke=colour, stroke_width=round(wide, 2), **dash)


def _dot(x: float, y: float, colour: str, hollow: bool, look: Look) -> str:
    fill = palette.PAPER if hollow else colour
    place = {"cx": _short(x), "cy": _short(y)}
    radius = (5 if hollow else 7) * (1 + look.thick) / 2
    return _tag("circle", **place, r=_short(radius), fill=fill, stroke=colour, stroke_width=1.5)


def _text(x: float, y: float, text: str, anchor: str = "start", bold: bool = False) -> str:
    if not text:
        return ""
    look = {"text_anchor": anchor, "font_weight": 600 if bold else 400}
    return _tag("text", html.escape(text), **{"x": _short(x), "y": _short(y), **look})


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _width(texts: Iterable[str]) -> float:
    return max((_LETTER * len(text) for text in texts), default=0.0)
