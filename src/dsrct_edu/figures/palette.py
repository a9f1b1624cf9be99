"""A colour means one thing in the whole course: the one place where colours are named.

Notebooks, dials, boxes, slides and pages take their colours from here, and nothing else holds one.
The colours are those of Okabe and Ito, and shades between them. Each meaning also has a dash, a
marker and a hatch of its own, so that it is told in greyscale and by every reader. Whatever is no
meaning of the course (completeness of resection, a clock, a method) is drawn in neutral colours.

No matplotlib here: the classroom's boxes need a colour and no drawing.

References
----------
Okabe M, Ito K. Color universal design. 2008. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

Dash = tuple[int, tuple[float, ...] | None]


@dataclass(frozen=True)
class Look:
    """How one meaning is drawn: each of the four alone tells it from the others."""

    colour: str
    dash: Dash
    marker: str
    hatch: str


# What furniture is drawn with: it means nothing.
PAPER, INK = "#FFFFFF", "#1A1A1A"
GREY, PALE, FAINT = "#6E6E6E", "#D9D9D9", "#EDEDED"
NIGHT = {  # the same furniture on a dark page, by what it is for
    "ink": "#E6E4DF",
    "quiet": "#A9ACB0",
    "line": "#43474D",
    "accent": "#7CC0EE",
    "ground": "#25292E",
    "warning": "#E5B454",
    "right": "#6FCFA6",
    "guess": "#D99BBC",
    "paper": "#17191C",
}

HIPEC = Look("#D55E00", (0, None), "^", "")
NO_HIPEC = Look("#0072B2", (0, (4, 1.5)), "v", "|||")
TRUTH = Look("#000000", (0, (1, 1)), "|", "OO")
PERITONEAL = Look("#009E73", (0, (5, 1.2, 1, 1.2)), "p", "...")
HEPATIC = Look("#E69F00", (0, (2, 1)), "X", "\\\\\\")
DISTANT = Look("#56B4E9", (0, (4, 1, 1, 1, 1, 1)), ">", "---")
DEATH = Look("#4A4A4A", (0, (7, 2)), "s", "xxx")
CENSORED = Look("#949494", (0, (1, 3)), "o", "+++")
WAITING = Look("#F0E442", (0, (2, 3)), "d", "////")
GUESS = Look("#CC79A7", (0, (3, 1, 3, 2)), "D", "**")

MEANINGS: dict[str, Look] = {
    "HIPEC": HIPEC,
    "no HIPEC": NO_HIPEC,
    "truth": TRUTH,
    "peritoneal": PERITONEAL,
    "hepatic": HEPATIC,
    "distant": DISTANT,
    "death": DEATH,
    "censored": CENSORED,
    "waiting": WAITING,
    "guess": GUESS,
}
"""What a colour means, in the words that readers see."""

# Cool and warm by turns, so that neighbours differ to every eye; dark, middle, light.
NEUTRALS: tuple[Look, ...] = (
    Look("#44586B", (0, None), "o", ""),
    Look("#A08560", (0, (4, 1.5)), "s", "///"),
    Look("#8FA3B5", (0, (1, 1)), "P", "..."),
    Look("#6B4F35", (0, (5, 1.2, 1, 1.2)), "h", "\\\\\\"),
    Look("#C9B79C", (0, (2, 1)), "*", "xxx"),
    Look("#C3CFDA", (0, (4, 1, 1, 1, 1, 1)), "8", "|||"),
)

# Edges of the classroom's boxes, whose first word says the same.
RIGHT, NOT_YET, TO_DO = "#005F45", "#8A5F00", GREY

_NAMED = (  # the first that a label holds: "waiting for HIPEC" is waiting
    ("waiting", r"\bwait"),
    ("guess", r"\bguess"),
    ("truth", r"\btruth"),
    ("no HIPEC", r"\b(no|not|never|without)\s+(\w+\s+)?hipec\b"),
    ("HIPEC", r"\bhipec\b"),
    ("peritoneal", r"\bperitone"),
    ("hepatic", r"\bhepatic|\bliver"),
    ("distant", r"\bdistant|\bextra.abdominal"),
    ("death", r"\bdeath|\bdead\b|\bdie[sd]?\b"),
    ("censored", r"\bcensored|\blast seen"),
)


def meaning(label: object) -> str | None:
    """Return which meaning a group, cause, state or event has by its name, if any.

    Examples
    --------
    >>> meaning("without HIPEC"), meaning("hipec"), meaning("hepatic"), meaning("CC 2")
    ('no HIPEC', 'HIPEC', 'hepatic', None)
    """
    words = str(label).lower().replace("_", " ")
    return next((what for what, pattern in _NAMED if re.search(pattern, words)), None)


def neutral(index: int) -> Look:
    """Return a look that means nothing, by position; looks repeat after 36.

    Examples
    --------
    >>> neutral(0) == neutral(36), neutral(0) == neutral(6)
    (True, False)
    """
    turn, place = divmod(index, len(NEUTRALS))
    return _marked(NEUTRALS[place], NEUTRALS[(place + turn) % len(NEUTRALS)])


def looks(labels: Iterable[object]) -> list[Look]:
    """Return how each of several groups is drawn, none like another.

    A second group of the same meaning keeps its colour and gets another dash, marker and hatch.

    Examples
    --------
    >>> arms = looks(["no HIPEC", "HIPEC", "trial"])
    >>> [look.colour for look in arms] == [NO_HIPEC.colour, HIPEC.colour, NEUTRALS[0].colour]
    True
    """
    seen: dict[str | None, int] = {}
    found = []
    for label in labels:
        what = meaning(label)
        again = seen[what] = seen.get(what, -1) + 1
        if what is None:
            found.append(neutral(again))
        elif again == 0:
            found.append(MEANINGS[what])
        else:
            found.append(_marked(MEANINGS[what], NEUTRALS[again % len(NEUTRALS)]))
    return found


def _marked(look: Look, other: Look) -> Look:
    return replace(look, dash=other.dash, marker=other.marker, hatch=other.hatch)


def css() -> str:
    """Return the palette as CSS custom properties, for pages and slides.

    Examples
    --------
    >>> "--no-hipec:#0072B2" in css()
    True
    """
    named = {what.lower().replace(" ", "-"): look.colour for what, look in MEANINGS.items()}
    named |= {"paper": PAPER, "ink": INK, "grey": GREY, "pale": PALE, "faint": FAINT}
    named |= {"right": RIGHT, "not-yet": NOT_YET}
    return ":root{" + ";".join(f"--{what}:{colour}" for what, colour in named.items()) + "}"
