"""The guesses of a class along a line, a dot each, against what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key
from dsrct_edu.figures.tables import ANY, NUMBER, groups, tag
from dsrct_edu.wording import counted, listed, plain

_BINS = 80  # along the line; dots of one bin stand on each other
_ACROSS = 5  # dots of one word side by side, so that no pile grows into a tower
_TALL, _DOT = 60.0, 8.0  # points: of the highest pile, and of a dot

Options = Mapping[str, Sequence[str]]


@figure(
    "The guesses of a class",
    {"about": ANY, "guess": NUMBER, "truth": NUMBER, "low": NUMBER, "high": NUMBER, "unit": ANY},
)
def guess_strip(
    page: Figure,
    table: pd.DataFrame,
    *,
    options: Options | None = None,
    title: str | None = None,
) -> str:
    """Draw each guess of a class as a dot on a line, and the answer as a line across it.

    Parameters
    ----------
    table : DataFrame
        One row a guess, without who made it: ``about`` (what was guessed), ``guess``, ``truth``,
        ``low`` and ``high`` (the ends of the line), ``unit`` (may be empty).
    options : mapping of str to list of str, optional
        Of a question that is answered with a word: what can be said. Its ``guess`` and ``truth``
        are places in this list, from 0.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, or a number is.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"about": "the median", "guess": [20.0, 30.0, 35.0, 60.0], "truth": 50.0}
    >>> guess_strip(pd.DataFrame({**rows, "low": 0, "high": 120, "unit": "months"})).words
    'The median: 4 guesses, the middle half from 27.5 to 41.2 months. It is 50 months; 1 guess \
lies above.'
    """
    names = [str(name) for name in groups(table, "about")]
    known = options or {}
    page.set_figheight(1.0 + 1.75 * len(names))
    panels = page.subplots(len(names), 1, squeeze=False)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        _strip(axes, table[table["about"].astype(str) == name], name, known.get(name))
    guess, truth = palette.GUESS, palette.TRUTH
    dot = {"color": guess.colour, "marker": guess.marker, "ls": "none", "ms": _DOT}
    line = {"color": truth.colour, "ls": truth.dash, "lw": 2.4}
    key(page, [("a guess", dot), ("what it is", line)], 2)
    return guess_strip_words(table, options=options)


def _strip(axes: Axes, rows: pd.DataFrame, name: str, words: Sequence[str] | None) -> None:
    low, high, truth = (float(rows[end].iloc[0]) for end in ("low", "high", "truth"))
    guesses = np.sort(rows["guess"].to_numpy(dtype=float))
    places, heights = _heaped(guesses, len(words)) if words else _piled(guesses, low, high)
    if words:
        low, high = -0.5, len(words) - 0.5
    top = max(float(heights.max()), _TALL / _DOT)
    guess, line = palette.GUESS, palette.TRUTH
    axes.plot(
        *(places, heights + 0.5),
        *(guess.marker,),
        color=guess.colour,
        ms=min(_DOT, 0.9 * _TALL / top),
        zorder=3,
        gid=tag("guesses", name),
    )
    axes.axvline(truth, color=line.colour, ls=line.dash, lw=2.4, zorder=1, gid=tag("truth", name))
    room = 0.04 * (high - low or 1)
    axes.set_xlim(min(low, truth) - room, max(high, truth) + room)
    axes.set_ylim(0, top + 1.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    share = (truth - low) / (high - low or 1)
    side = "left" if share < 0.15 else "right" if share > 0.85 else "center"
    axes.annotate(
        f"It is {_said(truth, rows, words)}",
        *((truth, 1), (0, 3), ("data", "axes fraction"), "offset points"),
        ha=side,
        size=style.SMALL,
        annotation_clip=False,
    )
    axes.set_title(style.wrapped(_capital(name), 80, 1), loc="left", pad=20, fontsize=style.TEXT)
    if words:
        axes.set_xticks(range(len(words)), [style.wrapped(word, 24, 2) for word in words])
    else:
        axes.set_xlabel(str(rows["unit"].iloc[0]))


def _piled(ordered: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return places and heights of the dots, so that none hides another."""
    bins = np.round((ordered - low) / (high - low or 1) * _BINS)
    first, after = np.searchsorted(bins, bins), np.searchsorted(bins, bins, side="right")
    return ordered[(first + after - 1) // 2], np.arange(len(ordered)) - first.astype(float)


def _heaped(ordered: np.ndarray, words: int) -> tuple[np.ndarray, np.ndarray]:
    """Return places and heights of dots that stand by words, a few side by side."""
    number = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    step = 0.016 * words
    return ordered + (number % _ACROSS - _ACROSS // 2) * step, number // _ACROSS + 0.0


def guess_strip_words(table: pd.DataFrame, *, options: Options | None = None) -> str:
    """Say of each question where the guesses lie, and what it is."""
    known = options or {}
    return " ".join(
        _words(table[table["about"] == name], known.get(str(name)))
        for name in groups(table, "about")
    )


def _words(rows: pd.DataFrame, words: Sequence[str] | None) -> str:
    guesses, truth = rows["guess"].to_numpy(dtype=float), float(rows["truth"].iloc[0])
    begin = f"{_capital(str(rows['about'].iloc[0]))}: {counted(len(rows), 'guess', 'guesses')}, "
    is_it = f"It is {_said(truth, rows, words)}"
    if words:
        counts = [(int((guesses == place).sum()), word) for place, word in enumerate(words)]
        return f"{begin}{listed([f'{count} for {word}' for count, word in counts])}. {is_it}."
    lower, upper = (_short(value) for value in np.quantile(guesses, (0.25, 0.75)))
    unit = f" {rows['unit'].iloc[0]}".rstrip()
    above = int((guesses > truth).sum())
    verb = "lies" if above == 1 else "lie"
    return (
        f"{begin}the middle half from {lower} to {upper}{unit}. "
        f"{is_it}; {counted(above, 'guess', 'guesses')} {verb} above."
    )


def _said(place: float, rows: pd.DataFrame, words: Sequence[str] | None) -> str:
    if words:
        return words[round(place)]
    return f"{_short(place)} {rows['unit'].iloc[0]}".rstrip()


def _short(value: float) -> str:
    digits = 0 if value == round(value) else 2 if abs(value) < 10 else 1
    return plain(value, digits)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
