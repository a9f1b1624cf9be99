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

from dsrct_edu.authoring import slides, stubs, worksheets
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
        Writes the executed notebook as the text of a file, from lesson and notebook.
    opening, closing : str
        What its header begins with, and what its footer adds. ``NN`` stands for the lesson.
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
    text: Callable[[Lesson, NotebookNode], str]
    opening: str = ""
    closing: str = ""
    committed: bool = False
    slideshow: bool = False

    @property
    def up(self) -> str:
        """The way from its folder to that of the students' notebooks."""
        way = os.path.relpath("notebooks", os.path.dirname(self.target)).replace(os.sep, "/")
        return "" if way == "." else f"{way}/"

    def path(self, root: Path, name: str) -> Path:
        """Return where the edition of a lesson lies below the folder that holds the lessons."""
        return root / self.target.format(name=name)


def notebook_text(_: Lesson | None, notebook: NotebookNode) -> str:
    """Return a notebook as the text of an ``.ipynb`` file."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text.rstrip("\n") + "\n"


def link(up: str, words: str, entry: dict[str, Any]) -> str:
    """Link words to their cell in the glossary notebook, which lies `up` from the edition.

    JupyterLab finds a cell by its id even in a notebook that it has yet to open, a heading only in
    one that is open. Pages made by nbconvert bear the same anchors.
    """
    return f'[{words}]({up}glossary.ipynb#cell-id={glossary_id(entry["key"])} "{_meaning(entry)}")'


def glossary_id(key: str) -> str:
    """Return the id of a term's cell in the glossary notebook."""
    return f"glossary-{key}"[:64]


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
WORKSHEET = replace(
    STUDENT,
    name="worksheet",
    target="build/worksheets/{name}.html",
    term=words_only,
    text=worksheets.sheet,
    committed=False,
)
EDITIONS = (STUDENT, SOLUTION, INSTRUCTOR, SLIDES, WORKSHEET)
RUN = tuple(edition for edition in EDITIONS if edition.shows == edition.name)
"""Those that are executed."""
MORE = replace(STUDENT, name="more", drops=("instructor",), shows="more", closing="")
"""The one edition of a page to read on."""
LECTURER = replace(
    MORE,
    name="lecturer",
    shows="lecturer",
    target="notebooks/lecturer/{name}.ipynb",
    term=partial(link, "../"),
)
"""The one edition of a page for lecturers, which no list of lessons holds."""


def editions(lesson: Lesson) -> tuple[Edition, ...]:
    """Return the editions that a lesson, or a page to read on, has."""
    return _pages(lesson) or EDITIONS


def run(lesson: Lesson) -> tuple[Edition, ...]:
    """Return those of them that are executed."""
    return _pages(lesson) or RUN


def _pages(lesson: Lesson) -> tuple[Edition, ...]:
    if lesson.for_lecturers:
        return (LECTURER,)
    return (MORE,) if lesson.is_more else ()
