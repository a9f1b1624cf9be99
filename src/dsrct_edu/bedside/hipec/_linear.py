"""Exact solution of two linear compartments, shared by circuit and drug.

For ``x' = A x`` with exchange that is never negative both eigenvalues are real and at most zero.
Newton's form ``exp(A t) = e1 I + S (A - l1 I)``, with ``l1`` the slow root, ``e1 = exp(l1 t)`` and
``S`` the divided difference of ``exp(l t)`` at the two roots, stays exact when the roots are equal,
when the slow one is zero, and when they differ by many orders of magnitude.
"""

from __future__ import annotations

import math

import numpy as np

from dsrct_edu.arrays import Floats

# Nodes for the one integral that cancels when both roots are small; 16 are exact to rounding.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_SMALL = 0.5


def mean_exponential(z: Floats) -> Floats:
    """Return (exp(z) - 1) / z, which is 1 at 0: the mean of exp from 0 to z."""
    safe = np.where(z == 0.0, 1.0, z)
    return np.where(z == 0.0, 1.0, np.expm1(safe) / safe)


def _difference(t: Floats, slow: float, gap: float) -> Floats:
    """Return the divided difference of exp(l t) at the roots slow and slow - gap."""
    return t * np.exp(slow * t) * mean_exponential(-gap * t)


def solve(
    outflow_1: float, from_2: float, from_1: float, outflow_2: float, product: float, t: Floats
) -> tuple[Floats, Floats]:
    """Solve x1' = from_2 x2 - outflow_1 x1 and x2' = from_1 x1 - outflow_2 x2.

    ``product`` is outflow_1 * outflow_2 - from_1 * from_2, given by the caller in the form that
    does not cancel. Returns two arrays of shape (2, 2, times): the solution for a unit amount in 1
    and in 2 (second axis), and its integral from 0 to t.
    """
    half = (outflow_1 - outflow_2) / 2.0
    root = math.hypot(half, math.sqrt(from_1) * math.sqrt(from_2))
    gap = 2.0 * root
    fast = -(outflow_1 + outflow_2 + gap) / 2.0
    slow = product / fast if fast < 0.0 else 0.0
    # A - slow I; the smaller diagonal entry comes from the larger, so that it keeps its digits.
    spread = root + abs(half)
    small = from_1 * from_2 / spread if spread > 0.0 else 0.0
    first, second = (spread, small) if half > 0.0 else (small, spread)
    shifted = np.array([[-first, from_2], [from_1, -second]])

    identity = np.eye(2)[:, :, None]
    first_mode = np.exp(slow * t)
    difference = _difference(t, slow, gap)
    value = identity * first_mode + shifted[:, :, None] * difference

    mode_integral = t * mean_exponential(slow * t)
    quadrature = np.zeros_like(t)
    for node, weight in zip((_NODES + 1.0) / 2.0, _WEIGHTS / 2.0, strict=True):
        quadrature += weight * t * _difference(node * t, slow, gap)
    if fast < 0.0:
        closed = (mode_integral - difference) / -fast
        quadrature = np.where(-fast * t < _SMALL, quadrature, closed)
    integral = identity * mode_integral + shifted[:, :, None] * quadrature
    return value, integral
