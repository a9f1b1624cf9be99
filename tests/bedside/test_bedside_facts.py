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


@pytest.mark.parametrize(
    ("row", "successes", "n", "estimate", "low", "high"),
    [
        ("HF009", 21, 23, 0.913, 0.720, 0.989),
        ("HF010", 13, 14, 0.929, 0.661, 0.998),
        ("HF010 all attempted", 13, 18, 0.722, 0.465, 0.903),
        ("HF013", 13, 13, 1.000, 0.753, 1.000),
        ("HF014", 11, 11, 1.000, 0.715, 1.000),
        ("HF018", 5, 22, 0.227, 0.078, 0.454),
        ("HF037", 3, 6, 0.500, 0.118, 0.882),
        ("HF094", 5, 27, 0.185, 0.063, 0.381),
        ("HF139", 5, 6, 0.833, 0.359, 0.996),
    ],
)
def test_exact_intervals(row, successes, n, estimate, low, high):
    assert successes / n == pytest.approx(estimate, abs=5e-4), row
    assert bedside.binomial_interval(successes, n) == pytest.approx((low, high), abs=5e-4), row


def test_assay_performance_holds_the_published_counts():
    table = bedside.assay_performance()
    counts = set(zip(table["correct"], table["n"], strict=True))
    assert {(21, 23), (13, 14), (13, 18), (13, 13), (11, 11)} <= counts
    assert (table["ci_low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["ci_high"]).all()


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
    again = bedside.p6_doses(previously_treated=True).set_index(["course", "drug"])["dose_mg_m2"]
    assert (again[4, "ifosfamide"], again[4, "etoposide"]) == (12_000.0, 1_000.0)


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
    assert by_volume.net_factor == pytest.approx(0.9181, abs=5e-5)
    assert by_volume.net_log10 == pytest.approx(0.0371, abs=5e-5)
    assert by_volume.surviving_fraction == pytest.approx(0.7204, abs=5e-5)
    assert by_volume.kill_fraction == pytest.approx(0.2796, abs=5e-5)
    assert by_volume.log10_kill == pytest.approx(0.1425, abs=1e-4)
    by_diameter = bedside.kill_needed(bedside.volume_change(-0.45))
    assert by_diameter.net_factor == pytest.approx(0.7740, abs=5e-5)
    assert by_diameter.net_log10 == pytest.approx(0.1113, abs=5e-5)
    assert by_diameter.surviving_fraction == pytest.approx(0.6072, abs=1e-4)
    assert by_diameter.log10_kill == pytest.approx(0.2166, abs=1e-4)
    regrown = bedside.log_kill(1.0, by_volume.surviving_fraction)
    assert regrown["cells"].iloc[-1] == pytest.approx(0.55, rel=EXACT)


def test_half_a_log_seven_times():  # facts, section 2
    course = bedside.log_kill(1e10, 10**-0.5, doubling_days=math.inf)
    assert course["cells"].iloc[-1] == pytest.approx(3.16e6, rel=2e-3)
    assert course["day"].iloc[-1] == 147.0


def test_growth_curves():  # HF049, HF050 and the g-d model
    assert bedside.gompertz(30, 1.0, 0.05, 0.01) == pytest.approx(3.6543, abs=5e-5)
    assert bedside.gompertz(1e6, 1.0, 0.05, 0.01) == pytest.approx(148.413, abs=5e-4)
    assert bedside.growth_inhibition(21, 1, 0.01, 0.06, 0.05) == pytest.approx(0.5655, abs=5e-5)
    nadir = bedside.growth_inhibition_nadir(0.01, 0.06, 0.05)
    assert nadir == pytest.approx(35.835, abs=5e-4)
    assert bedside.growth_inhibition(nadir, 1, 0.01, 0.06, 0.05) == pytest.approx(0.5264, abs=5e-5)
    days = np.linspace(0, 300, 30_001)
    sizes = bedside.regression_and_growth(days, 0.02, 0.002)
    assert sizes.min() == pytest.approx(0.3561, abs=5e-5)
    assert days[sizes.argmin()] == pytest.approx(104.66, abs=0.01)


def test_peritoneum():  # HF051-HF054
    scores = [3, 2, 1, 0, 1, 2, 3, 2, 1, 1, 0, 1, 1]
    assert bedside.peritoneal_cancer_index(scores) == 18
    assert [bedside.lesion_size_score(s) for s in (0, 0.1, 0.5, 0.51, 5.0, 5.01)] == [
        0, 1, 1, 2, 2, 3,
    ]  # fmt: skip
    assert bedside.lesion_size_score(0.2, confluent=True) == 3
    sizes = (0, 0.1, 2.49, 2.5, 25.0, 25.1)
    assert [bedside.completeness_score(s) for s in sizes] == [0, 1, 1, 2, 2, 3]


def test_lumped_heat():  # HF081-HF083
    loss, inflow = bedside.fit_heat_loss([4.0, 0.5], [43.0, 40.4])
    assert loss == pytest.approx(0.491, abs=5e-4)
    assert bedside.heat_power(loss, 1.0) == pytest.approx(34.2, abs=0.05)
    assert inflow == pytest.approx(43.74, abs=5e-3)
    assert bedside.steady_temperature(3.0, inflow, loss) == pytest.approx(42.79, abs=5e-3)
    warm = bedside.steady_temperature([0.5, 1.0, 1.5, 2.0], 44.0, loss)
    assert warm == pytest.approx([40.53, 41.70, 42.27, 42.62], abs=5e-3)


def test_heat_load():  # HF084
    watts = bedside.heat_power(1.0, 1.5)
    assert watts == pytest.approx(104.5)
    assert watts * 3600 / 1000 == pytest.approx(376, abs=0.5)
    assert bedside.body_warming(watts, 60, 55) == pytest.approx(1.97, abs=5e-3)


HALF_LIVES = [
    ("HF097", "Cattel 2004", 0.01675, 41.4),
    ("HF096", "Cho 1999", 0.01422, 48.7),
    ("HF098", "J Ovarian Res 2021", 0.01693, 40.9),
    ("HF100", "Anticancer Res 2002", 0.02407, 28.8),
    ("HF099", "Eur J Clin Pharmacol 2012", 0.03767, 18.4),
]


@pytest.mark.parametrize(("row", "source", "rate", "half_life"), HALF_LIVES)
def test_half_lives(row, source, rate, half_life):
    found = bedside.half_lives().set_index("source").loc[source]
    assert found["rate_per_min"] == pytest.approx(rate, abs=6e-6), row
    assert found["half_life_min"] == pytest.approx(half_life, abs=0.06), row


def test_a_published_pair_of_areas_contradicts_its_half_life():  # HF099
    assert bedside.half_life_from_auc_ratio(2.45 / 2.87, 60, 90) == pytest.approx(30.8, abs=0.05)
    rate = bedside.rate_from_half_life(18.4)
    assert math.expm1(-60 * rate) / math.expm1(-90 * rate) == pytest.approx(0.927, abs=5e-4)


def test_permeability_from_rate():  # HF100, HF102
    assert [1000 * 0.015 * volume for volume in (3, 5)] == pytest.approx([45, 75])
    assert 8000 * bedside.rate_from_half_life(28.8) == pytest.approx(192.5, abs=0.1)
    assert 4000 * bedside.rate_from_half_life(18.4) == pytest.approx(151, abs=0.5)


def test_one_compartment():  # facts, section 5
    setting = {"permeability_l_min": 0.0142 * 4, "compartments": 1}
    start = bedside.perfusion(160, 4, 90, **setting)["peritoneal_mg_l"].iloc[0]
    assert start == 40.0
    assert bedside.cisplatin_micromolar(start) == pytest.approx(133.3, abs=0.05)
    short = bedside.drug_exposure(160, 4, 60, **setting)
    long = bedside.drug_exposure(160, 4, 90, **setting)
    assert short.peritoneal_auc_mg_min_l == pytest.approx(1615.3, abs=0.05)
    assert long.peritoneal_auc_mg_min_l == pytest.approx(2032.1, abs=0.05)
    part = short.peritoneal_auc_mg_min_l / long.peritoneal_auc_mg_min_l
    assert part == pytest.approx(0.795, abs=5e-4)
    assert short.remaining_fraction == pytest.approx(0.427, abs=5e-4)
    assert long.remaining_fraction == pytest.approx(0.279, abs=5e-4)
    assert math.isinf(short.auc_ratio)


def test_two_compartments():  # facts, section 5; HF101
    last = bedside.perfusion(160, 4, 60).iloc[-1]
    assert last["peritoneal_mg_l"] == pytest.approx(17.521, abs=5e-4)
    assert last["plasma_mg_l"] == pytest.approx(2.752, abs=5e-4)
    balance = bedside.drug_balance(160, 4, [60]).drop(columns="minute")
    assert balance.sum(axis=1).iloc[0] == pytest.approx(160.0, rel=EXACT)
    assert bedside.drug_exposure(160, 4, 60).auc_ratio == pytest.approx(13.89, abs=5e-3)
    assert bedside.drug_exposure(160, 4, 90).auc_ratio == pytest.approx(10.39, abs=5e-3)
    assert bedside.steady_ratio(0.060, 0.30) == pytest.approx(6.0)


def test_other_drug_figures():  # HF105, HF106, HF111, HF118, HF119
    assert bedside.utilised_dose(95, 2000) == pytest.approx(73.444)
    rate = bedside.rate_from_fraction_left(0.29, 90)
    assert bedside.rate_from_half_life(rate) == pytest.approx(50.4, abs=0.05)
    assert rate == pytest.approx(0.01375, abs=6e-6)
    ic50 = bedside.inhibitory_concentration([37, 41, 42.5, 43])
    assert ic50 == pytest.approx([19.5, 9.661, 7.424, 6.8], abs=5e-4)
    assert ic50[0] / ic50[-1] == pytest.approx(2.868, abs=5e-4)
    shallow = bedside.decay_length(0.5, 0.10)
    assert shallow == pytest.approx(0.217, abs=5e-4)
    assert bedside.penetration(2.5, 0.5) == pytest.approx(0.0067, abs=5e-5)
    assert bedside.penetration(2.5, shallow) == pytest.approx(0.00001, abs=5e-7)
    assert bedside.diffusion_length(2.5e-10, 1e-3) == pytest.approx(0.5)


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
