"""Runs the code cells of an edition once and keeps what they showed."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode, v4

from dsrct_edu.authoring import inserts, notebooks, surroundings
from dsrct_edu.authoring.editions import Edition
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import tags
from dsrct_edu.classroom.lessons import FOLDER_VARIABLE
from dsrct_edu.classroom.live import WIDGET_VIEW
from dsrct_edu.classroom.progress import FILE_VARIABLE

TIMEOUT = 600


@dataclass(frozen=True)
class Run:
    """What an edition showed: one list of outputs per code cell, and the values for its prose."""

    outputs: list[list[dict[str, Any]]]
    values: dict[str, str]


def key(lesson: Lesson, edition: Edition) -> str:
    """Return the name under which a run is kept: code, package, data. Prose does not count."""
    cells = notebooks.cells(lesson, edition)
    code = [(cell.source, tags(cell)) for cell in cells if cell.cell_type == "code"]
    wanted = inserts.fillers(lesson, edition)
    parts = json.dumps([code, wanted, lesson.name, surroundings.digest(lesson.path.parent)])
    return hashlib.sha256(parts.encode()).hexdigest()


def run(lesson: Lesson, edition: Edition, places: Places, fresh: bool = False) -> Run:
    """Run an edition, or return what is kept of the last run that was the same."""
    stored = places.cache / f"{key(lesson, edition)}.json"
    if stored.exists() and not fresh:
        return Run(**json.loads(stored.read_text(encoding="utf-8")))
    result = _execute(lesson, edition)
    places.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=places.cache, delete=False, encoding="utf-8") as file:
        json.dump(vars(result), file)
    os.replace(file.name, stored)
    return result


class _ThisPython(AsyncKernelManager):
    """Starts the kernel in this very Python, whatever is registered under the kernel's name."""

    @property
    def kernel_spec(self) -> KernelSpec:
        start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=start, display_name="Python 3", language="python")


def _execute(lesson: Lesson, edition: Edition) -> Run:
    cells = copy.deepcopy(notebooks.cells(lesson, edition))
    cells.append(v4.new_code_cell(_values_code(inserts.fillers(lesson, edition))))
    notebook = v4.new_notebook(cells=cells, metadata=notebooks.metadata())
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        FOLDER_VARIABLE: str(lesson.path.parent),
        FILE_VARIABLE: "",  # a build keeps no guesses
    }
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_manager_class=_ThisPython,
            resources={"metadata": {"path": folder}},
            store_widget_state=False,
            record_timing=False,
        )
        try:
            asyncio.run(client.async_execute(env=environment, stderr=subprocess.DEVNULL))
        except CellExecutionError as error:
            place = f"{lesson.path.name} ({edition.name})"
            raise LessonError(place, _where(notebook, error)) from error
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    values = json.loads(_text(code.pop()))
    return Run([[_clean(output) for output in cell.outputs] for cell in code], values)


def _values_code(fillers: list[str]) -> str:
    pairs = []
    for text in fillers:
        name, _, form = text.partition(":")
        pairs.append(f"{text!r}: format({name.strip()}, {form.strip()!r})")
    return f"import json as _json\nprint(_json.dumps({{{', '.join(pairs)}}}))"


def _text(cell: NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def _where(notebook: NotebookNode, error: CellExecutionError) -> str:
    """Say which cell stopped, with what, and show its code."""
    failed = [
        cell for cell in notebook.cells
        if any(output.output_type == "error" for output in cell.get("outputs", []))
    ]  # fmt: skip
    place = failed[0].id if failed else "?"
    if failed and failed[0] is notebook.cells[-1]:
        place = "a `{{name}}` of the prose"
    code = failed[0].source if failed else ""
    return f"{place} stops with {error.ename}: {error.evalue}\n{code}"


def _clean(output: NotebookNode) -> dict[str, Any]:
    """Drop what differs from run to run or means nothing without the kernel."""
    plain: dict[str, Any] = json.loads(json.dumps(output))
    if "metadata" in plain:  # what is printed has none
        plain["metadata"] = {}
    plain.get("data", {}).pop(WIDGET_VIEW, None)
    if "execution_count" in plain:
        plain["execution_count"] = None
    return plain
