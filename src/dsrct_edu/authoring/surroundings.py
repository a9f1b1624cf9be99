"""What the output of a cell depends on besides its code: the package, its data, other packages."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dsrct_edu.resources import find

SHOWN_BY = ("numpy", "pandas", "matplotlib", "scipy", "lifelines", "ipykernel", "ipywidgets")
"""Packages whose versions can change an output."""
LECTURERS = (".teach.toml", ".deck.toml", ".path.toml")
"""Endings of files beside the lessons that are for lecturers: no cell reads them."""
_PACKAGE = Path(__file__).resolve().parents[1]
_RUNS = Path(__file__).with_name("execute.py")


@lru_cache(maxsize=4)
def digest(lessons: Path) -> str:
    """Return a hash of all that an output depends on besides the code of its lesson."""
    made = hashlib.sha256()
    for text in [platform.python_version(), *(f"{name}={_version(name)}" for name in SHOWN_BY)]:
        made.update(text.encode())
    for folder, path in _files(lessons):
        made.update(path.relative_to(folder).as_posix().encode())
        made.update(path.read_bytes())
    return made.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _files(lessons: Path) -> Iterator[tuple[Path, Path]]:
    """Yield files that can change an output, with their folders; of this room what runs cells."""
    folders = [
        (_PACKAGE, ("*.py", "*.csv", "*.json")),
        (find("data", "synthetic"), ("*",)),
        (lessons, ("*.toml", "*.csv")),
    ]
    for folder, patterns in folders:
        paths = {path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
        for path in sorted(paths):
            if path.name.endswith(LECTURERS):
                continue
            if Path(__file__).parent not in path.parents or path == _RUNS:
                yield folder, path
