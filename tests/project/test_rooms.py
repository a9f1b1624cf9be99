"""A room imports from lower floors only, and no module bears an exported function's name."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "dsrct_edu"
FLOORS = {
    "errors": 0,
    "arrays": 0,
    "steps": 0.1,
    "wording": 0.1,
    "vocabulary": 0.1,
    "checks": 0.2,
    "resources": 0.5,
    "files": 0.5,
    "figures": 1,
    "evidence": 1,
    "analysis": 2,
    "bedside": 2,
    "disease": 3,
    "studies": 4,
    "classroom": 5,
    "authoring": 6,
    "reporting": 6,
    "doctor": 6,
    "starting": 6,
    "cli": 7,
    "__main__": 8,
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_rooms(path):
    """Rooms that a module imports, at any depth of its code."""
    package = ["dsrct_edu", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, node.module] if node.module else base)
            names = [f"{stem}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "dsrct_edu":
                yield parts[1] if len(parts) > 1 else "dsrct_edu"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path):
    room = room_of(path)
    if room == "__init__":
        return
    own_floor = FLOORS[room]
    for other in imported_rooms(path):
        if other in {room, "__version__"}:
            continue
        # What is no room is the front door, which opens on all of them: for the upper floors only.
        floor = FLOORS.get(other, FLOORS["studies"])
        assert floor < own_floor, f"{room} (floor {own_floor}) imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_stay_readable(path):
    assert len(path.read_text("utf-8").splitlines()) <= 420, "split this module"


def exported_functions():
    names = set()
    for path in [*PACKAGE.rglob("__init__.py"), *PACKAGE.rglob("__init__.pyi")]:
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names |= {alias.asname or alias.name for alias in node.names}
    rooms = {"analysis", "bedside", "figures", "studies"}
    return names - rooms - {"dials"}  # `dials` is meant as a module: a namespace of demonstrations


def test_no_module_bears_the_name_of_a_function():
    modules = {path.stem for path in MODULES} - {"__init__", "__main__"}
    assert not modules & exported_functions()
