"""The estimand of each method, and of a trial drawn from a scenario."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dsrct_edu.disease import Scenario
from dsrct_edu.disease.hazards import Stacked, cox_stacked
from dsrct_edu.disease.simulate import blocks
from dsrct_edu.disease.truth import censored_log_hazard_ratio, true_effect

if TYPE_CHECKING:
    from dsrct_edu.studies.two_arm import TwoArmDesign

HORIZON = 60.0
_PATIENTS = 1_000_000
_PLACES = 60_000


def method_truth(model: Scenario, method: str, measure: str) -> float:
    """Return what a method would find with endless data if it were right about its question.

    The methods that compare across the gates (ever/never, time-dependent, landmark, operated
    only) answer no causal question; they are held against the effect among the completely
    resected as a benchmark.
    """
    if _does_nothing(model):
        return 0.0
    if measure == "rmst_difference":
        origin = "diagnosis" if method == "emulated_trial" else "surgery"
        return true_effect(model, origin, HORIZON).rmst_difference
    if method in ("complete_resection", "adjusted_cox"):
        adjusted = method == "adjusted_cox"
        return censored_log_hazard_ratio(model, adjusted, HORIZON).log_hazard_ratio
    return true_effect(model, "surgery", HORIZON).log_hazard_ratio


def _does_nothing(model: Scenario) -> bool:
    """Return whether every coefficient of HIPEC is zero: both futures are then one, exactly."""
    return not any(
        value
        for name, value in model.parameters.items()
        if name.startswith("effect_") and name != "effect_window"  # months, no coefficient
    )


def trial_truth(design: TwoArmDesign) -> tuple[float, float, float, float]:
    """Return the estimands of a trial among the completely resected of a scenario.

    The marginal hazard ratio depends on censoring, so it comes from both potential outcomes
    under the trial's own accrual, follow-up and dropout.
    """
    assert design.scenario is not None
    model = design.scenario.replace(coin=0.0, offer_aggr=0.0)  # who gets it, not what it does
    effect = true_effect(design.scenario, "surgery", design.horizon)
    last = effect.survival.groupby("arm", sort=False)["survival"].last()
    log_hr = _log_hazard_ratio(model, design.accrual, design.follow_up, design.dropout)
    return log_hr, log_hr, float(last["hipec"] - last["no_hipec"]), effect.rmst_difference


@cache
def _log_hazard_ratio(model: Scenario, accrual: float, follow_up: float, dropout: float) -> float:
    random = np.random.default_rng(20_001)
    longest = accrual + follow_up
    places, events = [], []
    for block in blocks(model, _PATIENTS, 20_001, observe=False):
        rows = block.latent["complete"]
        end = follow_up + accrual * random.random(int(rows.sum()))
        if dropout > 0:
            end = np.minimum(end, random.exponential(1 / dropout, len(end)))
        deaths = [
            arm["death_month"][rows] - block.latent["surgery_month"][rows] for arm in block.arms
        ]
        events.append([death <= end for death in deaths])
        places.append(
            [(np.minimum(death, end) * (_PLACES / longest)).astype(np.uint16) for death in deaths]
        )
    place, event = np.concatenate(places, axis=1), np.concatenate(events, axis=1)
    alone = np.empty((place.shape[1], 0), np.float32)
    data = Stacked((place[0], place[1]), (event[0], event[1]), alone, _PLACES + 1)
    return cox_stacked(data)[0]
