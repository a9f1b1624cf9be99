"""Finds the texts for readers in a script of a page: its strings, read one by one.

A string is for readers as one in the code is: it holds a space and a word, or is one capitalised
word, or stands in ``words.toml``. It is none where it selects elements, names a class, or is
compared. ``${...}`` is a placeholder, and strings inside it are texts of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.language.python_text import words
from tools.language.spots import Spot, Translate, has_words

_COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}|\{%.*?%\}|(?<![:\\])//[^\n]*", re.DOTALL)
_PLAIN = re.compile(r'"(?:[^"\\\n]|\\.)*"' + r"|'(?:[^'\\\n]|\\.)*'")
_PATTERN = re.compile(r"/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_BEFORE_PATTERN = re.compile(r"(?:^|[(,=:\[!&|?{};+]|\breturn)\s*$")
_LABEL = re.compile(r"[A-Z][a-z]+(?: [a-z]+)*[.:]?")
_NONE = re.compile(
    r"(?:\b(?:find|all|tag|open|closest|matches|querySelector(?:All)?|createElement|getElementById|"
    r"addEventListener|matchMedia|setAttribute|toLocaleString|postMessage)\??\.?\(\s*|className\s*=[^;\"'`]*|"
    r"[=!]==\s*|\bcase\s+)$"
)
"""What stands before a string that is no text: it selects, names a class, or is compared."""
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")


@dataclass(frozen=True)
class _String:
    """One string of a script: where it stands, and its pieces, texts and expressions in turn."""

    start: int
    end: int
    pieces: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """A name for each expression: what it shows, as far as that can be told."""
        seen: dict[str, int] = {}
        names = []
        for code in self.pieces[1::2]:
            found = _NAME.search(code)
            name = found.group().rpartition(".")[2] if found else "value"
            seen[name] = seen.get(name, 0) + 1
            names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
        return names

    @property
    def text(self) -> str:
        """The text as a translator sees it, ``${name}`` for each expression."""
        said = [self.pieces[0]]
        for name, piece in zip(self.names, self.pieces[2::2], strict=True):
            said += [f"${{{name}}}", piece]
        return "".join(said)


def strings(source: str) -> Iterator[_String]:
    """Yield the strings of a script in order, those inside another one not."""
    place = 0
    while place < len(source):
        found, place = _next(source, place)
        if found:
            yield found


def _next(source: str, place: int) -> tuple[_String | None, int]:
    """Return the string that begins here, if one does, and where what begins here ends."""
    if match := _COMMENT.match(source, place):
        return None, match.end()
    if match := _PLAIN.match(source, place):
        return _String(place, match.end(), (match.group()[1:-1],)), match.end()
    if source[place] == "`":
        found = _template(source, place)
        return found, found.end
    if source[place] == "/" and _BEFORE_PATTERN.search(source[max(0, place - 20) : place]):
        match = _PATTERN.match(source, place)
        return None, match.end() if match else place + 1
    return None, place + 1


def _template(source: str, start: int) -> _String:
    """Read a string between backticks, with the expressions in it."""
    pieces, place, begun = [], start + 1, start + 1
    while source[place] != "`":
        if source[place] == "\\":
            place += 2
        elif source.startswith("${", place):
            end = _closed(source, place + 2)
            pieces += [source[begun:place], source[place + 2 : end]]
            place = begun = end + 1
        else:
            place += 1
    return _String(start, place + 1, (*pieces, source[begun:place]))


def _closed(source: str, place: int) -> int:
    """Return where an expression ends, whatever braces and strings are in it."""
    depth = 0
    while depth or source[place] != "}":
        depth += {"{": 1, "}": -1}.get(source[place], 0)
        _, place = _next(source, place)
    return place


def script(source: str) -> list[Spot]:
    """Return the texts that a script shows."""
    found = []
    for one in strings(source):
        texts = tuple(_texts(source, one))
        if texts:
            found.append(Spot(one.start, one.end, texts, "script", _emitter(source, one)))
    return found


def _texts(source: str, one: _String) -> Iterator[str]:
    if is_text(source, one):
        yield one.text
    for code in one.pieces[1::2]:
        yield from (text for spot in script(code) for text in spot.texts)


def is_text(source: str, one: _String) -> bool:
    """Return whether a string of a script is for readers."""
    text = one.text
    if not has_words(text) or text in words("never"):
        return False
    if re.match(r"[.#\[][a-z]", text):  # what an element is found by
        return False
    if _NONE.search(source[max(0, one.start - 60) : one.start]):
        return False
    said = re.sub(r"\$\{\w+\}", "0", re.sub(r"<[^<>]*>", "", text))
    if text in words("script") or _LABEL.fullmatch(said.strip()):
        return True
    return has_words(said) and bool(re.search(r"\s", said.strip()))


def _emitter(source: str, one: _String):  # type: ignore[no-untyped-def]
    own = is_text(source, one)

    def emit(translate: Translate) -> str:
        quote = source[one.start]
        said = translate(one.text) if own else one.text
        for name, code in zip(one.names, one.pieces[1::2], strict=True):
            inner = code
            for spot in reversed(script(code)):
                inner = inner[: spot.start] + spot.emit(translate) + inner[spot.end :]
            said = said.replace(f"${{{name}}}", f"${{{inner}}}", 1)
        if own and quote != "`":
            said = re.sub(rf"(?<!\\){quote}", rf"\\{quote}", said)
        return f"{quote}{said}{quote}"

    return emit
