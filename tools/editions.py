"""Puts cells, outputs and values together, writes editions, and finds what has drifted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from tools import execute
from tools.lesson import Lesson, LessonError, tags
from tools.paths import Places

COMMAND = "python -m tools.build"


def notebook(lesson: Lesson, edition: str, result: dict[str, Any] | None) -> NotebookNode:
    """Return an edition of a lesson; with the result of a run it holds outputs and values."""
    values = result["values"] if result else None
    cells = lesson.edition(edition, values)
    if result:
        _add_outputs(cells, result["outputs"])
    metadata = execute.notebook_metadata()
    metadata["dsrct_edu"] = {**lesson.metadata, "edition": edition, "values": values or {}}
    if edition == "instructor":
        _add_slide_types(cells)
    made = v4.new_notebook(cells=cells, metadata=metadata)
    made.nbformat_minor = 5
    return made


def _add_outputs(cells: list[NotebookNode], outputs: list[list[dict[str, Any]]]) -> None:
    code = [cell for cell in cells if cell.cell_type == "code"]
    for count, (cell, shown) in enumerate(zip(code, outputs, strict=True), 1):
        cell.execution_count = count
        cell.outputs = [nbformat.from_dict(output) for output in shown]
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count


def _add_slide_types(cells: list[NotebookNode]) -> None:
    """Say to JupyterLab's slide extension what the tags say to the deck."""
    for cell in cells:
        kind = slide_type(cell)
        if kind:
            cell.metadata["slideshow"] = {"slide_type": kind}


def slide_type(cell: NotebookNode) -> str:
    """Return ``slide``, ``subslide``, ``skip``, ``notes``, or nothing: it goes on."""
    own = set(tags(cell))
    for kind in ("slide", "subslide", "skip"):
        if kind in own:
            return kind
    if "instructor" in own:
        return "notes"
    return "skip" if own & {"exercise", "hint", "check", "solution", "quiz"} else ""


def glossary_notebook(terms: dict[str, Any]) -> NotebookNode:
    """Return the glossary as a notebook without code, so that links work inside JupyterLab."""
    cells = [v4.new_markdown_cell("# Glossary\n\nThe words of the course, in one place.")]
    ordered = sorted(terms.values(), key=lambda entry: entry["term"].casefold())
    for entry in ordered:
        cells.append(v4.new_markdown_cell(f"## {entry['term']}\n\n{entry['meaning'].strip()}"))
    for position, cell in enumerate(cells):
        cell.id = f"glossary-{position:03d}"
    metadata = {**execute.notebook_metadata(), "dsrct_edu": {"id": "glossary"}}
    made = v4.new_notebook(cells=cells, metadata=metadata)
    made.nbformat_minor = 5
    return made


def write(made: NotebookNode, path: Path) -> bool:
    """Write a notebook if its content changed; return whether it did."""
    nbformat.validate(made)
    text = nbformat.writes(made).rstrip("\n") + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


# Drift


def drift(lessons: list[Lesson], places: Places) -> list[str]:
    """Return what in the committed notebooks does not follow from the sources."""
    found = []
    for lesson in lessons:
        for edition, folder in (("student", places.notebooks), ("solution", places.solutions)):
            found += _drift(lesson, edition, folder / f"{lesson.name}.ipynb", places)
    if lessons:
        path = places.notebooks / "glossary.ipynb"
        made = nbformat.writes(glossary_notebook(lessons[0].shared("glossary")))
        if not path.exists() or path.read_text(encoding="utf-8").strip() != made.strip():
            found.append(
                f"{_short(path, places)} differs from lessons/glossary.toml; run `{COMMAND}`"
            )
    return found


def orphans(places: Places) -> list[str]:
    """Return the notebooks that have no source."""
    names = {path.stem for path in places.sources()} | {"glossary"}
    return [
        f"{name} has no source in lessons/; remove it: `git rm {name}`"
        for path in sorted(places.notebooks.rglob("*.ipynb"))
        if path.stem not in names and ".ipynb_checkpoints" not in path.parts
        for name in [_short(path, places)]
    ]


def _drift(lesson: Lesson, edition: str, path: Path, places: Places) -> list[str]:
    mend = f"run `{COMMAND} {lesson.id}`"
    shown = _short(path, places)
    if not path.exists():
        return [f"{shown} is missing; {mend}"]
    committed = nbformat.read(path, as_version=4)
    values = committed.metadata.get("dsrct_edu", {}).get("values", {})
    if set(values) != set(lesson.fillers):
        return [f"{shown} has other values than the prose of {lesson.path.name} needs; {mend}"]
    expected = notebook(lesson, edition, None)
    expected.cells = lesson.edition(edition, values)
    expected.metadata["dsrct_edu"]["values"] = values
    if _plain(committed.metadata) != _plain(expected.metadata):
        return [f"{shown} has other metadata than {lesson.path.name}; {mend}"]
    if [cell.id for cell in committed.cells] != [cell.id for cell in expected.cells]:
        return [f"{shown} has other cells than {lesson.path.name}; {mend}"]
    for mine, theirs in zip(committed.cells, expected.cells, strict=True):
        for part in ("cell_type", "source", "metadata"):
            if _plain(mine[part]) != _plain(theirs[part]):
                return [
                    f"{shown}: {part} of cell {mine.id} differs from {lesson.path.name}; {mend}"
                ]
    return []


def _plain(thing: Any) -> str:
    return json.dumps(thing, sort_keys=True)


def _short(path: Path, places: Places) -> str:
    return str(path.relative_to(places.notebooks.parent))


def same_values(lesson: Lesson, student: dict[str, Any], solution: dict[str, Any]) -> None:
    """Insist that the prose says the same in both editions."""
    for name, value in solution["values"].items():
        if student["values"][name] != value:
            raise LessonError(
                f"{lesson.path.name}: {{{{{name}}}}} is {student['values'][name]} for the student "
                f"and {value} in the solution; fill prose only from cells outside exercises"
            )
