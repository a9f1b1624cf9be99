"""The command ``dsrct-edu``: start, doctor, simulate, analyse, study, new-lesson."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import dsrct_edu
from dsrct_edu.errors import InputError

_EPILOG = "A teaching kit with synthetic data. Not medical advice."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Parameters
    ----------
    arguments : sequence of str, optional
        Defaults to the command line.

    Returns
    -------
    int
        0 if all went well, 1 if the doctor found a fault, 2 for input that cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except InputError as error:
        print(f"dsrct-edu {options.command}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dsrct-edu", description="The dsrct-edu course and analysis kit.", epilog=_EPILOG
    )
    parser.add_argument("--version", action="version", version=dsrct_edu.__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_start, _add_doctor, _add_simulate, _add_analyse, _add_study, _add_new_lesson):
        add(commands)
    return parser


def _add_start(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    start = commands.add_parser("start", help="copy the course into a folder and open it")
    start.add_argument("folder", nargs="?", default="my-course", help="default: %(default)s")
    start.add_argument("--no-browser", action="store_true", help="print the address instead")
    start.add_argument("--no-lab", action="store_true", help="copy only; do not open JupyterLab")
    start.add_argument("--port", type=int, help="port of JupyterLab")
    start.set_defaults(run=_start)


def _start(options: argparse.Namespace) -> int:
    from dsrct_edu import starting

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
    return starting.open_lab(handed, browser, options.port)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="check this machine for the course")
    doctor.add_argument("folder", nargs="?", default=".", help="where you want to work")
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from dsrct_edu import starting

    findings = starting.examine(options.folder)
    for finding in findings:
        print(finding)
    failed = sum(not finding.ok for finding in findings)
    print("All is well." if not failed else f"{failed} to mend: see Fix above.")
    return 1 if failed else 0


def _add_simulate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    simulate = commands.add_parser("simulate", help="write a synthetic cohort as CSV")
    simulate.add_argument("folder", help="where the files go")
    simulate.add_argument("--patients", type=int, default=200, help="default: %(default)s")
    simulate.add_argument(
        "--scenario", default="modest", help="null, modest, strong or harm; default: %(default)s"
    )
    simulate.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    simulate.add_argument("--name", default="cohort", help="file name; default: %(default)s")
    simulate.set_defaults(run=_simulate)


def _simulate(options: argparse.Namespace) -> int:
    cohort = dsrct_edu.simulate_cohort(options.patients, options.scenario, seed=options.seed)
    written = cohort.to_csv(options.folder, options.name)
    print("Synthetic patients: no row is a person.")
    for path in written:
        print(f"  {path}")
    return 0


def _add_analyse(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    analyse = commands.add_parser("analyse", help="survival report from any CSV file")
    analyse.add_argument("file", help="CSV, one row a patient")
    analyse.add_argument(
        "--duration", required=True, help="column with the time to event or censoring"
    )
    analyse.add_argument(
        "--event", required=True, help="column with 1 for the event, 0 for censored"
    )
    analyse.add_argument("--by", help="column with the groups")
    analyse.add_argument("--out", help="folder of the report; default: FILE-report")
    analyse.add_argument("--unit", default="months", help="unit of time; default: %(default)s")
    analyse.add_argument(
        "--time-zero", default="the start of follow-up", help="when the clock starts, in words"
    )
    analyse.add_argument("--event-name", default="event", help="the event, in words")
    analyse.add_argument("--horizon", type=float, help="time up to which means are taken")
    analyse.set_defaults(run=_analyse)


def _analyse(options: argparse.Namespace) -> int:
    from dsrct_edu import reporting

    request = reporting.Request(
        duration=options.duration,
        event=options.event,
        by=options.by,
        unit=options.unit,
        time_zero=options.time_zero,
        event_name=options.event_name,
        horizon=options.horizon,
    )
    report = reporting.analyse(reporting.read_table(options.file), request)
    default = Path(options.file).with_name(f"{Path(options.file).stem}-report")
    page = reporting.write(report, options.out or default)
    print(f"{report.n} patients, {report.events} events.")
    for name, table in report.tables.items():
        print(f"\n{name.replace('_', ' ')}\n{reporting.readable(table).to_string(index=False)}")
    for note in report.notes:
        print(f"\nNote: {note}")
    print(f"\nReport: {page}")
    return 0


def _add_study(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    study = commands.add_parser("study", help="run every method on many synthetic registries")
    study.add_argument("name", help="where the estimates are written: NAME.csv")
    study.add_argument(
        "--scenario", default="null", help="null, modest, strong or harm; default: %(default)s"
    )
    study.add_argument("--randomised", action="store_true", help="HIPEC by a coin in theatre")
    study.add_argument("--patients", type=int, default=150, help="default: %(default)s")
    study.add_argument("--replicates", type=int, default=1000, help="default: %(default)s")
    study.add_argument("--methods", nargs="+", metavar="METHOD", help="default: all ten")
    study.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    study.add_argument("--workers", type=int, default=1, help="processes; -1 for all cores")
    study.set_defaults(run=_study)


def _study(options: argparse.Namespace) -> int:
    model = dsrct_edu.scenario(options.scenario)
    study = dsrct_edu.simulation_study(
        model.randomised() if options.randomised else model,
        options.patients,
        options.replicates,
        options.methods,
        seed=options.seed,
        workers=options.workers,
    )
    path = Path(f"{options.name}.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    study.estimates.to_csv(path, index=False, lineterminator="\n")
    print(f"{study.n_replicates} replicates. Synthetic: no row is a person.")
    print(study.performance()[_STUDY_COLUMNS].round(3).to_string(index=False))
    print(f"  {path}")
    return 0


_STUDY_COLUMNS = [
    *("method", "measure", "truth", "n_converged", "n_separated", "bias", "bias_mcse"),
    *("empirical_se", "model_se", "coverage", "coverage_mcse"),
]


def _add_new_lesson(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lesson = commands.add_parser("new-lesson", help="write the skeleton of a lesson, for authors")
    lesson.add_argument("number", type=int, help="0 to 99")
    lesson.add_argument("name", help="words joined by underscores, such as which_clock")
    lesson.add_argument("--folder", default="lessons", help="default: %(default)s")
    lesson.set_defaults(run=_new_lesson)


def _new_lesson(options: argparse.Namespace) -> int:
    from dsrct_edu.classroom import new_lesson

    for path in new_lesson(options.number, options.name, options.folder):
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
