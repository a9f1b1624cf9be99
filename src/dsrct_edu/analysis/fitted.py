"""From a Cox fit to its coefficients, errors and intervals as a table."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from dsrct_edu.analysis.firth import firth_cox
from dsrct_edu.analysis.partial_likelihood import CoxData, CoxFit, cox_fit, says_nothing
from dsrct_edu.arrays import Flags, Floats, Places

PENALTIES = ("firth",)


class Fitted(NamedTuple):
    """A fit, and its table; `data` and `fit` have the covariates that are not in `nothing`."""

    data: CoxData
    fit: CoxFit
    nothing: Flags
    robust: bool
    table: pd.DataFrame
    covariance: pd.DataFrame


def fitted(
    data: CoxData,
    names: tuple[str, ...],
    clusters: Places | None,
    level: float,
    penalty: str | None,
) -> Fitted:
    """Fit one data set; covariates that have no say in its likelihood are left out."""
    nothing, fit, profile = np.zeros(len(names), dtype=bool), cox_fit(data), None
    if not fit.converged[0] and (nothing := says_nothing(data)).any():
        data = replace(data, columns=data.columns[:, ~nothing])
        fit = cox_fit(data)
    if penalty is not None:
        profile = firth_cox(data, level)
        fit = profile.fit
    robust = clusters is not None or bool((data.weights != np.floor(data.weights)).any())
    covariance = fit.covariance[0]
    if robust and fit.converged[0]:
        covariance = robust_covariance(data, fit, clusters)
    coef, se = fit.coef[0], np.sqrt(np.diagonal(covariance))
    half = ndtri((1 + level) / 2) * se
    limits, z = (coef - half, coef + half), np.full_like(coef, np.nan)
    np.divide(coef, se, out=z, where=se > 0)
    if profile is not None:
        limits = (profile.low, profile.high)
        z = np.sign(coef) * np.sqrt(profile.statistic)
    with np.errstate(over="ignore"):
        ratios = [np.exp(values) for values in (coef, *limits)]
    columns = dict(zip(("hazard_ratio", "ci_low", "ci_high"), ratios, strict=True))
    kept = np.array(names, dtype=object)[~nothing]
    table = pd.DataFrame(
        {"coef": coef, "se": se, **columns, "z": z, "p_value": 2 * ndtr(-np.abs(z))}, index=kept
    )
    labels = pd.Index(names, name="covariate")
    whole = pd.DataFrame(covariance, index=kept, columns=kept).reindex(
        index=list(names), columns=list(names)
    )
    return Fitted(data, fit, nothing, robust, table.reindex(labels), whole)


def robust_covariance(data: CoxData, fit: CoxFit, clusters: Places | None) -> Floats:
    """Sandwich covariance from the influence of each cluster (each row, if None)."""
    influence = data.score_residuals(fit.coef)[0].T @ fit.covariance[0]
    if clusters is not None:
        rows, influence = influence, np.zeros((clusters.max() + 1, influence.shape[1]))
        for j in range(influence.shape[1]):
            influence[:, j] = np.bincount(clusters, rows[:, j])
    return np.asarray(influence.T @ influence)
