"""Makes the worksheet of a lesson: what is asked, with room to write, and no answer.

It is for paper, beside a lesson that is shown or read: the opening, the guesses, the exercises that
need no code, the quiz. Pictures and tables stay in the lesson.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nbformat import NotebookNode

from dsrct_edu.authoring import exporter, stubs
from dsrct_edu.authoring.blocks import readable
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.predictions import walk as predictions
from dsrct_edu.classroom import quizzes
from dsrct_edu.classroom.asking import question
from dsrct_edu.classroom.exercises import tags
from dsrct_edu.classroom.exercises import walk as exercises
from dsrct_edu.classroom.lessons import as_table
from dsrct_edu.classroom.reading import digits
from dsrct_edu.classroom.words import inline

OPENING = "## What the report says"
_TYPED = re.compile(
    r"quotation\s+marks|\bdots\b|such\s+as\s+[`\d]|\bcell\b|[Rr]un\s+(?:it|the|that|this)\b|"
    r"^A\s+(?:number|letter)|^Write\s+`|`\s+above\b"
)
_CITED = re.compile(r" ?\((?:\[source\]\([^)]*?\"[^\"]*\"\)|<abbr[^>]*>source</abbr>)\)")
_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Ask:
    """One thing that is asked, with the room that its answer needs.

    Attributes
    ----------
    title : str
        HTML, such as ``"Guess 05.3: median survival with HIPEC"``.
    text : str
        The question, as Markdown.
    options : list of (str, str)
        Letters and texts to tick, as HTML; the letter is empty where words stand for themselves.
    ends : tuple of str
        What stands at the ends of a line on which a number is marked.
    unit : str
    lines : int
        Empty lines to write on.
    """

    title: str
    text: str
    options: list[tuple[str, str]] = field(default_factory=list)
    ends: tuple[str, ...] = ()
    unit: str = ""
    lines: int = 1


def sheet(lesson: Lesson, notebook: NotebookNode) -> str:
    """Return the worksheet of a lesson as one HTML page for the printer."""
    cells = notebook.cells
    return exporter.html(
        "worksheet.html.j2",
        notebook,
        title=f"{lesson.id} {lesson.metadata['title']}",
        minutes=sum(lesson.metadata["minutes"].values()),
        note=_note(cells),
        opening=_opening(cells),
        guesses=list(_guesses(lesson, cells)),
        exercises=list(_exercises(lesson, cells)),
        items=list(_items(lesson)),
    )


def _note(cells: list[NotebookNode]) -> str:
    """Return the note on what the lesson speaks of, with which its path opens."""
    for cell in cells:
        lines = str(cell.source).splitlines() if cell.cell_type == "markdown" else []
        if quoted := [line.removeprefix(">") for line in lines if line.startswith(">")]:
            return "\n".join(line.removeprefix(" ") for line in quoted)
    return ""


def _opening(cells: list[NotebookNode]) -> str:
    """Return what the report says, or the first text after the header."""
    texts = [str(cell.source) for cell in cells if cell.cell_type == "markdown"]
    for text in texts:
        if text.lstrip().startswith(OPENING):
            return text.lstrip().removeprefix(OPENING).strip()
    return _PARAGRAPHS.split(texts[1].strip())[0] if len(texts) > 1 else ""


def _guesses(lesson: Lesson, cells: list[NotebookNode]) -> Iterator[Ask]:
    known = lesson.data("checks").get("predict", {})
    for prediction in predictions(cells):
        asked = question(as_table(known[prediction.key]))
        title = inline(f"Guess {prediction.key}: {asked.about}")
        bounds = (asked.low, asked.high)
        ends = tuple(map(digits, bounds)) if all(map(math.isfinite, bounds)) else ()
        letters = any(asked.options.values())
        options = [
            (key, inline(text)) if letters else ("", inline(key))
            for key, text in asked.options.items()
        ]
        text = _question(_before(cells, prediction.ask))
        yield Ask(title, on_paper(text, lesson.course.labels), options, ends, asked.unit)


def _before(cells: list[NotebookNode], ask: NotebookNode) -> str:
    """Return the text that stands right before a prediction."""
    texts = [""]
    for cell in cells:
        if cell.id == ask.id:
            break
        if cell.cell_type == "markdown":
            texts.append(str(cell.source))
    return texts[-1]


def _question(text: str) -> str:
    """Return the end of a text from its last question on, as one asks on paper."""
    lettered = '`"a"`'
    parts = [part for part in _PARAGRAPHS.split(text.strip()) if not part.startswith(lettered)]
    asking = [place for place, part in enumerate(parts) if "?" in part]
    return "\n\n".join(parts[asking[-1] if asking else -1 :])


def _exercises(lesson: Lesson, cells: list[NotebookNode]) -> Iterator[Ask]:
    """Return the exercises whose answer is one number, letter or order of letters."""
    known = lesson.data("checks").get("exercise", {})
    tasks = _tasks(cells)
    for found in exercises(lesson.cells):
        code = stubs.solution(found.code["source"]) if found.code else ""
        entry, (heading, text) = known[found.key], tasks[found.key]
        typed = "```" in text and entry["kind"] != "order"
        if len(code.strip().splitlines()) != 1 or re.search(r"\w\(|\w\.[a-z]", code) or typed:
            continue
        options = [(key, inline(said)) for key, said in sorted(entry.get("options", {}).items())]
        body = re.split(r"\n- \*\*[a-z]\*\*: ", text)[0] if options else text
        optional = ", optional" if entry.get("optional") else ""
        title = inline(f"Exercise {found.key}{optional}: {heading}")
        body = on_paper(body, lesson.course.labels)
        yield Ask(title, body, options, lines=0 if options else 2)


def _tasks(cells: list[NotebookNode]) -> dict[str, tuple[str, str]]:
    """Return heading and text of the task of each exercise."""
    found: dict[str, tuple[str, str]] = {}
    task = ("", "")
    for cell in cells:
        if cell.cell_type == "markdown" and "exercise" in tags(cell):
            heading, _, text = str(cell.source).strip().partition("\n")
            task = heading.rpartition(": ")[2].lstrip("# "), text.strip()
        elif "check" in tags(cell) and (call := re.search(r"check\(\s*[\"']([\w.]+)", cell.source)):
            found[call[1]] = task
    return found


def on_paper(text: str, labels: Mapping[str, str]) -> str:
    """Leave out of a task how its answer is typed, and links; name columns as readers know them.

    Examples
    --------
    >>> on_paper('Which one? Give its letter in quotation marks, such as `"a"`.', {})
    'Which one?'
    """
    parts = []
    for part in _PARAGRAPHS.split(_CITED.sub("", text)):
        told = [part] if part.startswith("```") else re.split(r"(?<=[.?!])\s+", part)
        kept = [one for one in told if len(told) == 1 or "?" in one or not _TYPED.search(one)]
        parts.append(re.sub(r'`"(\w+)"`', r"\1", " ".join(kept)))
    return readable("\n\n".join(part for part in parts if part.strip()), labels)


def _items(lesson: Lesson) -> Iterator[Ask]:
    data = lesson.data("quiz")
    for number, item in enumerate(quizzes.build(lesson.id, data).items if data else (), 1):
        text = f"*{item.abstract}*\n\n{item.stem}" if item.abstract else item.stem
        options = [
            (letter, inline(option.text))
            for letter, option in zip("abcdefgh", item.options, strict=False)
        ]
        yield Ask(f"Question {number}", text, options, lines=0)
