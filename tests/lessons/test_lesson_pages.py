"""The page of a lesson as text: what stands in it, what is hidden, what its script is given."""

import json
import re
from io import BytesIO

import numpy as np
import pytest
from nbformat import v4
from PIL import Image

from dsrct_edu import dials
from dsrct_edu.authoring import course as shared
from dsrct_edu.authoring import exporter, frame, notebooks, page_data, page_pictures, pages
from dsrct_edu.authoring.editions import PAGE
from dsrct_edu.authoring.inserts import BRACES
from dsrct_edu.authoring.sources import LessonError

RESULT = {
    "output_type": "execute_result",
    "execution_count": 1,
    "metadata": {},
    "data": {
        "text/html": '<div role="status"><p>x</p></div>',
        "text/plain": "The share left. It is: 0.25.",
    },
}


def page_of(course):
    """The page of the skeleton, with an output for each cell that shows a result."""
    lesson = course.lesson()
    cells = notebooks.cells(lesson, PAGE)
    values = {name: "0.25" for cell in cells for name in BRACES.findall(cell.source)}
    code = [cell for cell in cells if cell.cell_type == "code"]
    outputs = [[RESULT] if ".beside(" in cell.source else [] for cell in code]
    return pages.page(lesson, notebooks.notebook(lesson, PAGE, values, outputs))


def data_of(page):
    return json.loads(re.search(r'<script id="data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def test_a_page_has_its_frame_its_row_and_its_sections(course):
    page = page_of(course)
    assert page == page_of(course)
    assert "<title>Small steps</title>" in page
    assert 'href="../assets/page.css"' in page
    assert 'href="../notebooks/42_small_steps.ipynb"' in page
    assert "Run it" not in page
    for title in re.findall(r'<h2 id="?([^">]+)', page):
        assert f"#{title}" in page
        assert "?at=42_small_steps%23" in page


def test_run_it_leads_where_the_build_says(course, monkeypatch):
    monkeypatch.setenv(pages.RUN_VARIABLE, "lite/notebooks/index.html?path=")
    assert 'href="../lite/notebooks/index.html?path=42_small_steps.ipynb"' in page_of(course)


def test_what_is_reported_says_lesson_and_section(course, monkeypatch):
    monkeypatch.setattr(pages, "_project_urls", lambda: {"issues": "https://example.org/issues"})
    assert "https://example.org/issues/new?title=42_small_steps%23" in page_of(course)
    monkeypatch.setattr(pages, "_project_urls", lambda: {"issues": "mailto:a@example.org"})
    assert "mailto:a@example.org?subject=42_small_steps%23" in page_of(course)


def test_a_reveal_stands_folded_inside_its_guess(course):
    page = page_of(course)
    guess = re.search(r'<div class="?guess.*?</details>\s*</div>', page, re.DOTALL)[0]
    assert "<details class=reveal>" in guess
    key = re.search(r"data-key=([\d.]+)", guess)[1]
    assert data_of(page)["asks"][key]["told"] == "0.25"


def test_a_guess_that_the_checks_do_not_know_is_its_authors_fault(course):
    key = next(iter(course.lesson().data("checks")["predict"]))
    course.edit(f'[predict."{key}"]', '[predict."42.9"]', ".checks.toml")
    with pytest.raises(LessonError, match="the checks say nothing of"):
        page_of(course)


def test_an_exercise_says_what_the_checks_say(course):
    for key, task in data_of(page_of(course))["tasks"].items():
        entry = course.lesson().data("checks")["exercise"][key]
        assert task["right"] == entry["right"]
        messages = [record["message"] for record in entry.get("wrong", [])]
        assert [message for _, message in task["wrong"]] == messages


def test_expected_answers_are_computed_and_infinity_survives():
    checks = {
        "given": "half = 0.5",
        "exercise": {
            "42.1": {
                "kind": "value", "expected": "half * 2", "tolerance": 0.1, "right": "One.",
                "about": "one", "wrong": [{"answer": "np.inf", "message": "Never."}],
            },
            "42.2": {"kind": "function", "cases": [], "right": ""},
        },
    }  # fmt: skip
    made = page_data.tasks(checks)
    assert list(made) == ["42.1"]
    assert made["42.1"]["expected"] == 1.0
    assert made["42.1"]["wrong"] == [["Infinity", "Never."]]


def columns_of(written):
    """Read a column as the page's script does."""
    if not isinstance(written, str):
        return written
    letters, high, low = [*reversed(written.split(" ")), 1, 0][:3]
    twos = []
    for two in re.findall(r"\.|..", letters):
        twos.append(twos[-1] if two == "." else two)
    span = float(high) - float(low)
    return [None if two == "--" else float(low) + span * int(two, 36) / 1295 for two in twos]


@pytest.mark.parametrize("name", ["hazard_and_baseline", "selection_strength"])
def test_a_dial_on_a_page_is_the_notebooks(name):
    made, whole = page_data.turned(name), getattr(dials, name)().as_data()
    for (places, said), setting in zip(made["settings"], whole["settings"], strict=True):
        words = []
        for sentence in said.split(";"):
            place, *numbers = sentence.split(" ")
            shape = made["sentences"][int(place)]
            for number in numbers:
                shape = shape.replace("#", number, 1)
            words.append(shape)
        assert " ".join(words) == setting["words"]
        for (layer, column), place in zip(made["layout"], re.findall("..", places), strict=True):
            mine = columns_of(made["columns"][int(place, 36)])
            theirs = setting["layers"][layer][column]
            for a, b in zip(mine, theirs, strict=True):
                assert a == b or abs(a - b) <= 0.005 * max(1, abs(b))


def test_a_picture_loses_colours_and_no_size():
    noise = np.random.default_rng(1).integers(0, 256, (120, 200, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    assert len(file.getvalue()) > page_pictures.LARGEST
    small = page_pictures.quantised(file.getvalue())
    assert len(small) <= page_pictures.LARGEST
    assert small == page_pictures.quantised(file.getvalue())
    assert Image.open(BytesIO(small)).size == (200, 120)


def test_a_picture_is_taken_out_once_and_named_by_what_is_in_it():
    output = {"output_type": "display_data", "metadata": {}, "data": {}}
    output["data"]["text/html"] = '<img alt="A" src="data:image/png;base64,AAAA">'
    cell = v4.new_code_cell("x", outputs=[output, output])
    found = page_pictures.of_notebook(v4.new_notebook(cells=[cell]))
    assert list(found.values()) == [b"\0\0\0"]
    assert f'src="{next(iter(found))}"' in page_pictures.apart(output["data"]["text/html"])


def test_a_script_keeps_its_strings_when_it_is_made_small():
    line = 'const a = { b: "one; two, { three }" };'
    assert exporter._squeezed(line) == 'const a={b: "one; two, { three }"};'
    template = "say(`a, { b }; ${c}`, d);"
    assert exporter._squeezed(template) == template


def test_any_page_of_the_site_can_have_the_frame(course):
    lessons = shared.read(course.places.lessons)
    page = frame.page("frame.html.j2", "docs/model.html", "A & B", lessons, search="search.html")
    assert "<title>A &amp; B</title>" in page
    assert 'href="../search.html"' in page
    assert 'href="../lessons/42_small_steps.html"' in page
