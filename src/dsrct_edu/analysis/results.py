"""What every result of this room has in common: how it prints."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd


class Result:
    """A result that prints as a title, a small table and a note."""

    def title(self) -> str:
        """Say in one line what was done to how many."""
        raise NotImplementedError

    def summary(self) -> pd.DataFrame:
        """Return the small table that is printed."""
        raise NotImplementedError

    def note(self) -> str:
        """Return a caution to print below the table; empty if there is none."""
        return ""

    def __repr__(self) -> str:
        parts = [self.title(), format_table(self.summary()).to_string(index=False), self.note()]
        return "\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        table = format_table(self.summary()).to_html(index=False, border=0)
        note = f"<p><em>{escape(self.note())}</em></p>" if self.note() else ""
        return f"<div><p><strong>{escape(self.title())}</strong></p>{table}{note}</div>"


def format_table(table: pd.DataFrame) -> pd.DataFrame:
    """Turn numbers into short text: p values, infinite times, four significant digits."""
    shown = table.copy()
    for name in shown.columns:
        if pd.api.types.is_float_dtype(shown[name]):
            p_value = str(name).startswith("p_value")
            shown[name] = [_number(float(v), p_value) for v in shown[name]]
    return shown


def _number(value: float, p_value: bool) -> str:
    if np.isnan(value):
        return "-"
    if p_value:
        return "<0.0001" if value < 1e-4 else f"{value:.4f}"
    if np.isinf(value):
        return "not reached" if value > 0 else "-inf"
    if value == round(value) and abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.4g}"


def plural(number: float, noun: str) -> str:
    """Write a count with its noun: 1 patient, 1,204 patients."""
    count = f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"
    return f"{count} {noun}" if number == 1 else f"{count} {noun}s"
