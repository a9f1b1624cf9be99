"""How an estimate moves, analysis by analysis: the staircase, and those of several worlds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from dsrct_edu import checks
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.intervals import Row, Scale, caption, draw, frame, read
from dsrct_edu.figures.layout import key, text_columns
from dsrct_edu.figures.tables import ANY, check, groups, name, tag
from dsrct_edu.wording import listed

Guesses = Mapping[str, float] | Sequence[float | None]
_NAMED = 4  # rows that are all said; beyond that, the ends
_MEASURES = {
    "hazard_ratio": "Hazard ratio",
    "rmst_difference": "Difference in restricted mean survival (months)",
    "survival_difference": "Difference in survival",
    "log_hazard_ratio": "Log hazard ratio",
}
_SIDES = {
    "rmst_difference": ("fewer months with HIPEC", "more"),
    "survival_difference": ("fewer alive with HIPEC", "more"),
}
_DEATHS = ("fewer deaths with HIPEC", "more")
_ESTIMATE = palette.neutral(0)
_BAR = {"color": palette.TRUTH.colour, "marker": "|", "ms": 18, "mew": 4, "ls": "none"}
_GUESS: dict[str, Any] = {"marker": palette.GUESS.marker, "mfc": palette.GUESS.colour, "ms": 10}
_GUESS |= {"mec": palette.INK, "ls": "none"}
BUILT_IN = (
    "Selection explains much of the difference because this model was built so. That is no "
    "finding: no data show whether the disease itself behaves so."
)


@figure("Bias staircase")
def staircase(
    page: Figure,
    table: pd.DataFrame,
    *,
    measure: str | None = None,
    log: bool | None = None,
    steps: int | None = None,
    guesses: Guesses = (),
    interval_of: str | None = None,
    note: str | None = BUILT_IN,
    title: str | None = None,
) -> str:
    """Draw how an estimate moves, analysis by analysis, with the truth beside each.

    Parameters
    ----------
    table : DataFrame
        ``label`` (or ``method``), ``estimate, ci_low, ci_high, truth``, in the order of the steps.
        A missing interval or truth is left out. If it has a ``measure`` and ``interval_of`` (as a
        study's table has), these name and scale the axis, and the intervals.
    measure : str, optional
        What is estimated; names the axis. By the table, or "Hazard ratio".
    log : bool, optional
        Ratios on a log axis; False for months of restricted mean. By the table, or True.
    steps : int, optional
        Reveal this many steps; the others keep their place and name. All, if none.
    guesses : sequence or mapping, optional
        What the reader guessed, in the order of the steps (None for no guess) or by label. A guess
        is drawn before its step is revealed, too.
    interval_of : str, optional
        What the intervals are of: ``"one registry"`` (if the table does not say),
        ``"the middle 95 of 100 registries"``, ``"Monte Carlo error"``, or in your own words.
    note : str, optional
        What the model was built to show; None where the data are not the kit's.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, `steps` is not between 0 and the number of rows, or a guess has no
        step.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "label": ["everyone", "completely resected"],
    ...         "estimate": [0.41, 0.82],
    ...         "ci_low": [0.2, 0.4],
    ...         "ci_high": [0.7, 1.7],
    ...         "truth": [1.0, 1.0],
    ...     }
    ... )
    >>> staircase(table, steps=1, guesses=[0.6, 0.7], note=None).words
    'Step 1 of 2. Hazard ratio: everyone 0.41 (0.20 to 0.70), truth 1.00, your guess 0.60. Your \
guess for completely resected: 0.70. Bars: 95% interval from one registry.'
    """
    kind, measure, log = _measure(table, measure, log)
    interval_of = _interval_of(table, interval_of)
    scale = Scale(log, digits=2)
    rows = read(table, log)
    steps = len(rows) if steps is None else checks.whole(steps, "steps", 0, len(rows))
    guessed = _guessed(guesses, rows, scale)
    reference = 1.0 if log else 0.0
    page.headline = f"Bias staircase: {measure[:1].lower()}{measure[1:]}"
    page.set_figheight(2.4 + 0.43 * len(rows) + (0.3 if page.get_suptitle() else 0))
    axes = page.subplots()
    frame(axes, rows, scale, measure, [reference, *guessed.values(), *(r.truth for r in rows)])
    axes.axvline(reference, color=palette.GREY, zorder=0, **style.DOTTED)
    _stairs(axes, rows[:steps])
    for position, value in guessed.items():
        axes.plot(
            value, position - 0.22, zorder=5, gid=tag("guess", rows[position].label), **_GUESS
        )
    hidden = ["?"] * (len(rows) - steps)
    columns = {"Estimate": [scale.said(row) for row in rows[:steps]] + hidden}
    told = any(not math.isnan(row.truth) for row in rows)
    if told:
        columns["Truth"] = [
            "" if math.isnan(row.truth) else scale.text(row.truth) for row in rows[:steps]
        ] + hidden
    if guessed:
        here = [guessed.get(position) for position in range(len(rows))]
        columns["Guess"] = ["" if value is None else scale.text(value) for value in here]
    text_columns(axes, columns)
    for label in axes.get_yticklabels()[steps:]:
        label.set_color(palette.GREY)
    key(page, _key(interval_of, bool(guessed), told), 3, above=True)
    if note:
        page.supxlabel(style.wrapped(note, 92), x=0.01, ha="left", fontsize=style.SMALL)
    _sides(page, axes, reference, _SIDES.get(kind, _DEATHS))
    return staircase_words(
        table, measure=measure, log=log, steps=steps, guesses=guesses, interval_of=interval_of,
        note=note,
    )  # fmt: skip


@figure("Several worlds", {"world": ANY})
def worlds(
    page: Figure,
    table: pd.DataFrame,
    *,
    log: bool | None = None,
    cover: bool = False,
    interval_of: str | None = None,
    treatment: str = "HIPEC",
    note: str | None = BUILT_IN,
    title: str | None = None,
) -> str:
    """Draw the staircases of several worlds side by side, each with its own truth.

    Parameters
    ----------
    table : DataFrame
        ``world`` and the columns of `staircase`; every world has the same steps in one order.
    log, interval_of, note
        As for `staircase`.
    cover : bool, default False
        Cover the truths, in the picture and in the words: for asking which world is which.
    treatment : str, default "HIPEC"
        What the sides of the axis speak of.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, or the worlds do not have the same steps.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "world": ["A", "A", "B", "B"],
    ...         "label": ["everyone", "adjusted"] * 2,
    ...         "estimate": [0.28, 0.48, 0.44, 0.91],
    ...         "ci_low": [0.24, 0.35, 0.39, 0.72],
    ...         "ci_high": [0.33, 0.66, 0.50, 1.14],
    ...         "truth": [0.64, 0.64, 1.0, 1.0],
    ...     }
    ... )
    >>> worlds(table, note=None).words
    'Hazard ratio. A: everyone 0.28, adjusted 0.48; truth 0.64. B: everyone 0.44, adjusted 0.91; \
truth 1.00. Bars: 95% interval from one registry.'
    """
    kind, measure, log = _measure(table, None, log)
    interval_of = _interval_of(table, interval_of)
    scale = Scale(log, digits=2)
    reference = 1.0 if log else 0.0
    each = _worlds(table, log)
    rows = next(iter(each.values()))
    everything = [row for world in each.values() for row in world]
    page.headline = f"{len(each)} worlds: {measure[:1].lower()}{measure[1:]}"
    page.set_figheight(3.1 + 0.45 * len(rows) + (0.3 if page.get_suptitle() else 0))
    grid = page.subplots(1, len(each), squeeze=False, sharey=True)[0]
    truths = [] if cover else [row.truth for row in everything]
    for axes, (world, mine) in zip(grid, each.items(), strict=True):
        frame(axes, mine, scale, "", [reference, *truths], everything)
        axes.axvline(reference, color=palette.GREY, zorder=0, **style.DOTTED)
        _stairs(axes, mine, cover)
        head = f"{style.wrapped(world, 18, 2)}\ntruth {_truths(mine, scale, cover)}"
        axes.set_title(head, fontsize=style.TEXT)
    left, right = _SIDES.get(kind, _DEATHS)
    foot = f"{measure}:  ← {left.replace('HIPEC', name(treatment))} · {right} →"
    page.supxlabel(
        foot if not note else f"{foot}\n{style.wrapped(note, 92)}", x=0.01, ha="left",
        fontsize=style.SMALL,
    )  # fmt: skip
    known = any(math.isfinite(row.truth) for row in everything)
    entries = _key(interval_of, False)
    key(page, entries if known else entries[:1], 3, above=True, clear=48)
    return worlds_words(
        table, measure=measure, log=log, cover=cover, interval_of=interval_of, note=note
    )


def _measure(table: pd.DataFrame, measure: str | None, log: bool | None) -> tuple[str, str, bool]:
    """Return the kind of measure, its name, and whether it is a ratio."""
    kinds = set(table["measure"]) if "measure" in table else set()
    if len(kinds) > 1:
        found = listed(sorted(map(str, kinds)))
        raise InputError("one measure on one axis", found, "Select one of them.", "measure")
    kind = str(kinds.pop()) if kinds else "rmst_difference" if log is False else "hazard_ratio"
    ratios = kind.endswith("_ratio") and not kind.startswith("log_")
    named = measure or _MEASURES.get(kind, kind.replace("_", " ").capitalize())
    return kind, named, ratios if log is None else log


def _interval_of(table: pd.DataFrame, interval_of: str | None) -> str:
    if interval_of is None and "interval_of" in table:
        return str(table["interval_of"].iloc[0])
    return interval_of or "one registry"


def _guessed(guesses: Guesses, rows: Sequence[Row], scale: Scale) -> dict[int, float]:
    """Return each guess by the position of its step."""
    labels = [row.label for row in rows]
    given: dict[int, float | None]
    if isinstance(guesses, Mapping):
        lost = [label for label in guesses if label not in labels]
        given = {labels.index(label): value for label, value in guesses.items() if not lost}
    else:
        lost = [f"guess {place + 1}" for place in range(len(rows), len(guesses))]
        given = dict(enumerate(guesses))
    if lost:
        raise InputError("guesses for the steps", lost[0], "One a step.", argument="guesses")
    made = {place: float(value) for place, value in given.items() if value is not None}
    if scale.log and any(value <= 0 for value in made.values()):
        raise InputError("ratios above zero", f"{min(made.values()):g}", argument="guesses")
    return made


def _stairs(axes: Axes, rows: Sequence[Row], cover: bool = False) -> None:
    """Draw estimates, intervals, truths, and the treads that join one estimate to the next."""
    given = [(position, row) for position, row in enumerate(rows) if row.given]
    for (position, row), (later, after) in pairwise(given):
        x = [row.estimate, row.estimate, after.estimate, after.estimate]
        y = [position, later - 0.5, later - 0.5, later]
        axes.plot(x, y, color=_ESTIMATE.colour, lw=1.2, ls=(0, (2, 1.5)), zorder=1)
    for position, row in enumerate(rows):
        draw(axes, position, row, _ESTIMATE)
        if not cover:
            ends = [position - 0.36, position + 0.36]
            axes.plot([row.truth] * 2, ends, color=palette.TRUTH.colour, lw=4, zorder=2,
                      gid=tag("truth", row.label))  # fmt: skip


def _key(interval_of: str, guessed: bool, told: bool = True) -> list[tuple[str, dict[str, Any]]]:
    mean = name("estimate") if interval_of in {"one registry", "each data set"} else "mean estimate"
    dot = {"color": _ESTIMATE.colour, "marker": _ESTIMATE.marker, "ms": 9}
    entries = [(f"{mean}, {caption(interval_of)}", dot)]
    entries += [(name("truth"), _BAR)] if told else []
    return [*entries, ("your guess", _GUESS)] if guessed else entries


def _sides(page: Figure, axes: Axes, reference: float, sides: tuple[str, str]) -> None:
    """Say under the axis what lies to either side of the line of no difference."""
    axes.xaxis.labelpad = 24
    across = axes.get_xaxis_transform()
    look: dict[str, Any] = {"textcoords": "offset points", "xycoords": across, "va": "top"}
    look |= {"size": style.SMALL, "annotation_clip": False}
    for text, offset, ha in ((f"← {sides[0]} ·", 3, "right"), (f"{sides[1]} →", 8, "left")):
        axes.annotate(text, (reference, 0), (offset, -24), ha=ha, **look).set_in_layout(False)


def staircase_words(
    table: pd.DataFrame,
    *,
    measure: str = "Hazard ratio",
    log: bool = True,
    steps: int | None = None,
    guesses: Guesses = (),
    interval_of: str = "one registry",
    note: str | None = None,
) -> str:
    """Say what the steps revealed so far show: each, or the ends and the largest step."""
    scale = Scale(log, digits=2)
    rows = read(table, log)
    shown = rows[:steps]
    guessed = _guessed(guesses, rows, scale)
    step = f"Step {steps} of {len(rows)}. " if len(shown) < len(rows) else ""
    given = [row for row in shown if row.given]
    seen = [_beside(row, scale, guessed.get(p)) for p, row in enumerate(shown) if row.given]
    lost = [row.label for row in shown if not row.given]
    if not seen:
        text = f"{step}No estimate." if shown else f"{step}Nothing is revealed yet."
    elif len(seen) <= _NAMED:
        text = f"{step}{measure}: {'; '.join(seen)}."
    else:
        _, largest = max((_move(a, b, scale), b.label) for a, b in pairwise(given))
        text = (
            f"{step}{measure} from {seen[0]}, to {seen[-1]}, over {len(seen)} analyses; "
            f"the largest step comes with {largest}."
        )
    if lost:
        text += f" No estimate from {listed(lost)}."
    ahead = [f"{rows[p].label}: {scale.text(g)}" for p, g in guessed.items() if p >= len(shown)]
    text += f" Your guess for {listed(ahead)}." if ahead else ""
    if any(row.known for row in shown):
        text += f" Bars: {caption(interval_of)}."
    return f"{text} {note}" if note else text


def worlds_words(
    table: pd.DataFrame,
    *,
    measure: str = "Hazard ratio",
    log: bool = True,
    cover: bool = False,
    interval_of: str = "one registry",
    note: str | None = None,
) -> str:
    """Say each world's estimates, or the first and the last, and its truth unless covered."""
    scale = Scale(log, digits=2)
    text = f"{measure}."
    for world, rows in _worlds(table, log).items():
        shown = rows if len(rows) <= _NAMED else [rows[0], rows[-1]]
        said = [f"{row.label} {scale.text(row.estimate) if row.given else '–'}" for row in shown]
        text += f" {world}: {', '.join(said)}; truth {_truths(rows, scale, cover)}."
    text += f" Bars: {caption(interval_of)}."
    return f"{text} {note}" if note else text


def _worlds(table: pd.DataFrame, log: bool) -> dict[str, list[Row]]:
    table = check(table, {"world": ANY})
    each = {name(w): read(table[table["world"] == w], log) for w in groups(table, "world")}
    steps = {tuple(row.label for row in rows) for rows in each.values()}
    if len(steps) > 1:
        raise InputError("the same steps in every world", "others", "", column="label")
    return each


def _truths(rows: Sequence[Row], scale: Scale, cover: bool) -> str:
    known = sorted({scale.text(row.truth) for row in rows if not math.isnan(row.truth)})
    if cover:
        return "?"
    return "unknown" if not known else known[0] if len(known) == 1 else f"{known[0]} to {known[-1]}"


def _move(first: Row, second: Row, scale: Scale) -> float:
    if scale.log:
        return abs(math.log(second.estimate / first.estimate))
    return abs(second.estimate - first.estimate)


def _beside(row: Row, scale: Scale, guess: float | None) -> str:
    truth = "" if math.isnan(row.truth) else f", truth {scale.text(row.truth)}"
    guessed = "" if guess is None else f", your guess {scale.text(guess)}"
    return f"{row.label} {scale.said(row)}{truth}{guessed}"
