"""How long a trial would take, place by place, beside a working life."""

from __future__ import annotations

import pandas as pd

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.tables import ANY, COUNT, name, tag
from dsrct_edu.wording import listed, plain

_YEARS = {"place": ANY, "years_low": COUNT, "years_high": COUNT}
_CAREER = 35.0  # years of a working life, drawn as a line


@figure("Years to enrol a trial", _YEARS, height=4.4)
def years_needed(page: Figure, table: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw from how many to how many years each place would need, and a working life.

    Parameters
    ----------
    table : DataFrame
        ``place, years_low, years_high``, both above zero.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, or a range of years is not one.

    Examples
    --------
    >>> import pandas as pd
    >>> years = {"place": ["a country", "the world"], "years_low": [68, 0.7]}
    >>> years_needed(pd.DataFrame(years | {"years_high": [170, 1.7]})).words
    'Years to enrol: a country 68 to 170, the world 0.7 to 1.7. Within a working life of 35 years: \
the world.'
    """
    low, high = table["years_low"], table["years_high"]
    wrong = table.index[(low <= 0) | (low > high)].tolist()
    if wrong:
        raise InputError("a range of years above zero", "another", "", "years_low", wrong)
    axes = page.subplots()
    look = palette.neutral(0)
    for row, (place, start, stop) in enumerate(zip(table["place"], low, high, strict=True)):
        axes.plot([start, stop], [row, row], color=look.colour, lw=14, solid_capstyle="butt",
                  gid=tag("years", place))  # fmt: skip
        axes.text(
            stop * 1.15, row, _span(start, stop), va="center", size=style.SMALL, bbox=style.white(2)
        )
    axes.axvline(_CAREER, **style.DASHED, zorder=0)
    axes.text(_CAREER, -0.75, f"a working life, {_CAREER:g} years", ha="center", va="bottom",
              size=style.SMALL)  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(float(low.min()) / 1.6, max(float(high.max()), _CAREER) * 6)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylim(len(table) - 0.4, -0.8)
    axes.set_yticks(range(len(table)), [style.wrapped(name(p), 24, 2) for p in table["place"]])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Years until enough patients are in (log scale)")
    return years_words(table)


def _span(start: float, stop: float) -> str:
    digits = 0 if stop >= 10 else 1
    return f"{plain(start, digits)} to {plain(stop, digits)}"


def years_words(table: pd.DataFrame) -> str:
    """Say the years of each place, and which lie within a working life."""
    rows = list(table[["place", "years_low", "years_high"]].itertuples(index=False))
    each = ", ".join(f"{name(place)} {_span(start, stop)}" for place, start, stop in rows)
    within = [name(place) for place, _, stop in rows if stop <= _CAREER]
    return (
        f"Years to enrol: {each}. Within a working life of {_CAREER:g} years: "
        f"{listed(within) if within else 'none'}."
    )
