"""Reads the facts that stand beside the code, each in a row with its source."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def read(name: str) -> pd.DataFrame:
    """Return one table of facts; ``hipec/half_lives`` is the file of that name."""
    return pd.read_csv(Path(__file__).parent / f"{name}.csv", float_precision="round_trip")
