"""The workflow and the hooks call what is there; `make workflow` reads the one with actionlint."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8"))
HOOKS = {
    hook["id"]: hook
    for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for hook in repo["hooks"]
}
BROKEN = "import os\nx=1\n"


def steps():
    return [
        step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step
    ]


def test_the_workflow_calls_make_and_nothing_else():
    assert {"make course OPEN=no", "make test"} <= set(steps())
    for line in steps():
        assert line.startswith("make ")
        command = ["make", "-n", *shlex.split(line)[1:], "PYTHON=python3"]
        assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0, line


def test_the_workflow_runs_where_students_are_and_says_what_was_not_run():
    matrix = WORKFLOW["jobs"]["check"]["strategy"]["matrix"]
    assert {system.split("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert WORKFLOW["permissions"] == {"contents": "read"}
    comment = (ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8").split("name:")[0]
    assert "has not been run" in comment


def test_make_finds_the_environment_of_windows():
    command = ["make", "-n", "lint", "OS=Windows_NT", "PYTHON=python3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert re.search(r"\.venv-\S+/Scripts/ruff check", done.stdout)


def test_make_course_can_leave_the_browser_shut():
    for arguments, wanted in ((["OPEN=no"], True), ([], False)):
        command = ["make", "-n", "course", "PYTHON=python3", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert ("--no-lab" in done.stdout) is wanted


def test_hooks_fetch_nothing():
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert re.findall(r"repo: (.*)", text) == ["local"]
    assert {hook["language"] for hook in HOOKS.values()} == {"system"}


def run(hook, *files):
    """Run a hook as pre-commit does, in the environment that runs the tests."""
    folder = str(Path(sys.executable).parent)
    program, *rest = shlex.split(HOOKS[hook]["entry"])
    found = shutil.which(program, path=folder)
    assert found, f"{program} is not in the environment"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [found, *rest, *files], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("hook", ["ruff", "ruff-format"])
def test_the_hooks_of_ruff_run_and_find_a_fault(hook, tmp_path):
    assert run(hook, "start.py").returncode == 0
    (tmp_path / "broken.py").write_text(BROKEN, "utf-8")
    assert run(hook, str(tmp_path / "broken.py")).returncode == 1


def test_the_hook_of_mypy_runs_and_finds_a_fault(tmp_path):
    (tmp_path / "broken.py").write_text('x: int = "one"\n', "utf-8")
    done = run("mypy", "--cache-dir", str(tmp_path / "cache"), str(tmp_path / "broken.py"))
    assert done.returncode == 1
    assert "Incompatible types" in done.stdout


def test_the_hook_of_the_lessons_finds_a_fault(tmp_path):
    shutil.copytree(ROOT / "lessons", tmp_path / "lessons")
    lesson = tmp_path / "lessons" / "05_kaplan_meier.md"
    lesson.write_text(lesson.read_text("utf-8").replace("```{code-cell}", "```{cell}", 1), "utf-8")
    done = run("lessons", "05", "--folder", str(tmp_path / "lessons"))
    assert done.returncode in (1, 2)
    assert "05_kaplan_meier" in done.stderr


def test_every_hook_is_tried_here():
    assert set(HOOKS) == {"ruff", "ruff-format", "mypy", "lessons"}
