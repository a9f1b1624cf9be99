"""From a registry's columns to what an analysis needs: a clock, an event, a set of patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dsrct_edu import checks
from dsrct_edu.analysis import inputs
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import CAUSES, ORIGINS, SITES

EVENTS = ("death", "recurrence_or_death", "recurrence", "first_event", "progression_or_death")
_CORRECT = "Correct the record."
_LONGEST = 1200.0  # months: nobody is followed for a century


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
    progression_or_death  progression, recurrence or death,  everybody, from diagnosis alone
                          whichever is first: event-free
                          survival
    ===================== ================================== =================================

    Months since surgery are differences; of months given to one decimal they are rounded to one
    decimal again.

    Parameters
    ----------
    patients : DataFrame
        Columns as `dsrct_edu.simulate_cohort` gives them (months since diagnosis):
        ``death, follow_up_month``; from surgery ``operated, surgery_month`` too; for recurrence
        ``cc_score, recurrence, recurrence_month, recurrence_site``; for progression these and
        ``progression, progression_month``.
    event : {"death", "recurrence_or_death", "recurrence", "first_event", "progression_or_death"}
    origin : {"diagnosis", "surgery"}
        Where the clock starts.

    Returns
    -------
    DataFrame
        The eligible patients with all their columns, plus ``duration`` (months), ``event`` (bool)
        and ``cause`` (category: the site of recurrence, ``death`` or ``censored``; with
        "progression_or_death" also ``progression``).

    Raises
    ------
    InputError
        If a column is missing or malformed, months contradict each other, or the clock does not
        fit the event.

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
    checks.one_of(event, EVENTS, "event")
    checks.one_of(origin, ORIGINS, "origin")
    if event == "progression_or_death" and origin == "surgery":
        remedy = "From surgery, recurrence_or_death follows the completely resected."
        expected = "'diagnosis' for the event progression_or_death"
        raise InputError(expected, repr(origin), remedy, argument="origin")
    clashes = [name for name in ("duration", "event", "cause") if name in table.columns]
    if clashes:
        expected = "a registry without the columns duration, event and cause, which endpoint adds"
        remedy = "Start from the patients, not from an earlier endpoint."
        raise InputError(expected, "a column of that name", remedy, clashes[0])
    end = _months(table, "follow_up_month")
    died = inputs.check_events(table, "death")
    everybody = np.ones(len(table), dtype=bool)
    eligible, start, causes = everybody, np.zeros(len(table)), [*CAUSES, "censored"]
    if origin == "surgery" or event != "death":
        operated, surgery = surgery_months(table, end)
        eligible = operated
        if origin == "surgery":
            start = surgery
    if event == "death":
        last, happened = end, died
        cause = np.where(died, "death", "censored").astype(object)
    else:
        complete = complete_resection(table, operated)
        last, happened, cause = _recurrence(table, event, complete, died, end, surgery)
        eligible = complete
    if event == "progression_or_death":
        eligible, causes = everybody, ["progression", *causes]
        progressed, when = _progression(table, complete, end)
        last, happened = np.where(progressed, when, last), happened | progressed
        cause = np.where(progressed, "progression", cause)
    months = last
    if origin == "surgery":
        months = np.where(_tenths(last) & _tenths(start), np.round(last - start, 1), last - start)
    return table[eligible].assign(
        duration=months[eligible],
        event=happened[eligible],
        cause=pd.Categorical(cause[eligible], categories=causes),
    )


def _tenths(months: Floats) -> Flags:
    """Tell which months came to one decimal, so that their differences are so, too."""
    return np.asarray(np.abs(np.round(months, 1) - months) < 1e-9)


def _months(table: pd.DataFrame, name: str, rows: Flags | None = None) -> Floats:
    """Return months; with `rows`, only these need a value and the others are NaN."""
    column = inputs.check_column(table, name, "months since diagnosis")
    rows = np.ones(len(table), dtype=bool) if rows is None else rows
    months = np.full(len(table), np.nan)
    if rows.any():
        months[rows] = inputs.check_durations(table[rows], name)
    remedy = "These look like another unit: divide days by 30.4375."
    inputs.refuse(column, months > _LONGEST, f"months, at most {_LONGEST:g}", remedy)
    return months


def surgery_months(table: pd.DataFrame, end: Floats) -> tuple[Flags, Floats]:
    """Return who was operated on and when (NaN for the others), before follow-up ended."""
    operated = inputs.check_events(table, "operated")
    surgery = _months(table, "surgery_month", operated)
    late = operated & (surgery >= end)
    expected = "surgery before the end of follow-up"
    inputs.refuse(table["surgery_month"], late, expected, _CORRECT, "it at or after")
    return operated, surgery


def complete_resection(table: pd.DataFrame, operated: Flags) -> Flags:
    """Return who was completely resected: cc_score 0 or 1."""
    column = inputs.check_column(table, "cc_score", "completeness scores")
    score = np.full(len(table), np.nan)
    if operated.any():
        score[operated] = inputs.check_numbers(table[operated], "cc_score", "completeness scores")
    wrong = operated & ~np.isin(score, (0, 1, 2, 3))
    expected = "a completeness score of 0, 1, 2 or 3"
    inputs.refuse(column, wrong, expected, _CORRECT, "another value")
    return np.asarray(operated & (score <= 1))


def _recurrence(
    table: pd.DataFrame,
    event: str,
    eligible: Flags,
    died: Flags,
    end: Floats,
    surgery: Floats,
) -> tuple[Floats, Flags, Any]:
    recurred = inputs.check_events(table, "recurrence") & eligible
    when = _months(table, "recurrence_month", recurred)
    site = inputs.check_column(table, "recurrence_site", "sites of recurrence").astype(object)
    early, late, unknown = when <= surgery, when > end, ~site.isin(SITES).to_numpy()
    site_known = "the site peritoneal, hepatic or distant for every recurrence"
    for name, wrong, expected, found in (
        ("recurrence_month", early, "recurrence after surgery", "it at or before surgery"),
        ("recurrence_month", late, "recurrence within follow-up", "it after the end of follow-up"),
        ("recurrence_site", unknown, site_known, "another entry, or none"),
    ):
        inputs.refuse(table[name], recurred & wrong, expected, _CORRECT, found)
    last = np.where(recurred, when, end)
    cause = np.where(recurred, site, np.where(died, "death", "censored"))
    happened = recurred if event == "recurrence" else recurred | died
    return last, happened, cause


def _progression(table: pd.DataFrame, complete: Flags, end: Floats) -> tuple[Flags, Floats]:
    """Return who progressed and when; after complete resection it is called recurrence."""
    progressed = inputs.check_events(table, "progression")
    expected = "progression of those never completely resected, and recurrence of the others"
    found = "progression after complete resection"
    inputs.refuse(table["progression"], progressed & complete, expected, _CORRECT, found)
    when = _months(table, "progression_month", progressed)
    expected, found = "progression within follow-up", "it after the end of follow-up"
    inputs.refuse(table["progression_month"], progressed & (when > end), expected, _CORRECT, found)
    return progressed, when


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
    start = checks.positive(month, "month")
    table, time, _ = inputs.check_outcome(patients, duration, event)
    treated = inputs.check_events(table, treatment)
    when = _months(table, treatment_month, treated)
    beyond = time > start
    if not beyond.any():
        expected, remedy = "somebody followed beyond the landmark", "Choose an earlier landmark."
        raise InputError(expected, f"nobody after {start:g}", remedy, duration)
    by_then = treated & (when <= start)
    clock = {duration: np.round(time[beyond] - start, 10)}
    return table[beyond].assign(**clock, treated_by_landmark=by_then[beyond])


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
        Columns to carry along; all by default, but for `treatment`: ever treated is what the rows
        are to replace, and beside ``treated`` the wrong one is soon taken.

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
    table, time, happened = inputs.check_outcome(patients, duration, event)
    treated = inputs.check_events(table, treatment)
    when = _months(table, treatment_month, treated)
    inputs.refuse(table[duration], time <= 0, "some follow-up", _CORRECT, "none")
    ids = np.arange(len(table))
    if "patient_id" in table.columns:
        ids = inputs.check_unique(table, "patient_id").to_numpy()
    late = treated & (when >= time)
    expected = "treatment before the end of follow-up"
    inputs.refuse(table[treatment_month], late, expected, _CORRECT, "it at or after")
    names = [name for name in table.columns if name != treatment]
    if keep is not None:
        names = checks.several(keep, "keep", "a list of columns")
        for name in names:
            inputs.check_column(table, name, "columns to keep")
    added = ["patient_id", duration, "start", "stop", "event", "treated"]
    names = [name for name in names if name not in added]
    row = np.repeat(np.arange(len(table)), 1 + (when > 0))  # two rows for those who waited
    after = np.append(False, row[1:] == row[:-1])
    before = (when > 0)[row] & ~after
    episodes = table[names].iloc[row].reset_index(drop=True)
    episodes.insert(0, "patient_id", ids[row])
    return episodes.assign(
        start=np.where(after, when[row], 0.0),
        stop=np.where(before, when[row], time[row]),
        event=happened[row] & ~before,
        treated=treated[row] & ~before,
    )
