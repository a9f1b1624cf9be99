"""Two genes that break and are joined, and what each test can see of it."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import sheet
from dsrct_edu.figures.tables import ANY, Column, groups, tag
from dsrct_edu.wording import listed

# Inches on the page.
_HIGH, _LEFT, _BLOCK, _DEEP, _GAP = 5.2, 1.15, 0.45, 0.46, 0.3
_ROWS = (4.25, 2.8, 1.25)  # the foot of each row of exons
_EXONS = re.compile(r"exons (\d+)-(\d+)")
_PARTS = {"gene": ANY, "part": ANY, "kind": ANY, "kept": ANY, "chromosome": Column(optional=True)}
_LOOKS = (palette.neutral(0), palette.neutral(1))
_TEXT: dict[str, Any] = {"size": style.SMALL, "va": "center"}


@figure("A fusion of two genes", _PARTS)
def fusion_gene(
    page: Figure, parts: pd.DataFrame, *, tests: bool = False, title: str | None = None
) -> str:
    """Draw the exons of two genes, where they break, and the gene that they make together.

    Parameters
    ----------
    parts : DataFrame
        ``gene, part, kind, kept``, as `dsrct_edu.bedside.fusion_parts` gives them: of two genes
        the exons kept and lost, such as ``exons 1-7``, and if you like the ``chromosome``. The
        first gene gives the front.
    tests : bool, default False
        Show what each laboratory test can see, instead of what the two halves do.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, or there are not two genes with exons kept and lost.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = pd.DataFrame({"gene": ["A", "A", "B", "B"], "kind": "exon",
    ...     "part": ["exons 1-2", "exons 3-5", "exons 1-3", "exons 4-6"],
    ...     "kept": [True, False, False, True]})
    >>> fusion_gene(parts).words
    'A breaks after exon 2 of 5, B before exon 4 of 6. The fusion has exons 1-2 of A and 4-6 of B.'
    """
    genes, placed = _genes(parts), "chromosome" in parts
    axes = sheet(page, _HIGH)
    for row, (gene, exons) in enumerate(genes.items()):
        where = parts.loc[parts["gene"] == gene, "chromosome"].iloc[0] if placed else ""
        named = f"{gene} on chromosome {where}" if placed else str(gene)
        _label(axes, row, f"{named}: {len(exons)} exons")
        axes.text(0.16, _ROWS[row] + _DEEP / 2, str(where), **_TEXT)
        _stick(axes, row, (_LOOKS[row], _LOOKS[row]))
        blocks = [(number, _LOOKS[row], kept) for number, kept in exons.items()]
        _blocks(axes, row, blocks, _cut(exons))
        _break(axes, row, _cut(exons))
    (front, first), (back, second) = genes.items()
    halves = [(number, look, True) for exons, look in zip((first, second), _LOOKS, strict=True)
              for number, kept in exons.items() if kept]  # fmt: skip
    _label(axes, 2, f"The fusion, {front}-{back}")
    _stick(axes, 2, _LOOKS)
    _blocks(axes, 2, halves)
    joint = sum(first.values())
    draw = _seen if tests else _halves
    draw(axes, _cut(first), joint, len(halves))
    text = gene_words(parts)
    return f"{text} {TESTS}" if tests else text


TESTS = (
    "Break-apart FISH marks both sides of the break in the first gene, and sees them apart. RT-PCR "
    "and sequencing read across the joint. One antibody sees the back end, which the fusion keeps; "
    "the other the front of the second gene, which it has lost."
)
"""What the marks of the tests say, in words."""


def _genes(parts: pd.DataFrame) -> dict[object, dict[int, bool]]:
    """Return for each gene which of its exons the fusion keeps."""
    exons: dict[object, dict[int, bool]] = {gene: {} for gene in groups(parts, "gene")}
    for gene, part, kept in parts.loc[parts["kind"] == "exon", ["gene", "part", "kept"]].to_numpy():
        if found := _EXONS.fullmatch(str(part)):
            numbers = range(int(found[1]), int(found[2]) + 1)
            exons[gene] |= dict.fromkeys(numbers, bool(kept))
    exons = {gene: dict(sorted(mine.items())) for gene, mine in exons.items()}
    whole = [len(set(mine.values())) == 2 and len(mine) <= 18 for mine in exons.values()]
    if whole != [True, True]:
        expected = "two genes of up to 18 exons, some kept and some lost"
        raise InputError(expected, listed([str(gene) for gene in exons]), "", "part")
    return exons


def _cut(exons: dict[int, bool]) -> int:
    """Return how many exons stand before the break."""
    kept = list(exons.values())
    return kept.index(not kept[0])


def _label(axes: Axes, row: int, text: str) -> None:
    axes.text(_LEFT, _ROWS[row] + _DEEP + 0.2, text, weight="bold", va="center")


def _stick(axes: Axes, row: int, looks: tuple[palette.Look, palette.Look]) -> None:
    """Draw a chromosome as two arms; those of the fusion come from two."""
    for arm, look in zip((0.31, -0.31), looks, strict=True):
        box = FancyBboxPatch((0.55, _ROWS[row] + 0.1 + arm), 0.1, 0.32,
                             boxstyle="round,pad=0.08", fc=style.tint(look.colour, 0.55),
                             ec=palette.INK, hatch=look.hatch, lw=1.2)  # fmt: skip
        axes.add_patch(box)


def _blocks(
    axes: Axes, row: int, exons: list[tuple[int, palette.Look, bool]], cut: int | None = None
) -> None:
    """Draw exons as numbered blocks on a line; those that are lost are empty and dashed."""
    y, gap = _ROWS[row], 0.0 if cut is None else _GAP
    right = _LEFT + _BLOCK * len(exons) + gap
    axes.plot([_LEFT - 0.12, right + 0.06], [y + _DEEP / 2] * 2, color=palette.INK, lw=2, zorder=0)
    for place, (number, look, kept) in enumerate(exons):
        beyond = gap if cut is not None and place >= cut else 0.0
        corner = (_LEFT + _BLOCK * place + 0.03 + beyond, y)
        looks: dict[str, Any] = {"fc": palette.PAPER, "ec": palette.GREY, "ls": (0, (3, 2))}
        if kept:
            looks = {"fc": style.tint(look.colour, 0.45), "ec": palette.INK}
        block = Rectangle(corner, _BLOCK - 0.06, _DEEP, lw=1.2, **looks, gid=tag("exon", number))
        axes.add_patch(block)
        ink = palette.INK if kept else palette.GREY
        axes.text(corner[0] + _BLOCK / 2 - 0.03, y + _DEEP / 2 - 0.01, str(number),
                  ha="center", color=ink, **_TEXT)  # fmt: skip


def _break(axes: Axes, row: int, after: int) -> None:
    """Draw the break as a zigzag through the line."""
    x, y = _LEFT + _BLOCK * after + _GAP / 2, _ROWS[row]
    steps = (0, 0.07, -0.07, 0.07, 0)
    heights = [y - 0.06 + (_DEEP + 0.12) * share for share in (0, 0.3, 0.5, 0.7, 1)]
    axes.plot([x + step for step in steps], heights, color=palette.INK, lw=2.4,
              gid=tag("break", row))  # fmt: skip


def _bracket(axes: Axes, start: int, stop: int, text: str) -> None:
    """Name a run of blocks of the fusion below it."""
    left, right = _LEFT + _BLOCK * start + 0.05, _LEFT + _BLOCK * stop - 0.05
    y = _ROWS[2] - 0.18
    axes.plot([left, left, right, right], [y + 0.08, y, y, y + 0.08], color=palette.INK, lw=1.4)
    middle = (left + right) / 2 if start == 0 else left
    axes.text(middle, y - 0.14, text, ha="center" if start == 0 else "left", va="top",
              size=style.SMALL)  # fmt: skip


def _halves(axes: Axes, cut: int, joint: int, length: int) -> None:
    _bracket(axes, 0, joint, "switches genes on")
    _bracket(axes, joint, length, "holds on to DNA:\nzinc fingers 2-4")
    x, y = _LEFT + _BLOCK * length + 0.5, _ROWS[2] + _DEEP / 2
    axes.text(x, y, "one reading frame:\none chimeric protein", **_TEXT)


def _seen(axes: Axes, cut: int, joint: int, length: int) -> None:
    """Mark what each test sees: spots beside the break, arrows across the joint, two antibodies."""
    mark: dict[str, Any] = {"mec": palette.INK, "mew": 1, "ls": "none", "clip_on": False}
    y = _ROWS[0] - 0.26
    for step, look in zip((-0.5, 0.5), ("o", "s"), strict=True):
        spot = _LEFT + _BLOCK * (cut + step) + (_GAP if step > 0 else 0.0)
        axes.plot([spot], [y], marker=look, ms=11, mfc=palette.INK, gid="test:FISH", **mark)
    axes.text(
        _LEFT + _BLOCK * (cut + 1.2) + _GAP,
        y,
        "break-apart FISH: are they still together?",
        **_TEXT,
    )
    x, y = _LEFT + _BLOCK * joint, _ROWS[2] - 0.2
    arrow: dict[str, Any] = {"arrowprops": {"arrowstyle": "<->", "lw": 2, "color": palette.INK}}
    axes.annotate("", (x - 1.3 * _BLOCK, y), (x + 1.3 * _BLOCK, y), **arrow)
    axes.text(x, y - 0.3, "RT-PCR and sequencing: what is joined to what?", ha="center", **_TEXT)
    x, y = _LEFT + _BLOCK * length + 0.28, _ROWS[2] + _DEEP / 2
    axes.plot([x], [y], marker="<", ms=13, mfc=palette.INK, gid="test:C", **mark)
    axes.text(x + 0.2, y, "WT1 antibody, C-terminal:\nsees this end", **_TEXT)
    y = _ROWS[1] - 0.26
    axes.plot([_LEFT + _BLOCK], [y], marker="^", ms=13, mfc=palette.PAPER, gid="test:N", **mark)
    axes.text(_LEFT + 1.6 * _BLOCK, y, "WT1 antibody, N-terminal: sees this end, which is lost",
              **_TEXT)  # fmt: skip


def gene_words(parts: pd.DataFrame) -> str:
    """Say where two genes break, and what the fusion is made of."""
    (front, first), (back, second) = _genes(parts).items()
    one, two = _cut(first), _cut(second)
    return (
        f"{front} breaks after exon {one} of {len(first)}, {back} before exon {two + 1} of "
        f"{len(second)}. The fusion has exons 1-{one} of {front} and {two + 1}-{len(second)} of "
        f"{back}."
    )
