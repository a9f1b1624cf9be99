"""The test before and after the course: pairs of items in two parallel forms, A and B."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dsrct_edu.classroom import lessons, quizzes
from dsrct_edu.classroom.quizzes import Item
from dsrct_edu.resources import find

FORMS = ("A", "B")
FILE = "pre_post.toml"


@dataclass(frozen=True)
class Pair:
    """One question in its two forms, and the misconception that it is keyed to."""

    about: str
    misconception: str
    forms: dict[str, Item]


@dataclass(frozen=True)
class TwoForms:
    """The pairs of items in order, and what the test is called."""

    title: str
    pairs: tuple[Pair, ...]

    def form(self, name: str) -> quizzes.Quiz:
        """Return one form as a quiz, as the files for learning platforms need it."""
        items = tuple(pair.forms[name] for pair in self.pairs)
        return quizzes.Quiz(f"pre_post_{name}", f"{self.title}: form {name}", items)


def read(path: Path | None = None) -> TwoForms:
    """Return the test of the course, or that of a lecturer's own folder of lessons.

    Examples
    --------
    >>> len(read().pairs)
    12
    """
    own = lessons.folder() / FILE
    data = lessons.read(path or (own if own.exists() else find("lessons", FILE)))
    forms = {name: _form(data, name) for name in FORMS}
    pairs = tuple(
        Pair(raw["about"], raw["misconception"], {name: forms[name][place] for name in FORMS})
        for place, raw in enumerate(data["item"])
    )
    return TwoForms(data["title"], pairs)


def misconceptions() -> dict[str, str]:
    """Return the short form of each misconception: the kit's, and a lecturer's own.

    Examples
    --------
    >>> misconceptions()["M2"]
    'Censored means dead, or means failed'
    """
    paths = [find("lessons", "misconceptions.toml"), lessons.folder() / "misconceptions.toml"]
    known = [lessons.read(path) for path in dict.fromkeys(paths) if path.exists()]
    return {code: entry["short"] for table in known for code, entry in table.items()}


def _form(data: lessons.Table, name: str) -> tuple[Item, ...]:
    raw = [lessons.Table({**item[name], "level": item["level"]}, item.path, (*item.trail, name))
           for item in data["item"]]  # fmt: skip
    return quizzes.build(f"pre_post_{name}", {"title": data["title"], "item": raw}).items
