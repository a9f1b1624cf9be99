"""Reads a lesson: its source, and the data that lie beside it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode

from dsrct_edu.authoring import course, sources
from dsrct_edu.authoring.course import Course
from dsrct_edu.authoring.sources import LECTURER, MORE, LessonError
from dsrct_edu.classroom.exercises import tags
from dsrct_edu.classroom.lessons import line_of

TAGS = {
    "predict", "reveal", "exercise", "optional", "solution", "hint", "check", "quiz", "instructor",
    "slide", "subslide", "skip",
    "nbval-ignore-output", "nbval-check-output", "nbval-skip", "nbval-raises-exception",
    "raises-exception",
}  # fmt: skip


@dataclass(frozen=True)
class Lesson:
    """One lesson source with the data that lies beside it and what the course shares."""

    path: Path
    metadata: dict[str, Any]
    cells: list[NotebookNode]
    course: Course

    @property
    def name(self) -> str:
        """Number and words, such as ``42_small_steps``."""
        return self.path.stem

    @property
    def is_more(self) -> bool:
        """Whether this is a page without exercises: ``NN_name_more``, or one for lecturers."""
        return self.name.endswith(MORE) or self.for_lecturers

    @property
    def for_lecturers(self) -> bool:
        """Whether this is a page for lecturers, ``lecturer_name``, which belongs to no lesson."""
        return self.name.startswith(LECTURER)

    @property
    def beside(self) -> str:
        """The name of the page to read on of a lesson, and of the lesson of such a page."""
        return self.name.removesuffix(MORE) if self.is_more else self.name + MORE

    @property
    def id(self) -> str:
        """Two digits; a page for lecturers has its name."""
        return self.name if self.for_lecturers else self.name[:2]

    def file(self, kind: str) -> Path:
        """Return the path of ``NN_name.<kind>.toml``, whether it is there or not."""
        return self.path.with_suffix(f".{kind}.toml")

    def data(self, kind: str) -> dict[str, Any]:
        """Return what ``NN_name.<kind>.toml`` says; nothing if it is not there."""
        return sources.toml(self.file(kind))

    def line(self, kind: str, *place: str | int) -> str:
        """Return file and line of a table or key of ``NN_name.<kind>.toml``, to begin a message."""
        path = self.file(kind)
        if not path.exists():
            return path.name
        return f"{path.name}, line {line_of(sources.text(path), place)}"

    def cell_id(self, position: int) -> str:
        """Return the id of a cell: it derives from lesson and position, so it survives a build."""
        return f"{self.name.replace('_', '-')[:50]}-{position:03d}"


def read(path: Path, shared: Course | None = None) -> Lesson:
    """Read a lesson source; what the course shares is read too if it is not given."""
    metadata = sources.front_matter(path)
    try:
        cells = jupytext.reads(sources.text(path), fmt="md:myst").cells
    except Exception as error:  # of several libraries, for tags and options that are no YAML
        said = str(error).strip().partition("\n")[0]
        raise LessonError(path.name, f"its cells cannot be read: {said}") from error
    lesson = Lesson(path, metadata, cells, shared or course.read(path.parent))
    for position, cell in enumerate(cells):
        unknown = sorted(set(tags(cell)) - TAGS)
        if unknown:
            known = ", ".join(sorted(TAGS))
            raise LessonError(path.name, f"unknown tag {unknown[0]!r}; use one of {known}")
        if cell.cell_type == "code":
            _parse(cell.source, f"{path.name}: cell {lesson.cell_id(position)}")
    return lesson


def _parse(code: str, place: str) -> None:
    try:
        ast.parse(code)
    except SyntaxError as error:
        said = f"line {error.lineno} is not Python: {error.msg}"
        raise LessonError(place, f"{said}\n{code}") from error


def slide_type(cell: NotebookNode) -> str:
    """Return ``slide``, ``subslide``, ``skip``, ``notes``, or nothing: it goes on."""
    own = set(tags(cell))
    for kind in ("slide", "subslide", "skip"):
        if kind in own:
            return kind
    if "instructor" in own:
        return "notes"
    return "skip" if own & {"exercise", "hint", "check", "solution", "quiz"} else ""
