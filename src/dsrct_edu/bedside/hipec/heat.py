"""The heat of the hour: thermal dose, and temperature in the abdominal wall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsrct_edu.arrays import Floats
from dsrct_edu.checks import as_given, number, numbers
from dsrct_edu.errors import InputError

from ._linear import mean_exponential

REFERENCE_CELSIUS = 43.0
R_BELOW_43 = 0.25  # one degree cooler needs four times as long
R_ABOVE_43 = 0.50  # one degree hotter needs half as long
CELSIUS = ("degrees Celsius, 25 to 60", 25.0, 60.0)  # what fluid and tissue can have
_OUTSIDE = "poorly supported below about 39 and above 52 degrees Celsius"


def _slope(celsius: Floats) -> Floats:
    return np.where(celsius < REFERENCE_CELSIUS, R_BELOW_43, R_ABOVE_43)


def _rate(celsius: Floats) -> Floats:
    """Equivalent minutes at 43 degrees gained in one minute."""
    return np.asarray(_slope(celsius) ** (REFERENCE_CELSIUS - celsius))


class DoubtfulDose(float):
    """Equivalent minutes at 43 degrees Celsius outside the range of the conversion.

    Examples
    --------
    >>> DoubtfulDose(2.5).notes
    ('poorly supported below about 39 and above 52 degrees Celsius',)
    """

    notes = (_OUTSIDE,)

    def __repr__(self) -> str:
        return f"{super().__repr__()} ({_OUTSIDE})"


def _total(celsius: Floats, doses: Floats) -> float:
    """Add up a dose; one that rests on heat outside the conversion's range says so."""
    total = float(doses.sum())
    mild = float(doses[celsius < 39.0].sum())
    outside = celsius.max() > 52.0 or (total > 0.0 and mild > total / 2.0)
    return DoubtfulDose(total) if outside else total


def thermal_dose(minutes: npt.ArrayLike, celsius: npt.ArrayLike) -> float:
    """Cumulative equivalent minutes at 43 degrees Celsius (CEM43) of steps of constant heat.

    The dose measures direct damage by heat. It says nothing about how heat changes a drug's
    action, nor about efficacy. Below 43 degrees each degree is a factor of four.

    Parameters
    ----------
    minutes : float or array, shape (steps,)
        Length of each step (minutes).
    celsius : float or array, shape (steps,)
        Temperature of the tissue in each step, 25 to 60 degrees Celsius.

    Returns
    -------
    float
        Equivalent minutes at 43 degrees Celsius, summed over the steps. With a step above 52
        degrees, or most of the dose from below 39, the number says when it is shown, and in its
        ``notes``, that the conversion is poorly supported there: Dewhirst et al. trust it 2 to 15
        degrees above a baseline of 37.

    Raises
    ------
    InputError
        Negative minutes, a temperature outside 25 to 60, or arrays of unequal length.

    References
    ----------
    Sapareto SA, Dewey WC. Int J Radiat Oncol Biol Phys 1984;10:787-800.
    doi:10.1016/0360-3016(84)90379-1. Range: Dewhirst MW et al. Proc SPIE 2003;4954:37.
    doi:10.1117/12.476637.

    Examples
    --------
    >>> from dsrct_edu.bedside import thermal_dose
    >>> thermal_dose(60, 42.5)
    30.0
    >>> thermal_dose([30, 30], [42, 43])
    37.5
    >>> thermal_dose(60, 38)
    0.05859375 (poorly supported below about 39 and above 52 degrees Celsius)
    """
    time = np.atleast_1d(numbers(minutes, "minutes", "minutes, zero or more", 0.0))
    heat = np.atleast_1d(numbers(celsius, "celsius", *CELSIUS))
    if time.ndim != 1 or time.shape != heat.shape:
        raise InputError(
            "as many temperatures as minutes",
            f"{time.size} minutes and {heat.size} temperatures",
            "Give one temperature for each step.",
        )
    return _total(heat, time * _rate(heat))


def _ramp_dose(minutes: Floats, start: Floats, end: Floats) -> Floats:
    """Exact dose of straight ramps that stay on one side of 43 degrees."""
    slope = _slope(np.minimum(start, end))
    at_start = slope ** (REFERENCE_CELSIUS - start)
    return np.asarray(minutes * at_start * mean_exponential(-np.log(slope) * (end - start)))


def ramp_doses(time: Floats, heat: Floats) -> Floats:
    """Equivalent minutes between each pair of readings."""
    length = np.diff(time)
    start, end = heat[:-1], heat[1:]
    span = np.where(end == start, 1.0, end - start)
    cross = np.clip((REFERENCE_CELSIUS - start) / span, 0.0, 1.0)
    crosses = (np.minimum(start, end) < REFERENCE_CELSIUS) & (
        np.maximum(start, end) > REFERENCE_CELSIUS
    )
    first = np.where(crosses, cross, 1.0) * length
    middle = np.where(crosses, REFERENCE_CELSIUS, end)
    return _ramp_dose(first, start, middle) + _ramp_dose(length - first, middle, end)


def wall_temperature(depth_mm: npt.ArrayLike, surface_celsius: float = 40.6) -> float | Floats:
    """Temperature inside the abdominal wall during HIPEC, at a depth below its inner surface.

    Parameters
    ----------
    depth_mm : float or array
        Depth outward from the peritoneum, 0 to 20 mm (the upper bound is assumed: the abstract
        gives gradients, not the thickness).
    surface_celsius : float, default 40.6
        Temperature at the first level, as measured at the start of perfusion.

    Returns
    -------
    float or array
        Degrees Celsius: 1.7 less after the first millimetre (a straight line within it, assumed),
        then 1.5 less for each further centimetre.

    Raises
    ------
    InputError
        A depth outside 0 to 20 mm or a temperature outside 25 to 60.

    References
    ----------
    van Ruth S et al. Anticancer Res 2003;23:1501-8. PMID 12820416. Ten procedures.

    Examples
    --------
    >>> from dsrct_edu.bedside import wall_temperature
    >>> round(wall_temperature(1.0), 1)
    38.9
    """
    depth = numbers(depth_mm, "depth_mm", "millimetres, 0 to 20", 0.0, 20.0)
    surface = number(surface_celsius, "surface_celsius", *CELSIUS)
    beyond = np.maximum(depth - 1.0, 0.0)
    return as_given(surface - 1.7 * np.minimum(depth, 1.0) - 0.15 * beyond)
