"""A Cox model for each of several causes: hazards by cause."""

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

    They come nearer to what acts on which event than a cumulative incidence, which also moves with
    the other causes. They are still no pure effect, even in a trial: a treatment that acts on one
    cause changes who is left for the others, and where a frailty is shared, their ratios leave 1
    though nothing acts on them. Nor do they say how many patients will have an event.

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

    References
    ----------
    Hernán MA. The hazards of hazard ratios. Epidemiology 2010;21:13-5.
    doi:10.1097/EDE.0b013e3181c1ea43

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
