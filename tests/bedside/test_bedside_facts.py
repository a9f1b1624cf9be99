"""Every worked value of the bedside facts, each with the row it comes from."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dsrct_edu import bedside

EXACT = 1e-12
TABLES = sorted(Path(bedside.__file__).parent.rglob("*.csv"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_fact_in_a_table_names_its_source(path):
    source = pd.read_csv(path).filter(["source", "reference"]).iloc[:, -1]
    assert source.str.contains(r"doi:10\.|PMID|Anticancer Res|abstract").all()


CEM43 = [
    ("HF065", 60, 42.0, 15.0, EXACT),
    ("HF066", 60, 42.5, 30.0, 0.0),
    ("HF067", 60, 43.0, 60.0, 0.0),
    ("HF068", 90, 41.0, 5.625, EXACT),
    ("HF069", 90, 40.5, 2.8125, EXACT),
    ("HF070", 90, 40.0, 1.40625, EXACT),
    ("HF071", 30, 43.0, 30.0, 0.0),
    ("HF072", 90, 42.5, 45.0, EXACT),
    ("HF073", 60, 41.7, 9.896, 5e-4),
    ("HF074", 60, 43.5, 84.853, 5e-4),
    ("HF080 surface", 90, 40.6, 3.231, 5e-4),
]


@pytest.mark.parametrize(("row", "minutes", "celsius", "dose", "tolerance"), CEM43)
def test_thermal_dose(row, minutes, celsius, dose, tolerance):
    assert abs(bedside.thermal_dose(minutes, celsius) - dose) <= tolerance, row


def test_one_millimetre_deep_is_warm_not_hot():  # HF080
    deep = bedside.wall_temperature(1.0)
    assert deep == pytest.approx(38.9)
    dose = bedside.thermal_dose(90, deep)
    assert dose == pytest.approx(0.306, abs=5e-4)
    assert "below about 39" in repr(dose)


def test_two_degrees_cooler_is_sixteen_times_less():  # HF150
    assert bedside.thermal_dose(60, 43) / bedside.thermal_dose(60, 41) == 16.0


def test_p6_cumulative_doses():  # HF022-HF029
    doses = bedside.p6_doses()
    assert sorted(doses["course"].unique()) == [1, 2, 3, 4, 5, 6, 7]
    total = doses.groupby("drug")["dose_mg_m2"].sum()
    assert total.to_dict() == {
        "doxorubicin": 300.0,
        "cyclophosphamide": 16_800.0,
        "ifosfamide": 27_000.0,
        "etoposide": 1_500.0,
    }


@pytest.mark.parametrize(
    ("row", "diameter", "volume"),
    [
        ("HF042 PR", -0.30, -0.657),
        ("HF042 PD", 0.20, 0.728),
        ("HF042 WHO", math.sqrt(0.5) - 1.0, -0.646),
        ("HF036, design", -0.23, -0.543),
        ("HF036 less", -0.15, -0.386),
        ("HF036 more", -0.31, -0.671),
        ("HF043", -0.45, -0.834),
        ("HF044", math.sqrt(0.55) - 1.0, -0.592),
    ],
)
def test_diameter_and_volume(row, diameter, volume):
    assert bedside.volume_change(diameter) == pytest.approx(volume, abs=6e-4), row


def test_half_of_what():  # HF043-HF045
    table = bedside.half_of_what(0.45).set_index("measured")
    diameters = (100 * table["diameter_change"]).round(1).to_dict()
    assert diameters == {"diameter": -45.0, "area": -25.8, "volume": -18.1}
    volumes = (100 * table["volume_change"]).round(1).to_dict()
    assert volumes == {"diameter": -83.4, "area": -59.2, "volume": -45.0}
    assert table["recist"].to_dict() == {"diameter": "PR", "area": "SD", "volume": "SD"}


def test_kill_of_seven_cycles():  # HF047, HF048
    by_volume = bedside.kill_needed(-0.45)
    assert by_volume.net_log10 == pytest.approx(0.0371, abs=5e-5)
    assert by_volume.surviving_fraction == pytest.approx(0.7204, abs=5e-5)
    by_diameter = bedside.kill_needed(bedside.volume_change(-0.45))
    assert by_diameter.net_log10 == pytest.approx(0.1113, abs=5e-5)
    assert by_diameter.surviving_fraction == pytest.approx(0.6072, abs=1e-4)
    regrown = bedside.log_kill(1.0, by_volume.surviving_fraction)
    assert regrown["cells"].iloc[-1] == pytest.approx(0.55, rel=EXACT)


def test_half_a_log_seven_times():  # facts, section 2
    course = bedside.log_kill(1e10, 10**-0.5, doubling_days=math.inf)
    assert course["cells"].iloc[-1] == pytest.approx(3.16e6, rel=2e-3)
    assert course["day"].iloc[-1] == 147.0


def test_peritoneum():  # HF051-HF054
    scores = [3, 2, 1, 0, 1, 2, 3, 2, 1, 1, 0, 1, 1]
    assert bedside.peritoneal_cancer_index(scores) == 18
    assert [bedside.lesion_size_score(s) for s in (0, 0.1, 0.5, 0.51, 5.0, 5.01)] == [
        0, 1, 1, 2, 2, 3,
    ]  # fmt: skip
    sizes = (0, 0.1, 2.49, 2.5, 25.0, 25.1)
    assert [bedside.completeness_score(s) for s in sizes] == [0, 1, 1, 2, 2, 3]


def test_lumped_heat():  # HF081-HF083
    # the default loss is what the two readings in swine imply
    readings = bedside.steady_temperature([4.0, 0.5], 43.736)
    assert readings == pytest.approx([43.0, 40.4], abs=2e-3)
    assert bedside.steady_temperature(3.0, 43.74) == pytest.approx(42.79, abs=5e-3)
    warm = bedside.steady_temperature([0.5, 1.0, 1.5, 2.0], 44.0)
    assert warm == pytest.approx([40.53, 41.70, 42.27, 42.62], abs=5e-3)


def test_one_compartment():  # facts, section 5
    clock = np.linspace(0, 90, 9001)
    course = bedside.perfusion(160, 4, clock, permeability_l_min=0.0142 * 4, compartments=1)
    cavity = course["peritoneal_mg_l"].to_numpy()
    assert cavity[0] == 40.0
    assert cavity[[6000, 9000]] / 40 == pytest.approx([0.427, 0.279], abs=5e-4)
    areas = [np.trapezoid(cavity[: end + 1], clock[: end + 1]) for end in (6000, 9000)]
    assert areas == pytest.approx([1615.3, 2032.1], abs=0.05)
    assert (course["plasma_mg_l"] == 0).all()


def test_two_compartments():  # facts, section 5; HF101
    last = bedside.perfusion(160, 4, 60).iloc[-1]
    assert last["peritoneal_mg_l"] == pytest.approx(17.521, abs=5e-4)
    assert last["plasma_mg_l"] == pytest.approx(2.752, abs=5e-4)
    assert bedside.drug_exposure(160, 4, 60).auc_ratio == pytest.approx(13.89, abs=5e-3)
    assert bedside.drug_exposure(160, 4, 90).auc_ratio == pytest.approx(10.39, abs=5e-3)


def test_depths():  # HF118, HF119
    shallow = bedside.penetration_against_residual()["decay_mm"].min()
    assert shallow == pytest.approx(0.217, abs=5e-4)
    assert bedside.penetration(2.5, 0.5) == pytest.approx(0.0067, abs=5e-5)
    assert bedside.penetration(2.5, shallow) == pytest.approx(0.00001, abs=5e-7)


def test_trials():  # HF126, HF128, HF132
    table = bedside.randomised_trials().set_index("trial")
    ovary, colon = table.loc["OVHIPEC-1"], table.loc["PRODIGE 7"]
    assert ovary["se_log"] == pytest.approx(0.1407, abs=5e-5)
    assert ovary["z"] == pytest.approx(-2.535, abs=5e-4)
    assert ovary["p_value"] == pytest.approx(0.0112, abs=5e-5)
    assert colon["se_log"] == pytest.approx(0.2307, abs=5e-5)
    z, p = bedside.difference_of_trials(0.70, ovary["se_log"], 1.00, colon["se_log"])
    assert z == pytest.approx(-1.32, abs=5e-3)
    assert p == pytest.approx(0.19, abs=5e-3)
