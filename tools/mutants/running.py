"""Run a module's own tests against its faults: one fork of a collected pytest for each.

Collecting takes seconds and most faults are found within milliseconds; so the tests are collected
once, and each fault is planted in a fork, whose tests stop at the first failure. A clean run tells
beforehand which test reaches which line: only those run, the quickest first.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import Phase, settings

from tools.mutants import planting
from tools.mutants.changes import Mutant, planted

CASES = 12  # of a test with more parameters than that, evenly spread
EXAMPLES = 25  # of a property
Verdict = dict[str, str]  # verdict, and by which test


@dataclass(frozen=True)
class Module:
    """A module under test: where it is, and the files of its own tests."""

    name: str
    path: Path
    tests: tuple[str, ...]


class Clean:
    """What the tests do without any fault: seconds of each, and the lines it reaches."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.seconds: dict[str, float] = record["seconds"]
        self.lines: dict[str, dict[str, list[int]]] = record["lines"]
        self.names = list(self.seconds)

    def reaching(self, module: Module, mutant: Mutant) -> list[str]:
        """Return the module's own tests that reach a fault, the quickest first."""
        lines = self.lines.get(module.name, {})
        # a fault outside functions is reached by whatever reaches the module
        hit = [str(mutant.line)] if mutant.inside else list(lines)
        places = {place for line in hit for place in lines.get(line, [])}
        own = [self.names[i] for i in places if self.names[i].split("::")[0] in module.tests]
        return sorted(own, key=self.seconds.__getitem__)


class Watch:
    """A plug-in that hands the collected tests to `work` in place of running them."""

    def __init__(self, work: Callable[[list[pytest.Item]], None]) -> None:
        self.work = work
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep an even share of tests with many cases, and fewer examples of properties."""
        cases: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in items:
            if not any(item.get_closest_marker(mark) for mark in ("slow", "browser", "reference")):
                cases[item.nodeid.split("[")[0]].append(item)
        items[:] = [item for found in cases.values() for item in thinned(found)]
        for item in items:
            test = getattr(item, "obj", None)
            kept = getattr(test, "_hypothesis_internal_use_settings", None)
            if kept is not None:
                few = settings(
                    kept, max_examples=min(EXAMPLES, kept.max_examples), phases=list(PHASES)
                )
                getattr(test, "__func__", test)._hypothesis_internal_use_settings = few

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the work."""
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        warm(session.items)
        self.work(session.items)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure."""
        if report.failed:
            self.failed = report.nodeid

    def run(self, items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, float]]:
        """Run tests one by one until one fails; yields each with its seconds."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            began = time.perf_counter()
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            yield item, time.perf_counter() - began
            if self.failed:
                return


PHASES = (Phase.explicit, Phase.generate)  # an example need not be made small


def thinned(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return at most `CASES` of them, evenly spread."""
    step = max(1.0, len(items) / CASES)
    return [items[int(i * step)] for i in range(min(len(items), CASES))]


def warm(items: list[pytest.Item]) -> None:
    """Read what the tests read from files once, not in every fork: cached functions of none."""
    for module in {item.getparent(pytest.Module).obj for item in items}:
        for value in list(vars(module).values()):
            own = getattr(value, "__module__", "") == module.__name__
            if own and hasattr(value, "cache_info") and not inspect.signature(value).parameters:
                value()


def with_collected(files: list[str], root: Path, work: Callable[[Watch, Any], None]) -> None:
    """Collect the tests of these files and call `work` with the plug-in and the tests."""
    settings.register_profile("mutants", phases=list(PHASES), database=None, deadline=None)
    settings.load_profile("mutants")
    watch = Watch(lambda items: work(watch, items))
    options = [
        "-q",
        "-x",
        "--assert=plain",
        "--capture=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    code = pytest.main([*options, f"--rootdir={root}", *files], plugins=[watch])
    if code != 0:
        raise SystemExit(f"pytest ended with {code}")


def forked(work: Callable[[], str], seconds: float | None, loud: bool = False) -> str:
    """Call `work` in a fork and return what it says; "timeout" after so many seconds of it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        code = 1
        try:
            os.setpgid(0, 0)
            if seconds is not None:  # of computing, so that a busy machine kills nothing
                limit = int(seconds) + 1
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
                signal.alarm(10 * limit)
            if not loud:
                silent = os.open(os.devnull, os.O_WRONLY)
                os.dup2(silent, 1)
                os.dup2(silent, 2)
            answer = work()
            with os.fdopen(theirs, "w") as pipe:
                pipe.write(answer)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        answer = pipe.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        late = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM)
        return "timeout" if late else "crash"
    return answer or "crash"


def loaded(module: Module) -> ModuleType:
    return importlib.import_module(module.name)


class Trace:
    """Which lines of some files are reached, by the names of the modules."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.reached: dict[str, set[int]] = defaultdict(set)

    def __call__(self, frame: Any, event: str, _: Any) -> Any:
        name = self.files.get(frame.f_code.co_filename)
        if name is None:
            return None
        lines = self.reached[name]
        lines.add(frame.f_lineno)

        def within(inner: Any, event: str, _: Any) -> Any:
            lines.add(inner.f_lineno)
            return within

        return within


def clean_run(watch: Watch, items: list[pytest.Item], modules: list[Module]) -> dict[str, Any]:
    """Run everything once without a fault, and record which test reaches which line."""

    def work() -> str:
        for module in modules:  # as every fault is planted, but with none
            planting.replace(loaded(module), ast.parse(module.path.read_text("utf-8")), True)
        trace = Trace({str(module.path): module.name for module in modules})
        seconds: dict[str, float] = {}
        lines: dict[str, dict[str, list[int]]] = {m.name: defaultdict(list) for m in modules}
        sys.settrace(trace)
        for place, (item, took) in enumerate(watch.run(items)):
            sys.settrace(None)
            seconds[item.nodeid] = took
            for name, hit in trace.reached.items():
                for line in hit:
                    lines[name][str(line)].append(place)
            trace.reached.clear()
            sys.settrace(trace)
        sys.settrace(None)
        return json.dumps({"failed": watch.failed, "seconds": seconds, "lines": lines})

    answer = forked(work, None)
    record: dict[str, Any] = json.loads(answer) if answer[0] == "{" else {"failed": answer}
    if record["failed"]:
        raise SystemExit(f"without any fault this fails: {record['failed']}")
    return record


def judge(
    watch: Watch, items: list[pytest.Item], module: Module, mutant: Mutant, clean: Clean
) -> Verdict:
    """Plant a fault and tell whether a test notices."""
    tests = clean.reaching(module, mutant)
    if not tests:
        return {"verdict": "survived", "by": "no test reaches it"}
    by_name = {item.nodeid: item for item in items}

    def work() -> str:
        tree = planted(module.path.read_text("utf-8"), mutant)
        try:
            planting.replace(loaded(module), tree, not mutant.inside)
        except Exception as error:
            return f"killed import: {type(error).__name__}"
        for _ in watch.run([by_name[name] for name in tests]):
            pass
        return f"killed {watch.failed}" if watch.failed else "survived"

    limit = 10 + 3 * sum(clean.seconds[name] for name in tests)
    verdict, _, by = forked(work, limit).partition(" ")
    return {"verdict": verdict, "by": by or f"{len(tests)} tests"}
