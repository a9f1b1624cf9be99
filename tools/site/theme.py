"""Writes a page of the website in the frame that it shares with the pages of the lessons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import dsrct_edu.authoring
from dsrct_edu.authoring import course, frame
from dsrct_edu.authoring.course import Course

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"
FRAME = Path(dsrct_edu.authoring.__file__).parent / "templates" / "course"
SEARCH = "search.html"


@dataclass(frozen=True)
class Page:
    """One page: where it lies from the root of the website, what it is called, what it holds."""

    here: str
    title: str
    template: str
    values: dict[str, Any]
    about: str = ""

    def way(self, target: str) -> str:
        """Return the way from here to another page."""
        return frame.up(self.here) + target


@cache
def the_course() -> Course:
    """Return the lessons, the glossary and the misconceptions."""
    return course.read(ROOT / "lessons")


def written(page: Page, npm: bool = True) -> str:
    """Return a page as text; the search and the font of formulas need what comes from npm."""
    shared = {
        "here": page.here,
        "up": frame.up(page.here),
        "title": page.title,
        "about": page.about,
        "lessons": frame.lessons(the_course()),
        "way": lambda href: frame.way(href, page.here),
        "search": SEARCH if npm else "",
        "font": npm,
    }
    text = _environment().get_template(page.template).render(resources=shared, **page.values)
    return f"{text.strip()}\n"


def assets() -> dict[str, str]:
    """Return the files that all pages share: the frame's own, and those of these pages."""
    own = {f"assets/{path.name}": path.read_text("utf-8") for path in (SITE / "assets").iterdir()}
    return {**frame.assets(), **dict(sorted(own.items()))}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([SITE / "templates", FRAME]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def safe(html: str) -> Markup:
    """Mark text as HTML that was made here."""
    return Markup(html)
