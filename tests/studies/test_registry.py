"""One registry, compared four times; and the drawing that says why, held against the model."""

import numpy as np
import pytest

import dsrct_edu as dsrct
from dsrct_edu.classroom.dials import STAIRS
from dsrct_edu.disease.treating_centres import centres
from dsrct_edu.studies import registry_stairs, several_stairs, simplified_diagram
from dsrct_edu.vocabulary import CONFOUNDERS


def test_the_stairs_are_cox_models_of_fewer_and_fewer():
    patients = dsrct.load_cohort("registry_a").patients
    stairs = registry_stairs(patients).set_index("label")
    operated = dsrct.endpoint(patients, "death", "surgery")
    complete = operated[operated["cc_score"] <= 1]
    by_hand = {
        "operated": dsrct.cox(operated, "duration", "event", ["hipec"]),
        "adjusted": dsrct.cox(complete, "duration", "event", ["hipec", *CONFOUNDERS]),
    }
    for label, fit in by_hand.items():
        expected = fit.table.loc["hipec", ["hazard_ratio", "ci_low", "ci_high"]]
        assert stairs.loc[label, ["estimate", "ci_low", "ci_high"]].tolist() == expected.tolist()
    assert stairs["patients"].is_monotonic_decreasing
    assert list(stairs.index) == list(STAIRS.values())
    assert "truth" not in stairs


def test_each_stair_has_its_own_truth():
    patients = dsrct.load_cohort("registry_b").patients
    assert registry_stairs(patients, "null")["truth"].tolist() == pytest.approx([1] * 4)
    truth = registry_stairs(patients, "harm")["truth"]
    assert truth[0] == truth[1] == dsrct.true_effect("harm").hazard_ratio
    assert len(set(np.round(truth, 3))) == 3
    assert (truth > 1.1).all()


def test_several_worlds_keep_their_own_truths():
    both = several_stairs(["registry_b", "registry_c"])
    assert both["world"].tolist() == ["registry B"] * 4 + ["registry C"] * 4
    harm = registry_stairs(dsrct.load_cohort("registry_c").patients, "harm")
    assert both[4:].reset_index(drop=True).drop(columns="world").equals(harm)


def test_the_drawing_says_what_the_model_does():
    nodes, edges = simplified_diagram()
    drawn = set(edges.itertuples(index=False, name=None))
    null, harm = dsrct.scenario("null"), dsrct.scenario("harm")
    values = null.describe().set_index("parameter")["value"]
    ages = {name for name, value in values.items() if name.endswith("_age") and value}
    assert ages == {"offer_age"}
    assert {target for source, target in drawn if source == "age"} == {"HIPEC"}
    assert harm.effect_complication > 0
    assert "offer_expert" not in values  # an expert centre acts on the choice through its programme
    run = centres()
    assert run.from_year[run.expert].min() < run.from_year[~run.expert].max()
    assert null.after_expert < 0
    assert null.offer_aggr == 0
    assert ("aggressiveness", "HIPEC") not in drawn
    assert null.offer_shrink > 0 > null.peritoneal_shrink
    assert set(edges["source"]) | set(edges["target"]) == set(nodes["name"])
