"""Build the browser edition into build/site/lite/.

    python -m tools.lite                       with the test fixture's Pyodide: not to be published
    python -m tools.lite --pyodide FOLDER      with Pyodide's official release, for the public site
    python -m tools.lite --edition 2027-1      under a name of your own

Needs node 18 or later, npm and pip. Where something cannot be had, it says SKIPPED and why, and
that is no failure; bytes that are not what they should be are one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.lite import building, links
from tools.wasm.fixture import Unavailable


def main(arguments: list[str]) -> int:
    """Build, and say where the lessons are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edition", default=None)
    parser.add_argument("--pyodide", type=Path, default=None, metavar="FOLDER")
    parser.add_argument("--output", type=Path, default=building.OUTPUT)
    parser.add_argument(
        "--plain", action="store_true", help="for measurements: sources, no preload"
    )
    chosen = parser.parse_args(arguments)
    try:
        edition = building.build(chosen.output, chosen.edition, chosen.pyodide, chosen.plain)
    except Unavailable as reason:
        print(f"SKIPPED: the browser edition was not built: {reason}")
        return 0
    print(f"Edition {edition} is in {chosen.output}. A lesson's address on the site:")
    print(f"  {links.link('05_kaplan_meier', edition)}")
    if chosen.pyodide is None:
        print(
            "Its Pyodide comes from a test fixture: for a public site, name the official release."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
