"""One registry, compared four times, each time fairer; and the drawing that says why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dsrct_edu import checks
from dsrct_edu.analysis import cox, endpoint
from dsrct_edu.disease import Scenario, load_cohort, reveal, true_effect
from dsrct_edu.disease.truth import censored_log_hazard_ratio
from dsrct_edu.errors import InputError
from dsrct_edu.vocabulary import CONFOUNDERS

STEPS = ("everyone", "operated", "completely resected", "adjusted")

_NODES = (
    ("expert centre", "confounder", 1.5, 2.0),
    ("response, spread", "confounder", 3.0, 3.0),
    ("aggressiveness", "unmeasured", 5.2, 3.0),
    ("age", "decoy", 0.0, 1.0),
    ("HIPEC", "exposure", 2.0, 1.0),
    ("complication", "mediator", 3.6, 0.0),
    ("death", "outcome", 5.2, 1.0),
)
_EDGES = (
    ("aggressiveness", "response, spread"),
    ("aggressiveness", "death"),
    ("expert centre", "HIPEC"),
    ("response, spread", "HIPEC"),
    ("age", "HIPEC"),
    ("expert centre", "death"),
    ("response, spread", "death"),
    ("HIPEC", "death"),
    ("HIPEC", "complication"),
    ("complication", "death"),
)


def registry_stairs(patients: pd.DataFrame, scenario: str | Scenario | None = None) -> pd.DataFrame:
    """Compare patients with HIPEC and without by a Cox model, four times.

    Everyone from diagnosis; the operated from surgery; of these the completely resected; and these
    adjusted for what was known before the choice.

    Parameters
    ----------
    patients : DataFrame
        A registry, as ``Cohort.patients``.
    scenario : str or Scenario, optional
        Where it came from, to lay each comparison beside its own truth: for the first two the
        marginal effect after complete resection, which they do not aim at; for the others the same
        Cox model, fitted to both futures of everyone.

    Returns
    -------
    DataFrame
        ``label, patients, estimate, ci_low, ci_high`` and, with a scenario, ``truth``: hazard
        ratios, for `dsrct_edu.figures.staircase` and ``worlds``.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> patients = dsrct.load_cohort("registry_b").patients
    >>> dsrct.studies.registry_stairs(patients)["label"].tolist()
    ['everyone', 'operated', 'completely resected', 'adjusted']
    """
    everyone, operated = (endpoint(patients, "death", o) for o in ("diagnosis", "surgery"))
    complete = operated[operated["cc_score"] <= 1]
    rows = []
    for data, others in ((everyone, ()), (operated, ()), (complete, ()), (complete, CONFOUNDERS)):
        fit = cox(data, "duration", "event", ["hipec", *others]).table.loc["hipec"]
        rows.append([len(data), *fit[["hazard_ratio", "ci_low", "ci_high"]]])
    table = pd.DataFrame(rows, columns=["patients", "estimate", "ci_low", "ci_high"])
    table.insert(0, "label", STEPS)
    return table if scenario is None else table.assign(truth=_truths(scenario))


def _truths(scenario: str | Scenario) -> list[float]:
    marginal = true_effect(scenario).hazard_ratio
    own = [censored_log_hazard_ratio(scenario, adjusted) for adjusted in (False, True)]
    return [marginal, marginal, *(float(np.exp(one.log_hazard_ratio)) for one in own)]


def several_stairs(names: Sequence[str]) -> pd.DataFrame:
    """Take the stairs of several committed registries, each beside the truth of its own world.

    Parameters
    ----------
    names : sequence of str
        Names for ``load_cohort``, such as ``"registry_a"``.

    Returns
    -------
    DataFrame
        ``world`` (such as ``registry A``) and the columns of `registry_stairs`, for
        `dsrct_edu.figures.worlds`.

    Examples
    --------
    >>> several_stairs(["registry_a", "registry_b"])["world"].unique().tolist()
    ['registry A', 'registry B']
    """
    tables = []
    listed = checks.several(names, "names", "a list of registries, such as registry_a")
    if not listed:
        raise InputError("at least one registry", "an empty list", "Name one.", argument="names")
    for name in listed:
        stairs = registry_stairs(load_cohort(name).patients, reveal(name).scenario)
        kind, letter = name.rsplit("_", 1)
        stairs.insert(0, "world", f"{kind} {letter.upper()}")
        tables.append(stairs)
    return pd.concat(tables, ignore_index=True)


def simplified_diagram() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what acts on what in the disease model, simplified: for `dsrct_edu.figures.dag`.

    Left out are, among others, the centre's own policy and the year (on the way from the expert
    centre to HIPEC), radiotherapy, later chemotherapy, and the kind of disease.

    Returns
    -------
    nodes : DataFrame
        ``name, role, x, y``.
    edges : DataFrame
        ``source, target``.

    Examples
    --------
    >>> nodes, edges = simplified_diagram()
    >>> nodes.loc[nodes["role"] == "decoy", "name"].tolist()
    ['age']
    """
    nodes = pd.DataFrame(_NODES, columns=["name", "role", "x", "y"])
    return nodes, pd.DataFrame(_EDGES, columns=["source", "target"])
