"""Lecture decks: minutes add up, every slide finds what it shows, no code on any slide."""

import re
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dsrct_edu.authoring import decks, slides
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError

LESSONS = ROOT / "lessons"
DECKS = sorted(LESSONS.glob("*.deck.toml"))
ONE = """
title = "One"
minutes = 5
[[part]]
title = "all"
minutes = {minutes}
[[part.slide]]
title = "Look"
reveal = true
show = {{ lesson = "77", section = "{section}", outputs = [{output}] }}
notes = "Say it."
"""


@pytest.fixture
def places(tmp_path):
    cells = [
        new_markdown_cell("## Gates\n\ntext"),
        new_code_cell("x = 1", outputs=[new_output("display_data", {"text/html": "<b>13</b>"})]),
        new_markdown_cell("## After"),
        new_code_cell("y", outputs=[new_output("display_data", {"text/plain": "99"})]),
    ]
    folder = tmp_path / "build" / "instructor"
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), folder / "77_small.ipynb")
    (tmp_path / "lessons").mkdir()
    return Places(tmp_path / "lessons")


def written(places, minutes=5, section="Gates", output=0):
    path = places.lessons / "one.deck.toml"
    path.write_text(ONE.format(minutes=minutes, section=section, output=output), "utf-8")
    return path


def page_of(path, places):
    return slides.page(*decks.deck(path, places))


def test_a_slide_shows_the_output_of_its_section_folded_and_without_code(places):
    page = page_of(written(places), places)
    shown = page[page.index("<main>") : page.index("</main>")]
    assert "99" not in shown
    assert "x = 1" not in shown
    assert "Minutes 0–5: all" in shown
    assert re.search(r"<summary>Show the answer</summary>.*<b>13</b>.*</details>", shown, re.DOTALL)
    assert re.search(r'<template class="notes"><p>Say it.</p>\s*</template>', shown)


def test_a_deck_refuses_a_table_that_names_columns_as_the_code_does(places):
    path = next((places.build / "instructor").glob("77_*"))
    notebook = nbformat.read(path, as_version=4)
    table = "<table><thead><tr><th></th><th>cc_code</th></tr></thead></table>"
    notebook.cells[1].outputs[0].data["text/html"] = table
    notebook.cells[1].id = "small-001"
    nbformat.write(notebook, path)
    with pytest.raises(LessonError, match=r"one.deck.toml: cell small-001: .*code: cc_code; say"):
        decks.deck(written(places), places)
    (places.lessons / "labels.toml").write_text('cc_code = "what is left"\n', "utf-8")
    assert "what is left" in page_of(written(places), places)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"minutes": 4}, "add up to 4"),
        ({"section": "Nowhere"}, "has 0 outputs"),
        ({"output": 3}, "asks for"),
        ({"section": 'Gates", paragraph = "No'}, "no paragraph"),
    ],
)
def test_a_deck_that_does_not_fit_says_so(places, changed, message):
    with pytest.raises(LessonError, match=message):
        decks.deck(written(places, **changed), places)


@pytest.mark.parametrize("path", DECKS, ids=lambda path: Path(path).stem)
def test_shipped_decks_name_sections_that_exist(path):
    content = decks.read(path)
    for slide in (slide for part in content["part"] for slide in part["slide"]):
        if "show" not in slide:
            continue
        source = min(LESSONS.glob(f"{slide['show']['lesson']}_*.md"))
        headings = re.findall(r"^#+ (.*)$", source.read_text("utf-8"), flags=re.MULTILINE)
        assert slide["show"]["section"] in headings
    assert any("leave" in slide.get("text", "") for slide in content["part"][0]["slide"])
