"""Kill and regrowth: seven cycles, and the regimen behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dsrct_edu.checks import number, positive, whole
from dsrct_edu.errors import InputError

from ._tables import read


@dataclass(frozen=True)
class CellKill:
    """What each cycle must do for a total change over all cycles.

    Attributes
    ----------
    net_log10 : float
        Fall per cycle in powers of ten, regrowth included.
    surviving_fraction : float
        Of the cells, by the dose alone.
    """

    net_log10: float
    surviving_fraction: float


def p6_doses() -> pd.DataFrame:
    """Doses of the seven-course P6 regimen, whose count and drugs the news report matches.

    The report names no regimen; VDC/IE has the same five drugs. The dose of vincristine, given
    with courses 1, 2, 3 and 6, is not in the abstract and is left out. Patients treated before had
    more ifosfamide and etoposide.

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
    return read("p6_doses")[["course", "drug", "dose_mg_m2"]]


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
        `net_log10, surviving_fraction`.

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
    >>> round(kill_needed(-0.45).surviving_fraction, 3)
    0.72
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
    return CellKill(-math.log10(net), surviving)


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
