"""The table of what was found, with Wilson intervals where faults were drawn by lot."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

from tools.mutants import data
from tools.mutants.running import Module

Z = 1.959964


def wilson(found: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share."""
    share, z2 = found / n, Z * Z
    middle, half = share + z2 / (2 * n), Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)


def row(label: str, faults: int, found: int, n: int) -> str:
    """Return one row: faults there are, judged, found, the share and its interval."""
    share = f"{found / n:.1%}" if n else "–"
    # where every fault was judged there is nothing to infer
    limits = "{:.0%}–{:.0%}".format(*wilson(found, n)) if 0 < n < faults else "all"
    return f"| {label} | {faults} | {n} | {found} | {share} | {limits} |"


def table(modules: list[Module], paths: dict[str, Path]) -> tuple[list[str], float]:
    """Return the lines of the table, and the share found of all modules.

    The share of a room weighs each module by its faults, as if all had been judged.
    """
    lines = ["| module | faults | judged | found | share | 95 % |", "|---|--:|--:|--:|--:|--:|"]
    faults_of_all, judged, found_of_all, expected = 0, 0, 0, 0.0
    for module in modules:
        verdicts = json.loads(paths[module.name].read_text("utf-8"))["verdicts"]
        faults = [mutant.name for mutant in data.faults(module)]
        drawn = [verdicts[name]["verdict"] for name in faults if name in verdicts]
        found = sum(verdict != "survived" for verdict in drawn)
        short = module.name.removeprefix("dsrct_edu.")
        lines.append(row(f"`{short}`", len(faults), found, len(drawn)))
        faults_of_all, judged = faults_of_all + len(faults), judged + len(drawn)
        found_of_all += found
        expected += len(faults) * found / len(drawn) if drawn else 0.0
    lines.append(row("**together**", faults_of_all, found_of_all, judged))
    return lines, expected / faults_of_all if faults_of_all else 1.0
