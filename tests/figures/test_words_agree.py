"""The words need no picture, and hold the median and the interval of the result's table."""

import numpy as np
import pandas as pd
import pytest
import tables

from dsrct_edu import bedside, figures
from dsrct_edu.analysis import kaplan_meier
from dsrct_edu.figures.balance import centre_share_words, love_words, overlap_words
from dsrct_edu.figures.cloning import clone_words
from dsrct_edu.figures.crowd import door_words, people_words
from dsrct_edu.figures.curve_words import survival_words
from dsrct_edu.figures.diagrams import dag_words
from dsrct_edu.figures.effects import forest_words
from dsrct_edu.figures.futures import future_words
from dsrct_edu.figures.genes import gene_words
from dsrct_edu.figures.growing import lifeline_words
from dsrct_edu.figures.incidence import incidence_words
from dsrct_edu.figures.lanes import swimmer_words
from dsrct_edu.figures.patients import flow_words, waterfall_words
from dsrct_edu.figures.response import saw_words, sphere_words
from dsrct_edu.figures.sorting import sorted_words
from dsrct_edu.figures.stairs import staircase_words, worlds_words
from dsrct_edu.figures.studies import calibration_words, zip_words
from dsrct_edu.figures.theatre import drug_words, pci_words, temperature_words
from dsrct_edu.figures.ways_out import exit_words
from dsrct_edu.wording import plain

SETS = 500


def data_set(number):
    """A small data set with ties; every second one has weights."""
    rng = np.random.default_rng([2026, number])
    n = int(rng.integers(4, 40))
    data = pd.DataFrame(
        {
            "duration": rng.integers(1, 10, n).astype(float),
            "event": rng.random(n) < rng.uniform(0.3, 0.9),
            "weight": rng.choice([0.5, 1.0, 1.7, 3.2], n),
        }
    )
    return data, "weight" if number % 2 else None


def said(value):
    return "not reached" if np.isinf(value) else plain(value)


@pytest.mark.parametrize("ci", ["log-log", "log", "plain"])
def test_the_words_hold_the_table(ci):
    for number in range(SETS):
        data, weights = data_set(number)
        curves = kaplan_meier(data, weights=weights, ci=ci)
        median, low, high = curves.median()[["median", "ci_low", "ci_high"]].iloc[0]
        words = survival_words(curves.to_frame())
        assert words.startswith(f"Median overall survival: {said(median)}"), (number, words)
        if np.isnan(low):
            assert np.isnan(high)
            assert "(95% interval not defined)" in words, (number, words)
        elif np.isfinite([median, low, high]).any():
            assert f"(95% interval {said(low)} to {said(high)})" in words, (number, words)


def test_a_limit_that_comes_back_a_little():
    rows = (
        "1,1 1,1 2,0 2,0 2,1 3,1 4,1 4,1 4,1 4,1 5,0 5,1 5,1 5,1 6,1 6,1 7,0 7,1 7,1 8,1 9,0 9,1 "
    )
    rows += "10,1 11,0"
    time, event = np.array([row.split(",") for row in rows.split()], dtype=float).T
    curves = kaplan_meier(pd.DataFrame({"duration": time, "event": event}), ci="log")
    assert curves.median().iloc[0][["ci_low", "ci_high"]].tolist() == [4, 10]
    assert "interval 4.0 to 10.0" in survival_words(curves.to_frame())


SURVIVAL = tables.survival(["a", "b"])
INCIDENCE = tables.incidence({"peritoneal": 0.5, "death": 0.1}, ["a", "b"])


@pytest.mark.parametrize(
    ("draw", "words", "given"),
    [
        (figures.survival_curves, survival_words, SURVIVAL),
        (figures.cumulative_incidence, incidence_words, [INCIDENCE]),
        (figures.forest, forest_words, [tables.SERIES.assign(ci_low=np.nan)]),
        (figures.staircase, staircase_words, [tables.STEPS]),
        (figures.worlds, worlds_words, [tables.WORLDS]),
        (figures.lifelines, lifeline_words, [tables.SIX]),
        (figures.two_futures, future_words, [tables.FUTURES]),
        (figures.doors, door_words, [tables.GATES]),
        (figures.people, people_words, [tables.PEOPLE]),
        (figures.sorted_people, sorted_words, [bedside.break_apart_room(300, 200)]),
        (figures.fusion_gene, gene_words, [bedside.fusion_parts()]),
        (figures.spheres, sphere_words, [bedside.half_of_what(0.45)]),
        (figures.saw, saw_words, [bedside.log_kill(1e10, 0.3)]),
        (figures.exits, exit_words, [tables.EXITS]),
        (figures.love_plot, love_words, [tables.BALANCE]),
        (figures.overlap, overlap_words, [tables.SCORES]),
        (figures.centre_shares, centre_share_words, [tables.CENTRES]),
        (figures.swimmer_lanes, swimmer_words, [tables.LANES, tables.MARKS]),
        (figures.clone_lanes, clone_words, [tables.CLONES, tables.CLONED]),
        (figures.patient_flow, flow_words, [tables.GATES]),
        (figures.waterfall, waterfall_words, [tables.CHANGES]),
        (figures.dag, dag_words, [tables.NODES, tables.EDGES]),
        (figures.zip_plot, zip_words, [tables.replicates(50).assign(truth=0.0)]),
        (figures.calibration, calibration_words, [tables.ANCHORS]),
        (figures.pci_map, pci_words, [tables.PCI]),
        (figures.temperature, temperature_words, [tables.heat()]),
        (figures.drug_course, drug_words, [tables.drug()]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_picture_says_what_the_words_say(draw, words, given):
    said = draw(*given).words
    assert said.startswith(words(*given))
