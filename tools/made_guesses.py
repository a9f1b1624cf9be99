"""Writes ``lessons/made_guesses.csv``: guesses of a class that does not exist.

Twenty-four made-up students guess in lessons 05 and 10. What they believe is set below by hand and
stands for nothing; the answers are those that the solutions of the lessons show.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.classroom import lessons
from dsrct_edu.classroom.asking import question
from dsrct_edu.resources import find

SEED, STUDENTS, BLANK = 22, 24, 0.03
# Where a number is expected, with how much it varies and what it is rounded to; or how many of
# ten say which word.
BELIEFS: dict[str, Any] = {
    "05.1": {"same": 6, "lower": 2, "higher": 2},
    "05.2": (70, 30, 5),
    "05.3": (31, 8, 1),
    "10.1": (0.55, 0.15, 0.05),
    "10.2": (0.6, 0.18, 0.05),
    "10.3": (0.75, 0.15, 0.05),
    "10.4": {"a": 4, "c": 3, "d": 3},
}
FILE = Path(__file__).resolve().parents[1] / "lessons" / "made_guesses.csv"
_IS_IT = re.compile(r"It is: (.+?)\.(?:\s|$)")


def answers() -> dict[str, Any]:
    """Return what each prediction turned out to be, as the solutions show it."""
    found = {}
    for lesson in sorted({key[:2] for key in BELIEFS}):
        (path,) = find("notebooks", "solutions").glob(f"{lesson}_*.ipynb")
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts = [
            "".join(output["data"].get("text/plain", ""))
            for cell in cells
            for output in cell.get("outputs", [])
            if "data" in output
        ]
        told = [match[1] for text in texts if (match := _IS_IT.search(text))]
        keys = [key for key in lessons.beside(lesson, "checks")["predict"]]
        found |= dict(zip(keys, told, strict=True))
    return found


def made() -> pd.DataFrame:
    """Return one row a student and guess."""
    generator = np.random.default_rng(SEED)
    known, rows = answers(), []
    for number in range(1, STUDENTS + 1):
        for key, belief in BELIEFS.items():
            asked = question(lessons.checks_of(key)["predict"][key])
            draws = generator.random(), generator.normal()
            if isinstance(belief, dict):
                words = list(belief)
                ends = np.cumsum(list(belief.values())) / sum(belief.values())
                guess: Any = words[int(np.searchsorted(ends, draws[0], side="right"))]
                result: Any = asked.take(known[key].split(" ")[0])
            else:
                middle, spread, step = belief
                raw = middle + spread * draws[1]
                guess = round(min(max(step * round(raw / step), asked.low), asked.high), 2)
                result = asked.take(known[key])
            if generator.random() < BLANK:
                guess = ""
            rows.append((f"seat-{number:02d}", key, guess, result, asked.unit))
    return pd.DataFrame(rows, columns=["who", "id", "guess", "result", "unit"])


if __name__ == "__main__":
    made().to_csv(FILE, index=False, lineterminator="\n")
