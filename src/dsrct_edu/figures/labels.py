"""Labels that keep out of each other's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure

Floats = npt.NDArray[Any]


@dataclass(frozen=True)
class EndLabel:
    """The name of a line, to stand to the right of where it ends."""

    x: float
    y: float
    text: str
    look: style.Look
    width: float = 2.4


def heading(figure: Figure, title: str | None) -> None:
    """Put the title above everything, where nothing else can stand."""
    if title:
        figure.suptitle(style.fold(title, 64), x=0.01, ha="left", fontsize=style.LARGE)


def end_labels(figure: Figure, axes: Axes, labels: Sequence[EndLabel], fold: int = 17) -> None:
    """Name lines in the right margin, each with a sample of its line, and settle the layout."""
    across = axes.transAxes
    texts = [
        axes.text(1.095, 0.5, style.fold(label.text, fold), transform=across, va="center",
                  size=style.SMALL)
        for label in labels
    ]  # fmt: skip
    figure.settle()
    size = axes.get_window_extent().height
    heights = [text.get_window_extent().height / size + 0.02 for text in texts]
    to_axes = axes.transData + across.inverted()
    ends = [tuple(to_axes.transform((label.x, label.y))) for label in labels]
    top = float(across.inverted().transform((0, figure.bbox.height - 4))[1])
    places = style.spread([end[1] for end in ends], heights, min(-0.05, top - sum(heights)), top)
    for label, text, (x, y), place in zip(labels, texts, ends, places, strict=True):
        text.set_y(place)
        outside: dict[str, Any] = {
            "transform": across,
            "clip_on": False,
            "scalex": False,
            "scaley": False,
        }
        drawn: dict[str, Any] = {"color": label.look.colour, **outside}
        if x < 0.99:  # faint inside the axes: nobody is followed there
            axes.plot([x, 1.0], [y, y], lw=0.8, ls=(0, (1, 4)), **drawn)
        axes.plot([max(x, 1.0), 1.012], [y, place], lw=0.8, **drawn)
        axes.plot([1.015, 1.085], [place, place], ls=label.look.dash, lw=label.width, **drawn)


def legend(figure: Figure, handles: Sequence[Artist], ncols: int, title: str | None = None) -> None:
    """Put a legend below the axes, read row by row (matplotlib fills column by column)."""
    ncols = min(ncols, len(handles))
    ordered = [handle for column in range(ncols) for handle in handles[column::ncols]]
    figure.legend(handles=ordered, loc="outside lower center", ncols=ncols, title=title)


def blocks(axes: Axes, corners: Sequence[Floats], **look: Any) -> None:
    """Draw many rectangles as one artist; `corners` holds left, bottom, right and top."""
    left, bottom, right, top = np.broadcast_arrays(*corners)
    x, y = (
        np.stack([left, right, right, left], axis=1),
        np.stack([bottom, bottom, top, top], axis=1),
    )
    axes.add_collection(PolyCollection(list(np.stack([x, y], axis=2)), **look))
