"""Response to chemotherapy: RECIST 1.1, and the question "half of what?"."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu.arrays import Floats
from dsrct_edu.checks import as_given, number, numbers
from dsrct_edu.errors import InputError

_SUM = "a sum of diameters in millimetres, zero or more"
_ROUND = 1e-9  # relative; 70 mm is exactly 30 % below 100 mm whatever the binary fraction says


def recist(
    baseline_mm: float,
    current_mm: float,
    nadir_mm: float | None = None,
    new_lesion: bool = False,
) -> str:
    """Response of the target lesions at one visit by RECIST 1.1.

    The first rule that fits decides: a new lesion is PD; no tumour left is CR; any tumour after
    none (nadir 0) is PD; a rise of 20 % and 5 mm over the nadir is PD, even if the sum is still far
    below baseline; a fall of 30 % from baseline is PR; the rest is SD. Lymph nodes, non-target
    lesions and confirmation are outside its scope.

    Parameters
    ----------
    baseline_mm : float
        Sum of diameters before treatment (mm), at least 10: the smallest measurable lesion.
    current_mm : float
        Sum now (mm). A lesion seen but too small to measure counts 5 mm.
    nadir_mm : float, optional
        Smallest sum on study before this visit, the baseline included; by default the baseline.
    new_lesion : bool, default False
        Has a new lesion appeared?

    Returns
    -------
    str
        ``"CR"``, ``"PR"``, ``"SD"`` or ``"PD"``.

    Raises
    ------
    InputError
        A baseline below 10 mm, a negative sum, a nadir above the baseline.

    References
    ----------
    Eisenhauer EA et al. Eur J Cancer 2009;45:228-47. doi:10.1016/j.ejca.2008.10.026. Tumour after
    a complete response: the RECIST working group's published clarifications.

    Examples
    --------
    >>> from dsrct_edu.bedside import recist
    >>> recist(100, 70), recist(100, 71), recist(100, 61, nadir_mm=50), recist(50, 0)
    ('PR', 'SD', 'PD', 'CR')
    """
    baseline = number(baseline_mm, "baseline_mm", "a sum of at least 10 mm", 10.0)
    current = number(current_mm, "current_mm", _SUM, 0.0)
    nadir = baseline if nadir_mm is None else number(nadir_mm, "nadir_mm", _SUM, 0.0)
    if nadir > baseline:
        raise InputError(
            f"at most the baseline of {baseline:g} mm",
            f"{nadir:g}",
            "The nadir is the smallest sum on study, the baseline included.",
            argument="nadir_mm",
        )
    if not isinstance(new_lesion, bool | np.bool_):
        raise InputError("True or False", f"{new_lesion!r}", argument="new_lesion")
    slack = _ROUND * baseline
    grown = current - nadir >= 5.0 - slack and current >= 1.2 * nadir - slack
    if new_lesion:
        return "PD"
    if current <= slack:
        return "CR"
    if grown or nadir == 0.0:  # tumour again after none
        return "PD"
    return "PR" if current <= 0.7 * baseline + slack else "SD"


def _change(value: npt.ArrayLike, name: str, high: float = 100.0) -> Floats:
    expected = "a change as a fraction, -1 (gone) or more, -0.23 for 23 % smaller"
    return numbers(value, name, expected, -1.0, high)


def volume_change(diameter_change: npt.ArrayLike) -> float | Floats:
    """Change in volume of a sphere whose diameter changes.

    Parameters
    ----------
    diameter_change : float or array
        Fraction: -0.23 is 23 % smaller. From -1 to 100.

    Returns
    -------
    float or array
        Fraction.

    Raises
    ------
    InputError
        A change below -1 or above 100 (a percentage?).

    References
    ----------
    Geometry. For scale: -23 % (SD 8) after three cycles in seven patients with DSRCT, Magnan H
    et al. J Pediatr Hematol Oncol 2013. doi:10.1097/MPH.0b013e3182707d4c.

    Examples
    --------
    >>> from dsrct_edu.bedside import volume_change
    >>> round(volume_change(-0.23), 3)
    -0.543
    """
    d = _change(diameter_change, "diameter_change")
    return as_given(d * (3.0 + d * (3.0 + d)))


def diameter_change(volume_change: npt.ArrayLike) -> float | Floats:
    """Change in diameter of a sphere whose volume changes; the inverse of ``volume_change``.

    Parameters
    ----------
    volume_change : float or array
        Fraction, -1 or more.

    Returns
    -------
    float or array
        Fraction.

    Raises
    ------
    InputError
        A change below -1.

    References
    ----------
    Geometry.

    Examples
    --------
    >>> from dsrct_edu.bedside import diameter_change
    >>> round(diameter_change(-0.45), 3)
    -0.181
    """
    v = _change(volume_change, "volume_change", 1.1e6)
    return as_given(np.cbrt(1.0 + v) - 1.0)


def half_of_what(fall: float = 0.45) -> pd.DataFrame:
    """Read one reported fall as a fall of diameter, of area and of volume.

    Parameters
    ----------
    fall : float, default 0.45
        The reported fall, as a fraction from 0 to 1.

    Returns
    -------
    DataFrame
        `measured, diameter_change, area_change, volume_change` (fractions), `recist`.

    Raises
    ------
    InputError
        A fall outside 0 to 1.

    References
    ----------
    Geometry of a sphere; thresholds of doi:10.1016/j.ejca.2008.10.026.

    Examples
    --------
    >>> from dsrct_edu.bedside import half_of_what
    >>> half_of_what(0.45)[["measured", "recist"]].to_numpy().tolist()
    [['diameter', 'PR'], ['area', 'SD'], ['volume', 'SD']]
    """
    left = 1.0 - number(fall, "fall", "a fraction from 0 to 1", 0.0, 1.0)
    diameters = np.array([left, np.sqrt(left), np.cbrt(left)]) - 1.0
    return pd.DataFrame(
        {
            "measured": ["diameter", "area", "volume"],
            "diameter_change": diameters,
            "area_change": diameters * (2.0 + diameters),
            "volume_change": volume_change(diameters),
            "recist": [recist(100.0, 100.0 * (1.0 + float(d))) for d in diameters],
        }
    )
