"""Scans, intervals and lead time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dsrct_edu
from dsrct_edu import bedside
from dsrct_edu.errors import InputError

months = st.lists(st.one_of(st.floats(0, 80), st.just(np.inf)), min_size=1, max_size=20)
schedules = st.lists(st.floats(0.5, 80), min_size=1, max_size=15, unique=True).map(sorted)


def test_schedule():
    scans = bedside.scan_schedule()
    assert scans[:9].tolist() == [3, 6, 9, 12, 15, 18, 21, 24, 30]
    assert scans[-1] == 60
    assert bedside.scan_schedule([(10, 4)]).tolist() == [4, 8]


@given(months, schedules, st.floats(0, 24), st.floats(1, 90))
def test_interval_holds_the_relapse(relapse, scans, delay, end):
    seen = bedside.interval_censor(relapse, scans, delay, end)
    found = seen["detected"]
    inside = seen[found]
    true = inside["relapse_month"]
    assert (inside["left_month"] <= true).all()
    assert (true <= inside["right_month"] + 1e-12).all()
    assert (inside["detected_month"] <= end).all()
    assert (inside["delay_month"] >= 0).all()
    assert (inside["delay_month"] <= delay + 1e-9).all()  # symptoms at the latest
    assert (seen["lead_time_month"] >= 0).all()
    assert np.isinf(seen.loc[~found, "right_month"]).all()
    assert (seen["found_by"] == "not found").equals(~found)
    assert (seen["left_month"] <= seen["relapse_month"]).all()
    assert (seen["left_month"] <= end).all()


@given(months, schedules)
def test_found_at_the_next_scan(relapse, scans):
    seen = bedside.interval_censor(relapse, scans)
    for row in seen.itertuples():
        later = [scan for scan in scans if scan >= row.relapse_month]
        assert row.detected == bool(later)
        if later:
            assert row.detected_month == later[0]
        assert row.left_month == max([0.0, *(s for s in scans if s < row.relapse_month)])


def test_a_scan_on_the_day_sees_it():
    seen = bedside.interval_censor(6.0, [3, 6, 9]).iloc[0]
    assert (seen["left_month"], seen["right_month"], seen["delay_month"]) == (3.0, 6.0, 0.0)


def test_watching_ends_before_the_scan():
    seen = bedside.interval_censor([7.0], [6, 12], follow_up_month=10.0).iloc[0]
    assert not seen["detected"]
    assert (seen["left_month"], seen["right_month"]) == (6.0, np.inf)


def test_more_scans_shorten_recurrence_free_survival_and_change_no_life():
    rng = np.random.default_rng(6)
    relapse = rng.exponential(15, 4000)
    death = relapse + rng.exponential(14, 4000)
    plans = {f"every {m}": np.arange(m, 300, m) for m in (1, 3, 6, 12)}
    table = bedside.compare_schedules(relapse, death, plans, symptom_delay_month=8.0)
    table = table.set_index("schedule")
    free = table["mean_recurrence_free_month"]
    assert free.is_monotonic_increasing
    after = table["mean_lead_time_month"].dropna().astype(float)
    assert after.is_monotonic_decreasing
    assert table["median_survival_month"].nunique() == 1
    # half an interval on average, as for any time that falls evenly between scans
    assert free["every 3"] - free["truth"] == pytest.approx(1.5 * 0.9, abs=0.15)


def test_survival_after_recurrence_depends_on_more_than_lead_time():
    rng = np.random.default_rng(6)
    relapse = rng.exponential(15, 4000)
    plans = {f"every {m}": np.arange(m, 300, m) for m in (1, 6)}
    for life, gain in ((np.full(4000, 14.0), True), (rng.exponential(14, 4000), False)):
        table = bedside.compare_schedules(relapse, relapse + life, plans, symptom_delay_month=8.0)
        monthly, rare = table["mean_after_recurrence_month"].iloc[1:]
        # a fixed life after relapse shows the lead time; one without memory hides it
        assert (monthly - rare > 2.0) == gain
        assert abs(monthly - rare) < 0.5 or gain


def test_scans_alone_miss_a_relapse_that_kills_before_the_next_one():
    relapse, death = np.array([2.0, 7.0, 50.0]), np.array([20.0, 25.0, 51.0])
    table = bedside.compare_schedules(relapse, death, {"yearly": np.arange(12, 61, 12)})
    assert table["found"].tolist() == pytest.approx([1.0, 2 / 3])
    assert table["mean_after_recurrence_month"].tolist() == pytest.approx([37 / 3, 10.5])
    none = bedside.compare_schedules([50.0], [51.0], {"none in time": [60.0]})
    assert none["mean_after_recurrence_month"].isna().tolist() == [False, True]


def test_bad_schedules():
    for bad in ([3, 3], [6, 3], [0.0, 3], []):
        with pytest.raises(InputError, match="scan"):
            bedside.interval_censor([1.0], bad)
    for bad in ([], [(6, 0)], [(6, 3), (6, 3)], [(np.nan, 3)], [(2, 3)]):
        with pytest.raises(InputError, match="phases"):
            bedside.scan_schedule(bad)
    with pytest.raises(InputError):
        bedside.compare_schedules([1.0], [2.0, 3.0], {"a": [3]})
    with pytest.raises(InputError):
        bedside.compare_schedules([1.0], [2.0], {})


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
