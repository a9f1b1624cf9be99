"""Lifelines, two futures, doors, worlds, people, two clocks: drawn and said as the table has it."""

import numpy as np
import pandas as pd
import pytest
import tables
from matplotlib.colors import to_hex

import dsrct_edu as dsrct
from dsrct_edu import InputError, bedside, figures
from dsrct_edu.figures import palette


def texts(figure):
    return [
        text.get_text()
        for text in figure.findobj(lambda a: hasattr(a, "get_text"))
        if text.get_text()
    ]


# Lifelines


@pytest.mark.parametrize("seed", range(20))
def test_lifelines_grow_into_kaplan_meier(seed, found):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 13))
    patients = pd.DataFrame(
        {
            "patient_id": np.arange(n),
            "duration": rng.integers(1, 8, n).astype(float),  # with ties
            "event": rng.random(n) < 0.6,
        }
    )
    curve = dsrct.kaplan_meier(patients).to_frame()
    times = np.unique(patients["duration"])
    for steps in (None, *range(len(times) + 1)):
        figure = figures.lifelines(patients, steps=steps)
        (line,) = found(figure, "curve")
        now = times.max() if steps is None else times[steps - 1] if steps else 0.0
        x, y = line.get_data()
        assert x[-1] == now
        expected = curve.loc[curve["time"] <= now, "survival"].iloc[-1]
        assert y[-1] == pytest.approx(expected)
        ended = {mark.get_gid().split(":")[1] for mark in found(figure, "end")}
        assert ended == set(patients.loc[patients["duration"] <= now, "patient_id"].astype(str))


def test_lifelines_tell_no_more_than_is_known(found):
    figure = figures.lifelines(tables.SIX, steps=3)
    assert figure.words == (
        "Step 3 of 6, month 14: 4 at risk. C dies; the curve falls from 83.3% to 62.5%."
    )
    assert max(lane.get_xdata()[1] for lane in found(figure, "lane")) == 14
    gone = [to_hex(lane.get_color()) for lane in found(figure, "lane")]
    assert gone[:2] == [palette.neutral(5).colour.lower()] * 2
    assert set(gone[2:]) == {palette.neutral(0).colour.lower()}
    assert "× 3/4" in texts(figure)
    assert "× 2/3" not in texts(figure)
    assert figures.lifelines(tables.SIX, steps=0).words == "Step 0 of 6: 6 patients at risk."
    assert "62.5%" not in texts(figures.lifelines(tables.SIX, steps=2))
    with pytest.raises(InputError, match="steps"):
        figures.lifelines(tables.SIX, steps=7)
    with pytest.raises(InputError, match="up to 12"):
        figures.lifelines(pd.concat([tables.SIX, tables.SIX]))


# Two futures


def test_two_futures_are_the_truth(found):
    figure = figures.two_futures(tables.FUTURES)
    assert figure.words == (
        "With HIPEC: back in the liver at month 27, death at month 63. Without HIPEC: back in the "
        "peritoneum at month 19, death at month 53. With HIPEC 9.8 months longer."
    )
    (death,) = found(figure, "death:with_HIPEC")
    assert death.get_xdata()[0] == 62.9
    (back,) = found(figure, "back:without_HIPEC")
    assert back.get_xdata()[0] == 19.3
    assert back.get_markerfacecolor() == palette.PERITONEAL.colour
    (shared,) = found(figure, "shared")
    assert shared.get_paths()[0].vertices[:, 0].max() == 7.7


@pytest.mark.parametrize(
    ("arm", "hidden"), [("hipec", ("27", "63", "9.8")), ("no_hipec", ("19", "53"))]
)
def test_a_covered_future_is_nowhere(arm, hidden, found):
    figure = figures.two_futures(tables.FUTURES, cover=arm)
    for text in (figure.words, *texts(figure)):
        assert not any(number in text for number in hidden)
    assert len(found(figure, "cover")) == 1
    assert len(found(figure, "death")) == 1
    other = figures.two_futures(tables.FUTURES.assign(**{f"death_month_{arm}": 99.0}), cover=arm)
    assert other.png() == figure.png()  # not even in the length of the axis


def test_futures_that_outlive_the_picture_or_are_alike():
    longer = tables.FUTURES.assign(death_month_hipec=400.0, recurrence_month_hipec=np.nan)
    assert "With HIPEC: alive at month 72." in figures.two_futures(longer).words
    same = pd.DataFrame({"death_month_hipec": [14.0], "death_month_no_hipec": [14.0]})
    assert figures.two_futures(same).words.endswith("Both are of the same length.")
    with pytest.raises(InputError, match="one patient"):
        figures.two_futures(pd.concat([same, same]))
    with pytest.raises(InputError, match="one patient"):
        figures.two_futures(tables.FUTURES, patient="nobody")
    with pytest.raises(InputError, match="cover"):
        figures.two_futures(tables.FUTURES, cover="both")


# Doors


@pytest.mark.parametrize("n", [[200, 108, 78, 27], [7, 3, 2, 1], [1000, 333, 333, 0], [100, 54]])
def test_everybody_stands_in_one_room(n, found):
    gates = pd.DataFrame({"gate": [f"gate {k}" for k in range(len(n))], "n": n})
    for steps in (None, *range(len(n))):
        figure = figures.doors(gates, steps=steps)
        rooms = [len(room.get_xdata()) for room in found(figure, "room")]
        assert sum(rooms) == min(n[0], 100)
        opened = len(n) - 1 if steps is None else steps
        assert rooms[opened + 1 :] == [0] * (len(n) - 1 - opened)
        share = np.array(n[: opened + 1]) / n[0] * sum(rooms)
        assert np.abs(np.cumsum(rooms[::-1])[::-1][: opened + 1] - share).max() < 1.001


def test_a_closed_door_hides_what_lies_behind():
    gates = pd.DataFrame({"gate": ["seen", "operated", "HIPEC"], "n": [200, 120, 30]})
    figure = figures.doors(gates, steps=1)
    assert texts(figure).count("?") == 1
    assert not any("15" in text for text in (figure.words, *texts(figure)))
    stopped = gates.assign(stopped=["were too weak", None, None])
    assert "40 were too weak" in figures.doors(stopped).words
    for wrong in (gates[:1], gates.assign(n=[0, 0, 0]), gates.assign(n=[10, 20, 5])):
        with pytest.raises(InputError):
            figures.doors(wrong)


# Worlds


def test_worlds_stand_on_one_axis(found):
    figure = figures.worlds(tables.WORLDS)
    panels = figure.axes
    assert len({axes.get_xlim() for axes in panels}) == 1
    assert [axes.get_title("left").split("\n")[1] for axes in panels] == [
        "truth 0.64",
        "truth 1.00",
        "truth 1.10",
    ]
    for axes, truth in zip(panels, (0.64, 1.0, 1.1), strict=True):
        assert {bar.get_xdata()[0] for bar in found(axes, "truth")} == {truth}
        points = [point.get_xdata()[0] for point in found(axes, "estimate")]
        assert points == list(tables.STEPS["estimate"])
    assert "Registry A: Everyone: ever or never HIPEC 0.41" in figure.words


def test_covered_worlds_do_not_tell(found):
    figure = figures.worlds(tables.WORLDS.assign(truth=7.77), cover=True)
    assert not found(figure, "truth")
    assert not any("7.77" in text for text in (figure.words, *texts(figure)))
    other = figures.worlds(tables.WORLDS.assign(truth=0.001), cover=True)
    assert other.png() == figure.png()
    with pytest.raises(InputError, match="same steps"):
        figures.worlds(tables.WORLDS[:-1])


def test_a_staircase_without_truths_does_not_ask_for_them():
    known = figures.staircase(tables.STEPS.assign(truth=1.0), steps=1)
    unknown = figures.staircase(tables.STEPS.assign(truth=np.nan), steps=1)
    assert {"Truth", "truth"} <= set(texts(known))
    assert not {"Truth", "truth"} & set(texts(unknown))


# People


def test_people_are_as_many_as_the_table_says(found):
    figure = figures.people(tables.PEOPLE)
    assert [len(group.get_offsets()) for group in found(figure, "people")] == [28, 72, 32, 68]
    everywhere = np.concatenate([g.get_offsets() for g in found(figure, "people")])
    assert len(np.unique(everywhere.round(3), axis=0)) == 200
    assert "28 alive at 5 years" in texts(figure)
    assert figure.words.endswith(
        "With, of 100 people: 32 alive at 5 years and 68 died before."
    ) or ("with, of 100 people: 32 alive at 5 years and 68 died before." in figure.words)
    for wrong in (tables.PEOPLE[:-1], tables.PEOPLE.assign(n=[28.5, 71.5, 32, 68])):
        with pytest.raises(InputError, match="add up"):
            figures.people(wrong)
    five = pd.concat(tables.PEOPLE.assign(panel=str(k)) for k in range(5))
    with pytest.raises(InputError):
        figures.people(five)


# One room with several doors


def test_everybody_left_by_one_door_or_is_still_in_the_room(found):
    figure = figures.exits(tables.EXITS, held={"HIPEC": "peritoneal"})
    doors = ("peritoneal", "hepatic", "room")
    drawn = {door: [len(d.get_xdata()) for d in found(figure, f"exit:{door}")] for door in doors}
    assert drawn == {"peritoneal": [60, 42], "hepatic": [22, 30], "room": [18, 28]}
    spots = np.concatenate([d.get_xydata() for d in found(figure, "exit")])
    assert len(np.unique(spots.round(3), axis=0)) == 200
    assert {"42 peritoneal (held)", "60 peritoneal", "28 still free"} <= set(texts(figure))
    assert "(the door peritoneal is held): 42 left by the door peritoneal" in figure.words


def test_a_room_needs_a_name_and_at_most_two_stand_side_by_side():
    with pytest.raises(InputError, match="still free"):
        figures.exits(tables.EXITS.replace("still free", "well"))
    three = pd.concat(tables.EXITS[:3].assign(panel=str(k)) for k in range(3))
    with pytest.raises(InputError, match="one panel or two"):
        figures.exits(three)
    with pytest.raises(InputError, match="add up"):
        figures.exits(tables.EXITS[:-1])


def test_all_who_left_by_one_door_find_a_place(found):
    table = tables.EXITS[:3].assign(n=[100, 0, 0])
    spots = np.concatenate([d.get_xydata() for d in found(figures.exits(table), "exit:peritoneal")])
    assert len(np.unique(spots.round(3), axis=0)) == 100


def test_categories_are_told_apart_in_grey(found):
    table = pd.DataFrame({"panel": "all", "category": list("abcd"), "n": [40, 30, 20, 10]})
    drawn = found(figures.people(table), "people")
    styles = {(to_hex(g.get_facecolor()[0]), g.get_hatch()) for g in drawn}
    assert len(styles) == 4


# Two clocks


def test_the_second_clock_starts_where_waiting_ends(found):
    figure = figures.swimmer_lanes(tables.LANES, tables.MARKS, second_clock="surgery")
    first, second = figure.axes
    assert second.get_xlabel() == "Months since surgery"
    assert not found(second, "state:waiting")[0].get_paths()
    ends = [path.vertices[:, 0].max() for path in found(second, "state:after_HIPEC")[0].get_paths()]
    assert ends == [24.0]
    assert [t.get_text() for t in second.texts] == ["no surgery"]
    assert (
        "From surgery 2 of 3 patients have a clock, and 36 of the 54 months count." in figure.words
    )
    assert first.get_xlabel() == "Months since diagnosis"


# What was there before, and is better now


def test_a_guess_is_drawn_where_it_was_made(found):
    figure = figures.staircase(tables.STEPS, steps=2, guesses=[0.6, None, 0.9])
    guesses = found(figure, "guess")
    assert [mark.get_xdata()[0] for mark in guesses] == [0.6, 0.9]
    assert {mark.get_markerfacecolor() for mark in guesses} == {palette.GUESS.colour}
    assert "0.41 (0.21 to 0.65), truth 1.00, your guess 0.60" in figure.words
    assert "Your guess for Operated only: 0.90." in figure.words
    named = figures.staircase(tables.STEPS, guesses={"Operated only": 0.9})
    assert len(found(named, "guess")) == 1
    for wrong in ([0.5] * 6, {"nobody": 1.0}, [-1.0]):
        with pytest.raises(InputError, match="guesses"):
            figures.staircase(tables.STEPS, guesses=wrong)


@pytest.mark.parametrize(
    ("interval_of", "said"),
    [
        (None, "95% interval from one registry"),
        ("the middle 95 of 100 registries", "the middle 95 of 100 registries"),
        ("Monte Carlo error", "95% interval of the mean, Monte Carlo error only"),
    ],
)
def test_every_interval_says_what_it_is_of(interval_of, said):
    figure = figures.staircase(tables.STEPS, interval_of=interval_of)
    assert f"Bars: {said}." in figure.words
    assert any(said in entry.get_text() for entry in figure.legends[0].get_texts())
    by_table = figures.staircase(tables.STEPS.assign(interval_of=interval_of or "one registry"))
    assert by_table.words == figure.words
    curves, counts = tables.survival(["all"])
    options = {"interval_of": interval_of} if interval_of else {}
    drawn = figures.survival_curves(curves, counts, **options)
    expected = said if interval_of else "95% interval from these patients"
    assert drawn.axes[0].get_title("right") == f"Band: {expected}"
    assert f"Band: {expected}." in drawn.words


def test_a_study_says_what_its_intervals_are_of():
    study = dsrct.simulation_study("null", 60, 40, ["ever_never"], seed=1, progress=False)
    assert "the middle 95 of 100 registries" in study.plot("hazard_ratio").words
    mean = dsrct.studies.staircase(study, interval="monte_carlo")
    assert "Monte Carlo error only" in figures.staircase(mean).words


def test_what_lies_to_either_side():
    ratios = texts(figures.staircase(tables.STEPS))
    assert "← fewer deaths with HIPEC ·" in ratios
    months = tables.STEPS.assign(measure="rmst_difference")
    assert "← fewer months with HIPEC ·" in texts(figures.staircase(months))


def test_a_long_tail_is_cut_and_said():
    curves, counts = tables.survival(["all"], 400)
    assert curves["time"].max() > 84
    figure = figures.survival_curves(curves, counts)
    assert figure.axes[0].get_xlim()[1] == 72
    assert list(figure.axes[0].get_xticks()) == [0, 12, 24, 36, 48, 60, 72]
    longer = int(curves.loc[curves["time"] <= 72, "at_risk"].iloc[-1])
    assert f"The picture ends at month 72; {longer} of 400 were followed longer, to" in figure.words
    whole = figures.survival_curves(curves, counts, until=float(curves["time"].max()))
    assert "The picture ends" not in whole.words
    in_days = figures.survival_curves(curves, unit="days")
    assert in_days.axes[0].get_xlim()[1] > 84


def test_medians_are_dropped_and_censorings_marked(found):
    curves, _ = tables.survival(["no HIPEC", "HIPEC"])
    censored = curves.groupby("group", sort=False)["at_risk"].transform(lambda n: n.iloc[0] - n)
    figure = figures.survival_curves(curves.assign(censored=censored), censoring=True)
    for group in ("no HIPEC", "HIPEC"):
        (drop,) = found(figure, f"median:{group.replace(' ', '_')}")
        mine = curves[curves["group"] == group]
        median = mine.loc[mine["survival"] <= 0.5, "time"].iloc[0]
        assert drop.get_xdata() == pytest.approx([median, median])
        assert f"{group} {median:.1f} months" in figure.words
        (marks,) = found(figure, f"censored:{group.replace(' ', '_')}")
        assert len(marks.get_xdata()) > 0
    assert not found(figures.survival_curves(curves, median=False), "median")
    with pytest.raises(InputError, match="censored"):
        figures.survival_curves(curves, censoring=True)


def test_hidden_roles_are_told_nowhere():
    figure = figures.dag(tables.NODES, tables.EDGES, roles=False)
    for role in ("confounder", "mediator", "exposure", "outcome"):
        assert not any(role in text.lower() for text in (figure.words, *texts(figure)))
    swapped = tables.NODES.assign(role=["decoy", "exposure", "collider", "outcome"])
    assert figures.dag(swapped, tables.EDGES, roles=False).png() == figure.png()


def test_calibration_of_several_scenarios(found):
    table = tables.ANCHORS.rename(columns={"simulated": "null"}).assign(modest=[0.8, np.nan, 0.4])
    figure = figures.calibration(table, simulated=["null", "modest"])
    assert figure.words.startswith(
        "Anchors inside the published range: null 2 of 3 and modest 2 of 2."
    )
    assert "share with ascites, null 0.62 (0.30 to 0.58)" in figure.words


# Two genes, a test, half of what, kill and regrowth


def test_the_fusion_is_made_of_what_is_kept(found):
    figure = figures.fusion_gene(bedside.fusion_parts())
    assert figure.words == (
        "EWSR1 breaks after exon 7 of 17, WT1 before exon 8 of 10. The fusion has exons 1-7 of "
        "EWSR1 and 8-10 of WT1."
    )
    drawn = [block.get_gid() for block in found(figure, "exon")]
    assert len(drawn) == 17 + 10 + 10
    assert len(found(figure, "break")) == 2
    assert not found(figure, "test")
    with pytest.raises(InputError, match="two genes"):
        figures.fusion_gene(bedside.fusion_parts().query("gene == 'WT1'"))


def test_the_marks_of_the_tests_stand_where_they_see(found):
    figure = figures.fusion_gene(bedside.fusion_parts(), tests=True)
    spots = sorted(mark.get_xdata()[0] for mark in found(figure, "test:FISH"))
    breaks = found(figure, "break")[0].get_xdata()
    assert spots[0] < min(breaks) < max(breaks) < spots[1]
    assert "RT-PCR and sequencing read across the joint" in figure.words


@pytest.mark.parametrize(("dsrct", "ewing"), [(700, 100), (20, 300), (0, 0), (1000, 0)])
def test_everybody_tested_stands_in_a_room(dsrct, ewing, found):
    room = bedside.break_apart_room(dsrct, ewing)
    figure = figures.sorted_people(room)
    drawn = found(figure, "tested")
    assert [len(group.get_offsets()) for group in drawn] == room["n"].tolist()
    spots = np.concatenate([group.get_offsets() for group in drawn if len(group.get_offsets())])
    assert len(np.unique(spots.round(4), axis=0)) == 1000
    assert spots[:, 0].max() < 10


def test_rooms_of_a_test_are_two():
    room = bedside.break_apart_room(300, 200)
    for wrong in (room.query("result == 'positive'"), room.assign(n=2 * room["n"])):
        with pytest.raises(InputError, match="two results"):
            figures.sorted_people(wrong)


def test_spheres_are_to_scale(found):
    table = bedside.half_of_what(0.45)
    figure = figures.spheres(table)
    after = {c.get_gid().split(":")[1]: c.get_radius() for c in found(figure, "after")}
    ratio = after["volume"] / after["diameter"]
    assert ratio == pytest.approx(0.55 ** (1 / 3) / 0.55)
    assert "Measured as volume: 55% of the volume is left" in figure.words
    with pytest.raises(InputError, match="at most 4"):
        figures.spheres(pd.concat([table, table]))
    with pytest.raises(InputError, match="diameter_change"):
        figures.spheres(table.assign(diameter_change=0.2))


def test_the_saw_is_the_course(found):
    course = bedside.log_kill(1e10, 10**-0.5, wait_days=42)
    figure = figures.saw(course)
    (line,) = found(figure, "cells")
    assert line.get_ydata().tolist() == course["cells"].tolist()
    assert len(found(figure, "dose")[0].get_xdata()) == 7
    assert figure.words == (
        "10 billion cells at the start; 7 doses; 17 million at the end of the last cycle, day "
        "147; grown back to 28 million at the operation, day 189."
    )
    with pytest.raises(InputError, match="above zero"):
        figures.saw(course.assign(cells=0.0))


def test_marks_stand_among_the_patients(found):
    change = pd.DataFrame({"change": np.linspace(0.3, -0.7, 101)})
    figure = figures.waterfall(change, marks={"a fifth": -0.195, "a half": -0.5})
    places = [mark.get_xdata()[0] for mark in found(figure, "mark")]
    assert places == [49.5, 79.5]
    assert "51 (50%) shrank as much as a fifth, or more." in figure.words
    assert not found(figures.waterfall(change), "mark")


# A residue and the drug in it


@pytest.mark.parametrize("decay", [0.1, 0.217, 0.32, 0.5, 2.0])
def test_a_residue_is_drawn_to_scale(decay, found):
    profile = bedside.penetration_by_shape(2.5, decay)
    figure = figures.residue(profile)
    bands = found(figure, "plaque")
    thick = bands[0].get_height()
    (circle, *_) = discs = found(figure, "nodule")
    assert 2 * circle.get_radius() == pytest.approx(thick)  # one scale for both
    for level, band in zip((0.5, 0.1, 0.01), bands[1:], strict=False):
        depth = 2.5 * (1 - band.get_height() / thick)
        assert bedside.penetration(depth, decay) == pytest.approx(level, rel=2e-2)
    for level, disc in zip((0.5, 0.1, 0.01), discs[1:], strict=False):
        depth = 1.25 * (1 - disc.get_radius() / circle.get_radius())
        assert bedside.nodule_penetration(depth, 2.5, decay) == pytest.approx(level, rel=2e-2)
    assert len(discs) <= len(bands)  # the drug comes from all sides


def test_what_is_said_of_a_residue():
    assert figures.residue(bedside.penetration_by_shape(2.5, 0.32)).words == (
        "A flat residue, 2.5 mm thick and washed from above: half of the drug is left at 0.22 mm, "
        "a tenth at 0.74 mm, at the bottom 0.04% of what the fluid holds. A round one, 2.5 mm "
        "across and washed all round: 16% at its centre."
    )
    thin = figures.residue(bedside.penetration_by_shape(0.2, 0.5))
    assert "washed from above: at the bottom 67% of what" in thin.words
    assert "0.1 mm" in texts(thin)  # the scale
    assert "almost none" in figures.residue(bedside.penetration_by_shape(10, 0.2)).words


def test_a_residue_that_cannot_be_drawn():
    profile = bedside.penetration_by_shape()
    for wrong in (profile[profile["shape"] == "plaque"], profile[profile["depth_mm"] > 0]):
        with pytest.raises(InputError, match="from depth 0 inwards"):
            figures.residue(wrong)
    with pytest.raises(InputError, match="less drug deeper down"):
        figures.residue(profile.assign(share=1 - profile["share"]))


# Years to enrol


def test_years_are_drawn_as_they_are(found):
    table = pd.DataFrame({"place": ["here", "all"], "years_low": [68.0, 0.7]})
    table["years_high"] = [170.0, 1.7]
    figure = figures.years_needed(table)
    spans = [bar.get_xdata().tolist() for bar in found(figure, "years")]
    assert spans == [[68.0, 170.0], [0.7, 1.7]]
    assert figure.words == (
        "Years to enrol: here 68 to 170, all 0.7 to 1.7. Within a working life of 35 years: all."
    )
    assert figures.years_needed(table.head(1)).words.endswith("35 years: none.")
    with pytest.raises(InputError, match="range of years"):
        figures.years_needed(table.assign(years_low=200.0))
