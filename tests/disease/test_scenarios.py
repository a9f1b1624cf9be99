"""Scenarios: frozen, described, sourced, hashed."""

import pickle
import re

import pytest

from dsrct_edu.disease import scenario
from dsrct_edu.disease.truth import effect_key
from dsrct_edu.errors import InputError

NAMES = ("null", "modest", "strong", "harm")


def test_describe_names_a_source_for_every_number():
    table = scenario().describe()
    assert list(table.columns) == ["parameter", "value", "unit", "meaning", "source"]
    assert table["parameter"].is_unique
    assert not table.isna().any().any()
    assert table["source"].map(lambda s: bool(re.match(r"L\d{3}|assumed: .", s))).all()


def test_scenarios_differ_in_effects_alone():
    base = scenario("null").parameters
    for name in NAMES[1:]:
        changed = {k for k, v in scenario(name).parameters.items() if v != base[k]}
        assert changed
        assert all(key.startswith("effect_") for key in changed)


def test_null_has_no_effect_at_all():
    effects = {k: v for k, v in scenario("null").parameters.items() if k.startswith("effect_")}
    effects.pop("effect_window")
    assert set(effects.values()) == {0.0}


def test_hash_changes_with_every_parameter():
    base = scenario("modest")
    seen = {base.fingerprint}
    for name, value in base.parameters.items():
        seen.add(base.replace(**{name: value + 0.125}).fingerprint)
    assert len(seen) == 1 + len(base.parameters)


def test_truth_key_changes_with_every_parameter_but_the_two_switches():
    base = scenario("modest")
    key = effect_key(base, "surgery", 60)
    for name, value in base.parameters.items():
        changed = effect_key(base.replace(**{name: value + 0.125}), "surgery", 60)
        assert (changed == key) == (name in ("coin", "offer_aggr")), name


def test_hash_changes_with_the_table_of_centres(monkeypatch):
    before = scenario("null").fingerprint
    monkeypatch.setattr("dsrct_edu.disease.scenarios._centres", lambda: "another table")
    assert scenario("null").fingerprint != before


def test_hash_does_not_depend_on_the_name():
    assert scenario("modest").replace().fingerprint == scenario("modest").fingerprint


def test_switches():
    assert scenario("null").randomised(0.25).coin == 0.25
    assert scenario("null").hidden_confounding().offer_aggr == -0.8
    assert scenario("null").randomised().name == "null, randomised"
    assert scenario(scenario("harm")) == scenario("harm")


def test_frozen_and_picklable():
    model = scenario("strong").randomised()
    with pytest.raises(AttributeError):
        model.name = "other"
    copy = pickle.loads(pickle.dumps(model))
    assert copy == model
    assert hash(copy) == hash(model)
    assert copy.coin == 0.5


@pytest.mark.parametrize(
    ("act", "match"),
    [
        (lambda: scenario("mild"), "'null', 'modest'"),
        (lambda: scenario().replace(no_such=1), "no_such"),
        (lambda: scenario().replace(coin="many"), "finite number"),
        (lambda: scenario().replace(coin=float("nan")), "finite number"),
        (lambda: scenario().randomised(0), "above 0"),
        (lambda: scenario().randomised(1.5), "at most 1"),
    ],
)
def test_bad_input_is_named(act, match):
    with pytest.raises(InputError, match=match):
        act()


def test_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no parameter 'colour'"):
        _ = scenario().colour
