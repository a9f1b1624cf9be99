"""The command that runs, keeps and continues a study."""

import pytest

from dsrct_edu.cli import main
from dsrct_edu.studies import Study, simulation_study


def test_a_study_is_run_kept_and_continued(tmp_path, capsys):
    name = str(tmp_path / "kept" / "study")
    few = ["--patients", "60", "--methods", "ever_never", "complete_resection"]
    assert main(["study", name, "--randomised", "--replicates", "20", "--seed", "4", *few]) == 0
    shown = capsys.readouterr().out
    assert "20 of 20 replicates" in shown
    assert "bias_mcse" in shown
    assert main(["study", name, "--resume", "--replicates", "30"]) == 0
    study = Study.load(name)
    assert study.n_replicates == 30
    assert study.design.scenario.name == "null, randomised"
    at_once = simulation_study(study.design.scenario, 60, 30, study.design.methods, seed=4)
    assert study.estimates.equals(at_once.estimates)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--methods", "cox"], "different methods out of ever_never"),
        (["--scenario", "best"], "one of 'null'"),
        (["--patients", "0"], "n_patients"),
        (["--resume"], "a saved study"),
    ],
)
def test_what_cannot_be_run_is_said(tmp_path, capsys, arguments, said):
    assert main(["study", str(tmp_path / "none"), *arguments]) == 2
    assert said in capsys.readouterr().err
