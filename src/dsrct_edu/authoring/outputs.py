"""The rules of the committed, executed notebooks."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode

from dsrct_edu.authoring.inserts import BRACES
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.prose import readable

LARGEST_OUTPUT = 300_000
LARGEST_NOTEBOOK = 1_500_000
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}|/ipykernel_\d+/|/(?:tmp|home|root|work)/")
IMAGE = re.compile(r"<img\b[^>]*>")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def problems(lesson: Lesson, notebook: NotebookNode) -> list[str]:
    """Return what an executed edition breaks."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = []
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        said.append(f"execution counts are {counts[:5]}..., not 1 to {len(code)}; build it again")
    if not any(cell.outputs for cell in code):
        said.append("there is no output, so nbval would compare nothing; build it again")
    if len(str(notebook)) > LARGEST_NOTEBOOK:
        said.append(f"the notebook is over {LARGEST_NOTEBOOK} bytes; show smaller figures")
    for cell in code:
        for output in cell.outputs:
            said += [f"cell {cell.id}: {text}" for text in _output(output)]
    return [f"{lesson.name} ({notebook.metadata.dsrct_edu.edition}): {text}" for text in said]


def _output(output: NotebookNode) -> list[str]:
    said = []
    if output.output_type == "error":
        said.append(f"it stops with {output.ename}; mend the code")
    if output.get("name") == "stderr":
        said.append(f"it writes a warning: {output.text[:80]!r}; mend its cause")
    data = output.get("data", {})
    texts = [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
    for text in texts:
        if found := ADDRESS.search(re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)):
            said.append(f"the output holds {found.group(0)!r}, which changes from run to run")
    for image in IMAGE.findall(data.get("text/html", "")):
        if not re.search(r'alt="[^"]{10,}"', image):
            said.append("a picture has no words; draw it with dsrct_edu.figures")
    if "image/png" in data and "<img" not in data.get("text/html", ""):
        said.append("a picture has no alt text in JupyterLab; draw it with dsrct_edu.figures")
    if sum(len(str(part)) for part in data.values()) > LARGEST_OUTPUT:
        said.append(
            f"the output is over {LARGEST_OUTPUT} bytes; show fewer rows or a smaller figure"
        )
    return said


def quoted(lesson: Lesson, notebook: NotebookNode) -> list[str]:
    """Insist that each number which a cell's value filled into prose stands in an output above.

    The prose may round, and may say 39% where the output says 0.394.
    """
    values: dict[str, str] = notebook.metadata.dsrct_edu["values"]
    shown: list[str] = []
    said, seen = [], set()
    sources = {lesson.cell_id(place): cell.source for place, cell in enumerate(lesson.cells)}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown += [number for output in cell.outputs for number in numbers(output)]
            continue
        for name, value in values.items():
            if name not in seen and name in BRACES.findall(sources[cell.id]):
                seen.add(name)
                if not any(agrees(value, number) for number in shown):
                    said.append(
                        f"{lesson.name}: no output above shows {value}, the value of {name}"
                    )
    return said


def numbers(output: NotebookNode) -> list[str]:
    """Return the numbers that an output shows, as written."""
    data: dict[str, Any] = output.get("data", {})
    text = output.get("text", "") + " " + data.get("text/plain", "")
    return NUMBER.findall(readable(text) + " " + text)


def agrees(value: str, number: str) -> bool:
    """Return whether prose and output give the same number, up to rounding and percent."""
    quoted_number = re.search(NUMBER, value)
    if not quoted_number:
        return False
    wanted = float(quoted_number.group(0).replace(",", ""))
    decimals = len(quoted_number.group(0).partition(".")[2])
    found = float(number.replace(",", ""))
    slack = 0.5 * 10**-decimals + 1e-9
    candidates = [found, 100 * found] if "%" in value else [found]
    return any(abs(abs(candidate) - abs(wanted)) <= slack for candidate in candidates)
