"""Compute the tables of dials that are too slow to draw live.

python -m tools.dials    run it again whenever a parameter or an equation has changed
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import dsrct_edu as dsrct
from dsrct_edu.classroom import dials

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


def main() -> None:
    """Run from the command line."""
    path = Path(dials.__file__).with_name("selection_strength.csv")
    table = pd.concat([staircase(strength) for strength in STRENGTHS])
    table.to_csv(path, lineterminator="\n")
    print(table)


if __name__ == "__main__":
    main()
