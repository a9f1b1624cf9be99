"""Five made-up students get the marks that they should, from nbgrader itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.grading.environment import REQUIREMENTS  # noqa: E402
from tools.grading.submissions import STUDENTS  # noqa: E402


def test_nbgrader_is_pinned_with_hashes():
    text = REQUIREMENTS.read_text("utf-8")
    packages = [line for line in text.splitlines() if line[:1].isalnum()]
    assert any(line.startswith("nbgrader==") for line in packages)
    assert all("==" in line for line in packages)
    assert text.count("--hash=sha256:") >= len(packages)
    assert "://" not in text


def test_a_class_of_five_is_what_was_asked_for():
    names = {student.name: student.points for student in STUDENTS}
    assert names == {
        "right": 3, "half_right": 1, "empty": 0, "wrong_state": 1, "deleted_cells": 1
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.full
def test_a_class_gets_its_marks():
    done = subprocess.run(
        [sys.executable, "-m", "tools.grading", "05"], cwd=ROOT, capture_output=True, text=True
    )
    if "SKIPPED" in done.stdout:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 submissions marked, 0 with other marks" in done.stdout
