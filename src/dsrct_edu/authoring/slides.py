"""Makes the deck of a lesson: one HTML file, with the speaker's notes, that fetches nothing.

``slide`` and ``subslide`` cells begin a slide, and so does a heading; other cells go on with it.
``skip``, exercises, checks and quizzes are left out; ``instructor`` cells are the speaker's notes.
What a ``predict`` cell asks for is folded until someone opens it. What does not fit goes on, on
another slide of the same heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode, v4

from dsrct_edu.authoring import blocks, exporter, paging
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.paging import Section
from dsrct_edu.authoring.sources import LessonError

_MINUTES = re.compile(r"\*\*Minutes (\d+)[-–](\d+)")


def deck(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the deck of an executed lesson as one HTML page."""
    title = lesson.metadata["title"]
    try:
        shown = blocks.of_cells(notebook.cells, lesson.course.labels)
        return page(title, _timed(paging.sections(title, shown)), notebook)
    except LessonError as error:
        raise LessonError(lesson.path.name, str(error)) from error


def page(title: str, sections: Iterable[Section], notebook: NotebookNode | None = None) -> str:
    """Return sections as one page of slides."""
    slides = [slide for section in sections for slide in paging.slides(section)]
    empty = v4.new_notebook()
    return exporter.html("slides.html.j2", notebook or empty, title=title, slides=slides)


def _timed(sections: list[Section]) -> list[Section]:
    """Mark each section with the minutes that its notes name, or those that have gone before."""
    gone = ""
    for section in sections:
        named = [match for note in section.notes for match in _MINUTES.finditer(note)]
        if named:
            section.mark = f"Minutes {named[0][1]}–{named[-1][2]}"
            gone = f"from minute {named[-1][2]}"
        else:
            section.mark = gone
    return sections
