"""Every deck as a PowerPoint file: opened again, held against its HTML, drawn by LibreOffice."""

import re
import shutil
import subprocess
from itertools import groupby

import pytest
from bs4 import BeautifulSoup
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from test_every_slide import DECKS

from dsrct_edu.authoring.powerpoint.writing import of_html

pytestmark = pytest.mark.browser
SOFFICE = shutil.which("soffice")
NEAR = 127  # a hundredth of a point: what rounding may add


@pytest.fixture
def both(built):
    """A deck as python-pptx opens it, and as a parsed page."""

    def opened(name):
        page = (built / f"{name}.html").read_text("utf-8")
        return Presentation(built / f"{name}.pptx"), BeautifulSoup(page, "html.parser")

    return opened


def held(shapes):
    for shape in shapes:
        yield shape
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from held(shape.shapes)


def descr(shape):
    return shape._element.xpath(".//p:cNvPr")[0].get("descr", "")


def heading(page):
    """The words of a slide's title without what tells an answer from its question."""
    words = " ".join(page.shapes.title.text_frame.text.split())
    return re.sub(r": the answer$", "", words)


@pytest.mark.parametrize("name", DECKS)
def test_every_slide_has_a_title_and_stands_whole(both, name):
    deck, _ = both(name)
    assert len(deck.slides) > 10
    for number, page in enumerate(deck.slides, 1):
        assert page.shapes.title.text_frame.text.strip(), number
        for shape in held(page.shapes):
            far = (shape.left + shape.width, shape.top + shape.height)
            assert min(shape.left, shape.top) >= -NEAR, (number, shape.name)
            assert far[0] <= deck.slide_width + NEAR, (number, shape.name)
            assert far[1] <= deck.slide_height + NEAR, (number, shape.name)


@pytest.mark.parametrize("name", DECKS)
def test_pictures_say_in_powerpoint_what_they_say_on_the_page(both, name):
    deck, page = both(name)
    kinds = (MSO_SHAPE_TYPE.PICTURE, MSO_SHAPE_TYPE.GROUP)
    said = [descr(one) for each in deck.slides for one in each.shapes if one.shape_type in kinds]
    assert all(said)
    assert {picture["alt"] for picture in page.select("main img")} <= set(said)
    tables = [one for each in deck.slides for one in each.shapes if one.has_table]
    assert all(map(descr, tables))
    assert len(tables) >= len(page.select("main table"))


@pytest.mark.parametrize("name", DECKS)
def test_notes_are_equal(both, name):
    deck, page = both(name)
    wanted, found = [], []
    for section in page.select("main > section"):
        title = " ".join(section.select_one("h1, h2").get_text(" ").split())
        notes = section.select_one("template.notes")
        parts = of_html(notes.decode_contents()) if notes else []
        wanted.append((title, [part.text for part in parts]))
    for slide in deck.slides:
        frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        lines = [line.text for line in frame.paragraphs] if frame else []
        found.append((heading(slide), [re.sub(r"^(•|\d+\.) ", "", line) for line in lines]))
    # A slide and the slide of its answer are one section of the page.
    assert [one for one, _ in groupby(found)] == [one for one, _ in groupby(wanted)]
    assert any(notes for _, notes in found)


@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine")
@pytest.mark.parametrize("name", DECKS)
def test_another_program_draws_every_slide(built, tmp_path, name):
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/home", "--headless", "--convert-to",
         "pdf", "--outdir", str(tmp_path), str(built / f"{name}.pptx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    drawn = (tmp_path / f"{name}.pdf").read_bytes()
    slides = len(Presentation(built / f"{name}.pptx").slides)
    assert len(re.findall(rb"/Type\s*/Page\b", drawn)) == slides
