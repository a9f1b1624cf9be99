"""How a picture looks to others: on a projector, in greyscale, and to a deuteranope."""

from __future__ import annotations

import numpy as np
from PIL import Image

PROJECTOR = 1024
# Deuteranopia on linear RGB: Machado, Oliveira and Fernandes, IEEE Trans Vis Comput Graph
# 2009;15:1291-8.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)


def seen(picture: Image.Image) -> dict[str, Image.Image]:
    """Return a picture in colour, in greyscale, and as a deuteranope sees it, at 1,024 pixels."""
    height = round(picture.height * PROJECTOR / picture.width)
    colour = picture.convert("RGB").resize((PROJECTOR, height), Image.Resampling.LANCZOS)
    share = np.asarray(colour, dtype=float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ DEUTERANOPIA.T, 0, 1)
    back = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    other = Image.fromarray(np.uint8(np.rint(back * 255)))
    return {"colour": colour, "grey": colour.convert("L").convert("RGB"), "deuteranope": other}


def sheet(picture: Image.Image) -> Image.Image:
    """Return the three views of a picture, one below the other."""
    views = list(seen(picture).values())
    whole = Image.new("RGB", (PROJECTOR, sum(view.height for view in views)), "white")
    for place, view in enumerate(views):
        whole.paste(view, (0, place * view.height))
    return whole
