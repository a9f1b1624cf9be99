"""Ask firthmodels (PyPI) and brglm2 (R) about small data sets; writes data.csv and expected.csv.

Usage: python make.py, with firthmodels installed and Rscript with brglm2 on the path. The versions
that answered stand in expected.csv. firthmodels has Breslow's ties.
"""

from __future__ import annotations

import csv
import subprocess
from importlib.metadata import version
from pathlib import Path

import numpy as np
from firthmodels import FirthCoxPH, FirthLogisticRegression

HERE = Path(__file__).parent
R = """
suppressMessages(library(brglm2))
d <- read.csv("data.csv")
for (set in unique(d$set)) {
  part <- d[d$set == set, ]
  fit <- glm(treated ~ x1 + x2, binomial, part, method = "brglmFit", type = "AS_mean",
             epsilon = 1e-12, maxit = 1000)
  cat(paste(set, "logistic", seq_along(coef(fit)) - 1, sprintf("%.15g", coef(fit)),
            paste("brglm2", packageVersion("brglm2")), sep = ","), sep = "\\n")
  cat("\\n")
}
"""
TIGHT = {"gtol": 1e-11, "xtol": 1e-12, "max_iter": 2000}


def draw(name: str, n: int, seed: int) -> list[dict[str, object]]:
    """Draw one data set: `x2` is a group, without events in the sets named separated."""
    rng = np.random.default_rng(seed)
    x1, x2 = np.round(rng.normal(size=n), 2), (rng.random(n) < 0.35).astype(int)
    unit = 1 if "tied" in name else 1000
    time = np.ceil(unit * rng.exponential(12 * np.exp(-0.6 * x1))) / unit
    event = rng.random(n) < 0.6
    treated = rng.random(n) < 1 / (1 + np.exp(0.4 - x1))
    if "separated" in name:
        event &= x2 == 0
        treated |= x2 == 1
    columns = {"time": time, "event": event.astype(int), "treated": treated.astype(int)}
    columns |= {"x1": x1, "x2": x2}
    return [{"set": name} | {key: column[i] for key, column in columns.items()} for i in range(n)]


def ask(rows: list[dict[str, object]]) -> list[tuple[str, int, float]]:
    """Return quantity, index and value."""
    x, time, event, treated = (
        np.array([[row[key] for key in keys] for row in rows], dtype=float)
        for keys in (("x1", "x2"), ("time",), ("event",), ("treated",))
    )
    outcome = np.array(
        list(zip(event[:, 0] == 1, time[:, 0], strict=True)), [("event", bool), ("time", float)]
    )
    cox = FirthCoxPH(**TIGHT, max_halfstep=100).fit(x, outcome)
    limits = cox.conf_int(method="pl", tol=1e-10, max_iter=2000)
    logistic = FirthLogisticRegression(**TIGHT, max_halfstep=100).fit(x, treated[:, 0])
    answers = {
        "cox": cox.coef_,
        "cox_se": cox.bse_,
        "cox_low": limits[:, 0],
        "cox_high": limits[:, 1],
        "cox_loglik": [cox.loglik_],
        "logistic_loose": [logistic.intercept_, *logistic.coef_],
    }
    return [(q, i, float(v)) for q, values in answers.items() for i, v in enumerate(values)]


def main() -> None:
    """Write both tables."""
    names = ("plain", "small", "separated", "tied", "tied_separated")
    sets = {name: draw(name, 14 if name == "small" else 60, i) for i, name in enumerate(names)}
    with (HERE / "data.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(sets["plain"][0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for rows in sets.values() for row in rows)
    by = f"firthmodels {version('firthmodels')}"
    lines = [
        f"{name},{quantity},{index},{value:.15g},{by}"
        for name, rows in sets.items()
        for quantity, index, value in ask(rows)
    ]
    said = subprocess.run(
        ["Rscript", "-e", R], cwd=HERE, capture_output=True, text=True, check=True
    )
    lines += [line for line in said.stdout.splitlines() if line]
    text = "\n".join(["set,quantity,index,value,by", *lines, ""])
    (HERE / "expected.csv").write_text(text)


if __name__ == "__main__":
    main()
