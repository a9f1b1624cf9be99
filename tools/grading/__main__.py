"""Releases lessons as assignments, lets five made-up students hand them in, and marks them.

    python -m tools.grading             lesson 05
    python -m tools.grading 00 05 10    these
    python -m tools.grading all         every lesson: a quarter of an hour

Each student must get the points that their work is worth, in a run from the source of the lesson
to nbgrader's table of marks. Where nbgrader cannot be had, it says SKIPPED and why.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat

from dsrct_edu.authoring import gradebook, notebooks
from dsrct_edu.authoring.editions import GRADEBOOK, STUDENT
from dsrct_edu.authoring.lesson import Lesson, read
from dsrct_edu.authoring.places import Places
from tools.grading.environment import CACHE, Nbgrader, opened
from tools.grading.submissions import STUDENTS, handed_in
from tools.wasm.fixture import ROOT, Unavailable

PLACES = Places(ROOT / "lessons")


def chosen(wanted: list[str]) -> list[Lesson]:
    """Return lessons by their numbers."""
    starts = () if wanted == ["all"] else wanted or ["05"]
    found = [read(path) for path in PLACES.sources(starts)]
    return [lesson for lesson in found if not lesson.is_more]


def write_source(lesson: Lesson, course: Path) -> Path:
    """Write what `dsrct-edu build` writes, from the committed values: no lesson is run for it."""
    committed = nbformat.read(STUDENT.path(PLACES.root, lesson.name), as_version=4)
    made = notebooks.notebook(lesson, GRADEBOOK, committed.metadata.dsrct_edu["values"])
    path = course / "source" / lesson.name / f"{lesson.name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(GRADEBOOK.text(lesson, made), encoding="utf-8")
    return path


def hand_in(lesson: Lesson, course: Path) -> None:
    """Let each student hand in the lesson."""
    name = f"{lesson.name}.ipynb"
    released = nbformat.read(course / "release" / lesson.name / name, as_version=4)
    for student in STUDENTS:
        folder = course / "submitted" / student.name / lesson.name
        folder.mkdir(parents=True)
        nbformat.write(handed_in(released, lesson, student), folder / name)


def marks(nbgrader: Nbgrader) -> dict[tuple[str, str], tuple[float, float]]:
    """Return score and most points, by assignment and student."""
    nbgrader("export", "--to", "marks.csv")
    with (nbgrader.course / "marks.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["assignment"], row["student_id"]): (float(row["score"]), float(row["max_score"]))
            for row in csv.DictReader(file)
        }


def graded(lessons: list[Lesson], course: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Release, hand in, mark, and write feedback; return the marks."""
    nbgrader = opened(course)
    (course / "nbgrader_config.py").write_text(gradebook.CONFIG, encoding="utf-8")
    for lesson in lessons:
        write_source(lesson, course)
        nbgrader("generate_assignment", lesson.name)
        hand_in(lesson, course)
        nbgrader("autograde", lesson.name)
        nbgrader("generate_feedback", lesson.name)
    return marks(nbgrader)


def main(wanted: list[str]) -> int:
    """Mark, show the marks beside what they should be, and return 1 where they differ."""
    CACHE.mkdir(parents=True, exist_ok=True)
    course = Path(tempfile.mkdtemp(dir=CACHE, prefix="course-"))
    lessons = chosen(wanted)
    try:
        found = graded(lessons, course)
    except Unavailable as reason:
        print(f"SKIPPED: nothing was marked with nbgrader: {reason}")
        return 0
    finally:
        shutil.rmtree(course)
    wrong = 0
    for lesson in lessons:
        for student in STUDENTS:
            got, should = found[lesson.name, student.name], (float(student.points), 3.0)
            wrong += got != should
            said = "" if got == should else f"   EXPECTED {should[0]:g}"
            print(f"{lesson.name:24} {student.name:14} {got[0]:g} of {got[1]:g}{said}")
    print(f"{len(found)} submissions marked, {wrong} with other marks than they should have")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
