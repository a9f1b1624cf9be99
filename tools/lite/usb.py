"""Packs the course for a stick: one zip that needs a browser, Python 3.8 to serve, and no network.

    python -m tools.lite.usb

What was built goes in: the website with the browser edition, and the notebooks that students are
handed. The same files give the same bytes.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from dsrct_edu import starting
from tools.lite.building import ABOUT, OUTPUT, SETTINGS
from tools.wasm.fixture import ROOT

SITE = OUTPUT.parent
TARGET = ROOT / "build" / "dsrct-edu.zip"
TOP = "dsrct-edu"
WELCOME = SETTINGS / "stick" / "index.html"
_TIME = (1980, 1, 1, 0, 0, 0)
_PACKED = {".whl", ".zip", ".png", ".woff2", ".gz", ".pptx"}  # as small as they get
_RUNS = {".command", ".py"}


def members(site: Path = SITE, handed: Path | None = None) -> Iterator[tuple[str, Path]]:
    """Yield what goes into the zip: its name there, and the file."""
    stick = SETTINGS / "stick"
    for path in sorted(stick.iterdir()):
        if path != WELCOME:
            yield path.name, path
    if not (site / "index.html").exists():
        yield "site/index.html", WELCOME  # the website was not built: a page that leads on
    for name, folder in (("site", site), ("notebooks", handed)):
        if folder is not None and folder.is_dir():
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                yield f"{name}/{path.relative_to(folder).as_posix()}", path


def pack(target: Path = TARGET, site: Path = SITE) -> Path:
    """Write the zip and return its path.

    Raises
    ------
    SystemExit
        If the browser edition was not built.
    """
    if not (site / "lite" / ABOUT).exists():
        raise SystemExit(f"{site / 'lite'} is not there: run `make lite` first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(target, "w") as archive:
        handed = starting.hand_out(folder).folder
        for name, path in sorted(members(site, handed)):
            about = zipfile.ZipInfo(f"{TOP}/{name}", _TIME)
            about.external_attr = (0o755 if path.suffix in _RUNS else 0o644) << 16
            packed = path.suffix in _PACKED
            about.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(about, path.read_bytes())
    return target


def main() -> int:
    """Pack, and say what is missing."""
    path = pack()
    if not (SITE / "index.html").exists():
        print("Without the website: run `make site` before, to have it on the stick.")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
