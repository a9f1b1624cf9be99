"""Fit the disease model to the published anchors.

    python tools/calibrate.py             fit, print, and write disease/parameters.csv
    python tools/calibrate.py --verify    print every anchor of every scenario from 1,000,000

Penalised least squares (Gauss-Newton) on common random numbers. The anchors (disease/anchors.csv)
pull in the null and the strong scenario at once towards their published value, kept to the middle
half of the accepted range, and near either end a wall holds them back; a few choices about who gets
HIPEC pull in the null scenario; and each fitted parameter is pulled to a prior guess, since there
are more parameters than anchors. The effects of HIPEC (disease/scenarios.csv) are chosen, not
fitted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from dsrct_edu.analysis.partial_likelihood import one_covariate
from dsrct_edu.disease import anchors, scenario
from dsrct_edu.disease.equations import Arrays

TABLE = Path(__file__).resolve().parents[1] / "src/dsrct_edu/disease/parameters.csv"
# Medians and shares are steps on a fixed sample: with fewer patients, or closer differences, the
# search stops early.
PATIENTS, SEED, STEPS, APART = 40_000, 1, 3, 0.3
PARTS = (0.0, 1 / 3, 1.0)  # of each step: the best of them is taken
# parameter: (prior guess, how far it may well lie from it); guesses come from a first trial
PRIORS = {
    "favourable_share": (0.19, 0.03),
    "pci_0": (-0.40, 0.1),
    "pci_fav": (-0.55, 0.1),
    "liver_0": (-0.54, 0.2),
    "liver_aggr": (0.60, 0.12),
    "liver_fav": (-1.1, 0.2),
    "extra_0": (-0.94, 0.2),
    "extra_aggr": (0.50, 0.12),
    "extra_fav": (-0.95, 0.2),
    "ascites_0": (-0.26, 0.2),
    "ascites_aggr": (0.45, 0.12),
    "ascites_fav": (-1.0, 0.2),
    "shrink_0": (-0.41, 0.05),
    "natural_median": (32.5, 3),
    "natural_shape": (1.9, 0.15),
    "natural_aggr": (0.41, 0.1),
    "natural_response": (-0.8, 0.15),
    "natural_liver": (0.30, 0.1),
    "natural_extra": (0.32, 0.1),
    "natural_ascites": (0.30, 0.08),
    "natural_poor": (0.52, 0.1),
    "natural_fav": (-0.3, 0.1),
    "wait_mean": (2.4, 0.2),
    "operate_0": (2.15, 0.3),
    "operate_response": (1.4, 0.2),
    "operate_liver": (-0.75, 0.2),
    "operate_extra": (-1.35, 0.25),
    "operate_ascites": (-0.27, 0.1),
    "operate_poor": (-1.25, 0.2),
    "complete_0": (0.65, 0.2),
    "complete_pci": (-0.085, 0.015),
    "complete_liver": (-0.72, 0.15),
    "offer_0": (-0.1, 0.3),
    "offer_shrink": (4.0, 1.0),
    "offer_pci": (0.0, 0.03),
    "offer_liver": (-0.12, 0.2),
    "offer_extra": (-1.5, 0.3),
    "offer_ascites": (-0.25, 0.1),
    "offer_poor": (-1.2, 0.3),
    "radio_0": (0.25, 0.2),
    "radio_incomplete": (0.1, 0.25),
    "radio_unoperated": (-0.75, 0.3),
    "cure_0": (-5.0, 0.4),
    "cure_fav": (5.2, 0.5),
    "cure_aggr": (-0.6, 0.15),
    "cure_shrink": (2.7, 0.5),
    "cure_liver": (-1.1, 0.2),
    "cure_extra": (-1.25, 0.2),
    "cure_ascites": (-0.55, 0.15),
    "cure_pci": (-0.05, 0.015),
    "peritoneal_median": (8.5, 1),
    "peritoneal_shape": (1.85, 0.12),
    "peritoneal_aggr": (0.4, 0.1),
    "peritoneal_shrink": (-1.1, 0.25),
    "peritoneal_liver": (0.12, 0.08),
    "peritoneal_extra": (0.16, 0.08),
    "peritoneal_ascites": (0.33, 0.1),
    "hepatic_median": (48, 7),
    "distant_median": (40, 6),
    "after_peritoneal": (26, 2),
    "after_hepatic": (18.5, 2),
    "after_distant": (11, 1.5),
    "after_aggr": (0.55, 0.1),
    "after_liver": (0.22, 0.08),
    "after_ascites": (0.17, 0.06),
    "incomplete_median": (15, 2),
    "incomplete_shape": (1.1, 0.06),
    "incomplete_liver": (0.42, 0.12),
    "incomplete_ascites": (0.4, 0.1),
    "progress_natural": (2.0, 0.3),
    "progress_incomplete": (0.8, 0.15),
}
# Where the published value is missing, extreme, or of another group than the anchor's.
TARGETS = {
    "os_5y": 0.225,
    "os_5y_of_3y": 0.58,
    "extra_hazard_ratio": 1.9,
    "disease_free_5y": 0.15,
    "late_relapses": 0.03,
    "os_5y_chemotherapy": 0.035,
    "os_10y": 0.09,
    "radiotherapy": 0.37,
}
# Choices and no anchors, in the null scenario: target and how far from it is too far. How much
# selection is left among the completely resected is free (see the model card).
# It is read off few patients, so those who have HIPEC are then chosen again from more of them.
OFFER, MORE_PATIENTS = ("offer_0", "offer_shrink", "offer_extra"), 400_000
CHOICES = {
    "log_ratio_complete": (np.log(0.83), 0.01),
    "pci_difference": (0.0, 0.3),
    "liver_difference": (0.0, 0.02),
    "os_median_chemotherapy": (19.5, 1.0),
}
ANCHOR_PULL = 3.0  # residuals a half-width counts, against 1 for a prior's distance
WALL, WALL_FROM = 60.0, 0.85  # the same beyond this share of the half-width


def choices(x: Arrays) -> dict[str, float]:
    """Return what `CHOICES` names, everyone followed to death."""
    rows, hipec = x["complete"], x["hipec"][x["complete"]]
    months = (x["death"] - x["surgery_month"])[rows]
    ratio = one_covariate(np.minimum(months, 60), hipec, months <= 60)[0]

    def apart(name: str) -> float:
        values = x[name][rows].astype(float)
        return float(values[hipec].mean() - values[~hipec].mean())

    return {
        "log_ratio_complete": float(ratio),
        "pci_difference": apart("pci_surgery"),
        "liver_difference": apart("liver"),
        "os_median_chemotherapy": float(np.median(x["death"][~x["operated"]])),
    }


def _from_anchors(table: pd.DataFrame, x: Arrays) -> np.ndarray:
    middle, half = (table["low"] + table["high"]) / 2, (table["high"] - table["low"]) / 2
    target = table["key"].map(TARGETS).fillna(table["published"])
    target = target.clip(middle - half / 2, middle + half / 2)
    value = table["key"].map(anchors.measured(x))
    wall = (value - middle).abs() / half - WALL_FROM
    return np.concatenate([ANCHOR_PULL * (value - target) / half, WALL * wall.clip(lower=0)])


def residuals(values: dict[str, float], patients: int) -> np.ndarray:
    """Return what least squares makes small: anchors, choices, distances from the priors."""
    table = anchors.anchor_table()
    table = table[table["key"] != "first_elsewhere"]  # one less the peritoneal share
    parts = []
    for name in ("null", "strong"):
        x = anchors.followed(scenario(name).replace(**values), patients, SEED)
        parts.append(_from_anchors(table[table["only_in"].isin(["", name])], x))
        if name == "null":
            found = choices(x)
            parts.append(np.array([(found[k] - goal) / far for k, (goal, far) in CHOICES.items()]))
    parts.append(np.array([(values[name] - at) / far for name, (at, far) in PRIORS.items()]))
    return np.concatenate(parts)


def fit(start: dict[str, float], free: tuple[str, ...], patients: int) -> dict[str, float]:
    """Move the free parameters from where they start, for a few steps."""
    scale = {name: PRIORS[name][1] for name in free}

    def moved(values: dict[str, float], by: dict[str, float]) -> dict[str, float]:
        return values | {name: values[name] + by[name] * scale[name] for name in by}

    values, here = start, residuals(start, patients)
    for step in range(STEPS):
        print(f"step {step}: loss {here @ here:.3f}", flush=True)
        slopes = [
            (
                residuals(moved(values, {name: APART}), patients)
                - residuals(moved(values, {name: -APART}), patients)
            )
            / (2 * APART)
            for name in free
        ]
        best = np.linalg.lstsq(np.array(slopes).T, -here, rcond=None)[0]
        move = dict(zip(free, np.clip(best, -1, 1), strict=True))
        tried = (moved(values, {name: part * by for name, by in move.items()}) for part in PARTS)
        values, here = min(
            ((at, residuals(at, patients)) for at in tried),
            key=lambda pair: float(pair[1] @ pair[1]),
        )
    print(f"end: loss {here @ here:.3f}", flush=True)
    return {name: float(f"{value:.3g}") for name, value in values.items()}


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
        print(choices(anchors.followed(scenario(name), 1_000_000, SEED + 1)))
    return inside


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verify", action="store_true")
    if parser.parse_args().verify:
        return 0 if verify() else 1
    fitted = fit({name: at for name, (at, _) in PRIORS.items()}, tuple(PRIORS), PATIENTS)
    fitted = fit(fitted, OFFER, MORE_PATIENTS)
    for name, value in fitted.items():
        print(f"{name:20} prior {PRIORS[name][0]:8g}  fitted {value:8g}")
    write(fitted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
