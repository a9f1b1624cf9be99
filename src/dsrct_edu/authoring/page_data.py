"""What the forms and dials of a page need, as plain data: no code is left in it.

Expected answers are expressions in a lesson's checks, and dials are functions. A page has neither,
so they are computed here. What takes time is kept beside the runs of the lessons.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from itertools import chain, compress, pairwise
from pathlib import Path
from typing import Any

from dsrct_edu import files
from dsrct_edu.authoring import surroundings
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.places import Places
from dsrct_edu.classroom import checking, dial, dial_drawing, dials, lessons, quizzes, verifiers
from dsrct_edu.classroom.asking import Question, question
from dsrct_edu.figures import palette, style

ON_THE_PAGE = ("value", "choice", "order")
"""The kinds of exercise that need no kernel."""

_CODE = Path(__file__).read_text(encoding="utf-8")  # other code makes other data
_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?")
_DIGITS = 3  # what a picture 760 units wide can show
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LEVELS = len(_LETTERS) ** 2 - 1  # more than a picture has dots
_LONG = 8  # a column of so many numbers is written in letters


def computed(lesson: Lesson, names: list[str]) -> dict[str, Any]:
    """Return the exercises that a page can check, and its dials, from the cache if they are there.

    Parameters
    ----------
    lesson : Lesson
    names : list of str
        The dials, as functions of ``dsrct.dials``.
    """
    checks = lesson.data("checks")
    known = surroundings.digest(lesson.path.parent)
    parts = json.dumps([checks, names, known, _CODE], sort_keys=True)
    digest = hashlib.sha256(parts.encode()).hexdigest()
    stored = Places(lesson.path.parent).cache / f"page-{digest}.json"
    if not stored.exists():
        with lessons.in_use(lesson.path.parent):  # its checks may read what lies beside it
            made = {"tasks": tasks(checks), "dials": {name: turned(name) for name in names}}
        files.write(stored, compact(made))
    found: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8"))
    return found


def compact(data: object) -> str:
    """Return data as JSON that can stand in a page."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("</", "<\\/")


def tasks(checks: dict[str, Any]) -> dict[str, Any]:
    """Return the exercises that need no code, each with its recorded answers computed."""
    whole = lessons.as_table(checks)
    names = checking.run_given(whole.get("given", ""))
    return {
        key: _task(verifiers.Task(entry, dict(names)))
        for key, entry in whole.get("exercise", {}).items()
        if entry["kind"] in ON_THE_PAGE
    }


def _task(task: verifiers.Task) -> dict[str, Any]:
    entry = task.entry
    kept = ("kind", "about", "right", "hints", "lines")
    made = {key: entry[key] for key in kept if key in entry}
    wrong = entry.get("wrong", [])
    if entry["kind"] == "value":
        made["expected"] = _number(task.compute(entry, "expected", float))
        made["tolerance"] = task.compute(entry, "tolerance", float)
        answers = [_number(task.compute(record, "answer", float)) for record in wrong]
    elif entry["kind"] == "choice":
        made["expected"] = entry["expected"]
        answers = [record["answer"] for record in wrong]
    else:
        made["expected"] = [text.replace(" ", "") for text in entry["expected"]]
        answers = [record["answer"].replace(" ", "") for record in wrong]
    made["wrong"] = [
        [answer, record["message"]] for answer, record in zip(answers, wrong, strict=True)
    ]
    return made


def _number(value: float) -> float | str:
    """Return a number as JSON can hold it."""
    return value if math.isfinite(value) else str(value).replace("inf", "Infinity")


def asked(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is guessed, and what a guess of it can be."""
    made: Question = question(lessons.as_table(entry))
    data: dict[str, Any] = {
        "about": made.about,
        "unit": made.unit,
        "kind": made.kind,
        "wanted": made.wanted,
    }
    for name, end in (("low", made.low), ("high", made.high)):
        if math.isfinite(end):
            data[name] = end
    return data | ({"options": dict(made.options)} if made.options else {})


def quiz(lesson: Lesson) -> dict[str, Any] | None:
    """Return the quiz of a lesson, if it has one: what is asked, and what is said to an answer."""
    data = lesson.data("quiz")
    return asdict(quizzes.build(lesson.id, data)) if data else None


def turned(name: str) -> dict[str, Any]:
    """Return a dial as data for a page, in which nothing stands twice.

    ``columns`` holds every column of numbers or texts (`column`), ``sentences`` every sentence,
    with ``#`` for those of its numbers that change; each of ``settings`` is its columns, in the
    order of ``layout``, by two letters each, and its sentences, by their places and with their
    numbers.
    """
    made: dial.Dial = getattr(dials, name)()
    data = made.as_data()
    each = [_flat(setting["layers"]) for setting in data["settings"]]
    layout = sorted({key for columns in each for key in columns})
    columns: dict[str, int] = {}
    sentences, said = _shared([_SENTENCE.split(one["words"]) for one in data["settings"]])
    settings = [
        [
            "".join(
                _pair(columns.setdefault(compact(found.get(key)), len(columns))) for key in layout
            ),
            words,
        ]
        for found, words in zip(each, said, strict=True)
    ]
    return {
        "title": data["title"],
        "controls": [_control(control) for control in made.controls.values()],
        "drawing": _drawing(data["drawing"]),
        "fixed": [[*key, values] for key, values in _flat(data["fixed"]).items()],
        "layout": layout,
        "columns": [json.loads(column) for column in columns],
        "sentences": sentences,
        "settings": settings,
    }


def _control(control: dial.Control) -> dict[str, Any]:
    """Return a control with its values as the notebook writes them."""
    values = [str(value).replace("-", "−") for value in control.values]
    start = list(control.values).index(control.start)
    return {"label": control.label, "values": values, "start": start, "button": control.button}


def _shared(texts: list[list[str]]) -> tuple[list[str], list[str]]:
    """Return the sentences of all texts, each once, and each text by their places and numbers.

    A number that is the same wherever its sentence stands is left in the sentence.

    Examples
    --------
    >>> _shared([["Of 100, 3 came."], ["Of 100, 7 came.", "All."]])
    (['Of 100, # came.', 'All.'], ['0 3', '0 7;1'])
    """
    found: dict[str, list[list[str]]] = {}
    for sentence in (sentence for text in texts for sentence in text):
        found.setdefault(_NUMBER.sub("#", sentence), []).append(_NUMBER.findall(sentence))
    moving = {
        shape: [len(set(numbers)) > 1 for numbers in zip(*each, strict=True)]
        for shape, each in found.items()
    }
    places = {shape: place for place, shape in enumerate(found)}

    def told(sentence: str) -> str:
        shape = _NUMBER.sub("#", sentence)
        kept = compress(_NUMBER.findall(sentence), moving[shape])
        return " ".join([str(places[shape]), *kept])

    sentences = []
    for shape, each in found.items():
        first, *rest = shape.split("#")
        fills = ("#" if moves else one for one, moves in zip(each[0], moving[shape], strict=True))
        sentences.append(first + "".join(chain(*zip(fills, rest, strict=True))))
    return sentences, [";".join(map(told, text)) for text in texts]


def column(values: list[Any]) -> list[Any] | str:
    """Return a column: as it is, or, if it is long, its two ends and two letters for each number.

    The ends of a column of shares are 0 and 1, and go without saying. A number like the one before
    it is a point.

    Examples
    --------
    >>> column([0, 0.5])
    [0, 0.5]
    >>> column([0, 1, 2, 3, 4, 5, 6, None])
    '0 6 0060c0i0nztzzz--'
    >>> column([0, 0, 0, 0, 0, 0, 1, 1])
    '00.....zz.'
    """
    numbers = [value for value in values if value is not None]
    if len(values) < _LONG or not all(isinstance(value, int | float) for value in numbers):
        return [_short(value) for value in values]
    low, high = min(numbers), max(numbers)
    shares = low >= 0 and 0.5 < high <= 1
    low, high = (0, 1) if shares else (low, high)
    pairs = [_letters(value, low, high) for value in values]
    letters = "".join("." if one == old else one for old, one in pairwise(["", *pairs]))
    return letters if shares else f"{_short(low)} {_short(high)} {letters}"


def _letters(value: float | None, low: float, high: float) -> str:
    if value is None:
        return "--"
    share = (value - low) / (high - low or 1)
    return _pair(round(share * _LEVELS))


def _pair(number: int) -> str:
    """Return a number of at most `_LEVELS` as two letters."""
    tens, ones = divmod(number, len(_LETTERS))
    return _LETTERS[tens] + _LETTERS[ones]


def _flat(layers: dict[str, dict[str, list[Any]]]) -> dict[tuple[str, str], list[Any] | str]:
    return {
        (layer, name): column(values)
        for layer, columns in layers.items()
        for name, values in columns.items()
    }


def _short(value: Any) -> Any:
    """Return a number with no more digits than a picture can show."""
    if not isinstance(value, int | float):
        return value
    shown = float(f"{float(value):.{_DIGITS}g}")
    return int(shown) if shown == int(shown) else shown


def _drawing(drawing: dict[str, Any]) -> dict[str, Any]:
    """Return a drawing with the colours that its layers mean."""
    layers = [
        {key: value for key, value in layer.items() if value not in (False, "", 0)}
        | {"colour": _colour(layer)}
        for layer in drawing["layers"]
    ]
    furniture = {"ink": palette.INK, "faint": palette.PALE, "earlier": palette.GREY}
    furniture["mist"] = style.tint(palette.GREY, dial_drawing.PALE)
    return {**drawing, "layers": layers, **furniture, "paper": palette.PAPER}


def _colour(layer: dict[str, Any]) -> str:
    colour = dial_drawing.COLOURS[layer["meaning"]]
    return style.tint(colour, dial_drawing.PALE) if layer["kind"] == "band" else colour
