"""Scans, intervals and lead time."""

import numpy as np
import pandas as pd
import pytest

import dsrct_edu
from dsrct_edu import bedside
from dsrct_edu.errors import InputError


def registry(n=4000, seed=1):
    rng = np.random.default_rng(seed)
    surgery = np.round(4 + 4 * rng.random(n), 1)
    month = np.round(surgery + 0.1 + rng.exponential(15, n), 1)
    end = np.round(surgery + 0.2 + rng.exponential(30, n), 1)
    happened = month <= end
    return pd.DataFrame(
        {
            "surgery_month": surgery,
            "recurrence": happened,
            "recurrence_month": np.where(happened, month, np.nan),
            "recurrence_site": np.where(happened, "hepatic", None),
            "follow_up_month": end,
        }
    )


@pytest.mark.parametrize("every", [1.0, 3.0, 6.5])
def test_scans_see_a_recurrence_at_the_next_of_them(every):
    patients = registry()
    seen = bedside.seen_at_scans(patients, every, seed=3)
    found, true = seen["recurrence"], patients["recurrence"]
    assert (true | ~found).all()
    delay = (seen["recurrence_month"] - patients["recurrence_month"])[found]
    assert delay.min() >= 0
    assert delay.max() <= every + 0.1 + 1e-9
    # wherever it falls between two scans, which are on another day for everyone: half an interval
    # (and half a tenth, for months are rounded up)
    error = every / np.sqrt(12 * found.sum())
    assert delay.mean() == pytest.approx(every / 2 + 0.05, abs=4 * error)
    assert (seen["recurrence_month"] <= seen["follow_up_month"])[found].all()
    assert seen.loc[~found, ["recurrence_month", "recurrence_site"]].isna().all(axis=None)
    others = ["surgery_month", "follow_up_month"]
    pd.testing.assert_frame_equal(seen[others], patients[others])
    pd.testing.assert_frame_equal(seen, bedside.seen_at_scans(patients, every, seed=3))
    assert not seen.equals(bedside.seen_at_scans(patients, every, seed=4))


def test_scans_do_not_pile_up_at_the_same_months():
    seen = bedside.seen_at_scans(registry(), 3, seed=3)
    after = (seen["recurrence_month"] - seen["surgery_month"]).dropna()
    assert after.round(1).value_counts().max() < 0.02 * len(after)


def test_what_scans_saw_is_a_registry():
    patients = dsrct_edu.load_cohort("teaching").patients
    seen = bedside.seen_at_scans(patients, 3, seed=0)
    assert list(seen.columns) == list(patients.columns)
    before = dsrct_edu.endpoint(patients, "first_event", "surgery")
    after = dsrct_edu.endpoint(seen, "first_event", "surgery")
    assert (after["duration"] >= before["duration"]).all()
    assert seen["recurrence_site"].isna().sum() >= patients["recurrence_site"].isna().sum()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.drop(columns="recurrence_site"), "recurrence_site"),
        (lambda p: p.assign(recurrence_month=np.nan), "recurrence after surgery"),
        (lambda p: p.assign(surgery_month=p["follow_up_month"]), "recurrence_month"),
    ],
)
def test_what_scans_cannot_have_seen(change, words):
    with pytest.raises(InputError, match=words):
        bedside.seen_at_scans(change(registry(50)), 3)
    with pytest.raises(InputError, match="every"):
        bedside.seen_at_scans(registry(50), 0)
