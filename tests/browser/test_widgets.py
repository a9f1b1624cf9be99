"""Checks, quiz and dial in JupyterLab, by keyboard alone: a wrong answer and a right one each."""

import re

import pytest

from dsrct_edu.classroom import quiz

pytestmark = pytest.mark.browser

NOTEBOOK = "05_kaplan_meier.ipynb"
MANY_CELLS = 80
MANY_TABS = 400
FOCUS = "() => {{ const e = document.activeElement; return {wanted}; }}"


def output_of(page, text):
    """Return the code cell that holds a text."""
    return page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea", has_text=text)).first


def enter_cell(page, text):
    """Walk through the notebook, down and then up, until the cell with this text is active."""
    page.keyboard.press("Escape")
    active = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    for key in ["ArrowDown"] * MANY_CELLS + ["ArrowUp"] * MANY_CELLS:
        if active.count() and text in active.inner_text():
            return
        page.keyboard.press(key)
    raise AssertionError(f"no cell with {text!r}")


def run_cell(page, text):
    """Run the cell that holds a text, and stay on it."""
    enter_cell(page, text)
    page.keyboard.press("Control+Enter")


def tab_to(page, selector):
    """Press Tab until an element of this kind has the focus."""
    wanted = FOCUS.format(wanted=f"e.matches({selector!r})")
    for _ in range(MANY_TABS):
        if page.evaluate(wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no number of tabs reaches {selector}")


def write_cell(page, text, new):
    """Replace the text of a cell and run it."""
    enter_cell(page, text)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(new)
    page.keyboard.press("Control+Enter")


@pytest.fixture
def notebook(open_notebook):
    page = open_notebook(NOTEBOOK)
    run_cell(page, "import dsrct_edu as dsrct")
    # The kernel may live on from an earlier check, so any number will do.
    prompt = output_of(page, "import dsrct_edu as dsrct").locator(".jp-InputPrompt")
    prompt.get_by_text(re.compile(r"\[\d+\]")).wait_for()
    return page


def test_check_says_what_is_wrong_and_what_is_right(notebook):
    page, check = notebook, 'check("05.1"'
    said = output_of(page, check).locator("[role=status]")
    write_cell(page, "step_at_20 = ", "step_at_20 = ...")
    run_cell(page, check)
    said.get_by_text("Nothing to check yet").wait_for()
    write_cell(page, "step_at_20 = ", "step_at_20 = 5 / 6")
    run_cell(page, check)
    said.get_by_text("divides by all six").wait_for()
    assert "Not yet (05.1)." in said.inner_text()
    assert "Hint" in said.inner_text()
    write_cell(page, "step_at_20 = ", "step_at_20 = 2 / 3")
    run_cell(page, check)
    said.get_by_text("Right (05.1).").wait_for()
    assert "Hint" not in said.inner_text()


def test_quiz_is_answered_with_tab_and_space(notebook):
    page, item = notebook, quiz("05").items[0]
    assert not item.options[0].key
    assert item.options[1].key
    run_cell(page, 'dsrct.quiz("05")')
    page.wait_for_selector(".dsrct-quiz input[type=radio]")
    said = page.locator(".dsrct-quiz [role=status]").first
    tab_to(page, ".dsrct-quiz input[type=radio]")
    page.keyboard.press("Space")
    tab_to(page, ".dsrct-quiz button")
    page.keyboard.press("Space")
    said.get_by_text("Not yet.").wait_for()
    assert item.options[0].why in said.inner_text()
    # Each radio button of ipywidgets is a tab stop of its own; arrows would leave the cell.
    for _ in item.options[1:]:
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    tab_to(page, ".dsrct-quiz button")
    page.keyboard.press("Space")
    said.get_by_text("Right.").wait_for()
    assert item.options[1].why in said.inner_text()


def test_dial_is_turned_with_arrows(notebook):
    page, dial = notebook, "dsrct.dials.sample_size()"
    run_cell(page, dial)
    picture = output_of(page, dial).locator(".widget-html img")
    picture.wait_for()
    before = picture.get_attribute("alt")
    assert "months" in before
    tab_to(page, ".noUi-handle")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "(before) => [...document.querySelectorAll('.widget-html img')]"
        ".some((image) => image.alt && image.alt !== before)",
        arg=before,
    )
    after = picture.get_attribute("alt")
    assert "months" in after
    assert after != before
