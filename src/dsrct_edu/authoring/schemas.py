"""Holds the data beside a lesson against their JSON Schemas, and reads their expressions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from dsrct_edu.authoring.lesson import Lesson

FOLDER = Path(__file__).with_name("schemas")
_CODED = {"value", "table", "function"}
"""The kinds of exercise whose wrong answers are expressions; the others give letters."""


def problems(lesson: Lesson) -> list[str]:
    """Return what in the data beside a lesson does not fit, with file, line and place."""
    said = []
    for kind in ("checks", "quiz", "teach"):
        if not lesson.file(kind).exists():
            continue
        schema = json.loads((FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8"))
        data = lesson.data(kind)
        for error in Draft202012Validator(schema).iter_errors(data):
            place = list(error.absolute_path)
            shown = " > ".join(str(part) for part in place) or "the whole file"
            said.append(f"{lesson.line(kind, *place)}: {shown}: {short(error.message)}")
    return said or _unreadable(lesson)


def short(message: str) -> str:
    """Cut a message that quotes a whole table; what is wrong with it stands at the end."""
    return message if len(message) <= 200 else f"{message[:80]} ... {message[-80:]}"


def _unreadable(lesson: Lesson) -> list[str]:
    """Return which expressions of the checks are not Python."""
    said = []
    checks = lesson.data("checks")
    if not _compiles(checks.get("given", ""), "exec"):
        said.append(f"{lesson.line('checks', 'given')}: `given` is not Python")
    for key, exercise in checks.get("exercise", {}).items():
        for place, code in _expressions(exercise):
            if not _compiles(code, "eval"):
                where = lesson.line("checks", "exercise", key, *place)
                said.append(f"{where}: this is not a Python expression: {code}")
    return said


def _expressions(exercise: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield place and code of each expression of an exercise."""
    coded = exercise["kind"] in _CODED
    if coded and "expected" in exercise:
        yield ("expected",), exercise["expected"]
    for number, record in enumerate(exercise.get("wrong", [])):
        if coded:
            yield ("wrong", number, "answer"), record["answer"]
    for number, need in enumerate(exercise.get("requires", [])):
        yield ("requires", number, "test"), need["test"]
    for number, case in enumerate(exercise.get("cases", [])):
        yield ("cases", number, "arguments"), f"({case['arguments']},)"
        yield ("cases", number, "expected"), case["expected"]


def _compiles(code: str, mode: str) -> bool:
    try:
        compile(code.strip(), "checks", mode)
    except (SyntaxError, ValueError):
        return False
    return True
