"""Competing events: cumulative incidences stacked, with what is left on top, to one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, panels
from dsrct_edu.figures.tables import ANY, NUMBER, groups, name, tag
from dsrct_edu.wording import listed, percent, plain

_COLUMNS = {"group": ANY, "cause": ANY, "time": NUMBER, "cumulative_incidence": NUMBER}
_NAMED = 3  # groups that are all said; beyond that, the range of each cause
_ROOM = 0.055  # a band thinner than this holds no number


@figure("Cumulative incidence", _COLUMNS)
def cumulative_incidence(
    page: Figure,
    table: pd.DataFrame,
    *,
    time_zero: str = "surgery",
    free: str = "event-free",
    unit: str = "months",
    horizon: float | None = None,
    title: str | None = None,
) -> str:
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
    shares, stop = _shares(table, horizon)
    longest = max(float(wide.index[-1]) for wide in shares.values())
    names = [name(group) for group in shares] if len(shares) > 1 else [""]
    grid = panels(page, names, f"{unit.capitalize()} since {time_zero}", sharex=True)
    for axes, wide in zip(grid, shares.values(), strict=True):
        _bands(axes, wide, stop)
        axes.set(xlim=(0, max(longest, 1e-9)), ylim=(0, 1))
        axes.set_xticks(style.month_ticks(longest, most=8 if len(grid) == 1 else 6))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.axvline(stop, color="black", **style.DOTTED)
    page.supylabel("Share of patients", fontsize=style.TEXT)
    _key(page, [name(cause) for cause in groups(table, "cause")], free)
    return incidence_words(table, free=free, unit=unit, horizon=horizon)


def _shares(table: pd.DataFrame, horizon: float | None) -> tuple[dict[object, pd.DataFrame], float]:
    """Return a column a cause for each group, and the time at which they are read."""
    causes = groups(table, "cause")
    shares = {g: _wide(table[table["group"] == g], causes) for g in groups(table, "group")}
    for group, wide in shares.items():
        if (wide.sum(axis=1) > 1 + 1e-9).any() or (wide < -1e-9).any(axis=None):
            raise InputError(
                f"causes of {name(group)} that add up to at most 1",
                plain(float(wide.sum(axis=1).max()), 3),
                "One minus Kaplan-Meier by cause adds up to more; use Aalen-Johansen.",
                column="cumulative_incidence",
            )
    last = min(float(wide.index[-1]) for wide in shares.values())
    return shares, last if horizon is None else horizon


def _wide(frame: pd.DataFrame, causes: list[object]) -> pd.DataFrame:
    wide = frame.pivot_table(index="time", columns="cause", values="cumulative_incidence")
    wide = wide.reindex(columns=pd.Index(causes, name="cause"))
    if wide.index[0] != 0:
        wide.loc[0.0] = 0.0  # nobody has had an event at time zero
    return wide.sort_index().ffill().fillna(0.0)


def _fills(causes: int) -> list[dict[str, Any]]:
    """Return the fill of each cause, in stacking order, and of what is free of all."""
    fills = [style.fill(style.appearance(index)) for index in range(causes)]
    return [*fills, {"facecolor": "white", "edgecolor": style.GREY}]


def _bands(axes: Axes, wide: pd.DataFrame, stop: float) -> None:
    time = wide.index.to_numpy(dtype=float)
    tops = [*np.cumsum(wide.to_numpy(), axis=1).T, np.ones(len(time))]
    names = [*wide.columns, "free"]
    lower = np.zeros(len(time))
    early = stop < 0.8 * time[-1]  # then there is room, and more band, to the right
    at = int(np.searchsorted(time, stop + 1e-9, side="right")) - 1
    for cause, upper, fill in zip(names, tops, _fills(len(names) - 1), strict=True):
        axes.fill_between(time, lower, upper, step="post", lw=0.6, gid=tag("band", cause), **fill)
        if upper[at] - lower[at] >= _ROOM:
            place, text = (stop, (upper[at] + lower[at]) / 2), percent(upper[at] - lower[at])
            offset, ha = ((4, 0), "left") if early else ((-4, 0), "right")
            axes.annotate(text, place, offset, textcoords="offset points", ha=ha, va="center",
                          bbox=style.white(1.5, 0.85))  # fmt: skip
        lower = upper


def _key(page: Figure, causes: list[str], free: str) -> None:
    names = [style.wrapped(text, 24, 2) for text in (*causes, free)]
    ncols = 3 if max(len(cause) for cause in causes) > 14 else 5
    key(page, reversed([*zip(names, _fills(len(causes)), strict=True)]), ncols)  # the top first


def incidence_words(
    table: pd.DataFrame,
    *,
    free: str = "event-free",
    unit: str = "months",
    horizon: float | None = None,
) -> str:
    """Say the share of each cause, and of those free of all, at the horizon."""
    panels, stop = _shares(table, horizon)
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
