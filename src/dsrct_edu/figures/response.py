"""Half of what? A sphere by diameter, area and volume; and cells that are killed and regrow."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import Circle

from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import sheet
from dsrct_edu.figures.tables import ANY, COUNT, NUMBER, Column, name, tag
from dsrct_edu.wording import counted, percent, plain

_FALL = Column(number=True, low=-1, high=0)
_SPHERES = {"measured": ANY, "diameter_change": _FALL, "volume_change": _FALL, "recist": ANY}
_KINDS = {"CR": "complete response", "PR": "partial response", "SD": "stable disease",
          "PD": "progressive disease"}  # fmt: skip
_WAITED = {"end": "last cycle over", "operation": "operation"}
_LABELS = ((34.0, "center"), (84.0, "right"))  # points above the line, and alignment
_LINE = 0.7  # of the diameter: where RECIST 1.1 begins to speak of a partial response


@figure("One fall, measured in several ways", _SPHERES)
def spheres(page: Figure, table: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw a tumour before and after, once for each way in which one fall may have been measured.

    Parameters
    ----------
    table : DataFrame
        ``measured, diameter_change, volume_change`` (fractions, negative is shrinkage) and
        ``recist``, as `dsrct_edu.bedside.half_of_what` gives them; up to four rows.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, a change is not a fall, or there are more than four rows.

    References
    ----------
    Eisenhauer EA et al. Eur J Cancer 2009;45:228-47. doi:10.1016/j.ejca.2008.10.026

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"measured": ["diameter"], "diameter_change": [-0.5],
    ...     "volume_change": [-0.875], "recist": ["PR"]})
    >>> spheres(table).words
    'Measured as diameter: 12% of the volume is left, the diameter is 50% smaller, PR.'
    """
    if len(table) > 4:
        raise InputError("at most 4 rows", str(len(table)), "Draw two figures.", "measured")
    axes = sheet(page, 4.9)
    wide = style.WIDTH / len(table)
    radius, middle = min(1.35, 0.44 * wide), 2.75
    for place, (measured, fall, volume, response) in enumerate(table[list(_SPHERES)].to_numpy()):
        x = wide * (place + 0.5)
        left = radius * (1 + fall)
        axes.add_patch(Circle((x, middle), radius, fc=palette.FAINT, ec=palette.GREY, lw=1.5))
        after = style.fill(palette.neutral(0)) | {"lw": 1.8, "ec": palette.INK}
        axes.add_patch(Circle((x, middle), left, **after, gid=tag("after", measured)))
        axes.add_patch(Circle((x, middle), _LINE * radius, fill=False, ec=palette.INK, lw=1.6,
                              ls=(0, (4, 2))))  # fmt: skip
        axes.text(x, middle + 1.6, name(measured).capitalize(), ha="center", va="center",
                  weight="bold")  # fmt: skip
        axes.text(x, middle - 1.68, f"{percent(1 + volume)} of the volume left",
                  ha="center", va="center")  # fmt: skip
        axes.text(x, middle - 2.02, f"{response}: {_KINDS.get(str(response), '')}",
                  ha="center", va="center", size=style.SMALL)  # fmt: skip
    key = "Pale: before.  Filled: after.  Dashed: RECIST's line, 30% less diameter."
    axes.text(style.WIDTH / 2, 0.25, key, ha="center", va="center", size=style.SMALL)
    return sphere_words(table)


def sphere_words(table: pd.DataFrame) -> str:
    """Say for each way of measuring how much volume is left, and what RECIST calls it."""
    return " ".join(
        f"Measured as {name(measured)}: {percent(1 + volume)} of the volume is left, the diameter "
        f"is {percent(-fall)} smaller, {response}."
        for measured, fall, volume, response in table[list(_SPHERES)].to_numpy()
    )


@figure("Kill and regrowth", {"day": NUMBER, "cells": COUNT, "moment": ANY}, height=5.2)
def saw(page: Figure, course: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw cells over cycles of chemotherapy: each dose kills, and between doses they grow back.

    Parameters
    ----------
    course : DataFrame
        ``day, cells, moment``, as `dsrct_edu.bedside.log_kill` gives them: ``before dose``,
        ``after dose``, ``end``, and perhaps ``operation``.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, or there are no cells to count.

    References
    ----------
    Traina TA, Norton L. Log-kill hypothesis. doi:10.1007/978-3-642-27841-9_3409-2

    Examples
    --------
    >>> import pandas as pd
    >>> course = pd.DataFrame({"day": [0, 0, 21], "cells": [1e10, 1e9, 2e9],
    ...     "moment": ["before dose", "after dose", "end"]})
    >>> saw(course).words
    '10 billion cells at the start; 1 dose; 2 billion at the end of the last cycle, day 21.'
    """
    cells = course["cells"].to_numpy(dtype=float)
    if (cells <= 0).any():
        raise InputError("cells, above zero", f"{cells.min():g}", "", "cells")
    axes = page.subplots()
    look = palette.neutral(0)
    doses = course[course["moment"] == "after dose"]
    axes.plot(course["day"], cells, color=look.colour, gid="cells")
    axes.plot(doses["day"], doses["cells"], look.marker, color=look.colour, ms=8, gid="dose")
    axes.set_yscale("log")
    decades = np.arange(np.floor(np.log10(cells.min())), np.ceil(np.log10(cells.max())) + 1)
    axes.set_yticks(10**decades, [_many(10**power) for power in decades])
    axes.minorticks_off()
    axes.grid(axis="y", color=palette.PALE, lw=0.8)
    days = np.arange(0, course["day"].max() + 1, 21)
    axes.set_xticks(days)
    axes.set(xlabel="Days since the first dose", ylabel="Cells (each line is ten times the next)")
    axes.set_ylim(10 ** decades[0], 10 ** decades[-1] * 1.2)
    for (moment, word), (rise, side) in zip(_WAITED.items(), _LABELS, strict=True):
        for day, count in course.loc[course["moment"] == moment, ["day", "cells"]].to_numpy():
            axes.annotate(f"{name(word)}:\n{_many(count)}", (day, count), (2, rise), ha=side,
                          textcoords="offset points", size=style.SMALL,
                          arrowprops={"arrowstyle": "-", "lw": 1})  # fmt: skip
    return saw_words(course)


def _many(cells: float) -> str:
    """Name a number of cells.

    Examples
    --------
    >>> _many(1e10), _many(17_279_190), _many(1000.0), _many(25)
    ('10 billion', '17 million', '1 thousand', '25')
    """
    for size, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if cells >= 0.9995 * size:
            return f"{float(f'{cells / size:.2g}'):g} {word}"
    return plain(cells, 0)


def saw_words(course: pd.DataFrame) -> str:
    """Say how many cells there were, how many doses, and how many are left."""
    doses = int((course["moment"] == "after dose").sum())
    moments = course["moment"].tolist()
    days, cells = (course[column].to_numpy(dtype=float) for column in ("day", "cells"))
    end = moments.index("end")
    text = (
        f"{_many(cells[0])} cells at the start; {counted(doses, 'dose')}; "
        f"{_many(cells[end])} at the end of the last cycle, day {days[end]:g}"
    )
    if "operation" in moments:
        last = moments.index("operation")
        text += f"; grown back to {_many(cells[last])} at the operation, day {days[last]:g}"
    return f"{text}."
