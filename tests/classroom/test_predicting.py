"""Predictions: guesses of the right kind, no answer before its question, what a reveal shows."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from dsrct_edu import figures
from dsrct_edu.classroom import lessons, numberline, predict
from dsrct_edu.classroom.asking import Question
from dsrct_edu.classroom.progress import SESSION
from dsrct_edu.errors import InputError

PREDICTIONS = {
    key: entry
    for path in sorted(lessons.folder().glob("*.checks.toml"))
    for key, entry in lessons.read(path).get("predict", {}).items()
}
SHARE = Question("the share", "of 100", "number", 0, 100)


@pytest.fixture(autouse=True)
def _fresh():
    SESSION.clear()
    yield
    SESSION.clear()


class Words(HTMLParser):
    """The text of a page; it insists that each tag is closed."""

    def __init__(self, page):
        super().__init__()
        self.open, self.text, self.images = [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.images.append(dict(attrs))
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def words(page):
    return " ".join("".join(Words(page).text).split())


# Every prediction of the course


@pytest.mark.parametrize("key", PREDICTIONS)
def test_each_prediction_shows_its_recorded_guess_beside_the_result(key):
    entry = PREDICTIONS[key]
    guess = predict(key, entry["example"])
    assert guess.fault == ""
    others = [*entry.get("options", [entry.get("high", 50)])]
    told = guess.beside(others[0])
    assert told.shown
    page, text = words(told.html), lessons.reveal_of(key)
    assert "You said" in page
    assert "It is" in page
    assert "You said: " in repr(told)
    assert text["words"] in repr(told)
    assert words(text["html"]) in page
    assert len(SESSION.table("predictions")) == 1


@pytest.mark.parametrize("key", PREDICTIONS)
def test_each_prediction_asks_first_and_leaves_nobody_stuck(key):
    asked = predict(key)
    first, second, third = (asked.beside(1.5) for _ in range(3))
    assert not first.shown
    assert asked.question.wanted in repr(first)
    assert "It is" not in first.html
    reveal = lessons.reveal_of(key)["words"]
    assert not reveal or reveal not in repr(first)
    assert second.shown
    assert second == third
    assert "You said: no guess. It is: 1.5" in repr(second)
    assert reveal in repr(second)
    assert repr(predict(key).beside(1.5)) == repr(first), "a new run asks again"


@pytest.mark.parametrize("key", PREDICTIONS)
def test_a_waived_guess_shows_the_answer_alone(key):
    told = predict(key, None).beside(1.5)
    assert told.shown
    assert "You said" not in repr(told) + told.html
    reveal = lessons.reveal_of(key)["words"]
    assert not reveal or reveal not in repr(told)


def test_some_predictions_have_a_text_of_their_own():
    assert sum(bool(lessons.reveal_of(key)["words"]) for key in PREDICTIONS) >= 5


# What can be guessed


@pytest.mark.parametrize(
    ("guess", "taken"),
    [
        (30, 30.0), (30.5, 30.5), ("30", 30.0), (" 30 % ", 30.0), ("12,5", 12.5),
        ("30 of 100", 30.0), (np.int64(3), 3.0), (np.float64(0.5), 0.5), (pd.Series([7]), 7.0),
        (0, 0.0), (100, 100.0),
    ],
)  # fmt: skip
def test_a_number_in_its_range_is_taken(guess, taken):
    assert SHARE.take(guess) == taken


@pytest.mark.parametrize(
    ("guess", "shown"),
    [
        ("", '""'), (-20, "−20"), (1000, "1,000"), ("thirty", '"thirty"'), (True, "True"),
        (float("nan"), "nan"), (float("inf"), "infinity"), ([1, 2], "[1, 2]"), ({}, "{}"),
        (np.array([1, 2]), "a column of 2 values"), (max, "the function `max`"),
        (pd.DataFrame({"a": [1, 2]}), "a table of 2 rows and 1 column"),
    ],
)  # fmt: skip
def test_what_is_no_guess_is_answered_kindly(guess, shown):
    noted = predict("01.1", guess)
    assert noted.guess is None
    assert repr(noted) == (
        f"Your guess is {shown}. What is expected is a number from 0 to 100. "
        "Change it, and run the cell again."
    )
    first = noted.beside(13.5)
    assert f"Your guess is {shown}." in repr(first)
    assert "13.5" not in repr(first) + first.html
    assert "You said: no guess. It is: 13.5" in repr(noted.beside(13.5))


class Hostile:
    def _raise(self, *arguments, **options):
        raise RuntimeError("do not look")

    __eq__ = __float__ = __len__ = __iter__ = __repr__ = __str__ = __getattr__ = _raise
    __hash__ = None


ODD = [Hostile(), object(), "x" * 10_000, 1j, 10**400, b"\xff", print]


@pytest.mark.parametrize("key", ["05.1", "05.2", "10.4", "99.9"])
@pytest.mark.parametrize("guess", ODD, ids=range(len(ODD)))
def test_odd_guesses_get_a_short_message(key, guess):
    assert 10 < len(repr(predict(key, guess))) < 400
    assert len(repr(predict(key, guess).beside(1.0))) < 600


@pytest.mark.parametrize(
    ("key", "guess", "taken"),
    [
        ("05.1", " Lower. ", "lower"), ("05.1", "SAME", "same"), ("05.1", "smaller", None),
        ("05.1", 3, None), ("05.1", " ", None), ("10.4", "C", "c"), ("10.4", "(d)", "d"),
        ("10.4", "Registry A", "a"), ("10.4", "b", None), ("10.4", 1, None),
        ("99.9", 3, 3.0), ("99.9", "anything", "anything"), ("99.9", [1], "[1]"),
    ],
)  # fmt: skip
def test_words_and_letters_are_those_of_the_question(key, guess, taken):
    assert predict(key, guess).guess == taken


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (SHARE, "a number from 0 to 100 (of 100)"),
        (Question("x", kind="number", low=0), "a number, 0 or more"),
        (Question("x", kind="number", high=1), "a number, 1 or less"),
        (Question("x", kind="number"), "a number"),
        (Question("x", kind="word"), "a word in quotation marks"),
        (Question("x", kind="word", options={"a": "", "b": ""}), 'quotation marks: "a" or "b"'),
        (
            Question("x", kind="letter", options={"a": "one", "b": "two"}),
            "a letter in quotation ma",
        ),
    ],
)
def test_a_question_says_what_it_wants(question, wanted):
    assert wanted in question.wanted


# What is shown


def test_the_bundle_holds_figure_line_text_and_all_of_it_as_words():
    gates = pd.DataFrame({"gate": ["diagnosed", "HIPEC"], "n": [200, 27]})
    figure = figures.patient_flow(gates)
    told = predict("01.1", 60).beside(13.5, figure)
    (image,) = Words(told.html).images
    assert image["alt"] == figure.describe()
    assert image["src"].startswith("data:image/png;base64,")
    page = words(told.html)
    order = ["How many of 100", "You said 60", "It is 13.5", "pass the last gate"]
    assert [page.index(part) for part in order] == sorted(page.index(part) for part in order)
    parts = repr(told).split("\n\n")
    assert parts[0].endswith("You said: 60. It is: 13.5.")
    assert parts[1] == figure.describe()
    assert "pass the last gate" in parts[2]


def test_a_table_can_stand_in_the_place_of_a_figure():
    table = pd.DataFrame({"truth": [0.5]}, index=["a"])
    told = predict("10.4", "a").beside("c", table)
    assert "<table" in told.html
    assert "truth" in repr(told)


def test_what_is_no_picture_is_said():
    with pytest.raises(InputError, match="a figure that carries its own words"):
        predict("10.4", "a").beside("c", "no figure")


def places(page):
    """Where the two labels stand on the line: the share of free space before each."""
    rows = re.findall(r'flex-grow:([\d.]+)"></span><span>(You said|It is)', page)
    return {label: float(share) for share, label in rows}


@pytest.mark.parametrize(
    ("guess", "result", "said", "truth"),
    [(0.0, 100.0, 0, 100), (25.0, 50.0, 25, 50), (100.0, 150.0, 66.7, 100), (10.0, -100.0, 55, 0)],
)
def test_both_numbers_stand_in_their_places_on_the_line(guess, result, said, truth):
    page = numberline.beside(SHARE, guess, result)
    assert places(page) == {"You said": said, "It is": truth}
    assert len(words(page)) < 120


@pytest.mark.parametrize("values", [(1.0, 1.0), (0.0, 0.0), (-3.0, 4.0), (1e-9, 2e-9), (1e12, 3.0)])
def test_a_line_without_a_range_leaves_room(values):
    found = places(numberline.beside(Question("x", kind="number"), *values))
    assert all(5 < place < 95 for place in found.values())


@pytest.mark.parametrize(
    ("guess", "result"), [("lower", "higher"), (3.0, "c"), ("a", 3.0), (3.0, float("inf"))]
)
def test_words_stand_beside_each_other(guess, result):
    page = numberline.beside(Question("x"), guess, result)
    assert places(page) == {}
    assert page.index("You said") < page.index("It is")


def test_what_is_shown_is_escaped():
    page = predict("99.9", "<script>&").beside("<b>").html
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;&amp;" in page


def test_nothing_that_jupyterlab_takes_away_carries_the_sense():
    """Its sanitiser drops drawings, `transform` and `aria-`; text and flex rows stay."""
    page = numberline.beside(SHARE, 25.0, 50.0)
    assert not re.search("<svg|transform|<style|class=", page)
    assert words(page).replace("▽ ", "").replace("▲ ", "").startswith("You said 25 of 100")


def test_a_result_is_noted_only_when_it_is_shown():
    asked = predict("05.2")
    asked.beside(48.0)
    assert SESSION.table("predictions")["result"].isna().all()
    asked.beside(48.0)
    assert SESSION.table("predictions")["result"].tolist() == [48.0]
