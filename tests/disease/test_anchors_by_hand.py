"""The measures that calibrate the disease, of eight patients counted on paper."""

from math import inf

import numpy as np
import pytest

from dsrct_edu.disease import scenario
from dsrct_edu.disease.anchors import anchor_table, event_free, followed, measured
from dsrct_edu.disease.simulate import blocks

# Three without an operation, two operated and left with tumour, three completely resected.
EIGHT = {
    "death": [10, 36, 60, 20, 60.5, 50, 130, 120],
    "operated": [False] * 3 + [True] * 5,
    "complete": [False] * 5 + [True] * 3,
    "hipec": [False] * 3 + [True, False, True, True, False],
    "radiotherapy": [False] * 5 + [True, False, True],
    "surgery_month": [0, 0, 0, 6, 6, 6, 7, 8],
    "recurrence": [inf] * 5 + [30, inf, 68],
    "progression_month": [5, 12, 30, 10, 40, inf, inf, inf],
    "site": [0, 0, 0, 0, 0, 1, 0, 2],
    "male": [True] * 6 + [False] * 2,
    "age": [15, 17, 19, 21, 23, 25, 27, 40],
    "liver": [True, False] * 4,
    "extra": [True, True] + [False] * 6,
    "ascites": [True, True, True, False, True, False, False, False],
    "tumour_shrinkage": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
}


@pytest.fixture(scope="module")
def found():
    return measured({name: np.array(values) for name, values in EIGHT.items()})


def test_survival(found):
    assert found["os_1y"] == 7 / 8
    assert found["os_3y"] == 5 / 8  # 36 months are not more than 36
    assert found["os_5y"] == 3 / 8
    assert found["os_10y"] == 1 / 8
    assert found["os_5y_of_3y"] == 3 / 5
    assert found["os_median"] == 55
    assert found["os_3y_chemotherapy"] == 1 / 3
    assert found["os_5y_chemotherapy"] == 0
    # All operated but those with complete resection and radiotherapy: 20, 60.5, 130.
    assert found["os_3y_partial"] == 2 / 3
    assert found["os_3y_complete"] == 1
    assert found["os_median_complete"] == 120
    assert found["os_median_incomplete"] == 40.25
    assert found["hipec_os_median"] == 50


def test_half_a_month_counts():
    """Recurrences 36.5 and 60.5 months after surgery, then one at 36 sharp."""
    later = EIGHT | {"recurrence": [inf] * 5 + [42.5, inf, 68.5]}
    found = measured({name: np.array(values) for name, values in later.items()})
    assert found["rfs_3y"] == 1
    assert found["disease_free_5y"] == 2 / 3
    assert found["late_relapses"] == 1
    sharp = EIGHT | {"recurrence": [inf] * 5 + [42, inf, 68]}
    found = measured({name: np.array(values) for name, values in sharp.items()})
    assert found["late_relapses"] == 1 / 2


def test_events_and_recurrence(found):
    x = {name: np.array(values) for name, values in EIGHT.items()}
    assert event_free(x).tolist() == [5, 12, 30, 10, 40, 30, 130, 68]
    assert found["efs_median"] == 30
    # Since surgery: 24, 123 (a death) and 60 months; recurrences at 24 and 60.
    assert found["rfs_median"] == 60
    assert found["rfs_3y"] == 2 / 3
    assert found["disease_free_5y"] == 1 / 3
    assert found["recurred_5y"] == 2 / 3
    assert found["late_relapses"] == 1 / 2
    assert found["first_peritoneal"] == found["first_elsewhere"] == 1 / 2


def test_shares(found):
    assert found["share_operated"] == 5 / 8
    assert found["share_complete"] == 3 / 8
    assert found["male"] == 6 / 8
    assert found["age_median"] == 22
    assert found["liver"] == 1 / 2
    assert found["extraperitoneal"] == 5 / 8
    assert found["ascites"] == 1 / 2
    assert found["hipec_share"] == 3 / 5
    assert found["shrinkage_median"] == pytest.approx(0.45)
    assert found["radiotherapy"] == 2 / 8
    assert found["liver_hazard_ratio"] > 0


def test_whom_everybody_is_followed_as():
    """Each patient in the arm of the treatment received, and by nobody censored."""
    x = followed(scenario("harm"), 3000, seed=5)
    drawn = list(blocks(scenario("harm"), 3000, 5, observe=False))
    hipec = np.concatenate([block.latent["hipec"] for block in drawn])
    for key, name in (("death", "death_month"), ("site", "recurrence_site")):
        yes, no = (
            np.concatenate([block.arms[arm][name] for block in drawn])
            for arm in ("hipec", "no_hipec")
        )
        np.testing.assert_array_equal(x[key], np.where(hipec, yes, no))
    assert np.isfinite(x["death"]).all()


def test_missing_figures_are_missing_and_empty_words_are_words():
    table = anchor_table.__wrapped__()
    assert table["only_in"].eq("").any()
    assert table["published"].dtype == float
    assert table["low"].lt(table["high"]).all()
