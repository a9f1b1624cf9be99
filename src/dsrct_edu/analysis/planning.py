"""How many events a trial needs, and how strong hidden confounding would have to be."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, sqrt

import pandas as pd
from scipy.special import ndtri

from dsrct_edu.analysis import inputs
from dsrct_edu.analysis.results import Result
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
    ratio = inputs.check_number(hazard_ratio, "hazard_ratio", 0.0)
    if ratio == 1:
        raise InputError(
            "a hazard_ratio other than 1", "1", "No number of events finds no difference."
        )
    z = -ndtri(inputs.check_number(alpha, "alpha", 0.0, 1.0) / 2)
    z += ndtri(inputs.check_number(power, "power", 0.0, 1.0))
    share = inputs.check_number(allocation, "allocation", 0.0, 1.0)
    return ceil(float(z) ** 2 / (share * (1 - share) * log(ratio) ** 2))


@dataclass(frozen=True, repr=False)
class EValue(Result):
    """How strong hidden confounding would have to be.

    Attributes
    ----------
    estimate : float
        E-value of the hazard ratio.
    limit : float or None
        E-value of the confidence limit nearer to 1; 1 if the interval contains 1.
    risk_ratio : float
        The risk ratio that the hazard ratio was taken for.
    """

    estimate: float
    limit: float | None
    risk_ratio: float

    def to_frame(self) -> pd.DataFrame:
        """Return ``quantity, e_value``."""
        rows = [("estimate", self.estimate)]
        if self.limit is not None:
            rows.append(("confidence limit", self.limit))
        return pd.DataFrame(rows, columns=["quantity", "e_value"])

    def title(self) -> str:
        """Say what the number means."""
        return (
            f"E-value {self.estimate:.2f}: a hidden confounder tied to treatment and outcome by "
            f"risk ratios of {self.estimate:.2f} each could explain the estimate away"
        )

    def summary(self) -> pd.DataFrame:
        """Return the table."""
        return self.to_frame()

    def note(self) -> str:
        """Say what it does not cover."""
        return "It speaks of confounding only, not of selection, waiting time or chance."


def e_value(
    hazard_ratio: float,
    ci_low: float | None = None,
    ci_high: float | None = None,
    rare: bool = False,
) -> EValue:
    """Return the E-value of a hazard ratio.

    Parameters
    ----------
    hazard_ratio : float
    ci_low, ci_high : float, optional
        Confidence limits of the hazard ratio; give both or neither.
    rare : bool
        The outcome is rare (below about 15 %) at the end of follow-up, so the hazard ratio is
        about a risk ratio. Otherwise the risk ratio is approximated for a common outcome.

    Returns
    -------
    EValue

    Raises
    ------
    InputError
        If a ratio is not above zero, or the limits do not enclose the estimate.

    References
    ----------
    VanderWeele & Ding 2017, https://doi.org/10.7326/M16-2607

    Examples
    --------
    >>> from dsrct_edu.analysis import e_value
    >>> round(e_value(0.41).estimate, 2), round(e_value(0.41, 0.2, 1.1).limit, 2)
    (3.09, 1.0)
    """
    ratio = inputs.check_number(hazard_ratio, "hazard_ratio", 0.0)
    risk = ratio if rare else _risk_ratio(ratio)
    if (ci_low is None) != (ci_high is None):
        raise InputError("both confidence limits, or neither", "one", "Give ci_low and ci_high.")
    if ci_low is None or ci_high is None:
        return EValue(_e(risk), None, risk)
    low = inputs.check_number(ci_low, "ci_low", 0.0)
    high = inputs.check_number(ci_high, "ci_high", 0.0)
    if not low <= ratio <= high:
        raise InputError(
            "limits that enclose the hazard ratio", f"{low:g} to {high:g}", "Check their order."
        )
    nearer = high if ratio < 1 else low
    crosses = low <= 1 <= high
    limit = 1.0 if crosses else _e(nearer if rare else _risk_ratio(nearer))
    return EValue(_e(risk), limit, risk)


def _risk_ratio(ratio: float) -> float:
    return float((1 - 0.5 ** sqrt(ratio)) / (1 - 0.5 ** sqrt(1 / ratio)))


def _e(risk: float) -> float:
    larger = max(risk, 1 / risk)
    return larger + sqrt(larger * (larger - 1))
