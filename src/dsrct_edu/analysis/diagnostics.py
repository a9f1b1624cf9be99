"""Concordance and the test of proportional hazards, on plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsrct_edu.analysis import kernels
from dsrct_edu.analysis.partial_likelihood import CoxData, CoxFit, regular
from dsrct_edu.arrays import Flags, Floats, Places

TRANSFORMS = ("km", "rank", "identity", "log")
_LEFT = 1e-10


def time_scale(transform: str, time: Floats, event: Flags, entry: Floats | None = None) -> Floats:
    """Transform each patient's time (patients,) as ``cox.zph`` does; "km" is 1 - S(t-)."""
    if transform == "identity":
        return time
    if transform == "log":
        return np.asarray(np.log(time))
    if transform == "rank":
        from scipy.stats import rankdata  # seconds to import, and seldom needed

        return np.asarray(rankdata(time))
    grid = kernels.time_grid(time[None], None if entry is None else entry[None], tied=True)
    curve = kernels.survival(kernels.count_events(grid, event[None]))
    return np.asarray(1.0 - kernels.before(curve, 1.0)[0][grid.exit[0]])


def proportional_hazards(
    data: CoxData, fit: CoxFit, scale: Floats, terms: Sequence[str]
) -> list[tuple[str, float, int]]:
    """Score test of coefficients that change linearly with `scale`, for each term and all.

    The model is enlarged by each covariate times g(t); the test asks whether the score of the
    added coefficients is zero at the fitted ones.

    Parameters
    ----------
    data, fit
        One replicate.
    scale : array (patients,)
        Transformed time of each patient.
    terms : sequence of str
        The term of each covariate.

    Returns
    -------
    list of (term, statistic, degrees of freedom), ``GLOBAL`` last
        A statistic is NaN where the added coefficients would have no information: with one event
        time, say, nothing can change with time.
    """
    event = data.event[0]
    centred = scale - scale[event].mean()
    g = np.zeros_like(data.grid.time)
    g[0, data.grid.exit[0]] = centred
    moments = data.moments(fit.coef)
    sums = data.sums(moments)

    def information(by: Floats) -> Floats:
        return np.asarray(data.information(moments, data.exposure(moments, by), sums, by)[0])

    plain, cross, square = information(np.ones_like(g)), information(g), information(g * g)
    died = data.weights * data.event * centred
    score = data.score(died - moments.risk * data.exposure(moments, g))[0]
    sound = bool(fit.converged[0] and regular(plain[None])[0])

    def statistic(columns: Places) -> float:
        if not (sound and columns.size):
            return float("nan")
        own = square[np.ix_(columns, columns)]
        schur = own - cross[columns] @ np.linalg.solve(plain, cross[:, columns])
        # next to the whole information what is left must be more than rounding
        unit = np.sqrt(np.where(own.diagonal() > 0, own.diagonal(), 1.0))
        if not np.linalg.eigvalsh(schur / np.outer(unit, unit))[0] > _LEFT:
            return float("nan")
        return float(score[columns] @ np.linalg.solve(schur, score[columns]))

    named = list(dict.fromkeys(terms))
    membership = [np.flatnonzero([t == term for t in terms]) for term in named]
    rows = [(t, statistic(m), len(m)) for t, m in zip(named, membership, strict=True)]
    return [*rows, ("GLOBAL", statistic(np.arange(len(terms))), len(terms))]


def concordance(
    time: Floats,
    event: Flags,
    risk: Floats,
    entry: Floats | None = None,
    weights: Floats | None = None,
    strata: Places | None = None,
) -> float:
    """Share of comparable pairs in which the higher risk had the event first; ties count half.

    A pair is comparable if the one still at risk when the other had the event outlived it; of two
    events at one time neither came first, a censoring at the time of an event came later.

    Parameters
    ----------
    time, risk, entry, weights : array (patients,)
    event : array (patients,) of bool
    strata : array (patients,) of int, optional
        Pairs are formed within strata.

    Returns
    -------
    float
        NaN if no pair is comparable.
    """
    n = time.size
    stratum = np.zeros(n, dtype=np.intp) if strata is None else strata
    weight = np.ones(n) if weights is None else weights
    level = np.unique(risk, return_inverse=True)[1].astype(np.intp)
    # One line per stratum: at each time those with the event, then the question "who outlives
    # this event?", then the censored; who enters at that time or later is taken off again.
    died = np.flatnonzero(event)
    rows = [np.arange(n), died]
    when = [time, time[died]]
    kind = [np.where(event, 0, 2), np.ones(died.size, dtype=np.intp)]
    value = [weight, np.zeros(died.size)]
    if entry is not None:
        rows.append(np.arange(n))
        when.append(entry)
        kind.append(np.full(n, 2))
        value.append(-weight)
    row = np.concatenate(rows)
    order = np.lexsort((np.concatenate(kind), np.concatenate(when), stratum[row]))
    question = np.concatenate(kind)[order] == 1
    row, values = row[order], np.concatenate(value)[order]
    higher, tied, everyone = _after(stratum[row], level[row], values)
    w = weight[row[question]]
    comparable = float(w @ everyone[question])
    lower = (everyone - higher - tied)[question]
    return float(w @ (lower + tied[question] / 2)) / comparable if comparable > 0 else float("nan")


def _after(block: Places, level: Places, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Sum the weights of those later in the same block: at a higher level, the same, and all.

    Blocks are contiguous. Works bit by bit from the highest bit of the level: members of a block
    that have the bit clear look back at those later with the bit set; then each block is parted
    in two by that bit, in order, and the next bit decides within the parts.
    """
    higher = np.zeros(weight.size)
    position = np.arange(weight.size)
    everyone = _sum_after(block, weight)
    for bit in range(int(level.max(initial=0)).bit_length() - 1, -1, -1):
        set_ = (level[position] >> bit) & 1 == 1
        later = _sum_after(block, np.where(set_, weight[position], 0.0))
        higher[position] += np.where(set_, 0.0, later)
        block = 2 * block + set_
        order = np.argsort(block, kind="stable")
        position, block = position[order], block[order]
    tied = np.empty(weight.size)
    tied[position] = _sum_after(block, weight[position])
    return higher, tied, everyone


def _sum_after(block: Places, weight: Floats) -> Floats:
    """Sum, for each element, the weights of those after it in its block."""
    total = np.cumsum(weight)
    last = np.flatnonzero(np.append(block[1:] != block[:-1], True))
    end = last[np.searchsorted(last, np.arange(block.size))]
    return np.asarray(total[end] - total)
