"""Survival analysis on anybody's data: a DataFrame in, frozen results out.

The functions check their input and hand it to kernels on plain arrays (`kernels`,
`partial_likelihood`, `incidence`, `two_arm`), which simulation studies use directly.
"""

from dsrct_edu.analysis.competing import (
    CumulativeIncidence,
    aalen_johansen,
    cause_specific_hazards,
)
from dsrct_edu.analysis.endpoints import endpoint, landmark, treatment_episodes
from dsrct_edu.analysis.regression import ConvergenceWarning, CoxResult, cox
from dsrct_edu.analysis.survival import (
    LogrankResult,
    SurvivalCurves,
    follow_up,
    kaplan_meier,
    logrank,
)

__all__ = [
    "ConvergenceWarning",
    "CoxResult",
    "CumulativeIncidence",
    "LogrankResult",
    "SurvivalCurves",
    "aalen_johansen",
    "cause_specific_hazards",
    "cox",
    "endpoint",
    "follow_up",
    "kaplan_meier",
    "landmark",
    "logrank",
    "treatment_episodes",
]
