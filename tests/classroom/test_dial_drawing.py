"""The drawing of a dial: layers as plain data, real text, nothing off the page."""

import re
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pandas as pd
import pytest

from dsrct_edu.classroom.dial_drawing import COLOURS, WIDTH, Axis, Drawing, Layer, svg

SVG = "{http://www.w3.org/2000/svg}"
TEN = Axis("months", 0, 10, ((0, "0"), (10, "10")))
SHARE = Axis("share", 0, 1, ((0, "0%"), (1, "100%")))


def drawn(*layers, rows, earlier=(), **options):
    drawing = Drawing(TEN, SHARE, layers, **options)
    return Xml.fromstring(svg(drawing, pd.DataFrame(rows), earlier, "A <title>", "Words & more"))


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def points(element):
    pairs = (pair.split(",") for pair in element.get("points").split())
    return [(float(x), float(y)) for x, y in pairs]


LINE = {"layer": "now", "x": [0, 5, 10], "y": [1.0, 0.5, 0.0]}


def test_it_says_what_it_is_and_what_it_says():
    root = drawn(Layer("now", "line", "truth", "the truth"), rows=LINE)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "A <title>"
    assert root.find(f"{SVG}desc").text == "Words & more"
    assert set(texts(root)) == {"the truth", "0", "10", "0%", "100%", "months"}


def test_a_line_goes_through_its_points():
    (line,) = drawn(Layer("now", "line", "HIPEC"), rows=LINE).iter(f"{SVG}polyline")
    (x0, y0), (x1, y1), (x2, y2) = points(line)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.11)
    assert y1 - y0 == pytest.approx(y2 - y1, abs=0.11)
    assert y0 < y2
    assert line.get("stroke") == COLOURS["HIPEC"]
    assert line.get("stroke-dasharray") is None


def test_steps_stay_level_and_what_is_unknown_is_left_out():
    rows = LINE | {"y": [1.0, 0.5, float("nan")]}
    layer = Layer("now", "line", "truth", steps=True, dashed=True)
    (line,) = drawn(layer, rows=rows).iter(f"{SVG}polyline")
    (_, y0), (x1, y1), (x2, y2) = points(line)
    assert y0 == y1 < y2
    assert x1 == x2
    assert line.get("stroke-dasharray")


def test_a_band_is_closed_and_paler_than_its_meaning():
    rows = {"layer": "now", "x": [0, 10], "low": [0.2, 0.2], "high": [0.4, 0.6]}
    (band,) = drawn(Layer("now", "band", "hepatic"), rows=rows).iter(f"{SVG}polygon")
    assert len(points(band)) == 4
    assert band.get("fill") not in {None, COLOURS["hepatic"]}


def test_bars_and_points_stand_at_their_height():
    rows = {"layer": "now", "x": [5.0], "y": [0.5], "low": [2.0], "high": [8.0]}
    root = drawn(Layer("now", "bar", "guess"), Layer("now", "point", "guess"), rows=rows)
    (bar,) = root.iter(f"{SVG}polyline")
    (dot,) = root.iter(f"{SVG}circle")
    (low, y), (high, again) = points(bar)
    assert y == again == float(dot.get("cy"))
    assert (low + high) / 2 == pytest.approx(float(dot.get("cx")), abs=0.1)


def test_what_is_off_the_axis_stands_at_its_end():
    rows = {"layer": "now", "x": [-5, 50], "y": [2.0, -3.0]}
    (line,) = drawn(Layer("now", "line", "truth"), rows=rows).iter(f"{SVG}polyline")
    assert all(0 <= x <= WIDTH and 0 <= y <= 340 for x, y in points(line))


def test_labels_beside_the_panel_do_not_touch():
    rows = {"layer": "now", "y": [0.5, 0.5, 0.51], "text": ["one", "two", "three"]}
    root = drawn(Layer("now", "label", "neutral"), rows=rows)
    height = float(root.get("font-size"))
    placed = sorted(
        float(text.get("y")) for text in root.iter(f"{SVG}text") if text.text in rows["text"]
    )
    assert all(b - a >= height for a, b in pairwise(placed))


def test_no_text_leaves_the_page():
    layers = [Layer("now", "line", "truth", f"a rather long name, number {n}") for n in range(5)]
    rows = {"layer": "now", "x": [0, 10], "y": [1.0, 0.5], "text": "a label of some length"}
    beside = Layer("now", "label", "neutral")
    root = drawn(*layers, beside, rows=rows, panels=("left", "right"))
    for text in root.iter(f"{SVG}text"):
        wide = 0.58 * float(root.get("font-size")) * len(text.text)
        start = (
            float(text.get("x"))
            - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor")]
        )
        assert start >= 0, text.text
        assert start + wide <= WIDTH, text.text


def test_each_panel_holds_its_layers():
    layers = Layer("now", "line", "no HIPEC"), Layer("then", "line", "HIPEC", panel=1)
    rows = pd.concat([pd.DataFrame(LINE), pd.DataFrame(LINE | {"layer": "then"})])
    root = drawn(*layers, rows=rows, panels=("left", "right"))
    first, second = root.iter(f"{SVG}polyline")
    assert max(x for x, _ in points(first)) < min(x for x, _ in points(second))
    assert texts(root).count("months") == 2
    assert texts(root).count("100%") == 1


def test_earlier_settings_stay_in_grey_below_the_present_one():
    layers = Layer("now", "line", "HIPEC", "now", ghost=True), Layer("rule", "line", "truth")
    rows = pd.concat([pd.DataFrame(LINE), pd.DataFrame(LINE | {"layer": "rule"})])
    before = drawn(*layers, rows=rows)
    after = drawn(*layers, rows=rows, earlier=[rows, rows])
    strokes = [line.get("stroke") for line in after.iter(f"{SVG}polyline")]
    grey = {stroke for stroke in strokes if stroke not in COLOURS.values()}
    assert len(grey) == 1
    # two swatches of the key, two ghosts, what is now, and the layer that leaves none
    assert [stroke in grey for stroke in strokes] == [False, True, True, True, False, False]
    assert "earlier settings" in texts(after)
    assert "earlier settings" not in texts(before)
    axes = [re.sub(r"stroke=.*", "", str(line.attrib)) for line in after.iter(f"{SVG}line")]
    assert axes == [
        re.sub(r"stroke=.*", "", str(line.attrib)) for line in before.iter(f"{SVG}line")
    ]


def test_the_sides_of_an_axis_are_named():
    axis = Axis("Hazard ratio", 0.5, 2, ((1, "1"),), log=True, sides=("fewer", "more"))
    root = Xml.fromstring(svg(Drawing(axis, SHARE, ()), pd.DataFrame({"layer": []})))
    assert "← fewer\u2003Hazard ratio\u2003more →" in texts(root)
