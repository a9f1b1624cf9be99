"""The rules of a quiz: what its questions ask, and that its options do not tell."""

from __future__ import annotations

import re

from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.classroom import quizzes
from dsrct_edu.classroom.quizzes import Item

ITEMS, OPTIONS, FEWEST_LETTERS, MOST_LONGEST = 5, 4, 3, 3
APPLYING = 2
HARD = ("apply", "analyse")
TELLING = re.compile(r"\b(both|neither|all of|none of)\b", re.IGNORECASE)


def problems(lesson: Lesson) -> list[str]:
    """Return what the quiz of a lesson breaks."""
    name = lesson.file("quiz").name
    if not (data := lesson.data("quiz")):
        return [f"add {name} with {ITEMS} items"]
    items = quizzes.build(lesson.id, data).items
    said = _whole(items)
    for number, item in enumerate(items, 1):
        said += [f"question {number}: {text}" for text in item_problems(item)]
    return [f"{name}: {text}" for text in said]


def _whole(items: tuple[Item, ...]) -> list[str]:
    said = []
    if len(items) != ITEMS:
        said.append(f"{len(items)} items; a quiz has {ITEMS}")
    if sum(item.level in HARD for item in items) < APPLYING:
        said.append(f"let at least {APPLYING} items apply or analyse")
    if sum(bool(item.abstract) for item in items) != 1:
        said.append("give one item an unseen `abstract`")
    if len({item.key for item in items}) < FEWEST_LETTERS:
        said.append(f"spread the right answers over {FEWEST_LETTERS} letters or more")
    longest = [max(item.options, key=lambda option: len(option.text)).key for item in items]
    if sum(longest) > MOST_LONGEST:
        said.append("the right option is the longest too often")
    return said


def item_problems(item: Item) -> list[str]:
    """Return what makes the options of an item tell."""
    said = []
    if len(item.options) != OPTIONS:
        said.append(f"{len(item.options)} options; give {OPTIONS}")
    for option in item.options:
        if found := TELLING.search(option.text):
            said.append(f"an option says {found[0]!r}, which tells; write it out")
    sizes = [len(option.text) for option in item.options]
    if max(sizes) > max(2.5 * min(sizes), 40):
        said.append("make the options of like length")
    if len({option.text[-1] == "." for option in item.options}) > 1:
        said.append("write all options as sentences, or none")
    return said
