"""Planning a trial in a rare disease: years, and a Bayesian reading of trials."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from dsrct_edu import checks
from dsrct_edu.analysis.sample_size import events_needed
from dsrct_edu.errors import InputError
from dsrct_edu.studies.study import Study, check_study


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


def sceptical_prior(hazard_ratio: float) -> float:
    """Say how many events a sceptic's prior is worth.

    The prior is centred on no effect, and leaves a chance of only 5 % to an effect as large as the
    one hoped for. Centred on `hazard_ratio` instead, the same number makes an enthusiast.

    Parameters
    ----------
    hazard_ratio : float
        The effect hoped for.

    Returns
    -------
    float
        Events, for `decisions`: a prior worth D events has the variance 4 / D that an estimate of
        D deaths has.

    Examples
    --------
    >>> from dsrct_edu.studies import sceptical_prior
    >>> round(sceptical_prior(0.6), 1)
    41.5
    """
    if hazard_ratio == 1:
        raise InputError("a number other than 1", "1", argument="hazard_ratio")
    return 4 * (float(ndtri(0.05)) / log(checks.positive(hazard_ratio, "hazard_ratio"))) ** 2


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
    prior_mean : float
        Log hazard ratio at which the prior is centred: 0 for a sceptic.
    prior_events : float
        Events that the prior is worth; 0 for no prior at all.

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
    check_study(study)
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
