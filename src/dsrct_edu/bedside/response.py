"""Response to chemotherapy: RECIST 1.1, and the question "half of what?"."""

from __future__ import annotations

from collections.abc import Sequence

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
    node_short_axes_mm: Sequence[float] = (),
) -> str:
    """Response of the target lesions at one visit by RECIST 1.1.

    The first rule that fits decides: a new lesion is PD; no tumour left, or only target nodes
    below 10 mm, is CR; any tumour after none (nadir 0) is PD; a rise of 20 % and 5 mm over the
    nadir is PD, even if the sum is still far below baseline; a fall of 30 % from baseline is PR;
    the rest is SD. Non-target lesions and confirmation are outside its scope. When a lesion comes
    back after a complete response that left normal nodes, say ``new_lesion=True``.

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
    node_short_axes_mm : sequence of float, optional
        Short axes of the target nodes within ``current_mm``.

    Returns
    -------
    str
        ``"CR"``, ``"PR"``, ``"SD"`` or ``"PD"``.

    Raises
    ------
    InputError
        A baseline below 10 mm, a negative sum, a nadir above the baseline, nodes that exceed the
        sum.

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
    axes = [number(axis, "node_short_axes_mm", _SUM, 0.0) for axis in node_short_axes_mm]
    nodes = float(sum(axes))
    if nodes > current * (1.0 + _ROUND):
        within = f"nodes within the sum of {current:g} mm"
        raise InputError(within, f"{nodes:g}", argument="current_mm")
    if not isinstance(new_lesion, bool | np.bool_):
        raise InputError("True or False", f"{new_lesion!r}", argument="new_lesion")
    return _classify(baseline, current, nadir, bool(new_lesion), axes, current - nodes)


def _classify(
    baseline: float, current: float, nadir: float, new: bool, axes: list[float], others: float
) -> str:
    normal = others <= _ROUND * baseline and all(axis < 10.0 for axis in axes)
    slack = _ROUND * baseline
    grown = current - nadir >= 5.0 - slack and current >= 1.2 * nadir - slack
    if new:
        return "PD"
    if normal:
        return "CR"
    if grown or nadir == 0.0:  # tumour again after none
        return "PD"
    return "PR" if current <= 0.7 * baseline + slack else "SD"


def recist_course(
    sums_mm: Sequence[float], new_lesions: Sequence[bool] | None = None
) -> pd.DataFrame:
    """RECIST 1.1 at every visit of a patient, with the nadir carried along.

    Parameters
    ----------
    sums_mm : sequence of float, shape (visits,)
        Sum of diameters at each visit (mm), the baseline first; no nodal targets.
    new_lesions : sequence of bool, shape (visits,), optional
        Has a new lesion appeared at the visit? Once seen it stays: later visits are PD.

    Returns
    -------
    DataFrame
        `visit, sum_mm, nadir_mm` (before the visit), `change_from_baseline, change_from_nadir`
        (fractions; infinite when tumour returns after none), `response` (``baseline`` first).

    Raises
    ------
    InputError
        As :func:`recist`; sequences of unequal length.

    References
    ----------
    doi:10.1016/j.ejca.2008.10.026.

    Examples
    --------
    >>> from dsrct_edu.bedside import recist_course
    >>> recist_course([100, 77, 60, 66, 73])["response"].tolist()
    ['baseline', 'SD', 'PR', 'PR', 'PD']
    """
    sums = np.atleast_1d(numbers(sums_mm, "sums_mm", _SUM, 0.0))
    new = [False] * sums.size if new_lesions is None else list(new_lesions)
    if len(new) != sums.size:
        visits = f"{sums.size} visits"
        raise InputError(visits, f"{len(new)}", "One for each.", argument="new_lesions")
    nadir = np.minimum.accumulate(np.concatenate([sums[:1], sums[:-1]]))
    response = ["baseline"] + [
        recist(float(sums[0]), float(sums[i]), float(nadir[i]), any(new[: i + 1]))
        for i in range(1, sums.size)
    ]
    number(float(sums[0]), "sums_mm", "a baseline of at least 10 mm", 10.0)
    from_nadir = np.where(sums == nadir, 0.0, np.inf)
    np.divide(sums - nadir, nadir, out=from_nadir, where=nadir > 0.0)
    return pd.DataFrame(
        {
            "visit": np.arange(sums.size),
            "sum_mm": sums,
            "nadir_mm": nadir,
            "change_from_baseline": sums / sums[0] - 1.0,
            "change_from_nadir": from_nadir,
            "response": response,
        }
    )


def waterfall_table(patients: pd.DataFrame) -> pd.DataFrame:
    """Sort patients from most growth to most shrinkage, for a waterfall of response.

    Parameters
    ----------
    patients : DataFrame
        `patient_id, tumour_shrinkage` (fraction of the sum of diameters; negative is growth) and
        `recist`, as in a registry. A missing shrinkage means not assessed.

    Returns
    -------
    DataFrame
        `rank, patient_id, change` (fraction of the sum of diameters, negative is shrinkage),
        `response`; one row for each patient assessed.

    Raises
    ------
    InputError
        A missing column, a shrinkage above 1, or nobody assessed.

    References
    ----------
    None: a sorted table.

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.bedside import waterfall_table
    >>> seen = {"patient_id": [1, 2], "tumour_shrinkage": [0.4, -0.1], "recist": ["PR", "SD"]}
    >>> waterfall_table(pd.DataFrame(seen))["change"].tolist()
    [0.1, -0.4]
    """
    for column in ("patient_id", "tumour_shrinkage", "recist"):
        if column not in patients.columns:
            raise InputError("the column", "no such column", "Rename or add it.", column)
    seen = patients[patients["tumour_shrinkage"].notna()]
    values = seen["tumour_shrinkage"].to_numpy(dtype=np.float64)
    shrinkage = numbers(values, "tumour_shrinkage", "a fraction of at most 1", high=1.0)
    table = pd.DataFrame(
        {"patient_id": seen["patient_id"], "change": -shrinkage, "response": seen["recist"]}
    ).sort_values("change", ascending=False, kind="stable", ignore_index=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table


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


def area_change(diameter_change: npt.ArrayLike) -> float | Floats:
    """Change in the product of two diameters when both change alike.

    Parameters
    ----------
    diameter_change : float or array
        Fraction, from -1 to 100.

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
    Geometry.

    Examples
    --------
    >>> from dsrct_edu.bedside import area_change
    >>> round(area_change(-0.30), 2)
    -0.51
    """
    d = _change(diameter_change, "diameter_change")
    return as_given(d * (2.0 + d))


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
            "area_change": area_change(diameters),
            "volume_change": volume_change(diameters),
            "recist": [recist(100.0, 100.0 * (1.0 + float(d))) for d in diameters],
        }
    )
