"""Reads the answers of a class to the test before and after, and refuses what is not clear."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dsrct_edu.classroom.forms import FORMS, TwoForms
from dsrct_edu.classroom.quizzes import LETTERS
from dsrct_edu.errors import InputError
from dsrct_edu.wording import brief, listed

BEFORE, AFTER = OCCASIONS = ("pre", "post")
COLUMNS = ("student", "form", "occasion", "item", "answer")
_SHEET = ["student", "occasion"]
Table = pd.DataFrame


def read_sheets(answers: Table, test: TwoForms) -> Table:
    """Return the answers, checked, with what each is worth.

    Parameters
    ----------
    answers : DataFrame
        See `score_pre_post`.
    test : TwoForms

    Returns
    -------
    DataFrame
        Its columns, clean, and ``right``, ``misconception`` (empty if none is shown) and ``first``
        (the form that the student had before; empty unless there are two sheets).
    """
    if not isinstance(answers, pd.DataFrame):
        raise InputError("a table", brief(answers), "Read the file with pandas.read_csv first.")
    missing = [name for name in COLUMNS if name not in answers]
    if missing:
        found = listed([repr(str(name)) for name in answers.columns]) or "no columns"
        remedy = "Name the columns so, or rename them."
        raise InputError(f"the columns {listed(COLUMNS)}", found, remedy, column=missing[0])
    if answers.empty:
        raise InputError("a row for each answer", "no rows", "Put the answers into the file.")
    options = len(test.pairs[0].forms[FORMS[0]].options)
    letters = [*LETTERS[:options], ""]
    clean = pd.DataFrame(
        {
            "student": _text(answers["student"]),
            "form": _text(answers["form"]).str.upper(),
            "occasion": _text(answers["occasion"]).str.lower(),
            "item": pd.to_numeric(answers["item"], errors="coerce"),
            "answer": _text(answers["answer"]).str.lower(),
        }
    )
    _refuse(clean["student"] == "", answers, "student", "a code for each student", "Fill it in.")
    _one_of(clean["form"], FORMS, answers, "form", "Say which form the student had.")
    _one_of(clean["occasion"], OCCASIONS, answers, "occasion", "Say when: pre is before.")
    known = range(1, len(test.pairs) + 1)
    expected = f"the number of an item, 1 to {len(test.pairs)}"
    _refuse(~clean["item"].isin(known), answers, "item", expected, "Correct it.")
    remedy = "Give the letter as in the printed form, or leave it empty."
    _one_of(clean["answer"], letters, answers, "answer", remedy)
    clean["item"] = clean["item"].astype(int)
    _whole_sheets(clean, len(test.pairs))
    return _first(_worth(clean, test))


def _text(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype(object).where(column.notna(), "").map(lambda value: str(value).strip())


def _refuse(wrong: pd.Series[Any], answers: Table, column: str, expected: str, remedy: str) -> None:
    rows = answers.index[wrong].tolist()
    if rows:
        found = answers.loc[wrong, column].iloc[0]
        said = "nothing" if pd.isna(found) or str(found).strip() == "" else brief(found)
        raise InputError(expected, said, remedy, column=column, rows=rows)


def _one_of(clean: pd.Series[Any], known: Any, answers: Table, column: str, remedy: str) -> None:
    expected = listed([value for value in known if value], "or")
    _refuse(~clean.isin(list(known)), answers, column, expected, remedy)


def _whole_sheets(clean: Table, count: int) -> None:
    """Insist that each sheet is one form with a row for each item, and that the forms differ."""
    twice = clean.duplicated([*_SHEET, "item"], keep=False)
    if twice.any():
        found = _sheet(clean[twice].iloc[0])
        remedy = "Keep one of the rows, or give two students of one code codes of their own."
        rows = clean.index[twice].tolist()
        raise InputError("one answer to each item", f"several, {found}", remedy, "item", rows)
    sheets = clean.groupby(_SHEET, sort=False)
    short = clean[sheets["item"].transform("size") < count]
    if len(short):
        size = int((short[_SHEET] == short[_SHEET].iloc[0]).all(axis=1).sum())
        found = f"{size} {_sheet(short.iloc[0])}"
        remedy = "Add a row with an empty answer where none was chosen."
        raise InputError(f"{count} rows a sheet", found, remedy, "item", short.index[:1].tolist())
    mixed = clean[sheets["form"].transform("nunique") > 1]
    if len(mixed):
        remedy = "A sheet is one form: correct it."
        found = f"several {_sheet(mixed.iloc[0])}"
        raise InputError("one form a sheet", found, remedy, "form", mixed.index.tolist())
    students = clean.groupby("student", sort=False)
    same = (students["occasion"].transform("nunique") == 2) & (
        students["form"].transform("nunique") == 1
    )
    if same.any():
        row = clean[same].iloc[0]
        remedy = "Correct the form, or leave the later sheet out: the items would be known."
        found = f"form {row['form']} both times for student {row['student']!r}"
        raise InputError("the other form after", found, remedy, "form", clean.index[same].tolist())


def _sheet(row: pd.Series[Any]) -> str:
    return f"for student {row['student']!r}, {row['occasion']}"


def _worth(clean: Table, test: TwoForms) -> Table:
    """Add whether each answer is right, and the misconception that a wrong one shows."""
    shown = {
        (name, place, letter): "" if option.key else str(option.misconception)
        for place, pair in enumerate(test.pairs, 1)
        for name, item in pair.forms.items()
        for letter, option in item.lettered()
    }
    keys = list(zip(clean["form"], clean["item"], clean["answer"], strict=True))
    misconception = [shown.get(key, "") for key in keys]
    right = [key in shown and shown[key] == "" for key in keys]
    return clean.assign(right=right, misconception=misconception)


def _first(sheets: Table) -> Table:
    """Add the form that each student with two sheets had before."""
    each = sheets.drop_duplicates(_SHEET).pivot(index="student", columns="occasion", values="form")
    both = each.reindex(columns=list(OCCASIONS)).dropna()
    if both.empty:
        remedy = "Use the same code for a student both times."
        found = f"none among {sheets['student'].nunique()}"
        expected = "students with a sheet before and one after"
        raise InputError(expected, found, remedy, column="student")
    return sheets.assign(first=sheets["student"].map(both[BEFORE]).fillna(""))
