"""Agreement with lifelines where it is right, and a test of each place where it is not.

The second half holds for lifelines 0.30.3; a test that starts to fail says that lifelines has
mended something, and the docs should follow.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dsrct_edu.analysis import ConvergenceWarning, aalen_johansen, cox, kaplan_meier, logrank
from dsrct_edu.analysis.partial_likelihood import one_covariate

lifelines = pytest.importorskip("lifelines")
from lifelines import (  # noqa: E402
    AalenJohansenFitter,
    CoxPHFitter,
    CoxTimeVaryingFitter,
    KaplanMeierFitter,
)
from lifelines.statistics import (  # noqa: E402
    multivariate_logrank_test,
    proportional_hazard_test,
)
from lifelines.utils import restricted_mean_survival_time  # noqa: E402

DATA = Path(__file__).parent / "reference" / "data"


@pytest.fixture
def lung() -> pd.DataFrame:
    return pd.read_csv(DATA / "lung.csv").astype(float)


@pytest.fixture
def mgus2() -> pd.DataFrame:
    return pd.read_csv(DATA / "mgus2.csv")


@pytest.fixture(autouse=True)
def _quiet() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# Where lifelines is right


def test_one_covariate_with_delayed_entry() -> None:
    rng = np.random.default_rng(1)
    entry = rng.exponential(3, 400)
    time = entry + rng.exponential(10, 400)
    group, event = rng.random(400) < 0.4, rng.random(400) < 0.7
    data = pd.DataFrame({"time": time, "event": event, "group": group * 1.0, "entry": entry})
    plain = CoxPHFitter().fit(data.drop(columns="entry"), "time", "event")
    assert one_covariate(time, group, event)[0] == pytest.approx(plain.params_["group"], abs=1e-6)
    late = CoxPHFitter().fit(data, "time", "event", entry_col="entry")
    estimate, error = one_covariate(time, group, event, entry)
    assert estimate == pytest.approx(late.params_["group"], abs=1e-6)
    assert error == pytest.approx(late.standard_errors_["group"], abs=1e-6)


@pytest.mark.parametrize("name", ["lung", "veteran", "colon", "ovarian", "kidney"])
def test_kaplan_meier_and_its_interval(name: str) -> None:
    data = pd.read_csv(DATA / f"{name}.csv").astype(float)
    theirs = KaplanMeierFitter().fit(data["time"], data["event"])
    ours = kaplan_meier(data, "time", "event").to_frame()
    np.testing.assert_allclose(
        ours["survival"], theirs.survival_function_["KM_estimate"], rtol=1e-9
    )
    alive = ours["survival"].to_numpy() > 0
    limits = theirs.confidence_interval_survival_function_.to_numpy()
    found = ours[["ci_low", "ci_high"]].to_numpy()
    np.testing.assert_allclose(found[alive], limits[alive], rtol=1e-7)


@pytest.mark.parametrize("name", ["lung", "veteran", "colon", "mgus2"])
def test_logrank(name: str) -> None:
    data = pd.read_csv(DATA / f"{name}.csv").astype(float)
    theirs = multivariate_logrank_test(data["time"], data["group"], data["event"])
    ours = logrank(data, "time", "event", "group")
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-9)
    assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-6)


@pytest.mark.parametrize("name", ["lung", "veteran", "colon", "mgus2"])
def test_cox_to_the_precision_of_lifelines(name: str) -> None:
    data = pd.read_csv(DATA / f"{name}.csv").astype(float)
    x = [column for column in data if column.startswith("x")]
    theirs = CoxPHFitter().fit(data[[*x, "time", "event"]], "time", "event").summary
    ours = cox(data, "time", "event", x).table
    np.testing.assert_allclose(ours["coef"], theirs["coef"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ours["se"], theirs["se(coef)"], rtol=1e-4)


def test_time_varying_cox() -> None:
    heart = pd.read_csv(DATA / "heart.csv").astype(float)
    x = ["x1", "x2", "x3"]
    theirs = CoxTimeVaryingFitter().fit(
        heart[["cluster", "entry", "time", "event", *x]],
        id_col="cluster",
        start_col="entry",
        stop_col="time",
        event_col="event",
    )
    ours = cox(heart, "time", "event", x, entry="entry").table
    np.testing.assert_allclose(ours["coef"], theirs.params_, rtol=1e-7)
    np.testing.assert_allclose(ours["se"], theirs.standard_errors_, rtol=1e-6)


def test_restricted_mean(lung: pd.DataFrame) -> None:
    theirs = KaplanMeierFitter().fit(lung["time"], lung["event"])
    ours = kaplan_meier(lung, "time", "event").rmst(600)["rmst"][0]
    assert ours == pytest.approx(restricted_mean_survival_time(theirs, 600), rel=1e-9)


# Where it is not


def test_its_variance_of_the_restricted_mean_is_that_of_one_patient(lung: pd.DataFrame) -> None:
    theirs = KaplanMeierFitter().fit(lung["time"], lung["event"])
    _, variance = restricted_mean_survival_time(theirs, 600, return_variance=True)
    ours = kaplan_meier(lung, "time", "event").rmst(600)["se"][0]
    assert np.sqrt(variance) > 10 * ours
    # Nor does dividing by n mend it where patients are censored.
    assert abs(np.sqrt(variance / len(lung)) / ours - 1) > 1e-4


def test_its_aalen_johansen_moves_tied_times_at_random(mgus2: pd.DataFrame) -> None:
    ours = aalen_johansen(mgus2, "time", "cause", censored=0).at(240)
    exact = ours.set_index("cause")["cumulative_incidence"][1]

    def theirs(seed: int) -> float:
        fitter = AalenJohansenFitter(seed=seed, calculate_variance=False)
        fitter.fit(mgus2["time"], mgus2["cause"], event_of_interest=1)
        curve = fitter.cumulative_density_
        return float(curve[curve.index <= 240].iloc[-1, 0])

    first, second = theirs(1), theirs(2)
    assert first != second
    assert max(abs(first - exact), abs(second - exact)) > 1e-6


def test_its_aalen_johansen_resets_the_random_numbers_of_everybody(mgus2: pd.DataFrame) -> None:
    draws = []
    for start in (1, 2):
        np.random.seed(start)  # noqa: NPY002
        AalenJohansenFitter(seed=0, calculate_variance=False).fit(
            mgus2["time"], mgus2["cause"], event_of_interest=1
        )
        draws.append(np.random.random())  # noqa: NPY002
    assert draws[0] == draws[1]
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    aalen_johansen(mgus2, "time", "cause", censored=0)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_its_aalen_johansen_loses_an_event_at_time_zero() -> None:
    data = pd.DataFrame({"time": [0.0, 1.0, 2.0, 3.0], "cause": [1, 1, 2, 0]})
    fitter = AalenJohansenFitter(calculate_variance=False)
    fitter.fit(data["time"], data["cause"], event_of_interest=1)
    ours = aalen_johansen(data, "time", "cause", censored=0).at(3).set_index("cause")
    assert ours["cumulative_incidence"][1] == pytest.approx(0.5)
    assert float(fitter.cumulative_density_.iloc[-1, 0]) == pytest.approx(0.25)


def test_its_proportional_hazards_test_is_the_old_approximation(lung: pd.DataFrame) -> None:
    x = ["x1", "x2"]
    frame = lung[[*x, "time", "event"]]
    fitter = CoxPHFitter().fit(frame, "time", "event")
    theirs = proportional_hazard_test(fitter, frame, time_transform="km").summary
    ours = cox(lung, "time", "event", x).proportional_hazards("km")
    assert "GLOBAL" not in theirs.index
    assert "GLOBAL" in ours.index
    gap = np.abs(theirs["test_statistic"].to_numpy() - ours["chi_square"].to_numpy()[:2])
    assert gap.max() > 0.01


def test_it_takes_a_monotone_likelihood_for_a_fit() -> None:
    data = pd.DataFrame(
        {"time": [1.0, 2, 3, 4, 5, 6], "event": [1, 1, 1, 0, 0, 0], "x": [1, 1, 1, 0, 0, 0]}
    )
    fitter = CoxPHFitter().fit(data, "time", "event")
    assert fitter.standard_errors_["x"] > 100
    with pytest.warns(ConvergenceWarning):
        assert not cox(data, "time", "event", "x").converged


def test_it_has_no_robust_errors_for_start_stop_rows() -> None:
    heart = pd.read_csv(DATA / "heart.csv").astype(float)
    with pytest.raises(NotImplementedError):
        CoxTimeVaryingFitter().fit(
            heart[["cluster", "entry", "time", "event", "x1"]],
            id_col="cluster",
            start_col="entry",
            stop_col="time",
            event_col="event",
            robust=True,
        )
    ours = cox(heart, "time", "event", "x1", entry="entry", cluster="cluster")
    assert ours.robust
