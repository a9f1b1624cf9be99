"""The command that runs a study and writes its estimates."""

import pandas as pd
import pytest

import dsrct_edu as dsrct
from dsrct_edu.cli import main

FEW = ["ever_never", "complete_resection"]


def test_a_study_is_run_and_its_estimates_are_written(tmp_path, capsys):
    name = str(tmp_path / "kept" / "study.v1")
    few = ["--patients", "60", "--methods", *FEW]
    assert main(["study", name, "--randomised", "--replicates", "20", "--seed", "4", *few]) == 0
    shown = capsys.readouterr().out
    assert "20 replicates" in shown
    assert "bias_mcse" in shown
    written = pd.read_csv(f"{name}.csv")
    model = dsrct.scenario("null").randomised()
    study = dsrct.simulation_study(model, 60, 20, FEW, seed=4)
    pd.testing.assert_frame_equal(written, study.estimates)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--methods", "cox"], "different methods out of ever_never"),
        (["--scenario", "best"], "scenario: expected 'null'"),
        (["--patients", "0"], "n_patients"),
        (["--replicates", "0"], "n_replicates"),
    ],
)
def test_what_cannot_be_run_is_said(tmp_path, capsys, arguments, said):
    assert main(["study", str(tmp_path / "none"), *arguments]) == 2
    assert said in capsys.readouterr().err
