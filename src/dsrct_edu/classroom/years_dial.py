"""The dial of the trial that takes years."""

from __future__ import annotations

import pandas as pd

from dsrct_edu.classroom.dial import Control, Dial
from dsrct_edu.classroom.dial_drawing import Axis, Drawing, Layer
from dsrct_edu.figures import tables
from dsrct_edu.wording import listed, percent, plain

PLACES = {
    "80 million people": 80,
    "EU": 450,
    "EU with UK and USA": 850,
    tables.name("world"): 8_000,
}
"""Millions of inhabitants."""

INCIDENCE = 0.2, 0.5  # new patients for each million and year, as published
_CAREER = 35.0


def years_to_enrol() -> Dial:
    """Show how long four populations would need to fill a trial (lesson 15).

    Returns
    -------
    Dial
        Sliders for the hazard ratio to be found, the share of patients who agree, and the share
        whose tumour is completely resected. Bars run between the published incidences.

    Examples
    --------
    >>> list(years_to_enrol().controls)
    ['hazard_ratio', 'consent', 'complete']
    """
    layers = (
        Layer("years", "bar", "neutral", "between the published incidences", ghost=True),
        Layer("career", "line", "neutral", f"a working life, {_CAREER:g} years", dashed=True),
        Layer("years", "label", "neutral"),
    )
    ticks = tuple((10.0**power, f"{10**power:g}") for power in range(-1, 4))
    rows = tuple((float(place), name) for place, name in enumerate(PLACES))
    return Dial(
        "Years until a trial is full",
        {
            "hazard_ratio": Control("Hazard ratio to be found", (0.5, 0.6, 0.75, 0.9), 0.75),
            "consent": Control("Agree", (0.25, 0.5, 0.75, 1.0), 0.5),
            "complete": Control("Completely resected", (0.2, 0.4, 0.6), 0.4),
        },
        Drawing(
            Axis("Years of accrual", 0.1, 6_000, ticks, log=True), Axis("", 3.6, -0.6, rows), layers
        ),
        _year_rows,
        _year_words,
    )


def _spans(hazard_ratio: float, consent: float, complete: float) -> dict[str, tuple[float, float]]:
    from dsrct_edu import studies

    rest = {"consent": consent, "complete": complete}
    few, many = INCIDENCE
    return {
        place: (
            studies.years_to_enrol(hazard_ratio, millions, many, **rest),
            studies.years_to_enrol(hazard_ratio, millions, few, **rest),
        )
        for place, millions in PLACES.items()
    }


def _years(span: tuple[float, float]) -> str:
    return " to ".join(plain(year, 0 if span[1] >= 10 else 1) for year in span)


def _year_rows(hazard_ratio: float, consent: float, complete: float) -> pd.DataFrame:
    spans = _spans(hazard_ratio, consent, complete)
    low, high = zip(*spans.values(), strict=True)
    texts = [_years(span) for span in spans.values()]
    y = range(len(spans))
    bars = pd.DataFrame({"layer": "years", "low": low, "high": high, "y": y, "text": texts})
    line = pd.DataFrame({"layer": "career", "x": _CAREER, "y": [-0.6, 3.6]})
    return pd.concat([bars, line], ignore_index=True)


def _year_words(hazard_ratio: float, consent: float, complete: float) -> str:
    from dsrct_edu import analysis

    spans = _spans(hazard_ratio, consent, complete)
    deaths = analysis.events_needed(hazard_ratio)
    each = listed([f"{place} {_years(span)}" for place, span in spans.items()])
    within = listed([place for place, span in spans.items() if span[1] <= _CAREER]) or "none"
    return (
        f"A hazard ratio of {hazard_ratio:g} needs {plain(deaths, 0)} deaths. If "
        f"{percent(consent)} agree and {percent(complete)} have a complete "
        f"resection, the years are: {each}. Surely within a working life: {within}. "
        "Follow-up comes on top."
    )
