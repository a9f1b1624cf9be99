"""All guesses beside all answers: empty, in part, whole, from the file or from memory."""

import json
import re
from xml.etree import ElementTree

import pytest

from dsrct_edu.classroom import lessons, predict, your_guesses
from dsrct_edu.classroom.asking import Question
from dsrct_edu.classroom.looking_back import CLOSE, Look, change
from dsrct_edu.classroom.progress import SESSION


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("DSRCT_EDU_GUESSES", raising=False)
    SESSION.clear()
    yield
    SESSION.clear()


def made(**results):
    """Guess as a student would, and reveal what is given."""
    for key, (guess, result) in results.items():
        prediction = predict(key.strip("_").replace("_", "."), guess)
        if result is not None:
            prediction.beside(result)
    return your_guesses()


def test_without_guesses_it_says_where_they_come_from():
    predict("05.3", ...)  # dots are no guess
    predict("05.2", None).beside(21)  # and a guess left out is none
    shown = your_guesses()
    assert repr(shown).startswith("No guesses are here yet.")
    assert shown.table.empty
    assert "<h2>" not in shown._repr_html_()


def test_some_guesses_wait_for_their_answer():
    shown = made(_05_3=(30, None), _01_1=(60, 16))
    assert "2 guesses, in lessons 01 and 05. Still without an answer: 05.3." in shown.words
    assert shown.table["id"].tolist() == ["01.1", "05.3"]
    assert "no answer yet: it comes below this guess, in lesson 05" in shown.words
    assert "You said <strong>30 months</strong>; no answer yet" in shown.html


def test_a_guess_that_is_run_again_keeps_its_answer_and_a_new_one_does_not(tmp_path, monkeypatch):
    monkeypatch.setenv("DSRCT_EDU_GUESSES", str(tmp_path / "my-guesses.json"))
    made(_05_3=(30, 48.0))
    SESSION.clear()  # the next day
    assert made(_05_3=(30, None)).table["answer"].tolist() == [48.0]
    assert made(_05_3=(31, None)).table["answer"].tolist() == [None]


def test_guess_answer_and_distance_stand_in_the_order_of_the_lessons():
    shown = made(_10_1=(0.8, 0.5), _05_10=("x", None), _05_3=(30, 48.0), _05_1=("lower", "lower"))
    assert shown.table["id"].tolist() == ["05.1", "05.3", "05.10", "10.1"]
    assert shown.table.set_index("id").loc["05.3", "away"] == -18
    for said in (
        "Lesson 05 A survival curve from scratch",
        "You said: 30 months. It is: 48 months. (you were 18 months below)",
        "You said: lower. It is: lower. (as you said)",
        "You said: 0.8. It is: 0.5. (you were 0.3 above)",
    ):
        assert said in shown.words, said


def test_page_and_words_say_the_same_and_colour_is_never_alone():
    shown = made(_05_3=(30, 48.0), _10_1=(0.8, 0.5), _02_1=(90, None), _05_1=("lower", "same"))
    page = ElementTree.fromstring(f"<div>{shown.html}</div>")
    tags = [part.tag for part in page.iter()]
    assert [tag for tag in tags if re.fullmatch("h[1-6]", tag)] == ["h2", "h3", "h3", "h3"]
    assert tags.count("li") == 4
    text = " ".join(" ".join(page.itertext()).split())
    for part in ("30 months", "48 months", "0.8", "0.5", "lower", "same", "18 months below"):
        assert part in text
        assert part in shown.words
    assert "img" not in tags
    marks = [part for part in page.iter() if re.search("[▽▲]", part.text or "")]
    assert marks
    assert all(mark.get("aria-hidden") == "true" for mark in marks)
    assert not any(re.search("[▽▲]", part.tail or "") for part in page.iter())


def test_the_summary_names_near_and_far_and_counts_no_score():
    shown = made(_05_3=(30, 110.0), _01_1=(16, 15), _02_1=(40, 60))
    assert "Nearest to what you expected: how many of 100 diagnosed" in shown.words
    assert "Farthest from it: median survival with HIPEC (you were 80 months below)." in shown.words
    assert "None of this is a mark." in shown.words
    assert not re.search(r"\bscore|points|correct|wrong\b", shown.words)
    near = made(_05_3=(30, 31.0), _01_1=(16, 15), _02_1=(59, 60))
    assert "Farthest" not in near.words


@pytest.mark.parametrize(
    ("guesses", "said"),
    [
        ({"_06_3": (15, 0), "_08_3": (2, 1)}, "Nearer than before."),
        ({"_06_3": (2, 1), "_08_3": (40, 0)}, "Farther off than before."),
        ({"_06_3": (1, 0), "_08_3": (1, 0)}, "You were near the first time, and again."),
        ({"_06_3": (15, 0), "_08_3": (18, 0)}, "About as far off as before."),
        ({"_06_3": (15, 0), "_08_3": (2, None)}, "One of the two has no answer yet."),
        ({"_10_4": ("a", "c"), "_14_2": ("a", "a")}, "The second time you saw it."),
        ({"_10_4": ("c", "c"), "_14_2": ("b", "a")}, "You saw it; the second time it hid better."),
        ({"_10_4": ("c", "c"), "_14_2": ("a", "a")}, "You saw it, twice."),
        ({"_10_4": ("a", "c"), "_14_2": ("b", "a")}, "It stayed hard to tell."),
    ],
)
def test_what_was_asked_twice_stands_side_by_side(guesses, said):
    shown = made(**guesses)
    assert "Asked twice: what changed" in shown.words
    assert said in shown.words
    assert said in shown.html
    SESSION.clear()
    assert "Asked twice" not in made(_08_3=(2, 1)).words


def test_a_pair_without_a_line_is_told_by_its_words():
    free = Look("99.1", Question("x"), 3.0, 4.0)
    assert free.share is None
    assert change(free, free) == "It stayed hard to tell."
    assert CLOSE < 1


def test_the_file_of_earlier_days_counts_and_a_broken_one_does_no_harm(tmp_path, monkeypatch):
    path = tmp_path / "my-guesses.json"
    monkeypatch.setenv("DSRCT_EDU_GUESSES", str(path))
    made(_05_3=(30, 48.0), _01_1=(60, None))
    SESSION.clear()  # the next day
    shown = made(_10_1=(0.8, 0.5))
    assert shown.table["id"].tolist() == ["01.1", "05.3", "10.1"]
    rows = json.loads(path.read_text("utf-8"))
    rows["77.1"] = {"id": "77.1", "guess": "x", "result": None, "unit": ""}
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert "Prediction 77.1. You said: x." in your_guesses().words
    path.write_text("{", encoding="utf-8")
    assert your_guesses().table["id"].tolist() == ["10.1"]


def test_every_prediction_of_the_course_can_be_looked_back_at():
    asked = [
        (key, entry["example"])
        for path in sorted(lessons.folder().glob("[0-9][0-9]_*.checks.toml"))
        for key, entry in lessons.read(path)["predict"].items()
    ]
    for key, example in asked:
        predict(key, example).beside(example)
    shown = your_guesses()
    assert len(shown.table) == len(asked)
    assert shown.words.count("(as you said)") >= len(asked)
    assert shown.words.count("You were near") + shown.words.count("You saw it, twice") == 5
