"""Runs the code cells of an edition once and keeps what they showed."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import os
import platform
import subprocess
import tempfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode, v4

from dsrct_edu.classroom.lessons import FOLDER_VARIABLE
from dsrct_edu.classroom.live import WIDGET_VIEW
from tools.lesson import Lesson, LessonError, tags
from tools.paths import ROOT, Places

TIMEOUT = 600
SHOWN_BY = ("numpy", "pandas", "matplotlib", "scipy", "lifelines", "ipykernel", "ipywidgets")
"""Packages whose versions can change an output."""


@lru_cache(maxsize=4)
def surroundings(lessons: Path) -> str:
    """Return a hash of all that an output depends on besides the code of its lesson."""
    digest = hashlib.sha256()
    for text in [platform.python_version(), *(f"{name}={version(name)}" for name in SHOWN_BY)]:
        digest.update(text.encode())
    folders = [
        (ROOT / "src" / "dsrct_edu", ("*.py", "*.csv", "*.json")),
        (ROOT / "data" / "synthetic", ("*",)),
        (ROOT / "tools", ("execute.py",)),
        (lessons, ("*.toml",)),
    ]
    for folder, patterns in folders:
        paths = {path for pattern in patterns for path in folder.rglob(pattern)}
        for path in sorted(path for path in paths if path.is_file()):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def key(lesson: Lesson, cells: list[NotebookNode]) -> str:
    """Return the name under which a run is cached: code, package, data. Prose does not count."""
    code = [(cell.source, tags(cell)) for cell in cells if cell.cell_type == "code"]
    parts = json.dumps([code, lesson.fillers, lesson.name, surroundings(lesson.path.parent)])
    return hashlib.sha256(parts.encode()).hexdigest()


def run(lesson: Lesson, edition: str, places: Places, fresh: bool = False) -> dict[str, Any]:
    """Return ``outputs`` (one list per code cell) and ``values`` of an edition, run or cached."""
    cells = lesson.edition(edition)
    stored = places.cache / f"{key(lesson, cells)}.json"
    if stored.exists() and not fresh:
        return json.loads(stored.read_text(encoding="utf-8"))
    result = _execute(lesson, edition, cells)
    places.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=places.cache, delete=False, encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(file.name, stored)
    return result


def _execute(lesson: Lesson, edition: str, cells: list[NotebookNode]) -> dict[str, Any]:
    notebook = v4.new_notebook(cells=copy.deepcopy(cells), metadata=notebook_metadata())
    notebook.cells.append(v4.new_code_cell(_values_code(lesson.fillers)))
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
        "PYTHONHASHSEED": "0",
        FOLDER_VARIABLE: str(lesson.path.parent),
    }
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            store_widget_state=False,
            record_timing=False,
        )
        try:
            asyncio.run(client.async_execute(env=environment, stderr=subprocess.DEVNULL))
        except CellExecutionError as error:
            raise LessonError(_where(lesson, edition, notebook, error)) from error
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    values = json.loads(_text(code.pop()))
    return {
        "outputs": [[_clean(output) for output in cell.outputs] for cell in code],
        "values": values,
    }


def _values_code(fillers: list[str]) -> str:
    pairs = []
    for text in fillers:
        name, _, form = text.partition(":")
        pairs.append(f"{text!r}: format({name.strip()}, {form.strip()!r})")
    return f"import json as _json\nprint(_json.dumps({{{', '.join(pairs)}}}))"


def _text(cell: NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def _where(lesson: Lesson, edition: str, notebook: NotebookNode, error: CellExecutionError) -> str:
    failed = [
        cell for cell in notebook.cells
        if any(output.output_type == "error" for output in cell.get("outputs", []))
    ]  # fmt: skip
    place = failed[0].id if failed else "?"
    if failed and failed[0] is notebook.cells[-1]:
        place = "a `{{name}}` of the prose"
    code = failed[0].source if failed else ""
    said = f"{error.ename}: {error.evalue}"
    return f"{lesson.path.name} ({edition}): {place} stops with {said}\n{code}"


def _clean(output: NotebookNode) -> dict[str, Any]:
    """Drop what differs from run to run or means nothing without the kernel."""
    plain = json.loads(json.dumps(output))
    plain["metadata"] = {}
    plain.get("data", {}).pop(WIDGET_VIEW, None)
    if "execution_count" in plain:
        plain["execution_count"] = None
    return plain


def notebook_metadata() -> dict[str, Any]:
    """Return the metadata that every notebook has: no language version."""
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
