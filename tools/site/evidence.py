"""The table of published figures, in a reader's words."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from dsrct_edu.evidence import published
from dsrct_edu.wording import plain
from tools.site.theme import Page

# Longest first, so that "hr" is not found within another word.
_WORDS = {
    "alive fraction": "share alive",
    "os": "overall survival", "pfs": "progression-free survival", "efs": "event-free survival",
    "rfs": "relapse-free survival", "dfs": "disease-free survival", "hr": "hazard ratio,",
    "rr": "risk ratio,", "rt": "radiotherapy", "wart": "whole-abdomen radiotherapy",
    "asct": "stem-cell transplant", "ned": "no evidence of disease", "cr": "complete remission",
    "hipec": "HIPEC", "crs": "cytoreductive surgery", "dsrct": "DSRCT", "pci": "PCI",
    "cc0": "CC0", "cc1": "CC1", "imrt": "IMRT", "p6": "P6", "vide": "VIDE",
    "gi": "gastrointestinal",
    "ip": "intraperitoneal", "rit": "radioimmunotherapy", "chemo": "chemotherapy",
    "met": "metastasis", "mets": "metastases", "cuminc": "cumulative incidence", "vs": "against",
    "ttp": "time to progression", "epm": "extraperitoneal metastasis", "n": "number of",
    "pvalue": "p value,", "1y": "at 1 year", "2y": "at 2 years", "3y": "at 3 years",
    "5y": "at 5 years", "12m": "at 12 months", "24m": "at 24 months", "30d": "in 30 days",
    "ned36m": "no disease at 36 months", "extraabdominal": "extra-abdominal",
    "intraabdominal": "intra-abdominal", "abdominopelvic": "abdominal or pelvic",
    "r0r1": "(R0, R1)",
    "r2": "(R2)", "mtd": "highest tolerated dose", "grade3plus": "grade 3 or more,",
    "grade2plus": "grade 2 or more,", "ppnet": "pPNET", "2d": "two-dimensional",
    "tumor": "tumour", "hemorrhagic": "haemorrhagic", "ureteral": "ureteric",
    "hematologic": "haematologic", "longterm": "long-term", "over90": "over 90%",
    "localized": "localised", "under30": "under 30 years", "pre2003": "before 2003",
    "chemoresponsive": "chemosensitive", "pediatric": "children", "nonmetastatic": "non-metastatic",
}  # fmt: skip
_MEASURES = {
    "fraction",
    "prob",
    "months",
    "years",
    "days",
    "weeks",
    "minutes",
    "gy",
    "cm",
    "mg",
    "m2",
}
_UNITS = {
    "": "", "count": "", "probability": "%", "fraction": "%", "hazard_ratio": "", "risk_ratio": "",
    "per_million_year": "per million a year", "PCI_points": "points", "mg_per_m2": "mg/m²",
    "mg/m2": "mg/m²",
}  # fmt: skip
_DASH = "–"


@dataclass(frozen=True)
class Row:
    """One published figure, as it is shown."""

    key: str
    what: str
    whom: str
    value: str
    interval: str
    n: str
    time_zero: str
    definition: str
    citation: str
    doi: str
    doubts: str


def page() -> Page:
    """Return the page of the evidence."""
    table = published()
    rows = [_row(row) for row in table.to_dict("records")]
    values = {
        "rows": rows,
        "sources": table["citation"].nunique(),
        "clocks": sorted({row.time_zero for row in rows if row.time_zero}),
    }
    about = (
        "Every published figure that the course uses, with its source, its patients and its clock."
    )
    return Page("evidence.html", "The evidence", "evidence.html.j2", values, about)


def _row(row: dict[str, object]) -> Row:
    doubts = []
    if row["reading"] != "abstract":
        doubts.append("as cited in another paper")
    if row["verified"] == "no":
        doubts.append("not looked up again")
    if row["overlap_group"]:
        doubts.append(f"may count patients of other rows: {row['overlap_group']}")
    unit = str(row["unit"])
    low, high = (_number(row[name], unit) for name in ("low", "high"))
    kind = str(row["interval"]).replace("_or_", " or ")
    return Row(
        key=str(row["evidence_id"]),
        what=words(str(row["quantity"])),
        whom=words(str(row["subgroup"])),
        value=_number(row["value"], unit) or _p(row["p_value"]),
        interval=f"{kind} {low}{_DASH}{high}" if low and high else "",
        n=plain(float(str(row["n"])), 0) if pd.notna(row["n"]) else "",
        time_zero=str(row["time_zero"]).replace("_", " "),
        definition=str(row["definition"]),
        citation=str(row["citation"]),
        doi=str(row["doi"]),
        doubts="; ".join(doubts),
    )


def words(name: str) -> str:
    """Return a name of the table as words.

    Examples
    --------
    >>> words("hr_ascites_os"), words("os_3y_prob"), words("n_patients")
    ('Hazard ratio, ascites, overall survival', 'Overall survival at 3 years', 'Number of patients')
    """
    parts = name.split("_")
    kept = [part for part in parts if part not in _MEASURES] or parts
    said = [_WORDS.get(part, part) for part in kept]
    if kept[0] == "hr" and len(kept) > 2:
        said[-2] += ","
    text = re.sub(r",$", "", " ".join(said)).replace(",,", ",")
    return text[:1].upper() + text[1:]


def _p(value: object) -> str:
    """Return what is told of chance where no figure is told."""
    said = "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
    if said[:1].isdigit():
        return f"p = {said}"
    return f"p {said[0]} {said[1:]}" if said[:1] in {"<", ">"} else said


def _number(value: object, unit: str) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    number = float(str(value))
    if unit in {"probability", "fraction"}:
        return f"{plain(100 * number, 1).removesuffix('.0')}%"
    text = f"{number:,.4g}".replace("-", "−")
    return f"{text} {_UNITS.get(unit, unit)}".strip()
