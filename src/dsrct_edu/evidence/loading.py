"""Reads the table of published figures."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from pathlib import Path

import pandas as pd

from dsrct_edu.errors import InputError
from dsrct_edu.wording import brief


@cache
def _table() -> pd.DataFrame:
    text = ("p_value", "pmid", "pmcid", "doi", "interval", "overlap_group", "definition")
    return pd.read_csv(
        Path(__file__).with_name("published.csv"),
        dtype=dict.fromkeys(text, "object"),
        keep_default_na=False,
        na_values={name: [""] for name in ("value", "low", "high", "n")},
    )


def published(quantity: str | None = None, subgroup: str | None = None) -> pd.DataFrame:
    """Return published figures on DSRCT, and some on HIPEC elsewhere, one row a figure.

    All were read in abstracts, none in a full text. Rows of one ``overlap_group`` count some of
    the same patients: never pool them.

    Parameters
    ----------
    quantity : str, optional
        Only this quantity, such as ``"os_3y_prob"``.
    subgroup : str, optional
        Only this group of patients, such as ``"all"``.

    Returns
    -------
    DataFrame
        Columns ``evidence_id, study, quantity, subgroup, value, unit, low, high, interval`` (what
        ``low`` and ``high`` are), ``n, time_zero`` (empty where none applies), ``p_value,
        definition, citation, doi, pmid, pmcid, reading`` (``abstract``, or ``cited elsewhere``),
        ``verified`` (``identifier``: a record with this figure and this identifier was looked up;
        ``record``: a record with the figure, which shows no identifier; ``no``: not looked up
        again), ``overlap_group``.

    Raises
    ------
    InputError
        If no row has this quantity or subgroup.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.published("os_3y_prob", "chemo_only")["value"].tolist()
    [0.173]
    """
    table = _table()
    for column, wanted in (("quantity", quantity), ("subgroup", subgroup)):
        if wanted is None:
            continue
        text = isinstance(wanted, str)
        rows = table[column] == wanted if text else pd.Series(False, table.index)
        if not rows.any():
            known = sorted(table[column].unique())
            near = ", ".join(get_close_matches(str(wanted), known, cutoff=0.4)) or ", ".join(
                known[:5]
            )
            remedy = f"Near it: {near}. published()[{column!r}].unique() lists all."
            expected = f"one of the {len(known)} in the table"
            raise InputError(expected, brief(wanted), remedy, argument=column)
        table = table[rows]
    return table.reset_index(drop=True)
