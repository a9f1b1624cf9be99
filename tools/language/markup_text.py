"""Finds the texts for readers in pages, templates, scripts and batch files."""

from __future__ import annotations

import re

from tools.language.spots import Spot, has_words

# Tags that stand inside a sentence; all others end one.
_INLINE = r"b|i|em|strong|a|code|small|sub|sup|kbd|span"
_NO_WORDS = re.compile(
    r"<(style|script)\b.*?</\1>|<!--.*?-->|<!.*?>|\{#.*?#\}|\{%.*?%\}", re.DOTALL
)
_BLOCK = re.compile(rf"</?(?!(?:{_INLINE})\b)[a-zA-Z][^<>]*>", re.DOTALL)
_SPOKEN = re.compile(
    r"""\b(?:alt|title|aria-label|aria-valuetext|placeholder)=(["'])(.*?)\1(?=[\s>/])""", re.DOTALL
)
# In a script: what is set as text, and a label.
_SCRIPT = re.compile(r"""(?:textContent|title|innerText)\s*=[^;`"']*?([`"'])(.+?)\1""")
_SCRIPT_AND = re.compile(r"""&&\s*(`)([A-Z][^`]*)\1""")
_SET = re.compile(r"""\{%\s*set\s+\w+\s*=\s*(["'])([^"'\n]* [^"'\n]*)\1""")
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
    cuts = sorted(
        [match.span() for match in _NO_WORDS.finditer(source)]
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
    for match in _SET.finditer(source):
        found += _spot(source, match.start(2), match.end(2), offset, f"{where}, set")
    return found


def script(source: str) -> list[Spot]:
    """Return the texts that a script sets."""
    found = {
        match.span(2) for pattern in (_SCRIPT, _SCRIPT_AND) for match in pattern.finditer(source)
    }
    return [spot for start, end in sorted(found) for spot in _spot(source, start, end, 0, "script")]


def batch(source: str) -> list[Spot]:
    """Return what a batch file says."""
    return [
        spot
        for match in _ECHO.finditer(source)
        if match.group(2) not in ("off", "on")
        for spot in _spot(source, match.start(2), match.end(2), 0, "echo")
    ]
