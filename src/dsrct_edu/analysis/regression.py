"""Cox regression, and the checks of its assumption."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from dsrct_edu import checks, wording
from dsrct_edu.analysis import diagnostics, inputs, kernels
from dsrct_edu.analysis.design import Design, check_varies, design_matrix
from dsrct_edu.analysis.fitted import PENALTIES, fitted
from dsrct_edu.analysis.partial_likelihood import CoxData, CoxFit, cox_data
from dsrct_edu.analysis.results import Result
from dsrct_edu.arrays import Flags, Floats, Places
from dsrct_edu.errors import InputError

if TYPE_CHECKING:
    from dsrct_edu.figures import Figure

_TIES = ("efron", "breslow")
_FEW_CLUSTERS = 20


class ConvergenceWarning(UserWarning):
    """The likelihood has no maximum within reach; the estimates are not to be used."""


@dataclass(frozen=True, repr=False)
class CoxResult(Result):
    """A fitted Cox model.

    Attributes
    ----------
    table : DataFrame
        Index covariate; ``coef, se, hazard_ratio, ci_low, ci_high, z, p_value``. The interval is
        that of the hazard ratio (see `interval`); with a penalty `z` is the signed root of the
        likelihood ratio statistic.
    covariance : DataFrame
        Of the coefficients; robust where `robust`.
    log_likelihood : float
        Of the model.
    converged : bool
        False if the likelihood has no maximum (see `diverging`): do not use the estimates.
    diverging : tuple of str
        Covariates whose coefficients still moved when the fit was given up.
    left_out : tuple of str
        Covariates without a coefficient: they do not vary within any risk set, or are determined
        there by those before them.
    n, events : int
        Rows and events in the fit.
    ties, penalty, robust, clusters, level
        How the fit was made; `clusters` is their number, or None. With a penalty the likelihood is
        the penalised one.
    """

    table: pd.DataFrame
    covariance: pd.DataFrame
    log_likelihood: float
    converged: bool
    diverging: tuple[str, ...]
    left_out: tuple[str, ...]
    n: int
    events: int
    ties: str
    penalty: str | None
    robust: bool
    clusters: int | None
    level: float
    _data: CoxData = field(repr=False)
    _fit: CoxFit = field(repr=False)
    _terms: tuple[str, ...] = field(repr=False)
    _nothing: Flags = field(repr=False)
    _times: tuple[Floats, Floats | None, Places | None] = field(repr=False)

    @property
    def interval(self) -> str:
        """Kind of the intervals."""
        return "Wald" if self.penalty is None else "profile penalised likelihood"

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
        eta = sum((coef * column for coef, column in terms), start=np.zeros(time.size))
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
            Index covariate and ``GLOBAL``; ``chi_square, degrees_of_freedom, p_value``, and a
            ``note`` where a test does not exist. A large p value does not show that hazards are
            proportional.

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
        kept = [
            name for name, nothing in zip(self._terms, self._nothing, strict=True) if not nothing
        ]
        found = diagnostics.proportional_hazards(self._data, self._fit, scale, kept)
        if self.penalty is not None:  # its score is not zero at these estimates
            found = [(name, float("nan"), df) for name, _, df in found]
        tests = {name: (value, df) for name, value, df in found}
        lost = {name: (float("nan"), self._terms.count(name)) for name in self._terms}
        table = _tests(lost | tests)
        why = "The coefficient could not change with time: there is too little to tell."
        why = "Not worked out for a penalised fit." if self.penalty is not None else why
        why = why if self.converged else "The fit did not converge."
        return _noted(table, np.where(table["chi_square"].isna(), why, "")).set_index("covariate")

    def title(self) -> str:
        """Say what was fitted."""
        counts = f"{wording.counted(self.n, 'row')}, {wording.counted(self.events, 'event')}"
        errors = "robust standard errors" if self.robust else "model-based standard errors"
        if self.penalty is not None:
            errors = f"Firth's penalty, {self.interval} intervals"
        return f"Cox model: {counts}, {self.ties.capitalize()} ties, {errors}"

    def summary(self) -> pd.DataFrame:
        """Return the hazard ratios."""
        columns = ["covariate", "hazard_ratio", "ci_low", "ci_high", "p_value"]
        return self.to_frame()[columns]

    def note(self) -> str:
        """Say what is not to be relied on."""
        said = [] if self.converged else [_not_converged(self.diverging)]
        if self.left_out:
            named = wording.listed(self.left_out)
            said.append(
                f"No coefficient for {named}: among those at risk together it does not vary, or "
                "is determined by the covariates before it."
            )
        if self.clusters is not None and self.clusters < _FEW_CLUSTERS:
            number = wording.counted(self.clusters, "cluster")
            said.append(
                f"Only {number}: with fewer than {_FEW_CLUSTERS} or so, robust standard errors "
                "come out too small."
            )
        return " ".join(said)

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


def _tests(found: dict[str, tuple[float, int]]) -> pd.DataFrame:
    rows = [(key, value, df, float(chdtrc(df, value))) for key, (value, df) in found.items()]
    return pd.DataFrame(rows, columns=["covariate", "chi_square", "degrees_of_freedom", "p_value"])


def _noted(table: pd.DataFrame, notes: Any) -> pd.DataFrame:
    """Add a column of notes, if there is anything to say."""
    return table.assign(note=notes) if any(notes) else table


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
    penalty: str | None = None,
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
        At least two; with fewer than about twenty these errors come out too small.
    weights : str, optional
        Column of case weights. Unless they are whole numbers, standard errors are robust, as in
        R. Rows of weight zero count as absent.
    ties : {"efron", "breslow"}
    penalty : {"firth"}, optional
        Firth's penalty gives finite estimates where the likelihood has no maximum, and less biased
        ones where events are few. Intervals are then those of the profile penalised likelihood,
        and p values those of its likelihood ratio tests; it knows no robust errors.
    level : float
        Level of the intervals.

    Returns
    -------
    CoxResult

    Raises
    ------
    InputError
        If a column is missing or malformed, no event is left, a covariate does not vary, the
        covariates determine each other, or there is only one cluster.

    Warns
    -----
    ConvergenceWarning
        If the likelihood has no maximum; the result then says ``converged`` False.

    References
    ----------
    Cox 1972, https://doi.org/10.1111/j.2517-6161.1972.tb00899.x ; for the penalty Heinze & Schemper
    2001, https://doi.org/10.1111/j.0006-341X.2001.00114.x

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
    if penalty is not None:
        checks.one_of(penalty, PENALTIES, "penalty")
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
    if clusters is not None and np.unique(clusters[used]).size < 2:
        remedy = "Between clusters nothing varies then: leave `cluster` out."
        raise InputError("at least 2 clusters", "one", remedy, cluster)
    fractions = weight is not None and bool((weight != np.floor(weight)).any())
    if penalty is not None and (cluster is not None or fractions):
        expected = "rows that are independent, of whole weights, under a penalty"
        remedy = "Leave the penalty out, or the clusters and weights."
        raise InputError(expected, "clusters or other weights", remedy, argument="penalty")
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
    # Far from zero (calendar years) sums of squares would lose the differences.
    matrix = design.matrix - design.matrix[used].mean(axis=0)
    prepared = cox_data(grid, batch(happened), batch(matrix), batch(weight), ties)
    leaving = grid.time[0][grid.exit[0]]  # as the grid has them: near times are one
    times = (leaving, pick(start), pick(stratum))
    return _result(prepared, design, times, pick(clusters), (ties, penalty, level))


def _result(
    data: CoxData,
    design: Design,
    times: tuple[Floats, Floats | None, Places | None],
    clusters: Places | None,
    how: tuple[str, str | None, float],
) -> CoxResult:
    ties, penalty, level = how
    found = fitted(data, design.names, clusters, level, penalty)
    fit, names = found.fit, np.array(design.names, dtype=object)
    converged = bool(fit.converged[0])
    diverging = () if converged else tuple(names[~found.nothing][fit.moving[0]])
    if not converged:
        warnings.warn(_not_converged(diverging), ConvergenceWarning, stacklevel=3)
    return CoxResult(
        found.table,
        found.covariance,
        float(fit.log_likelihood[0]),
        converged,
        diverging,
        tuple(names[found.nothing]),
        data.event.size,
        int(data.event.sum()),
        ties,
        penalty,
        found.robust,
        None if clusters is None else np.unique(clusters).size,
        level,
        found.data,
        fit,
        design.terms,
        found.nothing,
        times,
    )
