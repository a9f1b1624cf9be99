"""Does what the README says on a machine that has never seen the kit, and times it.

    python -m tools.fresh              with every supported Python that is found
    python -m tools.fresh --python /path/to/python3.12

An empty directory, an empty home, no caches: the repository is cloned, `make course` is run, and
its page is asked for. Then the other commands of the README are run as they stand there.
What does not end as the README promises is a failure.
"""

from __future__ import annotations

import argparse
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tools.check_platforms import interpreter

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
PATIENCE = 1800  # seconds for a first start
_ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):\d+/\S*token=\w+")
# How a machine reaches a registry is its own business; all else of its surroundings is left out.
_KEPT = re.compile(r"(?i)^(pip_(?!.*cache)|.*_proxy$|ssl_cert|requests_ca|lang$|lc_)")


@dataclass(frozen=True)
class Start:
    """What a first start took, in seconds and megabytes."""

    python: str
    first: float
    second: float
    disk: float
    commands: int


def surroundings(home: Path, python: Path) -> dict[str, str]:
    """Return the environment of a stranger, whose `python3` is this one."""
    links = home / "bin"
    links.mkdir(parents=True)
    for name in ("python3", "python"):
        (links / name).symlink_to(python)
    kept = {key: value for key, value in os.environ.items() if _KEPT.match(key)}
    path = f"{links}:/usr/local/bin:/usr/bin:/bin"
    return kept | {"HOME": str(home), "PATH": path, "PIP_NO_CACHE_DIR": "1", "BROWSER": "true"}


def opened(folder: Path, env: dict[str, str]) -> float:
    """Run `make course` until its page answers; return the seconds, and stop it with Ctrl-C."""
    began = time.monotonic()
    course = subprocess.Popen(
        ["make", "course"],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _ask(_address(course, began))
        return time.monotonic() - began
    finally:
        os.killpg(course.pid, signal.SIGINT)
        time.sleep(1)
        os.killpg(course.pid, signal.SIGINT)  # JupyterLab asks once
        try:
            course.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(course.pid, signal.SIGKILL)


def _ask(address: str) -> None:
    """Ask for a page until it is there: its address is printed a moment before."""
    for _ in range(60):
        try:
            with urllib.request.urlopen(address, timeout=60):
                return
        except urllib.error.URLError:
            time.sleep(1)
    raise SystemExit("fresh: the page does not answer")


def _address(course: subprocess.Popen[bytes], began: float) -> str:
    assert course.stdout is not None
    said = ""
    while time.monotonic() - began < PATIENCE:
        if select.select([course.stdout], [], [], 5)[0]:
            read = os.read(course.stdout.fileno(), 65536).decode("utf-8", "replace")
            said += read
            if there := _ADDRESS.search(said):
                return there[0]
            if not read:
                break
    raise SystemExit(f"fresh: no page was opened.\n{said[-2000:]}")


def readme_commands(text: str) -> list[str]:
    """Return the lines of the README that are run in a shell, but for what sets up or tests."""
    lines = [
        line.partition("  #")[0].strip()
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
        for line in block.splitlines()
    ]
    return [line for line in lines if line.startswith("dsrct-edu ") and " start " not in line]


def readme_code(text: str) -> str:
    """Return the Python of the README, with fewer registries in its study."""
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.M | re.S))
    return code.replace("n_replicates=1000", "n_replicates=50")


def start(python: Path) -> Start:
    """Clone into an empty directory, and do what the README says."""
    with tempfile.TemporaryDirectory() as place:
        folder, home = Path(place) / "dsrct-edu", Path(place) / "home"
        env = surroundings(home, python)
        source = ["git", "clone", "--quiet", "--no-local", str(ROOT), str(folder)]
        subprocess.run(source, check=True)
        first = opened(folder, env)
        second = opened(folder, env)
        disk = sum(path.lstat().st_size for path in folder.rglob("*")) / 1e6
        (environment,) = folder.glob(".venv-*")
        inside = env | {"PATH": f"{environment / 'bin'}:{env['PATH']}", "MPLBACKEND": "agg"}
        text = (folder / "README.md").read_text("utf-8")
        work = Path(place) / "work"
        work.mkdir()
        made = "months,died,arm\n" + "".join(
            f"{5 + i},{i % 2},{'ab'[i // 2 % 2]}\n" for i in range(40)
        )
        (work / "patients.csv").write_text(made, "utf-8")
        commands = readme_commands(text)
        for command in commands:
            print(f"  {command}")
            subprocess.run(["sh", "-c", command], cwd=work, env=inside, check=True)
        subprocess.run(["python", "-c", readme_code(text)], cwd=work, env=inside, check=True)
        version = subprocess.check_output([str(python), "-V"], text=True).split()[1]
    return Start(version, first, second, disk, len(commands))


def main(arguments: list[str] | None = None) -> int:
    """Start with each Python, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m tools.fresh", description=__doc__)
    parser.add_argument("--python", type=Path, action="append")
    asked = parser.parse_args(arguments)
    pythons = asked.python or [Path(one) for one in map(interpreter, PYTHONS) if one]
    if not pythons:
        print("fresh: no supported Python was found", file=sys.stderr)
        return 1
    starts = []
    for python in pythons:
        print(f"{python}", flush=True)
        starts.append(start(python))
    print("| Python | first start | second start | on the disk | commands of the README |")
    print("|---|---|---|---|---|")
    for one in starts:
        print(
            f"| {one.python} | {one.first / 60:.1f} min | {one.second:.0f} s "
            f"| {one.disk:,.0f} MB | {one.commands} and its Python |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
