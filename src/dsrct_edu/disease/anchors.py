"""Holds the simulated disease against the published figures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from dsrct_edu import checks
from dsrct_edu.analysis.partial_likelihood import one_covariate
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease import scenarios
from dsrct_edu.disease.equations import Arrays
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.disease.simulate import blocks

_KEPT = (
    *("aggressiveness", "favourable", "male", "age", "date", "centre", "expert", "poor", "liver"),
    *("extra", "ascites", "tumour_shrinkage", "response", "pci_surgery", "operated", "complete"),
    *("hipec", "propensity", "surgery_month", "progression_month"),
)
_TREATMENT = ("major_complication", "radiotherapy", "adjuvant_chemotherapy", "cured")


@cache
def anchor_table() -> pd.DataFrame:
    """Return the anchors: key, words, published value, accepted range, evidence ids."""
    path = Path(__file__).parent / "anchors.csv"
    return pd.read_csv(path, keep_default_na=False, na_values={"published": [""]})


def fidelity(scenario: str | Scenario = "modest", n: int = 100_000, seed: int = 0) -> pd.DataFrame:
    """Compare the simulated disease with the published figures that it was fitted to.

    Every patient is followed to death, without censoring, under the treatment received.

    Parameters
    ----------
    scenario : str or Scenario
        A scenario or its name.
    n : int
        Patients to simulate; the more, the less noise in ``simulated``.
    seed : int
        Seed of the simulation.

    Returns
    -------
    DataFrame
        Columns ``anchor, published, low, high, simulated, inside``. ``low`` and ``high`` are
        the range accepted in advance. Some anchors hold only where HIPEC does nothing: the
        naive median with HIPEC, and what the second calibration added on late survival and
        prognosis.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> table = dsrct.fidelity("null", n=20_000, seed=1)
    >>> bool(table["inside"].all())
    True
    """
    model = scenarios.scenario(scenario)
    n, seed = checks.whole(n, "n", 1000), checks.whole(seed, "seed")
    simulated = measure(model, n, seed)
    table = anchor_table()
    table = table[(table["only_in"] == "") | model.does_nothing].reset_index(drop=True)
    table["simulated"] = table["key"].map(simulated)
    table["inside"] = table["simulated"].between(table["low"], table["high"])
    return table[["anchor", "published", "low", "high", "simulated", "inside"]]


def followed(scenario: Scenario, n: int, seed: int) -> Arrays:
    """Simulate patients who are all followed to death under the treatment received.

    Returns
    -------
    dict of array (patients,)
        Baseline and pathway, and ``death``, ``recurrence`` (months from diagnosis; infinite if
        never), ``site``, ``radiotherapy`` and ``major_complication``.
    """
    parts: list[Arrays] = []
    for block in blocks(scenario, n, seed, observe=False):
        hipec = block.latent["hipec"]
        part = {key: block.latent[key] for key in _KEPT}
        for key, name in (
            ("death", "death_month"),
            ("recurrence", "recurrence_month"),
            ("site", "recurrence_site"),
            *((name, name) for name in _TREATMENT),
        ):
            part[key] = np.where(hipec, block.arms["hipec"][name], block.arms["no_hipec"][name])
        parts.append(part)
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def measure(scenario: Scenario, n: int, seed: int) -> dict[str, float]:
    """Return every anchor of the simulated disease, by the keys of ``anchors.csv``."""
    return measured(followed(scenario, n, seed))


def measured(x: Arrays) -> dict[str, float]:
    """Return every anchor of patients as `followed` gives them, by the keys of ``anchors.csv``."""
    operated, complete = x["operated"], x["complete"]
    return (
        _survival(x)
        | _recurrence(x)
        | {
            "share_operated": _share(operated),
            "share_complete": _share(complete),
            "male": _share(x["male"]),
            "age_median": float(np.median(x["age"])),
            "liver": _share(x["liver"]),
            "extraperitoneal": _share(x["liver"] | x["extra"]),
            "ascites": _share(x["ascites"]),
            "hipec_share": _share(x["hipec"][operated]),
            "shrinkage_median": float(np.median(x["tumour_shrinkage"])),
            "radiotherapy": _share(x["radiotherapy"]),
            **{
                f"{name}_hazard_ratio": float(np.exp(one_covariate(x["death"], x[name])[0]))
                for name in ("liver", "extra", "ascites")
            },
        }
    )


def event_free(x: Arrays) -> Floats:
    """Return months from diagnosis to progression, recurrence or death, whichever is first."""
    return np.minimum(np.minimum(x["progression_month"], x["recurrence"]), x["death"])


def _survival(x: Arrays) -> dict[str, float]:
    death, operated, complete = x["death"], x["operated"], x["complete"]
    return {
        "os_1y": _share(death > 12),
        "os_3y": _share(death > 36),
        "os_5y": _share(death > 60),
        "os_10y": _share(death > 120),
        "os_5y_of_3y": _share(death[death > 36] > 60),
        "os_median": float(np.median(death)),
        "os_3y_chemotherapy": _share(death[~operated] > 36),
        "os_5y_chemotherapy": _share(death[~operated] > 60),
        "os_3y_partial": _share(death[operated & ~(complete & x["radiotherapy"])] > 36),
        "os_3y_complete": _share(death[complete] > 36),
        "os_median_complete": float(np.median(death[complete])),
        "os_median_incomplete": float(np.median(death[operated & ~complete])),
        "hipec_os_median": float(np.median(death[x["hipec"]])),
        "efs_median": float(np.median(event_free(x))),
    }


def _recurrence(x: Arrays) -> dict[str, float]:
    rows = np.flatnonzero(x["complete"])
    recurrence = (x["recurrence"] - x["surgery_month"])[rows]
    free = (event_free(x) - x["surgery_month"])[rows]
    within_5y = recurrence <= 60
    peritoneal = _share(x["site"][rows][within_5y] == 1)
    return {
        "rfs_median": float(np.median(free)),
        "rfs_3y": _share(free > 36),
        "disease_free_5y": _share(free > 60),
        "recurred_5y": _share(within_5y),
        "late_relapses": _share(recurrence[np.isfinite(recurrence)] > 36),
        "first_peritoneal": peritoneal,
        "first_elsewhere": 1 - peritoneal,
    }


def _share(flags: Flags | Floats) -> float:
    return float(np.mean(flags))
