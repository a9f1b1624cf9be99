"""Every lesson of the course runs in JupyterLab from its first cell to its last."""

import pytest

from dsrct_edu import resources

LESSONS = sorted(path.name for path in resources.find("notebooks").glob("[0-9][0-9]_*.ipynb"))
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", LESSONS)
def test_lesson_runs_without_an_error(name, open_notebook, run_all, lab):
    page = open_notebook(name)
    run_all()
    errors = page.locator(".jp-OutputArea-output[data-mime-type*='error']")
    assert errors.count() == 0, errors.all_inner_texts()
    warnings = page.locator(".jp-OutputArea-output[data-mime-type*='stderr']")
    assert warnings.count() == 0, warnings.all_inner_texts()
    address, _ = lab
    elsewhere = [
        url
        for url in page.requested
        if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
    ]
    assert elsewhere == []
    assert page.locator("text=Jupyter news").count() == 0
