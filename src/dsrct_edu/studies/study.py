"""The result of a simulation study: estimates, performance, and a way to go on."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.errors import InputError
from dsrct_edu.studies.measures import performance
from dsrct_edu.studies.running import Design, Results, Store, run

Z = 1.959963984540054  # 95 % Wald intervals throughout


@dataclass(frozen=True)
class Study:
    """A simulation study, as far as it has been run.

    Parameters
    ----------
    design : CohortDesign or TwoArmDesign
        Scenario, sizes, methods and seed.
    store : Store
        Results of every replicate as arrays.

    Examples
    --------
    >>> from dsrct_edu.studies import two_arm_trials
    >>> study = two_arm_trials(n_patients=100, n_replicates=200, hazard_ratio=0.6)
    >>> list(study.estimates.columns)
    ['replicate', 'method', 'measure', 'estimate', 'se', 'ci_low', 'ci_high', 'converged']
    >>> study.extend(300).n_replicates
    300
    """

    design: Design
    store: Store = field(repr=False)

    @property
    def n_replicates(self) -> int:
        """Replicates asked for."""
        return len(self.store.finished)

    @property
    def n_finished(self) -> int:
        """Replicates analysed so far; fewer than asked for after an interruption."""
        return int(self.store.finished.sum())

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
        rows = self._finished()
        numbers = np.flatnonzero(self.store.finished)
        methods, measures = zip(*self.design.columns, strict=True)
        estimate, half = rows.estimate.ravel(), Z * rows.se.ravel()
        return pd.DataFrame(
            {
                "replicate": np.repeat(numbers, len(methods)),
                "method": np.tile(np.array(methods, dtype=object), len(numbers)),
                "measure": np.tile(np.array(measures, dtype=object), len(numbers)),
                "estimate": estimate,
                "se": rows.se.ravel(),
                "ci_low": estimate - half,
                "ci_high": estimate + half,
                "converged": rows.converged.ravel(),
            }
        )

    @cached_property
    def truth(self) -> dict[tuple[str, str], float]:
        """Estimand of every method and measure; NaN where there is none."""
        return self.design.truth()

    def performance(self, replicates: str = "converged") -> pd.DataFrame:
        """Measure every method against its own truth, with Monte Carlo standard errors.

        The truths of the named scenarios are at hand. Those of a changed scenario are simulated
        from six million patients when they are first asked for, which takes a minute or two.

        Parameters
        ----------
        replicates : {"converged", "all"}
            ``all`` also takes estimates that did not converge, where there is one and it has
            a finite standard error: what an analyst would report who ignores the warning.

        Returns
        -------
        DataFrame
            ``method, measure, truth, n_replicates, n_converged, n_separated, n_missing,
            n_used``, then ``bias, empirical_se, model_se, relative_error`` (of the model
            standard error, per cent), ``mse, coverage, bias_eliminated_coverage, rejection``,
            each with ``_mcse``.

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
        if replicates not in ("converged", "all"):
            raise InputError("'converged' or 'all'", repr(replicates), column="replicates")
        rows = self._finished()
        table = []
        for i, (method, measure) in enumerate(self.design.columns):
            estimate, se = rows.estimate[:, i], rows.se[:, i]
            present = np.isfinite(estimate) & np.isfinite(se)
            used = present if replicates == "all" else present & rows.converged[:, i]
            truth = self.truth[method, measure]
            table.append(
                {
                    "method": method,
                    "measure": measure,
                    "truth": truth,
                    "n_replicates": len(estimate),
                    "n_converged": int(rows.converged[:, i].sum()),
                    "n_separated": int(rows.separated[:, i].sum()),
                    "n_missing": int(np.isnan(estimate).sum()),
                    "n_used": int(used.sum()),
                }
                | performance(estimate[used], se[used], truth, Z)
            )
        return pd.DataFrame(table)

    def extend(self, n_replicates: int, workers: int = 1, progress: bool = True) -> Study:
        """Return the study with more replicates; those there are kept as they are.

        Parameters
        ----------
        n_replicates : int
            Replicates in all, at least as many as now.
        workers, progress
            As in `simulation_study`.

        Returns
        -------
        Study
            Equal to a study run with `n_replicates` at once.

        Raises
        ------
        InputError
            If fewer replicates are asked for than there are.
        """
        if n_replicates < self.n_replicates:
            raise InputError(
                f"{self.n_replicates} replicates or more",
                repr(n_replicates),
                "A study only grows; take a part of .estimates for fewer.",
                "n_replicates",
            )
        store = run(self.design, self.store.resized(n_replicates), workers, progress)
        return Study(self.design, store)

    def resume(self, workers: int = 1, progress: bool = True) -> Study:
        """Return the study with the replicates that an interruption left out."""
        return self.extend(self.n_replicates, workers, progress)

    def plot(self, measure: str = "rmst_difference", **options: Any) -> Any:
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
        from dsrct_edu.studies.tables import staircase

        table = staircase(self, measure)
        axis: dict[str, Any] = {"measure": _AXES[measure], "log": measure == "hazard_ratio"}
        return figures.staircase(table, **axis | options)

    def save(self, path: str | Path) -> list[Path]:
        """Write the study: arrays as ``.npz``, design, seed and versions as ``.json``.

        Parameters
        ----------
        path : str or Path
            Name without ending. Where pyarrow is installed, the estimates are also written as
            ``.parquet`` for other software.

        Returns
        -------
        list of Path
            The files.
        """
        base = Path(path)
        base.parent.mkdir(parents=True, exist_ok=True)
        arrays, about, table = (base.with_name(base.name + end) for end in _ENDINGS)
        np.savez_compressed(arrays, **self.store.results._asdict(), finished=self.store.finished)
        described: dict[str, Any] = {"design": self.design.to_json(), "versions": versions()}
        described["n_replicates"], described["n_finished"] = self.n_replicates, self.n_finished
        about.write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
        if find_spec("pyarrow") is None:
            return [arrays, about]
        self.estimates.to_parquet(table, index=False)
        return [arrays, about, table]

    @classmethod
    def load(cls, path: str | Path) -> Study:
        """Read a study that `save` wrote; it can be resumed and extended.

        Parameters
        ----------
        path : str or Path
            Name without ending, as given to `save`.

        Returns
        -------
        Study
            The same estimates.

        Raises
        ------
        InputError
            If the files are not there, or were written by a disease model that this version
            of the package no longer has.
        """
        from dsrct_edu.studies.designs import design_from_json

        base = Path(path)
        arrays, about, _ = (base.with_name(base.name + end) for end in _ENDINGS)
        missing = [str(file) for file in (arrays, about) if not file.exists()]
        if missing:
            raise InputError(
                "a saved study", f"no file {missing[0]}", "Give the name that save() was given."
            )
        design = design_from_json(json.loads(about.read_text(encoding="utf-8"))["design"])
        with np.load(arrays) as held:
            results = Results(*(held[name] for name in Results._fields))
            return cls(design, Store(results, held["finished"]))

    def _finished(self) -> Results:
        if self.store.finished.all():
            return self.store.results
        rows = self.store.finished
        estimate, se, converged, separated = self.store.results
        return Results(estimate[rows], se[rows], converged[rows], separated[rows])


_ENDINGS = (".npz", ".json", ".parquet")
_AXES = {
    "rmst_difference": "Months gained (RMST difference)",
    "hazard_ratio": "Hazard ratio",
    "log_hazard_ratio": "Log hazard ratio",
    "survival_difference": "Difference in survival",
}


def start(design: Design, n_replicates: int, workers: int, progress: bool) -> Study:
    """Run a design from the beginning."""
    store = Store.empty(len(design.columns), n_replicates)
    return Study(design, run(design, store, workers, progress))


def versions() -> dict[str, str]:
    """Name what the numbers were made with."""
    import scipy

    from dsrct_edu import __version__

    return {
        "dsrct_edu": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "platform": platform.machine(),
    }
