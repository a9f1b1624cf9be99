"""Reads what is locked: every package with its version, and what it is for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
_FIRST = {"requirements-course.txt": "course", "requirements.txt": "tests and site"}
_FOUND = (
    path.relative_to(ROOT).as_posix()
    for pattern in (
        "tools/*/requirements*.txt",
        "site/**/requirements*.txt",
        "[ts]*/**/package-lock.json",
    )
    for path in sorted(ROOT.glob(pattern))
    if "node_modules" not in path.parts
)
LOCKS = _FIRST | {lock: f"make {Path(lock).parent.name}" for lock in _FOUND}
"""Every lock, with what needs it; a package is counted for the first that holds it."""


class Pin(NamedTuple):
    """One locked package; `ecosystem` is PyPI or npm."""

    name: str
    version: str
    ecosystem: str = "PyPI"


def normal(name: str) -> str:
    """Return the name of a Python package as all write it alike."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str, text: str | None = None) -> list[Pin]:
    """Return what a lock holds, or the text of an earlier one."""
    text = (ROOT / lock).read_text("utf-8") if text is None else text
    if lock.endswith(".json"):
        packages = json.loads(text)["packages"].items()
        return [Pin(_of_npm(path), held["version"], "npm") for path, held in packages if path]
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return [Pin(normal(name), version) for name, version in found]


def _of_npm(path: str) -> str:
    return path.rpartition("node_modules/")[2]


def locked() -> dict[Pin, str]:
    """Return every locked package with what it is for."""
    found: dict[Pin, str] = {}
    for lock, use in LOCKS.items():
        for pin in pins(lock):
            found.setdefault(pin, use)
    return found
