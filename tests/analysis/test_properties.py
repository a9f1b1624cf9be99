"""What must hold for every data set, tried on 500 of each kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dsrct_edu.analysis import (
    CumulativeIncidence,
    aalen_johansen,
    cox,
    kaplan_meier,
    kernels,
    logrank,
)
from dsrct_edu.analysis.incidence import incidence_curves
from dsrct_edu.analysis.partial_likelihood import CoxFit, cox_data, cox_fit

often = settings(
    max_examples=500,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


# One whole number makes a patient: its digits in these bases are his columns.
BASES = {"duration": 8, "cause": 3, "arm": 2, "x": 11, "stratum": 2, "weight": 3}
CODES = st.integers(0, int(np.prod(list(BASES.values()))) - 1)


def decode(codes: list[int], ties: bool = True) -> pd.DataFrame:
    """Turn whole numbers into patients; without ties the number itself is the time."""
    rest = np.array(codes)
    columns = {}
    for name, base in BASES.items():
        rest, columns[name] = np.divmod(rest, base)
    columns["duration"] = 1.0 + (columns["duration"] if ties else np.array(codes))
    columns["event"] = columns["cause"] > 0
    columns["x"] = columns["x"] - 5
    columns["weight"] = columns["weight"] + 1
    return pd.DataFrame(columns)


def data_sets(ties: bool = True, low: int = 6, high: int = 14) -> st.SearchStrategy[pd.DataFrame]:
    """Small data sets: times, causes, two arms, a covariate, strata and weights."""
    codes = st.lists(CODES, min_size=low, max_size=high, unique=not ties)
    return codes.map(lambda drawn: decode(drawn, ties))


def fit(data: pd.DataFrame, columns: list[str], **options: object) -> CoxFit:
    """Fit Cox's model with the kernel, which reports instead of raising."""
    weights = options.pop("weights", None)
    strata = options.pop("strata", None)
    rows = data.iloc[np.argsort(data["duration"].to_numpy(), kind="stable")]
    stratum = None if strata is None else rows[strata].to_numpy()[None]
    weight = None if weights is None else rows[weights].to_numpy(dtype=float)[None]
    grid = kernels.time_grid(rows["duration"].to_numpy()[None], strata=stratum)
    x = rows[columns].to_numpy(dtype=float)[None]
    return cox_fit(cox_data(grid, rows["event"].to_numpy()[None], x, weight, **options))


def incidence(data: pd.DataFrame, **options: object) -> CumulativeIncidence:
    """Estimate the cumulative incidence, whether or not anybody was censored."""
    censored = 0 if (data["cause"] == 0).any() else None
    return aalen_johansen(data, event="cause", censored=censored, **options)


def comparable(data: pd.DataFrame) -> bool:
    """Whether the arms were at risk together at some event."""
    grid = kernels.time_grid(data["duration"].to_numpy()[None])
    score, covariance = kernels.logrank_scores(
        grid, data["event"].to_numpy()[None], data["arm"].to_numpy()[None], 2
    )
    return bool(np.isfinite(kernels.chi_square(score, covariance)).all())


@often
@given(data_sets(), st.sampled_from([0.25, 2.0, 30.4375, 365.25]))
def test_time_scales(data: pd.DataFrame, factor: float) -> None:
    scaled = data.assign(duration=data["duration"] * factor)
    one, other = (kaplan_meier(d).to_frame() for d in (data, scaled))
    np.testing.assert_allclose(other["time"], one["time"] * factor)
    np.testing.assert_allclose(other["survival"], one["survival"], rtol=1e-12)
    np.testing.assert_allclose(other["se"], one["se"], rtol=1e-12)
    tau = data["duration"].max()
    means = kaplan_meier(data).rmst(tau), kaplan_meier(scaled).rmst(tau * factor)
    np.testing.assert_allclose(means[1]["rmst"], means[0]["rmst"] * factor)
    np.testing.assert_allclose(means[1]["se"], means[0]["se"] * factor, atol=1e-12)


@often
@given(data_sets(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(data: pd.DataFrame, random: object) -> None:
    rows = list(range(len(data)))
    random.shuffle(rows)  # type: ignore[attr-defined]
    mixed = data.iloc[rows]
    pd.testing.assert_frame_equal(kaplan_meier(mixed).to_frame(), kaplan_meier(data).to_frame())
    curves = (incidence(d).to_frame() for d in (mixed, data)) if data["event"].any() else ()
    if curves:
        pd.testing.assert_frame_equal(*curves)
    one, other = fit(data, ["x"]), fit(mixed, ["x"])
    assert one.converged == other.converged
    if one.converged:
        np.testing.assert_allclose(other.coef, one.coef, rtol=1e-9, atol=1e-9)


@often
@given(data_sets())
def test_whole_weights_are_duplicates(data: pd.DataFrame) -> None:
    copies = data.loc[data.index.repeat(data["weight"])].reset_index(drop=True)
    weighted = kaplan_meier(data, weights="weight").to_frame()
    pd.testing.assert_frame_equal(weighted, kaplan_meier(copies).to_frame(), check_dtype=False)
    tau = data["duration"].max()
    pd.testing.assert_frame_equal(
        kaplan_meier(data, weights="weight").rmst(tau), kaplan_meier(copies).rmst(tau)
    )
    one = fit(data, ["x"], weights="weight", ties="breslow")
    other = fit(copies, ["x"], ties="breslow")
    assert one.converged == other.converged
    if one.converged:
        np.testing.assert_allclose(other.coef, one.coef, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(other.se, one.se, rtol=1e-9)


@often
@given(data_sets())
def test_swapping_arms_turns_the_sign(data: pd.DataFrame) -> None:
    swapped = data.assign(arm=1 - data["arm"])
    assume(data["arm"].nunique() == 2 and comparable(data))
    one, other = (logrank(d, by="arm").statistic for d in (data, swapped))
    np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-12)
    left, right = fit(data, ["arm"]), fit(swapped, ["arm"])
    assert left.converged == right.converged
    if left.converged:
        np.testing.assert_allclose(right.coef, -left.coef, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(right.se, left.se, rtol=1e-8)
    tau = min(d["duration"].max() for _, d in data.groupby("arm"))
    one, other = (
        kaplan_meier(d, by="arm").rmst_difference(tau)["difference"][0] for d in (data, swapped)
    )
    np.testing.assert_allclose(other, -one, atol=1e-12)


@often
@given(data_sets())
def test_without_censoring_kaplan_meier_is_the_empirical_distribution(data: pd.DataFrame) -> None:
    curve = kaplan_meier(data.assign(event=True)).to_frame()
    beyond = [(data["duration"] > t).mean() for t in curve["time"]]
    np.testing.assert_allclose(curve["survival"], beyond, atol=1e-14)
    mean = kaplan_meier(data.assign(event=True)).rmst(data["duration"].max())["rmst"][0]
    np.testing.assert_allclose(mean, data["duration"].mean())


@often
@given(data_sets())
def test_causes_and_survival_add_up_to_one(data: pd.DataFrame) -> None:
    assume(data["event"].any())
    curves = incidence(data, weights="weight")
    total = curves.to_frame().groupby("time")["cumulative_incidence"].sum()
    alive = curves.survival.set_index("time")["survival"]
    np.testing.assert_allclose(total.loc[alive.index] + alive, 1.0, atol=1e-12)
    beside = curves.beside_kaplan_meier(sorted(set(data["duration"])))
    assert (beside["difference"] >= -1e-12).all()


@often
@given(data_sets())
def test_one_cause_is_one_minus_kaplan_meier(data: pd.DataFrame) -> None:
    assume(data["event"].any())
    one = data.assign(cause=data["event"].astype(int))
    curve = incidence(one).to_frame()
    km = kaplan_meier(data).to_frame()
    np.testing.assert_allclose(curve["cumulative_incidence"], 1 - km["survival"], atol=1e-12)
    known = km["survival"] > 0
    np.testing.assert_allclose(curve["se"][known], km["se"][known], atol=1e-12)


@often
@given(data_sets(ties=False))
def test_logrank_is_the_score_test_of_cox_without_ties(data: pd.DataFrame) -> None:
    assume(data["arm"].nunique() == 2 and comparable(data))
    found = fit(data, ["arm"]).score_statistic[0]
    np.testing.assert_allclose(found, logrank(data, by="arm").statistic, rtol=1e-9, atol=1e-12)


@often
@given(data_sets(ties=False))
def test_efron_is_breslow_without_ties(data: pd.DataFrame) -> None:
    one, other = (fit(data, ["x", "arm"], ties=ties) for ties in ("efron", "breslow"))
    np.testing.assert_array_equal(one.coef, other.coef)
    np.testing.assert_array_equal(one.log_likelihood, other.log_likelihood)


@often
@given(st.lists(CODES, min_size=18, max_size=18))
def test_a_batch_is_its_members(codes: list[int]) -> None:
    batch = decode(codes)

    def stack(name: str) -> np.ndarray:
        return batch[name].to_numpy().reshape(2, 9)

    time, event, cause, arm = (stack(name) for name in ("duration", "event", "cause", "arm"))
    weights = stack("weight").astype(float)
    x = batch[["x", "arm"]].to_numpy(dtype=float).reshape(2, 9, 2)
    entry = np.where(stack("stratum") == 1, 0.5, 0.0)
    grid = kernels.time_grid(time, entry)
    counts = kernels.count_events(grid, event, weights)
    means, variances = kernels.rmst(grid, counts, 6.0)
    area = kernels.area_after(grid, kernels.survival(counts), 6.0)
    influence = kernels.influence(grid, event, counts, area, weights)
    scores, covariances = kernels.logrank_scores(grid, event, arm, 2)
    fits = cox_fit(cox_data(grid, event, x, weights))
    curves = incidence_curves(grid, cause, 2, weights)
    times = np.array([2.0, 5.0])
    alive = kernels.value_at(grid, kernels.survival(counts), times, 1.0)
    for i in range(2):
        one = kernels.time_grid(time[i : i + 1], entry[i : i + 1])
        count = kernels.count_events(one, event[i : i + 1], weights[i : i + 1])
        mean, variance = kernels.rmst(one, count, 6.0)
        close = {"rtol": 1e-10, "atol": 1e-10}
        np.testing.assert_allclose(mean[0], means[i], **close)
        np.testing.assert_allclose(variance[0], variances[i], **close)
        area = kernels.area_after(one, kernels.survival(count), 6.0)
        alone = kernels.influence(one, event[i : i + 1], count, area, weights[i : i + 1])
        np.testing.assert_allclose(alone[0], influence[i], **close)
        np.testing.assert_allclose(
            kernels.value_at(one, kernels.survival(count), times, 1.0)[0], alive[i], **close
        )
        score, covariance = kernels.logrank_scores(one, event[i : i + 1], arm[i : i + 1], 2)
        np.testing.assert_allclose(score[0], scores[i], **close)
        np.testing.assert_allclose(covariance[0], covariances[i], **close)
        curve = incidence_curves(one, cause[i : i + 1], 2, weights[i : i + 1])
        last = curve.incidence.shape[2] - 1
        np.testing.assert_allclose(curve.incidence[0, :, last], curves.incidence[i, :, -1], **close)
        np.testing.assert_allclose(curve.variance[0, :, last], curves.variance[i, :, -1], **close)
        found = cox_fit(cox_data(one, event[i : i + 1], x[i : i + 1], weights[i : i + 1]))
        assert found.converged[0] == fits.converged[i]
        if found.converged[0]:
            np.testing.assert_allclose(found.coef[0], fits.coef[i], rtol=1e-8, atol=1e-8)
            np.testing.assert_allclose(found.se[0], fits.se[i], rtol=1e-8)


@often
@given(data_sets())
def test_identical_strata_merge(data: pd.DataFrame) -> None:
    """Two strata that are copies of each other say what one of them says, twice."""
    twice = pd.concat([data.assign(copy=0), data.assign(copy=1)], ignore_index=True)
    one, other = fit(data, ["x"]), fit(twice, ["x"], strata="copy")
    assert one.converged == other.converged
    if one.converged:
        np.testing.assert_allclose(other.coef, one.coef, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(other.se * np.sqrt(2), one.se, rtol=1e-8)
        np.testing.assert_allclose(other.log_likelihood, 2 * one.log_likelihood, rtol=1e-9)
    assume(data["arm"].nunique() == 2 and comparable(data))
    single = logrank(data, by="arm").statistic
    both = logrank(twice, by="arm", strata="copy").statistic
    np.testing.assert_allclose(both, 2 * single, rtol=1e-9, atol=1e-12)


@often
@given(data_sets())
def test_influences_give_the_robust_errors(data: pd.DataFrame) -> None:
    """The linear-time variance is the sum of squares over patients, done the long way."""
    data = data.assign(weight=data["weight"] / 2)
    time, event = data["duration"].to_numpy()[None], data["event"].to_numpy()[None]
    weights = data["weight"].to_numpy()[None]
    grid = kernels.time_grid(time, np.where(data["stratum"] == 1, 0.5, 0.0)[None])
    counts = kernels.count_events(grid, event, weights)
    curve = kernels.survival(counts)
    fast = kernels.robust_log_survival_variance(grid, event, counts, weights)[0]
    for g in range(grid.time.shape[1]):
        if curve[0, g] > 0:
            reached = curve[0, g] * (np.arange(grid.time.shape[1]) <= g)[None]
            slow = kernels.influence(grid, event, counts, reached, weights)
            found = (slow**2).sum() / curve[0, g] ** 2
            np.testing.assert_allclose(fast[g], found, rtol=1e-8, atol=1e-12)


@often
@given(data_sets())
def test_the_score_residuals_add_up_to_the_score(data: pd.DataFrame) -> None:
    rows = data.sort_values("duration")
    grid = kernels.time_grid(rows["duration"].to_numpy()[None])
    x = rows[["x", "arm"]].to_numpy(dtype=float)[None]
    prepared = cox_data(grid, rows["event"].to_numpy()[None], x)
    coef = np.array([[0.1, -0.3]])
    moments = prepared.moments(coef)
    score = prepared.score(prepared.residuals(moments, prepared.exposure(moments)))
    total = prepared.score_residuals(coef).sum(axis=2)
    np.testing.assert_allclose(total, score, rtol=1e-8, atol=1e-9)


@often
@given(data_sets())
def test_the_counts_add_up(data: pd.DataFrame) -> None:
    read = kaplan_meier(data, by="arm").at([0, 1, 2.5, 4, 8, 20])
    sizes = data.groupby("arm").size()
    total = read["at_risk"] + read["censored"] + read["events"]
    assert (total == read["group"].map(sizes)).all()


@often
@given(data_sets(low=8, high=12))
def test_cox_reports_or_finds_the_maximum(data: pd.DataFrame) -> None:
    """Where the fit says that it converged, no neighbour has a higher likelihood."""
    assume(data["event"].any() and data["x"].nunique() > 1)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = cox(data, covariates=["x"])
    if not found.converged:
        assert found.diverging == ("x",)
        return
    prepared, coef = found._data, found._fit.coef
    best = prepared.moments(coef).log_likelihood[0]
    np.testing.assert_allclose(best, found.log_likelihood, rtol=1e-9, atol=1e-12)
    for step in (-1e-3, 1e-3):
        assert prepared.moments(coef + step).log_likelihood[0] <= best + 1e-12


@pytest.mark.parametrize("n", [1, 2, 3, 17, 200])
def test_sums_over_spans_are_the_differences_that_need_no_care(n: int) -> None:
    rng = np.random.default_rng(n)
    entry, length = rng.integers(0, n, (1, n)), rng.integers(1, n + 1, (1, n))
    grid = kernels.time_grid(
        (entry + length).astype(float), entry.astype(float), rng.integers(0, 3, (1, n))
    )
    values, steps = rng.normal(size=(1, n)), rng.normal(size=grid.time.shape)
    found = grid.spans.sum_at_risk(values)
    np.testing.assert_allclose(found, grid.sum_at_risk(values), atol=1e-10)
    accrued = grid.accrued(grid.accumulate(steps))
    np.testing.assert_allclose(grid.spans.accrued(steps), accrued, atol=1e-10)
