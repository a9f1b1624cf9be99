"""Plant small faults in analysis, disease and bedside, and count those that the tests find.

    python -m tools.mutants                      # a sample of each module, as `make mutants`
    python -m tools.mutants --all arrays         # every fault of one room
    python -m tools.mutants analysis.kernels     # one module

What was judged is kept in .cache/mutants while module and tests stay as they are, so a run that
was stopped goes on where it was. Exit code 1 if a room's floor is not reached. Needs fork, so not
on Windows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

from tools.mutants import ROOT, data, running
from tools.mutants.changes import Mutant
from tools.mutants.report import table

CACHE = ROOT / ".cache" / "mutants"


def sample(module: running.Module, share: int | None) -> list[Mutant]:
    """Return the faults of a module but the equivalent ones: all, or so many of them by lot."""
    found = data.faults(module)
    by_lot = sorted(found, key=lambda mutant: hashlib.sha256(mutant.name.encode()).digest())
    # a larger sample holds every smaller one, whatever else is found equivalent
    chosen = {mutant.name for mutant in by_lot[:share]}
    return [mutant for mutant in found if mutant.name in chosen]


def kept(path: Path, now: dict[str, str]) -> dict[str, running.Verdict]:
    """Return what holds of what was judged before.

    All of it while module and tests are the same; while the module is, what was found by a file of
    tests that has not changed.
    """
    record = json.loads(path.read_text("utf-8")) if path.exists() else {"files": {}}
    before = record.get("files", {})
    if before.get("module") != now["module"]:
        return {}
    same = {name for name, digest in now.items() if before.get(name) == digest}
    return {
        name: verdict
        for name, verdict in record["verdicts"].items()
        if same == set(now) or verdict["by"].split("::")[0] in same
    }


def keep(path: Path, files: dict[str, str], verdicts: dict[str, running.Verdict]) -> None:
    """Write down what was judged, and with which module and tests."""
    record = {"files": files, "verdicts": verdicts}
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False), "utf-8")


def clean_record(watch: running.Watch, items: list, modules: list[running.Module]) -> dict:
    """Return what the tests do without a fault, from before if nothing has changed since."""
    path = CACHE / f"clean_{modules[0].name}_{len(modules)}.json"
    files = [data.fingerprints(module) for module in modules]
    record = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if record.get("files") != files:
        record = running.clean_run(watch, items, modules) | {"files": files}
        path.write_text(json.dumps(record), "utf-8")
    return record


def judge_all(modules: list[running.Module], share: int | None, fresh: bool) -> None:
    """Judge the faults of these modules, and keep the verdicts as they come."""

    def work(watch: running.Watch, items: list) -> None:
        clean = running.Clean(clean_record(watch, items, modules))
        for module in modules:
            path, files = CACHE / f"{module.name}.json", data.fingerprints(module)
            verdicts = {} if fresh else kept(path, files)
            began = time.perf_counter()
            keep(path, files, verdicts)  # also where there is nothing to judge
            for mutant in sample(module, share):
                if mutant.name not in verdicts:
                    verdicts[mutant.name] = running.judge(watch, items, module, mutant, clean)
                    keep(path, files, verdicts)
            missed = [n for n, v in verdicts.items() if v["verdict"] == "survived"]
            took = time.perf_counter() - began
            print(
                f"{module.name}: {len(verdicts)} judged, {len(missed)} missed ({took:.0f} s)",
                flush=True,
            )

    CACHE.mkdir(parents=True, exist_ok=True)
    tests = sorted({name for module in modules for name in module.tests})
    running.with_collected(tests, ROOT, work)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("wanted", nargs="*", help="rooms (arrays, disease, bedside) or modules")
    parser.add_argument("--all", action="store_true", help="every fault, not a sample")
    parser.add_argument("--sample", type=int, help="so many faults of each module")
    parser.add_argument("--fresh", action="store_true", help="judge again what was judged")
    parser.add_argument("--missed", action="store_true", help="list what no test noticed")
    chosen = parser.parse_args(arguments)
    rooms = data.rooms()
    names = {short for modules in rooms.values() for short in modules}
    wanted = set(chosen.wanted) or set(rooms)
    if unknown := wanted - set(rooms) - names:
        parser.error(f"neither a room nor a module: {', '.join(sorted(unknown))}")
    low = False
    for room, modules in rooms.items():
        some = [m for short, m in modules.items() if room in wanted or short in wanted]
        if some:
            share = None if chosen.all else chosen.sample or data.SAMPLE[room]
            low |= one_room(room, some, share, chosen.fresh, chosen.missed)
    return int(low)


def one_room(
    room: str, modules: list[running.Module], share: int | None, fresh: bool, missed: bool
) -> bool:
    """Judge and report one room in a fork of its own; true if it stays below its floor."""
    answer = running.forked(lambda: str(judge_all(modules, share, fresh)), None, loud=True)
    if answer != "None":
        raise SystemExit(f"{room}: the run ended early ({answer})")
    lines, score = table(modules, {m.name: CACHE / f"{m.name}.json" for m in modules})
    print("\n".join(lines))
    if missed:
        for module in modules:
            verdicts = json.loads((CACHE / f"{module.name}.json").read_text("utf-8"))["verdicts"]
            for mutant in data.faults(module):
                verdict = verdicts.get(mutant.name, {"verdict": "not judged"})
                if verdict["verdict"] == "survived":
                    print(f"{module.name}: {mutant.name}  [{verdict['by']}]")
    floor = data.FLOOR.get(room, 0.0)
    if score < floor:
        print(f"{room}: {score:.1%} found, below the floor of {floor:.0%}")
    return score < floor


if __name__ == "__main__":
    sys.exit(main())
