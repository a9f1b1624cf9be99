"""Turns the words of a block, Markdown or HTML, into paragraphs of runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from lxml.etree import SubElement
from nbconvert.filters import markdown2html
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import ns

from dsrct_edu.authoring.heights import SHAPE
from dsrct_edu.authoring.widths import BOLD, PLAIN, lines
from dsrct_edu.figures import palette

if TYPE_CHECKING:
    from pptx.text.text import TextFrame

POINTS = 18  # in a unit: 30 units are the 7.5 inches of a slide
CODE_FACE = "Courier New"  # on every machine, as Arial is
_LISTS = {"ul": "•", "ol": ""}  # what stands before their items: nothing where they are counted
_BLOCKS = {*_LISTS, "p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "pre", "br"}
EMU = 12_700  # English metric units in a point
_SIDES = {"left": "l", "middle": "ctr", "right": "r"}
_LINK = re.compile(r"https?://")


@dataclass(frozen=True)
class Run:
    """Letters of one look; `link` is where they lead, `size` how large they are beside the rest."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""
    size: float = 1.0
    colour: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Runs, and what stands before them: nothing, ``•`` or a number; `depth` counts the lists."""

    runs: tuple[Run, ...]
    mark: str = ""
    depth: int = 0

    @property
    def text(self) -> str:
        """The letters that are seen."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Type:
    """How words are set: size and line in units, colour, and the gaps below them."""

    size: float = SHAPE["prose"]
    colour: str = palette.INK
    gap: float = SHAPE["gap"]
    item_gap: float = SHAPE["item_gap"]
    line: float = SHAPE["line"]
    bold: bool = False
    side: str = "left"


@cache
def qn(name: str) -> str:
    """Return the full name of an element or attribute, as in ``a:p``."""
    found: str = ns.qn(name)
    return found


def of_markdown(source: str) -> list[Paragraph]:
    r"""Return the paragraphs of a piece of Markdown.

    Examples
    --------
    >>> [(part.mark, part.text) for part in of_markdown("Look:\n\n- it *falls*\n- it ends")]
    [('', 'Look:'), ('•', 'it falls'), ('•', 'it ends')]
    """
    return of_html(markdown2html(source))


def of_html(source: str | Tag) -> list[Paragraph]:
    """Return the paragraphs of a piece of HTML.

    Examples
    --------
    >>> [(run.text, run.bold) for run in of_html("<p>It is <strong>7</strong>.</p>")[0].runs]
    [('It is ', False), ('7', True), ('.', False)]
    """
    page = source if isinstance(source, Tag) else BeautifulSoup(source, "html.parser")
    found = [Paragraph(())]
    for part in _parts(page, Run("")):
        if isinstance(part, Paragraph):
            found.append(part)
        else:
            found[-1] = replace(found[-1], runs=(*found[-1].runs, part))
    return [tidy for part in found if (tidy := _tidy(part)).runs]


def _parts(part: Tag, look: Run, mark: str = "", depth: int = 0) -> Iterator[Run | Paragraph]:
    """Yield runs, and an empty paragraph wherever a new one begins."""
    number = int(str(part.get("start", "1")))
    for child in part.children:
        if type(child) is NavigableString:
            yield replace(look, text=str(child))
        elif isinstance(child, Tag) and not _unseen(child):
            begins = ""
            if child.name == "li":
                begins, number = mark or f"{number}.", number + 1
            block = child.name in _BLOCKS
            if block and not _opens_item(child):
                yield Paragraph((), begins, depth)
            inner = _LISTS.get(child.name, mark)
            yield from _parts(child, _look(child, look), inner, depth + (child.name in _LISTS))
            if block:
                yield Paragraph((), "", depth)


def _unseen(part: Tag) -> bool:
    return part.get("aria-hidden") == "true" or "anchor-link" in part.get_attribute_list("class")


def _opens_item(part: Tag) -> bool:
    """Tell whether a paragraph is the first of an item, and so stands beside its mark."""
    within = part.parent is not None and part.parent.name == "li"
    return part.name == "p" and within and part.find_previous_sibling() is None


def _look(part: Tag, look: Run) -> Run:
    address = str(part.get("href", ""))
    return replace(
        look,
        bold=look.bold or part.name in ("strong", "b", "h1", "h2", "h3", "h4", "th"),
        italic=look.italic or part.name in ("em", "i"),
        code=look.code or part.name == "code",
        link=address if _LINK.match(address) else look.link,
    )


def _tidy(part: Paragraph) -> Paragraph:
    """Return a paragraph with single blanks, none at its ends."""
    runs: list[Run] = []
    for run in part.runs:
        text = re.sub(r"\s+", " ", run.text)
        if not runs or runs[-1].text.endswith(" "):
            text = text.lstrip()
        if text:
            runs.append(replace(run, text=text))
    if runs:
        runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip())
    return replace(part, runs=tuple(run for run in runs if run.text))


def height(paragraphs: list[Paragraph], width: float, look: Type) -> float:
    """Return how much room paragraphs take, in units, with the gap below the last."""
    total = 0.0
    for part, after in zip(paragraphs, [*paragraphs[1:], None], strict=True):
        room = (width - SHAPE["indent"] * part.depth) / look.size
        wide = BOLD if look.bold or all(run.bold for run in part.runs) else PLAIN
        total += lines(part.text, room, wide) * look.size * look.line + _gap(part, after, look)
    return total


def _gap(part: Paragraph, after: Paragraph | None, look: Type) -> float:
    return look.item_gap if part.depth and after is not None and after.depth else look.gap


def fill(frame: TextFrame, paragraphs: list[Paragraph], look: Type, scale: float = 1.0) -> None:
    """Write paragraphs into the frame of a shape, with lines of a fixed height.

    The elements are written at once: python-pptx takes each of them by itself, and a deck has
    thousands.
    """
    body, unit = frame._txBody, POINTS * scale
    for old in body.findall(qn("a:p")):
        body.remove(old)
    for part, after in zip(paragraphs, [*paragraphs[1:], None], strict=True):
        line = SubElement(body, qn("a:p"))
        gap = _gap(part, after, look) if after else 0.0
        _properties(SubElement(line, qn("a:pPr"), algn=_SIDES[look.side]), part, look, unit, gap)
        for run in part.runs:
            _write(SubElement(line, qn("a:r")), run, look, unit, frame)


def _properties(into: Any, part: Paragraph, look: Type, unit: float, gap: float) -> None:
    """Set the height of the lines, the gap below, and a bullet or number or none."""
    for name, high in (("a:lnSpc", look.size * look.line), ("a:spcBef", 0.0), ("a:spcAft", gap)):
        SubElement(SubElement(into, qn(name)), qn("a:spcPts"), val=str(round(100 * high * unit)))
    left = round(SHAPE["indent"] * part.depth * unit * EMU)
    into.set("marL", str(left))
    into.set("indent", str(-round(SHAPE["indent"] * unit * EMU) if part.mark else 0))
    if part.mark == "•":
        SubElement(into, qn("a:buChar"), char="•")
    elif part.mark:
        number = {"type": "arabicPeriod", "startAt": part.mark.rstrip(".")}
        SubElement(into, qn("a:buAutoNum"), **number)
    else:
        SubElement(into, qn("a:buNone"))


def _write(into: Any, run: Run, look: Type, unit: float, frame: TextFrame) -> None:
    size = run.size * look.size * unit * (0.9 if run.code else 1)
    attributes = {"lang": "en-GB", "sz": str(round(100 * size))}
    attributes["b"] = "1" if run.bold or look.bold else "0"
    attributes["i"] = "1" if run.italic else "0"
    letters = SubElement(into, qn("a:rPr"), **attributes)
    filled(letters, run.colour or look.colour)
    if run.code:
        SubElement(letters, qn("a:latin"), typeface=CODE_FACE)
    if run.link:
        number = frame.part.relate_to(run.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        SubElement(letters, qn("a:hlinkClick"), {qn("r:id"): number})
    SubElement(into, qn("a:t")).text = run.text


def filled(into: Any, name: str) -> Any:
    """Add a fill of a colour of the palette, written as six hexadecimal digits."""
    fill = SubElement(into, qn("a:solidFill"))
    SubElement(fill, qn("a:srgbClr"), val=name.lstrip("#"))
    return fill
