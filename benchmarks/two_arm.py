"""Two-arm trials: the kit beside a lifelines loop and R's survival loop, in one run.

python benchmarks/two_arm.py [--replicates 1000] [--lifelines 100] [--tenths]
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import subprocess
import tempfile
import warnings
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from dsrct_edu.studies import two_arm_trials
from dsrct_edu.studies.two_arm import TwoArmDesign, compare

HORIZON = 36.0
HERE = Path(__file__).parent


def design(patients: int, seed: int = 1) -> TwoArmDesign:
    study = two_arm_trials(
        patients, 1, 0.7, control_median=24, accrual=24, follow_up=36, seed=seed, progress=False
    )
    return study.design


def trials(model: TwoArmDesign, replicates: int, tenths: bool) -> tuple[np.ndarray, np.ndarray]:
    time, death, _ = model.draw(0, replicates)
    return (np.maximum(np.rint(time * 10), 1) / 10 if tenths else time), death


def ours(time: np.ndarray, death: np.ndarray, model: TwoArmDesign) -> pd.DataFrame:
    parts = []
    for first in range(0, len(time), model.block):
        rows = slice(first, first + model.block)
        fits = compare(time[rows], death[rows], None, model.n_controls, HORIZON)
        parts.append(np.column_stack([values for fit in fits for values in fit[:2]]))
    names = "cox cox_se logrank logrank_se survival survival_se rmst rmst_se".split()
    return pd.DataFrame(np.concatenate(parts), columns=names)


def with_r(time: np.ndarray, death: np.ndarray, n_controls: int) -> tuple[pd.DataFrame, float, str]:
    replicates, patients = time.shape
    arm = np.tile((np.arange(patients) >= n_controls).astype(int), replicates)
    table = pd.DataFrame(
        {
            "replicate": np.repeat(np.arange(replicates), patients),
            "arm": arm,
            "time": time.ravel(),
            "death": death.ravel().astype(int),
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder, "trials.csv"), Path(folder, "results.csv")
        table.to_csv(given, index=False, float_format="%.17g")
        script = str(HERE / "two_arm_loop.R")
        command = ["Rscript", script, str(given), str(HORIZON), str(taken)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        results = pd.read_csv(taken)
    results["logrank"] = results["score"] / results["score_variance"]
    results["logrank_se"] = 1 / np.sqrt(results["score_variance"])
    return results, float(said[0]), f"R {said[2]}.{said[3]}, survival {said[1]}"


def with_lifelines(time: np.ndarray, death: np.ndarray, n_controls: int) -> pd.DataFrame:
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import logrank_test
    from lifelines.utils import restricted_mean_survival_time

    arm = np.arange(time.shape[1]) >= n_controls
    rows = []
    for months, died in zip(time, death, strict=True):
        trial = pd.DataFrame({"time": months, "death": died, "arm": arm.astype(int)})
        model = CoxPHFitter().fit(trial, "time", "death")
        zero, one = trial[~arm], trial[arm]
        test = logrank_test(zero["time"], one["time"], zero["death"], one["death"])
        curves = [KaplanMeierFitter().fit(g["time"], g["death"]) for g in (zero, one)]
        survival = [float(curve.predict(HORIZON)) for curve in curves]
        means = [restricted_mean_survival_time(curve, t=HORIZON) for curve in curves]
        rows.append(
            {
                "cox": model.params_["arm"],
                "cox_se": model.standard_errors_["arm"],
                "chi_square": test.test_statistic,
                "survival": survival[1] - survival[0],
                "rmst": means[1] - means[0],
            }
        )
    return pd.DataFrame(rows)


def fastest(job, repeats: int = 7) -> float:
    times = []
    for _ in range(repeats):
        begun = perf_counter()
        job()
        times.append(perf_counter() - begun)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--patients", type=int, default=200)
    parser.add_argument("--lifelines", type=int, default=100, help="trials that lifelines gets")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    model = design(options.patients)
    for tenths in (True, False):
        time, death = trials(model, options.replicates, tenths)
        mine = ours(time, death, model)
        kit = fastest(lambda t=time, d=death: ours(t, d, model)) / options.replicates
        r, r_seconds, r_version = with_r(time, death, model.n_controls)
        few = slice(options.lifelines)
        begun = perf_counter()
        peer = with_lifelines(time[few], death[few], model.n_controls)
        life = (perf_counter() - begun) / len(peer)
        kit = min(kit, fastest(lambda t=time, d=death: ours(t, d, model)) / options.replicates)
        worst = {name: float((mine[name] - r[name]).abs().max()) for name in mine}
        print(
            f"{'tenths of months, ties' if tenths else 'continuous times'}: "
            f"{options.replicates} trials of {options.patients}, one thread, {r_version}"
        )
        print(
            f"  kit {1e6 * kit:.1f} us a trial; lifelines {1e6 * life:.0f}; R {1e6 * r_seconds:.0f}"
        )
        print(f"  x lifelines {life / kit:.0f}   x R {r_seconds / kit:.0f}")
        print("  largest difference from R:", {k: f"{v:.1e}" for k, v in worst.items()})
        print(
            "  largest difference from lifelines, log HR:",
            f"{(mine['cox'][few] - peer['cox']).abs().max():.1e}",
        )
    seconds = fastest(
        lambda: two_arm_trials(options.patients, 10_000, 0.7, progress=False).performance(), 3
    )
    print(f"drawing, analysis and performance of 10,000 trials: {seconds * 100:.1f} us a trial")


if __name__ == "__main__":
    main()
