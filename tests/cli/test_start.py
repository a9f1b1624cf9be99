"""`dsrct-edu start` and `doctor`: copies without answers, a student's work left alone."""

import importlib.metadata
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from dsrct_edu import InputError, cli, doctor, resources, starting


def test_copies_hold_no_outputs(tmp_path):
    handed = starting.hand_out(tmp_path / "my-course")
    assert handed.written
    for name in handed.written:
        notebook = json.loads((handed.folder / name).read_text("utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert code or name == "glossary.ipynb"
        assert all(cell["outputs"] == [] for cell in code)
        assert all(cell["execution_count"] is None for cell in code)
    solutions = [path for path in handed.folder.rglob("*") if "solution" in path.name.lower()]
    assert not solutions


def test_a_students_edit_survives(tmp_path):
    first = starting.hand_out(tmp_path)
    mine = tmp_path / first.first
    mine.write_text("my work", encoding="utf-8")
    again = starting.hand_out(tmp_path)
    assert mine.read_text("utf-8") == "my work"
    assert again.written == ()
    assert again.kept == first.written


def test_the_kits_own_folder_is_refused():
    with pytest.raises(InputError, match="a folder of your own"):
        starting.hand_out(resources.find("notebooks"))


def test_lab_keeps_its_token_and_fetches_nothing(tmp_path):
    command = starting.lab_command(starting.hand_out(tmp_path / "x"), browser=False)
    assert not any("token" in part.split("=")[0].lower() for part in command)
    joined = " ".join(command)
    assert "--no-browser" in command
    assert "extension_manager=readonly" in joined
    settings = next(part.split("=", 1)[1] for part in command if "app_settings_dir" in part)
    overrides = json.loads(Path(settings, "overrides.json").read_text("utf-8"))
    notification = overrides["@jupyterlab/apputils-extension:notification"]
    assert notification == {"fetchNews": "false", "checkForUpdates": False}


def test_start_without_lab(tmp_path, capsys):
    assert cli.main(["start", str(tmp_path / "here"), "--no-lab"]) == 0
    assert "notebooks copied" in capsys.readouterr().out
    assert cli.main(["start", str(tmp_path / "here"), "--no-lab"]) == 0
    assert "left as you had them" in capsys.readouterr().out


def test_doctor_is_content_here(tmp_path, capsys):
    assert cli.main(["doctor", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "FAIL" not in out
    assert "six patients by hand: 0.833, 0.625, 0.312" in out


def test_doctor_names_the_fix(monkeypatch, capsys):
    wanted = ["numpy>=99", "no-such-package>=1", "ruff>=99; extra == 'test'"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: wanted)
    assert cli.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "FAIL  numpy" in out
    assert "FAIL  no-such-package: not installed" in out
    assert "no-such-package>=1 is needed." in out
    assert out.count("Fix:") == 2


def test_doctor_looks_at_the_folder_to_work_in(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=2**20))
    (found,) = [line for line in doctor.examine(tmp_path / "new") if not line.ok]
    assert found.what == "folder to work in"
    assert found.detail == f"{tmp_path} (0.0 GiB free)"


def test_doctor_works_the_six_patients_and_names_any_failure(monkeypatch):
    monkeypatch.setattr("dsrct_edu.analysis.kaplan_meier", lambda data: 1 / 0)
    (found,) = [line for line in doctor.examine() if not line.ok]
    assert str(found).startswith("FAIL  six patients by hand: ZeroDivisionError: division by zero")
    assert "wrong numbers on this machine" in found.fix
