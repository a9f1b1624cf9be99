"""Turns the cells of a lesson into blocks: the parts of which slides and pages are made.

A block is a piece of prose, a picture, a table, a few lines of text or code, a dial, a question
("guess first"), or the speaker's notes. It knows its cell, and whether it belongs to the answer of
a prediction, which slides and pages fold.
"""

from __future__ import annotations

import ast
import base64
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement
from nbformat import NotebookNode

from dsrct_edu.authoring import grids
from dsrct_edu.authoring.grids import INTERNAL, Grid
from dsrct_edu.authoring.lesson import slide_type
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import tags

_DIAL = re.compile(r"\bdials\.(\w+)\(")
_PREDICTION = re.compile(r"""\bpredict\(\s*["']([\w.]+)["']""")
_QUOTED = re.compile(r"`([^`\n]+)`")
_PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
_SVG = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
_VIEW_BOX = re.compile(r'<svg[^>]* viewBox="([^"]+)"')
_LONGEST_SHOWN = 3  # lines of code that an audience can read beside what they print


@dataclass(frozen=True)
class Block:
    """One part of a slide or a page.

    Attributes
    ----------
    kind : str
        ``prose`` (Markdown), ``html``, ``picture``, ``dial``, ``table``, ``text``, ``code``,
        ``listing`` (code that is shown on request), ``ask`` (a prediction) or ``notes``.
    body : str
        Markdown of prose and notes, HTML of pictures and the like, else plain text.
    cell : str
        The cell that it comes from, for messages.
    begins : str
        ``slide`` or ``subslide`` where its cell begins one.
    reveals : bool
        Whether it belongs to the answer of a prediction.
    name : str
        The prediction that is asked for, or the dial.
    size : tuple of float
        Width and height of a picture, in its own pixels.
    grid : Grid or None
        The rows of a table.
    words : str
        What a dial says of itself in plain text.
    """

    kind: str
    body: str
    cell: str
    begins: str = ""
    reveals: bool = False
    name: str = ""
    size: tuple[float, float] = (0, 0)
    grid: Grid | None = None
    words: str = ""


def of_cells(cells: Sequence[NotebookNode], labels: Mapping[str, str]) -> list[Block]:
    """Return the blocks of the cells that are not skipped, in their order."""
    revealing = reveal_ids(cells)
    found: list[Block] = []
    begins = ""
    for cell in cells:
        kind = slide_type(cell)
        begins = kind if kind in ("slide", "subslide") else begins
        if kind == "skip":
            continue
        for block in on_a_wall(of_cell(cell, kind, labels)):
            found.append(replace(block, begins=begins, reveals=cell.id in revealing))
            begins = ""
    return found


def reveal_ids(cells: Iterable[NotebookNode]) -> set[str]:
    """Return the cells that give away what a prediction asks.

    These are the code cells up to the one that calls ``.beside(``, and what stands directly after
    it: code cells, and text cells tagged ``reveal``.
    """
    found: set[str] = set()
    asked = answered = False
    for cell in cells:
        if "predict" in tags(cell):
            asked, answered = True, False
        elif asked and cell.cell_type == "code":
            found.add(cell.id)
            answered = answered or ".beside(" in cell.source
        elif asked and "reveal" in tags(cell):
            found.add(cell.id)
        elif answered and slide_type(cell) != "notes":
            asked = False
    return found


def of_cell(cell: NotebookNode, kind: str, labels: Mapping[str, str]) -> Iterator[Block]:
    """Yield the blocks of a cell of a kind, as `slide_type` says."""
    if cell.cell_type == "markdown":
        source = readable(cell.source, labels)
        yield Block("notes" if kind == "notes" else "prose", source, cell.id)
        return
    if "predict" in tags(cell):
        named = _PREDICTION.search(cell.source)
        yield Block("ask", "", cell.id, name=named[1] if named else "")
        return
    shown = [
        block for output in cell.get("outputs", []) for block in of_output(output, cell, labels)
    ]
    yield _code(cell, shown)
    yield from shown


def _code(cell: NotebookNode, shown: list[Block]) -> Block:
    """Return the code of a cell: on the slide if it is short and what it prints needs it."""
    longest = _LONGEST_SHOWN if shown else 1
    needed = all(block.kind == "text" for block in shown) and ".beside(" not in cell.source
    short = len([line for line in cell.source.splitlines() if line.strip()]) <= longest
    return Block("code" if needed and short else "listing", cell.source.strip("\n"), cell.id)


def of_output(output: NotebookNode, cell: NotebookNode, labels: Mapping[str, str]) -> list[Block]:
    """Return what one output of a cell shows."""
    data = output.get("data", {})
    if "text/html" in data:
        page = BeautifulSoup(data["text/html"], "html.parser")
        if dial := _DIAL.search(cell.source):
            return _of_dial(page, cell.id, dial[1], data.get("text/plain", ""))
        found = [block for part in page.children for block in _of_html(part, cell.id, labels)]
    else:
        found = _of_text(data.get("text/plain", output.get("text", "")), cell.id, labels)
    return found


def on_a_wall(found: Iterable[Block]) -> list[Block]:
    """Return blocks that can stand on a slide.

    Raises
    ------
    LessonError
        If a table names its columns as the code does.
    """
    blocks = list(found)
    for block in blocks:
        names = block.grid.internal() if block.grid else []
        if block.kind == "text" and "\n" in block.body:
            names = INTERNAL.findall(block.body)
        if names:
            raise LessonError(
                f"cell {block.cell}",
                f"its table stands on a slide with names from the code: {', '.join(names)}; say "
                "what readers see in lessons/labels.toml, or with `.rename(columns=...)`, or tag "
                "the cell `skip`",
            )
    return blocks


def _of_dial(page: BeautifulSoup, cell: str, name: str, words: str) -> list[Block]:
    """Return a dial's picture, and what it says as a part of its own that may go overleaf."""
    drawn = [picture for picture in page.select("img, svg")]
    for picture in drawn:
        del picture["style"]  # the slide says how wide it is
    pictures = [_picture(picture, cell) for picture in drawn]
    size = max((picture.size for picture in pictures), default=(0, 0))
    body = "".join(picture.body for picture in pictures)
    said = [
        Block("html", f"<p>{escape(p.get_text())}</p>", cell) for p in page.select("[role=status]")
    ]
    return [Block("dial", body, cell, name=name, size=size, words=words), *said]


def _of_html(part: PageElement, cell: str, labels: Mapping[str, str]) -> Iterator[Block]:
    """Yield the parts of an output; what wraps a picture or a table is taken away."""
    if isinstance(part, NavigableString):
        if part.strip() and type(part) is NavigableString:
            yield Block("html", f"<p>{escape(part.strip())}</p>", cell)
    elif not isinstance(part, Tag) or part.name in ("style", "script"):
        return
    elif part.name in ("img", "svg"):
        yield _picture(part, cell)
    elif part.name == "table":
        yield Block("table", "", cell, grid=grids.read(part, labels))
    elif part.find(("img", "svg", "table")):
        for inner in part.children:
            yield from _of_html(inner, cell, labels)
    else:
        yield Block("html", str(part), cell)


def _picture(part: Tag, cell: str) -> Block:
    """Return a picture with its own size, from which follows how large its letters are."""
    png, svg = (kind.match(str(part.get("src", ""))) for kind in (_PNG, _SVG))
    box = str(part.get("viewbox", part.get("viewBox", ""))).split()
    if svg:  # a dial's still picture
        found = _VIEW_BOX.search(base64.b64decode(svg[1]).decode("utf-8"))
        box = found[1].split() if found else []
    size: tuple[float, float]
    if png:
        width, height = struct.unpack(">II", base64.b64decode(png[1][:64])[16:24])
        size = (width, height)
    elif len(box) == 4:
        size = (float(box[2]), float(box[3]))
    else:
        raise LessonError(f"cell {cell}", "a picture is neither PNG data nor SVG with a viewBox")
    return Block("picture", str(part), cell, size=size)


def _of_text(text: str, cell: str, labels: Mapping[str, str]) -> list[Block]:
    if not text.strip():
        return []
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = None
    if isinstance(value, str):  # an f-string at the end of a cell: words, not code
        return [Block("html", f"<p>{escape(value)}</p>", cell)]
    if grid := grids.of_series(text, labels):
        return [Block("table", "", cell, grid=grid)]
    return [Block("text", text, cell)]


def readable(source: str, labels: Mapping[str, str]) -> str:
    """Return prose in which a name from the code is called what the tables call it."""
    return _QUOTED.sub(
        lambda found: f"*{labels[found[1]]}*" if found[1] in labels else found[0], source
    )
