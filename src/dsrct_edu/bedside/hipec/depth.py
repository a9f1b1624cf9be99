"""How deep the drug goes, against how much tumour the surgeon may leave."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu.arrays import Floats
from dsrct_edu.checks import as_given, number, numbers, positive


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


def decay_length(depth_mm: float, fraction_left: float) -> float:
    """Decay length (mm) of a profile that falls to a fraction at a depth.

    Parameters
    ----------
    depth_mm : float
        Depth (mm), above zero.
    fraction_left : float
        Fraction of the surface concentration there, between 0 and 1.

    Returns
    -------
    float
        Millimetres.

    Raises
    ------
    InputError
        A value outside its range.

    References
    ----------
    Inverse of :func:`penetration`. In rat gut 10 % of small markers was left within 0.5 mm:
    Semin Oncol 1985;12:1-6 (no DOI found).

    Examples
    --------
    >>> from dsrct_edu.bedside import decay_length
    >>> round(decay_length(0.5, 0.10), 3)
    0.217
    """
    depth = positive(depth_mm, "depth_mm", "millimetres, above zero")
    left = number(fraction_left, "fraction_left", low=0.0, high=1.0, above=True, below=True)
    return -depth / math.log(left)


def diffusion_length(diffusivity_m2_s: float, loss_per_s: float) -> float:
    """Decay length (mm) that a diffusivity and a first-order loss give.

    Parameters
    ----------
    diffusivity_m2_s : float
        Diffusivity in tissue (m2/s), above zero.
    loss_per_s : float
        Rate of loss to blood and binding (1/s), above zero.

    Returns
    -------
    float
        Millimetres.

    Raises
    ------
    InputError
        A value of zero or less.

    References
    ----------
    Steady diffusion with first-order loss. The values of the example are illustrative.

    Examples
    --------
    >>> from dsrct_edu.bedside import diffusion_length
    >>> round(diffusion_length(2.5e-10, 1e-3), 6)
    0.5
    """
    spread = positive(diffusivity_m2_s, "diffusivity_m2_s", "m2/s, above zero")
    loss = positive(loss_per_s, "loss_per_s", "1/s, above zero")
    return 1000.0 * math.sqrt(spread / loss)


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
        over the concentration at the surface. A nodule bathed on all sides is reached to half.

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
        (decay_length(0.5, 0.10), "rat gut, small markers"),
        (0.32, "computed, cisplatin, low"),
        (0.50, "computed, cisplatin, high"),
    ]
    rows = [
        (decay, source, size, math.exp(-size / decay)) for decay, source in decays for size in sizes
    ]
    columns = ["decay_mm", "decay_source", "residual_mm", "fraction_at_depth"]
    return pd.DataFrame(rows, columns=columns)
