"""Randomised two-arm trials for planning, thousands at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsrct_edu.disease import Scenario, scenario
from dsrct_edu.disease.simulate import draw
from dsrct_edu.errors import InputError
from dsrct_edu.studies.inputs import number, positive, whole
from dsrct_edu.studies.running import Results
from dsrct_edu.studies.study import Study, start
from dsrct_edu.studies.two_sample import (
    Fit,
    cox_two_groups,
    death_counts,
    difference,
    kaplan_meier,
    logrank,
    rank,
)

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CACHED = 16_000  # patients analysed together: 128 kB an array
_PILOT = 20_000  # patients that tell how many of a scenario are completely resected
_UNIFORMS = 3
COLUMNS = (
    ("cox", "log_hazard_ratio"),
    ("logrank", "log_hazard_ratio"),
    ("kaplan_meier", "survival_difference"),
    ("kaplan_meier", "rmst_difference"),
)


@dataclass(frozen=True)
class TwoArmDesign:
    """A randomised two-arm trial; the parameters are those of `two_arm_trials`."""

    n_patients: int
    hazard_ratio: float | None
    control_median: float
    shape: float
    scenario: Scenario | None
    allocation: float
    accrual: float
    follow_up: float
    dropout: float
    horizon: float
    seed: int

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Pairs of method and measure."""
        return COLUMNS

    @property
    def block(self) -> int:
        """Trials analysed together."""
        return max(1, _CACHED // self.n_patients)

    @property
    def n_controls(self) -> int:
        """Patients of the control arm."""
        return self.n_patients - round(self.n_patients * self.allocation)

    def analyse(self, first: int, replicates: int) -> Results:
        """Draw and analyse trials ``first`` to ``first + replicates - 1``."""
        fits = compare(*self.draw(first, replicates), self.n_controls, self.horizon)
        return Results(*(np.stack(part, axis=1) for part in zip(*fits, strict=True)))

    def draw(self, first: int, replicates: int) -> tuple[Array, Flags, Flags | None]:
        """Return time, death and who takes part (all, if None); control arm first."""
        uniform = self._uniforms(first, replicates)
        event, included = (
            (self._parametric(uniform[:, 0]), None)
            if self.scenario is None
            else self._from_scenario(first, replicates)
        )
        end = self.follow_up + self.accrual * uniform[:, 1]
        if self.dropout > 0:
            end = np.minimum(end, -np.log(1 - uniform[:, 2]) / self.dropout)
        return np.minimum(event, end), event <= end, included

    def _uniforms(self, first: int, replicates: int) -> Array:
        """Read the replicates' own slice of the stream, whoever reads it."""
        bits = np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(2,)))
        bits.advance(first * _UNIFORMS * self.n_patients)
        shape = (replicates, _UNIFORMS, self.n_patients)
        return np.random.Generator(bits).random(shape)

    def _parametric(self, uniform: Array) -> Array:
        power = -np.log(1 - uniform)
        power[:, self.n_controls :] /= self.hazard_ratio
        if self.shape != 1:
            power **= 1 / self.shape
        power *= self.scale
        return power

    @property
    def scale(self) -> float:
        """Weibull scale of the control arm, months."""
        return float(self.control_median / np.log(2) ** (1 / self.shape))

    @cached_property
    def _candidates(self) -> int:
        """Patients to diagnose for one trial of completely resected ones (8 SD to spare)."""
        assert self.scenario is not None
        share = float(draw(self.scenario, _PILOT, seed=0).latent["complete"].mean())
        if share == 0:
            raise InputError("a scenario with complete resections", "none", column="scenario")
        return int(np.ceil((self.n_patients + 8 * np.sqrt(self.n_patients)) / share))

    def _from_scenario(self, first: int, replicates: int) -> tuple[Array, Flags | None]:
        """Randomise the first completely resected patients: they come in no order."""
        assert self.scenario is not None
        drawn = draw(self.scenario, self._candidates, self.seed, replicates, first)
        complete = drawn.latent["complete"]
        chosen = np.argsort(~complete, axis=1, kind="stable")[:, : self.n_patients]
        cut = self.n_controls

        def months(arm: int, who: NDArray[np.intp]) -> Array:
            values = drawn.arms[arm]["death_month"] - drawn.latent["surgery_month"]
            return np.take_along_axis(values, who, axis=1)

        event = np.concatenate([months(0, chosen[:, :cut]), months(1, chosen[:, cut:])], axis=1)
        included = np.take_along_axis(complete, chosen, axis=1)
        return np.where(included, event, 0.0), None if included.all() else included

    def truth(self) -> dict[tuple[str, str], float]:
        """Return the estimand of every column."""
        if self.scenario is not None:
            return self._scenario_truth()
        assert self.hazard_ratio is not None
        log_hr = float(np.log(self.hazard_ratio))
        survival, rmst = zip(
            *(
                weibull_at(self.horizon, self.scale, self.shape, hr)
                for hr in (1, self.hazard_ratio)
            ),
            strict=True,
        )
        values = (log_hr, log_hr, survival[1] - survival[0], rmst[1] - rmst[0])
        return dict(zip(COLUMNS, values, strict=True))

    def _scenario_truth(self) -> dict[tuple[str, str], float]:
        from dsrct_edu.studies.truths import trial_truth

        return dict(zip(COLUMNS, trial_truth(self), strict=True))

    def to_json(self) -> dict[str, Any]:
        """Return what is needed to build the design again."""
        from dsrct_edu.studies.designs import scenario_to_json

        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        model = None if self.scenario is None else scenario_to_json(self.scenario)
        return {"kind": "two_arm"} | fields | {"scenario": model}


def compare(
    time: Array, death: Flags, included: Flags | None, n_controls: int, horizon: float
) -> tuple[Fit, Fit, Fit, Fit]:
    """Analyse trials whose first `n_controls` patients are the control arm.

    Parameters
    ----------
    time : ndarray, shape (replicates, patients)
        Months to death or censoring.
    death : ndarray of bool, same shape
    included : ndarray of bool or None
        Patients who take part.
    n_controls : int
    horizon : float
        Month at which survival is compared, and up to which means are restricted.

    Returns
    -------
    tuple of Fit
        Cox log hazard ratio (Efron), log-rank, difference of survival, difference of RMST.
    """
    group = np.arange(time.shape[1]) >= n_controls
    ranked = rank(time, death, group, included)
    at_risk_0, at_risk_1, share, variance = death_counts(ranked)
    died_1 = ranked.group * ranked.death
    tested = logrank(died_1, share, variance)
    fitted = cox_two_groups(died_1, at_risk_0, at_risk_1, tested.estimate)
    zero, one = (
        kaplan_meier(
            time[:, part], death[:, part], horizon, None if included is None else included[:, part]
        )
        for part in (slice(n_controls), slice(n_controls, None))
    )
    return (
        fitted,
        tested,
        difference(one.survival, zero.survival, one.survival_variance + zero.survival_variance),
        difference(one.rmst, zero.rmst, one.rmst_variance + zero.rmst_variance),
    )


def weibull_at(
    month: float, scale: float, shape: float, hazard_ratio: float
) -> tuple[float, float]:
    """Return survival at a month, and mean survival up to it, of one Weibull arm."""
    from scipy.special import gamma, gammainc

    reached = hazard_ratio * (month / scale) ** shape
    rmst = (
        scale * hazard_ratio ** (-1 / shape) * gamma(1 + 1 / shape) * gammainc(1 / shape, reached)
    )
    return float(np.exp(-reached)), float(rmst)


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
    model = None if scenario is None else _model(scenario, hazard_ratio)
    if model is None and hazard_ratio is None:
        raise InputError(
            "a hazard ratio or a scenario", "neither", "Give hazard_ratio=1 for no effect."
        )
    design = TwoArmDesign(
        n_patients=whole("n_patients", n_patients, 2, 100_000),
        hazard_ratio=None if hazard_ratio is None else positive("hazard_ratio", hazard_ratio),
        control_median=positive("control_median", control_median),
        shape=positive("shape", shape),
        scenario=model,
        allocation=number("allocation", allocation, 0, 1),
        accrual=number("accrual", accrual, 0),
        follow_up=number("follow_up", follow_up, 0),
        dropout=number("dropout", dropout, 0),
        horizon=positive("horizon", horizon),
        seed=whole("seed", seed, 0),
    )
    if not 0 < design.n_controls < design.n_patients:
        raise InputError("a patient in each arm", f"allocation {allocation!r}", column="allocation")
    if design.horizon > design.accrual + design.follow_up:
        raise InputError(
            f"a month that somebody is followed to, {design.accrual + design.follow_up:g} at most",
            f"{design.horizon:g}",
            "Follow patients longer, or choose an earlier horizon.",
            "horizon",
        )
    return start(design, whole("n_replicates", n_replicates, 1), workers, progress)


def _model(name: str | Scenario, hazard_ratio: float | None) -> Scenario:
    if hazard_ratio is not None:
        raise InputError(
            "either a hazard ratio or a scenario",
            "both",
            "A scenario brings its own effect of HIPEC.",
            "hazard_ratio",
        )
    return scenario(name)
