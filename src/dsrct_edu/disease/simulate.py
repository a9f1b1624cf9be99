"""Draws patients with both potential outcomes from one set of raw uniforms.

Patient ``i`` of a seed owns the positions ``i * K`` to ``i * K + K - 1`` of one PCG64 stream,
where ``K`` is the number of noises. Nothing but these uniforms is random; everything else is an
inverse distribution function. So the patients do not depend on block sizes, replicates are
consecutive slices of the stream, and both arms of a patient share their noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dsrct_edu.disease import equations, outcomes, recording
from dsrct_edu.disease.equations import Arrays
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.vocabulary import ARMS

NOISES = (
    *("aggressiveness", "kind", "age", "sex", "centre", "year", "pci", "liver", "extra"),
    *("ascites", "poor", "shrinkage", "cycles", "natural", "wait_1", "wait_2", "operate"),
    *("complete", "offer", "radio", "adjuvant", "complication", "cure", "peritoneal", "hepatic"),
    *("distant", "other", "after", "incomplete", "progress", "loss"),
)
BLOCK = 16_384  # patients a block: long enough for NumPy, short enough for the cache
_STRIP = 512  # patients drawn and turned (a patient's noise lies together) while in cache
# NumPy's uniforms can be 0; this shift keeps them off 0 and changes no other by a rounding error
# that matters, so that every logarithm and every inverse distribution function is finite.
_OFF_ZERO = 2.0**-60


@dataclass(frozen=True)
class Draw:
    """Patients as arrays of shape (replicates, patients).

    Parameters
    ----------
    observed : dict of array
        What a registry holds, by the names of ``Cohort.patients`` (without ``patient_id``).
        Months are rounded to tenths. Booleans are bool; other columns are float with NaN for
        not applicable. ``sex`` is 1 for male; ``centre`` and ``recist`` count the levels of the
        column from 0, ``recurrence_site`` from 1 (0 is none).
    arms : dict of dict of array
        Potential outcomes, ``no_hipec`` and ``hipec``, at full precision: ``death_month``,
        ``recurrence_month`` (infinite if never), ``recurrence_site``, ``cured``,
        ``major_complication``, ``radiotherapy``, ``adjuvant_chemotherapy``.
    latent : dict of array
        What nobody observes or what censoring hides: ``aggressiveness``, ``favourable``,
        ``propensity``, ``operated``, ``complete``, ``surgery_month``, ``progression_month``
        (infinite after complete resection), ``censoring_month``, and for everyone
        ``pci_surgery`` and ``tumour_shrinkage``.
    """

    observed: Arrays
    arms: dict[str, Arrays]
    latent: Arrays


def draw(
    scenario: Scenario, patients: int, seed: int = 0, replicates: int = 1, first: int = 0
) -> Draw:
    """Draw replicates of a cohort as arrays.

    Parameters
    ----------
    scenario : Scenario
        The disease model.
    patients : int
        Patients in each replicate.
    seed : int
        Seed of the stream of uniforms.
    replicates : int
        Number of replicates.
    first : int
        Number of the first replicate: ``draw(s, n, seed, 2, first=3)`` holds replicates 3 and 4
        of the same stream, whoever draws them and in whatever blocks.

    Returns
    -------
    Draw
        Arrays of shape (replicates, patients).

    Examples
    --------
    >>> from dsrct_edu.disease import scenario
    >>> from dsrct_edu.disease.simulate import draw
    >>> draw(scenario("null"), patients=150, replicates=20).observed["hipec"].shape
    (20, 150)
    """
    start, stop = first * patients, (first + replicates) * patients
    parts = list(blocks(scenario, stop - start, seed, start))

    def join(pieces: list[Arrays]) -> Arrays:
        shape = (replicates, patients)
        return {key: np.concatenate([p[key] for p in pieces]).reshape(shape) for key in pieces[0]}

    return Draw(
        join([part.observed for part in parts]),
        {arm: join([part.arms[arm] for part in parts]) for arm in ARMS},
        join([part.latent for part in parts]),
    )


def blocks(
    scenario: Scenario,
    patients: int,
    seed: int = 0,
    first: int = 0,
    size: int = BLOCK,
    observe: bool = True,
) -> Iterator[Draw]:
    """Draw patients block by block, with flat memory.

    Parameters
    ----------
    scenario : Scenario
        The disease model.
    patients : int
        How many.
    seed : int
        Seed of the stream of uniforms.
    first : int
        Number of the first patient in the stream.
    size : int
        Patients a block; it does not change what is drawn.
    observe : bool
        Whether to make what a registry records; without it ``observed`` is empty.

    Yields
    ------
    Draw
        One-dimensional arrays of at most ``size`` patients.
    """
    bits = np.random.PCG64(seed)
    bits.advance(first * len(NOISES))
    generator = np.random.Generator(bits)
    # Nothing yielded refers to these two buffers, so every block uses them again.
    raw, noise = np.empty((_STRIP, len(NOISES))), np.empty((len(NOISES), size))
    for start in range(0, patients, size):
        n = min(size, patients - start)
        for left in range(0, n, _STRIP):
            strip = raw[: min(_STRIP, n - left)]
            generator.random(out=strip)
            np.add(strip.T, _OFF_ZERO, out=noise[:, left : left + len(strip)])
        named = dict(zip(NOISES, noise[:, :n], strict=True))
        yield _patients(scenario, named, observe)


def _patients(p: Scenario, noise: equations.Noise, observe: bool) -> Draw:
    latent = equations.baseline(p, noise)
    equations.chemotherapy(p, noise, latent)
    causes = equations.covariates(latent)
    equations.pathway(p, noise, latent, causes)
    rows = np.flatnonzero(latent["complete"])
    resected = equations.taken(causes, rows)
    equations.choice(p, noise["offer"], latent, rows, resected)
    arms = outcomes.outcomes(p, noise, latent, causes, rows, resected)
    observed = recording.recorded(p, noise, latent, arms) if observe else {}
    return Draw(observed, arms, latent)
