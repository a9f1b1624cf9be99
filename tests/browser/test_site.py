"""The website around the lessons: accessible, fetches nothing from elsewhere, fits, and finds.

What npm gives (the search, axe) is installed as locked; where it cannot be had these tests say so.
"""

import functools
import gzip
import http.server
import sys
import threading
from pathlib import Path

import axe
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

npm = pytest.importorskip("tools.site.npm", reason="pip install '.[site]'")

pytestmark = pytest.mark.browser

KINDS = (
    "index.html",
    "evidence.html",
    "glossary.html",
    "misconceptions.html",
    "lecturers.html",
    "report.html",
    "search.html",
    "docs/methods/index.html",
    "docs/methods/weighting.html",
    "docs/gallery/index.html",
    "docs/model-card.html",
    "docs/staircase.html",
    "api/index.html",
    "api/analysis.html",
    "project/index.html",
    "project/license.html",
)
"""A page of each kind."""
READ = ("index.html", "evidence.html", "glossary.html", "docs/methods/weighting.html",
        "api/analysis.html", "search.html", "lecturers.html")  # fmt: skip


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The pages around the lessons, served from a subfolder as on any static host."""
    from tools.site import __main__

    try:
        npm.tools()
    except npm.Unavailable as reason:
        pytest.skip(f"the website has no search here: {reason}")
    out = __main__.build(tmp_path_factory.mktemp("host"), with_lessons=False)
    handler = functools.partial(Quiet, directory=out.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{out.name}/"
        server.shutdown()


@pytest.fixture
def visit(chromium, address):
    """Open a page; what its console says and what it fetches is kept."""
    opened = []

    def visited(name, width=1280, scheme="light", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        opened.append(context)
        page = context.new_page()
        page.said, page.fetched = [], []
        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.fetched.append(request.url))
        page.goto(address + name)
        page.wait_for_load_state("networkidle")
        return page

    yield visited
    for context in opened:
        context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_is_silent_and_fetches_from_its_host_only(kind, visit, address):
    page = visit(kind)
    assert page.said == []
    there = [url for url in page.fetched if not url.startswith("data:")]
    assert all(url.startswith(address) for url in there)
    for width in (1280, 768, 390):
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{over} px too wide at {width}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", READ)
def test_axe_finds_nothing_serious(kind, scheme, visit):
    page = visit(kind, 390 if kind == "evidence.html" else 1280, scheme)
    assert axe.serious(page) == "[]"


def test_the_search_works_by_keyboard_and_is_fetched_only_then(visit, address):
    page = visit("search.html")
    assert not [url for url in page.fetched if "/pagefind/" in url]
    page.keyboard.type("Greenwood")
    page.wait_for_selector("#found a")
    assert "page" in page.text_content("#said")
    links = page.locator("#found a")
    assert "The Kaplan-Meier curve: Formula" in links.all_text_contents()
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.href")
    assert first == links.first.evaluate("a => a.href")
    page.keyboard.press("Enter")
    page.wait_for_url(first)
    page.go_back()
    page.wait_for_selector("#found a")
    assert page.input_value("#query") == "Greenwood"
    assert page.said == []
    assert all(url.startswith((address, "data:")) for url in page.fetched)


def test_no_answer_stands_in_the_search(address, tmp_path):
    hidden = "".join(
        f'<div {"id" if name[0] == "#" else "class"}="{name[1:]}">answer</div>'
        for name in npm.HIDDEN
    )
    text = f"<html><body><main><h1>Title</h1><p>question</p>{hidden}</main></body></html>"
    (tmp_path / "index.html").write_text(text)
    npm.index(tmp_path)
    fragments = list((tmp_path / "pagefind" / "fragment").iterdir())
    found = b"".join(gzip.decompress(path.read_bytes()) for path in fragments)
    assert b"question" in found
    assert b"answer" not in found


def test_the_evidence_is_filtered_by_keyboard(visit):
    page = visit("evidence.html")
    count = page.locator("#count")
    whole = int(count.text_content().split(" of ")[1].split()[0])
    page.focus("#words")
    page.keyboard.type("hipec median")
    shown = page.locator(".evidence tbody tr:visible").count()
    assert 0 < shown < whole
    assert count.text_content() == f"{shown} of {whole} figures"
    page.keyboard.press("Tab")
    page.keyboard.type("surgery")
    clocks = page.locator(".evidence tbody tr:visible td:nth-child(5)").all_text_contents()
    assert clocks
    assert set(clocks) == {"surgery"}


def test_without_scripts_the_evidence_is_a_table_and_search_says_why(visit):
    page = visit("evidence.html", java_script_enabled=False)
    assert page.locator(".evidence tbody tr:visible").count() > 400
    assert not page.is_visible("#filter")
    page = visit("search.html", java_script_enabled=False)
    assert "needs JavaScript" in page.text_content("main")


def test_a_report_knows_the_section_it_came_from(visit):
    page = visit("report.html?at=05_kaplan_meier%23By-hand")
    assert page.input_value("#where") == "05_kaplan_meier, section By-hand"


def test_paper_shows_the_whole_text_and_no_furniture(visit):
    page = visit("docs/methods/weighting.html")
    page.emulate_media(media="print")
    assert not page.is_visible(".bar")
    assert not page.is_visible(".ways")
    assert page.is_visible("text=Lunceford")
