"""The structural equations of the disease model, on arrays; time in months since diagnosis.

Each function takes the parameters ``p``, one uniform noise an equation, and the dictionary of
variables drawn so far, and adds to it. What a registry records (age in years, shrinkage to the
percent, PCI in points) enters later equations as recorded, so that the measured confounders are
measured without error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from dsrct_edu.disease.scenarios import Scenario

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Arrays = dict[str, NDArray[Any]]
Noise = Mapping[str, Floats]

SITES = ("none", "peritoneal", "hepatic", "distant")
RECIST = ("CR", "PR", "SD", "PD")
_LN2 = float(np.log(2.0))
# Centres of covariates. Moving one only shifts an intercept.
PCI_AT_DIAGNOSIS, PCI_AT_SURGERY, AGE, YEAR = 15, 10, 21, 2012
SHRINKAGE, INTERVAL, HALF = 0.3, 15, 0.5

_NEEDED_AFTER = (
    *("aggressiveness", "expert", "liver", "extra", "ascites", "poor"),
    *("pci_surgery", "tumour_shrinkage", "surgery_month"),
)
_NOISE_AFTER = (
    *("radio", "complication", "cure"),
    *("peritoneal", "hepatic", "distant", "other", "after"),
)


def baseline(p: Scenario, noise: Noise) -> Arrays:
    """Draw what is there at diagnosis."""
    u = ndtri(noise["aggressiveness"])
    age = np.exp(np.log(p.age_median) + p.age_log_sd * ndtri(noise["age"]))
    date = p.year_first + (p.year_end - p.year_first) * noise["year"]
    pci = np.rint(39 / (1 + np.exp(-(p.pci_0 + p.pci_aggr * u + p.pci_sd * ndtri(noise["pci"])))))
    pci = np.maximum(pci, 1.0)
    spread = pci - PCI_AT_DIAGNOSIS
    return {
        "aggressiveness": u,
        "age": np.floor(np.clip(age, p.age_min, p.age_max)),
        "male": noise["sex"] < p.male,
        "expert": noise["expert"] < p.expert_share,
        "date": date,
        "pci": pci,
        "liver": _chance(noise["liver"], p.liver_0 + p.liver_aggr * u + p.liver_pci * spread),
        "extra": _chance(noise["extra"], p.extra_0 + p.extra_aggr * u),
        "ascites": _chance(
            noise["ascites"], p.ascites_0 + p.ascites_aggr * u + p.ascites_pci * spread
        ),
        "poor": _chance(noise["poor"], p.poor_0 + p.poor_aggr * u + p.poor_pci * spread),
    }


def chemotherapy(p: Scenario, noise: Noise, x: Arrays) -> None:
    """Draw the response to chemotherapy; a negative shrinkage is growth."""
    log_ratio = p.shrink_0 + p.shrink_aggr * x["aggressiveness"] + p.shrink_poor * x["poor"]
    log_ratio += p.shrink_sd * ndtri(noise["shrinkage"])
    # No more than doubled: beyond that nobody goes on with the same drugs.
    shrinkage = np.rint(100 * np.maximum(1 - np.exp(log_ratio), -1.0)) / 100
    x["tumour_shrinkage"] = shrinkage
    x["response"] = shrinkage >= p.response_cut
    x["pci_surgery"] = np.clip(np.rint(x["pci"] * (1 - p.pci_shrink * shrinkage)), 1.0, 39.0)


def pathway(p: Scenario, noise: Noise, x: Arrays) -> None:
    """Draw death without surgery, the way to the theatre, completeness, and who gets HIPEC."""
    expert, response = x["expert"] - HALF, x["response"] - HALF
    u, pci = x["aggressiveness"], x["pci_surgery"] - PCI_AT_SURGERY
    liver, extra, ascites, poor = x["liver"], x["extra"], x["ascites"], x["poor"]
    x["natural_month"] = _weibull(
        noise["natural"],
        p.natural_median,
        p.natural_shape,
        p.natural_aggr * u
        + p.natural_response * response
        + p.natural_liver * liver
        + p.natural_extra * extra
        + p.natural_ascites * ascites
        + p.natural_poor * poor
        + p.natural_expert * expert,
    )
    # Two exponential stages: a gamma of shape 2 without an inverse gamma function.
    x["surgery_month"] = p.wait_min - 0.5 * p.wait_mean * np.log(noise["wait_1"] * noise["wait_2"])
    fit = _chance(
        noise["operate"],
        p.operate_0
        + p.operate_response * response
        + p.operate_pci * pci
        + p.operate_liver * liver
        + p.operate_extra * extra
        + p.operate_ascites * ascites
        + p.operate_poor * poor
        + p.operate_expert * expert,
    )
    # Immortal time arises here: who is operated was alive until then.
    x["operated"] = fit & (x["natural_month"] > x["surgery_month"])
    odds = np.exp(
        p.complete_0 + p.complete_pci * pci + p.complete_liver * liver + p.complete_expert * expert
    )
    # One uniform, three thresholds: the completeness score is an ordered logit.
    failed = noise["complete"] / (1 - noise["complete"])
    score = (failed > odds * np.exp(p.cc0_shift)) + (failed > odds).astype(np.float64)
    x["cc_score"] = score + (failed > odds * np.exp(p.cc2_shift))
    x["complete"] = x["operated"] & (x["cc_score"] <= 1)
    log_odds = (
        p.offer_0
        + p.offer_expert * expert
        + p.offer_shrink * (x["tumour_shrinkage"] - SHRINKAGE)
        + p.offer_pci * pci
        + p.offer_liver * liver
        + p.offer_extra * extra
        + p.offer_ascites * ascites
        + p.offer_poor * poor
        + p.offer_age * (x["age"] - AGE)
        + p.offer_year * (np.floor(x["date"]) - YEAR)
        + p.offer_aggr * u
    )
    offered = p.coin if p.coin > 0 else 1 / (1 + np.exp(-log_odds))
    x["propensity"] = np.where(x["complete"], offered, 0.0)
    x["hipec"] = noise["offer"] < x["propensity"]
    lost = -np.log(noise["loss"]) / (p.loss_rate * np.exp(p.loss_other * (1 - x["expert"])))
    x["censoring_month"] = np.minimum(lost, 12 * (p.year_cut - x["date"]))


def outcomes(p: Scenario, noise: Noise, x: Arrays) -> tuple[Arrays, Arrays]:
    """Draw the potential outcomes without and with HIPEC from the same noise."""
    n = len(x["operated"])
    death = x["natural_month"].copy()
    died_incomplete = np.flatnonzero(x["operated"] & ~x["complete"])
    death[died_incomplete] = _after_incomplete(p, noise, x, died_incomplete)
    rows = np.flatnonzero(x["complete"])
    resected = {key: x[key][rows] for key in _NEEDED_AFTER}
    own = {key: noise[key][rows] for key in _NOISE_AFTER}
    # A major complication can follow any operation; HIPEC can only change it after CC 0-1.
    complication = x["operated"] & _chance(noise["complication"], _complication(p, x))
    arms = []
    for hipec in (0, 1):
        arm: Arrays = {
            "death_month": death.copy(),
            "recurrence_month": np.full(n, np.inf),
            "recurrence_site": np.zeros(n),
            "cured": np.zeros(n, dtype=bool),
            "major_complication": complication.copy(),
            "radiotherapy": np.zeros(n, dtype=bool),
        }
        for key, values in _after_complete(p, own, resected, hipec).items():
            arm[key][rows] = values
        arms.append(arm)
    return arms[0], arms[1]


def _after_incomplete(p: Scenario, noise: Noise, x: Arrays, rows: NDArray[np.intp]) -> Floats:
    log_hazard = (
        p.incomplete_aggr * x["aggressiveness"][rows]
        + p.incomplete_liver * x["liver"][rows]
        + p.incomplete_extra * x["extra"][rows]
        + p.incomplete_ascites * x["ascites"][rows]
        + p.incomplete_poor * x["poor"][rows]
    )
    survived = _weibull(
        noise["incomplete"][rows], p.incomplete_median, p.incomplete_shape, log_hazard
    )
    return np.asarray(x["surgery_month"][rows] + survived)


def _complication(p: Scenario, x: Arrays) -> Floats:
    return np.asarray(
        p.complication_0
        + p.complication_pci * (x["pci_surgery"] - PCI_AT_SURGERY)
        + p.complication_poor * x["poor"]
        + p.complication_expert * (x["expert"] - HALF)
    )


def _after_complete(p: Scenario, noise: Noise, x: Arrays, hipec: int) -> Arrays:
    """Follow the completely resected of one arm: recurrence by site, or death before it."""
    u, shrinkage = x["aggressiveness"], x["tumour_shrinkage"] - SHRINKAGE
    expert, liver, extra = x["expert"] - HALF, x["liver"], x["extra"]
    complication = _chance(
        noise["complication"], _complication(p, x) + p.effect_complication * hipec
    )
    radio_planned = _chance(
        noise["radio"], p.radio_0 + p.radio_expert * expert + p.effect_radiotherapy * hipec
    )
    cured = _chance(
        noise["cure"],
        p.cure_0
        + p.cure_aggr * u
        + p.cure_shrink * shrinkage
        + p.cure_liver * liver
        + p.cure_extra * extra
        + p.effect_cure * hipec,
    )
    event = _death_before_recurrence(p, noise, x, complication, hipec)
    site = np.zeros(len(event))
    for number, name in enumerate(SITES[1:], start=1):
        early = p.effect_peritoneal_early * hipec if name == "peritoneal" else 0.0
        late = p.effect_peritoneal_late * hipec if name == "peritoneal" else 0.0
        month = _recurrence(p, name, noise, x, complication, radio_planned, early, late)
        first = (month < event) & ~cured
        event = np.where(first, month, event)
        site[first] = number
    recurred = site > 0
    start = x["surgery_month"]
    after = _after_recurrence(p, noise["after"], event, site, u, expert, hipec)
    return {
        "death_month": start + event + np.where(recurred, after, 0.0),
        "recurrence_month": np.where(recurred, start + event, np.inf),
        "recurrence_site": site,
        "cured": cured,
        "major_complication": complication,
        "radiotherapy": radio_planned & (event > p.radio_start),
    }


def _death_before_recurrence(
    p: Scenario, noise: Noise, x: Arrays, complication: Bools, hipec: int
) -> Floats:
    base = -np.log(1 - p.early_death) / p.early_window
    early = base * np.exp(
        p.early_poor * x["poor"]
        + p.early_pci * (x["pci_surgery"] - PCI_AT_SURGERY)
        + p.early_complication * complication
        + p.effect_early_death * hipec
    )
    due = -np.log(noise["other"])
    left = due - early * p.early_window
    return np.asarray(np.where(left <= 0, due / early, p.early_window + left / p.late_death))


def _recurrence(
    p: Scenario,
    site: str,
    noise: Noise,
    x: Arrays,
    complication: Bools,
    radio: Bools,
    effect_early: float,
    effect_late: float,
) -> Floats:
    """Invert a Weibull cumulative hazard whose level changes at radiotherapy and at the window."""

    def of(name: str) -> float:
        return float(getattr(p, f"{site}_{name}"))

    log_hazard = (
        of("shrink") * (x["tumour_shrinkage"] - SHRINKAGE)
        + of("pci") * (x["pci_surgery"] - PCI_AT_SURGERY)
        + of("liver") * x["liver"]
        + of("extra") * x["extra"]
        + of("ascites") * x["ascites"]
        + of("poor") * x["poor"]
        + of("expert") * (x["expert"] - HALF)
        + of("complication") * complication
        + of("aggr") * x["aggressiveness"]
    )
    median, shape = of("median"), of("shape")
    # In units of (u / median)^shape the cumulative hazard is a broken line.
    due = -np.log(noise[site]) / _LN2 * np.exp(-log_hazard)
    first, second = (p.radio_start / median) ** shape, (p.effect_window / median) ** shape
    level_1 = np.exp(effect_early)
    level_2 = level_1 * np.where(radio, np.exp(of("radio")), 1.0)
    level_3 = level_2 * np.exp(effect_late - effect_early)
    reached_1 = level_1 * first
    reached_2 = reached_1 + level_2 * (second - first)
    power = np.where(
        due <= reached_1,
        due / level_1,
        np.where(
            due <= reached_2,
            first + (due - reached_1) / level_2,
            second + (due - reached_2) / level_3,
        ),
    )
    return np.asarray(median * power ** (1 / shape))


def _after_recurrence(
    p: Scenario, noise: Floats, event: Floats, site: Floats, u: Floats, expert: Floats, hipec: int
) -> Floats:
    medians = np.array([1.0, p.after_peritoneal, p.after_hepatic, p.after_distant])
    log_hazard = (
        p.after_aggr * u
        + p.after_interval * (np.minimum(event, 60) - INTERVAL)
        + p.after_expert * expert
        + p.effect_after_recurrence * hipec
    )
    return _weibull(noise, medians[site.astype(np.intp)], p.after_shape, log_hazard)


def registry(p: Scenario, noise: Noise, x: Arrays, arms: tuple[Arrays, Arrays]) -> Arrays:
    """Return what a registry records: the arm received, censored, in tenths of months."""
    lost = x["censoring_month"]
    operated = x["operated"] & (x["surgery_month"] < lost)
    hipec = x["hipec"] & operated
    seen = {key: np.where(hipec, arms[1][key], arms[0][key]) for key in arms[0]}
    end = np.minimum(seen["death_month"], lost)
    recurrence = operated & (seen["recurrence_month"] <= end)
    surgery = np.maximum(np.rint(10 * x["surgery_month"]), 1.0)
    last = np.maximum(np.rint(10 * end), 1.0 + surgery * operated)
    relapse = np.where(recurrence, np.rint(10 * np.where(recurrence, end, 0.0)), 0.0)
    relapse[recurrence] = np.rint(10 * seen["recurrence_month"][recurrence])
    relapse = np.maximum(relapse, surgery + 1)
    last = np.maximum(last, relapse * recurrence)
    restaged = end >= p.restaging
    planned = p.cycles_low + np.floor(noise["cycles"] * (p.cycles_high - p.cycles_low + 1))
    given = 1 + np.floor(end * (30.4375 / 7) / p.cycle_weeks)
    shrinkage = x["tumour_shrinkage"]
    recist = np.select(
        [shrinkage >= 0.995, shrinkage >= 0.3, shrinkage > -0.2], [0.0, 1.0, 2.0], 3.0
    )
    return {
        "sex": x["male"],
        "age": x["age"],
        "diagnosis_year": np.floor(x["date"]),
        "expert_centre": x["expert"],
        "poor_performance": x["poor"],
        "liver_metastases": x["liver"],
        "extra_abdominal_metastases": x["extra"],
        "ascites": x["ascites"],
        "pci_diagnosis": x["pci"],
        "chemotherapy_cycles": np.minimum(planned, given),
        "tumour_shrinkage": np.where(restaged, shrinkage, np.nan),
        "recist": np.where(restaged, recist, np.nan),
        "pci_surgery": np.where(operated, x["pci_surgery"], np.nan),
        "operated": operated,
        "surgery_month": np.where(operated, surgery / 10, np.nan),
        "cc_score": np.where(operated, x["cc_score"], np.nan),
        "hipec": hipec,
        "radiotherapy": seen["radiotherapy"]
        & operated
        & (x["surgery_month"] + p.radio_start < lost),
        "major_complication": seen["major_complication"] & operated,
        "recurrence": recurrence,
        "recurrence_month": np.where(recurrence, relapse / 10, np.nan),
        "recurrence_site": np.where(recurrence, seen["recurrence_site"], 0.0),
        "death": seen["death_month"] <= lost,
        "follow_up_month": last / 10,
    }


def _chance(uniform: Floats, log_odds: Floats | float) -> Bools:
    """Return whether the uniform falls below the probability that has these log odds."""
    return np.asarray(uniform * (1.0 + np.exp(-log_odds)) < 1.0)


def _weibull(uniform: Floats, median: Floats | float, shape: float, log_hazard: Floats) -> Floats:
    """Invert the cumulative hazard ln 2 (t / median)^shape exp(log_hazard)."""
    log_time = (np.log(-np.log(uniform) / _LN2) - log_hazard) / shape
    return np.asarray(median * np.exp(log_time))
