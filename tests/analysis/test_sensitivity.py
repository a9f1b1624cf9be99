"""A hidden confounder of given strength: one that is known, and what is asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from dsrct_edu.analysis import cox, propensity, sensitivity, standardised_curves
from dsrct_edu.errors import InputError

ON_TREATMENT, ON_HAZARD = 0.8, -0.7


def registry(n: int, seed: int) -> pd.DataFrame:
    """`age` is measured, `u` is not: who has much of it is treated more often, and lives longer."""
    rng = np.random.default_rng(seed)
    age, u = rng.normal(size=n), rng.normal(size=n)
    treated = rng.random(n) < 1 / (1 + np.exp(-0.5 * age - ON_TREATMENT * u))
    life = rng.exponential(30 * np.exp(-0.5 * age - ON_HAZARD * u + 0.3 * treated))
    end = rng.uniform(20, 90, n)
    return pd.DataFrame(
        {
            "duration": np.ceil(10 * np.minimum(life, end)) / 10,
            "event": life <= end,
            "hipec": treated,
            "age": 40 + 8 * age,
            "u": u,
        }
    )


def asked(data: pd.DataFrame, odds: float, hazard: float) -> float:
    options = {"treatment_strengths": [odds], "outcome_strengths": [hazard]}
    return float(sensitivity(data, confounders="age", tau=48, **options).table["difference"][0])


def test_at_its_strength_a_hidden_confounder_is_adjusted_for() -> None:
    data = registry(4000, 1)
    without, measured = (
        standardised_curves(data, confounders=names).rmst_difference(48).iloc[0]
        for names in (["age"], ["age", "u"])
    )
    assert without["difference"] - measured["difference"] > 4
    found = asked(data, ON_TREATMENT, ON_HAZARD)
    assert found == pytest.approx(measured["difference"], abs=1.5 * measured["se"])
    assert asked(data, ON_TREATMENT, -ON_HAZARD) > without["difference"] + 4


def test_without_strength_it_is_the_standardised_difference() -> None:
    data = registry(300, 2)
    found = sensitivity(data, confounders=["age"], tau=48)
    alone = standardised_curves(data, confounders="age").rmst_difference(48).iloc[0]
    table = found.table.set_index(["treatment_strength", "outcome_strength"])
    assert found.estimate == alone["difference"]
    assert found.se == alone["se"]
    # whatever acts on one of the two alone does not confound, as long as it acts not on survival
    without = table.xs(0.0, level="outcome_strength")
    np.testing.assert_allclose(without["difference"], alone["difference"], rtol=1e-6)
    np.testing.assert_allclose(without["ci_low"], alone["ci_low"], rtol=1e-5)
    # a confounder and its negative are the same one
    one = table.loc[0.0, "difference"]
    np.testing.assert_allclose(one, one[::-1], rtol=1e-5)
    half = table["ci_high"] - table["difference"]
    np.testing.assert_allclose(half, 1.959963985 * found.se, rtol=1e-9)


def test_differences_move_with_strength() -> None:
    table = sensitivity(registry(500, 3), confounders="age", tau=48).table
    plane = table.pivot(index="outcome_strength", columns="treatment_strength", values="difference")
    assert (plane.loc[:, plane.columns > 0].diff().iloc[1:] > 0).all(axis=None)
    assert (plane.loc[-1.0].diff().iloc[1:] < 0).all()
    assert (plane.loc[1.0].diff().iloc[1:] > 0).all()
    columns = ["treatment_strength", "outcome_strength", "difference", "ci_low", "ci_high"]
    assert list(table.columns) == columns


def test_measured_confounders_are_placed_by_standard_deviations() -> None:
    data = registry(500, 4).assign(centre=lambda d: pd.Categorical(np.arange(500) % 3))
    found = sensitivity(data, confounders=["age", "centre"], tau=48)
    measured = found.measured.set_index("confounder")
    assert list(measured.index) == ["age", "centre[1]", "centre[2]"]
    spread = data["age"].std(ddof=0)
    names = ["age", "centre"]
    odds = propensity(data, "hipec", names).coefficients["age"] * spread
    hazard = cox(data, covariates=["hipec", *names]).table["coef"]["age"] * spread
    assert measured["treatment_strength"]["age"] == pytest.approx(abs(odds), rel=1e-7)
    assert measured["outcome_strength"]["age"] == pytest.approx(np.sign(odds) * hazard, rel=1e-6)
    assert (measured["treatment_strength"] >= 0).all()
    again = sensitivity(
        data,
        confounders=names,
        tau=48,
        treatment_strengths=abs(odds),
        outcome_strengths=np.sign(odds) * hazard,
    )
    assert again.table["difference"][0] == pytest.approx(measured["difference"]["age"], rel=1e-5)


def test_the_plane_holds_the_measured_confounders() -> None:
    data = registry(500, 8).assign(strong=lambda d: 1.7 * d["u"] + d["hipec"])
    found = sensitivity(data, confounders=["age", "strong"], tau=48)
    assert found.measured["treatment_strength"].max() > 1
    reach = found.table[["treatment_strength", "outcome_strength"]].abs().max()
    measured = found.measured[["treatment_strength", "outcome_strength"]].abs().max()
    assert (reach >= measured).all()
    assert (reach < np.maximum(measured + 0.2, 1 + 1e-9)).all()
    assert "Beyond" not in found.plot().words


def test_it_says_what_it_did() -> None:
    found = sensitivity(registry(300, 5), confounders="age", tau=48)
    assert "Sensitivity to a hidden confounder: 300 patients" in repr(found)
    assert "Intervals are as wide as without a hidden confounder" in found.note()
    assert len(found.to_frame()) == 54
    words = found.plot().words
    assert f"difference is {found.estimate:.1f} months" in words


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda d: sensitivity(d, confounders="age", tau=48, treatment_strengths=[-1]),
            "treatment_",
        ),
        (
            lambda d: sensitivity(d, confounders="age", tau=48, outcome_strengths="strong"),
            "outcome_",
        ),
        (lambda d: sensitivity(d, confounders="age", tau=480), "tau"),
        (
            lambda d: sensitivity(d.assign(told=d["hipec"] * 1.0 + d["u"] / 9), confounders="told"),
            "certain",
        ),
        (lambda d: sensitivity(d, confounders=["hipec"]), "without the treatment"),
        (lambda d: sensitivity(d, confounders="weight"), "weight"),
    ],
)
def test_what_cannot_be_asked_is_named(call: Callable[[pd.DataFrame], object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        call(registry(60, 6))


@pytest.mark.slow
def test_intervals_are_about_as_wide_as_a_bootstrap_finds_them() -> None:
    data, rng = registry(500, 7), np.random.default_rng(1)
    drawn = [
        asked(data.iloc[rng.integers(0, 500, 500)], ON_TREATMENT, ON_HAZARD) for _ in range(200)
    ]
    se = sensitivity(data, confounders="age", tau=48).se
    # Strengths are taken as known; at these the bootstrap is wider by a tenth or so.
    assert 0.9 < np.std(drawn, ddof=1) / se < 1.3
