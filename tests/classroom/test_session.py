"""Predictions, progress and their export."""

import pandas as pd
import pytest

from dsrct_edu.classroom import check, export, gather, guesses, predict, summary
from dsrct_edu.classroom.progress import SESSION
from dsrct_edu.errors import InputError


@pytest.fixture(autouse=True)
def _fresh():
    SESSION.clear()
    yield
    SESSION.clear()


def test_a_guess_is_shown_beside_the_result():
    guess = predict("05.2", 30)
    assert repr(guess) == "Your guess for median survival with HIPEC: 30 months. Noted."
    shown = guess.beside(48.0)
    assert repr(shown) == "Median survival with HIPEC. You said: 30 months. It is: 48 months."
    assert guesses().to_dict("records") == [
        {"id": "05.2", "guess": 30, "result": 48.0, "unit": "months"}
    ]


def test_no_guess_is_no_error():
    guess = predict("05.2", ...)
    assert "No guess yet" in repr(guess)
    assert "You said: no guess" in repr(guess.beside(48.0))


@pytest.mark.parametrize("guess", [None, [1], {"a": 1}, object(), "x" * 10_000, float("nan")])
def test_odd_guesses_are_noted(guess):
    assert len(repr(predict("05.2", guess).beside(1.0))) < 400
    assert len(guesses()) == 1


def test_an_unknown_prediction_is_noted_all_the_same():
    assert "prediction 99.9" in repr(predict("99.9", 1))


def test_the_summary_follows_the_attempts():
    assert "0 of 3 core exercises" in repr(summary("05"))
    check("05.1", 0.1)
    check("05.3", "c")
    check("05.4", "no number")
    text = repr(summary("05"))
    assert "1 of 3 core exercises" in text
    table = summary("05").table.set_index("id")
    assert table.loc["05.1", "attempts"] == 1
    assert not table.loc["05.1", "passed"]
    assert table.loc["05.3", "passed"]
    assert table.loc["05.4", "optional"]
    with pytest.raises(InputError, match="a lesson with checks"):
        summary("99")


def test_a_class_is_gathered_from_its_exports(tmp_path):
    for seat, guess in (("seat 1", 20), ("seat 2", 35)):
        SESSION.clear()
        predict("05.2", guess).beside(48.0)
        check("05.1", 5 / 6)
        export(tmp_path, seat)
    table = gather(tmp_path)
    assert table["who"].tolist() == ["seat 1", "seat 2"]
    assert table["guess"].tolist() == [20, 35]
    attempts = gather(tmp_path, "attempts")
    assert attempts["misconception"].tolist() == ["M2", "M2"]
    table.to_csv(tmp_path / "class.csv", index=False)
    assert len(pd.read_csv(tmp_path / "class.csv")) == 2


def test_nothing_is_written_unless_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check("05.1", 0.5)
    predict("05.2", 3)
    assert list(tmp_path.iterdir()) == []


def test_exports_of_an_empty_session_hold_their_columns(tmp_path):
    export(tmp_path, "nobody/here")
    assert (tmp_path / "nobody_here.attempts.csv").exists()
    assert gather(tmp_path).empty
    assert gather(tmp_path).columns.tolist() == ["who", "id", "guess", "result", "unit"]


def test_only_what_is_exported_can_be_gathered(tmp_path):
    with pytest.raises(InputError, match="kind: expected 'attempts' or 'predictions'"):
        gather(tmp_path, "guesses")
