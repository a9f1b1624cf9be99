"""The design of a DSRCT study: registries of a disease model, ten methods, and each one's truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from dsrct_edu.analysis.registry_arrays import RegistryArrays
from dsrct_edu.analysis.two_groups import Fit
from dsrct_edu.disease import Scenario, true_effect
from dsrct_edu.disease.simulate import Draw, draw
from dsrct_edu.disease.truth import censored_log_hazard_ratio
from dsrct_edu.studies.adjusted import adjusted_cox, emulated_trial, iptw
from dsrct_edu.studies.methods import (
    complete_resection,
    ever_never,
    from_landmark,
    operated_only,
    time_dependent,
)
from dsrct_edu.studies.running import Results
from dsrct_edu.vocabulary import CONFOUNDERS, HORIZON

_CACHED = 15_000  # patients analysed together


class Method(NamedTuple):
    """One method of a study.

    Parameters
    ----------
    name : str
    truth : str
        What it is held against. ``surgery``, ``diagnosis``: the effect from there. ``crude``,
        ``adjusted``: for the log hazard ratio, the same Cox model fitted to both potential
        outcomes. ``benchmark``: it answers no causal question, and is held against the effect
        from surgery all the same.
    measures : tuple of str
        What it estimates.
    function : callable
        Takes registries and a horizon; returns a `Fit` for each measure.
    label : str
        What it is called in a figure.
    """

    name: str
    truth: str
    measures: tuple[str, ...]
    function: Callable[[RegistryArrays, float], dict[str, Fit]]
    label: str


_RATIO, _MONTHS = ("log_hazard_ratio",), ("rmst_difference",)
_BOTH = _RATIO + _MONTHS
_BY_6, _BY_9, _BY_12 = (partial(from_landmark, month=month) for month in (6.0, 9.0, 12.0))
_ROWS = (
    ("ever_never", "benchmark", _BOTH, ever_never, "Everyone: ever or never HIPEC"),
    (
        "time_dependent",
        "benchmark",
        _RATIO,
        time_dependent,
        "Everyone: HIPEC from the operation on",
    ),
    ("landmark_6", "benchmark", _BOTH, _BY_6, "Followed beyond month 6"),
    ("landmark_9", "benchmark", _BOTH, _BY_9, "Followed beyond month 9"),
    ("landmark_12", "benchmark", _BOTH, _BY_12, "Followed beyond month 12"),
    ("operated_only", "benchmark", _BOTH, operated_only, "Operated only"),
    ("complete_resection", "crude", _BOTH, complete_resection, "Completely resected only"),
    ("adjusted_cox", "adjusted", _RATIO, adjusted_cox, "Completely resected, adjusted"),
    ("iptw", "surgery", _MONTHS, iptw, "Completely resected, weighted"),
    ("emulated_trial", "diagnosis", _MONTHS, emulated_trial, "Emulated trial, from diagnosis"),
)
METHODS = {row[0]: Method(*row) for row in _ROWS}


def method_truth(model: Scenario, method: str, measure: str) -> float:
    """Return what a method would find with endless data if it were right about its question."""
    kind = METHODS[method].truth
    if model.does_nothing:
        return 0.0
    if measure == "log_hazard_ratio" and kind in ("crude", "adjusted"):
        return censored_log_hazard_ratio(model, kind == "adjusted").log_hazard_ratio
    effect = true_effect(model, "diagnosis" if kind == "diagnosis" else "surgery")
    return effect.rmst_difference if measure == "rmst_difference" else effect.log_hazard_ratio


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
        return tuple((name, measure) for name in self.methods for measure in METHODS[name].measures)

    @property
    def labels(self) -> dict[str, str]:
        """What each method is called in a figure."""
        return {name: METHODS[name].label for name in self.methods}

    @property
    def block(self) -> int:
        """Registries analysed together."""
        return max(1, _CACHED // self.n_patients)

    def analyse(self, first: int, replicates: int) -> Results:
        """Draw and analyse registries ``first`` to ``first + replicates - 1``."""
        drawn = draw(self.scenario, self.n_patients, self.seed, replicates, first)
        registries = from_draw(drawn)
        found = {name: METHODS[name].function(registries, HORIZON) for name in self.methods}
        return Results.of([found[method][measure] for method, measure in self.columns])

    def truth(self) -> dict[tuple[str, str], float]:
        """Return the estimand of every column."""
        return {column: method_truth(self.scenario, *column) for column in self.columns}


def from_draw(drawn: Draw) -> RegistryArrays:
    """Read the observed columns of a draw; nothing latent is looked at."""
    seen = drawn.observed
    operated = seen["operated"]
    complete = operated & (seen["cc_score"] <= 1)
    confounders = np.stack([seen[name].astype(np.float64) for name in CONFOUNDERS], axis=2)
    return RegistryArrays(
        time=seen["follow_up_month"],
        death=seen["death"],
        operated=operated,
        complete=complete,
        surgery=np.where(operated, seen["surgery_month"], 0.0),
        hipec=seen["hipec"],
        confounders=np.where(complete[:, :, None], confounders, 0.0),
        included=np.ones(operated.shape, dtype=bool),
    )
