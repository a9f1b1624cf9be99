"""Puts the browser edition together: settings, packages, notebooks, and JupyterLite around them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dsrct_edu import starting
from tools.lite import links, packages
from tools.lite.environment import jupyterlite
from tools.wasm.fixture import ROOT

SETTINGS = ROOT / "site" / "lite"
KEYS = ROOT / "src" / "dsrct_edu" / "lab_settings" / "extensions"
OUTPUT = ROOT / "build" / "site" / "lite"
ABOUT = "edition.json"
_KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"


def build(
    output: Path = OUTPUT,
    edition: str | None = None,
    release: Path | None = None,
    plain: bool = False,
    extra: Mapping[str, Path] | None = None,
) -> str:
    """Build the browser edition and return the name of its edition.

    Parameters
    ----------
    output : Path
        Where it goes. What was there is gone, but for the folders of earlier editions.
    edition : str, optional
        Name of the edition, such as ``"2027-1"``; made from the notebooks by default.
    release : Path, optional
        Folder of Pyodide's official release.
    plain : bool
        Neither compile the packages nor load them at once: what the measurements compare with.
    extra : mapping of str to Path
        Further folders of notebooks, under these names; the tests ask for them.
    """
    name = links.edition() if edition is None else links.named(edition)
    with tempfile.TemporaryDirectory() as made:
        lite = Path(made, "lite")
        shutil.copytree(SETTINGS, lite, ignore=shutil.ignore_patterns("stick"))
        shutil.copytree(KEYS, lite / "own", dirs_exist_ok=True)
        write_settings(lite / "jupyter-lite.json", plain)
        packages.fill(lite / "static" / "pyodide", release, plain)
        starting.hand_out(lite / "files" / name)
        for folder, source in (extra or {}).items():
            shutil.copytree(source, lite / "files" / folder)
        jupyterlite(lite, "build", "--contents", "files", "--output-dir", "out", "--no-sourcemaps")
        name_icons(lite / "out")
        about = {"edition": name, "base": links.base(name)}
        (lite / "out" / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
        shutil.rmtree(output, ignore_errors=True)
        output.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(lite / "out", output)
    return name


def name_icons(site: Path) -> None:
    """Say on each page where its icon is: a browser would ask for one above the course."""
    for page in site.glob("*/index.html"):
        text = page.read_text("utf-8")
        if "<head>" not in text:
            raise SystemExit(f"{page.name} of JupyterLite has no head any more")
        icon = '<link rel="icon" href="../lab/favicon.ico" />'
        page.write_text(text.replace("<head>", f"<head>\n    {icon}", 1), "utf-8")


def write_settings(path: Path, plain: bool) -> None:
    """Tell the kernel what to load while it starts."""
    settings = json.loads(path.read_text("utf-8"))
    if not plain:
        kernel = settings["jupyter-config-data"]["litePluginSettings"][_KERNEL]
        kernel["loadPyodideOptions"] = {"packages": list(packages.AT_ONCE)}
    path.write_text(json.dumps(settings, indent=1) + "\n", "utf-8")
