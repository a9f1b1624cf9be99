"""Reads what was built in the pseudo-language, and lists the words that are still plain."""

from __future__ import annotations

import ast
import csv
import json
import re
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from bs4 import BeautifulSoup, Comment, Doctype

from tools.language import pseudo, python_text, script_text, sources

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PLAIN = re.compile(r"[A-Za-z]")
_UNSEEN = ("script", "style", "code", "pre", "math")
_SPOKEN = ("alt", "title", "aria-label", "aria-valuetext", "placeholder", "data-words")
_TICKS = re.compile(r"```.*?```|``.+?``|`[^`\n]*`", re.DOTALL)
_TARGETS = re.compile(
    r"\]\((?:[^()\"]|\"[^\"]*\"|\([^()]*\))*\)|https?://\S+|\bdoi:\S+|\$[^$\n]+\$"
)
_NAME = re.compile(r"(?<![\w.])(?:[A-Za-z]\w*_\w*|[A-Za-z_]\w*\.[a-z_]\w*)(?:\(\))?(?![\w])")
_SERIES = re.compile(r"\bdtype: \w+$")  # printed by pandas: names of the code, and numbers
_INSIDE = frozenset({"fixed", "layout", "name"})  # of a dial: how its layers are called
_LETTERS = re.compile(r"[-\d.e]+ [-\d.e]+ [\da-z.-]+")  # a column of numbers, as pages hold them
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_FILE = re.compile(r"\b[\w/.-]+\.(?:ipynb|md|csv|py|toml|html|pdf|json|org|xml)\b")


@dataclass(frozen=True)
class Leftover:
    """Words that no catalogue reached: where they are seen, and where they may come from."""

    words: str
    seen: str
    within: str
    guess: str = ""

    @property
    def glued(self) -> bool:
        """Whether plain letters stand inside a marked word: it was put together from pieces."""
        return any(
            _PLAIN.search(word) and pseudo.plain(word) != word for word in _WORD.findall(self.words)
        )


@dataclass(frozen=True)
class Seen:
    """How many words of what was built are marked, plain by right, and left over.

    Each word counts as often as it stands; ``leftovers`` names each once.
    """

    marked: int
    allowed: int
    plain: int
    leftovers: tuple[Leftover, ...]

    @property
    def share(self) -> float:
        """Share of the words that are marked, of those that a language would change."""
        return self.marked / max(1, self.marked + self.plain)


@cache
def allowed() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return the words and patterns that stay plain, each in a group with its reason."""
    groups = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))["page"]
    words = {word for group in groups.values() for word in group.get("words", [])}
    words |= _columns() | _typed()
    patterns = [text for group in groups.values() for text in group.get("patterns", [])]
    patterns += [re.escape(text) for text in sorted(set(_cited()), key=len, reverse=True)]
    # Data by which a lesson's code selects: a translation of them would break the lesson.
    for text in sorted(python_text.selecting() | python_text.words("never"), key=len, reverse=True):
        if text.strip().isidentifier():
            words.add(text.strip())
        elif " " in text.strip() and "{" not in text:
            patterns.append(re.escape(text.strip()))
    return frozenset(words), tuple(re.compile(text) for text in patterns)


@cache
def _columns() -> frozenset[str]:
    """Return the names of a registry's columns, which are code."""
    lines = (sources.ROOT / "src/dsrct_edu/columns.csv").read_text("utf-8").splitlines()[1:]
    return frozenset(line.split(",")[1] for line in lines)


def _cited() -> Iterator[str]:
    """Yield the citations and their sentences, for one to be shown whole or its title alone."""
    with (sources.ROOT / "src/dsrct_edu/evidence/published.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            said = " ".join(row["citation"].split())
            yield said
            yield from (part for part in re.split(r"(?<=[.?]) ", said) if len(part) > 5)


@cache
def _typed() -> frozenset[str]:
    """Return the words that a reader types as a guess, which a lesson's code shows again."""
    found: set[str] = set()
    for path in sorted((sources.ROOT / "lessons").glob("*.checks.toml")):
        for asked in tomllib.loads(path.read_text("utf-8")).get("predict", {}).values():
            found |= set(asked.get("options", ()) if asked["kind"] == "word" else ())
    return frozenset(found)


@cache
def _coded() -> frozenset[str]:
    """Return the words in strings of the code of package and lessons, and of files of data.

    A cell of a table that holds one of them and nothing else is a name or a value of the code.
    """
    found = []
    for path, strings in _of_code():
        found += strings
        found += [path.read_text("utf-8")] if path.suffix == ".csv" else []
    rows = re.compile(r"[A-Za-z]\w*|(?:[^\s,;]*[,;][^\s,;]*)+(?:\n(?:[^\s,;]*[,;][^\s,;]*)*)*")
    names = (text for text in found if rows.fullmatch(text))
    return frozenset(word for text in names for word in re.findall(r"[A-Za-z]\w*", text))


def _of_code() -> Iterator[tuple[Path, list[str]]]:
    for path in sorted((sources.ROOT / "src").rglob("*.py")):
        yield path, python_text.constants(sources.read(path))
    for path in sorted((sources.ROOT / "lessons").glob("*.md")):
        codes = python_text.cells(sources.read(path))
        yield path, [text for code in codes for text in python_text.constants(code)]
    for path in sorted((sources.ROOT / "data" / "synthetic").glob("*.csv")):
        yield path, []


def markup(text: str) -> Iterator[str]:
    """Yield what a page shows or says aloud."""
    soup = BeautifulSoup(text, "html.parser")
    for data in soup.find_all("script", type="application/json"):
        said = _values(json.loads(data.string or "{}"), _INSIDE)
        yield from (one for one in said if " " in one and not _is_code(one))
    for tag in soup.find_all(_UNSEEN):
        tag.decompose()
    for cell in soup.select("th, td"):
        if cell.get_text().strip() in _coded():
            cell.decompose()  # the name of a column or row, or a value: code selects by them
    for tag in soup.find_all(True):
        for name in _SPOKEN:
            if tag.get(name):
                yield from markup(str(tag[name])) if "<" in str(tag[name]) else [str(tag[name])]
    yield from (
        str(node) for node in soup.find_all(string=True)
        if not isinstance(node, Comment | Doctype) and node.strip()
    )  # fmt: skip


def _is_code(text: str) -> bool:
    """Return whether a text of a page's data is a line of code, or a column of numbers."""
    return bool(_LETTERS.fullmatch(text)) or python_text.is_code(text)


def markdown(text: str) -> Iterator[str]:
    """Yield what a text cell shows: no code, no targets of links."""
    yield from markup(_TARGETS.sub("]", _TICKS.sub(" ", text)))


def shown(path: Path) -> Iterator[str]:
    """Yield the texts that a built file shows."""
    reader = _SHOWN.get(path.suffix, _page)
    yield from reader(path)


def _notebook(path: Path) -> Iterator[str]:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield from markdown("".join(cell["source"]))
        for output in cell.get("outputs", []):
            yield from _output(output)


def _reveals(path: Path) -> Iterator[str]:
    yield from _values(json.loads(path.read_text("utf-8")))


def _package(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name != "imsmanifest.xml":  # names of files, for a machine
                yield from markup(re.sub(r"<\?xml.*?\?>", "", packed.read(name).decode("utf-8")))


def _drawn(path: Path) -> Iterator[str]:
    yield from (ast.literal_eval(line) for line in set(path.read_text("utf-8").splitlines()))


def _gift(path: Path) -> Iterator[str]:
    marks = re.compile(r"^\$CATEGORY.*$|\[plain\]|::\S+?::", re.MULTILINE)
    yield from markdown(marks.sub(" ", path.read_text("utf-8")))


def _page(path: Path) -> Iterator[str]:
    # Pages leave out what closes a cell, as HTML lets them; this reader would take it amiss.
    text = re.sub(r"(?=<(?:td|th|tr|/tr|/table)\b)", "</td></th>", path.read_text("utf-8"))
    yield from markup(text)


def _script(path: Path) -> Iterator[str]:
    for spot in script_text.script(path.read_text("utf-8")):
        for text in spot.texts:
            yield from markup(re.sub(r"\$\{\w+\}", "0", text))


def _slides(path: Path) -> Iterator[str]:
    """Yield what a PowerPoint file shows, its notes, and what is said of its pictures."""
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if re.fullmatch(r"ppt/(?:slides|notesSlides)/\w+\.xml", name):
                slide = ElementTree.fromstring(packed.read(name))
                for part in slide.iter(f"{_DRAWN}p"):
                    runs = (run for run in part.iter(f"{_DRAWN}r") if not _in_code(run))
                    said = "".join(
                        text.text or "" for run in runs for text in run.iter(f"{_DRAWN}t")
                    )
                    yield "" if said.strip() in _coded() else said
                yield from (tag.get("descr", "") for tag in slide.iter())


def _in_code(run: ElementTree.Element) -> bool:
    return any("Courier" in face.get("typeface", "") for face in run.iter(f"{_DRAWN}latin"))


_SHOWN = {
    ".ipynb": _notebook, ".json": _reveals, ".zip": _package, ".txt": _drawn, ".gift": _gift,
    ".js": _script, ".pptx": _slides,
}  # fmt: skip


def _output(output: dict) -> Iterator[str]:  # type: ignore[type-arg]
    data = {kind: "".join(text) for kind, text in output.get("data", {}).items()
            if kind.startswith("text/")}  # fmt: skip
    if "text/html" in data:
        yield from markup(data["text/html"])
    elif "text/markdown" in data:
        yield from markdown(data["text/markdown"])
    else:
        yield from (text for text in data.values() if not _SERIES.search(text))
    yield "".join(output.get("text", ""))


def _values(found: object, inside: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the texts of data, without those of keys that only a script reads."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key not in inside:
                yield from _values(value, inside)
    elif isinstance(found, list):
        for value in found:
            yield from _values(value, inside)
    elif isinstance(found, str):
        yield from markdown(found)


def built(copy: Path) -> list[Path]:
    """Return all that a build wrote into a copy."""
    patterns = (
        "notebooks/**/*.ipynb", "build/instructor/*.ipynb", "build/gradebook/**/*.ipynb",
        "build/slides/*", "build/worksheets/*.html", "build/quizzes/*", "build/lecturer/*.html",
        "build/site/**/*.html", "build/site/assets/*.js", "lessons/*.reveals.json",
        "build/drawn/*.txt",
    )  # fmt: skip
    return [path for pattern in patterns for path in sorted(copy.glob(pattern))]


def plain(text: str, names: bool = True) -> tuple[list[str], int, int]:
    """Return the plain words of a text, neighbours together; how many are marked; and allowed.

    Names of columns are allowed, but on pictures, which say them in words.
    """
    words, patterns = allowed()
    words -= frozenset() if names else _columns() - _typed()
    text = " ".join(text.split())
    for pattern in (_FILE, _NAME, *patterns):
        text = pattern.sub(lambda match: " \0 ", text)
    found: list[str] = []
    marked = fine = last = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if not _PLAIN.search(word):
            marked += 1
        elif len(word) == 1 or word in words or pseudo.NAMES.fullmatch(re.split("['’]", word)[0]):
            fine += 1
        elif found and last and re.fullmatch(r"[ '’,-]{1,2}", text[last : match.start()]):
            found[-1], last = f"{found[-1]} {word}", match.end()
        else:
            found.append(word)
            last = match.end()
    return found, marked, fine + text.count("\0")


def search(copy: Path) -> Seen:
    """Return what is left over in all that was built in a copy."""
    marked = fine = left = 0
    seen: dict[str, tuple[str, str]] = {}
    typed = _typed()
    for path in built(copy):
        name = "pictures" if path.suffix == ".txt" else path.relative_to(copy).as_posix()
        for text in shown(path):
            if text.strip(" \n'") in typed:
                continue
            words, here, right = plain(text, names=path.suffix != ".txt")
            marked, fine = marked + here, fine + right
            for one in words:
                left += len(_WORD.findall(one))
                seen.setdefault(one, (name, " ".join(text.split())))
    strings = _strings()
    return Seen(marked, fine, left, tuple(
        Leftover(words, name, _near(text, words), _guess(words, strings))
        for words, (name, text) in sorted(seen.items())
    ))  # fmt: skip


def _near(text: str, words: str) -> str:
    place = max(0, text.find(words.split()[0]) - 40)
    return text[place : place + 110]


@cache
def _strings() -> dict[str, list[str]]:
    """Return all strings of code and data that no catalogue holds, with their places."""
    known = {unit.text for unit in sources.units()}
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((sources.ROOT / "src").rglob("*.py")):
        name = path.relative_to(sources.ROOT).as_posix()
        for node in ast.walk(ast.parse(sources.read(path))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and text not in known and len(text) < 300:
                found[text].append(f"{name}:{node.lineno}")
    for pattern in ("src/**/*.csv", "src/**/*.j2", "lessons/*.md", "lessons/*.toml"):
        for path in sorted(sources.ROOT.glob(pattern)):
            name = path.relative_to(sources.ROOT).as_posix()
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                found[line].append(f"{name}:{number}")
    return found


def _guess(words: str, strings: dict[str, list[str]]) -> str:
    """Return the place of the shortest string that holds the words."""
    if pseudo.plain(words) != words:
        return "put together from pieces"
    whole = re.compile(rf"(?<![^\W\d_]){re.escape(words)}(?![^\W\d_])")
    holding = sorted((text for text in strings if words in text and whole.search(text)), key=len)
    return strings[holding[0]][0] if holding else ""
