"""A figure's words reach a screen reader: the accessibility tree of JupyterLab and of HTML."""

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from dsrct_edu import figures

pytestmark = pytest.mark.browser

GATES = {"gate": ["diagnosed", 'operated & "closed"', "HIPEC <60>"], "n": [200, 118, 24]}
SOURCE = f"""import matplotlib.pyplot as plt
import pandas as pd
from dsrct_edu import figures
plt.plot([1, 2])
plt.close()
figures.patient_flow(pd.DataFrame({GATES!r}))"""


@pytest.fixture(scope="session")
def words():
    return figures.patient_flow(pd.DataFrame(GATES)).describe()


@pytest.fixture(scope="session")
def notebook():
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE, id="figure")])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return made


def images(page):
    """Return the names of all images in the page's accessibility tree."""
    client = page.context.new_cdp_session(page)
    client.send("Accessibility.enable")
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    return [
        node.get("name", {}).get("value", "")
        for node in nodes
        if node.get("role", {}).get("value") in ("image", "img") and not node.get("ignored")
    ]


def is_drawn(page, words):
    """Tell whether the picture itself is decoded, not only its words."""
    picture = page.get_by_alt_text(words, exact=True)
    picture.wait_for()
    return picture.evaluate("img => img.complete && img.naturalWidth > 0")


def test_in_jupyterlab_after_a_run(course, notebook, words, open_notebook, run_all):
    nbformat.write(notebook, course.folder / "alt_text.ipynb")
    page = open_notebook("alt_text.ipynb")
    run_all()
    assert is_drawn(page, words)
    assert images(page).count(words) == 1
    assert page.locator(".jp-OutputArea-output img").count() == 1


def test_in_jupyterlab_from_a_notebook_that_is_not_trusted(course, notebook, words, open_notebook):
    executed = nbformat.from_dict(notebook)
    NotebookClient(executed, timeout=120).execute()
    nbformat.write(executed, course.folder / "alt_text_stored.ipynb")
    page = open_notebook("alt_text_stored.ipynb")
    assert is_drawn(page, words)
    assert images(page).count(words) == 1


def test_in_exported_html(tmp_path, notebook, words, page):
    executed = nbformat.from_dict(notebook)
    NotebookClient(executed, timeout=120).execute()
    text, _ = HTMLExporter().from_notebook_node(executed)
    (tmp_path / "alt_text.html").write_text(text, encoding="utf-8")
    page.route(
        "**/*", lambda route: route.continue_() if "file:" in route.request.url else route.abort()
    )
    page.goto((tmp_path / "alt_text.html").as_uri(), wait_until="domcontentloaded")
    assert is_drawn(page, words)
    assert images(page).count(words) == 1


def test_in_a_saved_svg(tmp_path, words, page):
    path = figures.patient_flow(pd.DataFrame(GATES)).save(tmp_path / "figure.svg")
    page.goto(path.as_uri())
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    said = [node.get("description", {}).get("value", "") for node in nodes]
    assert words in said
