"""A Cox model for each of several causes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dsrct_edu.analysis import inputs
from dsrct_edu.analysis.regression import CoxResult, cox


def cause_specific_hazards(
    data: pd.DataFrame,
    duration: str = "duration",
    event: str = "cause",
    covariates: Sequence[str] | str = (),
    censored: object = "censored",
    **options: Any,
) -> pd.DataFrame:
    """Fit a Cox model for each cause, the other causes censored.

    Cause-specific hazard ratios answer what acts on which event; they do not say how many patients
    will have it, for that depends on all causes.

    Parameters
    ----------
    data, duration, event, censored
        As for `aalen_johansen`.
    covariates : list of str
        As for `cox`.
    **options
        Passed to `cox`: ``strata``, ``cluster``, ``weights``, ``ties``, ``level``.

    Returns
    -------
    DataFrame
        ``cause, covariate, events, coef, se, hazard_ratio, ci_low, ci_high, z, p_value,
        converged``

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import cause_specific_hazards
    >>> data = pd.DataFrame({"duration": [1, 2, 3, 4, 5, 6], "age": [50, 61, 42, 35, 58, 44],
    ...     "cause": ["relapse", "death", "relapse", "death", "relapse", "censored"]})
    >>> cause_specific_hazards(data, covariates=["age"])[["cause", "covariate", "events"]]
         cause covariate  events
    0    death       age       2
    1  relapse       age       3
    """
    table = inputs.check_table(data)
    causes = inputs.check_causes(table, event, censored)
    tables = []
    for k, cause in enumerate(causes.labels):
        own = table.assign(**{event: causes.codes == k + 1})
        fit: CoxResult = cox(own, duration, event, covariates, **options)
        frame = fit.to_frame().assign(converged=fit.converged)
        frame.insert(0, "cause", cause)
        frame.insert(2, "events", fit.events)
        tables.append(frame)
    return pd.concat(tables, ignore_index=True)
