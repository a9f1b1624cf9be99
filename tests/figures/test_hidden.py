"""The plane of a hidden confounder: what it draws, says and refuses."""

import numpy as np
import pandas as pd
import pytest

from dsrct_edu import figures
from dsrct_edu.errors import InputError
from dsrct_edu.figures.hidden import sensitivity_words

X, Y = np.meshgrid([0.0, 0.5, 1.0], [-1.0, 0.0, 1.0])
TABLE = pd.DataFrame(
    {"treatment_strength": X.ravel(), "outcome_strength": Y.ravel(), "difference": 4.2}
).assign(difference=lambda d: 4.2 + 8 * d["treatment_strength"] * d["outcome_strength"])
TABLE["ci_low"], TABLE["ci_high"] = TABLE["difference"] - 2.9, TABLE["difference"] + 2.9
MEASURED = pd.DataFrame(
    {
        "confounder": ["tumour_shrinkage", "age"],
        "treatment_strength": [0.65, 0.1],
        "outcome_strength": [-0.2, 0.1],
        "difference": [2.8, 4.3],
    }
)


def test_words_hold_what_to_take_away():
    words = figures.sensitivity_plane(TABLE, MEASURED).words
    assert words == sensitivity_words(TABLE, MEASURED)
    assert "Without a hidden confounder the difference is 4.2 months (interval 1.3 to 7.1)" in words
    assert "as strong as tumour shrinkage would make it 2.8" in words
    assert "odds of HIPEC by 2.72 and the hazard by 0.37" in words
    assert "would make it −3.8" in words
    assert "Beyond" not in words
    far = MEASURED.assign(treatment_strength=[0.65, 1.2])
    assert "Beyond the edge lies age." in figures.sensitivity_plane(TABLE, far).words
    others = figures.sensitivity_plane(TABLE, treatment="surgery", unit="years").words
    assert "4.2 years" in others
    assert "odds of surgery" in others


def test_lines_points_and_what_is_below_zero(found, written):
    drawing = figures.sensitivity_plane(TABLE, MEASURED)
    assert len(found(drawing, "below")) == 1
    points = found(drawing, "measured")[0].get_offsets()
    np.testing.assert_allclose(points, MEASURED[["treatment_strength", "outcome_strength"]])
    texts = [text for text, _ in written(drawing)]
    assert {"tumour shrinkage", "age", "no difference", "below zero", "0"} <= set(texts)
    above = figures.sensitivity_plane(TABLE.assign(difference=TABLE["difference"] + 9))
    assert not found(above, "below")


@pytest.mark.parametrize("count", [1, 9])
def test_names_stay_apart(count, assert_legible):
    many = pd.DataFrame(
        {
            "confounder": [f"extra_abdominal_metastases_{k}" for k in range(count)],
            "treatment_strength": 0.3,
            "outcome_strength": np.linspace(-0.1, 0.1, count),
            "difference": 4.0,
        }
    )
    assert_legible(figures.sensitivity_plane(TABLE, many, title="Title"))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (TABLE.drop(columns="difference"), "difference"),
        (TABLE.iloc[:-1], "grid"),
        (TABLE[TABLE["treatment_strength"] == 0], "grid"),
    ],
)
def test_what_is_no_grid_is_refused(table, words):
    with pytest.raises(InputError, match=words):
        figures.sensitivity_plane(table)


def test_the_hidden_one_is_placed_where_the_world_is_known(found):
    drawing = figures.sensitivity_plane(TABLE, MEASURED, hidden=(0.55, -0.42))
    (mark,) = found(drawing, "hidden")
    np.testing.assert_allclose(mark.get_xydata(), [[0.55, -0.42]])
    assert drawing.words == sensitivity_words(TABLE, MEASURED, hidden=(0.55, -0.42))
    assert drawing.words.endswith("The hidden one multiplies them by 1.73 and 0.66.")
    assert not found(figures.sensitivity_plane(TABLE, MEASURED), "hidden")
