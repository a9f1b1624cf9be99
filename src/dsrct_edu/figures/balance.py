"""Who was treated, centre by centre; the love plot; the mirrored histogram of the propensity."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter

from dsrct_edu.arrays import Floats
from dsrct_edu.errors import InputError
from dsrct_edu.figures import palette, style
from dsrct_edu.figures.figure import Figure, figure
from dsrct_edu.figures.layout import aside, key, named_rows, text_columns
from dsrct_edu.figures.tables import ANY, NUMBER, SHARE, groups, name
from dsrct_edu.wording import counted, percent, plain

_BALANCED = 0.1  # a difference below counts as balanced
_BINS = 20  # bars of the propensity between 0 and 1
_TREATED, _UNTREATED = (True, "treated"), (False, "untreated")


@figure("Love plot", {"covariate": ANY, "unweighted": NUMBER, "weighted": NUMBER})
def love_plot(page: Figure, balance: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw standardised mean differences before and after weighting.

    Parameters
    ----------
    balance : DataFrame
        ``covariate, unweighted, weighted``: standardised mean differences, treated minus
        untreated. Their size is drawn, the largest unweighted on top.
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
    sizes = _sizes(balance)
    page.set_figheight(2.2 + 0.42 * len(sizes))
    axes = page.subplots()
    before, after = sizes["unweighted"], sizes["weighted"]
    places = range(len(sizes))
    axes.hlines(places, before, after, color=palette.PALE, lw=2.4, zorder=1)
    for values, look, hollow in (
        (before, palette.neutral(1), True),
        (after, palette.neutral(0), False),
    ):
        face = palette.PAPER if hollow else look.colour
        axes.plot(values, places, look.marker, ms=10, color=look.colour, mfc=face, mew=2,
                  label=name(values.name), clip_on=False, zorder=3)  # fmt: skip
    axes.axvline(_BALANCED, **style.DASHED)
    aside(axes, f"Dashed: {_BALANCED:g}, below which groups count as alike")
    named_rows(axes, list(sizes.index), 30)
    axes.tick_params(axis="y", pad=8)  # a point at zero stands half outside
    axes.set_xlim(0, max(1.1 * float(sizes.to_numpy(dtype=float).max()), 0.2))
    axes.set_xlabel("Standardised mean difference, without its sign")
    page.legend(loc="outside lower center", ncols=2)
    return love_words(balance)


def _sizes(balance: pd.DataFrame) -> pd.DataFrame:
    """Return the differences without their sign, the largest unweighted on top."""
    sizes = balance[["unweighted", "weighted"]].abs()
    sizes.index = pd.Index([name(covariate) for covariate in balance["covariate"]])
    return sizes.sort_values("unweighted", ascending=False, kind="stable")


def love_words(balance: pd.DataFrame) -> str:
    """Say the worst difference before and after weighting, and how many are above the line."""
    sizes = _sizes(balance)
    (before, after), (worst, still) = (sizes > _BALANCED).sum(), sizes.max()
    first, second = sizes.idxmax()
    return (
        f"Largest standardised difference {plain(worst, 2)} ({first}) before weighting and "
        f"{plain(still, 2)} ({second}) after; above {_BALANCED:g}: {before} of "
        f"{counted(len(sizes), 'covariate')} before, {after} after."
    )


@figure("Overlap of the propensity score", {"propensity": SHARE, "arm": ANY})
def overlap(
    page: Figure, scores: pd.DataFrame, *, treatment: str = "HIPEC", title: str | None = None
) -> str:
    """Draw the propensity scores of both arms back to back.

    Parameters
    ----------
    scores : DataFrame
        ``propensity`` (0 to 1) and ``arm`` (two values; True, or "treated", is the treated arm).
    treatment : str, default "HIPEC"
        What the propensity is of; names boolean arms too.
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
    arms = _arms(scores, treatment)
    axes = page.subplots()
    edges = np.linspace(0, 1, _BINS + 1)
    shares = [np.histogram(values, edges)[0] / len(values) for values in arms.values()]
    looks = palette.looks(arms)
    for index, (arm, values) in enumerate(arms.items()):
        sign = 1 - 2 * index  # the treated above, the others below
        label = style.wrapped(f"{arm} (n = {len(values):,})", 40, 2)
        axes.bar(edges[:-1], sign * shares[index], width=1 / _BINS, align="edge",
                 **style.fill(looks[index]))  # fmt: skip
        axes.text(0.99, 0.5 + sign * 0.46, label, transform=axes.transAxes, ha="right",
                  va="top" if sign > 0 else "bottom",
                  bbox=style.white(2))  # fmt: skip
    common = _common(arms)
    for edge in common:
        axes.axvline(edge, **style.DASHED)
    if common:
        aside(axes, "Between the dashed lines there are patients of both")
    axes.axhline(0, color=palette.INK, lw=1)
    reach = 1.25 * float(np.max(shares))
    axes.set(xlim=(0, 1), ylim=(-reach, reach))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(100 * value):g}%"))
    axes.set(xlabel=f"Propensity: probability of {treatment}", ylabel="Share of the arm")
    return overlap_words(scores, treatment)


def _arms(scores: pd.DataFrame, treatment: str) -> dict[str, Floats]:
    """Return the scores of the two arms by their names, the treated first if that is known."""
    arms = sorted(groups(scores, "arm"), key=lambda arm: arm not in _TREATED)
    if len(arms) != 2:
        raise InputError("two arms", str(len(arms)), "", column="arm")
    known = dict.fromkeys(_TREATED, f"with {treatment}")
    known |= dict.fromkeys(_UNTREATED, f"without {treatment}")
    named = {arm: known.get(arm, name(arm)) for arm in arms}
    rows = {text: scores["arm"] == arm for arm, text in named.items()}
    return {text: scores.loc[mine, "propensity"].to_numpy(float) for text, mine in rows.items()}


def _common(arms: dict[str, Floats]) -> list[float]:
    """Return where both arms are present, from and to; nothing if they do not overlap."""
    low, high = max(v.min() for v in arms.values()), min(v.max() for v in arms.values())
    return [low, high] if low <= high else []


def overlap_words(scores: pd.DataFrame, treatment: str = "HIPEC") -> str:
    """Say where each arm's scores lie, and where both arms are present."""
    arms = _arms(scores, treatment)
    each: list[str] = []
    for arm, values in arms.items():
        read = (np.median(values), values.min(), values.max())
        middle, least, most = (plain(float(value), 2) for value in read)
        who = counted(len(values), "patient") if not each else f"{len(values):,}"
        each.append(f"{middle} ({least} to {most}) in {who} {arm}")
    text = f"Propensity of {treatment}: median {', '.join(each)}."
    common = _common(arms)
    if not common:
        return f"{text} The two arms do not overlap at all."
    low, high = common
    outside = int((~scores["propensity"].between(low, high)).sum())
    return (
        f"{text} Both arms are present from {plain(low, 2)} to {plain(high, 2)}; "
        f"{outside:,} of {counted(len(scores), 'patient')} {'lies' if outside == 1 else 'lie'} "
        "outside."
    )


@figure("Who had HIPEC, centre by centre", {"centre": ANY, "hipec": SHARE})
def centre_shares(page: Figure, patients: pd.DataFrame, *, title: str | None = None) -> str:
    """Draw how many patients of each centre had HIPEC, sorted by their share.

    Parameters
    ----------
    patients : DataFrame
        ``centre`` and ``hipec`` (yes or no), a row per patient. Centres where nobody had it are
        shaded.
    title : str, optional
        Heading.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column or a value is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> patients = pd.DataFrame({"centre": list("AAABBC"), "hipec": [1, 0, 1, 0, 0, 0]})
    >>> centre_shares(patients).words
    '3 centres: 2 gave HIPEC to none of their 3 patients, 1 to some (67%). Of 4 patients without \
HIPEC, 3 (75%) were treated where nobody had it.'
    """
    counts = _by_centre(patients)
    page.set_figheight(1.9 + 0.34 * len(counts))
    axes = page.subplots()
    start = np.zeros(len(counts))
    looks = {"with HIPEC": palette.HIPEC, "without HIPEC": palette.NO_HIPEC}
    for column, look in looks.items():
        axes.barh(range(len(counts)), counts[column], left=start, height=0.7, **style.fill(look))
        start += counts[column].to_numpy()
    never = int((counts["with HIPEC"] == 0).sum())
    if never:
        axes.axhspan(-0.5, never - 0.5, color=palette.FAINT, zorder=0)
        aside(axes, "Shaded: nobody had HIPEC there")
    text_columns(axes, {"with HIPEC": [percent(share) for share in counts["share"]]})
    named_rows(axes, [name(centre) for centre in counts.index], 26, lines=1)
    axes.set_xlabel("Patients")
    key(page, [(column, style.fill(look)) for column, look in looks.items()], 2)
    return centre_share_words(patients)


def _by_centre(patients: pd.DataFrame) -> pd.DataFrame:
    """Count those with and without in each centre, the smallest share first."""
    by = patients["hipec"].astype(float).groupby(patients["centre"].astype(str))
    table = pd.DataFrame({"with HIPEC": by.sum(), "without HIPEC": by.size() - by.sum()})
    return table.assign(share=by.mean()).sort_values("share", kind="stable")


def centre_share_words(patients: pd.DataFrame) -> str:
    """Say in how many centres nobody had it, and how many of the others were treated there."""
    counts = _by_centre(patients)
    never, some = (counts[counts["share"].eq(0) == which] for which in (True, False))
    total, there = (int(rows["without HIPEC"].sum()) for rows in (counts, never))
    ends = list(dict.fromkeys(percent(share) for share in some["share"].agg(["min", "max"])))
    text = (
        f"{counted(len(counts), 'centre')}: {len(never)} gave HIPEC to none of their "
        f"{counted(there, 'patient')}"
    )
    if len(some):
        text += f", {len(some)} to some ({' to '.join(ends)})"
    if not total:
        return f"{text}."
    return (
        f"{text}. Of {counted(total, 'patient')} without HIPEC, {there:,} "
        f"({percent(there / total)}) were treated where nobody had it."
    )
