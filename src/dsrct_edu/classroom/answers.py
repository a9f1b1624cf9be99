"""Shows the worked answer of an exercise, one deliberate step away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from dsrct_edu.classroom import lessons
from dsrct_edu.classroom.exercises import source, walk
from dsrct_edu.errors import InputError
from dsrct_edu.wording import brief


@dataclass(frozen=True)
class WorkedAnswer:
    """The code of a solution and what there is to say about it."""

    exercise: str
    code: str
    text: str

    def __repr__(self) -> str:
        return f"{self.code}\n\n{self.text}"

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.code}\n```\n\n{self.text}"


def worked_answer(exercise: str) -> WorkedAnswer:
    """Return the worked answer of an exercise. Try it yourself first.

    Parameters
    ----------
    exercise : str
        Its number, such as ``"05.1"``.

    Returns
    -------
    WorkedAnswer
        Shown by itself at the end of a cell.

    Raises
    ------
    InputError
        If there is no such exercise.

    Examples
    --------
    >>> worked_answer("05.1").code
    'step_at_20 = 2 / 3'
    """
    key = exercise if isinstance(exercise, str) else brief(exercise)
    lesson = key[:2] if key[:2].isdigit() else "--"
    for path in _solutions(lesson):
        for found in walk(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            if found.key == key and found.code and found.answer:
                return WorkedAnswer(key, source(found.code), source(found.answer))
    raise InputError(
        expected="the number of an exercise",
        found=brief(exercise),
        remedy='Use it as the text of the lesson gives it, such as "05.1".',
    )


def _solutions(lesson: str) -> list[Path]:
    """Return the solutions beside the lessons in use: a lecturer's own, then those of the kit."""
    beside = (folder.parent / "notebooks" / "solutions" for folder in lessons.folders())
    return [path for place in beside for path in sorted(place.glob(f"{lesson}_*.ipynb"))]
