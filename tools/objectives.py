"""Writes docs/objectives.md: which exercises and which quiz items serve each objective.

Run ``python -m tools.objectives``. The rules behind it are those of ``dsrct-edu check``.
"""

from __future__ import annotations

from collections import Counter

from dsrct_edu.authoring import course, lesson, rules
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.places import Places
from dsrct_edu.resources import find
from tools.documents import DOCS

HEAD = """# Objectives, exercises, quiz items

Written by `python -m tools.objectives` from `lessons/`; do not edit. `dsrct-edu check` insists that
an exercise and a quiz item serve each objective, that each misconception has a lesson and a wrong
answer or quiz option that shows it, and that no lesson needs what a later one brings. An optional
exercise stands in brackets.
"""


def document() -> str:
    """Return the whole document."""
    places = Places(find("lessons").resolve())
    shared = course.read(places.lessons)
    sources = [lesson.read(path, shared) for path in places.sources()]
    lessons = [source for source in sources if not source.is_more]
    parts = [HEAD, minutes(lessons), *map(section, lessons), misconceptions(lessons)]
    return "\n".join(parts)


def minutes(lessons: list[Lesson]) -> str:
    """Return the table of minutes, with what they add up to."""
    rows = [(one.id, one.metadata["title"], one.metadata["minutes"]) for one in lessons]
    lines = [
        f"| {key} | {title} | {part['teach']} | {part['exercise']} | {sum(part.values())} |"
        for key, title, part in rows
    ]
    teach, exercise = (sum(part[kind] for *_, part in rows) for kind in ("teach", "exercise"))
    lines.append(f"| | **all** | {teach} | {exercise} | {teach + exercise} |")
    return "\n".join(
        [
            "## Minutes",
            "",
            "| lesson | | teach | exercise | all |",
            "|---|---|---|---|---|",
            *lines,
            "",
        ]
    )


def section(one: Lesson) -> str:
    """Return the table of one lesson."""
    optional = {
        key for key, entry in one.data("checks")["exercise"].items() if entry.get("optional")
    }
    serving = rules.served(one)
    lines = []
    for number, goal in enumerate(one.metadata["objectives"], 1):
        exercises = [key for key, goals in serving["exercise"].items() if number in goals]
        items = [key for key, goals in serving["question"].items() if number in goals]
        shown = [f"({key})" if key in optional else key for key in exercises]
        lines.append(f"| {number} {goal} | {', '.join(shown)} | {', '.join(items)} |")
    title = f"## {one.id} {one.metadata['title']}"
    needs = ", ".join(one.metadata["prerequisites"]) or "nothing"
    about = f"Needs {needs}. New: {', '.join(one.metadata['ideas'])}."
    head = ["| objective | exercises | quiz items |", "|---|---|---|"]
    return "\n".join([title, "", about, "", *head, *lines, ""])


def misconceptions(lessons: list[Lesson]) -> str:
    """Return where each misconception is treated, and how often an answer shows it."""
    shown: Counter[str] = Counter()
    for one in lessons:
        wrong = [
            row
            for entry in one.data("checks")["exercise"].values()
            for row in entry.get("wrong", [])
        ]
        options = [option for item in one.data("quiz")["item"] for option in item["option"]]
        shown.update(row["misconception"] for row in wrong + options if "misconception" in row)
    bank = lessons[0].course
    lines = [
        f"| {code} | {entry['short']} | {', '.join(bank.treating(code))} | {shown[code]} |"
        for code, entry in bank.misconceptions.items()
    ]
    head = ["| | misconception | lessons | answers that show it |", "|---|---|---|---|"]
    return "\n".join(["## Misconceptions", "", *head, *lines, ""])


if __name__ == "__main__":
    (DOCS / "objectives.md").write_text(document(), encoding="utf-8")
