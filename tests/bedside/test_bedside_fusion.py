"""What tests can see, post-test probability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsrct_edu import InputError, bedside

fractions = st.floats(0.001, 0.999)


def seen():
    return bedside.what_tests_see().pivot(index="tumour", columns="test", values="result")


def test_break_apart_fish_cannot_tell_the_partner():
    fish = seen()["break-apart FISH"]
    assert fish["DSRCT, typical"] == fish["Ewing sarcoma"] == "positive"
    named = seen()["sequencing"]
    assert named["DSRCT, typical"] == "EWSR1-WT1"
    assert named["Ewing sarcoma"] == "EWSR1-FLI1"
    assert seen()["RT-PCR for EWSR1-WT1"]["Ewing sarcoma"] == "negative"


def test_antibodies_see_one_end_of_the_protein():
    c_end, n_end = seen()["WT1 antibody, C-terminal"], seen()["WT1 antibody, N-terminal"]
    assert (c_end["DSRCT, typical"], n_end["DSRCT, typical"]) == ("positive", "negative")
    variant = "DSRCT, transcript without WT1 exons 9-10"
    assert (c_end[variant], n_end[variant]) == ("negative", "positive")
    assert c_end["nephroblastoma that expresses WT1"] == "positive"


def test_the_fusion_alone_does_not_make_the_diagnosis():
    other = seen().loc["other tumour with EWSR1-WT1"]
    assert other["RT-PCR for EWSR1-WT1"] == "positive"
    assert other["sequencing"] == seen().loc["DSRCT, typical", "sequencing"]


def test_parts_kept_and_lost():
    parts = bedside.fusion_parts()
    kept = set(parts.loc[parts["kept"], "part"])
    assert "zinc fingers 2-4" in kept
    assert "zinc finger 1" not in kept
    assert parts["source"].str.startswith("doi:").all()


@given(fractions, fractions, fractions)
def test_post_test_probability_is_the_ratio_of_people(pre, sensitivity, specificity):
    after = bedside.post_test_probability(pre, sensitivity, specificity)
    ill, well = 1000 * pre * sensitivity, 1000 * (1 - pre) * (1 - specificity)
    assert after == pytest.approx(ill / (ill + well), rel=1e-9)
    assert (after > pre) == (sensitivity > 1 - specificity) or after == pytest.approx(pre)
    odds = pre / (1 - pre) * sensitivity / (1 - specificity)
    assert after / (1 - after) == pytest.approx(odds, rel=1e-6)


def test_the_pre_test_probability_decides():
    """The same FISH result among sarcomas of the abdomen and in the population."""
    tested, population = bedside.post_test_probability([0.3, 5e-7], 0.913, 0.90)
    assert tested == pytest.approx(0.796, abs=1e-3)
    assert population < 1e-5
    assert bedside.post_test_probability(0.0, 0.9, 0.9) == 0.0
    assert bedside.post_test_probability(1.0, 0.9, 0.9) == 1.0
    assert isinstance(bedside.post_test_probability(np.array([0.1, 0.2]), 0.9, 0.9), np.ndarray)


def test_a_room_keeps_everybody():
    for dsrct, ewing in ((0, 0), (20, 300), (300, 200), (700, 100), (1000, 0)):
        room = bedside.break_apart_room(dsrct, ewing)
        assert room["n"].sum() == 1000
        assert (room["n"] >= 0).all()
        each = room.groupby("tumour", sort=False)["n"].sum()
        assert each.tolist() == [dsrct, ewing, 1000 - dsrct - ewing]


def test_the_same_test_means_something_else_in_another_room():
    rooms = {
        "all Ewing": bedside.break_apart_room(300, 700),
        "none": bedside.break_apart_room(300, 0),
    }
    found = bedside.out_of_100(rooms).query("category == 'DSRCT'").set_index("panel")["n"]
    assert found.to_dict() == {"all Ewing": 29, "none": 95}
    by_rule = bedside.post_test_probability(0.3, 0.863, 1 - 0.894)
    assert found["all Ewing"] == round(100 * by_rule)


@given(st.integers(0, 1000), st.data())
def test_out_of_100_adds_up(dsrct, data):
    room = bedside.break_apart_room(dsrct, data.draw(st.integers(0, 1000 - dsrct)))
    if room.loc[room["result"] == "positive", "n"].sum() == 0:
        return
    found = bedside.out_of_100({"room": room})
    assert found["n"].sum() == 100
    exact = room[room["result"] == "positive"].set_index("tumour")["n"]
    share = 100 * exact / exact.sum()
    assert ((found.set_index("category")["n"] - share).dropna().abs() < 1).all()


def test_rooms_that_cannot_be():
    with pytest.raises(InputError, match="ewing"):
        bedside.break_apart_room(900, 101)
    with pytest.raises(InputError, match="dsrct"):
        bedside.break_apart_room(-1, 0)
    nobody = bedside.break_apart_room(0, 0, people=1)
    with pytest.raises(InputError, match="positive"):
        bedside.out_of_100({"one": nobody})
