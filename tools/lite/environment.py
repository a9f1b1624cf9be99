"""The environment that builds the browser edition: its own, pinned and locked with hashes.

JupyterLite 0.6 wants other versions of Jupyter's parts than the course, so it gets its own room.
"""

from __future__ import annotations

import hashlib
import shlex
import subprocess
from pathlib import Path

import start
from tools.wasm.fixture import ROOT, Unavailable, ask

LOCK = Path(__file__).with_name("requirements.txt")
VENV = ROOT / ".venv-lite"


def jupyterlite(folder: Path, *arguments: str) -> None:
    """Run `jupyter lite` in a folder, and be quiet unless it fails."""
    command = [*prepared(), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"`{shlex.join(command)}` failed:\n{done.stdout}{done.stderr}")


def prepared() -> list[str]:
    """Return the command of JupyterLite, installed anew when the lock has changed."""
    stamp = VENV / ".lite"
    made_of = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    python = start.python_of(VENV)
    if not stamp.exists() or stamp.read_text() != made_of:
        print("Installing JupyterLite.", flush=True)
        install = ["install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        pip = [str(part) for part in start.new(VENV)]
        ask(*pip, *install, "--require-hashes", "-r", str(LOCK))
        stamp.write_text(made_of)
    return [str(python), "-m", "jupyterlite_core"]


__all__ = ["Unavailable", "jupyterlite", "prepared"]
