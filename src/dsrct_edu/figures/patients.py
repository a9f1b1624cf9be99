"""How many pass each gate to HIPEC, and how each tumour responded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, named_rows, rectangles, text_columns
from dsrct_edu.figures.tables import ANY, COUNT, NUMBER, check, name, passing, tag
from dsrct_edu.wording import counted, listed, percent

_CHANGE = {"change": replace(NUMBER, low=-1, gaps=True)}
_RESPONSES = {"PD": "progression", "SD": "stable", "PR": "partial response"}
_RESPONSES |= {"CR": "complete response"}
_RANKED = dict(zip(("", *_RESPONSES), map(palette.neutral, (0, 3, 1, 2, 0)), strict=True))
_PARTIAL, _PROGRESS = -0.30, 0.20  # RECIST 1.1: fall from baseline, growth from the smallest


@figure("Patient flow", {"gate": ANY, "n": COUNT})
def patient_flow(page: Figure, gates: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw how many patients pass each gate from diagnosis to HIPEC.

    Parameters
    ----------
    gates : DataFrame
        ``gate, n``: patients left after each gate, the first row everyone.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, nobody starts, or a later gate lets more through than came to it.

    Examples
    --------
    >>> import pandas as pd
    >>> gates = pd.DataFrame({"gate": ["diagnosed", "operated", "HIPEC"], "n": [200, 120, 30]})
    >>> patient_flow(gates).words
    'Of 200 diagnosed, 120 (60%) operated and 30 (15%) HIPEC.'
    """
    n = passing(gates)
    page.set_figheight(1.4 + 0.85 * len(gates))
    axes = page.subplots()
    shares = n / n[0]
    known = [palette.MEANINGS.get(palette.meaning(gate) or "") for gate in gates["gate"]]
    faces = [style.tint((look or palette.neutral(0)).colour, 0.75) for look in known]
    for place, (share, face) in enumerate(zip(shares, faces, strict=True)):
        axes.barh(place, share, left=-share / 2, height=0.62, facecolor=face, edgecolor=palette.INK)
    for place, (wide, narrow) in enumerate(pairwise(shares / 2)):  # the way between two gates
        y = [place + 0.31, place + 0.31, place + 0.69, place + 0.69]
        axes.fill([-wide, wide, narrow, -narrow], y, facecolor=palette.PALE, lw=0)
    text_columns(
        axes,
        {
            "left": [f"{int(v):,}" for v in n],
            "of all": [percent(share) for share in shares],
            "lost here": ["", *[f"−{int(a - b):,}" for a, b in pairwise(n)]],
        },
    )
    named_rows(axes, [name(gate) for gate in gates["gate"]], 26)
    axes.set_ylim(len(gates) - 0.5, -0.6)
    axes.set_xlim(-0.505, 0.505)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    return flow_words(gates)


def flow_words(gates: pd.DataFrame) -> str:
    """Say how many pass each gate, of how many."""
    n = gates["n"].tolist()
    passed = zip(n, gates["gate"], strict=True)
    said = [f"{int(v):,} ({percent(v / n[0])}) {name(gate)}" for v, gate in passed]
    return f"Of {int(n[0]):,} {name(gates['gate'].iloc[0])}, {listed(said[1:])}."


@figure("Waterfall of response", height=5.6)
def waterfall(
    page: Figure,
    responses: pd.DataFrame,
    *,
    marks: Mapping[str, float] | None = None,
    title: str | None = None,
) -> str:
    """Draw the change of each tumour as a bar, with RECIST's two cuts.

    Parameters
    ----------
    responses : DataFrame
        ``change`` (fraction of the sum of diameters, negative is shrinkage) and, if known,
        ``response`` (CR, PR, SD, PD). A registry's ``tumour_shrinkage`` (the other sign) and
        ``recist`` are understood too; patients without a second scan are counted in the words.
    marks : mapping of str to float, optional
        Falls to be shown where they would stand among these patients, by name, such as
        ``{"half of the diameter": -0.5}``; one or two.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If neither column is there, nobody was measured, or a tumour shrank by more than all.

    References
    ----------
    Eisenhauer EA et al. Eur J Cancer 2009;45:228-47. doi:10.1016/j.ejca.2008.10.026

    Examples
    --------
    >>> import pandas as pd
    >>> waterfall(pd.DataFrame({"change": [0.3, -0.1, -0.45, -0.6]})).words
    '4 tumours: 2 (50%) shrank by 30% or more, 1 (25%) grew by 20% or more; median change −28%.'
    """
    seen = _measured(responses)
    change = seen["change"].to_numpy(dtype=float)
    axes = page.subplots()
    many = len(seen) > 60
    half = 0.5 if many else 0.41
    fills = {}
    for kind in _kinds(seen):
        mask = seen["response"].eq(kind).to_numpy() if kind else np.ones(len(seen), dtype=bool)
        fills[kind] = style.fill(_RANKED[kind]) | {"lw": 0 if many else 0.7}
        place = np.flatnonzero(mask)
        corners = (place - half, np.zeros(len(place)), place + half, change[mask])
        rectangles(axes, corners, **fills[kind], gid=tag("response", kind))
    _cut(axes, _PARTIAL, "−30%: partial response", left=True)
    _cut(axes, _PROGRESS, "+20%: progression", left=False)
    axes.axhline(0, color=palette.INK, lw=1)
    for step, (text, fall) in enumerate((marks or {}).items()):
        _mark(axes, change, name(text), fall, -0.62 - 0.22 * step)
    axes.set_xlim(-0.6, len(seen) - 0.4)
    axes.set_ylim(-1.05, max(0.4, float(change.max()) * 1.1))
    axes.set_xticks([])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set(xlabel=f"{counted(len(seen), 'patient')}, sorted", ylabel="Change in sum of diameters")
    if "response" in seen:
        words = [(f"{name(_RESPONSES[kind])} ({kind})", fill) for kind, fill in fills.items()]
        key(page, words, 4, title="Response recorded")
    return waterfall_words(responses, marks)


def _mark(axes: Axes, change: Floats, text: str, fall: float, height: float) -> None:
    """Show where a fall would stand among the patients; its name stands where bars leave room."""
    place, total = int((change > fall).sum()) - 0.5, len(change)
    pin = palette.neutral(3)
    axes.plot([place], [fall], pin.marker, ms=12, color=pin.colour, mec=palette.INK, zorder=4,
              gid=tag("mark", text))  # fmt: skip
    name_at = min(max(place, 0.16 * total), 0.84 * total)
    axes.annotate(text, (place, fall), (name_at, height), ha="center", va="center",
                  size=style.SMALL, bbox=style.white(1, 0.9),
                  arrowprops={"arrowstyle": "-", "lw": 1.2, "shrinkB": 6})  # fmt: skip


def _measured(responses: pd.DataFrame) -> pd.DataFrame:
    """Return those with a second scan, the largest growth first."""
    if "change" not in responses and "tumour_shrinkage" in responses:
        responses = responses.assign(change=-responses["tumour_shrinkage"])
        responses = responses.rename(columns={"recist": "response"})
    rows = check(responses, _CHANGE)
    seen = rows.dropna(subset=["change"]).sort_values("change", ascending=False, kind="stable")
    if seen.empty:
        raise InputError("at least one measured change", "none", "", "change")
    return seen


def _kinds(seen: pd.DataFrame) -> list[str]:
    if "response" not in seen:
        return [""]
    present = set(seen["response"].astype(str))
    unknown = sorted(present - set(_RESPONSES))
    if unknown:
        raise InputError("CR, PR, SD or PD", unknown[0], "", "response")
    return [kind for kind in _RESPONSES if kind in present]


def _cut(axes: Axes, at: float, text: str, left: bool) -> None:
    """Mark a cut; its label stands where sorted bars leave room."""
    x, offset, ha, va = (0, (6, -4), "left", "top") if left else (1, (-2, 4), "right", "bottom")
    across = axes.get_yaxis_transform()
    axes.axhline(at, **style.DASHED)
    axes.annotate(text, (x, at), offset, xycoords=across, textcoords="offset points", ha=ha, va=va,
                  size=style.SMALL, bbox=style.white(1, 0.8))  # fmt: skip


def waterfall_words(responses: pd.DataFrame, marks: Mapping[str, float] | None = None) -> str:
    """Say how many tumours shrank by RECIST's cut, how many grew, and who was not measured."""
    change = _measured(responses)["change"].to_numpy(dtype=float)
    total = len(change)
    shrank = int((change <= _PARTIAL + 1e-9).sum())
    grew = int((change >= _PROGRESS - 1e-9).sum())
    text = (
        f"{counted(total, 'tumour')}: {shrank:,} ({percent(shrank / total)}) shrank by 30% or "
        f"more, {grew:,} ({percent(grew / total)}) grew by 20% or more; median change "
        f"{percent(float(np.median(change)))}."
    )
    for what, fall in (marks or {}).items():
        as_much = int((change <= fall + 1e-9).sum())
        text += (
            f" {as_much:,} ({percent(as_much / total)}) shrank as much as {name(what)}, or more."
        )
    unmeasured = len(responses) - total
    verb = "is" if unmeasured == 1 else "are"
    more = f" {unmeasured:,} without a second scan {verb} not shown."
    return text + more if unmeasured else text
