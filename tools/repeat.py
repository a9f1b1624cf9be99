"""Runs the committed notebooks again and again, strictly, in random order: no output may differ.

    python -m tools.repeat             twenty times, each in an order of its own
    python -m tools.repeat --newest    once, with the newest of all that the bounds admit

A run under newer tools tells what an upgrade would change, before anybody is hit by it.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.locks import ROOT, pins

NEWEST = ROOT / ".cache" / "newest"
EXTRAS = "course,author,build,test,parquet,cluster"
_DIFFERS = re.compile(r"^FAILED (\S+::Cell \d+)", re.M)
STRICT = [
    *("-q", "--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval_sanitize.cfg"),
    *("-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile", "-rf"),
]


def notebooks(seed: int) -> list[str]:
    """Return all committed notebooks, in the order of a seed."""
    found = sorted((ROOT / "notebooks").rglob("*.ipynb"))
    names = [path.relative_to(ROOT).as_posix() for path in found if ".ipynb_" not in str(path)]
    random.Random(seed).shuffle(names)
    return names


def strict(python: Path, names: list[str]) -> tuple[bool, str]:
    """Run notebooks strictly; return whether all is the same, and what was said."""
    done = subprocess.run(
        [str(python), "-m", "pytest", *STRICT, *names],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    return done.returncode == 0, done.stdout + done.stderr


def last_line(said: str) -> str:
    """Return the count with which pytest ends."""
    return said.strip().splitlines()[-1].strip("= ")


def again(times: int) -> int:
    """Run all notebooks so many times; return how many runs differed."""
    differed = 0
    for seed in range(1, times + 1):
        same, said = strict(Path(sys.executable), notebooks(seed))
        print(f"run {seed} of {times}: {last_line(said)}", flush=True)
        if not same:
            differed += 1
            print(said[-5000:])
    print(f"{times} runs in random order: {differed} differed")
    return differed


def newest() -> int:
    """Run all notebooks under the newest tools; say which those are and which cells differ."""
    shutil.rmtree(NEWEST, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(NEWEST)], check=True)
    python = NEWEST / ("Scripts" if os.name == "nt" else "bin") / "python"
    quiet = ["install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    subprocess.run([str(python), "-m", "pip", *quiet, f"{ROOT}[{EXTRAS}]"], check=True)
    subprocess.run([str(python), "-m", "pip", *quiet, "--no-deps", "-e", str(ROOT)], check=True)
    locked: dict[str, set[str]] = {}  # more than one where Pythons need different ones
    for pin in pins("requirements.txt"):
        locked.setdefault(pin.name, set()).add(pin.version)
    freeze = [str(python), "-m", "pip", "list", "--format", "freeze"]
    have = {pin.name: pin.version for pin in pins("", subprocess.check_output(freeze, text=True))}
    newer = {name: now for name, now in have.items() if now not in locked.get(name, {now})}
    for name, now in sorted(newer.items()):
        print(f"{name} {', '.join(sorted(locked[name]))} -> {now}")
    same, said = strict(python, notebooks(0))
    for cell in sorted(set(_DIFFERS.findall(said))):
        print(f"differs: {cell}")
    print(f"{len(newer)} packages newer than the lock: {last_line(said)}")
    return 0 if same else 1


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.repeat", description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--newest", action="store_true")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    code = newest() if asked.newest else again(asked.times)
    print(f"{(time.monotonic() - began) / 60:.0f} minutes")
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
