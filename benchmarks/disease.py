"""What a draw of patients costs, as ratios within one run.

    python benchmarks/disease.py

1. One million patients with both potential outcomes and the registry's columns, against drawing as
   many uniforms and taking their logarithms: in place in one small buffer (the hardest peer), and
   with fresh arrays as one would write it.
2. Ten million patients, summarised or written to Parquet block by block, and the peak memory.

Ratios are of processor time, the least of several rounds: other work on the machine inflates any
single one.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from dsrct_edu.disease import scenario
from dsrct_edu.disease.simulate import BLOCK, NOISES, blocks

PATIENTS, ROUNDS, STREAMED = 1_000_000, 7, 10_000_000


def uniforms_in_place() -> None:
    generator, buffer = np.random.default_rng(1), np.empty(BLOCK * len(NOISES))
    for start in range(0, PATIENTS, BLOCK):
        part = buffer[: min(BLOCK, PATIENTS - start) * len(NOISES)]
        np.log(generator.random(out=part), out=part)


def uniforms_fresh() -> None:
    generator = np.random.default_rng(1)
    for start in range(0, PATIENTS, BLOCK):
        np.log(generator.random((min(BLOCK, PATIENTS - start), len(NOISES))))


def patients() -> None:
    for _ in blocks(scenario("modest"), PATIENTS, 1):
        pass


def processor_seconds(work) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def speed() -> None:
    peers = {"in place": uniforms_in_place, "fresh arrays": uniforms_fresh, "patients": patients}
    took = {name: [] for name in peers}
    for _ in range(ROUNDS):
        for name, work in peers.items():
            took[name].append(processor_seconds(work))
    least = {name: min(values) for name, values in took.items()}
    print(f"{PATIENTS:,} patients with both outcomes ({len(NOISES)} uniforms each):")
    for name in ("in place", "fresh arrays"):
        print(f"  {least['patients'] / least[name]:.2f} x the uniforms and logs, {name}")


def summarise() -> None:
    alive = np.zeros(2)
    for block in blocks(scenario("modest"), STREAMED, 2):
        alive += [np.count_nonzero(arm["death_month"] > 60) for arm in block.arms.values()]
    print(f"  five-year survival without and with HIPEC: {alive / STREAMED}")


def parquet() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        path, writer = Path(folder, "patients.parquet"), None
        for block in blocks(scenario("modest"), STREAMED, 2, size=16 * BLOCK):
            columns = {name: pa.array(values) for name, values in block.observed.items()}
            for arm, outcomes in block.arms.items():
                columns[f"death_month_{arm}"] = pa.array(outcomes["death_month"])
            table = pa.table(columns)
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
        writer.close()
        print(f"  {pq.read_metadata(path).num_rows:,} rows, {path.stat().st_size / 2**20:.0f} MiB")


def memory(mode: str) -> None:
    """Stream in a process of its own, so that its peak memory is its own."""
    {"summarise": summarise, "parquet": parquet}[mode]()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  {mode}: peak resident memory {peak:.2f} GiB (bar 1 GiB)")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        memory(sys.argv[1])
    else:
        speed()
        print(f"{STREAMED:,} patients streamed:")
        sys.stdout.flush()
        for each in ("summarise", "parquet"):
            subprocess.run([sys.executable, __file__, each], check=True)
