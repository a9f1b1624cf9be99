"""Checks, quiz and dial in JupyterLab, by keyboard alone: a wrong answer and a right one each."""

import re

import pytest
from student import cells_are_as_marked, mark_cells, tab_to

from dsrct_edu.classroom import quiz

pytestmark = pytest.mark.browser

NOTEBOOK = "05_kaplan_meier.ipynb"
MANY_CELLS = 80


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


@pytest.fixture
def shown_quiz(notebook):
    run_cell(notebook, 'dsrct.quiz("05")')
    notebook.wait_for_selector(".dsrct-quiz input[type=radio]")
    return notebook


def chosen(page):
    """Return the letters that are chosen in the first question."""
    radios = page.locator(".dsrct-item").first.locator("input[type=radio]")
    checked = radios.evaluate_all("radios => radios.map(radio => radio.checked)")
    return "".join(letter for letter, on in zip("abcd", checked, strict=True) if on)


def test_quiz_is_answered_with_tab_and_space(shown_quiz):
    page, item = shown_quiz, quiz("05").items[0]
    said = page.locator(".dsrct-quiz [role=status]").first
    assert item.key == "b"
    tab_to(page, ".dsrct-quiz input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    said.get_by_text("Not yet.").wait_for()
    assert item.options[0].why in said.inner_text()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "b"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    said.get_by_text("Right.").wait_for()
    assert item.options[1].why in said.inner_text()


def test_no_key_leaves_a_quiz(shown_quiz):
    page = shown_quiz
    mark_cells(page)
    tab_to(page, ".dsrct-quiz input[type=radio]")
    for key in ["a", "b", "c", "d", "d"]:
        page.keyboard.press(key)
        assert chosen(page) == key
    for key in ["x", "y", "m", "j", "k", "Shift+L", "ArrowLeft", "ArrowRight", "Escape", "z"]:
        page.keyboard.press(key)
    assert chosen(page) == "d"
    for key, letter in [("ArrowUp", "c"), ("ArrowDown", "d"), ("ArrowDown", "a")]:
        page.keyboard.press(key)
        assert chosen(page) == letter
    assert cells_are_as_marked(page)
    assert page.evaluate("document.activeElement.matches('.dsrct-quiz input[type=radio]')")
    group = page.get_by_role("radiogroup", name="Question 1")
    assert group.get_by_role("radio").count() == len(quiz("05").items[0].options)
    # With a modifier they are the notebook's, as everywhere.
    page.keyboard.press("Control+Shift+c")
    page.wait_for_selector(".jp-ModalCommandPalette input")


def test_enter_answers_a_question(shown_quiz):
    page = shown_quiz
    mark_cells(page)
    said = page.locator(".dsrct-quiz [role=status]").first
    # A click on the words of a question is enough: the letters are meant for it then.
    page.locator(".dsrct-item").first.locator("p").first.click()
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    said.get_by_text("Not yet.").wait_for()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    said.get_by_text("Right.").wait_for()
    assert cells_are_as_marked(page)
    hint = page.locator(".dsrct-quiz >> text=the letters choose")
    assert hint.is_visible()
    assert not page.locator(".dsrct-quiz >> text=Space chooses").is_visible()


def test_dial_is_turned_by_keyboard(notebook):
    page, dial = notebook, "dsrct.dials.sample_size()"
    run_cell(page, dial)
    said = page.locator(".dsrct-dial [role=status]")
    said.wait_for()
    mark_cells(page)
    seen = [said.inner_text()]

    def press(key):
        page.keyboard.press(key)
        page.wait_for_function(
            "(before) => document.querySelector('.dsrct-dial [role=status]').innerText !== before",
            arg=seen[-1],
        )
        seen.append(said.inner_text())

    tab_to(page, ".dsrct-dial .noUi-handle")
    for key, patients in [("ArrowLeft", 100), ("ArrowRight", 200), ("ArrowUp", 500)]:
        press(key)
        assert seen[-1].startswith(f"{patients} patients, draw 1 of 10.")
        assert page.get_by_role("slider", name="Patients").is_visible()
    tab_to(page, ".dsrct-dial button")
    for key, draw in [("Space", 2), ("Enter", 3)]:
        press(key)
        assert seen[-1].startswith(f"500 patients, draw {draw} of 10.")
    for key in ["a", "b", "d", "d"]:
        page.keyboard.press(key)
    assert cells_are_as_marked(page)
    assert page.evaluate("document.activeElement.matches('.dsrct-dial button')")


def test_dial_fits_a_small_laptop(notebook):
    page, dial = notebook, "dsrct.dials.sample_size()"
    page.set_viewport_size({"width": 1366, "height": 650})
    run_cell(page, dial)
    page.locator(".dsrct-dial [role=status]").wait_for()
    assert page.locator(".dsrct-dial").bounding_box()["height"] <= 520
    cell = output_of(page, dial).locator(".jp-OutputArea-output").first.bounding_box()
    image = page.locator(".dsrct-dial img").bounding_box()
    assert image["x"] + image["width"] <= cell["x"] + cell["width"]
