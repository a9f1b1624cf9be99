"""Makes the website's page of a lesson: to read, guess, turn dials and answer, with no kernel.

The cells become sections, one for each heading. A prediction is a form that hides its reveal; an
exercise that needs no code is a form, too; code is folded; pictures lie in files of their own.
Without scripts all of it can be read, and each reveal opens with a press.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any
from urllib.parse import quote

from nbconvert.filters import markdown2html
from nbformat import NotebookNode

from dsrct_edu.authoring import (
    blocks,
    frame,
    page_data,
    page_pictures,
    predictions,
    sources,
    stubs,
)
from dsrct_edu.authoring.blocks import Block
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom import exercises
from dsrct_edu.classroom.exercises import Exercise, tags
from dsrct_edu.classroom.predicting import IT_IS

RUN_VARIABLE = "DSRCT_EDU_RUN"
"""Environment variable: what opens a notebook in the browser, from the site's root, up to its name.

Such as ``lite/notebooks/index.html?path=``. Where it is not set, pages do not offer to run."""

_HEADING = re.compile(r'(?=<h2 id="[^"]*">)')
_TITLE = re.compile(r'<h2 id="([^"]*)">(.*?)</h2>')
_ANCHOR = re.compile(r'<a class="anchor-link".*?</a>', re.DOTALL)
_FORM = re.compile(
    r"\s*\b(?:Give\s+(?:a|the|its)|A)\s+letter,?(?:\s+in\s+quotation\s+marks)?"
    r'(?:[:,]?(?:\s+such\s+as)?\s+`"a"`)?\.'
)
_DATA = '<script id="data"'
_TAG = re.compile(r"<[a-z][^<>]*>")
_PLAIN = re.compile(r' ([a-z-]+)="([\w.#-]+)"')
_EMPTY = re.compile(r' (download|hidden|novalidate|open)=""')
_ENDS = re.compile(r"</(?:li|td|th|tr|tbody)>")
_TOLD = re.compile(rf" {re.escape(IT_IS).replace(re.escape('{told}'), '(.*)')}$")

pictures = page_pictures.of_notebook


@dataclass(frozen=True)
class Part:
    """One part of a section.

    Attributes
    ----------
    kind : str
        ``html``, ``block``, ``code`` (folded), ``guess``, ``result``, ``exercise``, ``quiz`` or
        ``dial``.
    body : str
        HTML, or code.
    block : Block or None
        What a macro of ``parts.html.j2`` writes.
    key : str
        The number of a prediction or exercise, or the name of a dial.
    data : dict
        What else its macro needs.
    parts : list of Part
        The reveal of a prediction.
    """

    kind: str
    body: str = ""
    block: Block | None = None
    key: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)


@dataclass
class Section:
    """A heading with what belongs to it. The first has none: it is the title's."""

    id: str = ""
    title: str = ""
    parts: list[Part] = field(default_factory=list)


def page(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the page of an executed lesson."""
    here = f"lessons/{lesson.name}.html"
    parts = list(_parts(lesson, notebook))
    made = frame.page(
        "page.html.j2",
        here,
        lesson.metadata["title"],
        lesson.course,
        notebook,
        sections=_sections(parts),
        data=page_data.compact(_data(lesson, parts)),
        ways=ways(lesson),
        report=_report(lesson, frame.up(here)),
        around=_around(lesson),
    )
    return _smaller(page_pictures.apart(made))


def _smaller(page: str) -> str:
    """Return HTML without empty lines, and without what HTML itself lets one leave out."""
    text, mark, data = page.partition(_DATA)
    text = _TAG.sub(lambda tag: _PLAIN.sub(r" \1=\2", tag[0].replace("/>", ">")), text)
    text = _EMPTY.sub(r" \1", text)
    text = _ENDS.sub("", text)
    return re.sub(r"\n\s*\n+", "\n", text) + mark + data


def _parts(lesson: Lesson, notebook: NotebookNode) -> Iterator[Part]:
    """Yield the parts of a lesson; what reveals an answer stands inside its guess."""
    revealing = _revealing(notebook.cells)
    inside = {cell.id for cells in revealing.values() for cell in cells}
    checked = {found.code.get("id"): found for found in _exercises(notebook) if found.code}
    for cell in notebook.cells:
        if found := checked.get(cell.id):
            yield _exercise(lesson, found)
        elif "predict" in tags(cell):
            yield _guess(lesson, cell, revealing)
        elif cell.id not in inside:
            yield from _of_cell(lesson, cell)


def _revealing(cells: list[NotebookNode]) -> dict[str, list[NotebookNode]]:
    """Return the cells that reveal each prediction, by its number."""
    shown = {found.reveal.id: found.key for found in predictions.walk(cells) if found.reveal}
    revealing = blocks.reveal_ids(cells)
    found: dict[str, list[NotebookNode]] = {key: [] for key in shown.values()}
    before: list[NotebookNode] = []
    key = ""
    for cell in cells:
        if cell.id in shown:
            key = shown[cell.id]
            found[key] += [*before, cell]
            before = []
        elif cell.id in revealing and (cell.cell_type == "code" or not key):
            before.append(cell)
        elif cell.id in revealing:
            found[key].append(cell)
        elif key and before:
            found[key] += before
            before = []
    return found


def _guess(lesson: Lesson, cell: NotebookNode, revealing: dict[str, list[NotebookNode]]) -> Part:
    asks = lesson.data("checks").get("predict", {})
    key = next(blocks.of_cell(cell, "", {})).name
    if key not in asks:
        raise LessonError(f"cell {cell.id}", f"the checks say nothing of {key!r}")
    made = Part("guess", key=key, data=page_data.asked(asks[key]))
    for inside in revealing.get(key, []):
        made.parts.extend(_of_cell(lesson, inside, made))
    return made


def _exercises(notebook: NotebookNode) -> list[Exercise]:
    return exercises.walk(notebook.cells)


def _of_cell(lesson: Lesson, cell: NotebookNode, guess: Part | None = None) -> Iterator[Part]:
    own = set(tags(cell))
    if own & {"hint", "check", "solution"}:
        return
    if "quiz" in own:
        yield Part("quiz", data=page_data.quiz(lesson) or {})
        return
    if cell.cell_type == "markdown":
        source = _FORM.sub("", cell.source) if "exercise" in own else cell.source
        yield Part("html", html(blocks.readable(source, lesson.course.labels)))
        return
    shown = list(blocks.of_cell(cell, "", lesson.course.labels))
    if any(block.kind == "dial" for block in shown):
        shown = [block for block in shown if block.kind != "html"]
    for block in shown:
        if block.kind == "listing":
            yield Part("code", block.body)
        elif block.kind == "dial":
            yield Part("dial", key=block.name, block=block)
        elif guess and block.kind == "html" and 'role="status"' in block.body:
            yield Part("result", key=guess.key, data={**guess.data, "told": _told(cell)})
        else:
            yield Part("block", block=block)


def html(markdown: str) -> str:
    """Return prose as HTML, its headings with ids and without marks beside them."""
    made: str = markdown2html(markdown)
    made = made.replace("<table>", '<div class="table"><table>')
    return _ANCHOR.sub("", made).replace("</table>", "</table></div>").strip()


def _told(cell: NotebookNode) -> str:
    """Return what a waived prediction says that the result is."""
    words = cell.outputs[-1].data["text/plain"]
    found = _TOLD.search(words.partition("\n")[0])
    return found[1] if found else ""


def _exercise(lesson: Lesson, found: Exercise) -> Part:
    """Return an exercise: a form where the page can check it, else the stub to be completed."""
    entry = lesson.data("checks")["exercise"][found.key]
    code = found.code or {}
    solved = exercises.source(code)
    position = next(
        place for place in range(len(lesson.cells)) if lesson.cell_id(place) == code["id"]
    )
    answer = exercises.source(found.answer) if found.answer else ""
    data = {
        "kind": entry["kind"],
        "here": entry["kind"] in page_data.ON_THE_PAGE,
        "options": sorted(entry.get("options", {}).items()),
        "optional": found.optional,
        "hint": html(exercises.source(found.hint)) if found.hint else "",
        "stub": stubs.stub(lesson.cells[position].source),
        "solution": solved,
        "answer": html(answer),
    }
    return Part("exercise", key=found.key, data=data)


def _sections(parts: list[Part]) -> list[Section]:
    """Begin a section at each heading of the second level."""
    made = [Section()]
    for part in parts:
        if part.kind != "html":
            made[-1].parts.append(part)
            continue
        for piece in _HEADING.split(part.body):
            if title := _TITLE.match(piece):
                made.append(Section(title[1], title[2]))
            if piece.strip():
                made[-1].parts.append(replace(part, body=piece))
    return made


def _data(lesson: Lesson, parts: list[Part]) -> dict[str, Any]:
    """Return what the page's script needs."""
    guesses = {part.key: part.data for part in parts if part.kind == "guess"}
    dials = [part.key for part in parts if part.kind == "dial"]
    data = {"lesson": lesson.id, **page_data.computed(lesson, dials)}
    quizzes = [part.data for part in parts if part.kind == "quiz"]
    if guesses:
        data["asks"] = {
            part.key: guess | {"told": part.data["told"]}
            for key, guess in guesses.items()
            for part in _results(parts, key)
        }
    if quizzes:
        data["quiz"] = [
            [[option["why"], int(option["key"])] for option in item["options"]]
            for item in quizzes[0]["items"]
        ]
    return data


def _results(parts: list[Part], key: str) -> Iterator[Part]:
    for part in parts:
        if part.kind == "guess" and part.key == key:
            yield from (inside for inside in part.parts if inside.kind == "result")


def ways(lesson: Lesson) -> list[tuple[str, str]]:
    """Return the ways to work through a lesson, with addresses from the site's root."""
    notebook = f"{lesson.name}.ipynb"
    found = [("Read", "")]
    if run := os.environ.get(RUN_VARIABLE):
        found.append(("Run it", f"{run}{notebook}"))
    found.append(("Download", f"notebooks/{notebook}"))
    if not lesson.is_more:
        found += [
            ("Slides", f"slides/{lesson.id}.html"),
            ("Worksheet", f"worksheets/{lesson.id}.html"),
        ]
    return found


def _around(lesson: Lesson) -> list[tuple[str, str, str, str]]:
    """Return what leads on from a page: words, relation, title, address beside it."""
    listed = frame.lessons(lesson.course)
    keys = [entry["number"] for entry in listed]
    found = []
    if lesson.path.with_name(f"{lesson.beside}.md").exists():
        title = sources.front_matter(lesson.path.with_name(f"{lesson.beside}.md"))["title"]
        words = "Back to the lesson" if lesson.is_more else "To read on, optional"
        found.append((words, "", title, f"{lesson.beside}.html"))
    if lesson.id in keys and not lesson.is_more:
        place = keys.index(lesson.id)
        near = [("Before", "prev", place - 1), ("Next", "next", place + 1)]
        found += [
            (words, rel, f"{listed[at]['number']} {listed[at]['title']}", listed[at]["href"][8:])
            for words, rel, at in near
            if 0 <= at < len(listed)
        ]
    return found


def _report(lesson: Lesson, up: str) -> str:
    """Return where a mistake is reported; what is added to it says in which section it stands."""
    where = quote(f"{lesson.name}#")
    issues = _project_urls().get("issues", "")
    if issues.startswith("mailto:"):
        return f"{issues}?subject={where}"
    return f"{issues}/new?title={where}" if issues else f"{up}report.html?at={where}"


def _project_urls() -> dict[str, str]:
    """Return the addresses that the installed package gives, by their names in small letters."""
    try:
        found = metadata("dsrct-edu").get_all("Project-URL") or []
    except PackageNotFoundError:
        return {}
    pairs = (entry.partition(",") for entry in found)
    return {name.strip().lower(): address.strip() for name, _, address in pairs}
