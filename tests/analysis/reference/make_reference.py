"""Ask R about every case again; needs R with the survival package.

Usage: python tests/analysis/reference/make_reference.py
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tempfile
from pathlib import Path

import pandas as pd
from cases import HERE, all_cases, kept_cases
from fuzz_answers import lay_out, start_r


def main() -> None:
    """Write data/*.csv, expected.csv.gz, versions.txt and faults/expected.csv."""
    rscript = ["Rscript", "--vanilla"]
    subprocess.run([*rscript, str(HERE / "export_datasets.R"), str(HERE / "data")], check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = []
        for case in all_cases():
            case.data.to_csv(folder / f"{case.name}.csv", index=False)
            rows.append((case.name, case.ties, *case.times, case.tau))
        columns = ["case", "ties", "time_1", "time_2", "time_3", "tau"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "cases.csv", index=False)
        call = [*rscript, str(HERE / "reference.R"), str(folder)]
        said = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True).stdout
        # No time stamp in the file: the same numbers make the same bytes.
        packed = gzip.compress((folder / "expected.csv").read_bytes(), 9, mtime=0)
        (HERE / "expected.csv.gz").write_bytes(packed)
    (HERE / "versions.txt").write_text(said)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(kept_cases(), folder)
        said, _ = (r := start_r(folder)).communicate()
        if r.returncode:
            raise RuntimeError(said)
        shutil.copyfile(folder / "answers.csv", HERE / "faults" / "expected.csv")


if __name__ == "__main__":
    main()
