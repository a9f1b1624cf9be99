"""Which files hold texts for readers, and what reads each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tools.language import data_text, markdown_text, markup_text, python_text, script_text
from tools.language.spots import Spot, line_of

ROOT = Path(__file__).resolve().parents[2]
_ASSUMED = re.compile(r"(assumed: ?)(.*)", re.DOTALL)

Reader = Callable[[str], list[Spot]]

READERS: dict[str, Reader] = {
    "lessons/*.md": markdown_text.spots,
    "lessons/*.checks.toml": data_text.toml,
    "lessons/*.quiz.toml": data_text.toml,
    "lessons/*.deck.toml": data_text.toml,
    "lessons/*.teach.toml": partial(data_text.toml, also=data_text.TAUGHT),
    "lessons/*.path.toml": partial(data_text.toml, also=data_text.TAUGHT),
    "lessons/course.toml": data_text.toml,
    "lessons/glossary.toml": data_text.toml,
    "lessons/misconceptions.toml": data_text.toml,
    "lessons/pre_post.toml": data_text.toml,
    "lessons/labels.toml": partial(data_text.toml, every=True),
    "src/dsrct_edu/**/*.py": python_text.spots,
    "start.py": python_text.spots,
    "start-windows.bat": markup_text.batch,
    "start-macos.command": markup_text.batch,
    "src/dsrct_edu/**/*.html.j2": markup_text.page,
    "src/dsrct_edu/**/*.js": script_text.script,
    "src/dsrct_edu/**/*.js.j2": script_text.script,
    "site/templates/*.html.j2": markup_text.page,
    "site/assets/*.js": script_text.script,
    "site/lecturers.md": markdown_text.spots,
    "tools/site/words.py": python_text.spots,
    "src/dsrct_edu/authoring/templates/lesson.md": markdown_text.spots,
    "src/dsrct_edu/authoring/templates/*.toml": data_text.toml,
    "src/dsrct_edu/columns.csv": partial(data_text.table, columns={"meaning": None}),
    "src/dsrct_edu/disease/parameters.csv": partial(
        data_text.table, columns={"meaning": None, "source": _ASSUMED}
    ),
    "src/dsrct_edu/disease/anchors.csv": partial(data_text.table, columns={"anchor": None}),
    "src/dsrct_edu/bedside/fusion_parts.csv": partial(data_text.table, columns={"note": None}),
    "src/dsrct_edu/bedside/tumours.csv": partial(data_text.table, columns={"tumour": None}),
    "src/dsrct_edu/bedside/randomised_trials.csv": partial(
        data_text.table, columns={"disease": None}
    ),
    "src/dsrct_edu/figures/names.csv": partial(data_text.table, columns={"words": None}),
}
"""What stands in no row holds no text, or is a source: ``evidence/`` and the other CSV files."""


@dataclass(frozen=True)
class Unit:
    """One text, and one place where it stands."""

    text: str
    path: str
    line: int
    where: str
    comment: str = ""


def files(root: Path = ROOT) -> Iterator[tuple[Path, Reader]]:
    """Yield each file with texts once, with what reads it."""
    seen = set()
    for pattern, reader in READERS.items():
        for path in sorted(root.glob(pattern)):
            if path not in seen and "_share" not in path.parts:
                seen.add(path)
                yield path, reader


@cache
def spots(reader: Reader, source: str) -> tuple[Spot, ...]:
    """Return where a file's text holds texts for readers, in order; read once, whoever asks."""
    return tuple(sorted(reader(source), key=lambda spot: spot.start))


def units(root: Path = ROOT) -> list[Unit]:
    """Return all texts of a checkout with where they stand."""
    found = []
    for path, reader in files(root):
        source = read(path)
        for spot in spots(reader, source):
            line, name = line_of(source, spot.start), path.relative_to(root).as_posix()
            found += [Unit(text, name, line, spot.where, spot.comment) for text in spot.texts]
    return found


def read(path: Path) -> str:
    """Return a file as it is, its line ends too."""
    return path.read_bytes().decode("utf-8")
