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

from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.disease.treating_centres import centres, policy_shares

Arrays = dict[str, NDArray[Any]]
Noise = Mapping[str, Floats]
Rows = NDArray[np.intp]

LN2 = float(np.log(2.0))
# Centres of covariates. Moving one only shifts an intercept.
PCI_AT_DIAGNOSIS, PCI_AT_SURGERY, AGE = 15, 10, 21
SHRINKAGE, INTERVAL, HALF = 0.3, 15, 0.5
MOST_PCI = 39.0  # 13 regions of 3 points


def baseline(p: Scenario, noise: Noise) -> Arrays:
    """Draw what is there at diagnosis."""
    u = ndtri(noise["aggressiveness"])
    age = np.exp(np.log(p.age_median) + p.age_log_sd * ndtri(noise["age"]))
    favourable = noise["kind"] < p.favourable_share
    centre = centres().of(noise["centre"])
    spread = linear(p.group("pci"), {"aggr": u, "fav": favourable})
    spread += p.pci_sd * ndtri(noise["pci"])
    pci = np.maximum(np.rint(MOST_PCI / (1 + np.exp(-spread))), 1.0)
    x = {
        "aggressiveness": u,
        "favourable": favourable,
        "age": np.floor(np.clip(age, p.age_min, p.age_max)),
        "male": noise["sex"] < p.male,
        "centre": centre,
        "expert": centres().expert[centre],
        "date": p.year_first + (p.year_end - p.year_first) * noise["year"],
        "pci": pci,
    }
    causes = {"aggr": u, "fav": favourable, "pci": pci - PCI_AT_DIAGNOSIS}
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


def pathway(p: Scenario, noise: Noise, x: Arrays, causes: Arrays) -> None:
    """Draw death without surgery, the way to the theatre, completeness, and loss to follow-up."""
    x["natural_month"] = weibull(
        noise["natural"], p.natural_median, p.natural_shape, linear(p.group("natural"), causes)
    )
    # Two exponential stages: a gamma of shape 2 without an inverse gamma function.
    x["surgery_month"] = p.wait_min - 0.5 * p.wait_mean * np.log(noise["wait_1"] * noise["wait_2"])
    x["fit"] = chance(noise["operate"], linear(p.group("operate"), causes))
    # Immortal time arises here: who is operated was alive until then.
    x["operated"] = x["fit"] & (x["natural_month"] > x["surgery_month"])
    # One uniform, three thresholds: the completeness score is an ordered logit.
    odds = np.exp(linear(p.group("complete"), causes))
    failed = noise["complete"] / (1 - noise["complete"])
    score = (failed > odds * np.exp(p.cc0_shift)) + (failed > odds).astype(np.float64)
    x["cc_score"] = score + (failed > odds * np.exp(p.cc2_shift))
    x["complete"] = x["operated"] & (x["cc_score"] <= 1)
    lost = np.log(noise["loss"]) / np.where(
        x["expert"], -p.loss_rate, -p.loss_rate * np.exp(p.loss_other)
    )
    x["censoring_month"] = np.minimum(lost, 12 * (p.year_cut - x["date"]))


def choice(p: Scenario, uniform: Floats, x: Arrays, rows: Rows, causes: Arrays) -> None:
    """Decide on HIPEC in theatre, after complete resection only: there are `rows` and `causes`.

    The centre's policy comes first: without a programme nobody can have it.
    """
    at, year = x["centre"][rows], np.floor(x["date"][rows])
    if p.coin > 0:
        among = np.full(len(rows), p.coin)
    else:
        among = offer(p, causes | {"routine": centres().routine[at]})
        among *= centres().from_year[at] <= year
    x["propensity"], x["hipec"] = np.zeros(len(x["centre"])), np.zeros(len(x["centre"]), dtype=bool)
    x["propensity"][rows] = among
    x["hipec"][rows] = uniform[rows] < among


def offer(p: Scenario, causes: Arrays) -> Floats:
    """Return the probability of HIPEC where there is a programme."""
    log_odds = linear(p.group("offer"), causes)
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def average_propensity(p: Scenario, x: Arrays) -> Floats:
    """Return the probability of HIPEC given the measured confounders, over the centres' policies.

    Parameters
    ----------
    p : Scenario
        The disease model.
    x : dict of array (patients,)
        Latent variables of a block of `dsrct_edu.disease.simulate`.

    Returns
    -------
    array (patients,)
        0 without complete resection. With hidden confounding the aggressiveness is given too.
    """
    if p.coin > 0:
        return np.where(x["complete"], p.coin, 0.0)
    causes = covariates(x)
    selective, routine = policy_shares(x["expert"], np.floor(x["date"]))
    average = selective * offer(p, causes)
    average += routine * offer(p, causes | {"routine": np.ones(len(routine))})
    return np.where(x["complete"], average, 0.0)


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
        "fav": x["favourable"].astype(np.float64),
        "age": x["age"] - AGE,
    }


def taken(arrays: Mapping[str, NDArray[Any]], rows: Rows) -> Arrays:
    """Return the same arrays for some of the patients."""
    return {key: values[rows] for key, values in arrays.items()}


def linear(group: Mapping[str, float], causes: Arrays) -> Floats:
    """Add up the intercept ``0``, if any, and coefficient times cause for all causes named.

    In place, since fresh arrays would cost more than the arithmetic.
    """
    named = [(weight, causes[name]) for name, weight in group.items() if name in causes]
    total = np.asarray(named[0][1] * named[0][0] + group.get("0", 0.0))
    work = np.empty_like(total)
    for weight, cause in named[1:]:
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


def power(base: Floats, exponent: float) -> Floats:
    """Raise positive numbers to a power; log and exp are faster than NumPy's power."""
    result = np.log(base)
    result *= exponent
    return np.exp(result, out=result)
