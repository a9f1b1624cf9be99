"""The guesses of a class: what is read, what is refused, and that nobody can be told."""

import pandas as pd
import pytest

from dsrct_edu.classroom import class_guesses, export, gather, made_guesses, predict
from dsrct_edu.classroom.progress import SESSION
from dsrct_edu.errors import InputError
from tools import made_guesses as tool


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("DSRCT_EDU_GUESSES", raising=False)
    SESSION.clear()
    yield
    SESSION.clear()


def table(guesses, key="05.3", result=49.8, **columns):
    rows = {"id": key, "guess": guesses, "result": result, **columns}
    return pd.DataFrame(rows).astype({"guess": object, "result": object})


SIX = [10, "20", "30 months", 40, 50.0, 60]


def test_numbers_and_words_are_read_as_the_lesson_reads_them():
    shown = class_guesses(table(SIX), "05")
    assert shown.guesses["guess"].tolist() == [10, 20, 30, 40, 50, 60]
    (row,) = shown.questions.to_dict("records")
    assert (row["n"], row["middle"], row["answer"], row["near"]) == (
        6, "35 months", "49.8 months", 3
    )  # fmt: skip
    words = class_guesses(table(["lower", "Same", "same", "higher", "same"], "05.1", "lower"), "05")
    assert words.guesses["guess"].tolist() == [0, 1, 2, 2, 2]
    assert words.questions.loc[0, ["middle", "answer", "near"]].tolist() == ["same", "lower", 1]


def test_nobody_can_be_told_from_what_comes_out():
    names = [f"Ada {number}" for number in range(6)]
    one = class_guesses(table(SIX, who=names), "05")
    other = class_guesses(table(SIX[::-1], who=names), "05")
    assert one.guesses.equals(other.guesses)
    figure = one.plot()
    said = repr(one) + one._repr_html_() + figure.describe() + "".join(one.guesses.columns)
    assert "Ada" not in said
    assert "who" not in one.guesses


def test_a_group_of_four_is_not_shown():
    with pytest.raises(InputError, match=r"expected 5 guesses of one question; found 05\.3 \(4\)"):
        class_guesses(table(SIX[:4]), "05")
    both = pd.concat([table(SIX), table(["same"] * 4, "05.1", "lower")], ignore_index=True)
    shown = class_guesses(both, "05")
    assert shown.questions["id"].tolist() == ["05.3"]
    assert "Left out, as fewer than 5 guessed: 05.1 (4)." in repr(shown)


def test_what_was_left_open_is_counted_and_left_out():
    shown = class_guesses(table([*SIX, None, "", "...", float("nan")]), "05")
    assert shown.questions["n"].tolist() == [6]
    assert "4 rows without a guess left out." in shown.notes[0]


def test_one_row_with_the_answer_is_enough():
    rows = table(SIX)
    rows.loc[1:, "result"] = None
    assert class_guesses(rows, "05").guesses["truth"].unique().tolist() == [49.8]


def test_a_number_that_lost_its_zero_is_known():
    rows = table(SIX).assign(id=5.3)
    assert class_guesses(rows, "05").questions["id"].tolist() == ["05.3"]


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([1, 2], "expected a table"),
        (table(SIX).drop(columns="guess"), "column 'guess': expected the columns id, guess and"),
        (table(SIX).drop(columns="result"), "column 'result'"),
        (table([]), "expected a row for each guess; found no rows"),
        (table(SIX).assign(id="05-Mar"), "column 'id', rows 0, 1.*number of a prediction"),
        (table(SIX, "99.1"), "column 'id'"),
        (table([*SIX, "thirty"]), "column 'guess', row 6: expected a number from 0 to 120"),
        (table([*SIX, 500]), "column 'guess', row 6"),
        (table(["up", *["same"] * 5], "05.1", "lower"), "column 'guess', row 0.*\"higher\""),
        (table(SIX, result=None), r"column 'result'.*one answer to 05\.3; found nothing"),
        (table(SIX, result=[49.8] * 5 + [20]), "found 49.8 months and 20 months"),
        (table(SIX, result="soon"), "column 'result', row 0"),
        (table(SIX, who=["a", "a", *"bcde"]), "rows 0, 1: expected one guess of each.*several"),
    ],
)
def test_what_is_not_clear_is_refused_by_name(rows, match):
    with pytest.raises(InputError, match=match):
        class_guesses(rows, "05")


def test_another_lesson_is_named():
    with pytest.raises(InputError, match="lesson: expected lesson 05; found '10'"):
        class_guesses(table(SIX), "10")


def test_from_the_files_of_a_class_to_the_strip(tmp_path):
    for seat, guess in enumerate(SIX):
        SESSION.clear()
        predict("05.3", guess).beside(49.8)
        export(tmp_path, f"seat {seat}")
    assert gather(tmp_path)["id"].unique().tolist() == ["05.3"]
    assert class_guesses(gather(tmp_path), "05").questions["n"].tolist() == [6]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", r"seat\.predictions\.csv: expected a CSV file; found No columns"),
        (b"a,b\n1,2\n", "expected the columns who, id, guess, result and unit; found no who"),
        (b'who,id\n"seat', "expected a CSV file"),
        (b"who,id\n1,2,3,4\n1\n1,2,3,4,5,6,7", "expected a CSV file"),
        (b"\xff\xfe\x00w", "expected a CSV file"),
    ],
)
def test_a_file_that_is_no_export_is_named(tmp_path, content, match):
    (tmp_path / "seat.predictions.csv").write_bytes(content)
    with pytest.raises(InputError, match=match):
        gather(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="folder: expected a folder with exports; found no folder"):
        gather(tmp_path / "exports")


def test_the_made_class_follows_from_its_tool():
    made = tool.made().astype(str)
    written = pd.read_csv(tool.FILE, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(made.reset_index(drop=True), written)
    assert len(made_guesses()) == len(made)
