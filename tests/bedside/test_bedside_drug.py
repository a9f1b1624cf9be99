"""Mass balance, closed form against numerical solution, units, depth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from dsrct_edu import bedside
from dsrct_edu.bedside.hipec.drug import _balance

pytestmark = pytest.mark.filterwarnings("ignore::dsrct_edu.bedside.ValidityWarning")

rate = st.one_of(st.just(0.0), st.floats(1e-12, 1e6), st.floats(0.001, 1.0))
volume = st.one_of(st.floats(1e-3, 1e6), st.floats(1.0, 30.0))
clock = st.lists(st.floats(0.0, 1e5), min_size=1, max_size=6).map(sorted)


@settings(max_examples=500)
@given(st.floats(1e-3, 1e4), volume, clock, rate, rate, volume, st.sampled_from([1, 2]))
def test_mass_is_conserved_for_any_parameters(dose, cavity, times, pa, cl, plasma, compartments):
    balance = _balance(dose, cavity, times, pa, cl, plasma, compartments)
    # what is gone left the plasma, or the one compartment there is
    gone = cl / plasma * balance.area[1] if compartments == 2 else pa / cavity * balance.area[0]
    amounts = np.vstack([balance.amount, gone])
    assert np.isfinite(amounts).all()
    assert (amounts >= -1e-9 * dose).all()
    assert amounts.sum(axis=0) == pytest.approx(dose, rel=1e-9)


DEGENERATE = {
    "no clearance": (0.06, 0.0, 20.0),
    "no transfer": (0.0, 0.3, 20.0),
    "nothing moves": (0.0, 0.0, 20.0),
    "equal volumes, no clearance": (0.06, 0.0, 4.0),
    "roots as near as they come": (1e-9, 1.0, 4e9),
    "clearance a million times faster": (0.06, 1e6, 1.0),
    "tiny plasma": (0.06, 0.3, 1e-6),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_parameters(name):
    pa, cl, plasma = DEGENERATE[name]
    times = [0.0, 1e-6, 1.0, 60.0, 1e4]
    balance = _balance(160, 4, times, pa, cl, plasma)
    there = balance.amount.sum(axis=0) + cl / plasma * balance.area[1]
    assert there == pytest.approx(160.0, rel=1e-12)
    table = bedside.perfusion(160, 4, times, pa, cl, plasma)
    assert np.isfinite(table.to_numpy()).all()


@settings(max_examples=150)
@given(
    st.floats(0.5, 12.0), st.floats(0.0, 120.0), st.floats(0.0, 2.0), st.floats(0.0, 2.0),
    st.floats(1.0, 60.0),
)  # fmt: skip
def test_closed_form_equals_matrix_exponential(cavity, minutes, pa, cl, plasma):
    # amounts in cavity and plasma, then their integrals, as one linear system
    system = np.zeros((4, 4))
    system[:2, :2] = [[-pa / cavity, pa / plasma], [pa / cavity, -(pa + cl) / plasma]]
    system[2:, :2] = np.eye(2)
    peritoneal, blood, area_p, area_b = 100.0 * expm(system * minutes)[:, 0]
    balance = _balance(100, cavity, [minutes], pa, cl, plasma)
    assert balance.amount[:, 0] == pytest.approx([peritoneal, blood], abs=1e-9)
    assert cl / plasma * balance.area[1, 0] == pytest.approx(cl / plasma * area_b, abs=1e-8)
    assert balance.area[0, 0] == pytest.approx(area_p, rel=1e-9)


@given(st.floats(0.001, 0.5), st.floats(1.0, 12.0), st.integers(2, 120))
def test_cavity_empties_and_one_compartment_empties_faster(pa, cavity, minutes):
    two = bedside.perfusion(160, cavity, minutes, pa)["peritoneal_mg_l"].to_numpy()
    one = bedside.perfusion(160, cavity, minutes, pa, compartments=1)["peritoneal_mg_l"].to_numpy()
    assert (np.diff(two) < 0).all()
    assert (one <= two + 1e-9).all()


def test_concentration_is_amount_over_volume():
    table = bedside.perfusion(160, 4, 90, plasma_volume_l=25)
    peritoneal, plasma = _balance(160, 4, 90, plasma_volume_l=25).amount
    assert (table["peritoneal_mg_l"] * 4).to_numpy() == pytest.approx(peritoneal)
    assert (table["plasma_mg_l"] * 25).to_numpy() == pytest.approx(plasma)
    assert list(table.columns) == ["minute", "peritoneal_mg_l", "plasma_mg_l"]
    assert len(table) == 91
    assert bedside.perfusion(160, 4, 1.5)["minute"].tolist() == [0.0, 1.0, 1.5]


def test_area_is_the_area_under_the_table():
    table = bedside.perfusion(160, 4, np.linspace(0, 90, 9001))
    exposure = bedside.drug_exposure(160, 4, 90)
    for column, area in (
        ("peritoneal_mg_l", exposure.peritoneal_auc_mg_min_l),
        ("plasma_mg_l", exposure.plasma_auc_mg_min_l),
    ):
        assert np.trapezoid(table[column], table["minute"]) == pytest.approx(area, rel=1e-6)


def test_first_moments_keep_their_digits():
    time = 1e-4  # so short that the areas are products of small differences
    exposure = bedside.drug_exposure(160, 4, time)
    assert exposure.plasma_auc_mg_min_l == pytest.approx(
        160 * 0.060 / 4 / 20 * time**2 / 2, rel=1e-5
    )
    assert exposure.peritoneal_auc_mg_min_l == pytest.approx(40 * time, rel=1e-5)


def test_ratio_of_areas_falls_towards_the_steady_ratio():
    ratios = [bedside.drug_exposure(160, 4, t).auc_ratio for t in (10, 30, 60, 90)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[-1] > 1 + 0.30 / 0.060  # where it would settle, were the perfusate kept constant


def test_residual_tumour_of_cc1_is_out_of_reach():
    table = bedside.penetration_against_residual()
    at_limit = table.loc[table["residual_mm"] == 2.5, "fraction_at_depth"]
    assert (at_limit < 0.01).all()
    assert table.groupby("decay_mm")["fraction_at_depth"].is_monotonic_decreasing.all()


@given(st.floats(0.2, 10.0), st.floats(0.05, 5.0))
def test_a_nodule_solves_diffusion_with_loss_in_a_sphere(diameter, decay):
    radius = diameter / 2
    depth = np.linspace(0, radius, 9)
    share = bedside.nodule_penetration(depth, diameter, decay)
    assert share[0] == pytest.approx(1.0)
    assert (np.diff(share) < 0).all()
    assert (share >= bedside.penetration(depth, decay) * (1 - 1e-12)).all()
    inside = (radius - depth)[1:-1]  # sinh, where it does not overflow
    if radius / decay < 300:
        expected = radius * np.sinh(inside / decay) / (inside * np.sinh(radius / decay))
        assert share[1:-1] == pytest.approx(expected, rel=1e-9)
        centre = radius / decay / np.sinh(radius / decay)
        assert share[-1] == pytest.approx(centre, rel=1e-9)


def test_a_large_nodule_is_flat_to_the_drug():
    near = bedside.nodule_penetration(0.5, 1_000.0, 0.5)
    assert near == pytest.approx(bedside.penetration(0.5, 0.5), rel=2e-3)
