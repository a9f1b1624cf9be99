"""Made-up tables for the figures: small, and with the edges that cohorts seldom have."""

import numpy as np
import pandas as pd

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
SERIES = pd.DataFrame(  # three clocks; two have no interval
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
LANES = pd.DataFrame(  # the third dies waiting
    [
        (1, 0.0, 6.0, "waiting"),
        (1, 6.0, 30.0, "after HIPEC"),
        (2, 0.0, 8.0, "waiting"),
        (2, 8.0, 20.0, "after surgery"),
        (3, 0.0, 4.0, "waiting"),
    ],
    columns=["patient_id", "start", "stop", "state"],
)
MARKS = pd.DataFrame(
    [(1, 15.0, "recurrence"), (2, 20.0, "death"), (3, 4.0, "death")],
    columns=["patient_id", "time", "event"],
)
CLONED = pd.DataFrame(  # the second is never operated on, the last is alive
    {
        "patient_id": ["A", "B", "C", "D"],
        "follow_up_month": [22.0, 4.0, 40.0, 30.0],
        "death": [True, True, True, False],
    }
)
CLONES = pd.DataFrame(
    [
        ("A", "no HIPEC", 0, 6, False, 1.0),
        ("B", "no HIPEC", 0, 4, True, 1.0),
        ("C", "no HIPEC", 0, 7, False, 1.0),
        ("C", "no HIPEC", 7, 40, True, 1.5),
        ("D", "no HIPEC", 0, 5, False, 1.0),
        ("D", "no HIPEC", 5, 30, False, 1.5),
        ("A", "HIPEC if completely resected", 0, 6, False, 1.0),
        ("A", "HIPEC if completely resected", 6, 22, True, 3.0),
        ("B", "HIPEC if completely resected", 0, 4, True, 1.0),
        ("C", "HIPEC if completely resected", 0, 7, False, 1.0),
        ("D", "HIPEC if completely resected", 0, 5, False, 1.0),
    ],
    columns=["patient_id", "strategy", "start", "stop", "event", "weight"],
)
WORLDS = pd.concat(
    STEPS.assign(world=f"Registry {letter}", truth=truth)
    for letter, truth in (("A", 0.64), ("B", 1.0), ("C", 1.1))
)
SIX = pd.DataFrame(
    {
        "patient_id": list("ABCDEF"),
        "duration": [6.0, 10.0, 14.0, 20.0, 26.0, 30.0],
        "event": [True, False, True, True, False, False],
    }
)
FUTURES = pd.DataFrame(
    {
        "patient_id": ["P1"],
        "surgery_month": [7.7],
        "death_month_hipec": [62.9],
        "recurrence_month_hipec": [26.6],
        "recurrence_site_hipec": ["hepatic"],
        "death_month_no_hipec": [53.1],
        "recurrence_month_no_hipec": [19.3],
        "recurrence_site_no_hipec": ["peritoneal"],
    }
)
PEOPLE = pd.DataFrame(
    [
        ("without", "alive at 5 years", 28),
        ("without", "died before", 72),
        ("with", "alive at 5 years", 32),
        ("with", "died before", 68),
    ],
    columns=["panel", "category", "n"],
)
EXITS = pd.DataFrame(
    {
        "panel": ["no HIPEC"] * 3 + ["HIPEC"] * 3,
        "category": ["peritoneal", "hepatic", "still free"] * 2,
        "n": [60, 22, 18, 42, 30, 28],
    }
)
GATES = pd.DataFrame({"gate": ["seen", "operated", "treated"], "n": [50, 30, 20]})
BALANCE = pd.DataFrame(
    [("age", -0.17, 0.06), ("expert_centre", 0.62, 0.07), ("pci_surgery", -0.32, -0.12)],
    columns=["covariate", "unweighted", "weighted"],
)
CENTRES = pd.DataFrame(
    {
        "centre": [*"AAAABBCCCCDDD"],
        "hipec": [True, False, True, False, *[False] * 2, *[True] * 4, *[False] * 3],
    }
)
SCORES = pd.DataFrame(
    {"propensity": [0.1, 0.3, 0.35, 0.3, 0.6], "arm": [False, False, False, True, True]}
)
NODES = pd.DataFrame(
    [
        ("expert centre", "confounder", 0, 1),
        ("HIPEC", "exposure", 0, 0),
        ("complication", "mediator", 1, 0),
        ("death", "outcome", 2, 0),
    ],
    columns=["name", "role", "x", "y"],
)
EDGES = pd.DataFrame(
    [
        ("expert centre", "HIPEC"),
        ("expert centre", "death"),
        ("HIPEC", "complication"),
        ("complication", "death"),
        ("HIPEC", "death"),
    ],
    columns=["source", "target"],
)
PCI = pd.DataFrame({"region": range(13), "score": [3, 2, 1, 0, 1, 2, 3, 2, 1, 1, 0, 1, 1]})
CHANGES = pd.DataFrame({"change": [-0.6, 0.3, -0.1, -0.45], "response": ["PR", "PD", "SD", "PR"]})
ANCHORS = pd.DataFrame(
    [
        ("alive at 1 year, all", 0.81, 0.76, 0.87, 0.813, True),
        ("median survival, all (months)", 28.0, 24.0, 34.0, 27.2, True),
        ("share with ascites", 0.40, 0.30, 0.58, 0.62, False),
    ],
    columns=["anchor", "published", "low", "high", "simulated", "inside"],
)


def survival(groups, n=150, events=True):
    """Curves with their intervals, and counts every year; a later group lives longer."""
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
        curve = np.cumprod(1 - dead / left)
        table = {"group": group, "time": moments, "survival": curve}
        limits = {"ci_low": 0.8 * curve, "ci_high": np.minimum(1, 1.2 * curve)}
        after = (time[None, :] > moments[:, None]).sum(axis=1)
        curves.append(pd.DataFrame({**table, **limits, "at_risk": after}))
        for moment in range(0, 97, 12):
            gone = time <= moment
            row = ((~gone).sum(), (gone & ~died).sum(), (gone & died).sum())
            counts.append((group, float(moment), *map(int, row)))
    tally = ["group", "time", "at_risk", "censored", "events"]
    return pd.concat(curves), pd.DataFrame(counts, columns=tally)


def incidence(shares, groups=("all",)):
    """Cumulative incidences that rise straight to each cause's share at month 60."""
    return pd.concat(
        pd.DataFrame(
            {
                "group": group,
                "cause": cause,
                "time": [0.0, 12.0, 60.0],
                "cumulative_incidence": np.array([0, 0.5, 1]) * share,
            }
        )
        for group in groups
        for cause, share in shares.items()
    )


def replicates(n=500):
    """Estimates of a method centred on the truth, which is zero, and of one that is not."""
    rng = np.random.default_rng(11)
    parts = []
    for method, bias in (("adjusted", 0.0), ("ever_never", -1.4)):
        se = rng.uniform(0.8, 1.2, n)
        estimate = bias + rng.normal(0, se)
        limits = {"ci_low": estimate - 1.96 * se, "ci_high": estimate + 1.96 * se}
        parts.append(pd.DataFrame({"method": method, "estimate": estimate, "se": se, **limits}))
    return pd.concat(parts)


def heat():
    """Fluid and tissue over an hour."""
    minute = np.arange(0, 61.0)
    fluid, tissue = 43.2 - 5.8 * np.exp(-minute / 6), 42.2 - 5.2 * np.exp(-minute / 14)
    return pd.DataFrame(
        {
            "minute": np.tile(minute, 2),
            "celsius": np.append(fluid, tissue),
            "compartment": ["perfusate"] * 61 + ["tissue"] * 61,
        }
    )


def drug():
    """Cavity and plasma over an hour."""
    minute = np.arange(0, 61.0)
    return pd.DataFrame(
        {
            "minute": minute,
            "peritoneal_mg_l": 40 * np.exp(-0.0142 * minute),
            "plasma_mg_l": 4.2 * (np.exp(-0.008 * minute) - np.exp(-0.04 * minute)),
        }
    )
