"""The DSRCT study: ten methods on thousands of synthetic registries."""

from __future__ import annotations

from collections.abc import Sequence

from dsrct_edu import checks
from dsrct_edu.disease import Scenario
from dsrct_edu.disease import scenario as named
from dsrct_edu.errors import InputError
from dsrct_edu.studies.cohort_design import METHODS, CohortDesign
from dsrct_edu.studies.study import Study, new_study
from dsrct_edu.wording import brief


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
        workers.
    workers : int
        Processes, through joblib; -1 for all cores. Inside
        ``joblib.parallel_config(backend="dask")`` the study runs on the cluster.
    progress : bool
        Show a bar when it takes longer than two seconds.

    Returns
    -------
    Study
        With ``.estimates``, ``.performance()`` and ``.plot()``.

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
    expected = "a list of different methods out of " + ", ".join(METHODS)
    given = METHODS if methods is None else methods
    names = tuple(checks.several(given, "methods", expected))
    unknown = [name for name in names if not isinstance(name, str) or name not in METHODS]
    if unknown or not names or len(set(names)) < len(names):
        remedy = "Leave the argument out for all ten."
        raise InputError(expected, brief(methods), remedy, argument="methods")
    design = CohortDesign(
        scenario=named(scenario),
        n_patients=checks.whole(n_patients, "n_patients", 2, 100_000),
        methods=names,
        seed=checks.whole(seed, "seed"),
    )
    return new_study(design, n_replicates, workers, progress)
