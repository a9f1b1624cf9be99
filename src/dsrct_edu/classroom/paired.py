"""Shares and their paired change, with score intervals that hold in a small class.

References
----------
Wilson EB. Probable inference, the law of succession, and statistical inference. 1927.
https://doi.org/10.1080/01621459.1927.10502953
Newcombe RG. Improved confidence intervals for the difference between binomial proportions based on
paired data (method 10). 1998.
https://doi.org/10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C
Zou GY, Donner A. Construction of confidence limits about effect measures: a general approach. 2008.
https://doi.org/10.1002/sim.3095
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from dsrct_edu.arrays import Floats


@dataclass(frozen=True)
class Estimate:
    """Estimates with their limits, as arrays of one shape."""

    value: Floats
    low: Floats
    high: Floats


def share(right: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Return shares with Wilson's score interval; NaN where nobody was asked.

    Examples
    --------
    >>> one = share(9, 12)
    >>> [round(float(part), 3) for part in (one.value, one.low, one.high)]
    [0.75, 0.468, 0.911]
    """
    k, n = np.asarray(right, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z = ndtri((1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = k / n
        middle = (k + z**2 / 2) / (n + z**2)
        half = z * np.sqrt(n * p * (1 - p) + z**2 / 4) / (n + z**2)
    # Rounding must not put the limits of 0 of n and n of n beyond their estimates.
    return Estimate(p, np.minimum(middle - half, p), np.maximum(middle + half, p))


def change(
    always: npt.ArrayLike,
    gained: npt.ArrayLike,
    lost: npt.ArrayLike,
    never: npt.ArrayLike,
    level: float = 0.95,
) -> Estimate:
    """Return the share right after minus that before, with Newcombe's paired score interval.

    Parameters
    ----------
    always, gained, lost, never : array_like
        How many were right both times, only after, only before, and not once.
    level : float, default 0.95

    Examples
    --------
    >>> one = change(always=1, gained=7, lost=1, never=12)
    >>> [round(float(part), 3) for part in (one.value, one.low, one.high)]
    [0.286, 0.026, 0.507]
    """
    a, g, s, d = (np.asarray(part, dtype=np.float64) for part in (always, gained, lost, never))
    n = a + g + s + d
    before, after = share(a + s, n, level), share(a + g, n, level)
    together = a * d - g * s
    corrected = np.where(together > 0, np.maximum(together - n / 2, 0), together)
    spread = np.sqrt((a + s) * (g + d) * (a + g) * (s + d))
    phi = np.where(spread > 0, corrected / np.where(spread > 0, spread, 1), 0)
    value = after.value - before.value
    below = _joined(after.value - after.low, before.high - before.value, phi)
    above = _joined(after.high - after.value, before.value - before.low, phi)
    return Estimate(value, value - below, value + above)


def _joined(one: Floats, other: Floats, phi: Floats) -> Floats:
    squared: Floats = one**2 - 2 * phi * one * other + other**2
    return np.sqrt(np.maximum(squared, 0))


def combined(parts: Sequence[Estimate], weights: Sequence[float]) -> Estimate:
    """Return a weighted sum of independent estimates, its limits made of theirs.

    A negative weight turns a part round: its upper limit then makes the lower one of the sum.

    Examples
    --------
    >>> both = combined([share(9, 12), share(9, 12)], [0.5, 0.5])
    >>> float(both.value), bool(both.low > share(9, 12).low)
    (0.75, True)
    """
    zero = np.zeros_like(parts[0].value)
    value, below, above = zero, zero, zero
    for part, weight in zip(parts, weights, strict=True):
        down, up = part.value - part.low, part.high - part.value
        if weight < 0:
            down, up = up, down
        value = value + weight * part.value
        below, above = below + (weight * down) ** 2, above + (weight * up) ** 2
    return Estimate(value, value - np.sqrt(below), value + np.sqrt(above))
