"""Covariates of a table as a matrix of numbers, and whether they say anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dsrct_edu import wording
from dsrct_edu.analysis import inputs
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.errors import InputError

_NEARLY = 1e-6  # share of a covariate's spread that the others leave; below, R drops it as well


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
        if not column.isna().any() and inputs.words(column).all():
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
        if pivot < _NEARLY:
            expected = "covariates that do not determine each other"
            found = "a combination of those named before it"
            found += ", or nearly so" if pivot > 1e-9 else ""
            raise InputError(expected, found, "Leave one of them out.", design.names[j])
    if len(r) < len(design.names):
        expected = f"more rows than covariates ({len(design.names)})"
        raise InputError(expected, wording.counted(len(x), "row"), "Use fewer covariates.")
