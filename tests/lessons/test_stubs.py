"""The stub of an exercise derives from its solution."""

import pytest

from dsrct_edu.authoring import stubs

CELLS = [
    ("share = 4 / 6  # stub", "share = 4 / 6", "share = ..."),
    ("    return n / d  # stub", "    return n / d", "    return ..."),
    ('answer = "b"  # stub', 'answer = "b"', "answer = ..."),
    ("a, b = 1, 2  # stub", "a, b = 1, 2", "a, b = ..."),
    ('t["m"] = x == 2  # stub', 't["m"] = x == 2', 't["m"] = ...'),
    ("x = f(1, 2)  # stub: x = f(1, ...)", "x = f(1, 2)", "x = f(1, ...)"),
    ("y = 1\nz = y + 1  # cut\nw = z  # stub", "y = 1\nz = y + 1\nw = z", "y = 1\nw = ..."),
    ('s = "# stub"\nt = 1  # stub', 's = "# stub"\nt = 1', 's = "# stub"\nt = ...'),
    ("# a comment\nx = 1  # stub", "# a comment\nx = 1", "# a comment\nx = ..."),
]


@pytest.mark.parametrize(("source", "solution", "stub"), CELLS)
def test_solution_and_stub(source, solution, stub):
    assert stubs.solution(source) == solution
    if not source.startswith(" "):
        assert stubs.stub(source) == stub
        assert stubs.strangers(stub, solution) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1", "no marker"),
        ("print(1)  # stub", "needs an assignment or a return"),
        ("def f(x):\n    return x  # cut", "not valid Python"),
    ],
)
def test_markers_that_cannot_be_followed(source, said):
    with pytest.raises(stubs.StubError, match=said):
        stubs.stub(source)


def test_a_line_that_is_not_in_the_solution_is_found():
    assert stubs.strangers("y = ...\nx = g(...)", "y = 2\nx = f(1)") == ["x = g(...)"]


def test_names():
    source = "import a.b as c\nx, y = 1, 2\ndef f(z):\n    return z\nfor i in x: pass"
    assert stubs.assigned(source) >= {"c", "x", "y", "f", "i"}
    assert stubs.used("print(share + other)") == {"print", "share", "other"}
