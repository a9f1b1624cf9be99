"""Fill the tables and the figure of docs/model-card.md from the model itself.

python -m tools.model_card    run it after calibration (tools/calibrate.py, tools/truths.py)
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from dsrct_edu import figures
from dsrct_edu.analysis.partial_likelihood import one_covariate
from dsrct_edu.arrays import Flags, Floats
from dsrct_edu.disease import fidelity, scenario, true_effect
from dsrct_edu.disease.anchors import anchor_table, event_free, followed
from dsrct_edu.disease.equations import Arrays
from dsrct_edu.disease.scenarios import Scenario
from dsrct_edu.disease.simulate import NOISES, _patients, blocks
from dsrct_edu.disease.treating_centres import FILE
from dsrct_edu.disease.truth import censored_log_hazard_ratio
from dsrct_edu.evidence import published
from dsrct_edu.vocabulary import ARMS, HORIZON, SITES
from tools.documents import DOCS, fill, markdown

NAMES = ("null", "modest", "strong", "harm")
PATIENTS, SEED = 1_000_000, 2
EARLY = 90 / 30.4375  # months: 90 days


# What an equation decides: its first parameter's prefix, in words, and on which scale.
ODDS, HAZARD = "log odds", "log hazard"
EQUATIONS = {
    "poor": ("poor performance at diagnosis", ODDS),
    "liver": ("liver metastases at diagnosis", ODDS),
    "extra": ("extra-abdominal metastases at diagnosis", ODDS),
    "ascites": ("ascites at diagnosis", ODDS),
    "operate": ("fit for surgery", ODDS),
    "complete": ("complete resection (CC 0-1)", ODDS),
    "offer": ("HIPEC after it, where there is a programme", ODDS),
    "complication": ("major complication", ODDS),
    "adjuvant": ("adjuvant chemotherapy", ODDS),
    "radio": ("radiotherapy after complete resection", ODDS),
    "cure": ("no recurrence ever", ODDS),
    "natural": ("death without surgery", HAZARD),
    "incomplete": ("death after incomplete resection", HAZARD),
    "peritoneal": ("peritoneal recurrence", HAZARD),
    "hepatic": ("hepatic recurrence", HAZARD),
    "distant": ("distant recurrence", HAZARD),
    "early": ("death within three months of surgery", HAZARD),
    "after": ("death after recurrence", HAZARD),
}
CAUSES = {
    "aggr": "aggressiveness",
    "fav": "favourable",
    "response": "(response − ½)",
    "shrink": "(shrinkage − 0.3)",
    "pci": "(PCI − 10)",
    "liver": "liver",
    "extra": "extra-abdominal",
    "ascites": "ascites",
    "poor": "poor",
    "expert": "(expert − ½)",
    "age": "(age − 21)",
    "routine": "routine programme",
    "complication": "complication",
    "adjuvant": "adjuvant chemotherapy, from its start",
    "radio": "radiotherapy, from its start",
    "interval": "(months to recurrence − 15, at most 45)",
}
_AT_DIAGNOSIS = ("poor", "liver", "extra", "ascites")


def equations() -> pd.DataFrame:
    """Return the equations with the coefficients that they have."""
    model = scenario("null")
    rows = []
    for prefix, (words, scale) in EQUATIONS.items():
        of = model.group(prefix)
        terms = [f"{of['0']:.2f}".replace("-", "−")] if "0" in of else []
        for name, cause in CAUSES.items():
            if of.get(name):
                said = cause.replace("10", "15") if prefix in _AT_DIAGNOSIS else cause
                sign = "+" if of[name] > 0 else "−"
                terms.append(f"{sign} {abs(of[name]):.3g} {said}")
        clock = ""
        if "shape" in of:
            medians = [f"{of[name]:.3g}" for name in ("median", *SITES) if name in of]
            by_site = " (by site)" if len(medians) > 1 else ""
            clock = f"Weibull, median {', '.join(medians)} months{by_site}, shape {of['shape']:.3g}"
        elif prefix == "early":
            clock = f"constant, {of['death']:.3g} in three months"
        rows.append(
            {
                "what": words,
                "scale": scale,
                "of a reference patient": clock,
                "sum": " ".join(terms).removeprefix("+ "),
            }
        )
    return pd.DataFrame(rows)


def anchors() -> pd.DataFrame:
    """Return the anchors beside what each scenario gives."""
    tables = {name: fidelity(name, PATIENTS, SEED) for name in NAMES}
    wide = tables["null"][["anchor", "published", "low", "high"]].copy()
    for name, table in tables.items():
        assert table["inside"].all(), name
        wide[name] = wide["anchor"].map(table.set_index("anchor")["simulated"])
    return wide


def draw(table: pd.DataFrame) -> None:
    """Draw each anchor on its own accepted range."""
    words = table["anchor"].str.replace(" (published: 5 of 27 operated)", "")  # has no room
    table = table.assign(anchor=words)
    figures.calibration(table, simulated=NAMES).save(DOCS / "model-card-anchors.svg")


def centres() -> pd.DataFrame:
    """Return the table of centres, one column each."""
    table = pd.read_csv(FILE, dtype=str, keep_default_na=False).set_index("centre").T
    table.index = ["share of patients", "expert centre", "programme", "since"]
    return table.rename_axis("").reset_index()


def effects() -> pd.DataFrame:
    """Return what the scenarios assume that HIPEC does, as ratios."""
    rows = []
    for name in NAMES:
        p = scenario(name)

        def ratio(value: float) -> str:
            return f"{np.exp(value):.2g}"

        rows.append(
            {
                "scenario": name,
                "peritoneal recurrence to month 18, hazard ratio": ratio(p.effect_peritoneal_early),
                "after month 18": ratio(p.effect_peritoneal_late),
                "cure, odds ratio": ratio(p.effect_cure),
                "early death, hazard ratio": ratio(p.effect_early_death),
                "major complication, odds ratio": ratio(p.effect_complication),
                "adjuvant chemotherapy, odds ratio": ratio(p.effect_adjuvant),
                "death after recurrence, hazard ratio": ratio(p.effect_after_recurrence),
            }
        )
    return pd.DataFrame(rows)


def truths() -> pd.DataFrame:
    """Return the true effects with their Monte Carlo errors."""
    rows = []
    for name in NAMES:
        for origin in ("surgery", "diagnosis"):
            effect = true_effect(name, origin)
            rows.append(
                {
                    "scenario": name,
                    "from": origin,
                    "RMST difference to 60 months (MCSE)": f"{effect.rmst_difference:+.3f} "
                    f"({effect.rmst_difference_mcse:.4f})",
                    "hazard ratio": f"{effect.hazard_ratio:.3f}",
                    "log hazard ratio (MCSE)": f"{effect.log_hazard_ratio:+.4f} "
                    f"({effect.log_hazard_ratio_mcse:.5f})",
                    "patients": f"{effect.patients:,}",
                }
            )
    return pd.DataFrame(rows)


def censored() -> pd.DataFrame:
    """Return the Cox truths under the scenario's own censoring."""
    rows = []
    for name in NAMES:
        row = {"scenario": name}
        for adjusted, words in ((False, "unadjusted"), (True, "adjusted for L")):
            truth = censored_log_hazard_ratio(name, adjusted)
            row[f"{words} (MCSE)"] = (
                f"{truth.log_hazard_ratio:+.4f} ({truth.log_hazard_ratio_mcse:.5f})"
            )
        rows.append(row)
    return pd.DataFrame(rows)


@cache
def futures(model: Scenario, patients: int = PATIENTS) -> dict[str, dict[str, Floats]]:
    """Return both futures of the completely resected, months since surgery."""
    parts: list[dict[str, dict[str, Floats]]] = []
    for block in blocks(model, patients, SEED, observe=False):
        rows = block.latent["complete"]
        surgery = block.latent["surgery_month"][rows]
        part = {}
        for arm, values in block.arms.items():
            part[arm] = {key: column[rows] for key, column in values.items()}
            part[arm]["death"] = part[arm]["death_month"] - surgery
            part[arm]["relapse"] = part[arm]["recurrence_month"] - surgery
        parts.append(part)
    return {
        arm: {key: np.concatenate([part[arm][key] for part in parts]) for key in parts[0][arm]}
        for arm in ARMS
    }


def both_futures() -> pd.DataFrame:
    """Return what else differs between the two futures of the completely resected."""
    rows = []
    for name in NAMES:
        pair = futures(scenario(name))
        shares = {
            "dead within 90 days": [np.mean(pair[arm]["death"] < EARLY) for arm in ARMS],
            "major complication": [pair[arm]["major_complication"].mean() for arm in ARMS],
            "adjuvant chemotherapy": [pair[arm]["adjuvant_chemotherapy"].mean() for arm in ARMS],
            "relapsed by 5 years": [np.mean(pair[arm]["relapse"] <= HORIZON) for arm in ARMS],
        }
        rows.append({"scenario": name} | {k: f"{v[0]:.3f}, {v[1]:.3f}" for k, v in shares.items()})
    return pd.DataFrame(rows)


def gained(model: Scenario) -> float:
    """Return the months that HIPEC adds within the horizon."""
    pair = futures(model)
    lived = [np.minimum(pair[arm]["death"], HORIZON) for arm in ARMS]
    return float(np.mean(lived[1] - lived[0]))


def harm() -> pd.DataFrame:
    """Return what the harm consists of: each coefficient alone, and all without it."""
    whole, null = scenario("harm"), scenario("null").parameters
    groups = {
        "major complications, and the adjuvant treatment lost by them": ("effect_complication",),
        "adjuvant treatment omitted besides": ("effect_adjuvant",),
        "both of these": ("effect_complication", "effect_adjuvant"),
        "death after recurrence": ("effect_after_recurrence",),
        "early death besides": ("effect_early_death",),
    }
    rows = [{"coefficients": "all", "alone": gained(whole), "all but this": 0.0}]
    for words, names in groups.items():
        alone = scenario("null").replace(**{name: getattr(whole, name) for name in names})
        rest = whole.replace(**{name: null[name] for name in names})
        rows.append({"coefficients": words, "alone": gained(alone), "all but this": gained(rest)})
    table = pd.DataFrame(rows)
    through = table.set_index("coefficients")["all but this"]["both of these"]
    assert gained(whole) - through < gained(whole) / 3, "a third through complications"
    return table.assign(
        **{name: table[name].map("{:+.2f}".format) for name in ("alone", "all but this")}
    )


# Noises that decide what happens after the operation.
_LATER = (
    *("radio", "adjuvant", "complication", "cure", *SITES, "other", "after", "incomplete"),
    "progress",
)


def coupling(patients: int = 400_000) -> pd.DataFrame:
    """Return what single patients' futures look like under shared and under independent noise."""
    rows = []
    generator = np.random.default_rng(SEED)
    noise = dict(zip(NOISES, generator.random((len(NOISES), patients)), strict=True))
    fresh = {name: generator.random(patients) for name in _LATER}
    for name in NAMES[1:]:
        model = scenario(name)
        shared, again = (_patients(model, n, False) for n in (noise, noise | fresh))
        rows_ = shared.latent["complete"]
        without = shared.arms["no_hipec"]["death_month"][rows_]
        for words, drawn in (("shared, as built", shared), ("independent", again)):
            with_it = drawn.arms["hipec"]["death_month"][rows_]
            surgery = shared.latent["surgery_month"][rows_]
            lived = [np.minimum(death - surgery, HORIZON) for death in (without, with_it)]
            rows.append(
                {
                    "scenario": name,
                    "noise of the two futures": words,
                    "dies sooner with HIPEC": f"{np.mean(with_it < without - 0.05):.2f}",
                    "lives longer with it": f"{np.mean(with_it > without + 0.05):.2f}",
                    "the same": f"{np.mean(np.abs(with_it - without) <= 0.05):.2f}",
                    "mean gain to 60 months": f"{np.mean(lived[1] - lived[0]):+.1f}",
                }
            )
    return pd.DataFrame(rows)


def unfitted(x: Arrays) -> dict[str, float]:
    """Return what the model gives for published figures that it was not fitted to."""
    death, operated, complete, hipec = x["death"], x["operated"], x["complete"], x["hipec"]
    since = death - x["surgery_month"]
    liver, extra, radio = x["liver"], x["extra"], x["radiotherapy"]
    inside, given = complete & ~liver & ~extra, hipec & ~extra
    free = event_free(x)

    def ratio(group: Flags, rows: Flags | slice = slice(None)) -> float:
        return float(np.exp(one_covariate(death[rows], group[rows])[0]))

    return {
        "L012": float(np.mean(death[given] > 36)),
        "L048": float(np.mean(death[hipec] > 36)),
        "L025": float(np.mean(since[hipec] < EARLY)),
        "L043": float(np.mean(x["major_complication"][hipec])),
        "L039": float(np.mean(extra[hipec])),
        "L040": float(np.mean(liver[hipec])),
        "L041": float(np.median(x["pci_surgery"][hipec])),
        "L065": ratio(operated),
        "L066": ratio(x["adjuvant_chemotherapy"], operated),
        "L072": ratio(radio),
        "L073": ratio(radio, operated),
        "L138": float(np.mean(death[operated & radio & ~hipec] > 36)),
        "L167": float(np.mean(death[operated & radio] > 36)),
        "L206": float(np.median(death[operated])),
        "L211": float(np.median(x["pci_surgery"][inside])),
        "L213": float(np.mean(radio[inside])),
        "L225": float(np.mean(x["adjuvant_chemotherapy"][hipec])),
        "L247": float(np.median(free[operated])),
        "L256": float(np.mean(complete[operated])),
        "L277": float(np.mean(free[complete] > 36)),
    }


def interval(row: pd.Series) -> tuple[float, float, str]:
    """Return the published interval, or one worked out from the count, and how it is written."""
    if np.isfinite(row["low"]) and row["interval"].startswith("95"):
        return row["low"], row["high"], f"{row['low']:.3g}-{row['high']:.3g}"
    if row["unit"] in ("fraction", "probability") and np.isfinite(row["n"]):
        count = round(row["value"] * row["n"])
        low, high = binomtest(count, int(row["n"])).proportion_ci(method="exact")
        return low, high, f"{low:.2f}-{high:.2f} (exact, from n = {row['n']:g})"
    return np.nan, np.nan, "none printed"


def comparison() -> pd.DataFrame:
    """Return those figures, published and simulated, and whether they agree."""
    simulated = {name: unfitted(followed(scenario(name), PATIENTS, SEED)) for name in NAMES}
    fitted = set(" ".join(anchor_table()["evidence"]).split())
    assert not fitted & set(simulated["null"]), "a figure behind an anchor is no check"
    cited = published().set_index("evidence_id")
    behind = set(cited.loc[sorted(fitted), "study"])
    rows = []
    for identifier in simulated["null"]:
        source = cited.loc[identifier]
        low, high, words = interval(source)
        values = [simulated[name][identifier] for name in NAMES]
        verdicts = {"inside" if low <= value <= high else "outside" for value in values}
        if np.isnan(low):
            verdict = "no interval"
        elif len(verdicts) == 1:
            verdict = verdicts.pop()
        else:
            within = [n for n, v in zip(NAMES, values, strict=True) if low <= v <= high]
            verdict = f"inside in {', '.join(within)}"
        rows.append(
            {
                "id": identifier,
                "figure": f"{source['quantity']}, {source['subgroup']}".replace("_", " "),
                "published": source["value"],
                "95 % interval": words,
                "its series behind an anchor": "yes" if source["study"] in behind else "no",
            }
            | {name: round(value, 2) for name, value in zip(NAMES, values, strict=True)}
            | {"verdict": verdict}
        )
    return pd.DataFrame(rows)


def favourable() -> str:
    """Return sentences on the favourable kind in the null scenario."""
    x = followed(scenario("null"), PATIENTS, SEED)
    kind, complete, cured = x["favourable"], x["complete"], x["cured"]
    return (
        f"In the null scenario they are {kind.mean():.2f} of all patients and "
        f"{kind[complete].mean():.2f} of the completely resected. Of these "
        f"{cured[complete & kind].mean():.2f} are cured, and {cured[complete & ~kind].mean():.2f} "
        f"of the others. Of those alive at 10 years {cured[x['death'] > 120].mean():.2f} are cured."
    )


def main() -> None:
    """Run from the command line."""
    table = anchors()
    draw(table)
    tables = {
        "equations": equations(),
        "centres": centres(),
        "effects": effects(),
        "anchors": table,
        "truths": truths(),
        "censored": censored(),
        "both futures": both_futures(),
        "harm": harm(),
        "comparison": comparison(),
        "coupling": coupling(),
    }
    filled = {name: markdown(content) for name, content in tables.items()}
    fill("model-card.md", filled | {"favourable": favourable()})


if __name__ == "__main__":
    main()
