"""`dsrct-edu analyse`: a report from anybody's CSV, and a named error for a broken one."""

import errno
import re

import pandas as pd
import pytest
from lifelines.datasets import load_stanford_heart_transplants

from dsrct_edu import cli, load_cohort

GOOD = "months,died,arm\n4,1,a\n9,0,a\n12,1,b\n20,0,b\n26,1,a\n30,0,b\n"
COLUMNS = ["--duration", "months", "--event", "died"]


def stanford_one_row_a_patient():
    """Collapse the start-stop rows that lifelines ships to one row a patient."""
    rows = load_stanford_heart_transplants()
    patients = rows.groupby("id").agg(days=("stop", "max"), died=("event", "max"))
    patients["transplanted"] = rows.groupby("id")["transplant"].max().map({0: "no", 1: "yes"})
    return patients.reset_index()


def run(tmp_path, text, *arguments):
    path = tmp_path / "patients.csv"
    path.write_text(text, encoding="utf-8")
    return cli.main(["analyse", str(path), *(arguments or COLUMNS)])


def test_report_holds_tables_and_a_described_figure(tmp_path, capsys):
    assert run(tmp_path, GOOD, *COLUMNS, "--by", "arm", "--event-name", "death") == 0
    folder = tmp_path / "patients-report"
    page = (folder / "report.html").read_text("utf-8")
    assert "Time to death, by arm" in page
    assert re.search(r'<img[^>]* alt="[^"]{40,}"', page)
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    names = {path.name for path in folder.iterdir()}
    assert {"report.html", "survival.csv", "median.csv", "hazard_ratio.csv"} <= names
    survival = pd.read_csv(folder / "survival.csv")
    assert (survival[["at_risk", "censored", "events"]].sum(axis=1) == 3).all()
    assert "immortal time" in capsys.readouterr().out


def test_report_without_groups(tmp_path):
    assert run(tmp_path, GOOD) == 0
    assert not (tmp_path / "patients-report" / "hazard_ratio.csv").exists()


def test_true_and_false_are_read_as_pandas_and_r_write_them(tmp_path):
    patients = load_cohort("teaching").patients
    columns = ("--duration", "follow_up_month", "--event", "death", "--by", "hipec")
    assert run(tmp_path, patients.to_csv(index=False), *columns) == 0
    survival = pd.read_csv(tmp_path / "patients-report" / "survival.csv")
    assert set(survival["group"]) == {True, False}
    assert run(tmp_path, GOOD.replace(",1,", ",TRUE,").replace(",0,", ",FALSE,")) == 0


def test_a_missing_truth_value_is_named(tmp_path, capsys):
    assert run(tmp_path, "months,died\n4,True\n9,\n") == 2
    assert "column 'died', row 3" in capsys.readouterr().err


def test_stanford_patients(tmp_path):
    text = stanford_one_row_a_patient().to_csv(index=False)
    assert run(tmp_path, text, "--duration", "days", "--event", "died", "--by", "transplanted") == 0
    hazard_ratio = pd.read_csv(tmp_path / "patients-report" / "hazard_ratio.csv")
    # R survival 3.5-3 on the same patients, ever against never transplanted: coef -1.3234.
    assert hazard_ratio["coef"].item() == pytest.approx(-1.3234, abs=2e-3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty file"),
        ("\n\n", "an empty file"),
        ("months,died\n", "a header and no rows"),
        ("time,died\n4,1\n9,0\n", "column 'months'"),
        ("months,died\n4,1\n-9,0\n", r"column 'months', row 3: .*-9"),
        ("months,died\n4,1\nnine,0\n", r"column 'months', row 3: expected times, .*'nine'"),
        ("months,died\n4,2\n9,1\n", r"column 'died', row 2: .*If 2 means the event.*subtract 1"),
        ("months,died\n4,1\n9,x\n", r"column 'died', row 3: .*'x'. Write 1 or 0"),
        ("months,died\n4,1\n9,3\n", r"column 'died', row 3"),
        ("months,died\n4,1\n9,\n", r"column 'died', row 3"),
        ("months,died\n4,1\n,0\n", r"column 'months', row 3"),
        ("months,died,months\n4,1,2\n", r"column 'months': .*2 columns of this name"),
        ("months,died\n4,1,7\n9,0\n", r"row 2: expected 2 values a line"),
        ("months;died\n4;1\n", "semicolons"),
        ("months,,died\n4,1,1\n", "column number 2"),
    ],
)
def test_malformed_file_gets_a_named_error_and_no_report(tmp_path, capsys, text, message):
    assert run(tmp_path, text) == 2
    error = capsys.readouterr().err
    assert re.search(message, error), error
    assert "Traceback" not in error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["patients.csv"]


def test_one_group_cannot_be_compared(tmp_path, capsys):
    assert run(tmp_path, GOOD.replace(",b", ",a"), *COLUMNS, "--by", "arm") == 2
    assert "column 'arm': expected at least 2 groups; found only 'a'" in capsys.readouterr().err


@pytest.mark.parametrize("horizon", ["0", "-3", "27", "nan"])
def test_a_horizon_that_not_every_group_reaches_is_refused(tmp_path, capsys, horizon):
    assert run(tmp_path, GOOD, *COLUMNS, "--by", "arm", f"--horizon={horizon}") == 2
    assert "horizon: expected above 0 and at most 26 months" in capsys.readouterr().err


def test_all_tables_compare_with_the_same_first_group(tmp_path):
    text = GOOD.replace(",a\n", ",2\n").replace(",b\n", ",10\n")
    assert run(tmp_path, text, *COLUMNS, "--by", "arm") == 0
    folder = tmp_path / "patients-report"
    assert pd.read_csv(folder / "restricted_mean_difference.csv")["reference"].item() == 2
    assert pd.read_csv(folder / "hazard_ratio.csv")["covariate"].item() == "arm 10"


def test_missing_file(tmp_path, capsys):
    assert cli.main(["analyse", str(tmp_path / "none.csv"), *COLUMNS]) == 2
    assert "Check the name" in capsys.readouterr().err


def test_windows_1252_text_is_named(tmp_path, capsys):
    path = tmp_path / "patients.csv"
    path.write_bytes("months,died,naïve\n4,1,x\n".encode("cp1252"))
    assert cli.main(["analyse", str(path), *COLUMNS]) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_failed_write_leaves_the_old_report(tmp_path, monkeypatch, capsys):
    assert run(tmp_path, GOOD) == 0
    page = tmp_path / "patients-report" / "report.html"
    before = page.read_text("utf-8")

    def broken(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", broken)
    assert run(tmp_path, GOOD.replace("30,0", "31,0")) == 2
    assert "expected room on the disk" in capsys.readouterr().err
    assert page.read_text("utf-8") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["patients-report", "patients.csv"]
