"""Holds the test before and after the course to its rules, and writes what a lecturer gives out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from dsrct_edu import files
from dsrct_edu.authoring import questions, schemas, sources
from dsrct_edu.authoring.course import Course
from dsrct_edu.authoring.places import Places
from dsrct_edu.classroom import exporting, forms
from dsrct_edu.classroom.forms import FILE, FORMS, Pair, TwoForms
from dsrct_edu.classroom.lessons import line_of
from dsrct_edu.figures import palette
from dsrct_edu.resources import render

MOST_LONGEST = 6
"""Of twelve items, those whose right option may be the longest."""


def problems(places: Places, course: Course) -> list[str]:
    """Return what in the test of a folder of lessons does not fit; nothing if it has none."""
    path = places.lessons / FILE
    try:
        data = sources.toml(path)
    except sources.LessonError as error:
        return [str(error)]
    if not data:
        return []
    said = [f"{_line(path, place)}: {text}" for place, text in _against_schema(data)]
    if said:
        return said
    test = forms.read(path)
    for number, (raw, pair) in enumerate(zip(data["item"], test.pairs, strict=True)):
        said += [f"{_line(path, ['item', number])}: {text}" for text in _pair(raw, pair, course)]
    return said + [f"{path.name}: {text}" for text in _whole(test)]


def _line(path: Path, place: list[str | int]) -> str:
    return f"{path.name}, line {line_of(sources.text(path), place)}"


def _against_schema(data: dict[str, Any]) -> list[tuple[list[str | int], str]]:
    written = (schemas.FOLDER / "pre_post.schema.json").read_text(encoding="utf-8")
    errors = Draft202012Validator(json.loads(written)).iter_errors(data)
    return [(list(error.absolute_path), schemas.short(error.message)) for error in errors]


def _pair(raw: dict[str, Any], pair: Pair, course: Course) -> list[str]:
    """Return what makes a pair no twins, or its options tell."""
    items = [pair.forms[name] for name in FORMS]
    said = [text for item in items for text in questions.item_problems(item)]
    shown = [Counter(option.misconception for option in item.options) for item in items]
    if shown[0] != shown[1]:
        said.append("the wrong options of A and B show different misconceptions")
    if shown[0][pair.misconception] < 2:
        said.append(f"let two wrong options or more show {pair.misconception}, its own")
    if items[0].key == items[1].key:
        said.append("the right option has one letter in A and B: move one")
    known = {code for code in shown[0] if code}
    said += [
        f"there is no misconception {code} in misconceptions.toml; add or correct it"
        for code in sorted(known - set(course.misconceptions))
    ]
    if treating := set(raw["lessons"]) - set(course.treating(pair.misconception)):
        said.append(f"no lesson {sorted(treating)[0]} treats {pair.misconception}")
    return said


def _whole(test: TwoForms) -> list[str]:
    said = []
    if len({pair.misconception for pair in test.pairs}) < len(test.pairs):
        said.append("two pairs are keyed to the same misconception")
    for name in FORMS:
        items = test.form(name).items
        if len(set(Counter(item.key for item in items).values())) > 1:
            said.append(f"form {name}: let each letter be right as often")
        longest = [max(item.options, key=lambda option: len(option.text)).key for item in items]
        if sum(longest) > MOST_LONGEST:
            said.append(f"form {name}: the right option is the longest too often")
    return said


def write(places: Places) -> list[Path]:
    """Write both forms for learning platforms and for paper; return the files that changed."""
    path = places.lessons / FILE
    if not path.exists():
        return []
    folder, test = places.build / "quizzes", forms.read(path)
    before = {path: path.read_bytes() for path in folder.glob("*pre_post_*")}
    written = []
    for name in FORMS:
        quiz = test.form(name)
        written += exporting.write(quiz, folder)
        page = folder / f"pre_post_{name}.html"
        text = render("pre_post.html.j2", quiz=quiz, form=name, palette=palette)
        files.write(page, text)
        written.append(page)
    return [path for path in written if path.read_bytes() != before.get(path)]
