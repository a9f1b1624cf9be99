"""The same numbers whoever computes them, in whatever parts, and after whatever interruption."""

import json
import subprocess
import sys
from importlib.util import find_spec

import joblib
import numpy as np
import pandas as pd
import pytest

from dsrct_edu.errors import InputError
from dsrct_edu.studies import Study, simulation_study, two_arm_trials
from dsrct_edu.studies import running as engine
from dsrct_edu.studies.simulation import CohortDesign
from dsrct_edu.studies.two_arm import TwoArmDesign

FEW = ["ever_never", "complete_resection", "emulated_trial"]


BLOCK = 250  # registries of 60 patients that are analysed together
MANY = 620


def cohort(n=MANY, **options):
    return simulation_study("modest", 60, n, FEW, seed=3, **options)


@pytest.fixture(scope="module")
def alone():
    return cohort()


def same(one, other):
    pd.testing.assert_frame_equal(one.estimates, other.estimates, check_exact=True)


def near(one, other):
    pd.testing.assert_frame_equal(one.estimates, other.estimates, rtol=1e-9, atol=1e-12)


def test_two_workers_give_the_same(alone):
    same(cohort(workers=2), alone)


def test_blocks_matter_to_rounding_only(alone, monkeypatch):
    monkeypatch.setattr(CohortDesign, "block", 7)
    near(cohort(), alone)


@pytest.mark.parametrize("block", [1, 64])
def test_blocks_matter_to_rounding_only_for_trials(block, monkeypatch):
    whole = two_arm_trials(40, 100, 0.7, dropout=0.01)
    monkeypatch.setattr(TwoArmDesign, "block", block)
    near(two_arm_trials(40, 100, 0.7, dropout=0.01), whole)


def test_extended_equals_run_at_once(alone):
    same(cohort(101).extend(MANY), alone)


def test_saved_and_extended_equals_run_at_once(alone, tmp_path):
    files = cohort(101).save(tmp_path / "deep" / "study.v1")
    assert [file.name for file in files[:2]] == ["study.v1.npz", "study.v1.json"]
    held = json.loads(files[1].read_text())
    assert held["design"]["seed"] == 3
    assert held["versions"]["numpy"] == np.__version__
    loaded = Study.load(tmp_path / "deep" / "study.v1")
    assert loaded.design == alone.design
    same(loaded.extend(MANY), alone)


def test_parquet_holds_the_estimates(alone, tmp_path):
    if find_spec("pyarrow") is None:
        pytest.skip("pyarrow is not installed")
    *_, table = alone.save(tmp_path / "study")
    pd.testing.assert_frame_equal(pd.read_parquet(table), alone.estimates)


def test_trials_are_saved_and_read(tmp_path):
    study = two_arm_trials(30, 20, 0.8, shape=1.3)
    study.save(tmp_path / "trial")
    same(Study.load(tmp_path / "trial").extend(50), two_arm_trials(30, 50, 0.8, shape=1.3))


def test_a_study_of_another_model_is_refused(alone, tmp_path):
    alone.save(tmp_path / "study")
    about = tmp_path / "study.json"
    held = json.loads(about.read_text())
    held["design"]["scenario"]["fingerprint"] = "0123456789abcdef"
    about.write_text(json.dumps(held))
    with pytest.raises(InputError, match="disease model 0123456789abcdef"):
        Study.load(tmp_path / "study")


def test_no_such_study(tmp_path):
    with pytest.raises(InputError, match="a saved study"):
        Study.load(tmp_path / "nothing")


@pytest.mark.parametrize("workers", [1, 2])
def test_interruption_keeps_finished_blocks(alone, monkeypatch, workers):
    computed = engine._computed

    def interrupted(*arguments):
        for number, part in enumerate(computed(*arguments)):
            if number == 1:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(engine, "_computed", interrupted)
    with pytest.warns(UserWarning, match=f"{BLOCK} of {MANY} replicates"):
        partial = cohort(workers=workers)
    monkeypatch.setattr(engine, "_computed", computed)
    assert partial.n_finished == BLOCK
    assert partial.estimates["replicate"].nunique() == BLOCK
    assert partial.performance()["n_replicates"].eq(BLOCK).all()
    same(partial.resume(), alone)


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


def test_a_dask_backend_is_noticed_without_asking():
    assert engine._cluster_workers() == 1


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


def test_only_growing(alone):
    with pytest.raises(InputError, match=f"{MANY} replicates or more"):
        alone.extend(10)


def test_replicate_zero_is_the_cohort_of_the_same_seed():
    import dsrct_edu as dsrct

    registry = dsrct.simulate_cohort(60, "modest", seed=3).patients
    model = dsrct.kaplan_meier(registry, "follow_up_month", "death", by="hipec")
    difference = model.rmst_difference(60)
    row = cohort(1).estimates.query("method == 'ever_never' and measure == 'rmst_difference'")
    # the front door names the groups; either sign is the same comparison
    assert abs(row["estimate"].item()) == pytest.approx(abs(_first(difference)), rel=1e-9)


def _first(difference):
    if hasattr(difference, "columns"):
        return float(difference["difference"].iloc[0])
    return float(difference.difference)
