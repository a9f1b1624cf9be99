"""A few patients cloned into two plans: who leaves a plan, and who then counts for more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dsrct_edu import checks
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import key, rectangles
from dsrct_edu.figures.tables import ANY, COUNT, check, groups, name, tag
from dsrct_edu.wording import counted, listed, plain

_ROWS = {"patient_id": ANY, "strategy": ANY, "start": COUNT, "stop": COUNT}
_ROWS |= {"event": ANY, "weight": COUNT}
_ENDS = {"patient_id": ANY, "follow_up_month": COUNT, "death": ANY}
_MOST = 12  # lanes that can each be followed by eye
_STEPS = ("cloned", "cloned and censored", "cloned, censored and weighted")
_HALF = 0.42  # of the lane with the largest weight
_BOTH = {"facecolor": style.tint(palette.neutral(0).colour, 0.5), "edgecolor": palette.INK}
_LEFT = {"facecolor": palette.FAINT, "edgecolor": palette.GREY, "linestyle": (0, (2, 2))}
_DIED: dict[str, Any] = {"ls": "none", "marker": palette.DEATH.marker, "ms": 9}
_DIED |= {"mfc": palette.DEATH.colour, "mec": palette.INK}


@figure("Clones in two plans", _ROWS)
def clone_lanes(
    page: Figure,
    clones: pd.DataFrame,
    patients: pd.DataFrame,
    *,
    steps: int = 3,
    title: str | None = None,
) -> str:
    """Draw the clones of a few patients, a panel a plan: faded once they leave it, thick by weight.

    Parameters
    ----------
    clones : DataFrame
        ``patient_id, strategy, start, stop, event, weight``, as ``EmulatedTrial.clones``.
    patients : DataFrame
        ``patient_id, follow_up_month, death``: how long each was followed in life; at most 12.
    steps : {1, 2, 3}
        1 draws the clones alone, 2 fades those who left their plan, 3 lets the others be as thick
        as their weight.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, there are more than 12 patients, or a clone has no patient.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("Dana", "no HIPEC", 0, 6, 0, 1), ("Dana", "no HIPEC", 6, 40, 1, 2)]
    >>> rows += [("Dana", "HIPEC", 0, 6, 0, 1)]
    >>> columns = ["patient_id", "strategy", "start", "stop", "event", "weight"]
    >>> dana = pd.DataFrame({"patient_id": ["Dana"], "follow_up_month": [40], "death": [1]})
    >>> clone_lanes(pd.DataFrame(rows, columns=columns), dana).words
    '1 patient, 2 clones, cloned, censored and weighted. Plan no HIPEC: nobody leaves; Dana counts \
2 from month 6. Plan HIPEC: Dana leaves at month 6.'
    """
    steps = checks.whole(steps, "steps", 1, 3)
    ends = _ends(clones, patients)
    plans = groups(clones, "strategy")
    page.set_figheight(2.3 + 0.4 * len(ends))
    page.headline = f"Clones in {counted(len(plans), 'plan')}"
    grid = page.subplots(1, len(plans), squeeze=False, sharey=True)[0]
    longest = float(ends["follow_up_month"].max())
    half = _HALF / max(float(clones["weight"].max()), 2.0)  # of one patient, in every panel
    entries: list[tuple[str, dict[str, Any]]] = [("the same in every plan", _BOTH)]
    for axes, plan, look in zip(grid, plans, palette.looks(plans), strict=True):
        follows = style.fill(look)
        _plan(axes, clones[clones["strategy"] == plan], ends, follows, steps, half)
        axes.set(xlim=(0, 1.02 * longest), xlabel="Months since diagnosis")
        axes.set_xticks(style.month_ticks(longest, most=5))
        axes.set_title(style.wrapped(f"Plan: {name(plan)}", 36), fontsize=style.TEXT)
        entries += [(f"keeps to: {name(plan)}", follows)] if steps > 1 else []
    grid[0].set_yticks(range(len(ends)), [name(patient) for patient in ends.index])
    grid[0].set_ylim(len(ends) - 0.45, -0.55)
    entries += [("left the plan", _LEFT)] if steps > 1 else []
    entries = [(style.wrapped(words, 34, 2), look) for words, look in entries]
    key(page, [*entries, (name("death"), _DIED)], 3)
    return clone_words(clones, patients, steps=steps)


def _ends(clones: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Return how long each patient was followed and whether he died, by patient."""
    ends = check(patients, _ENDS).set_index("patient_id")
    strange = set(clones["patient_id"]) - set(ends.index)
    if strange or ends.index.has_duplicates or len(ends) > _MOST:
        found = f"{len(ends)} rows, {len(strange)} clones' patients missing"
        raise InputError(
            f"the patient of every clone once, at most {_MOST}", found, "", "patient_id"
        )
    return ends


def _plan(
    axes: Axes,
    rows: pd.DataFrame,
    ends: pd.DataFrame,
    follows: Mapping[str, Any],
    steps: int,
    half: float,
) -> None:
    """Draw one plan; a patient's whole time if nobody has left it yet."""
    lived = ends["follow_up_month"].to_numpy(dtype=float)
    for place, patient in enumerate(ends.index):
        end = float(lived[place])
        mine = rows.loc[rows["patient_id"] == patient, ["start", "stop", "weight"]]
        stretches = mine.to_numpy(dtype=float) if steps > 1 else np.array([[0.0, end, 1.0]])
        followed = float(stretches[:, 1].max())
        if followed < end:
            corners = ([followed], [place - half], [end], [place + half])
            rectangles(axes, corners, gid=tag("left", patient), **_LEFT)
        for start, stop, weight in stretches:
            thick = half * (weight if steps == 3 else 1.0)
            corners = ([start], [place - thick], [stop], [place + thick])
            look = follows if start else _BOTH
            rectangles(axes, corners, lw=0.8, gid=tag("lane", patient), **look)
            if steps == 3 and weight != 1:
                axes.text((start + stop) / 2, place, f"× {_said(weight)}", ha="center", va="center",
                          size=style.SMALL, weight="bold", bbox=style.white(1.5))  # fmt: skip
        if bool(ends.at[patient, "death"]) and followed == end:
            axes.plot(end, place, clip_on=False, zorder=4, gid=tag("death", patient), **_DIED)


def _said(value: float) -> str:
    return plain(value, 0 if float(value).is_integer() else 1)


def clone_words(clones: pd.DataFrame, patients: pd.DataFrame, *, steps: int = 3) -> str:
    """Say who leaves which plan and when, and who counts for more from then on."""
    ends, plans = _ends(clones, patients), groups(clones, "strategy")
    text = f"{counted(len(ends), 'patient')}, {counted(len(ends) * len(plans), 'clone')}, "
    text += f"{_STEPS[steps - 1]}."
    for plan in plans if steps > 1 else ():
        rows = clones[clones["strategy"] == plan]
        last = rows.groupby("patient_id", sort=False)["stop"].max()
        gone = last[last < ends["follow_up_month"].reindex(last.index)]
        who = [name(patient) for patient in gone.index]
        when = listed([_said(time) for time in sorted(set(gone))])
        leaves = f"{listed(who)} leave{'s' if len(who) == 1 else ''} at month {when}"
        text += f" Plan {name(plan)}: {leaves if who else 'nobody leaves'}"
        heavy = rows[rows["weight"] != 1] if steps == 3 else rows[:0]
        numbers = heavy[["weight", "start"]].to_numpy(dtype=float)
        counts = [
            f"{name(patient)} counts {_said(weight)} from month {_said(start)}"
            for patient, (weight, start) in zip(heavy["patient_id"], numbers, strict=True)
        ]
        text += f"; {listed(counts)}." if counts else "."
    return text
