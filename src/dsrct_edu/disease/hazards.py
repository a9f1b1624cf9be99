"""Cox regression on one binary covariate, for millions of patients at once."""

from __future__ import annotations

import numpy as np

from dsrct_edu.disease.equations import Bools, Floats

_ITERATIONS, _TOLERANCE = 30, 1e-12


def cox_binary(
    time: Floats, group: Bools, event: Bools | None = None, entry: Floats | None = None
) -> tuple[float, float]:
    """Fit a Cox model with one binary covariate; ties as Breslow.

    Parameters
    ----------
    time : array (n,)
        Time of event or censoring.
    group : array of bool (n,)
        The covariate.
    event : array of bool (n,), optional
        Whether the time is that of an event; by default always.
    entry : array (n,), optional
        Time of entry (left truncation).

    Returns
    -------
    tuple of float
        Log hazard ratio and its model-based standard error.

    Examples
    --------
    >>> import numpy as np
    >>> from dsrct_edu.disease.hazards import cox_binary
    >>> estimate, se = cox_binary(np.array([1.0, 2, 3, 4]), np.array([1, 0, 1, 0], bool))
    >>> round(estimate, 4)
    0.8814
    """
    event = np.ones(len(time), dtype=bool) if event is None else event
    at = time[event]
    ones, zeros = (_at_risk(at, time[g], None if entry is None else entry[g]) for g in (group, ~group))
    return solve_binary(float(np.sum(group & event)), ones, zeros, np.ones(len(at)))


def _at_risk(at: Floats, time: Floats, entry: Floats | None) -> Floats:
    remaining = len(time) - np.searchsorted(np.sort(time), at, side="left")
    if entry is not None:
        remaining = remaining - (len(entry) - np.searchsorted(np.sort(entry), at, side="left"))
    return remaining.astype(np.float64)


def solve_binary(
    treated_events: float, treated: Floats, others: Floats, events: Floats
) -> tuple[float, float]:
    """Solve the partial likelihood from counts at event times.

    Parameters
    ----------
    treated_events : float
        Events among the treated.
    treated, others : array
        At risk at each event time.
    events : array
        Events at each event time.

    Returns
    -------
    tuple of float
        Log hazard ratio and its model-based standard error.
    """
    beta = 0.0
    for _ in range(_ITERATIONS):
        share = treated / (treated + others * np.exp(-beta))
        information = float(np.sum(events * share * (1 - share)))
        step = (treated_events - float(np.sum(events * share))) / information
        beta += step
        if abs(step) < _TOLERANCE:
            break
    return beta, information**-0.5
