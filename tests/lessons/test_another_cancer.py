"""The worked example of another disease: its parameters, its lesson, its notebooks run again."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dsrct_edu import cli
from dsrct_edu.disease import scenario
from dsrct_edu.disease.anchors import followed

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "another_cancer"
NBVAL = ("--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A lecturer's folder with the example, built."""
    place = tmp_path_factory.mktemp("another")
    shutil.copytree(EXAMPLE / "lessons", place / "lessons")
    assert cli.main(["build", "--folder", str(place / "lessons")]) == 0
    return place


def test_the_lesson_keeps_all_rules(built, capsys):
    assert cli.main(["check", "--folder", str(built / "lessons")]) == 0
    assert "1 lesson: rules kept" in capsys.readouterr().out
    for name in ("slides/50_another_cancer.html", "worksheets/50_another_cancer.html"):
        assert (built / "build" / name).is_file()


def test_its_notebooks_run_again_and_show_the_same(built):
    """With nothing set: they find their data in the folder beside them."""
    rules = ROOT / "tests" / "nbval_sanitize.cfg"
    command = [sys.executable, "-m", "pytest", *NBVAL, "--nbval-sanitize-with", str(rules)]
    done = subprocess.run(
        [*command, "notebooks"], cwd=built, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_disease_is_held_to_the_figures_of_its_registry():
    """Yan 2009: of 405 operated patients, from surgery."""
    world = scenario(EXAMPLE / "lessons" / "50_another_cancer.disease.toml")
    x = followed(world, 60_000, seed=3)
    operated, complete = x["operated"], x["complete"]
    lived = (x["death"] - x["surgery_month"])[operated]
    assert np.median(lived) == pytest.approx(53, abs=3)
    assert np.mean(lived > 36) == pytest.approx(0.60, abs=0.04)
    assert np.mean(lived > 60) == pytest.approx(0.47, abs=0.03)
    assert np.mean(complete[operated]) == pytest.approx(0.46, abs=0.04)
    assert np.mean(x["pci_surgery"][operated]) == pytest.approx(20, abs=1)
    assert np.mean(x["major_complication"][complete]) == pytest.approx(0.31, abs=0.03)
    assert np.std(x["age"]) == pytest.approx(14, abs=1)
    assert x["hipec"][complete].mean() < 0.92  # as the file says: enough are left to compare
