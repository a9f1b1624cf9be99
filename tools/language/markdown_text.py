"""Finds the texts for readers in a lesson: prose by paragraph, and the strings of its cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate

from markdown_it import MarkdownIt

from tools.language import data_text, markup_text, python_text
from tools.language.spots import Spot, Translate, has_words

_FIRST = re.compile(r"(?:[ \t]*>)*[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(?:#{1,6}[ \t]+)?")
_NEXT = re.compile(r"(?:[ \t]*>)*[ \t]*")
_CUT = re.compile(r"^\+\+\+.*$", re.MULTILINE)
_FRONT = re.compile(r"\A---\n.*?^---\s*$", re.DOTALL | re.MULTILINE)
_OPTIONS = re.compile(r"(?::.*\n)*")


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def spots(source: str) -> list[Spot]:
    """Return where a lesson holds texts for readers."""
    found = data_text.front_matter(source)
    text = _CUT.sub(_blank, _FRONT.sub(_blank, source))
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    kinds: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.nesting == 1:
            kinds.append(token.type.removesuffix("_open"))
        elif token.nesting == -1:
            kinds.pop()
        elif token.map and token.type in ("inline", "html_block", "fence"):
            start, end = starts[token.map[0]], starts[token.map[1]] - 1
            kind = kinds[-1] if kinds else ""
            if token.type == "inline" and kind not in ("th", "td"):
                found += _prose(text, start, end, kind)
            elif token.type == "html_block":
                found += markup_text.page(text[start:end], start, "html")
            elif token.type == "fence" and token.info.strip() == "{code-cell}":
                found += _cell(text, start, end)
    return found + _tables(text, starts)


def _prose(source: str, start: int, end: int, kind: str) -> list[Spot]:
    lines = source[start:end].rstrip().split("\n")
    match = _FIRST.match(lines[0])
    skip = match.end() if match else 0
    words = [lines[0][skip:], *(_NEXT.sub("", line, count=1) for line in lines[1:])]
    said = " ".join(line.strip() for line in words)
    if not has_words(said):
        return []
    stop = start + len(source[start:end].rstrip())
    return [Spot(start + skip, stop, (said,), kind, lambda translate: translate(said))]


def _cell(source: str, start: int, end: int) -> list[Spot]:
    opened = source.index("\n", start) + 1
    options = _OPTIONS.match(source, opened)
    begin = options.end() if options else opened
    code = source[begin : source.rindex("```", begin, end + 1)]
    try:
        return python_text.spots(code, begin, "code cell")
    except SyntaxError:  # the skeleton of a lesson has dots where code goes
        return []


def _tables(source: str, starts: list[int]) -> list[Spot]:
    """Return the cells of tables."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        if token.type != "tr_open" or not token.map:
            continue
        start = starts[token.map[0]]
        line = source[start : starts[token.map[0] + 1] - 1]
        place = 0
        for part in re.split(r"(?<!\\)\|", line):
            said = part.strip()
            if has_words(said):
                begin = start + place + len(part) - len(part.lstrip())
                found.append(Spot(begin, begin + len(said), (said,), "table", _as_is(said)))
            place += len(part) + 1
    return found


def _as_is(said: str) -> Callable[[Translate], str]:
    return lambda translate: translate(said)
