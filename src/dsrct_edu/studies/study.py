"""The result of a simulation study: estimates, performance, and the staircase beside the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsrct_edu import checks
from dsrct_edu.errors import InputError
from dsrct_edu.studies.measures import performance
from dsrct_edu.studies.running import Design, Results, run_blocks
from dsrct_edu.vocabulary import LEVEL_Z

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

_AXES = {
    "rmst_difference": "Months gained (RMST difference)",
    "hazard_ratio": "Hazard ratio",
    "log_hazard_ratio": "Log hazard ratio",
    "survival_difference": "Difference in survival",
}


@dataclass(frozen=True)
class Study:
    """A simulation study.

    Parameters
    ----------
    design : CohortDesign or TwoArmDesign
        Scenario, sizes, methods and seed: whatever is needed to run it again.
    results : Results
        Results of every replicate as arrays.

    Examples
    --------
    >>> from dsrct_edu.studies import two_arm_trials
    >>> study = two_arm_trials(n_patients=100, n_replicates=200, hazard_ratio=0.6)
    >>> list(study.estimates.columns)
    ['replicate', 'method', 'measure', 'estimate', 'se', 'ci_low', 'ci_high', 'converged']
    """

    design: Design
    results: Results = field(repr=False)

    @property
    def n_replicates(self) -> int:
        """Replicates analysed."""
        return len(self.results.estimate)

    @property
    def seed(self) -> int:
        """Seed of the stream of uniforms."""
        return self.design.seed

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """One row a replicate, method and measure.

        Columns ``replicate, method, measure, estimate, se, ci_low, ci_high, converged``, with
        95 % Wald intervals. A missing estimate (a group without patients, say) has not
        converged and is counted in `performance`.
        """
        methods, measures = zip(*self.design.columns, strict=True)
        estimate, se = self.results.estimate.ravel(), self.results.se.ravel()
        half = LEVEL_Z * se
        return pd.DataFrame(
            {
                "replicate": np.repeat(np.arange(self.n_replicates, dtype=np.int64), len(methods)),
                "method": np.tile(np.array(methods, dtype=object), self.n_replicates),
                "measure": np.tile(np.array(measures, dtype=object), self.n_replicates),
                "estimate": estimate,
                "se": se,
                "ci_low": estimate - half,
                "ci_high": estimate + half,
                "converged": self.results.converged.ravel(),
            }
        )

    @cached_property
    def truth(self) -> dict[tuple[str, str], float]:
        """Estimand of every method and measure; NaN where there is none."""
        return self.design.truth()

    def performance(self, replicates: str = "all") -> pd.DataFrame:
        """Measure every method against its own truth, with Monte Carlo standard errors.

        The truths of the named scenarios are at hand. Those of a changed scenario are simulated
        from six million patients when they are first asked for, which takes a minute or two.

        Parameters
        ----------
        replicates : {"all", "converged"}
            ``all`` takes every replicate that has an estimate with a finite standard error, also
            where a propensity model separated: what an analyst would report who ignores the
            warning. A ratio whose likelihood has no maximum is no estimate: it is counted in
            ``n_separated``, and left out. Replicates that converged are not like the others, so
            ``converged`` alone flatters a method.

        Returns
        -------
        DataFrame
            ``method, measure, truth, n_replicates, n_converged, n_separated, n_missing,
            n_used, mean, q025, q975`` (the middle 95 % of the estimates), then ``bias,
            empirical_se, model_se, relative_error`` (of the model standard error, per cent),
            ``mse, coverage, bias_eliminated_coverage, rejection``, each with ``_mcse``.

        Raises
        ------
        InputError
            If `replicates` is neither of the two.

        References
        ----------
        Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate statistical
        methods. Stat Med 2019;38:2074-2102. doi:10.1002/sim.8086

        Examples
        --------
        >>> from dsrct_edu.studies import two_arm_trials
        >>> table = two_arm_trials(n_patients=100, n_replicates=500, hazard_ratio=0.6).performance()
        >>> cox = table.set_index(["method", "measure"]).loc[("cox", "log_hazard_ratio")]
        >>> bool(abs(cox["bias"]) < 0.05), bool(0.9 < cox["coverage"] < 1)
        (True, True)
        """
        checks.one_of(replicates, ("all", "converged"), "replicates")
        table = []
        for (method, measure), *column in zip(
            self.design.columns, *(part.T for part in self.results), strict=True
        ):
            estimate, se, converged, separated = column
            present = np.isfinite(estimate) & np.isfinite(se)
            without_maximum = ~converged & (measure == "log_hazard_ratio")
            used = present & ~without_maximum if replicates == "all" else present & converged
            truth = self.truth[method, measure]
            table.append(
                {
                    "method": method,
                    "measure": measure,
                    "truth": truth,
                    "n_replicates": self.n_replicates,
                    "n_converged": int(converged.sum()),
                    "n_separated": int(separated.sum()),
                    "n_missing": int(np.isnan(estimate).sum()),
                    "n_used": int(used.sum()),
                }
                | performance(estimate[used], se[used], truth)
            )
        return pd.DataFrame(table)

    def plot(self, measure: str = "rmst_difference", **options: Any) -> Figure:
        """Draw the study as a staircase: every method beside the truth.

        Parameters
        ----------
        measure : {"rmst_difference", "hazard_ratio", "log_hazard_ratio", "survival_difference"}
            The measure on the axis.
        **options
            Passed to `dsrct_edu.figures.staircase`, such as ``steps`` to reveal step by step.

        Returns
        -------
        Figure
            Mean estimate, the middle 95 % of the estimates, and the truth of every method. It
            carries its own words.
        """
        from dsrct_edu import figures

        table = staircase(self, measure)
        return figures.staircase(table, measure=_AXES[measure], **options)


def check_study(study: object) -> None:
    """Refuse what is no study, such as one of its tables."""
    if not isinstance(study, Study):
        remedy = "Give what simulation_study() or two_arm_trials() returns, not one of its tables."
        raise InputError("a Study", type(study).__name__, remedy, argument="study")


_INTERVALS = {"spread": "the middle 95 of 100 registries", "monte_carlo": "Monte Carlo error"}


def staircase(
    study: Study,
    measure: str = "rmst_difference",
    interval: str = "spread",
) -> pd.DataFrame:
    """Lay every method of a study beside its truth, in the order of the steps.

    Parameters
    ----------
    study : Study
    measure : {"rmst_difference", "log_hazard_ratio", "hazard_ratio", "survival_difference"}
        What is on the axis. For ``hazard_ratio`` the log hazard ratios are averaged and then
        exponentiated, with their interval and truth.
    interval : {"spread", "monte_carlo"}
        ``spread``: where the middle 95 % of the replicates' estimates lie, which is how far one
        registry of this size can mislead. ``monte_carlo``: 95 % interval of the mean itself.

    Returns
    -------
    DataFrame
        ``label, method, measure, estimate`` (mean over replicates)``, ci_low, ci_high, truth,
        interval_of, mcse, n_used, n_converged``. Its figure is ``dsrct_edu.figures.staircase``.

    Raises
    ------
    InputError
        If the study does not have the measure, or an option is unknown.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> study = dsrct.simulation_study("null", n_replicates=50, methods=["ever_never", "iptw"])
    >>> table = dsrct.studies.staircase(study)
    >>> list(table["method"])
    ['ever_never', 'iptw']
    """
    check_study(study)
    checks.one_of(interval, tuple(_INTERVALS), "interval")
    measured = study.performance()
    logged = measure == "hazard_ratio"
    known = ["hazard_ratio"] if "log_hazard_ratio" in set(measured["measure"]) else []
    checks.one_of(measure, [*known, *measured["measure"].unique()], "measure")
    steps = measured[measured["measure"] == ("log_hazard_ratio" if logged else measure)]
    mcse = steps["empirical_se"] / np.sqrt(steps["n_used"])
    spread = interval == "spread"
    axis = {
        "estimate": steps["mean"],
        "ci_low": steps["q025"] if spread else steps["mean"] - LEVEL_Z * mcse,
        "ci_high": steps["q975"] if spread else steps["mean"] + LEVEL_Z * mcse,
        "truth": steps["truth"],
    }
    if logged:
        axis = {name: np.exp(values) for name, values in axis.items()}
        mcse = mcse * axis["estimate"]
    table = {
        "label": steps["method"].map(study.design.labels),
        "method": steps["method"],
        "measure": measure,
        **axis,
        "interval_of": _INTERVALS[interval],
        "mcse": mcse,
        "n_used": steps["n_used"],
        "n_converged": steps["n_converged"],
    }
    return pd.DataFrame(table).reset_index(drop=True)


def new_study(design: Design, n_replicates: int, workers: int, progress: bool) -> Study:
    """Run a design."""
    replicates = checks.whole(n_replicates, "n_replicates", 1)
    return Study(design, run_blocks(design, replicates, workers, progress))
