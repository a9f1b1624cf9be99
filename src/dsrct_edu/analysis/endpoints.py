"""From a registry's columns to what an analysis needs: a clock, an event, a set of patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu.analysis import inputs
from dsrct_edu.analysis.kernels import Booleans, Floats
from dsrct_edu.errors import InputError

EVENTS = ("death", "recurrence_or_death", "recurrence", "first_event")
ORIGINS = ("diagnosis", "surgery")
SITES = ("peritoneal", "hepatic", "distant")
CAUSES = (*SITES, "death", "censored")


def endpoint(
    patients: pd.DataFrame, event: str = "death", origin: str = "diagnosis"
) -> pd.DataFrame:
    """Choose the clock and the event, and keep the patients for whom both are defined.

    ===================== ================================== =================================
    event                 what counts                        eligible
    ===================== ================================== =================================
    death                 death from any cause               from diagnosis everybody; from
                                                             surgery those operated on
    recurrence_or_death   the first of the two               completely resected (CC 0-1)
    recurrence            recurrence; death before it ends   completely resected
                          follow-up (a competing event)
    first_event           as recurrence_or_death, with its   completely resected
                          `cause`
    ===================== ================================== =================================

    Months since surgery are differences of months given to one decimal, so they are rounded to
    one decimal again.

    Parameters
    ----------
    patients : DataFrame
        Columns as `dsrct_edu.simulate_cohort` gives them (months since diagnosis):
        ``death, follow_up_month``; from surgery ``operated, surgery_month`` too; for recurrence
        ``cc_score, recurrence, recurrence_month, recurrence_site``.
    event : {"death", "recurrence_or_death", "recurrence", "first_event"}
    origin : {"diagnosis", "surgery"}
        Where the clock starts.

    Returns
    -------
    DataFrame
        The eligible patients with all their columns, plus ``duration`` (months), ``event`` (bool)
        and ``cause`` (category: the site of recurrence, ``death`` or ``censored``).

    Raises
    ------
    InputError
        If a column is missing or malformed, or months contradict each other.

    Notes
    -----
    Somebody who recurs before a clock could start, or is operated on at the very end of follow-up,
    makes no valid duration and raises an error: correct the record. With `event` "recurrence" the
    patients who died first carry ``event`` False and ``cause`` "death", so that Kaplan-Meier on
    ``event`` and Aalen-Johansen on ``cause`` can be laid beside each other.

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import endpoint
    >>> patients = pd.DataFrame({
    ...     "operated": [True, True, False], "surgery_month": [6.3, 7.1, None],
    ...     "death": [True, False, True], "follow_up_month": [30.4, 41.0, 9.2]})
    >>> endpoint(patients, "death", origin="surgery")[["duration", "event", "cause"]]
       duration  event     cause
    0      24.1   True     death
    1      33.9  False  censored
    """
    table = inputs.check_table(patients)
    inputs.check_choice(event, EVENTS, "event")
    inputs.check_choice(origin, ORIGINS, "origin")
    clashes = [name for name in ("duration", "event", "cause") if name in table.columns]
    if clashes:
        raise InputError(
            "a registry without the columns duration, event and cause, which endpoint adds",
            "a column of that name",
            "Start from the patients, not from an earlier endpoint.",
            clashes[0],
        )
    end = _months(table, "follow_up_month")
    died = inputs.check_events(table, "death")
    eligible = np.ones(len(table), dtype=bool)
    start = np.zeros(len(table))
    if origin == "surgery" or event != "death":
        operated, surgery = surgery_months(table, end)
        eligible = operated
        if origin == "surgery":
            start = surgery
    if event == "death":
        last, happened = end, died
        cause = np.where(died, "death", "censored").astype(object)
    else:
        eligible = eligible & complete_resection(table, operated)
        last, happened, cause = _recurrence(table, event, eligible, died, end, surgery)
    kept = table[eligible].copy()
    kept["duration"] = (
        np.round(last[eligible] - start[eligible], 1) if start.any() else last[eligible]
    )
    kept["event"] = happened[eligible]
    kept["cause"] = pd.Categorical(cause[eligible], categories=CAUSES)
    return kept


def _months(table: pd.DataFrame, name: str, rows: Booleans | None = None) -> Floats:
    """Return months; with `rows`, only these need a value and the others are NaN."""
    part = table if rows is None else table[rows]
    if rows is not None and not rows.any():
        inputs.check_column(table, name, "months")
        return np.full(len(table), np.nan)
    values = inputs.check_durations(part, name, "months since diagnosis")
    inputs.check_months(part[name], values)
    if rows is None:
        return values
    months = np.full(len(table), np.nan)
    months[rows] = values
    return months


def _refuse(table: pd.DataFrame, wrong: Booleans, column: str, expected: str, found: str) -> None:
    if wrong.any():
        rows = list(table.index[wrong])
        raise InputError(expected, found, "Correct the record.", column, rows)


def surgery_months(table: pd.DataFrame, end: Floats) -> tuple[Booleans, Floats]:
    """Return who was operated on and when (NaN for the others), before follow-up ended."""
    operated = inputs.check_events(table, "operated")
    surgery = _months(table, "surgery_month", operated)
    with np.errstate(invalid="ignore"):
        late = operated & (surgery >= end)
    _refuse(table, late, "surgery_month", "surgery before the end of follow-up", "it at or after")
    return operated, surgery


def complete_resection(table: pd.DataFrame, operated: Booleans) -> Booleans:
    """Return who was completely resected: cc_score 0 or 1."""
    score = np.full(len(table), np.nan)
    if operated.any():
        score[operated] = inputs.check_numbers(table[operated], "cc_score", "completeness scores")
    else:
        inputs.check_column(table, "cc_score", "completeness scores")
    wrong = operated & ~np.isin(score, (0, 1, 2, 3))
    _refuse(table, wrong, "cc_score", "a completeness score of 0, 1, 2 or 3", "another value")
    return np.asarray(operated & (score <= 1))


def _recurrence(
    table: pd.DataFrame,
    event: str,
    eligible: Booleans,
    died: Booleans,
    end: Floats,
    surgery: Floats,
) -> tuple[Floats, Booleans, Any]:
    recurred = inputs.check_events(table, "recurrence") & eligible
    when = _months(table, "recurrence_month", recurred)
    with np.errstate(invalid="ignore"):
        _refuse(
            table,
            recurred & (when <= surgery),
            "recurrence_month",
            "recurrence after surgery",
            "it at or before surgery",
        )
        _refuse(
            table,
            recurred & (when > end),
            "recurrence_month",
            "recurrence within follow-up",
            "it after the end of follow-up",
        )
    site = inputs.check_column(table, "recurrence_site", "sites of recurrence").astype(object)
    known = site.isin(SITES).to_numpy()
    _refuse(
        table,
        recurred & ~known,
        "recurrence_site",
        "the site peritoneal, hepatic or distant for every recurrence",
        "another entry, or none",
    )
    last = np.where(recurred, when, end)
    cause = np.where(recurred, site, np.where(died, "death", "censored"))
    happened = recurred if event == "recurrence" else recurred | died
    return last, happened, cause


def landmark(
    patients: pd.DataFrame,
    month: float,
    duration: str = "duration",
    event: str = "event",
    treatment: str = "hipec",
    treatment_month: str = "surgery_month",
) -> pd.DataFrame:
    """Set up a landmark analysis: groups as known at `month`, the clock started there.

    Patients whose follow-up ended by the landmark are left out; treatment given after it does not
    count. The comparison holds for those who lived to the landmark, and nothing is adjusted.

    Parameters
    ----------
    patients : DataFrame
        With a clock and an event, such as `endpoint` gives.
    month : float
        The landmark, on the clock of `duration`.
    duration, event : str
        Columns: time under observation; whether it ended with the event.
    treatment : str
        Column: ever treated (bool or 0/1).
    treatment_month : str
        Column: when; needed for the treated.

    Returns
    -------
    DataFrame
        Those followed beyond the landmark with all their columns, `duration` counted from it, and
        ``treated_by_landmark`` (bool).

    References
    ----------
    Anderson, Cain & Gelber 1983, https://doi.org/10.1200/JCO.1983.1.11.710

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import landmark
    >>> patients = pd.DataFrame({"duration": [5.0, 20.0, 30.0], "event": [True, True, False],
    ...                          "hipec": [False, True, True], "surgery_month": [None, 6.0, 11.0]})
    >>> landmark(patients, 9)[["duration", "event", "treated_by_landmark"]]
       duration  event  treated_by_landmark
    1      11.0   True                 True
    2      21.0  False                False
    """
    table = inputs.check_table(patients)
    start = inputs.check_number(month, "month", 0.0)
    time = inputs.check_durations(table, duration)
    inputs.check_events(table, event)
    treated = inputs.check_events(table, treatment)
    when = _months(table, treatment_month, treated)
    beyond = time > start
    if not beyond.any():
        raise InputError(
            "somebody followed beyond the landmark",
            f"nobody after {start:g}",
            "Choose an earlier landmark.",
            duration,
        )
    with np.errstate(invalid="ignore"):
        by_then = treated & (when <= start)
    kept = table[beyond].copy()
    kept[duration] = np.round(time[beyond] - start, 10)
    kept["treated_by_landmark"] = by_then[beyond]
    return kept


def treatment_episodes(
    patients: pd.DataFrame,
    duration: str = "duration",
    event: str = "event",
    treatment: str = "hipec",
    treatment_month: str = "surgery_month",
    keep: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Split follow-up at treatment: start-stop rows for a time-dependent `cox`.

    Nobody counts as treated before the treatment. The rows add up to the time observed.

    Parameters
    ----------
    patients : DataFrame
        One row per patient, with a clock and an event, such as `endpoint` gives.
    duration, event : str
        Columns: time under observation; whether it ended with the event.
    treatment, treatment_month : str
        Columns: ever treated; when, on the clock of `duration`.
    keep : sequence of str, optional
        Columns to carry along; all by default.

    Returns
    -------
    DataFrame
        The kept columns plus ``start, stop, event, treated`` and, if the patients had none, a
        ``patient_id`` for ``cox(..., entry="start", duration="stop", cluster="patient_id")``.

    Examples
    --------
    >>> import pandas as pd
    >>> from dsrct_edu.analysis import treatment_episodes
    >>> patients = pd.DataFrame({"duration": [12.0, 20.0], "event": [True, False],
    ...                          "hipec": [True, False], "surgery_month": [5.0, None]})
    >>> treatment_episodes(patients, keep=[])
       patient_id  start  stop  event  treated
    0           0    0.0   5.0  False    False
    1           0    5.0  12.0   True     True
    2           1    0.0  20.0  False    False
    """
    table = inputs.check_table(patients)
    time = inputs.check_durations(table, duration)
    happened = inputs.check_events(table, event)
    treated = inputs.check_events(table, treatment)
    when = _months(table, treatment_month, treated)
    _refuse(table, time <= 0, duration, "some follow-up", "none")
    if "patient_id" in table.columns:
        inputs.check_unique(table, "patient_id")
        ids = table["patient_id"].to_numpy()
    else:
        ids = np.arange(len(table))
    with np.errstate(invalid="ignore"):
        late = treated & (when >= time)
        waited = treated & (when > 0) & ~late
        from_start = treated & (when <= 0)
    _refuse(table, late, treatment_month, "treatment before the end of follow-up", "it at or after")
    names = list(table.columns) if keep is None else list(keep)
    added = ["patient_id", "start", "stop", "event", "treated"]
    names = [name for name in names if name not in [*added, duration]]
    first = table[names].assign(
        patient_id=ids,
        start=0.0,
        stop=np.where(waited, when, time),
        event=happened & ~waited,
        treated=from_start,
    )
    second = table[names].assign(
        patient_id=ids, start=when, stop=time, event=happened, treated=True
    )[waited]
    both = pd.concat([first, second]).assign(
        _row=lambda t: pd.Index(table.index).get_indexer(t.index)
    )
    both = both.sort_values(["_row", "start"], kind="stable").drop(columns="_row")
    order = ["patient_id", *names, "start", "stop", "event", "treated"]
    return both[order].reset_index(drop=True)
