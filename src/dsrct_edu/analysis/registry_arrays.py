"""The columns of a registry that the methods of causal inference read, as arrays over replicates.

One registry is the case of one replicate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.analysis.logistic import LogisticFit, logistic_fit
from dsrct_edu.arrays import Flags, Floats, Places


@dataclass(frozen=True)
class RegistryArrays:
    """Registry columns of shape (replicates, patients).

    Months are whole tenths, or those that differ by rounding have been made one: the methods take
    them as they are.

    Attributes
    ----------
    time : months from diagnosis to death or the end of follow-up
    death, operated, complete, hipec : flags; ``complete`` is cc_score 0-1
    surgery : month of surgery, 0 if never operated
    confounders : shape (replicates, patients, covariates); 0 where not applicable, for only
        completely resected patients are adjusted, who have them all
    included : who is there; the others pad replicates of unequal size
    """

    time: Floats
    death: Flags
    operated: Flags
    complete: Flags
    surgery: Floats
    hipec: Flags
    confounders: Floats
    included: Flags

    def resample(self, rows: Places) -> RegistryArrays:
        """Return patients of the first replicate, by their numbers: (replicates, patients)."""
        return self._each(lambda values: values[0][rows])

    def only(self, who: Flags) -> RegistryArrays:
        """Return the patients marked in `who`, packed to the left."""
        who = who & self.included
        places = first_places(who)
        kept = self._each(lambda values: packed(values, places))
        return replace(kept, included=packed(who, places))

    def _each(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> RegistryArrays:
        return RegistryArrays(*(change(getattr(self, field.name)) for field in fields(self)))

    @cached_property
    def resected(self) -> RegistryArrays:
        """The completely resected, packed: worked out once for all methods that use them."""
        return self.only(self.complete)

    @cached_property
    def propensity(self) -> LogisticFit:
        """Logistic model of HIPEC on the confounders."""
        weights = self.included.astype(np.float64)
        return logistic_fit(self.hipec, self.confounders, weights, 25, 1e-10)

    @property
    def since_surgery(self) -> Floats:
        """Months from surgery to death or the end of follow-up, in whole tenths."""
        return months_between(self.surgery, self.time)


def first_places(who: Flags) -> Places:
    """Return the places of those marked, in order; rows with fewer of them go on with others."""
    width = max(1, int(who.sum(axis=1).max(initial=0)))
    return np.argsort(~who, axis=1, kind="stable")[:, :width]


def packed(values: NDArray[Any], places: Places) -> NDArray[Any]:
    """Return the values at places (replicates, patients) of each replicate."""
    return np.take_along_axis(values, places if values.ndim == 2 else places[:, :, None], axis=1)


def months_between(start: Floats | float, stop: Floats) -> Floats:
    """Subtract months that are whole tenths, so that equal times stay equal."""
    tenths: Floats = np.rint((stop - start) * 10) / 10
    return tenths
