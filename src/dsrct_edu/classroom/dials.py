"""Live demonstrations for lecturers: turn a dial, and a picture and its words follow."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from dsrct_edu.classroom.coverage_dial import hidden_coverage
from dsrct_edu.classroom.dial import Control, Dial
from dsrct_edu.classroom.dial_drawing import SHARES, Axis, Drawing, Layer, months_axis
from dsrct_edu.classroom.theatre_dial import hour_at_depth
from dsrct_edu.classroom.time_dials import hazard_and_baseline, immortal_time, scan_interval
from dsrct_edu.classroom.years_dial import years_to_enrol
from dsrct_edu.figures import tables
from dsrct_edu.figures.stairs import BUILT_IN
from dsrct_edu.wording import counted, listed, percent, ratio, whole_parts

__all__ = [
    "Dial",
    "hazard_and_baseline",
    "hidden_coverage",
    "hour_at_depth",
    "immortal_time",
    "peritoneal_effect",
    "sample_size",
    "scan_interval",
    "selection_strength",
    "who_else",
    "years_to_enrol",
]

_DRAWS = range(1, 11)
_READ_AT = 36  # months; where the words read a curve


def sample_size() -> Dial:
    """Show how a survival curve wavers as the number of patients falls (lesson 05).

    Returns
    -------
    Dial
        A slider for the number of patients, and a button that draws another set of patients.

    Examples
    --------
    >>> list(sample_size().controls)
    ['patients', 'draw']
    """
    layers = (
        Layer("curve", "band", "neutral", "their 95% confidence interval", steps=True),
        Layer("curve", "line", "neutral", "these patients", steps=True, ghost=True),
        Layer("truth", "line", "truth", "the disease as it was made", dashed=True),
    )
    months = months_axis("Months since diagnosis", 72)
    return Dial(
        "The same disease, another set of patients",
        {
            "patients": Control("Patients", (20, 40, 100, 200, 500, 2000), 200),
            "draw": Control("Draw again", _DRAWS, 1, button=True),
        },
        Drawing(months, Axis("Share alive", 0, 1, SHARES), layers),
        _curve_rows,
        _curve_words,
        ghosts=5,
    )


@cache
def _curve(patients: int, draw: int) -> pd.DataFrame:
    """Return a curve of new patients every three months; draw 0 is kept for the disease itself."""
    import dsrct_edu as dsrct

    cohort = dsrct.simulate_cohort(patients, "modest", seed=draw)
    curve = dsrct.kaplan_meier(dsrct.endpoint(cohort.patients)).at(range(0, 73, 3))
    return curve.set_index("time")[["survival", "ci_low", "ci_high"]].round(3)


def _disease() -> pd.DataFrame:
    return _curve(40_000, 0)  # so many that chance has no say


def _curve_rows(patients: int, draw: int) -> pd.DataFrame:
    names = {"survival": "y", "ci_low": "low", "ci_high": "high"}
    both = {"curve": _curve(patients, draw), "truth": _disease()[["survival"]]}
    parts = [
        rows.rename(columns=names).rename_axis("x").reset_index().assign(layer=layer)
        for layer, rows in both.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _read(curve: pd.DataFrame) -> tuple[float, float, float]:
    alive, low, high = curve.loc[[_READ_AT]].to_numpy(dtype=float)[0]
    return alive, low, high


def _curve_words(patients: int, draw: int) -> str:
    alive, low, high = _read(_curve(patients, draw))
    shares = [_read(_curve(patients, other))[0] for other in _DRAWS]
    who = counted(patients, "patient")
    if math.isnan(alive):
        said = f"Nobody is left to follow at month {_READ_AT}, and this curve says nothing there"
    else:
        interval = f"95% interval {percent(low)} to {percent(high)}"
        said = f"This curve has {percent(alive)} alive at month {_READ_AT} ({interval})"
    return (
        f"{who}, draw {draw} of {len(_DRAWS)}. {said}; in the disease as it was made it is "
        f"{percent(_read(_disease())[0])}. By chance alone, the ten draws of {who} run from "
        f"{percent(np.nanmin(shares))} to {percent(np.nanmax(shares))}."
    )


DOORS = {
    "peritoneal": "peritoneum",
    "hepatic": "liver",
    "distant": "elsewhere",
    "death": "died first",
    "free": "free of all",
}
"""Where a first event lies, from the bottom of the picture to its top."""

_FUTURES = {"no_hipec": "Without HIPEC", "hipec": "With HIPEC: the same patients"}


def peritoneal_effect() -> Dial:
    """Show what happens elsewhere when HIPEC lowers peritoneal relapse alone (lesson 08).

    Returns
    -------
    Dial
        A slider for the hazard ratio of HIPEC on peritoneal relapse. Both sides are the two futures
        of the same patients, so what differs is the effect; the rates of the other first events are
        never touched.

    Examples
    --------
    >>> list(peritoneal_effect().controls)
    ['hazard_ratio']
    """
    sides = tuple(
        layer
        for panel, arm in enumerate(_FUTURES)
        for layer in (
            *(
                Layer(f"{cause} {arm}", "band", cause, panel=panel)
                for cause in DOORS
                if cause != "free"
            ),
            Layer(f"labels {arm}", "label", "neutral", panel=panel),
        )
    )
    layers = (
        *sides,
        Layer("any hipec", "line", "HIPEC", "any of the four, with HIPEC", panel=1, ghost=True),
        Layer("any no_hipec", "line", "no HIPEC", "any of the four, without", panel=1, dashed=True),
    )
    shares = Axis("Patients with a first event", 0, 1, SHARES)
    values = tuple(tenths / 10 for tenths in range(10, 0, -1))
    return Dial(
        "Holding one of three doors",
        {"hazard_ratio": Control("Hazard ratio at the peritoneal door", values, 1.0)},
        Drawing(
            months_axis("Months since surgery", _READ_AT), shares, layers, tuple(_FUTURES.values())
        ),
        _door_rows,
        _door_words,
    )


@cache
def _futures(hazard_ratio: float) -> dict[str, pd.DataFrame]:
    """Return the share with each first event by month, in each future of the same patients."""
    import dsrct_edu as dsrct

    effect = math.log(hazard_ratio)
    scenario = dsrct.scenario("null").replace(
        effect_peritoneal_early=effect, effect_peritoneal_late=effect
    )
    both = dsrct.simulate_cohort(20_000, scenario, seed=8).both_futures()
    months = np.arange(0, _READ_AT + 1, 3)
    shares = {}
    for arm in _FUTURES:
        mine = both[both["hipec"] == (arm == "hipec")]
        first, cause = mine["duration"], mine["cause"]
        came = {door: (first[cause == door].to_numpy()[:, None] <= months).sum(0) for door in DOORS}
        shares[arm] = (pd.DataFrame(came, index=months) / len(mine)).round(4)
        shares[arm]["free"] = 1 - shares[arm].drop(columns="free").sum(axis=1)
    return shares


def _door_rows(hazard_ratio: float) -> pd.DataFrame:
    parts = []
    for arm, shares in _futures(hazard_ratio).items():
        top = shares.cumsum(axis=1)
        for door in list(DOORS)[:-1]:
            low, high = top[door] - shares[door], top[door]
            band = pd.DataFrame({"x": top.index, "low": low.round(4), "high": high.round(4)})
            parts.append(band.assign(layer=f"{door} {arm}"))
        parts.append(pd.DataFrame({"layer": f"any {arm}", "x": top.index, "y": top["death"]}))
        counts = _out_of_100(shares)
        middle = (top - shares / 2).loc[_READ_AT]
        texts = [f"{text} {counts[door]}" for door, text in DOORS.items()]
        parts.append(pd.DataFrame({"layer": f"labels {arm}", "y": middle.round(4), "text": texts}))
    return pd.concat(parts, ignore_index=True)


def _out_of_100(shares: pd.DataFrame) -> dict[str, int]:
    """Return the shares at the last month as whole patients out of 100 that add up."""
    counts = whole_parts(shares.loc[[_READ_AT]].to_numpy(dtype=float)[0].tolist(), 100)
    return dict(zip(DOORS, counts, strict=True))


def _door_words(hazard_ratio: float) -> str:
    without, held = (_out_of_100(shares) for shares in _futures(hazard_ratio).values())
    at = f"Of 100 patients, {_READ_AT} months after a complete resection:"
    if held == without:
        each = listed([f"{text} {without[door]}" for door, text in DOORS.items()])
        return f"{at} {each}. At a hazard ratio of 1 no door is held, and both sides are the same."
    moved = [f"{text} {held[door]} instead of {without[door]}" for door, text in DOORS.items()]
    fewer = without["peritoneal"] - held["peritoneal"]
    free = held["free"] - without["free"]
    return (
        f"Hazard ratio {hazard_ratio:g}. {at} {listed(moved)}. The held door lets through {fewer} "
        f"fewer, and {free} more are free of all. The other {fewer - free} left by doors that "
        "nobody touched: they were still there to go."
    )


STAIRS = {
    "ever_never": tables.name("everyone"),
    "operated_only": tables.name("operated"),
    "complete_resection": tables.name("completely resected"),
    "adjusted_cox": tables.name("adjusted"),
}
"""The stairs of lesson 10, by the method of `simulation_study` that takes them."""

_TABLE = Path(__file__).with_name("selection_strength.csv")
_NEAR = 0.05  # of the truth, as a ratio: what is called there


def selection_strength() -> Dial:
    """Show the staircase where HIPEC does nothing, and the choice is more or less selective.

    Returns
    -------
    Dial
        A slider for how much the team looks at the patient before it gives HIPEC: 0 is blind, 1
        is the model as it stands. Each estimate is the mean of many registries of 2,000 patients,
        with the range that holds 95 of 100 of them (lesson 10).

    Examples
    --------
    >>> list(selection_strength().controls)
    ['strength']
    """
    layers = (
        Layer("stair", "bar", "neutral", "the middle 95 of 100 registries of 2,000 patients"),
        Layer("stair", "point", "neutral", "their mean", ghost=True),
        Layer("truth", "line", "truth", "the truth: HIPEC does nothing", dashed=True),
        Layer("stair", "label", "neutral"),
    )
    ratios = tuple((value, f"{value:g}") for value in (0.25, 0.5, 1, 2))
    rows = tuple((float(place), name) for place, name in enumerate(STAIRS.values()))
    strengths = tuple(float(value) for value in _staircases().index.unique())
    return Dial(
        "HIPEC does nothing here. Who gets it?",
        {"strength": Control("Strength of selection", strengths, 1.0)},
        Drawing(
            Axis("Hazard ratio", 0.25, 2, ratios, True, ("fewer deaths with HIPEC", "more")),
            Axis("", 3.6, -0.6, rows),
            layers,
        ),
        _stair_rows,
        _stair_words,
    )


@cache
def _staircases() -> pd.DataFrame:
    """Return the table that ``python -m tools.dials`` computes."""
    return pd.read_csv(_TABLE, index_col="strength")


def _stair_rows(strength: float) -> pd.DataFrame:
    stairs = _staircases().loc[[strength]]
    names = {"estimate": "x", "ci_low": "low", "ci_high": "high"}
    rows = stairs.rename(columns=names).assign(y=range(len(stairs)), layer="stair")
    rows["text"] = [ratio(value) for value in rows["x"]]
    truth = pd.DataFrame({"layer": "truth", "x": stairs["truth"].iloc[0], "y": [-0.6, 3.6]})
    return pd.concat([rows[["layer", "x", "y", "low", "high", "text"]], truth], ignore_index=True)


def _stair_words(strength: float) -> str:
    stairs = _staircases().loc[[strength]]
    estimates = dict(zip(STAIRS.values(), stairs["estimate"], strict=True))
    there = [name for name, value in estimates.items() if abs(value - 1) <= _NEAR]
    off = [name for name in estimates if name not in there]
    looks = {0.0: ", blind", 1.0: ", the model as it stands"}.get(strength, "")
    each = listed([f"{name} {ratio(value)}" for name, value in estimates.items()])
    said = f"Selection at {strength:g}{looks}. Average hazard ratios: {each}; the truth is 1. "
    if there:
        said += f"Down at the truth: {listed(there)}. "
    if strength == 0:
        said += (
            f"Still off: {listed(off)}. Nobody is chosen here, but only those who were operated, "
            "and completely, can have had HIPEC; they live longer with it or without. "
        )
    else:
        said += (
            f"Still off: {listed(off)}. The team picks patients who would have lived longer "
            "anyway; comparing like with like takes that away. "
        )
    return said + BUILT_IN


_ROOMS = {"positive": "Test positive", "negative": "Test negative"}
_TUMOURS = ("DSRCT", "Ewing sarcoma", "other tumours")
_TESTED = 1000


def who_else() -> Dial:
    """Show what a positive break-apart test means, depending on who else is tested (lesson 02).

    Returns
    -------
    Dial
        Sliders for how many of 1,000 people have DSRCT, and how many of the others have Ewing
        sarcoma. The test never changes; the company does.

    Examples
    --------
    >>> list(who_else().controls)
    ['dsrct', 'ewing']
    """
    layers = tuple(
        layer
        for panel, result in enumerate(_ROOMS)
        for layer in (
            *(Layer(f"{one} {result}", "band", meaning, one if not panel else "", panel)
              for one, meaning in zip(_TUMOURS, ("neutral", "neutral 2", "neutral 3"),
                                      strict=True)),
            Layer(f"labels {result}", "label", "neutral", panel=panel),
        )
    )  # fmt: skip
    truth = Layer("truth", "line", "truth", "all who truly have DSRCT", dashed=True)
    ghost = Layer("top positive", "line", "neutral", ghost=True)
    counts = tuple((float(n), f"{n:,}") for n in range(0, _TESTED + 1, 250))
    return Dial(
        "Who else is in the room?",
        {
            "dsrct": Control("People with DSRCT, of 1,000", (20, 50, 100, 200, 300, 500, 700), 300),
            "ewing": Control("Of 100 others, with Ewing sarcoma", (0, 10, 25, 50, 75, 100), 25),
        },
        Drawing(
            Axis("", 0, 1, ()),
            Axis("People", 0, _TESTED, counts),
            (*layers, ghost, truth),
            tuple(_ROOMS.values()),
        ),
        _room_rows,
        _room_words,
    )


def _room(dsrct: int, ewing: int) -> pd.DataFrame:
    """Return the counts of a room by tumour and result."""
    from dsrct_edu.bedside import break_apart_room

    others = _TESTED - dsrct
    counted_people = break_apart_room(dsrct, round(others * ewing / 100), _TESTED)
    return counted_people.pivot(index="tumour", columns="result", values="n").loc[list(_TUMOURS)]


def _room_rows(dsrct: int, ewing: int) -> pd.DataFrame:
    parts = []
    for result, counts in _room(dsrct, ewing)[list(_ROOMS)].items():
        top = counts.cumsum()
        for one in _TUMOURS:
            band = {"x": [0.0, 1.0], "low": float(top[one] - counts[one]), "high": float(top[one])}
            parts.append(pd.DataFrame(band).assign(layer=f"{one} {result}"))
        texts = [f"{one} {n}" for one, n in counts.items()]
        middle = (top - counts / 2).to_numpy(dtype=float)
        parts.append(pd.DataFrame({"layer": f"labels {result}", "y": middle, "text": texts}))
        line = {"x": [0.0, 1.0], "y": float(top.iloc[-1])}
        parts.append(pd.DataFrame(line).assign(layer=f"top {result}"))
    parts.append(pd.DataFrame({"layer": "truth", "x": [0.0, 1.0], "y": float(dsrct)}))
    return pd.concat(parts, ignore_index=True)


def _room_words(dsrct: int, ewing: int) -> str:
    room = _room(dsrct, ewing)
    after = {name: round(100 * float(room[name].iloc[0] / room[name].sum())) for name in _ROOMS}
    without = room.iloc[1:].sum()
    right = percent(without["negative"] / without.sum())
    return (
        f"Of 1,000 people {dsrct} have DSRCT; of every 100 others {ewing} have Ewing sarcoma. "
        f"{room['positive'].sum()} are positive: of 100 of them {after['positive']} have DSRCT. "
        f"Of 100 who are negative {after['negative']} have it all the same. Of those without "
        f"DSRCT the test clears {right}: that is its specificity, in this room."
    )
