"""No label overlaps another or leaves the page, in the gallery and at the edges of the data."""

import numpy as np
import page
import pandas as pd
import pytest
import tables
from matplotlib.text import Text

from dsrct_edu import bedside, figures

LONG = "a group that somebody gave a remarkably long and unhelpful name, number {}"
WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis"


@pytest.mark.parametrize("name", page.NAMES)
def test_gallery(name, assert_legible):
    assert_legible(page.drawn(name))


@pytest.mark.parametrize("count", [1, 2, 6])
@pytest.mark.parametrize(("n", "events"), [(5, True), (5000, True), (150, False)])
def test_survival_curves(n, count, events, assert_legible):
    curves, counts = tables.survival([LONG.format(k) for k in range(count)], n, events)
    figure = figures.survival_curves(curves, counts, horizon=36, title=LONG)
    assert_legible(figure)
    assert ("not reached" in figure.words) or events


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
def test_cumulative_incidence(count, assert_legible):
    shares = {"peritoneal": 0.5, WORD: 0.06, "distant": 0.08, "death": 0.3}
    table = tables.incidence(shares, [LONG.format(group) for group in range(count)])
    assert_legible(figures.cumulative_incidence(table, horizon=12, title="Title"))
    nothing = table.assign(cumulative_incidence=0.0)
    assert_legible(figures.cumulative_incidence(nothing))


@pytest.mark.parametrize("count", [1, 2, 6, 20])
def test_rows(count, assert_legible):
    rows = pd.DataFrame(
        {
            "label": [LONG.format(k) for k in range(count)],
            "estimate": np.geomspace(0.01, 100, count),
            "ci_low": [0.0] + [np.nan] * (count - 1),
            "ci_high": [np.inf] + [np.nan] * (count - 1),
            "time_zero": [("diagnosis", "surgery", WORD)[k % 3] for k in range(count)],
            "n": [5 * 10**k % 999983 for k in range(count)],
            "truth": 1.0,
        }
    )
    assert_legible(figures.forest(rows, title="Title"))
    assert_legible(figures.forest(rows, log=False, measure="Months"))
    for shown in (0, 1, count):
        assert_legible(figures.staircase(rows, steps=shown, title="Title"))


@pytest.mark.parametrize("count", [1, 5, 40, 5000])
def test_patients(count, assert_legible):
    rng = np.random.default_rng(1)
    wait, stop = rng.uniform(1, 5, count), rng.uniform(6, 80, count)
    lanes = pd.DataFrame(
        {
            "patient_id": np.tile(np.arange(count), 2),
            "start": np.append(np.zeros(count), wait),
            "stop": np.append(wait, stop),
            "state": ["waiting"] * count + ["after surgery with HIPEC and radiotherapy"] * count,
        }
    )
    deaths = pd.DataFrame({"patient_id": np.arange(count), "time": stop, "event": "death"})
    assert_legible(figures.swimmer_lanes(lanes, deaths, title="Title"))
    change = pd.DataFrame({"change": rng.uniform(-1, 0.8, count)})
    assert_legible(figures.waterfall(change, title="Title"))
    scores = pd.DataFrame({"propensity": rng.uniform(0, 1, count + 1), "arm": False})
    scores.loc[0, "arm"] = True
    assert_legible(figures.overlap(scores, title="Title"))


@pytest.mark.parametrize("count", [1, 2, 6])
def test_other_families(count, assert_legible):
    names = [LONG.format(k) for k in range(count)]
    gates = pd.DataFrame({"gate": names, "n": [5000 // (k + 1) ** 3 for k in range(count)]})
    assert_legible(figures.patient_flow(gates, title="Title"))
    balance = pd.DataFrame({"covariate": names, "unweighted": 0.0, "weighted": 0.0})
    assert_legible(figures.love_plot(balance, title="Title"))
    centres = pd.DataFrame({"centre": names * 3, "hipec": [False] * (3 * count)})
    centres.loc[0, "hipec"] = True
    assert_legible(figures.centre_shares(centres, title="Title"))
    rng = np.random.default_rng(1)
    estimate = rng.normal(size=40 * count)
    zipped = pd.DataFrame({"method": np.repeat(names, 40), "estimate": estimate, "se": 1.0}).assign(
        ci_low=estimate - 2, ci_high=estimate + 2
    )
    assert_legible(figures.zip_plot(zipped, truth=0, title="Title", measure=LONG))
    anchors = pd.DataFrame(
        {"anchor": names, "published": 1000.0, "low": 1.0, "high": 99999.0, "simulated": 5e6}
    ).assign(inside=False)
    assert_legible(figures.calibration(anchors, title="Title"))
    course = pd.concat(
        pd.DataFrame({"minute": [0, 60], "celsius": [37, 42.5], "compartment": n}) for n in names
    )
    assert_legible(figures.temperature(course, title="Title"))


@pytest.mark.parametrize("title", ["Title", 3 * LONG])
@pytest.mark.parametrize("count", [2, 5])
def test_diagram(count, title, assert_legible):
    nodes = pd.DataFrame(
        {
            "name": [f"{WORD[:25]} {k} and more" for k in range(count)],
            "role": ["exposure", "outcome", "collider", "selection", "mediator"][:count],
            "x": range(count),
            "y": 0,
        }
    )
    edges = pd.DataFrame({"source": [nodes["name"][0]], "target": [nodes["name"][1]]})
    assert_legible(figures.dag(nodes, edges, title=title))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_new_families(count, assert_legible):
    names = [LONG.format(k) for k in range(count)]
    steps = pd.concat(tables.STEPS.assign(world=n) for n in names)
    for covered in (False, True):
        assert_legible(figures.worlds(steps, cover=covered, title="Title"))
    halves = pd.DataFrame({"panel": np.repeat(names, 2), "category": ["a", LONG] * count, "n": 50})
    assert_legible(figures.people(halves, title="Title"))
    doors = [f"{LONG} {k}" for k in range(3)]
    ways = pd.DataFrame({"category": [*doors, "still free"] * 2, "n": [70, 8, 2, 20] * 2})
    ways["panel"] = np.repeat([names[0], "other"], 4)
    for shown in (ways, ways[:4]):
        assert_legible(figures.exits(shown, held={"other": doors[0]}, title="Title"))
    gates = pd.DataFrame({"gate": [*names, "HIPEC"], "n": [900 - k for k in range(count + 1)]})
    for opened in range(count + 1):
        assert_legible(figures.doors(gates, steps=opened, title="Title"))


@pytest.mark.parametrize(("dsrct", "ewing"), [(700, 100), (20, 300), (0, 0), (1000, 0)])
def test_rooms_of_a_test(dsrct, ewing, assert_legible):
    assert_legible(figures.sorted_people(bedside.break_apart_room(dsrct, ewing), title="Title"))


@pytest.mark.parametrize("fall", [0.05, 0.45, 1.0])
def test_response(fall, assert_legible):
    assert_legible(figures.spheres(bedside.half_of_what(fall), title="Title"))
    for wait in (0, 42):
        course = bedside.log_kill(1e10, 1 - 0.9 * fall, wait_days=wait)
        assert_legible(figures.saw(course, title="Title"))
    change = pd.DataFrame({"change": np.linspace(0.3, -0.7, 60)})
    marks = {"nearly half of the volume": -0.18, "nearly half of the diameter": -0.45}
    assert_legible(figures.waterfall(change, marks=marks, title="Title"))


@pytest.mark.parametrize("tests", [False, True])
def test_fusion_gene(tests, assert_legible):
    assert_legible(figures.fusion_gene(bedside.fusion_parts(), tests=tests, title="Title"))


@pytest.mark.parametrize("count", [1, 6, 12])
def test_lifelines(count, assert_legible):
    rng = np.random.default_rng(3)
    months = rng.integers(1, 90, count).astype(float)
    patients = pd.DataFrame({"patient_id": range(count), "duration": months, "event": True})
    for steps in (None, 0, 1, len(np.unique(months)) - 1):
        assert_legible(figures.lifelines(patients, steps=steps, title="Title"))


@pytest.mark.parametrize("surgery", [np.nan, 0.5, 12.0])
@pytest.mark.parametrize(("back", "death"), [(5.0, 6.0), (50.0, 55.0), (119.0, 119.5), (1.0, 400)])
def test_two_futures(surgery, back, death, assert_legible):
    months = {"recurrence_month_hipec": back, "death_month_hipec": death}
    row = tables.FUTURES.assign(surgery_month=surgery, **months)
    for cover in (None, "hipec", "no_hipec"):
        assert_legible(figures.two_futures(row, cover=cover, title="Title"))


@pytest.mark.parametrize("count", [1, 8, 18, 60])
def test_two_clocks(count, assert_legible):
    lanes = pd.concat(tables.LANES.assign(patient_id=tables.LANES["patient_id"] + 3 * k)
                      for k in range(count // 3 + 1))  # fmt: skip
    assert_legible(figures.swimmer_lanes(lanes, second_clock="surgery", title="Title"))


@pytest.mark.parametrize("steps", [0, 3, 5])
def test_guesses(steps, assert_legible):
    guesses = [0.4, 0.5, 0.6, 0.7, 0.8]
    assert_legible(figures.staircase(tables.STEPS, steps=steps, guesses=guesses, title=LONG))
    assert_legible(figures.staircase(tables.STEPS, steps=steps, guesses=guesses))


@pytest.mark.parametrize("roles", [False, True])
def test_diagram_without_roles(roles, assert_legible):
    assert_legible(figures.dag(tables.NODES, tables.EDGES, roles=roles))


# What a slide of 1280 by 720 leaves for a picture, in pixels: see the margins of a slide.
SLIDE = (1280 - 2 * 77, 720 - 160)
PAGES = {"calibration", "survival_many_groups"}  # for documents: as long as their tables


@pytest.mark.parametrize("name", [name for name in page.NAMES if name not in PAGES])
def test_text_is_read_from_the_last_row(name, written):
    figure = page.drawn(name)
    scale = min(1.0, SLIDE[0] / figure.bbox.width, SLIDE[1] / figure.bbox.height)
    sizes = {text.get_text(): text.get_fontsize() for text in figure.findobj(Text)}
    shown = {text: sizes[text] * figure.dpi / 72 * scale for text, _ in written(figure)}
    assert min(shown.values()) >= 16, min(shown, key=shown.get)


LAB = (930, 560)  # what JupyterLab leaves for an output at 1366 by 768, in pixels


@pytest.mark.parametrize("name", [name for name in page.NAMES if name not in PAGES])
def test_a_picture_is_seen_without_scrolling(name):
    figure = page.drawn(name)
    assert figure.bbox.height * min(1.0, LAB[0] / figure.bbox.width) <= LAB[1] + 20


@pytest.mark.parametrize("name", page.NAMES)
def test_no_name_of_a_column_is_shown(name, written):
    figure = page.drawn(name)
    for text in (figure.describe(), *(text for text, _ in written(figure))):
        assert "_" not in text
