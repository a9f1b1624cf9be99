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
from dsrct_edu.disease.equations import average_propensity
from dsrct_edu.disease.simulate import NOISES, blocks, draw
from dsrct_edu.disease.treating_centres import centres
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import ARMS

NAMES = ("null", "modest", "strong", "harm")


def quiet(model, *, keep=()):
    """Switch off every coefficient of a covariate, except those of some equations."""
    covariates = {"aggr", "expert", "response", "shrink", "pci", "liver", "extra", "ascites"}
    covariates |= {"poor", "age", "fav"}
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
    adjuvant = outcome["adjuvant_chemotherapy"][0][rows]

    def hazard(t, level, chemotherapy, radiotherapy):
        shape, median = p.peritoneal_shape, p.peritoneal_median
        base = np.log(2) * shape * t ** (shape - 1) / median**shape
        effect = p.effect_peritoneal_early if t < p.effect_window else p.effect_peritoneal_late
        after = p.peritoneal_radio if radiotherapy and t >= p.radio_start else 0.0
        after += p.peritoneal_adjuvant if chemotherapy and t >= p.adjuvant_start else 0.0
        return base * np.exp(level + after + effect * (arm == "hipec"))

    cuts = (0.0, p.adjuvant_start, p.radio_start, p.effect_window)

    def cumulative(end, *given):
        edges = [c for c in cuts if c < end] + [end]
        pieces = itertools.pairwise(edges)
        return sum(quad(hazard, a, b - 1e-12, args=given)[0] for a, b in pieces)

    each = zip(u, log_level, adjuvant, radio, strict=True)
    total = np.array([cumulative(*one) for one in each])
    assert len(total) > 800
    assert kstest(total, "expon").pvalue > 0.001


def test_without_covariates_survival_is_weibull():
    p = quiet(scenario("null"))
    never_operated = draw(p.replace(operate_0=-40, natural_radio=0), 20_000, seed=4)
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
    block = draw(scenario(name), 50_000, seed=8)
    seen, hipec = block.observed, block.observed["hipec"]
    lost = block.latent["censoring_month"]
    treated, untreated = block.arms["hipec"], block.arms["no_hipec"]
    due = np.where(hipec, treated["death_month"], untreated["death_month"])
    assert np.array_equal(seen["death"], due <= lost)
    # Tenths of a month, and a tenth more where surgery and recurrence push the end on.
    assert np.all(np.abs(seen["follow_up_month"] - np.minimum(due, lost)) < 0.2501)
    for key in ("major_complication", "adjuvant_chemotherapy", "radiotherapy"):
        received = np.where(hipec, treated[key], untreated[key])
        assert not np.any(seen[key] & ~received)
        assert key == "radiotherapy" or not np.any(seen[key] & ~seen["operated"])
    came = block.latent["progression_month"] <= np.minimum(due, lost)
    assert np.array_equal(seen["progression"], came)
    site = np.where(hipec, treated["recurrence_site"], untreated["recurrence_site"])
    assert np.array_equal(seen["recurrence_site"][seen["recurrence"]], site[seen["recurrence"]])


def test_outside_complete_resection_hipec_changes_nothing():
    block = draw(scenario("strong"), 50_000, seed=9)
    rest = ~block.latent["complete"]
    treated, untreated = block.arms["hipec"], block.arms["no_hipec"]
    for key in untreated:
        assert np.array_equal(untreated[key][rest], treated[key][rest]), key
    assert not np.any(np.isfinite(untreated["recurrence_month"][rest]))


TREATMENTS = {"radiotherapy": "radio", "adjuvant_chemotherapy": "adjuvant"}


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_later_treatment_waits_and_only_acts_from_then_on(treatment):
    name, model = TREATMENTS[treatment], scenario("strong")
    start = getattr(model, f"{name}_start")
    block = draw(model, 50_000, seed=10)
    x = block.latent
    for arm in block.arms.values():
        event = np.minimum(arm["recurrence_month"], arm["death_month"])
        event = np.minimum(event, x["progression_month"])
        given = arm[treatment] & x["operated"]
        assert (event - x["surgery_month"])[given].min() > start
    idle = {f"{site}_{name}": 0 for site in ("peritoneal", "hepatic", "distant", "incomplete")}
    without = draw(model.replace(**idle), 50_000, seed=10)
    arm, other = block.arms["no_hipec"], without.arms["no_hipec"]
    for month, theirs in (
        (arm["recurrence_month"], other["recurrence_month"]),
        (x["progression_month"], without.latent["progression_month"]),
    ):
        reached = np.isfinite(month) & x["operated"]
        before = reached & (month - x["surgery_month"] < start)
        same = month == theirs
        assert before.any()
        assert same[before].all()
        assert same[reached & arm[treatment]].mean() < 0.15  # nothing reaches some sites
        assert np.array_equal(arm[treatment], other[treatment])


def test_radiotherapy_without_surgery_is_for_those_never_fit_for_it():
    model = scenario("null")
    block, idle = (draw(m, 50_000, seed=10) for m in (model, model.replace(natural_radio=0)))
    x, arm = block.latent, block.arms["no_hipec"]
    given = arm["radiotherapy"] & ~x["operated"]
    assert 0.1 < given.mean() / (~x["operated"]).mean() < 0.4
    assert not np.any(given & x["fit"])
    assert x["progression_month"][given].min() > model.radio_unoperated_start
    later = arm["death_month"] > idle.arms["no_hipec"]["death_month"]
    assert np.array_equal(later, given)


@pytest.mark.parametrize("name", NAMES)
def test_progression_comes_before_death_and_after_incomplete_surgery(name):
    block = draw(scenario(name), 200_000, seed=23)
    x, seen = block.latent, block.observed
    for arm in block.arms.values():
        rest = ~x["complete"]
        assert np.all(x["progression_month"][rest] < arm["death_month"][rest])
        assert not np.isfinite(x["progression_month"][~rest]).any()
    after = x["operated"] & ~x["complete"]
    assert np.all(x["progression_month"][after] > x["surgery_month"][after])
    progressed = seen["progression"]
    assert not np.any(progressed & (seen["cc_score"] <= 1))
    assert np.all((seen["progression_month"] <= seen["follow_up_month"])[progressed])
    operated = progressed & seen["operated"]
    assert np.all((seen["progression_month"] - seen["surgery_month"])[operated] > 0.09)
    weeks = seen["surgery_month"] * 30.4375 / 7
    assert np.all((3 * seen["chemotherapy_cycles"] <= weeks)[seen["operated"]])
    assert set(np.unique(seen["chemotherapy_cycles"])) <= set(range(1, 9))


@pytest.mark.parametrize(("late", "early"), [(2.0, 2.2), (0.8, 1.5)])
def test_progression_is_at_a_share_of_the_time_to_death(late, early):
    p = quiet(scenario("null")).replace(
        operate_0=-40, natural_radio=0, progress_natural=late, progress_shape=early
    )
    block = draw(p, 20_000, seed=24)
    share = block.latent["progression_month"] / block.arms["no_hipec"]["death_month"]
    assert kstest(share.ravel(), lambda f: 1 - (1 - f**late) ** early).pvalue > 0.001


def test_treatment_changes_the_hazard_of_death_from_its_start():
    # All are treated who can be, so what is left of the hazard after the start is known.
    p = quiet(scenario("null")).replace(
        complete_0=-40, adjuvant_0=40, adjuvant_complication=0, radio_incomplete=-80
    )
    block = draw(p, 40_000, seed=25)
    x, arm = block.latent, block.arms["no_hipec"]
    given = arm["adjuvant_chemotherapy"].ravel()
    months = (arm["death_month"] - x["surgery_month"]).ravel()
    untreated = draw(p.replace(incomplete_adjuvant=0), 40_000, seed=25)
    before = (untreated.arms["no_hipec"]["death_month"] - x["surgery_month"]).ravel()

    def cumulative(t):
        return np.log(2) * (t / p.incomplete_median) ** p.incomplete_shape

    at_start = cumulative(p.adjuvant_start)
    left = np.exp(p.incomplete_adjuvant) * (cumulative(months[given]) - at_start)
    assert np.allclose(left + at_start, cumulative(before[given]), rtol=1e-9)
    assert np.array_equal(months[~given], before[~given])


@pytest.mark.parametrize("name", NAMES)
def test_a_complication_costs_adjuvant_treatment_in_its_own_arm(name):
    block = draw(scenario(name), 200_000, seed=26)
    rows = block.latent["complete"]
    for arm in block.arms.values():
        complication, adjuvant = (
            arm[key][rows] for key in ("major_complication", "adjuvant_chemotherapy")
        )
        assert adjuvant[complication].mean() < adjuvant[~complication].mean() - 0.15
    without, with_it = (block.arms[arm] for arm in ARMS)
    new = rows & with_it["major_complication"] & ~without["major_complication"]
    lost = without["adjuvant_chemotherapy"] & ~with_it["adjuvant_chemotherapy"]
    assert new.any() == (name != "null")
    assert not new.any() or lost[new].mean() > 0.15


def test_nobody_lives_for_ever():
    block = draw(scenario("strong"), 200_000, seed=32)
    for arm in block.arms.values():
        lived = (arm["death_month"] - block.latent["surgery_month"])[block.latent["complete"]]
        assert 360 < lived.max() < 720
        assert np.all(
            arm["recurrence_month"] <= arm["death_month"], where=arm["recurrence_site"] > 0
        )


def test_who_can_have_hipec_depends_on_the_centre():
    block = draw(scenario("null"), 200_000, seed=27)
    x, table = block.latent, centres()
    percent = np.rint(100 * table.share)
    assert np.allclose(100 * table.share, percent)  # the look-up rests on it
    assert percent.sum() == 100
    assert table.names == vocabulary.patients()["centre"].levels
    shares = np.bincount(x["centre"].ravel(), minlength=12) / x["centre"].size
    assert np.allclose(shares, table.share, atol=0.004)
    assert np.array_equal(x["expert"], table.expert[x["centre"]])
    year = np.floor(x["date"])
    possible = x["complete"] & (table.from_year[x["centre"]] <= year)
    assert np.array_equal(x["propensity"] > 0, possible)
    assert 0.4 < 1 - possible.sum() / x["complete"].sum() < 0.6
    routine = table.routine[x["centre"]]
    assert x["propensity"][possible & routine].mean() > 0.8
    # Given the measured confounders alone, everybody could have had it.
    for kind in (True, False):
        assert np.any((table.expert == kind) & (table.from_year <= 2005))


def test_average_propensity_is_the_mean_over_centres_policies():
    block = draw(scenario("null"), 1_000_000, seed=28)
    x = {key: values.ravel() for key, values in block.latent.items()}
    average, rows = average_propensity(scenario("null"), x), x["complete"]
    assert np.array_equal(average > 0, rows)
    for kind in itertools.product((True, False), range(2005, 2020)):
        group = rows & (x["expert"] == kind[0]) & (np.floor(x["date"]) == kind[1])
        error = np.sqrt(np.mean(average[group] * (1 - average[group])) / group.sum())
        assert abs(x["hipec"][group].mean() - average[group].mean()) < 4 * error
    tossed = average_propensity(scenario("null").randomised(0.3), x)
    assert set(tossed) == {0.0, 0.3}


def test_randomisation_overrides_the_centres_policy():
    x = draw(scenario("null").randomised(0.4), 50_000, seed=29).latent
    none = x["complete"] & ~np.isfinite(centres().from_year[x["centre"]])
    assert abs(x["hipec"][none].mean() - 0.4) < 0.03


def test_the_favourable_kind_spreads_less_and_is_cured_more():
    x = draw(scenario("null"), 200_000, seed=30)
    kind, latent = x.latent["favourable"], x.latent
    for finding in ("liver", "extra", "ascites", "pci"):
        assert latent[finding][kind].mean() < 0.9 * latent[finding][~kind].mean()
    rows, cured = latent["complete"], x.arms["no_hipec"]["cured"]
    assert cured[rows & kind].mean() > 10 * cured[rows & ~kind].mean()


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


def test_weights_by_the_propensity_given_the_confounders_find_the_truth():
    x = followed(scenario("modest"), 1_000_000, seed=14)
    rows = x["complete"]
    start, hipec, months = x["surgery_month"][rows], x["hipec"][rows], None
    months = np.minimum(x["death"][rows] - start, 60)
    propensity = average_propensity(scenario("modest"), x)[rows]
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
    months = ["surgery_month", "recurrence_month", "progression_month", "follow_up_month"]
    tenths = patients[months] * 10
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
    assert (operated | ~patients["adjuvant_chemotherapy"]).all()
    progressed = patients["progression"]
    assert (patients["progression_month"].notna() == progressed).all()
    assert (~complete | ~progressed).all()
    assert (patients["progression_month"] <= patients["follow_up_month"])[progressed].all()
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


@pytest.mark.parametrize("name", NAMES)
def test_a_cohort_may_be_of_one(name):
    whole, one = simulate_cohort(3, name, seed=5), simulate_cohort(1, name, seed=5)
    assert len(one.patients) == len(one.truth) == 1
    assert list(one.patients.columns) == list(whole.patients.columns)
