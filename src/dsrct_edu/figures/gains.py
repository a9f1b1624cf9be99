"""Before and after, a row each: the two shares, and the change beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, named_rows, text_columns
from dsrct_edu.figures.tables import ANY, NUMBER, SHARE, Column, name, tag
from dsrct_edu.wording import counted, percent, plain

_CHANGE = Column(number=True, low=-1, high=1)
_COLUMNS = {"about": ANY, "n": NUMBER}
_COLUMNS |= dict.fromkeys(("before", "before_low", "before_high"), SHARE)
_COLUMNS |= dict.fromkeys(("after", "after_low", "after_high"), SHARE)
_COLUMNS |= dict.fromkeys(("change", "ci_low", "ci_high"), _CHANGE)
_TIMES = {"before": palette.neutral(1), "after": palette.neutral(0)}
_APART = 0.17  # of a row, between before and after


@figure("Right before and after", _COLUMNS)
def before_and_after(
    page: Figure, table: pd.DataFrame, *, level: float = 0.95, title: str | None = None
) -> str:
    """Draw the share that was right before and after, and the paired change, a row each.

    Parameters
    ----------
    table : DataFrame
        ``about`` (what was asked), ``n`` and, each with its two limits, the shares ``before``
        (``before_low, before_high``) and ``after``, and ``change`` (``ci_low, ci_high``).
    level : float, default 0.95
        Confidence level of the limits.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, or a share lies outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"about": ["hazard ratio"], "n": [30], "before": [0.3], "before_low": [0.17],
    ...        "before_high": [0.48], "after": [0.6], "after_low": [0.42], "after_high": [0.75],
    ...        "change": [0.3], "ci_low": [0.08], "ci_high": [0.48]}
    >>> before_and_after(pd.DataFrame(row)).words
    '30 students. Hazard ratio: 30% right before, 60% after, a change of +30 points (+8 to +48). \
1 of 1 intervals lies above no change, 0 below. Bars: 95% intervals, each for itself.'
    """
    page.set_figheight(2.2 + 0.36 * len(table))
    left, right = page.subplots(1, 2, width_ratios=(1.15, 1), sharey=True)
    _shares(left, table)
    _change(right, table)
    named_rows(left, table["about"].astype(str).tolist(), 34, lines=1)
    right.tick_params(axis="y", labelleft=False, length=0)
    text_columns(right, {"Points": [_points(row) for _, row in table.iterrows()]})
    marks = {
        name(when): {"color": look.colour, "marker": look.marker, "ms": 8}
        for when, look in _TIMES.items()
    }
    key(page, [*marks.items(), (f"bars: {percent(level)} intervals", {"color": palette.INK})], 3)
    return before_and_after_words(table, level=level)


def _shares(axes: Axes, table: pd.DataFrame) -> None:
    for step, (when, look) in zip((-_APART, _APART), _TIMES.items(), strict=True):
        for place, row in enumerate(table.to_dict("records")):
            limits = [row[f"{when}_low"], row[f"{when}_high"]]
            axes.plot(limits, [place + step] * 2, color=look.colour, lw=1.8,
                      gid=tag("interval", f"{when} {row['about']}"))  # fmt: skip
            axes.plot(row[when], place + step, look.marker, color=look.colour, ms=8,
                      gid=tag("estimate", f"{when} {row['about']}"))  # fmt: skip
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_locator(MultipleLocator(0.25))
    axes.xaxis.set_major_formatter(lambda value, _: percent(value))
    axes.set_xlabel("Students who were right")
    axes.spines["left"].set_visible(False)


def _change(axes: Axes, table: pd.DataFrame) -> None:
    axes.axvline(0, zorder=0, **style.DASHED)
    for place, row in enumerate(table.to_dict("records")):
        axes.plot([row["ci_low"], row["ci_high"]], [place] * 2, color=palette.INK, lw=1.8,
                  gid=tag("interval", f"change {row['about']}"))  # fmt: skip
        axes.plot(row["change"], place, "o", color=palette.INK, ms=8,
                  gid=tag("estimate", f"change {row['about']}"))  # fmt: skip
    widest = max(table["ci_high"].max(), -table["ci_low"].min(), 0.2) + 0.05
    axes.set_xlim(min(table["ci_low"].min() - 0.05, -0.1), widest)
    axes.xaxis.set_major_locator(MultipleLocator(0.5 if widest > 0.85 else 0.25))
    axes.xaxis.set_major_formatter(lambda value, _: _signed(value))
    axes.set_xlabel("Change in points of 100")
    axes.spines["left"].set_visible(False)


def _signed(share: float) -> str:
    text = plain(100 * share, 0)
    return text if text.startswith("−") or text == "0" else f"+{text}"


def _points(row: pd.Series[Any]) -> str:
    return f"{_signed(row['change'])} ({_signed(row['ci_low'])} to {_signed(row['ci_high'])})"


def before_and_after_words(table: pd.DataFrame, *, level: float = 0.95) -> str:
    """Say the largest and the smallest change, and how many intervals hold no change."""
    ordered = table.sort_values("change", ascending=False, kind="stable")
    ends = [ordered.iloc[0], *([ordered.iloc[-1]] if len(table) > 1 else [])]
    said = [f"{_row(row)}." for row in ends]
    above, below = int((table["ci_low"] > 0).sum()), int((table["ci_high"] < 0).sum())
    holding = f"{above} of {len(table)} intervals {'lies' if above == 1 else 'lie'} above no change"
    students = counted(int(table["n"].max()), "student")
    return (
        f"{students}. {' '.join(said)} {holding}, {below} below. "
        f"Bars: {percent(level)} intervals, each for itself."
    )


def _row(row: pd.Series[Any]) -> str:
    about = str(row["about"])
    change, limits = _points(row).split(" ", 1)
    shares = f"{percent(row['before'])} right before, {percent(row['after'])} after"
    return f"{about[:1].upper()}{about[1:]}: {shares}, a change of {change} points {limits}"
