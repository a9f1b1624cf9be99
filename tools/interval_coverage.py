"""Coverage of the intervals that `dsrct_edu.analysis` gives for one table at a time.

The ten methods of a study have intervals of their own (tools/staircase.py); here are those that a
reader asks of one registry: standardised curves, time lost, Firth's penalty, weighted curves whose
weights are estimated, the emulated trial.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from dsrct_edu.analysis import (
    aalen_johansen,
    cox,
    emulate_trial,
    endpoint,
    kaplan_meier,
    propensity,
    standardised_curves,
)
from dsrct_edu.disease import scenario, simulate_cohort
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.disease.simulate import blocks
from dsrct_edu.disease.truth import censored_log_hazard_ratio
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import ARMS, CONFOUNDERS, HORIZON, SITES

MONTH = 36  # at which curves are read
WORKERS = 2
# patients, registries, and those of them for Firth's penalty, whose profiles take their time
SIZES = ((150, 400, 150), (1000, 200, 80))
TRUTH_PATIENTS, SEED = 2_000_000, 41
CAUSES = (*SITES, "death")


class Found(NamedTuple):
    """An estimate with its limits."""

    estimate: float
    low: float
    high: float


Rows = Iterator[tuple[str, Found]]


def _from(table: pd.DataFrame, value: str) -> list[Found]:
    columns = table[[value, "ci_low", "ci_high"]].to_numpy(np.float64)
    return [Found(*row) for row in columns]


def _named(words: str, tables: dict[str, tuple[pd.DataFrame, str]]) -> Rows:
    for quantity, (table, value) in tables.items():
        found = _from(table, value)
        arms = [""] if len(found) == 1 else [", without HIPEC", ", with it"]
        for arm, one in zip(arms, found, strict=True):
            yield f"{words}: {quantity}{arm}", one


def _standardised(patients: pd.DataFrame) -> Rows:
    rows = _resected(patients, HORIZON)
    curves = standardised_curves(rows, confounders=_varying(rows))
    tables = {
        "months gained": (curves.rmst_difference(HORIZON), "difference"),
        f"survival gained at {MONTH}": (curves.survival_difference(MONTH), "difference"),
    }
    yield from _named("standardised Cox curves", tables)


def _time_lost(patients: pd.DataFrame) -> Rows:
    rows = _resected(patients, event="first_event")
    found = aalen_johansen(rows, by="hipec").time_lost_difference(HORIZON)
    for cause, one in zip(found["cause"], _from(found, "difference"), strict=True):
        words = "death first" if cause == "death" else f"{cause} recurrence"
        yield f"time lost, unadjusted: months to {words}", one


def _firth(patients: pd.DataFrame) -> Rows:
    rows = _resected(patients, HORIZON)
    table = cox(rows, covariates=["hipec", *_varying(rows)], penalty="firth").table
    logs = np.log(table.loc["hipec", ["ci_low", "ci_high"]].to_numpy(np.float64))
    yield (
        "Cox with Firth's penalty, adjusted: log hazard ratio",
        Found(table["coef"]["hipec"], *logs),
    )


def _weighted(patients: pd.DataFrame, penalty: str | None = None) -> Rows:
    rows = _resected(patients)
    weights = propensity(rows, "hipec", _varying(rows), penalty=penalty)
    curves = kaplan_meier(rows, by="hipec", weights=weights)
    tables = {"months gained": (curves.rmst_difference(HORIZON), "difference")}
    if penalty is None:
        tables[f"survival at {MONTH}"] = (curves.at(MONTH), "survival")
        tables["months"] = (curves.rmst(HORIZON), "rmst")
    yield from _named("weighted curves" + (", Firth's penalty" if penalty else ""), tables)


def _weighted_firth(patients: pd.DataFrame) -> Rows:
    return _weighted(patients, "firth")


def _emulated(patients: pd.DataFrame) -> Rows:
    complete = patients[patients["cc_score"] <= 1]
    trial = emulate_trial(patients, _varying(complete))
    tables = {
        "months gained": (trial.rmst_difference, "difference"),
        f"survival at {MONTH}": (trial.at(MONTH), "survival"),
        "months": (trial.rmst, "rmst"),
    }
    yield from _named("emulated trial", tables)


ANALYSES: tuple[Callable[[pd.DataFrame], Rows], ...] = (
    *(_standardised, _firth, _time_lost, _weighted, _weighted_firth, _emulated),
)


def _resected(
    patients: pd.DataFrame, until: float | None = None, event: str = "death"
) -> pd.DataFrame:
    """Return the completely resected from surgery, follow-up ended at a month."""
    rows = endpoint(patients[patients["cc_score"] <= 1], event, "surgery")
    if until is None:
        return rows
    happened = rows["event"] & (rows["duration"] <= until)
    return rows.assign(event=happened, duration=rows["duration"].clip(upper=until))


def _varying(rows: pd.DataFrame) -> list[str]:
    """Return the confounders that are not the same in everybody, as the studies do."""
    return [name for name in CONFOUNDERS if rows[name].nunique() > 1]


def analysed(model: Scenario, n: int, seed: int, quick: bool) -> dict[str, Found]:
    """Return every interval that one registry has; what does not exist is left out."""
    patients, found = simulate_cohort(n, model, seed).patients, {}
    for analysis in ANALYSES:
        if quick and analysis is _firth:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # separation is counted
            try:
                found |= dict(analysis(patients))
            except InputError:  # no maximum, or an arm that was not followed so long
                continue
    return {name: one for name, one in found.items() if np.isfinite(one).all()}


def truths(model: Scenario) -> dict[str, float]:
    """Return what each interval should hold."""
    resected, everyone = ([{}, {}] for _ in range(2))
    sums = {True: resected, False: everyone}
    for block in blocks(model, TRUTH_PATIENTS, SEED, observe=False):
        complete = block.latent["complete"]
        for number, arm in enumerate(ARMS):
            x = block.arms[arm]
            for surgery, into in sums.items():
                rows = complete if surgery else np.ones_like(complete)
                start = block.latent["surgery_month"][rows] if surgery else 0.0
                lived = x["death_month"][rows] - start
                site = x["recurrence_site"][rows]
                event = np.where(site > 0, x["recurrence_month"][rows] - start, lived)
                lost = HORIZON - np.minimum(event, HORIZON)
                values = {"months": np.minimum(lived, HORIZON), "survival": lived > MONTH}
                values |= {cause: lost * (site == k % 4) for k, cause in enumerate(CAUSES, 1)}
                for name, value in values.items():
                    into[number].setdefault(name, []).append((value.sum(), len(value)))
    mean = {
        (surgery, number, name): np.divide(*np.sum(parts, axis=0))
        for surgery, pair in sums.items()
        for number, arm in enumerate(pair)
        for name, parts in arm.items()
    }

    def gain(surgery: bool, name: str) -> float:
        return float(mean[surgery, 1, name] - mean[surgery, 0, name])

    table = {
        "standardised Cox curves: months gained": gain(True, "months"),
        f"standardised Cox curves: survival gained at {MONTH}": gain(True, "survival"),
        "Cox with Firth's penalty, adjusted: log hazard ratio": censored_log_hazard_ratio(
            model, True
        ).log_hazard_ratio,
        "weighted curves, Firth's penalty: months gained": gain(True, "months"),
    }
    for cause in CAUSES:
        words = "death first" if cause == "death" else f"{cause} recurrence"
        table[f"time lost, unadjusted: months to {words}"] = gain(True, cause)
    for words, surgery in (("weighted curves", True), ("emulated trial", False)):
        table[f"{words}: months gained"] = gain(surgery, "months")
        for number, arm in enumerate((", without HIPEC", ", with it")):
            table[f"{words}: survival at {MONTH}{arm}"] = mean[surgery, number, "survival"]
            table[f"{words}: months{arm}"] = mean[surgery, number, "months"]
    return table


def _cell(found: list[Found], truth: float, registries: int) -> str:
    """Return coverage, bias in empirical standard errors, and how many had no interval."""
    estimate, low, high = np.array(found).T
    covers = np.mean((low <= truth) & (truth <= high))
    bias = (estimate.mean() - truth) / estimate.std(ddof=1)
    missing = 1 - len(found) / registries
    text = f"{covers:.3f}, {bias:+.2f}"
    return text + (f" ({missing:.0%} none)".replace("%", " %") if missing >= 0.005 else "")


def table() -> pd.DataFrame:
    """Return every interval in both worlds, small and large."""
    columns: dict[str, dict[str, str]] = {}
    worlds = (("null", scenario("null")), ("modest, randomised", scenario("modest").randomised()))
    for words, model in worlds:
        truth = truths(model)
        for n, registries, slow in SIZES:
            each = Parallel(n_jobs=WORKERS)(
                delayed(analysed)(model, n, 10_000 + seed, seed >= slow)
                for seed in range(registries)
            )
            columns[f"{words}, {n:,}"] = {
                name: _cell(
                    [one[name] for one in each if name in one],
                    value,
                    slow if name.startswith("Cox") else registries,
                )
                for name, value in truth.items()
            }
    result = pd.DataFrame(columns).rename_axis("interval").reset_index()
    return result.sort_values("interval", kind="stable", key=_order, ignore_index=True)


def _order(names: pd.Series) -> pd.Series:
    """Keep the kinds together, in the order of the analyses."""
    kinds = ["standardised", "Cox", "time", "weighted", "emulated"]
    return names.map(lambda name: next(i for i, k in enumerate(kinds) if name.startswith(k)))
