"""What a lecturer prints, measured: one sheet a lesson, no slip cut, on A4 and on Letter."""

import re

import nbformat
import pytest

from dsrct_edu.authoring import course as courses
from dsrct_edu.authoring import notebooks, paths
from dsrct_edu.authoring.editions import GUESSES, SHEET, SOLUTION
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.resources import root

pytestmark = pytest.mark.browser

PAPERS = ("A4", "Letter")
PLACES = Places(root() / "lessons")
# The slips whose words reach below the line at which one cuts them.
CUT = """() => [...document.querySelectorAll('.half')]
  .filter((one) => one.scrollHeight > one.clientHeight).length"""


@pytest.fixture(scope="module")
def printed():
    """The lecturer's page and the guesses of every lesson, by name, without running a lesson."""
    shared = courses.read(PLACES.lessons)
    made = {}
    for lesson in (read(path, shared) for path in PLACES.sources()):
        if lesson.is_more or lesson.for_lecturers:
            continue
        committed = nbformat.read(SOLUTION.path(root(), lesson.name), as_version=4)
        values = committed.metadata.dsrct_edu["values"]
        outputs = [cell.outputs for cell in committed.cells if cell.cell_type == "code"]
        page = SHEET.text(lesson, notebooks.notebook(lesson, SHEET, values, outputs))
        slips = GUESSES.text(lesson, notebooks.notebook(lesson, GUESSES, values))
        made[lesson.name] = page, slips
    return made


def sheets(page, paper):
    """Count the sheets of paper that a page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


def cut(page):
    """Count the slips that are cut on paper; the narrower paper is the harder one."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})
    return page.evaluate(CUT)


def test_the_page_of_each_lesson_is_one_sheet_on_either_paper(page, printed):
    taken = {}
    for name, (text, _) in printed.items():
        page.set_content(text)
        taken |= {(name, paper): sheets(page, paper) for paper in PAPERS}
    assert len(taken) == 34
    assert {place: count for place, count in taken.items() if count != 1} == {}


def test_the_guesses_of_each_lesson_are_a_sheet_of_slips_and_one_of_strips(page, printed):
    taken, short = {}, {}
    for name, (_, text) in printed.items():
        page.set_content(text)
        taken |= {(name, paper): sheets(page, paper) for paper in PAPERS}
        short[name] = cut(page)
    assert {place: count for place, count in taken.items() if count != 2} == {}
    assert set(short.values()) == {0}


def test_no_slip_of_a_path_is_cut(page):
    short = {}
    for path in paths.files(PLACES):
        page.set_content(paths.guess_sheet(path, PLACES))
        short[path.name] = cut(page)
    assert set(short.values()) == {0}


def test_no_slip_fits_whatever_its_length(page, printed):
    page.set_content(printed["05_kaplan_meier"][1])
    page.evaluate("""() => {
      const slip = document.querySelector('.half');
      for (let n = 0; n < 12; n++) slip.append(slip.querySelector('.ask').cloneNode(true));
    }""")
    assert cut(page) == 1
