"""Randomised two-arm trials for planning, thousands at a time."""

from __future__ import annotations

from dsrct_edu import checks
from dsrct_edu.disease import Scenario
from dsrct_edu.disease import scenario as named
from dsrct_edu.errors import InputError
from dsrct_edu.studies.study import Study, new_study
from dsrct_edu.studies.two_arm import TwoArmDesign


def two_arm_trials(
    n_patients: int = 200,
    n_replicates: int = 1000,
    hazard_ratio: float | None = None,
    *,
    control_median: float = 36.0,
    shape: float = 1.0,
    scenario: str | Scenario | None = None,
    allocation: float = 0.5,
    accrual: float = 36.0,
    follow_up: float = 36.0,
    dropout: float = 0.0,
    horizon: float = 36.0,
    seed: int = 0,
    workers: int = 1,
    progress: bool = True,
) -> Study:
    """Simulate a randomised two-arm trial many times, to plan it.

    Parameters
    ----------
    n_patients : int
        Patients randomised in each trial, both arms together, 2 to 100,000.
    n_replicates : int
        Trials.
    hazard_ratio : float, optional
        True hazard ratio of the new arm; 1 for the type I error. Needed unless `scenario` is
        given.
    control_median : float
        Median survival of the control arm, months.
    shape : float
        Weibull shape of both arms; 1 is the exponential distribution.
    scenario : str or Scenario, optional
        Draw completely resected patients from this disease model instead, randomised in theatre
        to HIPEC or not, the clock at surgery. Its truth takes the place of `hazard_ratio`,
        `control_median` and `shape`.
    allocation : float
        Share of patients in the new arm.
    accrual : float
        Months over which patients enter, evenly.
    follow_up : float
        Months from the last entry to the analysis.
    dropout : float
        Rate of loss to follow-up, per month.
    horizon : float
        Month of S(t), and end of the restricted mean.
    seed, workers, progress
        As in `simulation_study`.

    Returns
    -------
    Study
        ``cox`` (log hazard ratio, Efron ties), ``logrank`` (the one-step log hazard ratio
        (O - E) / V, whose z value is the log-rank test), and from the Kaplan-Meier curves
        ``survival_difference`` and ``rmst_difference`` at the horizon, new arm minus control.
        ``rejection`` in its performance is the power, or the type I error.

    Raises
    ------
    InputError
        If a size, a rate or a month makes no sense.

    References
    ----------
    Bender R, Augustin T, Blettner M. Generating survival times to simulate Cox proportional
    hazards models. Stat Med 2005;24:1713-1723. doi:10.1002/sim.2059

    Examples
    --------
    >>> from dsrct_edu.studies import two_arm_trials
    >>> study = two_arm_trials(n_patients=200, n_replicates=1000, hazard_ratio=0.7)
    >>> power = study.performance().set_index("method").loc["logrank", "rejection"]
    >>> bool(0.4 < power < 0.7)
    True
    """
    if (hazard_ratio is None) == (scenario is None):
        found = "neither" if scenario is None else "both"
        remedy = "A scenario brings its own effect of HIPEC; without one, hazard_ratio=1 is none."
        raise InputError("a hazard ratio or a scenario", found, remedy, argument="hazard_ratio")
    ratio = None if hazard_ratio is None else checks.positive(hazard_ratio, "hazard_ratio")
    design = TwoArmDesign(
        n_patients=checks.whole(n_patients, "n_patients", 2, 100_000),
        hazard_ratio=ratio,
        control_median=checks.positive(control_median, "control_median", "months, above zero"),
        shape=checks.positive(shape, "shape"),
        scenario=None if scenario is None else named(scenario),
        allocation=checks.between(allocation, "allocation", 0, 1),
        accrual=checks.number(accrual, "accrual", "months, zero or more", 0),
        follow_up=checks.number(follow_up, "follow_up", "months, zero or more", 0),
        dropout=checks.number(dropout, "dropout", "a rate per month, zero or more", 0),
        horizon=checks.positive(horizon, "horizon", "months, above zero"),
        seed=checks.whole(seed, "seed"),
    )
    if not 0 < design.n_controls < design.n_patients:
        raise InputError(
            "a patient in each arm",
            f"{allocation:g}",
            "Move it towards 0.5.",
            argument="allocation",
        )
    if design.horizon > design.longest:
        expected = f"a month that somebody is followed to, {design.longest:g} at most"
        remedy = "Follow patients longer, or choose an earlier horizon."
        raise InputError(expected, f"{design.horizon:g}", remedy, argument="horizon")
    return new_study(design, n_replicates, workers, progress)
