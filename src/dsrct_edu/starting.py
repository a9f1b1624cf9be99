"""Hands out the course and opens JupyterLab."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsrct_edu import files, resources
from dsrct_edu.errors import InputError

GUESSES = "my-guesses.json"
"""The file beside the notebooks in which a student's guesses are kept; it may be deleted."""


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
        If the folder cannot be written, if its disk is full, or if it is the kit's own
        ``notebooks`` folder.

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
        return _copy(source, target)
    except OSError as error:
        raise InputError(
            "a folder that can be written, on a disk with room",
            f"{folder}: {error.strerror}",
            "Choose a folder of your own, for example my-course. `dsrct-edu doctor` says more.",
        ) from error


def _copy(source: Path, target: Path) -> HandOut:
    """Copy what is not there yet; on a full disk no half-written file is left behind."""
    written, kept = [], []
    lessons = sorted(source.glob("[0-9][0-9]_*.ipynb"))
    for path in [*lessons, *source.glob("glossary.ipynb")]:
        copy_to = target / path.name
        if copy_to.exists():
            kept.append(path.name)
            continue
        cleared = without_outputs(json.loads(path.read_text(encoding="utf-8")))
        files.write(copy_to, json.dumps(cleared, indent=1, ensure_ascii=False) + "\n")
        written.append(path.name)
    return HandOut(target, tuple(written), tuple(kept))


def lab_command(handed: HandOut, browser: bool | None = None, port: int | None = None) -> list[str]:
    """Return the command that opens JupyterLab on the first lesson.

    The token stays on. News and update checks are off through shipped settings, and the
    extension manager is read-only, so that nothing is fetched. One small extension keeps the keys
    of a quiz or a dial from the notebook around it.
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
        f"--LabApp.extra_labextensions_path={settings / 'extensions'}",
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
    from dsrct_edu.classroom.progress import FILE_VARIABLE

    environment = {FILE_VARIABLE: str(handed.folder / GUESSES), **os.environ}
    command = lab_command(handed, browser, port)
    try:
        return subprocess.run(command, check=False, env=environment).returncode
    except KeyboardInterrupt:
        return 0
