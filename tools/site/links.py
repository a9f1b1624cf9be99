"""Finds broken links in the built website, inside it and to anchors, and what it would fetch."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

OTHERS = ("lite",)  # folders that other commands build beside the pages, with links of their own
FETCHED = {
    ("img", "src"),
    ("script", "src"),
    ("link", "href"),
    ("source", "src"),
    ("iframe", "src"),
}
FOLLOWED = {("a", "href"), ("area", "href"), ("form", "action")}


@dataclass
class Read(HTMLParser):
    """What one page holds: its anchors, and what it links to or fetches."""

    ids: Counter[str] = field(default_factory=Counter)
    links: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids[value] += 1
            elif (tag, name) in FETCHED | FOLLOWED and value is not None:
                self.links.append((value, (tag, name) in FETCHED))


@dataclass
class Found:
    """How many pages and links were looked at, and what is wrong with them."""

    pages: int = 0
    links: int = 0
    outside: int = 0
    problems: list[str] = field(default_factory=list)


def check(root: Path) -> Found:
    """Follow every link of every page below a folder."""
    pages = sorted(p for p in root.rglob("*.html") if p.relative_to(root).parts[0] not in OTHERS)
    read = {path: _read(path) for path in pages}
    found = Found(pages=len(read))
    for path, page in read.items():
        name = path.relative_to(root).as_posix()
        found.problems += [f"{name}: two ids {key!r}" for key, n in page.ids.items() if n > 1]
        for address, fetched in page.links:
            parts = urlsplit(address)
            if parts.scheme in {"http", "https", "mailto"}:
                found.outside += 1
                if fetched:
                    found.problems.append(f"{name}: fetches {address} from another host")
            elif parts.scheme not in {"data", "javascript"}:
                found.links += 1
                if said := _broken(path, address, root, read):
                    found.problems.append(f"{name}: {address} {said}")
    return found


def _read(path: Path) -> Read:
    page = Read()
    page.feed(path.read_text("utf-8"))
    return page


def _broken(page: Path, address: str, root: Path, read: dict[Path, Read]) -> str:
    """Say what is wrong with a link inside the website, if anything is."""
    parts = urlsplit(address)
    if parts.netloc or parts.path.startswith("/"):
        return "works at the root of a host only"
    place = Path(os.path.normpath(page.parent / unquote(parts.path))) if parts.path else page
    if not place.is_relative_to(root):
        return "leads out of the website"
    if not place.is_file():
        return "is not there"
    if place.relative_to(root).parts[0] in OTHERS:
        return _unopened(place, parts.query)
    anchors = {parts.fragment, unquote(parts.fragment)}  # browsers try both, in this order
    if parts.fragment and place in read and not anchors & read[place].ids.keys():
        return "has no such anchor"
    return ""


def _unopened(place: Path, query: str) -> str:
    """Say whether a link into the browser edition opens a notebook that is not in it."""
    for name in parse_qs(query).get("path", []):
        if not (place.parents[1] / "files" / name).is_file():
            return "opens a notebook that is not there"
    return ""


def main(folder: str) -> int:
    """Check a folder, say what was found, and return the exit code."""
    found = check(Path(folder).resolve())
    for problem in found.problems:
        print(f"links: {problem}", file=sys.stderr)
    print(
        f"{found.pages} pages, {found.links} links inside, {found.outside} links to elsewhere, "
        f"{len(found.problems)} broken"
    )
    return 1 if found.problems or not found.pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "build/site"))
