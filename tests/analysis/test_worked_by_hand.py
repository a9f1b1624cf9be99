"""Small data sets whose answers are worked out on paper, with the working."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from dsrct_edu.analysis import (
    ConvergenceWarning,
    SeparationWarning,
    aalen_johansen,
    cause_specific_hazards,
    cox,
    e_value,
    endpoint,
    events_needed,
    follow_up,
    kaplan_meier,
    landmark,
    logrank,
    propensity,
    standardised_curves,
    treatment_episodes,
)
from dsrct_edu.analysis.causal import _e
from dsrct_edu.errors import InputError

# Deaths at 2, 4 (and a censoring at 4), 7; censorings at 9 and 12.
SIX = pd.DataFrame({"duration": [2, 4, 4, 7, 9, 12], "event": [1, 1, 0, 1, 0, 0]})


def test_kaplan_meier_of_six() -> None:
    read = kaplan_meier(SIX).at([2, 4, 7, 12])
    s = [5 / 6, 5 / 6 * 4 / 5, 2 / 3 * 2 / 3, 2 / 3 * 2 / 3]
    np.testing.assert_allclose(read["survival"], s)
    greenwood = np.cumsum([1 / (6 * 5), 1 / (5 * 4), 1 / (3 * 2), 0])
    np.testing.assert_allclose(read["se"], s * np.sqrt(greenwood))
    z = norm.ppf(0.975)
    low = s[2] ** exp(-z * sqrt(greenwood[2]) / log(s[2]))
    assert read["ci_low"][2] == pytest.approx(low)
    assert read["at_risk"].tolist() == [5, 3, 2, 0]
    assert read["at_risk_before"].tolist() == [6, 5, 3, 1]
    assert read["censored"].tolist() == [0, 1, 1, 3]
    assert read["events"].tolist() == [1, 2, 3, 3]


def test_restricted_mean_of_six() -> None:
    # Area: 2 at 1, 2 at 5/6, 3 at 2/3, 3 at 4/9.
    found = kaplan_meier(SIX).rmst(10).iloc[0]
    area = np.array([2 * 5 / 6 + 3 * 2 / 3 + 3 * 4 / 9, 3 * 2 / 3 + 3 * 4 / 9, 3 * 4 / 9])
    assert found["rmst"] == pytest.approx(2 + area[0])
    variance = (area**2 * np.array([1 / 30, 1 / 20, 1 / 6])).sum()
    assert found["se"] == pytest.approx(sqrt(variance))


def test_quantiles() -> None:
    assert kaplan_meier(SIX).median()["median"][0] == 7
    flat = pd.DataFrame({"duration": [1, 2, 3, 4], "event": [1, 1, 1, 1]})
    # The curve runs level at one half from 2 to 3.
    assert kaplan_meier(flat).median()["median"][0] == 2.5
    assert kaplan_meier(SIX).quantile(0.9)["quantile"][0] == np.inf


def test_follow_up_turns_the_events_round() -> None:
    # "Events" are the censorings, at 4, 9 and 12; the deaths at 2 and 4 leave with them.
    curve = follow_up(SIX).at([4, 9, 12])
    np.testing.assert_allclose(curve["survival"], [4 / 5, 4 / 5 / 2, 0])


def test_nobody_has_the_event() -> None:
    curves = kaplan_meier(SIX.assign(event=0))
    frame = curves.to_frame()
    assert (frame["survival"] == 1).all()
    assert (frame["ci_low"] == 1).all()
    assert curves.median()["median"][0] == np.inf
    assert curves.rmst(10)["rmst"][0] == 10
    assert curves.rmst(10)["se"][0] == 0


def test_an_event_at_time_zero() -> None:
    frame = kaplan_meier(SIX.assign(duration=[0, 4, 4, 7, 9, 12])).at([0])
    assert frame["survival"][0] == pytest.approx(5 / 6)


def test_beyond_the_last_follow_up_survival_is_not_known_unless_it_is_zero() -> None:
    assert np.isnan(kaplan_meier(SIX).at(13)["survival"][0])
    assert kaplan_meier(SIX.assign(event=1)).at(13)["survival"][0] == 0


def test_logrank_of_six() -> None:
    data = pd.DataFrame(
        {"duration": [1, 3, 4, 5, 6, 8], "event": [1, 1, 1, 1, 0, 0], "arm": list("aababb")}
    )
    # Arm a at risk: 3/6, 2/5, 1/4, 1/3 at the deaths.
    share = np.array([3 / 6, 2 / 5, 1 / 4, 1 / 3])
    found = logrank(data, by="arm")
    assert found.statistic == pytest.approx((3 - share.sum()) ** 2 / (share * (1 - share)).sum())
    assert found.table["expected"][0] == pytest.approx(share.sum())


def test_cox_of_six_has_a_closed_form() -> None:
    # Deaths at 1 (x = 1) and 2 (x = 0) among x = 1, 0, 1, 0: with r = exp(beta) the likelihood is
    # r / (2r + 2) * 1 / (r + 2), greatest where (r + 1)(r + 2) = r (2r + 3), so r^2 = 2.
    data = pd.DataFrame({"duration": [1, 2, 3, 4], "event": [1, 1, 0, 0], "x": [1, 0, 1, 0]})
    found = cox(data, covariates="x")
    assert found.table["hazard_ratio"]["x"] == pytest.approx(sqrt(2), rel=1e-9)
    r = sqrt(2)
    information = r / (1 + r) ** 2 + 2 * r / (r + 2) ** 2
    assert found.table["se"]["x"] == pytest.approx(1 / sqrt(information), rel=1e-9)
    assert found.log_likelihood == pytest.approx(log(r / (2 * r + 2) / (r + 2)))


def test_efron_of_two_tied_deaths() -> None:
    # Both die at 1 among x = 1, 0, 0: the second death sees half of each of the two gone.
    data = pd.DataFrame({"duration": [1, 1, 2], "event": [1, 1, 0], "x": [1, 0, 0]})
    found = cox(data, covariates="x")
    r = found.table["hazard_ratio"]["x"]
    assert found.log_likelihood == pytest.approx(log(r / (r + 2) / ((r + 1) / 2 + 1)))
    # d/dbeta: 1 = r/(r+2) + r/(r+3), so r^2 = 6.
    assert r == pytest.approx(sqrt(6), rel=1e-9)
    breslow = cox(data, covariates="x", ties="breslow")
    # 1 = 2 r/(r+2), so r = 2.
    assert breslow.table["hazard_ratio"]["x"] == pytest.approx(2, rel=1e-9)


def test_concordance_counts_pairs() -> None:
    data = pd.DataFrame({"duration": [1, 2, 3, 4], "event": [1, 1, 0, 0], "x": [1, 0, 1, 0]})
    # Pairs: the first death outranks 2 of 3 and ties with one; the second loses to one, ties one.
    assert cox(data, covariates="x").concordance == pytest.approx((2 + 0.5 + 0.5) / 5)


def test_a_monotone_likelihood_is_said_to_be_one() -> None:
    data = pd.DataFrame({"duration": [1, 2, 3, 4], "event": [1, 1, 0, 0], "x": [1, 1, 0, 0]})
    with pytest.warns(ConvergenceWarning, match="keeps rising as the coefficient of x grows"):
        found = cox(data, covariates="x")
    assert not found.converged
    assert found.diverging == ("x",)
    assert "Did not converge" in repr(found)


def test_aalen_johansen_with_ties_of_different_causes() -> None:
    data = pd.DataFrame({"duration": [1, 2, 2, 3, 5], "cause": ["r", "d", "r", "c", "d"]})
    read = aalen_johansen(data, event="cause", censored="c").at([2, 5])
    by_cause = read.set_index(["cause", "time"])["cumulative_incidence"]
    assert by_cause["r", 2] == pytest.approx(1 / 5 + 4 / 5 / 4)
    assert by_cause["d", 2] == pytest.approx(4 / 5 / 4)
    assert by_cause["d", 5] == pytest.approx(1 / 5 + 2 / 5)


def test_one_minus_kaplan_meier_is_too_high() -> None:
    data = pd.DataFrame({"duration": [1, 2, 3, 4], "cause": ["d", "r", "d", "r"]})
    beside = aalen_johansen(data, event="cause", censored=None).beside_kaplan_meier(4)
    relapse = beside[beside["cause"] == "r"].iloc[0]
    assert relapse["cumulative_incidence"] == pytest.approx(0.5)
    assert relapse["one_minus_km"] == pytest.approx(1.0)


def test_the_shortcut_adds_up_to_more_than_one() -> None:
    months = [4, 7, 10, 14, 18, 24]
    first = ["peritoneal", "hepatic", "peritoneal", "censored", "peritoneal", "censored"]
    two = pd.concat(pd.DataFrame({"duration": months, "cause": first, "by": b}) for b in "ab")
    curves = aalen_johansen(two, by="by")
    table = curves.beside_kaplan_meier([10, 18], add_up=True)
    wide = table.set_index(["group", "time", "cause"])[["cumulative_incidence", "one_minus_km"]]
    for group in "ab":
        assert wide.loc[(group, 18.0, "sum")].tolist() == pytest.approx(
            [1, 11 / 16 + 1 / 5 + 1 / 4]
        )
        assert wide.loc[(group, 18.0, "still free")].tolist() == pytest.approx([1 / 4, 1 / 4])
        assert wide.loc[(group, 10.0, "sum")].tolist() == pytest.approx([1, 3 / 8 + 1 / 5 + 1 / 2])
    people = curves.people(18)
    assert people["n"].tolist() == [17, 58, 25] * 2
    assert people["panel"].tolist() == ["a"] * 3 + ["b"] * 3
    with pytest.raises(InputError, match="followed"):
        curves.people(30)


def test_cause_specific_hazards_censor_the_other_cause() -> None:
    data = pd.DataFrame(
        {"duration": [1, 2, 3, 4, 5], "cause": ["r", "d", "r", "d", "c"], "x": [1, 0, 0, 1, 0]}
    )
    found = cause_specific_hazards(data, covariates="x", censored="c").set_index("cause")
    alone = cox(data.assign(event=data["cause"] == "r"), covariates="x").table["coef"]["x"]
    assert found["coef"]["r"] == alone


REGISTRY = pd.DataFrame(
    {
        "patient_id": [1, 2, 3, 4, 5, 6],
        "operated": [True, True, True, True, False, True],
        "surgery_month": [5.1, 6.1, 7.0, 6.0, None, 8.0],
        "cc_score": [0, 1, 0, 1, None, 2],
        "hipec": [True, False, True, False, False, False],
        "recurrence": [True, False, True, False, False, False],
        "recurrence_month": [14.4, None, 20.5, None, None, None],
        "recurrence_site": ["peritoneal", None, "hepatic", None, None, None],
        "death": [True, True, False, True, True, False],
        "follow_up_month": [30.0, 22.0, 41.0, 15.5, 9.0, 60.0],
    }
)


def test_endpoints() -> None:
    everybody = endpoint(REGISTRY)
    assert len(everybody) == 6
    assert everybody["duration"].tolist() == REGISTRY["follow_up_month"].tolist()
    operated = endpoint(REGISTRY, "death", "surgery")
    assert operated["patient_id"].tolist() == [1, 2, 3, 4, 6]
    assert operated["duration"].tolist() == [24.9, 15.9, 34.0, 9.5, 52.0]
    free = endpoint(REGISTRY, "recurrence_or_death", "surgery")
    assert free["patient_id"].tolist() == [1, 2, 3, 4]
    assert free["duration"].tolist() == [9.3, 15.9, 13.5, 9.5]
    assert free["event"].all()
    recurrence = endpoint(REGISTRY, "recurrence", "surgery")
    assert recurrence["event"].tolist() == [True, False, True, False]
    first = endpoint(REGISTRY, "first_event", "surgery")
    assert first["cause"].tolist() == ["peritoneal", "death", "hepatic", "death"]
    assert recurrence["cause"].tolist() == first["cause"].tolist()


def test_event_free_survival_is_for_everybody() -> None:
    progressed = REGISTRY.assign(
        progression=[False, False, False, False, True, True],
        progression_month=[None, None, None, None, 7.5, 20.0],
    )
    free = endpoint(progressed, "progression_or_death")
    assert free["patient_id"].tolist() == [1, 2, 3, 4, 5, 6]
    assert free["duration"].tolist() == [14.4, 22.0, 20.5, 15.5, 7.5, 20.0]
    assert free["event"].all()
    causes = ["peritoneal", "death", "hepatic", "death", "progression", "progression"]
    assert free["cause"].tolist() == causes


def test_landmark_counts_later_treatment_as_none() -> None:
    found = landmark(endpoint(REGISTRY), 6)
    assert found["patient_id"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found["treated_by_landmark"].tolist() == [True, False, False, False, False, False]
    assert found["duration"].tolist() == [24.0, 16.0, 35.0, 9.5, 3.0, 54.0]


def test_episodes_add_up_to_the_time_observed() -> None:
    rows = treatment_episodes(endpoint(REGISTRY))
    time = (rows["stop"] - rows["start"]).groupby(rows["patient_id"]).sum()
    np.testing.assert_allclose(time, REGISTRY["follow_up_month"])
    assert rows["event"].sum() == REGISTRY["death"].sum()
    treated = rows[rows["treated"]]
    assert treated["start"].tolist() == [5.1, 7.0]
    fit = cox(rows, "stop", "event", "treated", entry="start", cluster="patient_id")
    assert fit.n == 8


def test_propensity_weights_of_a_two_by_two_table() -> None:
    # Of 4 at the expert centre 3 are treated, of 4 elsewhere 1.
    patients = pd.DataFrame(
        {"hipec": [1, 1, 1, 0, 1, 0, 0, 0], "expert_centre": [1, 1, 1, 1, 0, 0, 0, 0]}
    )
    ate = propensity(patients, "hipec", "expert_centre", stabilised=False)
    np.testing.assert_allclose(ate.propensity, [0.75] * 4 + [0.25] * 4, rtol=1e-9)
    np.testing.assert_allclose(ate.weights, [4 / 3] * 3 + [4, 4] + [4 / 3] * 3, rtol=1e-9)
    # Means 3/4 and 1/4, variances 1/4 each: a difference of one standard deviation.
    assert ate.balance["unweighted"][0] == pytest.approx(1.0)
    assert ate.balance["weighted"][0] == pytest.approx(0.0, abs=1e-9)
    ess = (3 * 4 / 3 + 4) ** 2 / (3 * (4 / 3) ** 2 + 16)
    np.testing.assert_allclose(ate.effective_sample_size["effective_sample_size"], ess)
    att = propensity(patients, "hipec", "expert_centre", estimand="ATT").weights
    np.testing.assert_allclose(att, [1, 1, 1, 3, 1, 1 / 3, 1 / 3, 1 / 3], rtol=1e-9)
    overlap = propensity(patients, "hipec", "expert_centre", estimand="overlap").weights
    np.testing.assert_allclose(overlap, [0.25] * 3 + [0.75, 0.75] + [0.25] * 3, rtol=1e-9)
    cut = propensity(patients, "hipec", "expert_centre", stabilised=False, truncate=0.75).weights
    assert cut.max() < 4


def test_separation_is_flagged() -> None:
    patients = pd.DataFrame({"hipec": [1, 1, 1, 0, 0, 0], "age": [30, 31, 35, 20, 22, 25]})
    with pytest.warns(SeparationWarning):
        found = propensity(patients, "hipec", "age")
    assert found.separated
    assert "Separation" in repr(found)


def test_standardised_curves_are_the_average_over_patients() -> None:
    rng = np.random.default_rng(3)
    data = pd.DataFrame(
        {
            "duration": rng.integers(1, 20, 60),
            "event": rng.random(60) < 0.7,
            "hipec": rng.random(60) < 0.5,
            "age": rng.integers(10, 40, 60),
        }
    )
    found = standardised_curves(data, confounders="age", resamples=40, rng=1)
    fit = cox(data, covariates=["hipec", "age"])
    coef = fit.table["coef"].to_numpy()
    x = data[["hipec", "age"]].to_numpy(dtype=float)
    # Breslow-type steps with Efron's denominators, by hand, up to month 10.
    hazard = 0.0
    for t in range(1, 11):
        dead = (data["duration"] == t) & data["event"]
        risk = np.exp(x @ coef)
        at_risk, dying = risk[data["duration"] >= t].sum(), risk[dead].sum()
        hazard += sum(1 / (at_risk - k / dead.sum() * dying) for k in range(dead.sum()))
    for arm, label in ((1.0, "treated"), (0.0, "untreated")):
        x[:, 0] = arm
        expected = np.exp(-hazard * np.exp(x @ coef)).mean()
        read = found.at(10).set_index("group").loc[label]
        assert read["survival"] == pytest.approx(expected, rel=1e-9)
        assert read["ci_low"] < expected < read["ci_high"]


def test_planning_numbers() -> None:
    z = norm.ppf(0.975) + norm.ppf(0.8)
    assert events_needed(0.6) == int(np.ceil(4 * z**2 / log(0.6) ** 2))
    assert events_needed(1 / 0.6) == events_needed(0.6)
    # VanderWeele and Ding: a risk ratio of 3.9 has an E-value of 7.26, its limit 1.8 of 3.0.
    assert [round(_e(risk), 2) for risk in (3.9, 1.8)] == [7.26, 3.0]
    assert e_value(0.5, 0.3, 1.2).limit == 1.0
