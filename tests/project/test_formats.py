"""Programs of other people read the quiz files as they were meant, and a slip would be seen."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dsrct_edu.classroom import quiz

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.formats import __main__ as formats  # noqa: E402
from tools.formats import readers  # noqa: E402


def parsed(made):
    """What the parser of GIFT gives, in its own form."""
    questions = [
        {
            "type": "MC",
            "stem": {"text": formats.flat(f"{item.abstract} {item.stem}")},
            "choices": [
                {
                    "isCorrect": option.key,
                    "text": {"text": formats.flat(option.text)},
                    "feedback": {"text": formats.flat(option.why)},
                }
                for option in item.options
            ],
        }
        for item in made.items
    ]
    return [{"type": "Category"}, *questions]


def test_a_slip_in_gift_is_seen():
    made = quiz("05")
    assert formats.in_gift(made, parsed(made)) == []
    for change in (
        lambda one: one["stem"].update(text="another"),
        lambda one: one["choices"][0].update(isCorrect=not one["choices"][0]["isCorrect"]),
        lambda one: one["choices"][1]["feedback"].update(text=""),
        lambda one: one["choices"].pop(),
    ):
        found = parsed(made)
        change(found[2])
        assert formats.in_gift(made, found) == ["05, question 2: GIFT is read otherwise"]
    assert "other questions" in formats.in_gift(made, parsed(made)[:-1])[0]


def test_a_slip_in_qti_is_seen(monkeypatch):
    item = quiz("05").items[0]
    words = " ".join([item.stem, item.abstract, *(option.text for option in item.options)])
    answers = {
        letter.upper(): (float(option.key), formats.flat(option.why))
        for letter, option in item.lettered()
    }
    monkeypatch.setattr(readers, "played", lambda *_: (words, answers))
    assert formats._played(item, "", None) == []
    other = replace(item, stem="What else?")
    assert formats._played(other, "", None) == ["not shown: What else?"]
    answers[item.key.upper()] = (0.0, answers[item.key.upper()][1])
    assert len(formats._played(item, "", None)) == 1


def test_every_program_is_pinned():
    text = readers.REQUIREMENTS.read_text("utf-8")
    packages = [line for line in text.splitlines() if line[:1].isalnum()]
    assert packages
    assert all("==" in line for line in packages)
    assert text.count("--hash=sha256:") >= len(packages)
    assert "://" not in text
    assert all(len(one.sha256) == 64 for one in (readers.PARSER, readers.PLAYER))


@pytest.mark.slow
@pytest.mark.full
def test_all_quizzes_are_read_and_played():
    done = subprocess.run(
        [sys.executable, "-m", "tools.formats"], cwd=ROOT, capture_output=True, text=True
    )
    if "SKIPPED" in done.stdout:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
