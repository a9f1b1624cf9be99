"""Which modules are mutated, by which tests they are judged, and which faults are none."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from tools.mutants import ROOT
from tools.mutants.changes import Mutant, mutants
from tools.mutants.running import Module

HERE = Path(__file__).parent
SAMPLE = {"arrays": 60, "disease": 20, "bedside": 40}  # faults of each module
FLOOR = {"arrays": 0.85}  # share that the tests must find


def rooms() -> dict[str, dict[str, Module]]:
    """Return the modules of each room, by their short names."""
    table = tomllib.loads((HERE / "own_tests.toml").read_text("utf-8"))
    return {
        room: {short: _module(short, files) for short, files in modules.items()}
        for room, modules in table.items()
    }


def _module(short: str, files: list[str]) -> Module:
    path = ROOT / "src" / "dsrct_edu" / f"{short.replace('.', '/')}.py"
    tests = tuple("tests/{}/test_{}.py".format(*name.split("/")) for name in files)
    return Module(f"dsrct_edu.{short}", path, tests)


def equivalent() -> dict[str, dict[str, str]]:
    """Return the reason of each equivalent fault, by module and name."""
    return tomllib.loads((HERE / "equivalent.toml").read_text("utf-8"))


def faults(module: Module) -> list[Mutant]:
    """Return every fault of a module but those that are equivalent."""
    same = equivalent().get(module.name.removeprefix("dsrct_edu."), {})
    return [m for m in mutants(module.path.read_text("utf-8")) if m.name not in same]


def fingerprints(module: Module) -> dict[str, str]:
    """Return a digest of the module with what plants its faults, and one of each file of tests."""
    planted = [module.path, HERE / "changes.py", HERE / "planting.py"]
    files = {name: [ROOT / name] for name in module.tests} | {"module": planted}
    return {
        name: hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()
        for name, paths in files.items()
    }
