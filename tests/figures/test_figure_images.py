"""The gallery's pictures and words are what the code printed below them draws today."""

import io
import re
import textwrap

import matplotlib
import numpy as np
import page
import pytest
from PIL import Image

DRAWN_WITH = re.search(r"Drawn with matplotlib ([\d.]+\d)", page.README).group(1)
same_matplotlib = pytest.mark.skipif(
    matplotlib.__version__ != DRAWN_WITH,
    reason=f"the images were drawn with matplotlib {DRAWN_WITH}",
)
TOLERANCE = 1.5  # root mean square, of 255; one changed word of the forest gives 6.5


def difference(first, second):
    first, second = (np.asarray(Image.open(p).convert("RGB"), dtype=float) for p in (first, second))
    if first.shape != second.shape:
        return np.inf
    return float(np.sqrt(np.mean((first - second) ** 2)))


@same_matplotlib
@pytest.mark.parametrize("name", page.NAMES)
def test_the_code_draws_the_picture(name):
    now = io.BytesIO(page.drawn(name).png())
    assert difference(now, page.FOLDER / f"{name}.png") < TOLERANCE


@pytest.mark.parametrize("name", page.NAMES)
def test_the_picture_says_the_words(name):
    assert page.drawn(name).words == page.WORDS[name]


@same_matplotlib
def test_a_moved_label_is_seen():
    drawn = page.drawn("forest")
    text = next(t for t in drawn.axes[0].texts if t.get_text() == "Estimate")
    text.set_text("Guess")
    try:
        now = io.BytesIO(drawn.png())
    finally:
        text.set_text("Estimate")
    assert difference(now, page.FOLDER / "forest.png") > TOLERANCE


def test_the_page_holds_every_picture_and_no_other():
    assert {path.stem for path in page.FOLDER.glob("*.png")} == set(page.NAMES)
    assert all(path.stat().st_size < 200_000 for path in page.FOLDER.iterdir())


def test_the_page_prints_the_code_of_every_example():
    """Else somebody has changed an example and not drawn the gallery anew."""
    source = (page.ROOT / "tools" / "gallery.py").read_text(encoding="utf-8")
    examples = source.replace("    return ", "    ")
    assert re.findall(r"@example\(.*\)\ndef (\w+)\(", source) == page.NAMES
    for name, code in page.CODE.items():
        assert f"def {name}() -> Figure:\n{textwrap.indent(code, '    ')}\n" in examples
    assert page.IMPORTS in source
