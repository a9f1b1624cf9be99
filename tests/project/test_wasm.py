"""`make wasm` names what it leaves out, believes no byte unchecked, and never skips in silence."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.wasm import __main__, fixture  # noqa: E402

LEFT_OUT = tomllib.loads((ROOT / "tools" / "wasm" / "left_out.toml").read_text("utf-8"))
ENTRIES = [*LEFT_OUT["fails"], *LEFT_OUT["skips"]]
TESTS = [test for entry in ENTRIES for test in entry["tests"]]


@pytest.fixture(scope="module")
def collected():
    """Names of all tests in the files that the list names, with and without parameters."""
    files = sorted({test.split("::")[0] for test in TESTS})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    names = {line for line in done.stdout.splitlines() if "::" in line}
    return names | {name.split("[")[0] for name in names}


@pytest.mark.parametrize("test", TESTS)
def test_every_test_left_out_exists(test, collected):
    assert test in collected


@pytest.mark.parametrize("place", LEFT_OUT["not_run"])
def test_every_folder_or_file_left_out_exists(place):
    path = ROOT / place
    assert path.name.startswith("test_") if path.is_file() else list(path.glob("test_*.py"))


def test_everything_left_out_has_a_reason():
    reasons = [*LEFT_OUT["not_run"].values(), *(entry["why"] for entry in ENTRIES)]
    assert all(reason.strip() for reason in reasons)


def test_nothing_is_left_out_twice():
    assert len(TESTS) == len(set(TESTS))


def test_every_wheel_is_in_the_lock_of_the_course():
    lines = list(fixture.locked(fixture.LOCKED))
    assert len(lines) == len(fixture.LOCKED)
    assert all("--hash=sha256:" in line for line in lines)


def test_other_bytes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(fixture, "CACHE", tmp_path)
    (tmp_path / fixture.PYODIDE.name).write_bytes(b"something else")
    with pytest.raises(SystemExit, match=rf"{fixture.PYODIDE.name} has the sha256 .* expected"):
        fixture.PYODIDE.path("npm", "is not asked")


def test_what_cannot_be_had_is_said_and_counted(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert __main__.main([]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("SKIPPED: the tests were not run under WebAssembly: node is not")
    assert said[-1] == "wasm: 0 passed, 0 failed, the whole suite skipped"
