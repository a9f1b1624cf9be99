"""Builds the website into build/site: every page, its search, and what it hands out.

    python -m tools.site            all of it, and then every link is followed
    python -m tools.site --twice    a second time as well, elsewhere: the bytes must be the same

Nothing is run and nothing is fetched but the search program, once, from npm. Where npm cannot be
had the website is built without a search, and says so.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from dsrct_edu.authoring import frame, pages
from tools.site import documents, evidence, lessons, links, npm, reference, words
from tools.site.theme import ROOT, assets, written

KEPT = links.OTHERS


def build(root: Path, with_lessons: bool = True) -> Path:
    """Build the website below `root`, or only what stands around the lessons; return its folder."""
    out = root / frame.ROOT
    found = from_npm()
    _empty(out)
    if with_lessons:
        _offer_to_run(out)
        lessons.write(root)
        lessons.hand_out(root, out)
    for name, text in assets().items():
        _write(out / name, text)
    for page in [*words.pages(out), evidence.page(), *documents.pages(), *reference.pages()]:
        _write(out / page.here, written(page, found))
    for name, path in documents.pictures().items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, out / name)
    if found:
        npm.font(out)
        npm.index(out)
    return out


def _offer_to_run(out: Path) -> None:
    """Let pages offer to run where `make lite` has put the browser edition beside them."""
    about = out / "lite" / "edition.json"
    if about.exists() and pages.RUN_VARIABLE not in os.environ:
        os.environ[pages.RUN_VARIABLE] = json.loads(about.read_text("utf-8"))["base"]


def from_npm() -> bool:
    """Return whether there is what npm gives; say so where there is not."""
    try:
        npm.tools()
    except npm.Unavailable as reason:
        print(f"NO SEARCH: the website is built without one: {reason}", file=sys.stderr)
        return False
    return True


def _empty(out: Path) -> None:
    """Remove what an earlier build left, so that no page stays that nothing makes any more."""
    for path in out.glob("*") if out.exists() else []:
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def bytes_of(folder: Path) -> dict[str, str]:
    """Return the hash of each file below a folder, but for what other commands build there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in KEPT
    }


def main(arguments: list[str] | None = None) -> int:
    """Build, follow every link, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("--twice", action="store_true", help="build again and compare the bytes")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    out = build(ROOT)
    first = bytes_of(out)
    size = sum((out / name).stat().st_size for name in first)
    said = f"{len(first)} files, {size / 1e6:.1f} MB, {time.monotonic() - began:.0f} s"
    print(f"wrote {out.relative_to(ROOT)}: {said}")
    code = links.main(str(out))
    if asked.twice:
        with tempfile.TemporaryDirectory() as folder:
            again = bytes_of(build(Path(folder)))
        changed = sorted(name for name in {*first, *again} if first.get(name) != again.get(name))
        for name in changed:
            print(f"site: {name} differs when built again", file=sys.stderr)
        print(f"built twice: {len(changed)} of {len(first)} files differ")
        code = code or bool(changed)
    return code


if __name__ == "__main__":
    sys.exit(main())
