"""Write the committed cohorts and their data dictionary into data/synthetic.

python tools/cohorts.py            write the files
python tools/cohorts.py --check    say whether the files are what the code makes
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from dsrct_edu.disease.committed import build, recipes
from dsrct_edu.disease.dictionary import datapackage

FOLDER = Path(__file__).resolve().parents[1] / "data" / "synthetic"


def write(folder: Path) -> None:
    """Write every cohort, its truth file and the data package."""
    for name in recipes():
        build(name).to_csv(folder, name)
    text = json.dumps(datapackage(), indent=2, ensure_ascii=False) + "\n"
    (folder / "datapackage.json").write_bytes(text.encode())


def differing(folder: Path) -> list[str]:
    """Return the files in ``folder`` that differ from what the code makes."""
    with tempfile.TemporaryDirectory() as fresh:
        write(Path(fresh))
        made = {p.relative_to(fresh): p.read_bytes() for p in Path(fresh).rglob("*.*")}
        return [
            str(path)
            for path, content in made.items()
            if not (folder / path).is_file() or (folder / path).read_bytes() != content
        ]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        write(FOLDER)
        return 0
    wrong = differing(FOLDER)
    print(
        "\n".join(f"differs: {path}" for path in wrong) or "data/synthetic is what the code makes"
    )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
