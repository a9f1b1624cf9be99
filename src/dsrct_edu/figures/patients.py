"""Patients one by one and gate by gate: swimmer lanes, the flow to HIPEC, the waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, named_rows, rectangles, text_columns
from dsrct_edu.figures.tables import ANY, COUNT, NUMBER, check, groups, name, tag
from dsrct_edu.wording import counted, listed, percent, plain

_LANES = {"patient_id": ANY, "start": NUMBER, "stop": NUMBER, "state": ANY}
_MARKS = {"patient_id": ANY, "time": NUMBER, "event": ANY}
_CHANGE = {"change": replace(NUMBER, low=-1, gaps=True)}
_LABELLED = 40  # lanes that can each be named
_RESPONSES = ("PD", "SD", "PR", "CR")
_PARTIAL, _PROGRESS = -0.30, 0.20  # RECIST 1.1: fall from baseline, growth from the smallest


@figure("Swimmer lanes", _LANES)
def swimmer_lanes(
    page: Figure,
    lanes: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    waiting: str | Sequence[str] = "waiting",
    time_zero: str = "diagnosis",
    unit: str = "months",
    highlight: object = None,
    title: str | None = None,
) -> str:
    """Draw each patient's time as a lane; time spent waiting is hatched.

    Parameters
    ----------
    lanes : DataFrame
        ``patient_id, start, stop, state``, one row a stretch. Patients stand in order of
        appearance, the first on top.
    events : DataFrame, optional
        ``patient_id, time, event``: markers on the lanes.
    waiting : str or sequence of str, default "waiting"
        States in which a patient waits: who dies there can never be treated.
    time_zero : str, default "diagnosis"
        What the clock starts at.
    unit : str, default "months"
        Unit of time.
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
    """
    wrong = lanes.index[lanes["stop"] < lanes["start"]].tolist()
    if wrong:
        raise InputError("stretches that end after they start", "earlier", "", "stop", wrong)
    order = {patient: lane for lane, patient in enumerate(groups(lanes, "patient_id"))}
    marks = _marks(events, order)
    many = len(order) > _LABELLED
    page.set_figheight(min(2.2 + 0.34 * len(order), 7.6))
    axes = page.subplots()
    looks = _state_looks(groups(lanes, "state"), waiting)
    half = 0.5 if many else 0.36
    for state, look in looks.items():
        mine = lanes[lanes["state"] == state]
        lane = mine["patient_id"].map(order).to_numpy(dtype=float)
        corners = (mine["start"], lane - half, mine["stop"], lane + half)
        edge = "none" if many and not look["hatch"] else style.GREY
        outline = {"edgecolor": edge, "lw": 0 if many else 0.7, "gid": tag("state", state)}
        rectangles(axes, corners, **look | outline)
    markers = _markers(marks)
    for event, marker in markers.items():
        mine = marks[marks["event"] == event]
        place = mine["patient_id"].map(order)
        axes.plot(mine["time"], place, **marker | {"ms": 3 if many else 9}, clip_on=False)
    if highlight in order:
        _frame(axes, lanes[lanes["patient_id"] == highlight], order[highlight], name(highlight))
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_yticks([] if many else list(order.values()), None if many else map(name, order))
    axes.set_ylabel(counted(len(order), "patient") if many else "Patient")
    longest = float(lanes["stop"].max())
    axes.set_xlim(0, longest * 1.02)
    axes.set_xticks(style.month_ticks(longest))
    axes.set_xlabel(f"{unit.capitalize()} since {time_zero}")
    entries = [(style.wrapped(name(what), 22, 2), look) for what, look in (looks | markers).items()]
    key(page, entries, 4 if len(entries) != 5 else 5)
    return swimmer_words(lanes, marks, unit)


def _marks(events: pd.DataFrame | None, order: dict[object, int]) -> pd.DataFrame:
    if events is None or len(events) == 0:
        return pd.DataFrame(columns=[*_MARKS])
    marks = check(events, _MARKS)
    lost = marks.index[~marks["patient_id"].isin(list(order))].tolist()
    if lost:
        raise InputError("markers on the lanes given", "another patient", "", "patient_id", lost)
    return marks


def _state_looks(states: list[object], waiting: str | Sequence[str]) -> dict[object, Any]:
    """White and hatched for waiting; the others solid, from dark to light."""
    idle = {waiting} if isinstance(waiting, str) else set(waiting)
    busy = [state for state in states if state not in idle]
    shares = (0.85, 0.5, 0.3, 0.7)
    faces = {s: style.tint(style.appearance(i).colour, shares[i % 4]) for i, s in enumerate(busy)}
    return {
        state: {
            "facecolor": faces.get(state, "white"),
            "hatch": "" if state in faces else "////",
            "edgecolor": style.GREY,
        }
        for state in states
    }


def _markers(marks: pd.DataFrame) -> dict[object, Any]:
    """Return a marker for each kind of event, black and white by turns."""
    return {
        event: {
            "ls": "none",
            "marker": style.MARKERS[index % len(style.MARKERS)],
            "ms": 9,
            "color": "black",
            "mfc": "black" if index % 2 == 0 else "white",
        }
        for index, event in enumerate(groups(marks, "event"))
    }


def _frame(axes: Axes, lane: pd.DataFrame, place: int, label: str) -> None:
    start, stop = float(lane["start"].min()), float(lane["stop"].max())
    axes.barh(place, stop - start, left=start, height=0.9, fill=False, lw=2.5)
    axes.annotate(label, (stop, place), (8, 0), textcoords="offset points", va="center",
                  weight="bold", size=style.SMALL, bbox=style.white(1))  # fmt: skip


def swimmer_words(lanes: pd.DataFrame, marks: pd.DataFrame, unit: str = "months") -> str:
    """Say how much time was spent in each state, and what is marked."""
    length = lanes["stop"] - lanes["start"]
    total = float(length.sum())
    text = f"{counted(lanes['patient_id'].nunique(), 'patient')}, {plain(total, 0)} {unit} in all"
    spent = {s: float(length[lanes["state"] == s].sum()) for s in groups(lanes, "state")}
    parts = [
        f"{name(state)} {plain(time, 0)} ({percent(time / total)})"
        for state, time in spent.items()
        if total > 0
    ]
    text += f": {listed(parts)}." if parts else "."
    seen = marks["event"].value_counts(sort=False)
    if len(seen):
        text += f" Marked: {listed([f'{name(e)} {n:,}' for e, n in seen.items()])}."
    return text


@figure("Patient flow", {"gate": ANY, "n": COUNT})
def patient_flow(page: Figure, gates: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw how many patients pass each gate from diagnosis to HIPEC.

    Parameters
    ----------
    gates : DataFrame
        ``gate, n``: patients left after each gate, the first row everyone.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, nobody starts, or a later gate lets more through than came to it.

    Examples
    --------
    >>> import pandas as pd
    >>> gates = pd.DataFrame({"gate": ["diagnosed", "operated", "HIPEC"], "n": [200, 120, 30]})
    >>> patient_flow(gates).words
    'Of 200 diagnosed, 120 (60%) operated and 30 (15%) HIPEC.'
    """
    n = gates["n"].to_numpy(dtype=float)
    wrong = gates.index[np.append(False, np.diff(n) > 0)].tolist()
    if wrong or n[0] == 0:
        raise InputError(
            "gates that nobody enters from the side", "more than before", "", "n", wrong
        )
    page.set_figheight(1.4 + 0.85 * len(gates))
    axes = page.subplots()
    shares = n / n[0]
    faces = [style.tint(style.BLUE, 0.75)] * (len(n) - 1) + [style.tint(style.VERMILLION, 0.8)]
    for place, (share, face) in enumerate(zip(shares, faces, strict=True)):
        axes.barh(place, share, left=-share / 2, height=0.62, facecolor=face, edgecolor="black")
    for place, (wide, narrow) in enumerate(pairwise(shares / 2)):  # the way between two gates
        y = [place + 0.31, place + 0.31, place + 0.69, place + 0.69]
        axes.fill([-wide, wide, narrow, -narrow], y, facecolor=style.PALE, lw=0)
    text_columns(
        axes,
        {
            "left": [f"{int(v):,}" for v in n],
            "of all": [percent(share) for share in shares],
            "lost here": ["", *[f"−{int(a - b):,}" for a, b in pairwise(n)]],
        },
    )
    named_rows(axes, [name(gate) for gate in gates["gate"]], 26)
    axes.set_ylim(len(gates) - 0.5, -0.6)
    axes.set_xlim(-0.505, 0.505)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    return flow_words(gates)


def flow_words(gates: pd.DataFrame) -> str:
    """Say how many pass each gate, of how many."""
    n = gates["n"].tolist()
    passed = zip(n, gates["gate"], strict=True)
    said = [f"{int(v):,} ({percent(v / n[0])}) {name(gate)}" for v, gate in passed]
    return f"Of {int(n[0]):,} {name(gates['gate'].iloc[0])}, {listed(said[1:])}."


@figure("Waterfall of response", height=5.6)
def waterfall(page: Figure, responses: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw the change of each tumour as a bar, with RECIST's two cuts.

    Parameters
    ----------
    responses : DataFrame
        ``change`` (fraction of the sum of diameters, negative is shrinkage) and, if known,
        ``response`` (CR, PR, SD, PD). A registry's ``tumour_shrinkage`` (the other sign) and
        ``recist`` are understood too; patients without a second scan are counted in the words.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If neither column is there, nobody was measured, or a tumour shrank by more than all.

    References
    ----------
    Eisenhauer EA et al. Eur J Cancer 2009;45:228-47. doi:10.1016/j.ejca.2008.10.026

    Examples
    --------
    >>> import pandas as pd
    >>> waterfall(pd.DataFrame({"change": [0.3, -0.1, -0.45, -0.6]})).words
    '4 tumours: 2 (50%) shrank by 30% or more, 1 (25%) grew by 20% or more; median change −28%.'
    """
    seen = _measured(responses)
    change = seen["change"].to_numpy(dtype=float)
    axes = page.subplots()
    many = len(seen) > 60
    half = 0.5 if many else 0.41
    fills = {}
    for index, kind in enumerate(_kinds(seen)):
        mask = seen["response"].eq(kind).to_numpy() if kind else np.ones(len(seen), dtype=bool)
        fills[kind] = style.fill(style.appearance(index)) | {"lw": 0 if many else 0.7}
        place = np.flatnonzero(mask)
        corners = (place - half, np.zeros(len(place)), place + half, change[mask])
        rectangles(axes, corners, **fills[kind], gid=tag("response", kind))
    _cut(axes, _PARTIAL, "−30%: partial response", left=True)
    _cut(axes, _PROGRESS, "+20%: progression", left=False)
    axes.axhline(0, color="black", lw=1)
    axes.set_xlim(-0.6, len(seen) - 0.4)
    axes.set_ylim(-1.05, max(0.4, float(change.max()) * 1.1))
    axes.set_xticks([])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set(xlabel=f"{counted(len(seen), 'patient')}, sorted", ylabel="Change in sum of diameters")
    if "response" in seen:
        key(page, fills.items(), 4, title="Response recorded")
    return waterfall_words(responses)


def _measured(responses: pd.DataFrame) -> pd.DataFrame:
    """Return those with a second scan, the largest growth first."""
    if "change" not in responses and "tumour_shrinkage" in responses:
        responses = responses.assign(change=-responses["tumour_shrinkage"])
        responses = responses.rename(columns={"recist": "response"})
    rows = check(responses, _CHANGE)
    seen = rows.dropna(subset=["change"]).sort_values("change", ascending=False, kind="stable")
    if seen.empty:
        raise InputError("at least one measured change", "none", "", "change")
    return seen


def _kinds(seen: pd.DataFrame) -> list[str]:
    if "response" not in seen:
        return [""]
    present = set(seen["response"].astype(str))
    unknown = sorted(present - set(_RESPONSES))
    if unknown:
        raise InputError("CR, PR, SD or PD", unknown[0], "", "response")
    return [kind for kind in _RESPONSES if kind in present]


def _cut(axes: Axes, at: float, text: str, left: bool) -> None:
    """Mark a cut; its label stands where sorted bars leave room."""
    x, offset, ha, va = (0, (6, -4), "left", "top") if left else (1, (-2, 4), "right", "bottom")
    across = axes.get_yaxis_transform()
    axes.axhline(at, **style.DASHED)
    axes.annotate(text, (x, at), offset, xycoords=across, textcoords="offset points", ha=ha, va=va,
                  size=style.SMALL, bbox=style.white(1, 0.8))  # fmt: skip


def waterfall_words(responses: pd.DataFrame) -> str:
    """Say how many tumours shrank by RECIST's cut, how many grew, and who was not measured."""
    change = _measured(responses)["change"].to_numpy(dtype=float)
    total = len(change)
    shrank = int((change <= _PARTIAL + 1e-9).sum())
    grew = int((change >= _PROGRESS - 1e-9).sum())
    text = (
        f"{counted(total, 'tumour')}: {shrank:,} ({percent(shrank / total)}) shrank by 30% or "
        f"more, {grew:,} ({percent(grew / total)}) grew by 20% or more; median change "
        f"{percent(float(np.median(change)))}."
    )
    unmeasured = len(responses) - total
    verb = "is" if unmeasured == 1 else "are"
    more = f" {unmeasured:,} without a second scan {verb} not shown."
    return text + more if unmeasured else text
