"""Lays blocks out on slides, so that none overflows.

What does not fit goes on, on another slide of the same heading: a table by its rows, a paragraph by
its sentences. A slide of few words is drawn larger, and so is a picture that has room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from markdown_it import MarkdownIt
from nbconvert.filters import markdown2html

from dsrct_edu.authoring import grids
from dsrct_edu.authoring.blocks import Block
from dsrct_edu.authoring.grids import Grid
from dsrct_edu.authoring.heights import SHAPE, height, listing
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.authoring.widths import BOLD, lines, plain

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_CUE = 2.4  # the room of the button that opens an answer
_TALL = SHAPE["height"] - SHAPE["bar"]  # the room of a picture whose heading stands in the bar
_SCALES = (1.4, 1.2)  # how much larger a slide of few words is drawn
_WIDEST = 1.27  # how much wider than the canvas a picture may be: 1,219 pixels of 1,280
_TOP_HEADING = 2  # `#` and `##` name a slide; deeper ones stand on it


@dataclass
class Section:
    """What an author means as one slide: a title, what stands below it, and what the speaker says.

    `mark` is for the row on top: where in the hour this is.
    """

    title: str
    level: int = 2
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mark: str = ""


@dataclass(frozen=True)
class Slide:
    """One slide as the template writes it.

    Attributes
    ----------
    title, level, mark : str, int, str
        Heading, its level, and the minutes.
    part, parts : int
        Where this slide is among those of one heading.
    blocks, answer : tuple of Block
        What is seen at once, and what is folded.
    cue : bool
        Whether the next slide answers what this one asks.
    tall : bool
        Whether its picture needs the room of the heading, which then stands in the row on top.
    scale, grow : float
        How much larger than usual it is drawn if it has few words, and its pictures.
    listings : tuple of Block
        Code that is shown on request.
    notes : tuple of str
        What the speaker reads, in Markdown.
    """

    title: str
    level: int
    mark: str
    part: int
    parts: int
    blocks: tuple[Block, ...]
    answer: tuple[Block, ...]
    cue: bool
    tall: bool
    scale: float
    grow: float
    listings: tuple[Block, ...]
    notes: tuple[str, ...]


@dataclass
class _Page:
    """A slide while it is filled."""

    blocks: list[Block] = field(default_factory=list)
    answer: list[Block] = field(default_factory=list)
    listings: list[Block] = field(default_factory=list)
    cue: bool = False
    tall: bool = False
    closed: bool = False

    def full(self) -> bool:
        return bool(self.blocks or self.answer)


def sections(title: str, blocks: Sequence[Block]) -> list[Section]:
    """Return the sections of a lesson: each heading and each `slide` begins one."""
    found = [Section(title)]
    for block in blocks:
        if block.begins == "slide" and (found[-1].blocks or found[-1].notes):
            found.append(Section(found[-1].title))
        if block.kind == "notes":
            found[-1].notes.append(block.body)
            continue
        for part in split(block) if block.kind == "prose" else [block]:
            if part.kind == "heading":
                if found[-1].blocks:
                    found.append(Section(found[-1].title))
                found[-1].title, found[-1].level = part.body, int(part.name)
            else:
                found[-1].blocks.append(part)
    return [section for section in found if any(b.kind != "listing" for b in section.blocks)]


def split(block: Block) -> Iterator[Block]:
    """Yield the headings, paragraphs, items and tables of a piece of prose."""
    source = block.body.splitlines()
    begins, first = block.begins, ""
    for token in _MARKDOWN.parse(block.body):
        wanted = token.level == 0 or (token.type == "list_item_open" and token.level == 1)
        if token.type in ("bullet_list_open", "ordered_list_open"):
            first = "first"
            continue
        if not wanted or token.map is None or token.type == "hr":
            continue
        body = "\n".join(source[slice(*token.map)]).strip("\n")
        kind = _KINDS.get(token.type, "prose")
        part = replace(block, kind=kind, body=body, begins=begins)
        if kind == "heading":
            deep = int(token.tag[1]) > _TOP_HEADING
            text = body.strip("# ").strip()
            body = f"**{text}**" if deep else text
            part = replace(part, kind="prose" if deep else kind, body=body, name=token.tag[1])
        elif kind == "table":
            part = replace(part, body="", grid=grids.of_markdown(markdown2html(body)))
        elif kind == "item":
            part = replace(part, name=first)
        yield part
        begins = first = ""


_KINDS = {
    "heading_open": "heading",
    "list_item_open": "item",
    "blockquote_open": "quote",
    "fence": "text",
    "table_open": "table",
}


# Filling slides


def room_below(title: str, level: int, scale: float = 1.0) -> float:
    """Return the room below a heading, in units that are `scale` times as large."""
    size = SHAPE["main_title"] if level == 1 else SHAPE["title"]
    counted = lines(f"{plain(title)} 9 of 9", SHAPE["width"] / scale / size, BOLD)
    head = counted * size * SHAPE["title_line"] + SHAPE["title_gap"]
    return (SHAPE["height"] - SHAPE["bar"]) / scale - 2 * SHAPE["edge"] - head


def slides(section: Section) -> list[Slide]:
    """Return the slides that a section takes."""
    room, pages = room_below(section.title, section.level), [_Page()]
    for reveals, run in groupby(section.blocks, key=lambda block: block.reveals):
        if reveals:
            _answer(list(run), room, pages)
        else:
            _fill(list(run), room, pages)
    pages = [page for page in pages if page.full()]
    return [_slide(section, page, place, len(pages)) for place, page in enumerate(pages, 1)]


def _slide(section: Section, page: _Page, part: int, parts: int) -> Slide:
    scale, grow = _sizes(section, page)
    return Slide(
        section.title, section.level, section.mark, part, parts, _joined(page.blocks),
        _joined(page.answer), page.cue, page.tall, scale, grow, tuple(page.listings),
        tuple(section.notes),
    )  # fmt: skip


def _sizes(section: Section, page: _Page) -> tuple[float, float]:
    """Return how much larger than usual a slide is drawn, and how much larger its pictures."""
    shown = [*page.blocks, *page.answer]
    pictures = sum(block.size[1] for block in shown) * SHAPE["pixel"]
    if pictures:
        room = _TALL + SHAPE["edge"] if page.tall else room_below(section.title, section.level)
        free = room - sum(map(height, shown)) - _CUE * page.cue
        return 1.0, min(_WIDEST, 1 + free / pictures)
    fitting = (scale for scale in _SCALES if _fits(section, page, shown, scale))
    return next(fitting, 1.0), 1.0


def _fits(section: Section, page: _Page, shown: list[Block], scale: float) -> bool:
    width = SHAPE["width"] / scale
    for block in shown:
        if block.kind == "table" and grids.widths(block.grid or Grid((), ()), width) is None:
            return False
        if _divisible(block) and height(block, width) > height(block):  # its lines would break
            return False
    needed = sum(height(block, width) for block in shown) + _CUE * page.cue
    return needed <= room_below(section.title, section.level, scale)


def _answer(run: list[Block], room: float, pages: list[_Page]) -> None:
    """Put an answer behind a button: below its question, or on the slides that follow.

    Nothing else stands on the slides of an answer, so nothing can give it away.
    """
    page = pages[-1]
    shown = sum(map(height, run))
    if page.closed:
        pages.append(page := _Page())
    if page.blocks and _used(page) + max(shown, _CUE) <= room:
        page.answer = [block for block in run if block.kind != "listing"]
        page.listings += [block for block in run if block.kind == "listing"]
    elif page.blocks:
        page.cue = _used(page) + _CUE <= room
        pages.append(_Page())
        _fill(run, room, pages)
    else:
        _fill(run, room, pages)
        page.answer, page.blocks = page.blocks, []
    pages[-1].closed = True


def _fill(run: list[Block], room: float, pages: list[_Page]) -> None:
    waiting = list(run)
    while waiting:
        block = waiting.pop(0)
        page = pages[-1]
        if block.kind == "listing":  # takes no room
            page.listings.append(block)
            continue
        begins = block.begins and page.full()
        if page.closed or page.tall or begins:
            pages.append(page := _Page())
        free = room - _used(page)
        needed = height(block) + _sticks(block, waiting, room)
        if needed <= free or (height(block) <= free and not page.full()):
            page.blocks.append(block)
        elif page.full() and height(block) <= room:
            pages.append(_Page())
            waiting.insert(0, replace(block, begins=""))
        elif parts := _cut(block, free if not page.full() else room):
            waiting[:0] = parts
        elif height(block) - SHAPE["edge"] <= _TALL and block.kind in ("picture", "dial"):
            if page.full():
                pages.append(page := _Page())
            page.blocks.append(block)
            page.tall = True
        else:
            raise LessonError(f"cell {block.cell}", _TOO_LARGE.get(block.kind, _TOO_LONG))


_TOO_LONG = "this does not fit on one slide; make it shorter"
_TOO_LARGE = {
    "picture": "the picture is too tall for a slide; draw it at most 7.2 inches high",
    "dial": "the dial's picture is too tall for a slide; draw it at most 6.5 inches high",
}


def _used(page: _Page) -> float:
    return sum(map(height, page.blocks))


def _sticks(block: Block, following: list[Block], room: float) -> float:
    """Return the room that what follows needs on the same slide: after a colon, and after code."""
    next_one = next((other for other in following if other.kind != "listing"), None)
    if next_one is None or next_one.begins:
        return 0.0
    leads = block.kind == "code" or block.body.rstrip("* ").endswith((":", "?"))
    wanted = min(height(next_one), room / 2) if _divisible(next_one) else height(next_one)
    return wanted if leads and height(block) + wanted <= room else 0.0


def _divisible(block: Block) -> bool:
    return block.kind in ("table", "text", "code")


# Cutting what is too long


def _cut(block: Block, free: float) -> list[Block]:
    """Return what fits of a block, and the rest; nothing if it cannot be cut."""
    cuts = _CUTS.get(block.kind)
    for first, rest in cuts(block) if cuts else ():
        if height(first) <= free:
            return [first, replace(rest, begins="subslide")]
    return []


def _rows_apart(block: Block) -> Iterator[tuple[Block, Block]]:
    """Yield a table cut after each of its rows, from the last; its head is on both parts."""
    grid = block.grid or Grid((), ())
    for count in range(len(grid.body) - 1, 1, -1):
        yield replace(block, grid=grid.part(0, count)), replace(block, grid=grid.part(count))


def _lines_apart(block: Block) -> Iterator[tuple[Block, Block]]:
    rows = listing(block).splitlines()
    for count in range(len(rows) - 1, 1, -1):
        first, rest = "\n".join(rows[:count]), "\n".join(rows[count:])
        yield replace(block, body=first), replace(block, body=rest)


def _words_apart(block: Block) -> Iterator[tuple[Block, Block]]:
    """Yield a paragraph cut at its sentences and then, if need be, between any two words."""
    ends = [place.start() for place in re.finditer(r"\s", block.body)][::-1]
    sentences = [end for end in ends if block.body[end - 1] in ".?!"]
    for end in [*sentences, *ends]:
        first, rest = block.body[:end], block.body[end + 1 :]
        if _whole(first):
            start = "> " if block.kind == "quote" and not rest.startswith(">") else ""
            kind = "prose" if block.kind == "item" else block.kind
            yield replace(block, body=first), replace(block, kind=kind, body=start + rest)


def _whole(text: str) -> bool:
    """Tell whether no emphasis, code or link of Markdown is open at the end of a text."""
    even = all(text.count(mark) % 2 == 0 for mark in ("*", "`", '"'))
    return even and text.count("[") == text.count("]") and text.count("(") == text.count(")")


_CUTS: dict[str, Callable[[Block], Iterator[tuple[Block, Block]]]] = {
    "table": _rows_apart,
    "text": _lines_apart,
    "code": _lines_apart,
    "prose": _words_apart,
    "item": _words_apart,
    "quote": _words_apart,
}


def _joined(blocks: list[Block]) -> tuple[Block, ...]:
    """Join the items of a list that were counted one by one."""
    found: list[Block] = []
    for block in blocks:
        if found and found[-1].kind == block.kind == "item" and found[-1].cell == block.cell:
            found[-1] = replace(found[-1], body=f"{found[-1].body}\n{block.body}")
        else:
            found.append(block)
    return tuple(found)
