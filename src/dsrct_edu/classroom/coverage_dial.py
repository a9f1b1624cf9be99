"""The dial of a hidden confounder and the number of patients: what becomes of the intervals."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import pandas as pd

from dsrct_edu.classroom.dial import Control, Dial
from dsrct_edu.classroom.dial_drawing import Axis, Drawing, Layer
from dsrct_edu.figures.tables import name
from dsrct_edu.wording import plain, ratio

PATIENTS = (300, 600, 1200, 2400, 4800)
HIDDEN = (0.0, 0.4, 0.8, 1.2, 1.6)
SHOWN = 20  # registries whose intervals are drawn, of all that were counted
RUNS = 1000

_TABLE = Path(__file__).with_name("hidden_coverage.csv")


def hidden_coverage() -> Dial:
    """Show how intervals shrink around the truth, or around a hidden confounder (lesson 13).

    Returns
    -------
    Dial
        Sliders for the patients of a registry and for how strongly an unmeasured aggressiveness
        acts on who gets HIPEC. HIPEC does nothing; each interval is that of an adjusted hazard
        ratio among the completely resected.

    Examples
    --------
    >>> list(hidden_coverage().controls)
    ['patients', 'hidden']
    """
    layers = (
        Layer("holds", "bar", "neutral 3", "95% interval that holds the truth"),
        Layer("misses", "bar", "neutral 2", "one that misses it"),
        Layer("mean", "point", "neutral", f"mean of {RUNS:,} registries", ghost=True),
        Layer("truth", "line", "truth", "the truth: HIPEC does nothing", dashed=True),
    )
    ratios = tuple((value, f"{value:g}") for value in (0.25, 0.5, 1, 2, 4))
    rows = ((0.0, "registry 1"), (SHOWN - 1.0, f"registry {SHOWN}"), (SHOWN + 1.0, name("mean")))
    return Dial(
        "More patients: nearer to what?",
        {
            "patients": Control("Patients in each registry", PATIENTS, 300),
            "hidden": Control("Hidden confounding", HIDDEN, 0.0),
        },
        Drawing(
            Axis("Adjusted hazard ratio", 0.25, 4, ratios, True),
            Axis("", SHOWN + 1.8, -0.8, rows),
            layers,
            height=400,
        ),
        _interval_rows,
        _coverage_words,
    )


@cache
def _table() -> pd.DataFrame:
    """Return the table that ``python -m tools.dials`` computes."""
    return pd.read_csv(_TABLE, index_col=["patients", "hidden"])


def _interval_rows(patients: int, hidden: float) -> pd.DataFrame:
    found = _table().loc[[(patients, hidden)]].reset_index(drop=True)
    holds = (found["low"] <= 1) & (found["high"] >= 1)
    layer = holds.map({True: "holds", False: "misses"})
    bars = found[["low", "high"]].assign(y=found.index, layer=layer)
    mean = pd.DataFrame({"layer": "mean", "x": found["mean"].head(1), "y": SHOWN + 1.0})
    truth = pd.DataFrame({"layer": "truth", "x": 1.0, "y": [-0.8, SHOWN + 1.8]})
    return pd.concat([bars, mean, truth], ignore_index=True)


def _found(patients: int, hidden: float) -> tuple[float, float]:
    """Return the mean hazard ratio, and how many of 100 intervals hold the truth."""
    row = _table().loc[[(patients, hidden)]].iloc[0]
    return float(row["mean"]), 100 * float(row["coverage"])


def _coverage_words(patients: int, hidden: float) -> str:
    mean, held = _found(patients, hidden)
    said = (
        f"Registries of {patients:,} patients, hidden confounding {hidden:g}. The mean hazard "
        f"ratio is {ratio(mean)}, and the truth is 1. Of 100 intervals {plain(held, 0)} hold it, "
        f"counted in {RUNS:,} registries. "
    )
    if not hidden:
        return said + "With nothing hidden they shrink around the truth, and go on holding it."
    odds = ratio(math.exp(hidden))
    said += (
        f"A tumour that is milder by one standard deviation has {odds} times the odds of HIPEC. "
    )
    if patients == PATIENTS[0]:
        return said + "The intervals are so wide that the lean hardly shows. Add patients."
    before = plain(_found(PATIENTS[0], hidden)[1], 0)
    return (
        said + f"With {PATIENTS[0]} patients {before} held it: the same lean, in wider intervals."
    )
