"""Puts the cells, outputs and values of an edition together."""

from __future__ import annotations

import html
import re
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from dsrct_edu.authoring import inserts, stubs
from dsrct_edu.authoring.editions import Edition, glossary_id
from dsrct_edu.authoring.lesson import Lesson, slide_type
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import tags
from dsrct_edu.evidence import published

EVIDENCE = re.compile(r"\bL\d{3}\b")
"""An evidence id, as in "(L061)"."""

_CITED = re.compile(r"\((L\d{3})\)")
GLOSSARY_LINK = re.compile(r"\[([^\]]+)\]\(glossary:([\w-]+)\)")


def cells(
    lesson: Lesson, edition: Edition, values: dict[str, str] | None = None
) -> list[NotebookNode]:
    """Return the cells of an edition, without outputs.

    Without values the ``{{name}}`` stay as they are.
    """
    return [
        _cell(lesson, position, cell, edition, values)
        for position, cell in enumerate(lesson.cells)
        if not set(edition.drops) & set(tags(cell))
    ]


def _cell(
    lesson: Lesson,
    position: int,
    cell: NotebookNode,
    edition: Edition,
    values: dict[str, str] | None,
) -> NotebookNode:
    new: NotebookNode = v4.new_code_cell() if cell.cell_type == "code" else v4.new_markdown_cell()
    new.id = lesson.cell_id(position)
    if tags(cell):
        new.metadata["tags"] = tags(cell)
    new.source = cell.source
    if cell.cell_type == "markdown":
        filled = inserts.fill(lesson, cell.source, edition, values)
        new.source = _cited(lesson, _linked(lesson, filled, edition))
    elif {"exercise", "predict"} & set(tags(cell)):
        try:
            new.source = edition.exercise(cell.source)
        except stubs.StubError as error:
            raise LessonError(lesson.path.name, str(error)) from error
    return new


def _linked(lesson: Lesson, text: str, edition: Edition) -> str:
    def term(match: re.Match[str]) -> str:
        words, key = match.groups()
        if key not in lesson.course.glossary:
            raise LessonError(
                lesson.path.name, f"there is no term {key!r} in lessons/glossary.toml; add it"
            )
        return edition.term(words, {**lesson.course.glossary[key], "key": key})

    return GLOSSARY_LINK.sub(term, text)


def _cited(lesson: Lesson, text: str) -> str:
    """Put the publication in place of an evidence id, which means nothing to a reader."""

    def source(match: re.Match[str]) -> str:
        rows = published().query("evidence_id == @match[1]")
        if rows.empty:
            raise LessonError(lesson.path.name, f"there is no {match[1]} in the table of evidence")
        citation, doi = rows[["citation", "doi"]].iloc[0]
        if doi:
            said = " ".join(citation.split()).replace('"', "'")
            return f'([source](https://doi.org/{doi} "{said}"))'
        return f'(<abbr title="{html.escape(citation)}">source</abbr>)'

    return _CITED.sub(source, text)


def notebook(
    lesson: Lesson,
    edition: Edition,
    values: dict[str, str],
    outputs: list[list[dict[str, Any]]] | None = None,
) -> NotebookNode:
    """Return an edition of a lesson, with the outputs of a run if they are given."""
    made = _new(cells(lesson, edition, values))
    made.metadata["dsrct_edu"] = {**lesson.metadata, "edition": edition.name, "values": values}
    if outputs is not None:
        _add_outputs(made.cells, outputs)
    if edition.slideshow:
        _add_slide_types(made.cells)
    return made


def _new(made: list[NotebookNode]) -> NotebookNode:
    new: NotebookNode = v4.new_notebook(cells=made, metadata=metadata())
    new.nbformat_minor = 5
    return new


def metadata() -> dict[str, Any]:
    """Return the metadata that every notebook has: no language version."""
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def _add_outputs(made: list[NotebookNode], outputs: list[list[dict[str, Any]]]) -> None:
    code = [cell for cell in made if cell.cell_type == "code"]
    for count, (cell, shown) in enumerate(zip(code, outputs, strict=True), 1):
        cell.execution_count = count
        cell.outputs = [nbformat.from_dict(output) for output in shown]
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count


def _add_slide_types(made: list[NotebookNode]) -> None:
    """Say to JupyterLab's slide extension what the tags say to the deck."""
    for cell in made:
        if kind := slide_type(cell):
            cell.metadata["slideshow"] = {"slide_type": kind}


def glossary(terms: dict[str, Any]) -> NotebookNode:
    """Return the glossary as a notebook without code, so that links work inside JupyterLab."""
    ordered = sorted(terms, key=lambda key: str(terms[key]["term"]).casefold())
    texts = {"glossary": "# Glossary\n\nThe words of the course, in one place."}
    for key in ordered:
        texts[glossary_id(key)] = f"## {terms[key]['term']}\n\n{terms[key]['meaning'].strip()}"
    made = _new([v4.new_markdown_cell(text, id=name) for name, text in texts.items()])
    made.metadata["dsrct_edu"] = {"id": "glossary"}
    return made
