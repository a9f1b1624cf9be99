"""The pictures of a page: taken out of the outputs, made small, named by what is in them."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path

from nbformat import NotebookNode
from PIL import Image

from dsrct_edu import files

FOLDER = "pictures"
LARGEST = 30_000
"""Bytes of a picture, so that a page can be read on a telephone."""

_COLOURS = (64, 32, 16, 8)  # a drawing has few; those between them only smooth its edges
_IMAGE = re.compile(
    r"<img((?:\s[^<>]*)?\ssrc=\")data:image/(png|svg\+xml);base64,([A-Za-z0-9+/=]+)(\"[^<>]*>)"
)
_DATA = re.compile(r"data:image/(png|svg\+xml);base64,([A-Za-z0-9+/=]+)")


def of_notebook(notebook: NotebookNode) -> dict[str, bytes]:
    """Return the pictures of a notebook's outputs by where they lie from its page."""
    found: dict[str, bytes] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind, data in _DATA.findall(output.get("data", {}).get("text/html", "")):
                source = base64.b64decode(data)
                found[place(kind, source)] = source
    return found


def apart(page: str) -> str:
    """Return HTML whose pictures lie in files of their own, fetched when they are near.

    A press on a picture opens it alone, so that it can be enlarged on a telephone.

    Examples
    --------
    >>> apart('<img alt="A dot." src="data:image/png;base64,AAAA">').count("pictures/")
    2
    """

    def placed(match: re.Match[str]) -> str:
        where = place(match[2], base64.b64decode(match[3]))
        return f'<a href="{where}"><img loading="lazy"{match[1]}{where}{match[4]}</a>'

    return _IMAGE.sub(placed, page)


def place(kind: str, source: bytes) -> str:
    """Return where a picture lies: its name is of what is in it, so it can be kept for ever."""
    digest = hashlib.sha256(source + repr(_COLOURS).encode()).hexdigest()
    return f"{FOLDER}/{digest[:16]}.{kind.partition('+')[0]}"


def small(name: str, source: bytes, cache: Path) -> bytes:
    """Return a picture in at most `LARGEST` bytes, made once."""
    if name.endswith(".svg"):
        return source
    stored = cache / name
    if not stored.exists():
        files.write(stored, quantised(source))
    return stored.read_bytes()


def quantised(source: bytes) -> bytes:
    """Return a PNG with as many colours as fit into `LARGEST` bytes."""
    picture = Image.open(io.BytesIO(source)).convert("RGB")
    made = source
    for colours in _COLOURS:
        file = io.BytesIO()
        picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            file, "PNG", optimize=True
        )
        made = min(source, file.getvalue(), key=len)
        if len(made) <= LARGEST:
            break
    return made
