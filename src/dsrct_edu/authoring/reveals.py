"""Writes the texts of reveals beside a lesson: what `beside` shows in place of those cells."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

from nbconvert.filters import markdown2html

from dsrct_edu.authoring import notebooks, predictions
from dsrct_edu.authoring.editions import STUDENT
from dsrct_edu.authoring.lesson import Lesson

_WHOLE = replace(STUDENT, drops=tuple(tag for tag in STUDENT.drops if tag != "reveal"))
"""The student edition with the texts that it leaves out, so that links lead where they should."""


def path(lesson: Lesson) -> Path:
    """Return where the texts of a lesson's reveals lie."""
    return lesson.path.with_suffix(".reveals.json")


def written(lesson: Lesson, values: dict[str, str]) -> str:
    """Return the file of a lesson's reveals, or nothing if it has none.

    Parameters
    ----------
    lesson : Lesson
    values : dict
        What fills the ``{{name}}`` of its prose, from the run of the solution.
    """
    cells = notebooks.cells(lesson, _WHOLE, values)
    texts = {
        prediction.key: _text("\n\n".join(cell.source for cell in prediction.texts))
        for prediction in predictions.walk(cells)
        if prediction.texts
    }
    return json.dumps(texts, indent=1, ensure_ascii=False) + "\n" if texts else ""


def _text(markdown: str) -> dict[str, str]:
    page = markdown2html(markdown).strip()
    return {"html": page, "words": _plain(page)}


def _plain(page: str) -> str:
    """Return the words of an HTML text, a line for each of its paragraphs or rows."""
    broken = re.sub(r"</(?:p|li|tr|blockquote)>", "\0", page)
    lines = html.unescape(re.sub(r"<[^>]*>", "", broken)).split("\0")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())
