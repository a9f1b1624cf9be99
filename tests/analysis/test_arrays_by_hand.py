"""What the array modules promise, on data small enough for paper, and what units must not change.

Each of these was missing when small faults were planted in the modules (`make mutants`).
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dsrct_edu.analysis import aalen_johansen, cox, events_needed, kaplan_meier, kernels
from dsrct_edu.analysis.diagnostics import time_scale
from dsrct_edu.analysis.incidence import _kept_at_zero
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


def test_two_data_sets_at_once_share_no_time() -> None:
    time = np.array([[5.0, 1, 3], [2, 2, 8]])
    grid = kernels.time_grid(time)
    assert grid.time.tolist() == [[1, 3, 5], [2, 8, 8]]
    assert grid.exit.tolist() == [[2, 0, 1], [0, 0, 1]]
    assert grid.sum_at_risk().tolist() == [[3, 2, 1], [3, 1, 0]]
    assert grid.index(np.array([0.5, 2.0, 5.0])).tolist() == [[-1, 0, 2], [-1, 0, 0]]
    curve = kernels.survival(kernels.count_events(grid, np.array([[True] * 3, [False] * 3])))
    read = kernels.value_at(grid, curve, np.array([0.5, 3.0]), 1.0)
    np.testing.assert_allclose(read, [[1, 1 / 3], [1, 1]])


def test_what_comes_after_the_end_has_the_error_of_the_end() -> None:
    variance = np.array([[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]])
    survival = np.array([[0.5, 0.0, 0.0], [0.5, 0.4, 0.3]])
    assert _kept_at_zero(variance, survival).tolist() == [[0.1, 0.2, 0.2], [0.1, 0.2, 0.3]]
