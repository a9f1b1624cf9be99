"""Clones of a few patients: who leaves a plan, who counts for more, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import tables

from dsrct_edu import InputError, figures

PLANS = tables.CLONES["strategy"].unique()


def heights(figure, found, kind):
    """Return the height of each drawn stretch by panel and patient, in order."""
    drawn = []
    for axes in figure.axes:
        for stretch in axes.collections:
            if (stretch.get_gid() or "").startswith(kind):
                box = stretch.get_paths()[0].get_extents()
                drawn.append((stretch.get_gid(), box.x0, box.x1, box.height))
    assert len(drawn) == len(found(figure, kind))
    return drawn


def test_the_clones_alone_are_everybodys_whole_time(found):
    drawn = heights(figures.clone_lanes(tables.CLONES, tables.CLONED, steps=1), found, "lane")
    assert [stop for _, _, stop, _ in drawn] == tables.CLONED["follow_up_month"].tolist() * 2
    assert np.ptp([height for *_, height in drawn]) < 1e-9


@pytest.mark.parametrize("steps", [2, 3])
def test_stretches_are_those_of_the_table(steps, found):
    figure = figures.clone_lanes(tables.CLONES, tables.CLONED, steps=steps)
    drawn = heights(figure, found, "lane")
    rows = tables.CLONES
    assert [(start, stop) for _, start, stop, _ in drawn] == list(
        zip(rows["start"], rows["stop"], strict=True)
    )
    tall = np.array([height for *_, height in drawn])
    assert tall / tall[0] == pytest.approx(rows["weight"] if steps == 3 else np.ones(len(rows)))
    left = {(gid, start, stop) for gid, start, stop, _ in heights(figure, found, "left")}
    assert left == {("left:A", 6, 22), ("left:C", 7, 40), ("left:D", 5, 30)}
    deaths = [mark.get_gid() for mark in found(figure, "death")]
    assert sorted(deaths) == ["death:A", "death:B", "death:B", "death:C"]


def test_words_tell_no_more_than_the_step(found):
    def said(steps):
        return figures.clone_lanes(tables.CLONES, tables.CLONED, steps=steps).words

    assert said(1) == "4 patients, 8 clones, cloned."
    assert "Plan no HIPEC: A leaves at month 6." in said(2)
    assert "counts" not in said(2)
    assert "C and D leave at month 5 and 7; A counts 3 from month 6." in said(3)
    assert "C counts 1.5 from month 7" in said(3)


def test_what_is_refused():
    with pytest.raises(InputError, match="the patient of every clone once"):
        figures.clone_lanes(tables.CLONES, tables.CLONED[:2])
    with pytest.raises(InputError, match="the patient of every clone once"):
        figures.clone_lanes(tables.CLONES, pd.concat([tables.CLONED] * 2))
    with pytest.raises(InputError):
        figures.clone_lanes(tables.CLONES, tables.CLONED, steps=4)
    with pytest.raises(InputError):
        figures.clone_lanes(tables.CLONES.drop(columns="weight"), tables.CLONED)


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_any_number_of_lanes_can_be_read(count, steps, assert_legible):
    names = [f"Patient {number}" for number in range(count)]
    ends = pd.DataFrame({"patient_id": names, "follow_up_month": 9.0, "death": True})
    rows = [(who, plan, 0, 5, False, 1.0) for plan in PLANS for who in names]
    rows += [(who, PLANS[k % 2], 5, 9, True, 2.5) for k, who in enumerate(names)]
    clones = pd.DataFrame(rows, columns=tables.CLONES.columns)
    assert_legible(figures.clone_lanes(clones, ends, steps=steps, title="Title"))
