"""What is true: effects of HIPEC from millions of patients with both outcomes known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dsrct_edu import checks, vocabulary
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease import scenarios
from dsrct_edu.disease.equations import Arrays
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.disease.simulate import Draw, blocks
from dsrct_edu.disease.stacked import Stacked, cox_stacked
from dsrct_edu.vocabulary import ARMS, CAUSES, CONFOUNDERS, HORIZON, ORIGINS

# Six million patients, and more where the error is still above the bar.
PATIENTS, MOST, MCSE_BAR = 6_000_000, 24_000_000, 0.0048
SEED, _BLOCK = 20_000, 8192  # how many are drawn in the end is a multiple of the block
_PLACES = 60_000  # grid of the Cox model: fits 16 bits
_COMMITTED = Path(__file__).with_name("committed_truths.json")
# Of a block's latent variables: who enters, when his clock starts, how long he is followed then.
Enter = Callable[[Arrays], tuple[Flags, Floats, Floats]]


@dataclass(frozen=True)
class TrueEffect:
    """The effect of HIPEC in one scenario, known because both outcomes of everyone are known.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    origin : str
        ``"surgery"``: the completely resected, clock at surgery. ``"diagnosis"``: everyone,
        strategy "HIPEC if completely resected" against "no HIPEC".
    horizon : float
        Months.
    rmst_difference, rmst_difference_mcse : float
        Months gained by HIPEC within the horizon, and the Monte Carlo standard error.
    log_hazard_ratio, log_hazard_ratio_mcse : float
        Cox model on the stacked potential outcomes, truncated at the horizon: a marginal effect
        that depends on the horizon.
    patients : int
        Patients simulated, of whom those completely resected enter with origin surgery.
    survival : DataFrame
        Columns ``arm, time, survival``; arms ``no_hipec`` and ``hipec``.
    cumulative_incidence : DataFrame
        Columns ``arm, cause, time, cumulative_incidence``: first events, by site, or death.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.true_effect("null").rmst_difference
    0.0
    """

    scenario: str
    origin: str
    horizon: float
    rmst_difference: float
    rmst_difference_mcse: float
    log_hazard_ratio: float
    log_hazard_ratio_mcse: float
    patients: int
    survival: pd.DataFrame
    cumulative_incidence: pd.DataFrame

    @property
    def hazard_ratio(self) -> float:
        """Marginal hazard ratio of death, HIPEC against none."""
        return float(np.exp(self.log_hazard_ratio))

    @property
    def hazard_ratio_mcse(self) -> float:
        """Monte Carlo standard error of the hazard ratio."""
        return self.hazard_ratio * self.log_hazard_ratio_mcse

    def __repr__(self) -> str:
        return (
            f"TrueEffect({self.scenario!r}, from {self.origin}, {self.horizon:g} months: "
            f"RMST difference {self.rmst_difference:+.2f} months, "
            f"hazard ratio {self.hazard_ratio:.3f})"
        )


@dataclass(frozen=True)
class TrueHazardRatio:
    """A log hazard ratio from stacked potential outcomes under the scenario's own censoring.

    Parameters
    ----------
    log_hazard_ratio, log_hazard_ratio_mcse : float
        The value and its Monte Carlo standard error.
    """

    log_hazard_ratio: float
    log_hazard_ratio_mcse: float


def true_effect(
    scenario: str | Scenario = "modest",
    origin: str = "surgery",
    horizon: float = HORIZON,
    *,
    patients: int | None = None,
) -> TrueEffect:
    """Return the true effect of HIPEC in a scenario.

    The two switches (randomisation, hidden confounding) say who gets HIPEC, not what it does, and
    leave the truth as it is. The four scenarios at 36 and 60 months come from a file; anything
    else is simulated from six million patients, once a session for each set of parameters.

    Parameters
    ----------
    scenario : str or Scenario
        A scenario or its name.
    origin : {"surgery", "diagnosis"}
        Whose effect, from when: see ``TrueEffect``.
    horizon : float
        Months, above 0 and at most 600.
    patients : int, optional
        How many are simulated where no file holds the truth, 10,000 or more; six million if left
        out. Fewer take less time and leave a larger Monte Carlo error, which the result tells.

    Returns
    -------
    TrueEffect
        Months, hazard ratio, curves.

    Raises
    ------
    InputError
        If there is no such scenario or origin, or the horizon or the number is not in range.

    Examples
    --------
    >>> import dsrct_edu as dsrct
    >>> dsrct.true_effect("harm").rmst_difference < 0
    True
    """
    model = scenarios.scenario(scenario)
    checks.one_of(origin, ORIGINS, "origin")
    expected = "months, above 0 and at most 600"
    horizon = checks.number(horizon, "horizon", expected, 0, 600, above=True)
    found = _committed().get(effect_key(model, origin, horizon))
    many = PATIENTS if patients is None else checks.whole(patients, "patients", 10_000, MOST)
    result = found if found is not None else _effect(_unswitched(model), origin, horizon, many)
    return _as_effect(model, origin, horizon, result)


def censored_log_hazard_ratio(
    scenario: str | Scenario = "modest", adjusted: bool = False, horizon: float = HORIZON
) -> TrueHazardRatio:
    """Return what a Cox model would find among the completely resected, were everyone both.

    Cox on the stacked potential outcomes under the scenario's own censoring, truncated at the
    horizon: the truth of the methods that fit this model to the completely resected.

    Parameters
    ----------
    scenario : str or Scenario
        A scenario or its name.
    adjusted : bool
        Whether the model holds the measured confounders (``CONFOUNDERS``) as linear terms.
    horizon : float
        Months from surgery.

    Returns
    -------
    TrueHazardRatio
        Log hazard ratio of HIPEC, with Monte Carlo standard error.

    Examples
    --------
    >>> from dsrct_edu.disease.truth import censored_log_hazard_ratio
    >>> abs(censored_log_hazard_ratio("null").log_hazard_ratio) < 1e-9
    True
    """
    model = scenarios.scenario(scenario)
    found = _committed().get(censored_key(model, adjusted, horizon))
    if found is not None:
        return TrueHazardRatio(**found)
    return _censored(_unswitched(model), adjusted, float(horizon))


def _unswitched(model: Scenario) -> Scenario:
    return model.replace(coin=0.0, offer_aggr=0.0)


def effect_key(model: Scenario, origin: str, horizon: float) -> str:
    """Return the key of a truth in the committed file: it changes with any parameter."""
    return f"{_unswitched(model).fingerprint} effect {origin} {horizon:g}"


def censored_key(model: Scenario, adjusted: bool, horizon: float) -> str:
    """Return the key of a censored truth in the committed file."""
    kind = "adjusted" if adjusted else "crude"
    return f"{_unswitched(model).fingerprint} censored {kind} {horizon:g}"


@cache
def _committed() -> dict[str, Any]:
    return dict(json.loads(_COMMITTED.read_text(encoding="utf-8")))


def stacked_outcomes(
    drawn: Iterable[Draw],
    longest: float,
    enter: Enter,
    covariates: Callable[[Arrays], Floats] | None = None,
) -> Stacked:
    """Follow both futures of the patients who enter, and stack them for `cox_stacked`.

    Parameters
    ----------
    drawn : iterable of Draw
        Blocks of patients.
    longest : float
        Months; nobody is followed for longer.
    enter : callable
        Takes the latent variables of a block, arrays (patients,). Returns who enters, and for
        everybody the month at which his clock starts and the months of follow-up from then on.
    covariates : callable, optional
        Takes the latent variables too; returns what is adjusted for, (patients, covariates).
    """
    places: list[list[NDArray[np.uint16]]] = []
    events: list[list[Flags]] = []
    measured: list[NDArray[np.float32]] = []
    for block in drawn:
        rows, start, end = enter(block.latent)
        start, end = start[rows], end[rows]
        deaths = [block.arms[arm]["death_month"][rows] - start for arm in ARMS]
        places.append([_place(np.minimum(death, end), longest) for death in deaths])
        events.append([death < end for death in deaths])
        if covariates is not None:
            measured.append(covariates(block.latent)[rows].astype(np.float32))
    place, event = np.concatenate(places, axis=1), np.concatenate(events, axis=1)
    adjusted = np.concatenate(measured) if measured else np.empty((place.shape[1], 0), np.float32)
    adjusted -= adjusted.mean(axis=0, dtype=np.float64).astype(np.float32)
    return Stacked((place[0], place[1]), (event[0], event[1]), adjusted, _PLACES + 1)


def _place(month: Floats, longest: float) -> NDArray[np.uint16]:
    """Place times on the grid of the Cox model; the last place holds all beyond the longest."""
    return np.minimum(month * (_PLACES / longest), _PLACES).astype(np.uint16)


def _entrants(origin: str, horizon: float) -> Enter:
    """Return who enters at an origin and when; all are followed to the horizon."""

    def enter(x: Arrays) -> tuple[Flags, Floats, Floats]:
        end = np.full(len(x["complete"]), horizon)
        if origin == "surgery":
            return x["complete"], x["surgery_month"], end
        return np.ones(len(end), dtype=bool), np.zeros(len(end)), end

    return enter


class _Tally:
    """Months gained, deaths and first events by time, added up over blocks."""

    def __init__(self, origin: str, horizon: float) -> None:
        self.enter, self.horizon = _entrants(origin, horizon), horizon
        self.times = curve_times(horizon)
        self.drawn, self.count, self.total, self.squares = 0, 0, 0.0, 0.0
        self.deaths = np.zeros((len(ARMS), 1, len(self.times) + 1))
        self.first = np.zeros((len(ARMS), len(CAUSES), len(self.times) + 1))

    @property
    def variance(self) -> float:
        """Variance of the months gained."""
        return max(self.squares / self.count - (self.total / self.count) ** 2, 0)

    def watch(self, drawn: Iterable[Draw], enough: int) -> Iterator[Draw]:
        """Pass blocks on, until there are enough patients and the error is below the bar."""
        for block in drawn:
            if self.drawn >= enough and self.variance < self.count * MCSE_BAR**2:
                return
            self.add(block)
            yield block

    def add(self, block: Draw) -> None:
        """Add a block."""
        rows, start, _ = self.enter(block.latent)
        start = start[rows]
        self.drawn += len(rows)
        lived = []
        for number, arm in enumerate(block.arms[name] for name in ARMS):
            death = arm["death_month"][rows] - start
            lived.append(np.minimum(death, self.horizon))
            first = np.minimum(arm["recurrence_month"][rows] - start, death)
            site = arm["recurrence_site"][rows].astype(np.intp)
            cause = np.where(site > 0, site - 1, len(CAUSES) - 1)
            self._count(self.deaths[number], death, np.zeros_like(cause))
            self._count(self.first[number], first, cause)
        gain = lived[1] - lived[0]
        self.count += len(gain)
        self.total, self.squares = self.total + float(gain.sum()), self.squares + float(gain @ gain)

    def _count(self, counts: Floats, month: Floats, row: NDArray[np.intp]) -> None:
        """Count events in the month at whose end they have happened; the last place is later."""
        at = np.searchsorted(self.times, month, "left") + row * counts.shape[1]
        counts += np.bincount(at, minlength=counts.size).reshape(counts.shape)


def simulate_effect(
    model: Scenario, origin: str, horizon: float, patients: int = PATIENTS, seed: int = SEED
) -> dict[str, Any]:
    """Simulate the truth; the numbers of ``TrueEffect`` as plain lists and floats.

    The first ``patients`` always count; then more, up to ``MOST``, until the Monte Carlo error of
    the RMST difference is below the bar. A call for fewer than ``PATIENTS`` stops there.
    """
    most = MOST if patients >= PATIENTS else patients
    tally = _Tally(origin, horizon)
    watched = tally.watch(blocks(model, most, seed, size=_BLOCK, observe=False), patients)
    log_ratio, mcse = cox_stacked(stacked_outcomes(watched, horizon, tally.enter))
    died, incidence = (
        np.cumsum(counts, axis=2)[:, :, :-1] for counts in (tally.deaths, tally.first)
    )
    return {
        "rmst_difference": tally.total / tally.count,
        "rmst_difference_mcse": float(np.sqrt(tally.variance / tally.count)),
        "log_hazard_ratio": log_ratio,
        "log_hazard_ratio_mcse": mcse,
        "patients": tally.drawn,
        "survival": np.round((tally.count - died[:, 0]) / tally.count, 6).tolist(),
        "cumulative_incidence": np.round(incidence / tally.count, 6).tolist(),
    }


def simulate_censored(
    model: Scenario, adjusted: bool, horizon: float, patients: int = PATIENTS, seed: int = SEED
) -> TrueHazardRatio:
    """Simulate the completely resected twice, censored alike, and fit the Cox model to both."""

    def enter(x: Arrays) -> tuple[Flags, Floats, Floats]:
        # Who is lost before surgery never enters the analysis.
        rows = x["complete"] & (x["surgery_month"] < x["censoring_month"])
        end = np.minimum(x["censoring_month"] - x["surgery_month"], horizon)
        return rows, x["surgery_month"], end

    drawn = blocks(model, patients, seed, size=_BLOCK, observe=False)
    data = stacked_outcomes(drawn, horizon, enter, _confounders if adjusted else None)
    return TrueHazardRatio(*cox_stacked(data))


def _confounders(x: Arrays) -> Floats:
    columns = {"diagnosis_year": np.floor(x["date"])} | x
    names = [vocabulary.patients()[name].short for name in CONFOUNDERS]
    return np.stack([columns[name] for name in names], axis=1)


_effect, _censored = cache(simulate_effect), cache(simulate_censored)


def curve_times(horizon: float) -> Floats:
    """Return the times of the curves: each month, and the horizon."""
    months = np.arange(0.0, np.floor(horizon) + 1)
    return months if months[-1] == horizon else np.append(months, horizon)


def _as_effect(model: Scenario, origin: str, horizon: float, numbers: dict[str, Any]) -> TrueEffect:
    times = curve_times(horizon)
    tables = {}
    for value, kinds in (
        ("survival", {"arm": ARMS}),
        ("cumulative_incidence", {"arm": ARMS, "cause": CAUSES}),
    ):
        index = pd.MultiIndex.from_product(
            [*kinds.values(), pd.Index(times)], names=[*kinds, "time"]
        )
        series = pd.Series(np.ravel(numbers[value]), index, name=value)
        tables[value] = series.reset_index()
    return TrueEffect(model.name, origin, float(horizon), **numbers | tables)
