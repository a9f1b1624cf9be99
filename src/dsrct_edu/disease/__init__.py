"""The disease model: scenarios, simulated cohorts and their truth."""

from dsrct_edu.disease.anchors import fidelity
from dsrct_edu.disease.cohort import Cohort, simulate_cohort
from dsrct_edu.disease.committed import Reveal, cohorts, load_cohort, reveal
from dsrct_edu.disease.scenarios import Scenario, scenario
from dsrct_edu.disease.truth import TrueEffect, true_effect

__all__ = [
    "Cohort",
    "Reveal",
    "Scenario",
    "TrueEffect",
    "cohorts",
    "fidelity",
    "load_cohort",
    "reveal",
    "scenario",
    "simulate_cohort",
    "true_effect",
]
