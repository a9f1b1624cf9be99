"""Notes the words that pictures draw, since pixels hold no text: planted into a copy."""

from __future__ import annotations

from pathlib import Path

_PLANTED = """

# Planted by tools.language: notes each word that is drawn.
import os as _os
import matplotlib.text as _text


def _noted(draw):
    def noting(self, renderer):
        if self.get_visible() and self.get_text().strip():
            name = _os.path.join({folder!r}, f"{{_os.getpid()}}.txt")
            with open(name, "a", encoding="utf-8") as out:
                out.write(repr(self.get_text()) + "\\n")
        return draw(self, renderer)

    return noting


_text.Text.draw = _noted(_text.Text.draw)
"""


def plant(copy: Path) -> None:
    """Let the figures of a copy note what they draw, in its folder ``build/drawn``."""
    folder = copy / "build" / "drawn"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.txt"):
        old.unlink()
    module = copy / "src" / "dsrct_edu" / "figures" / "figure.py"
    with module.open("a", encoding="utf-8") as stream:
        stream.write(_PLANTED.format(folder=str(folder)))
