"""Two groups compared in many replicates at once, ties included: what studies spend their time on.

The fit of `partial_likelihood` takes five to eight times as long on trials of two arms. One sort
serves the Cox model (Efron), the log-rank test and both Kaplan-Meier curves. Arrays
have shape (replicates, patients). Group and event ride in the two lowest bits of the sorted
times, so nothing has to be gathered afterwards; deaths sort before censorings at the same time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.arrays import Flags, Floats, Whole

_BEYOND = np.int64(np.float64(np.inf).view(np.int64))
_LIMIT = 20.0  # |log hazard ratio| at which a monotone likelihood is left, as R's iteration does
_TOLERANCE = 1e-9
_MAX_STEPS = 40


class Fit(NamedTuple):
    """Estimates of one measure over replicates: each array has shape (replicates,)."""

    estimate: Floats
    se: Floats
    converged: Flags
    separated: Flags


class Ranked(NamedTuple):
    """Patients of each replicate in order of time, shape (replicates, patients) throughout.

    ``at_risk`` and ``at_risk_1`` count the patients (of both groups, of group 1) still at risk
    just before each position when tied patients leave one by one.
    """

    time: Floats
    death: Flags
    group: Floats
    at_risk: Floats
    at_risk_1: Floats


def _sorted_keys(time: Floats, code: NDArray[np.int8], included: Flags | None) -> Whole:
    """Sort times with two bits of code in their last place (4e-16 of their size)."""
    key = np.ascontiguousarray(time).view(np.int64) & ~3
    key |= code
    if included is not None:
        key[~included] = _BEYOND | 2
    key.sort(axis=1)
    return key


def _at_risk(included: Flags | None, patients: int) -> Floats:
    position = np.arange(patients, dtype=np.float64)
    if included is None:
        return patients - position
    counts: Floats = included.sum(axis=1, dtype=np.float64)[:, None] - position
    return counts


def rank(time: Floats, death: Flags, group: Flags, included: Flags | None = None) -> Ranked:
    """Sort patients by time, deaths first, and count who is at risk.

    Parameters
    ----------
    time : ndarray, shape (replicates, patients)
        Time of death or censoring, zero or more.
    death, group : ndarray of bool, broadcastable to the shape of `time`
    included : ndarray of bool, optional
        Patients that take part; the others sort behind everyone.
    """
    code = np.where(death, np.int8(0), np.int8(2)) + group.view(np.int8)
    key = _sorted_keys(time, code, included)
    marked = (key & 1).astype(np.float64)
    at_risk_1 = np.cumsum(marked[:, ::-1], axis=1)[:, ::-1]
    at_risk = _at_risk(included, key.shape[1])
    return Ranked((key & ~3).view(np.float64), (key & 2) == 0, marked, at_risk, at_risk_1)


def _tied(ranked: Ranked) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first position (flat) and the size of every run of tied deaths."""
    bits = ranked.time.view(np.int64)
    follows = np.zeros(bits.shape, dtype=bool)
    np.equal(bits[:, 1:], bits[:, :-1], out=follows[:, 1:])
    follows &= ranked.death  # deaths come first, so the one before is a death too
    flat = np.flatnonzero(follows)
    opens = np.flatnonzero(np.diff(flat, prepend=-2) != 1)
    return flat[opens] - 1, np.diff(opens, append=len(flat)) + 1


def death_counts(ranked: Ranked) -> tuple[Floats, Floats, Floats, Floats]:
    """Return, at every death, what Efron's likelihood and the log-rank test need.

    Returns
    -------
    at_risk_0, at_risk_1 : ndarray
        Numbers at risk by Efron's rule: each of d tied deaths counts as present for a part.
    share, variance : ndarray
        Expected deaths in group 1 and their hypergeometric variance.
        All are (1, 0, 0, 0) where nobody dies.
    """
    died = ranked.death.astype(np.float64)
    at_risk_1 = ranked.at_risk_1 * died
    at_risk_0 = ranked.at_risk * died - at_risk_1
    at_risk_0 += 1 - died
    share = at_risk_1 / (at_risk_0 + at_risk_1)
    variance = share - share * share
    start, size = _tied(ranked)
    if len(start):
        run = np.repeat(np.arange(len(start)), size)
        turn = np.arange(len(run)) - (np.cumsum(size) - size)[run]
        member = start[run] + turn
        first_0, first_1 = at_risk_0.ravel()[start], at_risk_1.ravel()[start]
        last = start + size - 1
        died_1 = first_1 - at_risk_1.ravel()[last] + ranked.group.ravel()[last]
        n = first_0 + first_1
        part = turn / size[run]
        expected = first_1 / n
        spread = expected * (1 - expected) * (n - size) / (n - 1)
        at_risk_1.ravel()[member] = first_1[run] - part * died_1[run]
        at_risk_0.ravel()[member] = first_0[run] - part * (size - died_1)[run]
        share.ravel()[member] = expected[run]
        variance.ravel()[member] = spread[run]
    return at_risk_0, at_risk_1, share, variance


def two_group_logrank(died_1: Floats, share: Floats, variance: Floats) -> Fit:
    """Return Peto's one-step log hazard ratio (O - E) / V; its square times V is the statistic."""
    total = variance.sum(axis=1)
    known = total > 0
    safe = np.where(known, total, 1.0)
    estimate = np.where(known, (died_1 - share).sum(axis=1) / safe, np.nan)
    se = np.where(known, 1 / np.sqrt(safe), np.nan)
    return Fit(estimate, se, known, np.zeros(len(known), dtype=bool))


def cox_two_groups(died_1: Floats, at_risk_0: Floats, at_risk_1: Floats, start: Floats) -> Fit:
    """Fit the Cox log hazard ratio of group 1, given the numbers at risk at every death.

    Parameters
    ----------
    died_1 : ndarray, shape (replicates, positions)
        1 where somebody of group 1 dies, else 0.
    at_risk_0, at_risk_1 : ndarray, same shape
        Effective numbers at risk; (1, 0) where nobody dies.
    start : ndarray, shape (replicates,)
        First guess, such as the log-rank estimate.

    Returns
    -------
    Fit
        ``separated`` marks a monotone likelihood (all informative deaths in one group): its
        estimate is where the iteration was left, and it has not converged.
    """
    ones_vector = np.ones(died_1.shape[1])
    informative = ((at_risk_0 > 0) & (at_risk_1 > 0)).astype(np.float64)
    total = informative @ ones_vector
    ones = np.einsum("ij,ij->i", informative, died_1)
    known = total > 0
    separated = known & ((ones == 0) | (ones == total))
    regular = known & ~separated
    beta = np.where(regular, np.clip(np.nan_to_num(start), -5, 5), 0.0)
    beta[separated] = np.where(ones[separated] == 0, -_LIMIT, _LIMIT)
    observed = died_1 @ ones_vector
    arrived, information = ~regular, np.ones(len(beta))
    for _ in range(_MAX_STEPS):
        share = at_risk_1 * np.exp(beta)[:, None]
        share /= at_risk_0 + share
        first = share @ ones_vector
        power = share * share
        second = power @ ones_vector
        power *= share
        third = power @ ones_vector
        # who has arrived stays put, however long his neighbours take
        information = np.where(known & ~(arrived & regular), first - second, information)
        # Halley's step; Newton's where the curve bends too much for it
        score = np.where(regular, observed - first, 0.0)
        bend = score * (first - 3 * second + 2 * third) / (2 * information)
        step = score / np.where(bend > -0.5 * information, information + bend, information)
        beta += np.where(arrived, 0.0, np.clip(step, -2, 2))
        arrived |= np.abs(step) < _TOLERANCE
        if arrived.all():
            break
    se = np.where(known, 1 / np.sqrt(information), np.nan)
    return Fit(np.where(known, beta, np.nan), se, regular & arrived, separated)


class GroupCurve(NamedTuple):
    """One Kaplan-Meier curve per replicate, read at the horizon; shape (replicates,)."""

    survival: Floats
    survival_variance: Floats
    rmst: Floats
    rmst_variance: Floats


def two_group_curves(
    time: Floats, death: Flags, group: Flags, horizon: float, included: Flags | None = None
) -> tuple[GroupCurve, GroupCurve]:
    """Follow both groups to the horizon, with Greenwood's variances.

    Tied deaths leave one by one, which gives the same curve and the same variance. A curve
    that ends in a censoring before the horizon is carried on level, as R's
    ``survfit(rmean=)`` does.

    Parameters
    ----------
    time, death, included
        As for `rank`.
    group : ndarray of bool, shape (patients,) or (replicates, patients)
        One row tells the group of the same patients in every replicate.
    horizon : float
        End of the restricted mean, and the time at which survival is read.

    Returns
    -------
    tuple of GroupCurve
        Of group 0 and of group 1.
    """
    zero, one = (_curve(time, death, member, horizon, included) for member in (~group, group))
    return zero, one


def _curve(
    time: Floats, death: Flags, member: Flags, horizon: float, included: Flags | None
) -> GroupCurve:
    if member.ndim == 1:
        time, death = time[:, member], death[:, member]
        included = None if included is None else included[:, member]
    else:
        included = member if included is None else member & included
    key = _sorted_keys(time, np.where(death, np.int8(0), np.int8(2)), included)
    at_risk = np.maximum(_at_risk(included, key.shape[1]), 1.0)
    clipped = np.minimum((key & ~3).view(np.float64), horizon)
    died = ((key & 2) == 0) & (key <= np.float64(horizon).view(np.int64))
    survival = np.cumprod(1 - died * (1 / at_risk), axis=1)
    area = np.empty_like(survival)
    area[:, 0] = clipped[:, 0]
    np.subtract(clipped[:, 1:], clipped[:, :-1], out=area[:, 1:])
    area[:, 1:] *= survival[:, :-1]
    np.cumsum(area, axis=1, out=area)
    rmst = area[:, -1] + survival[:, -1] * (horizon - clipped[:, -1])
    area -= rmst[:, None]
    # the last one at risk takes the curve to zero: nothing is left to vary
    greenwood = died * np.where(at_risk > 1, 1 / np.maximum(at_risk * (at_risk - 1), 1.0), 0.0)
    return GroupCurve(
        survival[:, -1],
        survival[:, -1] ** 2 * greenwood.sum(axis=1),
        rmst,
        np.einsum("ij,ij,ij->i", area, area, greenwood),
    )


def difference(one: Floats, zero: Floats, variance: Floats) -> Fit:
    """Subtract two groups; an empty group or one without any variance has not converged."""
    known = np.isfinite(one) & np.isfinite(zero)
    return Fit(
        np.where(known, one - zero, np.nan),
        np.where(known, np.sqrt(variance), np.nan),
        known & (variance > 0),
        np.zeros(len(known), dtype=bool),
    )
