"""Whatever kind of column pandas has: the answer of the plain one, or a named error."""

import numpy as np
import pandas as pd
import pytest

import dsrct_edu as dsrct
from dsrct_edu import InputError, analysis

PATIENTS = dsrct.load_cohort("teaching").patients
RESECTED = dsrct.endpoint(PATIENTS, "death", "surgery")
CAUSES = dsrct.endpoint(PATIENTS, "first_event", "surgery")
CONFOUNDERS = ["tumour_shrinkage", "pci_surgery", "liver_metastases", "age"]
EVENT = "duration", "event"


def categories(data):
    """Turn text into categories; a category of numbers means classes, which is another model."""
    return data.assign(**{c: data[c].astype("category") for c in data if data[c].dtype == object})


def pyarrow(data):
    pytest.importorskip("pyarrow")
    return data.convert_dtypes(dtype_backend="pyarrow")


def strings(data):
    return data.assign(**{c: data[c].astype("string") for c in data if data[c].dtype == object})


def indexed(make):
    return lambda data: data.set_axis(pd.Index(make(len(data))), axis=0)


KINDS = {
    "nullable": pd.DataFrame.convert_dtypes,
    "pyarrow": pyarrow,
    "categories": categories,
    "strings": strings,
    "objects": lambda data: data.astype(object),
    "index of texts": indexed(lambda n: [f"z{n - i}" for i in range(n)]),
    "index of one value": indexed(lambda n: np.zeros(n, int)),
    "index of dates": indexed(lambda n: pd.date_range("2020-01-01", periods=n)),
    "index of two levels": indexed(
        lambda n: pd.MultiIndex.from_arrays([np.arange(n), np.arange(n)])
    ),
}

ANSWERS = {
    "endpoint": (
        PATIENTS,
        lambda d: dsrct.endpoint(d, "first_event", "surgery")[["duration", "event", "cause"]],
    ),
    "kaplan_meier": (RESECTED, lambda d: dsrct.kaplan_meier(d, by="hipec").at([6, 12, 24])),
    "entry": (
        PATIENTS[PATIENTS["operated"]],
        lambda d: dsrct.kaplan_meier(
            d, "follow_up_month", "death", by="sex", entry="surgery_month"
        ).at([12, 24]),
    ),
    "rmst": (RESECTED, lambda d: dsrct.kaplan_meier(d, by="sex").rmst_difference(24)),
    "follow_up": (RESECTED, lambda d: analysis.follow_up(d, by="hipec").median()),
    "logrank": (
        RESECTED,
        lambda d: pd.Series(dsrct.logrank(d, *EVENT, "hipec", strata="sex").statistic),
    ),
    "cox": (
        RESECTED,
        lambda d: (
            dsrct.cox(
                d, *EVENT, ["hipec", "age", "tumour_shrinkage"], strata="sex", cluster="centre"
            ).table
        ),
    ),
    "firth": (
        RESECTED,
        lambda d: dsrct.cox(d, *EVENT, ["hipec", "age"], penalty="firth").table,
    ),
    "aalen_johansen": (
        CAUSES,
        lambda d: (
            dsrct.aalen_johansen(d, "duration", "cause", by="hipec")
            .at([12])
            .astype({"cause": str})
            .sort_values(["group", "cause"])
        ),
    ),
    "standardised_curves": (
        RESECTED,
        lambda d: analysis.standardised_curves(d, *EVENT, "hipec", CONFOUNDERS).rmst_difference(24),
    ),
    "landmark": (RESECTED, lambda d: analysis.landmark(d, 6)[["duration", "event"]]),
    "sensitivity": (
        RESECTED,
        lambda d: analysis.sensitivity(d, *EVENT, "hipec", CONFOUNDERS, 24).table,
    ),
}
PLAIN = {}


def same(found, expected):
    """Compare values, whatever their type is; a category is the text that it stands for."""
    found, expected = (t.reset_index(drop=True).astype(object) for t in (found, expected))
    assert found.shape == expected.shape
    for one, other in zip(np.ravel(found), np.ravel(expected), strict=True):
        if pd.isna(other):
            assert pd.isna(one)
        elif isinstance(other, str):
            assert one == other
        else:
            assert float(one) == pytest.approx(float(other), rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_is_that_of_plain_columns(name, kind):
    data, answer = ANSWERS[name]
    if name not in PLAIN:
        PLAIN[name] = answer(data)
    same(answer(KINDS[kind](data)), PLAIN[name])


HIDDEN = {
    "Int64": pd.array([1, 2, None, 4], "Int64"),
    "Float64": pd.array([1.0, 2.0, None, 4.0], "Float64"),
    "object": np.array([1.0, 2.0, pd.NA, 4.0], dtype=object),
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_a_hidden_missing_value_is_named(kind):
    data = pd.DataFrame({"duration": HIDDEN[kind], "event": [1, 0, 1, 1]}, index=list("abcd"))
    with pytest.raises(InputError, match=r"column 'duration', row c: .*1 missing"):
        dsrct.kaplan_meier(data)


def test_a_missing_truth_value_of_a_nullable_column_is_named():
    flags = pd.array([True, None, False], "boolean")
    data = pd.DataFrame({"duration": [1, 2, 3], "event": flags}, index=[5, 6, 7])
    with pytest.raises(InputError, match=r"column 'event', row 6: .*1 missing"):
        dsrct.kaplan_meier(data)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (pd.to_timedelta([1, 2, 3], unit="D"), "time differences. Divide"),
        (pd.date_range("2020-01-01", periods=3), "dates. Subtract"),
        (pd.array(["1", "2", "3"], "string"), "pandas.to_numeric converts text"),
        (pd.Series(pd.to_timedelta([1, 2, 3], unit="D"), dtype=object), "found Timedelta"),
        (pd.Categorical(["1", "2", "3"]), "pandas.to_numeric converts text"),
    ],
)
def test_what_is_no_number_is_told_how_to_become_one(values, said):
    data = pd.DataFrame({"duration": values, "event": [1, 0, 1]})
    with pytest.raises(InputError, match=said):
        dsrct.kaplan_meier(data)


@pytest.mark.parametrize(
    ("dtype", "said"),
    [("duration[ns][pyarrow]", "time differences. Divide"), ("timestamp[ns][pyarrow]", "dates")],
)
def test_times_of_pyarrow_are_told_so(dtype, said):
    pytest.importorskip("pyarrow")
    data = pd.DataFrame({"duration": pd.Series([1, 2, 3], dtype=dtype), "event": [1, 0, 1]})
    with pytest.raises(InputError, match=said):
        dsrct.kaplan_meier(data)
