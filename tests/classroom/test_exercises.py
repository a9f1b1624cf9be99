"""One walk over the cells gathers each exercise, in every edition and in both file forms."""

import pytest

from dsrct_edu.classroom.exercises import source, tags, walk


def cell(kind, text, *tagged):
    return {"cell_type": kind, "source": text, "metadata": {"tags": list(tagged)}}


TASK = cell("markdown", "Which share?", "exercise")
HINT = cell("markdown", "Divide.", "hint")
CODE = cell("code", "share = ...", "exercise")
CHECK = cell("code", "dsrct.check('42.1', share)", "check")
ANSWER = cell("markdown", "Seven of ten.", "solution")
OTHER = cell("code", 'dsrct.check("42.2", word)', "check")


def test_the_cells_of_an_exercise_are_found_together():
    (exercise,) = walk([TASK, HINT, CODE, CHECK, ANSWER])
    assert exercise.key == "42.1"
    assert (exercise.hint, exercise.code, exercise.check) == (HINT, CODE, CHECK)
    assert exercise.answer == ANSWER
    assert not exercise.optional


def test_what_is_missing_is_none_and_nothing_is_lent_to_the_next():
    first, second = walk([HINT, CODE, CHECK, OTHER])
    assert first.answer is None
    assert (second.hint, second.code, second.answer) == (None, None, None)


def test_the_first_worked_answer_counts():
    more = cell("markdown", "Another way.", "solution")
    assert walk([CODE, CHECK, ANSWER, more])[0].answer == ANSWER


@pytest.mark.parametrize("tagged", [("exercise", "optional"), ("optional", "exercise")])
def test_an_exercise_is_optional_where_its_code_is(tagged):
    assert walk([cell("code", "x = ...", *tagged), CHECK])[0].optional


def test_a_check_that_names_no_exercise_is_none():
    assert walk([CODE, cell("code", "check(share)", "check")]) == []


def test_files_may_hold_a_text_as_lines():
    lines = {"cell_type": "code", "source": ["a = 1\n", "b = 2"], "metadata": {}}
    assert source(lines) == "a = 1\nb = 2"
    assert tags(lines) == []
