from . import analysis as analysis
from . import bedside as bedside
from . import figures as figures
from . import studies as studies
from .analysis import aalen_johansen as aalen_johansen
from .analysis import cox as cox
from .analysis import emulate_trial as emulate_trial
from .analysis import endpoint as endpoint
from .analysis import kaplan_meier as kaplan_meier
from .analysis import logrank as logrank
from .analysis import propensity as propensity
from .classroom import check as check
from .classroom import dials as dials
from .classroom import predict as predict
from .classroom import quiz as quiz
from .classroom import worked_answer as worked_answer
from .disease import cohorts as cohorts
from .disease import fidelity as fidelity
from .disease import load_cohort as load_cohort
from .disease import reveal as reveal
from .disease import scenario as scenario
from .disease import simulate_cohort as simulate_cohort
from .disease import true_effect as true_effect
from .errors import InputError as InputError
from .evidence import published as published
from .studies import simulation_study as simulation_study

__version__: str
