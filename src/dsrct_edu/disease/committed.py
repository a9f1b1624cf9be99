"""The committed cohorts: how each is made, read, and at the end revealed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dsrct_edu import checks, vocabulary
from dsrct_edu.disease.cohort import WHOLE_OR_MISSING, Cohort, simulate_cohort
from dsrct_edu.disease.scenarios import Scenario, scenario
from dsrct_edu.disease.truth import TrueEffect, true_effect
from dsrct_edu.resources import find

Keep = Callable[[pd.DataFrame], "pd.Series[bool]"]
_POOL = 20  # patients simulated for each one kept


@dataclass(frozen=True)
class Recipe:
    """How a committed cohort is made.

    Parameters
    ----------
    patients : int
        Rows of the file.
    scenario : Scenario
        The disease model.
    seed : int
        The seed.
    summary : str
        What the file is, without telling its scenario.
    keep : callable, optional
        Entry criteria on the patients' table; the first ``patients`` who fulfil them enter.
    """

    patients: int
    scenario: Scenario
    seed: int
    summary: str
    keep: Keep | None = field(default=None)


def recipes() -> dict[str, Recipe]:
    """Return how each committed cohort is made, by name.

    Seeds were chosen for teaching, so a committed cohort is no evidence that a method works. The
    registries: adjusted, weighted and emulated results near the truth. The papers: one that a
    naive reading praises although HIPEC harms there, and one that finds nothing although it
    helps. The hidden confounding: as far from the truth as such registries are on average.
    """
    registry = "A national registry; which scenario it follows is told by reveal"
    paper = "The patients of a made-up paper; which scenario they follow is told by reveal"
    hidden = {
        "registry_a": ("strong", 269),
        "registry_b": ("null", 227),
        "registry_c": ("harm", 220),
        "registry_d": ("modest", 289),
        "registry_e": ("modest", 257),
        "registry_f": ("harm", 240),
        "registry_g": ("strong", 273),
        "registry_h": ("null", 275),
    }
    papers = {"paper_a": ("harm", 158), "paper_b": ("strong", 36)}
    return {
        "teaching": Recipe(200, scenario("modest"), 111, "The course's main cohort"),
        **{
            name: Recipe(2000, scenario(which), seed, registry)
            for name, (which, seed) in hidden.items()
        },
        **{
            name: Recipe(150, scenario(which), seed, paper)
            for name, (which, seed) in papers.items()
        },
        "phase2": Recipe(
            20,
            scenario("modest").randomised(1.0),
            59,
            "A single-arm trial of HIPEC after complete resection, without extra-abdominal disease",
            _phase2_entry,
        ),
        "trial": Recipe(
            200,
            scenario("modest").randomised(0.5),
            18,
            "A trial: HIPEC by a coin in theatre after complete resection",
            _completely_resected,
        ),
        "hidden_confounding": Recipe(
            2000,
            scenario("modest").hidden_confounding(),
            36,
            "A registry whose surgeons saw more than it records",
        ),
    }


def _completely_resected(patients: pd.DataFrame) -> pd.Series[bool]:
    return patients["cc_score"] <= 1


def _phase2_entry(patients: pd.DataFrame) -> pd.Series[bool]:
    return _completely_resected(patients) & ~patients["extra_abdominal_metastases"]


def build(name: str) -> Cohort:
    """Simulate a committed cohort anew; the files in ``data/synthetic`` are made by this.

    Parameters
    ----------
    name : str
        One of ``cohorts()``.

    Returns
    -------
    Cohort
        The same tables as ``load_cohort(name)``, the truth at full precision.

    Examples
    --------
    >>> from dsrct_edu.disease.committed import build
    >>> build("phase2")
    Cohort('phase2', 20 patients)
    """
    recipe = _recipe(name)
    if recipe.keep is None:
        drawn = simulate_cohort(recipe.patients, recipe.scenario, recipe.seed)
        return Cohort(drawn.patients, drawn.truth, recipe.scenario, recipe.seed, name)
    pool = simulate_cohort(_POOL * recipe.patients, recipe.scenario, recipe.seed)
    rows = np.flatnonzero(recipe.keep(pool.patients))[: recipe.patients]
    ids = [f"P{number:04d}" for number in range(1, recipe.patients + 1)]
    patients, truth = (
        table.iloc[rows].reset_index(drop=True).assign(patient_id=ids)
        for table in (pool.patients, pool.truth)
    )
    return Cohort(patients, truth, recipe.scenario, recipe.seed, name)


def cohorts() -> pd.DataFrame:
    """List the committed cohorts.

    Returns
    -------
    DataFrame
        Columns ``cohort, patients, summary``.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.cohorts()["cohort"].tolist()[0]
    'teaching'
    """
    rows = [(name, recipe.patients, recipe.summary) for name, recipe in recipes().items()]
    return pd.DataFrame(rows, columns=["cohort", "patients", "summary"])


def load_cohort(name: str) -> Cohort:
    """Read a committed cohort.

    Parameters
    ----------
    name : str
        One of ``cohorts()``.

    Returns
    -------
    Cohort
        Tables ``patients`` and ``truth``, the truth rounded to three decimals.

    Raises
    ------
    InputError
        If there is no such cohort.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.load_cohort("teaching")
    Cohort('teaching', 200 patients)
    """
    recipe = _recipe(name)
    patients = pd.read_csv(find("data", "synthetic", f"{name}.csv"), dtype=_types())
    truth = pd.read_csv(
        find("data", "synthetic", "truth", f"{name}.csv"),
        dtype={f"recurrence_site_{arm}": object for arm in vocabulary.ARMS},
    )
    return Cohort(patients, truth, recipe.scenario, recipe.seed, name)


def _types() -> dict[Hashable, type]:
    numpy_types = {"string": object, "boolean": bool, "integer": np.int64, "number": np.float64}
    types: dict[Hashable, type] = {
        column.name: numpy_types[column.type] for column in vocabulary.patients().values()
    }
    # Whole numbers that may be missing are floats in memory, as pandas users expect.
    return types | {name: np.float64 for name in WHOLE_OR_MISSING}


def _recipe(name: str) -> Recipe:
    known = recipes()
    return known[checks.one_of(name, tuple(known), "cohort")]


@dataclass(frozen=True)
class Reveal:
    """What a committed cohort was made from, and what is true in it.

    Parameters
    ----------
    cohort : str
        Name of the cohort.
    scenario : str
        Name of the scenario.
    from_surgery, from_diagnosis : TrueEffect
        The true effect of HIPEC within 60 months, among the completely resected and in everyone.
    """

    cohort: str
    scenario: str
    from_surgery: TrueEffect
    from_diagnosis: TrueEffect

    @property
    def rmst_difference(self) -> float:
        """Months that HIPEC adds within 60 months of a complete resection."""
        return self.from_surgery.rmst_difference

    @property
    def hazard_ratio(self) -> float:
        """Marginal hazard ratio of death within 60 months of a complete resection."""
        return self.from_surgery.hazard_ratio

    def __repr__(self) -> str:
        return (
            f"{self.cohort} follows the scenario {self.scenario!r}.\n"
            f"True effect of HIPEC within {self.from_surgery.horizon:g} months "
            "(difference in RMST, hazard ratio of death):\n"
            f"  after complete resection   {_words(self.from_surgery)}\n"
            f"  everyone, from diagnosis   {_words(self.from_diagnosis)}"
        )


def _words(effect: TrueEffect) -> str:
    return f"{effect.rmst_difference:+.2f} months, {effect.hazard_ratio:.2f}"


def reveal(name: str) -> Reveal:
    """Reveal the scenario of a committed cohort, and what is true in it.

    Parameters
    ----------
    name : str
        One of ``cohorts()``.

    Returns
    -------
    Reveal
        The scenario and the true effects; its text says them.

    Raises
    ------
    InputError
        If there is no such cohort.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.reveal("teaching").scenario
    'modest'
    """
    model = _recipe(name).scenario
    return Reveal(name, model.name, true_effect(model), true_effect(model, "diagnosis"))
