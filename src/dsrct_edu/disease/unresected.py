"""Outcomes of those never completely resected: HIPEC, given after complete resection, is no part.

Progression comes at a share of the time to death, so that it always comes first. A treatment that
begins later than diagnosis or surgery stretches what is left of both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease.equations import Arrays, Noise, chance, linear, power, taken, weibull
from dsrct_edu.disease.scenarios import Scenario


@dataclass
class _Course:
    """Death and progression of some patients, in months since diagnosis or surgery.

    Attributes
    ----------
    death, progression : array (patients,)
        Changed in place by each treatment.
    shape : float
        Weibull shape of the time to death.
    """

    death: Floats
    progression: Floats
    shape: float

    def treat(self, wanted: Flags, start: float, log_hazard: float) -> Flags:
        """Treat those who are free of progression when it starts; return who they are.

        The hazard of death changes from then on. Progression keeps its place between the start
        and death, so that who is treated never depends on being treated.
        """
        given = wanted & (self.progression > start)
        rows = np.flatnonzero(given)
        death, then = self.death[rows], start**self.shape
        later = power(death, self.shape)
        later -= then
        later *= np.exp(-log_hazard)
        later += then
        later = power(later, 1 / self.shape)
        longer = (later - start) / (death - start)
        self.death[rows] = later
        self.progression[rows] = start + (self.progression[rows] - start) * longer
        return given


def unresected(p: Scenario, noise: Noise, x: Arrays, causes: Arrays) -> Arrays:
    """Draw death, progression, complication and treatment of the never completely resected.

    Returns
    -------
    dict of array (patients,)
        ``death_month``; ``progression_month``, infinite for the completely resected, whose other
        entries are still to be filled in; ``major_complication, radiotherapy,
        adjuvant_chemotherapy``.
    """
    n = len(x["complete"])
    out = {"death_month": x["natural_month"].copy(), "progression_month": np.full(n, np.inf)}
    for key in ("major_complication", "radiotherapy", "adjuvant_chemotherapy"):
        out[key] = np.zeros(n, dtype=bool)
    _without_surgery(p, noise, x, out)
    _incompletely_resected(p, noise, x, causes, out)
    return out


def _without_surgery(p: Scenario, noise: Noise, x: Arrays, out: Arrays) -> None:
    rows = np.flatnonzero(~x["operated"])
    fit, expert = x["fit"][rows], x["expert"][rows]
    death = x["natural_month"][rows]
    share = _share(noise["progress"][rows], p.progress_natural, p.progress_shape)
    course = _Course(death, share * death, p.natural_shape)
    # Those who die on the way to an operation are given none: it could prolong that way.
    wanted = ~fit & _radiotherapy(p, noise["radio"][rows], expert, p.radio_unoperated)
    out["radiotherapy"][rows] = course.treat(wanted, p.radio_unoperated_start, p.natural_radio)
    out["death_month"][rows] = course.death
    out["progression_month"][rows] = course.progression


def _incompletely_resected(
    p: Scenario, noise: Noise, x: Arrays, causes: Arrays, out: Arrays
) -> None:
    rows = np.flatnonzero(x["operated"] & ~x["complete"])
    mine, surgery = taken(causes, rows), x["surgery_month"][rows]
    complication = chance(noise["complication"][rows], linear(p.group("complication"), mine))
    log_hazard = linear(p.group("incomplete"), mine)
    death = weibull(noise["incomplete"][rows], p.incomplete_median, p.incomplete_shape, log_hazard)
    share = _share(noise["progress"][rows], p.progress_incomplete, p.progress_shape)
    course = _Course(death, share * death, p.incomplete_shape)
    log_odds = linear(p.group("adjuvant"), mine) + p.adjuvant_complication * complication
    adjuvant = chance(noise["adjuvant"][rows], log_odds)
    radio = _radiotherapy(p, noise["radio"][rows], x["expert"][rows], p.radio_incomplete)
    plans = [
        (p.adjuvant_start, "adjuvant_chemotherapy", adjuvant, p.incomplete_adjuvant),
        (p.radio_start, "radiotherapy", radio, p.incomplete_radio),
    ]
    for start, name, wanted, effect in sorted(plans, key=lambda plan: plan[0]):
        out[name][rows] = course.treat(wanted, start, effect)
    out["major_complication"][rows] = complication
    out["death_month"][rows] = surgery + course.death
    out["progression_month"][rows] = surgery + course.progression


def _share(uniform: Floats, late: float, early: float) -> Floats:
    """Invert the distribution 1 - (1 - f^late)^early of a share f (Kumaraswamy), below 1."""
    return power(1 - power(uniform, 1 / early), 1 / late)


def _radiotherapy(p: Scenario, uniform: Floats, expert: Flags, situation: float) -> Flags:
    return chance(uniform, linear(p.group("radio"), {"expert": expert - 0.5}) + situation)
