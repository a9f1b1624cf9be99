"""A lecturer's broken file is said to be the lesson's fault, with the line; never the student's."""

import pytest

from dsrct_edu import InputError
from dsrct_edu.classroom import check, predict, quiz, summary
from dsrct_edu.classroom.progress import SESSION

CHECKS = '''\
given = """
patients = pd.DataFrame({"hipec": [True, False]})
"""

[predict."42.1"]
about = "the share"
kind = "number"

[exercise."42.1"]
kind = "value"
about = "the share"
expected = "patients['hipec'].mean()"
tolerance = 0.01
right = "Yes."

[[exercise."42.1".wrong]]
answer = "0"
message = "Nobody?"

[[exercise."42.1".wrong]]
answer = "patients['hipec'].sum()"
message = "This is a count."

[exercise."42.2"]
kind = "choice"
about = "the letter"
expected = "a"
right = "Yes."

[exercise."42.2".options]
a = "one"
b = "two"

[exercise."42.3"]
kind = "function"
about = "the double"
right = "Yes."

[[exercise."42.3".cases]]
arguments = "1"
expected = "2"

[[exercise."42.3".wrong]]
answer = "lambda n: n"
message = "Not doubled."

[exercise."42.4"]
kind = "figure"
about = "the figure"
right = "Yes."

[[exercise."42.4".requires]]
test = "axes.lines[0]"
message = "Draw a line."

[exercise."42.5"]
kind = "table"
about = "the table"
expected = "patients"
right = "Yes."

[exercise."42.6"]
kind = "order"
about = "the order"
expected = ["b a"]
right = "Yes."

[exercise."42.6".lines]
a = "one"
b = "two"
'''
QUIZ = """\
title = "A quiz"

[[item]]
level = "apply"
stem = "One?"

[[item.option]]
text = "yes"
why = "It is."
key = true

[[item]]
level = "apply"
stem = "Two?"

[[item.option]]
text = "no"
why = "It is not."

[[item.option]]
text = "yes"
why = "It is."
key = true
"""
FAULT = "This is a fault of the lesson, not of your answer"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Writes a lesson's file with one of its lines replaced; returns the number of that line."""
    monkeypatch.setenv("DSRCT_EDU_LESSONS", str(tmp_path))
    SESSION.clear()

    def write(text, old="", new="", kind="checks"):
        assert text.count(old) == 1 or not old
        (tmp_path / f"42_small_steps.{kind}.toml").write_text(text.replace(old, new), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    return write


def said(call):
    with pytest.raises(InputError, match=FAULT) as caught:
        call()
    return str(caught.value)


def test_the_file_works_before_it_is_broken(written):
    written(CHECKS)
    written(QUIZ, kind="quiz")
    right = {"42.1": 0.5, "42.2": "a", "42.3": lambda n: 2 * n, "42.6": "b a"}
    assert all(check(key, answer).passed for key, answer in right.items())
    assert check("42.1", 1).message == "This is a count."
    assert check("42.5", {"hipec": [True, False]}).passed
    assert quiz("42").answer(2, "b").passed


@pytest.mark.parametrize(
    ("old", "new", "key", "answer", "found"),
    [
        ("patients['hipec'].mean()", "patients['hipek'].mean()", "42.1", 0.5, "KeyError: 'hipek'"),
        ("patients['hipec'].mean()", "'half'", "42.1", 0.5, "could not convert string to float"),
        ("patients['hipec'].mean()", "1 +", "42.1", 0.5, "SyntaxError: invalid syntax"),
        ("patients['hipec'].sum()", "1 / 0", "42.1", 0.1, "ZeroDivisionError"),
        ("tolerance = 0.01", 'tolerance = "small"', "42.1", 0.5, "name 'small' is not defined"),
        ('"value"', '"number"', "42.1", 0.5, "expected value, choice"),
        ('expected = "a"', 'expected = "c"', "42.2", "a", "expected one of ['a', 'b']; found 'c'"),
        ('expected = ["b a"]', 'expected = ["b c"]', "42.6", "b a", "found ['b c']"),
        ('arguments = "1"', 'arguments = "one"', "42.3", abs, "name 'one' is not defined"),
        ('expected = "2"', 'expected = "two"', "42.3", abs, "name 'two' is not defined"),
        ("lambda n: n", "lambda: 1", "42.3", abs, "TypeError"),
        ('expected = "patients"', 'expected = "2"', "42.5", {"a": [1]}, "DataFrame constructor"),
    ],
)
def test_what_cannot_be_computed_is_the_lessons_fault(written, old, new, key, answer, found):
    line = written(CHECKS, old, new)
    message = said(lambda: check(key, answer))
    assert message.startswith(f"42_small_steps.checks.toml, line {line}: ")
    assert found in message
    assert SESSION.attempts == []


@pytest.mark.parametrize(
    ("lost", "key", "answer", "header"),
    [
        ('expected = "a"\n', "42.2", "a", '[exercise."42.2"]'),
        ("tolerance = 0.01\n", "42.1", 0.5, '[exercise."42.1"]'),
        ('message = "This is a count."\n', "42.1", 1, '\n[[exercise."42.1".wrong]]'),
    ],
)
def test_a_missing_entry_is_said_with_the_header_above_it(written, lost, key, answer, header):
    written(CHECKS, lost)
    message = said(lambda: check(key, answer))
    line = CHECKS[: CHECKS.rindex(header)].count("\n") + 1 + header.startswith("\n")
    assert f"line {line}: expected an entry `{lost.split()[0]}`; found none" in message


def test_code_that_all_exercises_share_is_the_lessons_fault(written):
    written(CHECKS, "pd.DataFrame", "pd.DateFrame")
    for key, answer in (("42.1", 0.5), ("42.2", "a"), ("42.3", abs)):
        message = said(lambda key=key, answer=answer: check(key, answer))
        assert "line 1: expected code that runs; found AttributeError" in message


def test_a_test_of_a_figure_may_fail_because_of_the_figure_but_not_because_of_a_name(written):
    from matplotlib.figure import Figure

    empty = Figure().subplots()
    written(CHECKS)
    assert "could not be checked" in check("42.4", empty).message
    line = written(CHECKS, "axes.lines[0]", "axis.lines[0]")
    assert f"line {line}: expected code that runs; found NameError" in said(
        lambda: check("42.4", empty)
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('kind = "choice"', 'kind = choice"', "Invalid value"),
        ('kind = "choice"', 'kind "choice"', "Expected '='"),
        ('kind = "choice"', 'kind = "choice', "Illegal character"),
        ('kind = "choice"', 'kind = "choix préféré"', "text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_by_whatever_reads_it(
    written, tmp_path, old, new, found
):
    line = written(CHECKS, old, new)
    path = tmp_path / "42_small_steps.checks.toml"
    if "UTF-8" in found:
        path.write_bytes(path.read_text("utf-8").encode("cp1252"))
    for call in (
        lambda: check("42.1", 0.5),
        lambda: check("42.1"),
        lambda: predict("42.1", 0.5),
        lambda: summary("42"),
    ):
        message = said(call)
        assert message.startswith(f"42_small_steps.checks.toml, line {line}: ")
        assert found in message


def test_a_file_that_ends_too_soon_is_said_with_its_last_line(written):
    written(CHECKS + "[", "", "")
    last = CHECKS.count("\n") + 1
    assert f"line {last}: expected valid TOML" in said(lambda: check("42.1", 0.5))


def test_a_prediction_without_words_is_the_lessons_fault(written):
    written(CHECKS, '[predict."42.1"]\nabout', '[predict."42.1"]\nabowt')
    assert "line 5: expected an entry `about`" in said(lambda: predict("42.1", 0.5))


@pytest.mark.parametrize(
    ("kind", "line", "found"),
    [
        ("figure", 7, "expected number, word or letter; found 'figure'"),
        ("letter", 5, "an entry `options`"),
    ],
)
def test_a_prediction_of_an_unknown_kind_is_the_lessons_fault(written, kind, line, found):
    written(CHECKS, 'kind = "number"', f'kind = "{kind}"')
    message = said(lambda: predict("42.1", 0.5))
    assert f"line {line}: " in message
    assert found in message


def test_a_broken_file_of_reveals_is_the_lessons_fault(written, tmp_path):
    written(CHECKS)
    (tmp_path / "42_small_steps.reveals.json").write_text("{", encoding="utf-8")
    assert "42_small_steps.reveals.json" in said(lambda: predict("42.1", 0.5).beside(0.4))


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ('title = "A quiz"', "", 1, "an entry `title`"),
        ('stem = "Two?"', "", 12, "an entry `stem`"),
        ('why = "It is not."', "", 16, "an entry `why`"),
        ('text = "no"', 'text = "no"\nkey = true', 12, "found 2"),
        ('text = "no"', 'text = "no', 17, "valid TOML"),
    ],
)
def test_a_broken_quiz_is_the_lessons_fault(written, old, new, line, found):
    written(QUIZ, old, new, kind="quiz")
    message = said(lambda: quiz("42"))
    assert message.startswith(f"42_small_steps.quiz.toml, line {line}: ")
    assert found in message


def test_a_mended_file_is_read_anew(written):
    written(CHECKS, "patients['hipec'].mean()", "1 / 0")
    assert "ZeroDivisionError" in said(lambda: check("42.1", 0.5))
    written(CHECKS)
    assert check("42.1", 0.5).passed


def test_a_folder_that_is_not_there_is_no_missing_exercise(monkeypatch, tmp_path):
    monkeypatch.setenv("DSRCT_EDU_LESSONS", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="DSRCT_EDU_LESSONS: expected a folder of lessons"):
        check("42.1", 0.5)
