"""The project's own documents as pages: everything in docs/, and what stands at the root."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup

from tools.site import markdown
from tools.site.theme import ROOT, Page, safe

AT_THE_ROOT = {
    "README.md": "project/readme.html",
    "CONTRIBUTING.md": "project/contributing.html",
    "CHANGELOG.md": "project/changelog.html",
    "LICENSE": "project/license.html",
    "LICENSE-content": "project/license-content.html",
    "CITATION.cff": "project/citation.html",
    "benchmarks/README.md": "project/benchmarks.html",
    "data/synthetic/README.md": "docs/data.html",
}
METHODS = "docs/methods/"
_PLAIN = {"LICENSE": "Licence of the code", "LICENSE-content": "Licence of text and data"}
_EVIDENCE = re.compile(r"\bL\d{3}\b")


def places() -> dict[str, str]:
    """Return where each document goes, by where it stands in the project."""
    found = dict(AT_THE_ROOT)
    for path in sorted((ROOT / "docs").rglob("*.md")):
        name = path.relative_to(ROOT).as_posix()
        found[name] = name.removesuffix(".md").replace("README", "index") + ".html"
    return found


def pages() -> Iterator[Page]:
    """Write every document as a page."""
    for source, here in places().items():
        yield _page(source, here)


def title(source: str) -> str:
    """Return what a document calls itself."""
    if source == "CITATION.cff":
        return "How to cite"
    if source in _PLAIN:
        return _PLAIN[source]
    found = re.search(r"^# (.+)$", (ROOT / source).read_text("utf-8"), flags=re.MULTILINE)
    assert found, f"{source} has no heading"
    return found[1].replace("`", "")


def lead(source: str) -> str:
    """Return the first sentence of a document."""
    text = re.sub(r"(?m)^#[^\n]*$|<!--[^>]*-->", "", (ROOT / source).read_text("utf-8"))
    for part in text.split("\n\n"):
        if part.strip()[:1].isalpha():
            return re.split(r"[.:] ", " ".join(part.split()).replace("`", ""))[0].rstrip(".") + "."
    return ""


def pictures() -> dict[str, Path]:
    """Return the pictures of the documents, by where they lie on the website."""
    found = [path for kind in ("png", "svg") for path in (ROOT / "docs").rglob(f"*.{kind}")]
    return {path.relative_to(ROOT).as_posix(): path for path in sorted(found)}


def _page(source: str, here: str) -> Page:
    text = (ROOT / source).read_text("utf-8")
    if not source.endswith(".md"):
        text = f"# {title(source)}\n\n```\n{text}```\n"
    made = markdown.html(
        text,
        maths=source.startswith("docs/"),
        link=lambda address: target(source, here, address),
    )
    soup = BeautifulSoup(made, "html.parser")
    for image in soup.find_all("img"):
        markdown.picture(image, (ROOT / source).parent / str(image["src"]))
        if image.parent and image.parent.name == "p" and not image.parent.get_text(strip=True):
            image.parent.name = "figure"
        elif image.parent and image.parent.name != "figure":
            image.wrap(soup.new_tag("figure"))
    _to_the_evidence(soup, here)
    values = {"body": safe(str(soup)), "maths": soup.math is not None}
    return Page(here, title(source), "document.html.j2", values, lead(source))


def target(source: str, here: str, address: str) -> str | None:
    """Return where a link of a document leads on the website, or None if it has no such page."""
    path, _, anchor = address.partition("#")
    named = os.path.normpath(os.path.join(os.path.dirname(source), path)).replace(os.sep, "/")
    lesson = re.fullmatch(r"lessons/(\d\d_\w+)\.md", named)
    place = f"lessons/{lesson[1]}.html" if lesson else places().get(named)
    if place is None and named in pictures():
        place = named
    if place is None and named.startswith(("api/", "lessons/")) and named.endswith(".html"):
        place = named
    if place is None:
        return None
    way = os.path.relpath(place, os.path.dirname(here) or ".").replace(os.sep, "/")
    return f"{way}#{anchor}" if anchor else way


def _to_the_evidence(soup: BeautifulSoup, here: str) -> None:
    """Link the number of a published figure to its row in the table of evidence."""
    for text in soup.find_all(string=_EVIDENCE):
        if text.find_parent(["a", "code", "pre"]):
            continue
        row = "../" * here.count("/") + r"evidence.html#\g<0>"
        linked = _EVIDENCE.sub(rf'<a href="{row}">\g<0></a>', str(text.output_ready()))
        text.replace_with(BeautifulSoup(linked, "html.parser"))
