"""Fill the tables of docs/staircase.md from studies of the model itself.

python -m tools.staircase               all tables, after tools/truths.py: half an hour
python -m tools.staircase parts hidden  these tables alone
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from dsrct_edu.analysis.registry_arrays import RegistryArrays
from dsrct_edu.arrays import Floats
from dsrct_edu.disease import scenario
from dsrct_edu.disease.equations import Arrays, covariates, offer
from dsrct_edu.disease.simulate import blocks, draw
from dsrct_edu.disease.treating_centres import centres
from dsrct_edu.studies.cohort_design import METHODS, CohortDesign, from_draw
from dsrct_edu.studies.running import Results
from dsrct_edu.studies.study import Study, new_study
from dsrct_edu.vocabulary import HORIZON
from tools import hidden_strength, interval_coverage
from tools.documents import fill, markdown

LABELS = {
    "ever_never": "everyone, ever or never",
    "time_dependent": "the same, time-dependent",
    "landmark_6": "followed beyond month 6",
    "landmark_9": "followed beyond month 9",
    "landmark_12": "followed beyond month 12",
    "operated_only": "operated only",
    "complete_resection": "completely resected only",
    "adjusted_cox": "the same, adjusted",
    "iptw": "the same, weighted",
    "emulated_trial": "emulated trial",
}
AFTER_THE_GATES = ("complete_resection", "adjusted_cox", "iptw", "emulated_trial")
RMST, RATIO = "rmst_difference", "log_hazard_ratio"
# What is switched off: who chooses then, and whether everybody fit is operated at once.
WORLDS = {
    "as it is": ("as it is", False),
    "patients' part off": ("centre only", False),
    "centres' part off": ("patient only", False),
    "both off: a coin": ("coin", False),
    "waiting off": ("as it is", True),
    "all three off": ("coin", True),
}


def study(model, n: int, replicates: int, methods=tuple(METHODS), seed: int = 1) -> Study:
    """Run a study without a bar."""
    design = CohortDesign(scenario(model), n, tuple(methods), seed)
    return new_study(design, replicates, workers=1, progress=False)


def performance(of: Study, measure: str, replicates: str = "converged") -> pd.DataFrame:
    """Return the performance of one measure as the document writes it."""
    rows = of.performance(replicates)
    rows = rows[rows["measure"] == measure]
    digits = 2 if measure == RMST else 3
    table = pd.DataFrame(
        {
            "step": rows["method"].map(LABELS),
            "method": "`" + rows["method"] + "`",
            "truth": rows["truth"].map("{:+.2f}".format),
            "mean (MCSE)": _with(rows["mean"], rows["bias_mcse"], digits, "+"),
            "empirical SE": rows["empirical_se"].map(f"{{:.{digits}f}}".format),
            "model SE": rows["model_se"].map(f"{{:.{digits}f}}".format),
            "its error, %": _with(rows["relative_error"], rows["relative_error_mcse"], 1, "+"),
            "coverage (MCSE)": _with(rows["coverage"], rows["coverage_mcse"], 3),
            "converged": rows["n_converged"].map("{:,}".format),
            "separated": rows["n_separated"].map("{:,}".format),
        }
    )
    if measure == RATIO:
        table.insert(4, "hazard ratio", np.exp(rows["mean"]).map("{:.2f}".format))
    return table


def _with(value: pd.Series, error: pd.Series, digits: int, sign: str = "") -> pd.Series:
    return value.map(f"{{:{sign}.{digits}f}}".format) + error.map(f" ({{:.{digits}f}})".format)


# What the staircase is made of: in the null scenario who gets HIPEC can be changed alone, for all
# outcomes stay as they are. Waiting cannot: whoever is operated at once is followed from there.
AT_ONCE = {"wait_min": 0.0, "wait_mean": 1e-6, "restaging": 0.0}


@dataclass(frozen=True)
class Chosen(CohortDesign):
    """Registries of the null scenario in which somebody else chooses who gets HIPEC.

    Parameters
    ----------
    choice : str
        ``as it is``, ``centre only``, ``patient only`` or ``coin``.
    """

    choice: str = "as it is"

    def analyse(self, first: int, replicates: int) -> Results:
        """Draw, choose again, and analyse."""
        drawn = draw(self.scenario, self.n_patients, self.seed, replicates, first)
        registries = from_draw(drawn)
        if self.choice != "as it is":
            registries = self._choose(registries, drawn.latent, first)
        found = {name: METHODS[name].function(registries, HORIZON) for name in self.methods}
        return Results.of([found[method][measure] for method, measure in self.columns])

    def _choose(self, registries: RegistryArrays, x: Arrays, first: int) -> RegistryArrays:
        uniform = np.random.default_rng((self.seed, first)).random(registries.hipec.shape)
        chance = Pilot.of().chance(self.choice, self.scenario, x)
        return replace(registries, hipec=registries.complete & (uniform < chance))


@dataclass(frozen=True)
class Pilot:
    """Means of the probability of HIPEC among the completely resected.

    Parameters
    ----------
    share : float
        Over all of them.
    selective, routine : float
        Where there is a programme of this kind.
    shift : float
        Log odds to add, so that the selective equation used everywhere gives ``share``.
    between : float
        Share of the variance of that probability which lies between centres and years.
    impossible : float
        Share with probability zero.
    """

    share: float
    selective: float
    routine: float
    shift: float
    between: float
    impossible: float

    @classmethod
    @cache
    def of(cls, patients: int = 400_000, seed: int = 3) -> Pilot:
        """Draw a large registry and look who gets HIPEC."""
        model = scenario("null")
        latent = [block.latent for block in blocks(model, patients, seed, observe=False)]
        x = {key: np.concatenate([part[key] for part in latent]) for key in latent[0]}
        rows = x["complete"]
        chance, at, year = x["propensity"][rows], x["centre"][rows], np.floor(x["date"][rows])
        odds = _odds(offer(model, covariates(x))[rows])
        share = float(chance.mean())
        group = pd.Series(chance).groupby([at, year])
        between = float(np.average((group.mean() - share) ** 2, weights=group.size()))
        routine = centres().routine[at]
        return cls(
            share,
            float(chance[(chance > 0) & ~routine].mean()),
            float(chance[(chance > 0) & routine].mean()),
            float(brentq(lambda a: _chance(odds * np.exp(a)).mean() - share, -5, 5)),
            between / float(chance.var()),
            float(np.mean(chance == 0)),
        )

    def chance(self, choice: str, model, x: Arrays) -> Floats | float:
        """Return each patient's probability of HIPEC where somebody else chooses."""
        if choice == "coin":
            return self.share
        if choice == "patient only":
            return _chance(_odds(offer(model, covariates(x))) * np.exp(self.shift))
        possible = centres().from_year[x["centre"]] <= np.floor(x["date"])
        return possible * np.where(centres().routine[x["centre"]], self.routine, self.selective)


def _odds(chance: Floats) -> Floats:
    return chance / (1 - chance)


def _chance(odds: Floats) -> Floats:
    return odds / (1 + odds)


def parts(n: int = 150, replicates: int = 4000) -> pd.DataFrame:
    """Return each step in each world: mean hazard ratio and months."""
    table = {"step": list(LABELS.values())}
    for heading, (choice, at_once) in WORLDS.items():
        model = scenario("null").replace(**(AT_ONCE if at_once else {}))
        design = Chosen(model, n, tuple(METHODS), 1, choice)
        found = new_study(design, replicates, workers=1, progress=False).performance("converged")
        mean = found.set_index(["method", "measure"])["mean"]
        table[heading] = [
            ", ".join(
                text
                for measure, text in (
                    (RATIO, f"{np.exp(mean.get((method, RATIO), np.nan)):.2f}"),
                    (RMST, f"{mean.get((method, RMST), np.nan):+.1f}"),
                )
                if (method, measure) in mean
            )
            for method in LABELS
        ]
    return pd.DataFrame(table)


def who() -> pd.DataFrame:
    """Return who can have HIPEC after complete resection, and what decides it."""
    pilot = Pilot.of()
    values = (pilot.share, pilot.impossible, pilot.selective, pilot.routine, pilot.between)
    return pd.DataFrame(
        {
            "of the completely resected, in the null scenario": [
                "have HIPEC",
                "could not have had it (probability zero)",
                "have it where the programme is selective",
                "have it where the programme is routine",
                "variance of the probability that lies between centres and years",
            ],
            "share": [f"{value:.2f}" for value in values],
        }
    )


def standard_errors() -> pd.DataFrame:
    """Return how the adjusted methods do in the null scenario at growing size."""
    rows = []
    for n, replicates in ((2_000, 2_000), (20_000, 200)):
        found = study("null", n, replicates, AFTER_THE_GATES[1:])
        for measure in (RATIO, RMST):
            rows.append(performance(found, measure).assign(patients=f"{n:,}"))
    table = pd.concat(rows).drop(columns=["step", "truth", "converged", "separated"])
    return table[["patients", *table.columns[:-1]]].drop(columns="hazard ratio")


def randomised() -> pd.DataFrame:
    """Return bias against what is allowed, and coverage, where HIPEC is decided by a coin."""
    rows = study(scenario("modest").randomised(), 1000, 2000).performance("converged")
    rows = rows[(rows["measure"] == RATIO) | (rows["measure"] == RMST)]
    inside = rows["method"].isin(AFTER_THE_GATES)
    allowed = 3 * rows["bias_mcse"] + 0.1 * rows["empirical_se"]
    assert (rows["bias"].abs() <= allowed)[inside].all()
    assert rows.loc[inside, "coverage"].between(0.93, 0.97).all()
    return pd.DataFrame(
        {
            "method": "`" + rows["method"] + "`",
            "measure": rows["measure"].map({RATIO: "log HR", RMST: "months"}),
            "truth": np.where(inside, "", "benchmark ") + rows["truth"].map("{:+.3f}".format),
            "bias (MCSE)": _with(rows["bias"], rows["bias_mcse"], 3, "+"),
            "allowed": allowed.map("{:.3f}".format).where(inside, ""),
            "empirical SE": rows["empirical_se"].map("{:.3f}".format),
            "model SE": rows["model_se"].map("{:.3f}".format),
            "coverage": rows["coverage"].map("{:.3f}".format),
        }
    )


def coverage() -> pd.DataFrame:
    """Return the coverage of the intervals behind the gates, small and large."""
    rows = []
    for name in ("null", "modest"):
        for n, replicates in ((150, 4000), (1000, 2000)):
            model = scenario(name).randomised()
            found = study(model, n, replicates, AFTER_THE_GATES).performance("converged")
            for line in found.itertuples():
                rows.append(
                    {
                        "scenario, randomised": name,
                        "patients": f"{n:,}",
                        "method": f"`{line.method}`",
                        "measure": "log HR" if line.measure == RATIO else "months",
                        "coverage (MCSE)": f"{line.coverage:.3f} ({line.coverage_mcse:.3f})",
                        "model SE's error, %": f"{line.relative_error:+.1f}",
                        "used": f"{line.n_used:,}",
                        "separated": f"{line.n_separated:,}",
                    }
                )
    return pd.DataFrame(rows)


def hidden() -> pd.DataFrame:
    """Return the last steps where surgeons see more than the registry records."""
    rows = []
    for name, model in (
        ("null", scenario("null")),
        ("null, hidden confounding", scenario("null").hidden_confounding()),
    ):
        found = study(model, 2000, 500, AFTER_THE_GATES).performance("converged")
        mean = found.set_index(["method", "measure"])["mean"]
        resected = np.exp(mean["complete_resection", RATIO])
        rows.append(
            {
                "scenario": name,
                "completely resected, hazard ratio": f"{resected:.2f}",
                "adjusted, hazard ratio": f"{np.exp(mean['adjusted_cox', RATIO]):.2f}",
                "weighted, months": f"{mean['iptw', RMST]:+.2f}",
                "emulated trial, months": f"{mean['emulated_trial', RMST]:+.2f}",
            }
        )
    return pd.DataFrame(rows)


BLOCKS = {
    "parts": parts,
    "who": who,
    "standard errors": standard_errors,
    "hidden": hidden,
    "strength": hidden_strength.table,
    "randomised": randomised,
    "coverage": coverage,
    "intervals": interval_coverage.table,
}


def null() -> None:
    """Fill the tables of the null scenario, and print what ignoring warnings would change."""
    small = study("null", 150, 4000)
    tables = {"null rmst": performance(small, RMST), "null ratio": performance(small, RATIO)}
    fill("staircase.md", {name: markdown(table) for name, table in tables.items()})
    everything = small.performance("all").set_index("method")
    print(everything.loc[["iptw", "emulated_trial"], ["mean", "bias_mcse", "coverage"]])


def main() -> None:
    """Run from the command line."""
    wanted = sys.argv[1:] or ["null", *BLOCKS]
    if "null" in wanted:
        null()
    for name in BLOCKS:
        if name in wanted:
            fill("staircase.md", {name: markdown(BLOCKS[name]())})


if __name__ == "__main__":
    main()
