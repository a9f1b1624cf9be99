"""Runs a design replicate by replicate: in blocks, on one or several workers.

A replicate owns its slice of one random stream, so that its patients depend on the design, the
seed and its number alone. Blocks begin at multiples of their size and are always computed whole,
so that sums are added in the same order too: the number of workers or of replicates changes not
one bit.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from typing import Any, NamedTuple, Protocol

import numpy as np

from dsrct_edu.analysis.two_groups import Fit
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.errors import StoppedError

_QUIET_SECONDS = 2.0  # a study that is done by then shows no bar
_TASKS_PER_WORKER = 16
_LOST = (
    "{lost} while the study ran, and its results with it. Nothing is wrong with the input: "
    "run it again, and the same seed gives the same study. If workers are lost again, take fewer "
    "(each needs memory of its own)."
)


class Results(NamedTuple):
    """What replicates gave; arrays of shape (replicates, columns of the design)."""

    estimate: Floats
    se: Floats
    converged: Flags
    separated: Flags

    @classmethod
    def of(cls, fits: Sequence[Fit]) -> Results:
        """Lay the fits of all columns side by side."""
        return cls(*(np.stack(part, axis=1) for part in zip(*fits, strict=True)))

    @classmethod
    def room(cls, replicates: int, columns: int) -> Results:
        """Make room for results."""
        shape = (replicates, columns)
        return cls(np.empty(shape), np.empty(shape), np.empty(shape, bool), np.empty(shape, bool))


class Design(Protocol):
    """A study that can be run: its parameters, and how one block of replicates is analysed."""

    @property
    def seed(self) -> int:
        """Seed of the stream of uniforms."""

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Pairs of method and measure, one a column of the results."""

    @property
    def labels(self) -> dict[str, str]:
        """What each method is called in a figure."""

    @property
    def block(self) -> int:
        """Replicates analysed together: as many as the cache holds."""

    def analyse(self, first: int, replicates: int) -> Results:
        """Draw and analyse replicates ``first`` to ``first + replicates - 1``."""

    def truth(self) -> dict[tuple[str, str], float]:
        """Return the estimand of every column."""


def run_blocks(design: Design, replicates: int, workers: int = 1, progress: bool = True) -> Results:
    """Analyse replicates 0 to ``replicates - 1``.

    Parameters
    ----------
    design : Design
        What to draw and analyse.
    replicates : int
        How many.
    workers : int
        Processes, through joblib; -1 for as many as joblib offers. One in a browser. Inside a
        ``joblib.parallel_config`` that names a cluster, 1 means the workers of that cluster.
    progress : bool
        Show a bar when it takes longer than two seconds.

    Raises
    ------
    StoppedError
        If a worker was killed, or the connection to a cluster was lost.
    """
    results = Results.room(replicates, len(design.columns))
    starts = range(0, replicates, design.block)
    with _bar(len(starts) * design.block, progress) as bar:
        for first, part in _computed(design, starts, workers):
            for kept, new in zip(results, part, strict=True):
                kept[first : first + len(new)] = new[: replicates - first]
            bar.update(design.block)
    return results


def _computed(design: Design, starts: Sequence[int], workers: int) -> Iterator[tuple[int, Results]]:
    if sys.platform == "emscripten":
        workers = 1  # a browser starts no processes
    if workers == 1:
        workers = _cluster_workers()
    if workers == 1 or len(starts) < 2:
        for start in starts:
            yield start, design.analyse(start, design.block)
        return
    import joblib  # imports multiprocessing: for those who ask for it

    per_task = max(1, len(starts) // (joblib.effective_n_jobs(workers) * _TASKS_PER_WORKER))
    groups = [starts[i : i + per_task] for i in range(0, len(starts), per_task)]
    pool = joblib.Parallel(n_jobs=workers, return_as="generator_unordered")
    try:
        for parts in pool(joblib.delayed(_analyse_blocks)(design, group) for group in groups):
            yield from parts
    except BrokenExecutor as error:
        raise StoppedError(_LOST.format(lost="A worker was lost")) from error
    except (CancelledError, OSError) as error:
        raise StoppedError(_LOST.format(lost="The cluster was lost")) from error


def _analyse_blocks(design: Design, starts: Sequence[int]) -> list[tuple[int, Results]]:
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
