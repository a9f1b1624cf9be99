"""The house stays as small as it is: code lines by room, and no two modules in a circle.

A code line holds a token of code: no docstring, comment or blank. An issue that adds a capability
raises the budget of its room, and both limits, in the same commit.
"""

import ast
import io
import tokenize
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "dsrct_edu"
MODULES = sorted(PACKAGE.rglob("*.py"))
GROUND = ("errors", "checks", "wording", "arrays", "steps", "vocabulary", "resources", "files")
SCIENCE = (*GROUND, "evidence", "analysis", "disease", "studies")
SCIENCE_LIMIT = 6_180  # code lines that make a number of a lesson
READ_LIMIT = 9_310  # statements one reads, in the package without `authoring`
BUDGET = {
    "ground": 392,
    "evidence": 35,
    "figures": 4_060,
    "analysis": 3_463,
    "bedside": 592,
    "disease": 1_349,
    "studies": 934,
    "classroom": 3_099,
    "reporting": 291,
    "doctor": 157,
    "starting": 98,
    "cli": 221,
}
_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


def room_of(path):
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "ground" if first in GROUND else first


def docstring_lines(tree):
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
            yield from range(node.body[0].lineno, node.body[0].end_lineno + 1)


@cache
def code_lines(path):
    """Numbers of the lines that hold code."""
    text = path.read_text("utf-8")
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return lines - set(docstring_lines(ast.parse(text)))


@cache
def read_lines(path):
    """Numbers of the lines inside functions that are read: neither signatures nor raises."""
    tree = ast.parse(path.read_text("utf-8"))
    inside, raised = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            inside |= set(range(node.body[0].lineno, node.end_lineno + 1))
        elif isinstance(node, ast.Raise):
            raised |= set(range(node.lineno, node.end_lineno + 1))
    return code_lines(path) & inside - raised


def total(rooms, count=code_lines):
    return sum(len(count(path)) for path in MODULES if room_of(path) in rooms)


@pytest.mark.parametrize("room", BUDGET)
def test_a_room_keeps_its_budget(room):
    assert total({room}) <= BUDGET[room]


def test_every_room_has_a_budget():
    rooms = {room_of(path) for path in MODULES} - {"__init__", "__main__", "authoring"}
    assert rooms == set(BUDGET)


def test_the_science_can_be_read_in_an_evening():
    assert total({"ground", *SCIENCE}) <= SCIENCE_LIMIT


def test_the_statements_one_reads():
    assert total({*BUDGET, "__init__", "__main__"}, read_lines) <= READ_LIMIT


def name_of(path):
    parts = list(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path, names):
    """Modules of the package that a module imports at any depth, but for types only."""
    tree = ast.parse(path.read_text("utf-8"))
    package = name_of(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, node.module] if node.module else base)
            found = [f"{stem}.{alias.name}" for alias in node.names] + [stem]
        else:
            continue
        # the module itself where there is one, not the package around it
        yield from {name for name in found if name in names and name != name_of(path)}


def circles():
    names = {name_of(path) for path in MODULES}
    below = {name_of(path): set(imported_modules(path, names)) for path in MODULES}
    packages = {name_of(path) for path in MODULES if path.name == "__init__.py"}
    below = {name: found - packages for name, found in below.items() if name not in packages}
    reach = {name: set(found) for name, found in below.items()}
    for middle in reach:
        for name, found in reach.items():
            if middle in found:
                reach[name] = found | reach[middle]
    return sorted(name for name, found in reach.items() if name in found)


def test_no_two_modules_import_each_other():
    assert circles() == []
