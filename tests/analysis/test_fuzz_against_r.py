"""Random data sets as R's survival package has them, and the machinery that compares.

`make reference` asks about 1,000 new ones; the test marked `reference` about 200 that stay.
"""

from __future__ import annotations

import shutil

import fuzz
import numpy as np
import pandas as pd
import pytest
from cases import Case, load_case, save_case
from conventions import CONVENTIONS
from fuzz_answers import Answers, Refused, our_answers
from fuzz_sets import TOLERANCE, random_set

SETS = [random_set(1, number) for number in range(300)]


@pytest.mark.reference
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R with survival")
def test_two_hundred_random_data_sets_are_as_r_has_them() -> None:
    assert fuzz.main(["--sets", "200", "--seed", "13"]) == 0


def test_a_seed_and_a_number_name_a_data_set() -> None:
    once, again, other = random_set(7, 3), random_set(7, 3), random_set(7, 4)
    pd.testing.assert_frame_equal(once.data, again.data, check_exact=True)
    assert (once.times, once.ties, once.name) == (again.times, again.ties, again.name)
    assert once.name != other.name


def test_a_data_set_can_be_kept_to_the_last_bit(tmp_path) -> None:
    for case in SETS[:40]:
        kept = load_case(save_case(case, tmp_path))
        pd.testing.assert_frame_equal(kept.data, case.data, check_exact=True, check_dtype=False)
        assert (kept.times, kept.ties) == (case.times, case.ties)
        assert kept.tau == case.tau or np.isnan([kept.tau, case.tau]).all()


def near_tie(case: Case) -> bool:
    gaps = np.diff(np.unique(case.data["time"]))
    return bool((gaps < TOLERANCE).any())


@pytest.mark.parametrize(
    ("share", "found"),
    [
        (0.3, near_tie),
        (0.3, lambda case: case.has("entry")),
        (0.3, lambda case: case.has("weights")),
        (0.05, lambda case: case.has("weights") and (case.data["weights"] == 0).any()),
        (0.2, lambda case: case.has("strata")),
        (0.05, lambda case: case.has("cluster") and case.data["cluster"].nunique() < 4),
        (0.05, lambda case: case.data["event"].sum() == 1),
        (0.01, lambda case: case.data["event"].sum() == 0),
        (0.01, lambda case: len(case.data) == 1),
        (0.2, lambda case: case.data["time"].duplicated().any()),
        (0.2, lambda case: (case.data.groupby("group")["event"].sum() == 0).any()),
        (0.05, lambda case: case.data[case.covariates].nunique().min() == 1),
        (0.1, lambda case: case.data["cause"].nunique() > 3),
    ],
)
def test_the_data_sets_look_for_trouble(share, found) -> None:
    assert np.mean([bool(found(case)) for case in SETS]) >= share


def test_no_row_ends_before_it_begins() -> None:
    for case in SETS:
        if case.has("entry"):
            assert (case.data["entry"] < case.data["time"]).all()
            assert (case.data["entry"] >= 0).all()


def compared(ours: dict[str, object], theirs: dict[str, object]) -> fuzz.Tally:
    """Compare answers to one data set of two, whose curve is 1 at 0 and 1/2 at 1."""
    data = pd.DataFrame({"time": [1.0, 2.0], "event": 1, "group": 1, "cause": 1, "x1": [0.0, 1.0]})
    tally = fuzz.Tally()
    case = Case("two", data, "efron", (0.0, 1.0), 1.0)
    fuzz.compare(case, Answers(dict(ours)), Answers(dict(theirs)), tally)
    return tally


def test_equal_is_equal_to_eight_digits() -> None:
    curve = np.array([1.0, 0.5])
    tally = compared({"km.1": curve}, {"km.1": curve * (1 + 1e-9)})
    assert tally.of("km") == (2, 0, 0)
    tally = compared({"km.1": curve}, {"km.1": curve * (1 + 1e-7)})
    assert tally.of("km") == (0, 0, 2)


def test_a_convention_excuses_what_it_names_and_no_more() -> None:
    ours = {"km.1": np.array([1.0, 0.5]), "km_low_log-log.1": np.array([1.0, 1.0])}
    theirs = {"km.1": np.array([1.0, 0.5]), "km_low_log-log.1": np.array([np.nan, np.nan])}
    theirs["r_rest.1"] = np.zeros(1)
    # Limits of 1 are meant where the curve is 1, and nowhere else.
    assert compared(ours, theirs).of("km_low_log-log") == (0, 1, 1)


def test_a_refusal_on_both_sides_is_agreement_and_a_crash_is_not() -> None:
    refused, crashed = Refused("no event"), Refused("LinAlgError", crashed=True)
    assert compared({"cox": refused}, {"cox": refused}).of("cox") == (1, 0, 0)
    assert compared({"cox": crashed}, {"cox": refused}).of("cox") == (0, 0, 1)
    assert compared({"cox": np.array([1.0])}, {"cox": refused}).of("cox") == (0, 0, 1)
    # NaN says that there is no answer, as a refusal does.
    assert compared({"zph_km": np.array([np.nan])}, {"zph_km": refused}).of("zph_km") == (1, 0, 0)


def test_what_hangs_on_a_refused_fit_is_not_counted_again() -> None:
    theirs = {"cox": np.array([1.0]), "cox_se": np.array([0.5]), "concordance": np.array([0.5])}
    tally = compared({"cox": Refused("no event")}, theirs)
    assert [d.quantity for d in tally.differences] == ["cox"]


def test_every_convention_has_a_reason() -> None:
    assert all(convention.reason.endswith(".") for convention in CONVENTIONS)
    assert len({convention.name for convention in CONVENTIONS}) == len(CONVENTIONS)


def test_our_answers_know_the_group() -> None:
    data = pd.DataFrame({"time": [1, 2, 3, 4], "event": 1, "group": [1, 1, 2, 2], "cause": 1})
    answers = our_answers(Case("four", data.assign(x1=[0, 1, 0, 1]), "efron", (2.0, 3.0), 2.0))
    np.testing.assert_array_equal(answers.values["km.1"], [0, 0])
    np.testing.assert_array_equal(answers.values["km.2"], [1, 0.5])
