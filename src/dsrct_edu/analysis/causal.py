"""Weighting by the propensity to be treated, and how much hidden confounding it would take."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsrct_edu import checks, wording
from dsrct_edu.analysis import inputs
from dsrct_edu.analysis.design import Design, check_varies, design_matrix, with_treatment
from dsrct_edu.analysis.firth import firth_logistic
from dsrct_edu.analysis.fitted import PENALTIES
from dsrct_edu.analysis.logistic import logistic_fit
from dsrct_edu.analysis.results import Result
from dsrct_edu.analysis.weighting import (
    ESTIMANDS,
    EstimatedWeights,
    estimated_weights,
    treatment_weights,
)
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure


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
    penalty : str or None
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
    penalty: str | None
    _estimated: EstimatedWeights = field(repr=False)

    def of(self, table: pd.DataFrame) -> Floats:
        """Return the weights of a table's rows, which must be those they were made for."""
        if not table.index.equals(self.weights.index):
            expected = "the rows that the weights were made for, in their order"
            remedy = "Call propensity on this table."
            raise InputError(expected, "others", remedy, argument="weights")
        return np.asarray(self.weights, dtype=np.float64)

    def balance_of(self, patients: pd.DataFrame, columns: Sequence[str] | str) -> pd.DataFrame:
        """Return what these weights do to columns that the propensity was not made from.

        Parameters
        ----------
        patients : DataFrame
            The rows that the weights were made for.
        columns : list of str
            Columns of numbers, booleans or categories.

        Returns
        -------
        DataFrame
            ``covariate, unweighted, weighted``, as in ``balance``.

        Examples
        --------
        >>> import pandas as pd
        >>> from dsrct_edu.analysis import propensity
        >>> patients = pd.DataFrame({"hipec": [1, 1, 1, 0, 0, 0], "expert": [1, 1, 0, 0, 0, 1],
        ...                          "fitness": [5, 4, 2, 2, 1, 3]})
        >>> found = propensity(patients, "hipec", ["expert"])
        >>> found.balance_of(patients, ["fitness"]).round(2)
          covariate  unweighted  weighted
        0   fitness        1.29      0.77
        """
        table = inputs.check_table(patients)
        weight = self.of(table)
        treated = (self.overlap["group"] == "treated").to_numpy()
        return balance_table(design_matrix(table, columns, "columns"), treated, weight)

    def owed(self, influence: Floats) -> Floats:
        """Return what estimates owe to each patient because the weights are estimated.

        Parameters
        ----------
        influence : array (patients, estimates)
            Of each patient on each estimate, the weights taken as known.

        Returns
        -------
        array (patients, estimates)
            NaN if the propensity is separated: it is then not estimated.
        """
        if self.separated:
            return np.full_like(influence, np.nan)
        return self._estimated.owed(influence)

    def to_frame(self) -> pd.DataFrame:
        """Return the overlap table: ``group, propensity, weight`` by patient."""
        return self.overlap.copy()

    def title(self) -> str:
        """Say what was weighted."""
        n = wording.counted(len(self.weights), "patient")
        penalty = "" if self.penalty is None else ", Firth's penalty"
        worst = float(self.balance["weighted"].abs().max())
        return (
            f"Propensity weights ({self.estimand}{penalty}) for {self.treatment}: {n}, "
            f"largest standardised difference {wording.plain(worst, 2)} after weighting"
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

        if checks.one_of(kind, ("balance", "overlap"), "kind") == "balance":
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
    penalty: str | None = None,
) -> Weights:
    """Weight patients by how likely their treatment was, given the confounders.

    A logistic regression, without interactions.

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
    penalty : {"firth"}, optional
        Firth's penalty: finite coefficients where the confounders tell for certain who is treated.
        It makes weights that can be used, no counterparts where there are none.

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
    checks.one_of(estimand, ESTIMANDS, "estimand")
    if treated.all() or not treated.any():
        found = "only treated" if treated.all() else "only untreated"
        remedy = "There is nothing to weight: check the column."
        raise InputError("treated and untreated patients", found, remedy, treatment)
    design = design_matrix(table, confounders, "confounders")
    with_treatment(treatment, treated, design)
    check_varies(design, np.ones(len(table), dtype=bool))
    if penalty is None:
        fit = logistic_fit(treated[None], design.matrix[None], np.ones((1, len(table))))
    else:
        checks.one_of(penalty, PENALTIES, "penalty")
        fit = firth_logistic(treated, design.matrix)
    if fit.separated[0]:
        warnings.warn(_SEPARATED, SeparationWarning, stacklevel=2)
    score = fit.probability[0]
    weight, cut = treatment_weights(treated, score, estimand, stabilised), np.zeros_like(treated)
    if truncate is not None:
        limit = np.quantile(weight, checks.between(truncate, "truncate", 0.5, 1))
        weight, cut = np.minimum(weight, limit), weight > limit
    names = ["intercept", *design.names]
    group = np.where(treated, "treated", "untreated")
    columns = {"group": group, "propensity": score, "weight": weight}
    overlap = pd.DataFrame(columns, index=table.index)
    return Weights(
        overlap["weight"],
        overlap["propensity"],
        balance_table(design, treated, weight),
        _effective(overlap),
        overlap,
        pd.Series(fit.coef[0], index=names, name="coef"),
        bool(fit.separated[0]),
        treatment,
        estimand,
        penalty,
        estimated_weights(fit, treated, estimand, stabilised, cut),
    )


def balance_table(design: Design, treated: Flags, weight: Floats) -> pd.DataFrame:
    """Return standardised mean differences; both in units of the unweighted spread."""
    x = design.matrix
    arms = (treated, ~treated)

    def difference(w: Floats) -> Floats:
        one, zero = (np.average(x[arm], axis=0, weights=w[arm]) for arm in arms)
        return np.asarray(one - zero)

    variances = [
        x[arm].var(axis=0, ddof=1) if arm.sum() > 1 else np.zeros(x.shape[1]) for arm in arms
    ]
    spread = np.sqrt((variances[0] + variances[1]) / 2)
    spread = np.where(spread > 0, spread, 1.0)
    table = {
        "covariate": list(design.names),
        "unweighted": difference(np.ones(len(x))) / spread,
        "weighted": difference(weight) / spread,
    }
    return pd.DataFrame(table)


def _effective(overlap: pd.DataFrame) -> pd.DataFrame:
    by_group = overlap["weight"].groupby(overlap["group"])
    size = by_group.sum() ** 2 / by_group.agg(lambda weight: (weight**2).sum())
    table = pd.DataFrame({"n": by_group.size(), "effective_sample_size": size})
    return table.reset_index()


@dataclass(frozen=True, repr=False)
class EValue(Result):
    """How strong hidden confounding would have to be.

    Attributes
    ----------
    estimate : float
        E-value of the hazard ratio.
    limit : float or None
        E-value of the confidence limit nearer to 1; 1 if the interval contains 1.
    """

    estimate: float
    limit: float | None

    def to_frame(self) -> pd.DataFrame:
        """Return ``quantity, e_value``."""
        rows = [("estimate", self.estimate)]
        if self.limit is not None:
            rows.append(("confidence limit", self.limit))
        return pd.DataFrame(rows, columns=["quantity", "e_value"])

    def title(self) -> str:
        """Say what the number means."""
        return (
            f"E-value {self.estimate:.2f}: a hidden confounder tied to treatment and outcome by "
            f"risk ratios of {self.estimate:.2f} each could explain the estimate away"
        )

    def summary(self) -> pd.DataFrame:
        """Return the table."""
        return self.to_frame()

    def note(self) -> str:
        """Say what it does not cover."""
        return "It speaks of confounding only, not of selection, waiting time or chance."


def e_value(
    hazard_ratio: float,
    ci_low: float | None = None,
    ci_high: float | None = None,
) -> EValue:
    """Return the E-value of a hazard ratio, taken for the risk ratio of a common outcome.

    Parameters
    ----------
    hazard_ratio : float
    ci_low, ci_high : float, optional
        Confidence limits of the hazard ratio; give both or neither.

    Returns
    -------
    EValue

    Raises
    ------
    InputError
        If a ratio is not above zero, or the limits do not enclose the estimate.

    References
    ----------
    VanderWeele & Ding 2017, https://doi.org/10.7326/M16-2607

    Examples
    --------
    >>> from dsrct_edu.analysis import e_value
    >>> round(e_value(0.41).estimate, 2), round(e_value(0.41, 0.2, 1.1).limit, 2)
    (3.09, 1.0)
    """
    ratio = checks.positive(hazard_ratio, "hazard_ratio")
    if (ci_low is None) != (ci_high is None):
        raise InputError("both confidence limits, or neither", "one", "Give ci_low and ci_high.")
    if ci_low is None or ci_high is None:
        return EValue(_e(_risk_ratio(ratio)), None)
    low, high = checks.positive(ci_low, "ci_low"), checks.positive(ci_high, "ci_high")
    if not low <= ratio <= high:
        expected, found = "limits that enclose the hazard ratio", f"{low:g} to {high:g}"
        raise InputError(expected, found, "Check their order.")
    nearer = high if ratio < 1 else low
    crosses = low <= 1 <= high
    limit = 1.0 if crosses else _e(_risk_ratio(nearer))
    return EValue(_e(_risk_ratio(ratio)), limit)


def _risk_ratio(ratio: float) -> float:
    return float((1 - 0.5 ** sqrt(ratio)) / (1 - 0.5 ** sqrt(1 / ratio)))


def _e(risk: float) -> float:
    larger = max(risk, 1 / risk)
    return larger + sqrt(larger * (larger - 1))
