import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


@pytest.fixture
def found():
    """Return a function that finds what is drawn by the id that the figure gave it."""

    def find(drawing, gid):
        return [
            artist
            for artist in drawing.findobj(lambda artist: artist.get_gid() is not None)
            if artist.get_gid() == gid or artist.get_gid().startswith(f"{gid}:")
        ]

    return find


@pytest.fixture
def written(monkeypatch):
    """Return a function that gives every text as drawn, with its box in pixels."""

    def collect(figure):
        drawn = []
        draw = Text.draw

        def record(self, renderer, *args, **kwargs):
            if self.get_visible() and self.get_text().strip():
                drawn.append(self)
            return draw(self, renderer, *args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(Text, "draw", record)
            figure.png()
        unique = list(dict.fromkeys(drawn))
        return [(text.get_text(), Text.get_window_extent(text).extents) for text in unique]

    return collect


@pytest.fixture
def assert_legible(written):
    """Return a check that no text overlaps another or leaves the page."""

    def check(figure):
        texts = written(figure)
        assert texts
        width, height = figure.bbox.width, figure.bbox.height
        for text, (x0, y0, x1, y1) in texts:
            inside = x0 > -1 and y0 > -1 and x1 < width + 1 and y1 < height + 1
            assert inside, f"{text!r} leaves the page"
        boxes = np.array([box for _, box in texts])
        for i, (text, box) in enumerate(texts):
            later = boxes[i + 1 :]
            wide = np.minimum(later[:, 2], box[2]) - np.maximum(later[:, 0], box[0])
            tall = np.minimum(later[:, 3], box[3]) - np.maximum(later[:, 1], box[1])
            for k in np.flatnonzero((wide > 1) & (tall > 2)):
                raise AssertionError(f"{text!r} overlaps {texts[i + 1 + k][0]!r}")

    return check
