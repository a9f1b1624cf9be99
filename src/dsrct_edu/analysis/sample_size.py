"""How many events a trial needs."""

from __future__ import annotations

from math import ceil, log

from scipy.special import ndtri

from dsrct_edu import checks
from dsrct_edu.errors import InputError


def events_needed(
    hazard_ratio: float, power: float = 0.8, alpha: float = 0.05, allocation: float = 0.5
) -> int:
    """Return how many events a two-arm log-rank comparison needs (Schoenfeld).

    Parameters
    ----------
    hazard_ratio : float
        The ratio to be found, constant over time; not 1.
    power : float
        Probability of finding it.
    alpha : float
        Two-sided significance level.
    allocation : float
        Share of patients in one arm.

    Returns
    -------
    int
        Events in both arms together, rounded up. Patients are this number over the probability
        that a patient has the event during the trial.

    Raises
    ------
    InputError
        If an argument is outside its range.

    References
    ----------
    Schoenfeld 1983, https://doi.org/10.2307/2531021

    Examples
    --------
    >>> from dsrct_edu.analysis import events_needed
    >>> events_needed(0.5), events_needed(0.75), events_needed(0.75, allocation=0.25)
    (66, 380, 506)
    """
    ratio = checks.positive(hazard_ratio, "hazard_ratio")
    if ratio == 1:
        remedy = "No number of events finds no difference."
        raise InputError("a number other than 1", "1", remedy, argument="hazard_ratio")
    z = -ndtri(checks.between(alpha, "alpha", 0, 1) / 2)
    z += ndtri(checks.between(power, "power", 0, 1))
    share = checks.between(allocation, "allocation", 0, 1)
    return ceil(float(z) ** 2 / (share * (1 - share) * log(ratio) ** 2))
