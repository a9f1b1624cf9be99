"""The emulated trial, weighting and results as a user meets them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from dsrct_edu.analysis import (
    SeparationWarning,
    aalen_johansen,
    cox,
    emulate_trial,
    endpoint,
    kaplan_meier,
    kernels,
    logrank,
    propensity,
    standardised_curves,
)
from dsrct_edu.analysis.logistic import logistic_fit
from dsrct_edu.errors import InputError

CONFOUNDERS = ["age", "expert_centre"]


def registry(n: int, seed: int, benefit: float = 1.0) -> pd.DataFrame:
    """Patients of whom the younger ones at expert centres get HIPEC, and live longer anyway."""
    rng = np.random.default_rng(seed)
    age = rng.normal(0, 1, n)
    expert = rng.random(n) < 0.5
    operated = rng.random(n) < 0.6
    complete = operated & (rng.random(n) < 0.7)
    chance = 1 / (1 + np.exp(0.5 + 0.7 * age - expert))
    hipec = complete & (rng.random(n) < chance)
    surgery = np.round(4 + 3 * rng.random(n), 1)
    after = rng.exponential(30 * np.exp(-0.5 * age + 0.5 * expert + 0.4 * complete), n)
    after = np.where(hipec, after * benefit, after)
    life = np.where(operated, surgery + after, rng.exponential(20, n))
    end = rng.uniform(60, 120, n)
    follow_up = np.maximum(
        np.round(np.minimum(life, end), 1), np.where(operated, surgery + 0.1, 0.1)
    )
    return pd.DataFrame(
        {
            "operated": operated,
            "surgery_month": np.where(operated, surgery, np.nan),
            "cc_score": np.where(operated, np.where(complete, 0, 2), np.nan),
            "hipec": hipec,
            "death": life <= end,
            "follow_up_month": np.round(follow_up, 1),
            "age": age,
            "expert_centre": expert,
        }
    )


def test_emulation_is_weighting_from_surgery_on_the_clock_of_diagnosis() -> None:
    """With every patient completely resected at month 0.1 it is Kaplan-Meier with weights."""
    data = registry(400, 1)
    data = data[data["cc_score"] == 0].assign(surgery_month=0.1)
    trial = emulate_trial(data, CONFOUNDERS, horizon=48)
    weights = propensity(data, "hipec", CONFOUNDERS, stabilised=False).weights
    by_arm = endpoint(data).assign(weight=weights)
    alone = kaplan_meier(by_arm, by="hipec", weights="weight")
    np.testing.assert_allclose(trial.rmst["rmst"], alone.rmst(48)["rmst"], rtol=1e-9)
    assert (trial.rmst["se"] > 0).all()


def test_without_confounding_by_anything_the_strategies_agree_with_truth() -> None:
    data = registry(60_000, 2)
    trial = emulate_trial(data, CONFOUNDERS, horizon=60)
    found = trial.rmst_difference.iloc[0]
    # HIPEC does nothing here, though those who get it live longer.
    assert abs(found["difference"]) < 4 * found["se"]
    naive = kaplan_meier(endpoint(data), by="hipec").rmst_difference(60)["difference"][0]
    assert naive > 10


def test_the_bootstrap_agrees_with_the_influence_function() -> None:
    """Standard errors from patient-level influences, the estimated propensity included."""
    data = registry(2_000, 3, benefit=1.3)
    trial = emulate_trial(data, CONFOUNDERS, horizon=60)
    bootstrap = emulate_trial(data, CONFOUNDERS, horizon=60, resamples=400, rng=5)
    end = data["follow_up_month"].to_numpy()
    decided = (data["cc_score"] == 0).to_numpy()
    surgery = np.where(decided, data["surgery_month"].to_numpy(), end)
    died, treated = data["death"].to_numpy(), data["hipec"].to_numpy()
    x = np.column_stack([np.ones(len(data)), data["age"], data["expert_centre"].astype(float)])
    fit = logistic_fit((treated & decided)[None], x[None, :, 1:], decided.astype(float)[None])
    p = fit.probability[0]
    information = (x * (decided * p * (1 - p))[:, None]).T @ x
    gamma = (x * (decided * (treated - p))[:, None]) @ np.linalg.inv(information)
    time = np.concatenate([surgery, end])[None]
    entry = np.concatenate([np.full(len(data), -1.0), np.where(decided, surgery, 0.0)])[None]
    event = np.concatenate([died & ~decided, died & decided])[None]
    grid = kernels.time_grid(time, entry)
    influences = []
    for arm in (True, False):
        likely = np.where(treated, p, 1 - p)
        follows = decided & (treated == arm)
        second = np.where(follows, 1 / likely, 0.0)
        weights = np.concatenate([np.ones(len(data)), second])[None]
        counts = kernels.count_events(grid, event, weights)
        area = kernels.area_after(grid, kernels.survival(counts), 60.0)
        own = kernels.influence(grid, event, counts, area, weights)[0]
        first_row, second_row = own[: len(data)], own[len(data) :]
        # A weight 1/p loses (1 - p) x of itself per unit of gamma, a weight 1/(1 - p) gains p x.
        slope = -(1 - p) if arm else p
        moved = (x * (second_row * slope)[:, None]).sum(axis=0)
        influences.append(first_row + second_row + gamma @ moved)
    se = np.sqrt(((influences[0] - influences[1]) ** 2).sum())
    assert trial.rmst_difference["se"][0] == pytest.approx(se, rel=1e-9)
    assert bootstrap.rmst_difference["se"][0] == pytest.approx(se, rel=0.12)
    np.testing.assert_allclose(bootstrap.rmst["se"], trial.rmst["se"], rtol=0.12)
    at = [12, 24, 48]
    np.testing.assert_allclose(bootstrap.at(at)["se"], trial.at(at)["se"], rtol=0.15)
    np.testing.assert_allclose(bootstrap.at(at)["ci_low"], trial.at(at)["ci_low"], atol=0.01)


def test_the_bootstrap_depends_on_nothing_but_its_seed() -> None:
    data = registry(300, 4)
    one, same, other = (
        emulate_trial(data, CONFOUNDERS, horizon=36, resamples=20, rng=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one.rmst, same.rmst)
    assert one.rmst["se"][0] != other.rmst["se"][0]
    generator = np.random.default_rng(1)
    again = emulate_trial(data, CONFOUNDERS, horizon=36, resamples=20, rng=generator)
    pd.testing.assert_frame_equal(one.rmst, again.rmst)


def test_resamples_with_separation_are_counted() -> None:
    data = registry(40, 6)
    trial = emulate_trial(data, CONFOUNDERS, horizon=24, resamples=200)
    assert 20 < trial.failed < 200
    assert f"{trial.failed} of which" in trial.note()
    assert "there is no interval" in trial.note()
    for found in (trial.rmst, trial.rmst_difference, trial.curves):
        assert found[["se", "ci_low", "ci_high"]].isna().all(axis=None)
    few = emulate_trial(registry(300, 4), CONFOUNDERS, horizon=24, resamples=200)
    assert few.failed <= 20
    assert few.rmst["se"].notna().all()


def test_without_a_propensity_there_is_no_error() -> None:
    data = registry(60, 6)
    data["told"] = data["hipec"]
    with pytest.warns(SeparationWarning):
        trial = emulate_trial(data, ["told"], horizon=24)
    assert trial.rmst_difference[["se", "ci_low", "ci_high"]].isna().all(axis=None)
    assert "Separation" in trial.note()


def test_the_clones_draw_the_curves_of_the_trial() -> None:
    data = registry(200, 9)
    data["patient_id"] = [f"P{number}" for number in range(200)]
    trial = emulate_trial(data, CONFOUNDERS, horizon=48)
    clones = trial.clones
    names = ["patient_id", "strategy", "start", "stop", "event", "weight"]
    assert list(clones.columns) == names
    options = {"entry": "start", "weights": "weight", "by": "strategy"}
    alone = kaplan_meier(clones, "stop", "event", **options)
    at = [6, 12, 24, 48]
    both = (alone.at(at), trial.at(at))
    for strategy in trial.rmst["group"]:
        one, other = (table[table["group"] == strategy]["survival"] for table in both)
        np.testing.assert_allclose(one, other, rtol=1e-12)
    # Everybody starts in both strategies; who goes on after the operation is who had it that way.
    first = clones[clones["start"] == 0]
    assert (first.groupby("strategy")["patient_id"].nunique() == 200).all()
    assert (first["weight"] == 1).all()
    after = clones[clones["start"] > 0].groupby("strategy").size()
    complete = data["cc_score"] == 0
    treated = int(data["hipec"].sum())
    assert after["HIPEC if completely resected"] == treated
    assert after["no HIPEC"] == complete.sum() - treated


def results() -> list[object]:
    data = endpoint(registry(200, 7))
    data["cause"] = data["cause"].cat.remove_unused_categories()
    complete = data[data["cc_score"] == 0]
    return [
        kaplan_meier(data, by="hipec"),
        logrank(data, by="hipec"),
        cox(data, covariates=["hipec", "age"]),
        aalen_johansen(data, by="hipec"),
        propensity(complete, "hipec", CONFOUNDERS),
        emulate_trial(data, CONFOUNDERS, horizon=36, resamples=20),
        standardised_curves(complete, confounders=CONFOUNDERS, resamples=20),
    ]


def test_results_print_are_frozen_and_become_frames() -> None:
    for one, again in zip(results(), results(), strict=True):
        assert repr(one) == repr(again)
        assert "0x" not in repr(one)
        html = one._repr_html_()  # type: ignore[attr-defined]
        assert "<table" in html
        assert html == again._repr_html_()  # type: ignore[attr-defined]
        frame = one.to_frame()  # type: ignore[attr-defined]
        assert isinstance(frame, pd.DataFrame)
        assert len(frame)
        with pytest.raises(dataclasses.FrozenInstanceError):
            one.level = 0.5  # type: ignore[attr-defined]


def test_every_result_draws_itself() -> None:
    for result in results():
        figure = result.plot()  # type: ignore[attr-defined]
        assert figure.words
    data = endpoint(registry(200, 7))
    weights = propensity(data[data["cc_score"] == 0], "hipec", CONFOUNDERS)
    assert weights.plot("overlap").words


def test_balance_of_columns_that_made_no_weights() -> None:
    data = endpoint(registry(400, 7))
    complete = data[data["cc_score"] <= 1]
    weights = propensity(complete, "hipec", ["age"])
    pd.testing.assert_frame_equal(weights.balance_of(complete, ["age"]), weights.balance)
    x, w = complete["expert_centre"].astype(float), weights.weights
    treated = complete["hipec"].astype(bool)
    spread = np.sqrt(x.groupby(treated).var().mean())
    one, zero = (np.average(x[arm], weights=w[arm]) for arm in (treated, ~treated))
    found = weights.balance_of(complete, ["expert_centre"])
    np.testing.assert_allclose(found["weighted"], (one - zero) / spread)
    with pytest.raises(InputError, match="the rows that the weights were made for"):
        weights.balance_of(data, ["age"])
