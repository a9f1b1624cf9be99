import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from dsrct_edu.classroom import new_lesson  # noqa: E402
from tools.paths import Places  # noqa: E402


@pytest.fixture
def course(tmp_path):
    """A tiny course of its own: the skeleton of one lesson and the shared data files."""
    lessons = tmp_path / "lessons"
    new_lesson(42, "small_steps", lessons)
    for name in ("course", "glossary", "misconceptions"):
        text = (ROOT / "lessons" / f"{name}.toml").read_text(encoding="utf-8")
        (lessons / f"{name}.toml").write_text(text, encoding="utf-8")
    return Places(
        lessons=lessons,
        notebooks=tmp_path / "notebooks",
        build=tmp_path / "build",
        cache=tmp_path / ".cache",
    )


@pytest.fixture
def root():
    return ROOT


@pytest.fixture(autouse=True)
def _no_own_lessons(monkeypatch):
    monkeypatch.delenv("DSRCT_EDU_LESSONS", raising=False)
    assert "DSRCT_EDU_LESSONS" not in os.environ
