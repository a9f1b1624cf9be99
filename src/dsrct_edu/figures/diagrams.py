"""The causal diagram: every role has its own shape and says its name."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, FancyArrowPatch, Patch, Polygon

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import sheet
from dsrct_edu.figures.tables import ANY, NUMBER, check, name
from dsrct_edu.wording import counted, listed

_HALF = (0.84, 0.42)  # half width and height of a node, inches
Place = tuple[float, float]
Corners = tuple[tuple[float, float], ...]
_SHAFT: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 18, "shrinkA": 1, "shrinkB": 2}
_SHAFT |= {"lw": 1.6, "color": palette.INK, "zorder": 1}
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


_FILLS = [style.tint(look.colour, 0.45) for look in palette.NEUTRALS]
ROLES = {
    "exposure": Role(_FILLS[0], _ARROW, "exposure", width=3),
    "outcome": Role(_FILLS[0], None, "outcome", width=3),
    "confounder": Role(_FILLS[1], _BOX, "confounders, to adjust for"),
    "mediator": Role(_FILLS[2], _HEXAGON, "mediators, not to adjust for"),
    "collider": Role(_FILLS[3], _FUNNEL, "colliders, not to adjust for"),
    "selection": Role(_FILLS[5], _HOUSE, "selection"),
    "decoy": Role(palette.PAPER, _BOX, "decoys, of no use", dashed=True),
    "unmeasured": Role(palette.PAPER, None, "unmeasured", dashed=True),
    "other": Role(palette.PAPER, _BOX, "others"),
}


@figure("Causal diagram", {"name": ANY, "role": ANY, "x": NUMBER, "y": NUMBER})
def dag(
    page: Figure,
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    roles: bool = True,
    title: str | None = None,
) -> str:
    """Draw a causal diagram.

    Parameters
    ----------
    nodes : DataFrame
        ``name, role, x, y``: roles are exposure, outcome, confounder, mediator, collider,
        selection, decoy, unmeasured, other; positions in any unit, y upwards.
    edges : DataFrame
        ``source, target``: arrows by node name.
    roles : bool, default True
        False hides every role, in the picture and in the words: for asking which is which.
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
    '3 variables. Arrows: centre to HIPEC and death; HIPEC to death. Exposure: HIPEC. \
Outcome: death. Confounders, to adjust for: centre.'
    """
    wrong = nodes.index[~nodes["role"].isin(list(ROLES))].tolist()
    if wrong:
        found = repr(nodes["role"][wrong[0]])
        raise InputError(f"a role of {', '.join(ROLES)}", found, "", "role", wrong)
    links = _links(nodes, edges)
    places = _places(nodes)
    axes = sheet(page, max(y for _, y in places.values()) + 0.75, line=0.4)
    shapes: dict[object, Patch] = {
        row.name: _node(axes, name(row.name), str(row.role) if roles else "", places[row.name])
        for row in nodes.itertuples(index=False)
    }
    for source, target in links:
        others = [place for node, place in places.items() if node not in (source, target)]
        start, stop = places[source], places[target]
        look = _SHAFT | {"connectionstyle": f"arc3,rad={_bend(start, stop, others)}"}
        first, last = shapes[source], shapes[target]
        axes.add_patch(FancyArrowPatch(start, stop, patchA=first, patchB=last, **look))
    return dag_words(nodes, edges, roles)


def _links(nodes: pd.DataFrame, edges: pd.DataFrame) -> list[tuple[object, object]]:
    """Return the arrows after checking that they join nodes and run in no circle."""
    if len(edges) == 0:
        return []
    edges = check(edges, {"source": ANY, "target": ANY})
    left = set(nodes["name"])
    for column in ("source", "target"):
        lost = edges.index[~edges[column].isin(list(left))].tolist()
        if lost:
            raise InputError("arrows between nodes", str(edges[column][lost[0]]), "", column, lost)
    links = list(zip(edges["source"], edges["target"], strict=True))
    while left:
        free = left - {target for source, target in links if source in left}
        if not free:
            circle = listed(sorted(name(node) for node in left))
            raise InputError("no circle of arrows", circle, "A cause cannot follow its effect.")
        left -= free
    return links


def _places(nodes: pd.DataFrame) -> dict[object, Place]:
    """Scale positions to inches: the full width, and rows no closer than nodes are high."""
    margin = _HALF[0] * 1.2 + 0.1
    levels = np.unique(nodes["y"].to_numpy(dtype=float))
    tall = float(np.ptp(levels) / np.diff(levels).min()) if len(levels) > 1 else 0.0
    x = _scaled(nodes["x"], margin, style.WIDTH - margin)
    y = _scaled(nodes["y"], 0.75, 0.75 + min(1.2 * tall, 5.0))
    places = {n: (float(a), float(b)) for n, a, b in zip(nodes["name"], x, y, strict=True)}
    for (first, (ax, ay)), (second, (bx, by)) in combinations(places.items(), 2):
        if abs(ax - bx) < 2.3 * _HALF[0] and abs(ay - by) < 2.1 * _HALF[1]:
            both = f"{name(first)} on {name(second)}"
            raise InputError("nodes apart", both, "Move one of them.", column="x")
    return places


def _scaled(values: pd.Series[float], low: float, high: float) -> pd.Series[float]:
    span = float(values.max() - values.min())
    share = (values - values.min()) / span if span else values * 0 + 0.5
    return low + share * (high - low)


def _node(axes: Axes, label: str, role: str, place: Place) -> Patch:
    drawn = ROLES[role or "other"]
    what = palette.meaning(label)
    colour = style.tint(palette.MEANINGS[what].colour, 0.45) if what else drawn.colour
    (x, y), (half_x, half_y) = place, _HALF
    looks: dict[str, Any] = {
        "facecolor": palette.PAPER if drawn.dashed else colour,
        "edgecolor": palette.INK,
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
    folded = style.wrapped(label, 14, 2)
    up = 0.12 if role else 0.0
    axes.text(x, y + up, folded, ha="center", va="center", size=style.SMALL, linespacing=0.95,
              weight="bold", zorder=3)  # fmt: skip
    down = 0.29 if "\n" in folded else 0.19
    axes.text(x, y - down, name(role), ha="center", va="center", size=style.SMALL, style="italic",
              zorder=3)  # fmt: skip
    return shape


def _bend(start: Place, stop: Place, others: list[Place]) -> float:
    """Return how to bend an arrow so that it runs through no other node."""
    share = np.linspace(0, 1, 41)[:, None]
    first, last, nodes = np.array(start), np.array(stop), np.array(others).reshape(-1, 1, 2)
    along, room = last - first, 1.08 * np.array(_HALF)
    for bend in _BENDS:
        control = (first + last) / 2 + bend * np.array([along[1], -along[0]])
        path = (1 - share) ** 2 * first + 2 * share * (1 - share) * control + share**2 * last
        if not (np.abs(path - nodes) < room).all(axis=2).any():
            return bend
    return _BENDS[1]


def dag_words(nodes: pd.DataFrame, edges: pd.DataFrame, roles: bool = True) -> str:
    """Say which variable acts on which, and, unless they are hidden, their roles."""
    text = f"{counted(len(nodes), 'variable')}."
    reached: dict[str, list[str]] = {}
    for source, target in _links(nodes, edges):
        reached.setdefault(name(source), []).append(name(target))
    arrows = [f"{source} to {listed(targets)}" for source, targets in reached.items()]
    text += f" Arrows: {'; '.join(arrows)}." if arrows else " No arrows."
    for role, drawn in ROLES.items() if roles else ():
        members = [name(n) for n in nodes.loc[nodes["role"] == role, "name"]]
        if members:
            text += f" {drawn.plural[0].upper()}{drawn.plural[1:]}: {listed(members)}."
    return text
