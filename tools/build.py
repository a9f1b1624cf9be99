"""Build every edition of every lesson: ``python -m tools.build [LESSON ...] [--check]``."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from tqdm import tqdm

from dsrct_edu.classroom import exporting, quizzes
from tools import decks, editions, execute, slides
from tools.lesson import Lesson, LessonError, read
from tools.paths import Places

RUN = ("student", "solution")
"""The editions that are executed; instructor notebook and slides take the solution's outputs."""


def build(lessons: list[Lesson], places: Places, jobs: int = 2, fresh: bool = False) -> list[str]:
    """Execute and write all editions; return what went wrong."""
    results: dict[tuple[str, str], dict[str, Any]] = {}
    problems = []
    with ThreadPoolExecutor(jobs) as pool:
        tasks = {
            pool.submit(execute.run, lesson, edition, places, fresh): (lesson.name, edition)
            for lesson in lessons
            for edition in RUN
        }
        bar = tqdm(total=len(tasks), desc="lessons", unit="run", file=sys.stderr)
        for done in as_completed(tasks):
            try:
                results[tasks[done]] = done.result()
            except LessonError as error:
                problems.append(str(error))
            bar.update()
        bar.close()
    changed = []
    for lesson in lessons:
        mine = {edition: results.get((lesson.name, edition)) for edition in RUN}
        if all(mine.values()):
            try:
                changed += write(lesson, mine, places)  # type: ignore[arg-type]
            except LessonError as error:
                problems.append(str(error))
    for name in changed:
        print(f"wrote {name}")
    print(f"{len(lessons)} lessons, {len(changed)} files changed")
    return problems


def write(lesson: Lesson, results: dict[str, dict[str, Any]], places: Places) -> list[str]:
    """Write the editions of a lesson; return the names of the files that changed."""
    editions.same_values(lesson, results["student"], results["solution"])
    instructor = editions.notebook(lesson, "instructor", results["solution"])
    made = {
        places.notebooks / f"{lesson.name}.ipynb": editions.notebook(
            lesson, "student", results["student"]
        ),
        places.solutions / f"{lesson.name}.ipynb": editions.notebook(
            lesson, "solution", results["solution"]
        ),
        places.build / "instructor" / f"{lesson.name}.ipynb": instructor,
        places.notebooks / "glossary.ipynb": editions.glossary_notebook(lesson.shared("glossary")),
    }
    changed = [path for path, notebook in made.items() if editions.write(notebook, path)]
    deck = places.build / "slides" / f"{lesson.name}.html"
    deck.parent.mkdir(parents=True, exist_ok=True)
    deck.write_text(slides.deck(lesson, instructor), encoding="utf-8", newline="\n")
    if quiz := lesson.data("quiz"):
        exporting.write(quizzes.build(lesson.id, quiz), places.build / "quizzes")
    return [str(path.relative_to(places.notebooks.parent)) for path in changed]


def write_decks(places: Places) -> list[str]:
    """Write the lecture decks, which take outputs from several lessons; return what went wrong."""
    problems = []
    for path in sorted(places.lessons.glob("*.deck.toml")):
        made = places.build / "slides" / f"{path.name.removesuffix('.deck.toml')}.html"
        try:
            made.write_text(decks.deck(path, places), encoding="utf-8", newline="\n")
        except LessonError as error:
            problems.append(str(error))
    return problems


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.add_argument("lesson", nargs="*", help="beginnings of names, such as 05; default all")
    parser.add_argument("--check", action="store_true", help="only say what has drifted")
    parser.add_argument("--fresh", action="store_true", help="run all cells, whatever is cached")
    parser.add_argument("--jobs", type=int, default=2, help="lessons to run at the same time")
    chosen = parser.parse_args(arguments)
    places = Places()
    problems: list[str] = []
    lessons = []
    for path in places.sources(chosen.lesson):
        try:
            lessons.append(read(path))
        except LessonError as error:
            problems.append(str(error))
    if chosen.check:
        problems += editions.drift(lessons, places) + editions.orphans(places)
    else:
        problems += build(lessons, places, chosen.jobs, chosen.fresh)
        if not chosen.lesson and not problems:
            problems += write_decks(places)
    for problem in problems:
        print(problem, file=sys.stderr)
    if chosen.check and not problems:
        print(f"{len(lessons)} lessons: notebooks follow from their sources")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
