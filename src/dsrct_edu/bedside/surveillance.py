"""Scans after treatment: a registry as they would have seen it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dsrct_edu.checks import generator, positive
from dsrct_edu.errors import InputError
from dsrct_edu.wording import brief

_GIVE = "Give a registry's patients."


def _table(patients: object) -> pd.DataFrame:
    if not isinstance(patients, pd.DataFrame):
        raise InputError("a table", brief(patients), _GIVE, argument="patients")
    return patients


def seen_at_scans(
    patients: pd.DataFrame, every: float, seed: int | np.random.Generator = 0
) -> pd.DataFrame:
    """Return a registry as scans would have seen it.

    A recurrence counts from the scan that finds it. Scans are taken at regular intervals after the
    operation, the first on another day for each patient, as appointments fall, so that they do not
    pile up at the same months. They miss nothing; what no scan came to find before follow-up ended
    was not seen.

    Parameters
    ----------
    patients : DataFrame
        As `dsrct_edu.simulate_cohort` gives it: ``surgery_month, recurrence, recurrence_month,
        recurrence_site, follow_up_month``.
    every : float
        Months between two scans.
    seed : int or Generator
        Random numbers for the first days, or their seed.

    Returns
    -------
    DataFrame
        The same patients with ``recurrence, recurrence_month, recurrence_site`` as seen, months to
        one decimal.

    Raises
    ------
    InputError
        A column is missing, or a recurrence has no month after surgery and within follow-up.

    References
    ----------
    Panageas KS et al. J Natl Cancer Inst 2007;99:428-32. doi:10.1093/jnci/djk091.

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.bedside import seen_at_scans
    >>> patients = pd.DataFrame({"surgery_month": [6.0, 7.0], "recurrence": [True, True],
    ...     "recurrence_month": [10.0, 19.9], "recurrence_site": ["hepatic", "distant"],
    ...     "follow_up_month": [40.0, 20.0]})
    >>> seen_at_scans(patients, every=6)[["recurrence", "recurrence_month"]]
       recurrence  recurrence_month
    0        True              14.2
    1       False               NaN
    """
    apart = positive(every, "every", "months between scans, above zero")
    patients = _table(patients)
    names = ("surgery_month", "recurrence", "recurrence_month", "recurrence_site")
    missing = [name for name in (*names, "follow_up_month") if name not in patients]
    if missing:
        raise InputError("this column", "none of this name", _GIVE, missing[0])
    recurred = patients["recurrence"].to_numpy() == 1
    surgery, month, end = (
        patients[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("surgery_month", "recurrence_month", "follow_up_month")
    )
    wrong = recurred & ~((month > surgery) & (month <= end))
    if wrong.any():
        rows = list(patients.index[wrong])
        expected = "a recurrence after surgery and within follow-up"
        raise InputError(expected, "another month", "Correct it.", "recurrence_month", rows)
    first = apart * (1.0 - generator(seed, "seed").random(len(patients)))
    scans = np.ceil(np.maximum((month - surgery - first) / apart, 0.0))
    # the day's month is rounded up: nothing is seen before it is there
    found = np.ceil((surgery + first + scans * apart) * 10 - 1e-6) / 10
    seen = recurred & (found <= end)
    return patients.assign(
        recurrence=seen,
        recurrence_month=np.where(seen, found, np.nan),
        recurrence_site=patients["recurrence_site"].where(seen),
    )
