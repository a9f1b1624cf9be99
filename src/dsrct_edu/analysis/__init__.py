"""Survival analysis on anybody's data: a DataFrame in, frozen results out.

The functions check their input and hand it to kernels on plain arrays (`kernels`,
`partial_likelihood`, `incidence`, `logistic`), which simulation studies use directly.
"""

from dsrct_edu.analysis.causal import SeparationWarning, Weights, propensity
from dsrct_edu.analysis.comparison import LogrankResult, logrank
from dsrct_edu.analysis.competing import (
    CumulativeIncidence,
    aalen_johansen,
    cause_specific_hazards,
)
from dsrct_edu.analysis.emulation import CONFOUNDERS, EmulatedTrial, emulate_trial
from dsrct_edu.analysis.endpoints import endpoint, landmark, treatment_episodes
from dsrct_edu.analysis.planning import EValue, e_value, events_needed
from dsrct_edu.analysis.regression import ConvergenceWarning, CoxResult, cox
from dsrct_edu.analysis.standardisation import StandardisedCurves, standardised_curves
from dsrct_edu.analysis.survival import SurvivalCurves, follow_up, kaplan_meier

__all__ = [
    "CONFOUNDERS",
    "ConvergenceWarning",
    "CoxResult",
    "CumulativeIncidence",
    "EValue",
    "EmulatedTrial",
    "LogrankResult",
    "SeparationWarning",
    "StandardisedCurves",
    "SurvivalCurves",
    "Weights",
    "aalen_johansen",
    "cause_specific_hazards",
    "cox",
    "e_value",
    "emulate_trial",
    "endpoint",
    "events_needed",
    "follow_up",
    "kaplan_meier",
    "landmark",
    "logrank",
    "propensity",
    "standardised_curves",
    "treatment_episodes",
]
