"""Reads a lesson source and makes the cells of each edition."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode, v4

from tools import stubs

TAGS = {
    "predict", "exercise", "optional", "solution", "hint", "check", "quiz", "instructor",
    "slide", "subslide", "skip",
    "nbval-ignore-output", "nbval-check-output", "nbval-skip", "nbval-raises-exception",
    "raises-exception",
}  # fmt: skip
EDITIONS = {"student": ("solution", "instructor"), "solution": ("instructor",), "instructor": ()}
"""Each edition, and the tags whose cells it leaves out."""

FILLER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
GLOSSARY_LINK = re.compile(r"\[([^\]]+)\]\(glossary:([\w-]+)\)")
CHECK_CALL = re.compile(r"""\bcheck\(\s*["']([\w.]+)["']""")


class LessonError(ValueError):
    """Something in a lesson source that its author must mend."""


@dataclass(frozen=True)
class Lesson:
    """One lesson source with the data that lies beside it."""

    path: Path
    metadata: dict[str, Any]
    cells: list[NotebookNode]

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def id(self) -> str:
        return self.name[:2]

    def data(self, kind: str) -> dict[str, Any]:
        """Return ``NN_name.<kind>.toml``, or nothing if it is not there."""
        return _toml(self.path.with_suffix(f".{kind}.toml"))

    def shared(self, name: str) -> dict[str, Any]:
        """Return a data file that all lessons share."""
        return _toml(self.path.parent / f"{name}.toml")

    @cached_property
    def fillers(self) -> list[str]:
        """The ``{{name:format}}`` of the prose that a cell's value fills, in order."""
        found: dict[str, None] = {}
        for cell in self.cells:
            if cell.cell_type == "markdown":
                found |= dict.fromkeys(FILLER.findall(cell.source))
        return [text for text in found if _builder(text) is None]

    def edition(self, name: str, values: dict[str, str] | None = None) -> list[NotebookNode]:
        """Return the cells of an edition, without outputs.

        Without values the ``{{name}}`` stay as they are.
        """
        dropped = set(EDITIONS[name])
        return [
            self._cell(position, cell, name, values)
            for position, cell in enumerate(self.cells)
            if not dropped & set(tags(cell))
        ]

    def _cell(
        self, position: int, cell: NotebookNode, edition: str, values: dict[str, str] | None
    ) -> NotebookNode:
        new = v4.new_code_cell() if cell.cell_type == "code" else v4.new_markdown_cell()
        new.id = f"{self.name.replace('_', '-')[:50]}-{position:03d}"
        if tags(cell):
            new.metadata["tags"] = tags(cell)
        new.source = cell.source
        if cell.cell_type == "markdown":
            new.source = self._prose(cell.source, edition, values)
        elif "exercise" in tags(cell):
            derive = stubs.stub if edition == "student" else stubs.solution
            try:
                new.source = derive(cell.source)
            except stubs.StubError as error:
                raise LessonError(f"{self.path.name}: {error}") from error
        return new

    def _prose(self, text: str, edition: str, values: dict[str, str] | None) -> str:
        def fill(match: re.Match[str]) -> str:
            wanted = match.group(1)
            if (build := _builder(wanted)) is not None:
                return build(self, wanted, edition)
            return match.group(0) if values is None else values[wanted]

        return GLOSSARY_LINK.sub(lambda match: self._term(match, edition), FILLER.sub(fill, text))

    def _term(self, match: re.Match[str], edition: str) -> str:
        text, key = match.groups()
        glossary = self.shared("glossary")
        if key not in glossary:
            raise LessonError(
                f"{self.path.name}: there is no term {key!r} in lessons/glossary.toml; add it"
            )
        entry = glossary[key]
        anchor = entry["term"].replace(" ", "-")
        up = "" if edition == "student" else "../"
        title = " ".join(entry["meaning"].split()).replace('"', "'")
        return f'[{text}]({up}glossary.ipynb#{anchor} "{title}")'


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def read(path: Path) -> Lesson:
    """Read a lesson source."""
    notebook = jupytext.read(path, fmt="md:myst")
    metadata = dict(notebook.metadata.get("dsrct_edu", {}))
    if not metadata:
        raise LessonError(f"{path.name}: the front matter lacks the key `dsrct_edu`")
    for cell in notebook.cells:
        unknown = sorted(set(tags(cell)) - TAGS)
        if unknown:
            raise LessonError(
                f"{path.name}: unknown tag {unknown[0]!r}; use one of {', '.join(sorted(TAGS))}"
            )
    return Lesson(path, metadata, notebook.cells)


def _toml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{path.name}: {error}") from error


# What the build writes into the prose by itself


def _header(lesson: Lesson, _: str, edition: str) -> str:
    meta = lesson.metadata
    minutes = meta["minutes"]
    total = minutes["teach"] + minutes["exercise"]
    course = lesson.shared("course")
    before = [course[key]["title"] for key in meta["prerequisites"] if key in course]
    lines = [
        f"*About {total} minutes: {minutes['teach']} to read and run, "
        f"{minutes['exercise']} for the exercises."
        + (f" Before this: {'; '.join(before)}.*" if before else "*"),
        "",
        "After this lesson you can",
        "",
        *[f"- {objective}" for objective in meta["objectives"]],
    ]
    if edition == "solution":
        lines[:0] = ["**Worked answers.** Try the exercises yourself first.", ""]
    return "\n".join(lines)


def _footer(lesson: Lesson, _: str, edition: str) -> str:
    course = lesson.shared("course")
    following = f"{int(lesson.id) + 1:02d}"
    lines = []
    if edition == "student":
        lines.append(
            "Worked answers, once you have tried: run "
            f'`from dsrct_edu.classroom import worked_answer; worked_answer("{lesson.id}.1")` '
            "in a cell of your own."
        )
    if following in course:
        lines.append(f"Next lesson: {following}, *{course[following]['title']}*.")
    lines.append(
        "All patients here are synthetic. This is a course in reading evidence, **not medical "
        "advice**; it neither endorses nor rejects HIPEC."
    )
    return "\n\n".join(["---", *lines])


def _lines(lesson: Lesson, wanted: str, _: str) -> str:
    """Return the lettered lines of an exercise in which lines are put in order."""
    entry = lesson.data("checks")["exercise"][wanted.split(":", 1)[1].strip()]
    shown = [f"{letter})  {line}" for letter, line in sorted(entry["lines"].items())]
    return "\n".join(["```text", *shown, "```"])


def _options(lesson: Lesson, wanted: str, _: str) -> str:
    """Return the lettered options of an exercise with a choice."""
    entry = lesson.data("checks")["exercise"][wanted.split(":", 1)[1].strip()]
    return "\n".join(f"- **{key}**: {text}" for key, text in sorted(entry["options"].items()))


def _builder(wanted: str) -> Callable[[Lesson, str, str], str] | None:
    name = wanted.split(":", 1)[0].strip()
    builders = {"header": _header, "footer": _footer, "lines": _lines, "options": _options}
    return builders.get(name)
