"""Patients one by one and gate by gate: swimmer lanes, the flow to HIPEC, the waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, styled
from dsrct_edu.figures.labels import blocks, heading, legend
from dsrct_edu.figures.rows import columns
from dsrct_edu.figures.tables import groups, name, tidy
from dsrct_edu.wording import counted, listed, percent, plain

_LABELLED = 40  # lanes that can each be named
_RESPONSES = ("PD", "SD", "PR", "CR")
_PARTIAL, _PROGRESS = -0.30, 0.20  # RECIST 1.1: fall from baseline, growth from the smallest


@styled
def swimmer_lanes(
    lanes: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    waiting: str | Sequence[str] = "waiting",
    time_zero: str = "diagnosis",
    unit: str = "months",
    highlight: object = None,
    title: str | None = None,
) -> Figure:
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
    checked = tidy(lanes, ["patient_id", "start", "stop", "state"], ["start", "stop"])
    wrong = checked.index[checked["stop"] < checked["start"]].tolist()
    if wrong:
        raise InputError("stretches that end after they start", "earlier", "", "stop", wrong)
    idle = {waiting} if isinstance(waiting, str) else set(waiting)
    order = {patient: lane for lane, patient in enumerate(groups(checked, "patient_id"))}
    marks = _marks(events, order)
    many = len(order) > _LABELLED
    figure = Figure(style.WIDTH, min(2.2 + 0.34 * len(order), 7.6), "Swimmer lanes")
    axes = figure.subplots()
    states = groups(checked, "state")
    looks = _state_looks(states, idle)
    for state in states:
        mine = checked[checked["state"] == state]
        face, hatch = looks[state]
        lane = mine["patient_id"].map(order).to_numpy(dtype=float)
        start, stop = (mine[c].to_numpy(dtype=float) for c in ("start", "stop"))
        half = 0.5 if many else 0.36
        blocks(
            axes,
            (start, lane - half, stop, lane + half),
            facecolor=face,
            hatch=hatch,
            edgecolor="none" if many and hatch == "" else style.GREY,
            lw=0 if many else 0.7,
        )
    _draw_marks(axes, marks, order, many)
    if highlight in order:
        _frame(axes, checked, order, highlight)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_yticks([] if many else list(order.values()), None if many else map(name, order))
    axes.set_ylabel(counted(len(order), "patient") if many else "Patient")
    longest = float(checked["stop"].max())
    axes.set_xlim(0, longest * 1.02)
    axes.set_xticks(style.month_ticks(longest))
    axes.set_xlabel(f"{unit.capitalize()} since {time_zero}")
    heading(figure, title)
    _lane_legend(figure, looks, marks)
    figure.words = _lane_words(checked, marks, states, unit)
    return figure


def _marks(events: pd.DataFrame | None, order: dict[object, int]) -> pd.DataFrame:
    if events is None or events.empty:
        return pd.DataFrame({"patient_id": [], "time": [], "event": []})
    marks = tidy(events, ["patient_id", "time", "event"], ["time"])
    lost = marks.index[~marks["patient_id"].isin(list(order))].tolist()
    if lost:
        raise InputError("markers on the lanes given", "another patient", "", "patient_id", lost)
    return marks


def _state_looks(states: Sequence[object], idle: set[str]) -> dict[object, tuple[str, str]]:
    """White and hatched for waiting; the others solid, from dark to light."""
    busy = [state for state in states if state not in idle]
    shares = (0.85, 0.5, 0.3, 0.7)
    looks = {s: (style.tint(style.look(i).colour, shares[i % 4]), "") for i, s in enumerate(busy)}
    return {state: looks.get(state, ("white", "////")) for state in states}


def _draw_marks(axes: Axes, marks: pd.DataFrame, order: dict[object, int], many: bool) -> None:
    for index, event in enumerate(groups(marks, "event")):
        mine = marks[marks["event"] == event]
        axes.plot(
            mine["time"],
            mine["patient_id"].map(order),
            style.MARKERS[index % len(style.MARKERS)],
            ms=3 if many else 9,
            color="black",
            mfc="black" if index % 2 == 0 else "white",
            clip_on=False,
        )


def _frame(axes: Axes, lanes: pd.DataFrame, order: dict[object, int], patient: object) -> None:
    mine = lanes[lanes["patient_id"] == patient]
    start, stop = float(mine["start"].min()), float(mine["stop"].max())
    axes.barh(order[patient], stop - start, left=start, height=0.9, fill=False, lw=2.5)
    axes.annotate(
        name(patient), (stop, order[patient]), xytext=(8, 0), textcoords="offset points",
        va="center", weight="bold", size=style.SMALL,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _lane_legend(figure: Figure, looks: dict[object, tuple[str, str]], marks: pd.DataFrame) -> None:
    handles: list[Artist] = [
        Patch(facecolor=face, hatch=hatch, edgecolor=style.GREY, label=style.fold(name(s), 22, 2))
        for s, (face, hatch) in looks.items()
    ]
    for index, event in enumerate(groups(marks, "event")):
        marker = style.MARKERS[index % len(style.MARKERS)]
        face = "black" if index % 2 == 0 else "white"
        label = style.fold(name(event), 22, 2)
        handles.append(
            Line2D([], [], ls="none", marker=marker, ms=9, color="black", mfc=face, label=label)
        )
    legend(figure, handles, 4 if len(handles) != 5 else 5)


def _lane_words(
    lanes: pd.DataFrame, marks: pd.DataFrame, states: Sequence[object], unit: str
) -> str:
    length = lanes["stop"] - lanes["start"]
    total = float(length.sum())
    spent = [(name(s), float(length[lanes["state"] == s].sum())) for s in states if total > 0]
    parts = [f"{s} {plain(time, 0)} ({percent(time / total)})" for s, time in spent]
    text = f"{counted(lanes['patient_id'].nunique(), 'patient')}, {plain(total, 0)} {unit} in all"
    text += f": {listed(parts)}." if parts else "."
    seen = marks["event"].value_counts(sort=False)
    if len(seen):
        text += f" Marked: {listed([f'{name(e)} {n:,}' for e, n in seen.items()])}."
    return text


@styled
def patient_flow(gates: pd.DataFrame, *, title: str | None = None) -> Figure:
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
    rows = tidy(gates, ["gate", "n"], ["n"], bounds=(0, np.inf))
    n = rows["n"].to_numpy(dtype=float)
    wrong = rows.index[np.append(False, np.diff(n) > 0)].tolist()
    if wrong or n[0] == 0:
        raise InputError(
            "gates that nobody enters from the side", "more than before", "", "n", wrong
        )
    figure = Figure(style.WIDTH, 1.4 + 0.85 * len(rows), "Patient flow")
    axes = figure.subplots()
    places = np.arange(len(rows))
    for place, share in enumerate(n / n[0]):
        last = place == len(rows) - 1
        face = style.tint(style.VERMILLION, 0.8) if last else style.tint(style.BLUE, 0.75)
        axes.barh(place, share, left=-share / 2, height=0.62, facecolor=face, edgecolor="black")
    for place in places[:-1]:  # the narrowing between two gates
        x = [-n[place] / 2, n[place] / 2, n[place + 1] / 2, -n[place + 1] / 2]
        y = [place + 0.31, place + 0.31, place + 0.69, place + 0.69]
        axes.fill(np.array(x) / n[0], y, facecolor=style.PALE, lw=0)
    lost = ["", *[f"−{int(a - b):,}" for a, b in pairwise(n)]]
    shares = [percent(value) for value in n / n[0]]
    columns(axes, [[f"{int(v):,}" for v in n], shares, lost], ["left", "of all", "lost here"])
    axes.set_yticks(places, [style.fold(name(gate), 26, 2) for gate in rows["gate"]])
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_xlim(-0.505, 0.505)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    heading(figure, title)
    gone = [f"{int(v):,} ({s}) {name(g)}" for v, s, g in zip(n, shares, rows["gate"], strict=True)]
    figure.words = f"Of {int(n[0]):,} {name(rows['gate'][0])}, {listed(gone[1:])}."
    return figure


@styled
def waterfall(responses: pd.DataFrame, *, title: str | None = None) -> Figure:
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
    responses = tidy(responses, [])
    if "change" not in responses and "tumour_shrinkage" in responses:
        responses = responses.assign(change=-responses["tumour_shrinkage"])
        responses = responses.rename(columns={"recist": "response"})
    rows = tidy(responses, ["change"], ["change"], gaps=["change"], bounds=(-1, np.inf))
    seen = rows.dropna(subset=["change"]).sort_values("change", ascending=False, kind="stable")
    if seen.empty:
        raise InputError("at least one measured change", "none", "", "change")
    change = seen["change"].to_numpy(dtype=float)
    figure = Figure(style.WIDTH, 5.6, "Waterfall of response")
    axes = figure.subplots()
    many = len(seen) > 60
    handles: list[Artist] = []
    for index, kind in enumerate(_kinds(seen)):
        mask = seen["response"].eq(kind).to_numpy() if kind else np.ones(len(seen), dtype=bool)
        look = style.look(index if kind else 0)
        place, half = np.flatnonzero(mask).astype(float), 0.5 if many else 0.41
        fill = {**style.fill(look), "lw": 0 if many else 0.7}
        blocks(axes, (place - half, np.zeros(len(place)), place + half, change[mask]), **fill)
        handles.append(Patch(label=kind, **fill))
    _cut(axes, _PARTIAL, "−30%: partial response", left=True)
    _cut(axes, _PROGRESS, "+20%: progression", left=False)
    axes.axhline(0, color="black", lw=1)
    axes.set_xlim(-0.6, len(seen) - 0.4)
    axes.set_ylim(-1.05, max(0.4, float(change.max()) * 1.1))
    axes.set_xticks([])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set(xlabel=f"{counted(len(seen), 'patient')}, sorted", ylabel="Change in sum of diameters")
    heading(figure, title)
    if "response" in seen:
        legend(figure, handles, 4, title="Response recorded")
    figure.words = _waterfall_words(change, len(rows) - len(seen))
    return figure


def _cut(axes: Axes, at: float, text: str, left: bool) -> None:
    """Mark a cut; its label stands where sorted bars leave room."""
    axes.axhline(at, color="black", lw=1.2, ls=(0, (4, 2)))
    axes.annotate(
        text,
        (0 if left else 1, at),
        xytext=(6, -4) if left else (-2, 4),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        ha="left" if left else "right",
        va="top" if left else "bottom",
        size=style.SMALL,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8},
    )


def _kinds(seen: pd.DataFrame) -> list[str]:
    if "response" not in seen:
        return [""]
    present = set(seen["response"].astype(str))
    unknown = sorted(present - set(_RESPONSES))
    if unknown:
        raise InputError("CR, PR, SD or PD", unknown[0], "", "response")
    return [kind for kind in _RESPONSES if kind in present]


def _waterfall_words(change: npt.NDArray[np.float64], unmeasured: int) -> str:
    total = len(change)
    shrank = int((change <= _PARTIAL + 1e-9).sum())
    grew = int((change >= _PROGRESS - 1e-9).sum())
    text = (
        f"{counted(total, 'tumour')}: {shrank:,} ({percent(shrank / total)}) shrank by 30% or "
        f"more, {grew:,} ({percent(grew / total)}) grew by 20% or more; median change "
        f"{percent(float(np.median(change)))}."
    )
    return text + (f" {unmeasured:,} without a second scan are not shown." if unmeasured else "")
