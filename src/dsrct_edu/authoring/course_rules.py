"""The rules of a course: what its lessons owe each other. Each rule returns what to mend."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsrct_edu.authoring.course import Course
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.notebooks import GLOSSARY_LINK
from dsrct_edu.authoring.prose import running
from dsrct_edu.classroom.exercises import tags


def problems(lessons: Sequence[Lesson], course: Course) -> list[str]:
    """Return what the lessons of a folder break as a course; its other pages are left aside."""
    written = sorted((one for one in lessons if not one.is_more), key=lambda one: one.id)
    return [
        *(said for lesson in written for said in needs(lesson)),
        *untreated(course),
        *ideas(written),
        *repeats(written),
    ]


def needs(lesson: Lesson) -> list[str]:
    """Insist that no lesson needs one that comes after it."""
    return [
        f"{lesson.path.name}: needs lesson {key}, which does not come before it; remove it from "
        "`prerequisites`, or change the order"
        for key in lesson.metadata["prerequisites"]
        if key >= lesson.id
    ]


def untreated(course: Course) -> list[str]:
    """Insist that a lesson treats each misconception; its own rules, that an answer shows it."""
    return [
        f"misconceptions.toml: no lesson treats {code}, {entry['short']!r}; name it in the front "
        "matter of one, or remove it"
        for code, entry in course.misconceptions.items()
        if not course.treating(code)
    ]


def ideas(lessons: Sequence[Lesson]) -> list[str]:
    """Insist that a new idea belongs to one lesson, and that none before it takes it as known.

    A link into the glossary explains on the spot, so it may come before.
    """
    said = []
    for place, lesson in enumerate(lessons):
        for idea in lesson.metadata["ideas"]:
            for earlier in lessons[:place]:
                if idea.lower() in map(str.lower, earlier.metadata["ideas"]):
                    said.append(
                        f"{lesson.path.name}: the idea {idea!r} is new in lesson {earlier.id}"
                    )
                elif use := _use(idea, earlier):
                    said.append(
                        f"{earlier.path.name}: {use!r} is an idea of lesson {lesson.id}, which "
                        "comes later; say it otherwise, or link it to the glossary"
                    )
    return said


def repeats(lessons: Sequence[Lesson]) -> list[str]:
    """Insist that a prediction which names another says what they share, and comes later."""
    known: set[str] = set()
    said = []
    for lesson in lessons:
        for key, entry in lesson.data("checks").get("predict", {}).items():
            place = lesson.line("checks", "predict", key, "again")
            if ("again" in entry) != ("idea" in entry):
                said.append(f"{place}: `again` and `idea` go together")
            if "again" in entry and entry["again"] not in known:
                said.append(f"{place}: no prediction {entry['again']} comes before {key}")
            known.add(key)
    return said


def _use(idea: str, lesson: Lesson) -> str:
    """Return the first words of a lesson that name an idea without a link; nothing if none do."""
    words = r"\s+".join(map(re.escape, idea.split()))
    text = _linked_out(lesson)
    found = re.search(rf"(?<![\w-]){words}s?(?![\w-])", text, re.IGNORECASE)
    return " ".join(found[0].split()) if found else ""


def _linked_out(lesson: Lesson) -> str:
    """Return what a student reads as running text, without what the lesson links or knows.

    Once a term is linked, the lesson may go on to use it, in each of its forms.
    """
    text = "\n".join(
        running(cell.source)
        for cell in lesson.cells
        if cell.cell_type == "markdown" and "instructor" not in tags(cell)
    )
    for link in list(GLOSSARY_LINK.finditer(text)):
        entry = lesson.course.glossary.get(link[2], {"term": "", "forms": []})
        for form in (link[1], entry["term"], *entry["forms"]):
            if form:
                text = re.sub(rf"(?<![\w-]){re.escape(form)}(?![\w-])", "–", text, flags=re.I)
    return text
