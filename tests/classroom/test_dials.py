"""Dials: one table, one drawing and one set of words, the same with and without a kernel."""

import base64
import json
import re

import pandas as pd
import pytest

from dsrct_edu import analysis, bedside
from dsrct_edu.classroom import coverage_dial, dials, live, theatre_dial, years_dial
from dsrct_edu.classroom.dial import Control, Dial
from dsrct_edu.classroom.dial_drawing import COLOURS, Axis, Drawing, Layer
from dsrct_edu.errors import InputError
from dsrct_edu.figures.stairs import BUILT_IN
from dsrct_edu.wording import percent, plain, ratio
from tools import dials as tables

TEN = Axis("months", 0, 10, ((0, "0"), (10, "10")))
SHOWN = (
    *("sample_size", "peritoneal_effect", "selection_strength", "who_else"),
    *("hour_at_depth", "years_to_enrol", "immortal_time", "scan_interval", "hazard_and_baseline"),
    "hidden_coverage",
)
NO_TRUTH = {"What the pump shows, and what arrives", "Years until a trial is full"}  # none was made


def rows(strength, draw):
    made = pd.DataFrame({"layer": "now", "x": [0, 10], "y": [strength, draw]})
    return pd.concat([made, pd.DataFrame({"layer": "rule", "x": [0, 10], "y": [1.0, 1.0]})])


@pytest.fixture
def dial():
    layers = Layer("now", "line", "HIPEC", "now", ghost=True), Layer("rule", "line", "truth")
    controls = {
        "strength": Control("Strength", (0, 1, 2), 1),
        "draw": Control("Draw again", (1, 2, 3), 1, button=True),
    }
    words = "Strength {strength}, draw {draw}.".format
    return Dial("Selection", controls, Drawing(TEN, TEN, layers), rows, words, ghosts=2)


def pictured(shown):
    data = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', shown)[1]
    return base64.b64decode(data).decode("utf-8")


def lines(shown):
    return pictured(shown).count("<polyline")


def test_the_still_picture_has_words(dial):
    bundle = dial._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == "Selection (Strength: 1). Strength 1, draw 1."
    assert '<img alt="Drawing of months by months: now."' in bundle["text/html"]
    assert ">Strength 1, draw 1.</p>" in bundle["text/html"]
    assert repr(dial) == bundle["text/plain"]


def test_a_live_kernel_adds_the_view_and_changes_nothing_else(dial, monkeypatch):
    still = dial._repr_mimebundle_()
    monkeypatch.setattr(live, "kernel_runs", lambda: True)
    bundle = dial._repr_mimebundle_()
    assert bundle.pop(live.WIDGET_VIEW)
    assert bundle == still


def test_turning_the_dial_sets_picture_and_words_and_keeps_ghosts(dial):
    view = dial.widget()
    _, turned, shown = view.children
    slider, button = turned.children
    assert "dsrct-dial" in view._dom_classes
    assert ">Strength 1, draw 1.<" in shown.value
    before = lines(shown.value)
    slider.value = 2
    assert ">Strength 2, draw 1.<" in shown.value
    assert "<desc>Strength 2, draw 1.</desc>" in pictured(shown.value)
    assert lines(shown.value) == before + 2  # a ghost, and its name in the key
    button.click()
    assert ">Strength 2, draw 2.<" in shown.value
    assert lines(shown.value) == before + 3
    button.click()
    assert lines(shown.value) == before + 3  # no more ghosts than the dial keeps
    button.click()
    assert ">Strength 2, draw 1.<" in shown.value  # after the last comes the first


def test_settings_that_the_controls_lack_are_refused(dial):
    with pytest.raises(InputError, match="strength=7"):
        dial.words(strength=7)
    with pytest.raises(InputError, match="other=1"):
        dial.svg(other=1)


def test_a_dial_has_no_more_settings_than_a_page_can_hold(dial):
    many = {"draw": Control("Draw again", range(61), 0, button=True)}
    with pytest.raises(InputError, match=r"at most 60 settings; found 61"):
        Dial("Too much", many, dial.drawing, rows, str, 2)


def test_the_table_is_tidy_and_whole(dial):
    table = dial.table()
    assert list(table) == ["strength", "draw", "layer", "x", "y"]
    assert len(table) == 4 * len(dial.settings()) == 36


def test_pages_get_the_same_table_and_words(dial):
    data = json.loads(json.dumps(dial.as_data(), allow_nan=False))
    assert data["fixed"] == {"now": {"x": [0, 10]}, "rule": {"x": [0, 10], "y": [1.0, 1.0]}}
    for at, setting in zip(data["settings"], dial.settings(), strict=True):
        assert at["setting"] == setting
        assert at["words"] == dial.words(**setting)
        assert at["layers"] == {"now": {"y": [setting["strength"], setting["draw"]]}}
    assert data["drawing"]["alt"] == "Drawing of months by months: now."


@pytest.fixture(params=SHOWN)
def shown(request):
    return getattr(dials, request.param)()


def test_every_setting_can_be_drawn_and_says_something_of_its_own(shown):
    data = shown.as_data()
    written = json.dumps(data, separators=(",", ":"), allow_nan=False)
    assert len(written) < 50_000
    words = [at["words"] for at in data["settings"]]
    assert len(set(words)) == len(words)
    named = set(shown.table()["layer"])
    assert {layer.name for layer in shown.drawing.layers} <= named
    assert {layer.meaning for layer in shown.drawing.layers} <= set(COLOURS)
    assert any(layer.ghost for layer in shown.drawing.layers)
    # What it is held against: the truth, or the same patients' future without HIPEC.
    held = {"truth", "no HIPEC"} & {layer.meaning for layer in shown.drawing.layers}
    assert bool(held) is (shown.title not in NO_TRUTH)


def test_words_of_the_sample_size_are_those_of_its_table():
    dial = dials.sample_size()
    table = dial.table().query("layer == 'curve' and x == 36")
    for setting in dial.settings():
        same = table[table["patients"] == setting["patients"]]
        (now,) = same.loc[same["draw"] == setting["draw"], "y"]
        said = dial.words(**setting)
        assert f"has {percent(now)} alive at month 36" in said
        assert f"run from {percent(same['y'].min())} to {percent(same['y'].max())}." in said


def test_chance_is_larger_among_few():
    table = dials.sample_size().table().query("layer == 'curve' and x == 36")
    spread = table.groupby("patients")["y"].std()
    assert spread[20] > 2 * spread[200] > 4 * spread[2000]


def test_a_curve_that_has_ended_says_so(monkeypatch):
    ended = pd.DataFrame([[float("nan")] * 3], index=[36])
    whole = pd.DataFrame([[0.5, 0.4, 0.6]], index=[36])
    monkeypatch.setattr(dials, "_curve", lambda patients, draw: ended if draw == 1 else whole)
    assert "Nobody is left to follow at month 36" in dials.sample_size().words(draw=1)


def doors(hazard_ratio):
    return [dials._out_of_100(shares) for shares in dials._futures(hazard_ratio).values()]


def test_a_ratio_of_one_holds_no_door():
    without, held = dials._futures(1.0).values()
    pd.testing.assert_frame_equal(without, held)
    assert "both sides are the same" in dials.peritoneal_effect().words(hazard_ratio=1.0)


def test_the_held_door_lets_through_fewer_and_the_others_more():
    before = None
    for hazard_ratio in (1.0, 0.7, 0.4, 0.1):
        without, held = doors(hazard_ratio)
        assert sum(without.values()) == sum(held.values()) == 100
        if before:
            assert held["peritoneal"] < before["peritoneal"]
            assert held["hepatic"] >= before["hepatic"]
            assert held["free"] > before["free"]
            fewer = without["peritoneal"] - held["peritoneal"]
            free = held["free"] - without["free"]
            said = dials.peritoneal_effect().words(hazard_ratio=hazard_ratio)
            assert f"{fewer} fewer, and {free} more are free" in said
            assert f"The other {fewer - free} left" in said
        before = held


def test_words_of_the_staircase_say_which_stairs_are_down():
    dial = dials.selection_strength()
    for setting in dial.settings():
        said = dial.words(**setting)
        stairs = dials._staircases().loc[setting["strength"]]
        for name, value in zip(dials.STAIRS.values(), stairs["estimate"], strict=True):
            assert f"{name} {ratio(value)}" in said
        assert "Down at the truth: " in said
        assert said.endswith(BUILT_IN)
    blind = dial.words(strength=0.0)
    assert "Down at the truth: completely resected and adjusted. " in blind
    assert "Still off: everyone and operated." in blind
    assert "Down at the truth: adjusted. " in dial.words(strength=1.0)


def test_the_stored_staircase_follows_from_the_model():
    stored = dials._staircases().loc[[0.5]].reset_index()
    computed = tables.staircase(0.5).reset_index()
    message = "run `python -m tools.dials`"
    assert list(stored["method"]) == list(computed["method"]), message
    for column in tables.SHOWN:
        assert stored[column].tolist() == pytest.approx(computed[column].tolist(), abs=2e-4), (
            message
        )
    assert set(dials._staircases().index) == set(tables.STRENGTHS), message


def test_the_company_makes_the_specificity():
    dial = dials.who_else()
    for setting in dial.settings():
        room = bedside.break_apart_room(
            setting["dsrct"], round((1000 - setting["dsrct"]) * setting["ewing"] / 100)
        )
        positive = room[room["result"] == "positive"].set_index("tumour")["n"]
        said = dial.words(**setting)
        assert f"{positive.sum()} are positive" in said
        share = round(100 * positive["DSRCT"] / positive.sum())
        assert f"of 100 of them {share} have DSRCT" in said
        rows = dial.values(**setting).set_index("layer")
        drawn = rows.loc["DSRCT positive", "high"].iloc[0]
        assert drawn == positive["DSRCT"]
    clears = [dial.words(dsrct=300, ewing=ewing).split("clears ")[1][:3] for ewing in (0, 100)]
    assert clears == ["98%", "11%"]


def test_words_of_the_hour_follow_from_the_bedside_models():
    dial = dials.hour_at_depth()
    assert len(dial.settings()) == 60
    deeper = []
    for setting in dial.settings():
        said, rows = dial.words(**setting), dial.values(**setting).set_index("layer")
        heat = bedside.wall_temperature(setting["depth"], setting["celsius"])
        dose = bedside.thermal_dose(setting["minutes"], heat)
        assert rows.loc["dose here", "y"] == dose
        assert ("hardly supported" in said) == (heat < 39)
        if setting["depth"] == 0:
            assert f"dose of {plain(float(dose))} minutes" in said
            continue
        least, most = rows.loc["drug here", "y"]
        expected = [100 * bedside.penetration(setting["depth"], decay) for decay in (0.217, 0.5)]
        assert [least, most] == pytest.approx(expected)
        assert (
            f"Of the drug, {theatre_dial._part(least)}% to {theatre_dial._part(most)}% arrives"
            in said
        )
        deeper.append((setting["depth"], most))
    assert sorted({most for _, most in deeper}, reverse=True) == [
        most for _, most in sorted(set(deeper))
    ]
    assert "43 °C would give 60" in dial.words(minutes=60, depth=1.0)


def test_words_of_the_years_follow_from_the_sum():
    dial = dials.years_to_enrol()
    for setting in dial.settings():
        said, bars = dial.words(**setting), dial.values(**setting).query("layer == 'years'")
        deaths = analysis.events_needed(setting["hazard_ratio"])
        assert f"needs {plain(deaths, 0)} deaths" in said
        for (place, millions), (_, bar) in zip(
            years_dial.PLACES.items(), bars.iterrows(), strict=True
        ):
            a_year = millions * setting["complete"] * setting["consent"] * 0.7
            assert bar["low"] == pytest.approx(deaths / (a_year * 0.5))
            assert bar["high"] == pytest.approx(deaths / (a_year * 0.2))
            assert f"{place} {bar['text']}" in said
            within = said.partition("working life: ")[2]
            assert (place in within) == (bar["high"] <= 35) or place == "EU"


def test_more_patients_help_only_where_nothing_is_hidden():
    dial = dials.hidden_coverage()
    held = {at: coverage_dial._found(*at)[1] for at in coverage_dial._table().index.unique()}
    assert set(held) == {tuple(setting.values()) for setting in dial.settings()}
    for hidden in coverage_dial.HIDDEN:
        along = [held[patients, hidden] for patients in coverage_dial.PATIENTS]
        assert along == sorted(along, reverse=True) or hidden < 0.8
        assert (min(along) > 92) == (hidden == 0)
    for setting in dial.settings():
        said, rows = dial.words(**setting), dial.values(**setting)
        assert f"Of 100 intervals {plain(held[tuple(setting.values())], 0)} hold it" in said
        bars = rows[rows["layer"].isin(["holds", "misses"])]
        assert len(bars) == coverage_dial.SHOWN
        contains = (bars["low"] <= 1) & (bars["high"] >= 1)
        assert (contains == (bars["layer"] == "holds")).all()


def test_the_table_of_coverage_is_what_the_disease_model_gives():
    stored = coverage_dial._table().loc[[(300, 1.6)]].reset_index(drop=True)
    computed = tables.coverage(300, 1.6).drop(columns=["patients", "hidden"])
    message = "run `python -m tools.dials`"
    assert stored.to_numpy() == pytest.approx(computed.to_numpy(), abs=2e-3), message


# For the last row


@pytest.mark.parametrize("name", [name for name in dials.__all__ if name != "Dial"])
def test_presented_a_dial_is_the_same_with_larger_letters_and_thicker_lines(name):
    near = getattr(dials, name)()
    far = near.present()
    assert far.words() == near.words()
    assert 'viewBox="0 0 760 ' in near.svg()
    assert 'viewBox="0 0 560 ' in far.svg()

    def texts(drawn):
        return re.findall(r"<text [^>]*>([^<]+)</text>", drawn)

    assert sorted(texts(far.svg())) == sorted(texts(near.svg()))
    for x, words in re.findall(r'<text x="([\d.]+)"[^>]*font-weight="600">([^<]+)<', far.svg()):
        assert float(x) + 0.6 * 15 * len(words) < 560, words


def test_presented_words_and_control_are_large_and_the_keys_stay():
    far = dials.sample_size().present()
    assert "font-size:1.7em" in far.html()
    assert "font-size:1.7em" not in dials.sample_size().html()
    view = far.widget()
    assert "dsrct-far" in view._dom_classes
    assert ".dsrct-far .noUi-handle" in view.children[0].value
    slider, button = view.children[2].children
    slider.value = 20
    assert "20 patients" in view.children[3].value
    button.click()
    assert "draw 2 of 10" in view.children[3].value
    assert far.present() == far
