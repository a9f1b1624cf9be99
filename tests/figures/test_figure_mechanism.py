"""The figure carries its words: in a notebook, in files, and whatever the session's settings."""

import base64
import html
import inspect
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import tables
from matplotlib import font_manager
from PIL import Image

from dsrct_edu import InputError, figures
from dsrct_edu.figures import style

ROWS = {"label": ["a & b"], "estimate": [0.82], "ci_low": [0.5], "ci_high": [1.3]}


@pytest.fixture
def figure():
    return figures.forest(pd.DataFrame(ROWS), title="One <row>")


def test_bundle(figure):
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain", "image/png"}
    assert bundle["text/plain"] == figure.describe() == repr(figure)
    alt = re.search(r'<img alt="([^"]*)"', bundle["text/html"]).group(1)
    assert html.unescape(alt) == figure.describe()
    assert f"base64,{bundle['image/png']}" in bundle["text/html"]
    assert set(figure._repr_mimebundle_(include={"text/plain"})) == {"text/plain"}
    assert "image/png" not in figure._repr_mimebundle_(exclude={"image/png"})
    assert len(base64.b64decode(bundle["image/png"])) < 60_000


def test_png_holds_the_words_and_no_software(figure, tmp_path):
    for data in (figure.png(), figure.save(tmp_path / "a.png").read_bytes()):
        picture = Image.open(io.BytesIO(data))
        assert picture.info["Description"] == figure.describe()
        assert picture.info["Title"] == figure.headline
        assert "Software" not in picture.info


def test_svg_holds_the_words(figure, tmp_path):
    path = figure.save(tmp_path / "a.svg")
    root = ElementTree.parse(path).getroot()
    name = "{http://www.w3.org/2000/svg}"
    assert [child.tag for child in root][:2] == [f"{name}title", f"{name}desc"]
    assert root[0].text == figure.headline
    assert root[1].text == figure.describe()
    assert root.get("role") == "img"
    assert "dc:date" not in path.read_text(encoding="utf-8")


def test_pdf_holds_the_words(figure, tmp_path):
    data = figure.save(tmp_path / "a.pdf").read_bytes()
    words = figure.describe()
    assert b"/Subject (" in data
    assert words.split("(")[0].encode() in data
    assert b"CreationDate" not in data
    assert b"Producer" not in data


def test_other_endings_are_refused(figure, tmp_path):
    with pytest.raises(InputError, match=r"\.png, \.svg or \.pdf"):
        figure.save(tmp_path / "a.jpg")


DRAW = """
import hashlib, sys
import tables
from dsrct_edu import figures
for figure in (
    figures.survival_curves(*tables.survival(["a", "b"])),
    figures.dag(tables.NODES, tables.EDGES),
    figures.swimmer_lanes(tables.LANES, tables.MARKS),
):
    text = figure._svg() + figure.describe()
    print(hashlib.sha256(text.encode() + figure.png()).hexdigest())
assert "matplotlib.pyplot" not in sys.modules
"""


def test_same_data_same_bytes_in_every_process():
    here = Path(__file__).resolve().parent
    paths = os.pathsep.join([str(here.parents[1] / "src"), str(here)])
    said = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", DRAW],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert len(said[0].splitlines()) == 3


def test_same_bytes_however_often_drawn(figure):
    first = figure._svg()
    figure.png()
    assert figure._svg() == first


def test_the_door_keeps_signature_and_names():
    public = inspect.signature(figures.love_plot)
    assert list(public.parameters) == ["balance", "title"]
    assert public.return_annotation == "Figure"
    by_name = figures.patient_flow(gates=tables.GATES)
    assert by_name.png() == figures.patient_flow(tables.GATES).png()
    with pytest.raises(TypeError, match=r"forest\(\) got an unexpected keyword argument 'event'"):
        figures.forest(pd.DataFrame(ROWS), event="death")


def test_the_session_keeps_its_settings_and_the_figure_its_style(figure):
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        again = figures.forest(pd.DataFrame(ROWS), title="One <row>")
        assert again.png() == figure.png()
        assert dict(mpl.rcParams) == before


def test_notebook_shows_it_once_with_pyplot_loaded():
    import nbformat  # here: what drives a kernel cannot be imported in the browser
    from nbclient import NotebookClient

    cells = [
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.close()",
        "import pandas as pd\nfrom dsrct_edu import figures\n"
        f"figure = figures.forest(pd.DataFrame({json.dumps(ROWS)}))\nfigure",
        "figure",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, timeout=120).execute()
    first, again = (cell.outputs for cell in notebook.cells[1:])
    assert [output.output_type for output in first] == ["execute_result"]
    data = first[0].data
    assert set(data) == {"text/html", "text/plain", "image/png"}
    assert data["image/png"].strip() in data["text/html"].replace("\n", "")
    assert again[0].data == data


@pytest.mark.skipif(sys.platform != "emscripten", reason="each session of the browser does this")
def test_fonts_are_collected_without_a_word(caplog):
    font_manager.FontManager()
    assert not caplog.records


@pytest.mark.parametrize("seed", range(5))
def test_spread(seed):
    rng = np.random.default_rng(seed)
    wanted, heights = rng.uniform(0, 1, 8), rng.uniform(0.02, 0.12, 8)
    places = np.array(style.spread(list(wanted), list(heights), 0, 1))
    order = np.argsort(places)
    gaps = np.diff(places[order]) - (heights[order][1:] + heights[order][:-1]) / 2
    assert (gaps > -1e-9).all()
    assert (places - heights / 2).min() > -1e-9
    assert (places + heights / 2).max() < 1 + 1e-9
    assert (np.argsort(wanted) == order).all()
