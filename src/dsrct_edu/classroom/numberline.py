"""Draws a guess and a result beside each other: on a line if both are numbers, else as words.

Plain HTML with real text, so that it can be read aloud, copied, enlarged and printed, and keeps its
sense where JupyterLab takes styles away.
"""

from __future__ import annotations

import html
import math

from dsrct_edu.classroom.asking import Question
from dsrct_edu.figures.palette import GREY, GUESS, INK

_ROW = "display:flex;line-height:1.3"
_MARKS = {"said": ("You said", "▽", GUESS.colour), "is": ("It is", "▲", INK)}


def beside(question: Question, guess: object, result: object) -> str:
    """Return the guess and the result as HTML.

    Parameters
    ----------
    question : Question
        Its range is the line's.
    guess : float, str or None
        None if there is none.
    result : float or str

    Returns
    -------
    str

    Examples
    --------
    >>> drawn = beside(Question("the share", kind="number", low=0, high=100), 30.0, 12.0)
    >>> "You said <strong>30</strong>" in drawn, "It is <strong>12</strong>" in drawn
    (True, True)
    """
    given = {"said": guess, "is": result}
    values = {mark: value for mark, value in given.items() if value is not None}
    numbers = [value for value in values.values() if isinstance(value, float)]
    if len(numbers) < len(values) or not all(map(math.isfinite, numbers)):
        return _words({mark: _label(mark, value, question) for mark, value in values.items()})
    low, high = _ends(question, numbers)
    shares = (100 * (value - low) / (high - low or 1.0) for value in numbers)
    places = dict(zip(values, shares, strict=True))
    rows = {
        mark: [_row(at, _label(mark, values[mark], question)), _row(at, _arrow(mark))]
        for mark, at in places.items()
    }
    ends = (f"<span>{html.escape(question.told(end))}</span>" for end in (low, high))
    parts = [
        *rows.get("said", []),
        f'<div style="border-top:2px solid {GREY}"></div>',
        *reversed(rows["is"]),
        f'<div style="{_ROW};justify-content:space-between">{"".join(ends)}</div>',
    ]
    return f'<div style="max-width:36em;margin:0.6em 0">{"".join(parts)}</div>'


def _words(labels: dict[str, str]) -> str:
    shown = "".join(f'<div style="margin-right:2.5em">{label}</div>' for label in labels.values())
    return f'<div style="{_ROW};flex-wrap:wrap;margin:0.4em 0">{shown}</div>'


def _label(mark: str, value: object, question: Question) -> str:
    words = html.escape(question.told(value))
    return f"{_MARKS[mark][0]} <strong>{words}</strong>"


def _arrow(mark: str) -> str:
    return f'<span aria-hidden="true">{_MARKS[mark][1]}</span>'


def _row(at: float, content: str) -> str:
    """Place content along the line: the spaces on its two sides grow as the line is divided."""
    before, after = (f'<span style="flex-grow:{part:.1f}"></span>' for part in (at, 100 - at))
    return f'<div style="{_ROW}">{before}<span>{content}</span>{after}</div>'


def _ends(question: Question, numbers: list[float]) -> tuple[float, float]:
    """Return the ends of the line: those of the question, or round ones that leave room."""
    span = max(numbers) - min(numbers) or abs(numbers[0]) or 1.0
    step = 10.0 ** math.floor(math.log10(span))
    low = math.floor((min(numbers) - span) / step) * step
    high = math.ceil((max(numbers) + span) / step) * step
    if math.isfinite(question.low):
        low = min(question.low, *numbers)
    if math.isfinite(question.high):
        high = max(question.high, *numbers)
    return low, high
