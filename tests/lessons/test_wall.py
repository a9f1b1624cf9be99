"""Dials on slides: drawn for the last row, and turned, each setting on a slide of its own."""

import re

import pytest
from test_slides import blocks_of, code, text
from test_slides import picture as drawn

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


def result(body, picture=""):
    return code("guess_1.beside(7)", html=f'{picture}<div role="status">{body}</div>')


def seen(*cells):
    return list(wall.seen(blocks_of(*cells)))


TOLD = "<p><strong>How many came</strong></p><div><div></div>It is <strong>7</strong></div>"


def test_a_result_stands_in_one_line_above_its_picture():
    _, line, shown = seen(result(TOLD, drawn(height=300)))
    assert (line.kind, line.body) == ("prose", "How many came. It is: **7**")
    assert shown.kind == "picture"


def test_a_result_comes_first_as_a_box_if_the_picture_leaves_no_room():
    assert [block.kind for block in seen(result(TOLD, drawn(height=640)))] == [
        "listing", "html", "picture",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [TOLD.replace("<div></div>", "<div>You said 3</div>"), "<p>It is <strong>stable</strong></p>"],
)
def test_what_is_no_bare_result_stays_as_it_is(body):
    *_, shown = seen(result(body, drawn(height=300)))
    assert (shown.kind, shown.body) == ("html", f'<div role="status">{body}</div>')


def test_a_result_without_a_picture_keeps_its_line():
    assert [block.kind for block in seen(result(TOLD), text("Later."))] == [
        "listing", "html", "prose",
    ]  # fmt: skip
