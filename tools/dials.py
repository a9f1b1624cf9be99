"""Compute the tables of dials that are too slow to draw live.

python -m tools.dials    run it again whenever a parameter or an equation has changed
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

import dsrct_edu as dsrct
from dsrct_edu.classroom import coverage_dial, dials

OFFER = tuple(f"offer_{what}" for what in ("shrink", "pci", "liver", "extra", "ascites", "poor"))
"""What the team looks at before it gives HIPEC, of all that also bears on survival."""

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
SHOWN = ["estimate", "ci_low", "ci_high", "truth"]


def staircase(strength: float) -> pd.DataFrame:
    """Return the stairs of lesson 10 where HIPEC does nothing and the choice is this selective.

    Every strength has the same random numbers, so that what differs is the choice.
    """
    null = dsrct.scenario("null")
    scenario = null.replace(**{name: strength * getattr(null, name) for name in OFFER})
    study = dsrct.simulation_study(
        scenario,
        n_patients=2000,
        n_replicates=200,
        methods=list(dials.STAIRS),
        seed=10,
        progress=False,
    )
    stairs = dsrct.studies.staircase(study, "hazard_ratio").set_index("method")
    table = stairs.loc[list(dials.STAIRS), SHOWN].round(4).reset_index()
    return table.assign(strength=strength).set_index(["strength", "method"])


def coverage(patients: int, hidden: float) -> pd.DataFrame:
    """Return intervals of lesson 13, and how many hold the truth, where HIPEC does nothing.

    Every setting has the same random numbers, so that what differs is the hidden confounder.
    """
    study = dsrct.simulation_study(
        dsrct.scenario("null").hidden_confounding(-hidden),
        n_patients=patients,
        n_replicates=coverage_dial.RUNS,
        methods=["adjusted_cox"],
        seed=13,
        progress=False,
    )
    measured = study.performance().iloc[0]
    found = study.estimates.query("converged").head(coverage_dial.SHOWN)
    ends = np.exp(found[["ci_low", "ci_high"]]).set_axis(["low", "high"], axis=1)
    table = ends.assign(mean=np.exp(measured["mean"]), coverage=measured["coverage"])
    return table.astype(float).round(3).assign(patients=patients, hidden=hidden)


def main() -> None:
    """Run from the command line."""
    settings = itertools.product(coverage_dial.PATIENTS, coverage_dial.HIDDEN)
    intervals = pd.concat([coverage(*setting) for setting in settings])
    path = Path(coverage_dial.__file__).with_name("hidden_coverage.csv")
    intervals.set_index(["patients", "hidden"]).to_csv(path, lineterminator="\n")
    path = Path(dials.__file__).with_name("selection_strength.csv")
    table = pd.concat([staircase(strength) for strength in STRENGTHS])
    table.to_csv(path, lineterminator="\n")
    print(table)


if __name__ == "__main__":
    main()
