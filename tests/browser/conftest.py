"""One Chromium and one JupyterLab for all browser checks."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from dsrct_edu import starting
from dsrct_edu.authoring import building, notebooks
from dsrct_edu.authoring import course as courses
from dsrct_edu.authoring.editions import INSTRUCTOR, POWERPOINT, SLIDES, SOLUTION, editions
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.resources import root

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "for-the-browser-checks"
PATIENCE_MS = 120_000


OFTEN = {"01_meet_the_case", "05_kaplan_meier", "10_who_gets_hipec", "fifty_minutes"}
"""What `make browser` works each time; `make full` works all lessons and all decks."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Leave most lessons and decks to `make full`: all of them take longer than CI may."""
    for item in items:
        if Path(__file__).parent in item.path.parents and hasattr(item, "callspec"):
            name = item.callspec.params.get("name")
            if name is not None and Path(name).stem not in OFTEN:
                item.add_marker(pytest.mark.full)


def free_port():
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(address, seconds=60):
    """Return once the server answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=2).close()
            return
        time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def chromium():
    """Headless Chromium of the system; Playwright downloads none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A folder as `dsrct-edu start` hands it out."""
    return starting.hand_out(tmp_path_factory.mktemp("student") / "my-course")


@pytest.fixture(scope="session")
def lab(course, tmp_path_factory):
    """JupyterLab on the course, started as `dsrct-edu start` starts it; gives (address, token)."""
    home = tmp_path_factory.mktemp("home")
    port = free_port()
    environment = os.environ | {"HOME": str(home), "JUPYTER_TOKEN": TOKEN}
    server = subprocess.Popen(
        [*starting.lab_command(course, browser=False, port=port), "--ServerApp.port_retries=0"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(f"{address}/api")
        yield address, TOKEN
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture
def page(chromium):
    """A fresh page, wide enough for JupyterLab, that records every request it makes."""
    context = chromium.new_context(viewport={"width": 1366, "height": 900})
    opened = context.new_page()
    opened.requested = []
    opened.on("request", lambda request: opened.requested.append(request.url))
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    context.close()


@pytest.fixture
def open_notebook(page, lab):
    """Open one notebook of the course in JupyterLab and wait for its kernel."""
    address, token = lab

    def opened(name):
        page.goto(f"{address}/lab/tree/{name}?token={token}&reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
        # The indicator is idle before there is a kernel; the status bar names the kernel as well.
        page.wait_for_function(
            "() => /Python 3.*Idle/s.test(document.querySelector('#jp-main-statusbar')?.innerText)"
        )
        return page

    return opened


@pytest.fixture
def run_all(page):
    """Run every cell from the first to the last, and wait until the kernel is idle."""

    def ran():
        page.click("text=Run >> nth=0")
        page.click(".lm-Menu-item[data-command='runmenu:run-all']")
        page.wait_for_function(
            """() => {
                const counts = [...document.querySelectorAll(
                    '.jp-CodeCell .jp-InputPrompt')].map(p => p.textContent);
                const busy = counts.some(text => text.includes('*'));
                const empty = counts.filter(text => text.includes('[ ]')).length;
                return counts.length > 0 && !busy && empty === 0;
            }""",
            timeout=PATIENCE_MS,
        )

    return ran


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The decks of the committed notebooks: what a build would write, without running a lesson."""
    folder = tmp_path_factory.mktemp("decks")
    shutil.copytree(root() / "lessons", folder / "lessons")
    places, report = Places(folder / "lessons"), building.Report()
    shared = courses.read(places.lessons)
    for path in places.sources():
        lesson = read(path, shared)
        if SLIDES not in editions(lesson):  # a page to read on, or for lecturers, has no deck
            continue
        committed = nbformat.read(SOLUTION.path(root(), lesson.name), as_version=4)
        values = committed.metadata.dsrct_edu["values"]
        outputs = [cell.outputs for cell in committed.cells if cell.cell_type == "code"]
        for edition in (INSTRUCTOR, SLIDES, POWERPOINT):
            made = notebooks.notebook(lesson, edition, values, outputs)
            report.write(edition.path(folder, lesson.name), edition.text(lesson, made))
    building.build_paths(places, report)
    assert report.problems == []
    return places.build / "slides"
