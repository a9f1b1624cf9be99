"""Cox regression, and the checks of its assumption."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri

from dsrct_edu import checks, wording
from dsrct_edu.analysis import diagnostics, inputs, kernels
from dsrct_edu.analysis.partial_likelihood import CoxData, CoxFit, cox_data, cox_fit
from dsrct_edu.analysis.results import Result
from dsrct_edu.arrays import Flags, Floats, Places
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

_TIES = ("efron", "breslow")


class ConvergenceWarning(UserWarning):
    """The likelihood has no maximum within reach; the estimates are not to be used."""


@dataclass(frozen=True)
class Design:
    """Covariates as numbers: a column each, and the covariate (term) that each belongs to."""

    matrix: Floats
    names: tuple[str, ...]
    terms: tuple[str, ...]


def design_matrix(
    data: pd.DataFrame, covariates: Sequence[str] | str, role: str = "covariates"
) -> Design:
    """Turn covariates into numbers; categories become an indicator for each level but the first."""
    columns: list[tuple[str, str, Floats]] = []
    for covariate in inputs.check_names(covariates, role):
        column = inputs.check_column(data, covariate, "a covariate")
        if isinstance(column.dtype, pd.CategoricalDtype):
            groups = inputs.check_groups(data, covariate, at_least=2)
            for code, label in enumerate(groups.labels[1:], start=1):
                indicator = (groups.codes == code).astype(np.float64)
                columns.append((f"{covariate}[{label}]", covariate, indicator))
            continue
        if pd.api.types.is_string_dtype(column.dtype) and not column.isna().any():
            expected = "a covariate of numbers, booleans or categories"
            remedy = f"Text with few values: data[{covariate!r}].astype('category')."
            raise InputError(expected, repr(column.iloc[0]), remedy, covariate)
        values = inputs.check_numbers(data, covariate, "a covariate")
        columns.append((covariate, covariate, values))
    names, terms, matrix = zip(*columns, strict=True)
    return Design(np.column_stack(matrix), names, terms)


def with_treatment(treatment: str, treated: Flags, confounders: Design) -> Design:
    """Put a treatment before its confounders: one where treated, however it is coded."""
    if treatment in confounders.terms:
        expected = "confounders without the treatment"
        raise InputError(expected, "the treatment", "Leave it out.", treatment)
    return Design(
        np.column_stack([treated, confounders.matrix]),
        (treatment, *confounders.names),
        (treatment, *confounders.terms),
    )


def check_varies(design: Design, used: Flags) -> None:
    """Refuse a covariate that is constant, or a sum of multiples of those before it."""
    x = design.matrix[used]
    x = x - x.mean(axis=0)
    size = np.sqrt((x**2).sum(axis=0))
    for j, name in enumerate(design.names):
        spread = np.abs(design.matrix[used, j]).max() * np.sqrt(len(x))
        if size[j] <= 1e-12 * max(spread, 1e-300):
            value = f"{design.matrix[used, j][0]:g} in every row"
            raise InputError("a covariate that varies", value, "Leave it out.", name)
    _, r = np.linalg.qr(x / size)
    for j, pivot in enumerate(np.abs(np.diagonal(r))):
        if pivot < 1e-9:
            expected = "covariates that do not determine each other"
            found = "a combination of those named before it"
            raise InputError(expected, found, "Leave one of them out.", design.names[j])
    if len(r) < len(design.names):
        expected = f"more rows than covariates ({len(design.names)})"
        raise InputError(expected, wording.counted(len(x), "row"), "Use fewer covariates.")


@dataclass(frozen=True, repr=False)
class CoxResult(Result):
    """A fitted Cox model.

    Attributes
    ----------
    table : DataFrame
        Index covariate; ``coef, se, hazard_ratio, ci_low, ci_high, z, p_value``. The interval is
        that of the hazard ratio.
    covariance : DataFrame
        Of the coefficients; robust where `robust`.
    log_likelihood, null_log_likelihood : float
        Of the model, and of the model without covariates.
    converged : bool
        False if the likelihood has no maximum (see `diverging`): do not use the estimates.
    diverging : tuple of str
        Covariates whose coefficients still moved when the fit was given up.
    n, events : int
        Rows and events in the fit.
    ties, robust, level
        How the fit was made.
    """

    table: pd.DataFrame
    covariance: pd.DataFrame
    log_likelihood: float
    null_log_likelihood: float
    score_statistic: float
    converged: bool
    diverging: tuple[str, ...]
    n: int
    events: int
    ties: str
    robust: bool
    level: float
    _data: CoxData = field(repr=False)
    _fit: CoxFit = field(repr=False)
    _terms: tuple[str, ...] = field(repr=False)
    _times: tuple[Floats, Floats | None, Places | None] = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the table of coefficients with the covariate as a column."""
        return self.table.reset_index()

    @cached_property
    def concordance(self) -> float:
        """Share of comparable pairs in which the one at higher risk died first; ties count half.

        As R's ``concordance``: pairs are compared within strata, with weights, while both are at
        risk. 0.5 says that the model does not discriminate.
        """
        time, entry, strata = self._times
        # Term by term: a matrix product rounds equal rows differently on some processors, and
        # equal patients would no longer be tied.
        terms = zip(self._fit.coef[0], self._data.columns[0], strict=True)
        eta = np.sum([coef * column for coef, column in terms], axis=0)
        return diagnostics.concordance(
            time, self._data.event[0], eta, entry, self._data.weights[0], strata
        )

    def proportional_hazards(self, transform: str = "km") -> pd.DataFrame:
        """Test proportional hazards (Grambsch-Therneau score test, as R's ``cox.zph``).

        Parameters
        ----------
        transform : {"km", "rank", "identity", "log"}
            Scale of time on which the coefficients might change.

        Returns
        -------
        DataFrame
            Index covariate and ``GLOBAL``; ``chi_square, degrees_of_freedom, p_value``. A large
            p value does not show that hazards are proportional.

        References
        ----------
        Grambsch & Therneau 1994, https://doi.org/10.1093/biomet/81.3.515
        """
        checks.one_of(transform, diagnostics.TRANSFORMS, "transform")
        time, entry, _ = self._times
        if transform == "log" and (time <= 0).any():
            expected, remedy = "times above zero for 'log'", "Choose 'km' or 'rank'."
            raise InputError(expected, "a time of zero", remedy, argument="transform")
        scale = diagnostics.time_scale(transform, time, self._data.event[0], entry)
        statistics = diagnostics.proportional_hazards(self._data, self._fit, scale, self._terms)
        tests = [(name, value, df, float(chdtrc(df, value))) for name, value, df in statistics]
        columns = ["covariate", "chi_square", "degrees_of_freedom", "p_value"]
        return pd.DataFrame(tests, columns=columns).set_index("covariate")

    def tests(self) -> pd.DataFrame:
        """Test all coefficients together: ``test, statistic, degrees_of_freedom, p_value``."""
        coef = self.table["coef"].to_numpy()
        wald = float(coef @ np.linalg.solve(self.covariance.to_numpy(), coef))
        ratio = 2 * (self.log_likelihood - self.null_log_likelihood)
        named = {"likelihood ratio": ratio, "Wald": wald, "score": self.score_statistic}
        df = len(coef)
        rows = [(name, value, df, float(chdtrc(df, value))) for name, value in named.items()]
        return pd.DataFrame(rows, columns=["test", "statistic", "degrees_of_freedom", "p_value"])

    def title(self) -> str:
        """Say what was fitted."""
        counts = f"{wording.counted(self.n, 'row')}, {wording.counted(self.events, 'event')}"
        errors = "robust" if self.robust else "model-based"
        return f"Cox model: {counts}, {self.ties.capitalize()} ties, {errors} standard errors"

    def summary(self) -> pd.DataFrame:
        """Return the hazard ratios."""
        columns = ["covariate", "hazard_ratio", "ci_low", "ci_high", "p_value"]
        return self.to_frame()[columns]

    def note(self) -> str:
        """Warn if the fit did not converge."""
        return "" if self.converged else _not_converged(self.diverging)

    def plot(self, **options: Any) -> Figure:
        """Draw the hazard ratios as a forest.

        Parameters
        ----------
        **options
            Passed to `dsrct_edu.figures.forest`.
        """
        from dsrct_edu.figures import forest

        columns = {"covariate": "label", "hazard_ratio": "estimate"}
        table = self.to_frame().rename(columns=columns)
        return forest(table[["label", "estimate", "ci_low", "ci_high"]], **options)


def _not_converged(diverging: tuple[str, ...]) -> str:
    named = wording.listed(diverging) or "the covariates"
    return (
        f"Did not converge: the likelihood keeps rising as the coefficient of {named} grows "
        "(no events in some group, or perfect prediction). Do not use these estimates."
    )


def cox(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "event",
    covariates: Sequence[str] | str = (),
    entry: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    ties: str = "efron",
    level: float = 0.95,
) -> CoxResult:
    """Fit a Cox proportional hazards model.

    Parameters
    ----------
    data : DataFrame
        One row per patient, or several (start-stop rows) with `entry` and `cluster`.
    duration, event : str
        Columns: time under observation; whether it ended with the event (bool or 0/1).
    covariates : list of str
        Columns of numbers, booleans or categories. Categories become an indicator for each level
        but the first, named ``column[level]``.
    entry : str, optional
        Column of times of entry: at risk from just after them.
    strata : str, optional
        Column of strata, each with its own baseline hazard.
    cluster : str, optional
        Column of clusters (a centre, or the patient of several rows): standard errors are robust.
    weights : str, optional
        Column of case weights. Unless they are whole numbers, standard errors are robust, as in
        R. Rows of weight zero count as absent.
    ties : {"efron", "breslow"}
    level : float
        Level of the intervals.

    Returns
    -------
    CoxResult

    Raises
    ------
    InputError
        If a column is missing or malformed, no event is left, a covariate does not vary, or the
        covariates determine each other.

    Warns
    -----
    ConvergenceWarning
        If the likelihood has no maximum; the result then says ``converged`` False.

    References
    ----------
    Cox 1972, https://doi.org/10.1111/j.2517-6161.1972.tb00899.x

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import cox
    >>> data = pd.DataFrame({"duration": [1, 3, 4, 5, 6, 8], "event": [1, 1, 1, 1, 0, 0],
    ...                      "age": [60, 35, 40, 62, 41, 38]})
    >>> cox(data, covariates=["age"])
    Cox model: 6 rows, 4 events, Efron ties, model-based standard errors
    covariate hazard_ratio ci_low ci_high p_value
          age         1.03  0.947    1.13   0.456
    """
    checks.one_of(ties, _TIES, "ties")
    checks.between(level, "level", 0, 1)
    table, time, happened = inputs.check_outcome(data, duration, event)
    start = None if entry is None else inputs.check_entry(table, entry, time)
    design = design_matrix(table, covariates)
    weight = None if weights is None else inputs.check_weights(table, weights)
    stratum = None if strata is None else inputs.check_groups(table, strata).codes
    clusters = None if cluster is None else inputs.check_groups(table, cluster).codes
    used = np.ones(len(table), dtype=bool) if weight is None else weight > 0
    if not (happened & used).any():
        raise InputError("at least one event", "none", "No hazard can be estimated.", event)
    check_varies(design, used)
    if start is not None:
        time, start = inputs.tie_spans(table, time, start, weight, entry)
    # Sorted rows keep the sums over risk sets in cache.
    order = np.flatnonzero(used)
    order = order[np.argsort(time[order])]

    def pick(values: Any) -> Any:
        return None if values is None else values[order]

    def batch(values: Any) -> Any:
        return None if values is None else values[order][None]

    grid = kernels.time_grid(batch(time), batch(start), batch(stratum), start is not None)
    prepared = cox_data(grid, batch(happened), batch(design.matrix), batch(weight), ties)
    leaving = grid.time[0][grid.exit[0]]  # as the grid has them: near times are one
    times = (leaving, pick(start), pick(stratum))
    return _fitted(prepared, design, times, pick(clusters), ties, level)


def _fitted(
    data: CoxData,
    design: Design,
    times: tuple[Floats, Floats | None, Places | None],
    clusters: Places | None,
    ties: str,
    level: float,
) -> CoxResult:
    fit = cox_fit(data)
    converged = bool(fit.converged[0])
    robust = clusters is not None or bool((data.weights != np.floor(data.weights)).any())
    covariance = fit.covariance[0]
    if robust and converged:
        covariance = robust_covariance(data, fit, clusters)
    diverging = () if converged else tuple(np.array(design.names)[fit.moving[0]])
    if not converged:
        warnings.warn(_not_converged(diverging), ConvergenceWarning, stacklevel=3)
    return CoxResult(
        coefficient_table(fit.coef[0], covariance, design.names, level),
        pd.DataFrame(covariance, index=list(design.names), columns=list(design.names)),
        float(fit.log_likelihood[0]),
        float(fit.null_log_likelihood[0]),
        float(fit.score_statistic[0]),
        converged,
        diverging,
        data.event.size,
        int(data.event.sum()),
        ties,
        robust,
        level,
        data,
        fit,
        design.terms,
        times,
    )


def robust_covariance(data: CoxData, fit: CoxFit, clusters: Places | None) -> Floats:
    """Sandwich covariance from the influence of each cluster (each row, if None)."""
    influence = data.score_residuals(fit.coef)[0].T @ fit.covariance[0]
    if clusters is not None:
        columns = [np.bincount(clusters, influence[:, j]) for j in range(influence.shape[1])]
        influence = np.column_stack(columns)
    return np.asarray(influence.T @ influence)


def coefficient_table(
    coef: Floats, covariance: Floats, names: Sequence[str], level: float
) -> pd.DataFrame:
    """Return coefficients, hazard ratios, intervals and p values."""
    se = np.sqrt(np.diagonal(covariance))
    z = ndtri((1 + level) / 2)
    ratio = np.divide(coef, se, out=np.full_like(coef, np.nan), where=se > 0)
    with np.errstate(over="ignore"):
        table = {
            "coef": coef,
            "se": se,
            "hazard_ratio": np.exp(coef),
            "ci_low": np.exp(coef - z * se),
            "ci_high": np.exp(coef + z * se),
            "z": ratio,
            "p_value": 2 * ndtr(-np.abs(ratio)),
        }
    return pd.DataFrame(table, index=pd.Index(names, name="covariate"))
