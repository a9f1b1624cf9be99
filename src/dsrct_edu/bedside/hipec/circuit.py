"""The circuit over time: one stirred fluid, or fluid and tissue, and where the first fails."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu.arrays import Floats
from dsrct_edu.checks import as_given, number, numbers, one_of, positive
from dsrct_edu.errors import InputError

from ._linear import solve
from .heat import CELSIUS, ramp_doses

BODY_CELSIUS = 37.0
HEAT_CAPACITY_J_L_K = 4180.0  # water; the perfusate is dilute
BODY_HEAT_CAPACITY_J_KG_K = 3470.0
LOSS_L_MIN = 0.4906  # derived from two points in swine by `fit_heat_loss`
_FLOW = "litres a minute, above zero"
_LOSS = "litres a minute, zero or more"


def times(minutes: npt.ArrayLike) -> Floats:
    """Return the times asked for: every minute up to a single number, or the array itself."""
    given = numbers(minutes, "minutes", "minutes, zero or more", 0.0)
    if given.ndim == 0:
        end = float(given)
        whole = np.arange(0.0, np.floor(end) + 1.0)
        return whole if whole[-1] == end else np.append(whole, end)
    if given.ndim > 1 or (np.diff(given) < 0.0).any():
        found = "times out of order"
        raise InputError("times in order", found, "Sort the times.", argument="minutes")
    return given


def steady_temperature(
    flow_l_min: npt.ArrayLike,
    inflow_celsius: float,
    loss_l_min: float = LOSS_L_MIN,
    blood_celsius: float = BODY_CELSIUS,
) -> float | Floats:
    """Temperature at which a stirred cavity settles between inflow and blood.

    Parameters
    ----------
    flow_l_min : float or array
        Flow of the circuit (L/min), above zero.
    inflow_celsius : float
        Temperature of the inflow.
    loss_l_min : float, default 0.4906
        Heat lost to the body, as the flow of water that would carry it (L/min). The default is
        derived from two points in swine by :func:`fit_heat_loss`: a demonstration, not a
        calibration.
    blood_celsius : float, default 37
        Temperature of the blood.

    Returns
    -------
    float or array
        Degrees Celsius.

    Raises
    ------
    InputError
        A flow of zero or less, a negative loss, a temperature outside 25 to 60.

    References
    ----------
    Energy balance of a stirred volume; swine data: Furman MJ et al. New England Surgical Society
    2011, abstract P15 (no DOI).

    Examples
    --------
    >>> from dsrct_edu.bedside import steady_temperature
    >>> round(steady_temperature(1.0, 44.0), 2)
    41.7
    """
    flow = numbers(flow_l_min, "flow_l_min", _FLOW, 0.0, above=True)
    inflow = number(inflow_celsius, "inflow_celsius", *CELSIUS)
    blood = number(blood_celsius, "blood_celsius", *CELSIUS)
    loss = number(loss_l_min, "loss_l_min", _LOSS, 0.0)
    return as_given((flow * inflow + loss * blood) / (flow + loss))


def fit_heat_loss(
    flow_l_min: npt.ArrayLike, outflow_celsius: npt.ArrayLike, blood_celsius: float = BODY_CELSIUS
) -> tuple[float, float]:
    """Find the loss and the inflow temperature that two steady readings imply.

    Two points fit two unknowns: nothing is left over to test the model with.

    Parameters
    ----------
    flow_l_min, outflow_celsius : array, shape (2,)
        Two flows (L/min) and the outflow temperature at each.
    blood_celsius : float, default 37
        Temperature of the blood (assumed).

    Returns
    -------
    tuple of float
        Loss as a flow of water (L/min), and inflow temperature (degrees Celsius).

    Raises
    ------
    InputError
        Not two readings, or readings that no positive loss explains.

    References
    ----------
    Swine data: Furman MJ et al. New England Surgical Society 2011, abstract P15 (no DOI).

    Examples
    --------
    >>> from dsrct_edu.bedside import fit_heat_loss
    >>> loss, inflow = fit_heat_loss([4.0, 0.5], [43.0, 40.4])
    >>> round(loss, 4), round(inflow, 2)
    (0.4906, 43.74)
    """
    flow = numbers(flow_l_min, "flow_l_min", _FLOW, 0.0, above=True)
    warm = numbers(outflow_celsius, "outflow_celsius", *CELSIUS)
    blood = number(blood_celsius, "blood_celsius", *CELSIUS)
    if flow.shape != (2,) or warm.shape != (2,):
        raise InputError("two flows and two temperatures", f"{flow.size} and {warm.size}")
    low, high = np.argsort(flow)
    above = warm - blood
    # above = flow (inflow - blood) / (flow + loss) at both readings
    ratio = above[high] / above[low] if above[low] != 0.0 else math.inf
    if not 1.0 < ratio < flow[high] / flow[low]:
        raise InputError(
            "a hotter outflow at the higher flow, by less than the ratio of the flows",
            f"{warm[high]:g} at {flow[high]:g} and {warm[low]:g} at {flow[low]:g} L/min",
            "A stirred cavity cannot give these two readings.",
        )
    loss = (ratio - 1.0) / (1.0 / flow[low] - ratio / flow[high])
    return float(loss), float(blood + above[high] * (flow[high] + loss) / flow[high])


def heat_power(flow_l_min: npt.ArrayLike, drop_celsius: npt.ArrayLike) -> float | Floats:
    """Heat that the circuit leaves in the body, in watts.

    Parameters
    ----------
    flow_l_min : float or array
        Flow of the circuit (L/min), above zero.
    drop_celsius : float or array
        Inflow minus outflow temperature (degrees), 0 to 20.

    Returns
    -------
    float or array
        Watts.

    Raises
    ------
    InputError
        A flow of zero or less or a drop outside 0 to 20.

    References
    ----------
    Energy balance with the heat capacity of water, 4,180 J per litre and degree.

    Examples
    --------
    >>> from dsrct_edu.bedside import heat_power
    >>> heat_power(1.0, 1.5)
    104.5
    """
    flow = numbers(flow_l_min, "flow_l_min", _FLOW, 0.0, above=True)
    drop = numbers(drop_celsius, "drop_celsius", "degrees, 0 to 20", 0.0, 20.0)
    return as_given(flow * HEAT_CAPACITY_J_L_K / 60.0 * drop)


def heat_course(
    minutes: npt.ArrayLike,
    inflow_celsius: float,
    flow_l_min: float,
    volume_l: float = 3.0,
    loss_l_min: float = LOSS_L_MIN,
    tissue_l: float = 0.0,
    exchange_l_min: float = 2.0,
    blood_celsius: float = BODY_CELSIUS,
) -> pd.DataFrame:
    """Temperature of the perfusate, and of the tissue around it, from a start at blood heat.

    With ``tissue_l=0`` the fluid loses heat straight to the blood. At 4 L/min such a cavity is
    within 0.1 degrees of its final heat in 3 minutes, whereas pigs took 18 to reach 43 degrees:
    the model fails. With tissue the fluid warms the tissue, which the blood cools; 12 litres of
    water's worth (illustrative, chosen to give those 18 minutes) repair it. Both settle at the
    same temperature.

    Parameters
    ----------
    minutes : float or array, shape (times,)
        Length of the course (one row a minute), or the times themselves.
    inflow_celsius, flow_l_min : float
        Inflow (degrees Celsius, 25 to 60; L/min, above zero).
    volume_l : float, default 3
        Volume of the fluid (L), above zero.
    loss_l_min : float, default 0.4906
        Overall loss to the blood, as a flow of water (L/min); see :func:`steady_temperature`.
    tissue_l : float, default 0
        Heat capacity of the tissue, in litres of water (illustrative).
    exchange_l_min : float, default 2
        Exchange between fluid and tissue, as a flow of water (L/min, illustrative); above
        ``loss_l_min``, since the loss passes through it. Used only with tissue.
    blood_celsius : float, default 37
        Temperature of the blood.

    Returns
    -------
    DataFrame
        `minute, celsius, compartment` (``perfusate``, and ``tissue`` if there is any), `cem43`
        (equivalent minutes at 43 degrees since the first row).

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Energy balance; the failing comparison is with Furman MJ et al. New England Surgical Society
    2011, abstract P15 (no DOI). No published lumped parameters for HIPEC were found.

    Examples
    --------
    >>> from dsrct_edu.bedside import heat_course, minutes_to_reach
    >>> fluid = heat_course(30, inflow_celsius=43.74, flow_l_min=4.0)
    >>> tissue = heat_course(30, inflow_celsius=43.74, flow_l_min=4.0, tissue_l=12.0)
    >>> round(minutes_to_reach(fluid, 42.9), 1), round(minutes_to_reach(tissue, 42.9))
    (2.8, 18)
    """
    clock = times(minutes)
    inflow = number(inflow_celsius, "inflow_celsius", *CELSIUS)
    blood = number(blood_celsius, "blood_celsius", *CELSIUS)
    flow = positive(flow_l_min, "flow_l_min", _FLOW)
    volume = positive(volume_l, "volume_l", "litres, above zero")
    loss = number(loss_l_min, "loss_l_min", _LOSS, 0.0)
    tissue = number(tissue_l, "tissue_l", "litres of water, zero or more", 0.0)
    supply = flow / volume * (inflow - blood)  # degrees above blood gained a minute
    if tissue == 0.0:
        rate = (flow + loss) / volume
        rows = {"perfusate": supply / rate * -np.expm1(-rate * clock)}
    else:
        exchange = number(
            exchange_l_min, "exchange_l_min", "litres a minute, above loss_l_min", loss, above=True
        )
        cooling = loss * exchange / (exchange - loss)  # in series with the exchange it is the loss
        product = (flow * (exchange + cooling) + exchange * cooling) / (volume * tissue)
        _, integral = solve(
            (flow + exchange) / volume,
            exchange / volume,
            exchange / tissue,
            (exchange + cooling) / tissue,
            product,
            clock,
        )
        rows = {"perfusate": supply * integral[0, 0], "tissue": supply * integral[1, 0]}
    parts = [_compartment(name, clock, blood + value) for name, value in rows.items()]
    return pd.concat(parts, ignore_index=True)


def _compartment(name: str, clock: Floats, celsius: Floats) -> pd.DataFrame:
    dose = np.append(0.0, np.cumsum(ramp_doses(clock, celsius)))
    return pd.DataFrame({"minute": clock, "celsius": celsius, "compartment": name, "cem43": dose})


def minutes_to_reach(course: pd.DataFrame, celsius: float, compartment: str = "perfusate") -> float:
    """Minutes until a compartment of :func:`heat_course` is as warm as asked.

    Parameters
    ----------
    course : DataFrame
        `minute, celsius, compartment`.
    celsius : float
        Temperature to reach.
    compartment : str, default "perfusate"
        Which compartment.

    Returns
    -------
    float
        Minutes, by straight line between the rows; infinite if it is never reached.

    Raises
    ------
    InputError
        A compartment that the course does not hold.

    References
    ----------
    Reading of a curve; no source.

    Examples
    --------
    >>> from dsrct_edu.bedside import heat_course, minutes_to_reach
    >>> minutes_to_reach(heat_course(30, inflow_celsius=43.0, flow_l_min=1.0), 43.0)
    inf
    """
    one_of(compartment, sorted(course["compartment"].unique()), "compartment")
    part = course[course["compartment"] == compartment]
    warm = part["celsius"].to_numpy(dtype=np.float64)
    clock = part["minute"].to_numpy(dtype=np.float64)
    reached = np.flatnonzero(warm >= celsius)
    if reached.size == 0:
        return math.inf
    around = slice(max(reached[0] - 1, 0), reached[0] + 1)
    return float(np.interp(celsius, warm[around], clock[around]))


def body_warming(watts: float, minutes: float, body_kg: float) -> float:
    """Rise of the whole body's temperature if none of the heat were lost.

    Parameters
    ----------
    watts : float
        Heat delivered (W), zero or more.
    minutes : float
        For how long (minutes), zero or more.
    body_kg : float
        Body mass, 10 to 200 kg.

    Returns
    -------
    float
        Degrees.

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Energy balance with 3,470 J per kilogram and degree (a usual mean for the body; assumed).

    Examples
    --------
    >>> from dsrct_edu.bedside import body_warming
    >>> round(body_warming(104.5, 60, 55), 2)
    1.97
    """
    power = number(watts, "watts", "watts, zero or more", 0.0)
    time = number(minutes, "minutes", "minutes, zero or more", 0.0)
    mass = number(body_kg, "body_kg", "kilograms, 10 to 200", 10.0, 200.0)
    return power * time * 60.0 / (mass * BODY_HEAT_CAPACITY_J_KG_K)
