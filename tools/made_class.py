"""Writes ``lessons/made_class.csv``: answers of a class that does not exist.

Twenty-four made-up students answer form A or form B before the course and the other one after it.
One of them misses the second sheet, and a few leave an item blank. How many know what, and how many
come to know it, is set below by hand and stands for nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dsrct_edu.classroom import forms

SEED, STUDENTS, BLANK, MISSING = 21, 24, 0.02, "s17"
# The share right before and after, an item each; a form B that is a little easier.
KNOWN = (0.50, 0.25, 0.40, 0.55, 0.35, 0.20, 0.30, 0.15, 0.45, 0.35, 0.40, 0.30)
LEARNT = (0.70, 0.65, 0.55, 0.90, 0.75, 0.65, 0.60, 0.75, 0.80, 0.45, 0.70, 0.40)
EASIER = 0.06
FILE = Path(__file__).resolve().parents[1] / "lessons" / "made_class.csv"


def made() -> pd.DataFrame:
    """Return one row a student, occasion and item."""
    generator = np.random.default_rng(SEED)
    test = forms.read()
    rows = []
    for number in range(1, STUDENTS + 1):
        student, first = f"s{number:02d}", forms.FORMS[(number - 1) % 2]
        ability = generator.random() - 0.5
        second = forms.FORMS[1 - forms.FORMS.index(first)]
        for occasion, form, shares in (("pre", first, KNOWN), ("post", second, LEARNT)):
            for place, (pair, share) in enumerate(zip(test.pairs, shares, strict=True), 1):
                draws = generator.random(3)
                item = pair.forms[form]
                wrong = [letter for letter, option in item.lettered() if not option.key]
                knows = draws[0] < share + 0.4 * ability + EASIER * (form == "B")
                letter = item.key if knows else wrong[int(3 * draws[1])]
                answer = "" if draws[2] < BLANK else letter
                if (student, occasion) != (MISSING, "post"):
                    rows.append((student, form, occasion, place, answer))
    return pd.DataFrame(rows, columns=["student", "form", "occasion", "item", "answer"])


if __name__ == "__main__":
    made().to_csv(FILE, index=False, lineterminator="\n")
