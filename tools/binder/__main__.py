"""Ask repo2docker what Binder would make of this repository; build no image.

    python -m tools.binder

Binder's own program reads `.binder/` and prints the steps of the image. That needs no daemon, and
shows that the folder is understood: the Python, the lock, and the course after it. That the image
then works is not shown. Where the program cannot be installed, it says SKIPPED and why.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import start
from tools.wasm.fixture import ROOT, Unavailable, ask

LOCK = Path(__file__).with_name("requirements.txt")
# Each must be found after the one before it.
STEPS = (
    r"Building conda environment for python=3\.12",
    r"COPY .*src/ \$\{REPO_DIR\}/\n",  # before the lock is read: it stands at the root
    r'pip install .*-r "\.binder/requirements\.txt"',
    r"RUN \./\.binder/postBuild",
)


def steps() -> str:
    """Return what repo2docker would do."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder, "repo2docker")
        pip = [str(part) for part in start.new(environment)]
        quiet = ["--quiet", "--disable-pip-version-check", "--no-compile"]
        ask(*pip, "install", *quiet, "--require-hashes", "-r", str(LOCK))
        command = [str(start.python_of(environment)), "-m", "repo2docker", "--no-build", "--debug"]
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run([*command, "."], cwd=ROOT, text=True, **both)
    if done.returncode:
        raise SystemExit(f"`{shlex.join(command)}` failed:\n{done.stdout}")
    return done.stdout


def missing(text: str) -> list[str]:
    """Return the steps that are not there, or not in their order."""
    found, at = [], 0
    for step in STEPS:
        match = re.compile(step).search(text, at)
        if match is None:
            found.append(step)
        else:
            at = match.end()
    return found


def main() -> int:
    """Ask, and compare with what is wanted."""
    if not os.access(ROOT / ".binder" / "postBuild", os.X_OK):
        print(".binder/postBuild is not there, or may not be run")
        return 1
    try:
        lost = missing(steps())
    except Unavailable as reason:
        print(f"SKIPPED: .binder/ was not read: {reason}")
        return 0
    for step in lost:
        print(f"repo2docker does not do, or not in this order: {step}")
    print("binder: read as meant; no image was built" if not lost else "binder: not as meant")
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
