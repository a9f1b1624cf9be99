"""The guesses of a class: a dot each, where it was guessed, and the answer across them."""

import numpy as np
import pandas as pd
import pytest

from dsrct_edu import figures
from dsrct_edu.errors import InputError


def rows(about, guesses, truth, low=0.0, high=100.0, unit="months"):
    return pd.DataFrame(
        {"about": about, "guess": guesses, "truth": truth, "low": low, "high": high, "unit": unit}
    )


WORDS = rows("the choice", [0.0] * 7 + [2.0], 1.0, 0, 2, "")
OPTIONS = {"the choice": ["higher", "lower", "the same as before"]}


def test_each_guess_is_a_dot_at_its_place_and_none_hides_another(found):
    guesses = [10.0, 10.0, 30.0, 90.0]
    figure = figures.guess_strip(rows("the median", guesses, 50.0))
    (dots,) = found(figure, "guesses")
    assert sorted(dots.get_xdata()) == guesses
    assert len(set(zip(dots.get_xdata(), dots.get_ydata(), strict=True))) == 4
    (line,) = found(figure, "truth")
    assert set(line.get_xdata()) == {50.0}
    assert line.get_zorder() < dots.get_zorder()


def test_dots_of_words_stand_by_their_word(found):
    figure = figures.guess_strip(WORDS, options=OPTIONS)
    (dots,) = found(figure, "guesses")
    assert np.round(dots.get_xdata()).tolist() == WORDS["guess"].tolist()
    assert len(set(zip(dots.get_xdata(), dots.get_ydata(), strict=True))) == 8


def test_the_words_count_and_give_the_middle_half():
    table = pd.concat([rows("the median", [10.0, 20.0, 30.0, 60.0], 50.0), WORDS])
    words = figures.guess_strip(table, options=OPTIONS).words
    assert words == (
        "The median: 4 guesses, the middle half from 17.5 to 37.5 months. It is 50 months; "
        "1 guess lies above. The choice: 8 guesses, 7 for higher, 0 for lower and 1 for the same "
        "as before. It is lower."
    )


@pytest.mark.parametrize("truth", [0.0, 3.0, 50.0, 98.0, 100.0, 140.0])
def test_nothing_overlaps(truth, assert_legible):
    generator = np.random.default_rng(1)
    many = rows("a question with a long text that asks for a lot of things at once " * 2,
                generator.uniform(0, 100, 300), truth)  # fmt: skip
    few = rows("the median", [50.0] * 5, truth)
    table = pd.concat([many, few, WORDS])
    assert_legible(figures.guess_strip(table, options=OPTIONS, title="A class"))


def test_a_missing_guess_is_refused():
    with pytest.raises(InputError, match="guess"):
        figures.guess_strip(rows("the median", [np.nan, 2.0], 5.0))
