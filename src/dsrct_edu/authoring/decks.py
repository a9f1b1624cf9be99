"""Makes a lecture deck out of what several lessons show: no code, minute marks, speaker notes.

A deck is data: ``lessons/<name>.deck.toml``. Each slide has a title, a few words, and may show the
outputs of a section of a lesson, which stand in the executed instructor notebook. So a number on a
slide is the number in the lesson.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.filters import markdown2html
from nbformat import NotebookNode

from dsrct_edu.authoring import sources
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.slides import page, shown_output
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import tags

SLIDE_KEYS = {"title", "text", "show", "reveal", "notes"}


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


def deck(path: Path, places: Places) -> str:
    """Return the deck as one HTML page."""
    content = read(path)
    slides, minute = [], 0
    for part in content["part"]:
        end = minute + part["minutes"]
        mark = f"Minutes {minute}-{end}: {part['title']}"
        slides += [_slide(slide, mark, path, places) for slide in part["slide"]]
        minute = end
    return page(content["title"], slides)


def _slide(slide: dict[str, Any], mark: str, path: Path, places: Places) -> str:
    body = [f'<p class="mark">{html.escape(mark)}</p>', f"<h2>{html.escape(slide['title'])}</h2>"]
    if "text" in slide:
        body.append(markdown2html(slide["text"]))
    if "show" in slide:
        shown = "".join(_outputs(slide["show"], path, places))
        body.append(_folded(shown) if slide.get("reveal", False) else shown)
    if "notes" in slide:
        notes = markdown2html(slide["notes"])
        body.append(f'<details class="notes"><summary>Notes</summary>{notes}</details>')
    return f'<section tabindex="-1">{"".join(body)}</section>'


def _folded(shown: str) -> str:
    return f"<details><summary>Reveal</summary>{shown}</details>"


def _outputs(show: dict[str, Any], path: Path, places: Places) -> list[str]:
    """Return the outputs of one section of a lesson, some of them, or one paragraph of it."""
    found = sorted((places.build / "instructor").glob(f"{show['lesson']}_*.ipynb"))
    if not found:
        raise LessonError(path.name, f"lesson {show['lesson']} is not built")
    notebook = nbformat.read(found[0], as_version=4)
    cells = _section(notebook.cells, show["section"])
    if "paragraph" in show:
        return [markdown2html(_paragraph(cells, show, path))]
    outputs = [
        shown_output(output)
        for cell in cells
        if cell.cell_type == "code" and "predict" not in tags(cell)
        for output in cell.get("outputs", [])
    ]
    wanted = show.get("outputs", list(range(len(outputs))))
    if not outputs or any(not -len(outputs) <= number < len(outputs) for number in wanted):
        raise LessonError(
            path.name,
            f"section {show['section']!r} of lesson {show['lesson']} has "
            f"{len(outputs)} outputs; the slide asks for {wanted}",
        )
    return [outputs[number] for number in wanted]


def _paragraph(cells: list[NotebookNode], show: dict[str, Any], path: Path) -> str:
    """Return the paragraph of a section that begins as wanted; its numbers are filled in."""
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for paragraph in prose.split("\n\n"):
        if paragraph.startswith(show["paragraph"]):
            return paragraph
    raise LessonError(
        path.name,
        f"no paragraph of section {show['section']!r} in lesson {show['lesson']} "
        f"begins with {show['paragraph']!r}",
    )


def _section(cells: list[NotebookNode], heading: str) -> list[NotebookNode]:
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
