"""Shows the guesses of a class, and nobody's name, against what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from dsrct_edu.analysis.results import Result
from dsrct_edu.classroom import lessons
from dsrct_edu.classroom.asking import Question, Unfit, question
from dsrct_edu.classroom.reading import dots
from dsrct_edu.errors import InputError
from dsrct_edu.resources import find
from dsrct_edu.wording import brief, counted, listed

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

FEWEST = 5
"""Guesses below which a question is not shown: in so small a group one knows whose they are."""
CLOSE = 0.1  # of the line
Table = pd.DataFrame


@dataclass(frozen=True, repr=False)
class ClassGuesses(Result):
    """The guesses of a class in one lesson, without who made them.

    Attributes
    ----------
    questions : DataFrame
        One row a question: ``id, about, n, middle`` (the median, or the most frequent word),
        ``answer, near`` (how many lie within a tenth of the line, or say the word).
    guesses : DataFrame
        One row a guess, in the order of size: ``id, about, guess, truth, low, high, unit``; a
        word stands as its place among the options.
    options : dict
        What can be said to a question of words.
    notes : tuple of str
        What a reader must know beside the numbers.
    """

    lesson: str
    questions: Table
    guesses: Table
    options: dict[str, list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def title(self) -> str:
        """Say what was guessed by how many."""
        most = counted(int(self.questions["n"].max()), "guess", "guesses")
        return f"The guesses of a class in lesson {self.lesson}, up to {most} a question"

    def summary(self) -> Table:
        """Return one row a question."""
        return self.questions

    def note(self) -> str:
        """Return all notes."""
        return " ".join(self.notes)

    def plot(self, *, title: str | None = None) -> Figure:
        """Draw each guess as a dot, and what it is as a line."""
        from dsrct_edu.figures import guess_strip

        return guess_strip(self.guesses, options=self.options, title=title)


def class_guesses(guesses: Table, lesson: str) -> ClassGuesses:
    """Lay the guesses of a class beside what it is.

    Parameters
    ----------
    guesses : DataFrame
        One row a guess, as `gather` returns them, or typed from a show of hands: ``id`` (such as
        05.3), ``guess``, ``result`` (what it is; in one row of each question at least) and, if
        one row is one student's, ``who``: a label, such as a seat. Other columns are ignored.
    lesson : str
        Two digits, such as ``"05"``.

    Returns
    -------
    ClassGuesses
        Without ``who``. A question with fewer than five guesses is left out, and said so.

    Raises
    ------
    InputError
        For a table that is not as said above: the column, the rows, and what to do.

    Examples
    --------
    >>> class_guesses(made_guesses(), "05").questions["n"].tolist()
    [22, 24, 24]
    """
    rows, blank = _mine(_checked(guesses), lesson)
    parts, options, shown, few = [], {}, [], []
    for key, mine in rows.groupby("id", sort=True):
        asked = _question(str(key))
        taken = _taken(asked, mine)
        if len(taken) < FEWEST:
            few.append(f"{key} ({len(taken)})")
            continue
        truth = _truth(asked, mine)
        if asked.kind != "number":
            options[asked.about] = [told or word for word, told in asked.options.items()]
        part = _strip(str(key), asked, taken, truth)
        parts.append(part)
        shown.append(_row(str(key), asked, part))
    if not parts:
        found = listed(few) or "no guesses"
        remedy = "A smaller group shows whose guess is whose: talk instead of drawing."
        raise InputError(f"{FEWEST} guesses of one question", found, remedy, column="guess")
    columns = ["id", "about", "n", "middle", "answer", "near"]
    questions = pd.DataFrame(shown, columns=columns)
    table = pd.concat(parts, ignore_index=True)
    return ClassGuesses(lesson, questions, table, options, _notes(blank, few))


def made_guesses() -> Table:
    """Return the guesses of a class that does not exist: to try the strip, and to copy the form.

    Examples
    --------
    >>> made_guesses().columns.tolist()
    ['who', 'id', 'guess', 'result', 'unit']
    """
    return pd.read_csv(find("lessons", "made_guesses.csv"), dtype={"id": str})


def _checked(guesses: Table) -> Table:
    """Return id, guess, result and who as they are read, or say what is wrong."""
    if not isinstance(guesses, pd.DataFrame):
        raise InputError("a table", brief(guesses), "Use `gather`, or pandas.read_csv, first.")
    missing = [name for name in ("id", "guess", "result") if name not in guesses]
    if missing:
        found = listed([repr(str(name)) for name in guesses.columns]) or "no columns"
        remedy = "Name the columns so, or rename them."
        raise InputError("the columns id, guess and result", found, remedy, column=missing[0])
    if guesses.empty:
        raise InputError("a row for each guess", "no rows", "Put the guesses into the file.")
    clean = guesses[["id", "guess", "result"]].astype(object)
    clean["id"] = [_key(value) for value in guesses["id"]]
    if "who" in guesses:
        twice = guesses.assign(id=clean["id"]).duplicated(["who", "id"], keep=False)
        if twice.any():
            found = f"several of {brief(guesses.loc[twice, 'who'].iloc[0])}"
            remedy = "Keep one of the rows, or give two students of one label labels of their own."
            rows = guesses.index[twice].tolist()
            raise InputError("one guess of each question", found, remedy, "id", rows)
    strange = [_entry(key) is None for key in clean["id"]]
    if any(strange):
        found = brief(guesses.loc[strange, "id"].iloc[0])
        remedy = "Use it as the lesson gives it; programs for tables turn 05.3 into 5.3 or a date."
        raise InputError(
            "the number of a prediction, as 05.3",
            found,
            remedy,
            "id",
            guesses.index[strange].tolist(),
        )
    return clean


def _key(value: object) -> str:
    """Return the number of a prediction, of which a program for tables may have made a number."""
    return f"{value:04.1f}" if isinstance(value, float) else str(value).strip()


def _entry(key: str) -> lessons.Table | None:
    found: lessons.Table | None = lessons.checks_of(key).get("predict", {}).get(key)
    return found


def _question(key: str) -> Question:
    entry = _entry(key)
    assert entry is not None  # it was checked
    return question(entry)


def _mine(rows: Table, lesson: str) -> tuple[Table, int]:
    """Return the rows of a lesson, and how many of them hold no guess."""
    mine = rows[rows["id"].str[:2] == lesson]
    if mine.empty:
        known = listed(sorted(set(rows["id"].str[:2])), "or")
        raise InputError(
            f"lesson {known}", brief(lesson), "Choose one of these.", argument="lesson"
        )
    return mine, sum(_blank(value) for value in mine["guess"])


def _blank(value: Any) -> bool:
    return bool(pd.isna(value)) or dots(value) or not str(value).strip()


def _taken(asked: Question, mine: Table) -> list[float | str]:
    """Return the guesses as they are meant, in the order of size."""
    found = []
    for row, value in mine["guess"].items():
        if not _blank(value):
            found.append(_take(asked, value, row, "guess"))
    places = list(asked.options)
    return sorted(found, key=lambda one: places.index(one) if one in places else float(one))


def _take(asked: Question, value: object, row: Any, column: str) -> float | str:
    try:
        return asked.take(value)
    except Unfit:
        remedy = "Correct it, or leave it empty."
        raise InputError(asked.wanted, brief(value), remedy, column, [row]) from None


def _truth(asked: Question, mine: Table) -> float | str:
    """Return what it is, from the rows that say so."""
    told = {
        _take(asked, value, row, "result"): row
        for row, value in mine["result"].items()
        if not _blank(value)
    }
    if len(told) != 1:
        found = listed([asked.told(value) for value in told]) or "nothing"
        key, rows = mine["id"].iloc[0], list(told.values())
        remedy = "Write into one row what the lesson shows."
        raise InputError(f"one answer to {key}", found, remedy, "result", rows)
    return next(iter(told))


def _strip(key: str, asked: Question, taken: list[float | str], truth: float | str) -> Table:
    places = list(asked.options)

    def place(value: float | str) -> float:
        return float(places.index(value)) if isinstance(value, str) else value

    numbers = [place(value) for value in taken]
    ends = (asked.low, asked.high) if asked.kind == "number" else (0.0, len(places) - 1.0)
    within = [*numbers, place(truth)]
    low, high = max(ends[0], -1e300), min(ends[1], 1e300)
    if abs(low) == 1e300 or abs(high) == 1e300:  # no ends were set
        low, high = min(within), max(within)
    rest = {"truth": place(truth), "low": low, "high": high, "unit": asked.unit}
    return pd.DataFrame({"id": key, "about": asked.about, "guess": numbers, **rest})


def _row(key: str, asked: Question, part: Table) -> tuple[Any, ...]:
    guesses, truth = part["guess"], part["truth"].iloc[0]
    if asked.kind == "number":
        reach = CLOSE * (part["high"].iloc[0] - part["low"].iloc[0])
        near = int(((guesses - truth).abs() <= reach).sum())
        said = (asked.told(float(guesses.median())), asked.told(float(truth)))
    else:
        words = list(asked.options)
        near = int((guesses == truth).sum())
        said = (asked.told(words[int(guesses.mode().iloc[0])]), asked.told(words[int(truth)]))
    return (key, asked.about, len(part), *said, near)


def _notes(blank: int, few: list[str]) -> tuple[str, ...]:
    said = []
    if blank:
        said.append(f"{counted(blank, 'row')} without a guess left out.")
    if few:
        said.append(f"Left out, as fewer than {FEWEST} guessed: {listed(few)}.")
    said.append("Near: within a tenth of the line, or the same word. A guess is no mark.")
    return tuple(said)
