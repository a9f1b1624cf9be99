"""Checks are held against the answers that a lesson records."""

import pytest
from nbformat import v4

from dsrct_edu.authoring import marks
from dsrct_edu.authoring.editions import SOLUTION, STUDENT


def executed(said, key="42.1"):
    """One check cell that said something."""
    output = v4.new_output("execute_result", {"text/plain": said})
    cell = v4.new_code_cell(f'dsrct.check("{key}", share)', outputs=[output])
    cell.metadata["tags"] = ["check"]
    return v4.new_notebook(cells=[cell])


@pytest.mark.parametrize(
    ("edition", "said", "problem"),
    [
        (SOLUTION, "Right (42.1). Seven.", None),
        (SOLUTION, "Not yet (42.1). No.", "the solution of 42.1 does not pass its check: Not yet"),
        (STUDENT, "To do (42.1). Nothing to check yet.", None),
        (STUDENT, "Not yet (42.1). Look again.", None),
        (STUDENT, "Right (42.1). Seven.", "the stub of 42.1 does not fail kindly: Right"),
    ],
)
def test_what_a_check_says_in_a_notebook(course, edition, said, problem):
    found = marks.in_notebook(course.lesson(), edition, executed(said))
    assert len(found) == (problem is not None)
    assert all(problem in text and "checks.toml, line " in text for text in found)


def test_the_slips_of_the_skeleton_get_their_messages(course):
    assert marks.slips(course.lesson()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('answer = "10 / 7"', 'answer = "7 / 10"', "does not get its own message: it passes"),
        ('answer = "b"', 'answer = "a"', "does not get its own message: it passes"),
        ('answer = "10 / 7"', 'answer = "10 / 0"', "stops with ZeroDivisionError"),
        ('given = ""', 'given = "1 / 0"', "stops with ZeroDivisionError"),
    ],
)
def test_a_slip_that_is_none_is_named_with_its_line(course, old, new, said):
    found = marks.slips(course.edit(old, new, ".checks.toml").lesson())
    assert any(said in text for text in found), found
    assert all("42_small_steps.checks.toml, line " in text for text in found)
