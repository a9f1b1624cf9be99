"""Fills the folder that the browser's Python starts from: Pyodide, the packages, and one lock."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tools.lite import wheels
from tools.lite.compiled import compiled
from tools.wasm import fixture

# What JupyterLite's kernel loads before the first cell, and what the lessons import of what is
# compiled for WebAssembly; the lock adds what these need.
PACKAGES = (
    *("micropip", "packaging", "ssl", "sqlite3", "ipython", "jedi", "pyodide-unix-timezones"),
    *("numpy", "pandas", "scipy", "matplotlib"),
)
# Loaded while Pyodide starts, since every lesson wants them. Lifelines is not among them: most
# lessons draw their first figure without it.
AT_ONCE = ("micropip", "ipython", "comm", "jedi", "ssl", "sqlite3", "dsrct-edu")
LOCK = "pyodide-lock.json"


def fill(folder: Path, release: Path | None = None, plain: bool = False) -> None:
    """Write Pyodide, all packages, and a lock that knows these and no others.

    Parameters
    ----------
    folder : Path
        Where the site keeps them.
    release : Path, optional
        Folder of Pyodide's official release; without it the test fixture is used.
    plain : bool
        Leave the packages as sources, to measure what compiling them gains.
    """
    fixture.pyodide(folder, PACKAGES, release)
    index = fixture.index() if not plain else folder
    lock = json.loads((folder / LOCK).read_text("utf-8"))
    here = fixture.needed(lock["packages"], PACKAGES)
    entries: dict[str, dict[str, Any]] = {name: lock["packages"][name] for name in sorted(here)}
    files = {
        entry["file_name"]: (folder / entry["file_name"]).read_bytes() for entry in entries.values()
    }
    for wheel in wheels.course():
        files[wheel.file_name] = wheels.zipped(wheel.files)
        entries[wheel.name] = wheel.entry(files[wheel.file_name])
    if not plain:
        zipped = {name: content for name, content in files.items() if name.endswith(".whl")}
        files |= compiled(index, zipped)
    for entry in entries.values():
        content = files[entry["file_name"]]
        (folder / entry["file_name"]).write_bytes(content)
        entry["sha256"] = hashlib.sha256(content).hexdigest()
    lock["packages"] = entries
    (folder / LOCK).write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n", "utf-8")
