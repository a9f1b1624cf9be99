"""Single fits beside their peers, and Aalen-Johansen at scale, in one run.

Usage: OMP_NUM_THREADS=1 python benchmarks/analysis.py [--sizes 200 10000 1000000]

Peers are lifelines and, where they are installed, scikit-survival, the compiled package `survival`
of PyPI (both: pip install 'dsrct-edu[peers]') and R's package `survival`.

Times are CPU seconds of this process, the best of a few repetitions (one, where a fit takes long),
so that other work on the machine disturbs them little. Ratios hold across machines; times do not.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from dsrct_edu.analysis import aalen_johansen, cox, kaplan_meier, logrank

COVARIATES = ["age", "spread", "expert"]
SKSURV, COMPILED, R = "scikit-survival", "compiled survival", "R's survival"
BUDGET = 2.0
Task = Callable[[], object]
PEERS = ["lifelines"]
PEERS += [SKSURV] * (find_spec("sksurv") is not None)
PEERS += [COMPILED] * (find_spec("survival") is not None)
PEERS += [R] * (shutil.which("Rscript") is not None)


def best(run: Task, budget: float = BUDGET) -> float:
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


def own_fits(data: pd.DataFrame) -> dict[str, Task]:
    """Return our tasks; all end with the curve and its limits, or the table."""
    return {
        "Kaplan-Meier, limits": lambda: curve_with_limits(data),
        "log-rank": lambda: logrank(data, by="expert"),
        "Cox, 3 covariates, Efron": lambda: cox(data, covariates=COVARIATES),
    }


def with_lifelines(data: pd.DataFrame) -> dict[str, Task]:
    """Return the same tasks for lifelines."""
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test

    t, e, g = (data[name].to_numpy() for name in ("duration", "event", "expert"))
    return {
        "Kaplan-Meier, limits": lambda: KaplanMeierFitter().fit(t, e),
        "log-rank": lambda: multivariate_logrank_test(t, g, e),
        "Cox, 3 covariates, Efron": lambda: CoxPHFitter().fit(data, "duration", "event"),
    }


def with_scikit_survival(data: pd.DataFrame) -> dict[str, Task]:
    """Return the same tasks for scikit-survival."""
    from sksurv.compare import compare_survival
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.nonparametric import kaplan_meier_estimator

    t, e, g = (data[name].to_numpy() for name in ("duration", "event", "expert"))
    outcome = np.array(list(zip(e, t, strict=True)), dtype=[("event", bool), ("time", float)])
    x = data[COVARIATES]
    return {
        "Kaplan-Meier, limits": lambda: kaplan_meier_estimator(e, t, conf_type="log-log"),
        "log-rank": lambda: compare_survival(outcome, g),
        "Cox, 3 covariates, Efron": lambda: CoxPHSurvivalAnalysis(ties="efron").fit(x, outcome),
    }


def with_compiled(data: pd.DataFrame) -> dict[str, Task]:
    """Return the same tasks for the compiled package, which speaks R's formulas."""
    import survival

    columns = {name: data[name].to_numpy(float) for name in data}
    outcome = "Surv(duration, event)"
    model = f"{outcome} ~ {' + '.join(COVARIATES)}"
    return {
        "Kaplan-Meier, limits": lambda: survival.survfit(
            f"{outcome} ~ 1", data=columns, conf_type="log-log"
        ),
        "log-rank": lambda: survival.survdiff(f"{outcome} ~ expert", data=columns),
        "Cox, 3 covariates, Efron": lambda: survival.coxph(model, data=columns).summary(),
    }


def seconds_of_r(data: pd.DataFrame) -> dict[str, str]:
    """Return what R says: CPU seconds of each task, and its version."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "cohort.csv")
        data.assign(event=data["event"].astype(int)).to_csv(given, index=False)
        script = str(Path(__file__).with_name("single_fits.R"))
        command = ["Rscript", script, str(given), str(BUDGET)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(line.strip().split("\t") for line in said.splitlines())


WITH = {"lifelines": with_lifelines, SKSURV: with_scikit_survival, COMPILED: with_compiled}


def single_fits(sizes: list[int]) -> None:
    """Print the table of single fits."""
    print(f"| fit | times | n | dsrct-edu, ms | {' | '.join(PEERS)} |")
    print("|---" * (4 + len(PEERS)) + "|")
    for n in sizes:
        for days in (False, True):
            data = cohort(n, days)
            own = own_fits(data)
            peers = {peer: WITH[peer](data) for peer in PEERS if peer in WITH}
            r = seconds_of_r(data) if R in PEERS else {}
            for task, run in own.items():
                if task.startswith("Cox") and not days:
                    continue
                took = best(run)
                taken = [best(tasks[task]) for tasks in peers.values()]
                taken += [float(r[task])] if R in PEERS else []
                ratios = " | ".join(f"{other / took:.1f}×" for other in taken)
                kind = "whole days" if days else "no ties"
                print(f"| {task} | {kind} | {n:,} | {took * 1e3:.3g} | {ratios} |", flush=True)


def competing(n: int) -> pd.DataFrame:
    """Draw patients with two causes, nearly every time distinct."""
    rng = np.random.default_rng(n)
    return pd.DataFrame(
        {"duration": rng.exponential(size=n), "cause": rng.integers(0, 3, n).astype(int)}
    )


def measured(run: Task) -> tuple[float, float]:
    """Return CPU seconds, and the peak of the memory allocated meanwhile in MB."""
    seconds = best(run)
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak / 1e6


def aalen_johansen_at_scale() -> None:
    """Print time and memory of Aalen-Johansen with standard errors."""
    print("| Aalen-Johansen with standard errors | distinct times | ms | peak MB |")
    print("|---|---|---|---|")
    for n in (1_000, 5_000, 10_000, 100_000, 1_000_000):
        data = competing(n)
        ours = measured(lambda data=data: aalen_johansen(data, event="cause", censored=0))
        print(f"| dsrct-edu | {n:,} | {ours[0] * 1e3:.3g} | {ours[1]:.3g} |", flush=True)
        if n <= 5_000 and SKSURV in PEERS:
            from sksurv.nonparametric import cumulative_incidence_competing_risks

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
    names = ["numpy", "pandas", "lifelines", *([SKSURV] if SKSURV in PEERS else [])]
    libraries = [f"{name} {version(name)}" for name in names]
    libraries += [f"{COMPILED} {version('survival')}"] * (COMPILED in PEERS)
    libraries += [seconds_of_r(cohort(200, True))["version"]] if R in PEERS else []
    print(f"Python {platform.python_version()}, {', '.join(libraries)}\n")
    single_fits(sizes)
    print()
    aalen_johansen_at_scale()


if __name__ == "__main__":
    main()
