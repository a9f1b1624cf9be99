"""Competing events: cumulative incidences stacked, with what is left on top, to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from dsrct_edu import checks
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, panels
from dsrct_edu.figures.style import SEVEN_YEARS, SIX_YEARS
from dsrct_edu.figures.tables import ANY, NUMBER, groups, name, tag
from dsrct_edu.wording import listed, percent, plain

_COLUMNS = {"group": ANY, "cause": ANY, "time": NUMBER, "cumulative_incidence": NUMBER}
_FREE = "event-free"  # what is left on top
_NAMED = 3  # groups that are all said; beyond that, the range of each cause
_ROOM = 0.055  # a band thinner than this holds no number


@figure("Cumulative incidence", _COLUMNS)
def cumulative_incidence(
    page: Figure,
    table: pd.DataFrame,
    *,
    time_zero: str = "surgery",
    unit: str = "months",
    horizon: float | None = None,
    until: float | None = None,
    title: str | None = None,
) -> str:
    """Draw cumulative incidences as bands that add up to one, a panel a group.

    Parameters
    ----------
    table : DataFrame
        ``group, cause, time, cumulative_incidence``: Aalen-Johansen step functions.
    time_zero : str, default "surgery"
        What the clock starts at.
    unit : str, default "months"
        Unit of time.
    horizon : float, optional
        Time at which the words (and the numbers in the bands) are read; the last time, if none.
    until : float, optional
        Where the picture ends. Else at the last time; or, if that is after month 84 and `horizon`
        before month 72, at month 72.
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
    end = _end(shares, horizon, until, unit)
    names = [name(group) for group in shares] if len(shares) > 1 else [""]
    grid = panels(page, names, f"{unit.capitalize()} since {name(time_zero)}", sharex=True)
    for axes, wide in zip(grid, shares.values(), strict=True):
        _bands(axes, wide, stop, end)
        axes.set(xlim=(0, max(end, 1e-9)), ylim=(0, 1))
        axes.set_xticks(style.month_ticks(end, most=8 if len(grid) == 1 else 6))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.axvline(stop, color=palette.INK, **style.DOTTED)
    page.supylabel("Share of patients", fontsize=style.TEXT)
    _key(page, [name(cause) for cause in groups(table, "cause")])
    return incidence_words(table, unit=unit, horizon=horizon, until=end)


def _end(
    shares: dict[object, pd.DataFrame], horizon: float | None, until: float | None, unit: str
) -> float:
    """Return where the picture ends: at six years, if what is asked for comes before."""
    longest = max(float(wide.index[-1]) for wide in shares.values())
    if until is not None:
        return checks.number(until, "until", low=0.0, above=True)
    early = unit == "months" and horizon is not None and horizon <= SIX_YEARS
    return SIX_YEARS if early and longest > SEVEN_YEARS else longest


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


def _fills(causes: Sequence[object]) -> list[dict[str, Any]]:
    """Return the fill of each cause, in stacking order, and of what is free of all."""
    fills = [style.fill(look) for look in palette.looks(causes)]
    return [*fills, {"facecolor": palette.PAPER, "edgecolor": palette.GREY}]


def _bands(axes: Axes, wide: pd.DataFrame, stop: float, end: float) -> None:
    time = wide.index.to_numpy(dtype=float)
    tops = [*np.cumsum(wide.to_numpy(), axis=1).T, np.ones(len(time))]
    names = [*wide.columns, "free"]
    lower = np.zeros(len(time))
    early = stop < 0.8 * min(end, time[-1])  # then there is room, and more band, to the right
    at = int(np.searchsorted(time, stop + 1e-9, side="right")) - 1
    for cause, upper, fill in zip(names, tops, _fills(names[:-1]), strict=True):
        axes.fill_between(time, lower, upper, step="post", lw=0.6, gid=tag("band", cause), **fill)
        if upper[at] - lower[at] >= _ROOM:
            place, text = (stop, (upper[at] + lower[at]) / 2), percent(upper[at] - lower[at])
            offset, ha = ((4, 0), "left") if early else ((-4, 0), "right")
            axes.annotate(text, place, offset, textcoords="offset points", ha=ha, va="center",
                          bbox=style.white(1.5, 0.85))  # fmt: skip
        lower = upper


def _key(page: Figure, causes: list[str]) -> None:
    names = [style.wrapped(text, 24, 2) for text in (*causes, name(_FREE))]
    ncols = 3 if max(len(cause) for cause in causes) > 14 else 5
    key(page, reversed([*zip(names, _fills(causes), strict=True)]), ncols)  # the top first


def incidence_words(
    table: pd.DataFrame,
    *,
    unit: str = "months",
    horizon: float | None = None,
    until: float | None = None,
) -> str:
    """Say the share of each cause, and of those free of all, at the horizon; and what is cut."""
    panels, stop = _shares(table, horizon)
    shares = {}
    for group, wide in panels.items():
        row = wide[wide.index <= stop + 1e-9].iloc[-1]
        said_of = {name(c): float(v) for c, v in row.items()}
        shares[name(group)] = {**said_of, name(_FREE): 1 - row.sum()}
    text = f"At {plain(stop, 0 if float(stop).is_integer() else 1)} {unit}"
    said = [listed([f"{what} {percent(p)}" for what, p in row.items()]) for row in shares.values()]
    if len(shares) > _NAMED:
        text += f", over {len(shares)} groups: {listed(_ranges(shares))}."
    elif len(said) == 1:
        text += f": {said[0]}."
    else:
        text += f": {'; '.join(f'{g}, {s}' for g, s in zip(shares, said, strict=True))}."
    longest = max(float(wide.index[-1]) for wide in panels.values())
    if until is None or until >= longest:
        return text
    period = unit.removesuffix("s")
    return (
        f"{text} The picture ends at {period} {plain(until, 0)}, the data at {plain(longest, 0)}."
    )


def _ranges(shares: dict[str, dict[str, float]]) -> list[str]:
    parts = []
    for what in next(iter(shares.values())):
        low = min(shares, key=lambda group: shares[group][what])
        high = max(shares, key=lambda group: shares[group][what])
        values = f"{percent(shares[low][what])} ({low}) to {percent(shares[high][what])} ({high})"
        parts.append(f"{what} {values}")
    return parts
