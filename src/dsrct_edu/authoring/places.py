"""Where the files of a course lie: all beside the folder of its lessons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dsrct_edu.authoring.sources import LECTURER
from dsrct_edu.errors import InputError
from dsrct_edu.wording import listed


@dataclass(frozen=True)
class Places:
    """The folders of one course, found from that of its lesson sources."""

    lessons: Path

    @property
    def root(self) -> Path:
        """The folder that holds the lessons and all that is built from them."""
        return self.lessons.parent

    @property
    def notebooks(self) -> Path:
        """The notebooks that are committed, with the solutions below them."""
        return self.root / "notebooks"

    @property
    def glossary(self) -> Path:
        """The notebook that links into the glossary lead to."""
        return self.notebooks / "glossary.ipynb"

    @property
    def build(self) -> Path:
        """What is built and not committed."""
        return self.root / "build"

    @property
    def cache(self) -> Path:
        """What the cells showed, so that prose costs no run."""
        return self.root / ".cache" / "lessons"

    def short(self, path: Path) -> str:
        """Return a path as an author sees it from the root."""
        return path.relative_to(self.root).as_posix()

    def sources(self, wanted: Sequence[str] = ()) -> list[Path]:
        """Return the lesson sources, all or those whose names start as wanted."""
        found = sorted(self.lessons.glob("[0-9][0-9]_*.md"))
        if not found:
            raise InputError(
                expected=f"lessons such as {self.lessons.name}/42_small_steps.md",
                found=f"none in {self.root}",
                remedy="Write one with `dsrct-edu new-lesson 42 small_steps`, or go to its folder.",
            )
        found += sorted(self.lessons.glob(f"{LECTURER}*.md"))
        for start in wanted:
            if not any(path.stem.startswith(start) for path in found):
                known = listed([path.stem for path in found], "or")
                raise InputError(f"the beginning of {known}", repr(start), "Choose one of these.")
        starts = tuple(wanted) or ("",)
        return [path for path in found if path.stem.startswith(starts)]
