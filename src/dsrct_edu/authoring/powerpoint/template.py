"""The empty PowerPoint file: 16:9, two layouts, the colours and the typeface of the course."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Emu

from dsrct_edu.authoring.heights import SHAPE
from dsrct_edu.authoring.powerpoint.writing import EMU, POINTS, filled, qn
from dsrct_edu.figures import palette

UNIT = POINTS * EMU
WIDE, HIGH = SHAPE["height"] * 16 / 9, SHAPE["height"]  # of a slide, in units
EDGE = (WIDE - SHAPE["width"]) / 2  # left and right of the canvas
FACE = "Arial"  # on Windows and macOS; elsewhere a face of the same widths stands in
DAY = datetime(2025, 1, 1)  # of every file, so that a rebuild changes only what changed
_KEPT = ("Title and Content", "Title Only")
_ACCENTS = (
    palette.NO_HIPEC.colour, palette.HIPEC.colour, palette.PERITONEAL.colour,
    palette.HEPATIC.colour, palette.DISTANT.colour, palette.GUESS.colour,
)  # fmt: skip


def emu(units: float) -> Emu:
    """Return units as the length that a PowerPoint file holds."""
    return Emu(round(units * UNIT))


def colour(name: str) -> Any:
    """Return a colour of the palette, six hexadecimal digits, as PowerPoint's own."""
    red, green, blue = bytes.fromhex(name.lstrip("#"))
    return RGBColor(red, green, blue)


def blank(title: str) -> Any:
    """Return a presentation without slides; what a lecturer adds to it looks like the rest."""
    made = Presentation()
    made.slide_width, made.slide_height = emu(WIDE), emu(HIGH)
    for layout in list(made.slide_layouts):
        if layout.name not in _KEPT:
            made.slide_layouts.remove(layout)
    _theme(made.slide_master)
    _place(made.slide_master)
    about = made.core_properties
    about.title, about.author, about.language = title, "dsrct-edu", "en"
    about.last_modified_by, about.revision = "dsrct-edu", 1
    about.created = about.modified = DAY
    return made


def _theme(master: Any) -> None:
    """Put the typeface and the colours into the theme, for what a lecturer draws."""
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = part.blob.decode("utf-8")
    text = re.sub(r'(<a:latin typeface=)"Calibri[^"]*"', rf'\1"{FACE}"', text)
    for number, accent in enumerate(_ACCENTS, 1):
        text = re.sub(
            rf'(<a:accent{number}><a:srgbClr val=)"\w+"', rf'\1"{accent.lstrip("#")}"', text
        )
    for link in ("hlink", "folHlink"):
        text = re.sub(rf'(<a:{link}><a:srgbClr val=)"\w+"', rf'\1"{_ACCENTS[0][1:]}"', text)
    part._blob = text.encode("utf-8")


@dataclass(frozen=True)
class _Holder:
    """Where a placeholder of the master stands, in units, and how its words are set."""

    left: float
    top: float
    width: float
    height: float
    size: float
    side: str = "l"
    bold: bool = False
    colour: str = palette.INK


_MARGIN = 0.6  # of the row on top
_TITLE = _Holder(
    EDGE, SHAPE["bar"] + SHAPE["edge"], SHAPE["width"], 2 * SHAPE["title"] * SHAPE["title_line"],
    SHAPE["title"], bold=True,
)  # fmt: skip
_ROW = _Holder(_MARGIN, 0, WIDE - 6, SHAPE["bar"], 0.68, colour=palette.DEATH.colour)
_HOLDERS = {
    PP_PLACEHOLDER.TITLE: _TITLE,
    PP_PLACEHOLDER.BODY: _Holder(EDGE, 4.5, SHAPE["width"], HIGH - 5.5, SHAPE["prose"]),
    PP_PLACEHOLDER.FOOTER: _ROW,
    PP_PLACEHOLDER.SLIDE_NUMBER: replace(_ROW, left=WIDE - 5, width=5 - _MARGIN, side="r"),
    PP_PLACEHOLDER.DATE: replace(_ROW, top=HIGH - SHAPE["bar"]),  # no slide has one
}


def _place(master: Any) -> None:
    """Put the placeholders of the master where the slides have them; layouts follow."""
    styles = master._element.find(qn("p:txStyles"))
    kinds = {PP_PLACEHOLDER.TITLE: "p:titleStyle", PP_PLACEHOLDER.BODY: "p:bodyStyle"}
    for shape in master.placeholders:
        kind = shape.placeholder_format.type
        holder, own = _HOLDERS[kind], shape._element.txBody.find(qn("a:lstStyle"))
        place = (holder.left, holder.top, holder.width, holder.height)
        shape.left, shape.top, shape.width, shape.height = map(emu, place)
        frame = shape.text_frame
        rows = kind not in kinds
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE if rows else MSO_ANCHOR.TOP
        frame.auto_size = MSO_AUTO_SIZE.NONE
        bare(frame)
        _style(own if rows else styles.find(qn(kinds[kind])), holder)


def _style(styles: Any, holder: _Holder) -> None:
    for level in styles:
        fonts = level.find(qn("a:defRPr"))
        if fonts is None:
            continue
        if level.tag == qn("a:lvl1pPr"):
            level.set("algn", holder.side)
        fonts.set("sz", str(round(holder.size * POINTS * 100)))
        fonts.set("b", str(int(holder.bold)))
        for fill in fonts.findall(qn("a:solidFill")):
            fonts.remove(fill)
        fonts.insert(0, filled(fonts, holder.colour))


def bare(frame: Any, across: float = 0.0, down: float = 0.0) -> None:
    """Give a text frame these margins, in units, and none of its own."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = emu(across)
    frame.margin_top = frame.margin_bottom = emu(down)


def saved(made: Any) -> bytes:
    """Return a presentation as bytes that are the same whenever it is written."""
    raw, written = io.BytesIO(), io.BytesIO()
    made.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = (
                zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            )
            entry.create_system = 3  # on Windows, too
            new.writestr(entry, old.read(name))
    return written.getvalue()
