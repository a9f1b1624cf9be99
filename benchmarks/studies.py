"""Simulation studies: the kit beside lifelines and R, in one run, on one thread.

OMP_NUM_THREADS=1 python benchmarks/studies.py [trials] [registries] [memory]
"""

from __future__ import annotations

import argparse
import os
import resource
import warnings
from time import process_time

import numpy as np
import pandas as pd
from studies_peers import (
    TRIAL_HORIZON,
    registry_with_lifelines,
    trials_with_lifelines,
    trials_with_r,
)

from dsrct_edu.disease import scenario, simulate_cohort
from dsrct_edu.studies import simulation_study, two_arm_trials
from dsrct_edu.studies.two_arm import TwoArmDesign, analyse_trials

NAMES = ["cox", "cox_se", "logrank", "logrank_se", "survival", "survival_se", "rmst", "rmst_se"]


def trial_design(patients: int = 200, seed: int = 1) -> TwoArmDesign:
    """Return trials with a third of the patients censored."""
    study = two_arm_trials(
        patients, 1, 0.7, control_median=24, accrual=24, follow_up=36, seed=seed, progress=False
    )
    return study.design


def draw_trials(model: TwoArmDesign, replicates: int, tenths: bool) -> tuple:
    """Draw trials; in tenths of months many deaths are tied."""
    time, death, _ = model.draw(0, replicates)
    return (np.maximum(np.rint(time * 10), 1) / 10 if tenths else time), death


def trials_with_kit(time: np.ndarray, death: np.ndarray, model: TwoArmDesign) -> pd.DataFrame:
    """Analyse trials in blocks as a study does."""
    parts = []
    for first in range(0, len(time), model.block):
        rows = slice(first, first + model.block)
        fits = analyse_trials(time[rows], death[rows], None, model.n_controls, TRIAL_HORIZON)
        parts.append(np.column_stack([values for fit in fits for values in fit[:2]]))
    return pd.DataFrame(np.concatenate(parts), columns=NAMES)


def fastest(job, repeats: int = 7) -> float:
    """Return the shortest processor time of a job."""
    times = []
    for _ in range(repeats):
        begun = process_time()
        job()
        times.append(process_time() - begun)
    return min(times)


def trials(replicates: int = 1000, few: int = 100) -> None:
    """Two-arm trials of 200 patients."""
    model = trial_design()
    for tenths in (True, False):
        time, death = draw_trials(model, replicates, tenths)
        mine = trials_with_kit(time, death, model)
        before = fastest(lambda t=time, d=death: trials_with_kit(t, d, model))
        r, r_seconds, r_version = trials_with_r(time, death, model.n_controls)
        begun = process_time()
        trials_with_lifelines(time[:few], death[:few], model.n_controls)
        life = (process_time() - begun) / few
        after = fastest(lambda t=time, d=death: trials_with_kit(t, d, model))
        kit = min(before, after) / replicates
        worst = (mine - r[NAMES]).abs().max()
        print(
            f"two-arm, {'tenths of months (ties)' if tenths else 'continuous times'}: "
            f"{replicates} trials of 200, {r_version}\n"
            f"  us a trial: kit {1e6 * kit:.1f}, lifelines {1e6 * life:.0f}, "
            f"R {1e6 * r_seconds:.0f}\n"
            f"  ratio to lifelines {life / kit:.0f}, to R {r_seconds / kit:.0f}\n"
            f"  largest difference from R {worst.max():.1e} ({worst.idxmax()})"
        )
    seconds = fastest(lambda: two_arm_trials(200, 10_000, 0.7, progress=False).performance(), 3)
    print(f"  drawing, analysis and performance of 10,000 trials: {100 * seconds:.1f} us a trial")


def registries(replicates: int = 200, patients: int = 150) -> None:
    """Ten methods on registries of 150 patients."""
    run = lambda: simulation_study("modest", patients, replicates, progress=False)  # noqa: E731
    run()
    before = fastest(run, 3)
    model, stream = scenario("modest"), []
    whole = simulate_cohort(patients * replicates, model, 0).patients
    for number in range(replicates):
        rows = whole.iloc[number * patients : (number + 1) * patients]
        stream.append(rows.reset_index(drop=True))
    begun = process_time()
    found = [registry_with_lifelines(registry) for registry in stream]
    life = (process_time() - begun) / replicates
    kit = min(before, fastest(run, 3)) / replicates
    print(
        f"ten methods, {replicates} registries of {patients} (kit: with drawing, standard errors "
        f"and table; lifelines: neither drawing nor standard errors of the weighted methods)\n"
        f"  ms a registry: kit {1e3 * kit:.2f}, lifelines {1e3 * life:.0f} "
        f"({sum(len(one) < 16 for one in found)} separated, and so spared two methods)\n"
        f"  ratio to lifelines {life / kit:.0f}"
    )
    for (method, measure), worst in agreement(stream, run().estimates).items():
        far, count, wide = worst
        print(f"  {method:19} {measure:17} {count} compared, largest {far:.1e}, {wide} above 1e-5")


def agreement(stream: list[pd.DataFrame], estimates: pd.DataFrame) -> dict:
    """Compare replicate by replicate where both converge; lifelines iterates further here.

    Returns {(method, measure): (largest difference, replicates, replicates apart by > 1e-5)}.
    """
    mine = estimates.set_index(["replicate", "method", "measure"])
    apart: dict[tuple[str, str], list[float]] = {}
    for number, registry in enumerate(stream):
        peer = registry_with_lifelines(registry, {"precision": 1e-12, "r_precision": 1e-14})
        for key, value in peer.items():
            row = mine.loc[(number, *key)]
            if row["converged"] and np.isfinite(value):
                apart.setdefault(key, []).append(abs(row["estimate"] - value))
    return {key: (max(d), len(d), sum(x > 1e-5 for x in d)) for key, d in apart.items()}


def memory(trials_: int = 1_000_000) -> None:
    """One million trials: the peak beyond the stored results does not grow."""

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    two_arm_trials(200, 10_000, 0.7, progress=False).performance()
    small = peak()
    begun = process_time()
    study = two_arm_trials(200, trials_, 0.7, progress=False)
    seconds = process_time() - begun
    stored = sum(part.nbytes for part in study.results)
    print(
        f"memory: peak {small:.0f} MiB after 10,000 trials, {peak():.0f} MiB after {trials_:,} "
        f"(results themselves {stored / 2**20:.0f} MiB); {1e6 * seconds / trials_:.1f} us a trial"
    )
    print(study.performance()[["method", "measure", "bias", "bias_mcse", "coverage"]].to_string())


def main() -> None:
    """Run the parts named, or all."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        raise SystemExit("Set OMP_NUM_THREADS=1, so that everybody has one thread.")
    warnings.simplefilter("ignore")
    parts = {"trials": trials, "registries": registries, "memory": memory}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *parts], default=[])
    for name in parser.parse_args().parts or parts:
        parts[name]()


if __name__ == "__main__":
    main()
