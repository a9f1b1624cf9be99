"""Compiles the browser's packages ahead: a student's first figure need not wait for it.

Compiling Python is the largest part of a lesson's start in the browser. The compiler is the very
Pyodide that will run the result, here under node, so that both agree on what bytecode is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from tools.wasm import fixture

CACHE = fixture.ROOT / ".cache" / "lite"
RUN = Path(__file__).with_name("compile.mjs")
INSIDE = Path(__file__).with_name("inside.py")
# Jedi reads the sources of what it completes, its own among them: they stay beside the bytecode.
SOURCES_STAY = ("jedi", "parso")


def compiled(index: Path, wheels: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return wheels that hold bytecode, most of them no sources; each is compiled once.

    Parameters
    ----------
    index : Path
        Folder from which Pyodide starts.
    wheels : mapping of str to bytes
        Names of files, and what they hold.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    places = {name: CACHE / _key(name, content) for name, content in wheels.items()}
    waiting = {name: place for name, place in places.items() if not place.exists()}
    for name, place in waiting.items():
        place.with_suffix(".source").write_bytes(wheels[name])
    if waiting:
        plan = {
            "index": f"{index.resolve()}/",
            "cache": str(CACHE),
            "names": {place.name: _sources_stay(name) for name, place in waiting.items()},
        }
        fixture.ask("node", str(RUN), json.dumps(plan))
    for place in waiting.values():
        place.with_suffix(".source").unlink()
    return {name: place.read_bytes() for name, place in places.items()}


def _sources_stay(wheel: str) -> bool:
    """Say whether a wheel keeps its sources."""
    return wheel.split("-")[0] in SOURCES_STAY


def _key(wheel: str, content: bytes) -> str:
    """Return the name under which a compiled wheel is kept: another way of compiling, another."""
    way = INSIDE.read_bytes() + str(_sources_stay(wheel)).encode()
    return hashlib.sha256(way + content).hexdigest()
