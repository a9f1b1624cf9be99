"""The pages around the lessons say what their sources say, and say it twice in the same bytes."""

import ast
import itertools
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from dsrct_edu.analysis import events_needed  # noqa: E402
from dsrct_edu.evidence import published  # noqa: E402
from tools.site import __main__, documents, evidence, markdown, npm, reference, words  # noqa: E402
from tools.site.theme import the_course, written  # noqa: E402

METHODS = sorted((ROOT / "docs" / "methods").glob("[a-z]*.md"))
PARTS = {"Assumptions", "What the package does", "Beside R", "Taught in", "References", "Formula"}


def soup(page):
    return BeautifulSoup(written(page), "html.parser")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    found = [*words.pages(out), evidence.page(), *documents.pages(), *reference.pages()]
    return {page.here: page for page in found}


def test_the_same_bytes_twice(pages, tmp_path):
    again = [*words.pages(tmp_path), evidence.page(), *documents.pages(), *reference.pages()]
    assert {page.here: written(page) for page in again} == {
        here: written(page) for here, page in pages.items()
    }


def test_every_page_has_one_title_of_the_first_level_and_no_heading_is_skipped(pages):
    for here, page in pages.items():
        levels = [int(h.name[1]) for h in soup(page).find_all(re.compile(r"^h[1-6]$"))]
        assert levels.count(1) == 1, here
        assert levels[0] == 1, here
        steps = itertools.pairwise(levels)
        assert all(after <= before + 1 for before, after in steps), here


def test_every_picture_has_words(pages):
    images = [image for page in pages.values() for image in soup(page).find_all("img")]
    assert len(images) > 40
    assert all(len(image["alt"]) > 10 for image in images)


def test_every_document_has_a_page(pages):
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert sources | {"README.md", "CONTRIBUTING.md"} <= set(documents.places())
    assert set(documents.places().values()) <= set(pages)


def test_the_front_page_begins_lesson_01_and_lists_all_with_their_questions(pages):
    front = soup(pages["index.html"])
    first = front.select_one("a.button")
    assert first["href"] == "lessons/01_meet_the_case.html"
    listed = front.select(".lessons li:not(.begins)")
    entries = [entry for entry in the_course().lessons.values() if entry.written]
    assert [item.a["href"] for item in listed] == [f"lessons/{e.file}.html" for e in entries]
    assert all(item.p.get_text(strip=True) for item in listed), "README names no question"
    text = front.main.get_text(" ", strip=True)
    note = text.index("You may stop, skip, or step outside")
    assert note < text.index("Begin with lesson 01")
    assert "not medical advice" in text


def test_the_evidence_is_whole_and_in_words(pages):
    rows = soup(pages["evidence.html"]).select(".evidence tbody tr")
    assert [row["id"] for row in rows] == published()["evidence_id"].tolist()
    assert not [row for row in rows if "_" in row.th.contents[0] + row.td.get_text()]
    links = [row.select_one("td:last-child a") for row in rows]
    dois = ["https://doi.org/" + doi if doi else None for doi in published()["doi"]]
    assert [link and link["href"] for link in links] == dois


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hr_ascites_os", "Hazard ratio, ascites, overall survival"),
        ("os_3y_prob", "Overall survival at 3 years"),
        ("hipec", "HIPEC"),
    ],
)
def test_names_become_words(name, said):
    assert evidence.words(name) == said


def test_every_misconception_with_its_lessons(pages):
    found = soup(pages["misconceptions.html"])
    for code in the_course().misconceptions:
        section = found.find(id=code).parent
        hrefs = [a["href"] for a in section.find_all("a")]
        for number in the_course().treating(code):
            assert f"lessons/{the_course().lessons[number].file}.html" in hrefs


def test_links_into_the_glossary_land(pages):
    ids = {dt["id"] for dt in soup(pages["glossary.html"]).find_all("dt")}
    assert ids == {f"glossary-{key}" for key in the_course().glossary}


@pytest.mark.parametrize("path", METHODS, ids=lambda path: path.stem)
def test_a_method_page_is_complete(path):
    text = path.read_text("utf-8")
    headings = set(re.findall(r"^## (.+)$", text, flags=re.MULTILINE))
    assert {part for part in PARTS if not any(h.startswith(part) for h in headings)} == set()
    assert "https://doi.org/10." in text
    assert re.search(r"\]\(\.\./\.\./lessons/\d\d_\w+\.md\)", text)
    assert f"({path.name})" in (path.parent / "README.md").read_text("utf-8")
    for doi in re.findall(r"\[doi:([^\]]+)\]\(https://doi.org/([^)]+)\)", text):
        assert doi[0] == doi[1]


def test_formulas_are_mathml_and_nothing_is_left(pages):
    found = soup(pages["docs/methods/kaplan-meier.html"])
    block = found.select(".formula > math[display=block]")
    assert len(block) == 4
    assert all(formula["alttext"] for formula in found.find_all("math"))
    for page in pages.values():
        assert "$$" not in soup(page).main.get_text(), page.here


def test_numbers_on_the_method_pages():
    events = (ROOT / "docs/methods/events-needed.md").read_text("utf-8")
    said = re.search(r"(\d+) events for a ratio of 0.5, (\d+) for 0.6, (\d+) for 0.75", events)
    assert [int(n) for n in said.groups()] == [events_needed(hr) for hr in (0.5, 0.6, 0.75)]
    simulation = (ROOT / "docs/methods/simulation-studies.md").read_text("utf-8")
    assert f"{0.95 * 0.05 / 0.005**2:,.0f}" in simulation


@pytest.mark.parametrize("room", [key for key in reference.ROOMS if key != "dials"])
def test_the_reference_has_every_exported_name(room, pages):
    path = ROOT / "src" / reference.ROOMS[room][0].replace(".", "/") / "__init__.pyi"
    nodes = [
        n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ImportFrom)
    ]
    names = {alias.name for node in nodes if node.module for alias in node.names}
    page = soup(pages[f"api/{room}.html"])
    shown = {heading["id"] for heading in page.find_all("h2")}
    modules = {"dials", "hipec"}
    constants = {name for name in names if name.isupper()}
    if room == "figures":
        constants.add("heat_course")  # another name of `temperature`
    assert names - modules - constants == shown


def test_the_reference_says_how_a_function_is_called_and_gives_an_example(pages):
    found = soup(pages["api/analysis.html"]).find(id="kaplan_meier").parent
    signature = found.select_one(".signature").get_text()
    assert "ci='log-log'" in signature
    assert "→ SurvivalCurves" in signature
    terms = [dt.code.get_text() for dt in found.select("dl.arguments dt") if dt.code]
    assert "data" in terms
    assert ">>> kaplan_meier(data)" in found.get_text()
    assert found.find("a", href="https://doi.org/10.1080/01621459.1958.10501452")


def test_a_link_to_what_the_website_has_not_is_no_link():
    made = markdown.html("[a](b.md) and [c](https://d.org)", link=lambda _: None)
    assert made == '<p>a and <a href="https://d.org">c</a></p>\n'


def test_without_npm_there_is_no_search_and_it_is_said(pages, monkeypatch, capsys):
    monkeypatch.setattr(npm, "CACHE", ROOT / ".cache" / "site-of-nobody")
    monkeypatch.setenv("PATH", "")
    try:
        assert __main__.from_npm() is False
    finally:
        shutil.rmtree(npm.CACHE, ignore_errors=True)
    assert capsys.readouterr().err.startswith("NO SEARCH: ")
    bare = written(pages["docs/methods/cox.html"], npm=False)
    assert "search.html" not in bare
    assert "maths.css" not in bare


def test_what_npm_gives_is_pinned_by_hash_and_names_no_host():
    lock = (ROOT / "site" / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in entry for name, entry in packages.items() if name)


def test_every_document_begins_with_a_sentence_that_says_what_it_is():
    said = {s: documents.lead(s) for s in documents.places() if s.startswith("docs/")}
    assert {source for source, lead in said.items() if not 20 < len(lead) < 250} == set()
