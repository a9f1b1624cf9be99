"""The table of published figures: complete, cited, and honest about what was looked up."""

import re

import pytest

from dsrct_edu.disease import scenario
from dsrct_edu.disease.anchors import anchor_table
from dsrct_edu.errors import InputError
from dsrct_edu.evidence import published


def test_one_row_a_figure():
    table = published()
    assert table["evidence_id"].is_unique
    assert len(table) > 350
    assert (table["citation"].str.len() > 10).all()


def test_filters_name_what_is_near():
    assert (published("os_3y_prob")["quantity"] == "os_3y_prob").all()
    assert len(published("os_3y_prob", "chemo_only")) == 1
    with pytest.raises(InputError, match="os_3y_prob"):
        published("os_3y_probability")


def test_intervals_hold_their_value():
    table = published().dropna(subset=["value", "low", "high"])
    assert len(table) > 40
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    assert (table["interval"] != "").all()


def test_proportions_are_proportions():
    table = published()
    shares = table[table["unit"].isin(["fraction", "probability"])]["value"].dropna()
    assert shares.between(0, 1).all()


def test_time_zero_is_named_for_survival():
    table = published()
    survival = table["quantity"].str.match(r"(os|rfs|efs|pfs|dfs)_|median_os")
    assert (table.loc[survival, "time_zero"] != "").all()


def test_identifiers_are_identifiers():
    table = published()
    doi = table.loc[table["doi"] != "", "doi"]
    assert doi.str.fullmatch(r"10\.\d{4,}/\S+").all()
    assert table.loc[table["pmid"] != "", "pmid"].str.fullmatch(r"\d+").all()
    assert set(table["verified"]) == {"identifier", "record", "no"}
    looked_up = table[table["verified"] == "identifier"]
    assert ((looked_up["doi"] != "") | (looked_up["pmid"] != "")).all()


def test_no_web_address_of_a_mirror():
    text = published().to_csv()
    assert not re.search(r"https?://", text)


def test_overlapping_series_are_marked():
    table = published()
    groups = table[table["overlap_group"] != ""].groupby("overlap_group")["study"].nunique()
    assert (groups >= 2).all()
    assert len(groups) == 5


def test_every_cited_id_exists():
    known = set(published()["evidence_id"])
    anchors = " ".join(anchor_table()["evidence"])
    sources = " ".join(scenario().describe()["source"])
    meanings = " ".join(scenario().describe()["meaning"])
    assert set(re.findall(r"\bL\d{3}\b", f"{anchors} {sources} {meanings}")) <= known


def test_fitted_figures_were_looked_up():
    ids = set(" ".join(anchor_table()["evidence"]).split())
    cited = published().set_index("evidence_id").loc[sorted(ids)]
    not_looked_up = set(cited.index[cited["verified"] == "no"])
    # The model card names them; only L323 stands alone behind its anchor.
    assert not_looked_up == {"L286", "L323", "L380"}
