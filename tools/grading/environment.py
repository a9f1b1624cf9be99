"""An environment of its own for nbgrader, so that it changes nothing in that of the course.

It is made in a folder that git ignores, with the versions and hashes of ``requirements.txt``. The
notebooks themselves run in the Python that runs this: the one that has the kit.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from tools.wasm.fixture import ROOT, Unavailable, ask, pip

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
CACHE = ROOT / ".cache" / "grading"


@dataclass(frozen=True)
class Nbgrader:
    """The command, and the folder of one course."""

    scripts: Path
    course: Path

    def __call__(self, *arguments: str) -> str:
        """Run nbgrader in the folder of the course; return what it said."""
        environment = {
            **os.environ,
            # nbgrader calls `alembic` by its bare name
            "PATH": f"{self.scripts}{os.pathsep}{os.environ['PATH']}",
            "JUPYTER_PATH": str(self.course / "kernel"),
            "PYTHONWARNINGS": "ignore",
        }
        command = [str(self.scripts / "nbgrader"), *arguments]
        done = subprocess.run(
            command, cwd=self.course, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"`nbgrader {' '.join(arguments)}` failed:\n{done.stderr[-4000:]}")
        return done.stdout + done.stderr


def scripts() -> Path:
    """Return the folder of the commands of the environment, made anew when a version changes.

    Raises
    ------
    Unavailable
        If nbgrader cannot be had here.
    """
    wanted = REQUIREMENTS.read_bytes() + sys.version.encode()
    folder = CACHE / f"nbgrader-{hashlib.sha256(wanted).hexdigest()[:12]}"
    found = folder / ("Scripts" if os.name == "nt" else "bin")
    done = folder / "complete"
    if not done.exists():
        venv.create(folder, clear=True, with_pip=False)  # Debian ships Python without ensurepip
        python = str(found / Path(sys.executable).name)
        install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        ask(*pip(), "--python", python, *install, "-r", str(REQUIREMENTS))
        done.touch()
    return found


def opened(course: Path) -> Nbgrader:
    """Return nbgrader for a folder, with this Python as the kernel of its notebooks."""
    if os.name == "nt":
        raise Unavailable("this run is made for Linux and macOS")
    kernel = course / "kernel" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    said = {"argv": start, "display_name": "Python 3", "language": "python"}
    kernel.write_text(json.dumps(said), encoding="utf-8")
    return Nbgrader(scripts(), course)
