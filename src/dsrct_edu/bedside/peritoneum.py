"""The peritoneum: cancer index, completeness of cytoreduction, and what CT misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dsrct_edu.checks import number, several
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import REGIONS as REGIONS

from ._tables import read


def lesion_size_score(size_cm: float) -> int:
    """Lesion size score (LS 0 to 3) of the largest implant in a region.

    Sources disagree at the borders. The rule here: exactly 0.5 cm scores 1 and exactly 5 cm
    scores 2 ("up to" includes the border). Implants that have grown together score 3 at any size.

    Parameters
    ----------
    size_cm : float
        Greatest diameter of the largest implant (cm), 0 to 60; 0 if there is none.

    Returns
    -------
    int
        0, 1, 2 or 3.

    Raises
    ------
    InputError
        A size outside 0 to 60 (millimetres given as centimetres?).

    References
    ----------
    Jacquet P, Sugarbaker PH. Cancer Treat Res 1996;82:359-74. doi:10.1007/978-1-4613-1247-5_23.

    Examples
    --------
    >>> from dsrct_edu.bedside import lesion_size_score
    >>> [lesion_size_score(size) for size in (0, 0.5, 0.6, 5.0, 5.1)]
    [0, 1, 2, 2, 3]
    """
    size = number(size_cm, "size_cm", "centimetres, 0 to 60", 0.0, 60.0)
    return sum(size > border for border in (0.0, 0.5, 5.0))


def _scores(scores: Sequence[int] | Mapping[int, int]) -> list[int]:
    regions = list(range(len(REGIONS)))
    if isinstance(scores, Mapping):
        if sorted(scores) != regions:
            found = f"{sorted(scores)}"
            raise InputError("regions 0 to 12, each once", found, argument="scores")
        scores = [scores[region] for region in regions]
    values = several(scores, "scores", "13 scores, regions 0 to 12")
    if len(values) != len(regions):
        remedy = "Score an empty region 0."
        found = f"{len(values)}"
        raise InputError("13 scores, regions 0 to 12", found, remedy, argument="scores")
    bad = [row for row, value in enumerate(values) if value not in (0, 1, 2, 3)]
    if bad:
        raise InputError(
            "lesion size scores 0, 1, 2 or 3",
            f"{values[bad[0]]!r}",
            "Use lesion_size_score() on the size of the largest implant.",
            rows=bad,
            argument="scores",
        )
    return [int(value) for value in values]


def peritoneal_cancer_index(scores: Sequence[int] | Mapping[int, int]) -> int:
    """Peritoneal cancer index (PCI): the sum of the lesion size scores of 13 regions.

    Parameters
    ----------
    scores : sequence of 13 int, or mapping from region to score
        Lesion size scores (0-3) of regions 0 to 12, in that order.

    Returns
    -------
    int
        0 to 39.

    Raises
    ------
    InputError
        Not 13 scores, or a score other than 0, 1, 2, 3.

    References
    ----------
    Jacquet P, Sugarbaker PH. Cancer Treat Res 1996;82:359-74. doi:10.1007/978-1-4613-1247-5_23.

    Examples
    --------
    >>> from dsrct_edu.bedside import peritoneal_cancer_index
    >>> peritoneal_cancer_index([3, 2, 1, 0, 1, 2, 3, 2, 1, 1, 0, 1, 1])
    18
    """
    return sum(_scores(scores))


def pci_regions(scores: Sequence[int] | Mapping[int, int]) -> pd.DataFrame:
    """Lay the scores out by region, for the map.

    Parameters
    ----------
    scores : sequence of 13 int, or mapping from region to score
        As for :func:`peritoneal_cancer_index`.

    Returns
    -------
    DataFrame
        `region` (0-12), `name, score`.

    Raises
    ------
    InputError
        As for :func:`peritoneal_cancer_index`.

    References
    ----------
    doi:10.1007/978-1-4613-1247-5_23.

    Examples
    --------
    >>> from dsrct_edu.bedside import pci_regions
    >>> pci_regions([0] * 13)["name"].iloc[6]
    'pelvis'
    """
    return pd.DataFrame({"region": range(len(REGIONS)), "name": REGIONS, "score": _scores(scores)})


def completeness_score(residual_mm: float) -> int:
    """Completeness of cytoreduction (CC 0 to 3) from the largest residual tumour.

    Complete resection is CC-0 or CC-1. The rule at the borders: exactly 2.5 mm and exactly 25 mm
    are CC-2.

    Parameters
    ----------
    residual_mm : float
        Largest residual tumour (mm), 0 to 500; 0 if none is seen.

    Returns
    -------
    int
        0, 1, 2 or 3.

    Raises
    ------
    InputError
        A size outside 0 to 500.

    References
    ----------
    Jacquet P, Sugarbaker PH. Cancer Treat Res 1996;82:359-74. doi:10.1007/978-1-4613-1247-5_23;
    limits as printed by the Norwegian Radium Hospital (oncolex.org).

    Examples
    --------
    >>> from dsrct_edu.bedside import completeness_score
    >>> [completeness_score(size) for size in (0, 2.4, 2.5, 25, 26)]
    [0, 1, 2, 2, 3]
    """
    size = number(residual_mm, "residual_mm", "millimetres, 0 to 500", 0.0, 500.0)
    if size == 0.0:
        return 0
    return 1 if size < 2.5 else (2 if size <= 25.0 else 3)


def what_ct_misses(scores: Sequence[int] | Mapping[int, int]) -> pd.DataFrame:
    """Regions that CT is expected to see and to miss, by lesion size.

    The abstracts give sensitivity only for the smallest and the largest nodules. For those between
    the two it is only bounded: at least that of the smallest, at most that of the largest.

    Parameters
    ----------
    scores : sequence of 13 int, or mapping from region to score
        True lesion size scores, as for :func:`peritoneal_cancer_index`.

    Returns
    -------
    DataFrame
        `study, score` (1-3), `regions, sensitivity_low, sensitivity_high, missed_low,
        missed_high` (expected number of regions missed), `source`.

    Raises
    ------
    InputError
        As for :func:`peritoneal_cancer_index`.

    References
    ----------
    Koh JL et al. Ann Surg Oncol 2009;16:327-33. doi:10.1245/s10434-008-0234-2. Jacquet P et al.
    Cancer 1993;72:1631-6. PMID 8348494. Colorectal and mixed primaries, not DSRCT.

    Examples
    --------
    >>> from dsrct_edu.bedside import what_ct_misses
    >>> table = what_ct_misses([3, 2, 1, 0, 1, 2, 3, 2, 1, 1, 0, 1, 1]).query("score == 1")
    >>> table[["study", "regions", "missed_low"]].round(2).to_numpy().tolist()
    [['Koh 2009', 6, 5.34], ['Jacquet 1993', 6, 4.32]]
    """
    counts = np.bincount(_scores(scores), minlength=4)
    rows = []
    for study, smallest, largest, source in read("ct_sensitivity").itertuples(index=False):
        bounds = {1: (smallest, smallest), 2: (smallest, largest), 3: (largest, largest)}
        for score, (low, high) in bounds.items():
            n = int(counts[score])
            rows.append((study, score, n, low, high, n * (1.0 - high), n * (1.0 - low), source))
    columns = ["study", "score", "regions", "sensitivity_low", "sensitivity_high"]
    return pd.DataFrame(rows, columns=[*columns, "missed_low", "missed_high", "source"])
