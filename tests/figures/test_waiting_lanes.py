"""Waiting, treated, never treated: the lanes of a time-dependent analysis."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import dsrct_edu as dsrct
from dsrct_edu import InputError, figures
from dsrct_edu.analysis import treatment_episodes
from dsrct_edu.figures import palette, style

FOUR = pd.DataFrame(
    {
        "patient_id": list("ABCD"),
        "duration": [12.0, 9.0, 30.0, 3.0],
        "event": [True, True, False, True],
        "hipec": [True, False, True, False],
        "surgery_month": [5.0, np.nan, 8.0, np.nan],
    }
)
ROWS = treatment_episodes(FOUR, keep=[])


def spans(drawn):
    return [
        tuple(path.vertices[:, 0][[0, 1]]) for path in drawn[0].get_paths() if len(path.vertices)
    ]


def test_each_month_has_one_colour(found):
    figure = figures.waiting_lanes(ROWS, treatment="HIPEC")
    assert spans(found(figure, "state:waiting")) == [(0, 5), (0, 8)]
    assert spans(found(figure, "state:after_HIPEC")) == [(5, 12), (8, 30)]
    assert spans(found(figure, "state:never_HIPEC")) == [(0, 9), (0, 3)]
    (waiting,) = found(figure, "state:waiting")
    face = style.fill(palette.WAITING)["facecolor"]
    assert to_hex(waiting.get_facecolor()[0]) == face


def test_the_treated_stand_on_top_the_longer_first():
    figure = figures.waiting_lanes(ROWS)
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert labels == ["C", "A", "B", "D"]


def test_words_are_those_of_the_table():
    figure = figures.waiting_lanes(ROWS)
    assert figure.words == (
        "4 patients. 2 were treated, half of these by month 6.5. By then 1 other had died."
    )
    assert figures.waiting_lanes(ROWS, until=10).words.endswith("The picture ends at month 10.")
    none = figures.waiting_lanes(ROWS[~ROWS["patient_id"].isin(["A", "C"])])
    assert none.words == "2 patients. None was treated."


def test_what_is_cut_is_not_marked(found):
    figure = figures.waiting_lanes(ROWS, until=10)
    assert max(stop for _, stop in spans(found(figure, "state:treated"))) == 10
    deaths = [place for line in figure.axes[0].lines for place in line.get_xdata()]
    assert sorted(deaths) == [3, 9]
    assert figure.axes[0].get_xlim()[1] == pytest.approx(10.2)


def test_two_data_sets_share_a_clock(assert_legible):
    both = pd.concat([ROWS.assign(world="a real one"), ROWS.assign(world="a made-up one")])
    figure = figures.waiting_lanes(both, by="world", title="Title")
    assert figure.words.count("4 patients. 2 were treated") == 2
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert_legible(figure)


def test_a_crowd_is_legible(assert_legible):
    everyone = dsrct.endpoint(dsrct.load_cohort("teaching").patients)
    assert_legible(figures.waiting_lanes(treatment_episodes(everyone, keep=[]), until=48))


def test_a_stretch_that_ends_early_is_refused():
    with pytest.raises(InputError, match="end after they start"):
        figures.waiting_lanes(ROWS.assign(stop=-1.0))


def test_worlds_without_a_truth_have_no_sign_for_it(assert_legible):
    rows = pd.DataFrame({"label": ["ever", "then"], "estimate": [0.3, 1.1]})
    rows = rows.assign(ci_low=0.2, ci_high=1.9)
    both = pd.concat([rows.assign(world="hearts"), rows.assign(world="a registry")])
    figure = figures.worlds(both, note=None, interval_of="each data set", treatment="treatment")
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert said == ["estimate, 95% interval from each data set"]
    assert "fewer deaths with treatment" in figure.get_supxlabel()
    assert_legible(figure)
