"""Shows, at the end of the course, all guesses beside all answers, and where an idea came again."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from dsrct_edu.classroom import lessons, numberline
from dsrct_edu.classroom.asking import Question, question
from dsrct_edu.classroom.progress import SESSION
from dsrct_edu.classroom.words import inline, paragraphs
from dsrct_edu.wording import counted, listed

NONE = (
    "No guesses are here yet. They are kept while a lesson is open and, in a course that "
    "`dsrct-edu start` opened, from lesson to lesson. Guess in any lesson, then run this again."
)
KIND = (
    "None of this is a mark. A guess says what you believed before you looked, and it is worth "
    "something because you wrote it down. One that was far off shows where you have learned most."
)
CLOSE = 0.1  # of the line: as near as a reader can set a point
ALIKE = 1.25  # times as far off is no change that one would feel


@dataclass(frozen=True)
class Look:
    """One guess beside its answer; the answer is None until it was shown."""

    id: str
    question: Question
    guess: float | str
    answer: float | str | None = None
    again: str = ""
    idea: str = ""

    @property
    def away(self) -> float | None:
        """How far the guess is above the answer; None where that is no number."""
        if isinstance(self.guess, str) or not isinstance(self.answer, float):
            return None
        away = self.guess - self.answer
        return away if math.isfinite(away) else None

    @property
    def share(self) -> float | None:
        """How far off the guess is, as a share of the line on which it was made."""
        span = self.question.high - self.question.low
        known = self.away is not None and math.isfinite(span) and span > 0
        return abs(self.away or 0.0) / span if known else None

    @property
    def distance(self) -> str:
        """How far the guess is from the answer, in words."""
        if self.answer is None:
            return f"no answer yet: it comes below this guess, in lesson {self.id[:2]}"
        if self.away is None:
            return "as you said" if self.guess == self.answer else "otherwise than you said"
        size = float(f"{abs(self.away):.3g}")
        if not size:
            return "as you said"
        return f"you were {self.question.told(size)} {'above' if self.away > 0 else 'below'}"

    @property
    def sentence(self) -> str:
        """Guess, answer and distance in one line."""
        about = f"{self.question.about[:1].upper()}{self.question.about[1:]}"
        is_it = "" if self.answer is None else f" It is: {self.question.told(self.answer)}."
        return f"{about}. You said: {self.question.told(self.guess)}.{is_it} ({self.distance})"


@dataclass(frozen=True)
class LookingBack:
    """All guesses of a student in the order of the lessons. Its ``repr`` is all of it.

    Attributes
    ----------
    table : pandas.DataFrame
        Columns ``id, about, guess, answer, away, unit``; ``away`` is guess minus answer.
    words, html : str
        What is shown, as plain text and as HTML.
    """

    table: pd.DataFrame
    words: str
    html: str

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return self.html


def your_guesses() -> LookingBack:
    """Show your guesses beside the answers, lesson by lesson, and what changed.

    Those of this session and, in a course that ``dsrct-edu start`` opened, all earlier ones. There
    is no score.

    Returns
    -------
    LookingBack
        Shown by itself at the end of a cell; ``.table`` is a DataFrame.

    Examples
    --------
    >>> your_guesses().table.columns.tolist()
    ['id', 'about', 'guess', 'answer', 'away', 'unit']
    """
    looks = sorted(_looks(SESSION.table("predictions").to_dict("records")), key=_order)
    rows = [(o.id, o.question.about, o.guess, o.answer, o.away, o.question.unit) for o in looks]
    table = pd.DataFrame(rows, columns=["id", "about", "guess", "answer", "away", "unit"])
    if not looks:
        return LookingBack(table, NONE.replace("`", ""), paragraphs(NONE))
    told, pairs = summary(looks), twice(looks)
    groups = [(key, list(found)) for key, found in groupby(looks, lambda one: one.id[:2])]
    return LookingBack(table, _words(told, groups, pairs), _html(told, groups, pairs))


def _order(one: Look) -> tuple[str, int]:
    lesson, _, number = one.id.partition(".")
    return lesson, int(number) if number.isdigit() else 0


def _looks(rows: Sequence[dict[Any, Any]]) -> list[Look]:
    """Return the rows that hold a guess; a question that no lesson asks now shows its number."""
    found = []
    for row in rows:
        if (guess := _value(row["guess"])) is None:
            continue
        key = str(row["id"])
        entry = lessons.checks_of(key).get("predict", {}).get(key)
        asked = (
            Question(f"prediction {key[:40]}", row["unit"]) if entry is None else question(entry)
        )
        more = {} if entry is None else {name: entry.get(name, "") for name in ("again", "idea")}
        found.append(Look(key, asked, guess, _value(row["result"]), **more))
    return found


def _value(thing: object) -> float | str | None:
    """Return what a session or its file holds, as a guess or a result is read."""
    if isinstance(thing, str):
        return thing
    if not isinstance(thing, int | float) or math.isnan(thing):
        return None
    return float(thing)


def summary(looks: Sequence[Look]) -> list[str]:
    """Return a few honest sentences about all guesses; no score."""
    places = listed(sorted({one.id[:2] for one in looks}))
    many = "lesson" if len({one.id[:2] for one in looks}) == 1 else "lessons"
    said = [f"{counted(len(looks), 'guess', 'guesses')}, in {many} {places}."]
    waiting = [one.id for one in looks if one.answer is None]
    if waiting:
        said[0] += f" Still without an answer: {listed(waiting)}."
    measured = [(one.share, one) for one in looks if one.share is not None]
    if len(measured) > 1:
        ranked = [one for _, one in sorted(measured, key=lambda part: part[0])]
        near, far = ranked[0], ranked[-1]
        said.append(f"Nearest to what you expected: {near.question.about} ({near.distance}).")
        if (far.share or 0.0) > CLOSE:
            said.append(f"Farthest from it: {far.question.about} ({far.distance}).")
    return [*said, KIND]


def twice(looks: Sequence[Look]) -> list[tuple[Look, Look]]:
    """Return the pairs of guesses that asked for the same idea, early and late."""
    known = {one.id: one for one in looks}
    return [(known[one.again], one) for one in looks if one.again in known]


def change(early: Look, late: Look) -> str:
    """Say what became of a guess when the same idea was asked again."""
    if early.answer is None or late.answer is None:
        return "One of the two has no answer yet."
    if early.share is None or late.share is None:
        first, second = (one.guess == one.answer for one in (early, late))
        if first:
            return "You saw it, twice." if second else "You saw it; the second time it hid better."
        return "The second time you saw it." if second else "It stayed hard to tell."
    if max(early.share, late.share) <= CLOSE:
        return "You were near the first time, and again."
    before, after = (abs(one.away or 0.0) for one in (early, late))
    if max(before, after) <= ALIKE * min(before, after):
        return "About as far off as before."
    return "Nearer than before." if after < before else "Farther off than before."


# How it is shown


def _words(
    told: Sequence[str], groups: Sequence[tuple[str, list[Look]]], pairs: list[tuple[Look, Look]]
) -> str:
    lines = ["Your guesses", *told]
    for key, looks in groups:
        lines += ["", f"Lesson {key} {title(key)}".rstrip()]
        lines += [f"  {one.sentence}" for one in looks]
    if pairs:
        lines += ["", "Asked twice: what changed"]
    for early, late in pairs:
        lines += [f"  {late.idea} {change(early, late)}"]
        lines += [f"    Lesson {one.id[:2]}: {one.sentence}" for one in (early, late)]
    return "\n".join(lines)


def _html(
    told: Sequence[str], groups: Sequence[tuple[str, list[Look]]], pairs: list[tuple[Look, Look]]
) -> str:
    parts = [_heading(2, "Your guesses"), *(paragraphs(sentence) for sentence in told)]
    for key, looks in groups:
        parts.append(_heading(3, f"Lesson {key} {title(key)}".rstrip()))
        parts.append(_list([_item(one) for one in looks]))
    if pairs:
        parts.append(_heading(3, "Asked twice: what changed"))
    for early, late in pairs:
        said = paragraphs(f"**{late.idea}** {change(early, late)}")
        both = [f"Lesson {one.id[:2]}: {_item(one)}" for one in (early, late)]
        parts.append(said + _list(both, "display:flex;flex-wrap:wrap;gap:0 2em;padding:0"))
    return f'<div style="max-width:44em">{"".join(parts)}</div>'


def _heading(level: int, text: str) -> str:
    return f"<h{level}>{html.escape(text)}</h{level}>"


def _list(items: Sequence[str], style: str = "") -> str:
    """Return a list; side by side, where the style says so and the page is wide enough."""
    made = (f'<li style="flex:1 1 17em;margin-bottom:0.8em">{item}</li>' for item in items)
    return f'<ul style="list-style:none;padding:0;{style}">{"".join(made)}</ul>'


def _item(one: Look) -> str:
    """Return one guess: what was asked, the line, how far."""
    about = f"{one.question.about[:1].upper()}{one.question.about[1:]}"
    if one.answer is None:
        said = f"You said **{one.question.told(one.guess)}**; {one.distance}."
        return f"{inline(about)}{paragraphs(said)}"
    line = numberline.beside(one.question, one.guess, one.answer)
    end = f"{one.distance[:1].upper()}{one.distance[1:]}."
    return f"{inline(about)}{line}{paragraphs(end)}"


def title(lesson: str) -> str:
    """Return the title of a lesson, as it stands in its source; empty where that is not at hand.

    Examples
    --------
    >>> title("05")
    'A survival curve from scratch'
    """
    path = lessons.source_of(lesson)
    found = path and re.search(r"^  title: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].strip("\"' ") if found else ""
