"""Synthetic cohorts as tables: what a registry holds, and apart from it the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dsrct_edu import checks, files, vocabulary
from dsrct_edu.disease import scenarios
from dsrct_edu.disease.equations import Arrays
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.disease.simulate import Draw, draw
from dsrct_edu.vocabulary import SITES

_INTEGERS = [column for column in vocabulary.patients().values() if column.type == "integer"]
WHOLE_OR_MISSING = [column.name for column in _INTEGERS if column.may_be_missing]
WHOLE = [column.name for column in _INTEGERS if not column.may_be_missing]
_ARM_NAMES = {"no_hipec": "no HIPEC", "hipec": "HIPEC"}
_ARMS = pd.CategoricalDtype(list(_ARM_NAMES.values()))
_FUTURES = 120.0  # months from surgery that both futures are followed
_FIRST = pd.CategoricalDtype([*vocabulary.CAUSES, "censored"])


@dataclass(frozen=True)
class Cohort:
    """A synthetic cohort.

    Parameters
    ----------
    patients : DataFrame
        One row a patient, as a registry would hold it (columns in ``vocabulary.patients()``).
    truth : DataFrame
        Same ``patient_id``: ``aggressiveness``, ``favourable``, ``propensity`` and, for each
        arm (``_hipec``, ``_no_hipec``), ``death_month``, ``recurrence_month``,
        ``recurrence_site``, ``cured``, ``major_complication``, ``radiotherapy``,
        ``adjuvant_chemotherapy``.
    scenario : Scenario
        The disease model that it was drawn from.
    seed : int
        The seed that it was drawn with.
    name : str
        Name of a committed cohort; empty for one simulated by the user.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> len(dsrct.simulate_cohort(150, "null", seed=1).patients)
    150
    """

    patients: pd.DataFrame = field(repr=False)
    truth: pd.DataFrame = field(repr=False)
    scenario: Scenario
    seed: int
    name: str = ""

    def __repr__(self) -> str:
        # A committed cohort does not tell its scenario: that is what reveal is for.
        if self.name:
            return f"Cohort({self.name!r}, {len(self.patients)} patients)"
        return f"Cohort({len(self.patients)} patients, {self.scenario.name!r}, seed {self.seed})"

    def both_futures(self) -> pd.DataFrame:
        """Return the first event of everyone completely resected, without HIPEC and with it.

        What no registry holds: each patient stands twice and is followed for the same time, 120
        months from surgery, so that nothing but HIPEC differs between the two.

        Returns
        -------
        DataFrame
            ``patient_id, arm, hipec, duration, event, cause``: months from surgery to one decimal,
            as a registry counts them.

        Examples
        --------
        >>> import dsrct_edu as dsrct
        >>> both = dsrct.simulate_cohort(200, "null", seed=7).both_futures()
        >>> both["arm"].value_counts().to_dict()
        {'no HIPEC': 61, 'HIPEC': 61}
        """
        resected = self.patients["cc_score"] <= 1
        truth, surgery = self.truth[resected], self.patients.loc[resected, "surgery_month"]
        tables = []
        for arm in vocabulary.ARMS:
            relapse, death = truth[f"recurrence_month_{arm}"], truth[f"death_month_{arm}"]
            first = (relapse.fillna(np.inf).clip(upper=death) - surgery).round(1).clip(lower=0.1)
            site = truth[f"recurrence_site_{arm}"].where(relapse <= death, "death")
            site = site.where(first <= _FUTURES, "censored")
            table = truth[["patient_id"]].assign(arm=_ARM_NAMES[arm], hipec=arm == "hipec")
            table = table.assign(duration=first.clip(upper=_FUTURES), event=site != "censored")
            tables.append(table.assign(cause=site))
        return pd.concat(tables, ignore_index=True).astype({"arm": _ARMS, "cause": _FIRST})

    def to_csv(self, folder: str | Path, name: str) -> tuple[Path, Path]:
        """Write the patients, and apart from them the truth.

        Parameters
        ----------
        folder : str or Path
            Where to; ``truth/`` below it takes the truth.
        name : str
            File name without ending.

        Returns
        -------
        tuple of Path
            The patients' file and the truth's file.

        Examples
        --------
        >>> import tempfile
        >>> import dsrct_edu as dsrct
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     patients, truth = dsrct.simulate_cohort(9).to_csv(folder, "mine")
        >>> patients.name, truth.parent.name
        ('mine.csv', 'truth')
        """
        patients, truth = Path(folder, f"{name}.csv"), Path(folder, "truth", f"{name}.csv")
        write_table(self.patients, patients)
        write_table(round_truth(self.truth), truth)
        return patients, truth


def simulate_cohort(n: int, scenario: str | Scenario = "modest", seed: int = 0) -> Cohort:
    """Simulate a cohort of patients with DSRCT, each with and without HIPEC.

    Parameters
    ----------
    n : int
        Number of patients, at least 1.
    scenario : str or Scenario
        A scenario or its name.
    seed : int
        Same seed, same patients.

    Returns
    -------
    Cohort
        Tables ``patients`` and ``truth``.

    Raises
    ------
    InputError
        If ``n`` is not a positive whole number or ``seed`` is negative.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> cohort = dsrct.simulate_cohort(200, "modest", seed=7)
    >>> cohort
    Cohort(200 patients, 'modest', seed 7)
    >>> bool(cohort.patients["hipec"].any())
    True
    """
    n, seed = checks.whole(n, "n", 1), checks.whole(seed, "seed")
    model = scenarios.scenario(scenario)
    arrays = draw(model, n, seed)
    ids = pd.Series([f"P{i:0{max(4, len(str(n)))}d}" for i in range(1, n + 1)], dtype=object)
    return Cohort(patients_table(arrays, ids), truth_table(arrays, ids), model, seed)


def patients_table(arrays: Draw, ids: pd.Series) -> pd.DataFrame:
    """Return the registry's table of one replicate."""
    seen = {key: np.ravel(values) for key, values in arrays.observed.items()}
    table = pd.DataFrame(
        {"patient_id": ids} | {key: seen[key] for key in list(vocabulary.patients())[1:]}
    )
    table["sex"] = pd.Series(np.where(seen["sex"], "male", "female"), dtype=object)
    table["centre"] = _labels(seen["centre"], vocabulary.patients()["centre"].levels)
    table["recist"] = _labels(seen["recist"], vocabulary.patients()["recist"].levels)
    table["recurrence_site"] = _labels(seen["recurrence_site"], (np.nan, *SITES))
    return table.astype({name: np.int64 for name in WHOLE})


def truth_table(arrays: Draw, ids: pd.Series) -> pd.DataFrame:
    """Return the table of latent variables and potential outcomes of one replicate."""
    table: dict[str, object] = {"patient_id": ids}
    known = ("aggressiveness", "favourable", "propensity")
    table |= {key: np.ravel(arrays.latent[key]) for key in known}
    for name, arm in arrays.arms.items():
        table |= {f"{key}_{name}": _outcome(arm, key) for key in arm}
    return pd.DataFrame(table)[list(vocabulary.truth())]


def _outcome(arm: Arrays, key: str) -> object:
    values = np.ravel(arm[key])
    if key == "recurrence_month":
        return np.where(np.isfinite(values), values, np.nan)
    return _labels(values, (np.nan, *SITES)) if key == "recurrence_site" else values


def _labels(codes: NDArray[Any], names: tuple[object, ...]) -> pd.Series:
    padded = np.array([*names, np.nan], dtype=object)
    numbers = np.ravel(codes).astype(np.float64)
    places = np.where(np.isnan(numbers), len(names), numbers).astype(np.intp)
    return pd.Series(padded[places], dtype=object)


def round_truth(truth: pd.DataFrame) -> pd.DataFrame:
    """Return the truth to three decimals: the same on every platform."""
    return truth.round(3)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, the same bytes everywhere."""
    out = table.copy()
    for column in set(WHOLE_OR_MISSING) & set(out.columns):
        out[column] = out[column].astype("Int64")
    with files.whole(path) as part:
        out.to_csv(part, index=False, lineterminator="\n", encoding="utf-8")
