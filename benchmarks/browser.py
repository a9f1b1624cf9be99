"""Times a lesson in the browser edition, in the same without compiled packages, and in JupyterLab.

    python benchmarks/browser.py 05_kaplan_meier 10_who_gets_hipec     (all lessons without names)
    python benchmarks/browser.py --repeats 3                           (the best of three each)

Each lesson's worked edition is opened in a fresh headless Chromium and run at once, in the three
one after the other: so ratios within a row may be trusted, and seconds of rows not compared. The
same machine serves the files, so no download is in the times. It prints a row of ratios a lesson,
and writes the seconds into build/browser_times.csv.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright

from dsrct_edu import resources, starting

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]
import conftest  # noqa: E402
import lite  # noqa: E402

from tools.lite import building  # noqa: E402

SECONDS = ROOT / "build" / "browser_times.csv"
SOLVED = resources.find("notebooks") / "solutions"
EDITIONS = ("compiled", "plain", "lab")
REST_S = 3.0
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


@contextmanager
def fresh(playwright: Playwright) -> Iterator[Page]:
    """Yield a page of a Chromium of its own, when the one before has gone to rest."""
    time.sleep(REST_S)
    browser = playwright.chromium.launch(executable_path=conftest.CHROMIUM, args=conftest.QUIET)
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    page.set_default_timeout(lite.PATIENCE_MS)
    yield page
    browser.close()


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


HEADER = """\
| lesson | kernel ready | first figure | all cells | figure, to plain lock | page, Python, cells |
|---|---|---|---|---|---|"""


def row(name: str, found: dict[str, dict[str, float]]) -> str:
    """Return three ratios to JupyterLab, one to the plain lock, and shares of the first figure."""
    here, plain, there = (found[edition] for edition in EDITIONS)
    to_lab = [f"{here[m] / there[m]:.1f}" if m in here else "no figure" for m in MOMENTS[1:]]
    last = "figure" if "figure" in here else "all"
    steps = [here["page"], here["kernel"] - here["page"], here[last] - here["kernel"]]
    shares = ", ".join(f"{step / here[last]:.0%}" for step in steps)
    return f"| {name} | {' | '.join(to_lab)} | {here[last] / plain[last]:.2f} | {shares} |"


def best(times: list[dict[str, float]]) -> dict[str, float]:
    """Return the smallest time to each moment."""
    return {moment: min(one[moment] for one in times) for moment in times[0]}


def main(arguments: list[str] | None = None) -> None:
    """Print a row for each lesson."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--repeats", type=int, default=1)
    chosen = parser.parse_args(arguments)
    names = chosen.names or sorted(path.stem for path in SOLVED.glob("[0-9][0-9]_*.ipynb"))
    SECONDS.parent.mkdir(parents=True, exist_ok=True)
    SECONDS.write_text("lesson," + ",".join(f"{e}_{m}" for e in EDITIONS for m in MOMENTS) + "\n")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        openers = {"lab": stack.enter_context(lab(folder))}
        for kind in ("compiled", "plain"):
            site = folder / kind / "site" / "lite"
            building.build(site, "timed", plain=kind == "plain", extra={"answers": SOLVED})
            openers[kind] = stack.enter_context(served(folder / kind))
        playwright = stack.enter_context(sync_playwright())
        print(HEADER)
        for name in names:
            times = defaultdict(list)
            for kind in EDITIONS * chosen.repeats:
                with fresh(playwright) as page:
                    times[kind].append(timed(page, openers[kind](name)))
            found = {kind: best(times[kind]) for kind in EDITIONS}
            print(row(name, found), flush=True)
            cells = [
                f"{found[e][m]:.1f}" if m in found[e] else "" for e in EDITIONS for m in MOMENTS
            ]
            with SECONDS.open("a") as file:
                file.write(",".join([name, *cells]) + "\n")


if __name__ == "__main__":
    main()
