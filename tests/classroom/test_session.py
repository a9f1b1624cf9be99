"""Predictions, progress and their export."""

import base64
import re
import sys

import pandas as pd
import pytest

from dsrct_edu.classroom import check, export, gather, predict, summary
from dsrct_edu.classroom.progress import SESSION
from dsrct_edu.errors import InputError


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("DSRCT_EDU_GUESSES", raising=False)
    SESSION.clear()
    yield
    SESSION.clear()


def _guesses():
    return SESSION.table("predictions")


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
        predict("05.3", guess).beside(48.0)
        check("05.1", 5 / 6)
        export(tmp_path, seat)
    table = gather(tmp_path)
    assert table["who"].tolist() == ["seat 1", "seat 2"]
    assert table["guess"].tolist() == [20, 35]
    attempts = gather(tmp_path, "attempts")
    assert attempts["misconception"].tolist() == ["M2", "M2"]
    table.to_csv(tmp_path / "class.csv", index=False)
    assert len(pd.read_csv(tmp_path / "class.csv")) == 2


def test_guesses_are_kept_in_one_file_where_start_names_it(tmp_path, monkeypatch):
    path = tmp_path / "my-guesses.json"
    monkeypatch.setenv("DSRCT_EDU_GUESSES", str(path))
    predict("05.3", 30).beside(48.0)
    predict("05.1", "lower")
    predict("10.1", ...)
    SESSION.clear()  # the next day
    predict("05.3", ...)  # the cell is run again with its dots
    predict("01.1", "60")
    table = _guesses().set_index("id")
    assert table.loc["05.3", ["guess", "result", "unit"]].tolist() == [30.0, 48.0, "months"]
    assert table.loc["05.1", "guess"] == "lower"
    assert table.loc["01.1", "guess"] == 60.0
    assert "10.1" not in table.index
    assert [file.name for file in tmp_path.iterdir()] == ["my-guesses.json"]
    path.unlink()
    assert _guesses()["guess"].dropna().tolist() == [60.0]


@pytest.mark.parametrize("text", ["", "[]", '{"05.2": 3}', '{"05.2": {"id": "05.2"}}', "no JSON"])
def test_a_file_that_was_changed_costs_no_lesson(tmp_path, monkeypatch, text):
    path = tmp_path / "my-guesses.json"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("DSRCT_EDU_GUESSES", str(path))
    predict("05.3", 30)
    assert _guesses()["guess"].tolist() == [30.0]


def test_a_folder_that_cannot_be_written_costs_no_lesson(tmp_path, monkeypatch):
    monkeypatch.setenv("DSRCT_EDU_GUESSES", str(tmp_path / "nowhere" / "my-guesses.json"))
    predict("05.3", 30)
    assert _guesses()["guess"].tolist() == [30.0]


def test_nothing_is_written_unless_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check("05.1", 0.5)
    predict("05.3", 3)
    assert list(tmp_path.iterdir()) == []


def test_exports_of_an_empty_session_hold_their_columns(tmp_path):
    export(tmp_path, "nobody/here")
    assert (tmp_path / "nobody_here.attempts.csv").exists()
    assert gather(tmp_path).empty
    assert gather(tmp_path).columns.tolist() == ["who", "id", "guess", "result", "unit"]


def test_only_what_is_exported_can_be_gathered(tmp_path):
    with pytest.raises(InputError, match="kind: expected 'attempts' or 'predictions'"):
        gather(tmp_path, "guesses")


def test_in_a_browser_an_export_is_links_that_save_the_files(tmp_path, monkeypatch):
    predict("05.3", 20)
    written = export(tmp_path, "seat <1>")
    monkeypatch.setattr(sys, "platform", "linux")
    assert written._repr_html_() is None
    monkeypatch.setattr(sys, "platform", "emscripten")
    link = r'<a download="([^"]+)" href="data:text/csv;base64,([^"]+)">'
    saved = re.findall(link, written._repr_html_())
    assert [name for name, _ in saved] == [path.name for path in written]
    assert [base64.b64decode(data) for _, data in saved] == [path.read_bytes() for path in written]
