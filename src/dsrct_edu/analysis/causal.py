"""Weighting by the propensity to be treated."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsrct_edu.analysis import inputs
from dsrct_edu.analysis.kernels import Booleans, Floats
from dsrct_edu.analysis.logistic import logistic_fit
from dsrct_edu.analysis.regression import Design, check_varies, design_matrix
from dsrct_edu.analysis.results import Result, plural
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

ESTIMANDS = ("ATE", "ATT", "overlap")


class SeparationWarning(UserWarning):
    """The confounders tell for certain who is treated: some patients have no counterpart."""


@dataclass(frozen=True, repr=False)
class Weights(Result):
    """Propensity scores and the weights made from them.

    Attributes
    ----------
    weights, propensity : Series
        By patient, with the index of the table.
    balance : DataFrame
        ``covariate, unweighted, weighted``: standardised mean differences, treated minus
        untreated. Below 0.1 in size counts as balanced.
    effective_sample_size : DataFrame
        ``group, n, effective_sample_size``: how many equally weighted patients would be as
        informative, (sum w)^2 / sum w^2.
    overlap : DataFrame
        ``group, propensity, weight``, a row per patient.
    coefficients : Series
        Of the logistic model; log odds ratios, intercept first.
    separated : bool
        The model tells for certain who is treated: do not use the weights.
    treatment, estimand : str
    """

    weights: pd.Series[float]
    propensity: pd.Series[float]
    balance: pd.DataFrame
    effective_sample_size: pd.DataFrame
    overlap: pd.DataFrame
    coefficients: pd.Series[float]
    separated: bool
    treatment: str
    estimand: str

    def to_frame(self) -> pd.DataFrame:
        """Return the overlap table: ``group, propensity, weight`` by patient."""
        return self.overlap.copy()

    def title(self) -> str:
        """Say what was weighted."""
        n = plural(len(self.weights), "patient")
        worst = float(self.balance["weighted"].abs().max())
        return (
            f"Propensity weights ({self.estimand}) for {self.treatment}: {n}, "
            f"largest standardised difference {worst:.2f} after weighting"
        )

    def summary(self) -> pd.DataFrame:
        """Return the effective sample sizes."""
        return self.effective_sample_size

    def note(self) -> str:
        """Warn of separation."""
        return _SEPARATED if self.separated else ""

    def plot(self, kind: str = "balance", **options: Any) -> Figure:
        """Draw the balance before and after weighting, or the overlap of the propensities.

        Parameters
        ----------
        kind : {"balance", "overlap"}
        **options
            Passed to `dsrct_edu.figures.love_plot` or `dsrct_edu.figures.overlap`.
        """
        from dsrct_edu.figures import love_plot, overlap

        if inputs.check_choice(kind, ("balance", "overlap"), "kind") == "balance":
            return love_plot(self.balance, **options)
        return overlap(self.overlap.rename(columns={"group": "arm"}), **options)


_SEPARATED = (
    "Separation: the confounders tell for certain who is treated, so some patients have no "
    "counterpart. Use fewer confounders, or ask a question about those who could be either."
)


def propensity(
    patients: pd.DataFrame,
    treatment: str = "hipec",
    confounders: Sequence[str] | str = (),
    estimand: str = "ATE",
    stabilised: bool = True,
    truncate: float | None = None,
) -> Weights:
    """Weight patients by how likely their treatment was, given the confounders.

    An unpenalised logistic regression, without interactions.

    Parameters
    ----------
    patients : DataFrame
        Those who could have been given either treatment: for HIPEC, the completely resected.
    treatment : str
        Column: treated or not (bool or 0/1).
    confounders : list of str
        Columns of numbers, booleans or categories, known before the treatment.
    estimand : {"ATE", "ATT", "overlap"}
        Whose effect: everybody's (weights 1/P(own treatment)), that of the treated (the untreated
        get the odds of treatment), or that of those who could be either (P(other treatment)).
    stabilised : bool
        Multiply ATE weights by the share of patients with that treatment, so that they are about
        one on average.
    truncate : float, optional
        Cut weights above this quantile down to it; say so when you report.

    Returns
    -------
    Weights

    Raises
    ------
    InputError
        If a column is missing or malformed, or nobody or everybody is treated.

    Warns
    -----
    SeparationWarning
        If the confounders tell for certain who is treated; the result then says ``separated``.

    References
    ----------
    Austin & Stuart 2015, https://doi.org/10.1002/sim.6607

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import propensity
    >>> patients = pd.DataFrame({"hipec": [1, 1, 1, 0, 0, 0, 0, 1],
    ...                          "expert_centre": [1, 1, 0, 0, 0, 1, 0, 1]})
    >>> found = propensity(patients, "hipec", ["expert_centre"])
    >>> found.weights.round(3).tolist()
    [0.667, 0.667, 2.0, 0.667, 0.667, 2.0, 0.667, 0.667]
    >>> found.balance.round(3)
           covariate  unweighted  weighted
    0  expert_centre         1.0       0.0
    """
    table = inputs.check_table(patients)
    treated = inputs.check_events(table, treatment)
    inputs.check_choice(estimand, ESTIMANDS, "estimand")
    if treated.all() or not treated.any():
        raise InputError(
            "treated and untreated patients",
            "only treated" if treated.all() else "only untreated",
            "There is nothing to weight: check the column.",
            treatment,
        )
    design = design_matrix(table, confounders)
    if treatment in design.terms:
        raise InputError(
            "confounders without the treatment", "the treatment", "Leave it out.", treatment
        )
    check_varies(design, np.ones(len(table), dtype=bool), table)
    fit = logistic_fit(treated[None], design.matrix[None], np.ones((1, len(table))))
    if fit.separated[0]:
        warnings.warn(_SEPARATED, SeparationWarning, stacklevel=2)
    score = fit.probability[0]
    weight = treatment_weights(treated, score, estimand, stabilised)
    if truncate is not None:
        limit = np.quantile(weight, inputs.check_number(truncate, "truncate", 0.5, 1.0))
        weight = np.minimum(weight, limit)
    names = ["intercept", *design.names]
    group = np.where(treated, "treated", "untreated")
    return Weights(
        pd.Series(weight, index=table.index, name="weight"),
        pd.Series(score, index=table.index, name="propensity"),
        balance_table(design, treated, weight),
        _effective(group, weight),
        pd.DataFrame({"group": group, "propensity": score, "weight": weight}, index=table.index),
        pd.Series(fit.coef[0], index=names, name="coef"),
        bool(fit.separated[0]),
        treatment,
        estimand,
    )


def treatment_weights(
    treated: Booleans, score: Floats, estimand: str, stabilised: bool = False
) -> Floats:
    """Return weights from propensity scores (patients,)."""
    own = np.where(treated, score, 1 - score)
    if estimand == "overlap":
        return 1 - own
    if estimand == "ATT":
        return np.where(treated, 1.0, score / (1 - score))
    share = np.where(treated, treated.mean(), 1 - treated.mean()) if stabilised else 1.0
    return np.asarray(share / own)


def balance_table(design: Design, treated: Booleans, weight: Floats) -> pd.DataFrame:
    """Return standardised mean differences; both in units of the unweighted spread."""
    x = design.matrix
    ones = np.ones(len(x))

    def difference(w: Floats) -> Floats:
        means = [np.average(x[g], axis=0, weights=w[g]) for g in (treated, ~treated)]
        return np.asarray(means[0] - means[1])

    variances = [
        x[g].var(axis=0, ddof=1) if g.sum() > 1 else np.zeros(x.shape[1])
        for g in (treated, ~treated)
    ]
    spread = np.sqrt((variances[0] + variances[1]) / 2)
    spread = np.where(spread > 0, spread, 1.0)
    table = {
        "covariate": list(design.names),
        "unweighted": difference(ones) / spread,
        "weighted": difference(weight) / spread,
    }
    return pd.DataFrame(table)


def _effective(group: Any, weight: Floats) -> pd.DataFrame:
    rows = []
    for label in ("treated", "untreated"):
        w = weight[group == label]
        rows.append((label, w.size, w.sum() ** 2 / (w**2).sum()))
    return pd.DataFrame(rows, columns=["group", "n", "effective_sample_size"])
