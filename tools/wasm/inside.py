"""Runs inside Pyodide: the suite under pytest, and the tests that are left out by name."""

from __future__ import annotations

import builtins
import os
import platform
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

LEFT_OUT = tomllib.loads(Path(__file__).with_name("left_out.toml").read_text("utf-8"))


class ByName:
    """Expects the named tests to fail or to skip, and lets no other do so."""

    def __init__(self) -> None:
        self.failing = {test: entry for entry in LEFT_OUT["fails"] for test in entry["tests"]}
        self.skipping = {test for entry in LEFT_OUT["skips"] for test in entry["tests"]}
        self.counts: Counter[str] = Counter()
        self.unnamed: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark the tests that must fail, each with its error."""
        for item in items:
            if entry := self.failing.get(item.nodeid):
                raises = getattr(builtins, entry["raises"])
                item.add_marker(pytest.mark.xfail(raises=raises, reason=entry["why"], strict=True))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was not run, and what skipped itself without a name."""
        stats = terminalreporter.stats
        self.counts.update({name: len(found) for name, found in stats.items()})
        skipped = [report.nodeid for report in stats.get("skipped", [])]
        self.unnamed = [test for test in skipped if test.split("[")[0] not in self.skipping]
        for folder, why in LEFT_OUT["not_run"].items():
            terminalreporter.write_line(f"NOT RUN {folder} - {why}")
        for test in self.unnamed:
            terminalreporter.write_line(f"SKIPPED WITHOUT A NAME in left_out.toml: {test}")

    def summary(self) -> str:
        """Count what happened to the tests, on one line."""
        count = self.counts
        return (
            f"wasm: {count['passed']} passed, {count['failed'] + count['error']} failed, "
            f"{count['xfailed']} failed as named, {count['skipped']} skipped "
            f"({len(self.unnamed)} without a name), {count['deselected']} left to `make study`, "
            f"{len(LEFT_OUT['not_run'])} folders or files not run"
        )


def run(chosen: Sequence[str]) -> int:
    """Run the suite, or what was chosen of it, and return the exit code."""
    width = 8 * np.dtype(np.intp).itemsize
    print(
        f"Python {platform.python_version()} on {sys.platform}, NumPy {np.__version__}, "
        f"indices of {width} bits",
        flush=True,
    )
    if width != 32:
        raise RuntimeError("an index has not 32 bits here: this run would show nothing")
    sys.dont_write_bytecode = True  # the checkout is a folder of the host
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = "/tmp/hypothesis"
    options = ["-m", "not browser and not slow", "--capture=sys"]  # files cannot be captured here
    for plugin in ("cacheprovider", "faulthandler"):  # one writes files, one needs signals
        options += ["-p", f"no:{plugin}"]
    options += [f"--ignore={folder}" for folder in LEFT_OUT["not_run"]]
    by_name = ByName()
    code = int(pytest.main([*options, *(chosen or ["tests"])], plugins=[by_name]))
    print(by_name.summary())
    return code or int(bool(by_name.unnamed))
