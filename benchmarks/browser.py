"""Times a lesson in the browser edition, in the same without compiled packages, and in JupyterLab.

    python benchmarks/browser.py 05_kaplan_meier 10_who_gets_hipec     (all lessons without names)

Each lesson's worked edition is opened in a fresh headless Chromium and run at once, in the three
one after the other: so ratios within a row may be trusted, and rows not compared. The same machine
serves the files, so no download is in the times.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from dsrct_edu import resources, starting

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]
import conftest  # noqa: E402
import lite  # noqa: E402

from tools.lite import building  # noqa: E402

SOLVED = resources.find("notebooks") / "solutions"
EDITIONS = ("compiled", "plain", "lab")
MOMENTS = ("page", "kernel", "figure", "all")
# Asked of the notebook, not of the page: JupyterLab draws only the cells in view.
PICTURE = """window.jupyterapp.shell.currentWidget.content.widgets.some((one) =>
  one.model.type === 'code' && [...Array(one.model.outputs.length).keys()].some((at) =>
    /<img/.test(one.model.outputs.get(at).data['text/html'] || '')))"""
Opener = Callable[[str], str]


@contextmanager
def served(folder: Path) -> Iterator[Opener]:
    """Serve a browser edition as from a stick."""
    port = conftest.free_port()
    stick = building.SETTINGS / "stick" / "serve.py"
    (folder / "serve.py").write_bytes(stick.read_bytes())
    command = [sys.executable, "-W", "ignore", "serve.py", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        home = f"http://127.0.0.1:{port}/site/lite/"
        conftest.wait_until_up(home)
        yield lambda name: f"{home}notebooks/index.html?path=answers/{name}.ipynb"
    finally:
        server.terminate()


@contextmanager
def lab(folder: Path) -> Iterator[Opener]:
    """Serve the same notebooks in JupyterLab, each cell on the page as in the browser edition."""
    handed = starting.hand_out(folder / "lab")
    for path in SOLVED.glob("*.ipynb"):
        (handed.folder / path.name).write_bytes(path.read_bytes())
    port = conftest.free_port()
    command = starting.lab_command(handed, browser=False, port=port)
    environment = os.environ | {"JUPYTER_TOKEN": conftest.TOKEN, "HOME": str(folder)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(
        [*command, "--LabApp.expose_app_in_browser=True"], env=environment, **quiet
    )
    try:
        home = f"http://127.0.0.1:{port}"
        conftest.wait_until_up(f"{home}/api")
        yield lambda name: f"{home}/lab/tree/{name}.ipynb?token={conftest.TOKEN}&reset"
    finally:
        server.terminate()
        server.wait(30)


def timed(page: Page, address: str) -> dict[str, float]:
    """Return the seconds from the click to each moment."""
    begin = time.perf_counter()
    found = {}

    def now(moment: str) -> None:
        found[moment] = time.perf_counter() - begin

    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    now("page")
    page.wait_for_function(lite.READY)
    now("kernel")
    # The committed figures are on the page already: they go before the first is drawn anew.
    page.evaluate(
        "() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
        ".catch(() => window.jupyterapp.commands.execute('editmenu:clear-all'))"
    )
    page.wait_for_function(f"() => !{PICTURE}")
    page.evaluate(lite.RUN_ALL)
    page.wait_for_function(f"() => {PICTURE} || ({lite.DONE})()")
    if page.evaluate(f"() => {PICTURE}"):
        now("figure")
    page.wait_for_function(lite.DONE)
    now("all")
    return found


def main(arguments: list[str] | None = None) -> None:
    """Print a row for each lesson."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args(arguments)
    names = chosen.names or sorted(path.stem for path in SOLVED.glob("[0-9][0-9]_*.ipynb"))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        openers = {"lab": stack.enter_context(lab(folder))}
        for kind in ("compiled", "plain"):
            site = folder / kind / "site" / "lite"
            building.build(site, "timed", plain=kind == "plain", extra={"answers": SOLVED})
            openers[kind] = stack.enter_context(served(folder / kind))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=conftest.CHROMIUM, args=conftest.QUIET)
        print("lesson," + ",".join(f"{e}_{m}" for e in EDITIONS for m in MOMENTS))
        for name in names:
            cells = [name]
            for kind in EDITIONS:
                context = browser.new_context(viewport={"width": 1366, "height": 900})
                page = context.new_page()
                page.set_default_timeout(lite.PATIENCE_MS)
                found = timed(page, openers[kind](name))
                cells += [f"{found[m]:.1f}" if m in found else "" for m in MOMENTS]
                context.close()
            print(",".join(cells), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
