"""Makes a lecture deck out of what several lessons show: no code, minute marks, speaker notes.

A deck is data: ``lessons/<name>.deck.toml``. Each slide has a title, a few words, and may show the
outputs of a section of a lesson, which stand in the executed instructor notebook. So a number on a
slide is the number in the lesson.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from dsrct_edu.authoring import blocks, course, paging, slides, sources, wall
from dsrct_edu.authoring.blocks import Block
from dsrct_edu.authoring.course import Course
from dsrct_edu.authoring.paging import Section, Slide
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import tags

SLIDE_KEYS = {"title", "text", "show", "reveal", "notes", "guess", "vindicates"}
_GLOSSARY = re.compile(r"\[([^\]]+)\]\([./]*glossary\.ipynb[^)]*\)")


def read(path: Path) -> dict[str, Any]:
    """Read a deck and check what can be checked without the lessons."""
    content = sources.toml(path)
    parts = content["part"]
    total = sum(part["minutes"] for part in parts)
    if total != content["minutes"]:
        raise LessonError(
            path.name, f"the parts add up to {total} minutes; the deck has {content['minutes']}"
        )
    for slide in (slide for part in parts for slide in part["slide"]):
        unknown = sorted(set(slide) - SLIDE_KEYS)
        if unknown or "title" not in slide:
            raise LessonError(path.name, f"a slide has a title and {sorted(SLIDE_KEYS)}")
    return content


def deck(path: Path, places: Places) -> tuple[str, list[Slide]]:
    """Return the title of a deck, and its slides."""
    content, shared = read(path), course.read(places.lessons)
    try:
        return content["title"], slides.paged(_sections(content, places, shared))
    except LessonError as error:
        raise LessonError(path.name, str(error)) from error


def _sections(content: dict[str, Any], places: Places, shared: Course) -> Iterator[Section]:
    minute = 0
    for part in content["part"]:
        end = minute + part["minutes"]
        mark = f"Minutes {minute}–{end}: {part['title']}"
        for slide in part["slide"]:
            yield _section(slide, mark, places, shared)
        minute = end


def _section(slide: dict[str, Any], mark: str, places: Places, shared: Course) -> Section:
    place = f"slide {slide['title']!r}"
    made = Section(slide["title"], mark=mark)
    if "text" in slide:
        made.blocks += paging.split(Block("prose", slide["text"], place))
    if "show" in slide:
        shown = _shown(slide["show"], place, places, shared)
        reveals = bool(slide.get("reveal", False))
        made.blocks += wall.seen(replace(block, reveals=reveals) for block in shown)
    if "notes" in slide:
        made.notes.append(slide["notes"])
    return made


def _shown(show: dict[str, Any], place: str, places: Places, shared: Course) -> list[Block]:
    """Return the outputs of one section of a lesson, some of them, or one paragraph of it."""
    built = sorted((places.build / "instructor").glob(f"{show['lesson']}_*.ipynb"))
    if not built:
        raise LessonError(place, f"lesson {show['lesson']} is not built")
    notebook = nbformat.read(built[0], as_version=4)
    cells = under(notebook.cells, show["section"])
    if "paragraph" in show:
        found = _paragraph(cells, show, place)
        return list(paging.split(replace(found, body=blocks.readable(found.body, shared.labels))))
    outputs = [
        (output, cell)
        for cell in cells
        if cell.cell_type == "code" and "predict" not in tags(cell)
        for output in cell.get("outputs", [])
    ]
    wanted = show.get("outputs", list(range(len(outputs))))
    if not outputs or any(not -len(outputs) <= number < len(outputs) for number in wanted):
        raise LessonError(
            place,
            f"section {show['section']!r} of lesson {show['lesson']} has "
            f"{len(outputs)} outputs; the slide asks for {wanted}",
        )
    chosen = [outputs[number] for number in wanted]
    return blocks.on_a_wall(
        block for output, cell in chosen for block in blocks.of_output(output, cell, shared.labels)
    )


def _paragraph(cells: list[NotebookNode], show: dict[str, Any], place: str) -> Block:
    """Return the paragraph of a section that begins as wanted; its numbers are filled in."""
    for cell in cells:
        for paragraph in cell.source.split("\n\n") if cell.cell_type == "markdown" else []:
            if paragraph.startswith(show["paragraph"]):
                return Block("prose", _GLOSSARY.sub(r"\1", paragraph), cell.id)
    raise LessonError(
        place,
        f"no paragraph of section {show['section']!r} in lesson {show['lesson']} "
        f"begins with {show['paragraph']!r}",
    )


def under(cells: list[NotebookNode], heading: str) -> list[NotebookNode]:
    """Return the cells of a lesson that stand below a heading, up to the next one."""
    found: list[NotebookNode] = []
    inside = False
    for cell in cells:
        lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
        headings = [line.lstrip("# ") for line in lines if line.startswith("#")]
        if headings:
            inside = heading in headings
        if inside:
            found.append(cell)
    return found
