"""Dials of the lessons on time: who waits, who looks, and what a ratio is in people."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dsrct_edu.arrays import Floats
from dsrct_edu.classroom.dial import Control, Dial
from dsrct_edu.classroom.dial_drawing import SHARES, Axis, Drawing, Layer, months_axis
from dsrct_edu.wording import counted, plain, ratio

if TYPE_CHECKING:
    from dsrct_edu.analysis import SurvivalCurves

_PATIENTS = 20_000  # so many that chance has no say
_WINDOW = 60  # months


def immortal_time() -> Dial:
    """Show what a coin does that decides nothing, when it is tossed late (lesson 09).

    Returns
    -------
    Dial
        A slider for the month at which those still there toss a coin, heads for a wristband. Every
        patient stands in both groups with half a weight, so no chance is left in the coin.

    Examples
    --------
    >>> list(immortal_time().controls)
    ['month']
    """
    layers = (
        Layer("gift", "band", "waiting", "waiting: nobody with a wristband can die here"),
        Layer("wristband", "line", "neutral", "ever a wristband", ghost=True),
        Layer("none", "line", "neutral", "never", dashed=True),
        Layer("truth", "line", "truth", "everyone: nothing was done", dashed=True),
    )
    return Dial(
        "A coin that does nothing, tossed late",
        {"month": Control("Month of the coin", (0, 1, 3, 6, 9, 12, 15, 18, 24), 12)},
        Drawing(months_axis("Months since diagnosis", 72), Axis("Share alive", 0, 1, SHARES),
                layers),
        _coin_rows,
        _coin_words,
    )  # fmt: skip


def coin_at(month: float) -> pd.DataFrame:
    """Return each patient twice where there was a coin: half with a wristband, half without."""
    import dsrct_edu as dsrct

    everyone = dsrct.endpoint(dsrct.simulate_cohort(_PATIENTS, "modest", seed=0).patients)
    everyone = everyone[["patient_id", "duration", "event"]]
    tossed = everyone["duration"] > month
    none = everyone.assign(wristband=False, weight=np.where(tossed, 0.5, 1.0))
    band = everyone[tossed].assign(wristband=True, weight=0.5)
    return pd.concat([none, band], ignore_index=True)


@cache
def _coin(month: float) -> tuple[SurvivalCurves, float]:
    """Return the two curves, and the hazard ratio of ever against never."""
    import dsrct_edu as dsrct

    table = coin_at(month)
    fit = dsrct.cox(table, "duration", "event", ["wristband"], weights="weight")
    return (
        dsrct.kaplan_meier(table, by="wristband", weights="weight"),
        float(fit.table["hazard_ratio"].iloc[0]),
    )


@cache
def _nobody() -> pd.DataFrame:
    import dsrct_edu as dsrct

    table = coin_at(0)
    return dsrct.kaplan_meier(table, weights="weight").at(range(73))[["time", "survival"]]


def _coin_rows(month: float) -> pd.DataFrame:
    both = _coin(month)[0].at(range(73))
    names = {"time": "x", "survival": "y"}
    truth = _nobody().rename(columns=names).assign(layer="truth")
    parts = [truth]
    for layer, group in (("wristband", True), ("none", False)):
        rows = both[both["group"] == group].rename(columns=names)
        parts.append(rows[["x", "y"]].assign(layer=layer))
    gift = truth[truth["x"] <= month].rename(columns={"y": "low"}).assign(high=1.0, layer="gift")
    return pd.concat([*parts, gift], ignore_index=True).round(3)


def _coin_words(month: float) -> str:
    curves, hazard_ratio = _coin(month)
    import dsrct_edu as dsrct

    alive = dsrct.kaplan_meier(coin_at(0), weights="weight").at([month])["survival"].iloc[0]
    gained = float(curves.rmst_difference(_WINDOW)["difference"].iloc[0])
    said = f"Coin at month {month}: {100 * alive:.0f} of 100 are still alive to toss it. "
    if month == 0:
        return (
            f"{said}Nobody waits, and the two groups are one: hazard ratio {ratio(hazard_ratio)}."
        )
    return (
        f"{said}Ever against never a wristband: hazard ratio {ratio(hazard_ratio)}, and "
        f"{plain(gained)} months more of the first {_WINDOW}. Nothing was done to anybody. Counted "
        "from the coin on, the ratio is 1 at every setting."
    )


def scan_interval() -> Dial:
    """Show recurrence-free survival as scans see it, with survival unmoved beside it (lesson 06).

    Returns
    -------
    Dial
        A slider for the months between two scans. The patients are the same at every setting, and
        so are the first days of their scans, as shares of the interval.

    Examples
    --------
    >>> list(scan_interval().controls)
    ['every']
    """
    layers = (
        Layer("happened", "line", "truth", "as it happened", dashed=True),
        Layer("seen", "line", "neutral", "as the scans see it", ghost=True),
        Layer("alive", "line", "death", "alive", panel=1),
    )
    return Dial(
        "The same patients, scanned more or less often",
        {"every": Control("Months between scans", (1, 2, 3, 4, 6, 9, 12), 3)},
        Drawing(months_axis("Months since surgery", _SEEN_TO), Axis("Share", 0, 1, SHARES),
                layers, ("Alive and free of recurrence", "Alive")),
        _scan_rows,
        _scan_words,
    )  # fmt: skip


_SEEN_TO = 48  # months


@cache
def _from_surgery(event: str, every: float = 0) -> tuple[pd.DataFrame, float]:
    """Return a curve by month, and its median; scans see the recurrences unless `every` is 0."""
    import dsrct_edu as dsrct

    patients = dsrct.simulate_cohort(_PATIENTS, "modest", seed=0).patients
    patients = patients[patients["cc_score"] <= 1]
    if every:
        patients = dsrct.bedside.seen_at_scans(patients, every, seed=0)
    curve = dsrct.kaplan_meier(dsrct.endpoint(patients, event, origin="surgery"))
    rows = curve.at(range(_SEEN_TO + 1)).rename(columns={"time": "x", "survival": "y"})
    return rows[["x", "y"]].round(3), float(curve.median()["median"].iloc[0])


def _scan_rows(every: float) -> pd.DataFrame:
    each = {
        "happened": _from_surgery("recurrence_or_death")[0],
        "seen": _from_surgery("recurrence_or_death", every)[0],
        "alive": _from_surgery("death", every)[0],
    }
    return pd.concat([rows.assign(layer=layer) for layer, rows in each.items()], ignore_index=True)


def _scan_words(every: float) -> str:
    seen, happened = (_from_surgery("recurrence_or_death", gap)[1] for gap in (every, 0))
    alive = _from_surgery("death", every)[1]
    return (
        f"A scan every {counted(every, 'month')}: half have a recurrence on record, or have died, "
        f"by month {plain(seen)}, which is {plain(seen - happened)} months after it happened. Half "
        f"have died by month {plain(alive)}, at every setting: nobody's life has changed."
    )


def hazard_and_baseline() -> Dial:
    """Show what a hazard ratio is in people and in months, at several baselines (lesson 07).

    Returns
    -------
    Dial
        Sliders for the hazard ratio and for how many of 100 are alive at five years without the
        treatment. Both hazards are the same in every month.

    Examples
    --------
    >>> list(hazard_and_baseline().controls)
    ['ratio', 'alive']
    """
    layers = (
        Layer("gain", "band", "neutral", "the months between"),
        Layer("with", "line", "neutral", "with the treatment", ghost=True),
        Layer("without", "line", "truth", "without, as given", dashed=True),
    )
    return Dial(
        "One ratio, in people and in months",
        {
            "ratio": Control("Hazard ratio", (0.4, 0.5, 0.6, 0.75, 0.9, 1.0), 0.6),
            "alive": Control("Alive at 5 years without it, of 100", (5, 20, 40, 60, 80, 90), 20),
        },
        Drawing(months_axis("Months", _WINDOW), Axis("Share alive", 0, 1, SHARES), layers),
        _ratio_rows,
        _ratio_words,
    )


def _alive_at(months: Floats, share: float, power: float) -> Floats:
    """Return the share alive if `share` is at the end of the window, at a ratio of 1."""
    return np.asarray(share ** (power * months / _WINDOW))


def _ratio_rows(ratio: float, alive: float) -> pd.DataFrame:
    months = np.arange(0, _WINDOW + 1, 4.0)
    without, held = (_alive_at(months, alive / 100, power) for power in (1.0, ratio))
    rows = pd.DataFrame({"x": months, "low": without, "high": held}).round(3)
    parts = [
        rows.assign(layer="gain"),
        rows[["x"]].assign(y=rows["high"], layer="with"),
        rows[["x"]].assign(y=rows["low"], layer="without"),
    ]
    return pd.concat(parts, ignore_index=True)


def in_people_and_months(ratio: float, alive: float) -> tuple[float, float]:
    """Return how many more of 100 are alive at five years, and the months gained until then.

    Examples
    --------
    >>> more, months = in_people_and_months(0.6, 20)
    >>> round(more), round(months, 1)
    (18, 8.7)
    """
    rate = -math.log(alive / 100) / _WINDOW
    lived = [(1 - math.exp(-each * _WINDOW)) / each for each in (rate, ratio * rate)]
    return 100 * (alive / 100) ** ratio - alive, lived[1] - lived[0]


def _ratio_words(ratio: float, alive: float) -> str:
    more, months = in_people_and_months(ratio, alive)
    said = f"Hazard ratio {ratio:g}, and {alive:g} of 100 alive at 5 years without the treatment."
    if ratio == 1:
        return f"{said} No difference: nobody more, and no month more."
    return (
        f"{said} With it {alive + more:.0f} of 100: {more:.0f} more. In months of the first "
        f"{_WINDOW}: {plain(months)} more, on average."
    )
