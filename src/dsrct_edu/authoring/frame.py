"""The frame of the website: what its pages have in common, and the two files that they share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, v4

from dsrct_edu.authoring import exporter
from dsrct_edu.authoring.course import Course

ROOT = Path("build") / "site"
"""Where the website is built, below the folder that holds the lessons."""


def page(
    template: str,
    here: str,
    title: str,
    course: Course,
    notebook: NotebookNode | None = None,
    **values: Any,
) -> str:
    """Return one page of the website.

    Parameters
    ----------
    template : str
        File of ``templates/course`` that extends ``frame.html.j2``.
    here : str
        Where the page will lie, from the root of the website: ``lessons/05_kaplan_meier.html``.
    title : str
        What it is called.
    course : Course
        Its lessons stand in the menu.
    notebook : NotebookNode, optional
        What the page is made of, if it is made of cells.
    **values
        What the template needs besides, by name.
    """
    shared: dict[str, Any] = {"here": here, "up": up(here), "title": title, "search": ""}
    shared["lessons"] = lessons(course)
    shared["way"] = lambda href: way(href, here)
    return exporter.html(template, notebook or v4.new_notebook(), **{**shared, **values})


def up(here: str) -> str:
    """Return the way from a page to the root of the website.

    Examples
    --------
    >>> up("index.html"), up("lessons/05_kaplan_meier.html")
    ('', '../')
    """
    return "../" * here.count("/")


def way(there: str, here: str) -> str:
    """Return the way from one page to another, both given from the root of the website.

    Examples
    --------
    >>> way("lessons/06.html", "lessons/05.html"), way("lessons/06.html", "index.html")
    ('06.html', 'lessons/06.html')
    """
    return os.path.relpath(there, os.path.dirname(here) or ".").replace(os.sep, "/")


def lessons(course: Course) -> list[dict[str, str]]:
    """Return number, title and address, from the root, of each lesson that is written."""
    return [
        {"number": key, "title": entry.title, "href": f"lessons/{entry.file}.html"}
        for key, entry in course.lessons.items()
        if entry.written
    ]


def assets() -> dict[str, str]:
    """Return the files that all pages share, by where they lie from the root."""
    return {f"assets/{name}": exporter.asset(f"{name}.j2") for name in ("page.css", "page.js")}
