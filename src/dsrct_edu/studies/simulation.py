"""The DSRCT study: ten methods on thousands of synthetic registries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dsrct_edu.disease import Scenario
from dsrct_edu.disease import scenario as named
from dsrct_edu.disease.simulate import draw
from dsrct_edu.errors import InputError
from dsrct_edu.studies.adjusted import ADJUSTED
from dsrct_edu.studies.inputs import whole
from dsrct_edu.studies.methods import UNADJUSTED
from dsrct_edu.studies.registry_arrays import from_draw
from dsrct_edu.studies.running import Results
from dsrct_edu.studies.study import Study, start

HORIZON = 60.0
_CACHED = 15_000  # patients analysed together

METHODS = UNADJUSTED | ADJUSTED
_BOTH = ("log_hazard_ratio", "rmst_difference")
MEASURES = dict.fromkeys(METHODS, _BOTH) | {
    "time_dependent": _BOTH[:1],
    "adjusted_cox": _BOTH[:1],
    "iptw": _BOTH[1:],
    "emulated_trial": _BOTH[1:],
}


@dataclass(frozen=True)
class CohortDesign:
    """A study of registries drawn from a disease model; see `simulation_study`."""

    scenario: Scenario
    n_patients: int
    methods: tuple[str, ...]
    seed: int

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Pairs of method and measure."""
        return tuple((name, measure) for name in self.methods for measure in MEASURES[name])

    @property
    def block(self) -> int:
        """Registries analysed together."""
        return max(1, _CACHED // self.n_patients)

    def analyse(self, first: int, replicates: int) -> Results:
        """Draw and analyse registries ``first`` to ``first + replicates - 1``."""
        drawn = draw(self.scenario, self.n_patients, self.seed, replicates, first)
        patients = from_draw(drawn)
        fits = []
        for name in self.methods:
            given = METHODS[name](patients, HORIZON)
            fits += [given[measure] for measure in MEASURES[name]]
        return Results(*(np.stack(part, axis=1) for part in zip(*fits, strict=True)))

    def truth(self) -> dict[tuple[str, str], float]:
        """Return the estimand of every column."""
        from dsrct_edu.studies.truths import method_truth

        return {column: method_truth(self.scenario, *column) for column in self.columns}

    def to_json(self) -> dict[str, Any]:
        """Return what is needed to build the design again."""
        from dsrct_edu.studies.designs import scenario_to_json

        return {
            "kind": "cohort",
            "scenario": scenario_to_json(self.scenario),
            "n_patients": self.n_patients,
            "methods": list(self.methods),
            "seed": self.seed,
        }


def simulation_study(
    scenario: str | Scenario = "null",
    n_patients: int = 150,
    n_replicates: int = 1000,
    methods: Sequence[str] | None = None,
    seed: int = 0,
    workers: int = 1,
    progress: bool = True,
) -> Study:
    """Analyse many synthetic registries by every method, each beside its own truth.

    Replicate 0 holds the patients of ``simulate_cohort(n_patients, scenario, seed)``; every
    method sees the registry's columns only, months in tenths, and follows patients to month 60
    of its own clock.

    Parameters
    ----------
    scenario : str or Scenario
        The disease model; ``scenario("null").randomised()`` decides HIPEC by a coin.
    n_patients : int
        Patients diagnosed in each registry, 2 to 100,000.
    n_replicates : int
        Registries.
    methods : sequence of str, optional
        Any of ``ever_never, time_dependent, landmark_6, landmark_9, landmark_12,
        operated_only, complete_resection, adjusted_cox, iptw, emulated_trial``; all by default.
    seed : int
        Seed of the stream of uniforms. The same seed gives the same study on any number of
        workers, run at once or in parts.
    workers : int
        Processes, through joblib; -1 for all cores. Inside
        ``joblib.parallel_config(backend="dask")`` the study runs on the cluster.
    progress : bool
        Show a bar when it takes longer than two seconds.

    Returns
    -------
    Study
        With ``.estimates``, ``.performance()``, ``.plot()``, ``.save()`` and ``.extend()``.

    Raises
    ------
    InputError
        If a scenario or method is unknown, or a size makes no sense.

    References
    ----------
    Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate statistical
    methods. Stat Med 2019;38:2074-2102. doi:10.1002/sim.8086

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> study = dsrct.simulation_study("null", n_patients=150, n_replicates=50)
    >>> naive = study.estimates.query("method == 'ever_never' and measure == 'rmst_difference'")
    >>> bool(naive["estimate"].mean() > 5)
    True
    """
    names = tuple(METHODS) if methods is None else tuple(methods)
    unknown = [name for name in names if name not in METHODS]
    if isinstance(methods, str) or unknown or not names or len(set(names)) < len(names):
        raise InputError(
            "a list of different methods out of " + ", ".join(METHODS),
            repr(methods),
            "Leave the argument out for all ten.",
            "methods",
        )
    design = CohortDesign(
        named(scenario), whole("n_patients", n_patients, 2, 100_000), names, whole("seed", seed, 0)
    )
    return start(design, whole("n_replicates", n_replicates, 1), workers, progress)
