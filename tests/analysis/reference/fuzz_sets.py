"""Random data sets that look for trouble: few rows, ties, near-ties, weights, entry, no events.

Only `random.random` is drawn, whose numbers are the same in every version of Python, so a seed and
a number name a data set for good. Every set can be made alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd
from cases import Case

T = TypeVar("T")
Values = np.ndarray

# R takes times for one that are closer than this, in itself or as a share of the mean time.
TOLERANCE = float(np.sqrt(np.finfo(float).eps))
NUDGES = (0, 1e-16, 1e-13, 1e-9, 9e-9, 1.4e-8, TOLERANCE, 1.5e-8, 1.6e-8, 3e-8, 1e-7, 1e-6)


class Dice:
    """Random numbers from a seed and the number of a data set."""

    def __init__(self, seed: int, number: int) -> None:
        self._random = random.Random(f"{seed}/{number}").random

    def share(self) -> float:
        """Between 0 and 1."""
        return self._random()

    def whole(self, low: int, high: int) -> int:
        """One of the whole numbers from `low` to `high`."""
        return low + int(self._random() * (high - low + 1))

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.whole(0, len(options) - 1)]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random() < probability

    def many(self, n: int, draw: Callable[[], float]) -> Values:
        """`n` draws."""
        return np.array([draw() for _ in range(n)], dtype=float)


def whole(dice: Dice, n: int) -> Values:
    """Whole numbers with ties."""
    low, high = dice.whole(0, 1), dice.one_of((1, 3, 6, 12, 40))
    return dice.many(n, lambda: dice.whole(low, high))


def tenths(dice: Dice, n: int) -> Values:
    """Whole numbers over ten, as a file of months to one decimal is read."""
    high = dice.one_of((5, 12, 40))
    return dice.many(n, lambda: dice.whole(1, high) / 10)


def noisy(dice: Dice, n: int) -> Values:
    """Tenths as sums, differences and products give them: .1 + .2 is not .3."""
    high = dice.one_of((5, 12, 40))

    def draw() -> float:
        k, j = dice.whole(1, high), dice.whole(1, 60)
        ways = (k / 10, k * 0.1, sum([0.1] * k), (k + j) / 10 - j / 10, k / 30 + k / 15)
        return max(dice.one_of(ways), 0.0)

    return dice.many(n, draw)


def close(dice: Dice, n: int) -> Values:
    """A few times with others just within, at or beyond R's tolerance of them."""
    scale = dice.one_of((1.0, 1.0, 1.0, 1e-3, 1e4, 1e6))
    pool = [scale * dice.whole(1, 6) for _ in range(dice.whole(1, 4))]
    unit = dice.one_of((1.0, scale))

    def draw() -> float:
        return dice.one_of(pool) + dice.one_of((-1, 1)) * dice.one_of(NUDGES) * unit

    return dice.many(n, draw)


def chained(dice: Dice, n: int) -> Values:
    """Steps that are each within the tolerance of the next, though first and last are not."""
    step = dice.one_of((4e-9, 9e-9, 1.3e-8))
    return dice.many(n, lambda: dice.whole(1, 3) + step * dice.whole(0, 6))


def years(dice: Dice, n: int) -> Values:
    """Days over 365.25, some as a difference of two dates."""

    def draw() -> float:
        day, start = dice.whole(1, 60), dice.whole(0, 4000)
        return dice.one_of((day / 365.25, (start + day) / 365.25 - start / 365.25))

    return dice.many(n, draw)


def tiny(dice: Dice, n: int) -> Values:
    """Times of the size of the tolerance."""
    return dice.many(n, lambda: dice.whole(1, 40) * 2.5e-9)


def continuous(dice: Dice, n: int) -> Values:
    """Times without ties."""
    scale = dice.one_of((1.0, 30.0))
    return dice.many(n, lambda: -scale * np.log1p(-dice.share()))


CLOCKS = (whole, whole, tenths, noisy, noisy, close, close, chained, years, continuous, continuous)


def draw_times(dice: Dice, n: int) -> Values:
    """Times on one of the clocks."""
    clock = tiny if dice.chance(0.01) else dice.one_of(CLOCKS)
    return clock(dice, n)


def draw_events(dice: Dice, n: int) -> Values:
    """Mostly some events; now and then all, one, or none."""
    kind = dice.one_of(("some", "some", "some", "many", "few", "all", "one", "none"))
    if kind == "one":
        return (np.arange(n) == dice.whole(0, n - 1)).astype(int)
    probability = {"some": 0.6, "many": 0.9, "few": 0.2, "all": 1.0, "none": 0.0}[kind]
    if kind == "none" and dice.chance(0.7):
        probability = 0.5
    return dice.many(n, lambda: dice.chance(probability)).astype(int)


def draw_weights(dice: Dice, group: Values) -> Values:
    """Whole or fractional weights, some zero, but not all of a group."""
    n = group.size
    draw: Callable[[], float] = dice.one_of(
        (
            lambda: dice.whole(1, 4),
            lambda: dice.whole(0, 3),
            lambda: dice.whole(1, 40) / 16,
            lambda: dice.whole(0, 8) / 4,
            lambda: 0.1 + 2 * dice.share(),
            lambda: 0.5,
        )
    )
    weights = dice.many(n, draw)
    first = np.array([np.flatnonzero(group == g)[0] for g in np.unique(group)])
    empty = np.bincount(group, weights)[group[first]] == 0
    weights[first[empty]] = 1.0
    return weights


def draw_covariates(dice: Dice, columns: dict[str, Values]) -> dict[str, Values]:
    """One to three covariates, sound and unsound."""
    time, n = columns["time"], columns["time"].size
    found: dict[str, Values] = {}
    for j in range(dice.whole(1, 3)):
        stratum = columns.get("strata", columns["group"])
        # Alike among all who are at risk at the first event or later.
        first = min(time[columns["event"] == 1], default=0.0)
        before = np.where(time < first, dice.many(n, lambda: dice.whole(0, 3)), 1.0)
        others = np.asarray(sum(found.values()) if found else columns["group"], dtype=float)
        nearly = others + 1e-9 * dice.many(n, dice.share) if found and np.ptp(others) else others
        sound: tuple[Values, ...] = (
            dice.many(n, lambda: dice.whole(0, 1)),
            dice.many(n, lambda: dice.whole(-20, 20) / 8),
            dice.many(n, lambda: dice.whole(1, 4)),
            dice.many(n, dice.share),
            dice.many(n, lambda: 2000 + dice.whole(0, 20)),
        )
        unsound: tuple[Values, ...] = (
            np.full(n, float(dice.whole(0, 2))),
            before,
            stratum.astype(float),
            np.argsort(np.argsort(time)).astype(float),
            columns["event"].astype(float),
            others,
            nearly,
        )
        chosen = dice.one_of(unsound if dice.chance(0.12) else sound)
        found[f"x{j + 1}"] = chosen
    return found


def in_episodes(dice: Dice, data: pd.DataFrame) -> pd.DataFrame:
    """Cut the follow-up of some rows in two: start-stop rows, of which the last has the event."""
    parts = []
    for patient, row in enumerate(data.to_dict("records")):
        start = row.get("entry", 0.0)
        middle = (start + row["time"]) / 2
        row = {**row, "cluster": patient, "entry": start}
        if start < middle < row["time"] and dice.chance(0.6):
            parts.append({**row, "time": middle, "event": 0, "cause": 0})
            other = dice.whole(0, len(data) - 1)
            row = {**row, "entry": middle, "x1": data["x1"].iloc[other]}
        parts.append(row)
    return pd.DataFrame(parts)


def random_set(seed: int, number: int) -> Case:
    """Make the data set of this number from a seed."""
    dice = Dice(seed, number)
    n = dice.one_of((dice.whole(1, 4), dice.whole(4, 9), dice.whole(8, 30), dice.whole(16, 30)))
    time = draw_times(dice, n)
    columns: dict[str, Values] = {"time": time, "event": draw_events(dice, n)}
    groups = dice.one_of((1, 2, 2, 2, 3, 4))
    columns["group"] = dice.many(n, lambda: dice.whole(1, groups)).astype(int)
    if dice.chance(0.1):  # no event in a group
        columns["event"] = np.where(columns["group"] == 1, 0, columns["event"])
    causes = dice.whole(1, 3)
    columns["cause"] = columns["event"] * dice.many(n, lambda: dice.whole(1, causes)).astype(int)
    if dice.chance(0.3):
        columns["strata"] = dice.many(n, lambda: dice.whole(1, 3)).astype(int)
    if dice.chance(0.3):
        clusters = dice.one_of((1, 2, 3, 6, n))
        columns["cluster"] = dice.many(n, lambda: dice.whole(1, clusters)).astype(int)
    if dice.chance(0.45):
        columns["weights"] = draw_weights(dice, columns["group"])
    columns |= draw_covariates(dice, columns)
    if dice.chance(0.15):
        columns["factor"] = dice.many(n, lambda: dice.whole(1, 3)).astype(int)
    if dice.chance(0.4):
        columns |= draw_entry(dice, time)
    data = pd.DataFrame(columns)
    if dice.chance(0.1) and (time > 0).all():
        data = in_episodes(dice, data)
    ties = dice.one_of(("efron", "breslow"))
    return Case(f"{seed}-{number:04d}", data, ties, read_at(dice, data), horizon(dice, data))


def draw_entry(dice: Dice, time: Values) -> dict[str, Values]:
    """Entry before the end of each row, often at the time of another; and ends above zero."""
    late = np.where(time > 0, time, 0.5)
    entry = draw_times(dice, time.size)
    entry = np.where(dice.many(time.size, lambda: dice.chance(0.5)) > 0, entry, 0.0)
    others = dice.many(time.size, lambda: dice.one_of(list(late)))
    entry = np.where(dice.many(time.size, lambda: dice.chance(0.2)) > 0, others, entry)
    entry = np.where(entry < late, entry, late * dice.share())
    # Mostly no row whose length is within the tolerance, which R refuses.
    if not dice.chance(0.03):
        short = late - entry <= 4 * TOLERANCE * max(1.0, late.mean())
        entry = np.where(short, 0.0, entry)
    return {"time": late, "entry": entry}


def counted(data: pd.DataFrame) -> pd.DataFrame:
    """The rows with a weight; the others count as absent."""
    return data[data["weights"] > 0] if "weights" in data else data


def read_at(dice: Dice, data: pd.DataFrame) -> tuple[float, ...]:
    """Where the curves are read: at zero, at times of the data, between and beyond them."""
    time = counted(data)["time"].to_numpy()
    last = float(time.max())
    own = [dice.one_of(list(time)) for _ in range(3)]
    between = [last * dice.share() for _ in range(2)]
    return tuple(sorted({0.0, *map(float, own), *between, last, 1.5 * last + 0.1}))


def horizon(dice: Dice, data: pd.DataFrame) -> float:
    """A horizon within the follow-up of every group; NaN where there is none."""
    last = float(counted(data).groupby("group")["time"].max().min())
    inside = last * dice.one_of((1.0, 0.9, dice.share()))
    return inside if inside > 0 else float("nan")
