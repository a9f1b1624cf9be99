"""A survival curve as the table says it: its values, quantiles, area and thin tail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsrct_edu import steps
from dsrct_edu.errors import InputError
from dsrct_edu.figures.tables import groups, tidy

Array = npt.NDArray[np.float64]
_CLOSE = 1e-9
_FEW, _SMALL_SHARE = 10, 0.1  # KMunicate: below either, the curve is no longer to be read


@dataclass(frozen=True)
class Steps:
    """One group's step function, with its interval where there is one."""

    group: object
    time: Array
    survival: Array
    low: Array | None
    high: Array | None
    at_risk: Array | None

    def at(self, time: float) -> int:
        """Return the position of the step that holds at this time."""
        return steps.position(self.time, time, _CLOSE)

    def median(self) -> float:
        """Return the median, by R's midpoint rule; infinite where it is not reached."""
        return steps.crossing(self.time, 1 - self.survival, 0.5)

    def median_interval(self) -> tuple[float, float] | None:
        """Return where the interval's two edges cross one half."""
        if self.low is None or self.high is None:
            return None
        low, high = (steps.crossing(self.time, 1 - edge, 0.5) for edge in (self.low, self.high))
        return low, high

    def area(self, horizon: float) -> float:
        """Return the restricted mean: the area under the curve up to the horizon."""
        return steps.area(self.time, self.survival, horizon)

    def line(self, values: Array, start: float, stop: float) -> tuple[Array, Array]:
        """Return the corners of the step line between two times."""
        first, last = max(self.at(start), 0), self.at(stop)
        edges = np.concatenate([[start], self.time[first + 1 : last + 1], [stop]])
        return np.repeat(edges, 2)[1:-1], np.repeat(values[first : last + 1], 2)

    def thin_from(self, counts: pd.DataFrame | None) -> float:
        """Return from when fewer than 10, or fewer than 10 %, are followed further."""
        if self.at_risk is not None:
            time, left, total = self.time, self.at_risk, float(self.at_risk.max())
        elif counts is not None:
            mine = counts[counts["group"] == self.group].sort_values("time")
            time = mine["time"].to_numpy(dtype=float)
            left = mine["at_risk"].to_numpy(dtype=float)
            total = float(mine[["at_risk", "censored", "events"]].iloc[0].sum())
        else:
            return np.inf
        enough = np.flatnonzero(left >= max(_FEW, _SMALL_SHARE * total))
        if not enough.size:
            return 0.0
        return float(time[enough[-1] + 1]) if enough[-1] + 1 < len(time) else np.inf


def split(table: pd.DataFrame) -> list[Steps]:
    """Return one step function a group, in the table's order."""
    edges = [name for name in ("ci_low", "ci_high") if name in table]
    checked = tidy(
        table,
        ["group", "time", "survival", *edges],
        ["survival", *edges],
        gaps=edges,
        bounds=(0, 1),
    )
    return [_one(group, checked[checked["group"] == group]) for group in groups(checked, "group")]


def _one(group: object, frame: pd.DataFrame) -> Steps:
    frame = frame.sort_values("time", kind="stable")
    time = frame["time"].to_numpy(dtype=float)
    if time[0] != 0:
        raise InputError(
            f"a curve of {group} that starts at time 0",
            f"{time[0]:g}",
            "Add the row with survival 1 at time 0.",
            column="time",
        )

    def column(name: str) -> Array | None:
        return frame[name].to_numpy(dtype=float) if name in frame else None

    survival = frame["survival"].to_numpy(dtype=float)
    return Steps(group, time, survival, column("ci_low"), column("ci_high"), column("at_risk"))
