"""The design of a randomised two-arm trial: how it is drawn, analysed, and what is true in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from dsrct_edu.analysis import kernels
from dsrct_edu.analysis.two_groups import (
    Fit,
    cox_two_groups,
    death_counts,
    difference,
    rank,
    two_group_curves,
    two_group_logrank,
)
from dsrct_edu.arrays import Flags, Floats, Places
from dsrct_edu.disease import Scenario, true_effect
from dsrct_edu.disease.equations import Arrays
from dsrct_edu.disease.simulate import blocks, draw
from dsrct_edu.disease.stacked import cox_stacked
from dsrct_edu.disease.truth import stacked_outcomes
from dsrct_edu.errors import InputError
from dsrct_edu.studies.running import Results
from dsrct_edu.vocabulary import ARMS

_CACHED = 16_000  # patients analysed together: 128 kB an array
_PILOT = 20_000  # patients that tell how many of a scenario are completely resected
_UNIFORMS = 3
_TRUTH_PATIENTS, _TRUTH_SEED = 1_000_000, 20_001
LABELS = {"cox": "Cox model", "logrank": "Log-rank test, one step", "kaplan_meier": "Kaplan-Meier"}
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

    columns = COLUMNS
    labels = LABELS

    @property
    def block(self) -> int:
        """Trials analysed together."""
        return max(1, _CACHED // self.n_patients)

    @property
    def n_controls(self) -> int:
        """Patients of the control arm."""
        return self.n_patients - round(self.n_patients * self.allocation)

    @property
    def longest(self) -> float:
        """Months from the first entry to the analysis."""
        return self.accrual + self.follow_up

    def analyse(self, first: int, replicates: int) -> Results:
        """Draw and analyse trials ``first`` to ``first + replicates - 1``."""
        trials = self.draw(first, replicates)
        return Results.of(analyse_trials(*trials, self.n_controls, self.horizon))

    def draw(self, first: int, replicates: int) -> tuple[Floats, Flags, Flags | None]:
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

    def _uniforms(self, first: int, replicates: int) -> Floats:
        """Read the replicates' own slice of the stream, whoever reads it."""
        bits = np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(2,)))
        bits.advance(first * _UNIFORMS * self.n_patients)
        shape = (replicates, _UNIFORMS, self.n_patients)
        return np.random.Generator(bits).random(shape)

    def _parametric(self, uniform: Floats) -> Floats:
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
            raise InputError("complete resections", "none", argument="scenario")
        return int(np.ceil((self.n_patients + 8 * np.sqrt(self.n_patients)) / share))

    def _from_scenario(self, first: int, replicates: int) -> tuple[Floats, Flags | None]:
        """Randomise the first completely resected patients: they come in no order."""
        assert self.scenario is not None
        drawn = draw(self.scenario, self._candidates, self.seed, replicates, first)
        complete = drawn.latent["complete"]
        chosen = np.argsort(~complete, axis=1, kind="stable")[:, : self.n_patients]
        cut = self.n_controls

        def months(arm: str, who: Places) -> Floats:
            values = drawn.arms[arm]["death_month"] - drawn.latent["surgery_month"]
            return np.take_along_axis(values, who, axis=1)

        parts = (chosen[:, :cut], chosen[:, cut:])
        event = np.concatenate([months(*pair) for pair in zip(ARMS, parts, strict=True)], axis=1)
        included = np.take_along_axis(complete, chosen, axis=1)
        return np.where(included, event, 0.0), None if included.all() else included

    def truth(self) -> dict[tuple[str, str], float]:
        """Return the estimand of every column."""
        values = self._parametric_truth() if self.scenario is None else self._scenario_truth()
        return dict(zip(COLUMNS, (values[0], *values), strict=True))

    def _parametric_truth(self) -> tuple[float, float, float]:
        assert self.hazard_ratio is not None
        zero, one = (
            weibull_at(self.horizon, self.scale, self.shape, ratio)
            for ratio in (1, self.hazard_ratio)
        )
        return float(np.log(self.hazard_ratio)), one[0] - zero[0], one[1] - zero[1]

    def _scenario_truth(self) -> tuple[float, float, float]:
        assert self.scenario is not None
        model = self.scenario.replace(coin=0.0, offer_aggr=0.0)  # who gets it, not what it does
        log_ratio = _log_hazard_ratio(model, self.accrual, self.follow_up, self.dropout)
        effect = true_effect(self.scenario, "surgery", self.horizon)
        alive = effect.survival.groupby("arm")["survival"].last()
        return log_ratio, float(alive["hipec"] - alive["no_hipec"]), effect.rmst_difference


@cache
def _log_hazard_ratio(model: Scenario, accrual: float, follow_up: float, dropout: float) -> float:
    """Return the marginal log hazard ratio, which depends on how patients are censored."""
    random = np.random.default_rng(_TRUTH_SEED)

    def enter(x: Arrays) -> tuple[Flags, Floats, Floats]:
        rows = x["complete"]
        end = np.full(len(rows), np.nan)
        months = follow_up + accrual * random.random(int(rows.sum()))
        if dropout > 0:
            months = np.minimum(months, random.exponential(1 / dropout, len(months)))
        end[rows] = months
        return rows, x["surgery_month"], end

    drawn = blocks(model, _TRUTH_PATIENTS, _TRUTH_SEED, observe=False)
    return cox_stacked(stacked_outcomes(drawn, accrual + follow_up, enter))[0]


def analyse_trials(
    time: Floats, death: Flags, included: Flags | None, n_controls: int, horizon: float
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
    time = kernels.tie_near_times(time)
    group = np.arange(time.shape[1]) >= n_controls
    ranked = rank(time, death, group, included)
    at_risk_0, at_risk_1, share, variance = death_counts(ranked)
    died_1 = ranked.group * ranked.death
    tested = two_group_logrank(died_1, share, variance)
    fitted = cox_two_groups(died_1, at_risk_0, at_risk_1, tested.estimate)
    zero, one = two_group_curves(time, death, group, horizon, included)
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
