"""Decks as PowerPoint files: what the HTML deck shows, as real titles, words, tables and notes."""

import base64
import io
import zipfile

import pytest
from nbformat.v4 import new_output
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.util import Emu
from test_slides import ASK, blocks_of, code, frame, text

from dsrct_edu.authoring import paging, slides
from dsrct_edu.authoring.powerpoint import drawing, template, writing
from dsrct_edu.authoring.powerpoint.deck import stages
from dsrct_edu.classroom import dials

RESULT = (
    '<div><p><strong>How many</strong></p><div style="max-width:36em"><div style="border-top:2px '
    'solid #6E6E6E"></div><div style="display:flex"><span style="flex-grow:33.5"></span><span>'
    '<span aria-hidden="true">▲</span></span></div><div style="display:flex"><span style='
    '"flex-grow:33.5"></span><span>It is <strong>67</strong></span></div><div style="display:flex">'
    "<span>0</span><span>200</span></div></div></div>"
)


def picture(words="It falls.", height=500):
    drawn = io.BytesIO()
    Image.new("L", (1000, height), 200).save(drawn, "PNG")
    data = base64.b64encode(drawn.getvalue()).decode("ascii")
    return f'<img alt="{words}" src="data:image/png;base64,{data}">'


def made(*cells):
    """The slides of these cells, and the file as python-pptx opens it again."""
    paged = slides.paged(paging.sections("Small steps", blocks_of(*cells)))
    return paged, Presentation(io.BytesIO(slides.file("Small steps", paged)))


def opened(*cells):
    return made(*cells)[1]


def words_of(page):
    return [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]


def held(shapes):
    """All shapes, those in groups, too."""
    for shape in shapes:
        yield shape
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from held(shape.shapes)


def descr(shape):
    return shape._element.xpath(".//p:cNvPr")[0].get("descr", "")


def outside(deck):
    """What does not stand on its slide: a shape, or words that need more room than theirs."""
    for number, page in enumerate(deck.slides, 1):
        for shape in held(page.shapes):
            left, top = shape.left, shape.top
            far = (left + shape.width, top + shape.height)
            if left < 0 or top < 0 or far > (deck.slide_width + 9, deck.slide_height + 9):
                yield number, shape.name
            if far[0] > deck.slide_width + 9 or far[1] > deck.slide_height + 9:
                yield number, shape.name


LESSON = (
    text("# Small steps\n\n*About 5 minutes.* Then **stop**.", "slide"),
    text("Ask who is **there**.\n\n- first", "instructor"),
    text("## Guess\n\nHow many of 200?", "slide"), ASK,
    code("guess_1.beside(67)", html=RESULT), text("A third of them.", "reveal"),
    text("## Look\n\n- one [word](https://example.org/a)\n- `two`\n\n1. a\n2. b", "slide"),
    code("rows", html=frame(["n", "share"], [[3, "10%"], [4, "20%"]], ["early", "late"])),
    text("## See\n\nIt falls.", "slide"), code("plot", html=picture(words="It falls.")),
    text("## Count", "slide"), code("2 + 2", plain="4"),
)  # fmt: skip


def test_every_slide_has_a_title_of_its_own_and_a_number():
    deck = opened(*LESSON)
    titles = [page.shapes.title.text_frame.text for page in deck.slides]
    assert titles == ["Small steps", "Guess", "Guess: the answer", "Look", "See", "Count"]
    for page in deck.slides:
        kinds = [holder.placeholder_format.type for holder in page.placeholders]
        assert kinds.count(PP_PLACEHOLDER.SLIDE_NUMBER) == 1
        assert page.shapes._spTree.xml.count('type="slidenum"') == 1


def test_an_answer_is_the_slide_that_follows_and_the_question_stands_on_both():
    deck = opened(*LESSON)
    asked, answered = (words_of(deck.slides[place]) for place in (1, 2))
    assert "How many of 200?\nWrite your guess down." in asked
    assert "The answer is on the next slide." in asked
    assert not any("third" in words or "67" in words for words in asked)
    assert "How many of 200?\nWrite your guess down." in answered
    assert "How many" in answered
    assert "A third of them." in answered
    line = next(shape for shape in deck.slides[2].shapes if shape.name == "Answer")
    assert descr(line) == "On a line from 0 to 200: It is 67"
    assert [shape.text_frame.text for shape in line.shapes if shape.has_text_frame][-3:] == [
        "It is 67", "0", "200",
    ]  # fmt: skip


def test_the_slides_before_an_answer_overleaf_say_so_once():
    shown = code("a.beside(7)", html=picture(height=600))
    cells = [text("## Guess\n\nHow many?", "slide"), ASK, shown]
    paged, deck = made(*cells)
    assert [slide.cue for slide in paged] == [True, False]
    assert len(deck.slides) == 2
    assert "The answer is on the next slide." in words_of(deck.slides[0])
    assert "Guess 2\u00a0of\u00a02" in words_of(deck.slides[1])
    assert [stage.overleaf for slide in paged for stage in stages(slide)] == [True, False]


def test_words_keep_their_emphasis_their_lists_and_their_links():
    body = opened(*LESSON).slides[3].shapes[3].text_frame
    assert [line.text for line in body.paragraphs] == ["one word", "two", "a", "b"]
    xml = body._txBody.xml
    assert xml.count('<a:buChar char="•"/>') == 2
    assert '<a:buAutoNum type="arabicPeriod" startAt="2"/>' in xml
    assert body.paragraphs[0].runs[1].hyperlink.address == "https://example.org/a"
    assert body.paragraphs[1].runs[0].font.name == writing.CODE_FACE


def test_a_table_is_a_real_table_with_its_head():
    shape = next(one for one in opened(*LESSON).slides[3].shapes if one.has_table)
    table = shape.table
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        [" ", "n", "share"], ["early", "3", "10%"], ["late", "4", "20%"],
    ]  # fmt: skip
    assert (table.first_row, table.first_col, table.horz_banding) == (True, True, False)
    assert "2 rows" in descr(shape)


def test_notes_are_those_of_the_html_deck():
    first, second, *_ = opened(*LESSON).slides
    assert first.notes_slide.notes_text_frame.text == "Ask who is there.\n• first"
    assert not second.has_notes_slide


def test_pictures_say_what_they_show():
    deck = opened(*LESSON, text("## Turn", "slide"), dial())
    shown = [one for page in deck.slides for one in page.shapes if one.shape_type is not None]
    pictures = [descr(one) for one in shown if one.shape_type == MSO_SHAPE_TYPE.PICTURE]
    groups = [descr(one) for one in shown if one.shape_type == MSO_SHAPE_TYPE.GROUP]
    assert pictures == ["It falls."]
    assert all(groups)
    assert dials.sample_size().drawing.describe() in groups


def dial():
    bundle = dials.sample_size()._repr_mimebundle_()
    return code("dsrct.dials.sample_size()", html=bundle["text/html"], plain=bundle["text/plain"])


def test_a_dial_is_drawn_with_shapes_that_stand_on_the_slide():
    page = opened(text("## Turn", "slide"), dial()).slides[0]
    group = next(shape for shape in page.shapes if shape.shape_type == MSO_SHAPE_TYPE.GROUP)
    words = [shape.text_frame.text for shape in group.shapes if shape.has_text_frame]
    assert {"Months since diagnosis", "72", "100%", "these patients"} <= set(words)
    lines = [one for one in group.shapes if one.shape_type == MSO_SHAPE_TYPE.FREEFORM]
    assert len(lines) >= 3  # a band, a curve, the truth
    assert not group._element.xpath(".//p:style")  # else the theme adds a shadow


def test_everything_stands_on_its_slide():
    assert list(outside(opened(*LESSON, text("## Turn", "slide"), dial()))) == []


def test_a_lecturers_own_slides_look_like_ours():
    deck = opened(*LESSON)
    assert (deck.slide_width, deck.slide_height) == (Emu(12_192_000), Emu(6_858_000))
    assert [one.name for one in deck.slide_layouts] == ["Title and Content", "Title Only"]
    theme = deck.slide_master.part.part_related_by(template.RELATIONSHIP_TYPE.THEME).blob.decode()
    assert theme.count(f'<a:latin typeface="{template.FACE}"') == 2
    assert '<a:accent1><a:srgbClr val="0072B2"' in theme


def test_the_same_slides_are_the_same_bytes():
    paged, _ = made(*LESSON)
    first, second = (slides.file("Small steps", paged) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert packed.testzip() is None
    about = Presentation(io.BytesIO(first)).core_properties
    assert (about.title, about.author, about.created) == ("Small steps", "dsrct-edu", template.DAY)


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("one<br>two", [("", "one"), ("", "two")]),
        ("<p> a \n b </p><p></p>", [("", "a b")]),
        ("<ul><li><p>a</p><p>b</p></li><li>c<ul><li>d</li></ul></li></ul>",
         [("•", "a"), ("", "b"), ("•", "c"), ("•", "d")]),
        ('<ol start="3"><li>a</li><li>b</li></ol>', [("3.", "a"), ("4.", "b")]),
        ('<p>seen<span aria-hidden="true">▲</span></p><!-- no -->', [("", "seen")]),
    ],
)  # fmt: skip
def test_html_becomes_paragraphs(html, lines):
    assert [(part.mark, part.text) for part in writing.of_html(html)] == lines


def test_an_answer_in_words_has_no_line():
    page = writing.BeautifulSoup("<div><p>It is <strong>stable</strong></p></div>", "html.parser")
    assert drawing.taken(page) is None


def test_a_picture_of_an_output_that_is_no_svg_is_a_picture():
    output = new_output("display_data", {"text/html": picture(words="Two arms.")})
    cell = code("x")
    cell.outputs = [output]
    (page,) = opened(text("## See", "slide"), cell).slides
    assert [descr(one) for one in page.shapes if one.shape_type == MSO_SHAPE_TYPE.PICTURE] == [
        "Two arms."
    ]
