"""The schemas accept the skeleton and refuse what a hand may slip in."""

import pytest

from dsrct_edu.authoring import schemas


def test_the_skeleton_fits(course):
    assert schemas.problems(course.lesson()) == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        ("checks", 'kind = "value"', 'kind = "number"', "'number' is not one of"),
        ("checks", "tolerance = 0.005", "tolerance = 0", "tolerance"),
        ("checks", 'expected = "7 / 10"\n', "", "'expected' is a required property"),
        ("checks", 'expected = "a"', 'expected = "A"', "does not match"),
        ("checks", 'hints = ["Think of slices of a cake."]', "hints = []", "hints"),
        ("checks", "low = 0", "lowest = 0", "'lowest' was unexpected"),
        ("checks", 'kind = "number"', 'kind = "figure"', "'figure' is not one of"),
        ("checks", 'kind = "number"', 'kind = "letter"', "'options' is a required property"),
        ("checks", "example = 10", 'example = "ten"', "'ten' is not of type 'number'"),
        ("checks", "example = 10\n", "", "'example' is a required property"),
        ("checks", 'spoilers = ["16", "most of them"]', "spoilers = []", "spoilers"),
        ("checks", "objectives = [1]\n", "", "'objectives' is a required property"),
        ("checks", "objectives = [1]", "objectives = []", "objectives"),
        ("quiz", "objectives = [1]\n", "", "'objectives' is a required property"),
        ("quiz", "objectives = [1]", "objectives = [0]", "objectives"),
        ("checks", 'expected = ["b a"]', 'expected = ["ba"]', "does not match"),
        ("quiz", "key = true\n", "", "item > 0"),
        ("quiz", 'misconception = "M1"\n', "", "is not valid under any"),
        ("quiz", 'misconception = "M1"', 'misconception = "one"', "item > 0"),
        ("quiz", 'level = "apply"', 'level = "use"', "'use' is not one of"),
    ],
)
def test_slips_are_found_with_file_and_line(course, kind, old, new, said):
    found = schemas.problems(course.edit(old, new, f".{kind}.toml").lesson())
    assert any(said in text for text in found), found
    assert all(f"42_small_steps.{kind}.toml, line " in text for text in found)


def test_the_line_is_that_of_the_slip(course):
    course.edit('kind = "choice"', 'kind = "chance"', ".checks.toml")
    line = course.line("chance", ".checks.toml")
    assert f"line {line}: exercise > 42.2 > kind: " in schemas.problems(course.lesson())[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('expected = "7 / 10"', 'expected = "7 / / 10"', "is not a Python expression: 7 / / 10"),
        ('answer = "10 / 7"', 'answer = "10 over 7"', "is not a Python expression: 10 over 7"),
        ('given = ""', 'given = "half ="', "`given` is not Python"),
    ],
)
def test_an_expression_that_is_not_python_is_found(course, old, new, said):
    (found,) = schemas.problems(course.edit(old, new, ".checks.toml").lesson())
    line = course.line(new, ".checks.toml")
    assert found.startswith(f"42_small_steps.checks.toml, line {line}: ")
    assert said in found
