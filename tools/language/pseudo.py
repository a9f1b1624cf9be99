"""A language made by rule: every letter accented, what every language keeps left as it is.

Each letter has one form and no two share one, so words that are compared stay equal, capitals
stay capitals, and every letter that is still plain on a page is a letter that no catalogue holds.
"""

from __future__ import annotations

import re

from tools.language.spots import pieces

_PLAIN = "abcdefghijklmnopqrstuvwxyz"
_MARKED = "åƀçðéƒğĥïĵķļɱñøþɋŕšţüṽŵẋýž"
_TABLE = str.maketrans(_PLAIN + _PLAIN.upper(), _MARKED + _MARKED.upper())
_BACK = str.maketrans(_MARKED + _MARKED.upper(), _PLAIN + _PLAIN.upper())

# Names that are the same in every language: HIPEC, DSRCT, EWSR1, FISH; and a patient's letter.
NAMES = re.compile(r"(?<![^\W\d_])(?:[A-Z][A-Z0-9]+s?|[A-Z]\d+)(?![^\W\d_])")


def translated(text: str) -> str:
    """Return a text in the pseudo-language."""
    return "".join(_words(piece) if free else piece for piece, free in pieces(text))


def _words(text: str) -> str:
    place, said = 0, []
    for match in NAMES.finditer(text):
        said += [text[place : match.start()].translate(_TABLE), match.group()]
        place = match.end()
    return "".join([*said, text[place:].translate(_TABLE)])


def plain(text: str) -> str:
    """Return a text of the pseudo-language as it was."""
    return text.translate(_BACK)
