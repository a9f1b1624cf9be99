"""The browser edition, unpacked from the zip for a stick and served as its README says.

Every lesson opens from its page in one click, says what the committed notebook says, and asks
nobody else for anything. A student's work outlives an edition.
"""

import json
import os
import socketserver
import subprocess
import sys
import threading
import zipfile
from types import SimpleNamespace

import lite
import pytest
from conftest import free_port, wait_until_up

from dsrct_edu import resources
from dsrct_edu.authoring import frame, pages

building = pytest.importorskip("tools.lite.building")
lessons = pytest.importorskip("tools.site.lessons")
links = pytest.importorskip("tools.lite.links")
usb = pytest.importorskip("tools.lite.usb")
fixture = pytest.importorskip("tools.wasm.fixture")
pytestmark = pytest.mark.browser

NOTEBOOKS = resources.find("notebooks")
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
PAGED = [name for name in LESSONS if name[:2].isdecimal()]  # all but the glossary
SOLVED = sorted(path.stem for path in (NOTEBOOKS / "solutions").glob("*.ipynb"))
# Chromium itself asks this about the fields of any page with a form; no page or worker does.
BROWSERS_OWN = {"CONNECT content-autofill.googleapis.com:443 HTTP/1.1"}
NO_LESSON = SimpleNamespace(params={})
EDITION, NEXT, ANSWERS = "2027-1", "2027-2", "answers"


@pytest.fixture(scope="session")
def built(tmp_path_factory, request):
    """The site with the browser edition in it, worked answers too, and pages that lead there."""
    root = tmp_path_factory.mktemp("lite")
    site = root / frame.ROOT
    try:
        building.build(site / "lite", EDITION, extra={ANSWERS: NOTEBOOKS / "solutions"})
    except fixture.Unavailable as reason:
        pytest.skip(f"SKIPPED, the browser edition cannot be built here: {reason}")
    asked = {
        getattr(one, "callspec", NO_LESSON).params.get("name") for one in request.session.items
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(pages.RUN_VARIABLE, links.base(EDITION))
        if wanted := sorted(asked & set(PAGED)):
            lessons.write(root, wanted)
    for name, text in frame.assets().items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8", newline="\n")
    return site


@pytest.fixture(scope="session")
def unpacked(built, tmp_path_factory):
    """The folder that a student gets from the zip."""
    place = tmp_path_factory.mktemp("stick")
    packed = usb.pack(place / "stick.zip", built)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(place)
    return place / usb.TOP


@pytest.fixture(scope="session")
def served(unpacked):
    """Address of the browser edition, served by the script in the zip, below a sub-path."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "serve.py", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(command, cwd=unpacked, stdout=subprocess.DEVNULL, env=os.environ)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/site/")
        yield f"http://127.0.0.1:{port}/site/lite/"
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture
def outside():
    """A proxy that gives nothing: it notes what is asked of other machines, whoever asks."""
    asked = []

    class Noted(socketserver.BaseRequestHandler):
        def handle(self):
            asked.append(self.request.recv(4096).split(b"\r\n")[0].decode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Noted) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield SimpleNamespace(address=f"http://127.0.0.1:{server.server_address[1]}", asked=asked)
        server.shutdown()


@pytest.fixture
def page(chromium, outside):
    """A fresh page whose workers, too, find no other machine."""
    context = chromium.new_context(
        viewport={"width": 1366, "height": 900},
        proxy={"server": outside.address, "bypass": "127.0.0.1"},
    )
    opened = lite.watched(context.new_page())
    opened.outside = outside.asked
    opened.set_default_timeout(lite.PATIENCE_MS)
    yield opened
    context.close()


@pytest.fixture
def opened(page, served):
    """Open a notebook of an edition."""

    def open_one(name, edition=EDITION):
        lite.open_lesson(page, f"{served}notebooks/index.html?path={edition}/{name}.ipynb")
        return page

    return open_one


def says_what_is_committed(page, served, committed):
    ran = lite.run_all(page)
    assert lite.differences(ran, json.loads(committed.read_text("utf-8"))) == []
    assert page.complaints == []
    own = (served.removesuffix("site/lite/"), "data:", "blob:")  # JupyterLite asks at the root, too
    assert [url for url in page.requested if not url.startswith(own)] == []
    assert set(page.outside) - BROWSERS_OWN == set()


@pytest.mark.parametrize("name", PAGED)
def test_a_lesson_runs_from_its_page_and_says_what_is_committed(name, page, served):
    """One click on the page, and every cell says what it says in the committed notebook."""
    page.goto(served.replace("/lite/", f"/lessons/{name}.html"))
    page.get_by_role("link", name="Run it").click()
    lite.wait_for_kernel(page)
    assert page.url.startswith(served)
    says_what_is_committed(page, served, NOTEBOOKS / f"{name}.ipynb")


@pytest.mark.full
def test_the_glossary_is_there_as_committed(opened):
    committed = json.loads((NOTEBOOKS / "glossary.ipynb").read_text("utf-8"))
    assert lite.differences(json.loads(opened("glossary").evaluate(lite.MODEL)), committed) == []


@pytest.mark.full
@pytest.mark.parametrize("solved", SOLVED)
def test_the_worked_answers_say_what_is_committed(solved, opened, served):
    committed = NOTEBOOKS / "solutions" / f"{solved}.ipynb"
    says_what_is_committed(opened(solved, ANSWERS), served, committed)


def test_a_request_elsewhere_would_be_seen(page, served):
    """Even from a worker, whose requests a page does not list."""
    page.goto(f"{served}edition.json")
    page.evaluate(
        """() => new Promise((done) => {
            const code = "fetch('http://elsewhere.example/x').finally(() => postMessage(1))";
            const worker = new Worker(URL.createObjectURL(new Blob([code])));
            worker.onmessage = done;
        })"""
    )
    assert page.outside == ["GET http://elsewhere.example/x HTTP/1.1"]


def test_a_difference_would_be_seen():
    committed = json.loads((NOTEBOOKS / "05_kaplan_meier.ipynb").read_text("utf-8"))
    other = json.loads(json.dumps(committed))
    cell = next(one for one in other["cells"] if one.get("outputs"))
    cell["outputs"] = []
    (found,) = lite.differences(other, committed)
    assert found[:2] == (other["cells"].index(cell), "output")


def test_work_is_asked_for_shown_and_taken_home(opened, tmp_path):
    """A guess, its reveal, a check, the quiz and the dial by keyboard, and a download."""
    page = opened("05_kaplan_meier")
    lite.run_all(page)
    asked, reveal = lite.cell(page, 'dsrct.predict("05.3"'), lite.cell(page, "guess_3.beside(")
    assert "Guess first" in reveal.inner_text()
    lite.run(page, asked, 'guess_3 = dsrct.predict("05.3", 30)\nguess_3')
    lite.run(page, reveal)
    reveal.get_by_text("You said 30 months").first.wait_for()
    check = lite.cell(page, 'dsrct.check("05.1"')
    assert "To do" in check.inner_text()

    item = page.locator(".dsrct-item").first
    item.locator("input[type=radio]").first.focus()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    item.locator("[role=status]").filter(has_text=".").wait_for()

    last = lite.cell(page, "dsrct.quiz(")
    lite.run(page, last, 'from dsrct_edu.classroom import export\nexport("mine", "seat-12")')
    with page.expect_download() as saved:
        last.get_by_role("link", name="seat-12.predictions.csv").click()
    saved.value.save_as(tmp_path / "saved.csv")
    assert "seat-12,05.3,30" in (tmp_path / "saved.csv").read_text("utf-8")
    page.keyboard.press("Control+s")
    with page.expect_download() as saved:
        page.locator(".lm-MenuBar-item", has_text="File").click()
        page.locator(".lm-Menu-item[data-command='docmanager:download']").click()
    saved.value.save_as(tmp_path / "saved.ipynb")
    assert 'predict(\\"05.3\\", 30)' in (tmp_path / "saved.ipynb").read_text("utf-8")


def test_two_workers_are_one_and_a_dial_turns_by_keyboard(opened):
    """The notebook's own arrow keys are off where they would swallow those of a dial."""
    page = opened("00_start_here")
    cell = lite.cell(page, "women =")
    options = 'methods=["ever_never"], workers=2, progress=False'
    code = f'dsrct.simulation_study("null", 60, 600, {options}).n_replicates'
    lite.run(page, cell, f"import dsrct_edu as dsrct\n{code}")
    cell.locator(".jp-OutputArea-output", has_text="600").wait_for()

    lite.run(page, cell, "dsrct.dials.sample_size()")
    said = page.locator(".dsrct-dial [role=status]")
    said.wait_for()
    before = said.inner_text()
    for key in ("ArrowRight", "ArrowLeft"):
        page.locator(".dsrct-dial .noUi-handle").first.focus()
        page.keyboard.press(key)
        page.wait_for_function(
            "before => document.querySelector('.dsrct-dial [role=status]').innerText !== before",
            arg=before,
        )
        before = said.inner_text()


def test_a_name_is_completed(opened):
    """Jedi reads its own sources, which are there beside their bytecode."""
    page = opened("00_start_here")
    code = '"".join(["a"]).spl'
    names = page.evaluate(
        """async (code) => {
          const { session } = window.jupyterapp.shell.currentWidget.context.sessionContext;
          const answer = await session.kernel.requestComplete({ code, cursor_pos: code.length });
          return answer.content.matches;
        }""",
        code,
    )
    assert {"split", "splitlines"} <= {name.lstrip(".") for name in names}
    cell = lite.cell(page, "women =")
    lite.run(page, cell, "import os, jedi\nos.path.exists(jedi.__cached__)")
    cell.locator(".jp-OutputArea-output", has_text="True").wait_for()


def test_matplotlib_brings_a_list_of_its_own_fonts(built):
    """One of another version or machine is passed over, and the fonts are looked for anew."""
    (wheel,) = built.rglob("matplotlib-3*.whl")
    with zipfile.ZipFile(wheel) as archive:
        listed = json.loads(archive.read("matplotlib/fontlist.json"))
        there = {name.removeprefix("matplotlib/mpl-data/") for name in archive.namelist()}
    assert listed["_version"] == 330  # FontManager.__version__ of matplotlib 3.8
    assert {font["fname"] for font in listed["ttflist"] + listed["afmlist"]} <= there
    assert len(listed["ttflist"]) > 30


def test_a_students_edit_survives_a_new_edition(page, unpacked, served, tmp_path):
    """The new lesson is seen, the old one stays, is listed, and is offered in the new one."""
    name, mine = "00_start_here", "patients I thought of"
    address = f"{served}notebooks/index.html?path={{}}/{name}.ipynb"
    lite.open_text(page, address.format(EDITION))
    cell = lite.cell(page, "women =")
    lite.write(page, cell, f'women = 37  # "{mine}"')
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")

    site = unpacked / "site" / "lite"
    old = site.rename(tmp_path / "old")
    try:
        building.build(site, NEXT)
        lite.open_text(page, address.format(NEXT))
        assert mine not in page.evaluate(lite.MODEL)
        offered = page.locator(".dsrct-earlier")
        offered.get_by_role("link", name="Open your copy").click()
        page.wait_for_url(f"**{EDITION}**")
        page.wait_for_function(lite.LOADED)
        assert mine in page.evaluate(lite.MODEL)
        page.goto(f"{served}tree/index.html")
        for folder in (EDITION, NEXT):
            page.locator(".jp-DirListing-item", has_text=folder).wait_for()
        page.locator(".jp-DirListing-item", has_text=EDITION).dblclick()
        page.locator(".jp-DirListing-item", has_text=f"{name}.ipynb").wait_for()
    finally:
        if site.exists():
            site.rename(tmp_path / "new")
        old.rename(site)
