"""Arranges slides as PowerPoint shows them: a folded answer is the slide that follows."""

from __future__ import annotations

import base64
import copy
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.filters import markdown2html
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE

from dsrct_edu.authoring import grids, heights
from dsrct_edu.authoring.blocks import Block
from dsrct_edu.authoring.grids import Grid
from dsrct_edu.authoring.heights import SHAPE
from dsrct_edu.authoring.paging import Slide, room_below
from dsrct_edu.authoring.powerpoint import drawing, template, writing
from dsrct_edu.authoring.powerpoint.template import EDGE, HIGH, WIDE, bare, colour, emu
from dsrct_edu.authoring.powerpoint.writing import EMU, Paragraph, Run, Type, filled, qn
from dsrct_edu.authoring.widths import BOLD, PLAIN
from dsrct_edu.figures import palette

_QUIET = palette.DEATH.colour
_OVERLEAF = "The answer is on the next slide."
_GUESS = "Write your guess down."
_FLOWS = ("prose", "item", "ask")
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid" of every PowerPoint


@dataclass(frozen=True)
class Stage:
    """A slide as PowerPoint shows it: before its answer, or with it."""

    slide: Slide
    blocks: tuple[Block, ...]
    answered: bool = False
    overleaf: bool = False

    @property
    def title(self) -> tuple[Run, ...]:
        """The words of its title; the quiet ones tell it from others of one heading."""
        slide = self.slide
        part = f" {slide.part}\u00a0of\u00a0{slide.parts}" if slide.parts > 1 else ""
        after = f"{part}: the answer" if self.answered else part
        words = (Run(slide.title, bold=True), Run(after, size=0.6, colour=_QUIET))
        return words if after else words[:1]


def presentation(title: str, slides: Iterable[Slide]) -> bytes:
    """Return slides as the bytes of a PowerPoint file, the same whenever it is made.

    Parameters
    ----------
    title : str
        Of the deck.
    slides : iterable of Slide
        What the HTML deck shows.

    Returns
    -------
    bytes
    """
    made = template.blank(title)
    layout = next(one for one in made.slide_layouts if one.name == "Title Only")
    for slide in slides:
        for stage in stages(slide):
            _draw(made.slides.add_slide(layout), layout, title, stage)
    return template.saved(made)


def stages(slide: Slide) -> Iterator[Stage]:
    """Yield what a clicker shows of a slide, one after the other."""
    asked = bool(slide.blocks) or slide.part == 1  # else the slide before it has asked
    if asked or not slide.answer:
        yield Stage(slide, slide.blocks, overleaf=slide.cue or bool(slide.answer))
    if slide.answer:
        yield Stage(slide, (*slide.blocks, *slide.answer), answered=True)


def _draw(page: Any, layout: Any, title: str, stage: Stage) -> None:
    slide = stage.slide
    _title(page, stage)
    _row_on_top(page, layout, title, slide)
    sheet = _Sheet(page, slide.scale, slide.grow, _top(slide))
    for kind, run in groupby(stage.blocks, key=lambda block: block.kind in _FLOWS):
        if kind:
            sheet.flow(list(run))
        else:
            for block in run:
                sheet.place(block)
    if stage.overleaf:
        sheet.quietly(_OVERLEAF)
    if slide.notes:
        frame = page.notes_slide.notes_text_frame
        _notes(frame, [part for note in slide.notes for part in writing.of_markdown(note)])


def _top(slide: Slide) -> float:
    """Return where the blocks of a slide begin, as paging counts it."""
    if slide.tall:
        return SHAPE["bar"]
    below = room_below(slide.title, slide.level, slide.scale)
    return HIGH - slide.scale * (below + SHAPE["edge"])


def _title(page: Any, stage: Stage) -> None:
    slide, shape = stage.slide, page.shapes.title
    size = SHAPE["main_title"] if slide.level == 1 else SHAPE["title"]
    size, line = size * slide.scale, SHAPE["title_line"]
    place = (EDGE, SHAPE["bar"] + SHAPE["edge"] * slide.scale, SHAPE["width"], 0.0)
    place = (*place[:3], _top(slide) - place[1] - 0.1)
    if slide.tall:
        size, line, place = 0.85, 1.0, (0.6, 0.0, WIDE - 24, SHAPE["bar"])
        shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    shape.left, shape.top, shape.width, shape.height = map(emu, place)
    writing.fill(shape.text_frame, [Paragraph(stage.title)], Type(size, gap=0, line=line))


def _row_on_top(page: Any, layout: Any, title: str, slide: Slide) -> None:
    """Write deck, minutes and slide number into the placeholders that the layout has for them."""
    said = [slide.mark] if slide.tall else [title, slide.mark]
    for holder in layout.placeholders:
        kind = holder.placeholder_format.type
        if kind not in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER):
            continue
        if kind == PP_PLACEHOLDER.FOOTER and not any(said):
            continue
        page.shapes._spTree.append(copy.deepcopy(holder._element))
        shape = page.shapes[-1]
        shape._element.find(f".//{qn('p:cNvPr')}").set("id", str(len(page.shapes) + 1))
        if kind == PP_PLACEHOLDER.FOOTER:
            look = Type(size=0.68, colour=_QUIET, gap=0)
            words = Run("   ·   ".join(filter(None, said)))
            writing.fill(shape.text_frame, [Paragraph((words,))], look)
            if slide.tall:
                shape.left, shape.top = emu(WIDE - 23), 0
                shape.width, shape.height = emu(19), emu(SHAPE["bar"])


def _notes(frame: Any, paragraphs: Sequence[Paragraph]) -> None:
    for place, part in enumerate(paragraphs):
        line = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        if part.mark:
            line.add_run().text = f"{part.mark} "
        for run in part.runs:
            made = line.add_run()
            made.text = run.text
            made.font.bold, made.font.italic = run.bold or None, run.italic or None


class _Sheet:
    """The canvas of one slide, filled from the top."""

    def __init__(self, page: Any, scale: float, grow: float, top: float) -> None:
        self.shapes, self.scale, self.grow, self.top = page.shapes, scale, grow, top
        self.width = SHAPE["width"] / scale  # in units that are `scale` times as large

    def _frame(self, high: float, left: float = 0.0, width: float | None = None) -> Any:
        """Return a new text box of a height in units, at the place that is free."""
        wide = (self.width if width is None else width) * self.scale
        shape = self.shapes.add_textbox(
            emu(EDGE + left * self.scale), emu(self.top), emu(wide), emu(high * self.scale)
        )
        bare(shape.text_frame)
        shape.text_frame.auto_size = MSO_AUTO_SIZE.NONE
        return shape

    def _write(self, paragraphs: list[Paragraph], look: Type) -> None:
        high = writing.height(paragraphs, self.width, look)
        shape = self._frame(high - look.gap)
        writing.fill(shape.text_frame, paragraphs, look, self.scale)
        self.top += high * self.scale

    def flow(self, blocks: list[Block]) -> None:
        """Write prose, lists and the call for a guess into one box, in which they flow."""
        found: list[Paragraph] = []
        for block in blocks:
            if block.kind == "ask":
                found.append(Paragraph((Run(_GUESS, bold=True),)))
            else:
                found += writing.of_markdown(block.body)
        if found:
            self._write(found, Type())

    def quietly(self, words: str) -> None:
        """Write a line that is not part of the lesson, if there is room for it."""
        look = Type(size=1.0, colour=palette.NO_HIPEC.colour)
        if self.top + look.size * look.line * self.scale <= HIGH:
            self._write([Paragraph((Run(words),))], look)

    def place(self, block: Block) -> None:
        """Draw a block that stands by itself."""
        if block.kind in ("picture", "dial"):
            self._picture(block)
        elif block.kind == "table":
            self._table(block)
        elif block.kind in ("html", "quote"):
            self._box(block)
        else:
            self._listing(block)

    def _box(self, block: Block) -> None:
        """Write what a cell says, or a note of the author, on a ground of its own."""
        rendered = markdown2html(block.body) if block.kind == "quote" else block.body
        answer = BeautifulSoup(rendered, "html.parser")
        mark = drawing.taken(answer)
        said, look = writing.of_html(answer), Type()
        across, down = SHAPE["indent"], SHAPE["pad"]
        inner = self.width - 2 * across
        high = writing.height(said, inner, look) + (drawing.MARK_HEIGHT if mark else -look.gap)
        shape = self._frame(high + 2 * down)
        shape.fill.solid()
        shape.fill.fore_color.rgb = colour(palette.FAINT)
        bare(shape.text_frame, across * self.scale, down * self.scale)
        writing.fill(shape.text_frame, said, look, self.scale)
        if mark:
            below = self.top + (down + high - drawing.MARK_HEIGHT) * self.scale
            corner = (EDGE + across * self.scale, below)
            drawing.line(self.shapes, mark, corner, self.scale, min(inner, 30.0))
        self.top += (high + 2 * down + look.gap) * self.scale

    def _listing(self, block: Block) -> None:
        """Write code, or what it printed, in letters of one width."""
        rows = heights.listing(block).splitlines()
        high = heights.height(block, self.width)
        shape = self._frame(high - SHAPE["gap"])
        bare(shape.text_frame, SHAPE["pad"] * self.scale, SHAPE["pad"] * self.scale)
        if block.kind == "code":
            shape.fill.solid()
            shape.fill.fore_color.rgb = colour(palette.FAINT)
        else:
            shape.line.color.rgb = colour(palette.PALE)
        lines = [Paragraph((Run(row or " ", code=True),)) for row in rows]
        writing.fill(shape.text_frame, lines, Type(size=1.0, gap=0), self.scale)
        self.top += high * self.scale

    def _picture(self, block: Block) -> None:
        unit = SHAPE["pixel"] * self.grow
        unit = min(unit, (WIDE - 1) / block.size[0])
        for picture in BeautifulSoup(block.body, "html.parser").find_all("img"):
            left, words = (WIDE - block.size[0] * unit) / 2, str(picture["alt"])
            source = drawing.svg_of(picture)
            if source:
                drawing.svg(self.shapes, source, left, self.top, block.size[0] * unit, words)
            else:
                data = base64.b64decode(str(picture["src"]).partition("base64,")[2])
                size = (emu(block.size[0] * unit), emu(block.size[1] * unit))
                place = (emu(left), emu(self.top), *size)
                shape = self.shapes.add_picture(io.BytesIO(data), *place)
                drawing.described(shape, words, "Picture")
            self.top += block.size[1] * unit + SHAPE["edge"]

    def _table(self, block: Block) -> None:
        """Write a real table, with rules below its rows and its head named as such."""
        grid = block.grid or Grid((), ())
        rows, wide = [*grid.head, *grid.body], heights.columns(block, self.width)
        high = heights.height(block, self.width) - SHAPE["gap"]
        frame = self.shapes.add_table(
            len(rows), len(wide), emu(EDGE), emu(self.top), emu(sum(wide) * self.scale),
            emu(high * self.scale),
        )  # fmt: skip
        table = frame.table
        table._tbl.tblPr.find(qn("a:tableStyleId")).text = _NO_STYLE
        table.first_row, table.horz_banding = bool(grid.head), False
        table.first_col = grid.labels > 0
        drawing.described(frame, f"Table: {len(grid.body)} rows, {len(wide)} columns", "Table")
        for column, width in zip(table.columns, wide, strict=True):
            column.width = emu(width * self.scale)
        sides = grid.aligned()
        for at, row in enumerate(rows):
            head = at < len(grid.head)
            counted = grids.row_lines(row, wide, BOLD if head else PLAIN)
            table.rows[at].height = emu(heights.row(counted) * self.scale)
            for place, (cell, side) in enumerate(zip(row, sides, strict=True)):
                look = Type(size=1.0, gap=0, item_gap=0, bold=head, side=side)
                look = replace(look, side="left") if place < grid.labels else look
                last = at == len(grid.head) - 1
                self._cell(table.cell(at, place), cell, look, strong=head and last)
        self.top += (high + SHAPE["gap"]) * self.scale

    def _cell(self, cell: Any, source: str, look: Type, strong: bool) -> None:
        cell.margin_left = cell.margin_right = emu(0.45 * self.scale)
        cell.margin_top = cell.margin_bottom = emu(SHAPE["row"] * self.scale)
        cell.vertical_anchor = MSO_ANCHOR.BOTTOM if look.bold else MSO_ANCHOR.TOP
        said = writing.of_html(source) or [Paragraph((Run(" "),))]
        writing.fill(cell.text_frame, said, look, self.scale)
        _ruled(cell, palette.INK if strong else palette.PALE, 1.5 if strong else 0.75)


def _ruled(cell: Any, name: str, points: float) -> None:
    """Draw the rule below a cell."""
    properties = cell._tc.get_or_add_tcPr()
    rule = properties.makeelement(qn("a:lnB"), {"w": str(round(points * EMU))})
    filled(rule, name)
    properties.insert(0, rule)
