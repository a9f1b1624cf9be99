"""Figures that say what they show: tidy tables in, a picture with its own words out."""

from dsrct_edu.figures.curves import survival_curves
from dsrct_edu.figures.effects import forest, staircase
from dsrct_edu.figures.figure import Figure
from dsrct_edu.figures.incidence import cumulative_incidence
from dsrct_edu.figures.style import month_ticks

__all__ = [
    "Figure",
    "cumulative_incidence",
    "forest",
    "month_ticks",
    "staircase",
    "survival_curves",
]
