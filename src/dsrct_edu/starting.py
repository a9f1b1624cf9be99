"""Hands out the course, checks the machine, and opens JupyterLab."""

from __future__ import annotations

import copy
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsrct_edu import resources
from dsrct_edu.errors import InputError

_NEEDED_GIB = 0.2
_REINSTALL = "Run `make course` again, or install the package again."


@dataclass(frozen=True)
class HandOut:
    """What `hand_out` did: the names of the notebooks written and of those left alone."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def first(self) -> str:
        """Name of the first lesson in the folder."""
        return min(self.written + self.kept)


def without_outputs(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a notebook with no outputs and no execution counts.

    What a student opens holds no outputs, so that no answer stands before its prediction.

    Parameters
    ----------
    notebook : dict
        A notebook in the nbformat 4 JSON layout.

    Returns
    -------
    dict

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "1", "outputs": [{}], "execution_count": 1}
    >>> without_outputs({"cells": [cell]})["cells"][0]["outputs"]
    []
    """
    cleared = copy.deepcopy(notebook)
    for cell in cleared["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    return cleared


def hand_out(folder: str | Path) -> HandOut:
    """Copy the student notebooks, without outputs, into a folder.

    A notebook that is there already is never touched: it may hold a student's work. To get a
    fresh copy of one lesson, rename your own and start again.

    Parameters
    ----------
    folder : str or Path
        Where the copies go. Made if it does not exist.

    Returns
    -------
    HandOut

    Raises
    ------
    InputError
        If the folder cannot be written, or if it is the kit's own ``notebooks`` folder.

    Examples
    --------
    >>> import tempfile
    >>> done = hand_out(tempfile.mkdtemp())
    >>> done.kept
    ()
    """
    source = resources.find("notebooks")
    target = Path(folder).expanduser().resolve()
    if target == source or source in target.parents:
        raise InputError(
            "a folder of your own",
            "the kit's own notebooks folder",
            "Choose another folder, for example my-course.",
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "a folder that can be made",
            f"{folder}: {error.strerror}",
            "Choose a folder of your own, for example my-course.",
        ) from error
    written, kept = [], []
    lessons = sorted(source.glob("[0-9][0-9]_*.ipynb"))
    for path in [*lessons, *source.glob("glossary.ipynb")]:
        copy_to = target / path.name
        if copy_to.exists():
            kept.append(path.name)
            continue
        cleared = without_outputs(json.loads(path.read_text(encoding="utf-8")))
        copy_to.write_text(json.dumps(cleared, indent=1, ensure_ascii=False) + "\n", "utf-8")
        written.append(path.name)
    return HandOut(target, tuple(written), tuple(kept))


def lab_command(handed: HandOut, browser: bool | None = None, port: int | None = None) -> list[str]:
    """Return the command that opens JupyterLab on the first lesson.

    The token stays on. News and update checks are off through shipped settings, and the
    extension manager is read-only, so that nothing is fetched.
    """
    settings = Path(__file__).resolve().parent / "lab_settings"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={handed.folder}",
        f"--LabApp.default_url=/lab/tree/{handed.first}",
        f"--LabApp.app_settings_dir={settings}",
        "--LabApp.extension_manager=readonly",
    ]
    if browser is None:
        browser = has_display()
    if not browser:
        command.append("--no-browser")
    if port is not None:
        command.append(f"--port={port}")
    # Containers run as root, where Jupyter refuses to start unless told otherwise.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def has_display() -> bool:
    """Return whether a browser window can be opened on this machine."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_lab(handed: HandOut, browser: bool | None = None, port: int | None = None) -> int:
    """Run JupyterLab until the user stops it; return its exit code."""
    try:
        return subprocess.run(lab_command(handed, browser, port), check=False).returncode
    except KeyboardInterrupt:
        return 0


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
    checks: Iterable[Callable[[], Finding]] = (
        _python,
        *(lambda r=r: _requirement(r) for r in _requirements()),
        _kernel,
        _shipped_files,
        lambda: _writable(Path(folder)),
        _arithmetic,
    )
    return [check() for check in checks]


def _python() -> Finding:
    version = sys.version_info
    return Finding(
        "Python",
        (3, 11) <= version[:2] <= (3, 13),
        ".".join(map(str, version[:3])),
        "Install Python 3.11, 3.12 or 3.13 from python.org and start again.",
    )


def _requirements() -> list[str]:
    """Return the requirements of the package and of its course extra, as pip reads them."""
    wanted = []
    for line in importlib.metadata.requires("dsrct-edu") or []:
        requirement, _, marker = line.partition(";")
        if not marker or "course" in marker:
            wanted.append(requirement.strip())
    return wanted


def _requirement(requirement: str) -> Finding:
    name = re.split(r"[<>=!~\[ ]", requirement)[0]
    try:
        # Comes with jupyterlab; imported here so that its absence is a finding too.
        from packaging.requirements import Requirement

        found = importlib.metadata.version(name)
        ok = Requirement(requirement).specifier.contains(found, prereleases=True)
    except ImportError:
        found, ok = "not installed", False
    return Finding(name, ok, found, f"{requirement} is needed. {_REINSTALL}")


def _kernel() -> Finding:
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        found = "python3" in KernelSpecManager().find_kernel_specs()
    except ImportError:
        found = False
    return Finding(
        "Jupyter kernel",
        found,
        "python3" if found else "none named python3",
        f"Run: {Path(sys.executable).name} -m ipykernel install --sys-prefix",
    )


def _shipped_files() -> Finding:
    try:
        lessons = sorted(resources.find("notebooks").glob("[0-9][0-9]_*.ipynb"))
        data = sorted(resources.find("data", "synthetic").glob("*.csv"))
    except InputError as error:
        return Finding("lessons and data", False, error.found, _REINSTALL)
    found = f"{len(lessons)} lessons, {len(data)} cohorts"
    return Finding("lessons and data", bool(lessons and data), found, _REINSTALL)


def _writable(folder: Path) -> Finding:
    existing = folder.expanduser().resolve()
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free / 2**30
    ok = os.access(existing, os.W_OK) and free > _NEEDED_GIB
    return Finding(
        "folder to work in",
        ok,
        f"writable, {free:.0f} GiB free" if ok else f"{existing} ({free:.1f} GiB free)",
        "Choose a folder of your own on a disk with room, such as your home folder.",
    )


def _arithmetic() -> Finding:
    """Work the six patients of lesson 05 and compare with the curve found by hand."""
    expected = [5 / 6, 5 / 8, 5 / 16]
    fix = f"The analysis gives wrong numbers on this machine. {_REINSTALL}"
    try:
        import pandas as pd

        from dsrct_edu.analysis import kaplan_meier

        six = pd.DataFrame(
            {"duration": [4, 9, 12, 20, 26, 30], "event": [True, False, True, False, True, False]}
        )
        found = kaplan_meier(six).at([4, 12, 26])["survival"].tolist()
    except Exception as error:  # any failure here is the finding
        return Finding("six patients by hand", False, f"{type(error).__name__}: {error}", fix)
    ok = all(abs(a - b) < 1e-12 for a, b in zip(found, expected, strict=True))
    return Finding("six patients by hand", ok, ", ".join(f"{value:.3f}" for value in found), fix)
