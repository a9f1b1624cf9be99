"""The disease model: scenarios, simulated cohorts and their truth."""

from dsrct_edu.disease.committed import cohorts, load_cohort, reveal
from dsrct_edu.disease.registry import Cohort, simulate_cohort
from dsrct_edu.disease.scenarios import Scenario, scenario

__all__ = ["Cohort", "Scenario", "cohorts", "load_cohort", "reveal", "scenario", "simulate_cohort"]
