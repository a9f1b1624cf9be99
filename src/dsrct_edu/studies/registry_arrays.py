"""The columns of a registry that the methods read, as arrays over replicates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.analysis.emulation import CONFOUNDERS
from dsrct_edu.analysis.logistic import LogisticFit, logistic_fit
from dsrct_edu.disease.simulate import Draw

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Patients:
    """Registry columns of shape (replicates, patients).

    Parameters
    ----------
    time : months from diagnosis to death or the end of follow-up
    death, hipec, operated, complete : flags; ``complete`` is cc_score 0-1
    surgery : month of surgery, 0 if never operated
    confounders : shape (replicates, patients, 9), in the order of ``CONFOUNDERS``; what is not
        applicable is 0 (only completely resected patients are adjusted, who have them all)
    included : who is there; the others pad replicates of unequal size
    """

    time: Array
    death: Flags
    hipec: Flags
    operated: Flags
    complete: Flags
    surgery: Array
    confounders: Array
    included: Flags

    def only(self, who: Flags) -> Patients:
        """Return the patients marked in `who`, packed to the left."""
        who = who & self.included
        width = max(1, int(who.sum(axis=1).max(initial=0)))
        kept = np.argsort(~who, axis=1, kind="stable")[:, :width]

        def take(values: NDArray[np.generic]) -> NDArray[np.generic]:
            at = kept if values.ndim == 2 else kept[:, :, None]
            return np.take_along_axis(values, at, axis=1)

        fields = {name: take(getattr(self, name)) for name in self.__dataclass_fields__}
        fields["included"] = take(who)
        return Patients(**fields)  # type: ignore[arg-type]

    @cached_property
    def resected(self) -> Patients:
        """The completely resected, packed: worked out once for all methods that use them."""
        return self.only(self.complete)

    @cached_property
    def propensity(self) -> LogisticFit:
        """Logistic model of HIPEC on the confounders."""
        weights = self.included.astype(np.float64)
        return logistic_fit(self.hipec, self.confounders, weights, 25, 1e-10)

    @property
    def since_surgery(self) -> Array:
        """Months from surgery to death or the end of follow-up, in whole tenths."""
        return months_between(self.surgery, self.time)


def months_between(start: Array | float, stop: Array) -> Array:
    """Subtract months that are whole tenths, so that equal times stay equal."""
    tenths: Array = np.rint((stop - start) * 10) / 10
    return tenths


def from_draw(drawn: Draw) -> Patients:
    """Read the observed columns of a draw; nothing latent is looked at."""
    seen = drawn.observed
    operated = seen["operated"].astype(bool)
    with np.errstate(invalid="ignore"):
        complete = operated & (seen["cc_score"] <= 1)
    confounders = np.stack([seen[name].astype(np.float64) for name in CONFOUNDERS], axis=2)
    return Patients(
        seen["follow_up_month"],
        seen["death"].astype(bool),
        seen["hipec"].astype(bool),
        operated,
        complete,
        np.where(operated, seen["surgery_month"], 0.0),
        np.where(complete[:, :, None], confounders, 0.0),
        np.ones(operated.shape, dtype=bool),
    )
