"""In a live kernel: errors begin with a plain line, and a check knows that its cell has stopped."""

import asyncio
import subprocess
import sys

import pytest
from nbclient import NotebookClient
from nbformat import v4

from dsrct_edu.classroom import watching

FIRST = "import dsrct_edu as dsrct\n"


def run(*cells):
    """Run cells in one kernel; return what each showed as text, with the outputs' types."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, timeout=120, allow_errors=True, store_widget_state=False)
    asyncio.run(client.async_execute())
    return [[said(output) for output in cell.outputs] for cell in notebook.cells]


def said(output):
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return output.get("text") or output["data"]["text/plain"]


@pytest.fixture(scope="module")
def shown():
    return run(
        "b",
        FIRST + 'patients = dsrct.load_cohort("teaching").patients',
        "helps = ...",
        "helps = b",
        'dsrct.check("00.2", helps)',
        'helps = "b"',
        'dsrct.check("00.2", helps)',
        "new = (",
        'dsrct.check("00.2", new)',
        'patients["hippec"]',
        "%no_such_magic",
        "patients['hipec'].sum()",
    )


def test_nothing_is_explained_before_the_course_is_used(shown):
    assert shown[0][0].startswith("\x1b")
    assert "put it in quotation marks" not in shown[0][0]


def test_a_bare_letter_is_explained_above_the_traceback(shown):
    (traceback,) = shown[3]
    assert traceback.startswith("Python knows no name `b`. If you mean the letter, put it in quot")
    assert "NameError" in traceback.splitlines()[-1]


def test_a_check_does_not_judge_the_old_answer(shown):
    (stale,), (right,) = shown[4], shown[6]
    assert stale.startswith("To do (00.2). The cell that sets `helps` stopped with an error")
    assert right.startswith("Right (00.2).")


def test_a_name_that_was_never_set_is_explained_by_its_cell(shown):
    assert shown[7][0].startswith("Line 1 is not Python yet.")
    assert shown[8][0].startswith("`new` is not there yet: the cell that sets it stopped")


def test_a_column_has_those_near_it(shown):
    assert shown[9][0].startswith("There is no `hippec` here. Near it: `hipec`.")
    assert "KeyError" in shown[9][0]


def test_what_needs_no_words_gets_none(shown):
    assert len(shown[10]) == 1
    assert "plain" not in shown[10][0]
    assert shown[11] == [shown[11][0]]
    assert int(shown[11][0].removeprefix("np.int64(").rstrip(")")) > 0


@pytest.mark.parametrize(
    "call",
    ['dsrct.check("05.1", 1)', 'dsrct.predict("05.1", ...)', "from dsrct_edu import load_cohort"],
)
def test_each_of_the_three_begins_to_watch(call):
    assert run(FIRST + call, "x = b")[1][0].startswith("Python knows no name `b`.")


def test_no_kernel_is_no_fault():
    code = (
        "import sys, dsrct_edu as dsrct; dsrct.load_cohort; dsrct.check('05.1', 1); "
        "print('IPython' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('dsrct.check("05.1", share)', ["share"]),
        ('check("05.1", answer=a + b)', ["a", "b"]),
        ('dsrct.check("05.2", share)', []),
        ("dsrct.check(share)", []),
        ('dsrct.check("05.1", 2)', []),
        ('dsrct.check("05.1", (', []),
    ],
)
def test_the_names_that_a_check_looks_at(code, names):
    assert watching.looked_at(code, "05.1") == names
