"""Makes the deck of a lesson: an HTML file that fetches nothing, and a PowerPoint file.

``slide`` and ``subslide`` cells begin a slide, and so does a heading; other cells go on with it.
``skip``, exercises, checks and quizzes are left out; ``instructor`` cells are the speaker's notes.
What a ``predict`` cell asks for is folded until someone opens it. What does not fit goes on, on
another slide of the same heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode, v4

from dsrct_edu.authoring import blocks, exporter, paging, wall
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.paging import Section, Slide
from dsrct_edu.authoring.sources import LessonError

_MINUTES = re.compile(r"\*\*Minutes (\d+)[-–](\d+)")


def deck(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the deck of an executed lesson as one HTML page."""
    return page(lesson.metadata["title"], of_lesson(lesson, notebook), notebook)


def powerpoint(lesson: Lesson, notebook: NotebookNode) -> bytes:
    """Return the deck of an executed lesson as a PowerPoint file."""
    return file(lesson.metadata["title"], of_lesson(lesson, notebook))


def of_lesson(lesson: Lesson, notebook: NotebookNode) -> list[Slide]:
    """Return the slides of an executed lesson."""
    title = lesson.metadata["title"]
    try:
        shown = list(wall.seen(blocks.of_cells(notebook.cells, lesson.course.labels)))
        return paged(_timed(paging.sections(title, shown)))
    except LessonError as error:
        raise LessonError(lesson.path.name, str(error)) from error


def paged(sections: Iterable[Section]) -> list[Slide]:
    """Return the slides of all sections."""
    return [slide for section in sections for slide in paging.slides(section)]


def page(title: str, slides: list[Slide], notebook: NotebookNode | None = None) -> str:
    """Return slides as one HTML page."""
    empty = v4.new_notebook()
    return exporter.html("slides.html.j2", notebook or empty, title=title, slides=slides)


def file(title: str, slides: list[Slide]) -> bytes:
    """Return slides as a PowerPoint file."""
    from dsrct_edu.authoring.powerpoint import deck as made  # only a build needs python-pptx

    return made.presentation(title, slides)


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
