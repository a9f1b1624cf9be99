"""No label overlaps another or leaves the page, in the gallery and at the edges of the data."""

import numpy as np
import page
import pandas as pd
import pytest
import tables

from dsrct_edu import figures

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
    sides = ("HIPEC better", "HIPEC worse")
    assert_legible(figures.forest(rows, title="Title", favours=sides))
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
