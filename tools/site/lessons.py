"""All editions of the lessons that are not committed, from the notebooks that are; none is run.

`make notebooks` holds the committed notebooks against a run, and `dsrct-edu check` against their
sources. So what stands in them is what a build would show, and the website costs no run.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dsrct_edu.authoring import notebooks, pre_post
from dsrct_edu.authoring.building import Report, build_paths
from dsrct_edu.authoring.editions import Edition, editions, run
from dsrct_edu.authoring.lesson import Lesson, read
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom import exporting, quizzes
from tools.site.theme import ROOT, the_course

COPIED = {
    "build/slides": "slides",
    "build/worksheets": "worksheets",
    "build/quizzes": "quizzes",
    "build/lecturer": "lecturer",
    "build/instructor": "notebooks/instructor",
    "notebooks/solutions": "notebooks/solutions",
    "notebooks": "notebooks",
}
"""Folders whose files the website hands out, and where they lie in it."""
_BY_NUMBER = ("slides", "worksheets")  # pages link to 05.html, so that a title may change
_NOTEBOOK = re.compile(r"(?:\.\./)+notebooks/(\w+)\.ipynb")
_SLIDES = re.compile(r"(\.\./slides/\d\d)_\w+(\.html)")
_KINDS = {".html", ".ipynb", ".gift", ".zip", ".pdf", ".pptx"}


def write(root: Path, wanted: Sequence[str] = ()) -> None:
    """Write below `root` what is not committed: pages, slides, instructors' notebooks, quizzes.

    All of it, with the decks and paths; or that of the lessons alone whose names start as wanted.
    """
    places, report = Places(ROOT / "lessons"), Report()
    if root != ROOT:  # the decks and paths of a course are written beside its lessons
        shutil.copytree(places.lessons, root / "lessons")
    for path in places.sources(wanted):
        lesson = read(path, the_course())
        shown = {edition.name: _committed(lesson, edition) for edition in run(lesson)}
        for edition in editions(lesson):
            if not edition.committed:
                made = _as(lesson, edition, shown[edition.shows])
                target = edition.path(root, lesson.name)
                report.write(target, edition.text(lesson, made))
                for name, source in edition.pictures(made).items():
                    report.picture(target.parent / name, source, places.cache)
        if quiz := lesson.data("quiz"):
            exporting.write(quizzes.build(lesson.id, quiz), root / "build" / "quizzes")
    if wanted:
        return
    pre_post.write(Places(root / "lessons"))
    build_paths(Places(root / "lessons"), report)
    if report.problems:
        raise LessonError("lessons", "; ".join(report.problems))


def _committed(lesson: Lesson, edition: Edition) -> NotebookNode:
    return nbformat.read(edition.path(ROOT, lesson.name), as_version=4)


def _as(lesson: Lesson, edition: Edition, shown: NotebookNode) -> NotebookNode:
    """Return an edition with the values and outputs of another one."""
    outputs = [cell.outputs for cell in shown.cells if cell.cell_type == "code"]
    return notebooks.notebook(lesson, edition, shown.metadata["dsrct_edu"]["values"], outputs)


def hand_out(root: Path, out: Path) -> None:
    """Copy into the website the slides, and what is for downloading."""
    for source, target in COPIED.items():
        folder = (ROOT if source.startswith("notebooks") else root) / source
        (out / target).mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("*")) if folder.exists() else []:
            if path.suffix in _KINDS:
                copied = out / target / _name(path, target)
                shutil.copyfile(path, copied)
                if target in ("slides", "lecturer") and path.suffix == ".html":
                    _relink(copied)


def _name(path: Path, target: str) -> str:
    number = path.stem[:2]
    return f"{number}{path.suffix}" if target in _BY_NUMBER and number.isdecimal() else path.name


def _relink(page: Path) -> None:
    """Let links into notebooks lead to the pages of the website, and links to slides to theirs."""
    text = _NOTEBOOK.sub(r"../lessons/\1.html", page.read_text("utf-8"))
    page.write_text(_SLIDES.sub(r"\1\2", text), encoding="utf-8", newline="\n")
