"""What R says about data sets, and what we say, under the same names."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from cases import HERE, Case

from dsrct_edu.analysis import (
    ConvergenceWarning,
    CoxResult,
    aalen_johansen,
    cox,
    kaplan_meier,
    logrank,
)
from dsrct_edu.analysis.partial_likelihood import regular
from dsrct_edu.errors import InputError

SCALES = ("log-log", "log", "plain")
PROBABILITIES = (0.25, 0.5, 0.75)
TRANSFORMS = ("km", "rank", "identity")


@dataclass(frozen=True)
class Refused:
    """No answer, and why; `crashed` where the error is not one that a user should see."""

    why: str
    crashed: bool = False


Answer = np.ndarray | Refused


@dataclass
class Answers:
    """Answers by quantity; the part after the last point of a quantity is the group."""

    values: dict[str, Answer] = field(default_factory=dict)
    warned: dict[str, str] = field(default_factory=dict)

    def ask(self, quantity: str, answer: Callable[[], object]) -> None:
        """Note an answer, or that there is none."""
        try:
            self.values[quantity] = np.atleast_1d(np.asarray(answer(), dtype=float))
        except InputError as error:
            self.values[quantity] = Refused(str(error))
        except Exception as error:
            self.values[quantity] = Refused(f"{type(error).__name__}: {error}", crashed=True)

    def ask_for(self, quantities: Iterable[str], answer: Callable[[], object]) -> None:
        """Note that all of these have no answer if what they come from has none."""
        self.ask("", answer)
        refused = self.values.pop("")
        for quantity in quantities:
            self.values[quantity] = refused


def our_answers(case: Case) -> Answers:
    """Ask ourselves everything about a data set. Warnings are errors, but for convergence."""
    answers = Answers()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _curves(case, answers)
        _incidence(case, answers)
        _logrank(case, answers)
        _regression(case, answers)
    return answers


def _attempt(answers: Answers, quantity: str, result: Callable[[], object]) -> object | None:
    """Return a result; where there is none, note why under `quantity`."""
    found: list[object] = []
    answers.ask(quantity, lambda: found.append(result()) or np.nan)
    if not found:
        return None
    del answers.values[quantity]
    return found[0]


def _curves(case: Case, answers: Answers) -> None:
    options = {"by": "group", "entry": case.has("entry"), "weights": case.has("weights")}
    for scale in SCALES:
        curves = _attempt(
            answers,
            f"km_{scale}",
            lambda scale=scale: kaplan_meier(case.data, "time", "event", ci=scale, **options),
        )
        if curves is None:
            continue
        read = curves.at(case.times)
        quantiles = pd.concat([curves.quantile(p) for p in PROBABILITIES])
        for group in curves.groups:
            part = read[read["group"] == group]
            limits = quantiles[quantiles["group"] == group]
            wanted = {f"km_low_{scale}": part["ci_low"], f"km_high_{scale}": part["ci_high"]}
            wanted[f"quantile_low_{scale}"] = limits["ci_low"]
            wanted[f"quantile_high_{scale}"] = limits["ci_high"]
            if scale == "log-log":
                wanted |= {"km": part["survival"], "km_se": part["se"]}
                wanted |= {"km_events": part["events"], "quantile": limits["quantile"]}
                if not case.has("entry"):
                    wanted["km_at_risk"] = part["at_risk_before"]
            for name, values in wanted.items():
                answers.ask(f"{name}.{group}", lambda values=values: values)
        if scale == "log-log" and not np.isnan(case.tau):
            means = _attempt(answers, "rmst", lambda curves=curves: curves.rmst(case.tau))
            if means is not None:
                for _, row in means.iterrows():
                    answers.ask(f"rmst.{row['group']:g}", lambda row=row: row["rmst"])
                    answers.ask(f"rmst_se.{row['group']:g}", lambda row=row: row["se"])


def _incidence(case: Case, answers: Answers) -> None:
    options = {"by": "group", "entry": case.has("entry"), "weights": case.has("weights")}
    censored = 0 if (case.data["cause"] == 0).any() else None
    curves = _attempt(
        answers,
        "aj",
        lambda: aalen_johansen(case.data, "time", "cause", censored=censored, **options),
    )
    if curves is None:
        return
    for (group, cause), part in curves.at(case.times).groupby(["group", "cause"]):
        names = {"aj": "cumulative_incidence", "aj_se": "se", "aj_low": "ci_low"}
        for name, column in {**names, "aj_high": "ci_high"}.items():
            values = part[column]
            answers.ask(f"{name}_{cause}.{group}", lambda values=values: values)


def _logrank(case: Case, answers: Answers) -> None:
    plans = {"logrank": None, "logrank_strata": "strata"}
    for quantity, strata in plans.items():
        if strata is not None and not case.has(strata):
            continue
        result = _attempt(
            answers,
            quantity,
            lambda strata=strata: logrank(case.data, "time", "event", "group", strata=strata),
        )
        if result is None:
            continue
        answers.ask(quantity, lambda result=result: result.statistic)
        answers.ask(f"{quantity}_df", lambda result=result: result.degrees_of_freedom)
        answers.ask(f"{quantity}_p", lambda result=result: result.p_value)
        answers.ask(f"{quantity}_expected", lambda result=result: result.table["expected"])


def _wald(result: CoxResult) -> float:
    """Test all coefficients together by the covariance, where that can be inverted."""
    kept = ~result._nothing
    coef = result.table["coef"].to_numpy()[kept]
    covariance = result.covariance.to_numpy()[np.ix_(kept, kept)]
    if not coef.size or not regular(covariance[None])[0]:
        return float("nan")
    return float(coef @ np.linalg.solve(covariance, coef))


def _regression(case: Case, answers: Answers) -> None:
    data, covariates = case.data, case.covariates
    if case.has("factor"):
        data = data.assign(factor=data["factor"].astype("category"))
        covariates = [*covariates, "factor"]
    if case.has("weights"):  # a level that nobody with a weight has is no level
        data = data[data["weights"] > 0]
        if case.has("factor"):
            data = data.assign(factor=data["factor"].cat.remove_unused_categories())
    options = {name: case.has(name) for name in ("entry", "strata", "cluster", "weights")}

    def fit() -> CoxResult:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("error")
            warnings.simplefilter("always", ConvergenceWarning)
            result = cox(data, "time", "event", covariates, ties=case.ties, **options)
        if caught:
            answers.warned["cox"] = str(caught[0].message)
        return result

    result = _attempt(answers, "cox", fit)
    if result is None:
        return
    answers.ask("cox", lambda: result.table["coef"])
    answers.ask("cox_se", lambda: result.table["se"])
    answers.ask("cox_loglik", lambda: result.log_likelihood)
    answers.ask("cox_null", lambda: result._fit.null_log_likelihood)
    answers.ask("cox_score", lambda: result._fit.score_statistic)
    answers.ask("cox_wald", lambda: _wald(result))
    answers.ask("concordance", lambda: result.concordance)
    for scale in TRANSFORMS:
        test = _attempt(
            answers,
            f"zph_{scale}",
            lambda scale=scale: result.proportional_hazards(scale),
        )
        if test is not None:
            answers.ask(f"zph_{scale}", lambda test=test: test["chi_square"])
            answers.ask("zph_df", lambda test=test: test["degrees_of_freedom"])


def lay_out(cases: Iterable[Case], folder: Path) -> None:
    """Write rows.csv and sets.csv for R, in hexadecimal: of decimals it may miss the last bit."""
    rows, sets = [], []
    for case in cases:
        rows.append(case.data.map(lambda value: float(value).hex()).assign(set=case.name))
        times = " ".join(time.hex() for time in case.times)
        tau = "" if np.isnan(case.tau) else case.tau.hex()
        sets.append((case.name, case.ties, times, tau))
    table = pd.concat(rows, ignore_index=True)
    table.insert(0, "set", table.pop("set"))
    table.to_csv(folder / "rows.csv", index=False)
    columns = ["set", "ties", "times", "tau"]
    pd.DataFrame(sets, columns=columns).to_csv(folder / "sets.csv", index=False)


def start_r(folder: Path) -> subprocess.Popen[str]:
    """Let R answer what was laid out in a folder, beside us."""
    call = ["Rscript", "--vanilla", str(HERE / "fuzz.R"), str(folder)]
    return subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def read_answers(path: Path) -> dict[str, Answers]:
    """Read what R answered, by data set."""
    text = {"set": str, "quantity": str, "said": str}
    table = pd.read_csv(path, dtype=text, float_precision="round_trip")
    found: dict[str, Answers] = {}
    for (name, quantity), part in table.groupby(["set", "quantity"], sort=False):
        answers = found.setdefault(str(name), Answers())
        said = part["said"].dropna()
        values = part.loc[part["said"].isna() & (part["index"] >= 0), "value"].to_numpy(float)
        warned = said[said.str.startswith("warned: ")]
        refused = said[said.str.startswith("refused: ")]
        if len(warned):
            answers.warned[str(quantity)] = "; ".join(warned.str.removeprefix("warned: "))
        if len(refused):
            answers.values[str(quantity)] = Refused(refused.iloc[0].removeprefix("refused: "))
        elif len(values):
            answers.values[str(quantity)] = values
    return found
