"""Cumulative incidence on plain arrays, with its variance; `competing` puts it into tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsrct_edu.analysis import kernels
from dsrct_edu.analysis.kernels import Grid
from dsrct_edu.arrays import Floats, Places


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of each cause at each grid time.

    Attributes
    ----------
    incidence, variance : array (replicates, causes, times)
    survival : array (replicates, times)
        Probability of no event of any cause; with the incidences it adds up to one.
    """

    incidence: Floats
    variance: Floats
    survival: Floats


def incidence_curves(
    grid: Grid, cause: Places, causes: int, weights: Floats | None = None
) -> Incidence:
    """Estimate the cumulative incidence of competing causes (Aalen-Johansen).

    Parameters
    ----------
    grid : Grid
    cause : array (replicates, patients) of int
        0 for censored, 1 to `causes` for the event.
    causes : int
    weights : array (replicates, patients), optional

    Returns
    -------
    Incidence

    Notes
    -----
    The influence of a patient on F_k(t) is ``F_k(t) B + C``, where B and C gather up what happened
    to him until t or until he left. All who are still at risk share one B and one C (up to what had
    accrued when they came in), so the sum of squares over patients at every time costs a few
    cumulative sums, not a patients-by-times table.
    """
    event = cause > 0
    weight = np.ones(cause.shape) if weights is None else weights
    counts = kernels.count_events(grid, event, weights)
    survival = kernels.survival(counts)
    earlier = kernels.before(survival, 1.0)
    per_head = np.divide(
        earlier, counts.at_risk, out=np.zeros_like(earlier), where=counts.at_risk > 0
    )
    left = np.divide(1.0, counts.remaining, out=np.zeros_like(earlier), where=counts.remaining > 0)
    hazard = np.divide(
        counts.events, counts.at_risk, out=np.zeros_like(earlier), where=counts.at_risk > 0
    )
    common_b = np.cumsum(counts.greenwood, axis=1)
    own_b = -left
    curves, variances = [], []
    for k in range(1, causes + 1):
        events = grid.sum_leaving(weight * (cause == k))
        curve = np.cumsum(per_head * events, axis=1)
        share = np.divide(
            per_head * events, counts.at_risk, out=np.zeros_like(curve), where=counts.at_risk > 0
        )
        common_c = -np.cumsum(share + curve * left * hazard, axis=1)
        own_c = event * grid.read(curve * left, grid.exit)
        own_c = own_c + (cause == k) * grid.read(per_head, grid.exit)
        final_b = grid.accrued(common_b) + event * grid.read(own_b, grid.exit)
        final_c = grid.accrued(common_c) + own_c
        parts = kernels.influence_sums(grid, weight**2, (common_b, common_c), (final_b, final_c))
        variance = curve**2 * parts[0] + 2 * curve * parts[1] + parts[2]
        curves.append(curve)
        variances.append(np.maximum(variance, 0.0))
    return Incidence(np.stack(curves, axis=1), np.stack(variances, axis=1), survival)
