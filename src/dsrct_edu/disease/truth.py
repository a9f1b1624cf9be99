"""What is true: effects of HIPEC from millions of patients with both outcomes known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dsrct_edu.disease import scenarios
from dsrct_edu.disease.columns import ARMS
from dsrct_edu.disease.equations import SITES, Floats
from dsrct_edu.disease.hazards import Stacked, cox_stacked
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.disease.simulate import blocks
from dsrct_edu.errors import InputError

# Six million patients, and more where the error is still above the bar.
PATIENTS, MOST, MCSE_BAR = 6_000_000, 24_000_000, 0.0048
SEED = 20_000
ORIGINS = ("surgery", "diagnosis")
CAUSES = (*SITES[1:], "death")
# The set L of measured confounders, as the registry names them.
CONFOUNDERS = (
    *("tumour_shrinkage", "pci_surgery", "liver_metastases", "extra_abdominal_metastases"),
    *("ascites", "poor_performance", "expert_centre", "age", "diagnosis_year"),
)
_LATENT = ("tumour_shrinkage", "pci_surgery", "liver", "extra", "ascites", "poor", "expert", "age")
_PLACES = 60_000  # grid of the Cox model: fits 16 bits
_COMMITTED = Path(__file__).with_name("truths.json")


@dataclass(frozen=True)
class TrueEffect:
    """The effect of HIPEC in one scenario, known because both outcomes of everyone are known.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    origin : str
        ``"surgery"``: the completely resected, clock at surgery. ``"diagnosis"``: everyone,
        strategy "HIPEC if completely resected" against "no HIPEC".
    horizon : float
        Months.
    rmst_difference, rmst_difference_mcse : float
        Months gained by HIPEC within the horizon, and the Monte Carlo standard error.
    log_hazard_ratio, log_hazard_ratio_mcse : float
        Cox model on the stacked potential outcomes, truncated at the horizon: a marginal effect
        that depends on the horizon.
    patients : int
        Patients simulated, of whom those completely resected enter with origin surgery.
    survival : DataFrame
        Columns ``arm, time, survival``; arms ``no_hipec`` and ``hipec``.
    cumulative_incidence : DataFrame
        Columns ``arm, cause, time, cumulative_incidence``: first events, by site, or death.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.true_effect("null").rmst_difference
    0.0
    """

    scenario: str
    origin: str
    horizon: float
    rmst_difference: float
    rmst_difference_mcse: float
    log_hazard_ratio: float
    log_hazard_ratio_mcse: float
    patients: int
    survival: pd.DataFrame
    cumulative_incidence: pd.DataFrame

    @property
    def hazard_ratio(self) -> float:
        """Marginal hazard ratio of death, HIPEC against none."""
        return float(np.exp(self.log_hazard_ratio))

    @property
    def hazard_ratio_mcse(self) -> float:
        """Monte Carlo standard error of the hazard ratio."""
        return self.hazard_ratio * self.log_hazard_ratio_mcse

    def __repr__(self) -> str:
        return (
            f"TrueEffect({self.scenario!r}, from {self.origin}, {self.horizon:g} months: "
            f"RMST difference {self.rmst_difference:+.2f} months, "
            f"hazard ratio {self.hazard_ratio:.3f})"
        )


@dataclass(frozen=True)
class TrueHazardRatio:
    """A log hazard ratio from stacked potential outcomes under the scenario's own censoring.

    Parameters
    ----------
    log_hazard_ratio, mcse : float
        The value and its Monte Carlo standard error.
    """

    log_hazard_ratio: float
    mcse: float


def true_effect(
    scenario: str | Scenario = "modest", origin: str = "surgery", horizon: float = 60
) -> TrueEffect:
    """Return the true effect of HIPEC in a scenario.

    The two switches (randomisation, hidden confounding) say who gets HIPEC, not what it does, and
    leave the truth as it is. The four scenarios at 36 and 60 months come from a file; anything
    else is simulated from six million patients, once a session for each set of parameters.

    Parameters
    ----------
    scenario : str or Scenario
        A scenario or its name.
    origin : {"surgery", "diagnosis"}
        Whose effect, from when: see ``TrueEffect``.
    horizon : float
        Months, above 0 and at most 600.

    Returns
    -------
    TrueEffect
        Months, hazard ratio, curves.

    Raises
    ------
    InputError
        If there is no such scenario or origin, or the horizon is not in range.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.true_effect("harm").rmst_difference < 0
    True
    """
    model = scenarios.scenario(scenario)
    if origin not in ORIGINS:
        raise InputError(f"one of {ORIGINS}", repr(origin), "Choose one of these.", "origin")
    if not 0 < horizon <= 600:
        raise InputError("months, above 0 and at most 600", repr(horizon), "", "horizon")
    found = _committed().get(effect_key(model, origin, horizon))
    result = found if found is not None else _effect(_unswitched(model), origin, float(horizon))
    return _as_effect(model, origin, horizon, result)


def censored_log_hazard_ratio(
    scenario: str | Scenario = "modest", adjusted: bool = False, horizon: float = 60
) -> TrueHazardRatio:
    """Return what a Cox model would find among the completely resected, were everyone both.

    Cox on the stacked potential outcomes under the scenario's own censoring, truncated at the
    horizon: the truth of the methods that fit this model to the completely resected.

    Parameters
    ----------
    scenario : str or Scenario
        A scenario or its name.
    adjusted : bool
        Whether the model holds the measured confounders (``CONFOUNDERS``) as linear terms.
    horizon : float
        Months from surgery.

    Returns
    -------
    TrueHazardRatio
        Log hazard ratio of HIPEC, with Monte Carlo standard error.

    Examples
    --------
    >>> from dsrct_edu.disease.truth import censored_log_hazard_ratio
    >>> abs(censored_log_hazard_ratio("null").log_hazard_ratio) < 1e-9
    True
    """
    model = scenarios.scenario(scenario)
    found = _committed().get(censored_key(model, adjusted, horizon))
    if found is not None:
        return TrueHazardRatio(**found)
    return _censored(_unswitched(model), adjusted, float(horizon))


def _unswitched(model: Scenario) -> Scenario:
    return model.replace(coin=0.0, offer_aggr=0.0)


def effect_key(model: Scenario, origin: str, horizon: float) -> str:
    """Return the key of a truth in the committed file: it changes with any parameter."""
    return f"{_unswitched(model).fingerprint} effect {origin} {horizon:g}"


def censored_key(model: Scenario, adjusted: bool, horizon: float) -> str:
    """Return the key of a censored truth in the committed file."""
    kind = "adjusted" if adjusted else "crude"
    return f"{_unswitched(model).fingerprint} censored {kind} {horizon:g}"


@cache
def _committed() -> dict[str, Any]:
    return dict(json.loads(_COMMITTED.read_text(encoding="utf-8")))


@cache
def _effect(model: Scenario, origin: str, horizon: float) -> dict[str, Any]:
    return simulate_effect(model, origin, horizon)


@cache
def _censored(model: Scenario, adjusted: bool, horizon: float) -> TrueHazardRatio:
    return simulate_censored(model, adjusted, horizon)


def simulate_effect(
    model: Scenario, origin: str, horizon: float, patients: int = PATIENTS, seed: int = SEED
) -> dict[str, Any]:
    """Simulate the truth; the numbers of ``TrueEffect`` as plain lists and floats.

    The first ``patients`` always count; then more, up to ``MOST``, until the Monte Carlo error of
    the RMST difference is below the bar. A call for fewer than ``PATIENTS`` stops there.
    """
    most = MOST if patients >= PATIENTS else patients
    drawn, count, total, squares = 0, 0, 0.0, 0.0
    times = curve_times(horizon)
    alive, first = np.zeros((2, len(times))), np.zeros((2, len(CAUSES), len(times) + 1))
    places: list[list[NDArray[np.uint16]]] = []
    for block in blocks(model, most, seed, observe=False):
        if drawn >= patients and squares / count - (total / count) ** 2 < count * MCSE_BAR**2:
            break
        drawn += len(block.latent["complete"])
        rows = block.latent["complete"] if origin == "surgery" else slice(None)
        start = block.latent["surgery_month"][rows] if origin == "surgery" else 0.0
        deaths = [arm["death_month"][rows] - start for arm in block.arms]
        gain = np.minimum(deaths[1], horizon) - np.minimum(deaths[0], horizon)
        count += len(gain)
        total, squares = total + float(gain.sum()), squares + float(gain @ gain)
        places.append([_place(death, horizon) for death in deaths])
        for number, arm in enumerate(block.arms):
            alive[number] += len(gain) - np.searchsorted(np.sort(deaths[number]), times, "right")
            month = np.minimum(arm["recurrence_month"][rows] - start, deaths[number])
            site = arm["recurrence_site"][rows].astype(np.intp)
            cause = np.where(site > 0, site - 1, len(CAUSES) - 1)
            at = np.searchsorted(times, month, "left") + cause * (len(times) + 1)
            first[number] += np.bincount(at, minlength=first[number].size).reshape(
                first[number].shape
            )
    place = np.concatenate(places, axis=1)
    died = place < _PLACES
    alone = np.empty((place.shape[1], 0), np.float32)
    log_ratio, mcse = cox_stacked(
        Stacked((place[0], place[1]), (died[0], died[1]), alone, _PLACES + 1)
    )
    mean = total / count
    return {
        "rmst_difference": mean,
        "rmst_difference_mcse": float(np.sqrt(max(squares / count - mean**2, 0) / count)),
        "log_hazard_ratio": log_ratio,
        "log_hazard_ratio_mcse": mcse,
        "patients": drawn,
        "survival": np.round(alive / count, 6).tolist(),
        "cumulative_incidence": np.round(np.cumsum(first, axis=2)[:, :, :-1] / count, 6).tolist(),
    }


def simulate_censored(
    model: Scenario, adjusted: bool, horizon: float, patients: int = PATIENTS, seed: int = SEED
) -> TrueHazardRatio:
    """Simulate the completely resected twice, censored alike, and fit the Cox model to both."""
    places, events, confounders = [], [], []
    for block in blocks(model, patients, seed, observe=False):
        x = block.latent
        # Who is lost before surgery never enters the analysis.
        rows = x["complete"] & (x["surgery_month"] < x["censoring_month"])
        start = x["surgery_month"][rows]
        last = np.minimum(x["censoring_month"][rows] - start, horizon)
        deaths = [arm["death_month"][rows] - start for arm in block.arms]
        places.append([_place(np.minimum(death, last), horizon) for death in deaths])
        events.append([death < last for death in deaths])
        if adjusted:
            columns = [x[key][rows] for key in _LATENT] + [np.floor(x["date"][rows])]
            confounders.append(np.stack(columns, axis=1).astype(np.float32))
    place, event = np.concatenate(places, axis=1), np.concatenate(events, axis=1)
    measured = (
        np.concatenate(confounders) if adjusted else np.empty((place.shape[1], 0), np.float32)
    )
    measured -= measured.mean(axis=0, dtype=np.float64).astype(np.float32)
    data = Stacked((place[0], place[1]), (event[0], event[1]), measured, _PLACES + 1)
    return TrueHazardRatio(*cox_stacked(data))


def curve_times(horizon: float) -> Floats:
    """Return the times of the curves: each month, and the horizon."""
    months = np.arange(0.0, np.floor(horizon) + 1)
    return months if months[-1] == horizon else np.append(months, horizon)


def _place(month: Floats, horizon: float) -> NDArray[np.uint16]:
    """Place times on the grid of the Cox model; the last place holds all beyond the horizon."""
    return np.minimum(month * (_PLACES / horizon), _PLACES).astype(np.uint16)


def _as_effect(model: Scenario, origin: str, horizon: float, numbers: dict[str, Any]) -> TrueEffect:
    times = curve_times(horizon)
    survival = pd.concat(
        pd.DataFrame({"arm": arm, "time": times, "survival": curve})
        for arm, curve in zip(ARMS, numbers["survival"], strict=True)
    )
    incidence = pd.concat(
        pd.DataFrame({"arm": arm, "cause": cause, "time": times, "cumulative_incidence": curve})
        for arm, curves in zip(ARMS, numbers["cumulative_incidence"], strict=True)
        for cause, curve in zip(CAUSES, curves, strict=True)
    )
    scalars = {
        key: numbers[key] for key in numbers if key not in ("survival", "cumulative_incidence")
    }
    return TrueEffect(
        model.name,
        origin,
        float(horizon),
        **scalars,
        survival=survival.reset_index(drop=True),
        cumulative_incidence=incidence.reset_index(drop=True),
    )
