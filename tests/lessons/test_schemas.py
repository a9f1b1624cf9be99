"""The schemas accept the skeleton and refuse what a hand may slip in."""

import pytest

from tools import schemas
from tools.lesson import read

NAME = "42_small_steps"


def problems(course, kind, old, new):
    path = course.lessons / f"{NAME}.{kind}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return schemas.problems(read(course.lessons / f"{NAME}.md"))


def test_the_skeleton_fits(course):
    assert schemas.problems(read(course.lessons / f"{NAME}.md")) == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        ("checks", 'kind = "value"', 'kind = "number"', "'number' is not one of"),
        ("checks", "tolerance = 0.005", "tolerance = 0", "tolerance"),
        ("checks", 'expected = "7 / 10"\n', "", "'expected' is a required property"),
        ("checks", 'expected = "a"', 'expected = "A"', "does not match"),
        ("checks", 'hints = ["Think of slices of a cake."]', "hints = []", "hints"),
        ("checks", 'unit = ""', 'units = ""', "'units' was unexpected"),
        ("checks", 'expected = ["b a"]', 'expected = ["ba"]', "does not match"),
        ("quiz", "key = true\n", "", "item > 0"),
        ("quiz", 'misconception = "M1"\n', "", "is not valid under any"),
        ("quiz", 'misconception = "M1"', 'misconception = "one"', "item > 0"),
        ("quiz", 'level = "apply"', 'level = "use"', "'use' is not one of"),
    ],
)
def test_slips_are_found(course, kind, old, new, said):
    found = problems(course, kind, old, new)
    assert any(said in text for text in found), found
