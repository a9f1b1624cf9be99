"""Monte Carlo studies: every method beside the truth."""

from dsrct_edu.studies.measures import replicates_needed
from dsrct_edu.studies.study import Study
from dsrct_edu.studies.two_arm import two_arm_trials

__all__ = [
    "Study",
    "replicates_needed",
    "two_arm_trials",
]
