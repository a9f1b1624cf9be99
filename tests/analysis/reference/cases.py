"""The data sets on which the analysis is held against R: R's own, and random ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
OWN = (
    "bladder",
    "colon",
    "heart",
    "kidney",
    "lung",
    "mgus2",
    "myeloid",
    "ovarian",
    "retinopathy",
    "veteran",
)
RANDOM = 520


@dataclass(frozen=True)
class Case:
    """A data set with columns of agreed names, and how it is analysed."""

    name: str
    data: pd.DataFrame
    ties: str
    times: tuple[float, ...]
    tau: float

    def has(self, column: str) -> str | None:
        """Return the column's name if the data set has it."""
        return column if column in self.data.columns else None

    @property
    def covariates(self) -> list[str]:
        """Return the covariates x1, x2, ..."""
        return [name for name in self.data.columns if name[0] == "x" and name[1:].isdigit()]


class Lehmer:
    """A random number generator that gives the same numbers in every version of everything."""

    def __init__(self, seed: int) -> None:
        """Start from a whole number."""
        self.state = (seed * 48271 + 11) % 2147483647 or 1
        for _ in range(10):
            self.uniform()

    def uniform(self) -> float:
        """Return a number between 0 and 1."""
        self.state = self.state * 48271 % 2147483647
        return self.state / 2147483647

    def whole(self, low: int, high: int, size: int) -> np.ndarray:
        """Return whole numbers from `low` to `high`."""
        return np.array([low + int(self.uniform() * (high - low + 1)) for _ in range(size)])


def random_case(number: int) -> Case:
    """Make a random data set: whole-number times with many ties, and by turns the rest.

    Weights are none, whole or fractional, entry delayed in every other one, strata in every
    fourth, clusters in every fifth; ties follow Efron and Breslow by turns.
    """
    random = Lehmer(number + 1)
    n = int(random.whole(40, 90, 1)[0])
    longest = int(random.whole(8, 60, 1)[0])
    cause = random.whole(0, 2, n)
    columns = {
        "time": random.whole(1, longest, n) + 4,
        "event": (cause > 0).astype(int),
        "group": random.whole(1, 2 + number % 2, n),
        "x1": random.whole(-20, 20, n) / 8,
        "x2": random.whole(0, 1, n),
    }
    if number % 2:
        waits = random.whole(0, 1, n)
        columns["entry"] = waits * random.whole(0, 3, n)
    if number % 3 == 1:
        columns["weights"] = random.whole(1, 4, n)
    elif number % 3 == 2:
        columns["weights"] = random.whole(1, 40, n) / 16
    if number % 4 == 0:
        columns["strata"] = random.whole(1, 3, n)
    if number % 5 == 0:
        columns["cluster"] = random.whole(1, 15, n)
    columns["cause"] = cause
    ties = "breslow" if number % 7 in (0, 3, 5) else "efron"
    return _case(f"random{number:03d}", pd.DataFrame(columns), ties)


def _case(name: str, data: pd.DataFrame, ties: str) -> Case:
    last = float(data.groupby("group")["time"].max().min())
    tau = float(np.floor(0.8 * last))
    times = (float(np.floor(tau / 4)), float(np.floor(tau / 2)), tau)
    return Case(name, data, ties, times, tau)


def all_cases() -> Iterator[Case]:
    """Yield every case, R's own data sets first."""
    for name in OWN:
        data = pd.read_csv(HERE / "data" / f"{name}.csv")
        yield _case(name, data, "efron")
    for number in range(RANDOM):
        yield random_case(number)


def save_case(case: Case, folder: Path) -> Path:
    """Write a data set and how it is analysed as one CSV, numbers to the last bit."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.name}.csv"
    times = " ".join(repr(time) for time in case.times)
    head = f"# ties={case.ties} tau={case.tau!r} times={times}\n"
    path.write_text(head + case.data.to_csv(index=False))
    return path


def load_case(path: Path) -> Case:
    """Read what `save_case` wrote."""
    head = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
    ties, tau, times = (part.partition("=")[2] for part in head.split(" ", 2))
    data = pd.read_csv(path, comment="#", float_precision="round_trip")
    return Case(path.stem, data, ties, tuple(float(t) for t in times.split()), float(tau))


def kept_cases() -> list[Case]:
    """Return the data sets on which something was wrong, those that R was asked about."""
    paths = sorted((HERE / "faults").glob("*.csv"))
    return [load_case(path) for path in paths if path.read_text().startswith("# ties=")]
