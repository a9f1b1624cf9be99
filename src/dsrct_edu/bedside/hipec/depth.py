"""How deep the drug goes, against how much tumour the surgeon may leave."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu.arrays import Floats
from dsrct_edu.checks import as_given, numbers, positive

from ._linear import mean_exponential


def penetration(depth_mm: npt.ArrayLike, decay_mm: float) -> float | Floats:
    """Concentration at a depth of tissue as a fraction of that at its surface.

    Parameters
    ----------
    depth_mm : float or array
        Depth (mm), zero or more.
    decay_mm : float
        Depth over which the concentration falls to 37 % (mm), above zero.

    Returns
    -------
    float or array
        Fraction of the surface concentration.

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Diffusion with first-order loss. Depths for cisplatin of 0.32 to 0.50 mm (a computed figure,
    read here as decay lengths): Steuperaert M et al. Drug Deliv 2019;26:404-15.
    doi:10.1080/10717544.2019.1588423.

    Examples
    --------
    >>> from dsrct_edu.bedside import penetration
    >>> round(penetration(2.5, 0.5), 4)
    0.0067
    """
    depth = numbers(depth_mm, "depth_mm", "millimetres, zero or more", 0.0)
    decay = positive(decay_mm, "decay_mm", "millimetres, above zero")
    return as_given(np.exp(-depth / decay))


def nodule_penetration(
    depth_mm: npt.ArrayLike, diameter_mm: float, decay_mm: float
) -> float | Floats:
    """Concentration inside a round nodule that is washed on all sides, as a fraction.

    The drug comes from everywhere, so the centre gets far more than tissue that is as deep and
    reached from one side only.

    Parameters
    ----------
    depth_mm : float or array
        Depth below the nodule's surface (mm), up to half its diameter.
    diameter_mm : float
        Diameter of the nodule (mm), above zero.
    decay_mm : float
        As for :func:`penetration`.

    Returns
    -------
    float or array
        Fraction of the concentration at the surface.

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Steady diffusion with first-order loss in a sphere: R sinh(r/decay) / (r sinh(R/decay)). Crank
    J. The mathematics of diffusion. 2nd ed. Oxford: Clarendon Press; 1975.

    Examples
    --------
    >>> from dsrct_edu.bedside import nodule_penetration, penetration
    >>> round(nodule_penetration(1.25, 2.5, 0.5), 3), round(penetration(1.25, 0.5), 3)
    (0.413, 0.082)
    """
    radius = positive(diameter_mm, "diameter_mm", "millimetres, above zero") / 2.0
    depth = numbers(depth_mm, "depth_mm", "millimetres, 0 to half the diameter", 0.0, radius)
    decay = positive(decay_mm, "decay_mm", "millimetres, above zero")
    whole = mean_exponential(np.asarray(-2.0 * radius / decay))
    part = mean_exponential(-2.0 * (radius - depth) / decay)
    return as_given(np.exp(-depth / decay) * part / whole)


def penetration_by_shape(size_mm: float = 2.5, decay_mm: float = 0.5) -> pd.DataFrame:
    """Set a flat residue that is washed from one side beside a round one washed all round.

    Parameters
    ----------
    size_mm : float, default 2.5
        Thickness of the plaque and diameter of the nodule (mm); 2.5 is the upper limit of CC-1.
    decay_mm : float, default 0.5
        As for :func:`penetration`; the deepest of the published values.

    Returns
    -------
    DataFrame
        `shape` (``plaque``, ``nodule``), `depth_mm` (to the bottom of the one and the centre of
        the other), `share` (of the concentration in the fluid).

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    As :func:`penetration` and :func:`nodule_penetration`. Below the plaque lies tissue that takes
    up the drug as the plaque does (assumed).

    Examples
    --------
    >>> from dsrct_edu.bedside import penetration_by_shape
    >>> penetration_by_shape().groupby("shape", sort=False)["share"].min().round(3).to_dict()
    {'plaque': 0.007, 'nodule': 0.413}
    """
    size = positive(size_mm, "size_mm", "millimetres, above zero")
    deep, half = np.linspace(0.0, size, 101), np.linspace(0.0, size / 2.0, 101)
    shares = penetration(deep, decay_mm), nodule_penetration(half, size, decay_mm)
    parts = [
        pd.DataFrame({"shape": shape, "depth_mm": depth, "share": share})
        for shape, depth, share in zip(("plaque", "nodule"), (deep, half), shares, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def penetration_against_residual(residual_mm: npt.ArrayLike = (0.25, 1.0, 2.5)) -> pd.DataFrame:
    """Set the depth that the drug reaches against the residual tumour that CC-1 allows.

    Parameters
    ----------
    residual_mm : array, shape (sizes,)
        Sizes of residual tumour (mm); 2.5 is the upper limit of CC-1.

    Returns
    -------
    DataFrame
        `decay_mm, decay_source, residual_mm, fraction_at_depth`: the concentration at that depth
        over the concentration at the surface. For a nodule
        washed on all sides see :func:`nodule_penetration`.

    Raises
    ------
    InputError
        A negative size.

    References
    ----------
    doi:10.1080/10717544.2019.1588423 (computed, cisplatin); Semin Oncol 1985;12:1-6
    (rat, small markers).

    Examples
    --------
    >>> from dsrct_edu.bedside import penetration_against_residual
    >>> table = penetration_against_residual([2.5])
    >>> (100 * table["fraction_at_depth"]).round(3).tolist()
    [0.001, 0.04, 0.674]
    """
    sizes = np.atleast_1d(numbers(residual_mm, "residual_mm", "millimetres, zero or more", 0.0))
    decays = [
        (0.5 / math.log(10.0), "rat gut, small markers"),  # a tenth was left within 0.5 mm
        (0.32, "computed, cisplatin, low"),
        (0.50, "computed, cisplatin, high"),
    ]
    rows = [
        (decay, source, size, math.exp(-size / decay)) for decay, source in decays for size in sizes
    ]
    columns = ["decay_mm", "decay_source", "residual_mm", "fraction_at_depth"]
    return pd.DataFrame(rows, columns=columns)
