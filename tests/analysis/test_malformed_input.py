# ruff: noqa: E501 (messages stand as the user sees them)
"""Every malformed input gets an error that names what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dsrct_edu import InputError
from dsrct_edu.analysis import (
    aalen_johansen,
    cause_specific_hazards,
    cox,
    e_value,
    emulate_trial,
    endpoint,
    events_needed,
    follow_up,
    kaplan_meier,
    landmark,
    logrank,
    propensity,
    standardised_curves,
    treatment_episodes,
)


def table(**changes: Any) -> pd.DataFrame:
    """Six patients in good order, with some columns changed."""
    columns = {
        "duration": [2.0, 4.0, 4.0, 7.0, 9.0, 12.0],
        "event": [True, True, False, True, False, True],
        "cause": ["peritoneal", "death", "censored", "hepatic", "censored", "death"],
        "arm": ["a", "b", "a", "b", "a", "b"],
        "age": [20, 31, 25, 19, 40, 22],
        "start": [0.0, 1.0, 0.0, 2.0, 3.0, 0.0],
        "weight": [1.0, 2.0, 1.0, 0.5, 1.0, 1.0],
    }
    return pd.DataFrame({**columns, **changes}, index=[10, 11, 12, 13, 14, 15])


def registry(**changes: Any) -> pd.DataFrame:
    """Six patients as a registry has them."""
    columns = {
        "patient_id": [1, 2, 3, 4, 5, 6],
        "operated": [True, True, True, True, False, True],
        "surgery_month": [5.0, 6.1, 7.0, 6.0, None, 8.0],
        "cc_score": [0, 1, 0, 1, None, 2],
        "hipec": [True, False, True, False, False, False],
        "recurrence": [True, False, True, False, False, False],
        "recurrence_month": [14.0, None, 20.5, None, None, None],
        "recurrence_site": ["peritoneal", None, "hepatic", None, None, None],
        "progression": [False, False, False, False, False, True],
        "progression_month": [None, None, None, None, None, 44.0],
        "death": [True, True, False, True, True, False],
        "follow_up_month": [30.0, 22.0, 41.0, 15.5, 9.0, 60.0],
        "age": [20, 31, 25, 19, 40, 22],
    }
    return pd.DataFrame({**columns, **changes}, index=[10, 11, 12, 13, 14, 15])


def with_columns(data: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Rename all columns."""
    return data.set_axis(names, axis=1)


km = kaplan_meier
NONE = [1.0, None, 3.0, 4.0, 5.0, 6.0]
LONG = pd.concat([registry()] * 5, ignore_index=True).assign(patient_id=range(30))

MALFORMED: dict[str, tuple[Callable[[], object], str]] = {
    # tables
    "no table": (
        lambda: km([1, 2]),
        "expected a pandas DataFrame; found list. Wrap it: pandas.DataFrame(...).",
    ),
    "array": (
        lambda: cox(np.ones((3, 2)), covariates=["age"]),
        "expected a pandas DataFrame; found ndarray. Wrap it: pandas.DataFrame(...).",
    ),
    "empty table": (
        lambda: km(table().iloc[:0]),
        "expected at least one row; found an empty table. Check how the table was made.",
    ),
    "duplicated column": (
        lambda: km(
            with_columns(table()[["duration", "event", "age"]], ["duration", "event", "event"])
        ),
        "column 'event': expected each column name once; found 2 columns of this name. "
        "Rename or drop the copies.",
    ),
    "missing column": (
        lambda: km(table().drop(columns="duration")),
        "column 'duration': expected a column with times; found only event, cause, arm, age, start, "
        "weight. Give the name of a column.",
    ),
    "misspelt column": (
        lambda: km(table(), "durations"),
        "column 'durations': expected a column with times; found only duration, event, cause, arm, "
        "age, start, weight. Did you mean 'duration'?",
    ),
    "column name no text": (
        lambda: km(table(), 3),
        "expected the name of a column with times; found 3. Give it as a string.",
    ),
    "array for a column": (
        lambda: logrank(table(), by=["arm", "age"]),
        "expected the name of a column with groups; found ['arm', 'age']. Give it as a string.",
    ),
    # times
    "missing time": (
        lambda: km(table(duration=NONE)),
        "column 'duration', row 11: expected a value in every row; found 1 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    "missing nullable time": (
        lambda: km(table(duration=pd.array(NONE, dtype="Float64"))),
        "column 'duration', row 11: expected a value in every row; found 1 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    "negative time": (
        lambda: km(table(duration=[1, -2, 3, -4, 5, 6])),
        "column 'duration', rows 11, 13: expected times, zero or more; found -2. "
        "Correct the dates they were computed from.",
    ),
    "many negative times": (
        lambda: km(table(duration=-1.0)),
        "column 'duration', rows 10, 11, 12, 13, 14 and 1 more: expected times, zero or more; found "
        "-1.0. Correct the dates they were computed from.",
    ),
    "infinite time": (
        lambda: km(table(duration=[1, np.inf, 3, 4, 5, 6])),
        "column 'duration', row 11: expected finite times; found inf. Correct these times.",
    ),
    "text time": (
        lambda: km(table(duration=["1", "2", "3", "4", "5", "x"])),
        "column 'duration', row 15: expected times, zero or more; found 'x'. "
        "Give numbers, with a point for decimals; pandas.to_numeric converts text.",
    ),
    "numbers written as text": (
        lambda: km(table(duration=["1", "2", "3", "4", "5", "6"])),
        "column 'duration', rows 10, 11, 12, 13, 14 and 1 more: expected times, zero or more; found "
        "'1'. Give numbers, with a point for decimals; pandas.to_numeric converts text.",
    ),
    "one text among the times": (
        lambda: km(table(duration=[1, 2, "lost", 4, 5, 6])),
        "column 'duration', row 12: expected times, zero or more; found 'lost'. "
        "Give numbers, with a point for decimals; pandas.to_numeric converts text.",
    ),
    "boolean times": (
        lambda: km(table(), duration="event", event="event"),
        "column 'event': expected times, zero or more; found true and false. Name the column of times.",
    ),
    "dates for times": (
        lambda: km(table(duration=pd.date_range("2020-01-01", periods=6))),
        "column 'duration': expected times, zero or more; found dates. "
        "Subtract the date of time zero: (date - start).dt.days / 30.4375.",
    ),
    "time differences": (
        lambda: km(table(duration=pd.to_timedelta(np.arange(6), "D"))),
        "column 'duration': expected times, zero or more; found time differences. "
        "Divide: column.dt.days / 30.4375 is in months.",
    ),
    "complex times": (
        lambda: km(table(duration=np.arange(6) + 1j)),
        "column 'duration': expected times, zero or more; found complex numbers. Take the real part.",
    ),
    # events
    "missing event": (
        lambda: km(table(event=[1, 0, None, 1, 0, 1])),
        "column 'event', row 12: expected a value in every row; found 1 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    "event coded 1 and 2": (
        lambda: km(table(event=[1, 2, 1, 2, 1, 2])),
        "column 'event', rows 11, 13, 15: expected events as true/false or 1/0; found the "
        "values 1, 2. If 2 means the event, as in some R data sets, subtract 1 from the column.",
    ),
    "one text among the events": (
        lambda: km(table(event=["1", "0", "1", "lost", "0", "1"])),
        "column 'event', row 13: expected events as true/false or 1/0; found 'lost'. "
        "Write 1 or 0 in these rows.",
    ),
    "event as half": (
        lambda: cox(table(event=[0, 1, 0.5, 1, 1, 0]), covariates="age"),
        "column 'event', row 12: expected events as true/false or 1/0; found the values 0, 0.5, 1. "
        "Recode it, for example data['event'] == 1.",
    ),
    "event as text": (
        lambda: km(table(event=["dead", "dead", "alive", "dead", "alive", "dead"])),
        "column 'event', rows 10, 11, 12, 13, 14 and 1 more: expected events as true/false or 1/0; "
        "found 'dead'. Recode it, for example data['event'] == 'dead'.",
    ),
    "event as category of text": (
        lambda: follow_up(table(event=pd.Categorical(["yes", "no", "no", "yes", "no", "no"]))),
        "column 'event', rows 10, 11, 12, 13, 14 and 1 more: expected events as true/false or 1/0; "
        "found 'yes'. Recode it, for example data['event'] == 'yes'.",
    ),
    # entry
    "entry at the end": (
        lambda: km(table(start=[0, 4, 0, 0, 0, 0]), entry="start"),
        "column 'start', row 11: expected entry before the end of the row; found 4. "
        "Both times must run on one clock and in one unit; drop rows that last no time.",
    ),
    "entry in days, end in months": (
        lambda: cox(table(start=[0, 30, 60, 0, 0, 0]), covariates="age", entry="start"),
        "column 'start', rows 11, 12: expected entry before the end of the row; found 30. "
        "Both times must run on one clock and in one unit; drop rows that last no time.",
    ),
    "negative entry": (
        lambda: km(table(start=[0, -1, 0, 0, 0, 0]), entry="start"),
        "column 'start', row 11: expected times, zero or more; found -1. "
        "Correct the dates they were computed from.",
    ),
    # weights
    "negative weight": (
        lambda: km(table(weight=[1, 1, 1, -1, 1, 1]), weights="weight"),
        "column 'weight', row 13: expected weights, zero or more; found -1. "
        "A negative weight has no meaning.",
    ),
    "weights all zero": (
        lambda: km(table(weight=0), weights="weight"),
        "column 'weight': expected some weight above zero; found only zeros. Check the weights.",
    ),
    "weights of a group zero": (
        lambda: km(table(weight=[1, 0, 1, 0, 1, 0]), by="arm", weights="weight"),
        "column 'weight': expected some weight above zero in group 'b'; found only zeros. "
        "Leave this group out.",
    ),
    "weights of a group zero, by cause": (
        lambda: aalen_johansen(table(weight=[1, 0, 1, 0, 1, 0]), by="arm", weights="weight"),
        "column 'weight': expected some weight above zero in group 'b'; found only zeros. "
        "Leave this group out.",
    ),
    "infinite weight": (
        lambda: cox(table(weight=[1, np.inf, 1, 1, 1, 1]), covariates="age", weights="weight"),
        "column 'weight', row 11: expected finite numbers; found inf. Correct these values.",
    ),
    "weights leave no event": (
        lambda: cox(table(weight=[0, 0, 1, 0, 1, 0]), covariates="age", weights="weight"),
        "column 'event': expected at least one event; found none. No hazard can be estimated.",
    ),
    # groups
    "missing group": (
        lambda: km(table(arm=["a", None, "b", "b", None, "a"]), by="arm"),
        "column 'arm', rows 11, 14: expected a value in every row; found 2 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    "one group": (
        lambda: logrank(table(arm="a"), by="arm"),
        "column 'arm': expected at least 2 groups; found only 'a'. "
        "A comparison needs another group: check how the column was made.",
    ),
    "one category with rows": (
        lambda: logrank(table(arm=pd.Categorical(["a"] * 6, categories=["a", "b"])), by="arm"),
        "column 'arm': expected at least 2 groups; found only 'a'. "
        "A comparison needs another group: check how the column was made.",
    ),
    "groups of mixed types": (
        lambda: km(table(arm=["a", 1, "a", 1, "a", 1]), by="arm"),
        "column 'arm': expected groups of one type; found text beside other values. "
        "Convert the column to text.",
    ),
    "no events to compare": (
        lambda: logrank(table(event=False), by="arm"),
        "column 'event': expected at least one event; found none. Nothing can be compared.",
    ),
    "groups never at risk together": (
        lambda: logrank(table(event=[0, 0, 0, 0, 0, 1]), by="arm"),
        "column 'arm': expected every group to be at risk together with another at some event; "
        "found a group that never is. Leave that group out, or check the times.",
    ),
    # causes
    "unknown censored label": (
        lambda: aalen_johansen(table(cause=[0, 1, 2, 0, 1, 2])),
        "column 'cause': expected 'censored' among the causes, for those without an event; found 0, "
        "1, 2. Say how censoring is coded: censored=..., or censored=None if nobody is.",
    ),
    "missing cause": (
        lambda: aalen_johansen(table(cause=["death", None, "death", "death", "censored", None])),
        "column 'cause', rows 11, 15: expected a value in every row; found 2 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    "everybody censored": (
        lambda: aalen_johansen(table(cause="censored")),
        "column 'cause': expected at least one cause; found only 'censored'. "
        "No incidence can be estimated.",
    ),
    "unknown censored label of a model": (
        lambda: cause_specific_hazards(table(), covariates="age", censored="alive"),
        "column 'cause': expected 'alive' among the causes, for those without an event; found "
        "'censored', 'death', 'hepatic', 'peritoneal'. "
        "Say how censoring is coded: censored=..., or censored=None if nobody is.",
    ),
    # covariates
    "no covariates": (
        lambda: cox(table()),
        "expected at least one of the covariates; found an empty list. Name a column.",
    ),
    "covariate named twice": (
        lambda: cox(table(), covariates=["age", "age"]),
        "column 'age': expected each of the covariates once; found it twice. Name it once.",
    ),
    "covariates no list": (
        lambda: cox(table(), covariates=3),
        "expected a list of covariates; found 3. Give column names.",
    ),
    "text covariate": (
        lambda: cox(table(), covariates=["arm"]),
        "column 'arm': expected a covariate of numbers, booleans or categories; found 'a'. "
        "Text with few values: data['arm'].astype('category').",
    ),
    "constant covariate": (
        lambda: cox(table(age=30), covariates=["age"]),
        "column 'age': expected a covariate that varies; found 30 in every row. Leave it out.",
    ),
    "collinear covariates": (
        lambda: cox(table(start=[41, 63, 51, 39, 81, 45]), covariates=["age", "start"]),
        "column 'start': expected covariates that do not determine each other; found a combination "
        "of those named before it. Leave one of them out.",
    ),
    "missing covariate": (
        lambda: cox(table(age=[20, None, 25, 19, 40, 22]), covariates=["age"]),
        "column 'age', row 11: expected a value in every row; found 1 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    "infinite covariate": (
        lambda: cox(table(age=[20, 21, -np.inf, 19, 40, 22]), covariates=["age"]),
        "column 'age', row 12: expected finite numbers; found -inf. Correct these values.",
    ),
    "no events in a model": (
        lambda: cox(table(event=0), covariates=["age"]),
        "column 'event': expected at least one event; found none. No hazard can be estimated.",
    ),
    "missing cluster": (
        lambda: cox(table(arm=["a", "b", None, "a", "b", "a"]), covariates=["age"], cluster="arm"),
        "column 'arm', row 12: expected a value in every row; found 1 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    # choices and numbers
    "unknown ties": (
        lambda: cox(table(), covariates=["age"], ties="exact"),
        "ties: expected 'efron' or 'breslow'; found 'exact'. Choose one of these.",
    ),
    "unknown interval": (
        lambda: km(table(), ci="logit"),
        "ci: expected 'log-log', 'log' or 'plain'; found 'logit'. Choose one of these.",
    ),
    "level in per cent": (
        lambda: km(table(), level=95),
        "level: expected a number between 0 and 1; found 95. Check the value and its unit.",
    ),
    "level no number": (
        lambda: km(table(), level="95%"),
        "level: expected a number between 0 and 1; found '95%'. Give numbers.",
    ),
    "unknown transform": (
        lambda: cox(table(), covariates=["age"]).proportional_hazards("sqrt"),
        "transform: expected 'km', 'rank', 'identity' or 'log'; found 'sqrt'. Choose one of these.",
    ),
    "log of time zero": (
        lambda: cox(table(duration=[0, 4, 4, 7, 9, 12]), covariates=["age"]).proportional_hazards(
            "log"
        ),
        "transform: expected times above zero for 'log'; found a time of zero. Choose 'km' or "
        "'rank'.",
    ),
    "negative time to read": (
        lambda: km(table()).at([1, -2]),
        "times, row 1: expected times, zero or more; found -2. Check the value and its unit.",
    ),
    "text to read at": (
        lambda: km(table()).at("one year"),
        "times: expected times, zero or more; found 'one year'. Give numbers.",
    ),
    "table of times": (
        lambda: km(table()).at(np.ones((2, 2))),
        "times: expected a list of times; found an array of shape (2, 2). Give a flat list.",
    ),
    "quantile above one": (
        lambda: km(table()).quantile(50),
        "p: expected a number between 0 and 1; found 50. Check the value and its unit.",
    ),
    "tau beyond follow-up": (
        lambda: km(table(), by="arm").rmst(11),
        "tau: expected a time within the follow-up of group 'a', which ends at 9; found 11. "
        "Choose a shorter tau: beyond the last follow-up the curve is not known.",
    ),
    "difference of one curve": (
        lambda: km(table()).rmst_difference(5),
        "expected at least 2 groups; found one curve. Give `by` to kaplan_meier.",
    ),
    # registries
    "unknown event": (
        lambda: endpoint(registry(), "relapse"),
        "event: expected 'death', 'recurrence_or_death', 'recurrence', 'first_event' or "
        "'progression_or_death'; found 'relapse'. Choose one of these.",
    ),
    "unknown origin": (
        lambda: endpoint(registry(), origin="birth"),
        "origin: expected 'diagnosis' or 'surgery'; found 'birth'. Choose one of these.",
    ),
    "event-free survival from surgery": (
        lambda: endpoint(registry(), "progression_or_death", "surgery"),
        "origin: expected 'diagnosis' for the event progression_or_death; found 'surgery'. From "
        "surgery, recurrence_or_death follows the completely resected.",
    ),
    "progression not recorded": (
        lambda: endpoint(registry().drop(columns="progression"), "progression_or_death"),
        "column 'progression': expected a column with events; found only patient_id, operated, "
        "surgery_month, cc_score, hipec, recurrence, recurrence_month, recurrence_site, …. Did you "
        "mean 'progression_month'?",
    ),
    "progression after complete resection": (
        lambda: endpoint(registry(progression=[True] * 6), "progression_or_death"),
        "column 'progression', rows 10, 11, 12, 13: expected progression of those never completely "
        "resected, and recurrence of the others; found progression after complete resection. Correct "
        "the record.",
    ),
    "progression after the end": (
        lambda: endpoint(registry(progression_month=[*[None] * 5, 61.0]), "progression_or_death"),
        "column 'progression_month', row 15: expected progression within follow-up; found it after "
        "the end of follow-up. Correct the record.",
    ),
    "endpoint of an endpoint": (
        lambda: endpoint(endpoint(registry())),
        "column 'duration': expected a registry without the columns duration, event and cause, which "
        "endpoint adds; found a column of that name. Start from the patients, not from an earlier "
        "endpoint.",
    ),
    "surgery without a month": (
        lambda: endpoint(
            registry(surgery_month=[5.0, None, 7.0, 6.0, None, 8.0]), origin="surgery"
        ),
        "column 'surgery_month', row 11: expected a value in every row; found 1 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    "surgery after the end": (
        lambda: endpoint(registry(surgery_month=[5.0, 23, 7.0, 6.0, None, 8.0]), origin="surgery"),
        "column 'surgery_month', row 11: expected surgery before the end of follow-up; found it at "
        "or after. Correct the record.",
    ),
    "follow-up in days": (
        lambda: endpoint(registry(follow_up_month=[913, 670, 1248, 472, 274, 1826])),
        "column 'follow_up_month', rows 12, 15: expected months, at most 1200; found 1248. "
        "These look like another unit: divide days by 30.4375.",
    ),
    "unknown completeness": (
        lambda: endpoint(registry(cc_score=[0, 7, 0, 1, None, 2]), "first_event", "surgery"),
        "column 'cc_score', row 11: expected a completeness score of 0, 1, 2 or 3; found another "
        "value. Correct the record.",
    ),
    "recurrence before surgery": (
        lambda: endpoint(
            registry(recurrence_month=[4, None, 20.5, None, None, None]), "recurrence", "surgery"
        ),
        "column 'recurrence_month', row 10: expected recurrence after surgery; found it at or before "
        "surgery. Correct the record.",
    ),
    "recurrence after the end": (
        lambda: endpoint(
            registry(recurrence_month=[31, None, 20.5, None, None, None]), "recurrence"
        ),
        "column 'recurrence_month', row 10: expected recurrence within follow-up; found it after the "
        "end of follow-up. Correct the record.",
    ),
    "unknown site": (
        lambda: endpoint(
            registry(recurrence_site=["lung", None, "hepatic", None, None, None]), "first_event"
        ),
        "column 'recurrence_site', row 10: expected the site peritoneal, hepatic or distant for every "
        "recurrence; found another entry, or none. Correct the record.",
    ),
    "landmark beyond everybody": (
        lambda: landmark(endpoint(registry()), 60),
        "column 'duration': expected somebody followed beyond the landmark; found nobody after 60. "
        "Choose an earlier landmark.",
    ),
    "landmark no number": (
        lambda: landmark(endpoint(registry()), "9"),
        "month: expected a number above zero; found '9'. Give numbers.",
    ),
    "treatment without a month": (
        lambda: landmark(endpoint(registry(surgery_month=None)), 9),
        "column 'surgery_month', rows 10, 12: expected a value in every row; found 2 missing. "
        "Complete, or leave out, these rows yourself: nothing is dropped silently.",
    ),
    "two rows of one patient": (
        lambda: treatment_episodes(endpoint(registry(patient_id=[1, 2, 3, 3, 4, 5]))),
        "column 'patient_id', rows 12, 13: expected one row per patient; found 3. "
        "Drop the copies, or make the ids unique.",
    ),
    "treatment after the end": (
        lambda: treatment_episodes(endpoint(registry(surgery_month=[31, 6, 7, 8, None, 9]))),
        "column 'surgery_month', row 10: expected treatment before the end of follow-up; found it at "
        "or after. Correct the record.",
    ),
    "no follow-up": (
        lambda: treatment_episodes(endpoint(registry(follow_up_month=[30, 22, 41, 15.5, 0, 60]))),
        "column 'duration', row 14: expected some follow-up; found none. Correct the record.",
    ),
    # weighting and emulation
    "nobody treated": (
        lambda: propensity(registry(hipec=False), "hipec", ["age"]),
        "column 'hipec': expected treated and untreated patients; found only untreated. "
        "There is nothing to weight: check the column.",
    ),
    "everybody treated": (
        lambda: propensity(registry(hipec=1), "hipec", ["age"]),
        "column 'hipec': expected treated and untreated patients; found only treated. "
        "There is nothing to weight: check the column.",
    ),
    "treatment among the confounders": (
        lambda: propensity(registry(), "hipec", ["age", "hipec"]),
        "column 'hipec': expected confounders without the treatment; found the treatment. "
        "Leave it out.",
    ),
    "unknown estimand": (
        lambda: propensity(registry(), "hipec", ["age"], estimand="ATC"),
        "estimand: expected 'ATE', 'ATT' or 'overlap'; found 'ATC'. Choose one of these.",
    ),
    "more confounders than patients": (
        lambda: propensity(
            registry()[["hipec", "age", "death", "follow_up_month"]].iloc[:2],
            "hipec",
            ["age", "death", "follow_up_month"],
        ),
        "column 'death': expected a covariate that varies; found 1 in every row. Leave it out.",
    ),
    "nobody completely resected": (
        lambda: emulate_trial(registry(cc_score=[2, 3, 2, 2, None, 2], hipec=False), ["age"]),
        "column 'cc_score': expected somebody completely resected (cc_score 0 or 1); found nobody. "
        "Without them the strategies do not differ.",
    ),
    "HIPEC without complete resection": (
        lambda: emulate_trial(registry(hipec=[True, False, True, False, False, True]), ["age"]),
        "column 'hipec', row 15: expected treatment after complete resection only; found it without "
        "one. The strategies leave no room for it: correct or leave out these patients.",
    ),
    "horizon beyond follow-up": (
        lambda: emulate_trial(LONG.assign(age=np.arange(30) * 7 % 31), ["age"], horizon=120),
        "horizon: expected a time within the follow-up of 'no HIPEC', which ends at 60; found "
        "120. Choose a shorter horizon.",
    ),
    "curves without events": (
        lambda: standardised_curves(table(event=0), treatment="arm", confounders=["age"]),
        "column 'arm', rows 10, 11, 12, 13, 14 and 1 more: expected events as true/false or 1/0; "
        "found 'a'. Recode it, for example data['arm'] == 'a'.",
    ),
    # planning
    "no difference to find": (
        lambda: events_needed(1),
        "hazard_ratio: expected a number other than 1; found 1. No number of events finds no "
        "difference.",
    ),
    "negative hazard ratio": (
        lambda: events_needed(-0.5),
        "hazard_ratio: expected a number above zero; found -0.5. Check the value and its unit.",
    ),
    "certain power": (
        lambda: events_needed(0.5, power=1),
        "power: expected a number between 0 and 1; found 1. Check the value and its unit.",
    ),
    "one limit": (
        lambda: e_value(0.5, ci_low=0.3),
        "expected both confidence limits, or neither; found one. Give ci_low and ci_high.",
    ),
    "limits beside the estimate": (
        lambda: e_value(0.5, 0.6, 0.9),
        "expected limits that enclose the hazard ratio; found 0.6 to 0.9. Check their order.",
    ),
    "boolean for a number": (
        lambda: e_value(True),
        "hazard_ratio: expected a number above zero; found True. Give numbers.",
    ),
}


def test_there_are_at_least_sixty() -> None:
    assert len(MALFORMED) >= 60


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_input(name: str) -> None:
    call, message = MALFORMED[name]
    with pytest.raises(InputError) as raised:
        call()
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "event",
    [
        pd.array([1, 1, 0, 1, 0, 1], dtype="Int64"),
        pd.array([True, True, False, True, False, True], dtype="boolean"),
        pd.Categorical([1, 1, 0, 1, 0, 1]),
        pd.Categorical([True, True, False, True, False, True]),
        np.array([1, 1, 0, 1, 0, 1], dtype=object),
        [1.0, 1.0, 0.0, 1.0, 0.0, 1.0],
    ],
    ids=["Int64", "boolean", "category", "boolean category", "object", "float"],
)
def test_every_pandas_type_of_event_is_accepted(event: Any) -> None:
    expected = kaplan_meier(table(), by="arm").to_frame()
    data = table(
        event=event,
        duration=pd.array([2, 4, 4, 7, 9, 12], dtype="Int64"),
        arm=pd.Categorical(["a", "b"] * 3),
    )
    pd.testing.assert_frame_equal(kaplan_meier(data, by="arm").to_frame(), expected)


def test_categories_become_indicators_and_nullable_covariates_numbers() -> None:
    by_hand = table(b=[0, 1, 0, 1, 0, 1])
    expected = cox(by_hand, covariates=["b", "age"]).table.to_numpy()
    data = table(
        arm=pd.Categorical(["a", "b"] * 3), age=pd.array([20, 31, 25, 19, 40, 22], dtype="Int64")
    )
    found = cox(data, covariates=["arm", "age"])
    assert list(found.table.index) == ["arm[b]", "age"]
    np.testing.assert_array_equal(found.table.to_numpy(), expected)
    assert list(found.proportional_hazards().index) == ["arm", "age", "GLOBAL"]


def test_rows_of_weight_zero_count_as_absent() -> None:
    data = table(weight=[1, 0, 1, 1, 2, 1])
    rest = data.drop(index=11)
    left, right = (kaplan_meier(d, weights="weight").to_frame() for d in (data, rest))
    pd.testing.assert_frame_equal(left, right)
    left, right = (cox(d, covariates=["age"], weights="weight").table for d in (data, rest))
    pd.testing.assert_frame_equal(left, right)
    left, right = (aalen_johansen(d, weights="weight").to_frame() for d in (data, rest))
    pd.testing.assert_frame_equal(left, right)
