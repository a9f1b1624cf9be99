"""What the results of this room have in common: how they print, and curves as one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsrct_edu import wording
from dsrct_edu.analysis import inputs
from dsrct_edu.arrays import Floats

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure


class Result:
    """A result that prints as a title, a small table and a note."""

    def title(self) -> str:
        """Say in one line what was done to how many."""
        raise NotImplementedError

    def summary(self) -> pd.DataFrame:
        """Return the small table that is printed."""
        raise NotImplementedError

    def note(self) -> str:
        """Return a caution to print below the table; empty if there is none."""
        return ""

    def __repr__(self) -> str:
        table = wording.table(self.summary()).to_string(index=False)
        return "\n".join(part for part in (self.title(), table, self.note()) if part)

    def _repr_html_(self) -> str:
        table = wording.table(self.summary()).to_html(index=False, border=0)
        note = f"<p><em>{escape(self.note())}</em></p>" if self.note() else ""
        return f"<div><p><strong>{escape(self.title())}</strong></p>{table}{note}</div>"


def fixed_at_zero(curves: Mapping[str, tuple[Floats, Floats, Floats]]) -> str:
    """Say which curves are at zero while others come under observation yet; empty if none is.

    Parameters
    ----------
    curves : mapping
        Of each group times, survival, and how many leave then.
    """
    said = []
    for label, (time, survival, leaving) in curves.items():
        gone = np.flatnonzero(survival == 0)
        if gone.size and (leaving[gone[0] + 1 :] > 0).any():
            said.append(
                f"Group {label!r}: the share without the event is fixed at zero from "
                f"{time[gone[0]]:g} on. All under observation then had it, and those who came "
                "later cannot raise it."
            )
    return " ".join(said)


@dataclass(frozen=True, repr=False)
class CurveTable(Result):
    """Survival curves that stand in one table.

    Attributes
    ----------
    curves : DataFrame
        ``group, time, survival, se, ci_low, ci_high``; errors and limits NaN if there are none.
    """

    curves: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the curves."""
        return self.curves.copy()

    def at(self, times: object) -> pd.DataFrame:
        """Read the curves at `times`; columns as in `curves`, NaN where they are not known."""
        values = inputs.check_times(times)
        parts = []
        for _, part in self.curves.groupby("group", sort=False):
            index = np.searchsorted(part["time"], values, side="right") - 1
            found = part.iloc[index].assign(time=values)
            beyond = (values > part["time"].iloc[-1]) & (found["survival"] > 0).to_numpy()
            found.loc[beyond, ["survival", "se", "ci_low", "ci_high"]] = np.nan
            parts.append(found)
        return pd.concat(parts, ignore_index=True)

    def plot(self, **options: Any) -> Figure:
        """Draw the curves.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.survival_curves`.
        """
        from dsrct_edu.figures import survival_curves

        known = self.curves["se"].notna().any()
        curves = self.curves if known else self.curves[["group", "time", "survival"]]
        return survival_curves(curves, **options)
