"""The link checker finds each kind of broken link, and nothing in a website that is whole."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.site import links  # noqa: E402

RUN = "lite/notebooks/index.html?path=2027-1"
WHOLE = {
    "index.html": '<h1 id="top">A</h1><a href="sub/b.html#c%20d">b</a><a href="#top">up</a>'
    '<img src="a.png"><a href="https://example.org/">out</a><link href="data:,">',
    "sub/b.html": '<h1 id="c d">B</h1><p id="e%22"></p>'
    '<a href="#e%22">e</a><a href="../index.html?q=1">a</a>'
    f'<a href="../{RUN}/a.ipynb">run</a><script src="../a.png">',
    "a.png": "",
    "lite/notebooks/index.html": '<a href="/anything">',
    "lite/files/2027-1/a.ipynb": "{}",
}


def built(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return links.check(folder)


def test_a_whole_website(tmp_path):
    found = built(tmp_path, WHOLE)
    assert (found.pages, found.links, found.outside, found.problems) == (2, 7, 1, [])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('<a href="none.html">', "none.html is not there"),
        ('<a href="sub/">', "sub/ is not there"),
        ('<a href="sub/b.html#no">', "sub/b.html#no has no such anchor"),
        ('<a href="#no">', "#no has no such anchor"),
        ('<a href="../index.html">', "../index.html leads out of the website"),
        ('<a href="/index.html">', "/index.html works at the root of a host only"),
        ('<a href="//host/x">', "//host/x works at the root of a host only"),
        (f'<a href="{RUN}/b.ipynb">', f"{RUN}/b.ipynb opens a notebook that is not there"),
        ('<img src="none.png">', "none.png is not there"),
        ('<script src="https://host/x.js">', "fetches https://host/x.js from another host"),
        ('<link href="https://host/x.css">', "fetches https://host/x.css from another host"),
        ('<p id="top">', "two ids 'top'"),
    ],
)
def test_what_is_broken_is_said(wrong, said, tmp_path, capsys):
    built(tmp_path, {**WHOLE, "index.html": WHOLE["index.html"] + wrong})
    assert links.main(str(tmp_path)) == 1
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [f"links: index.html: {said}"]
    assert shown.out.endswith("1 broken\n")


def test_an_empty_folder_is_no_website(tmp_path):
    assert links.main(str(tmp_path)) == 1


def test_the_pages_of_the_browser_edition_answer_for_themselves(tmp_path):
    whole = {**WHOLE, "lite/index.html": '<a href="/nowhere">'}
    assert built(tmp_path, whole).problems == []
