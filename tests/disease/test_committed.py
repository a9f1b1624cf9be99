"""The committed cohorts: rebuilt byte for byte, free of truth, silent about their scenario."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from dsrct_edu import vocabulary
from dsrct_edu.disease import cohorts, load_cohort, reveal, simulate_cohort, true_effect
from dsrct_edu.disease.cohort import round_truth
from dsrct_edu.disease.committed import build, recipes
from dsrct_edu.disease.dictionary import datapackage
from dsrct_edu.errors import InputError
from dsrct_edu.resources import find

NAMES = list(recipes())
built = cache(build)  # each once, for the tests that need it
REGISTRIES = [f"registry_{letter}" for letter in "abcdefgh"]
PAPERS = ["paper_a", "paper_b"]


@pytest.mark.parametrize("name", NAMES)
def test_files_are_rebuilt_byte_for_byte(name, tmp_path):
    for made in built(name).to_csv(tmp_path, name):
        kept = find("data", "synthetic", *made.relative_to(tmp_path).parts)
        assert made.read_bytes() == kept.read_bytes()
        assert kept.stat().st_size < 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_loaded_is_built(name):
    loaded, made = load_cohort(name), built(name)
    pd.testing.assert_frame_equal(loaded.patients, made.patients)
    pd.testing.assert_frame_equal(loaded.truth, round_truth(made.truth))


def test_the_committed_cohorts():
    table = cohorts()
    assert list(table.columns) == ["cohort", "patients", "summary"]
    sizes = dict(zip(table["cohort"], table["patients"], strict=True))
    assert sizes == {
        "teaching": 200,
        **dict.fromkeys(REGISTRIES, 2000),
        **dict.fromkeys(PAPERS, 150),
        "phase2": 20,
        "trial": 200,
        "hidden_confounding": 2000,
    }


@pytest.mark.parametrize("name", NAMES)
def test_no_truth_in_a_students_file(name):
    columns = pd.read_csv(find("data", "synthetic", f"{name}.csv"), nrows=0).columns
    assert list(columns) == list(vocabulary.patients())
    assert not set(columns) & (set(vocabulary.truth()) - {"patient_id"})


@pytest.mark.parametrize("name", [*REGISTRIES, *PAPERS])
def test_a_registry_does_not_tell_its_scenario(name):
    cohort = load_cohort(name)
    told = repr(cohort) + str(cohort) + cohorts().set_index("cohort").loc[name, "summary"]
    package = json.dumps([r for r in datapackage()["resources"] if r["name"].startswith(name)])
    for scenario_name in ("null", "modest", "strong", "harm"):
        assert scenario_name not in told
        assert scenario_name not in package


def test_the_registries_hold_the_four_scenarios():
    first, second = (
        [reveal(name).scenario for name in names] for names in (REGISTRIES[:4], REGISTRIES[4:])
    )
    for revealed in (first, second):
        assert sorted(revealed) == ["harm", "modest", "null", "strong"]
        assert revealed != ["null", "modest", "strong", "harm"]
    assert all(a != b for a, b in zip(first, second, strict=True))


def test_where_hipec_does_nothing_both_futures_are_one():
    nothing = [name for name in REGISTRIES if reveal(name).scenario == "null"]
    assert len(nothing) == 2
    for name in nothing:
        truth = load_cohort(name).truth
        without = [column for column in truth if column.endswith("_no_hipec")]
        assert len(without) == 7
        for column in without:
            with_it = column.removesuffix("_no_hipec") + "_hipec"
            pd.testing.assert_series_equal(truth[column], truth[with_it], check_names=False)


def test_each_group_of_registries_vindicates_hipec_at_least_once():
    for names in (REGISTRIES[:4], REGISTRIES[4:]):
        assert max(reveal(name).rmst_difference for name in names) > 1


def test_the_folder_says_that_seeds_were_chosen_and_names_every_cohort():
    page = find("data", "synthetic", "README.md").read_text(encoding="utf-8")
    assert "seeds were chosen" in page
    assert {name for name in NAMES if f"`{name}.csv`" not in page} == set(
        REGISTRIES[1:3] + REGISTRIES[5:7]  # from a to d, from e to h
    )


def test_one_paper_comes_from_a_helpful_world_and_one_from_a_harmful():
    gains = [reveal(name).rmst_difference for name in PAPERS]
    assert min(gains) < -1
    assert max(gains) > 1


def test_positivity_fails_visibly_in_a_registry():
    patients = load_cohort("registry_e").patients
    resected = patients[patients["cc_score"] <= 1]
    by_centre = resected.groupby("centre")["hipec"].agg(["size", "mean"])
    assert (by_centre["size"] > 20).all()
    assert 4 <= (by_centre["mean"] == 0).sum() <= 6
    assert (by_centre["mean"] > 0.5).any()
    assert resected["expert_centre"].groupby(resected["centre"]).nunique().eq(1).all()


def test_reveal_says_what_is_true():
    told = reveal("registry_a")
    effect = true_effect(told.scenario)
    assert told.rmst_difference == effect.rmst_difference
    assert told.hazard_ratio == effect.hazard_ratio
    assert told.scenario in repr(told)
    assert f"{effect.rmst_difference:+.2f} months" in repr(told)


def test_phase2_meets_its_entry_criteria():
    patients = load_cohort("phase2").patients
    assert patients["hipec"].all()
    assert (patients["cc_score"] <= 1).all()
    assert not patients["extra_abdominal_metastases"].any()


def test_trial_is_randomised_among_the_completely_resected():
    patients = load_cohort("trial").patients
    assert (patients["cc_score"] <= 1).all()
    assert 0.4 < patients["hipec"].mean() < 0.6
    assert set(load_cohort("trial").truth["propensity"]) == {0.5}


def test_teaching_cohort_shows_a_striking_difference_and_a_thin_tail():
    patients = load_cohort("teaching").patients
    medians = patients.groupby("hipec")["follow_up_month"].median()
    assert medians[True] > 1.5 * medians[False]
    treated = patients[patients["hipec"]]
    assert 1 <= (treated["follow_up_month"] > 100).sum() <= 5


def test_data_package_describes_the_files():
    kept = json.loads(find("data", "synthetic", "datapackage.json").read_text(encoding="utf-8"))
    assert kept == datapackage()
    types = {"boolean": "bool", "integer": ("int", "float"), "number": "float", "string": "object"}
    for resource in kept["resources"]:
        table = pd.read_csv(find("data", "synthetic", *resource["path"].split("/")))
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == list(table.columns)
        for field in fields:
            column = table[field["name"]]
            assert str(column.dtype).startswith(types[field["type"]]), field
            assert field["description"]
            if field["constraints"]["required"]:
                assert column.notna().all(), field
            if "enum" in field["constraints"]:
                assert column.dropna().isin(field["constraints"]["enum"]).all(), field


def test_unknown_cohort_is_named():
    for act in (load_cohort, reveal, build):
        with pytest.raises(InputError, match="'teaching'"):
            act("registry_z")


def test_to_csv_keeps_truth_apart(tmp_path):
    patients, truth = simulate_cohort(12, "null").to_csv(tmp_path / "new", "mine")
    assert patients == tmp_path / "new" / "mine.csv"
    assert truth == tmp_path / "new" / "truth" / "mine.csv"
    assert list(pd.read_csv(patients).columns) == list(vocabulary.patients())


def test_the_tool_agrees():
    tool = Path(__file__).parents[2] / "tools" / "cohorts.py"
    run = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
