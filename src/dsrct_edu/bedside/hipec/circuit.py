"""The circuit over time: one stirred fluid, or fluid and tissue, and where the first fails."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu.arrays import Floats
from dsrct_edu.checks import as_given, number, numbers, positive
from dsrct_edu.errors import InputError

from ._linear import solve
from .heat import CELSIUS, ramp_doses

BODY_CELSIUS = 37.0
LOSS_L_MIN = 0.4906  # what two points in swine imply: 43.0 degrees at 4 L/min and 40.4 at 0.5
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
        what two points in swine imply (43.0 degrees at 4 L/min and 40.4 at 0.5): a demonstration,
        not a calibration.
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
    >>> from dsrct_edu.bedside import heat_course
    >>> fluid = heat_course([2.8, 18], inflow_celsius=43.74, flow_l_min=4.0)
    >>> tissue = heat_course([2.8, 18], inflow_celsius=43.74, flow_l_min=4.0, tissue_l=12.0)
    >>> fluid["celsius"].round(1).tolist(), tissue["celsius"].round(1).tolist()[:2]
    ([42.9, 43.0], [41.9, 42.9])
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
