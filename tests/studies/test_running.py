"""The same numbers whoever computes them, in whatever parts."""

import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dsrct_edu as dsrct
from dsrct_edu.studies import running as engine
from dsrct_edu.studies import simulation_study, two_arm_trials
from dsrct_edu.studies.cohort_design import CohortDesign
from dsrct_edu.studies.two_arm import TwoArmDesign

FEW = ["ever_never", "complete_resection", "emulated_trial"]
MANY = 620  # in blocks of 250 registries of 60 patients


def cohort(n=MANY, **options):
    return simulation_study("modest", 60, n, FEW, seed=3, **options)


@pytest.fixture(scope="module")
def alone():
    return cohort()


def same(one, other):
    pd.testing.assert_frame_equal(one.estimates, other.estimates, check_exact=True)


def near(one, other):
    pd.testing.assert_frame_equal(one.estimates, other.estimates, rtol=1e-9, atol=1e-12)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(n=st.integers(1, MANY), workers=st.sampled_from([1, 2, 3]))
def test_a_study_holds_every_shorter_one_whatever_the_workers(alone, n, workers):
    shorter = cohort(n, workers=workers)
    assert shorter.n_replicates == n
    for part, whole in zip(shorter.results, alone.results, strict=True):
        np.testing.assert_array_equal(part, whole[:n])


@settings(max_examples=8, deadline=None, derandomize=True)
@given(block=st.integers(1, 130))
def test_blocks_matter_to_rounding_only(block):
    usual = cohort(120), two_arm_trials(40, 120, 0.7, dropout=0.01)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CohortDesign, "block", block)
        patch.setattr(TwoArmDesign, "block", block)
        near(cohort(120), usual[0])
        near(two_arm_trials(40, 120, 0.7, dropout=0.01), usual[1])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # distributed warns about its own dependencies
def test_dask_workers_give_the_same(alone, tmp_path):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    place = {"dashboard_address": None, "local_directory": str(tmp_path)}
    with (
        distributed.LocalCluster(**options, **place) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        explicit, implied = cohort(workers=2), cohort()
    same(explicit, alone)
    same(implied, alone)


def test_without_a_cluster_one_worker_is_one():
    assert engine._cluster_workers() == 1


def test_a_browser_computes_alone_whoever_is_asked(alone, monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(joblib, "Parallel", None)
    same(cohort(workers=2), alone)


def test_one_worker_imports_no_multiprocessing():
    code = """
import sys
from dsrct_edu.studies import simulation_study, two_arm_trials
simulation_study("null", 40, 5, ["iptw", "ever_never"]).estimates
two_arm_trials(20, 5, 0.7).performance()
print(sorted(set(sys.modules) & {"multiprocessing", "joblib", "dask"}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""


def test_replicate_zero_is_the_cohort_of_the_same_seed():
    registry = dsrct.simulate_cohort(60, "modest", seed=3).patients
    curves = dsrct.kaplan_meier(registry, "follow_up_month", "death", by="hipec")
    difference = curves.rmst_difference(60)["difference"].item()
    row = cohort(1).estimates.query("method == 'ever_never' and measure == 'rmst_difference'")
    assert row["estimate"].item() == pytest.approx(difference, rel=1e-9)
