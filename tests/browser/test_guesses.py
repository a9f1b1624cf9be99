"""In JupyterLab: a guess is asked for and shown, errors are plain, links land on their term."""

import re

import pytest

from dsrct_edu.classroom import lessons

pytestmark = pytest.mark.browser

IS = lessons.checks_of("05.3")["predict"]["05.3"]["spoilers"][0]  # what 05.3 reveals
WIDE = "(element) => element.scrollWidth <= element.clientWidth + 1"


def cell_of(page, text):
    """Return the code cell whose code holds a text, in view: JupyterLab draws only those."""
    cell = page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea", has_text=text)).first
    cell.scroll_into_view_if_needed()
    return cell


def run(page, text, new=None):
    """Run the cell that holds a text, with new code if it is given; return its output."""
    cell = cell_of(page, text)
    cell.locator(".cm-content").click()
    if new is not None:
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(new)
        cell = page.locator(".jp-CodeCell.jp-mod-active")
    before = cell.locator(".jp-InputPrompt").inner_text()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        """(before) => {
            const prompt = document.querySelector('.jp-CodeCell.jp-mod-active .jp-InputPrompt');
            return prompt && prompt.innerText !== before && !prompt.innerText.includes('*');
        }""",
        arg=before,
    )
    return cell.locator(".jp-OutputArea")


@pytest.fixture
def lesson_05(open_notebook, run_all):
    """Lesson 05 with all its cells run and no guess made."""
    page = open_notebook("05_kaplan_meier.ipynb")
    page.set_viewport_size({"width": 1366, "height": 768})
    run_all()
    return page


def test_the_question_comes_first_and_then_all_at_once(lesson_05):
    page, reveal = lesson_05, "guess_3.beside("
    cell_of(page, reveal).get_by_text("Guess first: median survival with HIPEC.").wait_for()
    assert "striking" not in page.locator(".jp-Notebook").inner_text()
    said = run(
        page,
        'guess_3 = dsrct.predict("05.3", ...)',
        'guess_3 = dsrct.predict("05.3", -20)\nguess_3',
    )
    assert "Your guess is −20. What is expected is a number from 0 to 120" in said.inner_text()
    run(page, 'dsrct.predict("05.3", -20)', 'guess_3 = dsrct.predict("05.3", 30)\nguess_3')
    shown = run(page, reveal)
    told = shown.locator("[role=status]")
    for words in ("You said 30 months", f"It is {IS} months", "It is a striking figure"):
        assert words in re.sub(r"\s+", " ", told.inner_text())
    picture = shown.locator("img")
    assert picture.evaluate("(img) => img.complete && img.naturalWidth > 0")
    assert f"HIPEC {IS} months" in picture.get_attribute("alt")
    said_at, is_at = (
        told.locator("strong", has_text=words).bounding_box()["x"]
        for words in ("30 months", f"{IS} months")
    )
    assert said_at < is_at
    assert told.evaluate(WIDE)


def test_a_second_run_shows_the_answer_to_who_will_not_guess(lesson_05):
    shown = run(lesson_05, "guess_1.beside(")
    assert "You said" not in shown.inner_text()
    assert "It is lower" in shown.inner_text()
    assert "drops to zero" in shown.inner_text()
    assert "to 0.0%" in shown.locator("img").get_attribute("alt")


def test_a_bare_letter_is_explained_and_not_judged(open_notebook):
    page = open_notebook("00_start_here.ipynb")
    run(page, "import dsrct_edu as dsrct")
    run(page, "load_cohort(")
    run(page, "helps = ", "helps = ...")
    red = run(page, "helps = ...", "helps = b").inner_text()
    assert red.startswith("Python knows no name `b`.")
    assert 'put it in quotation marks: "b"' in red
    assert "NameError" in red
    stale = run(page, 'check("00.2"').inner_text()
    assert "The cell that sets helps stopped with an error" in stale
    run(page, "helps = b", 'helps = "b"')
    assert "Right (00.2)." in run(page, 'check("00.2"').inner_text()


@pytest.mark.parametrize("words", ["median survival", "at risk"])
def test_a_link_into_the_glossary_lands_on_its_term(open_notebook, words):
    page = open_notebook("05_kaplan_meier.ipynb")
    page.locator(".jp-MarkdownCell a", has_text=words).first.click()
    heading = page.locator(f"h2[data-jupyter-id='{words.capitalize().replace(' ', '-')}']")
    heading.wait_for()
    page.wait_for_function(
        """(heading) => {
            const view = heading.closest('.jp-WindowedPanel-outer').getBoundingClientRect();
            const box = heading.getBoundingClientRect();
            return view.top <= box.top && box.bottom <= view.bottom;
        }""",
        arg=heading.element_handle(),
    )
