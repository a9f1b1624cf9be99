"""What is drawn is what the table says; what is said is what the result holds."""

import re

import numpy as np
import pandas as pd
import pytest
import tables
from matplotlib.colors import to_hex

from dsrct_edu import InputError, figures
from dsrct_edu.analysis import aalen_johansen, cox, kaplan_meier
from dsrct_edu.figures import palette
from dsrct_edu.figures.stairs import BUILT_IN


@pytest.fixture(scope="module")
def patients():
    rng = np.random.default_rng(4)
    n = 300
    hipec = rng.uniform(size=n) < 0.4
    time = np.round(rng.weibull(1.2, n) * np.where(hipec, 45, 30), 1) + 0.1
    end = np.round(rng.uniform(10, 100, n), 1)
    cause = rng.choice(["peritoneal", "hepatic", "death"], n, p=[0.6, 0.25, 0.15])
    return pd.DataFrame(
        {
            "duration": np.minimum(time, end),
            "event": time <= end,
            "cause": np.where(time <= end, cause, "censored"),
            "hipec": hipec,
            "age": rng.uniform(10, 40, n),
        }
    )


def numbers(text):
    return [
        float(v.replace("−", "-").replace(",", "")) for v in re.findall(r"−?\d[\d,]*\.?\d*", text)
    ]


def test_survival_curves_draw_the_result(patients, found):
    result = kaplan_meier(patients, by="hipec")
    figure = result.plot(time_zero="surgery", horizon=36)
    main, below = figure.axes
    assert main.get_xlabel() == "Months since surgery"
    assert main.get_ylim()[0] == 0
    for group, name in ((False, "no_HIPEC"), (True, "HIPEC")):
        (body,), (tail,) = found(main, f"curve:{name}"), found(main, f"tail:{name}")
        corners = np.concatenate([body.get_xydata(), tail.get_xydata()])
        curve = result.to_frame().query("group == @group")
        assert np.isclose(corners[:, 1].min(), curve["survival"].min())
        for time, survival in curve[["time", "survival"]].to_numpy():
            here = corners[np.isclose(corners[:, 0], time), 1]
            assert np.isclose(here, survival).any()
        total = (patients["hipec"] == group).sum()
        limit = max(10, 0.1 * total)
        thin = curve.loc[curve["at_risk"] < limit, "time"].min()
        assert tail.get_xdata()[0] == pytest.approx(thin)
    ticks = main.get_xticks()
    counts = result.at(ticks)
    cells = {}
    for text in below.texts:
        x, y = text.get_position()
        if text.get_text().replace(",", "").isdigit():
            cells[(x, round(y))] = int(text.get_text().replace(",", ""))
    for group, first in ((False, 1), (True, 5)):
        mine = counts[counts["group"] == group].set_index("time")
        for time in ticks:
            three = [cells[(time, first + row)] for row in range(3)]
            assert three == list(mine.loc[time, ["at_risk", "censored", "events"]])
            assert sum(three) == (patients["hipec"] == group).sum()


def test_survival_words_are_the_result(patients):
    result = kaplan_meier(patients, by="hipec")
    words = result.plot(horizon=36, shade=True).words
    for row in result.median().itertuples():
        assert f"{row.median:.1f} months" in words
        for edge in (row.ci_low, row.ci_high):
            assert (f"{edge:.1f}" if np.isfinite(edge) else "not reached") in words
    for survival in result.at([36])["survival"]:
        assert f"{100 * survival:.0f}%" in words
    rmst = result.rmst(36)["rmst"]
    assert f"{rmst[1] - rmst[0]:.2f} months of restricted mean" in words
    later = patients.assign(duration=patients["duration"] + 7)
    assert kaplan_meier(later, by="hipec").plot(horizon=36, shade=True).words != words


def test_flat_median_follows_r():
    curve = pd.DataFrame(
        {"group": "all", "time": [0, 1, 2, 3, 4.0], "survival": [1, 0.75, 0.5, 0.5, 0.5]}
    )
    assert "3.0 months" in figures.survival_curves(curve).words  # survfit(Surv(1:4, c(1,1,0,0))~1)
    lower = curve.assign(survival=[1, 0.75, 0.5, 0.25, 0.25])
    assert "2.5 months" in figures.survival_curves(lower).words


def test_one_curve_shades_its_restricted_mean(patients):
    result = kaplan_meier(patients)
    words = result.plot(horizon=60, shade=True).words
    assert f"Shaded: {result.rmst(60)['rmst'][0]:.2f} months" in words


def test_no_interval_is_drawn_where_the_table_has_none():
    curve = pd.DataFrame({"group": "all", "time": [0, 5.0], "survival": [1, 0.2]})
    axes = figures.survival_curves(curve).axes[0]
    assert not axes.collections
    both = curve.assign(ci_low=[1, 0.1], ci_high=[1, 0.4])
    assert figures.survival_curves(both).axes[0].collections


def test_the_truth_has_its_own_colour_and_the_mark_of_its_group(found):
    curves, counts = tables.survival(["without HIPEC", "with HIPEC"])
    truth = curves.groupby("group", sort=False).head(3)[["group", "time", "survival"]]
    axes = figures.survival_curves(curves, counts, truth=truth[::-1]).axes[0]
    for group in ("with_HIPEC", "without_HIPEC"):
        (drawn,), (curve,) = found(axes, f"truth:{group}"), found(axes, f"curve:{group}")
        (mark,) = found(axes, f"whose:{group}")
        assert drawn.get_color() == palette.TRUTH.colour
        assert mark.get_markerfacecolor() == curve.get_color()


def test_cumulative_incidence_stacks_to_one(patients, found):
    result = aalen_johansen(patients, event="cause", by="hipec")
    figure = result.plot(horizon=36)
    read = result.at([36])
    for axes, group in zip(figure.axes, (False, True), strict=True):
        bands = found(axes, "band")
        assert [band.get_gid() for band in bands][-1] == "band:free"
        tops = [band.get_paths()[0].vertices[:, 1].max() for band in bands]
        assert tops[-1] == pytest.approx(1)
        assert len(bands) == 4
        assert sorted(tops) == tops
        mine = read[read["group"] == group]
        shares = [*mine["cumulative_incidence"], 1 - mine["cumulative_incidence"].sum()]
        for share in shares:
            assert f"{100 * share:.0f}%" in figure.words
    assert result.plot(horizon=12).words != figure.words


def test_too_much_incidence_is_refused():
    with pytest.raises(InputError, match="Aalen-Johansen"):
        figures.cumulative_incidence(tables.incidence({"a": 0.7, "b": 0.6}))


def test_forest_is_the_cox_table(patients, found):
    result = cox(patients, "duration", "event", ["hipec", "age"])
    figure = result.plot()
    for row in result.table.itertuples():
        said = f"{row.hazard_ratio:.2f} ({row.ci_low:.2f} to {row.ci_high:.2f})"
        assert said in figure.words
    points = [point.get_xdata()[0] for point in found(figure, "estimate")]
    assert np.allclose(points, result.table["hazard_ratio"])
    bars = [bar.get_xdata() for bar in found(figure, "interval")]
    assert np.allclose(bars, result.table[["ci_low", "ci_high"]].to_numpy())


def test_many_rows_of_a_forest_are_marked_by_any_column(written, assert_legible):
    rows = pd.DataFrame({"label": [f"hospital {place}" for place in range(20)], "estimate": 0.5})
    rows["ci_low"], rows["ci_high"] = 0.2, 1.25
    rows["in_print"] = ["printed"] * 6 + ["in the drawer"] * 14
    figure = figures.forest(rows, by="in_print")
    assert figure.words.endswith("In print: printed (6) and in the drawer (14).")
    assert {"printed", "in the drawer", "In print"} <= {text for text, _ in written(figure)}
    assert figure.get_figheight() <= 6.4
    assert_legible(figure)


def test_forest_marks_clock_and_missing_interval(found):
    figure = figures.forest(tables.SERIES, measure="Median overall survival (months)", log=False)
    points = found(figure, "estimate")
    assert [p.get_marker() for p in points] == ["o", "o", "s", "o", "s", "P"]
    hollow = [to_hex(p.get_markerfacecolor()) == "#ffffff" for p in points]
    assert hollow == [False, False, False, True, False, True]
    assert "2 rows have no interval" in figure.words
    assert "surgery (3), diagnosis (2) and unclear (1)" in figure.words


def test_staircase_reveals_no_more_than_asked(found):
    whole, part = figures.staircase(tables.STEPS), figures.staircase(tables.STEPS, steps=2)
    assert whole.axes[0].get_xlim() == part.axes[0].get_xlim()
    for kind in ("truth", "estimate", "interval"):
        assert [len(found(figure, kind)) for figure in (whole, part)] == [5, 2]
    said = numbers(part.words.split(BUILT_IN)[0])
    assert {0.41, 0.47} <= set(said)
    assert not {0.63, 0.82, 0.99} & set(said)
    texts = [text.get_text() for text in part.axes[0].texts]
    assert texts.count("?") == 6
    for figure in (whole, part):
        assert BUILT_IN in figure.words
    with pytest.raises(InputError, match="steps"):
        figures.staircase(tables.STEPS, steps=6)


def test_staircase_reads_a_study_table():
    months = tables.STEPS.assign(measure="rmst_difference", estimate=[17.8, 12, -9.2, np.nan, 1.5])
    months = months.assign(ci_low=months["estimate"] - 3, ci_high=months["estimate"] + 3, truth=0.9)
    figure = figures.staircase(months)
    assert figure.axes[0].get_xscale() == "linear"
    assert "restricted mean" in figure.axes[0].get_xlabel()
    assert "No estimate from Completely resected only" in figure.words
    with pytest.raises(InputError, match="one measure"):
        figures.staircase(months.assign(measure=["a", "b", "a", "a", "a"]))


def test_swimmer_lanes_hatch_the_waiting(found):
    figure = figures.swimmer_lanes(tables.LANES, tables.MARKS)
    lanes = {c.get_gid(): (c.get_hatch(), len(c.get_paths())) for c in found(figure, "state")}
    assert lanes["state:waiting"] == (palette.WAITING.hatch, 3)
    assert lanes["state:after_HIPEC"][1] == lanes["state:after_surgery"][1] == 1
    assert figure.words == (
        "3 patients, 54 months in all: waiting 18 (33%), after HIPEC 24 (44%) and after surgery "
        "12 (22%). Marked: recurrence 1 and death 2."
    )


def test_patient_flow_and_its_words():
    figure = figures.patient_flow(tables.GATES)
    assert [bar.get_width() for bar in figure.axes[0].patches[:3]] == [1.0, 0.6, 0.4]
    assert figure.words == "Of 50 seen, 30 (60%) operated and 20 (40%) treated."
    with pytest.raises(InputError):
        figures.patient_flow(tables.GATES.assign(n=[20, 30, 50]))


def test_love_plot_and_overlap():
    figure = figures.love_plot(tables.BALANCE)
    before, after = (
        next(line for line in figure.axes[0].get_lines() if line.get_label() == label)
        for label in ("unweighted", "weighted")
    )
    assert before.get_xdata()[0] == 0.62
    assert after.get_xdata()[0] == 0.07
    assert "0.62 (expert centre)" in figure.words
    assert "1 after" in figure.words
    bars = figures.overlap(tables.SCORES).axes[0].patches
    heights = np.array([bar.get_height() for bar in bars])
    assert heights[:20].sum() == pytest.approx(1)
    assert heights[20:].sum() == pytest.approx(-1)


def test_centres_are_sorted_and_counted():
    figure = figures.centre_shares(tables.CENTRES)
    bars = figure.axes[0].containers
    assert [bar.get_width() for bar in bars[0]] == [0, 0, 2, 4]
    assert [bar.get_width() for bar in bars[1]] == [2, 3, 2, 0]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [*"BDAC"]
    assert figure.words == (
        "4 centres: 2 gave HIPEC to none of their 5 patients, 2 to some (50% to 100%). Of 7 "
        "patients without HIPEC, 5 (71%) were treated where nobody had it."
    )
    everybody = tables.CENTRES[tables.CENTRES["centre"] == "C"]
    assert figures.centre_shares(everybody).words == (
        "1 centre: 0 gave HIPEC to none of their 0 patients, 1 to some (100%)."
    )


def test_the_treated_stand_above_whoever_comes_first():
    scores = pd.DataFrame(
        {"propensity": [0.1, 0.3, 0.4], "arm": ["untreated", "treated", "treated"]}
    )
    words = figures.overlap(scores).words
    assert words == figures.overlap(scores[::-1]).words
    assert words.startswith("Propensity of HIPEC: median 0.35 (0.30 to 0.40) in 2 patients with")


def test_zip_plot_counts_what_it_colours(found):
    figure = figures.zip_plot(tables.replicates(), truth=0)
    covered = []
    for axes in figure.axes[:2]:
        (holds,), (misses,) = found(axes, "holds"), found(axes, "misses")
        assert len(holds.get_segments()) + len(misses.get_segments()) == 500
        for segment in holds.get_segments():
            assert segment[0][0] <= 0 <= segment[1][0]
        covered.append(len(holds.get_segments()))
    assert [f"{n} of 500" in figure.words for n in covered] == [True, True]
    assert covered[0] > covered[1]
    assert "ever never: " in figure.words


def test_diagram_words_and_refusals():
    figure = figures.dag(tables.NODES, tables.EDGES)
    assert figure.words.startswith("4 variables. Arrows: expert centre to HIPEC and death; HIPEC")
    assert "Mediators, not to adjust for: complication." in figure.words
    nodes = pd.DataFrame({"name": ["a", "b"], "role": ["exposure", "outcome"], "x": [0, 1], "y": 0})
    circle = pd.DataFrame({"source": ["a", "b"], "target": ["b", "a"]})
    with pytest.raises(InputError, match="circle"):
        figures.dag(nodes, circle)
    with pytest.raises(InputError, match="between nodes"):
        figures.dag(nodes, tables.EDGES)
    assert "No arrows" in figures.dag(nodes, circle[:0]).words
    with pytest.raises(InputError, match="role"):
        figures.dag(nodes.assign(role="cause"), circle[:1])
    with pytest.raises(InputError, match="apart"):
        figures.dag(nodes.assign(x=0), circle[:1])


def test_map_writes_every_score():
    figure = figures.pci_map(tables.PCI)
    scores = [t.get_text() for t in figure.axes[0].texts if t.get_text() in "0123"]
    assert sum(map(int, scores)) == 18
    assert len(scores) == 13
    assert "index 18 of 39: tumour in 11 of 13" in figure.words
    assert figure.get_suptitle() == "Peritoneal cancer index 18 of 39"
    assert figures.pci_map(tables.PCI, title="Mine").get_suptitle() == "Mine"


def test_heat_and_drug(found):
    words = figures.temperature(tables.heat()).words
    assert "Perfusate from 37.4 to 43.2" in words
    inside = float(re.search(r"Tissue .* for (\d+) of 60", words).group(1))
    assert inside == pytest.approx(60 - 14 * np.log(5.2 / 0.2), abs=0.5)
    figure = figures.drug_course(tables.drug(), drug="cisplatin")
    assert found(figure, "line:peritoneum")[0].get_ydata()[0] == 40
    assert figure.words.startswith(
        f"In the peritoneum cisplatin falls from 40.0 to {40 * np.exp(-0.852):.1f}"
    )


def test_waterfall_takes_a_registry(found):
    registry = pd.DataFrame(
        {"tumour_shrinkage": [0.5, -0.3, 0.1, np.nan], "recist": ["PR", "PD", "SD", np.nan]}
    )
    figure = figures.waterfall(registry)
    assert figure.words.startswith("3 tumours: 1 (33%) shrank by 30% or more, 1 (33%) grew")
    assert figure.words.endswith("1 without a second scan is not shown.")
    tops = [c.get_paths()[0].vertices[:, 1] for c in found(figure, "response")]
    assert sorted(float(t[np.abs(t).argmax()]) for t in tops) == [-0.5, -0.1, 0.3]


def test_calibration_counts_inside():
    figure = figures.calibration(tables.ANCHORS)
    assert figure.words.startswith("2 of 3 anchors inside")
    assert "share with ascites 0.62 (0.30 to 0.58)" in figure.words


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (figures.survival_curves, {"group": ["a"], "time": [3.0], "survival": [0.5]}),
        (figures.survival_curves, {"group": ["a"], "time": [0.0], "survival": [50.0]}),
        (figures.survival_curves, {"time": [0.0], "survival": [1.0]}),
        (figures.forest, {"label": ["a"], "estimate": [-1.0], "ci_low": [0.1], "ci_high": [1.0]}),
        (figures.forest, {"label": ["a"], "estimate": ["x"], "ci_low": [0.1], "ci_high": [1.0]}),
        (figures.overlap, {"propensity": [0.5], "arm": [True]}),
        (figures.overlap, {"propensity": [1.5, 0.2], "arm": [True, False]}),
        (figures.pci_map, {"region": [0, 1], "score": [1, 1]}),
        (figures.waterfall, {"change": [-1.5]}),
        (figures.zip_plot, {"estimate": [1.0], "se": [1.0], "ci_low": [0.0], "ci_high": [2.0]}),
        (figures.swimmer_lanes, {"patient_id": [1], "start": [3], "stop": [1], "state": ["x"]}),
        (figures.drug_course, {"minute": [0], "peritoneal_mg_l": [-1.0], "plasma_mg_l": [0.0]}),
        (figures.love_plot, {"covariate": ["a"], "unweighted": [np.nan], "weighted": [0.0]}),
        (figures.centre_shares, {"centre": ["A"], "hipec": [2.0]}),
        (figures.temperature, {"minute": [0, 1], "celsius": [37.0, 420.0]}),
    ],
)  # fmt: skip
def test_malformed_tables_are_named(draw, table):
    with pytest.raises(InputError):
        draw(pd.DataFrame(table))
    with pytest.raises(InputError, match="DataFrame"):
        draw(table)
