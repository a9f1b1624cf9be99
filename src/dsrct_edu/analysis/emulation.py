"""A target trial emulated from a registry: clone, censor, weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsrct_edu.analysis import endpoints, inputs, kernels
from dsrct_edu.analysis.causal import Weights, propensity
from dsrct_edu.analysis.kernels import Booleans, Floats, Integers
from dsrct_edu.analysis.logistic import logistic_fit
from dsrct_edu.analysis.regression import design_matrix
from dsrct_edu.analysis.results import Result, plural
from dsrct_edu.analysis.standardisation import bootstrap_limits
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

CONFOUNDERS = (
    "tumour_shrinkage",
    "pci_surgery",
    "liver_metastases",
    "extra_abdominal_metastases",
    "ascites",
    "poor_performance",
    "expert_centre",
    "age",
    "diagnosis_year",
)
STRATEGIES = ("no HIPEC", "HIPEC if completely resected")
_AT_ONCE = 200_000  # patients resampled together, to stay in memory that is quick to reach


@dataclass(frozen=True)
class Registry:
    """What the emulation needs of the patients, as arrays (patients,)."""

    end: Floats
    died: Booleans
    decided: Booleans  # reached the decision: complete resection
    surgery: Floats
    treated: Booleans
    confounders: Floats  # (patients, covariates), zero for those who never reached the decision

    def resample(self, rows: Integers) -> Registry:
        """Return patients drawn with replacement: arrays (replicates, patients)."""
        return Registry(
            self.end[rows],
            self.died[rows],
            self.decided[rows],
            self.surgery[rows],
            self.treated[rows],
            self.confounders[rows],
        )


@dataclass(frozen=True)
class Clones:
    """Both strategies' weighted curves for a batch, and whether the propensity model held."""

    grids: tuple[kernels.Grid, kernels.Grid]
    counts: tuple[kernels.Counts, kernels.Counts]
    usable: Booleans

    def survival(self, times: Floats) -> Floats:
        """Return survival (replicates, strategies, times)."""
        pairs = zip(self.grids, self.counts, strict=True)
        return np.stack([kernels.at(g, kernels.survival(c), times, 1.0) for g, c in pairs], axis=1)

    def rmst(self, horizon: float) -> Floats:
        """Return restricted means (replicates, strategies)."""
        pairs = zip(self.grids, self.counts, strict=True)
        return np.stack([kernels.rmst(g, c, horizon)[0] for g, c in pairs], axis=1)


def clone_censor_weight(registry: Registry) -> Clones:
    """Put everybody into both strategies, until and unless he departs from one.

    Parameters
    ----------
    registry : Registry
        Arrays (replicates, patients).

    Notes
    -----
    Up to surgery everybody follows both strategies, with weight 1. Who is completely resected then
    follows one of them only; he carries on in it with weight 1 / P(his treatment | confounders),
    for those like him who departed. Who never reaches a complete resection stays in both.
    """
    decided = registry.decided
    weights = decided.astype(np.float64)
    fit = logistic_fit(registry.treated & decided, registry.confounders, weights)
    first_end = np.where(decided, registry.surgery, registry.end)
    first_event = registry.died & ~decided
    # A second row that does not exist lasts no time: weight 0 keeps it out of everything.
    second_start = np.where(decided, registry.surgery, 0.0)
    grid = kernels.time_grid(
        np.concatenate([first_end, registry.end], axis=1),
        np.concatenate([np.full_like(first_end, -1.0), second_start], axis=1),
    )
    event = np.concatenate([first_event, registry.died & decided], axis=1)
    counts = []
    for arm in (False, True):
        likely = fit.probability if arm else 1 - fit.probability
        follows = decided & (registry.treated == arm)
        own = np.where(follows, 1 / np.where(follows, likely, 1.0), 0.0)
        row_weights = np.concatenate([np.ones_like(own), own], axis=1)
        counts.append(kernels.count_events(grid, event, row_weights))
    return Clones((grid, grid), (counts[0], counts[1]), ~fit.separated)


@dataclass(frozen=True, repr=False)
class EmulatedTrial(Result):
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
    weights : Weights
        The propensity model among the completely resected: balance, overlap, effective sample size.
    horizon : float
        Months.
    n, completely_resected, treated : int
        Patients; those who reached the decision; those of them who had HIPEC.
    resamples, failed : int
        Bootstrap resamples of patients, and those left out because of separation.
    """

    curves: pd.DataFrame
    rmst: pd.DataFrame
    rmst_difference: pd.DataFrame
    weights: Weights
    horizon: float
    n: int
    completely_resected: int
    treated: int
    resamples: int
    failed: int

    def to_frame(self) -> pd.DataFrame:
        """Return the curves."""
        return self.curves.copy()

    def at(self, times: object) -> pd.DataFrame:
        """Read the curves at `times`; columns as in `curves`."""
        values = inputs.check_times(times)
        if (values > self.curves["time"].max()).any():
            raise InputError(
                f"times within the horizon of {self.horizon:g}",
                f"{values.max():g}",
                "Give emulate_trial a longer horizon.",
            )
        parts = []
        for _, part in self.curves.groupby("group", sort=False):
            index = np.searchsorted(part["time"], values, side="right") - 1
            parts.append(part.iloc[index].assign(time=values))
        return pd.concat(parts, ignore_index=True)

    def title(self) -> str:
        """Say what was emulated."""
        return (
            f"Emulated trial from diagnosis: {plural(self.n, 'patient')}, "
            f"{self.completely_resected:,} completely resected, {self.treated:,} of them with HIPEC"
        )

    def summary(self) -> pd.DataFrame:
        """Return the restricted means and their difference."""
        names = {"rmst": "months", "difference": "months"}
        return pd.concat(
            [
                self.rmst.rename(columns=names),
                self.rmst_difference.rename(columns=names)
                .drop(columns="reference")
                .assign(group="difference"),
            ],
            ignore_index=True,
        )

    def note(self) -> str:
        """Say how the errors were found and what went wrong."""
        text = f"Restricted to {self.horizon:g} months; intervals from {self.resamples} resamples"
        text += f", {self.failed} of which were left out for separation." if self.failed else "."
        return f"{text} {self.weights.note()}".strip()

    def plot(self, **options: Any) -> Figure:
        """Draw the curves of the two strategies.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.survival_curves`.
        """
        from dsrct_edu.figures import survival_curves

        curves = self.curves
        if self.resamples < 2:
            curves = curves[["group", "time", "survival"]]
        return survival_curves(curves, **{"time_zero": "diagnosis", **options})


def emulate_trial(
    patients: pd.DataFrame,
    confounders: Sequence[str] = CONFOUNDERS,
    treatment: str = "hipec",
    horizon: float = 60.0,
    resamples: int = 500,
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
        fitted anew. 0 leaves the errors out.
    rng : Generator or int
        Random numbers for the bootstrap, or their seed.
    level : float
        Level of the percentile intervals.

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
    >>> trial = emulate_trial(patients, ["age"], horizon=36, resamples=50)
    >>> trial.rmst["group"].tolist()
    ['no HIPEC', 'HIPEC if completely resected']
    """
    table = inputs.check_table(patients)
    end = inputs.check_number(horizon, "horizon", 0.0)
    number = int(inputs.check_number(resamples, "resamples", 0, 1e6, open_ends=False))
    inputs.check_number(level, "level", 0.0, 1.0)
    registry, weights = _read(table, inputs.check_names(confounders, "confounders"), treatment)
    whole = registry.resample(np.arange(len(table))[None])
    times = np.append(np.unique(np.append(0.0, registry.end[registry.end < end])), end)
    clones = clone_censor_weight(whole)
    _check_horizon(clones, end)
    generator = np.random.default_rng(rng)
    curves, means, failed = _bootstrap(registry, generator, number, times, end)
    rmst = clones.rmst(end)[0]
    spread = bootstrap_limits(means, level, 2)
    contrast = bootstrap_limits(means[:, 1] - means[:, 0] if len(means) else means, level, 1)
    columns = ["se", "ci_low", "ci_high"]
    estimates = pd.DataFrame({"group": STRATEGIES, "rmst": rmst}).assign(
        **dict(zip(columns, spread, strict=True))
    )
    difference = pd.DataFrame(
        {"group": [STRATEGIES[1]], "reference": [STRATEGIES[0]], "difference": [rmst[1] - rmst[0]]}
    ).assign(**dict(zip(columns, contrast, strict=True)))
    return EmulatedTrial(
        _curves(clones.survival(times)[0], curves, times, level),
        estimates,
        difference,
        weights,
        end,
        len(table),
        int(registry.decided.sum()),
        int((registry.treated & registry.decided).sum()),
        number,
        failed,
    )


def _read(table: pd.DataFrame, confounders: list[str], treatment: str) -> tuple[Registry, Weights]:
    follow_up = endpoints.endpoint(
        table.drop(columns=["duration", "event", "cause"], errors="ignore")
    )
    end = follow_up["duration"].to_numpy()
    operated, surgery = endpoints.surgery_months(table, end)
    decided = endpoints.complete_resection(table, operated)
    treated = inputs.check_events(table, treatment)
    if not decided.any():
        raise InputError(
            "somebody completely resected (cc_score 0 or 1)",
            "nobody",
            "Without them the strategies do not differ.",
            "cc_score",
        )
    astray = treated & ~decided
    if astray.any():
        raise InputError(
            "treatment after complete resection only",
            "it without one",
            "The strategies leave no room for it: correct or leave out these patients.",
            treatment,
            list(table.index[astray]),
        )
    # An end of follow-up of zero is not a time at risk.
    at_risk = end > 0
    if not at_risk.all():
        raise InputError(
            "some follow-up",
            "none",
            "Leave these patients out.",
            "follow_up_month",
            list(table.index[~at_risk]),
        )
    weights = propensity(table[decided], treatment, confounders, stabilised=False)
    design = design_matrix(table[decided], confounders)
    matrix = np.zeros((len(table), design.matrix.shape[1]))
    matrix[decided] = design.matrix
    return Registry(end, follow_up["event"].to_numpy(), decided, surgery, treated, matrix), weights


def _check_horizon(clones: Clones, horizon: float) -> None:
    for grid, counts, strategy in zip(clones.grids, clones.counts, STRATEGIES, strict=True):
        seen = np.flatnonzero(counts.at_risk[0] > 1e-9)
        last = float(grid.time[0, seen[-1]])
        if last < horizon and kernels.survival(counts)[0, -1] > 1e-12:
            raise InputError(
                f"a horizon within the follow-up of {strategy!r}, which ends at {last:g}",
                f"{horizon:g}",
                "Choose a shorter horizon.",
            )


def _bootstrap(
    registry: Registry, rng: np.random.Generator, number: int, times: Floats, horizon: float
) -> tuple[Floats, Floats, int]:
    n = registry.end.size
    at_once = max(1, _AT_ONCE // n)
    curves, means = [], []
    for first in range(0, number, at_once):
        rows = rng.integers(0, n, (min(at_once, number - first), n))
        drawn = registry.resample(rows)
        chosen = drawn.treated.any(axis=1) & (drawn.decided & ~drawn.treated).any(axis=1)
        clones = clone_censor_weight(drawn)
        fine = chosen & clones.usable
        curves.append(clones.survival(times)[fine])
        means.append(clones.rmst(horizon)[fine])
    if not number:
        return np.empty((0, 2, times.size)), np.empty((0, 2)), 0
    kept = np.concatenate(means)
    return np.concatenate(curves), kept, number - len(kept)


def _curves(survival: Floats, drawn: Floats, times: Floats, level: float) -> pd.DataFrame:
    tables = []
    for arm, strategy in enumerate(STRATEGIES):
        se, low, high = bootstrap_limits(drawn[:, arm], level, times.size)
        columns = {"time": times, "survival": survival[arm]}
        errors = {"se": se, "ci_low": low, "ci_high": high}
        tables.append(pd.DataFrame({"group": strategy, **columns, **errors}))
    return pd.concat(tables, ignore_index=True)
