"""Planning a trial in a rare disease: power, events, patients, and a Bayesian reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import erf, exp, log, sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from dsrct_edu import checks
from dsrct_edu.analysis.sample_size import events_needed
from dsrct_edu.errors import InputError
from dsrct_edu.studies.study import Study
from dsrct_edu.studies.trials import two_arm_trials
from dsrct_edu.studies.two_arm import TwoArmDesign


def power_curve(
    hazard_ratios: Sequence[float] = (0.5, 0.6, 0.7, 0.8, 0.9),
    n_patients: Sequence[int] = (50, 100, 200, 400),
    n_replicates: int = 1000,
    method: str = "logrank",
    **trial: Any,
) -> pd.DataFrame:
    """Simulate the power of a two-arm trial over effects and sizes.

    Parameters
    ----------
    hazard_ratios : sequence of float
        True hazard ratios; 1 gives the type I error.
    n_patients : sequence of int
        Patients in both arms together.
    n_replicates : int
        Trials for each cell; 1,900 give a Monte Carlo standard error of at most 1.2 points.
    method : {"logrank", "cox"}
        The test, two-sided at 5 %.
    **trial
        Other arguments of `two_arm_trials`: medians, accrual, follow-up, seed, workers.

    Returns
    -------
    DataFrame
        ``hazard_ratio, n_patients, power, power_mcse, events`` (expected deaths observed).

    Raises
    ------
    InputError
        If the method is another, or `two_arm_trials` refuses an argument.

    Examples
    --------
    >>> from dsrct_edu.studies import power_curve
    >>> table = power_curve([0.5, 1.0], [100], n_replicates=500)
    >>> bool(table.loc[0, "power"] > 0.6), bool(table.loc[1, "power"] < 0.1)
    (True, True)
    """
    checks.one_of(method, ("logrank", "cox"), "method")
    rows = []
    for ratio, patients in product(hazard_ratios, n_patients):
        study = two_arm_trials(patients, n_replicates, ratio, **({"progress": False} | trial))
        measured = study.performance("all").set_index("method").loc[method]
        assert isinstance(study.design, TwoArmDesign)
        rows.append(
            {
                "hazard_ratio": ratio,
                "n_patients": patients,
                "power": float(measured["rejection"]),
                "power_mcse": float(measured["rejection_mcse"]),
                "events": patients * event_probability(study.design),
            }
        )
    return pd.DataFrame(rows)


def trial_size(
    hazard_ratio: float, power: float = 0.8, alpha: float = 0.05, **trial: Any
) -> pd.Series:
    """Say how many deaths, and so how many patients, a trial needs (Schoenfeld).

    Parameters
    ----------
    hazard_ratio : float
        The difference worth finding.
    power, alpha : float
        Power and two-sided significance level.
    **trial
        Arguments of `two_arm_trials` that say how patients enter and are followed.

    Returns
    -------
    Series
        ``events, event_probability, patients``.

    References
    ----------
    Schoenfeld DA. Sample-size formula for the proportional-hazards regression model.
    Biometrics 1983;39:499-503. doi:10.2307/2531021

    Examples
    --------
    >>> from dsrct_edu.studies import trial_size
    >>> int(trial_size(0.75)["events"])
    380
    """
    design = two_arm_trials(2, 1, hazard_ratio, **(trial | {"progress": False})).design
    assert isinstance(design, TwoArmDesign)
    events = events_needed(hazard_ratio, power, alpha, design.allocation)
    share = event_probability(design)
    patients = int(np.ceil(events / share))
    return pd.Series({"events": events, "event_probability": share, "patients": patients})


def years_to_enrol(
    hazard_ratio: float,
    millions: float,
    incidence: float = 0.3,
    complete: float = 0.4,
    consent: float = 0.5,
    event_share: float = 0.7,
) -> float:
    """Say how many years a population needs to fill a trial in a rare disease.

    Every argument but the first two is an assumption to be turned: consent, and surgeons who are
    willing, cannot be looked up.

    Parameters
    ----------
    hazard_ratio : float
        The difference worth finding.
    millions : float
        Inhabitants, in millions.
    incidence : float
        New patients for each million inhabitants and year. Published: 0.2 to 0.5.
    complete : float
        Share of them whose tumour is completely resected.
    consent : float
        Share of these who take part.
    event_share : float
        Share of participants who die while they are followed.

    Returns
    -------
    float
        Years of accrual, for a power of 80 % at a two-sided 5 %; follow-up comes on top.

    References
    ----------
    Schoenfeld 1983, doi:10.2307/2531021. Incidence: Lettieri 2014, doi:10.1155/2014/680126

    Examples
    --------
    >>> from dsrct_edu.studies import years_to_enrol
    >>> round(years_to_enrol(0.75, millions=450), 1)
    20.1
    """
    shares = {"complete": complete, "consent": consent, "event_share": event_share}
    for name, share in shares.items():
        checks.between(share, name, 0, 1.000001)
    yearly = checks.positive(millions, "millions") * checks.positive(incidence, "incidence")
    return events_needed(hazard_ratio) / (yearly * complete * consent * event_share)


def event_probability(design: TwoArmDesign) -> float:
    """Return the probability that a patient's death is observed, over both arms."""
    if design.scenario is not None or design.n_patients < 2:
        _, death, included = design.draw(0, max(1, 40_000 // design.n_patients))
        return float(death.mean() if included is None else death[included].mean())
    from scipy.integrate import quad

    assert design.hazard_ratio is not None
    total = 0.0
    for share, ratio in ((1 - design.allocation, 1.0), (design.allocation, design.hazard_ratio)):

        def density(month: float, ratio: float = ratio) -> float:
            entered = (design.longest - month) / design.accrual if month > design.follow_up else 1.0
            hazard = (
                ratio * design.shape / design.scale * (month / design.scale) ** (design.shape - 1)
            )
            gone = ratio * (month / design.scale) ** design.shape + design.dropout * month
            return float(hazard * np.exp(-gone) * entered)

        early = quad(density, 0, design.follow_up)[0] if design.follow_up > 0 else 0.0
        late = quad(density, design.follow_up, design.longest)[0] if design.accrual > 0 else 0.0
        total += share * (early + late)
    return total


@dataclass(frozen=True)
class Posterior:
    """What is believed about a log hazard ratio after a trial, by the normal approximation.

    Parameters
    ----------
    mean, sd : float
        Of the log hazard ratio.
    """

    mean: float
    sd: float

    @property
    def hazard_ratio(self) -> float:
        """Posterior median of the hazard ratio."""
        return exp(self.mean)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the central credible interval of the hazard ratio."""
        half = float(ndtri(0.5 + checks.between(level, "level", 0, 1) / 2)) * self.sd
        return exp(self.mean - half), exp(self.mean + half)

    def probability_below(self, hazard_ratio: float = 1.0) -> float:
        """Return the probability that the hazard ratio is below a value; 1 asks for any benefit."""
        z = (log(checks.positive(hazard_ratio, "hazard_ratio")) - self.mean) / self.sd
        return 0.5 * (1 + erf(z / sqrt(2)))


def posterior(
    log_hazard_ratio: float,
    events: float,
    prior_mean: float = 0.0,
    prior_events: float = 0.0,
    allocation: float = 0.5,
) -> Posterior:
    """Combine a trial with a prior that is worth so many events.

    The estimate of D events has variance 1 / (p (1 - p) D), which is 4 / D with equal arms; a
    prior worth D0 events has the same form, so that events simply add up.

    Parameters
    ----------
    log_hazard_ratio : float
        Estimate of the trial.
    events : float
        Deaths in the trial.
    prior_mean : float
        Log hazard ratio at which the prior is centred: 0 for a sceptic.
    prior_events : float
        Events that the prior is worth; 0 for no prior at all.
    allocation : float
        Share of patients in the new arm.

    Returns
    -------
    Posterior
        ``.mean``, ``.sd``, ``.hazard_ratio``, ``.interval()``, ``.probability_below()``.

    Raises
    ------
    InputError
        If events are negative, or there are none at all.

    References
    ----------
    Schoenfeld DA. Sample-size formula for the proportional-hazards regression model.
    Biometrics 1983;39:499-503. doi:10.2307/2531021

    Examples
    --------
    >>> from math import log
    >>> from dsrct_edu.studies import posterior
    >>> belief = posterior(log(0.6), events=30, prior_mean=0, prior_events=30)
    >>> round(belief.hazard_ratio, 3), round(belief.probability_below(1), 3)
    (0.775, 0.839)
    """
    held = checks.number(events, "events", low=0)
    held += checks.number(prior_events, "prior_events", low=0)
    if held == 0:
        raise InputError("events, or a prior worth some", "neither", argument="events")
    share = checks.number(allocation, "allocation", low=0.01, high=0.99)
    mean = (prior_events * prior_mean + events * log_hazard_ratio) / held
    return Posterior(mean, sqrt(1 / (share * (1 - share) * held)))


def sceptical_prior(hazard_ratio: float, chance: float = 0.05) -> float:
    """Say how many events a sceptic's prior is worth.

    The prior is centred on no effect, and leaves only a small chance of an effect as large as
    the one hoped for. Centred on `hazard_ratio` instead, the same number makes an enthusiast.

    Parameters
    ----------
    hazard_ratio : float
        The effect hoped for.
    chance : float
        Prior probability of that effect or a larger one.

    Returns
    -------
    float
        Events, for `posterior` and `decisions`.

    Examples
    --------
    >>> from dsrct_edu.studies import sceptical_prior
    >>> round(sceptical_prior(0.6), 1)
    41.5
    """
    if hazard_ratio == 1:
        raise InputError("a number other than 1", "1", argument="hazard_ratio")
    z = float(ndtri(checks.number(chance, "chance", low=0.0001, high=0.4999)))
    return 4 * (z / log(checks.positive(hazard_ratio, "hazard_ratio"))) ** 2


def decisions(
    study: Study, threshold: float = 0.95, prior_mean: float = 0.0, prior_events: float = 0.0
) -> pd.Series:
    """Read every trial of a study as a Bayesian, and count how often benefit is declared.

    With a true hazard ratio of 1 this is the rule's type I error, which belongs in every
    Bayesian protocol.

    Parameters
    ----------
    study : Study
        From `two_arm_trials`.
    threshold : float
        Benefit is declared when its posterior probability is above this.
    prior_mean, prior_events : float
        As in `posterior`.

    Returns
    -------
    Series
        ``declared, declared_mcse, mean_probability, n_used``.

    Examples
    --------
    >>> from dsrct_edu.studies import decisions, two_arm_trials
    >>> none = two_arm_trials(60, 1000, hazard_ratio=1)
    >>> bool(decisions(none, prior_events=40)["declared"] < decisions(none)["declared"])
    True
    """
    checks.number(threshold, "threshold", low=0, high=1)
    table = study.estimates
    cox = table[(table["method"] == "cox") & table["converged"]]
    if cox.empty:
        expected, remedy = "a study of two_arm_trials with a Cox estimate", "Run two_arm_trials()."
        raise InputError(expected, "none", remedy, argument="study")
    known = 1 / cox["se"].to_numpy() ** 2  # a quarter of the effective number of events
    prior = checks.number(prior_events, "prior_events", low=0) / 4
    mean = (prior * prior_mean + known * cox["estimate"].to_numpy()) / (prior + known)
    probability = ndtr(-mean * np.sqrt(prior + known))
    declared = float(np.mean(probability > threshold))
    return pd.Series(
        {
            "declared": declared,
            "declared_mcse": sqrt(declared * (1 - declared) / len(cox)),
            "mean_probability": float(probability.mean()),
            "n_used": len(cox),
        }
    )
