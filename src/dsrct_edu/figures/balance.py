"""What weighting does: the love plot, and the mirrored histogram of the propensity score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.ticker import FuncFormatter

from dsrct_edu.errors import InputError
from dsrct_edu.figures import style
from dsrct_edu.figures.figure import Figure, styled
from dsrct_edu.figures.labels import heading
from dsrct_edu.figures.tables import groups, name, spaced, tidy
from dsrct_edu.wording import counted, plain

_BALANCED = 0.1


@styled
def love_plot(
    balance: pd.DataFrame, *, threshold: float = _BALANCED, title: str | None = None
) -> Figure:
    """Draw standardised mean differences before and after weighting.

    Parameters
    ----------
    balance : DataFrame
        ``covariate, unweighted, weighted``: standardised mean differences, treated minus
        untreated. Their size is drawn, the largest unweighted on top.
    threshold : float, default 0.1
        Difference below which a covariate counts as balanced.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column or a value is missing.

    References
    ----------
    Austin PC, Stuart EA. Stat Med 2015. doi:10.1002/sim.6607

    Examples
    --------
    >>> import pandas as pd
    >>> balance = pd.DataFrame(
    ...     {"covariate": ["centre", "age"], "unweighted": [0.62, -0.17], "weighted": [0.08, 0.12]}
    ... )
    >>> love_plot(balance).words
    'Largest standardised difference 0.62 (centre) before weighting and 0.12 (age) after; \
above 0.1: 2 of 2 covariates before, 1 after.'
    """
    rows = tidy(balance, ["covariate", "unweighted", "weighted"], ["unweighted", "weighted"])
    sizes = (
        rows[["unweighted", "weighted"]]
        .abs()
        .assign(covariate=[spaced(c) for c in rows["covariate"]])
    )
    sizes = sizes.sort_values("unweighted", ascending=False, kind="stable", ignore_index=True)
    figure = Figure(style.WIDTH, 2.2 + 0.42 * len(sizes), "Love plot")
    axes = figure.subplots()
    before, after = style.look(1), style.look(0)
    places = range(len(sizes))
    axes.hlines(places, sizes["unweighted"], sizes["weighted"], color=style.PALE, lw=2.4, zorder=1)
    for column, look, filled in (("unweighted", before, False), ("weighted", after, True)):
        axes.plot(
            sizes[column],
            places,
            look.marker,
            ms=10,
            color=look.colour,
            mfc=look.colour if filled else "white",
            mew=2,
            label=column,
            clip_on=False,
            zorder=3,
        )
    axes.axvline(threshold, color="black", lw=1.2, ls=(0, (4, 2)))
    axes.set_yticks(places, [style.fold(c, 30, 2) for c in sizes["covariate"]])
    axes.set_ylim(len(sizes) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(
        0, max(1.1 * float(sizes[["unweighted", "weighted"]].to_numpy(dtype=float).max()), 0.2)
    )
    axes.set_xlabel("Standardised mean difference, without its sign")
    heading(figure, title)
    figure.legend(loc="outside lower center", ncols=2)
    figure.words = _love_words(sizes, threshold)
    return figure


def _love_words(sizes: pd.DataFrame, threshold: float) -> str:
    def worst(column: str) -> str:
        at = int(sizes[column].argmax())
        return f"{plain(sizes[column].tolist()[at], 2)} ({sizes['covariate'].tolist()[at]})"

    above = {c: int((sizes[c] > threshold).sum()) for c in ("unweighted", "weighted")}
    return (
        f"Largest standardised difference {worst('unweighted')} before weighting and "
        f"{worst('weighted')} after; above {threshold:g}: {above['unweighted']} of "
        f"{counted(len(sizes), 'covariate')} before, {above['weighted']} after."
    )


@styled
def overlap(
    scores: pd.DataFrame, *, treatment: str = "HIPEC", bins: int = 20, title: str | None = None
) -> Figure:
    """Draw the propensity scores of both arms back to back.

    Parameters
    ----------
    scores : DataFrame
        ``propensity`` (0 to 1) and ``arm`` (two values; True is the treated arm).
    treatment : str, default "HIPEC"
        What the propensity is of; names boolean arms too.
    bins : int, default 20
        Bars between 0 and 1.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there are not two arms, or a score is outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame(
    ...     {"propensity": [0.1, 0.3, 0.3, 0.6], "arm": [False, False, True, True]}
    ... )
    >>> overlap(scores).words
    'Propensity of HIPEC: median 0.45 (0.30 to 0.60) in 2 patients with HIPEC, 0.20 (0.10 to \
0.30) in 2 without HIPEC. Both arms are present from 0.30 to 0.30; 2 of 4 patients lie outside.'
    """
    rows = tidy(scores, ["propensity", "arm"], ["propensity"], bounds=(0, 1))
    arms = groups(rows, "arm")
    if len(arms) != 2:
        raise InputError("two arms", str(len(arms)), "", column="arm")
    if set(arms) == {True, False}:
        arms = [True, False]
        names = [f"with {treatment}", f"without {treatment}"]
    else:
        names = [name(arm) for arm in arms]
    values = [rows.loc[rows["arm"] == arm, "propensity"].to_numpy(dtype=float) for arm in arms]
    figure = Figure(style.WIDTH, 5.4, "Overlap of the propensity score")
    axes = figure.subplots()
    edges = np.linspace(0, 1, bins + 1)
    tallest = 0.0
    for index, (value, sign) in enumerate(zip(values, (1, -1), strict=True)):
        look = style.look(1 - index)
        share = np.histogram(value, edges)[0] / len(value)
        tallest = max(tallest, float(share.max()))
        label = style.fold(f"{names[index]} (n = {len(value):,})", 40, 2)
        axes.bar(
            edges[:-1],
            sign * share,
            width=1 / bins,
            align="edge",
            label=label,
            **style.fill(look),
        )
        axes.text(0.99, 0.5 + sign * 0.46, label, transform=axes.transAxes, ha="right",
                  va="top" if sign > 0 else "bottom",
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})  # fmt: skip
    low, high = max(v.min() for v in values), min(v.max() for v in values)
    for edge in (low, high) if low <= high else ():
        axes.axvline(edge, color="black", lw=1.2, ls=(0, (4, 2)))
    axes.axhline(0, color="black", lw=1)
    axes.set(xlim=(0, 1), ylim=(-1.25 * tallest, 1.25 * tallest))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(100 * value):g}%"))
    axes.set(xlabel=f"Propensity: probability of {treatment}", ylabel="Share of the arm")
    heading(figure, title)
    figure.words = _overlap_words(values, names, low, high, treatment)
    return figure


def _overlap_words(
    values: list[npt.NDArray[np.float64]],
    names: list[str],
    low: float,
    high: float,
    treatment: str,
) -> str:
    each: list[str] = []
    for value, arm in zip(values, names, strict=True):
        middle, least, most = (
            plain(float(v), 2) for v in (np.median(value), value.min(), value.max())
        )
        who = counted(len(value), "patient") if not each else f"{len(value):,}"
        each.append(f"{middle} ({least} to {most}) in {who} {arm}")
    text = f"Propensity of {treatment}: median {', '.join(each)}."
    if low > high:
        return f"{text} The two arms do not overlap at all."
    everyone = np.concatenate(values)
    outside = int(((everyone < low) | (everyone > high)).sum())
    return (
        f"{text} Both arms are present from {plain(low, 2)} to {plain(high, 2)}; "
        f"{outside:,} of {counted(len(everyone), 'patient')} {'lies' if outside == 1 else 'lie'} "
        "outside."
    )
