"""Words that several rooms share: sites and causes, arms, confounders, regions, columns.

A registry's columns stand in ``columns.csv``: table, name, type, meaning, levels, whether a value
may be missing, and the short name that the disease model's equations use.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

SITES = ("peritoneal", "hepatic", "distant")
CAUSES = (*SITES, "death")
ARMS = ("no_hipec", "hipec")
ARM_WORDS = {"no_hipec": "without HIPEC", "hipec": "with HIPEC"}
ORIGINS = ("diagnosis", "surgery")
HORIZON = 60.0  # months to which effects are measured unless said otherwise
LEVEL_Z = 1.959963984540054  # half-width of a 95 % Wald interval in standard errors

# The set L of measured confounders, as the registry names them.
CONFOUNDERS = (
    "tumour_shrinkage",
    "pci_surgery",
    "liver_metastases",
    "extra_abdominal_metastases",
    "ascites",
    "poor_performance",
    "expert_centre",
    "age",
    "diagnosis_year",
)

# The thirteen regions of the peritoneal cancer index, in its own order.
REGIONS = (
    "central",
    "right upper",
    "epigastrium",
    "left upper",
    "left flank",
    "left lower",
    "pelvis",
    "right lower",
    "right flank",
    "upper jejunum",
    "lower jejunum",
    "upper ileum",
    "lower ileum",
)


class Column(NamedTuple):
    """One column of a cohort: ``short`` is its name in the disease model's equations."""

    name: str
    type: str
    meaning: str
    levels: tuple[str, ...]
    may_be_missing: bool
    short: str


@cache
def patients() -> dict[str, Column]:
    """Return the columns of a registry, by name.

    Examples
    --------
    >>> patients()["cc_score"].type
    'integer'
    """
    return _columns("patients")


@cache
def truth() -> dict[str, Column]:
    """Return the columns of a truth file, by name; outcomes stand once for each arm.

    Examples
    --------
    >>> list(truth())[-1]
    'adjuvant_chemotherapy_hipec'
    """
    outcomes = _columns("outcome")
    return _columns("truth") | {
        f"{name}_{arm}": column._replace(
            name=f"{name}_{arm}", meaning=column.meaning.format(arm=ARM_WORDS[arm])
        )
        for arm in ARMS
        for name, column in outcomes.items()
    }


def _columns(table: str) -> dict[str, Column]:
    path = Path(__file__).with_name("columns.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["table"] == table]
    return {
        row["name"]: Column(
            row["name"],
            row["type"],
            row["meaning"],
            tuple(row["levels"].split()),
            row["missing"] == "yes",
            row["short"] or row["name"],
        )
        for row in rows
    }
