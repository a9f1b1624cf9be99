"""Writes HTML with nbconvert and a template of our own, which slides share with pages.

The templates are in ``templates/course``: ``parts.html.j2`` writes each kind of block,
``theme.css.j2`` holds the colours, and each edition arranges the parts in a file of its own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from dsrct_edu.authoring import heights
from dsrct_edu.authoring.blocks import Block
from dsrct_edu.classroom.words import inline
from dsrct_edu.figures import palette

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'("(?:[^"\\]|\\.)*")')
_LOOSE = re.compile(r"([,;{]) | (?=[{}])")
_SPACED = re.compile(r" (=>|[=!]==|\?\?=|&&|\|\||\?\?|[<>+]=|[-+*/<>?:=]) ")
_TEMPLATES = Path(__file__).parent / "templates"


def html(template: str, notebook: NotebookNode, **values: Any) -> str:
    """Return a notebook as one HTML page that fetches nothing.

    Parameters
    ----------
    template : str
        File of ``templates/course``, such as ``slides.html.j2``.
    notebook : NotebookNode
        What is written.
    **values
        What the template needs besides, by name.
    """
    resources = {"colours": _colours(), "shape": heights.SHAPE, **values}
    text, _ = _exporter(template).from_notebook_node(notebook, resources)
    return f"{text.strip()}\n"


def asset(template: str) -> str:
    """Return a file that pages share, such as ``page.css.j2``, without comments and indents.

    It knows the colours. In a script the spaces around signs go as well: no text of ours has such.
    """
    resources = {"colours": _colours(), "night": palette.NIGHT}
    made = _exporter(template).environment.get_template(template)
    text = _COMMENT.sub("", made.render(resources=resources))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if ".js" in template:
        lines = [_squeezed(line) for line in lines]
    return "".join(f"{line}\n" for line in lines)


def _squeezed(line: str) -> str:
    """Return a line of a script without spaces around signs; a template is left as it is."""
    line = _SPACED.sub(r"\1", line)
    if "`" in line:
        return line
    parts = _STRING.split(line)
    return "".join(part if part[:1] == '"' else _LOOSE.sub(r"\1", part) for part in parts)


@cache
def _exporter(template: str) -> HTMLExporter:
    exporter = HTMLExporter(
        template_name="course",
        template_file=template,
        extra_template_basedirs=[str(_TEMPLATES)],
        exclude_anchor_links=True,
    )
    exporter.environment.trim_blocks = True
    exporter.environment.lstrip_blocks = True
    exporter.register_filter("columns", _columns)
    exporter.register_filter("listing", heights.listing)
    exporter.register_filter("words", inline)
    return exporter


def _columns(block: Block, scale: float) -> list[float]:
    """Return the widths of a table's columns on a slide that is drawn `scale` times as large."""
    return heights.columns(block, heights.SHAPE["width"] / scale)


def _colours() -> dict[str, str]:
    """Return the colours of the course by what they are for; pictures take theirs from there."""
    return {
        "ink": palette.INK,
        "quiet": palette.DEATH.colour,
        "line": palette.PALE,
        "accent": palette.NO_HIPEC.colour,
        "ground": palette.FAINT,
        "warning": palette.NOT_YET,
        "right": palette.RIGHT,
        "guess": palette.GUESS.colour,
        "paper": palette.PAPER,
    }
