"""The gallery's images are what the code draws today, on the matplotlib that drew them."""

import io
import re

import matplotlib
import numpy as np
import pytest
from PIL import Image

from dsrct_edu.figures import style
from tools import gallery as page

README = (page.FOLDER / "README.md").read_text(encoding="utf-8")
DRAWN_WITH = re.search(r"Drawn with matplotlib ([\d.]+\d)", README).group(1)
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
@pytest.mark.parametrize("key", page.EXAMPLES)
def test_drawn_as_in_the_gallery(key):
    now = io.BytesIO(page.EXAMPLES[key]().png())
    assert difference(now, page.FOLDER / f"{key}.png") < TOLERANCE


@same_matplotlib
def test_a_moved_label_is_seen():
    figure = page.forest()
    text = next(t for t in figure.axes[0].texts if t.get_text() == "Estimate")
    text.set_text("Guess")
    now = io.BytesIO(figure.png())
    assert difference(now, page.FOLDER / "forest.png") > TOLERANCE


def test_page_holds_every_picture_and_its_words():
    for key, draw in page.EXAMPLES.items():
        assert f'src="{key}.png"' in README
        assert draw().words in README
    assert {path.stem for path in page.FOLDER.glob("*.png")} == set(page.EXAMPLES)
    assert all(path.stat().st_size < 200_000 for path in page.FOLDER.iterdir())


def test_greyscale_and_colour_blind_views():
    colours = [style.appearance(index).colour for index in range(6)]
    swatch = Image.new("RGB", (6, 1))
    swatch.putdata([tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in colours])
    views = page.seen(swatch.resize((600, 10), Image.Resampling.NEAREST))
    assert {view.width for view in views.values()} == {page.PROJECTOR}
    other = np.asarray(views["deuteranope"], dtype=float)[5, 85::170]
    apart = np.abs(other[:, None] - other[None]).sum(axis=2)
    assert apart[np.triu_indices(6, 1)].min() > 60  # every pair differs to a deuteranope
    grey = np.asarray(views["grey"], dtype=float)[5, 85:500:170, 0]
    assert np.abs(np.diff(np.sort(grey))).min() > 20  # the first three differ in greyscale
