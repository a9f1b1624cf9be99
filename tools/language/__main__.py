"""The command line: extract, apply, pseudo."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.language import applying, catalogue, drawn, leftovers, pseudo, sources

CATALOGUE = sources.ROOT / "build" / "language" / "course.pot"
COPY = sources.ROOT / "build" / "language" / "pseudo"


def main() -> int:
    """Do what is asked, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.language", description=__doc__)
    commands = parser.add_subparsers(required=True)
    extract = commands.add_parser("extract", help="write the catalogue of all texts")
    extract.add_argument("path", type=Path, nargs="?", default=CATALOGUE)
    extract.set_defaults(do=_extract)
    apply = commands.add_parser("apply", help="write a copy of the checkout in another language")
    apply.add_argument("catalogue", type=Path)
    apply.add_argument("copy", type=Path)
    apply.set_defaults(do=_apply)
    made_up = commands.add_parser(
        "pseudo", help="build lessons in a made-up language, list the rest"
    )
    made_up.add_argument("lessons", nargs="*", help="beginnings of names, such as 05; default: all")
    made_up.add_argument("--copy", type=Path, default=COPY)
    made_up.add_argument(
        "--search", action="store_true", help="search the last build, build nothing"
    )
    made_up.set_defaults(do=_pseudo)
    options = parser.parse_args()
    return options.do(options)


def _extract(options: argparse.Namespace) -> int:
    units = sources.units()
    catalogue.written(catalogue.made(units), options.path)
    texts = {unit.text for unit in units}
    print(f"{options.path}: {len(texts):,} texts in {len(units):,} places")
    return 0


def _apply(options: argparse.Namespace) -> int:
    found = catalogue.read(options.catalogue)
    said = catalogue.problems(found)
    if said:
        print("\n".join(said))
        return 1
    applying.copy(sources.ROOT, options.copy)
    print(f"{applying.applied(options.copy, catalogue.translator(found))} files translated")
    return 0


def _pseudo(options: argparse.Namespace) -> int:
    if not options.search:
        applying.copy(sources.ROOT, options.copy)
        # Through the file that a translator would write, so that the whole way is walked.
        path = options.copy.with_suffix(".po")
        catalogue.written(catalogue.made(sources.units(), pseudo.translated), path)
        applying.applied(options.copy, catalogue.translator(catalogue.read(path)))
        drawn.plant(options.copy)
        code = build(options.copy, options.lessons)
        if code:
            return code
    return told(leftovers.search(options.copy))


def build(copy: Path, lessons: list[str]) -> int:
    """Build lessons of a copy with the package of that copy."""
    path = os.pathsep.join([str(copy / "src")])
    command = [sys.executable, "-m", "dsrct_edu", "build", *lessons]
    return subprocess.run(command, cwd=copy, env={**os.environ, "PYTHONPATH": path}).returncode


def told(seen: leftovers.Seen) -> int:
    """Print what is left over; return 1 if anything is."""
    for one in seen.leftovers:
        print(f"{one.words}\n    {one.seen}: ...{one.within}...\n    from {one.guess or 'unknown'}")
    print(
        f"{seen.marked:,} words are marked, {seen.allowed:,} stay as they are by right, "
        f"and {seen.plain:,} are left over ({len(seen.leftovers):,} different words or phrases): "
        f"{seen.share:.2%} marked"
    )
    return 1 if seen.leftovers else 0


if __name__ == "__main__":
    sys.exit(main())
