"""Scores the answers of a class before and after the course, a misconception at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dsrct_edu import checks
from dsrct_edu.analysis.results import Result
from dsrct_edu.classroom import forms, paired
from dsrct_edu.classroom.forms import TwoForms
from dsrct_edu.classroom.paired import Estimate
from dsrct_edu.classroom.sheets import BEFORE, OCCASIONS, read_sheets
from dsrct_edu.resources import find
from dsrct_edu.wording import counted, listed, percent

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

FEWEST = 20
"""Students with both sheets, below which a single misconception says next to nothing."""
_ORDERS = {"A": "A then B", "B": "B then A"}
Table = pd.DataFrame


@dataclass(frozen=True, repr=False)
class PrePost(Result):
    """What a class answered before and after, and what its wrong answers show.

    Attributes
    ----------
    changes : DataFrame
        One row a pair of items, from the students with both sheets: ``item, misconception, about,
        n, before, before_low, before_high, after, after_low, after_high, gained, lost, change,
        ci_low, ci_high``. Both orders of the forms have equal weight, so that a form which is
        easier cancels out.
    items : DataFrame
        All sheets, one row an item, form and occasion: ``item, form, occasion, n, right, share,
        ci_low, ci_high``.
    forms : DataFrame
        How much easier form B is than form A: ``item, about, difference, ci_low, ci_high``; NaN
        where the class had the forms in one order only.
    shown : DataFrame
        One row a wrong answer: ``student, occasion, form, item, misconception``.
    misconceptions : DataFrame
        Of the students with both sheets, how many chose an option that shows it, at least once:
        ``misconception, short, before, after``.
    notes : tuple of str
        What a reader must know beside the numbers.
    level : float
    """

    changes: Table
    items: Table
    forms: Table
    shown: Table
    misconceptions: Table
    notes: tuple[str, ...]
    level: float

    def title(self) -> str:
        """Say who answered."""
        students = counted(int(self.changes["n"].iloc[0]), "student")
        return f"Before and after, {students} with both sheets"

    def summary(self) -> Table:
        """Return the change for each misconception."""
        kept = ["item", "about", "before", "after", "gained", "lost", "change", "ci_low", "ci_high"]
        return self.changes[kept]

    def note(self) -> str:
        """Return all notes."""
        return " ".join(self.notes)

    def plot(self, *, title: str | None = None) -> Figure:
        """Draw the shares before and after, and the change."""
        from dsrct_edu.figures import before_and_after

        return before_and_after(self.changes, level=self.level, title=title)


def score_pre_post(answers: Table, level: float = 0.95) -> PrePost:
    """Score the answers of a class to the test before and after the course.

    Parameters
    ----------
    answers : DataFrame
        One row a student, occasion and item: ``student`` (any code, the same both times), ``form``
        (A or B), ``occasion`` (pre or post), ``item`` (1 to 12), ``answer`` (the letter; empty if
        none was chosen, which counts as not right).
    level : float, default 0.95
        Confidence level of the intervals.

    Returns
    -------
    PrePost

    Raises
    ------
    InputError
        For a table that is not as said above: the column, the rows, and what to do.

    Notes
    -----
    Shares have Wilson's interval, the change Newcombe's paired score interval within each order of
    the forms. Estimates of the two orders are averaged with equal weight, and so are their limits
    (Zou and Donner). There are no p values: a class is not a trial.

    Examples
    --------
    >>> scored = score_pre_post(made_class())
    >>> hazard_ratio = scored.changes.loc[5, ["gained", "lost"]]
    >>> hazard_ratio.astype(int).tolist()
    [7, 2]
    """
    checks.between(level, "level", 0, 1)
    test = forms.read()
    sheets = read_sheets(answers, test)
    right = {
        (order, occasion): _right(sheets, order, occasion)
        for order in forms.FORMS
        for occasion in OCCASIONS
    }
    taken = [order for order in forms.FORMS if len(right[order, BEFORE])]
    names = pd.DataFrame(
        {
            "item": range(1, len(test.pairs) + 1),
            "misconception": [pair.misconception for pair in test.pairs],
            "about": [pair.about for pair in test.pairs],
        }
    )
    parts = [_changes([right[order, occasion] for occasion in OCCASIONS], level) for order in taken]
    changes = _averaged(names, parts)
    wrong = sheets[sheets["misconception"] != ""]
    shown = wrong[["student", "occasion", "form", "item", "misconception"]]
    return PrePost(
        changes,
        _items(sheets, level),
        _forms(names, parts),
        shown.reset_index(drop=True),
        _misconceptions(wrong[wrong["first"] != ""], test),
        _notes(sheets, changes, {order: len(right[order, BEFORE]) for order in taken}),
        level,
    )


def made_class() -> Table:
    """Return the answers of a class that does not exist: to try the scoring, and to copy the form.

    Examples
    --------
    >>> made_class().columns.tolist()
    ['student', 'form', 'occasion', 'item', 'answer']
    """
    return pd.read_csv(find("lessons", "made_class.csv"))


def _right(sheets: Table, order: str, occasion: str) -> np.ndarray:
    """Return who was right in what, of those with both sheets who began with a form."""
    mine = sheets[(sheets["first"] == order) & (sheets["occasion"] == occasion)]
    return mine.pivot(index="student", columns="item", values="right").to_numpy(dtype=bool)


@dataclass(frozen=True)
class _Order:
    """What changed among the students who had the forms in one order."""

    n: int
    gained: np.ndarray
    lost: np.ndarray
    before: Estimate
    after: Estimate
    change: Estimate


def _changes(right: list[np.ndarray], level: float) -> _Order:
    before, after = right
    gained, lost = (~before & after).sum(axis=0), (before & ~after).sum(axis=0)
    always, n = (before & after).sum(axis=0), len(before)
    never = n - always - gained - lost
    return _Order(
        n,
        gained,
        lost,
        paired.share(before.sum(axis=0), n, level),
        paired.share(after.sum(axis=0), n, level),
        paired.change(always, gained, lost, never, level),
    )


def _averaged(names: Table, parts: list[_Order]) -> Table:
    weights = [1 / len(parts)] * len(parts)
    made = names.assign(n=sum(part.n for part in parts))
    for when in ("before", "after"):
        mean = paired.combined([getattr(part, when) for part in parts], weights)
        made[[when, f"{when}_low", f"{when}_high"]] = _columns(mean)
    made["gained"] = sum(part.gained for part in parts)
    made["lost"] = sum(part.lost for part in parts)
    mean = paired.combined([part.change for part in parts], weights)
    made[["change", "ci_low", "ci_high"]] = _columns(mean)
    return made


def _forms(names: Table, parts: list[_Order]) -> Table:
    """Return by how much form B is easier: what changed more where B came second, halved."""
    made = names[["item", "about"]].copy()
    made[["difference", "ci_low", "ci_high"]] = np.nan
    if len(parts) == 2:
        easier = paired.combined([part.change for part in parts], [0.5, -0.5])
        made[["difference", "ci_low", "ci_high"]] = _columns(easier)
    return made


def _columns(estimate: Estimate) -> np.ndarray:
    return np.column_stack([estimate.value, estimate.low, estimate.high])


def _items(sheets: Table, level: float) -> Table:
    by = ["item", "form", "occasion"]
    made = sheets.groupby(by, sort=False)["right"].agg(n="size", right="sum").reset_index()
    made["occasion"] = pd.Categorical(made["occasion"], OCCASIONS)
    made = made.sort_values(by, ignore_index=True).astype({"occasion": str})
    made[["share", "ci_low", "ci_high"]] = _columns(paired.share(made["right"], made["n"], level))
    return made


def _misconceptions(wrong: Table, test: TwoForms) -> Table:
    """Count the students who showed each misconception that an option of the test can show."""
    students = wrong.groupby(["misconception", "occasion"])["student"].nunique()
    codes = [pair.misconception for pair in test.pairs]
    codes = list(dict.fromkeys([*codes, *sorted(wrong["misconception"].unique())]))
    counts = students.unstack(fill_value=0).reindex(index=codes, columns=OCCASIONS, fill_value=0)
    short = forms.misconceptions()
    return pd.DataFrame(
        {
            "misconception": codes,
            "short": [short.get(code, "") for code in codes],
            **dict(zip(("before", "after"), counts.to_numpy(dtype=int).T, strict=True)),
        }
    )


def _notes(sheets: Table, changes: Table, orders: dict[str, int]) -> tuple[str, ...]:
    n = sum(orders.values())
    said = [
        f"Order of the forms: {listed([f'{_ORDERS[key]} {size}' for key, size in orders.items()])}."
    ]
    if single := sheets.loc[sheets["first"] == "", "student"].nunique():
        verb = "is" if single == 1 else "are"
        said.append(f"{counted(single, 'student')} with one sheet only {verb} left out of changes.")
    if blank := int((sheets["answer"] == "").sum()):
        said.append(f"{counted(blank, 'blank answer')}: not right, and no misconception is shown.")
    if len(orders) == 1:
        said.append("With one order, an easier second form looks like learning.")
    if n < FEWEST:
        width = float((changes["ci_high"] - changes["ci_low"]).median())
        said.append(
            f"Too few students to read a single misconception (at least {FEWEST}): "
            f"half of the intervals are wider than {percent(width)}."
        )
    said.append("No class without the course was asked: a change is not the effect of the course.")
    return tuple(said)
