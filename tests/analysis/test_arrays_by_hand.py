"""What the array modules promise, on data small enough for paper, and what units must not change.

Each of these was missing when small faults were planted in the modules (`make mutants`).
"""

from __future__ import annotations

from math import log, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from dsrct_edu.analysis import (
    ConvergenceWarning,
    aalen_johansen,
    cox,
    events_needed,
    kaplan_meier,
    kernels,
)
from dsrct_edu.analysis.diagnostics import concordance, time_scale
from dsrct_edu.analysis.firth import _penalised, firth_cox
from dsrct_edu.analysis.incidence import _kept_at_zero
from dsrct_edu.analysis.logistic import logistic_fit
from dsrct_edu.analysis.partial_likelihood import cox_data, cox_fit, standardise
from dsrct_edu.analysis.registry_arrays import first_places, months_between, packed
from dsrct_edu.analysis.two_groups import (
    cox_two_groups,
    death_counts,
    difference,
    rank,
    two_group_curves,
    two_group_logrank,
)
from dsrct_edu.errors import InputError

SIX = pd.DataFrame({"duration": [2, 4, 4, 7, 9, 12], "event": [1, 1, 0, 1, 0, 0]})


@pytest.mark.parametrize("argument", ["power", "alpha", "allocation"])
@pytest.mark.parametrize("value", [-0.5, 0, 1, 1.5])
def test_a_share_of_a_plan_lies_between_nothing_and_all(argument: str, value: float) -> None:
    with pytest.raises(InputError, match=argument):
        events_needed(0.5, **{argument: value})


def test_a_ratio_and_its_inverse_need_as_many_events() -> None:
    assert events_needed(2) == events_needed(0.5) == 66


def test_the_whole_follow_up_can_be_averaged_over() -> None:
    # Area to 12: 2 at 1, 2 at 5/6, 3 at 2/3, 5 at 4/9.
    mean = kaplan_meier(SIX).rmst(12)["rmst"][0]
    assert mean == pytest.approx(2 + 2 * 5 / 6 + 3 * 2 / 3 + 5 * 4 / 9)
    with pytest.raises(InputError, match="ends at 12"):
        kaplan_meier(SIX).rmst(12.001)


def test_who_weighs_nothing_does_not_lengthen_the_follow_up() -> None:
    data = pd.DataFrame({"duration": [1, 2, 3, 9], "event": [1, 0, 0, 0], "w": [1, 1, 1, 0]})
    read = kaplan_meier(data, weights="w").at([3, 4])["survival"]
    assert read[0] == pytest.approx(2 / 3)
    assert np.isnan(read[1])
    data["cause"] = np.where(data["event"] == 1, "d", "c")
    found = aalen_johansen(data, event="cause", censored="c", weights="w").at([3, 4])
    assert found["cumulative_incidence"][0] == pytest.approx(1 / 3)
    assert np.isnan(found["cumulative_incidence"][1])


def data_with_weights() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 24
    entry = rng.integers(0, 4, n) / 2
    return pd.DataFrame(
        {
            "entry": entry,
            "duration": entry + rng.integers(1, 12, n),
            "cause": rng.integers(0, 3, n),
            "x": rng.normal(size=n),
            "w": rng.integers(1, 20, n) / 10 + 0.05,
            "id": np.arange(n),
        }
    ).assign(event=lambda d: d["cause"] > 0)


@pytest.mark.parametrize("entry", [None, "entry"])
def test_the_unit_of_weights_does_not_matter(entry: str | None) -> None:
    """Twenty patients of a weight of 0.01 say what twenty of a weight of 1 say."""
    data = data_with_weights()
    heavy, light = (data.assign(w=data["w"] * unit) for unit in (1.0, 0.003))
    times = [2, 4, 6, 8]
    options: dict[str, Any] = {"entry": entry, "weights": "w"}
    curves = [kaplan_meier(d, **options) for d in (heavy, light)]
    one, other = (c.at(times) for c in curves)
    for column in ("survival", "se", "ci_low", "ci_high"):
        np.testing.assert_allclose(one[column], other[column], rtol=1e-9, atol=1e-13)
    one, other = (c.rmst(7) for c in curves)
    np.testing.assert_allclose(one[["rmst", "se"]], other[["rmst", "se"]], rtol=1e-9)
    found = [aalen_johansen(d, event="cause", censored=0, **options) for d in (heavy, light)]
    one, other = (f.at(times) for f in found)
    np.testing.assert_allclose(one["cumulative_incidence"], other["cumulative_incidence"])
    np.testing.assert_allclose(one["se"], other["se"], rtol=1e-9, atol=1e-13)
    fits = [cox(d, covariates="x", cluster="id", **options) for d in (heavy, light)]
    np.testing.assert_allclose(fits[0].table, fits[1].table, rtol=1e-8)
    assert fits[0].concordance == pytest.approx(fits[1].concordance, rel=1e-9)


def test_time_on_the_scale_of_survival_is_the_share_gone_before() -> None:
    time, event = np.array([1.0, 2, 2, 4, 5]), np.array([True, True, False, False, True])
    # Survival just before: 1 at 1, 4/5 at 2, 4/5 * 3/4 from then on.
    expected = [0, 1 / 5, 1 / 5, 2 / 5, 2 / 5]
    np.testing.assert_allclose(time_scale("km", time, event), expected)
    np.testing.assert_allclose(time_scale("rank", time, event), [1, 2.5, 2.5, 4, 5])
    np.testing.assert_allclose(time_scale("log", time, event), [log(t) for t in time])
    # Times that were told apart in a larger table are told apart here.
    near = np.array([1.0, 1.0 + 1e-12, 3])
    found = time_scale("km", near, np.array([True, True, False]))
    np.testing.assert_allclose(found, [0, 1 / 3, 2 / 3])


def test_strata_tie_what_is_near_but_for_times_that_are_tied_already() -> None:
    near, strata = np.array([[1.0, 1.0 + 1e-12, 3, 3]]), np.array([[0, 0, 0, 1]])
    grid = kernels.time_grid(near, strata=strata)
    assert grid.exit.tolist() == [[0, 0, 1, 2]]
    assert grid.time.tolist() == [[1, 3, 3]]
    assert grid.starts is not None
    assert grid.starts.tolist() == [2]
    told_apart = kernels.time_grid(near, strata=strata, tied=True)
    assert told_apart.exit.tolist() == [[0, 1, 2, 3]]
    assert kernels.time_grid(near, tied=True).exit.tolist() == [[0, 1, 2, 2]]
    assert kernels.time_grid(near).exit.tolist() == [[0, 0, 1, 1]]


def test_tenths_that_are_rounding_beside_their_mean_are_one_time() -> None:
    # R's tolerance is 1.5e-8 of the mean, 13 million here.
    assert kernels.time_grid(np.array([[0, 2e7, 2e7 + 0.1]])).exit.tolist() == [[0, 1, 1]]
    assert kernels.time_grid(np.array([[0, 2e5, 2e5 + 0.1]])).exit.tolist() == [[0, 1, 2]]


def test_two_data_sets_at_once_share_no_time() -> None:
    time = np.array([[5.0, 1, 3], [2, 2, 8]])
    grid = kernels.time_grid(time)
    assert grid.time.tolist() == [[1, 3, 5], [2, 8, 8]]
    assert grid.exit.tolist() == [[2, 0, 1], [0, 0, 1]]
    assert grid.sum_at_risk().tolist() == [[3, 2, 1], [3, 1, 0]]
    assert grid.index(np.array([0.5, 2.0, 5.0])).tolist() == [[-1, 0, 2], [-1, 0, 0]]
    curve = kernels.survival(kernels.count_events(grid, np.array([[True] * 3, [False] * 3])))
    read = kernels.value_at(grid, curve, np.array([0.5, 1.0, 3.0]), 1.0)
    np.testing.assert_allclose(read, [[1, 2 / 3, 1 / 3], [1, 1, 1]])


def test_what_comes_after_the_end_has_the_error_of_the_end() -> None:
    variance = np.array([[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]])
    survival = np.array([[0.5, 0.0, 0.0], [0.5, 0.4, 0.3]])
    assert _kept_at_zero(variance, survival).tolist() == [[0.1, 0.2, 0.2], [0.1, 0.2, 0.3]]


# Deaths at 1 and 2 among x = 1, 0, 1, 0; both of x = 1; none; one at the end, alone at risk.
TIMES = np.array([[1.0, 2, 3, 4]] * 4)
DEATHS = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]], dtype=bool)
GROUP = np.array([True, False, True, False])


def test_two_groups_by_hand_known_monotone_and_unknown() -> None:
    ranked = rank(TIMES, DEATHS, GROUP)
    died_1 = ranked.group * ranked.death
    zero, one, share, variance = death_counts(ranked)
    # At risk just before the deaths: two and two, then two and one.
    assert (zero[0].tolist(), one[0].tolist()) == ([2, 2, 1, 1], [2, 1, 0, 0])
    np.testing.assert_allclose(share[0], [1 / 2, 1 / 3, 0, 0])
    np.testing.assert_allclose(variance[0], [1 / 4, 2 / 9, 0, 0])
    logrank = two_group_logrank(died_1, share, variance)
    assert logrank.estimate[0] == pytest.approx((1 - 5 / 6) / (17 / 36))
    assert logrank.se[0] == pytest.approx(1 / sqrt(17 / 36))
    assert logrank.converged.tolist() == [True, True, False, False]
    assert np.isnan([*logrank.estimate[2:], *logrank.se[2:]]).all()
    assert not logrank.separated.any()
    fit = cox_two_groups(died_1, zero, one, logrank.estimate)
    # r^2 = 2, as in test_cox_of_six_has_a_closed_form
    r = sqrt(2)
    assert fit.estimate[0] == pytest.approx(log(r), abs=1e-12)
    information = r / (1 + r) ** 2 + 2 * r / (r + 2) ** 2
    assert fit.se[0] == pytest.approx(1 / sqrt(information), rel=1e-12)
    assert fit.estimate[1] == 20
    assert np.isnan(fit.estimate[2:]).all()
    assert fit.converged.tolist() == [True, False, False, False]
    assert fit.separated.tolist() == [False, True, False, False]


def test_all_deaths_in_the_other_group_send_the_estimate_the_other_way() -> None:
    ranked = rank(TIMES[:1], np.array([[False, True, False, False]]), GROUP)
    zero, one, share, variance = death_counts(ranked)
    start = two_group_logrank(ranked.group * ranked.death, share, variance).estimate
    fit = cox_two_groups(ranked.group * ranked.death, zero, one, start)
    assert fit.estimate.tolist() == [-20]
    assert fit.separated.tolist() == [True]


def test_curves_of_two_groups_by_hand() -> None:
    zero, one = two_group_curves(TIMES[:2], DEATHS[:2], GROUP, 3.0)
    # Group 1: a death at 1 of two, then, in the second data set, the other at the horizon itself.
    np.testing.assert_allclose(one.survival, [1 / 2, 0])
    np.testing.assert_allclose(one.rmst, [1 + 2 / 2, 1 + 2 / 2])
    np.testing.assert_allclose(one.survival_variance, [1 / 4 * 1 / 2, 0])
    np.testing.assert_allclose(one.rmst_variance, [1 / 2, 1 / 2])
    np.testing.assert_allclose(zero.survival, [1 / 2, 1])
    np.testing.assert_allclose(zero.rmst, [2 + 1 / 2, 3])
    np.testing.assert_allclose(zero.rmst_variance, [1 / 4 * 1 / 2, 0])
    # A curve that ends before the horizon is carried on.
    np.testing.assert_allclose(two_group_curves(TIMES, DEATHS, GROUP, 9.0)[1].rmst[0], 1 + 8 / 2)
    # One that has come down to zero has nothing to carry on.
    np.testing.assert_allclose(two_group_curves(TIMES, DEATHS, GROUP, 9.0)[1].rmst[1], 1 + 2 / 2)
    # With the first patient left out nobody of group 1 dies in the first data set.
    rest = np.array([[False, True, True, True]] * 2)
    zero, one = two_group_curves(TIMES[:2], DEATHS[:2], GROUP, 3.0, rest)
    np.testing.assert_allclose(one.survival, [1, 0])
    np.testing.assert_allclose(one.rmst, [3, 3])
    per_row = two_group_curves(TIMES[:2], DEATHS[:2], np.array([GROUP] * 2), 3.0, rest)
    for found, expected in zip(per_row, (zero, one), strict=True):
        np.testing.assert_allclose(found, expected)


def test_a_difference_needs_two_groups_and_some_variance() -> None:
    one, zero = np.array([3.0, 2.0, np.nan]), np.array([1.0, 1.0, 1.0])
    found = difference(one, zero, np.array([4.0, 0.0, 4.0]))
    np.testing.assert_array_equal(found.estimate, [2, 1, np.nan])
    np.testing.assert_array_equal(found.se, [2, 0, np.nan])
    assert found.converged.tolist() == [True, False, False]
    assert not found.separated.any()


def test_those_marked_are_packed_to_the_left() -> None:
    marked = np.array([[False, True, True], [False, False, True]])
    places = first_places(marked)
    values = np.array([[10, 11, 12], [20, 21, 22]])
    assert packed(values, places).tolist() == [[11, 12], [22, 20]]
    assert packed(marked, places).tolist() == [[True, True], [True, False]]
    assert packed(values[:, :, None], places).tolist() == [[[11], [12]], [[22], [20]]]
    nobody = first_places(np.zeros((2, 3), dtype=bool))
    assert nobody.shape == (2, 1)
    surgery, death = np.array([5.1, 0.1, 5.0]), np.array([14.4, 0.4, 12.0])
    assert months_between(surgery, death).tolist() == [9.3, 0.3, 7.0]


def test_a_logistic_table_beside_one_that_separates() -> None:
    # 3 of 4 with x, 1 of 4 without: log odds -log 3 and log 9 more. The other table separates.
    x = np.array([[1.0, 1, 1, 1, 0, 0, 0, 0]] * 2)[:, :, None]
    outcome = np.array([[1, 1, 1, 0, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]], dtype=bool)
    fit = logistic_fit(outcome, x, np.ones((2, 8)))
    np.testing.assert_allclose(fit.coef[0], [-log(3), log(9)], rtol=1e-9)
    np.testing.assert_allclose(fit.probability[0], [3 / 4] * 4 + [1 / 4] * 4, rtol=1e-9)
    assert fit.converged.tolist() == [True, False]
    assert fit.separated.tolist() == [False, True]
    # Of the standardised design, 0 and 1 made -1 and 1: each cell of 4 has 4 * 3/16 of information.
    np.testing.assert_allclose(fit.design[0, :, 1], [1] * 4 + [-1] * 4)
    np.testing.assert_allclose(fit.inverse_information[0], np.eye(2) / 1.5, atol=1e-9)
    # Who weighs nothing is not there: without the one untreated with x the table separates.
    weights = np.ones((1, 8))
    weights[0, 3] = 0
    assert logistic_fit(outcome[:1], x[:1], weights).separated[0]
    weights = np.array([[2.0, 0, 1, 1, 1, 2, 0, 1]])
    again = logistic_fit(outcome[:1], x[:1], weights)
    np.testing.assert_allclose(again.coef, fit.coef[:1], rtol=1e-9)
    np.testing.assert_array_equal(again.design[0, [1, 6]], 0)
    # A covariate that is the same for all has no coefficient; the intercept is that of 4 in 8.
    same = logistic_fit(outcome[:1], np.full((1, 8, 1), 7.0), np.ones((1, 8)))
    np.testing.assert_allclose(same.coef, [[0, 0]], atol=1e-12)
    assert same.converged[0]


def test_a_pair_that_cannot_be_compared_leaves_nothing_to_count() -> None:
    both, risk = np.array([1.0, 1.0]), np.array([0.3, 0.7])
    assert np.isnan(concordance(both, np.array([True, True]), risk))
    assert np.isnan(concordance(np.array([1.0, 2.0]), np.array([False, True]), risk))
    # A censoring at the time of an event came later.
    assert concordance(both, np.array([False, True]), risk) == 1


def test_without_a_maximum_hazards_are_not_tested() -> None:
    data = pd.DataFrame({"duration": [1, 2, 3, 4], "event": [1, 1, 0, 0], "x": [1, 1, 0, 0]})
    with pytest.warns(ConvergenceWarning):
        fit = cox(data, covariates="x")
    assert fit.proportional_hazards()["chi_square"].isna().all()


def test_one_time_in_each_of_two_data_sets() -> None:
    grid = kernels.time_grid(np.array([[2.0, 2.0], [5.0, 5.0]]))
    assert grid.index(np.array([3.0])).tolist() == [[0], [-1]]
    assert grid.read(np.array([[5.0], [7.0]]), grid.exit).tolist() == [[5.0, 5.0], [7.0, 7.0]]


def test_what_a_curve_owes_to_three_patients_of_whom_one_is_left() -> None:
    # Nobody is censored before: S = 1/3 is a mean, and each patient's share (alive - 1/3) / 3.
    grid, event = kernels.time_grid(np.array([[1.0, 2.0, 3.0]])), np.array([[True, True, False]])
    counts = kernels.count_events(grid, event)
    owed = kernels.survival_influence(grid, event, counts, np.array([1]))[:, 0]
    assert owed == pytest.approx([-1 / 9, -1 / 9, 2 / 9])


def test_what_is_near_is_told_by_the_mean_of_its_own_data_set() -> None:
    # 1e-5 apart at a mean of 1250: a share of 0.8e-8, and 1.6e-8 of half that mean
    long, short = [1.0, 999.0, 2000.0, 2000.0 + 1e-5], [1.0, 2.0, 3.0, 4.0]
    tied = kernels.tie_near_times(np.array([long, short]))
    assert tied.tolist() == [[1.0, 999.0, 2000.0, 2000.0], short]


@pytest.mark.parametrize("seed", [*range(8), 34, 49])
def test_another_optimiser_finds_the_same_penalised_maximum_and_limits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 12
    time, event = rng.integers(1, 12, n) + 0.0, rng.random(n) < 0.6
    x = np.stack([rng.standard_cauchy(n), rng.integers(0, 2, n)], axis=1)
    grid = kernels.time_grid(time[None])
    data = cox_data(grid, event[None], x[None])
    found = firth_cox(data, 0.9)
    assert found.fit.converged[0]
    assert not found.fit.moving.any()
    centred, scale = standardise(data)
    penalised = _penalised(centred)

    def best(fixed: dict[int, float]) -> float:
        free = [j for j in range(2) if j not in fixed]

        def lost(some: np.ndarray) -> tuple[float, np.ndarray]:
            coef = np.array([fixed.get(j, 0.0) for j in range(2)])
            coef[free] = some
            point = penalised(coef)
            return -point.value, -point.score[free]

        start = (found.fit.coef[0] * scale[0])[free]
        return -float(minimize(lost, start, jac=True, method="BFGS").fun)

    top = found.fit.log_likelihood[0] - np.log(scale[0]).sum()
    assert best({}) == pytest.approx(top, abs=1e-9)
    for j in range(2):
        without = best({j: 0.0})
        assert found.statistic[j] == pytest.approx(2 * (top - without), abs=1e-7)
        for limit in (found.low[j], found.high[j]):
            fallen = top - best({j: limit * scale[0, j]})
            assert 2 * fallen == pytest.approx(2.705543454095404, abs=1e-6)


@pytest.mark.parametrize("late", [False, True])
def test_influence_on_survival_at_some_times_is_that_on_each(late: bool) -> None:
    data = data_with_weights()
    time, entry, weights = (data[[name]].to_numpy().T for name in ("duration", "entry", "w"))
    event = data[["event"]].to_numpy().T
    grid = kernels.time_grid(time, entry if late else None)
    for weight in (None, weights):
        counts = kernels.count_events(grid, event, weight)
        curve = kernels.survival(counts)
        places = np.array([3, 8, 12])
        found = kernels.survival_influence(grid, event, counts, places, weight)
        for k, place in enumerate(places):
            gradient = curve[:, [place]] * (grid.time <= grid.time[0, place])
            one = kernels.influence(grid, event, counts, gradient, weight)
            np.testing.assert_allclose(found[:, k], one[0], atol=1e-13)
        # The sum of their squares on the scale of the log is the robust variance.
        if weight is not None:
            robust = kernels.robust_log_survival_variance(grid, event, counts, weight)
            expected = (found**2).sum(axis=0) / curve[0, places] ** 2
            np.testing.assert_allclose(robust[0, places], expected, rtol=1e-9)


def test_a_covariate_may_stand_far_from_zero() -> None:
    data = data_with_weights()
    grid = kernels.time_grid(data[["duration"]].to_numpy().T)
    event, x = data[["event"]].to_numpy().T, data[["x"]].to_numpy()[None]
    near, far = (cox_fit(cox_data(grid, event, x + shift)) for shift in (0.0, 1e6))
    assert far.converged[0]
    np.testing.assert_allclose(far.coef, near.coef, rtol=1e-6)
    np.testing.assert_allclose(far.se, near.se, rtol=1e-6)
