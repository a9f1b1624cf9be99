"""The browser edition without a browser: links, packages, the zip, and what serves it."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
import threading
import urllib.request
import zipfile
from pathlib import Path

import pytest

from dsrct_edu import resources

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tools.binder import __main__ as binder
from tools.lite import __main__, building, links, usb, wheels
from tools.wasm import fixture

STICK = building.SETTINGS / "stick"


def test_an_edition_is_new_when_what_students_get_is_new(tmp_path, monkeypatch):
    path = tmp_path / "05_a.ipynb"
    cell = {"cell_type": "code", "source": "1", "outputs": [], "execution_count": 1}

    def edition(**changed):
        path.write_text(json.dumps({"cells": [cell | changed]}), "utf-8")
        return links.edition()

    monkeypatch.setattr(resources, "find", lambda *parts: tmp_path)
    first = edition()
    assert edition(outputs=[{"output_type": "stream"}], execution_count=9) == first
    assert edition(source="2") != first


def test_a_link_holds_the_edition():
    assert links.link("05_kaplan_meier.ipynb", "2027-1") == (
        "lite/notebooks/index.html?path=2027-1/05_kaplan_meier.ipynb"
    )
    assert links.link("x", "y", "../lite/") == f"{links.base('y', '../lite/')}x.ipynb"
    with pytest.raises(SystemExit, match="such as 2027-1"):
        links.named("../elsewhere")


def test_a_wheel_keeps_the_words_of_a_notebook_and_no_picture():
    picture = "data:image/png;base64,AAAA"
    data = {"text/html": f'<img alt="a curve" src="{picture}">', "image/png": "AAAA"}
    notebook = {"cells": [{"cell_type": "code", "outputs": [{"data": data}]}]}
    left = wheels.without_pictures(json.dumps(notebook).encode()).decode()
    assert "a curve" in left
    assert "AAAA" not in left


def test_the_lock_is_told_what_a_package_needs_here():
    about = {"Name": "dsrct_edu", "Version": "1"}

    class About(dict):
        def get_all(self, name):
            return ["numpy>=2", "joblib", "pytest; extra == 'test'", "colorama; os_name == 'nt'"]

    made = wheels.wheel(About(about), {"dsrct_edu/__init__.py": b"", "x-1.dist-info/RECORD": b""})
    assert made.depends == ("ipywidgets", "numpy")
    assert made.imports == ("dsrct_edu",)
    assert made.entry(b"")["file_name"] == "dsrct_edu-1-py3-none-any.whl"


def test_other_bytes_than_the_releases_are_refused(tmp_path):
    with (
        pytest.raises(SystemExit, match="not the full release"),
        fixture._released(tmp_path) as read,
    ):
        read("numpy.whl")


def test_what_cannot_be_had_is_said(monkeypatch, capsys):
    def refuse(*_):
        raise fixture.Unavailable("there is no node")

    monkeypatch.setattr(building, "build", refuse)
    assert __main__.main([]) == 0
    said = capsys.readouterr().out
    assert said.startswith("SKIPPED: the browser edition was not built: there is no node")


@pytest.fixture
def site(tmp_path):
    """A site in small."""
    lite = tmp_path / "site" / "lite"
    lite.mkdir(parents=True)
    for name in (building.ABOUT, "a.js", "b.wasm", "c.mjs", "d.json", "e.css", "f.svg"):
        (lite / name).write_text("{}")
    return tmp_path / "site"


def test_the_zip_is_the_same_each_time_and_holds_no_answers(site, tmp_path):
    one, other = (usb.pack(tmp_path / name, site) for name in ("1.zip", "2.zip"))
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        names = set(archive.namelist())
        lesson = json.loads(archive.read("dsrct-edu/notebooks/05_kaplan_meier.ipynb"))
    needed = {"serve.py", "README.txt", "start-windows.bat", "start-macos.command"}
    assert {f"dsrct-edu/{name}" for name in needed | {"site/index.html"}} <= names
    assert not [cell for cell in lesson["cells"] if cell.get("outputs")]
    assert not [name for name in names if "solutions" in name]


def test_nothing_is_packed_before_it_is_built(tmp_path):
    with pytest.raises(SystemExit, match="make lite"):
        usb.pack(tmp_path / "x.zip", tmp_path)


@pytest.fixture
def serve(site, monkeypatch):
    """The script of the zip, serving a site in small."""
    spec = importlib.util.spec_from_file_location("serve", STICK / "serve.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", str(site.parent))
    return module


def test_serve_needs_no_more_than_python_3_8():
    text = (STICK / "serve.py").read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names
    assert not re.search(r"removeprefix|removesuffix|match .*:$|int \| None", text)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("a.js", "text/javascript"), ("b.wasm", "application/wasm")),
        *(("c.mjs", "text/javascript"), ("d.json", "application/json")),
        *(("e.css", "text/css"), ("f.svg", "image/svg+xml")),
    ],
)
def test_types_are_not_asked_of_the_machine(serve, name, kind, monkeypatch):
    monkeypatch.setattr("mimetypes.guess_type", lambda *_: ("text/plain", None))
    server = serve.listening("127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/site/lite/{name}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.headers["Content-Type"].split(";")[0] == kind
    finally:
        server.shutdown()
        server.server_close()


def test_a_taken_port_is_said(serve, capsys, monkeypatch):
    taken = serve.listening("127.0.0.1", 0)
    monkeypatch.setattr(serve, "PORT", taken.server_address[1])
    other = serve.listening("127.0.0.1", None)
    assert other.server_address[1] != serve.PORT
    assert "is taken" in capsys.readouterr().out
    for server in (taken, other):
        server.server_close()


def test_binder_misses_what_is_not_in_its_order():
    steps = [
        "Building conda environment for python=3.12",
        "COPY --chown=0:0 src/ ${REPO_DIR}/",
        'RUN pip install -r ".binder/requirements.txt"',
        "RUN ./.binder/postBuild",
        "",
    ]
    assert binder.missing("\n".join(steps)) == []
    assert binder.missing("\n".join(steps[1:])) == [binder.STEPS[0]]
    swapped = [steps[0], steps[2], steps[1], *steps[3:]]
    assert binder.missing("\n".join(swapped)) == [binder.STEPS[2]]


def test_a_check_of_binder_that_cannot_run_says_so(monkeypatch, capsys):
    monkeypatch.setattr(binder, "ask", lambda *_: (_ for _ in ()).throw(fixture.Unavailable("no")))
    monkeypatch.setattr(binder.start, "new", lambda _: ["pip"])
    assert binder.main() == 0
    assert capsys.readouterr().out == "SKIPPED: .binder/ was not read: no\n"


def test_the_environment_of_the_browser_edition_is_pinned():
    lock = (Path(links.__file__).parent / "requirements.txt").read_text("utf-8")
    assert "://" not in lock
    for pin in ("jupyterlite-core==0.6.4", "jupyterlite-pyodide-kernel==0.6.1"):
        assert re.search(rf"^{re.escape(pin)} ", lock, flags=re.MULTILINE)
    assert subprocess.run(
        ["git", "check-ignore", "-q", ".venv-lite/"], cwd=fixture.ROOT, check=False
    ).returncode in (0, 128)
