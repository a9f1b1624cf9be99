"""Runs lessons and writes all their editions, their quiz files, and the lecture decks."""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from dsrct_edu import checks, files
from dsrct_edu.authoring import (
    decks,
    execute,
    frame,
    gradebook,
    marks,
    notebooks,
    page_pictures,
    paths,
    reveals,
    slides,
)
from dsrct_edu.authoring.editions import SOLUTION, editions, notebook_text, run
from dsrct_edu.authoring.execute import Run
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom import exporting, quizzes

_PICTURE = re.compile(r'data:image/png;base64,[A-Za-z0-9+/=]+|"image/png": (?:"[^"]*"|\[[^\]]*\])')


@dataclass
class Report:
    """What a build did: the files it wrote, those it kept as they were, and what went wrong."""

    wrote: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def write(self, path: Path, text: str | bytes, keep_pictures: bool = False) -> None:
        """Write a file if it changed; a change of nothing but pixels may be kept out."""
        if isinstance(text, bytes):
            self._write_bytes(path, text)
            return
        old = path.read_text(encoding="utf-8") if path.exists() else None
        if old == text:
            return
        if keep_pictures and old is not None and _blanked(old) == _blanked(text):
            self.kept.append(path)
            return
        files.write(path, text)
        self.wrote.append(path)

    def picture(self, path: Path, source: bytes, cache: Path) -> None:
        """Write a picture if it is not there: its name says what is in it."""
        if path.exists():
            return
        files.write(path, page_pictures.small(path.name, source, cache))
        self.wrote.append(path)

    def _write_bytes(self, path: Path, content: bytes) -> None:
        if path.exists() and path.read_bytes() == content:
            return
        files.write(path, content)
        self.wrote.append(path)


def _blanked(text: str) -> str:
    return _PICTURE.sub("PICTURE", text)


def build(
    lessons: list[Lesson],
    places: Places,
    *,
    jobs: int = 2,
    fresh: bool = False,
    pixels: bool = False,
) -> Report:
    """Run lessons and write all their editions; a lesson with a fault writes nothing.

    A committed notebook in which nothing but pixels changed, as by another matplotlib, is kept as
    it was, unless `pixels` asks for the new pictures.
    """
    report = Report()
    for name, text in frame.assets().items():
        report.write(places.root / frame.ROOT / name, text)
    runs = _run(lessons, places, jobs, fresh, report)
    for lesson in lessons:
        mine = {edition: shown for (name, edition), shown in runs.items() if name == lesson.name}
        if len(mine) == len(run(lesson)):
            try:
                _write(lesson, mine, places, pixels, report)
            except LessonError as error:
                report.problems.append(str(error))
    return report


def _run(
    lessons: list[Lesson], places: Places, jobs: int, fresh: bool, report: Report
) -> dict[tuple[str, str], Run]:
    """Return what each lesson showed in each edition that is run."""
    runs = {}
    with ThreadPoolExecutor(checks.whole(jobs, "jobs", 1)) as pool:
        tasks = {
            pool.submit(execute.run, lesson, edition, places, fresh): (lesson.name, edition.name)
            for lesson in lessons
            for edition in run(lesson)
        }
        bar = {"unit": "run", "file": sys.stderr, "disable": not tasks}
        for task in tqdm(as_completed(tasks), "lessons", len(tasks), **bar):
            try:
                runs[tasks[task]] = task.result()
            except LessonError as error:
                report.problems.append(str(error))
    return runs


def _write(
    lesson: Lesson, runs: dict[str, Run], places: Places, pixels: bool, report: Report
) -> None:
    same_values(lesson, runs)
    made = {}
    for edition in editions(lesson):
        shown = runs[edition.shows]
        made[edition] = notebooks.notebook(lesson, edition, shown.values, shown.outputs)
    for edition in run(lesson):
        if faults := marks.in_notebook(lesson, edition, made[edition]):
            report.problems += faults
            return
    texts = {edition: edition.text(lesson, notebook) for edition, notebook in made.items()}
    for edition, text in texts.items():
        path = edition.path(places.root, lesson.name)
        report.write(path, text, keep_pictures=edition.committed and not pixels)
        for name, source in edition.pictures(made[edition]).items():
            report.picture(path.parent / name, source, places.cache)
    if not lesson.is_more and (told := reveals.written(lesson, runs[SOLUTION.name].values)):
        report.write(reveals.path(lesson), told)
    report.write(places.glossary, notebook_text(None, notebooks.glossary(lesson.course.glossary)))
    if not lesson.is_more:
        report.write(places.build / "gradebook" / "nbgrader_config.py", gradebook.CONFIG)
    if quiz := lesson.data("quiz"):
        folder = places.build / "quizzes"
        before = {path: path.read_bytes() for path in folder.glob(f"quiz_{lesson.id}.*")}
        written = exporting.write(quizzes.build(lesson.id, quiz), folder)
        report.wrote += [path for path in written if path.read_bytes() != before.get(path)]


def same_values(lesson: Lesson, runs: dict[str, Run]) -> None:
    """Insist that the prose says the same in all editions."""
    if lesson.is_more:
        return
    student, solution = runs["student"].values, runs["solution"].values
    for name, value in student.items():
        if solution[name] != value:
            raise LessonError(
                lesson.path.name,
                f"{{{{{name}}}}} is {value} for the student and {solution[name]} in the solution; "
                "fill prose only from cells outside exercises",
            )


def build_paths(places: Places, report: Report) -> None:
    """Write the lecture decks, which take outputs from several lessons, and what goes with them."""
    for path in sorted(places.lessons.glob("*.deck.toml")):
        made = places.build / "slides" / path.name.removesuffix(".deck.toml")
        try:
            title, shown = decks.deck(path, places)
            report.write(made.with_suffix(".html"), slides.page(title, shown))
            report.write(made.with_suffix(".pptx"), slides.file(title, shown))
        except LessonError as error:
            report.problems.append(str(error))
    for path in paths.files(places):
        try:
            for made, text in paths.pages(path, places):
                report.write(made, text)
        except LessonError as error:
            report.problems.append(str(error))
