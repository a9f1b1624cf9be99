"""Fill the tables and the figure of docs/model-card.md from the model itself.

python tools/model_card.py    run it after calibration (tools/calibrate.py, tools/truths.py)
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from dsrct_edu import figures
from dsrct_edu.analysis.partial_likelihood import one_covariate
from dsrct_edu.disease import fidelity, scenario, true_effect
from dsrct_edu.disease.anchors import anchor_table, followed
from dsrct_edu.disease.equations import Arrays
from dsrct_edu.disease.truth import censored_log_hazard_ratio
from dsrct_edu.evidence import published

DOCS = Path(__file__).resolve().parents[1] / "docs"
NAMES = ("null", "modest", "strong", "harm")
PATIENTS, SEED = 1_000_000, 2


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
    figures.calibration(table, simulated=NAMES).save(DOCS / "model-card-anchors.svg")


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


def unfitted(x: Arrays) -> dict[str, float]:
    """Return what the model gives for published figures that it was not fitted to."""
    death, operated, complete, hipec = x["death"], x["operated"], x["complete"], x["hipec"]
    since = death - x["surgery_month"]
    liver, ascites, extra = x["liver"], x["ascites"], x["extra"]
    inside, given = complete & ~liver & ~extra, hipec & ~extra

    def ratio(time: np.ndarray, group: np.ndarray) -> float:
        return float(np.exp(one_covariate(time, group)[0]))

    return {
        "L012": float(np.mean(death[given] > 36)),
        "L025": float(np.mean(since[hipec] < 3)),
        "L043": float(np.mean(x["major_complication"][hipec])),
        "L065": ratio(death, operated),
        "L073": ratio(death[operated], x["radiotherapy"][operated]),
        "L100": ratio(death, ascites),
        "L167": float(np.mean(death[operated & x["radiotherapy"]] > 36)),
        "L200": float(np.median(death[~operated])),
        "L206": float(np.median(death[operated])),
        "L211": float(np.median(x["pci_surgery"][inside])),
        "L213": float(np.mean(x["radiotherapy"][inside])),
        "L253": float(np.mean((death > 36) & complete & (x["recurrence"] > 36))),
        "L323": ratio(death, extra),
    }


def comparison() -> pd.DataFrame:
    """Return those figures, published and simulated."""
    simulated = {name: unfitted(followed(scenario(name), PATIENTS, SEED)) for name in NAMES}
    fitted = set(" ".join(anchor_table()["evidence"]).split())
    assert not fitted & set(simulated["null"]), "a figure behind an anchor is no check"
    cited = published().set_index("evidence_id")
    rows = []
    for identifier in simulated["null"]:
        figure_, group = cited.loc[identifier, ["quantity", "subgroup"]]
        rows.append(
            {
                "id": identifier,
                "figure": f"{figure_}, {group}".replace("_", " "),
                "published": cited.loc[identifier, "value"],
            }
            | {name: round(values[identifier], 2) for name, values in simulated.items()}
        )
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown."""
    cells = [[f"{v:.3g}" if isinstance(v, float) else str(v) for v in row] for row in table.values]
    cells = [["" if cell == "nan" else cell for cell in row] for row in cells]
    lines = [list(table.columns), ["---"] * len(table.columns), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Run from the command line."""
    table = anchors()
    draw(table)
    card = DOCS / "model-card.md"
    text = card.read_text(encoding="utf-8")
    filled = {
        "anchors": table,
        "truths": truths(),
        "censored": censored(),
        "comparison": comparison(),
    }
    for name, content in filled.items():
        block = f"<!-- begin {name} -->\n{markdown(content)}\n<!-- end {name} -->"
        pattern = f"<!-- begin {name} -->.*<!-- end {name} -->"
        text, found = re.subn(pattern, lambda _, b=block: b, text, flags=re.DOTALL)
        assert found == 1, name
    card.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
