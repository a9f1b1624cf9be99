"""Kill and regrowth: seven cycles, Gompertz, growth inhibition, and the regimen behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu.arrays import Floats
from dsrct_edu.checks import as_given, number, numbers, positive, whole
from dsrct_edu.errors import InputError

from ._tables import read


@dataclass(frozen=True)
class CellKill:
    """What each cycle must do for a total change over all cycles.

    Attributes
    ----------
    net_factor : float
        Cells at the end of a cycle over cells at its start.
    net_log10 : float
        Fall per cycle in powers of ten, regrowth included.
    surviving_fraction, kill_fraction : float
        Of the cells, by the dose alone.
    log10_kill : float
        Kill by the dose alone in powers of ten.
    """

    net_factor: float
    net_log10: float
    surviving_fraction: float
    kill_fraction: float
    log10_kill: float


def p6_doses(previously_treated: bool = False) -> pd.DataFrame:
    """Doses of the seven-course P6 regimen, whose count and drugs the news report matches.

    The report names no regimen; VDC/IE has the same five drugs. The dose of vincristine, given
    with courses 1, 2, 3 and 6, is not in the abstract and is left out.

    Parameters
    ----------
    previously_treated : bool, default False
        Patients treated before had more ifosfamide and etoposide.

    Returns
    -------
    DataFrame
        `course, drug, dose_mg_m2`.

    References
    ----------
    Kushner BH et al. J Clin Oncol 1996;14:1526-31. doi:10.1200/JCO.1996.14.5.1526.

    Examples
    --------
    >>> from dsrct_edu.bedside import p6_doses
    >>> p6_doses().groupby("drug", sort=False)["dose_mg_m2"].sum().tolist()
    [16800.0, 300.0, 27000.0, 1500.0]
    """
    dose = "mg_m2_previously_treated" if previously_treated else "mg_m2"
    return read("p6_doses")[["course", "drug", dose]].rename(columns={dose: "dose_mg_m2"})


def _regrowth(cycle_days: float, doubling_days: float) -> float:
    days = positive(cycle_days, "cycle_days", "days, above zero")
    expected = "days, above zero (infinite: no regrowth)"
    doubling = number(doubling_days, "doubling_days", expected, 0.0, above=True, infinite=True)
    return float(2.0 ** (days / doubling))


def kill_needed(
    volume_change: float, cycles: int = 7, cycle_days: float = 21.0, doubling_days: float = 60.0
) -> CellKill:
    """Find the kill per cycle that gives a total change of volume, with regrowth between doses.

    Much of a desmoplastic tumour is stroma, so volume is not a count of cells.

    Parameters
    ----------
    volume_change : float
        Total change as a fraction, above -1.
    cycles : int, default 7
        Number of cycles.
    cycle_days : float, default 21
        Length of a cycle (days).
    doubling_days : float, default 60
        Doubling time between doses (days); infinite for no regrowth. Illustrative: none was found
        for DSRCT.

    Returns
    -------
    CellKill
        `net_factor, net_log10, surviving_fraction, kill_fraction, log10_kill`.

    Raises
    ------
    InputError
        A value outside its range, or growth faster than no treatment at all would give.

    References
    ----------
    Constant fraction killed per dose: Traina TA, Norton L. Encyclopedia of Cancer.
    doi:10.1007/978-3-642-27841-9_3409-2.

    Examples
    --------
    >>> from dsrct_edu.bedside import kill_needed
    >>> round(kill_needed(-0.45).kill_fraction, 3)
    0.28
    """
    change = number(volume_change, "volume_change", "a fraction above -1", -1.0, above=True)
    net = (1.0 + change) ** (1.0 / whole(cycles, "cycles", 1, 50))
    surviving = net / _regrowth(cycle_days, doubling_days)
    if surviving > 1.0:
        raise InputError(
            "a change that treatment can explain",
            f"{change:g}",
            "Untreated, the tumour would grow less.",
            argument="volume_change",
        )
    return CellKill(net, -math.log10(net), surviving, 1.0 - surviving, -math.log10(surviving))


def log_kill(
    cells: float,
    surviving_fraction: float,
    cycles: int = 7,
    cycle_days: float = 21.0,
    doubling_days: float = 60.0,
    wait_days: float = 0.0,
) -> pd.DataFrame:
    """Cells over the cycles: a constant fraction survives each dose, then they regrow.

    Parameters
    ----------
    cells : float
        Cells at the start, above zero.
    surviving_fraction : float
        Fraction that survives each dose, above 0 and up to 1.
    cycles, cycle_days, doubling_days
        As for :func:`kill_needed`.
    wait_days : float, default 0
        Days after the last cycle without a dose, until the operation.

    Returns
    -------
    DataFrame
        `cycle, day, moment` (``before dose``, ``after dose``, ``end`` of the last cycle and, if
        they wait, ``operation``), `cells`.

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    doi:10.1007/978-3-642-27841-9_3409-2.

    Examples
    --------
    >>> import math
    >>> from dsrct_edu.bedside import log_kill
    >>> course = log_kill(1e10, 10**-0.5, doubling_days=math.inf)
    >>> f"{course['cells'].iloc[-1]:.3g}"
    '3.16e+06'
    """
    start = positive(cells, "cells", "cells, above zero")
    survive = number(surviving_fraction, "surviving_fraction", low=0.0, high=1.0, above=True)
    count, grow = whole(cycles, "cycles", 1, 50), _regrowth(cycle_days, doubling_days)
    cycle = np.arange(count)
    before = start * (survive * grow) ** cycle
    rows = {
        "cycle": np.append(np.repeat(cycle + 1, 2), count),
        "day": np.append(np.repeat(cycle * cycle_days, 2), count * cycle_days),
        "moment": [*["before dose", "after dose"] * count, "end"],
        "cells": np.append(
            np.column_stack([before, before * survive]).ravel(), start * (survive * grow) ** count
        ),
    }
    course = pd.DataFrame(rows)
    wait = number(wait_days, "wait_days", "days, zero or more", 0.0)
    if wait == 0.0:
        return course
    waited = course.iloc[[-1]].assign(moment="operation")
    waited["day"] += wait
    waited["cells"] *= _regrowth(wait, doubling_days)
    return pd.concat([course, waited], ignore_index=True)


def gompertz(
    days: npt.ArrayLike, start: float, growth_per_day: float, slowing_per_day: float
) -> float | Floats:
    """Size of a tumour whose growth slows as it grows.

    Parameters
    ----------
    days : float or array
        Time (days), zero or more.
    start : float
        Size at time zero, in any unit, above zero.
    growth_per_day : float
        Growth rate at time zero (1/day), zero or more.
    slowing_per_day : float
        Rate at which growth slows (1/day), zero (exponential growth) or more.

    Returns
    -------
    float or array
        Size, in the unit of ``start``.

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Norton L. Cancer Res 1988;48:7067-71 (human breast cancer; no DOI found).

    Examples
    --------
    >>> from dsrct_edu.bedside import gompertz
    >>> round(gompertz(30, 1.0, 0.05, 0.01), 4)
    3.6543
    """
    time = numbers(days, "days", "days, zero or more", 0.0)
    size = positive(start, "start", "a size above zero")
    growth = number(growth_per_day, "growth_per_day", "1/day, zero or more", 0.0)
    slowing = number(slowing_per_day, "slowing_per_day", "1/day, zero or more", 0.0)
    return as_given(size * np.exp(growth * _wearing_off(time, slowing)))


def _wearing_off(time: Floats, rate: float) -> Floats:
    """Time that counts of an effect which wears off at a rate: the integral of exp(-rate t)."""
    return -np.expm1(-rate * time) / rate if rate > 0.0 else time


def growth_inhibition(
    weeks: npt.ArrayLike,
    start: float,
    growth_per_week: float,
    kill_per_week: float,
    resistance_per_week: float,
) -> float | Floats:
    """Tumour size under a treatment whose effect wears off (growth-inhibition model).

    Parameters
    ----------
    weeks : float or array
        Time (weeks), zero or more.
    start : float
        Size at time zero, in any unit, above zero.
    growth_per_week, kill_per_week : float
        Growth rate, and kill rate at time zero (1/week), zero or more.
    resistance_per_week : float
        Rate at which the kill wears off (1/week), zero or more.

    Returns
    -------
    float or array
        Size, in the unit of ``start``.

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Claret L et al. J Clin Oncol 2009;27:4103-8. doi:10.1200/JCO.2008.21.0807. The paper was not
    read; the equation is checked against the specification of the R package jmpost.

    Examples
    --------
    >>> from dsrct_edu.bedside import growth_inhibition
    >>> round(growth_inhibition(21, 1.0, 0.01, 0.06, 0.05), 4)
    0.5655
    """
    time = numbers(weeks, "weeks", "weeks, zero or more", 0.0)
    size = positive(start, "start", "a size above zero")
    growth = number(growth_per_week, "growth_per_week", "1/week, zero or more", 0.0)
    kill = number(kill_per_week, "kill_per_week", "1/week, zero or more", 0.0)
    wear = number(resistance_per_week, "resistance_per_week", "1/week, zero or more", 0.0)
    return as_given(size * np.exp(growth * time - kill * _wearing_off(time, wear)))


def growth_inhibition_nadir(
    growth_per_week: float, kill_per_week: float, resistance_per_week: float
) -> float:
    """Week at which :func:`growth_inhibition` is smallest; 0 if the tumour never shrinks.

    Parameters
    ----------
    growth_per_week, kill_per_week, resistance_per_week : float
        Rates (1/week), above zero.

    Returns
    -------
    float
        Weeks.

    Raises
    ------
    InputError
        A rate of zero or less.

    References
    ----------
    Where the derivative of the model of doi:10.1200/JCO.2008.21.0807 is zero.

    Examples
    --------
    >>> from dsrct_edu.bedside import growth_inhibition_nadir
    >>> round(growth_inhibition_nadir(0.01, 0.06, 0.05), 3)
    35.835
    """
    growth = positive(growth_per_week, "growth_per_week", "1/week, above zero")
    kill = positive(kill_per_week, "kill_per_week", "1/week, above zero")
    wear = positive(resistance_per_week, "resistance_per_week", "1/week, above zero")
    return max(math.log(kill / growth) / wear, 0.0)


def regression_and_growth(
    days: npt.ArrayLike, decay_per_day: float, growth_per_day: float
) -> float | Floats:
    """Size over size at the start when one part of a tumour shrinks and another grows.

    Parameters
    ----------
    days : float or array
        Time (days), zero or more.
    decay_per_day, growth_per_day : float
        Rates of the two parts (1/day), zero or more.

    Returns
    -------
    float or array
        Size over size at time zero.

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Stein WD et al. Oncologist 2008;13:1055-62. doi:10.1634/theoncologist.2008-0016; equation
    checked against the manual of the R package tumgr.

    Examples
    --------
    >>> from dsrct_edu.bedside import regression_and_growth
    >>> round(regression_and_growth(104.66, 0.02, 0.002), 4)
    0.3561
    """
    time = numbers(days, "days", "days, zero or more", 0.0)
    decay = number(decay_per_day, "decay_per_day", "1/day, zero or more", 0.0)
    growth = number(growth_per_day, "growth_per_day", "1/day, zero or more", 0.0)
    return as_given(np.exp(-decay * time) + np.expm1(growth * time))
