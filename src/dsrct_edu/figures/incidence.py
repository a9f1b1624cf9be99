"""Competing events: cumulative incidences stacked, with what is left on top, to one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, styled
from dsrct_edu.figures.labels import heading, legend
from dsrct_edu.figures.tables import groups, name, tidy
from dsrct_edu.wording import listed, percent, plain

_TITLE = {1: 80, 2: 34, 3: 23}  # characters over a panel, by the number side by side
_NAMED = 3  # groups that are all said; beyond that, the range of each cause
_ROOM = 0.055  # a band thinner than this holds no number


@styled
def cumulative_incidence(
    table: pd.DataFrame,
    *,
    time_zero: str = "surgery",
    free: str = "event-free",
    unit: str = "months",
    horizon: float | None = None,
    title: str | None = None,
) -> Figure:
    """Draw cumulative incidences as bands that add up to one, a panel a group.

    Parameters
    ----------
    table : DataFrame
        ``group, cause, time, cumulative_incidence``: Aalen-Johansen step functions.
    time_zero : str, default "surgery"
        What the clock starts at.
    free : str, default "event-free"
        Name of what is left on top.
    unit : str, default "months"
        Unit of time.
    horizon : float, optional
        Time at which the words (and the numbers in the bands) are read; the last time, if none.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing or the causes of a group add up to more than one.

    References
    ----------
    Putter H, Fiocco M, Geskus RB. Stat Med 2007;26:2389-430. doi:10.1002/sim.2712

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "group": "all",
    ...         "cause": ["peritoneal", "death"],
    ...         "time": [12, 12],
    ...         "cumulative_incidence": [0.5, 0.1],
    ...     }
    ... )
    >>> cumulative_incidence(table).words
    'At 12 months: peritoneal 50%, death 10% and event-free 40%.'
    """
    checked = tidy(
        table,
        ["group", "cause", "time", "cumulative_incidence"],
        ["time", "cumulative_incidence"],
    )
    causes = groups(checked, "cause")
    panels = {g: _wide(checked[checked["group"] == g], causes) for g in groups(checked, "group")}
    for group, wide in panels.items():
        if (wide.sum(axis=1) > 1 + 1e-9).any() or (wide < -1e-9).any(axis=None):
            raise InputError(
                f"causes of {name(group)} that add up to at most 1",
                plain(float(wide.sum(axis=1).max()), 3),
                "One minus Kaplan-Meier by cause adds up to more; use Aalen-Johansen.",
                column="cumulative_incidence",
            )
    stop = horizon if horizon is not None else min(float(w.index[-1]) for w in panels.values())
    longest = max(float(wide.index[-1]) for wide in panels.values())
    columns = min(len(panels), 3)
    rows = math.ceil(len(panels) / columns)
    figure = Figure(style.WIDTH, 1.6 + 3.9 * rows if rows > 1 else 5.8, "Cumulative incidence")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes, (group, wide) in zip(grid.flat, panels.items(), strict=False):
        _bands(axes, wide, stop)
        if len(panels) > 1:
            axes.set_title(style.fold(name(group), _TITLE[columns]), fontsize=style.TEXT)
        axes.set(xlim=(0, max(longest, 1e-9)), ylim=(0, 1))
        axes.set_xticks(style.month_ticks(longest, most=8 if columns == 1 else 6))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.axvline(stop, color="black", lw=1.2, ls=(0, (1, 2)))
    for position, axes in enumerate(grid.flat):
        axes.set_visible(position < len(panels))
        if position + columns >= len(panels):
            axes.set_xlabel(f"{unit.capitalize()} since {time_zero}")
            axes.tick_params(labelbottom=True)
    figure.supylabel("Share of patients", fontsize=style.TEXT)
    heading(figure, title)
    _legend(figure, [name(cause) for cause in causes], free)
    figure.words = _words(panels, stop, free, unit)
    return figure


def _wide(frame: pd.DataFrame, causes: list[object]) -> pd.DataFrame:
    wide = frame.pivot_table(index="time", columns="cause", values="cumulative_incidence")
    wide = wide.reindex(columns=pd.Index(causes, name="cause"))
    if wide.index[0] != 0:
        wide.loc[0.0] = 0.0  # nobody has had an event at time zero
    return wide.sort_index().ffill().fillna(0.0)


def _bands(axes: Axes, wide: pd.DataFrame, stop: float) -> None:
    time = wide.index.to_numpy(dtype=float)
    tops = np.cumsum(wide.to_numpy(), axis=1)
    lower = np.zeros(len(time))
    early = stop < 0.8 * time[-1]  # then there is room, and more band, to the right
    at = int(np.searchsorted(time, stop + 1e-9, side="right")) - 1
    for index in range(tops.shape[1] + 1):
        last = index == tops.shape[1]
        upper = np.ones(len(time)) if last else tops[:, index]
        axes.fill_between(time, lower, upper, step="post", lw=0.6, **_fill(index, last))
        if upper[at] - lower[at] >= _ROOM:
            axes.annotate(
                percent(upper[at] - lower[at]),
                (stop, (upper[at] + lower[at]) / 2),
                xytext=(4 if early else -4, 0),
                textcoords="offset points",
                ha="left" if early else "right",
                va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.85},
            )
        lower = upper


def _fill(index: int, last: bool) -> dict[str, Any]:
    if last:
        return {"facecolor": "white", "edgecolor": style.GREY}
    return style.fill(style.look(index))


def _legend(figure: Figure, names: list[str], free: str) -> None:
    top_first = [*reversed(list(enumerate(names)))]
    handles = [Patch(label=style.fold(free, 24, 2), **_fill(0, True))]
    handles += [Patch(label=style.fold(n, 24, 2), **_fill(i, False)) for i, n in top_first]
    legend(figure, handles, 3 if max(len(name) for name in names) > 14 else 5)


def _words(panels: dict[object, pd.DataFrame], stop: float, free: str, unit: str) -> str:
    shares = {}
    for group, wide in panels.items():
        row = wide[wide.index <= stop + 1e-9].iloc[-1]
        shares[name(group)] = {**{name(c): float(v) for c, v in row.items()}, free: 1 - row.sum()}
    when = f"At {plain(stop, 0 if float(stop).is_integer() else 1)} {unit}"
    if len(shares) > _NAMED:
        return f"{when}, over {len(shares)} groups: {listed(_ranges(shares))}."
    said = [listed([f"{what} {percent(p)}" for what, p in row.items()]) for row in shares.values()]
    if len(said) == 1:
        return f"{when}: {said[0]}."
    return f"{when}: " + "; ".join(f"{g}, {s}" for g, s in zip(shares, said, strict=True)) + "."


def _ranges(shares: dict[str, dict[str, float]]) -> list[str]:
    parts = []
    for what in next(iter(shares.values())):
        low = min(shares, key=lambda group: shares[group][what])
        high = max(shares, key=lambda group: shares[group][what])
        values = f"{percent(shares[low][what])} ({low}) to {percent(shares[high][what])} ({high})"
        parts.append(f"{what} {values}")
    return parts
