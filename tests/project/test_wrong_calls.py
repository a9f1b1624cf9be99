"""A wrong argument is named, with what was expected: no error of a library reaches the user."""

import numpy as np
import pandas as pd
import pytest

import dsrct_edu as dsrct
from dsrct_edu import InputError, analysis, bedside, studies

PATIENTS = dsrct.load_cohort("teaching").patients
DEATHS = dsrct.endpoint(PATIENTS)
RESECTED = dsrct.endpoint(PATIENTS, origin="surgery")
SERIES = studies.small_series(size=10, series=4)
BAD_SEEDS = ["nonsense", -1, float("nan"), 3.7, ["a"], None]
NO_LISTS = [5, 3.7, True, object()]

CASES = [
    *((dsrct.published, {"quantity": bad}, "quantity") for bad in [5, ["os_3y_prob"], True]),
    *((dsrct.published, {"subgroup": bad}, "subgroup") for bad in [5, ["chemo_only"], DEATHS]),
    *(
        (analysis.treatment_episodes, {"patients": DEATHS, "keep": bad}, said)
        for bad, said in [(["agee"], "agee"), ("age", "keep"), *((b, "keep") for b in NO_LISTS)]
    ),
    *(
        (
            analysis.standardised_curves,
            {"data": RESECTED, "confounders": ["age"], "resamples": 2, "rng": bad},
            "rng",
        )
        for bad in BAD_SEEDS
    ),
    *(
        (bedside.seen_at_scans, {"patients": RESECTED, "every": 3, "seed": bad}, "seed")
        for bad in BAD_SEEDS
    ),
    *((bedside.seen_at_scans, {"patients": bad, "every": 3}, "patients") for bad in [None, 5, []]),
    *(
        (function, {"scores": bad}, "scores")
        for function in (
            bedside.peritoneal_cancer_index,
            bedside.pci_regions,
            bedside.what_ct_misses,
        )
        for bad in [None, 18, 3.5, "3333333333333"]
    ),
    *((studies.simulation_study, {"methods": bad}, "methods") for bad in [*NO_LISTS, [["iptw"]]]),
    *((studies.several_stairs, {"names": bad}, "names") for bad in [None, [], *NO_LISTS]),
    *(
        (function, {"study": bad}, "study")
        for function in (studies.staircase, studies.decisions)
        for bad in [None, "null", SERIES, np.zeros(3)]
    ),
    *((studies.pooled, {"series": bad}, "series") for bad in [None, [], SERIES[["estimate"]]]),
]


@pytest.mark.parametrize(
    ("function", "arguments", "named"),
    [pytest.param(*case, id=f"{case[0].__name__}-{place}") for place, case in enumerate(CASES)],
)
def test_a_wrong_argument_is_named(function, arguments, named):
    with pytest.raises(InputError, match="expected") as caught:
        function(**arguments)
    assert named in str(caught.value)
    assert caught.value.remedy


def test_a_generator_and_its_seed_draw_the_same():
    from dsrct_edu.analysis import standardised_curves

    def errors(rng):
        curves = standardised_curves(RESECTED, confounders=["age"], resamples=5, rng=rng)
        return curves.at([24])["se"].to_numpy()

    assert np.array_equal(errors(3), errors(np.random.default_rng(3)))
    assert np.array_equal(errors(3), errors(np.int64(3)))
    assert pd.notna(errors(3)).all()
