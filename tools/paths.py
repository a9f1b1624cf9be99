"""Where things are in a checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Places:
    """The folders of one course: sources, committed notebooks, throw-away editions, cache."""

    lessons: Path = ROOT / "lessons"
    notebooks: Path = ROOT / "notebooks"
    build: Path = ROOT / "build"
    cache: Path = ROOT / ".cache" / "lessons"

    @property
    def solutions(self) -> Path:
        return self.notebooks / "solutions"

    def sources(self, wanted: list[str] | None = None) -> list[Path]:
        """Return the lesson sources, all or those whose names start as wanted."""
        found = sorted(self.lessons.glob("[0-9][0-9]_*.md"))
        if not wanted:
            return found
        chosen = [path for path in found if any(path.stem.startswith(name) for name in wanted)]
        if not chosen:
            have = ", ".join(path.stem for path in found)
            raise SystemExit(f"no lesson starts with {' or '.join(wanted)}; there are: {have}")
        return chosen
