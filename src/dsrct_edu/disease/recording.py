"""What a registry records of the patients: the arm received, censored, in tenths of months."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dsrct_edu import vocabulary
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease.equations import Arrays, Noise
from dsrct_edu.disease.scenarios import Scenario

# What a registry records as it is at diagnosis, with its name in the equations.
AT_DIAGNOSIS = {
    name: vocabulary.patients()[name].short
    for name in (
        *("sex", "age", "centre", "expert_centre", "poor_performance", "liver_metastases"),
        *("extra_abdominal_metastases", "ascites", "pci_diagnosis"),
    )
}
_WEEKS = 30.4375 / 7  # in a month


def recorded(p: Scenario, noise: Noise, x: Arrays, arms: Mapping[str, Arrays]) -> Arrays:
    """Return the columns of a registry, by name."""
    lost = x["censoring_month"]
    operated = x["operated"] & (x["surgery_month"] < lost)
    hipec = x["hipec"] & operated
    treated, untreated = arms["hipec"], arms["no_hipec"]
    seen = {key: np.where(hipec, treated[key], untreated[key]) for key in treated if key != "cured"}
    end = np.minimum(seen["death_month"], lost)
    surgery = np.maximum(np.rint(10 * x["surgery_month"]), 1.0)
    last = np.maximum(np.rint(10 * end), 1.0 + surgery * operated)
    recurrence = operated & (seen["recurrence_month"] <= end)
    relapse, last = _dated(recurrence, seen["recurrence_month"], surgery + 1, last)
    # of those never completely resected: for the others it is infinite
    progression = x["progression_month"] <= end
    progress, last = _dated(
        progression, x["progression_month"], np.where(operated, surgery + 1, 1.0), last
    )
    restaged = end >= p.restaging
    shrinkage = x["tumour_shrinkage"]
    # complete and partial response, stable disease, progression: 0 to 3
    recist = 3.0 - (shrinkage > -0.2) - (shrinkage >= 0.3) - (shrinkage >= 0.995)
    radio_start = np.where(operated, x["surgery_month"] + p.radio_start, p.radio_unoperated_start)
    return {name: x[short] for name, short in AT_DIAGNOSIS.items()} | {
        "diagnosis_year": np.floor(x["date"]),
        "chemotherapy_cycles": _cycles(p, noise["cycles"], operated, surgery / 10, end),
        "tumour_shrinkage": np.where(restaged, shrinkage, np.nan),
        "recist": np.where(restaged, recist, np.nan),
        "pci_surgery": np.where(operated, x["pci_surgery"], np.nan),
        "operated": operated,
        "surgery_month": np.where(operated, surgery / 10, np.nan),
        "cc_score": np.where(operated, x["cc_score"], np.nan),
        "hipec": hipec,
        "radiotherapy": seen["radiotherapy"] & (operated | ~x["fit"]) & (radio_start < lost),
        "adjuvant_chemotherapy": seen["adjuvant_chemotherapy"]
        & operated
        & (x["surgery_month"] + p.adjuvant_start < lost),
        "major_complication": seen["major_complication"] & operated,
        "recurrence": recurrence,
        "recurrence_month": np.where(recurrence, relapse / 10, np.nan),
        "recurrence_site": np.where(recurrence, seen["recurrence_site"], 0.0),
        "progression": progression,
        "progression_month": np.where(progression, progress / 10, np.nan),
        "death": seen["death_month"] <= lost,
        "follow_up_month": last / 10,
    }


def _dated(happened: Flags, month: Floats, earliest: Floats, last: Floats) -> tuple[Floats, Floats]:
    """Return tenths of months of an event, and the end of follow-up, which it never passes."""
    tenths = np.maximum(np.rint(10 * month), earliest)
    return tenths, np.where(happened, np.maximum(last, tenths), last)


def _cycles(p: Scenario, uniform: Floats, operated: Flags, surgery: Floats, end: Floats) -> Floats:
    """Return the cycles begun within follow-up and, of the operated, finished before surgery."""
    planned = p.cycles_low + np.floor(uniform * (p.cycles_high - p.cycles_low + 1))
    room = np.where(operated, surgery * _WEEKS / p.cycle_weeks, 1 + end * _WEEKS / p.cycle_weeks)
    return np.asarray(np.minimum(planned, np.floor(room)))
