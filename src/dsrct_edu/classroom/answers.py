"""Shows the worked answer of an exercise, one deliberate step away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dsrct_edu.errors import InputError
from dsrct_edu.resources import find
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
    for path in sorted(find("notebooks", "solutions").glob(f"{lesson}_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for place, cell in enumerate(cells):
            if "check" in _tags(cell) and f'check("{key}"' in _source(cell):
                before = [_source(c) for c in cells[:place] if "exercise" in _tags(c)]
                after = [_source(c) for c in cells[place:] if "solution" in _tags(c)]
                return WorkedAnswer(key, before[-1], after[0])
    raise InputError(
        expected="the number of an exercise",
        found=brief(exercise),
        remedy='Use it as the text of the lesson gives it, such as "05.1".',
    )


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))


def _source(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
