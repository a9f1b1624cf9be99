"""A step function: when it reaches a level, and the area below it."""

from __future__ import annotations

import numpy as np

from dsrct_edu.arrays import Floats

_CLOSE = float(np.sqrt(np.finfo(float).eps))  # R's tolerance for a curve that runs level


def position(time: Floats, at: float, tolerance: float = 0.0) -> int:
    """Return the index of the step that holds at a time; -1 before the first.

    Examples
    --------
    >>> import numpy as np
    >>> position(np.array([0.0, 2.0, 5.0]), 4.9)
    1
    """
    return int(np.searchsorted(time, at + tolerance, side="right")) - 1


def crossing(time: Floats, failed: Floats, level: float) -> float:
    """Return when a step function reaches a level: the middle of the step if it runs level there.

    Parameters
    ----------
    time : ndarray, shape (steps,)
        Ascending; each value holds from its time on.
    failed : ndarray, shape (steps,)
        The function, such as one minus survival. NaN where it is not defined.
    level : float
        The median of survival is level 0.5 of one minus survival.

    Returns
    -------
    float
        Infinite if the level is not reached.

    Notes
    -----
    The rule is that of R's ``quantile.survfit``. A limit of an interval can come back a little;
    then the step just above the level counts, and not the first one.

    Examples
    --------
    >>> import numpy as np
    >>> crossing(np.array([0.0, 3.0, 7.0]), np.array([0.0, 0.5, 0.8]), 0.5)
    5.0
    """
    first = _first_above(failed, level - _CLOSE)
    if first is None:
        return np.inf
    if failed[first] >= level + _CLOSE:
        return float(time[first])
    passed = _first_above(failed, level + _CLOSE)
    if passed is not None:
        return float(time[first] + time[passed]) / 2
    # The function ends at the level: R takes the middle of its last step, unless it breaks off.
    return np.inf if np.isnan(failed[-1]) else float(time[first] + time[-1]) / 2


def crossing_within(
    time: Floats, failed: Floats, limits: tuple[Floats, Floats], level: float
) -> tuple[float, float, float]:
    """Return when a step function and its two limits reach a level, as `crossing`.

    Where the function reaches the level only with the step at which its limits end, there is no
    interval: both are NaN.

    Examples
    --------
    >>> import numpy as np
    >>> failed, none = np.array([0.0, 0.2, 1.0]), np.array([0.0, 0.1, np.nan])
    >>> crossing_within(np.array([0.0, 3.0, 7.0]), failed, (none, none), 0.5)
    (7.0, nan, nan)
    """
    at, low, high = (crossing(time, values, level) for values in (failed, *limits))
    return (at, np.nan, np.nan) if np.isinf(low) and np.isfinite(at) else (at, low, high)


def _first_above(failed: Floats, level: float) -> int | None:
    above = np.where(failed >= level, failed, np.inf)
    lowest = above.min()
    return None if np.isinf(lowest) else int(np.argmax(above <= lowest + _CLOSE))


def area(time: Floats, values: Floats, horizon: float) -> float:
    """Return the area below a step function from its first time to a horizon.

    Examples
    --------
    >>> import numpy as np
    >>> area(np.array([0.0, 4.0]), np.array([1.0, 0.5]), horizon=10)
    7.0
    """
    inside = time < horizon
    edges = np.append(time[inside], horizon)
    return float(np.sum(np.diff(edges) * values[inside]))
