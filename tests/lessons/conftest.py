from pathlib import Path

import pytest

from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.skeleton import new_lesson

ROOT = Path(__file__).resolve().parents[2]


class Course:
    """A folder that holds nothing but the skeleton of one lesson, and the means to spoil it."""

    name = "42_small_steps"

    def __init__(self, folder):
        self.places = Places(folder / "lessons")
        new_lesson(42, "small_steps", self.places.lessons)

    def path(self, ending=".md"):
        return self.places.lessons / f"{self.name}{ending}"

    def lesson(self):
        return read(self.path())

    def edit(self, old, new, ending=".md"):
        text = self.path(ending).read_text(encoding="utf-8")
        assert old in text
        self.path(ending).write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def line(self, text, ending=".md"):
        """The number of the first line that holds a text."""
        lines = self.path(ending).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


@pytest.fixture(autouse=True)
def _no_own_lessons(monkeypatch):
    monkeypatch.delenv("DSRCT_EDU_LESSONS", raising=False)
