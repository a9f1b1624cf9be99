"""The heated hour under one name: heat, circuit, drug, depth and kinetics."""

from .circuit import (
    body_warming,
    fit_heat_loss,
    heat_course,
    heat_power,
    minutes_to_reach,
    steady_temperature,
)
from .depth import (
    decay_length,
    diffusion_length,
    penetration,
    penetration_against_residual,
)
from .drug import (
    DrugExposure,
    drug_balance,
    drug_exposure,
    perfusion,
    steady_ratio,
    utilised_dose,
)
from .heat import averaging_error, thermal_dose, thermal_dose_of_course, wall_temperature
from .kinetics import (
    cisplatin_micromolar,
    half_life_from_auc_ratio,
    half_lives,
    inhibitory_concentration,
    rate_from_fraction_left,
    rate_from_half_life,
)

__all__ = [
    "DrugExposure",
    "averaging_error",
    "body_warming",
    "cisplatin_micromolar",
    "decay_length",
    "diffusion_length",
    "drug_balance",
    "drug_exposure",
    "fit_heat_loss",
    "half_life_from_auc_ratio",
    "half_lives",
    "heat_course",
    "heat_power",
    "inhibitory_concentration",
    "minutes_to_reach",
    "penetration",
    "penetration_against_residual",
    "perfusion",
    "rate_from_fraction_left",
    "rate_from_half_life",
    "steady_ratio",
    "steady_temperature",
    "thermal_dose",
    "thermal_dose_of_course",
    "utilised_dose",
    "wall_temperature",
]
