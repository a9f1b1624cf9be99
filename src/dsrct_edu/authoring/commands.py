"""The commands of an author: ``dsrct-edu build`` and ``dsrct-edu check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat

from dsrct_edu.authoring import (
    building,
    course,
    course_rules,
    drift,
    marks,
    notebooks,
    outputs,
    path_rules,
    pre_post,
    prediction_rules,
    rules,
    schemas,
)
from dsrct_edu.authoring.editions import SOLUTION, STUDENT, editions, run
from dsrct_edu.authoring.lesson import Lesson, read
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.lessons import FOLDER_VARIABLE, in_use
from dsrct_edu.resources import find
from dsrct_edu.wording import counted

FAULT, FINDINGS = 2, 1


def build(
    wanted: Sequence[str],
    folder: str | Path = "lessons",
    *,
    jobs: int = 2,
    fresh: bool = False,
    pixels: bool = False,
) -> int:
    """Build lessons, all or those whose names start as wanted; return the exit code.

    Lecture decks and paths show several lessons, so they are built only with all of them.
    """
    places = Places(Path(folder).resolve())
    lessons, problems = _read(places, wanted)
    report = building.build(lessons, places, jobs=jobs, fresh=fresh, pixels=pixels)
    problems += report.problems
    if not problems:
        report.wrote += pre_post.write(places)
    if not wanted and not problems:
        building.build_paths(places, report)
        problems = report.problems
    for path in report.wrote:
        print(f"wrote {places.short(path)}")
    for path in report.kept:
        print(f"kept {places.short(path)}: only pixels changed (--pixels takes the new pictures)")
    print(f"{counted(len(lessons), 'lesson')}, {counted(len(report.wrote), 'file')} changed")
    if report.wrote and places.lessons != find("lessons").resolve():
        notebook = next((path for path in report.wrote if path.suffix == ".ipynb"), None)
        if notebook:
            print(f"To try it: jupyter lab {places.short(notebook)}")
        print(
            "Checks and quizzes read lessons/: hand it out beside notebooks/, or name it with "
            f"{FOLDER_VARIABLE}={places.lessons}"
        )
    return _told("build", problems, FAULT)


def check(wanted: Sequence[str], folder: str | Path = "lessons") -> int:
    """Hold lessons to the rules and their notebooks to the sources; return the exit code."""
    places = Places(Path(folder).resolve())
    lessons, problems = _read(places, wanted)
    with in_use(places.lessons):
        findings = [said for lesson in lessons for said in _findings(lesson, places)]
    if lessons:
        findings += course_rules.problems(lessons, lessons[0].course)
        findings += drift.glossary(lessons[0].course, places) + drift.orphans(places)
        findings += pre_post.problems(places, lessons[0].course) + path_rules.problems(places)
    if not problems + findings:
        print(f"{counted(len(lessons), 'lesson')}: rules kept, notebooks follow from their sources")
    return _told("check", problems + findings, FAULT if problems else FINDINGS)


def _read(places: Places, wanted: Sequence[str]) -> tuple[list[Lesson], list[str]]:
    """Return the lessons that can be built, and what is wrong with the files of the others."""
    lessons, problems = [], []
    paths = places.sources(wanted)
    try:
        shared = course.read(places.lessons)
    except LessonError as error:
        return [], [str(error)]
    for path in paths:
        try:
            lesson = read(path, shared)
            faults = schemas.problems(lesson)
            for edition in () if faults else editions(lesson):
                notebooks.cells(lesson, edition)  # to find what cannot be made
        except LessonError as error:
            faults = [str(error)]
        problems += faults
        if not faults:
            lessons.append(lesson)
    return lessons, problems


def _findings(lesson: Lesson, places: Places) -> list[str]:
    """Return what an author has to mend."""
    found = rules.problems(lesson) + marks.slips(lesson)
    stale = drift.problems(lesson, places)
    if stale:
        return found + stale
    made = {
        edition: nbformat.read(edition.path(places.root, lesson.name), as_version=4)
        for edition in run(lesson)
    }
    for edition, notebook in made.items():
        found += outputs.problems(lesson, notebook) + outputs.quoted(lesson, notebook)
        found += marks.in_notebook(lesson, edition, notebook)
    if lesson.is_more:
        return found
    return found + prediction_rules.spoilt(lesson, made[STUDENT], made[SOLUTION])


def _told(command: str, problems: list[str], code: int) -> int:
    for problem in problems:
        print(f"dsrct-edu {command}: {problem}", file=sys.stderr)
    return code if problems else 0
