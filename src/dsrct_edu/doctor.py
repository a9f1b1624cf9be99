"""Examines a machine for the course: what is there, whether it will do, and how to mend it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dsrct_edu import resources
from dsrct_edu.errors import InputError

_NEEDED_GIB = 0.2
_REINSTALL = "Start as the README says once more, or install the package again."

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
    install = f"{Path(sys.executable).name} -m ipykernel install --sys-prefix"
    looks: list[tuple[str, Callable[[], Seen], str]] = [
        ("Python", _python, "Install Python 3.11, 3.12 or 3.13 from python.org and start again."),
        *(
            (_name(wanted), partial(_requirement, wanted), f"{wanted} is needed. {_REINSTALL}")
            for wanted in _requirements()
        ),
        ("Jupyter kernel", _kernel, f"Run: {install}"),
        ("lessons and data", _shipped_files, _REINSTALL),
        (
            "folder to work in",
            partial(_writable, Path(folder)),
            "Choose a folder of your own on a disk with room, such as your home folder.",
        ),
        (
            "six patients by hand",
            _arithmetic,
            f"The analysis gives wrong numbers on this machine. {_REINSTALL}",
        ),
    ]
    return [Finding(what, *look(), fix) for what, look, fix in looks]


def _python() -> Seen:
    version = sys.version_info
    return (3, 11) <= version[:2] <= (3, 13), ".".join(map(str, version[:3]))


def _requirements() -> list[str]:
    """Return the requirements of the package and of its course extra, as pip reads them."""
    wanted = []
    for line in importlib.metadata.requires("dsrct-edu") or []:
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


def _kernel() -> Seen:
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        found = "python3" in KernelSpecManager().find_kernel_specs()
    except ImportError:
        found = False
    return found, "python3" if found else "none named python3"


def _shipped_files() -> Seen:
    try:
        lessons = sorted(resources.find("notebooks").glob("[0-9][0-9]_*.ipynb"))
        data = sorted(resources.find("data", "synthetic").glob("*.csv"))
    except InputError as error:
        return False, error.found
    return bool(lessons and data), f"{len(lessons)} lessons, {len(data)} cohorts"


def _writable(folder: Path) -> Seen:
    existing = folder.expanduser().resolve()
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free / 2**30
    if os.access(existing, os.W_OK) and free > _NEEDED_GIB:
        return True, f"writable, {free:.0f} GiB free"
    return False, f"{existing} ({free:.1f} GiB free)"


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
        return False, f"{type(error).__name__}: {error}"
    right = all(abs(a - b) < 1e-12 for a, b in zip(found, expected, strict=True))
    return right, ", ".join(f"{value:.3f}" for value in found)
