"""Programs of other people that read the quiz files; fetched into a folder that git ignores.

GIFT: the grammar of ``gift-pegjs``. QTI: ``citolab-qti-convert`` reads a package of 2.1 and writes
it as 3.0, and ``@citolab/qti-components`` plays that in a browser. None of it is shipped. Each is
pinned by its sha256.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tools.wasm.fixture import ROOT, Archive, Unavailable, ask, pip

CACHE = ROOT / ".cache" / "formats"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
PARSER = Archive(
    "gift-pegjs-1.0.2.tgz",
    "b15e322e9f9145c753bee378a12c31b9f45526f472ac81186a0ff706722f1c7d",
    CACHE,
)
PLAYER = Archive(
    "citolab-qti-components-7.27.4.tgz",
    "987050c94aa5bebb9509a49b4fb4122103390b51934ace26102e4619ccb482ac",
    CACHE,
)
HOLDER = "<body><qti-item><item-container></item-container></qti-item></body>"
ANSWERED = """() => {
  const place = document.querySelector("item-container").shadowRoot;
  const item = place.querySelector("qti-assessment-item");
  item.processResponse();
  return Number(item.variables.find((one) => one.identifier === "SCORE").value);
}"""


def unpacked(archive: Archive, package: str, member: str) -> Path:
    """Return one file of a package of npm."""
    packed = archive.path("npm", "pack", package, "--pack-destination", str(CACHE))
    path = CACHE / Path(member).name
    with tarfile.open(packed) as files:
        content = files.extractfile(f"package/{member}")
        assert content is not None
        path.write_bytes(content.read())
    return path


def gift(files: list[Path]) -> list[list[dict[str, Any]]]:
    """Return what the parser found in each GIFT file."""
    parser = unpacked(PARSER, "gift-pegjs@1.0.2", "pegjs-gift.js")
    program = Path(__file__).with_name("gift.mjs")
    command = ["node", str(program), str(parser), *map(str, files)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    except FileNotFoundError:
        raise Unavailable("node is not installed") from None
    if done.returncode:
        raise SystemExit(f"a GIFT file cannot be read:\n{done.stderr[-3000:]}")
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def converted(package: Path) -> dict[str, str]:
    """Return the files of a QTI 2.1 package as QTI 3.0, as the player needs them."""
    site = CACHE / "site"
    if not (site / "qti_convert").exists():
        install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        ask(*pip(), *install, "--target", str(site), "-r", str(REQUIREMENTS))
    out = CACHE / "qti3"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-c", "from qti_convert.cli import main; main()", "upgrade"]
    done = subprocess.run(
        [*command, str(package), f"{out}.zip"],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{package.name} cannot be converted:\n{done.stderr[-3000:]}")
    shutil.unpack_archive(f"{out}.zip", out)
    return {path.name: path.read_text("utf-8") for path in sorted(out.glob("*.xml"))}


@contextmanager
def player() -> Iterator[Page]:
    """Open a browser with the player; a request to the net would be a fault."""
    script = unpacked(PLAYER, "@citolab/qti-components@7.27.4", "cdn/index.js")
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    if browser is None:
        raise Unavailable("there is no Chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page()
        page.set_default_timeout(30_000)
        page.route("**/*", lambda route: route.abort())
        page.set_content(HOLDER)
        page.add_script_tag(content=script.read_text("utf-8"), type="module")
        page.wait_for_function("!!customElements.get('item-container')")
        yield page
        opened.close()


def played(page: Page, item: str, letters: str) -> tuple[str, dict[str, tuple[float, str]]]:
    """Return the words of an item, and by letter what a click on it scores and says."""
    name = item.partition(' identifier="')[2].partition('"')[0]
    page.evaluate("xml => { document.querySelector('item-container').itemXML = xml }", item)
    page.wait_for_selector(f"qti-assessment-item[identifier={name}] qti-simple-choice")
    words = page.locator("qti-item-body").inner_text()
    found = {}
    for letter in letters:
        page.locator(f"qti-simple-choice[identifier={letter}]").click()
        score = float(page.evaluate(ANSWERED))
        feedback = page.locator(f"qti-modal-feedback[identifier={letter}]")
        found[letter] = score, feedback.inner_text()
    return words, found
