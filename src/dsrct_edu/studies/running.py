"""Runs a design replicate by replicate: in blocks, on several workers, interruptible.

A replicate owns its slice of one random stream, so that its patients depend on the design, the
seed and its number alone. Blocks begin at multiples of their size and are always computed whole,
so that sums are added in the same order too: workers, interruptions and extensions change not
one bit.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_QUIET_SECONDS = 2.0  # a study that is done by then shows no bar
_TASKS_PER_WORKER = 16


class Results(NamedTuple):
    """What replicates gave; arrays of shape (replicates, columns of the design)."""

    estimate: Array
    se: Array
    converged: Flags
    separated: Flags


class Design(Protocol):
    """A study that can be run: its parameters, and how one block of replicates is analysed."""

    @property
    def seed(self) -> int:
        """Seed of the stream of uniforms."""

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Pairs of method and measure, one a column of the results."""

    @property
    def block(self) -> int:
        """Replicates analysed together: as many as the cache holds."""

    def analyse(self, first: int, replicates: int) -> Results:
        """Draw and analyse replicates ``first`` to ``first + replicates - 1``."""

    def truth(self) -> dict[tuple[str, str], float]:
        """Return the estimand of every column."""

    def to_json(self) -> dict[str, Any]:
        """Return what is needed to build the design again."""


@dataclass(frozen=True)
class Store:
    """Results of replicates 0 to n - 1, of which some may still be missing."""

    results: Results
    finished: Flags

    @classmethod
    def empty(cls, columns: int, replicates: int) -> Store:
        """Make room for results."""
        shape = (replicates, columns)
        return cls(
            Results(
                np.full(shape, np.nan),
                np.full(shape, np.nan),
                np.zeros(shape, dtype=bool),
                np.zeros(shape, dtype=bool),
            ),
            np.zeros(replicates, dtype=bool),
        )

    def resized(self, replicates: int) -> Store:
        """Return a copy with room for another number of replicates; what is there stays."""
        other = Store.empty(self.results.estimate.shape[1], replicates)
        kept = min(replicates, len(self.finished))
        for new, old in zip(other.results, self.results, strict=True):
            new[:kept] = old[:kept]
        other.finished[:kept] = self.finished[:kept]
        return other

    def put(self, first: int, part: Results) -> None:
        """Write what there is room for; it counts as finished once all of it is written."""
        where = slice(first, first + len(part.estimate))
        room = len(self.finished[where])
        for kept, new in zip(self.results, part, strict=True):
            kept[where] = new[:room]
        self.finished[where] = True


def run(design: Design, store: Store, workers: int = 1, progress: bool = True) -> Store:
    """Analyse every replicate that is not finished.

    Parameters
    ----------
    design : Design
        What to draw and analyse.
    store : Store
        Room for the results; finished replicates are left alone.
    workers : int
        Processes, through joblib; -1 for as many as joblib offers. Inside a
        ``joblib.parallel_config`` that names a cluster, 1 means the workers of that cluster.
    progress : bool
        Show a bar when it takes longer than two seconds.

    Returns
    -------
    Store
        The same room. After an interruption (Ctrl-C, or the kernel's stop button) it holds the
        blocks that were finished, and a warning says how many.
    """
    tasks = _unfinished(store.finished, design.block)
    with _bar(len(tasks) * design.block, progress) as bar:
        try:
            for first, part in _computed(design, tasks, workers):
                store.put(first, part)
                bar.update(len(part.estimate))
        except KeyboardInterrupt:
            warnings.warn(
                f"interrupted: {int(store.finished.sum())} of {len(store.finished)} replicates "
                "are finished and kept; .resume() does the others",
                stacklevel=3,
            )
    return store


def _unfinished(finished: Flags, block: int) -> list[int]:
    """Return the first replicate of every block that is not finished."""
    starts = range(0, len(finished), block)
    return [start for start in starts if not finished[start : start + block].all()]


def _computed(design: Design, tasks: list[int], workers: int) -> Iterator[tuple[int, Results]]:
    if workers == 1:
        workers = _cluster_workers()
    if workers == 1 or len(tasks) < 2:
        for start in tasks:
            yield start, design.analyse(start, design.block)
        return
    import joblib  # imports multiprocessing, which the browser edition lacks

    per_task = max(1, len(tasks) // (joblib.effective_n_jobs(workers) * _TASKS_PER_WORKER))
    groups = [tasks[i : i + per_task] for i in range(0, len(tasks), per_task)]
    pool = joblib.Parallel(n_jobs=workers, return_as="generator_unordered")
    outputs = pool(joblib.delayed(_analyse_blocks)(design, group) for group in groups)
    try:
        for parts in outputs:
            yield from parts
    finally:
        with warnings.catch_warnings():  # joblib's note that it cancels what is not done
            warnings.simplefilter("ignore")
            outputs.close()


def _analyse_blocks(design: Design, starts: list[int]) -> list[tuple[int, Results]]:
    return [(start, design.analyse(start, design.block)) for start in starts]


def _cluster_workers() -> int:
    """Return -1 inside a ``joblib.parallel_config`` that names a backend of its own, else 1."""
    joblib = sys.modules.get("joblib")
    if joblib is None:
        return 1
    backend, _ = joblib.parallel.get_active_backend()
    own = type(backend).__name__ in ("LokyBackend", "SequentialBackend", "ThreadingBackend")
    return 1 if own else -1


def _bar(total: int, progress: bool) -> Any:
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no watching thread, and below no lock of multiprocessing

    Bar.set_lock(threading.RLock())
    return Bar(
        total=total, disable=not progress, delay=_QUIET_SECONDS, unit=" replicates", leave=False
    )
