"""The strings can be separated: what is taken out goes back, and what is left over is found."""

import ast
import csv
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from dsrct_edu.authoring import page_data  # noqa: E402
from tools.language import (  # noqa: E402
    applying,
    catalogue,
    data_text,
    drawn,
    leftovers,
    markdown_text,
    markup_text,
    pseudo,
    python_text,
    script_text,
    sources,
    spots,
)


@pytest.fixture(scope="module")
def written():
    """The text of each file that holds texts for readers."""
    return {path: sources.read(path) for path, _ in sources.files()}


@pytest.fixture(scope="module")
def found(written):
    """Where each file holds them; read once, as the copy and the search for leftovers ask too."""
    return {path: sources.spots(reader, written[path]) for path, reader in sources.files()}


@pytest.fixture(scope="module")
def marked(written, found):
    """Each file in the pseudo-language."""
    return {path: spots.rewritten(written[path], found[path], pseudo.translated) for path in found}


@pytest.fixture(scope="module")
def units():
    return sources.units()


@pytest.fixture(scope="module")
def made(units):
    """The catalogue of the pseudo-language."""
    return catalogue.made(units, pseudo.translated)


def texts(found):
    return [text for spot in found for text in spot.texts]


def strings(data):
    """All texts of a data file, keys left out."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        return [text for one in data for text in strings(one)]
    return [data] if isinstance(data, str) else []


def unmarked(tree):
    """What a module does, its strings as they were before they were marked."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = pseudo.plain(node.value)
    return ast.dump(tree)


def meaning(path, source):
    """What a file says and does, apart from line breaks, quotes and marks."""
    if path.suffix == ".py":
        return unmarked(ast.parse(source))
    if path.suffix == ".toml":
        return pseudo.plain(json.dumps(tomllib.loads(source), ensure_ascii=False))
    if path.suffix == ".csv":
        return pseudo.plain(repr(list(csv.reader(source.splitlines()))))
    if path.suffix == ".md" and source.startswith("---\n"):
        _, front, rest = source.split("---\n", 2)
        cells = re.split(r"^```(?:\{code-cell\})?\n((?::.*\n)*)", rest, flags=re.MULTILINE)
        said = [yaml.safe_load(front)["dsrct_edu"]]
        for part in cells:
            try:
                said.append(unmarked(ast.parse(part)))
            except SyntaxError:
                said.append(" ".join(re.sub(r"^> ?", "", part, flags=re.MULTILINE).split()))
        return pseudo.plain(json.dumps(said, ensure_ascii=False))
    return " ".join(pseudo.plain(source).split())


def test_identity_gives_the_same_bytes(written, found):
    made = {path: spots.rewritten(written[path], found[path], str) for path in found}
    assert [path.name for path in found if made[path].encode() != path.read_bytes()] == []


def test_marked_files_say_and_do_the_same(written, found, marked):
    changed = 0
    for path, source in written.items():
        assert (marked[path] != source) == bool(found[path]), path
        if found[path]:
            assert meaning(path, marked[path]) == meaning(path, source), path
            changed += 1
    assert changed > 150


def test_marked_templates_ask_for_the_same(written, marked):
    """What a template looks up, calls and includes stays; its words alone change."""
    templates = [path for path in written if path.name.endswith(".html.j2")]
    assert len(templates) > 20
    for path in templates:
        before, after = (
            [(kind, text) for _, kind, text in Environment().lex(found[path]) if kind == "name"]
            for found in (written, marked)
        )
        assert before == after, path
        Environment().parse(marked[path])


def test_no_two_spots_overlap(found):
    for path, ordered in found.items():
        for one, other in pairwise(ordered):
            assert one.end <= other.start, (path.name, one.texts, other.texts)


@pytest.mark.parametrize("path", sorted(ROOT.glob("lessons/*.toml")), ids=lambda path: path.name)
def test_no_string_of_a_data_file_is_missed(path):
    source = sources.read(path)
    found = [
        tomllib.loads(f"x = {source[start:end]}")["x"]
        for _, start, end in data_text.toml_strings(source)
    ]
    assert sorted(found) == sorted(strings(tomllib.loads(source)))


def test_every_file_of_the_lessons_is_read(found):
    files = {path for kind in ("md", "toml") for path in (ROOT / "lessons").glob(f"*.{kind}")}
    assert files <= set(found)


@pytest.mark.parametrize(
    "pattern",
    ["src/**/*.html.j2", "src/**/*.js", "src/**/*.js.j2", "site/*/*.j2", "site/assets/*.js"],
)
def test_every_page_and_script_is_read(found, pattern):
    files = set(ROOT.glob(pattern))
    assert files
    assert files <= set(found)


def test_each_text_keeps_its_placeholders(made):
    assert not catalogue.problems(made)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{n} patients", "patients"),
        ("{n} of {total}", "{total} of {total}"),
        ("Type `guess`", "Type `raten`"),
        ("That is {{share:.0%}}", "That is {{share}}"),
        ("[censored](glossary:censoring)", "[zensiert](glossary:zensiert)"),
        ("<b>Now</b>", "<b>Jetzt"),
        ("as found (L061)", "as found"),
    ],
)
def test_a_translation_that_loses_something_is_refused(text, said):
    wrong = catalogue.made([sources.Unit(text, "a.py", 1, "code")], lambda _: said)
    assert len(catalogue.problems(wrong)) == 1


def test_a_catalogue_is_read_as_it_was_written(tmp_path, units, made):
    path = tmp_path / "course.po"
    catalogue.written(made, path)
    translate = catalogue.translator(catalogue.read(path))
    assert [u.text for u in units if translate(u.text) != pseudo.translated(u.text)] == []


def test_marks_are_one_to_one_and_leave_what_every_language_keeps():
    text = "Run `x = 1`: {n} of <b>HIPEC</b>, [here](glossary:event), {{share:.1%}}, see B."
    marked = pseudo.translated(text)
    assert (
        marked == "Ŕüñ `x = 1`: {n} øƒ <b>HIPEC</b>, [ĥéŕé](glossary:event), {{share:.1%}}, šéé Ƀ."
    )
    assert pseudo.plain(marked) == text
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert len(set(pseudo.translated(letters))) == 26
    assert pseudo.translated(letters).upper() == pseudo.translated(letters.upper() + "a")[:-1]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('x = "Half have died."', ["Half have died."]),
        ("f\"{n} of {counted(n, 'row')} and {x.y[0]}\"", ["{n} of {counted} and {y}", "row"]),
        ('label = "truth"', ["truth"]),
        ('Layer("truth", "line", "truth", "never")', ["never"]),
        ('draw(xlabel="month")', ["month"]),
        ("f(f\"{n} {'has' if n == 1 else 'have'} it\")", ["{n} {value} it", "has", "have"]),
        ('"one " "text"', []),  # the docstring of the module
        ('def f():\n    """Say no."""\n    return data["at_risk"]', []),
        ('re.compile("no text")', []),
        ('x: Literal["no text"]', []),
        ('x = "font-weight:bold;color: red"', []),
        ('x = "import json as j"', []),
        ('legend(loc="upper right")', []),
        ('x = data[data["group"] == "no HIPEC"]', []),
        ('def a_key(x):\n    return f"{x} effect of it"', []),
        ('x = f"{n:.1f}"', []),
    ],
)
def test_words_for_readers_are_told_from_names(code, found):
    assert texts(python_text.spots(code)) == found


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>Two <b>words</b></p><style>p { a: b }</style>", ["Two <b>words</b>"]),
        ('<img alt="A curve"> {% if no_text %}', ["A curve"]),
        ('<p{% if a > 1 %} class="no text"{% endif %}>Said</p>', ["Said"]),
        (
            '<a href="b"{% if c %} aria-current="page"{% endif %}>Read</a>',
            ['<a href="b"{% if c %} aria-current="page"{% endif %}>Read</a>'],
        ),
        ('<p title="From {{ ends | join(" to ") }}"></p>', ['From {{ ends | join(" to ") }}']),
        ('{% set between = " to " %}{% if a == "Read it" %}', ["to"]),
        (
            '{% for a, b in [("Start", "index.html")] %}{{ say("no", "two words") }}',
            ["Start", "two words"],
        ),
    ],
)
def test_a_page_is_read_whatever_fills_its_tags(page, found):
    assert sorted(texts(markup_text.page(page))) == sorted(found)
    said = spots.rewritten(page, markup_text.page(page), pseudo.translated)
    assert pseudo.plain(said) == page
    for kept in ('aria-current="page"', 'class="no text"', "<b>"):
        assert (kept in said) == (kept in page)


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("a.textContent = `In it: ${b.c}`", ["In it: ${c}"]),
        ('say(`${n === 1 ? "1 page" : `${n} pages`} left`)', ["${n} left", "1 page", "${n} pages"]),
        ('a = b ? "Right" : "Not yet"; /* "no text" */', ["Right", "Not yet"]),
        ('x.replace(/"/g, "no") // "no text"', []),
        ('find("p a"); a.className = `says ${b}`; a === "No text"', []),
        ('tag(`<i class="${a}">${b}</i>`)', []),
        ('heads = ["across", "sideways"]', ["across"]),
    ],
)
def test_a_script_is_read(script, found):
    assert texts(script_text.script(script)) == found
    said = spots.rewritten(script, script_text.script(script), pseudo.translated)
    assert pseudo.plain(said) == script


def test_a_batch_file_is_read():
    assert texts(markup_text.batch("@echo off\r\necho Now read.\r\n")) == ["Now read."]


def test_numbers_that_pages_hold_as_letters_are_no_words():
    spelled = page_data.column([*range(8), 7, 7, None])
    data = json.dumps({"columns": [spelled, "Two words"]})
    page = f'<script type="application/json">{data}</script>'
    assert " " in spelled
    assert "." in spelled.split()[-1]
    assert list(leftovers.markup(page)) == ["Two words"]


def test_prose_is_read_by_paragraph():
    lesson = "# One\n\nTwo\nlines.\n\n- item\n\n> Quoted\n> text.\n\n"
    lesson += "| head | 1 |\n|---|---|\n| cell | 2 |\n"
    found = texts(markdown_text.spots(lesson))
    assert sorted(found) == sorted(["One", "Two lines.", "item", "Quoted text.", "head", "cell"])


def test_strings_of_a_tagged_cell_are_read():
    lesson = 'Text.\n\n```{code-cell}\n:tags: [skip]\n\nx = "Two words"\n```\n'
    assert texts(markdown_text.spots(lesson)) == ["Text.", "Two words"]


def test_no_entry_of_the_lists_is_stale(written):
    code = "\n".join(written.values()).replace("\\n", "\n")
    for part in ("never", "always", "beside", "script"):
        for text in python_text.words(part):
            start = re.escape(text.split("{")[0])
            assert re.search(rf"""["']\s*{start}["'{{]""", code), text
    groups = tomllib.loads((ROOT / "tools/language/words.toml").read_text("utf-8"))
    assert all(group["why"] for part in groups.values() for group in part.values())


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the checkout in the pseudo-language."""
    folder = tmp_path_factory.mktemp("language") / "pseudo"
    applying.copy(ROOT, folder)
    assert applying.applied(folder, pseudo.translated) > 100
    return folder


_IN_COPY = """
from pathlib import Path
import dsrct_edu as dsrct
from dsrct_edu.authoring import lesson, rules

found = lesson.read(Path("lessons/05_kaplan_meier.md"))
print(found.metadata["title"])
print(*rules.problems(found, skip=("code",)), sep="\\n", end="|")
curve = dsrct.kaplan_meier(dsrct.endpoint(dsrct.load_cohort("teaching").patients))
curve.plot().png()
print(curve)
try:
    dsrct.load_cohort("nowhere")
except ValueError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def said_in(copy):
    """What the package of the copy says: of a lesson, and of its own; and it draws a picture."""
    drawn.plant(copy)
    environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
    command = [sys.executable, "-c", _IN_COPY]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("|", maxsplit=1)


def test_a_marked_lesson_is_read_and_keeps_the_rules(said_in):
    title, _, problems = said_in[0].partition("\n")
    assert title == pseudo.translated("A survival curve from scratch")
    assert problems == ""


def test_a_marked_package_speaks(said_in):
    left, words, _ = leftovers.plain(said_in[1])
    assert words > 10
    assert not [one for one in left if one in ("patients", "events", "found", "expected")]


def test_drawn_words_are_noted(copy, said_in):
    seen = leftovers.search(copy)
    assert seen.marked > 10
    assert seen.share > 0.9


def test_a_folder_that_is_no_copy_is_not_overwritten(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(FileExistsError, match="name another folder"):
        applying.copy(ROOT, tmp_path / "mine")


def notebook(*outputs, text="Ţéẋţ"):
    cells = [
        {"cell_type": "markdown", "source": [text]},
        {"cell_type": "code", "source": ["plain = 1"], "outputs": list(outputs)},
    ]
    return json.dumps({"cells": cells})


PLANTED = {
    "a text cell": ("notebooks/05.ipynb", notebook(text="Ţéẋţ, planted words `code x`")),
    "an alt text": (
        "notebooks/05.ipynb",
        notebook({"data": {"text/html": '<img alt="planted words" src="data:x">'}}),
    ),
    "plain text": ("notebooks/05.ipynb", notebook({"data": {"text/plain": "ŵåš planted words"}})),
    "a stream": ("notebooks/05.ipynb", notebook({"text": ["planted words\n"]})),
    "a slide": (
        "build/slides/05.html",
        '<p aria-label="planted words">Ţéẋţ</p><script>no</script>',
    ),
    "a reveal": ("lessons/05.reveals.json", '{"05.1": {"html": "<p>planted words</p>"}}'),
    "a picture": ("build/drawn/1.txt", "'planted\\nwords'\n'Ţéẋţ'\n"),
    "the data of a page": (
        "build/site/lessons/05.html",
        '<p>Ţéẋţ</p><script type="application/json">{"a": ["planted words"]}</script>',
    ),
    "a script": ("build/site/assets/page.js", "say(`Ţéẋţ ${b} planted words`)"),
    "a quiz": ("build/quizzes/05.gift", "$CATEGORY: no/05\n::05.q1::[plain]Ţéẋţ planted words {\n"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_plain_text_is_found(tmp_path, name):
    path, text = PLANTED[name]
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text, "utf-8")
    assert [one.words for one in leftovers.search(tmp_path).leftovers] == ["planted words"]


def test_a_planted_text_in_a_quiz_package_is_found(tmp_path):
    (tmp_path / "build/quizzes").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "build/quizzes/quiz_05.qti.zip", "w") as packed:
        packed.writestr("q1.xml", '<?xml version="1.0"?><prompt>planted words</prompt>')
    assert [one.words for one in leftovers.search(tmp_path).leftovers] == ["planted words"]


def test_a_planted_text_on_a_powerpoint_slide_is_found(tmp_path):
    (tmp_path / "build/slides").mkdir(parents=True)
    said = "<a:p><a:r><a:t>planted </a:t></a:r><a:r><a:t>words</a:t></a:r></a:p>"
    code = (
        '<a:p><a:r><a:rPr><a:latin typeface="Courier New"/></a:rPr><a:t>no text</a:t></a:r></a:p>'
    )
    with zipfile.ZipFile(tmp_path / "build/slides/05.pptx", "w") as packed:
        name = "http://schemas.openxmlformats.org/drawingml/2006/main"
        packed.writestr("ppt/slides/slide1.xml", f'<a:x xmlns:a="{name}">{said}{code}</a:x>')
    assert [one.words for one in leftovers.search(tmp_path).leftovers] == ["planted words"]


def test_a_picture_shows_no_name_of_a_column(tmp_path):
    (tmp_path / "build/drawn").mkdir(parents=True)
    (tmp_path / "build/drawn/1.txt").write_text("'death'\n", "utf-8")
    assert [one.words for one in leftovers.search(tmp_path).leftovers] == ["death"]


def test_the_cell_of_a_table_may_hold_a_name_of_the_code(tmp_path):
    (tmp_path / "build/slides").mkdir(parents=True)
    cells = "<td>patients</td><td>planted words</td>"
    (tmp_path / "build/slides/05.html").write_text(f"<table><tr>{cells}</tr></table>", "utf-8")
    assert [one.words for one in leftovers.search(tmp_path).leftovers] == ["planted words"]


def test_a_word_put_together_from_pieces_is_found(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/05.ipynb").write_text(notebook(text="3 þåţïéñţs"), "utf-8")
    (one,) = leftovers.search(tmp_path).leftovers
    assert one.glued
    assert one.guess == "put together from pieces"


def test_what_is_right_is_not_listed(tmp_path):
    (tmp_path / "notebooks").mkdir()
    text = "HIPEC `at_risk` 12 mg, `x`, [ŵøŕð](glossary.ipynb#event) doi:10.1000/abc ÇÇ"
    (tmp_path / "notebooks/05.ipynb").write_text(notebook(text=text), "utf-8")
    assert leftovers.search(tmp_path).leftovers == ()
