"""Turns the project's Markdown into HTML, with formulas as MathML: nothing is left to a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from PIL import Image

HEADINGS = ("h1", "h2", "h3", "h4")
_OUTSIDE = re.compile(r"^(?:[a-z]+:|//|#)")


@cache
def _markdown(maths: bool) -> MarkdownIt:
    writer = MarkdownIt("commonmark", {"html": True}).enable("table")
    if maths:
        writer.use(dollarmath_plugin, allow_digits=False, renderer=_formula)
    return writer


def _formula(latex: str, options: dict[str, bool]) -> str:
    """Return a formula as MathML, which screen readers know, with its source as its text."""
    display = "block" if options.get("display_mode") else "inline"
    made = BeautifulSoup(convert(latex.strip(), display=display), "html.parser")
    assert made.math is not None
    made.math["alttext"] = " ".join(latex.split())
    return str(made)


def html(text: str, *, maths: bool = False, link: Callable[[str], str | None] = str) -> str:
    """Return Markdown as HTML.

    Headings get the anchors that links between the documents use; tables and formulas may be wider
    than a phone and then scroll on their own.

    Parameters
    ----------
    text : str
        CommonMark, with tables.
    maths : bool
        Whether dollars enclose formulas.
    link : callable
        Gives a new address for a relative one, or None where the website has no such page: then
        the words are kept, and no link.
    """
    soup = BeautifulSoup(_markdown(maths).render(text), "html.parser")
    _name_headings(soup)
    for found in soup.find_all(["a", "img"]):
        name = "href" if found.name == "a" else "src"
        address = str(found.get(name, ""))
        if not _OUTSIDE.match(address):
            new = link(address)
            if new is None:
                found.unwrap()
            else:
                found[name] = new
    for table in soup.find_all("table"):
        scrolling(soup, table, "Table")
    for formula in soup.select("math[display=block]"):
        scrolling(soup, formula, "Formula")
    for code in soup.find_all("pre"):
        code["tabindex"] = "0"  # so that the keyboard can scroll what is wider than the page
    for cell in soup.select("th:empty"):
        cell.name = "td"  # a corner without words is no heading
    return str(soup)


def scrolling(soup: BeautifulSoup, what: Tag, name: str) -> None:
    """Let something wide scroll on its own, by keyboard too."""
    heading = what.find_previous(HEADINGS)
    said = f"{name}: {heading.get_text(' ', strip=True)}" if heading else name
    named = {"class": name.lower(), "tabindex": "0", "role": "group", "aria-label": said}
    what.wrap(soup.new_tag("div", attrs=named))


def _name_headings(soup: BeautifulSoup) -> None:
    seen: dict[str, int] = {}
    for heading in soup.find_all(HEADINGS):
        name = slug(heading.get_text())
        seen[name] = seen.get(name, -1) + 1
        heading["id"] = f"{name}-{seen[name]}" if seen[name] else name


def slug(heading: str) -> str:
    """Return the anchor of a heading.

    Examples
    --------
    >>> slug("Four ways through the house: `analyse`")
    'four-ways-through-the-house-analyse'
    """
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


def picture(image: Tag, path: Path) -> None:
    """Let a picture load when it is reached, and keep its place until then."""
    image["loading"] = "lazy"
    if path.suffix == ".png":
        with Image.open(path) as opened:
            image["width"], image["height"] = (str(size) for size in opened.size)
