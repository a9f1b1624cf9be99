"""What the rules say about a lesson's prose: length, first uses, figures, links, alt text."""

from __future__ import annotations

import re

from dsrct_edu.authoring.editions import SOLUTION
from dsrct_edu.authoring.inserts import BRACES
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.notebooks import EVIDENCE, GLOSSARY_LINK, cells
from dsrct_edu.classroom.exercises import tags

FIGURE = re.compile(r"(?<![\w.\]/-])\d+(?:[.,]\d+)?\s?%|(?<![\w./-])\d+\.\d+(?![\w./-])")
CONVENTIONS = {"95%", "50%", "100%", "0%"}
IMAGE = re.compile(r"!\[(.*?)\]\((.*?)\)|<img\b([^>]*)>")
DIRECTIVE = re.compile(r"^(?::::|```\{(?!code-cell)|\{\w+\}`)", re.MULTILINE)


def readable(source: str) -> str:
    """Return the words of a markdown cell, without code, links' targets and HTML tags."""
    text = re.sub(r"```.*?```", " ", source, flags=re.DOTALL)
    text = re.sub(r"`[^`]*`", " ", text)
    text = re.sub(r'\[([^\]]*)\]\([^)"]*(?:"[^"]*")?\)', r"\1", text)
    text = BRACES.sub(" 0 ", text)
    return re.sub(r"<[^>]+>", " ", text)


def count_words(lesson: Lesson) -> int:
    """Count the words that every student reads: not hints, answers or the instructor's notes.

    What a reveal says counts, though it is read only after the guess.
    """
    left_out = {"hint", "solution", "instructor"}
    return sum(
        len(re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", readable(cell.source)))
        for cell in cells(lesson, SOLUTION)
        if cell.cell_type == "markdown" and not left_out & set(tags(cell))
    )


def problems(lesson: Lesson) -> list[str]:
    """Return what the prose of a lesson breaks."""
    texts = [cell for cell in lesson.cells if cell.cell_type == "markdown"]
    said = []
    first = texts[0].source if texts else ""
    if not first.lstrip().startswith(f"# {lesson.metadata['title']}"):
        said.append(f"begin the first cell with `# {lesson.metadata['title']}`")
    if "{{header}}" not in first:
        said.append("put `{{header}}` into the first cell: it shows minutes and objectives")
    if not texts or "{{footer}}" not in texts[-1].source:
        said.append("put `{{footer}}` into the last cell: it says that this is not medical advice")
    for cell in texts:
        said += _cell(cell.source, "slide" in tags(cell) or "subslide" in tags(cell))
    return said + _first_uses(lesson)


def _cell(source: str, on_slide: bool) -> list[str]:
    said = []
    if DIRECTIVE.search(source):
        said.append("a MyST directive or role stands in the prose; JupyterLab shows it as raw text")
    if on_slide and re.search(r"\$[^$\n]+\$", source):
        said.append("a slide holds TeX, which the deck does not set; write it in words or code")
    for text, target, attributes in IMAGE.findall(source):
        if not text and "alt=" not in attributes:
            said.append(f"an image lacks alt text: {target or attributes.strip()}")
        if target.startswith("http") or "http" in attributes:
            said.append(f"an image is fetched from the network: {target or attributes.strip()}")
    for block in re.split(r"\n\s*\n", source):
        found = [figure.replace(" ", "") for figure in FIGURE.findall(readable(block))]
        bare = [figure for figure in found if figure not in CONVENTIONS]
        if bare and not EVIDENCE.search(block):
            said.append(
                f"the figure {bare[0]} is typed into the prose; fill it with `{{{{name}}}}` from a "
                "cell, or cite its evidence id, as in (L061)"
            )
    return said


def _first_uses(lesson: Lesson) -> list[str]:
    """Insist that a glossary term is linked where it is first used in running text."""
    left_out = {"solution", "instructor"}
    texts = [
        running(cell.source)
        for cell in lesson.cells
        if cell.cell_type == "markdown" and not left_out & set(tags(cell))
    ]
    text = "\n".join(texts)
    said = []
    for key, entry in lesson.course.glossary.items():
        forms = "|".join(re.escape(form) for form in entry["forms"])
        if not forms:
            continue
        use = re.search(rf"(?<![\w-])(?:{forms})(?![\w-])", text)
        if not use:
            continue
        linked = any(
            match.group(2) == key and match.start() <= use.start() < match.end()
            for match in GLOSSARY_LINK.finditer(text)
        )
        earlier = any(
            match.group(2) == key and match.start() < use.start()
            for match in GLOSSARY_LINK.finditer(text)
        )
        if not linked and not earlier:
            said.append(f"link the first use of {use.group(0)!r}: [{use.group(0)}](glossary:{key})")
    return said


def running(source: str) -> str:
    """Return a cell without headings, code and HTML tags, glossary links kept."""
    text = re.sub(r"```.*?```", " ", source, flags=re.DOTALL)
    text = re.sub(r"^#+ .*$", " ", text, flags=re.MULTILINE)
    text = re.sub(r"\[[^\]]*\]\((?!glossary:)[^)]*\)", " ", text)
    return re.sub(r"`[^`]*`|<[^>]+>", " ", text)
