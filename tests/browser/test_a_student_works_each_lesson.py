"""A student works every lesson in JupyterLab on a small laptop, from its first cell to its last.

Each cell is run in its turn. A prediction is run with its dots, then guessed; an exercise is left
open, then answered wrongly, then rightly; the quiz is answered and the dial is turned by keyboard.
"""

import ast
import shutil
import textwrap

import nbformat
import pytest
from student import Student, cells_are_as_marked, flat, mark_cells, tab_to

from dsrct_edu.authoring import predictions
from dsrct_edu.authoring.marks import recorded
from dsrct_edu.classroom import exercises, lessons, quiz
from dsrct_edu.resources import root

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1366, "height": 768}
NOTEBOOKS = sorted(path.stem for path in (root() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
LESSONS = [name for name in NOTEBOOKS if not name.endswith("_more")]  # those that ask something
NOT_FOR_THE_NOTEBOOK = ["x", "y", "m", "d", "d", "j", "k", "0", "0", "Escape", "ArrowDown"]


@pytest.fixture
def student(page, course, open_notebook):
    """A student with a copy of a lesson that nobody else opens, on a small laptop."""

    def opens(name):
        shutil.copy(course.folder / f"{name}.ipynb", course.folder / f"mine_{name}.ipynb")
        page.set_viewport_size(LAPTOP)
        return Student(open_notebook(f"mine_{name}.ipynb"))

    return opens


def wrong_answer(exercise, check, stub):
    """Return code that gives the first wrong answer of the record, and what is said to it."""
    records = exercise.get("wrong", [])
    if not records:
        return f"{name_checked(check)} = 'no idea'", ""
    if exercise["kind"] in ("choice", "order", "value"):
        answer = recorded(exercise, given(check), 0)
        written = repr(answer) if isinstance(answer, str) else repr(float(answer))
        return stub[: stub.rindex("...")] + written, records[0]["message"]
    # A table or a function: its expression, with the names of the record kept to themselves.
    body = f"import numpy as np, pandas as pd\n{given(check)}\nreturn {records[0]['answer']}"
    code = f"def _slip():\n{textwrap.indent(body, '    ')}\n{name_checked(check)} = _slip()"
    return code, records[0]["message"]


def given(check):
    return lessons.checks_of(exercises.walk([check])[0].key).get("given", "")


def name_checked(check):
    """Return the name of the answer in ``dsrct.check("05.1", answer)``."""
    return next(ast.walk(ast.parse(check.source.strip().splitlines()[-1]))).body[0].value.args[1].id


def guess(me, at, cells, asked):
    """Be asked, see nothing that tells, guess, and see all of it."""
    entry = lessons.checks_of(asked.key)["predict"][asked.key]
    ask, reveal = (cells.index(cell) for cell in (asked.ask, asked.reveal))
    assert at == reveal
    assert f"Guess first: {flat(entry['about'])}" in me.run(reveal)
    assert me.has_seen(entry["spoilers"]) == []
    noted = me.run(ask, asked.ask.source.replace("...", repr(entry["example"])))
    assert noted.endswith("Noted.")
    told = ""
    for between in range(ask + 1, reveal + 1):
        if cells[between].cell_type == "code":
            told = me.run(between)
    assert "You said" in told
    assert "It is" in told
    assert me.has_seen(entry["spoilers"]) == entry["spoilers"]


def answer(me, at, cells, exercise, solved):
    """Leave the dots, give a wrong answer, then the worked one."""
    code, check = cells.index(exercise.code), at
    assert me.run(check).startswith(("To do", "Not yet"))
    entry = lessons.checks_of(exercise.key)["exercise"][exercise.key]
    slip, message = wrong_answer(entry, exercise.check, exercise.code.source)
    me.run(code, slip)
    said = me.run(check)
    assert said.startswith(f"Not yet ({exercise.key}).")
    assert flat(message) in said
    me.run(code, solved[exercise.key])
    assert me.run(check).startswith(f"Right ({exercise.key}).")


def take_quiz(me, at, number):
    """Answer each question by its letters: all options, a wrong one, the right one."""
    me.run(at)
    page = me.page
    mark_cells(page)
    page.locator(".dsrct-quiz input[type=radio]").first.wait_for()
    for place, item in enumerate(quiz(number).items):
        asked = page.locator(".dsrct-item").nth(place)
        said = asked.locator("[role=status]")
        tab_to(page, f".dsrct-item:nth-child({place + 2}) input[type=radio]")
        letters = [letter for letter, _ in item.lettered()]
        for letter in letters:
            me.press(letter)
            on = asked.locator("input[type=radio]").evaluate_all("all => all.map(o => o.checked)")
            assert letters[on.index(True)] == letter
        slip = next(letter for letter in letters if letter != item.key)
        for letter, verdict in [(slip, "Not yet."), (item.key, "Right.")]:
            why = flat(dict(item.lettered())[letter].why)
            me.press(letter)
            assert me.presses_until("Enter", said, f"{verdict} {why}")
        me.press(*NOT_FOR_THE_NOTEBOOK)
        assert page.evaluate("document.activeElement.closest('.dsrct-quiz') !== null")
    tab_to(page, ":not(.dsrct-quiz *)")  # no trap: Tab leads out
    assert cells_are_as_marked(page)
    me.look(at)


def turns(control):
    """Return keys that change a control at each stroke, wherever it stands at first."""
    if control.evaluate("(one) => one.matches('button')"):
        return ["Space"]
    now, low = (control.get_attribute(f"aria-value{what}") for what in ("now", "min"))
    first, then = ("Right", "Left") if float(now) == float(low) else ("Left", "Right")
    return [f"Arrow{first}", f"Arrow{then}", f"Arrow{first}"]


def turn_dial(me, at):
    """Turn each control there and back, press each button; the words follow."""
    me.run(at)
    page = me.page
    mark_cells(page)
    dial = me.cell(at).locator(".dsrct-dial")
    said = dial.locator("[role=status]")
    said.wait_for()
    controls = dial.locator(".noUi-handle, button")
    for place in range(controls.count()):
        controls.nth(place).evaluate("(one, place) => { one.dataset.turned = place; }", place)
        tab_to(page, f"[data-turned='{place}']")
        for key in turns(controls.nth(place)):
            words = said.inner_text()
            me.press(key)
            page.wait_for_function(
                "([at, words]) => document.querySelector(`[data-windowed-list-index='${at}'] "
                ".dsrct-dial [role=status]`).innerText !== words",
                arg=[at, words],
            )
        me.press("a", "b", "d", "d")
    tab_to(page, ":not(.dsrct-dial *)")
    assert cells_are_as_marked(page)
    assert dial.bounding_box()["height"] <= LAPTOP["height"]
    me.look(at)


@pytest.mark.parametrize("name", LESSONS)
def test_a_student_works_the_lesson(name, student):
    me = student(name)
    number = name[:2]
    cells = nbformat.read(root() / "notebooks" / f"{name}.ipynb", 4).cells
    solutions = nbformat.read(root() / "notebooks" / "solutions" / f"{name}.ipynb", 4).cells
    solved = {one.key: one.code.source for one in exercises.walk(solutions)}
    asks = {cells.index(one.reveal): one for one in predictions.walk(cells)}
    checks = {cells.index(one.check): one for one in exercises.walk(cells)}
    done = []
    for at, cell in enumerate(cells):
        if cell.cell_type != "code":
            me.go_to(at)
            me.look(at)
        elif at in asks:
            guess(me, at, cells, asks[at])
            done.append("guess")
        elif at in checks:
            answer(me, at, cells, checks[at], solved)
            done.append("exercise")
        elif "quiz" in exercises.tags(cell):
            take_quiz(me, at, number)
            done.append("quiz")
        elif "dsrct.dials." in cell.source:
            turn_dial(me, at)
            done.append("dial")
        else:
            me.run(at)
    assert me.faults == []
    assert set(done) >= {"guess", "exercise", "quiz"}


FAULTS = """import base64, io, sys
from IPython.display import HTML
from PIL import Image
file = io.BytesIO()
Image.new("RGB", (3000, 20)).save(file, "png")
data = base64.b64encode(file.getvalue()).decode()
print("red", file=sys.stderr)
HTML(f'<img alt="wide" style="max-width:none" width="3000" src="data:image/png;base64,{data}">')"""


def test_what_is_too_wide_red_or_told_too_early_is_noticed(student):
    me = student(LESSONS[0])
    me.run(3, FAULTS)
    assert me.faults == ["cell 3: wide", "cell 3 is red: red"]
    assert me.has_seen(["run this whole course", "nowhere said"]) == ["run this whole course"]
