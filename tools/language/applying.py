"""Writes a copy of the checkout in another language."""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.language import sources
from tools.language.spots import Translate, rewritten

COPIED = (
    "src", "lessons", "data", "docs", "pyproject.toml", "README.md", "start.py",
    "start-windows.bat", "start-macos.command",
)  # fmt: skip
_LEFT = shutil.ignore_patterns("__pycache__", ".cache", "gallery", "*.reveals.json")


def copy(root: Path, target: Path) -> None:
    """Copy what a build of lessons needs."""
    if target.exists():
        if not (target / ".language").exists():
            raise FileExistsError(f"{target} is no copy that this tool made; name another folder")
        for name in COPIED:
            if (target / name).is_dir():
                shutil.rmtree(target / name)
    target.mkdir(parents=True, exist_ok=True)
    (target / ".language").touch()
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name, ignore=_LEFT)
        elif (root / name).exists():
            shutil.copy2(root / name, target / name)


def applied(root: Path, translate: Translate) -> int:
    """Translate the files of a copy in place; return how many changed."""
    changed = 0
    for path, reader in sources.files(root):
        source = sources.read(path)
        made = rewritten(source, sources.spots(reader, source), translate)
        if made != source:
            path.write_bytes(made.encode("utf-8"))
            changed += 1
    return changed
