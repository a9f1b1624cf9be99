"""Monte Carlo studies: every method beside the truth."""

from dsrct_edu.studies.measures import replicates_needed
from dsrct_edu.studies.planning import (
    Posterior,
    decisions,
    posterior,
    power_curve,
    sceptical_prior,
    trial_size,
)
from dsrct_edu.studies.simulation import simulation_study
from dsrct_edu.studies.study import Study
from dsrct_edu.studies.tables import staircase
from dsrct_edu.studies.two_arm import two_arm_trials

__all__ = [
    "Posterior",
    "Study",
    "decisions",
    "posterior",
    "power_curve",
    "replicates_needed",
    "sceptical_prior",
    "simulation_study",
    "staircase",
    "trial_size",
    "two_arm_trials",
]
