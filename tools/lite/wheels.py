"""The packages of the course for the browser: pure wheels, and the entries of Pyodide's lock.

The kernel loads what a cell imports if the lock knows it. So `import dsrct_edu` is enough: no cell
installs anything, and the notebooks are those that are handed out.
"""

from __future__ import annotations

import email
import hashlib
import importlib.metadata
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.requirements import Requirement

from tools.wasm import fixture

PURE = (
    *("autograd", "autograd-gamma", "comm", "formulaic", "interface-meta", "ipywidgets", "jinja2"),
    *("lazy-loader", "lifelines", "markupsafe", "narwhals", "tqdm", "typing-extensions", "wrapt"),
)
# What is asked for and not needed here: joblib has no processes to share work among, the widgets'
# front end is in the page, and lifelines comes when a lesson imports it.
LEFT_OUT = {
    "dsrct-edu": {"joblib", "lifelines"},
    "ipywidgets": {"jupyterlab-widgets", "widgetsnbextension"},
}
# What a package imports only when it is used, and does not ask for.
LAZY = {"dsrct-edu": {"ipywidgets"}, "lifelines": {"jinja2"}}
HERE = {"sys_platform": "emscripten", "python_version": "3.12", "python_full_version": "3.12.7"}
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Wheel:
    """One package: its names for people and for `import`, what it needs, and its files."""

    name: str
    version: str
    imports: tuple[str, ...]
    depends: tuple[str, ...]
    files: dict[str, bytes]

    @property
    def file_name(self) -> str:
        """Name of the wheel."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"

    def entry(self, content: bytes) -> dict[str, Any]:
        """Return what Pyodide's lock says of the wheel."""
        return {
            "name": self.name,
            "version": self.version,
            "file_name": self.file_name,
            "install_dir": "site",
            "sha256": hashlib.sha256(content).hexdigest(),
            "package_type": "package",
            "imports": list(self.imports),
            "depends": list(self.depends),
            "unvendored_tests": False,
        }


def normal(name: str) -> str:
    """Return a package's name as locks compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def zipped(files: dict[str, bytes]) -> bytes:
    """Return an archive: the same files give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _TIME), files[name], zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def course() -> Iterator[Wheel]:
    """Yield the packages that Pyodide does not bring: the kit itself, then what it needs."""
    with tempfile.TemporaryDirectory() as folder:
        yield own(Path(folder))
    site = fixture.site(PURE, more="")
    for found in importlib.metadata.distributions(path=[str(site)]):
        files = {str(path): (site / path).read_bytes() for path in _pure(found)}
        yield wheel(found.metadata, files)


def _pure(found: importlib.metadata.Distribution) -> Iterator[PurePosixPath]:
    """Yield the files that any machine can use."""
    for path in found.files or []:
        outside = path.parts[0] in ("..", "bin", "share", "etc") or path.is_absolute()
        if not outside and path.suffix not in (".so", ".pyc"):
            yield PurePosixPath(path)


def own(folder: Path) -> Wheel:
    """Return the wheel of the kit, without the pictures of the notebooks that it carries."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=fixture.ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if ".data/" not in name]
        files = {name: archive.read(name) for name in names}
    for name in files:
        if name.endswith(".ipynb"):
            files[name] = without_pictures(files[name])
    (about,) = (name for name in files if name.endswith(".dist-info/METADATA"))
    return wheel(email.message_from_bytes(files[about]), files)


def without_pictures(notebook: bytes) -> bytes:
    """Return a notebook whose outputs hold words only: the browser draws its own pictures."""
    read = json.loads(notebook)
    for cell in read["cells"]:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)
    text = json.dumps(read, indent=1, ensure_ascii=False)
    return re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "data:,", text).encode()


def wheel(about: Any, files: dict[str, bytes]) -> Wheel:
    """Return a package, from its metadata and its files."""
    name = normal(about["Name"])
    wanted = map(Requirement, about.get_all("Requires-Dist") or [])
    needs = {
        normal(one.name)
        for one in wanted
        if one.marker is None or one.marker.evaluate({**HERE, "extra": ""})
    }
    needs = (needs | LAZY.get(name, set())) - LEFT_OUT.get(name, set())
    tops = {PurePosixPath(path).parts[0].removesuffix(".py") for path in files}
    imports = sorted(top for top in tops if top.isidentifier())
    return Wheel(name, about["Version"], tuple(imports), tuple(sorted(needs)), files)
