"""Fit the disease model to the published anchors.

    python tools/calibrate.py             fit, print, and write disease/parameters.csv
    python tools/calibrate.py --verify    print every anchor of every scenario from 1,000,000

Penalised least squares (Gauss-Newton) on common random numbers. The anchors (disease/anchors.csv)
pull towards their published value, kept to the middle half of the accepted range, in the null and
the strong scenario at once; three ratios of the bias staircase pull in the null scenario; and each
fitted parameter is pulled to a prior guess, since there are more parameters than anchors. The
effects of HIPEC (disease/scenarios.csv) are chosen, not fitted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from dsrct_edu.analysis.partial_likelihood import one_covariate
from dsrct_edu.disease import anchors, scenario
from dsrct_edu.disease.scenarios import Scenario

TABLE = Path(__file__).resolve().parents[1] / "src/dsrct_edu/disease/parameters.csv"
PATIENTS, SEED, STEPS = 60_000, 1, 4
# parameter: (prior guess, how far it may well lie from it)
PRIORS = {
    "liver_0": (-0.75, 0.3),
    "extra_0": (-1.05, 0.3),
    "ascites_0": (-0.5, 0.3),
    "pci_0": (-0.42, 0.15),
    "shrink_0": (-0.40, 0.1),
    "shrink_aggr": (0.15, 0.05),
    "natural_median": (30, 5),
    "natural_shape": (1.5, 0.2),
    "natural_aggr": (0.4, 0.15),
    "natural_response": (-0.8, 0.25),
    "natural_liver": (0.25, 0.15),
    "natural_extra": (0.35, 0.15),
    "natural_ascites": (0.2, 0.1),
    "natural_poor": (0.6, 0.2),
    "wait_mean": (2.8, 0.4),
    "operate_0": (1.45, 0.5),
    "operate_response": (1.3, 0.3),
    "operate_liver": (-0.9, 0.3),
    "operate_extra": (-1.6, 0.4),
    "operate_poor": (-1.3, 0.4),
    "complete_0": (1.0, 0.5),
    "complete_pci": (-0.11, 0.03),
    "offer_0": (-1.0, 0.5),
    "offer_expert": (1.6, 0.3),
    "offer_shrink": (2.4, 0.8),
    "offer_liver": (-0.9, 0.3),
    "offer_extra": (-1.2, 0.3),
    "cure_0": (-2.9, 0.5),
    "cure_aggr": (-0.6, 0.2),
    "cure_shrink": (3.0, 0.7),
    "peritoneal_median": (13.5, 2),
    "peritoneal_shape": (1.35, 0.15),
    "peritoneal_aggr": (0.45, 0.15),
    "peritoneal_shrink": (-1.0, 0.4),
    "hepatic_median": (52, 10),
    "distant_median": (60, 12),
    "after_peritoneal": (23, 3),
    "after_hepatic": (20, 3),
    "after_distant": (14, 3),
    "after_aggr": (0.35, 0.1),
    "incomplete_median": (20, 3),
    "incomplete_liver": (0.25, 0.15),
}
# Log hazard ratios in the null scenario: that they lie so far from 0 is a choice, not a finding.
STAIRCASE = {
    "staircase_ever_never": (np.log(0.50), 0.12),
    "staircase_time_dependent": (np.log(0.56), 0.12),
    "staircase_complete": (np.log(0.78), 0.10),
}
ANCHOR_PULL = 3.0  # residuals a half-width counts, against 1 for a prior's distance


def naive_ratios(model: Scenario, n: int, seed: int) -> dict[str, float]:
    """Return unadjusted log hazard ratios of HIPEC, everyone followed to death."""
    x = anchors.followed(model, n, seed)
    death, hipec, complete = x["death"], x["hipec"], x["complete"]
    surgery = x["surgery_month"]
    time = np.concatenate([death[~hipec], surgery[hipec], death[hipec]])
    entry = np.concatenate([np.zeros(n), surgery[hipec]])
    event = np.ones(len(time), dtype=bool)
    event[(~hipec).sum() : n] = False
    after = np.arange(len(time)) >= n
    return {
        "staircase_ever_never": one_covariate(death, hipec)[0],
        "staircase_time_dependent": one_covariate(time, after, event, entry)[0],
        "staircase_complete": one_covariate((death - surgery)[complete], hipec[complete])[0],
    }


def residuals(values: np.ndarray) -> np.ndarray:
    """Return what least squares makes small: anchors, staircase, distances from the priors."""
    changes = dict(zip(PRIORS, map(float, values), strict=True))
    table = anchors.anchor_table()
    table = table[table["key"] != "first_elsewhere"]  # one less the peritoneal share
    middle, half = (table["low"] + table["high"]) / 2, (table["high"] - table["low"]) / 2
    target = table["published"].clip(middle - half / 2, middle + half / 2)
    parts = []
    for name in ("null", "strong"):
        model = scenario(name).replace(**changes)
        away = (table["key"].map(anchors.measure(model, PATIENTS, SEED)) - target) / half
        wanted = (table["only_in"] == "") | (table["only_in"] == name)
        parts.append(ANCHOR_PULL * away[wanted].to_numpy())
    steps = naive_ratios(scenario("null").replace(**changes), PATIENTS, SEED)
    parts.append(np.array([(steps[k] - goal) / scale for k, (goal, scale) in STAIRCASE.items()]))
    centre, scale = np.array(list(PRIORS.values())).T
    return np.concatenate([*parts, (values - centre) / scale])


def fit() -> dict[str, float]:
    """Return fitted values, rounded to three figures that matter."""
    centre, scale = np.array(list(PRIORS.values())).T
    values = centre.astype(float)
    for step in range(STEPS):
        here = residuals(values)
        print(f"step {step}: loss {here @ here:.3f}", flush=True)
        slopes = [
            (residuals(values + h) - residuals(values - h)) / 0.5 for h in np.diag(0.25 * scale)
        ]
        move = np.linalg.lstsq(np.array(slopes).T, -here, rcond=None)[0]
        values = values + np.clip(move, -1, 1) * scale
    here = residuals(values)
    print(f"end: loss {here @ here:.3f}")
    return {k: float(f"{v:.3g}") for k, v in zip(PRIORS, values, strict=True)}


def write(fitted: dict[str, float]) -> None:
    """Put the fitted values into the parameter table, leaving the rest of it alone."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    for row, line in enumerate(lines):
        name, _, rest = line.split(",", 2)
        if name in fitted:
            lines[row] = f"{name},{fitted[name]:g},{rest}"
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def verify() -> bool:
    """Print all anchors of all scenarios from a million patients; say whether all are inside."""
    inside = True
    for name in ("null", "modest", "strong", "harm"):
        table = anchors.fidelity(name, n=1_000_000, seed=SEED + 1)
        inside &= bool(table["inside"].all())
        print(f"\n{name}\n{table.round(3).to_string(index=False)}")
        steps = naive_ratios(scenario(name), 1_000_000, SEED + 1)
        print({key: round(float(np.exp(value)), 3) for key, value in steps.items()})
    return inside


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verify", action="store_true")
    if parser.parse_args().verify:
        return 0 if verify() else 1
    fitted = fit()
    for name, value in fitted.items():
        print(f"{name:20} prior {PRIORS[name][0]:8g}  fitted {value:8g}")
    write(fitted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
