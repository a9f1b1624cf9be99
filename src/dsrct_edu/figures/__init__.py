"""Figures that say what they show: tidy tables in, a picture with its own words out."""

import logging
import sys

if sys.platform == "emscripten":
    # Every session in the browser builds matplotlib's font cache, and a notebook would show the
    # notice of it in red above the first figure. Here, before anything imports matplotlib.
    _notices = logging.getLogger("matplotlib.font_manager")
    _notices.addFilter(lambda record: "building the font cache" not in record.getMessage())

from dsrct_edu.figures.balance import love_plot, overlap
from dsrct_edu.figures.checks import calibration, zip_plot
from dsrct_edu.figures.curves import survival_curves
from dsrct_edu.figures.diagrams import dag
from dsrct_edu.figures.effects import forest, staircase
from dsrct_edu.figures.figure import Figure
from dsrct_edu.figures.incidence import cumulative_incidence
from dsrct_edu.figures.patients import patient_flow, swimmer_lanes, waterfall
from dsrct_edu.figures.style import month_ticks
from dsrct_edu.figures.theatre import drug_course, heat_course, pci_map

__all__ = [
    "Figure",
    "calibration",
    "cumulative_incidence",
    "dag",
    "drug_course",
    "forest",
    "heat_course",
    "love_plot",
    "month_ticks",
    "overlap",
    "patient_flow",
    "pci_map",
    "staircase",
    "survival_curves",
    "swimmer_lanes",
    "waterfall",
    "zip_plot",
]
