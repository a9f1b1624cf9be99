"""What stands between ``{{`` and ``}}`` in the prose: values of cells, and parts made here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dsrct_edu.authoring import sources
from dsrct_edu.authoring.editions import Edition
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.exercises import tags

BRACES = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def fillers(lesson: Lesson, edition: Edition) -> list[str]:
    """Return the ``{{name:format}}`` that a cell's value fills, in order.

    An edition that leaves out what reveals say does not need their values either.
    """
    found: dict[str, None] = {}
    for cell in lesson.cells:
        left_out = "reveal" in edition.drops and "reveal" in tags(cell)
        if cell.cell_type == "markdown" and not left_out:
            found |= dict.fromkeys(BRACES.findall(cell.source))
    return [wanted for wanted in found if _maker(wanted) is None]


def fill(lesson: Lesson, text: str, edition: Edition, values: dict[str, str] | None) -> str:
    """Return a text with all of them filled in; without values those of cells stay."""

    def filled(match: re.Match[str]) -> str:
        wanted = match[1]
        if make := _maker(wanted):
            return make(lesson, wanted.partition(":")[2].strip(), edition)
        return match[0] if values is None else values[wanted]

    return BRACES.sub(filled, text)


def _maker(wanted: str) -> Callable[[Lesson, str, Edition], str] | None:
    return _MAKERS.get(wanted.partition(":")[0].strip())


def _header(lesson: Lesson, _: str, edition: Edition) -> str:
    if lesson.for_lecturers:
        return "*For lecturers; no lesson of the course. Run the cells from top to bottom.*"
    if lesson.is_more:
        return (
            f"*To read on after lesson {lesson.id}, {_page(lesson, edition)}. Optional: no lesson "
            "needs it. There are no exercises; run the cells from top to bottom.*"
        )
    meta, listed = lesson.metadata, lesson.course.lessons
    teach, exercise = meta["minutes"]["teach"], meta["minutes"]["exercise"]
    before = [listed[key].title for key in meta["prerequisites"] if _written(lesson, key)]
    lines = [
        f"*About {teach + exercise} minutes: {teach} to read and run, "
        f"{exercise} for the exercises."
        + (f" Before this: {'; '.join(before)}.*" if before else "*"),
        "",
        "After this lesson you can",
        "",
        *[f"- {objective}" for objective in meta["objectives"]],
    ]
    if edition.opening:
        lines[:0] = [edition.opening, ""]
    return "\n".join(lines)


def _page(lesson: Lesson, edition: Edition) -> str:
    """Return a link from a lesson to its page to read on, or back."""
    path = lesson.path.with_name(f"{lesson.beside}.md")
    if not path.exists():
        raise LessonError(lesson.path.name, f"its lesson, {path.name}, does not exist")
    title = sources.front_matter(path)["title"]
    return f"[{title}]({edition.way(lesson.beside)})"


def _footer(lesson: Lesson, _: str, edition: Edition) -> str:
    if edition.framed:
        return ""
    lines = []
    if lesson.is_more:
        if not lesson.for_lecturers:
            lines.append(f"Back to lesson {lesson.id}: {_page(lesson, edition)}.")
    elif lesson.path.with_name(f"{lesson.beside}.md").exists():
        lines.append(f"To read on, optional: {_page(lesson, edition)}.")
    if edition.closing:
        lines.append(edition.closing.replace("NN", lesson.id))
    later = [key for key in lesson.course.lessons if key > lesson.id and _written(lesson, key)]
    if later and not lesson.is_more:
        lines.append(f"Next lesson: {later[0]}, *{lesson.course.lessons[later[0]].title}*.")
    lines.append(
        "All DSRCT patients are synthetic. This is a course in reading evidence, **not "
        "medical advice**; it neither endorses nor rejects HIPEC."
    )
    return "\n\n".join(["---", *lines])


def _written(lesson: Lesson, key: str) -> bool:
    """Return whether a lesson of the course exists, and is not only planned."""
    return key in lesson.course.lessons and lesson.course.lessons[key].written


def _lines(lesson: Lesson, key: str, _: Edition) -> str:
    """Return the lettered lines of an exercise in which lines are put in order."""
    lines = _part(lesson, key, "lines")
    return "\n".join(["```text", *(f"{letter})  {line}" for letter, line in lines), "```"])


def _options(lesson: Lesson, key: str, edition: Edition) -> str:
    """Return the lettered options of an exercise with a choice."""
    if edition.framed:
        return ""
    return "\n".join(f"- **{letter}**: {text}" for letter, text in _part(lesson, key, "options"))


def _part(lesson: Lesson, key: str, name: str) -> list[tuple[str, Any]]:
    exercise = lesson.data("checks").get("exercise", {}).get(key, {})
    if name not in exercise:
        checks = lesson.file("checks").name
        raise LessonError(
            lesson.path.name, f"`{{{{{name}:{key}}}}}` needs {name} of exercise {key} in {checks}"
        )
    return sorted(exercise[name].items())


_MAKERS = {"header": _header, "footer": _footer, "lines": _lines, "options": _options}
