"""A target trial emulated from a registry: clone, censor, weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from dsrct_edu import checks, wording
from dsrct_edu.analysis import endpoints, inputs, kernels
from dsrct_edu.analysis.causal import Weights, propensity
from dsrct_edu.analysis.design import design_matrix
from dsrct_edu.analysis.registry_arrays import RegistryArrays
from dsrct_edu.analysis.resampling import (
    bootstrap_limits,
    curve_table,
    normal_limits,
    survival_limits,
    trusted,
)
from dsrct_edu.analysis.results import CurveTable
from dsrct_edu.analysis.weighting import cloned, emulated_arms, emulated_survival
from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import CONFOUNDERS as CONFOUNDERS
from dsrct_edu.vocabulary import HORIZON

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

STRATEGIES = ("no HIPEC", "HIPEC if completely resected")
_AT_ONCE = 200_000  # patients resampled together, to stay in memory that is quick to reach


@dataclass(frozen=True, repr=False)
class EmulatedTrial(CurveTable):
    """What the emulated trial found.

    Attributes
    ----------
    curves : DataFrame
        ``group, time, survival, se, ci_low, ci_high``; time zero is diagnosis, groups are the
        strategies.
    rmst : DataFrame
        ``group, rmst, se, ci_low, ci_high`` to the horizon, months.
    rmst_difference : DataFrame
        ``group, reference, difference, se, ci_low, ci_high``, months.
    clones : DataFrame
        ``patient_id, strategy, start, stop, event, weight``: every patient under both strategies,
        a row up to the operation and, for those who went on as the strategy has it, one after it.
        Kaplan-Meier on these rows, with entry and weights, draws the curves.
    weights : Weights
        The propensity model among the completely resected: balance, overlap, effective sample size.
    horizon : float
        Months.
    n, completely_resected, treated : int
        Patients; those who reached the decision; those of them who had HIPEC.
    resamples, failed : int
        Bootstrap resamples of patients, if asked for, and those of them that failed: the
        confounders told for certain who is treated.
    """

    rmst: pd.DataFrame
    rmst_difference: pd.DataFrame
    clones: pd.DataFrame
    weights: Weights
    horizon: float
    n: int
    completely_resected: int
    treated: int
    resamples: int
    failed: int

    def at(self, times: object) -> pd.DataFrame:
        """Read the curves at `times`; columns as in `curves`."""
        last = inputs.check_times(times).max()
        if last > self.horizon:
            expected = f"times within the horizon of {self.horizon:g}"
            remedy = "Give emulate_trial a longer horizon."
            raise InputError(expected, f"{last:g}", remedy, argument="times")
        return super().at(times)

    def title(self) -> str:
        """Say what was emulated."""
        return (
            f"Emulated trial from diagnosis: {wording.counted(self.n, 'patient')}, "
            f"{self.completely_resected:,} completely resected, {self.treated:,} of them with HIPEC"
        )

    def summary(self) -> pd.DataFrame:
        """Return the restricted means and their difference."""
        difference = self.rmst_difference.drop(columns="reference").assign(group="difference")
        tables = (self.rmst, difference.rename(columns={"difference": "rmst"}))
        return pd.concat(tables, ignore_index=True).rename(columns={"rmst": "months"})

    def note(self) -> str:
        """Say how the errors were found and what went wrong."""
        text = f"Restricted to {self.horizon:g} months; "
        if not self.resamples:
            text += "standard errors from influence functions, the estimated weights included."
        else:
            text += f"intervals from {self.resamples} resamples"
            text += f", {self.failed} of which failed for separation." if self.failed else "."
            if 10 * self.failed > self.resamples:
                text += " More than a tenth failed, so there is no interval."
        return f"{text} {self.weights.note()}".strip()

    def plot(self, **options: Any) -> Figure:
        """Draw the curves of the two strategies.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.survival_curves`.
        """
        return super().plot(**{"time_zero": "diagnosis", **options})


def emulate_trial(
    patients: pd.DataFrame,
    confounders: Sequence[str] = CONFOUNDERS,
    treatment: str = "hipec",
    horizon: float = HORIZON,
    resamples: int = 0,
    rng: np.random.Generator | int = 0,
    level: float = 0.95,
) -> EmulatedTrial:
    """Emulate the trial "HIPEC if completely resected" against "no HIPEC", from diagnosis.

    Everybody is eligible at diagnosis and follows both strategies until surgery; so nobody's
    waiting time counts for one arm only. Clones whose treatment departs from their strategy are
    censored there, and those who carry on stand in for them, weighted by the inverse probability
    of their own treatment given the confounders.

    Parameters
    ----------
    patients : DataFrame
        Columns as `dsrct_edu.simulate_cohort` gives them: ``operated, surgery_month, cc_score,
        death, follow_up_month``, the treatment and the confounders.
    confounders : sequence of str
        Columns known when the treatment is decided; complete for the completely resected.
    treatment : str
        Column: treated (bool or 0/1).
    horizon : float
        Months to which the mean survival time is restricted.
    resamples : int
        Bootstrap resamples of patients (not of clones), in each of which the propensity model is
        fitted anew; the intervals are then percentiles. By default there are none: errors come
        from influence functions, that of the estimated propensity included, and intervals are
        normal (log-log for the curves). If more than a tenth of the resamples separate, those that
        are left are not like the rest, and there is no interval.
    rng : Generator or int
        Random numbers for the bootstrap, or their seed.
    level : float
        Level of the intervals.

    Returns
    -------
    EmulatedTrial

    Raises
    ------
    InputError
        If a column is missing or malformed, nobody is completely resected, all or none of these
        are treated, or follow-up ends before the horizon.

    References
    ----------
    Maringe et al. 2020, https://doi.org/10.1093/ije/dyaa057 ; Hernán & Robins 2016,
    https://doi.org/10.1093/aje/kwv254

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from dsrct_edu.analysis import emulate_trial
    >>> rng = np.random.default_rng(1)
    >>> operated = rng.random(300) < 0.6
    >>> patients = pd.DataFrame({
    ...     "operated": operated, "surgery_month": np.where(operated, 6.0, np.nan),
    ...     "cc_score": np.where(operated, 0, np.nan), "hipec": operated & (rng.random(300) < 0.4),
    ...     "death": True, "follow_up_month": 6.5 + np.round(30 * rng.exponential(size=300), 1),
    ...     "age": rng.integers(10, 40, 300)})
    >>> trial = emulate_trial(patients, ["age"], horizon=36)
    >>> trial.rmst["group"].tolist()
    ['no HIPEC', 'HIPEC if completely resected']
    """
    table = inputs.check_table(patients)
    end = checks.positive(horizon, "horizon", "months, above zero")
    number = checks.whole(resamples, "resamples", 0, 1_000_000)
    checks.between(level, "level", 0, 1)
    registry, weights = _read(table, inputs.check_names(confounders, "confounders"), treatment)
    _check_horizon(registry, end)
    months = registry.time[0]
    times = np.append(np.unique(np.append(0.0, months[months < end])), end)
    survival, rmst, limits = _with_limits(registry, times, level)
    failed = 0
    if number:
        curves, means = _bootstrap(registry, times, number, checks.generator(rng, "rng"))
        failed = number - len(means)
        limits = _percentiles(trusted(curves, number), trusted(means, number), level)
    names = {"group": STRATEGIES[1:], "reference": STRATEGIES[:1]}
    return EmulatedTrial(
        curve_table(STRATEGIES, times, survival, limits.curves),
        pd.DataFrame({"group": STRATEGIES, "rmst": rmst} | limits.rmst),
        pd.DataFrame(names | {"difference": rmst[1:] - rmst[:1]} | limits.difference),
        _clones(table, registry),
        weights,
        end,
        len(table),
        int(registry.complete.sum()),
        int(registry.hipec.sum()),
        number,
        failed,
    )


class _Limits(NamedTuple):
    """``se, ci_low, ci_high`` of each curve, of the restricted means and of their difference."""

    curves: list[dict[str, Floats]]
    rmst: dict[str, Floats]
    difference: dict[str, Floats]


def _with_limits(
    registry: RegistryArrays, times: Floats, level: float
) -> tuple[Floats, Floats, _Limits]:
    """Return survival, restricted means, and their limits by influence functions."""
    rows = cloned(registry)
    survival, errors = emulated_survival(registry, rows, times)
    zero, one = emulated_arms(registry, rows, float(times[-1]))
    mean = np.concatenate([zero.mean, one.mean])
    influence = np.stack([zero.influence[0], one.influence[0], (one.influence - zero.influence)[0]])
    se = np.sqrt((influence**2).sum(axis=1))
    if registry.resected.propensity.separated[0]:
        se, errors = np.full_like(se, np.nan), np.full_like(errors, np.nan)
    curves = [survival_limits(*arm, level) for arm in zip(survival, errors, strict=True)]
    difference = normal_limits(mean[1:] - mean[:1], se[2:], level)
    return survival, mean, _Limits(curves, normal_limits(mean, se[:2], level), difference)


def _percentiles(curves: Floats, means: Floats, level: float) -> _Limits:
    return _Limits(
        [bootstrap_limits(curves[:, arm], level) for arm in range(2)],
        bootstrap_limits(means, level),
        bootstrap_limits(means[:, 1:] - means[:, :1], level),
    )


def _clones(table: pd.DataFrame, registry: RegistryArrays) -> pd.DataFrame:
    """Return the rows of both strategies as a table."""
    ids = np.arange(len(table))
    if "patient_id" in table.columns:
        ids = inputs.check_unique(table, "patient_id").to_numpy()
    rows, places = cloned(registry), np.flatnonzero(registry.complete[0])
    assert rows.grid.entry is not None
    start, stop = (rows.grid.time[0][place[0]] for place in (rows.grid.entry, rows.grid.exit))
    patient = np.concatenate([np.arange(len(table)), places])
    parts = []
    for strategy, weights in zip(STRATEGIES, rows.weights, strict=True):
        kept = (weights[0] > 0) & (stop > start)
        columns = {"start": start, "stop": stop, "event": rows.death[0], "weight": weights[0]}
        part = pd.DataFrame({"patient": patient, "strategy": strategy} | columns)[kept]
        parts.append(part.sort_values(["patient", "start"]))
    clones: pd.DataFrame = pd.concat(parts, ignore_index=True)
    clones.insert(0, "patient_id", ids[clones.pop("patient")])
    return clones


def _read(
    table: pd.DataFrame, confounders: list[str], treatment: str
) -> tuple[RegistryArrays, Weights]:
    clock = ["duration", "event", "cause"]
    follow_up = endpoints.endpoint(table.drop(columns=clock, errors="ignore"))
    end = follow_up["duration"].to_numpy()
    operated, surgery = endpoints.surgery_months(table, end)
    complete = endpoints.complete_resection(table, operated)
    treated = inputs.check_events(table, treatment)
    if not complete.any():
        expected = "somebody completely resected (cc_score 0 or 1)"
        remedy = "Without them the strategies do not differ."
        raise InputError(expected, "nobody", remedy, "cc_score")
    inputs.refuse(
        table[treatment],
        treated & ~complete,
        "treatment after complete resection only",
        "The strategies leave no room for it: correct or leave out these patients.",
        "it without one",
    )
    # An end of follow-up of zero is not a time at risk.
    inputs.refuse(
        table["follow_up_month"], end <= 0, "some follow-up", "Leave these patients out.", "none"
    )
    end, surgery = inputs.tie_spans(
        table, end, np.where(operated, surgery, 0.0), None, "surgery_month"
    )
    weights = propensity(table[complete], treatment, confounders, stabilised=False)
    design = design_matrix(table[complete], confounders)
    matrix = np.zeros((len(table), design.matrix.shape[1]))
    matrix[complete] = design.matrix
    registry = RegistryArrays(
        time=end[None],
        death=follow_up["event"].to_numpy()[None],
        operated=operated[None],
        complete=complete[None],
        surgery=surgery[None],
        hipec=treated[None],
        confounders=matrix[None],
        included=np.ones((1, len(table)), dtype=bool),
    )
    return registry, weights


def _check_horizon(registry: RegistryArrays, horizon: float) -> None:
    rows = cloned(registry)
    for weights, strategy in zip(rows.weights, STRATEGIES, strict=True):
        counts = kernels.count_events(rows.grid, rows.death, weights)
        seen = np.flatnonzero(counts.at_risk[0] > 1e-9)
        last = float(rows.grid.time[0, seen[-1]])
        if last < horizon * (1 - kernels.TOLERANCE) and kernels.survival(counts)[0, -1] > 1e-12:
            expected = f"a time within the follow-up of {strategy!r}, which ends at {last:g}"
            remedy = "Choose a shorter horizon."
            raise InputError(expected, f"{horizon:g}", remedy, argument="horizon")


def _strategies(registry: RegistryArrays, times: Floats) -> tuple[Floats, Floats]:
    """Return survival (replicates, strategies, times), and means restricted to the last time."""
    rows = cloned(registry)
    counts = [kernels.count_events(rows.grid, rows.death, weights) for weights in rows.weights]
    curves = [kernels.value_at(rows.grid, kernels.survival(c), times, 1.0) for c in counts]
    means = [kernels.rmst(rows.grid, c, float(times[-1]))[0] for c in counts]
    return np.stack(curves, axis=1), np.stack(means, axis=1)


def _bootstrap(
    registry: RegistryArrays, times: Floats, number: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return curves and means of the resamples whose propensity model does not separate."""
    n = registry.time.size
    at_once = max(1, _AT_ONCE // n)
    curves, means = [np.empty((0, 2, times.size))], [np.empty((0, 2))]
    for first in range(0, number, at_once):
        # narrowed after the draw: `dtype=np.intp` would draw other numbers
        rows = rng.integers(0, n, (min(at_once, number - first), n)).astype(np.intp)
        drawn = registry.resample(rows)
        both = drawn.hipec.any(axis=1) & (drawn.complete & ~drawn.hipec).any(axis=1)
        survival, mean = _strategies(drawn, times)
        fine = both & ~drawn.resected.propensity.separated
        curves.append(survival[fine])
        means.append(mean[fine])
    return np.concatenate(curves), np.concatenate(means)
