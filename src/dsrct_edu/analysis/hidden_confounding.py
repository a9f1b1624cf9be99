"""What a confounder that nobody measured would do to a difference in restricted mean survival.

Let U be standard normal and independent of the measured confounders L. It acts on the treatment by
`g` (log odds) and on the event by `d` (log hazard), both per standard deviation:

    logit P(A = 1 | L, U) = a'L + g U        hazard(t | A, L, U) = h(t) exp(b A + c'L + d U)

For given g and d the rest can be estimated although U was never seen, by the EM algorithm: each
patient gets the distribution of his U given what happened to him (on the nodes of a Gauss-Hermite
rule), and both models are fitted with it. U adds up to a factor of each patient's hazard, so that
this is a Cox model with an offset. The curves are then averaged over L and over U.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.special import expit, ndtri, softmax

from dsrct_edu import checks, wording
from dsrct_edu.analysis.logistic import LogisticFit, logistic_fit
from dsrct_edu.analysis.outcome_model import ARMS, OutcomeModel
from dsrct_edu.analysis.results import Result
from dsrct_edu.analysis.standardisation import StandardisedCurves, standardised_curves
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

_STRONGEST = 5.0
_NODES, _KNOTS = 15, 200
_STEPS, _TOLERANCE = 2_000, 1e-6


@dataclass(frozen=True, repr=False)
class Sensitivity(Result):
    """What a hidden confounder of given strength would do to a difference.

    Strengths are per standard deviation: log odds of the treatment, log hazard of the event.

    Attributes
    ----------
    table : DataFrame
        ``treatment_strength, outcome_strength, difference, ci_low, ci_high``: the difference in
        restricted mean, treated minus untreated, had there been such a confounder.
    measured : DataFrame
        ``confounder, treatment_strength, outcome_strength, difference, ci_low, ci_high``: how
        strong each measured confounder is, beside the others, and what another one just as strong
        would do. Its sign is turned so that it raises the odds of treatment.
    estimate, se : float
        The difference without a hidden confounder, and its standard error.
    tau, level : float
    treatment : str
    n : int
    """

    table: pd.DataFrame
    measured: pd.DataFrame
    estimate: float
    se: float
    tau: float
    level: float
    treatment: str
    n: int

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def title(self) -> str:
        """Say what is asked."""
        return (
            f"Sensitivity to a hidden confounder: {wording.counted(self.n, 'patient')}; if there "
            f"is none, {self.treatment} adds {wording.plain(self.estimate, 2)} to the restricted "
            f"mean to {self.tau:g}"
        )

    def summary(self) -> pd.DataFrame:
        """Return what one as strong as each measured confounder would do."""
        return self.measured

    def note(self) -> str:
        """Say what the intervals are, and what is not asked."""
        text = (
            "Intervals are as wide as without a hidden confounder: its strengths are taken as "
            "known. It is one cause that nobody measured; selection and waiting time are others."
        )
        if self.table["difference"].isna().any():
            text += " Where no difference stands the estimation did not settle."
        return text

    def plot(self, **options: Any) -> Figure:
        """Draw the differences over both strengths, and the measured confounders among them.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.sensitivity_plane`.
        """
        from dsrct_edu.figures import sensitivity_plane

        return sensitivity_plane(self.table, self.measured, **options)


class _Hidden(NamedTuple):
    """The two models without U, and what U is made of."""

    model: OutcomeModel
    propensity: LogisticFit
    treated: Flags
    nodes: Floats
    shares: Floats
    width: Floats  # of the time after each grid time, up to tau
    before: float  # time up to the first of them


def sensitivity(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "event",
    treatment: str = "hipec",
    confounders: Sequence[str] | str = (),
    tau: float = 60.0,
    treatment_strengths: npt.ArrayLike | None = None,
    outcome_strengths: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Sensitivity:
    """Ask what an unmeasured confounder would do to a difference in restricted mean survival.

    The confounder is standard normal, independent of the measured ones, acts on the log odds of
    treatment and on the log hazard, and does not interact. What is estimated without it is the
    difference that `standardised_curves` gives.

    Parameters
    ----------
    data : DataFrame
        One row per patient.
    duration, event : str
        Columns: time under observation; whether it ended with the event (bool or 0/1).
    treatment : str
        Column: treated or not (bool or 0/1).
    confounders : list of str
        Columns of numbers, booleans or categories: those that were measured.
    tau : float
        Horizon of the restricted mean.
    treatment_strengths : sequence of float, optional
        Log odds of treatment per standard deviation, zero or more. By default six, from zero to one
        or, if that is more, to the strongest of the measured confounders.
    outcome_strengths : sequence of float, optional
        Log hazard per standard deviation. Below zero the confounder is favourable: with it those
        who get the treatment would have done better anyway. By default nine, as far to both sides.
    level : float
        Level of the intervals.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        If a column is malformed, the outcome model does not converge, or the confounders tell for
        certain who is treated.

    References
    ----------
    Lin, Psaty & Kronmal 1998, https://doi.org/10.2307/2533848 ; Huang, Xu & Dulai 2020,
    https://doi.org/10.1002/sim.8672

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from dsrct_edu.analysis import sensitivity
    >>> rng = np.random.default_rng(1)
    >>> age = rng.normal(40, 10, 200)
    >>> data = pd.DataFrame({"duration": np.ceil(rng.exponential(20, 200)), "event": True,
    ...                      "hipec": rng.random(200) < 1 / (1 + np.exp(0.1 * (age - 40))),
    ...                      "age": age})
    >>> found = sensitivity(data, confounders=["age"], tau=36, treatment_strengths=[0, 1],
    ...                     outcome_strengths=[-1, 0])
    >>> list(found.table["difference"].round(1) < found.estimate - 1)
    [False, False, True, False]
    """
    odds = _strengths(treatment_strengths, "treatment_strengths", 0.0)
    hazards = _strengths(outcome_strengths, "outcome_strengths", -_STRONGEST)
    curves = standardised_curves(data, duration, event, treatment, confounders, level=level)
    without = curves.rmst_difference(tau).iloc[0]
    hidden = _hidden(curves, float(tau))
    estimate, se = float(without["difference"]), float(without["se"])
    half = float(ndtri((1 + level) / 2)) * se

    def asked(treated: Floats, outcome: Floats) -> dict[str, Floats]:
        pairs = zip(treated, outcome, strict=True)
        found = np.array([_difference(hidden, g, d) for g, d in pairs])
        return {
            "treatment_strength": treated,
            "outcome_strength": outcome,
            "difference": found,
            "ci_low": found - half,
            "ci_high": found + half,
        }

    strength = _measured_strengths(hidden)
    odds = np.linspace(0, _reach(strength[0]), 6) if odds is None else odds
    far = _reach(strength[1])
    hazards = np.linspace(-far, far, 9) if hazards is None else hazards
    grid = np.repeat(odds, hazards.size), np.tile(hazards, odds.size)
    return Sensitivity(
        pd.DataFrame(asked(*grid)),
        pd.DataFrame({"confounder": curves.confounders} | asked(*strength)),
        estimate,
        se,
        float(tau),
        level,
        treatment,
        curves.n,
    )


def _strengths(values: npt.ArrayLike | None, name: str, low: float) -> Floats | None:
    if values is None:
        return None
    expected = f"strengths per standard deviation, {low:g} to {_STRONGEST:g}"
    return np.unique(np.atleast_1d(checks.numbers(values, name, expected, low, _STRONGEST)))


def _reach(strength: Floats) -> float:
    """Return how far a plane goes that holds the measured confounders: 1, or more in fifths."""
    return min(max(1.0, float(np.ceil(5 * np.abs(strength).max()) / 5)), _STRONGEST)


def _hidden(curves: StandardisedCurves, tau: float) -> _Hidden:
    model = curves.model
    treated = model.data.columns[0, 0] > 0  # centred, so that the untreated are below zero
    covariates = model.data.columns[:, 1:].transpose(0, 2, 1)
    fit = logistic_fit(treated[None], covariates, np.ones((1, treated.size)))
    if fit.separated[0]:
        expected = "confounders that leave the treatment open"
        remedy = "Use fewer, or ask about those who could be either."
        raise InputError(expected, "some that tell it for certain", remedy)
    nodes, shares = np.polynomial.hermite_e.hermegauss(_NODES)
    time = model.data.grid.time[0]
    width = np.maximum(np.diff(np.minimum(time, tau), append=tau), 0.0)
    return _Hidden(model, fit, treated, nodes, shares / shares.sum(), width, min(time[0], tau))


def _measured_strengths(hidden: _Hidden) -> tuple[Floats, Floats]:
    """Return log odds and log hazard per standard deviation, the odds never below zero."""
    x = hidden.model.data.columns[0, 1:]
    spread = x.std(axis=1)
    odds = hidden.propensity.coef[0, 1:] * spread
    hazard = hidden.model.fit.coef[0, 1:] * spread
    sign = np.where(odds < 0, -1.0, 1.0)
    return odds * sign, hazard * sign


def _difference(hidden: _Hidden, by_odds: float, by_hazard: float) -> float:
    """Return the difference for one pair of strengths; NaN if the estimation does not settle."""
    model, design = hidden.model, hidden.propensity.design[0]
    data, event = model.data, model.data.event[0]
    offset = np.zeros((1, 1, event.size))
    data = replace(data, columns=np.concatenate([data.columns, offset], axis=1))
    coef, moments = np.append(model.fit.coef[0], 1.0), model.moments
    exposure, log_odds = model.data.exposure(moments)[0], design @ _standard(hidden.propensity)
    gamma, shift = _standard(hidden.propensity), by_odds * hidden.nodes
    factor = np.exp(by_hazard * hidden.nodes)
    for _ in range(_STEPS):
        own = np.exp(coef[:-1] @ data.columns[0, :-1]) * exposure
        chance = expit(log_odds[:, None] + shift)
        likely = np.where(hidden.treated[:, None], chance, 1 - chance)
        weight = np.log(hidden.shares) + np.log(likely) + np.outer(event, np.log(factor))
        weight = softmax(weight - np.outer(own, factor), axis=1)
        data.columns[0, -1] = np.log(weight @ factor)
        moments = data.moments(coef[None])
        whole = data.exposure(moments)
        score = data.score(data.residuals(moments, whole))[0, :-1]
        information = data.information(moments, whole, data.sums(moments))[0, :-1, :-1]
        step = np.linalg.solve(information, score)
        residual = design.T @ (hidden.treated - (weight * chance).sum(axis=1))
        spread = (weight * chance * (1 - chance)).sum(axis=1)
        turn = np.linalg.solve((design * spread[:, None]).T @ design, residual)
        moved = np.abs(whole[0] - exposure).max() / max(float(exposure.max()), 1e-300)
        coef[:-1] += step
        gamma, exposure, log_odds = gamma + turn, whole[0], design @ (gamma + turn)
        scaled = np.abs(step * data.columns[0, :-1].std(axis=1)).max()
        if max(float(scaled), float(np.abs(turn).max()), float(moved)) < _TOLERANCE:
            return _standardised(hidden, coef[:-1], np.cumsum(moments.hazard[0]), factor)
    return float("nan")


def _standard(fit: LogisticFit) -> Floats:
    """Return the coefficients of the standardised design."""
    x, log_odds = fit.design[0], np.log(fit.probability[0]) - np.log1p(-fit.probability[0])
    return np.asarray(np.linalg.lstsq(x, log_odds, rcond=None)[0])


def _standardised(hidden: _Hidden, coef: Floats, hazard: Floats, factor: Floats) -> float:
    """Return the difference of restricted means, averaged over the measured and over U."""
    log_risk = [hidden.model.covariates(arm) @ coef for arm in ARMS]
    low, high = np.min(log_risk), np.max(log_risk)
    knots = np.linspace(low - 1e-6, high + 1e-6, _KNOTS)  # the mean is a smooth function of risk
    total = np.zeros(_KNOTS)
    for share, one in zip(hidden.shares, factor, strict=True):
        total += share * (hidden.width @ np.exp(-np.outer(hazard, one * np.exp(knots))))
    mean = CubicSpline(knots, total)
    treated, untreated = (float(mean(risk).mean()) for risk in log_risk)
    return treated - untreated
