"""Shows which locked versions and which outputs of lessons changed since the last commit.

    python -m tools.changed

`make upgrade` ends with it: what is printed is to be read as one would read code.
"""

from __future__ import annotations

import argparse
import difflib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.locks import LOCKS, ROOT, pins

_LINES = 12
_LONGEST = 110
_PICTURES = "image/"

Cell = dict[str, Any]


def versions(lock: str, old: str, new: str) -> Iterator[str]:
    """Yield a line for each package whose version differs between two texts of a lock."""
    before, after = (dict(pin[:2] for pin in pins(lock, text)) for text in (old, new))
    for name in sorted(before | after):
        was, now = before.get(name, "none"), after.get(name, "none")
        if was != now:
            yield f"{lock}: {name} {was} -> {now}"


def outputs(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield what a notebook shows differently, cell by cell, each with the lines that differ."""
    before = {cell["id"]: cell for cell in old["cells"]}
    for cell in new["cells"]:
        was = before.pop(cell["id"], None)
        if was is None:
            yield f"cell {cell['id']}: new"
            continue
        old_shown, new_shown = _shown(was), _shown(cell)
        if was["source"] != cell["source"]:
            yield f"cell {cell['id']}: its source"
        for kind in sorted(old_shown | new_shown):
            then, now = old_shown.get(kind, ""), new_shown.get(kind, "")
            if then != now:
                yield f"cell {cell['id']}: {kind}"
                if not kind.startswith(_PICTURES):
                    yield from _lines(then, now)
    yield from (f"cell {name}: gone" for name in before)


def _shown(cell: Cell) -> dict[str, str]:
    """Return all that a cell shows, by its kind."""
    found: dict[str, str] = {}
    for output in cell.get("outputs", []):
        parts = output.get("data") or {output["output_type"]: output.get("text", "")}
        for kind, text in parts.items():
            text = text if isinstance(text, list) else [text]
            found[kind] = found.get(kind, "") + "".join(map(str, text))
    return found


def _lines(old: str, new: str) -> Iterator[str]:
    found = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    lines = [line for line in found if not line.startswith(("---", "+++", "@@"))]
    yield from (f"    {line[:_LONGEST]}" for line in lines[:_LINES])
    if len(lines) > _LINES:
        yield f"    ... and {len(lines) - _LINES} lines more"


def differences(root: Path) -> Iterator[str]:
    """Yield what differs between the last commit and the files of a checkout."""
    for name in _git(root, "diff", "--name-only", "HEAD", "--").splitlines():
        path = root / name
        if not path.exists():
            yield f"{name}: gone"
        elif name in LOCKS:
            yield from versions(name, _git(root, "show", f"HEAD:{name}"), path.read_text("utf-8"))
        elif name.endswith(".ipynb"):
            old = json.loads(_git(root, "show", f"HEAD:{name}"))
            for line in outputs(old, json.loads(path.read_text("utf-8"))):
                yield line if line.startswith(" ") else f"{name}, {line}"
        else:
            yield f"{name}: differs"


def summary(lines: list[str]) -> str:
    """Return the sentence one looks for first."""
    found = {line.split(", ")[0] for line in lines if not line.startswith(" ")}
    notebooks = [name for name in found if name.split(":")[0].endswith(".ipynb")]
    if not lines:
        return "Nothing changed since the last commit."
    return f"Notebooks that show something else: {len(notebooks) or 'none'}."


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.quotepath=off", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, check=True, text=True).stdout


def main() -> int:
    """Run from the command line."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    lines = list(differences(ROOT))
    print("\n".join([*lines, summary(lines)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
