"""The dozen centres: which patients they see, and since when they give HIPEC to some or to most.

A centre is of one of three kinds. Without a programme nobody can have HIPEC there; a selective one
weighs each patient; a routine one gives it to nearly all. No registry records the kind.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.arrays import Flags, Floats

FILE = Path(__file__).with_name("centres.csv")


class Centres(NamedTuple):
    """The table ``centres.csv`` as arrays (centres,).

    Attributes
    ----------
    names : as the registry writes them
    share : of all patients
    expert, routine : whether it is an expert centre; whether its programme is a routine one
    from_year : first year of its programme; infinite without one
    """

    names: tuple[str, ...]
    share: Floats
    expert: Flags
    routine: Flags
    from_year: Floats

    def of(self, uniform: Floats) -> NDArray[np.intp]:
        """Return the place in the table of the centre that each patient goes to."""
        # Shares are whole percents: a look-up takes a third of the time of a search.
        percent = np.rint(100 * self.share).astype(np.intp)
        place = np.repeat(np.arange(len(percent)), percent)
        return np.asarray(place[(100 * uniform).astype(np.intp)])


@cache
def centres() -> Centres:
    """Return the table of centres.

    Examples
    --------
    >>> centres().names[0], float(centres().from_year[0])
    ('C01', 2005.0)
    """
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return Centres(
        tuple(row["centre"] for row in rows),
        np.array([float(row["share"]) for row in rows]),
        np.array([row["expert"] == "yes" for row in rows]),
        np.array([row["programme"] == "routine" for row in rows]),
        np.array([float(row["from_year"] or "inf") for row in rows]),
    )


def policy_shares(expert: Flags, year: Floats) -> tuple[Floats, Floats]:
    """Return how likely a patient of this kind of centre and year meets each programme.

    Parameters
    ----------
    expert : array of bool (patients,)
        Whether the centre is an expert one.
    year : array (patients,)
        Year of diagnosis.

    Returns
    -------
    tuple of array (patients,)
        The probability of a selective and of a routine programme: what is left to chance about a
        centre's policy once the measured confounders are known.

    Examples
    --------
    >>> selective, routine = policy_shares(np.array([True, False]), np.array([2005, 2005]))
    >>> selective.round(2).tolist(), routine.round(2).tolist()
    ([0.22, 0.15], [0.24, 0.0])
    """
    table = centres()
    open_then = table.from_year <= np.asarray(year)[:, None]
    same = (table.expert == np.asarray(expert)[:, None]) * table.share
    same /= same.sum(axis=1, keepdims=True)
    selective, routine = (
        np.sum(same * (open_then & kind), axis=1) for kind in (~table.routine, table.routine)
    )
    return selective, routine
