"""The front page, and the pages of the course's own words: glossary, misconceptions, lecturers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dsrct_edu.authoring.course import Entry
from dsrct_edu.authoring.editions import glossary_id
from tools.site import documents
from tools.site.markdown import html
from tools.site.theme import ROOT, SEARCH, Page, safe, the_course

PARTS = {
    "00": "Before you start",
    "01": "The case",
    "05": "Reading survival",
    "09": "With and without HIPEC",
    "13": "Deciding",
}
"""The parts of the course, by the lesson that each begins with."""
_QUESTION = re.compile(r"^\| (\d\d) [^|]+ \| (\d+) \| ([^|]+) \|$", flags=re.MULTILINE)
_TERM = re.compile(r"\(glossary:([\w-]+)\)")


def pages(out: Path) -> Iterator[Page]:
    """Write the pages of the course's own words."""
    yield _front()
    yield _glossary()
    yield _misconceptions()
    yield _contents()
    yield Page(
        "lecturers.html",
        "For lecturers",
        "lecturers.html.j2",
        _teaching(out),
        "Paths from fifteen minutes to a semester: slides, quizzes, worksheets and notebooks.",
    )
    yield Page("report.html", "Report a mistake", "report.html.j2", {})
    yield Page(
        SEARCH, "Search", "search.html.j2", {}, "Search lessons, methods, words and sources."
    )


def questions() -> dict[str, str]:
    """Return what each lesson asks, as the README says it."""
    found = _QUESTION.findall((ROOT / "README.md").read_text("utf-8"))
    return {number: question for number, _, question in found}


def _lessons() -> list[dict[str, Any]]:
    """Return the written lessons, and the part that begins with one."""
    asks = questions()
    return [
        {"number": key, "entry": entry, "asks": asks.get(key, ""), "part": PARTS.get(key, "")}
        for key, entry in the_course().lessons.items()
        if entry.written
    ]


def _front() -> Page:
    lessons = _lessons()
    first = next(lesson for lesson in lessons if lesson["number"] == "01")
    hours = round(sum(lesson["entry"].minutes for lesson in lessons) / 60)
    values = {"lessons": lessons, "first": first, "hours": hours}
    about = (
        "A course on survival analysis: one claim about a rare cancer, and synthetic patients "
        "whose true answer is known. Not medical advice."
    )
    return Page("index.html", "How would you know?", "front.html.j2", values, about)


def _glossary() -> Page:
    course = the_course()
    used: dict[str, list[tuple[str, Entry]]] = {key: [] for key in course.glossary}
    for number, entry in course.lessons.items():
        path = ROOT / "lessons" / f"{entry.file}.md"
        for key in dict.fromkeys(_TERM.findall(path.read_text("utf-8")) if entry.written else []):
            used[key].append((number, entry))
    ordered = sorted(course.glossary, key=lambda key: str(course.glossary[key]["term"]).casefold())
    terms = [
        {"key": glossary_id(key), **course.glossary[key], "used": used[key]} for key in ordered
    ]
    about = "The words of the course, in one place, with the lessons that use them."
    return Page("glossary.html", "Glossary", "glossary.html.j2", {"terms": terms}, about)


def _misconceptions() -> Page:
    course = the_course()
    known = [
        {"code": code, **entry, "lessons": [
            (number, course.lessons[number]) for number in course.treating(code)
            if course.lessons[number].written
        ]}
        for code, entry in course.misconceptions.items()
    ]  # fmt: skip
    about = "What many readers of survival studies believe, what is right, and who measured it."
    values = {"misconceptions": known}
    return Page("misconceptions.html", "Misconceptions", "misconceptions.html.j2", values, about)


def _contents() -> Page:
    def entry(source: str) -> dict[str, str]:
        here = documents.places()[source]
        return {"href": here, "title": documents.title(source), "lead": documents.lead(source)}

    inside = [name for name in documents.places() if name.startswith("docs/")]
    values = {
        "methods": [entry(name) for name in inside if name.startswith(documents.METHODS)],
        "docs": [entry(name) for name in inside if not name.startswith(documents.METHODS)],
        "project": [entry(name) for name in documents.AT_THE_ROOT],
    }
    return Page("project/index.html", "All documents", "contents.html.j2", values)


def _teaching(out: Path) -> dict[str, Any]:
    """Return what the lecturers' page says, and links to what the website hands out."""

    def given(address: str, said: str, download: bool = False) -> Markup:
        if not (out / address).exists():
            return Markup("")
        mark = Markup(" download") if download else ""
        return Markup('<a href="{}"{}>{}</a>').format(address, mark, said)

    text = (ROOT / "site" / "lecturers.md").read_text("utf-8")
    return {"body": safe(html(text)), "lessons": _lessons(), "given": given}
