"""Patients one by one: each one's time as a lane, on one clock or on two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, rectangles
from dsrct_edu.figures.tables import ANY, NUMBER, check, groups, name, tag
from dsrct_edu.wording import counted, listed, percent, plain

_LANES = {"patient_id": ANY, "start": NUMBER, "stop": NUMBER, "state": ANY}
_MARKS = {"patient_id": ANY, "time": NUMBER, "event": ANY}
_EPISODES = {"patient_id": ANY, "start": NUMBER, "stop": NUMBER, "event": ANY, "treated": ANY}
_LABELLED, _CROWD = 18, 40  # lanes that can each be named, and that can each have an edge

Looks = Mapping[object, Mapping[str, Any]]


@figure("Swimmer lanes", _LANES)
def swimmer_lanes(
    page: Figure,
    lanes: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    waiting: str | Sequence[str] = "waiting",
    second_clock: str | None = None,
    highlight: object = None,
    title: str | None = None,
) -> str:
    """Draw each patient's time as a lane; time spent waiting has its own colour and hatch.

    Parameters
    ----------
    lanes : DataFrame
        ``patient_id, start, stop, state``, one row a stretch. Patients stand in order of
        appearance, the first on top.
    events : DataFrame, optional
        ``patient_id, time, event``: markers on the lanes.
    waiting : str or sequence of str, default "waiting"
        States in which a patient waits: who dies there can never be treated.
    second_clock : str, optional
        What ends the waiting, such as ``"surgery"``: the same patients stand a second time beside
        the first, on a clock that starts there. Who never gets there has no such clock.
    highlight : object, optional
        A ``patient_id`` to frame.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, a stretch ends before it starts, or a marker has no lane.

    Examples
    --------
    >>> import pandas as pd
    >>> lanes = pd.DataFrame(
    ...     {"patient_id": [1, 1], "start": [0, 6], "stop": [6, 24], "state": ["waiting", "HIPEC"]}
    ... )
    >>> swimmer_lanes(lanes).words
    '1 patient, 24 months in all: waiting 6 (25%) and HIPEC 18 (75%).'
    >>> swimmer_lanes(lanes, second_clock="surgery").words.split(". ")[1]
    'From surgery 1 of 1 patient has a clock, and 18 of the 24 months count.'
    """
    _check_stretches(lanes)
    order = {patient: lane for lane, patient in enumerate(groups(lanes, "patient_id"))}
    marks = _marks(events, order)
    idle = {waiting} if isinstance(waiting, str) else set(waiting)
    looks, markers = _state_looks(groups(lanes, "state"), idle), _markers(marks)
    page.set_figheight(_height(len(order)))
    grid = page.subplots(1, 2 if second_clock else 1, squeeze=False, sharey=True)[0]
    _draw(grid[0], lanes, marks, order, looks, markers)
    most = 6 if second_clock else 9  # ticks that there is room for
    _clock(grid[0], lanes, "Months since diagnosis", most)
    if highlight in order:
        _frame(grid[0], lanes[lanes["patient_id"] == highlight], order[highlight], name(highlight))
    named = _patients(grid[0], order)
    if second_clock:
        again = _restarted(lanes, marks, idle)
        _draw(grid[1], *again, order, looks, markers)
        _clock(grid[1], again[0], f"Months since {name(second_clock)}", most)
        for patient in set(order) - set(again[0]["patient_id"]) if named else ():
            grid[1].annotate(f"no {second_clock}", (0, order[patient]), (5, 0), va="center",
                             textcoords="offset points", size=style.SMALL, color=palette.GREY,
                             in_layout=False)  # fmt: skip
    entries = [
        (style.wrapped(name(what), 22, 2), look) for what, look in {**looks, **markers}.items()
    ]
    key(page, entries, 4 if len(entries) != 5 else 5)
    return swimmer_words(lanes, marks, second_clock, tuple(idle))


def _check_stretches(table: pd.DataFrame) -> None:
    wrong = table.index[table["stop"] < table["start"]].tolist()
    if wrong:
        raise InputError("stretches that end after they start", "earlier", "", "stop", wrong)


def _height(patients: int) -> float:
    return float(np.clip(1.9 + 0.24 * patients, 3.4, 6.2))


def _patients(axes: Axes, order: Mapping[object, int]) -> bool:
    """Name the lanes, the first on top, if there is room for names; tell whether there is."""
    named = len(order) <= _LABELLED
    axes.set_yticks(list(order.values()) if named else [], map(name, order) if named else None)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_ylabel("Patient" if named else counted(len(order), "patient"))
    return named


def _draw(
    axes: Axes,
    lanes: pd.DataFrame,
    marks: pd.DataFrame,
    order: Mapping[object, int],
    looks: Looks,
    markers: Looks,
) -> None:
    crowd = len(order) > _CROWD
    half = 0.5 if crowd else 0.36
    for state, look in looks.items():
        mine = lanes[lanes["state"] == state]
        lane = mine["patient_id"].map(order).to_numpy(dtype=float)
        corners = (mine["start"], lane - half, mine["stop"], lane + half)
        outline = {"lw": 0 if crowd else 0.7, "gid": tag("state", state)}
        rectangles(axes, corners, **{**look, **outline})
    for event, marker in markers.items():
        mine = marks[marks["event"] == event]
        place = mine["patient_id"].map(order)
        if len(mine):
            axes.plot(mine["time"], place, **{**marker, "ms": 3 if crowd else 9}, clip_on=False)


def _clock(axes: Axes, lanes: pd.DataFrame, label: str, most: int) -> None:
    longest = max(float(lanes["stop"].max()), 1e-9)
    axes.set_xlim(0, longest * 1.02)
    axes.set_xticks(style.month_ticks(longest, most=most))
    axes.set_xlabel(label)


def _marks(events: pd.DataFrame | None, order: Mapping[object, int]) -> pd.DataFrame:
    if events is None or len(events) == 0:
        return pd.DataFrame(columns=[*_MARKS])
    marks = check(events, _MARKS)
    lost = marks.index[~marks["patient_id"].isin(list(order))].tolist()
    if lost:
        raise InputError("markers on the lanes given", "another patient", "", "patient_id", lost)
    return marks


def _restarted(
    lanes: pd.DataFrame, marks: pd.DataFrame, idle: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return lanes and markers on the clock that starts where each patient's waiting ends."""
    waits = lanes["state"].isin(list(idle))
    ends = lanes[waits].groupby("patient_id", sort=False)["stop"].max()
    zero = lanes["patient_id"].map(ends).fillna(0.0)
    lanes, zero = lanes[~waits], zero[~waits]
    again = lanes.assign(start=lanes["start"] - zero, stop=lanes["stop"] - zero)
    marks = marks[marks["patient_id"].isin(list(set(again["patient_id"])))]
    marks = marks.assign(time=marks["time"] - marks["patient_id"].map(ends).fillna(0.0))
    return again, marks[marks["time"] >= 0]


def _state_looks(states: list[object], idle: set[str]) -> dict[object, Any]:
    """Return the fill of each state: its meaning's, or a pale neutral one."""
    known = palette.looks(["waiting" if state in idle else state for state in states])
    fills = {state: style.fill(look) for state, look in zip(states, known, strict=True)}
    for state, look in zip(states, known, strict=True):
        if look not in palette.MEANINGS.values():
            fills[state]["facecolor"] = style.tint(look.colour, 0.35)
    return fills


def _markers(marks: pd.DataFrame) -> dict[object, Any]:
    """Return a marker for each kind of event: its meaning's, or one that means nothing else."""
    events, drawn = groups(marks, "event"), {}
    spare = iter("<h*P8" * len(events))
    for event, look in zip(events, palette.looks(events), strict=True):
        nothing = palette.meaning(event) is None
        hollow = look == palette.CENSORED or nothing
        drawn[event] = {
            "ls": "none",
            "marker": next(spare) if nothing else look.marker,
            "ms": 9,
            "color": palette.INK,
            "mfc": palette.PAPER if hollow else look.colour,
        }
    return drawn


def _frame(axes: Axes, lane: pd.DataFrame, place: int, label: str) -> None:
    start, stop = float(lane["start"].min()), float(lane["stop"].max())
    axes.barh(place, stop - start, left=start, height=0.9, fill=False, lw=2.5)
    axes.annotate(label, (stop, place), (8, 0), textcoords="offset points", va="center",
                  weight="bold", size=style.SMALL, bbox=style.white(1))  # fmt: skip


def swimmer_words(
    lanes: pd.DataFrame,
    marks: pd.DataFrame,
    second_clock: str | None = None,
    waiting: Sequence[str] = ("waiting",),
) -> str:
    """Say how much time was spent in each state, what is marked, and what a second clock counts."""
    length = lanes["stop"] - lanes["start"]
    total = float(length.sum())
    everyone = lanes["patient_id"].nunique()
    text = f"{counted(everyone, 'patient')}, {plain(total, 0)} months in all"
    spent = {s: float(length[lanes["state"] == s].sum()) for s in groups(lanes, "state")}
    parts = [
        f"{name(state)} {plain(time, 0)} ({percent(time / total)})"
        for state, time in spent.items()
        if total > 0
    ]
    text += f": {listed(parts)}." if parts else "."
    if second_clock:
        left = lanes[~lanes["state"].isin(list(waiting))]
        n, time = left["patient_id"].nunique(), float((left["stop"] - left["start"]).sum())
        text += (
            f" From {second_clock} {n:,} of {counted(everyone, 'patient')} "
            f"{'has' if n == 1 else 'have'} a clock, and {plain(time, 0)} of the {plain(total, 0)} "
            "months count."
        )
    seen = marks["event"].value_counts(sort=False)
    if len(seen):
        text += f" Marked: {listed([f'{name(e)} {n:,}' for e, n in seen.items()])}."
    return text


@figure("Waiting, treated, never treated", _EPISODES)
def waiting_lanes(
    page: Figure,
    episodes: pd.DataFrame,
    *,
    by: str | None = None,
    until: float | None = None,
    treatment: str | None = None,
    time_zero: str = "diagnosis",
    title: str | None = None,
) -> str:
    """Draw patients' time before a treatment and after it, the treated on top.

    Parameters
    ----------
    episodes : DataFrame
        ``patient_id, start, stop, event, treated``, as `dsrct_edu.analysis.treatment_episodes`
        gives them: no row of a patient is treated before the treatment.
    by : str, optional
        Column of data sets to draw side by side, on one clock.
    until : float, optional
        Where the picture ends; what comes later is cut, and the words say so.
    treatment : str, optional
        What the treatment is called: ``"HIPEC"`` takes the colours of its arms.
    time_zero : str, default "diagnosis"
        What the clock starts at.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, or a stretch ends before it starts.

    Examples
    --------
    >>> import pandas as pd
    >>> episodes = pd.DataFrame({
    ...     "patient_id": [1, 1, 2], "start": [0, 5, 0], "stop": [5, 12, 4],
    ...     "event": [False, True, True], "treated": [False, True, False]})
    >>> waiting_lanes(episodes).words
    '2 patients. 1 was treated, half of these by month 5.0. By then 1 other had died.'
    """
    _check_stretches(episodes)
    worlds = groups(episodes, by) if by else [None]
    each = [episodes if by is None else episodes[episodes[by] == world] for world in worlds]
    named = ["waiting", *((f"after {treatment}", f"never {treatment}") if treatment
             else ("treated", "never treated"))]  # fmt: skip
    looks = _state_looks([*named], {"waiting"})
    most = max(mine["patient_id"].nunique() for mine in each)
    page.set_figheight(_height(most))
    ticks = 9 if len(each) == 1 else 6
    grid = page.subplots(1, len(each), squeeze=False, sharex=True)[0]
    end = float(episodes["stop"].max()) if until is None else until
    markers = _markers(pd.DataFrame({"event": ["death"]}))
    for axes, world, mine in zip(grid, worlds, each, strict=True):
        lanes, order = _stretches(mine, named)
        died = mine[mine["event"].astype(bool) & (mine["stop"] <= end)]
        marks = died.rename(columns={"stop": "time"}).assign(event="death")
        _draw(axes, lanes.assign(stop=lanes["stop"].clip(upper=end)), marks, order, looks, markers)
        _clock(axes, pd.DataFrame({"stop": [end]}), f"Months since {name(time_zero)}", ticks)
        _patients(axes, order)
        if by:
            axes.set_title(style.wrapped(name(world), 34, 2), fontsize=style.TEXT)
    key(page, [(name(what), look) for what, look in {**looks, **markers}.items()], 4)
    return waiting_words(episodes, by=by, until=until)


def _stretches(
    episodes: pd.DataFrame, named: Sequence[str]
) -> tuple[pd.DataFrame, dict[object, int]]:
    """Return lanes with their states, and the order: the treated first, the longer first."""
    waiting, after, never = named
    whole = _wholes(episodes).sort_values(["treated", "stop"], ascending=False, kind="stable")
    ever = episodes["patient_id"].map(whole["treated"])
    now = episodes["treated"].astype(bool)
    state = np.select([now, ever], [after, waiting], never)
    lanes = episodes[["patient_id", "start", "stop"]].assign(state=state)
    return lanes, {patient: lane for lane, patient in enumerate(whole.index)}


def _wholes(episodes: pd.DataFrame) -> pd.DataFrame:
    """Return one row a patient: ever treated, when, followed how long, dead in the end."""
    table = episodes.assign(**{what: episodes[what].astype(bool) for what in ("treated", "event")})
    whole = table.groupby("patient_id", sort=False)[["treated", "stop", "event"]].max()
    return whole.assign(when=table[table["treated"]].groupby("patient_id")["start"].min())


def waiting_words(
    episodes: pd.DataFrame, *, by: str | None = None, until: float | None = None
) -> str:
    """Say how many were treated, by when half of these were, and who had died by then."""
    said = []
    for world in groups(episodes, by) if by else [None]:
        whole = _wholes(episodes if by is None else episodes[episodes[by] == world])
        treated = int(whole["treated"].sum())
        text = "" if by is None else f"{name(world)}: "
        text += f"{counted(len(whole), 'patient')}. "
        if treated:
            half = float(whole["when"].median())
            dead = int((whole["event"] & ~whole["treated"] & (whole["stop"] <= half)).sum())
            text += f"{treated:,} {'was' if treated == 1 else 'were'} treated, half of these by "
            others = counted(dead, "other") if dead else "none of the others"
            text += f"month {plain(half)}. By then {others} had died."
        else:
            text += "None was treated."
        said.append(text)
    if until is not None and float(episodes["stop"].max()) > until:
        said.append(f"The picture ends at month {plain(until, 0)}.")
    return " ".join(said)
