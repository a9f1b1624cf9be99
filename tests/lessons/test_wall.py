"""Dials on slides: drawn for the last row, and turned, each setting on a slide of its own."""

import re

import pytest
from test_slides import blocks_of, code, text

from dsrct_edu.authoring import paging, wall
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.authoring.widths import plain
from dsrct_edu.classroom import dials


def dial(name="sample_size"):
    bundle = getattr(dials, name)()._repr_mimebundle_()
    return code(f"dials.{name}()", html=bundle["text/html"], plain=bundle["text/plain"])


def turned(*cells):
    return list(wall.turned(blocks_of(*cells)))


def test_a_dial_is_shown_at_its_start_and_at_both_ends():
    found = turned(text("Turn it."), dial(), text("So much for chance."))
    labels = [block.body for block in found if block.kind == "prose"]
    assert labels == [
        "Turn it.", "**Patients: 200**", "**Patients: 20**", "**Patients: 2000**",
        "So much for chance.",
    ]  # fmt: skip
    said = [plain(block.body) for block in found if block.kind == "html"]
    assert said == [dials.sample_size().words(patients=number) for number in (200, 20, 2000)]


@pytest.mark.parametrize("name", [name for name in dials.__all__ if name != "Dial"])
def test_its_setting_stands_on_the_slide_of_its_picture(name):
    (section,) = paging.sections("Turn", turned(text("## Turn", "slide"), dial(name)))
    shown = [slide for slide in paging.slides(section) if "dial" in kinds(slide)]
    assert len(shown) >= 2
    for slide in shown:
        assert kinds(slide)[:2] == ["prose", "dial"]
        picture = slide.blocks[1]
        assert picture.size[0] / 560 * 15 * 0.96 * slide.grow >= 18  # pixels of its letters
        assert 'style="' not in picture.body


def kinds(slide):
    return [block.kind for block in slide.blocks]


def test_a_dial_that_is_none_names_its_cell():
    cell = dial()
    cell.source = "dials.no_such()"
    with pytest.raises(LessonError, match=f"cell {cell.id}: there is no dial 'no_such'"):
        turned(cell)


def test_what_a_dial_says_of_itself_stays_with_its_picture():
    pictures = [block for block in turned(dial()) if block.kind == "dial"]
    assert [re.match(r"\d[\d,]* patients", block.words)[0] for block in pictures] == [
        "200 patients", "20 patients", "2,000 patients",
    ]  # fmt: skip
