"""Ask R's survival package and ourselves about random data sets, and lay the answers side by side.

Usage: python tests/analysis/reference/fuzz.py [--sets 1000] [--seed N] [--keep FOLDER] [FILE ...]

Needs R with survival. The seed is new each time and printed; FILEs are data sets that an earlier
run kept. Exits with 1 if anything differs that `conventions.py` does not name.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from cases import Case, load_case, save_case
from conventions import CONVENTIONS, Convention, Difference, close, convention_of, kind_of
from fuzz_answers import (
    Answer,
    Answers,
    Refused,
    lay_out,
    our_answers,
    read_answers,
    start_r,
)
from fuzz_sets import random_set

KEPT = Path("build/fuzz")


@dataclass
class Tally:
    """Counts of what was compared, and every difference."""

    equal: Counter[str] = field(default_factory=Counter)
    meant: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def of(self, kind: str) -> tuple[int, int, int]:
        """Equal, meant and differing answers of one kind."""
        meant = sum(count for (one, _), count in self.meant.items() if one == kind)
        return self.equal[kind], meant, sum(d.kind == kind for d in self.differences)

    @property
    def kinds(self) -> list[str]:
        """Kinds of quantity that were compared."""
        meant = {kind for kind, _ in self.meant}
        return sorted({*self.equal, *meant, *(d.kind for d in self.differences)})


def parents(quantity: str) -> Iterator[str]:
    """What a quantity is read from: where that was refused, so was this."""
    kind = kind_of(quantity)
    if kind.startswith(("km", "quantile", "rmst")):
        scale = kind.rpartition("_")[2]
        yield f"km_{scale}" if scale in ("log", "plain") else "km_log-log"
        if kind.startswith("rmst"):
            yield "rmst"
    elif kind.startswith("aj"):
        yield "aj"
    elif kind.startswith("logrank"):
        yield "logrank_strata" if "strata" in kind else "logrank"
    elif kind == "zph_df":
        yield from ("zph_km", "zph_rank", "zph_identity", "cox")
    else:
        yield "cox"


def refused(answers: Answers, quantity: str) -> Refused | None:
    """The refusal that a quantity itself, or what it is read from, met."""
    for name in (quantity, *parents(quantity)):
        if isinstance(found := answers.values.get(name), Refused):
            return found
    return None


def pairs(ours: Answers, theirs: Answers) -> Iterator[tuple[str, Answer, Answer]]:
    """Lay answers side by side; a refusal is compared once, not for all that hangs on it."""
    for quantity in sorted({*ours.values, *theirs.values}):
        if quantity.startswith(("r_", "cox_again", "cox_default", "cox_start")):
            continue
        own, other = ours.values.get(quantity), theirs.values.get(quantity)
        own = own if own is not None else refused(ours, quantity)
        other = other if other is not None else refused(theirs, quantity)
        hangs = any(
            isinstance(answers.values.get(parent), Refused)
            for answers in (ours, theirs)
            for parent in parents(quantity)
            if parent != quantity
        )
        not_asked = other is None and isinstance(own, np.ndarray)
        if hangs or not_asked:
            continue
        answered = np.zeros(0)  # there is an answer, though not under this very name
        yield quantity, answered if own is None else own, answered if other is None else other


def compare(case: Case, ours: Answers, theirs: Answers, tally: Tally) -> None:
    """Compare all answers to one data set."""

    def differs(quantity: str, index: int | None, own: object, other: object) -> None:
        found = Difference(case, quantity, index, own, other, ours, theirs)
        convention = convention_of(found)
        if convention is None:
            tally.differences.append(found)
        else:
            tally.meant[found.kind, convention.name] += 1

    for quantity, own, other in pairs(ours, theirs):
        kind = kind_of(quantity)
        if isinstance(own, Refused) or isinstance(other, Refused):
            if _no_number(own) and _no_number(other):
                tally.equal[kind] += 1
            else:
                differs(quantity, None, own, other)
        elif own.shape != other.shape:
            differs(quantity, None, own, other)
        else:
            same = close(own, other)
            tally.equal[kind] += int(same.sum())
            for index in np.flatnonzero(~same):
                differs(quantity, int(index), float(own[index]), float(other[index]))


def _no_number(answer: Answer) -> bool:
    """Refused, or not a number: both say that there is no answer. A crash says nothing."""
    if isinstance(answer, Refused):
        return not answer.crashed
    return answer.size > 0 and bool(np.isnan(answer).all())


def ask_about(cases: Sequence[Case]) -> Tally:
    """Ask R and ourselves, side by side, and compare."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(cases, folder)
        r = start_r(folder)
        ours = [our_answers(case) for case in cases]
        said, _ = r.communicate()
        if r.returncode:
            raise RuntimeError(f"R stopped:\n{said}")
        theirs = read_answers(folder / "answers.csv")
    tally = Tally()
    for case, own in zip(cases, ours, strict=True):
        compare(case, own, theirs[case.name], tally)
    return tally


def report(tally: Tally, keep: Path) -> None:
    """Print the counts, the conventions met, and every difference with its data set."""
    print(f"{'quantity':<24}{'equal':>9}{'meant':>8}{'differ':>8}")
    for kind in tally.kinds:
        equal, meant, differ = tally.of(kind)
        print(f"{kind:<24}{equal:>9}{meant:>8}{differ or '-':>8}")
    for convention in CONVENTIONS:
        print(f"{_met(tally, convention):>7}  {convention.name}: {convention.reason}")
    shown: set[str] = set()
    for d in tally.differences:
        if d.case.name not in shown:
            shown.add(d.case.name)
            print(f"\n{save_case(d.case, keep)}")
            for who, answers in (("ours", d.all_ours), ("R", d.all_theirs)):
                for quantity, said in answers.warned.items():
                    print(f"  {who} warned of {quantity}: {said}")
        place = "" if d.index is None else f"[{d.index}]"
        print(f"  {d.quantity + place:<28} ours {_words(d.ours)}   R {_words(d.theirs)}")
    print(f"\n{len(tally.differences)} differences in {len(shown)} data sets")


def _met(tally: Tally, convention: Convention) -> int:
    return sum(count for (_, name), count in tally.meant.items() if name == convention.name)


def _words(value: object) -> str:
    if isinstance(value, Refused):
        return ("crashes: " if value.crashed else "refuses: ") + value.why
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value) if np.size(value) else "answers"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the fuzz."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=1000, help="how many data sets (1000)")
    parser.add_argument("--seed", type=int, default=None, help="a new one if not given")
    parser.add_argument("--keep", type=Path, default=KEPT, help=f"folder for what differs ({KEPT})")
    parser.add_argument("files", nargs="*", type=Path, help="data sets that were kept earlier")
    chosen = parser.parse_args(arguments)
    if chosen.files:
        cases = [load_case(path) for path in chosen.files]
        print(f"{len(cases)} data sets that were kept")
    else:
        seed = time.time_ns() % 1_000_000 if chosen.seed is None else chosen.seed
        print(f"seed {seed}, {chosen.sets} data sets", flush=True)
        cases = [random_set(seed, number) for number in range(chosen.sets)]
    tally = ask_about(cases)
    report(tally, chosen.keep)
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
