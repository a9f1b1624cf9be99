"""`dsrct-edu start` and `doctor`: copies without answers, a student's work left alone.

And `start.py` with its two double-click files, which make the environment before that.
"""

import importlib.metadata
import importlib.util
import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from dsrct_edu import InputError, cli, doctor, resources, starting

ROOT = Path(__file__).resolve().parents[2]


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
    extensions = next(part.split("=", 1)[1] for part in command if "labextensions" in part)
    (package,) = Path(extensions).glob("*/package.json")
    load = json.loads(package.read_text("utf-8"))["jupyterlab"]["_build"]["load"]
    # What lies in a folder named static is cached for ever.
    assert (package.parent / load).is_file()
    assert "static" not in load
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
    assert found.detail == f"{tmp_path} has 0.0 GiB free"


def test_doctor_works_the_six_patients_and_names_any_failure(monkeypatch):
    monkeypatch.setattr("dsrct_edu.analysis.kaplan_meier", lambda data: 1 / 0)
    (found,) = [line for line in doctor.examine() if not line.ok]
    assert str(found).startswith("FAIL  six patients by hand: ZeroDivisionError: division by zero")
    assert "wrong numbers on this machine" in found.fix


@pytest.fixture
def start(monkeypatch, tmp_path):
    """`start.py`, in an empty folder, with the commands that it runs kept instead of run."""
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ran = []

    def run(command, **options):
        module.ran.append([str(part) for part in command])
        if "venv" in command:
            Path(command[-1]).mkdir(exist_ok=True)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module.subprocess, "run", run)
    return module


def test_start_makes_an_environment_once_and_opens_the_course(start, tmp_path):
    assert start.main(["--environment", "env"]) == 0
    make, lock, package, doctor_, open_ = start.ran
    python = str(tmp_path / "env" / "bin" / "python")
    assert make[1:] == ["-m", "venv", "--clear", str(tmp_path / "env")]
    assert lock[:3] == package[:3] == [python, "-m", "pip"]
    assert "--require-hashes" in lock
    assert lock[-1].endswith("requirements-course.txt")
    assert package[-3:] == ["--no-build-isolation", "-e", str(tmp_path)]
    assert doctor_ == [python, "-m", "dsrct_edu", "doctor"]
    assert open_ == [python, "-m", "dsrct_edu", "start", "my-course"]
    start.ran.clear()
    assert start.main(["--environment", "env", "--setup"]) == 0
    assert start.ran == []
    (tmp_path / "env" / ".course").write_text("of another lock")
    assert start.main(["--environment", "env", "--setup"]) == 0
    assert len(start.ran) == 3


def test_start_takes_the_systems_pip_where_python_brings_none(start, tmp_path, monkeypatch):
    run = start.subprocess.run

    def without_pip(command, **options):
        failed = "venv" in command and "--without-pip" not in command
        return SimpleNamespace(returncode=1) if failed else run(command, **options)

    monkeypatch.setattr(start.subprocess, "run", without_pip)
    start.set_up(tmp_path / "env")
    assert start.ran[0][2:] == ["pip", "--version"]
    assert start.ran[1][3:5] == ["--clear", "--without-pip"]
    assert start.ran[2][2:5] == ["pip", "--python", str(tmp_path / "env" / "bin" / "python")]


def test_start_finds_the_python_of_windows(start, monkeypatch):
    monkeypatch.setattr(start.sys, "platform", "win32")
    assert start.python_of(Path("env")) == Path("env/Scripts/python.exe")


@pytest.mark.parametrize(
    ("version", "known"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)]
)
def test_start_says_which_python_it_needs(start, monkeypatch, capsys, version, known):
    monkeypatch.setattr(start.sys, "version_info", (*version, 0))
    assert start.main(["--setup"]) == (0 if known else 1)
    assert ("needs Python 3.11, 3.12 or 3.13" in capsys.readouterr().out) is not known


def test_start_stops_where_a_step_fails(start, monkeypatch, capsys):
    def fails(*command):
        raise subprocess.CalledProcessError(3, command)

    monkeypatch.setattr(start, "run", fails)
    assert start.main(["--setup"]) == 3
    assert "It stopped here." in capsys.readouterr().out


def test_double_click_files_are_as_their_systems_want_them():
    windows = (ROOT / "start-windows.bat").read_bytes()
    assert windows.count(b"\n") == windows.count(b"\r\n") > 10
    macos = ROOT / "start-macos.command"
    assert macos.stat().st_mode & 0o111
    assert b"\r" not in macos.read_bytes()
    subprocess.run(["bash", "-n", str(macos)], check=True)
    for text in (windows.decode(), macos.read_text("utf-8")):
        assert "start.py" in text
        assert set(re.findall(r"3\.1\d", text)) == {"3.11", "3.12", "3.13"}
