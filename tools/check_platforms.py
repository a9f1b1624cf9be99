"""Check that data/synthetic is made byte for byte alike by other Pythons and NumPys.

    python tools/check_platforms.py 3.11 3.12 3.13

For each version, a python3.X that is on the path (or among pyenv's) gets two throw-away virtual
environments, with the oldest and the newest NumPy allowed there, and runs
``tools/cohorts.py --check`` in both. Needs a package index.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Oldest versions allowed: what pyproject.toml says, and the first that support the Python.
OLDEST = {
    "3.11": ["numpy==2.0.2", "scipy==1.14.1", "pandas==2.2.3"],
    "3.12": ["numpy==2.0.2", "scipy==1.14.1", "pandas==2.2.3"],
    "3.13": ["numpy==2.1.0", "scipy==1.14.1", "pandas==2.2.3"],
}
NEWEST = ["numpy>=2.0.2", "scipy>=1.14.1", "pandas>=2.2.3,<3"]


def interpreter(version: str) -> str | None:
    """Return a Python of this version, from pyenv or from the path, or None."""
    # pyenv first: its shims stand on the path even for versions that are not switched on.
    for home in sorted(Path.home().glob(f".pyenv/versions/{version}.*"), reverse=True):
        return str(home / "bin" / "python")
    return shutil.which(f"python{version}")


def check(version: str, requirements: list[str]) -> bool:
    """Rebuild the cohorts in a fresh environment; say whether every byte is the same."""
    found = interpreter(version)
    if not found:
        raise SystemExit(f"no Python {version} found among pyenv's versions or on the path")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([found, "-m", "venv", folder], check=True)
        python = str(Path(folder, "Scripts" if os.name == "nt" else "bin", "python"))
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "lazy_loader", *requirements], check=True)
        show = (
            "import numpy, scipy, pandas; print(*(m.__version__ for m in (numpy, scipy, pandas)))"
        )
        versions = subprocess.run([python, "-c", show], capture_output=True, text=True, check=True)
        run = subprocess.run(
            [python, str(ROOT / "tools" / "cohorts.py"), "--check"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
        )
        outcome = run.stdout.strip() or run.stderr.strip()
        print(
            f"Python {version}, numpy scipy pandas {versions.stdout.strip()}: {outcome}", flush=True
        )
        return run.returncode == 0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", nargs="*", default=list(OLDEST))
    versions = parser.parse_args().version
    same = [check(v, needs) for v in versions for needs in (OLDEST[v], NEWEST)]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
