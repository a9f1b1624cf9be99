"""Where things stand on the page: panels, keys, rows, and labels out of each other's way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure

_WRAP = {1: 60, 2: 34, 3: 22}  # characters over a panel, by the number side by side
_DPI = 100


def panels(page: Figure, names: Sequence[str], xlabel: str, sharex: bool = False) -> list[Axes]:
    """Return one axes a name, at most three side by side; a shared axis is named once a column."""
    across = min(len(names), 3)
    down = -(-len(names) // across)
    page.set_figheight(1.6 + 3.9 * down if down > 1 else 5.4)
    grid = list(page.subplots(down, across, squeeze=False, sharex=sharex, sharey=True).flat)
    for spare in grid[len(names) :]:
        spare.set_visible(False)
    for position, axes in enumerate(grid[: len(names)]):
        axes.set_title(style.wrapped(names[position], _WRAP[across]), fontsize=style.TEXT)
        if not sharex or position + across >= len(names):
            axes.set_xlabel(style.wrapped(xlabel, _WRAP[across]))
            axes.tick_params(labelbottom=True)
    return grid[: len(names)]


def sheet(page: Figure, height: float, line: float = 0.35) -> Axes:
    """Return bare axes in inches, as wide as the page, under `line` inches a line of heading."""
    page.set_layout_engine("none")
    page.set_figheight(height + line * len(page.get_suptitle().splitlines()))
    axes = page.add_axes((0, 0, 1, height / page.get_figheight()))
    axes.set(xlim=(0, style.WIDTH), ylim=(0, height), aspect="equal")
    axes.set_axis_off()
    return axes


def key(
    page: Figure,
    entries: Iterable[tuple[str, Mapping[str, Any]]],
    ncols: int,
    title: str | None = None,
    above: bool = False,
    clear: float = 26.0,
) -> None:
    """Explain lines, markers and fills below the axes, or above them, read row by row.

    Above, it is `clear` points from the axes, on which heads of columns may stand.
    An entry is a name and its look; a look with a ``facecolor`` is that of a filled shape.
    """
    handles = [
        Patch(label=name, **look) if "facecolor" in look else Line2D([], [], label=name, **look)
        for name, look in entries
    ]
    ncols = min(ncols, len(handles))
    by_column = [handle for column in range(ncols) for handle in handles[column::ncols]]
    place: dict[str, Any] = {"loc": "outside upper right" if above else "outside lower center"}
    heading = page.get_suptitle()
    if above and heading:  # a line of its own, between the heading and what stands on the axes
        for axes in page.axes:
            axes.set_title(" ", pad=clear, fontsize=style.TEXT)
        down = (1.25 * style.LARGE * (heading.count("\n") + 1) + 4) / 72 / page.get_figheight()
        place = {"loc": "upper right", "bbox_to_anchor": (1, 1 - down), "borderaxespad": 0}
    page.legend(handles=by_column, ncols=ncols, title=title, **place)


def aside(axes: Axes, text: str) -> None:
    """Say over the right end of the axes what a band, a bar or a dashed line is."""
    axes.set_title(text, loc="right", fontsize=style.SMALL, pad=8)


def named_rows(axes: Axes, names: Sequence[str], width: int, lines: int = 2) -> None:
    """Name rows at 0, 1, 2 … from the top down, on an axis without ticks."""
    axes.set_yticks(range(len(names)), [style.wrapped(name, width, lines) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def text_columns(axes: Axes, columns: Mapping[str, Sequence[str]]) -> None:
    """Write columns of text to the right of the rows, under their heads."""
    offset = 14.0  # points; fixed widths let the layout converge
    across = axes.get_yaxis_transform()
    common: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    common["size"] = style.SMALL
    for head, cells in columns.items():
        drawn = [
            axes.annotate(
                head, (1, 1), (offset, 6), xycoords="axes fraction", weight="bold", **common
            )
        ]
        for row, cell in enumerate(cells):
            drawn.append(
                axes.annotate(cell, (1, row), (offset, 0), xycoords=across, va="center", **common)
            )
        offset += max(text.get_window_extent().width for text in drawn) * 72 / _DPI + 14


@dataclass(frozen=True)
class EndLabel:
    """The name of a line, to stand to the right of where it ends."""

    x: float
    y: float
    text: str
    look: palette.Look
    width: float = 2.4
    mark: Mapping[str, Any] | None = None  # a marker on the sample


def end_labels(page: Figure, axes: Axes, labels: Sequence[EndLabel]) -> None:
    """Name lines in the right margin, each with a sample of its line, and settle the layout."""
    across = axes.transAxes
    texts = [
        axes.text(1.095, 0.5, style.wrapped(label.text, 17), transform=across, va="center",
                  size=style.SMALL)
        for label in labels
    ]  # fmt: skip
    page.settle()
    size = axes.get_window_extent().height
    heights = [text.get_window_extent().height / size + 0.02 for text in texts]
    to_axes = axes.transData + across.inverted()
    ends = [tuple(to_axes.transform((label.x, label.y))) for label in labels]
    top = float(across.inverted().transform((0, page.bbox.height - 4))[1])
    places = style.spread([end[1] for end in ends], heights, min(-0.05, top - sum(heights)), top)
    outside: dict[str, Any] = {"transform": across, "clip_on": False}
    outside |= {"scalex": False, "scaley": False}
    for label, text, (x, y), place in zip(labels, texts, ends, places, strict=True):
        text.set_y(place)
        drawn = {"color": label.look.colour, **outside}
        if x < 0.99:  # faint inside the axes: nobody is followed there
            axes.plot([x, 1.0], [y, y], lw=0.8, ls=(0, (1, 4)), **drawn)
        axes.plot([max(x, 1.0), 1.012], [y, place], lw=0.8, **drawn)
        axes.plot([1.015, 1.085], [place, place], ls=label.look.dash, lw=label.width, **drawn)
        if label.mark:
            axes.plot([1.05], [place], **outside, **label.mark)


def rectangles(axes: Axes, corners: Sequence[npt.ArrayLike], **look: Any) -> None:
    """Draw many rectangles as one artist; `corners` holds left, bottom, right and top."""
    left, bottom, right, top = np.broadcast_arrays(*corners)
    x = np.stack([left, right, right, left], axis=1)
    y = np.stack([bottom, bottom, top, top], axis=1)
    axes.add_collection(PolyCollection(list(np.stack([x, y], axis=2)), **look))
