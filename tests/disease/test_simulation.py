"""The equations, held against the distributions that they claim to invert."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import kstest

from dsrct_edu import vocabulary
from dsrct_edu.disease import Cohort, scenario, simulate_cohort
from dsrct_edu.disease.anchors import followed
from dsrct_edu.disease.simulate import NOISES, blocks, draw
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import ARMS

NAMES = ("null", "modest", "strong", "harm")


def quiet(model, *, keep=()):
    """Switch off every coefficient of a covariate, except those of some equations."""
    covariates = {"aggr", "expert", "response", "shrink", "pci", "liver", "extra", "ascites"}
    covariates |= {"poor", "age", "year"}
    zero = {
        name: 0.0
        for name in model.parameters
        if name.rsplit("_", 1)[-1] in covariates and name.rsplit("_", 1)[0] not in keep
    }
    return model.replace(**zero)


def only_peritoneal(model):
    """Leave peritoneal recurrence as the only event after complete resection."""
    return model.replace(
        hepatic_median=1e9, distant_median=1e9, cure_0=-40, early_death=1e-12, late_death=1e-12
    )


@pytest.mark.parametrize("arm", ARMS)
def test_cumulative_hazard_at_recurrence_is_exponential(arm):
    # The oracle integrates the hazard as the model card states it; nothing is shared with the code.
    p = quiet(only_peritoneal(scenario("strong")), keep=("peritoneal",))
    block = draw(p, 2500, seed=3)
    x, outcome = block.latent, block.arms[arm]
    rows = np.flatnonzero(x["complete"][0])
    u = (outcome["recurrence_month"] - x["surgery_month"])[0][rows]
    log_level = (
        p.peritoneal_shrink * (x["tumour_shrinkage"][0][rows] - 0.3)
        + p.peritoneal_pci * (x["pci_surgery"][0][rows] - 10)
        + p.peritoneal_liver * x["liver"][0][rows]
        + p.peritoneal_extra * x["extra"][0][rows]
        + p.peritoneal_ascites * x["ascites"][0][rows]
        + p.peritoneal_poor * x["poor"][0][rows]
        + p.peritoneal_expert * (x["expert"][0][rows] - 0.5)
        + p.peritoneal_aggr * x["aggressiveness"][0][rows]
        + p.peritoneal_complication * outcome["major_complication"][0][rows]
    )
    radio = outcome["radiotherapy"][0][rows]

    def hazard(t, level, radiotherapy):
        shape, median = p.peritoneal_shape, p.peritoneal_median
        base = np.log(2) * shape * t ** (shape - 1) / median**shape
        effect = p.effect_peritoneal_early if t < p.effect_window else p.effect_peritoneal_late
        after = p.peritoneal_radio if radiotherapy and t >= p.radio_start else 0.0
        return base * np.exp(level + after + effect * (arm == "hipec"))

    cuts = (0.0, p.radio_start, p.effect_window)

    def cumulative(end, level, radiotherapy):
        edges = [c for c in cuts if c < end] + [end]
        pieces = itertools.pairwise(edges)
        return sum(quad(hazard, a, b - 1e-12, args=(level, radiotherapy))[0] for a, b in pieces)

    total = np.array([cumulative(*each) for each in zip(u, log_level, radio, strict=True)])
    assert len(total) > 800
    assert kstest(total, "expon").pvalue > 0.001


def test_without_covariates_survival_is_weibull():
    p = quiet(scenario("null"))
    never_operated = draw(p.replace(operate_0=-40), 20_000, seed=4)
    death = never_operated.arms["no_hipec"]["death_month"].ravel()
    scale = p.natural_median / np.log(2) ** (1 / p.natural_shape)
    assert kstest(death, "weibull_min", (p.natural_shape, 0, scale)).pvalue > 0.001


def test_without_covariates_survival_after_recurrence_is_weibull():
    p = quiet(only_peritoneal(scenario("null"))).replace(after_interval=0)
    block = draw(p, 20_000, seed=5)
    rows = block.latent["complete"].ravel()
    arm = block.arms["no_hipec"]
    after = (arm["death_month"] - arm["recurrence_month"]).ravel()[rows]
    scale = p.after_peritoneal / np.log(2) ** (1 / p.after_shape)
    assert kstest(after, "weibull_min", (p.after_shape, 0, scale)).pvalue > 0.001


def test_wait_is_a_gamma_of_shape_two():
    block = draw(scenario("null"), 20_000, seed=6)
    p = scenario("null")
    wait = block.latent["surgery_month"].ravel() - p.wait_min
    assert kstest(wait, "gamma", (2, 0, p.wait_mean / 2)).pvalue > 0.001


def test_null_is_identical_patient_by_patient():
    for model in (scenario("null"), scenario("null").hidden_confounding()):
        block = draw(model, 50_000, seed=7)
        for key in block.arms["no_hipec"]:
            assert np.array_equal(block.arms["no_hipec"][key], block.arms["hipec"][key]), key


@pytest.mark.parametrize("name", NAMES)
def test_observed_outcome_is_the_potential_outcome_of_the_treatment_received(name):
    block = draw(scenario(name), 20_000, seed=8)
    seen, hipec = block.observed, block.observed["hipec"]
    lost = block.latent["censoring_month"]
    treated, untreated = block.arms["hipec"], block.arms["no_hipec"]
    due = np.where(hipec, treated["death_month"], untreated["death_month"])
    assert np.array_equal(seen["death"], due <= lost)
    # Tenths of a month, and a tenth more where surgery and recurrence push the end on.
    assert np.all(np.abs(seen["follow_up_month"] - np.minimum(due, lost)) < 0.2501)
    for key in ("major_complication", "radiotherapy"):
        received = np.where(hipec, treated[key], untreated[key])
        assert not np.any(seen[key] & ~received)
        assert not np.any(seen[key] & ~seen["operated"])
    site = np.where(hipec, treated["recurrence_site"], untreated["recurrence_site"])
    assert np.array_equal(seen["recurrence_site"][seen["recurrence"]], site[seen["recurrence"]])


def test_outside_complete_resection_hipec_changes_nothing():
    block = draw(scenario("strong"), 50_000, seed=9)
    rest = ~block.latent["complete"]
    treated, untreated = block.arms["hipec"], block.arms["no_hipec"]
    for key in untreated:
        assert np.array_equal(untreated[key][rest], treated[key][rest]), key
    assert not np.any(np.isfinite(untreated["recurrence_month"][rest]))


def test_radiotherapy_waits_and_only_acts_from_then_on():
    block = draw(scenario("strong"), 50_000, seed=10)
    start = scenario("strong").radio_start
    for arm in block.arms.values():
        event = np.minimum(arm["recurrence_month"], arm["death_month"])
        since = (event - block.latent["surgery_month"])[arm["radiotherapy"]]
        assert since.min() > start
    without = draw(scenario("strong").replace(peritoneal_radio=0), 50_000, seed=10)
    arm, other = block.arms["no_hipec"], without.arms["no_hipec"]
    before = (arm["recurrence_month"] - block.latent["surgery_month"]) < start
    same = arm["recurrence_month"] == other["recurrence_month"]
    assert before.any()
    assert same[before].all()
    assert not same[arm["radiotherapy"]].all()


def test_a_complication_multiplies_early_deaths():
    p = scenario("null").replace(early_death=0.05)
    block = draw(p, 200_000, seed=11)
    arm = block.arms["no_hipec"]
    early = (arm["death_month"] - block.latent["surgery_month"] < 3) & block.latent["complete"]
    with_one = early[arm["major_complication"] & block.latent["complete"]].mean()
    without = early[~arm["major_complication"] & block.latent["complete"]].mean()
    assert with_one > 2 * without


def test_shared_noise_keeps_means_and_shrinks_the_variance():
    block = draw(scenario("modest"), 100_000, seed=12)
    other = draw(scenario("modest"), 100_000, seed=13)
    rows, other_rows = block.latent["complete"], other.latent["complete"]

    def months(part, arm, keep):
        return np.minimum(part.arms[arm]["death_month"] - part.latent["surgery_month"], 60)[keep]

    paired = months(block, "hipec", rows) - months(block, "no_hipec", rows)
    treated, control = months(block, "hipec", rows), months(other, "no_hipec", other_rows)
    unpaired = treated.mean() - control.mean()
    unpaired_se = np.sqrt(treated.var() / treated.size + control.var() / control.size)
    paired_se = np.sqrt(paired.var() / paired.size)
    assert abs(paired.mean() - unpaired) < 4 * np.hypot(paired_se, unpaired_se)
    assert paired_se < unpaired_se / 3


def test_oracle_weights_find_the_truth():
    x = followed(scenario("modest"), 1_000_000, seed=14)
    rows = x["complete"]
    start, hipec, months = x["surgery_month"][rows], x["hipec"][rows], None
    months = np.minimum(x["death"][rows] - start, 60)
    propensity = np.concatenate(
        [b.latent["propensity"] for b in blocks(scenario("modest"), 1_000_000, 14, observe=False)]
    )[rows]
    means, variances = [], []
    for group, chance in ((hipec, propensity), (~hipec, 1 - propensity)):
        weight = group / chance
        mean = np.sum(weight * months) / np.sum(weight)
        means.append(mean)
        variances.append(np.sum((weight * (months - mean)) ** 2) / np.sum(weight) ** 2)
    pairs = draw(scenario("modest"), 1_000_000, seed=14)
    both = {
        name: np.minimum(arm["death_month"] - pairs.latent["surgery_month"], 60)
        for name, arm in pairs.arms.items()
    }
    truth = (both["hipec"] - both["no_hipec"])[pairs.latent["complete"]].mean()
    naive = months[hipec].mean() - months[~hipec].mean()
    error = np.sqrt(sum(variances))
    assert abs(means[0] - means[1] - truth) < 3 * error
    assert naive - truth > 10 * error


def test_randomised_arms_differ_by_the_truth():
    x = followed(scenario("strong").randomised(), 400_000, seed=15)
    rows = x["complete"]
    months, hipec = np.minimum(x["death"] - x["surgery_month"], 60)[rows], x["hipec"][rows]
    pairs = draw(scenario("strong").randomised(), 400_000, seed=15)
    both = {
        name: np.minimum(arm["death_month"] - pairs.latent["surgery_month"], 60)
        for name, arm in pairs.arms.items()
    }
    truth = (both["hipec"] - both["no_hipec"])[pairs.latent["complete"]].mean()
    error = np.sqrt(months[hipec].var() / hipec.sum() + months[~hipec].var() / (~hipec).sum())
    assert abs(months[hipec].mean() - months[~hipec].mean() - truth) < 3 * error
    assert abs(hipec.mean() - 0.5) < 0.005


def test_blocks_do_not_change_patients():
    model = scenario("harm")
    whole = next(iter(blocks(model, 1000, seed=16, size=1000)))
    small = list(blocks(model, 1000, seed=16, size=37))
    for key in whole.observed:
        joined = np.concatenate([part.observed[key] for part in small])
        assert np.array_equal(whole.observed[key], joined, equal_nan=True), key
    later = next(iter(blocks(model, 400, seed=16, first=600)))
    assert np.array_equal(
        later.observed["follow_up_month"], whole.observed["follow_up_month"][600:]
    )


def test_replicates_are_slices_of_one_stream():
    many = draw(scenario("modest"), 150, seed=17, replicates=5)
    assert many.observed["age"].shape == (5, 150)
    two = draw(scenario("modest"), 150, seed=17, replicates=2, first=3)
    for key in many.observed:
        assert np.array_equal(many.observed[key][3:], two.observed[key], equal_nan=True)
    cohort = simulate_cohort(150, "modest", 17)
    assert (
        cohort.patients["follow_up_month"].tolist() == many.observed["follow_up_month"][0].tolist()
    )


def test_extreme_uniforms_stay_finite(monkeypatch):
    class Edge:
        def __init__(self, bits):
            del bits

        def random(self, out):
            out[:] = 0.0
            out[1::2] = 1 - 2.0**-53

    monkeypatch.setattr(np.random, "Generator", Edge)
    block = next(iter(blocks(scenario("strong"), 20, seed=0)))
    for arm in block.arms.values():
        assert np.isfinite(arm["death_month"]).all()
    assert np.isfinite(block.observed["follow_up_month"]).all()


@given(st.integers(0, 2**32 - 1), st.sampled_from(NAMES))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_registry_is_what_the_dictionary_promises(seed, name):
    patients = simulate_cohort(120, name, seed).patients
    assert list(patients.columns) == list(vocabulary.patients())
    for column in vocabulary.patients().values():
        if column.type == "boolean":
            assert patients[column.name].dtype == bool, column.name
    tenths = patients[["surgery_month", "recurrence_month", "follow_up_month"]] * 10
    assert np.allclose(tenths, tenths.round(), atol=1e-9, equal_nan=True)
    operated, recurred = patients["operated"], patients["recurrence"]
    complete = patients["cc_score"] <= 1
    assert (patients["follow_up_month"] >= 0.1).all()
    for column in ("surgery_month", "cc_score", "pci_surgery"):
        assert (patients[column].notna() == operated).all()
    for column in ("recurrence_month", "recurrence_site"):
        assert (patients[column].notna() == recurred).all()
    assert (complete | ~recurred).all()
    assert (complete | ~patients["hipec"]).all()
    assert (complete | ~patients["radiotherapy"]).all()
    assert (patients["surgery_month"] < patients["follow_up_month"])[operated].all()
    assert (patients["surgery_month"] < patients["recurrence_month"])[recurred].all()
    assert (patients["recurrence_month"] <= patients["follow_up_month"])[recurred].all()
    assert (patients["tumour_shrinkage"].isna() == patients["recist"].isna()).all()
    assert patients.loc[complete, "tumour_shrinkage"].notna().all()
    assert patients["cc_score"].dropna().isin([0, 1, 2, 3]).all()
    assert patients["pci_diagnosis"].between(1, 39).all()
    assert not set(patients.columns) & (set(vocabulary.truth()) - {"patient_id"})


def test_cohort_tables_and_their_repr():
    cohort = simulate_cohort(30, "harm", seed=2)
    assert isinstance(cohort, Cohort)
    assert list(cohort.truth.columns) == list(vocabulary.truth())
    assert cohort.truth["patient_id"].equals(cohort.patients["patient_id"])
    assert "harm" in repr(cohort)


@pytest.mark.parametrize(
    "arguments", [(0,), (-3,), (2.5,), (True,), ("ten",), (10, "none"), (10, "null", -1)]
)
def test_bad_input_is_named(arguments):
    with pytest.raises(InputError):
        simulate_cohort(*arguments)


def test_noises_are_named_once():
    assert len(set(NOISES)) == len(NOISES)
