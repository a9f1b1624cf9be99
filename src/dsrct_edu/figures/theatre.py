"""The hour in theatre: the map of 13 regions, the heat, the drug."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Arc, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, NullFormatter

from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import EndLabel, end_labels, sheet
from dsrct_edu.figures.tables import COUNT, NUMBER, Column, groups, name, tag
from dsrct_edu.vocabulary import REGIONS
from dsrct_edu.wording import listed, plain

# Inches on the page, as one looks at the patient, whose right is on the left.
_MIDDLE, _SIDE, _WIDE = 3.0, 0.95, 2.4  # the midline, half of the middle column, half of the trunk
_LEVELS = (4.72, 3.55, 2.38, 0.5)  # the top of each row of regions, and the pubis
_PLACES = ((1, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1))
_HIP = 1.45  # where the fold of the groin meets the hip
# A flank from the ribs to the thigh, from the midline outwards: two cubic curves.
_FLANK = ((2.38, 5.2), (2.28, 4.5), (2.02, 3.9), (2.0, 3.2), (1.98, 2.4), (2.5, 1.9), (2.38, 0.0))
_SHARES = (0.0, 0.2, 0.5, 1.0)
_AIMED = (42.0, 43.0)  # degrees Celsius
_COURSE = {
    "minute": NUMBER,
    "celsius": Column(number=True, low=0, high=60),
    "compartment": Column(optional=True),
}
_DRUG = {"minute": NUMBER, "peritoneal_mg_l": COUNT, "plasma_mg_l": COUNT}


@figure("Peritoneal cancer index by region", {"region": NUMBER, "score": NUMBER}, height=6.0)
def pci_map(page: Figure, scores: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw the lesion-size score of each of the 13 regions of the peritoneal cancer index.

    Parameters
    ----------
    scores : DataFrame
        ``region`` (0 to 12, each once) and ``score`` (0 to 3).
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a region is missing or there twice, or a score is not 0, 1, 2 or 3.

    References
    ----------
    Harmon RL, Sugarbaker PH. Int Semin Surg Oncol 2005;2:3. doi:10.1186/1477-7800-2-3

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"region": range(13), "score": [3, 2] + [0] * 10 + [1]})
    >>> pci_map(table).words
    'Peritoneal cancer index 6 of 39: tumour in 3 of 13 regions. Score 3: central. Score 2: \
right upper. Score 1: lower ileum.'
    """
    by_region = _by_region(scores)
    if not page.get_suptitle():
        page.entitle(f"Peritoneal cancer index {sum(by_region.values())} of 39")
    axes = sheet(page, 5.3)
    abdomen = _trunk(axes)
    for region, (column, row) in enumerate(_PLACES):
        left, right = ((-_WIDE, -_SIDE), (-_SIDE, _SIDE), (_SIDE, _WIDE))[column]
        top, bottom = _LEVELS[row : row + 2]
        corner, size = (_MIDDLE + left, bottom), (right - left, top - bottom)
        cell = _cell(axes, region, by_region[region], corner, size)
        cell.set_clip_path(abdomen)
    for step, region in enumerate(range(9, 13)):
        _bowel(axes, region, by_region[region], step)
    for x, text in ((_MIDDLE, "Abdomen and pelvis"), (8.2, "Small bowel")):
        axes.text(x, 4.92, text, ha="center", va="bottom")
    for x, side in ((-1.35, "right"), (1.35, "left")):
        axes.text(_MIDDLE + x, 0.3, f"patient's {name(side)}", ha="center", size=style.SMALL)
    return pci_words(scores)


def _trunk(axes: Axes) -> PathPatch:
    """Draw the outline of a trunk; return its part between ribs and groins, to cut regions with."""
    share, middle = np.linspace(0, 1, 30), np.array([_MIDDLE, 0.0])
    bends = np.array([_FLANK[:4], _FLANK[3:]])
    weights = ((1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3)
    flank = np.concatenate([np.stack(weights, axis=1) @ bend for bend in bends])
    inside = flank[(flank[:, 1] >= _HIP) & (flank[:, 1] <= _LEVELS[0])]
    line: dict[str, Any] = {"fill": False, "ec": palette.GREY, "lw": 2.5, "capstyle": "round"}
    for sign in (-1, 1):
        for side in (flank, [(0.04, 0.32), (0.11, 0.0)]):  # and the inner side of a thigh
            place = np.array(side) * [sign, 1] + middle
            axes.add_patch(PathPatch(Path(place), **line))
    ring = [*(inside * (-1, 1)), (0.0, _LEVELS[-1]), *inside[::-1]]
    abdomen = PathPatch(Path(middle + np.array([*ring, ring[0]])), **line)
    axes.add_patch(abdomen)
    return abdomen


def _by_region(scores: pd.DataFrame) -> dict[int, int]:
    if sorted(scores["region"]) != list(range(len(REGIONS))):
        found = listed([name(region) for region in scores["region"]])
        raise InputError("the regions 0 to 12, each once", found, "", column="region")
    wrong = scores.index[~scores["score"].isin(range(4))].tolist()
    if wrong:
        found = name(scores["score"][wrong[0]])
        raise InputError("scores 0, 1, 2 or 3", found, "", "score", wrong)
    return {int(r): int(s) for r, s in zip(scores["region"], scores["score"], strict=True)}


def _cell(
    axes: Axes, region: int, score: int, corner: tuple[float, float], size: tuple[float, float]
) -> Rectangle:
    (x, y), (width, height) = corner, size
    cell = Rectangle(corner, width, height, facecolor=_face(score), edgecolor=palette.INK, lw=1.2)
    axes.add_patch(cell)
    inwards = {1: 0.12, 8: 0.18, 7: 0.14, 3: -0.12, 4: -0.18, 5: -0.14}.get(region, 0.0)
    lift = {6: 0.1, 5: 0.32, 7: 0.32}.get(region, 0.0)  # the groins cut the lower corners
    place = (x + width / 2 + inwards, y + height / 2 + lift)
    _score(axes, region, score, place, 13 if region == 2 else 10)
    return cell


def _face(score: int) -> str:
    return style.tint(palette.neutral(0).colour, _SHARES[score])


def _score(axes: Axes, region: int, score: int, place: tuple[float, float], wide: int) -> None:
    (x, y), ink = place, palette.PAPER if score == 3 else palette.INK
    label = style.wrapped(f"{region} {REGIONS[region]}", wide, 2)
    axes.text(x, y + 0.05, str(score), color=ink, size=22, weight="bold", ha="center",
              va="bottom")  # fmt: skip
    axes.text(x, y + 0.02, label, color=ink, size=style.SMALL, ha="center", va="top",
              linespacing=1.1)  # fmt: skip


def _bowel(axes: Axes, region: int, score: int, step: int) -> None:
    """Draw a quarter of the small bowel as one run of a winding tube."""
    y, left, right = 4.3 - 1.08 * step, 6.75, 9.35
    if step:  # the bend from the run above
        x, start = ((right, -90), (left, 90))[(step + 1) % 2]
        arc = Arc((x, y + 0.54), 0.9, 1.08, theta1=start, theta2=start + 180, lw=7)
        arc.set(edgecolor=palette.PALE, zorder=0)
        axes.add_patch(arc)
    look = {"facecolor": _face(score), "edgecolor": palette.INK, "lw": 1.2}
    box = FancyBboxPatch((left, y - 0.4), right - left, 0.8, "round,pad=0,rounding_size=0.38")
    box.set(**look)
    axes.add_patch(box)
    _score(axes, region, score, ((left + right) / 2, y - 0.07), 30)


def pci_words(scores: pd.DataFrame) -> str:
    """Say the index, and the regions by their score."""
    by_region = _by_region(scores)
    total, hit = sum(by_region.values()), sum(score > 0 for score in by_region.values())
    text = f"Peritoneal cancer index {total} of 39: tumour in {hit} of {len(REGIONS)} regions."
    for score in (3, 2, 1):
        where = [text for region, text in enumerate(REGIONS) if by_region[region] == score]
        if where:
            text += f" Score {score}: {listed(where)}."
    return text


@figure("Temperature over the perfusion", _COURSE)
def temperature(page: Figure, course: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw temperature over the perfusion, with the range aimed for, 42 to 43 degrees.

    Parameters
    ----------
    course : DataFrame
        ``minute, celsius`` and, for several lines, ``compartment`` (inflow, perfusate, tissue).
        With ``cem43`` (cumulative minutes at 43 degrees) the thermal dose goes into the words.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing or a temperature is outside 0 to 60 degrees.

    Examples
    --------
    >>> import pandas as pd
    >>> temperature(pd.DataFrame({"minute": [0, 10, 60], "celsius": [37, 42, 42.5]})).words
    'Temperature from 37.0 to 42.5 °C, at the end 42.5; between 42.0 and 43.0 °C for 50 of 60 \
minutes.'
    """
    axes = page.subplots()
    labels = [
        _line(axes, index, label, mine["minute"], mine["celsius"])
        for index, (label, mine) in enumerate(_compartments(course).items())
    ]
    axes.axhspan(*_AIMED, facecolor=palette.FAINT, zorder=0)
    axes.text(0.01, _AIMED[1], "range aimed for", size=style.SMALL, va="bottom",
              transform=axes.get_yaxis_transform())  # fmt: skip
    shown = [*course["celsius"], *_AIMED]
    low, high = float(min(shown)), float(max(shown))
    axes.set_ylim(low - 0.08 * (high - low) - 0.1, high + 0.14 * (high - low) + 0.1)
    axes.set_ylabel("Temperature (°C)")
    _clock(axes, course["minute"])
    end_labels(page, axes, [label for label in labels if label.text])
    return temperature_words(course)


def _line(axes: Axes, index: int, label: str, x: pd.Series[Any], y: pd.Series[Any]) -> EndLabel:
    look = palette.neutral(index)
    axes.plot(x, y, color=look.colour, ls=look.dash, gid=tag("line", label))
    return EndLabel(float(x.iloc[-1]), float(y.iloc[-1]), label, look)


def _clock(axes: Axes, minute: pd.Series[Any]) -> None:
    axes.set_xlim(float(minute.min()), max(float(minute.max()), 1e-9))
    axes.set_xlabel("Minutes of perfusion")


def _compartments(course: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return each compartment's rows in time; one without a name if there is only one."""
    ordered = course.sort_values("minute", kind="stable")
    if "compartment" not in course:
        return {"": ordered}
    each = groups(course, "compartment")
    return {name(one): ordered[ordered["compartment"] == one] for one in each}


def temperature_words(course: pd.DataFrame) -> str:
    """Say the range and the end of each compartment, its time on target, and its thermal dose."""
    return " ".join(
        _heat_words(label[:1].upper() + label[1:] or "Temperature", mine)
        for label, mine in _compartments(course).items()
    )


def _heat_words(what: str, course: pd.DataFrame) -> str:
    minute, celsius = (course[c].to_numpy(dtype=float) for c in ("minute", "celsius"))
    text = (
        f"{what} from {plain(celsius.min())} to {plain(celsius.max())} °C, "
        f"at the end {plain(celsius[-1])}"
    )
    low, high = (plain(edge) for edge in _AIMED)
    inside = plain(_minutes_inside(minute, celsius), 0)
    text += f"; between {low} and {high} °C for {inside} of {plain(np.ptp(minute), 0)} minutes"
    if "cem43" in course:
        text += f"; thermal dose {plain(float(course['cem43'].iloc[-1]))} minutes at 43 °C"
    return f"{text}."


def _minutes_inside(minute: Floats, celsius: Floats) -> float:
    """Return for how long a course, straight between its points, runs in the range aimed for."""
    low, high = np.sort([celsius[:-1], celsius[1:]], axis=0)
    level = np.where((_AIMED[0] <= low) & (low <= _AIMED[1]), 1.0, 0.0)
    inside = np.clip(np.minimum(high, _AIMED[1]) - np.maximum(low, _AIMED[0]), 0, None)
    share = np.divide(inside, high - low, out=level, where=high > low)
    return float(np.sum(share * np.diff(minute)))


@figure("Concentration over the perfusion", _DRUG)
def drug_course(
    page: Figure, course: pd.DataFrame, *, drug: str = "drug", title: str | None = None
) -> str:
    """Draw the concentration in the cavity and in the blood, on a log axis.

    Parameters
    ----------
    course : DataFrame
        ``minute, peritoneal_mg_l, plasma_mg_l``.
    drug : str, default "drug"
        Its name.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, a concentration is below zero, or all in the cavity are zero.

    Examples
    --------
    >>> import pandas as pd
    >>> course = pd.DataFrame(
    ...     {"minute": [0, 30, 60], "peritoneal_mg_l": [40, 26, 17.5], "plasma_mg_l": [0, 2, 2.8]}
    ... )
    >>> drug_course(course, drug="cisplatin").words
    'In the peritoneum cisplatin falls from 40.0 to 17.5 mg/L in 60 minutes; in the plasma it \
peaks at 2.8 mg/L. Exposure (area under the curve) is 16.1 times as large in the peritoneum.'
    """
    course = course.sort_values("minute", kind="stable")
    if not (course["peritoneal_mg_l"] > 0).any():
        raise InputError("some drug in the cavity", "none", "", "peritoneal_mg_l")
    page.headline = f"Concentration of {drug} over the perfusion"
    axes = page.subplots()
    labels = []
    for index, (place, label) in enumerate((("peritoneal", "peritoneum"), ("plasma", "plasma"))):
        level = f"{place}_mg_l"
        shown = course[course[level] > 0]  # a log axis has no place for none at all
        if len(shown):
            labels.append(_line(axes, index, name(label), shown["minute"], shown[level]))
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel(f"{drug.capitalize()} (mg/L, log scale)")
    _clock(axes, course["minute"])
    end_labels(page, axes, labels)
    return drug_words(course, drug)


def drug_words(course: pd.DataFrame, drug: str = "drug") -> str:
    """Say the fall in the cavity, the peak in the blood, and the ratio of their exposures."""
    columns = ("minute", "peritoneal_mg_l", "plasma_mg_l")
    minute, inside, blood = (course[c].to_numpy(dtype=float) for c in columns)
    text = (
        f"In the peritoneum {drug} falls from {plain(inside[0])} to {plain(inside[-1])} mg/L in "
        f"{plain(minute[-1] - minute[0], 0)} minutes; in the plasma it peaks at "
        f"{plain(float(blood.max()))} mg/L."
    )
    areas = [float(np.sum(np.diff(minute) * (v[1:] + v[:-1]) / 2)) for v in (inside, blood)]
    if areas[1] > 0:
        ratio = plain(areas[0] / areas[1])
        text += f" Exposure (area under the curve) is {ratio} times as large in the peritoneum."
    return text
