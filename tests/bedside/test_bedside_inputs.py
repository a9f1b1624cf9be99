"""Wrong units and impossible values get a named error, never a number."""

import inspect

import numpy as np
import pytest

from dsrct_edu import bedside as b
from dsrct_edu.errors import InputError

THIRTEEN = [0] * 13
BAD = [
    ("fahrenheit", lambda: b.thermal_dose(60, 108.5), "celsius"),
    ("kelvin", lambda: b.thermal_dose(60, 315.65), "celsius"),
    ("negative minutes", lambda: b.thermal_dose(-1, 42), "minutes"),
    ("unequal steps", lambda: b.thermal_dose([30, 30], [42, 42, 42]), "3 temperatures"),
    ("one temperature for two steps", lambda: b.thermal_dose([30, 30], 42), "1 temperatures"),
    ("missing temperature", lambda: b.thermal_dose([30, 30], [42, np.nan]), "row 1"),
    ("words", lambda: b.thermal_dose("an hour", 42), "minutes"),
    ("nothing", lambda: b.thermal_dose([], []), "nothing"),
    ("None", lambda: b.thermal_dose(None, 42), "minutes"),
    ("a truth value", lambda: b.thermal_dose(True, 42), "minutes"),
    ("too deep", lambda: b.wall_temperature(25), "depth_mm"),
    ("no flow", lambda: b.steady_temperature(0, 44), "flow_l_min"),
    ("exchange below loss", lambda: b.heat_course(9, 44, 1, 3, 0.5, 5, 0.3), "loss_l_min"),
    ("no dose", lambda: b.perfusion(0, 4, 60), "dose_mg"),
    ("infinite dose", lambda: b.perfusion(np.inf, 4, 60), "dose_mg"),
    ("no volume", lambda: b.perfusion(160, 0, 60), "volume_l"),
    ("negative clearance", lambda: b.perfusion(160, 4, 60, clearance_l_min=-1), "clearance"),
    ("three compartments", lambda: b.perfusion(160, 4, 60, compartments=3), "1 to 2"),
    ("times out of order", lambda: b.perfusion(160, 4, [0, 20, 10]), "order"),
    ("two doses", lambda: b.perfusion([160, 150], 4, 60), "one number"),
    ("no time for an area", lambda: b.drug_exposure(160, 4, 0), "minutes"),
    ("depth below the surface", lambda: b.penetration(-1, 0.5), "depth_mm"),
    ("depth past the centre", lambda: b.nodule_penetration(1.3, 2.5, 0.5), "depth_mm"),
    ("baseline too small", lambda: b.recist(9, 5), "baseline_mm"),
    ("centimetres as millimetres", lambda: b.recist(5.2, 3.1), "baseline_mm"),
    ("negative sum", lambda: b.recist(100, -1), "current_mm"),
    ("missing sum", lambda: b.recist(100, np.nan), "current_mm"),
    ("nadir above baseline", lambda: b.recist(100, 90, nadir_mm=110), "nadir_mm"),
    ("new lesion as a word", lambda: b.recist(100, 50, new_lesion="no"), "new_lesion"),
    ("percent as a fraction", lambda: b.volume_change(-23), "diameter_change"),
    ("shrunk by more than all", lambda: b.diameter_change(-1.2), "volume_change"),
    ("fall above one", lambda: b.half_of_what(45), "fall"),
    ("gone entirely", lambda: b.kill_needed(-1), "volume_change"),
    ("grew faster than untreated", lambda: b.kill_needed(50), "Untreated"),
    ("half a cycle", lambda: b.log_kill(1e9, 0.5, cycles=2.5), "whole number"),
    ("kills nobody twice", lambda: b.log_kill(1e9, 0), "surviving_fraction"),
    ("twelve regions", lambda: b.peritoneal_cancer_index([0] * 12), "13"),
    ("score of four", lambda: b.peritoneal_cancer_index([0] * 12 + [4]), "row 12"),
    ("score of a half", lambda: b.peritoneal_cancer_index([0.5] + [0] * 12), "row 0"),
    ("missing score", lambda: b.peritoneal_cancer_index([None] + [0] * 12), "row 0"),
    ("regions 1 to 13", lambda: b.pci_regions(dict.fromkeys(range(1, 14), 0)), "regions"),
    ("millimetres as centimetres", lambda: b.lesion_size_score(80), "size_cm"),
    ("negative residue", lambda: b.completeness_score(-1), "residual_mm"),
    ("percent probability", lambda: b.post_test_probability(30, 0.9, 0.9), "pre_test"),
    ("never positive", lambda: b.post_test_probability(0.1, 0, 1), "no positive"),
    ("no spread", lambda: b.difference_of_trials(0.7, 0, 1, 0.2), "se_1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "call", "words"), BAD, ids=[case[0] for case in BAD])
def test_bad_input_is_named(name, call, words):
    with pytest.raises(InputError, match=words):
        call()


SCALARS = [
    lambda: b.thermal_dose(60, 42),
    lambda: b.wall_temperature(1),
    lambda: b.steady_temperature(1, 44),
    lambda: b.penetration(1, 0.5),
    lambda: b.nodule_penetration(1, 2.5, 0.5),
    lambda: b.volume_change(np.float64(-0.2)),
    lambda: b.post_test_probability(0.1, 0.9, 0.9),
]


@pytest.mark.parametrize("call", SCALARS)
def test_scalars_give_plain_floats(call):
    assert type(call()) is float


def test_every_public_function_says_what_it_needs():
    for name in b.__all__:
        thing = getattr(b, name)
        if not inspect.isfunction(thing):
            continue
        text = inspect.getdoc(thing)
        for section in ("Returns", "References", "Examples"):
            assert f"{section}\n---" in text, f"{name} lacks {section}"
        if inspect.signature(thing).parameters:
            assert "Parameters\n---" in text, name


def test_no_module_bears_the_name_of_an_exported_function():
    assert [name for name in b.__all__ if inspect.ismodule(getattr(b, name))] == ["hipec"]
    assert set(b.hipec.__all__) < set(b.__all__)


@pytest.mark.parametrize(
    "call",
    [
        lambda: b.perfusion(160, 20, 60),
        lambda: b.drug_exposure(160, 4, 200),
    ],
)
def test_warnings_point_at_the_caller(call):
    with pytest.warns(b.ValidityWarning) as caught:
        call()
    assert {warning.filename for warning in caught} == {__file__}
