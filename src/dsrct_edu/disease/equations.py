"""The structural equations of the disease model, on arrays; time in months since diagnosis.

Each function takes the parameters ``p``, one uniform noise an equation, and the dictionary of
variables drawn so far, and adds to it. Linear predictors follow the names in ``parameters.csv``:
``operate_liver`` is the coefficient of ``liver`` in the equation of ``operate``. What a registry
records (age in years, shrinkage to the percent, PCI in points) enters later equations as
recorded, so that the measured confounders are measured without error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from dsrct_edu import vocabulary
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease.scenarios import Scenario

Arrays = dict[str, NDArray[Any]]
Noise = Mapping[str, Floats]

# What a registry records as it is at diagnosis, with its name in the equations.
AT_DIAGNOSIS = {
    name: vocabulary.patients()[name].short
    for name in (
        *("sex", "age", "expert_centre", "poor_performance", "liver_metastases"),
        *("extra_abdominal_metastases", "ascites", "pci_diagnosis"),
    )
}
LN2 = float(np.log(2.0))
# Centres of covariates. Moving one only shifts an intercept.
PCI_AT_DIAGNOSIS, PCI_AT_SURGERY, AGE, YEAR = 15, 10, 21, 2012
SHRINKAGE, INTERVAL, HALF = 0.3, 15, 0.5
MOST_PCI = 39.0  # 13 regions of 3 points


def baseline(p: Scenario, noise: Noise) -> Arrays:
    """Draw what is there at diagnosis."""
    u = ndtri(noise["aggressiveness"])
    age = np.exp(np.log(p.age_median) + p.age_log_sd * ndtri(noise["age"]))
    spread = linear(p.group("pci"), {"aggr": u})
    spread += p.pci_sd * ndtri(noise["pci"])
    pci = np.maximum(np.rint(MOST_PCI / (1 + np.exp(-spread))), 1.0)
    x = {
        "aggressiveness": u,
        "age": np.floor(np.clip(age, p.age_min, p.age_max)),
        "male": noise["sex"] < p.male,
        "expert": noise["expert"] < p.expert_share,
        "date": p.year_first + (p.year_end - p.year_first) * noise["year"],
        "pci": pci,
    }
    causes = {"aggr": u, "pci": pci - PCI_AT_DIAGNOSIS}
    for finding in ("liver", "extra", "ascites", "poor"):
        x[finding] = chance(noise[finding], linear(p.group(finding), causes))
    return x


def chemotherapy(p: Scenario, noise: Noise, x: Arrays) -> None:
    """Draw the response to chemotherapy; a negative shrinkage is growth."""
    log_ratio = linear(p.group("shrink"), {"aggr": x["aggressiveness"], "poor": x["poor"]})
    log_ratio += p.shrink_sd * ndtri(noise["shrinkage"])
    # No more than doubled: beyond that nobody goes on with the same drugs.
    shrinkage = np.rint(100 * np.maximum(1 - np.exp(log_ratio), -1.0)) / 100
    x["tumour_shrinkage"] = shrinkage
    x["response"] = shrinkage >= p.response_cut
    x["pci_surgery"] = np.clip(np.rint(x["pci"] * (1 - p.pci_shrink * shrinkage)), 1.0, MOST_PCI)


def pathway(p: Scenario, noise: Noise, x: Arrays) -> None:
    """Draw death without surgery, the way to the theatre, completeness, and who gets HIPEC."""
    causes = covariates(x)
    x["natural_month"] = weibull(
        noise["natural"], p.natural_median, p.natural_shape, linear(p.group("natural"), causes)
    )
    # Two exponential stages: a gamma of shape 2 without an inverse gamma function.
    x["surgery_month"] = p.wait_min - 0.5 * p.wait_mean * np.log(noise["wait_1"] * noise["wait_2"])
    fit = chance(noise["operate"], linear(p.group("operate"), causes))
    # Immortal time arises here: who is operated was alive until then.
    x["operated"] = fit & (x["natural_month"] > x["surgery_month"])
    # One uniform, three thresholds: the completeness score is an ordered logit.
    odds = np.exp(linear(p.group("complete"), causes))
    failed = noise["complete"] / (1 - noise["complete"])
    score = (failed > odds * np.exp(p.cc0_shift)) + (failed > odds).astype(np.float64)
    x["cc_score"] = score + (failed > odds * np.exp(p.cc2_shift))
    x["complete"] = x["operated"] & (x["cc_score"] <= 1)
    x["hipec"] = _offer(p, noise["offer"], x, causes)
    lost = np.log(noise["loss"]) / np.where(
        x["expert"], -p.loss_rate, -p.loss_rate * np.exp(p.loss_other)
    )
    x["censoring_month"] = np.minimum(lost, 12 * (p.year_cut - x["date"]))


def _offer(p: Scenario, uniform: Floats, x: Arrays, causes: Arrays) -> Flags:
    """Decide on HIPEC in theatre, after complete resection only."""
    if p.coin > 0:
        x["propensity"] = np.where(x["complete"], p.coin, 0.0)
    else:
        log_odds = linear(p.group("offer"), causes)
        x["propensity"] = np.where(x["complete"], 1 / (1 + np.exp(-log_odds)), 0.0)
    return np.asarray(uniform < x["propensity"])


def recorded(p: Scenario, noise: Noise, x: Arrays, arms: Mapping[str, Arrays]) -> Arrays:
    """Return what a registry records: the arm received, censored, in tenths of months."""
    lost = x["censoring_month"]
    operated = x["operated"] & (x["surgery_month"] < lost)
    hipec = x["hipec"] & operated
    treated, untreated = arms["hipec"], arms["no_hipec"]
    seen = {key: np.where(hipec, treated[key], untreated[key]) for key in treated}
    end = np.minimum(seen["death_month"], lost)
    recurrence = operated & (seen["recurrence_month"] <= end)
    surgery = np.maximum(np.rint(10 * x["surgery_month"]), 1.0)
    last = np.maximum(np.rint(10 * end), 1.0 + surgery * operated)
    relapse = np.maximum(np.rint(10 * seen["recurrence_month"]), surgery + 1)
    last = np.where(recurrence, np.maximum(last, relapse), last)
    restaged = end >= p.restaging
    planned = p.cycles_low + np.floor(noise["cycles"] * (p.cycles_high - p.cycles_low + 1))
    given = 1 + np.floor(end * (30.4375 / 7) / p.cycle_weeks)
    shrinkage = x["tumour_shrinkage"]
    recist = np.select(
        [shrinkage >= 0.995, shrinkage >= 0.3, shrinkage > -0.2], [0.0, 1.0, 2.0], 3.0
    )
    return {name: x[short] for name, short in AT_DIAGNOSIS.items()} | {
        "diagnosis_year": np.floor(x["date"]),
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


def covariates(x: Arrays) -> Arrays:
    """Return what equations after chemotherapy may name, centred."""
    return {
        "aggr": x["aggressiveness"],
        "expert": x["expert"] - HALF,
        "response": x["response"] - HALF,
        "shrink": x["tumour_shrinkage"] - SHRINKAGE,
        "pci": x["pci_surgery"] - PCI_AT_SURGERY,
        # as floats, since each enters many sums
        **{name: x[name].astype(np.float64) for name in ("liver", "extra", "ascites", "poor")},
        "age": x["age"] - AGE,
        "year": np.floor(x["date"]) - YEAR,
    }


def linear(group: Mapping[str, float], causes: Arrays) -> Floats:
    """Add up the intercept ``0``, if any, and coefficient times cause for all causes named.

    In place, since fresh arrays would cost more than the arithmetic.
    """
    named = [(weight, causes[name]) for name, weight in group.items() if name in causes]
    total = np.full(len(named[0][1]), group.get("0", 0.0))
    work = np.empty_like(total)
    for weight, cause in named:
        np.multiply(cause, weight, out=work)
        total += work
    return total


def chance(uniform: Floats, log_odds: Floats) -> Flags:
    """Return whether the uniform falls below the probability; overwrites the log odds."""
    np.negative(log_odds, out=log_odds)
    np.exp(log_odds, out=log_odds)
    log_odds += 1.0
    log_odds *= uniform
    return np.asarray(log_odds < 1.0)


def weibull(uniform: Floats, median: float, shape: float, log_hazard: Floats) -> Floats:
    """Invert the cumulative hazard ln 2 (t / median)^shape exp(log_hazard)."""
    log_time = np.log(uniform)
    log_time *= -1 / LN2
    np.log(log_time, out=log_time)
    log_time -= log_hazard
    log_time /= shape
    np.exp(log_time, out=log_time)
    log_time *= median
    return log_time
