"""One patient's two futures, side by side: what nobody ever sees, and a simulation can show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from dsrct_edu import checks
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, rectangles
from dsrct_edu.figures.tables import ANY, COUNT, name, tag
from dsrct_edu.vocabulary import ARM_WORDS
from dsrct_edu.wording import plain

_LANES = {"hipec": (0, palette.HIPEC), "no_hipec": (2, palette.NO_HIPEC)}  # by height from the top
_MONTH = replace(COUNT, gaps=True, optional=True)
_COLUMNS = {f"death_month_{arm}": COUNT for arm in _LANES}
_COLUMNS |= {f"recurrence_month_{arm}": _MONTH for arm in _LANES}
_COLUMNS |= {f"recurrence_site_{arm}": replace(ANY, gaps=True, optional=True) for arm in _LANES}
_COLUMNS |= {"surgery_month": _MONTH}
_PLACES = {"peritoneal": "in the peritoneum", "hepatic": "in the liver", "distant": "elsewhere"}
_HALF, _END = 0.34, style.SIX_YEARS  # of a lane; where the picture ends, whatever is covered


@figure("One patient, two futures", _COLUMNS, height=4.1)
def two_futures(
    page: Figure,
    truth: pd.DataFrame,
    *,
    patient: object = None,
    cover: str | None = None,
    title: str | None = None,
) -> str:
    """Draw what happens to one patient with HIPEC, and what happens to the same one without.

    Parameters
    ----------
    truth : DataFrame
        Rows of ``Cohort.truth``: ``death_month_hipec, death_month_no_hipec`` and, if known,
        ``recurrence_month_…`` and ``recurrence_site_…`` for both. With ``surgery_month`` (from
        the patients) the two futures part there.
    patient : object, optional
        Which ``patient_id`` to draw; needed if there are several rows.
    cover : {"hipec", "no_hipec"}, optional
        A future to cover, in the picture and in the words.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, there is not exactly one such patient, or `cover` is no arm.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> truth = dsrct.load_cohort("teaching").truth
    >>> two_futures(truth, patient="P0004").words
    'With HIPEC: back in the peritoneum at month 17, death at month 47. Without HIPEC: back in the \
peritoneum at month 12, death at month 41. With HIPEC 6.4 months longer.'
    >>> two_futures(truth, patient="P0004", cover="hipec").words.split(". ")[0]
    'With HIPEC: covered'
    """
    row = _one(truth, patient)
    covered = None if cover is None else checks.one_of(cover, tuple(_LANES), "cover")
    fork = row.get("surgery_month")
    fork = 0.0 if fork is None or pd.isna(fork) else float(fork)
    axes = page.subplots()
    shared = style.fill(palette.WAITING)
    if fork:
        rectangles(axes, ([0.0], [1 - _HALF], [fork], [1 + _HALF]), gid="shared", **shared)
    for arm, (height, look) in _LANES.items():
        if fork:
            axes.plot([fork, fork], [1 - _HALF, height] if height == 0 else [1 + _HALF, height],
                      color=palette.GREY, lw=2, zorder=0)  # fmt: skip
        if arm == covered:
            _cover(axes, height, fork)
        else:
            _future(axes, row, arm, height, look, fork)
    lanes = {height: ARM_WORDS[arm] for arm, (height, _) in _LANES.items()}
    lanes |= {1: "one life"} if fork else {}
    axes.set_yticks(list(lanes), list(lanes.values()))
    axes.set(xlim=(0, _END), ylim=(2.8, -0.7), xlabel="Months since diagnosis")
    axes.set_xticks(style.month_ticks(_END))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    entries = [("until the operation", shared)] if fork else []
    entries += [(name("death"), _mark(palette.DEATH))]
    key(page, entries, 5)
    return future_words(truth, patient=patient, cover=cover)


def _one(truth: pd.DataFrame, patient: object) -> dict[str, Any]:
    rows = truth if patient is None else truth[truth["patient_id"] == patient]
    if len(rows) != 1:
        who = "rows" if patient is None else f"rows of patient {name(patient)}"
        raise InputError("one patient", f"{len(rows)} {who}", "Say which.", argument="patient")
    return {str(column): value for column, value in rows.iloc[0].items()}


def _mark(look: palette.Look) -> dict[str, Any]:
    return {"ls": "none", "marker": look.marker, "mfc": look.colour, "mec": palette.INK, "ms": 12}


def _future(
    axes: Axes, row: dict[str, Any], arm: str, height: int, look: palette.Look, fork: float
) -> None:
    death, back, site = _outcome(row, arm)
    end = min(death, _END)
    for start, stop, share in ((fork, min(back, end), 0.75), (back, end, 0.3)):
        if stop > start:
            corners = ([start], [height - _HALF], [stop], [height + _HALF])
            face = style.tint(look.colour, share)
            rectangles(axes, corners, facecolor=face, edgecolor=palette.INK, lw=0.8,
                       gid=tag("future", arm))  # fmt: skip
    if back < end:
        known = palette.MEANINGS.get(site, palette.neutral(1))
        axes.plot(back, height, zorder=4, gid=tag("back", arm), **_mark(known))
        _say(axes, back, height - _HALF, _back(back, site))
    if death <= _END:
        axes.plot(death, height, zorder=4, clip_on=False, gid=tag("death", arm),
                  **_mark(palette.DEATH))  # fmt: skip
        _say(axes, death, height + _HALF, f"death, month {plain(death, 0)}", below=True)
    else:
        text = f"alive at month {plain(_END, 0)} →"
        _say(axes, _END, height + _HALF, text, below=True)


def _say(axes: Axes, x: float, y: float, text: str, below: bool = False) -> None:
    late = x > 0.6 * _END
    axes.annotate(text, (x, y), (6 if late else -6, -4 if below else 4), size=style.SMALL,
                  textcoords="offset points", ha="right" if late else "left",
                  va="top" if below else "bottom")  # fmt: skip


def _cover(axes: Axes, height: int, fork: float) -> None:
    corners = ([fork], [height - _HALF], [0.998 * _END], [height + _HALF])  # its edge is seen
    rectangles(axes, corners, facecolor=palette.FAINT, edgecolor=palette.GREY, gid="cover",
               linestyle=(0, (4, 3)))  # fmt: skip
    axes.text((fork + _END) / 2, height, "?", ha="center", va="center", size=26, weight="bold",
              color=palette.GREY)  # fmt: skip


def _outcome(row: dict[str, Any], arm: str) -> tuple[float, float, str]:
    """Return death, recurrence (infinite if never) and its site."""
    back = row.get(f"recurrence_month_{arm}")
    site = row.get(f"recurrence_site_{arm}")
    return (
        float(row[f"death_month_{arm}"]),
        float("inf") if back is None or pd.isna(back) else float(back),
        "" if site is None or pd.isna(site) else str(site),
    )


def _back(month: float, site: str) -> str:
    where = _PLACES.get(site, "")
    return f"back {where}{' ' if where else ''}at month {plain(month, 0)}"


def future_words(truth: pd.DataFrame, *, patient: object = None, cover: str | None = None) -> str:
    """Say both futures, or the one that is not covered, and by how much they differ."""
    row, said = _one(truth, patient), []
    for arm in _LANES:
        text = f"{ARM_WORDS[arm][:1].upper()}{ARM_WORDS[arm][1:]}: "
        death, back, site = _outcome(row, arm)
        parts = [_back(back, site)] if back < min(death, _END) else []
        if death <= _END:
            parts.append(f"death at month {plain(death, 0)}")
        else:
            parts.append(f"alive at month {plain(_END, 0)}")
        said.append(f"{text}{name('covered') if arm == cover else ', '.join(parts)}.")
    if cover is None:
        ends = [min(_outcome(row, arm)[0], _END) for arm in _LANES]
        more = plain(abs(ends[0] - ends[1]))
        longer = f"{'With' if ends[0] > ends[1] else 'Without'} HIPEC {more} months longer."
        said.append("Both are of the same length." if more == "0.0" else longer)
    return " ".join(said)
