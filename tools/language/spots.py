"""A spot is a place in a file that holds one or more texts for readers, and can be written anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Translate = Callable[[str], str]


@dataclass(frozen=True)
class Spot:
    """A span of a file's text, the texts in it, and how the span reads with other texts."""

    start: int
    end: int
    texts: tuple[str, ...]
    where: str  # what the text is: a heading, a hint, an argument
    emit: Callable[[Translate], str]
    comment: str = ""  # what a translator should know, such as what a placeholder holds


def rewritten(source: str, spots: Iterable[Spot], translate: Translate) -> str:
    """Return a file's text with its spots translated; all else keeps its bytes."""
    for spot in sorted(spots, key=lambda spot: spot.start, reverse=True):
        if any(translate(text) != text for text in spot.texts):
            source = source[: spot.start] + spot.emit(translate) + source[spot.end :]
    return source


def line_of(source: str, offset: int) -> int:
    """Return the number of the line at an offset."""
    return source.count("\n", 0, offset) + 1


# Words for readers that stand inside a tag.
_SPOKEN = r"(?:alt|title|aria-label|aria-valuetext|placeholder|content)"
_ATTRIBUTE = re.compile(rf"""(?<=[\s"']){_SPOKEN}\s*=\s*(["'])(.*?)\1""", re.DOTALL)
_TAG = re.compile(r"<[A-Za-z/!](?:\{[{%].*?[%}]\}|[^<>])*(?:>|$|(?=<))", re.DOTALL)

# What every language keeps. Fences first, since the rest may stand inside.
KEPT = re.compile(
    r"""
    ``.+?`` | `[^`\n]+`                         # code
  | \{\{.*?\}\} | \{%.*?%\} | \{\#.*?\#\}       # values that a build or a template fills in
  | \$\{[^{}]*\}                                # and those of a script
  | \{[^{}\s]*\}                                # placeholders
  | %\([^)]*\)[sdgf] | %[sdg]                   # the same, in argparse
  | (?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)  # where a link leads
  | \$[^$\n]+\$                                 # TeX
  | \((?:L|HF)\d+\)                             # evidence
  | https?://[^\s<>")]+ | doi:\S+               # addresses
  | &\#?\w+;                                    # entities
  | \*\*Minutes\ [\d–-]+\. | Likely\ question: # read by the slides, and by the lecturer's pages
  | (?<![\w-])--[a-z][a-z-]*                    # options of the command line
  | \b[\w/.-]+\.(?:md|py|csv|toml|html|ipynb|png|svg|pdf|json|bat|command|txt|org)\b  # files
  | \bdsrct[-_]edu\b(?:\ (?:start|doctor|simulate|analyse|study|new-lesson|build|check)\b)?
  | \b\w*[^\W\d_][\w]*_\w+(?:\.\w+)*            # names from the code
  | \b[A-Za-z_]+\.[a-z_]\w+(?:\(\))?            # and dotted ones
    """,
    re.VERBOSE | re.DOTALL,
)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into what is translated (True) and what every language keeps (False)."""
    place = 0
    for match in _TAG.finditer(text):
        yield from _outside(text[place : match.start()])
        yield from _inside(match.group())
        place = match.end()
    yield from _outside(text[place:])


def _outside(text: str) -> Iterator[tuple[str, bool]]:
    place = 0
    for match in KEPT.finditer(text):
        yield text[place : match.start()], True
        yield match.group(), False
        place = match.end()
    yield text[place:], True


def _inside(tag: str) -> Iterator[tuple[str, bool]]:
    place = 0
    for match in _ATTRIBUTE.finditer(tag):
        yield tag[place : match.start(2)], False
        yield from _outside(match.group(2))
        place = match.end(2)
    yield tag[place:], False


def kept(text: str) -> list[str]:
    """Return what a translation must keep, sorted: placeholders, code, tags, targets of links."""
    return sorted(piece for piece, free in pieces(text) if not free and piece)


WORD = re.compile(r"[^\W\d_]{2,}")


def has_words(text: str) -> bool:
    """Return whether anything is left to translate."""
    return any(free and WORD.search(piece) for piece, free in pieces(text))
