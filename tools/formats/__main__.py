"""Has every quiz file read and played by programs of other people, and compares.

    python -m tools.formats          all quizzes, and both forms of the test before and after
    python -m tools.formats 05       one

From a GIFT file a parser must get each stem, option, key and reason. In a QTI package each option
of each item is clicked in a browser: the key must score one, the others nothing, and each must say
its own reason. Where the programs cannot be had, it says SKIPPED and why.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from dsrct_edu.classroom import exporting, forms, quizzes
from dsrct_edu.classroom.quizzes import Item, Quiz
from dsrct_edu.resources import find
from tools.formats import readers
from tools.wasm.fixture import Unavailable


def chosen(wanted: list[str]) -> list[Quiz]:
    """Return the quizzes of lessons, and the two forms."""
    names = sorted(path.name[:2] for path in find("lessons").glob("*.quiz.toml"))
    test = forms.read()
    every = [*map(quizzes.quiz, names), *(test.form(name) for name in forms.FORMS)]
    return [one for one in every if not wanted or one.lesson in wanted]


def flat(text: str) -> str:
    """Return the words of a text, without the marks of Markdown."""
    return " ".join(text.replace("`", "").replace("*", "").split())


def in_gift(quiz: Quiz, found: list[dict[str, Any]]) -> list[str]:
    """Return what a parser read otherwise than it was meant."""
    questions = [one for one in found if one["type"] != "Category"]
    if [one["type"] for one in questions] != ["MC"] * len(quiz.items):
        return [f"{quiz.lesson}: other questions than {len(quiz.items)} with one choice"]
    said = []
    for number, (one, item) in enumerate(zip(questions, quiz.items, strict=True), 1):
        stem = flat(f"{item.abstract} {item.stem}")
        options = [(o.key, flat(o.text), flat(o.why)) for o in item.options]
        read = [
            (o["isCorrect"], flat(o["text"]["text"]), flat(o["feedback"]["text"]))
            for o in one["choices"]
        ]
        if flat(one["stem"]["text"]) != stem or read != options:
            said.append(f"{quiz.lesson}, question {number}: GIFT is read otherwise")
    return said


def in_qti(quiz: Quiz, files: dict[str, str], page: Any) -> list[str]:
    """Return what a player shows, scores or says otherwise than it was meant."""
    names = [f"item_{quiz.lesson}_q{number}.xml" for number in range(1, len(quiz.items) + 1)]
    if sorted(files) != sorted([*names, "imsmanifest.xml", "test.xml"]):
        return [f"{quiz.lesson}: the package holds other files: {sorted(files)}"]
    said = []
    for number, (name, item) in enumerate(zip(names, quiz.items, strict=True), 1):
        where = f"{quiz.lesson}, question {number}"
        said += [f"{where}: {fault}" for fault in _played(item, files[name], page)]
        if name not in files["test.xml"] or name not in files["imsmanifest.xml"]:
            said.append(f"{where}: the test or the manifest does not name {name}")
    return said


def _played(item: Item, xml: str, page: Any) -> list[str]:
    letters = "".join(letter.upper() for letter, _ in item.lettered())
    words, answers = readers.played(page, xml, letters)
    wanted = [item.stem, item.abstract, *(option.text for option in item.options)]
    said = [f"not shown: {text}" for text in wanted if flat(text) not in flat(words)]
    for letter, option in item.lettered():
        if answers[letter.upper()] != (float(option.key), flat(option.why)):
            said.append(f"{letter} scores and says {answers[letter.upper()]}")
    return said


def main(wanted: list[str]) -> int:
    """Compare, and return 1 where something differs."""
    made, faults = chosen(wanted), []
    readers.CACHE.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=readers.CACHE) as folder, readers.player() as page:
            files = [exporting.write(quiz, Path(folder)) for quiz in made]
            for quiz, found in zip(made, readers.gift([one[0] for one in files]), strict=True):
                faults += in_gift(quiz, found)
            for quiz, (_, package) in zip(made, files, strict=True):
                faults += in_qti(quiz, readers.converted(package), page)
    except Unavailable as reason:
        print(f"SKIPPED: no quiz file was read by others: {reason}")
        return 0
    for fault in faults:
        print(fault)
    count = sum(len(quiz.items) for quiz in made)
    print(f"{len(made)} quizzes, {count} questions read and played, {len(faults)} faults")
    return int(bool(faults) or not made)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
