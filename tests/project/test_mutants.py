"""`make mutants` knows every module it should, plants real faults, and calls few of them none."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.mutants import data, planting  # noqa: E402
from tools.mutants.__main__ import keep  # noqa: E402
from tools.mutants.changes import mutants, planted  # noqa: E402
from tools.mutants.report import table, wilson  # noqa: E402

PACKAGE = ROOT / "src" / "dsrct_edu"
ROOMS = data.rooms()
MODULES = {short: module for modules in ROOMS.values() for short, module in modules.items()}
SMALL = '''
"""Numbers."""
LIMIT = 3.0


class Pair:
    scale: float = 2.0

    def larger(self, x, y, up=True):
        """Say 1 + 1."""
        if x < y and up:
            raise ValueError(f"{x + y} is not 1")
        return (x + LIMIT) * self.scale
'''


def names_of(room: str) -> set[str]:
    paths = (path for path in (PACKAGE / room).rglob("*.py") if path.name != "__init__.py")
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths}


def test_every_array_module_has_its_tests():
    arrays = {
        name
        for name in names_of("analysis")
        if "import pandas" not in (PACKAGE / f"{name.replace('.', '/')}.py").read_text("utf-8")
    }
    assert set(ROOMS["arrays"]) == arrays
    assert data.FLOOR["arrays"] >= 0.85


@pytest.mark.parametrize("room", ["disease", "bedside"])
def test_every_module_has_its_tests(room):
    assert set(ROOMS[room]) == names_of(room)


@pytest.mark.parametrize("short", MODULES)
def test_its_tests_are_there(short):
    module = MODULES[short]
    assert module.tests
    assert module.path.is_file()
    assert all((ROOT / name).is_file() for name in module.tests)


def test_what_is_called_no_fault_can_be_planted_and_has_a_reason():
    """A name that no longer fits the code would hide nothing, and nobody would know."""
    for short, reasons in data.equivalent().items():
        there = {mutant.name for mutant in mutants(MODULES[short].path.read_text("utf-8"))}
        assert set(reasons) <= there, sorted(set(reasons) - there)
        assert all(len(reason.split()) > 3 for reason in reasons.values())


def test_few_are_called_no_fault():
    for modules in ROOMS.values():
        every = sum(len(mutants(m.path.read_text("utf-8"))) for m in modules.values())
        called = sum(len(data.equivalent().get(short, {})) for short in modules)
        assert called < every / 12


def test_faults_are_in_code_not_in_words():
    names = [mutant.name for mutant in mutants(SMALL)]
    assert names == [
        "module | LIMIT = ⟦3.0 → 4.0⟧",
        "Pair | scale: float = ⟦2.0 → 3.0⟧",
        "Pair.larger | def larger(self, x, y, up=⟦True → False⟧):",
        "Pair.larger | ⟦if x < y and up: → if not (x < y and up):⟧",
        "Pair.larger | if ⟦x < y and up → x < y or up⟧:",
        "Pair.larger | if ⟦x < y → x <= y⟧ and up:",
        "Pair.larger | ⟦return (x + LIMIT) * self.scale → return None⟧",
        "Pair.larger | return ⟦(x + LIMIT) * self.scale → (x + LIMIT) / self.scale⟧",
        "Pair.larger | return (⟦x + LIMIT → x - LIMIT⟧) * self.scale",
    ]


@pytest.fixture
def small(monkeypatch):
    module = ModuleType("small")
    module.__file__ = "small.py"
    exec(compile(ast.parse(SMALL), "small.py", "exec"), module.__dict__)
    other = ModuleType("other")
    other.LIMIT = module.LIMIT
    monkeypatch.setitem(sys.modules, "small", module)
    monkeypatch.setitem(sys.modules, "other", other)
    return module


@pytest.mark.parametrize(
    ("index", "value"), [(0, 18.0), (1, 24.0), (6, None), (7, 4.0), (8, 4.0), (3, "raises")]
)
def test_a_fault_acts_on_what_was_imported_before(small, index, value):
    pair = small.Pair()
    assert pair.larger(5.0, 1.0) == 16.0
    planting.replace(small, planted(SMALL, mutants(SMALL)[index]), True)
    if value == "raises":
        with pytest.raises(ValueError, match="is not 1"):
            pair.larger(5.0, 1.0)
    else:
        assert pair.larger(5.0, 1.0) == value
    elsewhere = sys.modules["other"].LIMIT
    assert elsewhere == (4.0 if index == 0 else 3.0)


def test_the_interval_is_wilsons():
    # Newcombe 1998: 81 of 263
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_a_module_without_faults_lowers_no_share(tmp_path):
    module = MODULES["bedside.hipec._validity"]
    keep(tmp_path / "kept.json", {}, {})
    lines, share = table([module], {module.name: tmp_path / "kept.json"})
    assert lines[-1] == "| **together** | 0 | 0 | 0 | – | all |"
    assert share == 1.0


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="needs fork")
def test_it_finds_the_faults_of_a_module():
    command = [sys.executable, "-m", "tools.mutants", "--all", "--missed", "analysis.sample_size"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "`analysis.sample_size` | 2" in done.stdout
