"""Finds the texts for readers in pages, templates and batch files."""

from __future__ import annotations

import re

from tools.language.spots import Spot, has_words

# Tags that stand inside a sentence; all others end one.
_INLINE = r"b|i|em|strong|a|code|small|sub|sup|kbd|span"
_NO_WORDS = re.compile(
    r"<(style|script)\b.*?</\1>|<!--.*?-->|<!.*?>|\{#.*?#\}|\{%.*?%\}", re.DOTALL
)
_JINJA = r"\{\{.*?\}\}|\{%.*?%\}"  # in a tag, it may hold signs of a tag or quotes
_BLOCK = re.compile(rf"</?(?!(?:{_INLINE})\b)[a-zA-Z](?:{_JINJA}|[^<>])*>", re.DOTALL)
_WITHIN = re.compile(rf"<[a-zA-Z](?:{_JINJA}|[^<>])*>", re.DOTALL)
_SPOKEN = re.compile(
    r"""\b(?:alt|title|aria-label|aria-valuetext|placeholder)=(["'])((?:\{\{.*?\}\}|(?!\1).)*)\1"""
    r"(?=[\s>/])",
    re.DOTALL,
)
_FILLED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_STRING = re.compile(r"""([=!]=\s*)?(["'])([^"'\n]*)\2""")
_SAID = re.compile(r"[A-Z][a-z]+|.*\S\s+\S.*|\s\w{2,}\s")  # a label, or more than one word
_ECHO = re.compile(r"""^\s*echo\s+(["']?)(.*?)\1\s*$""", re.MULTILINE)


def _spot(source: str, start: int, end: int, offset: int, where: str) -> list[Spot]:
    text = source[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    if not has_words(text):
        return []
    said = " ".join(text.split())
    return [Spot(offset + start, offset + start + len(text), (said,), where, lambda tr: tr(said))]


def page(source: str, offset: int = 0, where: str = "page") -> list[Spot]:
    """Return the texts between the block tags of a page or template, and those in attributes."""
    found: list[Spot] = []
    tags = [match.span() for match in _WITHIN.finditer(source)]
    cuts = sorted(
        [match.span() for match in _NO_WORDS.finditer(source) if not _in(tags, *match.span())]
        + [match.span() for match in _BLOCK.finditer(source)]
    )
    place = 0
    for start, end in [*cuts, (len(source), len(source))]:
        if start > place:
            found += _spot(source, place, start, offset, where)
        place = max(place, end)
    blank = _NO_WORDS.sub(lambda match: " " * len(match.group()), source)
    for match in _SPOKEN.finditer(blank):
        inside = any(s.start <= offset + match.start(2) < s.end for s in found)
        if not inside:
            found += _spot(source, match.start(2), match.end(2), offset, f"{where}, attribute")
    for match in _FILLED.finditer(source):
        found += _strings(source, *match.span(), offset, found)
    return found


def _in(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(first < start and end < last for first, last in spans)


def _strings(source: str, start: int, end: int, offset: int, known: list[Spot]) -> list[Spot]:
    """Return the texts in an expression of a template, unless it stands inside a text."""
    if any(spot.start < offset + end and offset + start < spot.end for spot in known):
        return []
    return [
        spot
        for match in _STRING.finditer(source, start, end)
        if not match.group(1) and _SAID.fullmatch(match.group(3))
        for spot in _spot(source, match.start(3), match.end(3), offset, "page, expression")
    ]


def batch(source: str) -> list[Spot]:
    """Return what a batch file says."""
    return [
        spot
        for match in _ECHO.finditer(source)
        if match.group(2) not in ("off", "on")
        for spot in _spot(source, match.start(2), match.end(2), 0, "echo")
    ]
