"""Every lesson of the course runs in JupyterLab from its first cell to its last."""

import pytest

from dsrct_edu import resources

LESSONS = sorted(path.name for path in resources.find("notebooks").glob("[0-9][0-9]_*.ipynb"))
pytestmark = pytest.mark.browser


def red(page):
    """Return what JupyterLab shows in red: errors and warnings, both under this type."""
    return page.locator(".jp-OutputArea-output[data-mime-type*='stderr']")


def test_an_error_would_be_seen(open_notebook):
    page = open_notebook(LESSONS[0])
    last = page.locator(".jp-CodeCell", has_text="dsrct.check(").last
    last.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    red(page).first.wait_for()
    assert "NameError" in red(page).first.inner_text()


@pytest.mark.parametrize("name", LESSONS)
def test_lesson_runs_without_an_error(name, open_notebook, run_all, lab):
    page = open_notebook(name)
    run_all()
    assert red(page).all_inner_texts() == []
    address, _ = lab
    elsewhere = [
        url
        for url in page.requested
        if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
    ]
    assert elsewhere == []
    assert page.locator("text=Jupyter news").count() == 0
