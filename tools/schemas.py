"""Holds the data beside a lesson against their JSON Schemas in ``tools/schemas/``."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from tools.lesson import Lesson

FOLDER = Path(__file__).with_name("schemas")


def problems(lesson: Lesson) -> list[str]:
    """Return what in the checks and the quiz does not fit, with the place."""
    said = []
    for kind in ("checks", "quiz"):
        schema = json.loads((FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        for error in Draft202012Validator(schema).iter_errors(lesson.data(kind)):
            place = " > ".join(str(part) for part in error.absolute_path) or "the whole file"
            said.append(f"{lesson.name}.{kind}.toml, {place}: {error.message[:200]}")
    return said
