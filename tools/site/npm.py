"""What comes from npm: the search, an index that is read only when one searches, and a font.

All of it is as `site/package-lock.json` pins it by hash. The ready-made interfaces of the search
are left out; `site/assets/search.js` is ours.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.site.theme import ROOT, SITE

CACHE = ROOT / ".cache" / "site"
PAGES = "{*.html,lessons/*.html,docs/**/*.html,api/*.html,project/*.html}"
KEPT = (
    *("pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "wasm.en.pagefind"),
    *("*.pf_meta", "index", "fragment"),
)
FONT = Path("@fontsource/noto-sans-math/files/noto-sans-math-latin-400-normal.woff2")
HIDDEN = (".reveal", ".worked", ".exercise", ".quiz", ".code", ".formula", ".report", "#work")
"""What the search does not show: no answer stands before its question."""
_EXCLUDE = "--exclude-selectors"
_LONGEST = 800


class Unavailable(Exception):
    """The program cannot be had here."""


def tools(wanted: Path = SITE, cache: Path | None = None) -> Path:
    """Return the folder of the npm packages that a folder locks, installed if they are not."""
    cache = cache or CACHE
    lock = (wanted / "package-lock.json").read_bytes()
    mark = cache / "package-lock.json"
    if not (mark.exists() and mark.read_bytes() == lock and (cache / "done").exists()):
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        shutil.copy(wanted / "package.json", cache)
        mark.write_bytes(lock)
        ask("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(cache))
        (cache / "done").touch()
    return cache / "node_modules"


def font(root: Path) -> None:
    """Copy the font whose brackets and roots grow with what they hold; phones have none."""
    shutil.copyfile(tools() / FONT, root / "assets" / "noto-sans-math.woff2")
    shutil.copyfile(tools() / FONT.parents[1] / "LICENSE", root / "assets" / "noto-sans-math.txt")


def index(root: Path) -> None:
    """Index the pages below a folder."""
    program = tools() / ".bin" / "pagefind"
    made = root / "pagefind"
    shutil.rmtree(made, ignore_errors=True)
    ask(
        str(program), "--site", str(root), "--glob", PAGES, "--root-selector", "main",
        "--force-language", "en", *(word for hidden in HIDDEN for word in (_EXCLUDE, hidden)),
    )  # fmt: skip
    kept = {path for pattern in KEPT for path in made.glob(pattern)}
    for path in made.iterdir():
        if path not in kept:
            path.unlink()


def ask(*command: str) -> None:
    """Run a program; say why if it cannot do what it was asked for."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not installed") from None
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip()
        raise Unavailable(f"`{' '.join(command[:2])} ...` failed:\n{said[-_LONGEST:]}")
