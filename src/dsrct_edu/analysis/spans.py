"""Sums over the spans of time in which patients are at risk, by addition alone.

Sums over those at risk are quickest as differences: who is still there, less who enters later. But
where those who enter later weigh a million times more, little is left of the difference but
rounding. Here each span is parted into blocks of 1, 2, 4, ... times, at most two of each size, as
the nodes of a binary tree; the work grows with the logarithm of the number of times.
"""

from __future__ import annotations

import numpy as np

from dsrct_edu.arrays import Floats, Places


class Spans:
    """The spans of one data set, parted into blocks.

    Parameters
    ----------
    first, last : array (1, patients) of int
        The first and last time of each patient; an empty span where `last` is before `first`.
    times : int

    Examples
    --------
    >>> spans = Spans(np.array([[0, 1]]), np.array([[1, 2]]), 3)
    >>> spans.sum_at_risk(np.array([[1.0, 10.0]])), spans.accrued(np.array([[1.0, 2.0, 4.0]]))
    (array([[ 1., 11., 10.]]), array([[3., 6.]]))
    """

    def __init__(self, first: Places, last: Places, times: int) -> None:
        self._patients, self._times = first.size, times
        self._leaves = 1 << max(times - 1, 0).bit_length()  # node k has the children 2k and 2k + 1
        who, node = [], []
        left, right = first[0] + self._leaves, last[0] + 1 + self._leaves
        while (open_ := left < right).any():
            for block, taken in (
                (left, open_ & (left % 2 == 1)),
                (right - 1, open_ & (right % 2 == 1)),
            ):
                who.append(np.flatnonzero(taken))
                node.append(block[taken])
            left, right = (left + 1) // 2, right // 2
        self._who = np.concatenate([np.zeros(0, dtype=np.intp), *who])
        self._node = np.concatenate([np.zeros(0, dtype=np.intp), *node])

    def sum_at_risk(self, values: Floats) -> Floats:
        """Sum `values` (1, patients) over those at risk at each time; (1, times)."""
        tree = np.bincount(self._node, values[0][self._who], 2 * self._leaves)
        size = 1
        while size < self._leaves:  # a node's sum holds for all that is below it
            tree[2 * size : 4 * size] += np.repeat(tree[size : 2 * size], 2)
            size *= 2
        return np.asarray(tree[None, self._leaves : self._leaves + self._times])

    def accrued(self, steps: Floats) -> Floats:
        """Sum `steps` (1, times) over the span of each patient; (1, patients)."""
        tree = np.zeros(2 * self._leaves)
        tree[self._leaves : self._leaves + self._times] = steps[0]
        size = self._leaves // 2
        while size:
            tree[size : 2 * size] = tree[2 * size : 4 * size].reshape(-1, 2).sum(axis=1)
            size //= 2
        return np.asarray(np.bincount(self._who, tree[self._node], self._patients)[None])
