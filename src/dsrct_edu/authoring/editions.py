"""The editions of a lesson: one row each says what it holds, where it goes, how it is written."""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from dsrct_edu.authoring import (
    gradebook,
    guess_sheets,
    lecturer,
    pages,
    slides,
    stubs,
    worksheets,
)
from dsrct_edu.authoring.lesson import Lesson


@dataclass(frozen=True)
class Edition:
    """One way to give out a lesson.

    Attributes
    ----------
    name : str
        Stands in the notebook's metadata.
    drops : tuple of str
        Tags whose cells it leaves out.
    exercise : callable
        Makes the code of an exercise from its source: the stub or the solution. So it does with a
        prediction: the stub asks for a guess, the solution does without.
    shows : str
        The edition whose run gives its outputs.
    target : str
        Where it goes, below the folder that holds the lessons.
    term : callable
        Writes a link into the glossary, from the words and the glossary's entry with its `key`.
    text : callable
        Writes the executed notebook as what a file holds, from lesson and notebook.
    opening, closing : str
        What its header begins with, and what its footer adds. ``NN`` stands for the lesson.
    pictures : callable
        Returns the pictures that lie beside it, by where from its folder.
    reads : str
        Where its links to other lessons lead, below the folder that holds the lessons.
    framed : bool
        Whether a frame around it leads to other lessons, and forms show the options of exercises,
        so that its text says neither.
    committed : bool
        Whether it is kept in git, so that it must follow from its source.
    slideshow : bool
        Whether its cells say to JupyterLab what the slides are.
    """

    name: str
    drops: tuple[str, ...]
    exercise: Callable[[str], str]
    shows: str
    target: str
    term: Callable[[str, dict[str, Any]], str]
    text: Callable[[Lesson, NotebookNode], str | bytes]
    opening: str = ""
    closing: str = ""
    pictures: Callable[[NotebookNode], dict[str, bytes]] = lambda _: {}
    reads: str = "notebooks/{name}.ipynb"
    framed: bool = False
    committed: bool = False
    slideshow: bool = False

    def way(self, name: str) -> str:
        """Return the way from its folder to another lesson."""
        there, here = self.reads.format(name=name), os.path.dirname(self.target)
        return os.path.relpath(there, here).replace(os.sep, "/")

    def path(self, root: Path, name: str) -> Path:
        """Return where the edition of a lesson lies below the folder that holds the lessons."""
        return root / self.target.format(name=name)


def notebook_text(_: Lesson | None, notebook: NotebookNode) -> str:
    """Return a notebook as the text of an ``.ipynb`` file."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text.rstrip("\n") + "\n"


def assignment_text(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return a student's notebook as the text of an assignment for nbgrader."""
    return notebook_text(lesson, gradebook.assignment(lesson, notebook))


def link(up: str, words: str, entry: dict[str, Any]) -> str:
    """Link words to their cell in the glossary notebook, which lies `up` from the edition.

    JupyterLab finds a cell by its id even in a notebook that it has yet to open, a heading only in
    one that is open. Pages made by nbconvert bear the same anchors.
    """
    return f'[{words}]({up}glossary.ipynb#cell-id={glossary_id(entry["key"])} "{_meaning(entry)}")'


def glossary_id(key: str) -> str:
    """Return the id of a term's cell in the glossary notebook."""
    return f"glossary-{key}"[:64]


def page_link(words: str, entry: dict[str, Any]) -> str:
    """Link words to their place on the website's glossary, with its first sentence at hand."""
    said = _meaning(entry).partition(". ")[0]
    return f'[{words}](../glossary.html#{glossary_id(entry["key"])} "{said}")'


def abbreviation(words: str, entry: dict[str, Any]) -> str:
    """Give words their meaning on the spot, where no glossary is at hand."""
    return f'<abbr title="{html.escape(_meaning(entry), quote=False)}">{words}</abbr>'


def words_only(words: str, _: dict[str, Any]) -> str:
    """Leave words as they are: nobody follows a link on paper."""
    return words


def _meaning(entry: dict[str, Any]) -> str:
    return " ".join(entry["meaning"].split()).replace('"', "'")


STUDENT = Edition(
    name="student",
    drops=("solution", "instructor", "reveal"),
    exercise=stubs.stub,
    shows="student",
    target="notebooks/{name}.ipynb",
    term=partial(link, ""),
    text=notebook_text,
    closing=(
        'Worked answers, once you have tried: run `dsrct.worked_answer("NN.1")` '
        "in a cell of your own."
    ),
    committed=True,
)
SOLUTION = Edition(
    name="solution",
    drops=("instructor",),
    exercise=stubs.solution,
    shows="solution",
    target="notebooks/solutions/{name}.ipynb",
    term=partial(link, "../"),
    text=notebook_text,
    opening="**Worked answers.** Try the exercises yourself first.",
    committed=True,
)
INSTRUCTOR = Edition(
    name="instructor",
    drops=(),
    exercise=stubs.solution,
    shows="solution",
    target="build/instructor/{name}.ipynb",
    term=partial(link, "../../notebooks/"),
    text=notebook_text,
    slideshow=True,
)
SLIDES = Edition(
    name="slides",
    drops=(),
    exercise=stubs.solution,
    shows="solution",
    target="build/slides/{name}.html",
    term=abbreviation,
    text=slides.deck,
)
POWERPOINT = replace(
    SLIDES,
    name="powerpoint",
    target="build/slides/{name}.pptx",
    term=words_only,
    text=slides.powerpoint,
)
WORKSHEET = replace(
    STUDENT,
    name="worksheet",
    target="build/worksheets/{name}.html",
    term=words_only,
    text=worksheets.sheet,
    committed=False,
)
PAGE = Edition(
    name="page",
    drops=("instructor",),
    exercise=stubs.solution,
    shows="solution",
    target="build/site/lessons/{name}.html",
    term=page_link,
    text=pages.page,
    pictures=pages.pictures,
    reads="build/site/lessons/{name}.html",
    framed=True,
)
SHEET = replace(
    SLIDES,
    name="sheet",
    target="build/lecturer/{name}.html",
    term=words_only,
    text=lecturer.sheet,
)
"""The lecturer's page; a lesson has it if its data lie beside it."""
GUESSES = replace(
    WORKSHEET,
    name="guesses",
    target="build/lecturer/{name}_guesses.html",
    text=guess_sheets.of_lesson,
)
GRADEBOOK = replace(
    STUDENT,
    name="gradebook",
    target="build/gradebook/source/{name}/{name}.ipynb",
    term=abbreviation,
    text=assignment_text,
    opening=(
        "**To be marked.** Each core exercise gives a point, however often you try. Delete no "
        "cell. Before you hand in, choose *Restart Kernel and Run All Cells* in the menu *Run*: "
        "only what is right then counts."
    ),
    closing="",
    committed=False,
)
EDITIONS = (
    *(STUDENT, SOLUTION, INSTRUCTOR, SLIDES, POWERPOINT, PAGE),
    *(WORKSHEET, SHEET, GUESSES, GRADEBOOK),
)
RUN = tuple(edition for edition in EDITIONS if edition.shows == edition.name)
"""Those that are executed."""
MORE = replace(STUDENT, name="more", drops=("instructor",), shows="more", closing="")
"""The edition of a page to read on that is run."""
MORE_EDITIONS = (MORE, replace(PAGE, shows="more"))
LECTURER = replace(
    MORE,
    name="lecturer",
    shows="lecturer",
    target="notebooks/lecturer/{name}.ipynb",
    term=partial(link, "../"),
)
"""The one edition of a page for lecturers, which no list of lessons holds."""


def editions(lesson: Lesson) -> tuple[Edition, ...]:
    """Return the editions that a lesson has, or a page without exercises."""
    if lesson.for_lecturers:
        return (LECTURER,)
    if lesson.is_more:
        return MORE_EDITIONS
    taught = lesson.file("teach").exists()
    return tuple(edition for edition in EDITIONS if taught or edition != SHEET)


def run(lesson: Lesson) -> tuple[Edition, ...]:
    """Return those of them that are executed."""
    if lesson.for_lecturers:
        return (LECTURER,)
    return (MORE,) if lesson.is_more else RUN
