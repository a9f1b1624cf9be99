"""Runs the unit tests as the browser would: in Pyodide, on 32 bits, with Python 3.12 and NumPy 2.0.

    python -m tools.wasm                       the whole suite
    python -m tools.wasm tests/analysis -x     some of it, with options of pytest

A machine of 64 bits cannot see a fault of 32: an index of the wrong width, say. Needs node 18 or
later, npm and pip. Where the browser's Python cannot be had, it says SKIPPED and why, and that is
no failure; bytes that are not what they should be are one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tools.wasm import fixture

RUN = Path(__file__).with_name("run.mjs")


def main(chosen: list[str]) -> int:
    """Prepare, run, and return the exit code of pytest."""
    try:
        fixture.ask("node", "--version")
        plan = {
            "index": f"{fixture.index()}/",
            "site": str(fixture.site()),
            "checkout": str(fixture.ROOT),
            "packages": fixture.PACKAGES,
            "chosen": chosen,
        }
    except fixture.Unavailable as reason:
        print(f"SKIPPED: the tests were not run under WebAssembly: {reason}")
        print("wasm: 0 passed, 0 failed, the whole suite skipped")
        return 0
    return subprocess.run(["node", str(RUN), json.dumps(plan)]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
