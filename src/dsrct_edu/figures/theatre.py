"""The hour in theatre: the map of 13 regions, the heat, the drug."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.ticker import FuncFormatter, NullFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, styled
from dsrct_edu.figures.labels import EndLabel, end_labels, heading
from dsrct_edu.figures.tables import groups, name, tidy
from dsrct_edu.wording import listed, plain

REGIONS = (
    "central",
    "right upper",
    "epigastrium",
    "left upper",
    "left flank",
    "left lower",
    "pelvis",
    "right lower",
    "right flank",
    "upper jejunum",
    "lower jejunum",
    "upper ileum",
    "lower ileum",
)
# Column and row of each region as one looks at the patient, whose right is on the left.
_PLACES = ((1, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1))
_SHARES = (0.0, 0.25, 0.55, 1.0)


@styled
def pci_map(scores: pd.DataFrame, *, title: str | None = None) -> Figure:
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
    rows = tidy(scores, ["region", "score"], ["region", "score"], bounds=(0, 12))
    if sorted(rows["region"]) != list(range(13)):
        found = listed([name(region) for region in rows["region"]])
        raise InputError("the regions 0 to 12, each once", found, "", column="region")
    wrong = rows.index[~rows["score"].isin([0, 1, 2, 3])].tolist()
    if wrong:
        raise InputError("scores 0, 1, 2 or 3", name(rows["score"][wrong[0]]), "", "score", wrong)
    by_region = {int(r): int(s) for r, s in zip(rows["region"], rows["score"], strict=True)}
    figure = Figure(style.WIDTH, 6.0, "Peritoneal cancer index by region")
    axes = figure.subplots()
    for region, (column, row) in enumerate(_PLACES):
        _cell(axes, region, by_region[region], (column * 1.9, 6 - 2 * row), (1.8, 1.9))
    for step, region in enumerate(range(9, 13)):
        _cell(axes, region, by_region[region], (7.0, 6.4 - 1.5 * step), (2.4, 1.4))
    frame = FancyBboxPatch((-0.1, 1.9), 5.8, 6.1, "round,pad=0.12", fill=False, ec=style.GREY, lw=2)
    axes.add_patch(frame)
    for x, text in ((2.8, "Abdomen and pelvis"), (8.2, "Small bowel")):
        axes.text(x, 8.35, text, ha="center", va="bottom")
    for x, text in ((0, "patient's right"), (5.6, "patient's left")):
        axes.text(x, 1.65, text, ha="left" if x == 0 else "right", va="top", size=style.SMALL)
    axes.set(xlim=(-0.4, 9.6), ylim=(1.2, 8.8))
    axes.set_axis_off()
    total = sum(by_region.values())
    heading(figure, title or f"Peritoneal cancer index {total} of 39")
    figure.words = _map_words(by_region, total)
    return figure


def _cell(
    axes: Axes, region: int, score: int, corner: tuple[float, float], size: tuple[float, float]
) -> None:
    (x, y), (width, height) = corner, size
    face = style.tint(style.BLUE, _SHARES[score])
    ink = "white" if score == 3 else "black"
    axes.add_patch(Rectangle(corner, width, height, facecolor=face, edgecolor="black", lw=1.2))
    axes.text(x + width / 2, y + 0.6 * height, str(score), color=ink, size=24, weight="bold",
              ha="center", va="center")  # fmt: skip
    label = f"{region} {REGIONS[region]}"
    axes.text(x + width / 2, y + 0.17 * height, label, color=ink, size=style.SMALL - 1,
              ha="center", va="center")  # fmt: skip


def _map_words(by_region: dict[int, int], total: int) -> str:
    hit = sum(score > 0 for score in by_region.values())
    text = f"Peritoneal cancer index {total} of 39: tumour in {hit} of 13 regions."
    for score in (3, 2, 1):
        where = [REGIONS[region] for region in range(13) if by_region[region] == score]
        if where:
            text += f" Score {score}: {listed(where)}."
    return text


@styled
def heat_course(
    course: pd.DataFrame,
    *,
    target: tuple[float, float] | None = (42.0, 43.0),
    title: str | None = None,
) -> Figure:
    """Draw temperature over the perfusion, with the range aimed for.

    Parameters
    ----------
    course : DataFrame
        ``minute, celsius`` and, for several lines, ``compartment`` (inflow, perfusate, tissue).
        With ``cem43`` (cumulative minutes at 43 degrees) the thermal dose goes into the words.
    target : (float, float) or None, default (42, 43)
        Range to shade, in degrees Celsius.
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
    >>> heat_course(pd.DataFrame({"minute": [0, 10, 60], "celsius": [37, 42, 42.5]})).words
    'Temperature from 37.0 to 42.5 °C, at the end 42.5; between 42.0 and 43.0 °C for 50 of 60 \
minutes.'
    """
    rows = tidy(course, ["minute", "celsius"], ["minute"])
    tidy(course, ["celsius"], ["celsius"], bounds=(0, 60))
    if "compartment" not in rows:
        rows["compartment"] = ""
    figure = Figure(style.WIDTH, 5.4, "Temperature over the perfusion")
    axes = figure.subplots()
    labels, said = [], []
    for index, compartment in enumerate(groups(rows, "compartment")):
        mine = rows[rows["compartment"] == compartment].sort_values("minute", kind="stable")
        minute, celsius = (mine[c].to_numpy(dtype=float) for c in ("minute", "celsius"))
        look = style.look(index)
        axes.plot(minute, celsius, color=look.colour, ls=look.dash)
        label = name(compartment)
        if label:
            labels.append(EndLabel(minute[-1], celsius[-1], label, look))
        dose = float(mine["cem43"].iloc[-1]) if "cem43" in mine else None
        said.append(_heat_words(label, minute, celsius, target, dose))
    if target:
        axes.axhspan(*target, facecolor=style.tint(style.ORANGE, 0.35), zorder=0)
        axes.text(0.01, target[1], "range aimed for", size=style.SMALL, va="bottom",
                  transform=axes.get_yaxis_transform())  # fmt: skip
    low, high = float(rows["celsius"].min()), float(rows["celsius"].max())
    low, high = min(low, *(target or (low,))), max(high, *(target or (high,)))
    axes.set_ylim(low - 0.08 * (high - low) - 0.1, high + 0.14 * (high - low) + 0.1)
    axes.set_xlim(float(rows["minute"].min()), max(float(rows["minute"].max()), 1e-9))
    axes.set(xlabel="Minutes of perfusion", ylabel="Temperature (°C)")
    heading(figure, title)
    end_labels(figure, axes, labels)
    figure.words = " ".join(said)
    return figure


def _heat_words(
    label: str,
    minute: npt.NDArray[np.float64],
    celsius: npt.NDArray[np.float64],
    target: tuple[float, float] | None,
    dose: float | None,
) -> str:
    what = label[:1].upper() + label[1:] if label else "Temperature"
    text = (
        f"{what} from {plain(celsius.min())} to {plain(celsius.max())} °C, "
        f"at the end {plain(celsius[-1])}"
    )
    if target:
        inside = sum(
            _share(a, b, target) * step
            for a, b, step in zip(celsius, celsius[1:], np.diff(minute), strict=False)
        )
        text += (
            f"; between {plain(target[0])} and {plain(target[1])} °C for {plain(inside, 0)} of "
            f"{plain(minute[-1] - minute[0], 0)} minutes"
        )
    return text + (f"; thermal dose {plain(dose)} minutes at 43 °C." if dose is not None else ".")


def _share(start: float, stop: float, band: tuple[float, float]) -> float:
    """Return which share of a straight stretch runs inside a band."""
    low, high = min(start, stop), max(start, stop)
    if high == low:
        return float(band[0] <= low <= band[1])
    return float(max(0.0, min(high, band[1]) - max(low, band[0])) / (high - low))


@styled
def drug_course(course: pd.DataFrame, *, drug: str = "drug", title: str | None = None) -> Figure:
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
    levels = ["peritoneal_mg_l", "plasma_mg_l"]
    rows = tidy(course, ["minute", *levels], ["minute"])
    tidy(course, levels, levels, bounds=(0, np.inf))
    rows = rows.sort_values("minute", kind="stable")
    if not (rows["peritoneal_mg_l"] > 0).any():
        raise InputError("some drug in the cavity", "none", "", "peritoneal_mg_l")
    minute = rows["minute"].to_numpy(dtype=float)
    figure = Figure(style.WIDTH, 5.4, f"Concentration of {drug} over the perfusion")
    axes = figure.subplots()
    labels = []
    for index, (column, label) in enumerate(zip(levels, ("peritoneum", "plasma"), strict=True)):
        values = rows[column].to_numpy(dtype=float)
        shown = values > 0  # a log axis has no place for none at all
        look = style.look(index)
        axes.plot(minute[shown], values[shown], color=look.colour, ls=look.dash)
        if shown.any():
            labels.append(EndLabel(minute[shown][-1], values[shown][-1], label, look))
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(minute[0], max(minute[-1], 1e-9))
    axes.set(xlabel="Minutes of perfusion", ylabel=f"{drug.capitalize()} (mg/L, log scale)")
    heading(figure, title)
    end_labels(figure, axes, labels)
    figure.words = _drug_words(rows, minute, drug)
    return figure


def _drug_words(rows: pd.DataFrame, minute: npt.NDArray[np.float64], drug: str) -> str:
    inside, blood = (rows[c].to_numpy(dtype=float) for c in ("peritoneal_mg_l", "plasma_mg_l"))
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
