"""Examines a machine for the course: what is there, whether it will do, and how to mend it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dsrct_edu import resources
from dsrct_edu.errors import InputError

_NEEDED_GIB = 0.2
_PORTS = range(8888, 8938)  # where JupyterLab looks for a free one
_MADE = Path(sys.prefix, ".course")  # start.py leaves it in an environment that it made

Seen = tuple[bool, str]
"""Whether something will do, and what was found."""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: what was looked at, whether it holds, and the fix if not."""

    what: str
    ok: bool
    detail: str
    fix: str = ""

    def __str__(self) -> str:
        """Return the line, and the fix below it when the check failed."""
        line = f"{'OK  ' if self.ok else 'FAIL'}  {self.what}: {self.detail}"
        return line if self.ok else f"{line}\n      Fix: {self.fix}"


def examine(folder: str | Path = ".") -> list[Finding]:
    """Check the machine for the course, one finding a line.

    Parameters
    ----------
    folder : str or Path
        Where the student wants to work; must be writable.

    Returns
    -------
    list of Finding

    Examples
    --------
    >>> examine()[0].what
    'Python'
    """
    again = _reinstall()
    looks: list[tuple[str, Callable[[], Seen], str]] = [
        ("Python", _python, "Install Python 3.11, 3.12 or 3.13 from python.org and start again."),
        ("dsrct-edu", _package, again),
        *(
            (_name(wanted), partial(_requirement, wanted), f"{wanted} is needed. {again}")
            for wanted in _requirements()
        ),
        ("lessons and data", _shipped_files, again),
        (
            "six patients by hand",
            _arithmetic,
            f"The analysis gives wrong numbers on this machine. {again}",
        ),
        (
            "port for JupyterLab",
            _port,
            "Close other notebooks and servers, or name a free port: "
            "dsrct-edu start my-course --port 9999",
        ),
    ]
    findings = [Finding(what, *look(), fix) for what, look, fix in looks]
    return [*findings, _kernel(), _workplace(Path(folder))]


def _reinstall() -> str:
    """Return how this environment is made anew: one of `start.py` lasts until its mark is gone."""
    if _MADE.is_file():
        return f"Delete the file {_MADE} and start as the README says: all is installed anew."
    return "Install the package again."


def _python() -> Seen:
    version = sys.version_info
    return (3, 11) <= version[:2] <= (3, 13), ".".join(map(str, version[:3]))


def _package() -> Seen:
    try:
        return True, importlib.metadata.version("dsrct-edu")
    except importlib.metadata.PackageNotFoundError:
        return False, "not installed, only found on the path"


def _requirements() -> list[str]:
    """Return the requirements of the package and of its course extra, as pip reads them."""
    try:
        lines = importlib.metadata.requires("dsrct-edu") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    wanted = []
    for line in lines:
        requirement, _, marker = line.partition(";")
        if not marker or "course" in marker:
            wanted.append(requirement.strip())
    return wanted


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~\[ ]", requirement)[0]


def _requirement(wanted: str) -> Seen:
    try:
        # Comes with jupyterlab; imported here so that its absence is a finding too.
        from packaging.requirements import Requirement

        found = importlib.metadata.version(_name(wanted))
    except ImportError:
        return False, "not installed"
    return Requirement(wanted).specifier.contains(found, prereleases=True), found


def _kernel() -> Finding:
    """Look where the kernel of the notebooks leads: another Python may not have the kit."""
    install = f"Run: {sys.executable} -m ipykernel install --sys-prefix"
    what = "Jupyter kernel"
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        spec = KernelSpecManager().get_kernel_spec("python3")
    except ImportError:
        return Finding(what, False, "no Jupyter", _reinstall())
    except NoSuchKernel:
        return Finding(what, False, "none named python3", install)
    python = str(spec.argv[0]) if spec.argv else "nothing"
    # Jupyter itself puts its own Python in the place of these names.
    own = {"python", "python3", f"python{sys.version_info[0]}.{sys.version_info[1]}"}
    if python in own or _imports_the_kit(python):
        return Finding(what, True, "python3")
    detail = f"python3 starts {python}, which lacks dsrct-edu"
    return Finding(what, False, detail, f"Delete the folder {spec.resource_dir}. {install}")


def _imports_the_kit(python: str) -> bool:
    try:
        command = [python, "-c", "import dsrct_edu, ipykernel"]
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _shipped_files() -> Seen:
    try:
        lessons = sorted(resources.find("notebooks").glob("[0-9][0-9]_*.ipynb"))
        data = sorted(resources.find("data", "synthetic").glob("*.csv"))
    except InputError as error:
        return False, error.found
    return bool(lessons and data), f"{len(lessons)} lessons, {len(data)} cohorts"


def _workplace(folder: Path) -> Finding:
    """Write into the folder, or where it would be made: rights alone do not tell, on Windows."""
    what, own = "folder to work in", "Choose a folder of your own, such as one in your home folder."
    existing = folder.expanduser().resolve()
    try:
        while not existing.exists():
            existing = existing.parent
        with tempfile.TemporaryFile(dir=existing) as file:
            file.write(b"dsrct-edu")
        free = shutil.disk_usage(existing).free / 2**30
    except NotADirectoryError:
        return Finding(what, False, f"{existing} is a file", own)
    except PermissionError:
        return Finding(what, False, f"you may not write in {existing}", own)
    except OSError as error:
        return Finding(what, False, f"{existing}: {error.strerror}", f"Make room there, or: {own}")
    if free < _NEEDED_GIB:
        mend = f"Make room: {_NEEDED_GIB} GiB are needed. Or choose a folder on another disk."
        return Finding(what, False, f"{existing} has {free:.1f} GiB free", mend)
    return Finding(what, True, f"writable, {free:.0f} GiB free")


def _port() -> Seen:
    """Look for a port as JupyterLab will: it takes the next one where the first is taken."""
    for port in _PORTS:
        with socket.socket() as one:
            try:
                if os.name == "posix" and hasattr(socket, "SO_REUSEADDR"):  # not on Windows
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken = "" if port == _PORTS[0] else f", as {_PORTS[0]} is taken"
        return True, f"{port}{taken}"
    return False, f"none free from {_PORTS[0]} to {_PORTS[-1]}"


def _arithmetic() -> Seen:
    """Work the six patients of lesson 05 and compare with the curve found by hand."""
    expected = [5 / 6, 5 / 8, 5 / 16]
    try:
        import pandas as pd

        from dsrct_edu.analysis import kaplan_meier

        events = [True, False, True, False, True, False]
        six = pd.DataFrame({"duration": [4, 9, 12, 20, 26, 30], "event": events})
        found = kaplan_meier(six).at([4, 12, 26])["survival"].tolist()
    except Exception as error:  # any failure here is the finding
        return False, f"{type(error).__name__}: {' '.join(str(error).split())}"
    right = all(abs(a - b) < 1e-12 for a, b in zip(found, expected, strict=True))
    return right, ", ".join(f"{value:.3f}" for value in found)
