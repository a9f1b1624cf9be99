"""Half-lives and the assays they belong to, units, heat and the drug."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq

from dsrct_edu.arrays import Floats
from dsrct_edu.bedside._tables import read
from dsrct_edu.checks import as_given, number, numbers, positive
from dsrct_edu.errors import InputError

CISPLATIN_G_PER_MOL = 300.05


def rate_from_half_life(half_life_min: npt.ArrayLike) -> float | Floats:
    """Elimination rate of one exponential with a given half-life.

    Parameters
    ----------
    half_life_min : float or array
        Half-life (minutes), above zero.

    Returns
    -------
    float or array
        Rate (1/min). The same function takes a rate to its half-life.

    Raises
    ------
    InputError
        A half-life of zero or less.

    References
    ----------
    Definition.

    Examples
    --------
    >>> from dsrct_edu.bedside import rate_from_half_life
    >>> round(rate_from_half_life(28.8), 5)
    0.02407
    """
    half = numbers(half_life_min, "half_life_min", "minutes, above zero", 0.0, above=True)
    return as_given(math.log(2.0) / half)


def rate_from_fraction_left(fraction_left: npt.ArrayLike, minutes: npt.ArrayLike) -> float | Floats:
    """Elimination rate of one exponential that leaves a fraction after some minutes.

    Parameters
    ----------
    fraction_left : float or array
        Part of the dose left, above 0 and up to 1.
    minutes : float or array
        When (minutes), above zero.

    Returns
    -------
    float or array
        Rate (1/min).

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Definition; only as good as the single exponential.

    Examples
    --------
    >>> from dsrct_edu.bedside import rate_from_fraction_left
    >>> round(rate_from_fraction_left(0.278, 90), 5)
    0.01422
    """
    left = numbers(
        fraction_left, "fraction_left", "a fraction above 0, up to 1", 0.0, 1.0, above=True
    )
    time = numbers(minutes, "minutes", "minutes, above zero", 0.0, above=True)
    return as_given(-np.log(left) / time)


def half_life_from_auc_ratio(
    auc_fraction: float, minutes_short: float, minutes_long: float
) -> float:
    """Half-life that one exponential needs for two areas under its curve.

    Parameters
    ----------
    auc_fraction : float
        Area to ``minutes_short`` over area to ``minutes_long``; between the ratio of the two
        times (no elimination) and 1.
    minutes_short, minutes_long : float
        The two times (minutes).

    Returns
    -------
    float
        Minutes.

    Raises
    ------
    InputError
        Times out of order, or a fraction that no exponential gives.

    References
    ----------
    The published pair 2.45 and 2.87 mM min (doi:10.1007/s00228-012-1405-4) does not agree
    with its own mean half-life of 18.4 minutes.

    Examples
    --------
    >>> from dsrct_edu.bedside import half_life_from_auc_ratio
    >>> round(half_life_from_auc_ratio(2.45 / 2.87, 60, 90), 1)
    30.8
    """
    short = positive(minutes_short, "minutes_short", "minutes, above zero")
    long = number(minutes_long, "minutes_long", "more than minutes_short", short, above=True)
    low = short / long
    part = number(auc_fraction, "auc_fraction", f"between {low:g} and 1", low, 1.0, above=True)

    def miss(rate: float) -> float:
        return math.expm1(-rate * short) / math.expm1(-rate * long) - part

    if part == 1.0 or miss(700.0 / short) < 0.0:
        raise InputError("a fraction below 1", f"{part:g}", argument="auc_fraction")
    return float(math.log(2.0) / brentq(miss, 1e-9 / long, 700.0 / short, xtol=1e-14))


def half_lives() -> pd.DataFrame:
    """List half-lives of cisplatin in the perfusate, each with the assay it belongs to.

    Total platinum falls more slowly than active drug: a half-life without its assay says little.

    Returns
    -------
    DataFrame
        `source, assay, minutes` (length of the perfusion), `celsius` (missing if not stated),
        `measured` (what was published), `value`, `rate_per_min, half_life_min` (derived if the
        published figure is a fraction), `reference`.

    References
    ----------
    In the table; the Anticancer Research papers have no DOI.

    Examples
    --------
    >>> from dsrct_edu.bedside import half_lives
    >>> half_lives()["half_life_min"].round(1).tolist()
    [41.4, 48.7, 40.9, 28.8, 18.4]
    """
    table = read("hipec/half_lives").astype({"celsius": "Float64"})
    table.insert(5, "value", table.pop("published") / table.pop("of"))
    left = table["measured"] == "fraction left"
    from_left = -np.log(table["value"].where(left, 1.0)) / table["minutes"]
    rate = from_left.where(left, math.log(2.0) / table["value"])
    table.insert(6, "rate_per_min", rate)
    table.insert(7, "half_life_min", math.log(2.0) / rate)
    return table


def cisplatin_micromolar(mg_l: npt.ArrayLike) -> float | Floats:
    """Turn a concentration of cisplatin from mg/L into micromoles per litre.

    Parameters
    ----------
    mg_l : float or array
        Milligrams per litre, zero or more. Of cisplatin, not of platinum.

    Returns
    -------
    float or array
        Micromoles per litre.

    Raises
    ------
    InputError
        A negative concentration.

    References
    ----------
    Molar mass of Pt(NH3)2Cl2, 300.05 g/mol.

    Examples
    --------
    >>> from dsrct_edu.bedside import cisplatin_micromolar
    >>> round(cisplatin_micromolar(40.0), 1)
    133.3
    """
    return as_given(numbers(mg_l, "mg_l", "mg/L, zero or more", 0.0) / CISPLATIN_G_PER_MOL * 1000.0)


def inhibitory_concentration(celsius: npt.ArrayLike) -> float | Floats:
    """Cisplatin that halves the growth of one cell line at a temperature, in vitro.

    Parameters
    ----------
    celsius : float or array
        37 to 43 degrees Celsius, the two temperatures measured; between them a straight line on
        the log scale is assumed.

    Returns
    -------
    float or array
        Micromoles per litre.

    Raises
    ------
    InputError
        A temperature outside 37 to 43.

    References
    ----------
    RKO colorectal cells: Loke DR et al. Drug Deliv 2021;28:145-61.
    doi:10.1080/10717544.2020.1862364. Not DSRCT, and not in vivo, where rat studies disagree.

    Examples
    --------
    >>> from dsrct_edu.bedside import inhibitory_concentration
    >>> round(inhibitory_concentration(42.5), 3)
    7.424
    """
    heat = numbers(celsius, "celsius", "degrees Celsius, 37 to 43", 37.0, 43.0)
    return as_given(19.5 * (6.8 / 19.5) ** ((heat - 37.0) / 6.0))
