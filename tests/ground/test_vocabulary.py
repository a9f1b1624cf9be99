"""The shared words agree with what the cohorts hold."""

import dsrct_edu as dsrct
from dsrct_edu import vocabulary


def test_columns_are_those_of_a_cohort():
    cohort = dsrct.simulate_cohort(30)
    assert list(vocabulary.patients()) == list(cohort.patients)
    assert list(vocabulary.truth()) == list(cohort.truth)


def test_confounders_are_columns_and_never_the_centre():
    assert set(vocabulary.CONFOUNDERS) <= set(vocabulary.patients())
    assert "centre" not in vocabulary.CONFOUNDERS


def test_sites_and_regions():
    assert vocabulary.patients()["recurrence_site"].levels == vocabulary.SITES
    assert len(set(vocabulary.REGIONS)) == 13
