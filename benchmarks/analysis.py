"""Single fits beside lifelines and scikit-survival, and Aalen-Johansen at scale, in one run.

Usage: OMP_NUM_THREADS=1 python benchmarks/analysis.py [--sizes 200 10000 1000000]

Times are CPU seconds of this process, the best of a few repetitions (one, where a fit takes long),
so that other work on the machine disturbs them little. Ratios hold across machines; times do not.
"""

from __future__ import annotations

import argparse
import platform
import time
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import pandas as pd

from dsrct_edu.analysis import aalen_johansen, cox, kaplan_meier, logrank

COVARIATES = ["age", "spread", "expert"]


def best(run: Callable[[], object], budget: float = 2.0) -> float:
    """Return the CPU seconds of the quickest repetition within a budget."""
    spent, quickest, repetitions = 0.0, np.inf, 0
    while repetitions < 1 or (spent < budget and repetitions < 50):
        start = time.process_time()
        run()
        took = time.process_time() - start
        quickest, spent, repetitions = min(quickest, took), spent + took, repetitions + 1
    return quickest


def cohort(n: int, days: bool) -> pd.DataFrame:
    """Draw patients with three covariates, 30 % censored; whole days make ties."""
    rng = np.random.default_rng(n)
    age, spread = rng.normal(size=n), rng.random(n)
    expert = (rng.random(n) < 0.5).astype(float)
    life = rng.exponential(900 * np.exp(-0.2 * age - 0.5 * spread + 0.3 * expert))
    end = rng.exponential(1800, n)
    duration = np.minimum(life, end)
    return pd.DataFrame(
        {
            "duration": np.ceil(duration) if days else duration,
            "event": life <= end,
            "age": age,
            "spread": spread,
            "expert": expert,
        }
    )


def curve_with_limits(data: pd.DataFrame) -> object:
    """Fit, and return arrays as scikit-survival does: time, survival, limits."""
    curve = kaplan_meier(data).curves[0]
    return curve.grid.time[0], curve.survival, curve.limits("log-log", 0.95)


def fits(data: pd.DataFrame, regression: bool) -> dict[str, dict[str, Callable[[], object]]]:
    """Return each task for each library; all end with the curve and its limits, or the table."""
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test
    from sksurv.compare import compare_survival
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.nonparametric import kaplan_meier_estimator

    t, e, g = (data[name].to_numpy() for name in ("duration", "event", "expert"))
    outcome = np.array(list(zip(e, t, strict=True)), dtype=[("event", bool), ("time", float)])
    tasks: dict[str, dict[str, Callable[[], object]]] = {
        "Kaplan-Meier, limits": {
            "dsrct-edu": lambda: curve_with_limits(data),
            "lifelines": lambda: KaplanMeierFitter().fit(t, e),
            "scikit-survival": lambda: kaplan_meier_estimator(e, t, conf_type="log-log"),
        },
        "log-rank": {
            "dsrct-edu": lambda: logrank(data, by="expert"),
            "lifelines": lambda: multivariate_logrank_test(t, g, e),
            "scikit-survival": lambda: compare_survival(outcome, g),
        },
    }
    if regression:
        tasks["Cox, 3 covariates, Efron"] = {
            "dsrct-edu": lambda: cox(data, covariates=COVARIATES),
            "lifelines": lambda: CoxPHFitter().fit(data, "duration", "event"),
            "scikit-survival": lambda: CoxPHSurvivalAnalysis(ties="efron").fit(
                data[COVARIATES], outcome
            ),
        }
    return tasks


def single_fits(sizes: list[int]) -> None:
    """Print the table of single fits."""
    print("| fit | times | n | dsrct-edu, ms | lifelines | scikit-survival |")
    print("|---|---|---|---|---|---|")
    for n in sizes:
        for days in (False, True):
            tasks = fits(cohort(n, days), regression=days)
            for task, runs in tasks.items():
                taken = {library: best(run) for library, run in runs.items()}
                own = taken.pop("dsrct-edu")
                ratios = " | ".join(f"{other / own:.1f}×" for other in taken.values())
                kind = "whole days" if days else "no ties"
                print(f"| {task} | {kind} | {n:,} | {own * 1e3:.3g} | {ratios} |", flush=True)


def competing(n: int) -> pd.DataFrame:
    """Draw patients with two causes, nearly every time distinct."""
    rng = np.random.default_rng(n)
    return pd.DataFrame(
        {"duration": rng.exponential(size=n), "cause": rng.integers(0, 3, n).astype(int)}
    )


def measured(run: Callable[[], object]) -> tuple[float, float]:
    """Return CPU seconds, and the peak of the memory allocated meanwhile in MB."""
    seconds = best(run)
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak / 1e6


def aalen_johansen_at_scale() -> None:
    """Print time and memory of Aalen-Johansen with standard errors."""
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    print("| Aalen-Johansen with standard errors | distinct times | ms | peak MB |")
    print("|---|---|---|---|")
    for n in (1_000, 5_000, 10_000, 100_000, 1_000_000):
        data = competing(n)
        ours = measured(lambda data=data: aalen_johansen(data, event="cause", censored=0))
        print(f"| dsrct-edu | {n:,} | {ours[0] * 1e3:.3g} | {ours[1]:.3g} |", flush=True)
        if n <= 5_000:
            cause, t = data["cause"].to_numpy(), data["duration"].to_numpy()
            theirs = measured(
                lambda cause=cause, t=t: cumulative_incidence_competing_risks(
                    cause, t, conf_type="log-log"
                )
            )
            print(f"| scikit-survival | {n:,} | {theirs[0] * 1e3:.3g} | {theirs[1]:.3g} |")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 10_000, 1_000_000])
    sizes = parser.parse_args().sizes
    warnings.simplefilter("ignore")
    names = ("numpy", "pandas", "lifelines", "scikit-survival")
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    print(f"Python {platform.python_version()}, {libraries}\n")
    single_fits(sizes)
    print()
    aalen_johansen_at_scale()


if __name__ == "__main__":
    main()
