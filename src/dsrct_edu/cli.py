"""The command ``dsrct-edu``: what its subcommands take and do, and the table of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import dsrct_edu
from dsrct_edu import files
from dsrct_edu.errors import InputError, StoppedError

_EPILOG = "A teaching kit with synthetic data. Not medical advice."
_DEFAULT = "default: %(default)s"
_AGAIN = "No file is half-written. The same command again gives what it would have given."
_SCENARIOS = f"null, modest, strong, harm, or a file of parameters; {_DEFAULT}"

Adding = Callable[..., Any]
"""``add_argument`` of a subcommand's parser."""


class Command(NamedTuple):
    """One subcommand: its name, what it is for, what adds its arguments, and what runs it."""

    name: str
    help: str
    add_arguments: Callable[[Adding], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Parameters
    ----------
    arguments : sequence of str, optional
        Defaults to the command line.

    Returns
    -------
    int
        0 if all went well, 1 if the doctor found a fault, 2 for input that cannot be used and for
        a folder that cannot be written, 3 if a worker, a cluster or the memory was lost, 130 after
        Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):  # names of folders that the terminal cannot spell
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except InputError as error:
        said, code = str(error), 2
    except StoppedError as error:
        said, code = str(error), 3
    except MemoryError:
        said, code = "the memory is not enough for this. Take fewer rows, or a larger machine.", 3
    except KeyboardInterrupt:
        said, code = f"stopped. {_AGAIN}", 130
    print(f"dsrct-edu {options.command}: {said}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dsrct-edu", description="The dsrct-edu course and analysis kit.", epilog=_EPILOG
    )
    parser.add_argument("--version", action="version", version=dsrct_edu.__version__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        subparser = subparsers.add_parser(command.name, help=command.help)
        command.add_arguments(subparser.add_argument)
        subparser.set_defaults(run=command.run)
    return parser


def _start_arguments(add: Adding) -> None:
    add("folder", nargs="?", default="my-course", help=_DEFAULT)
    add("--no-browser", action="store_true", help="print the address instead")
    add("--no-lab", action="store_true", help="copy only; do not open JupyterLab")
    add("--port", type=int, help="port of JupyterLab")


def _start(options: argparse.Namespace) -> int:
    from dsrct_edu import checks, starting

    port = options.port
    if port is not None:
        checks.whole(port, "--port", 1, 65_535)
    handed = starting.hand_out(options.folder)
    print(f"Your course is in {handed.folder}")
    if handed.written:
        print(f"  {len(handed.written)} notebooks copied, without answers.")
    if handed.kept:
        print(f"  {len(handed.kept)} notebooks were there already and are left as you had them.")
        print("  For a fresh copy of one, rename yours and run this command again.")
    if options.no_lab:
        return 0
    browser = False if options.no_browser else None
    if options.no_browser or not starting.has_display():
        print("JupyterLab starts below. Open the last address it prints, the one with a token.")
    else:
        print("JupyterLab opens in your browser.")
    print("To stop: Ctrl-C in this window, twice.", flush=True)
    return starting.open_lab(handed, browser, port)


def _doctor_arguments(add: Adding) -> None:
    add("folder", nargs="?", default=".", help="where you want to work")


def _doctor(options: argparse.Namespace) -> int:
    from dsrct_edu import doctor

    findings = doctor.examine(options.folder)
    for finding in findings:
        print(finding)
    failed = sum(not finding.ok for finding in findings)
    print("All is well." if not failed else f"{failed} to mend: see Fix above.")
    return 1 if failed else 0


def _simulate_arguments(add: Adding) -> None:
    add("folder", help="where the files go")
    add("--patients", type=int, default=200, help=_DEFAULT)
    add("--scenario", default="modest", help=_SCENARIOS)
    add("--seed", type=int, default=0, help=_DEFAULT)
    add("--name", default="cohort", help=f"file name; {_DEFAULT}")


def _simulate(options: argparse.Namespace) -> int:
    cohort = dsrct_edu.simulate_cohort(options.patients, options.scenario, seed=options.seed)
    written = cohort.to_csv(options.folder, options.name)
    print("Synthetic patients: no row is a person.")
    for path in written:
        print(f"  {path}")
    return 0


def _analyse_arguments(add: Adding) -> None:
    add("file", help="CSV, one row a patient")
    add("--duration", required=True, help="column with the time to event or censoring")
    add("--event", required=True, help="column with 1 for the event, 0 for censored")
    add("--by", help="column with the groups")
    add("--out", help="folder of the report; default: FILE-report")
    add("--unit", default="months", help=f"unit of time; {_DEFAULT}")
    add("--time-zero", default="the start of follow-up", help="when the clock starts, in words")
    add("--event-name", default="event", help="the event, in words")
    add("--horizon", type=float, help="time up to which means are taken")


def _analyse(options: argparse.Namespace) -> int:
    from dsrct_edu import reporting, wording

    report = reporting.analyse(
        reporting.read_table(options.file),
        options.duration,
        options.event,
        options.by,
        unit=options.unit,
        time_zero=options.time_zero,
        event_name=options.event_name,
        horizon=options.horizon,
    )
    default = Path(options.file).with_name(f"{Path(options.file).stem}-report")
    page = reporting.write(report, options.out or default)
    print(f"{report.n} patients, {report.events} events.")
    for name, table in report.tables.items():
        print(f"\n{name.replace('_', ' ')}\n{wording.table(table).to_string(index=False)}")
    for note in report.notes:
        print(f"\nNote: {note}")
    print(f"\nReport: {page}")
    return 0


def _study_arguments(add: Adding) -> None:
    add("name", help="where the estimates are written: NAME.csv")
    add("--scenario", default="null", help=_SCENARIOS)
    add("--randomised", action="store_true", help="HIPEC by a coin in theatre")
    add("--patients", type=int, default=150, help=_DEFAULT)
    add("--replicates", type=int, default=1000, help=_DEFAULT)
    add("--methods", nargs="+", metavar="METHOD", help="default: all ten")
    add("--seed", type=int, default=0, help=_DEFAULT)
    add("--workers", type=int, default=1, help="processes; -1 for all cores")


def _study(options: argparse.Namespace) -> int:
    model = dsrct_edu.scenario(options.scenario)
    path = Path(f"{options.name}.csv")
    with files.whole(path) as part:  # opened first: a place that cannot be written costs no study
        study = dsrct_edu.simulation_study(
            model.randomised() if options.randomised else model,
            options.patients,
            options.replicates,
            options.methods,
            seed=options.seed,
            workers=options.workers,
        )
        study.estimates.to_csv(part, index=False, lineterminator="\n")
    print(f"{study.n_replicates} replicates. Synthetic: no row is a person.")
    print(study.performance()[_STUDY_COLUMNS].round(3).to_string(index=False))
    print(f"  {path}")
    return 0


_STUDY_COLUMNS = [
    *("method", "measure", "truth", "n_converged", "n_separated", "bias", "bias_mcse"),
    *("empirical_se", "model_se", "coverage", "coverage_mcse"),
]


def _new_lesson_arguments(add: Adding) -> None:
    add("number", type=int, help="0 to 99")
    add("name", help="words joined by underscores, such as which_clock")
    add("--folder", default="lessons", help=_DEFAULT)


def _new_lesson(options: argparse.Namespace) -> int:
    from dsrct_edu.authoring import skeleton

    return _begun(skeleton.new_lesson(options.number, options.name, options.folder))


def _begun(paths: list[Path]) -> int:
    """Tell what was written, and what an author does next."""
    from dsrct_edu.resources import find

    for path in paths:
        print(f"wrote {path}")
    number = paths[0].name[:2]
    print(f"Next: dsrct-edu build {number}, then dsrct-edu check {number}, and again as you write.")
    print(f"How to write a lesson: {find('docs', 'writing-lessons.md')} (and handbook.md there)")
    return 0


def _adapt_arguments(add: Adding) -> None:
    add("lesson", help="two digits, such as 05 (50 is the example of another disease)")
    add("--folder", default="lessons", help=_DEFAULT)


def _adapt(options: argparse.Namespace) -> int:
    from dsrct_edu.authoring import skeleton

    return _begun(skeleton.adapt(options.lesson, options.folder))


def _build_arguments(add: Adding) -> None:
    add("lesson", nargs="*", help="beginnings of names, such as 42; default: all")
    add("--folder", default="lessons", help=f"the sources; {_DEFAULT}")
    add("--fresh", action="store_true", help="run all cells, whatever is kept")
    add("--pixels", action="store_true", help="take pictures that look alike, too")
    add("--jobs", type=int, default=2, help=f"runs at the same time; {_DEFAULT}")


def _build(options: argparse.Namespace) -> int:
    from dsrct_edu import authoring

    authoring.require_tools()
    from dsrct_edu.authoring import commands

    return commands.build(
        options.lesson,
        options.folder,
        jobs=options.jobs,
        fresh=options.fresh,
        pixels=options.pixels,
    )


def _check_arguments(add: Adding) -> None:
    add("lesson", nargs="*", help="beginnings of names, such as 42; default: all")
    add("--folder", default="lessons", help=f"the sources; {_DEFAULT}")


def _check(options: argparse.Namespace) -> int:
    from dsrct_edu import authoring

    authoring.require_tools()
    from dsrct_edu.authoring import commands

    return commands.check(options.lesson, options.folder)


COMMANDS = (
    Command("start", "copy the course into a folder and open it", _start_arguments, _start),
    Command("doctor", "check this machine for the course", _doctor_arguments, _doctor),
    Command("simulate", "write a synthetic cohort as CSV", _simulate_arguments, _simulate),
    Command("analyse", "survival report from any CSV file", _analyse_arguments, _analyse),
    Command("study", "run every method on many synthetic registries", _study_arguments, _study),
    Command(
        "new-lesson",
        "write the skeleton of a lesson, for authors",
        _new_lesson_arguments,
        _new_lesson,
    ),
    Command("adapt", "copy a lesson of the kit, to change it", _adapt_arguments, _adapt),
    Command("build", "make notebooks, slides and quiz files of lessons", _build_arguments, _build),
    Command("check", "hold lessons to the rules, notebooks to lessons", _check_arguments, _check),
)
