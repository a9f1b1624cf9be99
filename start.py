"""Make the environment of the course, once, and open the course.

python start.py            make what is missing, check the machine, open JupyterLab
python start.py --setup    make what is missing
python start.py --no-lab   the same as the first, but do not open JupyterLab

For start-windows.bat, start-macos.command and make, so it needs nothing but Python.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements-course.txt"
MADE_OF = (LOCK, HERE / "pyproject.toml")
FOLDER = "my-course"
NEEDED_GIB = 0.7
QUIET = ["--quiet", "--disable-pip-version-check"]


class Stopped(Exception):
    """The course cannot be installed like this; the arguments are lines that say what to do."""


def supported(version):
    """Return whether the course runs on this version of Python."""
    return (3, 11) <= tuple(version[:2]) <= (3, 13)


def python_of(environment):
    """Return the Python of an environment: its place differs on Windows."""
    inside = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    return environment / inside


def fingerprint():
    """Return what tells whether an environment was made of the present lock."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in MADE_OF)).hexdigest()


def set_up(environment):
    """Make the environment anew, unless it was made of the present lock."""
    stamp = environment / ".course"
    if stamp.exists() and stamp.read_text() == fingerprint():
        return
    make_room(environment)
    print("Installing the course. This takes a few minutes, once.", flush=True)
    pip = [*new(environment), "install", *QUIET]
    # Nothing is compiled ahead: a fifth less on the disk, and Python compiles what it uses.
    run(*pip, "--no-compile", "--require-hashes", "-r", LOCK)
    run(*pip, "--no-deps", "--no-build-isolation", "-e", HERE)
    spell_in_ascii(environment)
    stamp.write_text(fingerprint())


def make_room(environment):
    """Make the folder of the environment, on a disk with room for it."""
    try:
        environment.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(environment).free / 2**30
        wrong = (
            f"only {free:.1f} GiB are free, {NEEDED_GIB} are needed" if free < NEEDED_GIB else ""
        )
    except OSError as error:
        wrong = error.strerror
    if wrong:
        raise Stopped(
            f"The course cannot be installed in {HERE}: {wrong}.",
            "Move this folder to one of your own, on a disk with room, and start again.",
        )


def spell_in_ascii(environment):
    """Say relatively where the package lies: Python 3.11 misreads umlauts there, on Windows."""
    inside = "Lib" if sys.platform == "win32" else "lib/python*"
    for file in environment.glob(inside + "/site-packages/_dsrct_edu.pth"):
        file.write_text(Path(os.path.relpath(HERE / "src", file.parent)).as_posix() + "\n")


def new(environment):
    """Make an empty environment; return the pip that fills it."""
    make = [sys.executable, "-m", "venv", "--clear"]
    if subprocess.run([*make, environment], capture_output=True).returncode == 0:
        return [python_of(environment), "-m", "pip"]
    # Debian ships Python without ensurepip; then the system's pip fills the environment.
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode:
        raise Stopped(
            "This Python has no pip, so it can install nothing.",
            "On Debian and Ubuntu: sudo apt install python3-venv. Elsewhere: install Python from",
            "python.org. Then start again.",
        )
    run(*make, "--without-pip", environment)
    return [sys.executable, "-m", "pip", "--python", python_of(environment)]


def run(*command):
    """Run a command, and stop where it fails."""
    subprocess.run([str(part) for part in command], cwd=HERE, check=True)


def main(arguments=None):
    """Run from the command line or a double click."""
    version = "{}.{}".format(*sys.version_info)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup", action="store_true")
    parser.add_argument("--no-lab", action="store_true")
    parser.add_argument("--environment", type=Path, default=Path(f".venv-{version}"))
    chosen = parser.parse_args(arguments)
    if not supported(sys.version_info):
        print(f"The course needs Python 3.11, 3.12 or 3.13. This is {version}.")
        print("Install one of them from python.org, and start again.")
        return 1
    environment = HERE / chosen.environment
    try:
        set_up(environment)
        if not chosen.setup:
            run(python_of(environment), "-m", "dsrct_edu", "doctor")
            copy_only = ["--no-lab"] if chosen.no_lab else []
            run(python_of(environment), "-m", "dsrct_edu", "start", FOLDER, *copy_only)
    except Stopped as stopped:
        print(*stopped.args, sep="\n")
        return 1
    except subprocess.CalledProcessError as error:
        print("It stopped here. What is written above says why; then start again.")
        return error.returncode
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
