"""The causal diagram: every role has its own shape and says its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, FancyArrowPatch, Patch, Polygon

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, styled
from dsrct_edu.figures.tables import name, tidy
from dsrct_edu.wording import counted, listed

_HALF = (0.82, 0.36)  # half width and height of a node, inches
Place = tuple[float, float]
Corners = tuple[tuple[float, float], ...]
_BENDS = (0.0, 0.25, -0.25, 0.4, -0.4)  # the first that runs through no node is taken

_BOX: Corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
_ARROW: Corners = ((-1, -1), (0.8, -1), (1.12, 0), (0.8, 1), (-1, 1))
_HEXAGON: Corners = ((-1.15, 0), (-0.88, -1), (0.88, -1), (1.15, 0), (0.88, 1), (-0.88, 1))
_FUNNEL: Corners = ((-0.84, -1), (0.84, -1), (1.12, 1), (-1.12, 1))
_HOUSE: Corners = ((-1, -1), (1, -1), (1, 0.75), (0, 1.3), (-1, 0.75))


@dataclass(frozen=True)
class Role:
    """How a role is drawn and what its name in a sentence is."""

    colour: str
    corners: Corners | None  # none: an ellipse
    plural: str
    dashed: bool = False
    width: float = 1.5


ROLES = {
    "exposure": Role(style.BLUE, _ARROW, "exposure", width=3),
    "outcome": Role(style.VERMILLION, None, "outcome", width=3),
    "confounder": Role(style.ORANGE, _BOX, "confounders, to adjust for"),
    "mediator": Role(style.GREEN, _HEXAGON, "mediators, not to adjust for"),
    "collider": Role(style.PURPLE, _FUNNEL, "colliders, not to adjust for"),
    "selection": Role(style.SKY, _HOUSE, "selection"),
    "decoy": Role(style.GREY, _BOX, "decoys, of no use", dashed=True),
    "unmeasured": Role(style.GREY, None, "unmeasured", dashed=True),
    "other": Role("#FFFFFF", _BOX, "others"),
}


@styled
def dag(nodes: pd.DataFrame, edges: pd.DataFrame, *, title: str | None = None) -> Figure:
    """Draw a causal diagram.

    Parameters
    ----------
    nodes : DataFrame
        ``name, role, x, y``: roles are exposure, outcome, confounder, mediator, collider,
        selection, decoy, unmeasured, other; positions in any unit, y upwards.
    edges : DataFrame
        ``source, target``: arrows by node name.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        For an unknown role, an arrow without a node, arrows in a circle, or nodes on top of each
        other.

    Examples
    --------
    >>> import pandas as pd
    >>> nodes = pd.DataFrame(
    ...     {
    ...         "name": ["centre", "HIPEC", "death"],
    ...         "role": ["confounder", "exposure", "outcome"],
    ...         "x": [1, 0, 2],
    ...         "y": [1, 0, 0],
    ...     }
    ... )
    >>> edges = pd.DataFrame(
    ...     {"source": ["centre", "centre", "HIPEC"], "target": ["HIPEC", "death", "death"]}
    ... )
    >>> dag(nodes, edges).words
    '3 variables and 3 arrows. Exposure: HIPEC. Outcome: death. Confounders, \
to adjust for: centre.'
    """
    rows = tidy(nodes, ["name", "role", "x", "y"], ["x", "y"])
    wrong = rows.index[~rows["role"].isin(list(ROLES))].tolist()
    if wrong:
        found = repr(rows["role"][wrong[0]])
        raise InputError(f"a role of {', '.join(ROLES)}", found, "", "role", wrong)
    links = edges if edges.empty else tidy(edges, ["source", "target"])
    _check_links(rows, links)
    places = _places(rows)
    width, height = style.WIDTH, max(y for _, y in places.values()) + 0.75
    figure = Figure(width, height + (0.4 if title else 0), "Causal diagram")
    figure.set_layout_engine("none")  # positions are in inches
    axes = figure.add_axes((0, 0, 1, height / figure.get_figheight()))
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.set_axis_off()
    shapes: dict[object, Patch] = {
        row.name: _node(axes, name(row.name), str(row.role), places[row.name])
        for row in rows.itertuples(index=False)
    }
    for link in links.itertuples(index=False):
        _arrow(axes, shapes, places, link.source, link.target)
    if title:
        figure.text(0.01, 0.99, style.fold(title, 64, 1), va="top", fontsize=style.LARGE)
    figure.words = _dag_words(rows, len(links))
    return figure


def _check_links(rows: pd.DataFrame, links: pd.DataFrame) -> None:
    known = set(rows["name"])
    for column in ("source", "target") if len(links) else ():
        lost = links.index[~links[column].isin(list(known))].tolist()
        if lost:
            raise InputError("arrows between nodes", str(links[column][lost[0]]), "", column, lost)
    left = set(known)
    pairs = list(zip(links["source"], links["target"], strict=True)) if len(links) else []
    while left:
        free = left - {target for source, target in pairs if source in left}
        if not free:
            circle = listed(sorted(name(node) for node in left))
            raise InputError("no circle of arrows", circle, "A cause cannot follow its effect.")
        left -= free


def _places(rows: pd.DataFrame) -> dict[object, tuple[float, float]]:
    """Scale positions to inches: the full width, and rows no closer than nodes are high."""
    margin = _HALF[0] * 1.2 + 0.1

    def scaled(values: pd.Series[float], low: float, high: float) -> pd.Series[float]:
        span = float(values.max() - values.min())
        if span == 0:
            return values * 0 + (low + high) / 2
        return low + (values - values.min()) / span * (high - low)

    levels = np.unique(rows["y"].to_numpy(dtype=float))
    steps = np.diff(levels)
    tall = float(levels[-1] - levels[0]) / steps.min() if steps.size else 0.0
    x = scaled(rows["x"], margin, style.WIDTH - margin)
    y = scaled(rows["y"], 0.75, 0.75 + min(1.15 * tall, 6.5))
    places = {n: (float(a), float(b)) for n, a, b in zip(rows["name"], x, y, strict=True)}
    nodes = list(places.items())
    for i, (first, (ax, ay)) in enumerate(nodes):
        for second, (bx, by) in nodes[i + 1 :]:
            if abs(ax - bx) < 2.3 * _HALF[0] and abs(ay - by) < 2.1 * _HALF[1]:
                both = f"{name(first)} on {name(second)}"
                raise InputError("nodes apart", both, "Move one of them.", column="x")
    return places


def _node(axes: Axes, label: str, role: str, place: tuple[float, float]) -> Patch:
    drawn = ROLES[role]
    (x, y), (half_x, half_y) = place, _HALF
    looks: dict[str, Any] = {
        "facecolor": "white" if drawn.dashed else style.tint(drawn.colour, 0.35),
        "edgecolor": "black",
        "lw": drawn.width,
        "ls": (0, (4, 2)) if drawn.dashed else "-",
        "zorder": 2,
    }
    shape: Patch
    if drawn.corners is None:
        shape = Ellipse(place, 2.3 * half_x, 2.75 * half_y, **looks)
    else:
        shape = Polygon([(x + half_x * a, y + half_y * b) for a, b in drawn.corners], **looks)
    axes.add_patch(shape)
    folded = style.fold(label, 15, 2)
    two = "\n" in folded
    size = style.SMALL - 1 if two else style.SMALL
    axes.text(x, y + 0.1, folded, ha="center", va="center", size=size, linespacing=0.95,
              weight="bold", zorder=3)  # fmt: skip
    axes.text(x, y - (0.25 if two else 0.18), role, ha="center", va="center",
              size=style.SMALL - 2, style="italic", zorder=3)  # fmt: skip
    return shape


def _arrow(
    axes: Axes,
    shapes: dict[object, Patch],
    places: dict[object, tuple[float, float]],
    source: object,
    target: object,
) -> None:
    others = [place for node, place in places.items() if node not in (source, target)]
    start, stop = places[source], places[target]
    bend = next((b for b in _BENDS if not _blocked(start, stop, b, others)), _BENDS[1])
    axes.add_patch(
        FancyArrowPatch(
            start,
            stop,
            patchA=shapes[source],
            patchB=shapes[target],
            shrinkA=1,
            shrinkB=2,
            arrowstyle="-|>",
            connectionstyle=f"arc3,rad={bend}",
            mutation_scale=18,
            lw=1.6,
            color="#333333",
            zorder=1,
        )
    )


def _blocked(start: Place, stop: Place, bend: float, others: list[Place]) -> bool:
    """Tell whether an arrow, so bent, would run through another node."""
    share = np.linspace(0, 1, 41)[:, None]
    first, last = np.array(start), np.array(stop)
    along = last - first
    control = (first + last) / 2 + bend * np.array([along[1], -along[0]])
    path = (1 - share) ** 2 * first + 2 * share * (1 - share) * control + share**2 * last
    room = 1.08 * np.array(_HALF)
    return any(bool((np.abs(path - np.array(other)) < room).all(axis=1).any()) for other in others)


def _dag_words(rows: pd.DataFrame, arrows: int) -> str:
    text = f"{counted(len(rows), 'variable')} and {counted(arrows, 'arrow')}."
    for role, drawn in ROLES.items():
        members = [name(n) for n in rows.loc[rows["role"] == role, "name"]]
        if members:
            text += f" {drawn.plural[0].upper()}{drawn.plural[1:]}: {listed(members)}."
    return text
