"""Lifelines that grow into a curve: who was there to die, and what that does to the share alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import ConnectionPatch
from matplotlib.ticker import PercentFormatter

from dsrct_edu import checks
from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key
from dsrct_edu.figures.tables import ANY, COUNT, groups, name, tag
from dsrct_edu.wording import counted, listed, percent, plain

_COLUMNS = {"patient_id": ANY, "duration": COUNT, "event": ANY}
_MOST = 12  # lanes that can each be followed by eye
_THERE, _GONE = palette.neutral(0).colour, palette.neutral(5).colour
_DIED: dict[str, Any] = {"marker": palette.DEATH.marker, "mfc": palette.DEATH.colour}
_SEEN: dict[str, Any] = {"marker": palette.CENSORED.marker, "mfc": palette.PAPER}
_MARK: dict[str, Any] = {"ls": "none", "mec": palette.INK, "ms": 10, "mew": 1.4, "zorder": 4}


@dataclass(frozen=True)
class _Moment:
    """One time at which somebody leaves, and what it does to the curve."""

    time: float
    at_risk: int
    died: tuple[str, ...]
    left: tuple[str, ...]
    before: float
    after: float


@figure("Lifelines", _COLUMNS)
def lifelines(
    page: Figure, patients: pd.DataFrame, *, steps: int | None = None, title: str | None = None
) -> str:
    """Draw a few patients' time as lanes, and below them the curve that they make.

    Parameters
    ----------
    patients : DataFrame
        ``patient_id, duration, event``, at most 12 rows, as `dsrct_edu.endpoint` gives them.
    steps : int, optional
        Let time run to this many endings; what comes later is not drawn. All, if none.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, there are more than 12 patients or one stands twice, or `steps` is
        not between 0 and the number of different times.

    Examples
    --------
    >>> import pandas as pd
    >>> four = {"patient_id": list("ABCD"), "duration": [6, 10, 14, 20], "event": [1, 0, 1, 0]}
    >>> lifelines(pd.DataFrame(four)).words
    '4 patients: 2 died, 2 were last seen alive. The curve falls at month 6 to 75.0% (3 of 4 live \
on) and at month 14 to 37.5% (1 of 2 live on).'
    >>> lifelines(pd.DataFrame(four), steps=2).words
    'Step 2 of 4, month 10: 3 at risk. B is last seen alive; the curve stays at 75.0%.'
    """
    moments = _moments(patients)
    steps = len(moments) if steps is None else checks.whole(steps, "steps", 0, len(moments))
    durations = patients["duration"].to_numpy(dtype=float)
    whole = steps == len(moments)
    now = float(durations.max()) if whole else moments[steps - 1].time if steps else 0.0
    page.set_figheight(3.75 + 0.3 * len(patients))
    above, below = page.subplots(2, sharex=True, height_ratios=[0.3 * len(patients), 2.6])
    for axes in (above, below):
        axes.patch.set_visible(False)  # it would cover the lines from the lanes to the curve
    _lanes(above, patients, now, whole)
    end = float(durations.max())
    _curve(below, moments[:steps], now, beside=now < 0.8 * end)
    below.set(xlim=(0, max(1.03 * end, 1e-9)), ylim=(0, 1.04), ylabel="Share alive")
    below.set_xlabel("Months since diagnosis")
    below.set_xticks(style.month_ticks(end))
    if not whole:
        for axes in (above, below):
            axes.axvline(now, color=palette.GREY, zorder=0, **style.DOTTED)
    for moment in moments[:steps]:
        _joined(page, above, below, patients, moment)
    key(page, [(name("death"), _MARK | _DIED), ("last seen alive (censored)", _MARK | _SEEN)], 2)
    return lifeline_words(patients, steps=steps)


def _moments(patients: pd.DataFrame) -> list[_Moment]:
    """Return the endings in time; who dies at a time leaves before who is last seen then."""
    if len(patients) > _MOST or patients["patient_id"].duplicated().any():
        found = f"{len(patients)} rows, {patients['patient_id'].nunique()} patients"
        raise InputError(f"up to {_MOST} patients, a row each", found, "", "patient_id")
    durations = patients["duration"].to_numpy(dtype=float)
    died = patients["event"].astype(bool).to_numpy()
    names = np.array([name(patient) for patient in groups(patients, "patient_id")])
    share, moments = 1.0, []
    for time in np.unique(durations):
        here, at_risk = durations == time, int((durations >= time).sum())
        deaths = int((here & died).sum())
        after = share * (1 - deaths / at_risk)
        moments.append(
            _Moment(float(time), at_risk, tuple(names[here & died]), tuple(names[here & ~died]),
                    share, after)
        )  # fmt: skip
        share = after
    return moments


def _lanes(axes: Axes, patients: pd.DataFrame, now: float, whole: bool) -> None:
    rows = zip(*(patients[column] for column in _COLUMNS), strict=True)
    for place, (patient, ends, died) in enumerate(rows):
        there = whole or ends >= now
        axes.plot([0, min(ends, now)], [place, place], lw=9, solid_capstyle="butt",
                  color=_THERE if there else _GONE, gid=tag("lane", patient))  # fmt: skip
        if ends <= now:
            look = _MARK | (_DIED if died else _SEEN)
            axes.plot(ends, place, clip_on=False, gid=tag("end", patient), **look)
    axes.set_ylim(len(patients) - 0.4, -0.6)
    axes.set_yticks(range(len(patients)), [name(p) for p in patients["patient_id"]])
    axes.tick_params(length=0, labelbottom=False)
    axes.spines[["left", "bottom"]].set_visible(False)


def _curve(axes: Axes, moments: list[_Moment], now: float, beside: bool) -> None:
    """Draw the curve so far; where there is room its share stands beside it, clear of factors."""
    time = np.array([0.0, *(m.time for m in moments), now])
    share = np.array([1.0, *(m.after for m in moments)])
    x, y = np.repeat(time, 2)[1:-1], np.repeat(share, 2)
    axes.plot(x, y, color=_THERE, zorder=3, gid="curve")
    for moment in moments:
        if moment.died:
            on = moment.at_risk - len(moment.died)
            middle = (moment.before + moment.after) / 2
            axes.annotate(f"× {on}/{moment.at_risk}", (moment.time, middle), (7, 0), va="center",
                          textcoords="offset points", size=style.SMALL, bbox=style.white(1),
                          zorder=5)  # fmt: skip
        if moment.left:
            axes.plot(moment.time, moment.after, **_MARK | _SEEN | {"ms": 7})
    if moments and share[-1] > 0:  # a curve on its axis needs no number, and has no room for it
        low = moments[-1].died and moments[-1].time == now  # the curve ends in its own fall
        right = ((6, -2), "left", "top") if low else ((8, 0), "left", "center")
        offset, ha, va = right if low or beside else ((-3, 5), "right", "bottom")
        axes.annotate(percent(share[-1], 1), (now, share[-1]), offset, ha=ha, va=va,
                      textcoords="offset points", size=style.SMALL, weight="bold")  # fmt: skip
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_yticks(np.linspace(0, 1, 5))


def _joined(
    page: Figure, above: Axes, below: Axes, patients: pd.DataFrame, moment: _Moment
) -> None:
    """Join the end of a lane to the step that it makes in the curve."""
    durations: Floats = patients["duration"].to_numpy(dtype=float)
    for place in np.flatnonzero(durations == moment.time):
        died = bool(patients["event"].iloc[place])
        look = palette.DEATH if died else palette.CENSORED
        line = ConnectionPatch(
            (moment.time, float(place)), (moment.time, moment.before if died else moment.after),
            "data", "data", axesA=above, axesB=below, color=look.colour, zorder=0, **style.DOTTED,
        )  # fmt: skip
        line.set_in_layout(False)
        page.add_artist(line)


def lifeline_words(patients: pd.DataFrame, *, steps: int | None = None) -> str:
    """Say how the curve came about, or what the last step did to it."""
    moments = _moments(patients)
    if steps is not None and steps < len(moments):
        if steps == 0:
            return f"Step 0 of {len(moments)}: {counted(len(patients), 'patient')} at risk."
        return f"Step {steps} of {len(moments)}, {_step(moments[steps - 1])}"
    died = sum(len(m.died) for m in moments)
    text = f"{counted(len(patients), 'patient')}: {died} died, {len(patients) - died} "
    text += f"{'was' if len(patients) - died == 1 else 'were'} last seen alive."
    falls = [
        f"at month {plain(m.time, 0 if m.time.is_integer() else 1)} to {percent(m.after, 1)} "
        f"({m.at_risk - len(m.died)} of {m.at_risk} live on)"
        for m in moments
        if m.died
    ]
    return f"{text} The curve falls {listed(falls)}." if falls else f"{text} The curve never falls."


def _step(moment: _Moment) -> str:
    when = plain(moment.time, 0 if moment.time.is_integer() else 1)
    said = []
    for names, one, more in (
        (moment.died, "dies", "die"),
        (moment.left, "is last seen alive", "are last seen alive"),
    ):
        if names:
            said.append(f"{listed(names)} {one if len(names) == 1 else more}")
    if moment.died:
        change = f"falls from {percent(moment.before, 1)} to {percent(moment.after, 1)}"
    else:
        change = f"stays at {percent(moment.after, 1)}"
    who = listed(said)
    return f"month {when}: {moment.at_risk} at risk. {who}; the curve {change}."
