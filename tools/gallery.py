"""Builds docs/gallery: every family of figure, drawn from made-up tables, with its words.

``python -m tools.gallery`` writes the page and its images, which are also what the image
comparison tests hold new drawings against. ``python -m tools.gallery --look FOLDER`` writes each
figure in colour, in greyscale and as a deuteranope sees it, at 1,024 pixels, to be looked at.
"""

from __future__ import annotations

import argparse
import html
import io
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from PIL import Image

from dsrct_edu import figures
from dsrct_edu.figures import Figure

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "gallery"
VERSION = f"Drawn with matplotlib {matplotlib.__version__}."
PROJECTOR = 1024
# Deuteranopia on linear RGB: Machado, Oliveira and Fernandes, IEEE Trans Vis Comput Graph
# 2009;15:1291-8.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)


def kaplan_meier(
    groups: list[str], n: int = 150, events: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return made-up curves and counts; a later group lives longer."""
    rng = np.random.default_rng(7)
    curves, counts = [], []
    for index, group in enumerate(groups):
        scale = 34 * (1 + 0.8 * index / len(groups))
        time = np.round(rng.weibull(1.2, n) * scale, 1) + 0.1
        censored = np.round(rng.uniform(20, 110, n), 1)
        died = (time <= censored) & events
        time = np.minimum(time, censored)
        moments = np.unique(np.append(0.0, time))
        left = (time[None, :] >= moments[:, None]).sum(axis=1)
        dead = (time[died][None, :] == moments[:, None]).sum(axis=1)
        survival = np.cumprod(1 - dead / left)
        with np.errstate(divide="ignore", invalid="ignore"):  # undefined at 0 and 1
            spread = 1.96 * np.sqrt(np.cumsum(dead / (left * (left - dead)))) / -np.log(survival)
            low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
        whole = survival == 1
        low, high = np.where(whole, 1.0, low), np.where(whole, 1.0, high)
        low[survival == 0] = high[survival == 0] = np.nan
        after = (time[None, :] > moments[:, None]).sum(axis=1)
        table = {"group": group, "time": moments, "survival": survival}
        curves.append(pd.DataFrame({**table, "ci_low": low, "ci_high": high, "at_risk": after}))
        for moment in range(0, 97, 12):
            gone = time <= moment
            row = ((~gone).sum(), (gone & ~died).sum(), (gone & died).sum())
            counts.append((group, float(moment), *map(int, row)))
    tally = ["group", "time", "at_risk", "censored", "events"]
    return pd.concat(curves), pd.DataFrame(counts, columns=tally)


def survival_curves() -> Figure:
    """Two arms with their truth."""
    arms = ["without HIPEC", "with HIPEC"]
    curves, counts = kaplan_meier(arms)
    month = np.arange(0, 97.0)
    truth = pd.concat(
        pd.DataFrame({"group": arm, "time": month, "survival": np.exp(-((month / scale) ** 1.2))})
        for arm, scale in zip(arms, (34, 47.6), strict=True)
    )
    return figures.survival_curves(
        curves, counts, time_zero="surgery", horizon=60, shade=True, truth=truth,
        title="With and without HIPEC, and the truth",
    )  # fmt: skip


def survival_six_groups() -> Figure:
    """Six groups with long names."""
    names = ("liver", "extra-abdominal", "ascites", "no", "lymph-node", "lung")
    curves, counts = kaplan_meier([f"{name} metastases at diagnosis" for name in names], n=90)
    return figures.survival_curves(curves, counts)


def survival_five_patients() -> Figure:
    """Five patients: nothing here is to be read."""
    curves, counts = kaplan_meier(["phase 2 series"], n=5)
    return figures.survival_curves(curves, counts, time_zero="surgery")


def cumulative_incidence() -> Figure:
    """First events in two arms."""
    month = np.linspace(0, 84, 85)
    shares = {
        "without HIPEC": {"peritoneal": 0.62, "hepatic": 0.13, "distant": 0.10, "death": 0.05},
        "with HIPEC": {"peritoneal": 0.48, "hepatic": 0.17, "distant": 0.13, "death": 0.07},
    }
    table = pd.concat(
        pd.DataFrame(
            {
                "group": group,
                "cause": cause,
                "time": month,
                "cumulative_incidence": share * (1 - np.exp(-month / 17)),
            }
        )
        for group, causes in shares.items()
        for cause, share in causes.items()
    )
    return figures.cumulative_incidence(table, horizon=36, title="First event")


STEPS = pd.DataFrame(
    {
        "label": [
            "Everyone: ever or never HIPEC",
            "Everyone: HIPEC from the operation on",
            "Operated only",
            "Completely resected only",
            "Completely resected, adjusted",
        ],
        "estimate": [0.41, 0.47, 0.63, 0.82, 0.99],
        "ci_low": [0.21, 0.25, 0.33, 0.40, 0.39],
        "ci_high": [0.65, 0.84, 1.18, 1.62, 2.90],
        "truth": [1.0, 1.0, 1.0, 1.0, 1.0],
    }
)


def staircase() -> Figure:
    """Every step revealed."""
    return figures.staircase(STEPS, title="Where the difference comes from")


def staircase_predicting() -> Figure:
    """Two steps revealed, to ask what comes next."""
    return figures.staircase(STEPS, steps=2, title="What will the third step do?")


def swimmer_lanes() -> Figure:
    """Sixteen patients; one dies waiting."""
    rng = np.random.default_rng(3)
    lanes, marks = [], []
    for patient in range(1, 17):
        surgery, end = 4 + rng.gamma(2, 1.6), 4 + rng.gamma(2, 14)
        lanes.append((patient, 0.0, min(surgery, end), "waiting"))
        if end > surgery:
            lanes.append((patient, surgery, end, "after HIPEC" if patient % 3 else "after surgery"))
        if rng.uniform() < 0.7:
            marks.append((patient, end, "death"))
        if end > surgery + 12:
            marks.append((patient, surgery + 9, "recurrence"))
    return figures.swimmer_lanes(
        pd.DataFrame(lanes, columns=["patient_id", "start", "stop", "state"]),
        pd.DataFrame(marks, columns=["patient_id", "time", "event"]),
        highlight=11,
        title="Who is treated has lived to be treated",
    )


def patient_flow() -> Figure:
    """From diagnosis to HIPEC."""
    gates = {"diagnosed": 200, "operated": 118, "completely resected": 80, "HIPEC": 24}
    return figures.patient_flow(pd.DataFrame({"gate": gates.keys(), "n": gates.values()}))


def love_plot() -> Figure:
    """Nine confounders before and after weighting."""
    before = {
        "expert_centre": (0.62, 0.07),
        "tumour_shrinkage": (0.38, 0.04),
        "pci_surgery": (-0.32, -0.12),
        "extra_abdominal_metastases": (-0.26, 0.02),
        "liver_metastases": (-0.25, -0.05),
        "poor_performance": (-0.17, -0.03),
        "age": (-0.17, 0.06),
        "diagnosis_year": (0.15, 0.09),
        "ascites": (-0.11, 0.01),
    }
    rows = [(name, *values) for name, values in before.items()]
    return figures.love_plot(pd.DataFrame(rows, columns=["covariate", "unweighted", "weighted"]))


def overlap() -> Figure:
    """Propensity in both arms."""
    rng = np.random.default_rng(5)
    scores = np.append(rng.beta(1.6, 5, 600), rng.beta(3, 4, 220))
    table = pd.DataFrame({"propensity": scores, "arm": np.arange(820) >= 600})
    return figures.overlap(table)


def forest() -> Figure:
    """Made-up series with three clocks; two have no interval."""
    table = pd.DataFrame(
        {
            "label": [f"Series {letter}" for letter in "ABCDE"]
            + ["A series whose authors gave it a long name"],
            "estimate": [44.3, 60.0, 37.7, 45.0, 28.0, 21.1],
            "ci_low": [30.1, 41.0, 29.4, np.nan, 23.5, np.nan],
            "ci_high": [58.0, 84.0, 50.2, np.nan, 33.0, np.nan],
            "time_zero": ["surgery", "surgery", "diagnosis", "surgery", "diagnosis", "unclear"],
            "n": [14, 32, 23, 9, 125, 38],
        }
    )
    return figures.forest(table, measure="Median overall survival (months)", log=False)


def zip_plot() -> Figure:
    """One method centred on truth, and one that is not."""
    rng = np.random.default_rng(11)
    parts = []
    for method, bias in (("adjusted", 0.0), ("ever or never", -1.4)):
        se = rng.uniform(0.8, 1.2, 500)
        estimate = bias + rng.normal(0, se)
        parts.append(
            pd.DataFrame(
                {
                    "method": method,
                    "estimate": estimate,
                    "se": se,
                    "ci_low": estimate - 1.96 * se,
                    "ci_high": estimate + 1.96 * se,
                }
            )
        )
    return figures.zip_plot(pd.concat(parts), truth=0, measure="Log hazard ratio")


def dag() -> Figure:
    """Ten variables of the course, each in its role."""
    nodes = [
        ("complete resection", "selection", 0, 3),
        ("expert centre", "confounder", 1, 3),
        ("shrinkage", "confounder", 2, 3),
        ("PCI at surgery", "confounder", 3, 3),
        ("aggressiveness", "unmeasured", 4, 3),
        ("age", "decoy", 0, 2),
        ("HIPEC", "exposure", 1, 1),
        ("complication", "mediator", 2.3, 1),
        ("death", "outcome", 3.6, 1),
        ("scan ordered", "collider", 2.3, 0),
    ]
    arrows = [
        ("expert centre", "HIPEC"),
        ("shrinkage", "HIPEC"),
        ("PCI at surgery", "HIPEC"),
        ("shrinkage", "death"),
        ("PCI at surgery", "death"),
        ("age", "HIPEC"),
        ("complete resection", "HIPEC"),
        ("HIPEC", "complication"),
        ("complication", "death"),
        ("HIPEC", "death"),
        ("aggressiveness", "PCI at surgery"),
        ("aggressiveness", "death"),
        ("HIPEC", "scan ordered"),
        ("death", "scan ordered"),
    ]
    return figures.dag(
        pd.DataFrame(nodes, columns=["name", "role", "x", "y"]),
        pd.DataFrame(arrows, columns=["source", "target"]),
    )


def pci_map() -> Figure:
    """Thirteen scores that add up to 18."""
    scores = [3, 2, 1, 0, 1, 2, 3, 2, 1, 1, 0, 1, 1]
    return figures.pci_map(pd.DataFrame({"region": range(13), "score": scores}))


def heat_course() -> Figure:
    """Fluid and tissue."""
    minute = np.arange(0, 61.0)
    fluid, tissue = 43.2 - 5.8 * np.exp(-minute / 6), 42.2 - 5.2 * np.exp(-minute / 14)
    table = {
        "minute": np.tile(minute, 2),
        "celsius": np.append(fluid, tissue),
        "compartment": ["perfusate"] * 61 + ["tissue"] * 61,
    }
    return figures.heat_course(pd.DataFrame(table))


def drug_course() -> Figure:
    """Cavity and plasma."""
    minute = np.arange(0, 61.0)
    table = {
        "minute": minute,
        "peritoneal_mg_l": 40 * np.exp(-0.0142 * minute),
        "plasma_mg_l": 4.2 * (np.exp(-0.008 * minute) - np.exp(-0.04 * minute)),
    }
    return figures.drug_course(pd.DataFrame(table), drug="cisplatin")


def waterfall() -> Figure:
    """Forty-eight tumours."""
    change = np.random.default_rng(2).normal(-0.3, 0.27, 48).clip(-1, 0.6)
    cuts = [change <= -0.999, change <= -0.3, change < 0.2]
    response = np.select(cuts, ["CR", "PR", "SD"], "PD")
    return figures.waterfall(pd.DataFrame({"change": change, "response": response}))


def calibration() -> Figure:
    """Anchors with their ranges; one is missed."""
    rows = [
        ("alive at 1 year, all", 0.81, 0.76, 0.87, 0.813),
        ("alive at 5 years, all", 0.23, 0.15, 0.29, 0.182),
        ("median survival, all (months)", 28.0, 24.0, 34.0, 27.2),
        ("share operated", 0.62, 0.42, 0.75, 0.59),
        ("hazard ratio of death, liver metastases", 2.1, 1.3, 3.5, 1.69),
        ("share with ascites", 0.40, 0.30, 0.58, 0.62),
    ]
    table = pd.DataFrame(rows, columns=["anchor", "published", "low", "high", "simulated"])
    return figures.calibration(
        table.assign(
            inside=table["simulated"].between(0.18, 27.2)
            & (table["anchor"] != "share with ascites")
        )
    )


EXAMPLES: dict[str, Callable[[], Figure]] = {
    draw.__name__: draw
    for draw in (
        survival_curves,
        survival_six_groups,
        survival_five_patients,
        cumulative_incidence,
        staircase,
        staircase_predicting,
        swimmer_lanes,
        patient_flow,
        love_plot,
        overlap,
        forest,
        zip_plot,
        dag,
        pci_map,
        heat_course,
        drug_course,
        waterfall,
        calibration,
    )
}


def page(drawn: dict[str, Figure]) -> str:
    """Return the gallery page: each picture, its words, and the lines that drew it."""
    parts = [
        "# Gallery of figures\n",
        "Built by `python -m tools.gallery`; do not edit. All tables are made up. "
        f"{VERSION}\n\nEach picture carries the sentence below it as its alternative text.\n",
    ]
    for key, figure in drawn.items():
        about = EXAMPLES[key].__doc__ or ""
        words = html.escape(figure.describe(), quote=True)
        parts.append(f"## {key.replace('_', ' ').capitalize()}\n\n{about}\n")
        parts.append(f'<img src="{key}.png" alt="{words}">\n\n> {figure.words}\n')
    return "\n".join(parts)


def build(folder: Path = FOLDER) -> None:
    """Write the page and its images."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {key: draw() for key, draw in EXAMPLES.items()}
    for key, figure in drawn.items():
        (folder / f"{key}.png").write_bytes(figure.png())
    (folder / "README.md").write_text(page(drawn), encoding="utf-8", newline="\n")


def seen(picture: Image.Image) -> dict[str, Image.Image]:
    """Return a picture in colour, in greyscale, and as a deuteranope sees it, at 1,024 pixels."""
    height = round(picture.height * PROJECTOR / picture.width)
    colour = picture.convert("RGB").resize((PROJECTOR, height), Image.Resampling.LANCZOS)
    share = np.asarray(colour, dtype=float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ DEUTERANOPIA.T, 0, 1)
    back = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    other = Image.fromarray(np.uint8(np.rint(back * 255)))
    return {"colour": colour, "grey": colour.convert("L").convert("RGB"), "deuteranope": other}


def look(folder: Path) -> None:
    """Write every example three times, one below the other."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, draw in EXAMPLES.items():
        views = list(seen(Image.open(io.BytesIO(draw().png()))).values())
        sheet = Image.new("RGB", (PROJECTOR, sum(view.height for view in views)), "white")
        top = 0
        for view in views:
            sheet.paste(view, (0, top))
            top += view.height
        sheet.save(folder / f"{key}.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look", type=Path, metavar="FOLDER", help="write proofs instead")
    chosen = parser.parse_args()
    if chosen.look:
        look(chosen.look)
    else:
        build()
