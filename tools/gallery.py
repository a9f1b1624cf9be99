"""Builds docs/gallery: every family of figure, with its words and the lines that drew it.

``python -m tools.gallery`` writes the page and its pictures, which are also what the image
comparison tests hold new drawings against. ``python -m tools.gallery --look FOLDER`` writes each
figure in colour, in greyscale and as a deuteranope sees it, at 1,024 pixels, to be looked at.

An example is a function without arguments. Its body stands on the page as it stands here, so it
uses nothing but what ``IMPORTS`` names.
"""

from __future__ import annotations

import argparse
import ast
import html
import inspect
import io
import textwrap
from collections.abc import Callable
from pathlib import Path

import matplotlib
import pandas as pd
from PIL import Image

import dsrct_edu as dsrct
from dsrct_edu import bedside, figures
from dsrct_edu.figures import Figure
from dsrct_edu.vocabulary import CONFOUNDERS
from tools import views

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "gallery"
IMPORTS = """\
import pandas as pd

import dsrct_edu as dsrct
from dsrct_edu import bedside, figures
from dsrct_edu.vocabulary import CONFOUNDERS
"""
HEAD = f"""\
# Gallery of figures

<!-- Built by `python -m tools.gallery`; do not edit.
Drawn with matplotlib {matplotlib.__version__}. -->

All patients are made up. The words below a picture are its alternative text, and the code below
them draws it, after

```python
{IMPORTS}```
"""

Draw = Callable[[], Figure]
EXAMPLES: dict[str, Draw] = {}
CAPTIONS: dict[str, str] = {}


def example(caption: str) -> Callable[[Draw], Draw]:
    """Put an example on the page, under its name."""

    def shown(draw: Draw) -> Draw:
        EXAMPLES[draw.__name__], CAPTIONS[draw.__name__] = draw, caption
        return draw

    return shown


@example("Six patients' time, and the curve that it makes.")
def lifelines() -> Figure:
    months, died = [6, 10, 14, 20, 26, 30], [True, False, True, True, False, False]
    six = pd.DataFrame({"patient_id": list("ABCDEF"), "duration": months, "event": died})
    return figures.lifelines(six)


@example("The same six at month 14: who was there to die?")
def lifelines_step() -> Figure:
    months, died = [6, 10, 14, 20, 26, 30], [True, False, True, True, False, False]
    six = pd.DataFrame({"patient_id": list("ABCDEF"), "duration": months, "event": died})
    return figures.lifelines(six, steps=3)


@example("A registry of 200, with marks where patients were last seen.")
def survival_registry() -> Figure:
    deaths = dsrct.endpoint(dsrct.load_cohort("teaching").patients)
    return dsrct.kaplan_meier(deaths).plot(censoring=True)


@example("Those who had HIPEC, and those who had not.")
def survival_arms() -> Figure:
    deaths = dsrct.endpoint(dsrct.load_cohort("registry_b").patients)
    curves = dsrct.kaplan_meier(deaths, by="hipec")
    return curves.plot(interval_of="one registry", title="Lived longer, or made to live longer?")


@example("A randomised trial, and the truth behind it.")
def survival_curves() -> Figure:
    trial = dsrct.endpoint(dsrct.load_cohort("trial").patients, origin="surgery")
    trial["arm"] = trial["hipec"].map({False: "without HIPEC", True: "with HIPEC"})
    truth = dsrct.true_effect("modest").survival
    names = {"no_hipec": "without HIPEC", "hipec": "with HIPEC"}
    truth = truth.assign(group=truth["arm"].map(names))
    curves = dsrct.kaplan_meier(trial, by="arm")
    return curves.plot(time_zero="surgery", truth=truth, horizon=60, shade=True, title="A trial")


@example("Twenty patients, with one interval and a tail that is not to be read.")
def survival_small_series() -> Figure:
    series = dsrct.endpoint(dsrct.load_cohort("phase2").patients)
    return dsrct.kaplan_meier(series).plot(endpoint="death")


@example("More groups than can all be said: by how much tumour the surgeon left behind, 0 to 3.")
def survival_many_groups() -> Figure:
    patients = dsrct.load_cohort("teaching").patients
    deaths = dsrct.endpoint(patients[patients["operated"]])
    deaths["left"] = deaths["cc_score"].map("CC {:.0f}".format)
    return dsrct.kaplan_meier(deaths, by="left").plot(title="By completeness of resection")


@example("First events in the two arms of a trial.")
def cumulative_incidence() -> Figure:
    first = dsrct.endpoint(dsrct.load_cohort("trial").patients, "first_event", "surgery")
    first["arm"] = first["hipec"].map({False: "without HIPEC", True: "with HIPEC"})
    return dsrct.aalen_johansen(first, by="arm").plot(horizon=36)


@example("Eight analyses of 500 registries in which HIPEC does nothing.")
def staircase() -> Figure:
    study = dsrct.simulation_study("null", n_replicates=500, seed=1, progress=False)
    return study.plot("hazard_ratio", title="HIPEC does nothing here")


@example("The first two steps and three guesses: what will the third step do?")
def staircase_guessed() -> Figure:
    study = dsrct.simulation_study("null", n_replicates=500, seed=1, progress=False)
    guesses = [0.8, 0.6, 0.5]
    return study.plot("hazard_ratio", steps=2, guesses=guesses, title="What will the third do?")


@example("Months instead of ratios, and how sure the mean of 500 registries is.")
def staircase_months() -> Figure:
    study = dsrct.simulation_study("null", n_replicates=500, seed=1, progress=False)
    return figures.staircase(dsrct.studies.staircase(study, interval="monte_carlo"))


@example("Four registries, each beside its truth.")
def worlds() -> Figure:
    rows = []
    for letter in "abcd":
        patients = dsrct.load_cohort(f"registry_{letter}").patients
        after = dsrct.endpoint(patients, origin="surgery")
        complete = after[after["cc_score"] <= 1]
        for label, data, covariates in (
            ("everyone", dsrct.endpoint(patients), ["hipec"]),
            ("operated", after, ["hipec"]),
            ("completely resected", complete, ["hipec"]),
            ("and adjusted", complete, ["hipec", *CONFOUNDERS]),
        ):
            fit = dsrct.cox(data, covariates=covariates).table.loc["hipec"]
            truth = dsrct.reveal(f"registry_{letter}").hazard_ratio
            rows.append({"world": f"Registry {letter.upper()}", "label": label, "truth": truth})
            rows[-1] |= {"estimate": fit["hazard_ratio"], "ci_low": fit["ci_low"]}
            rows[-1] |= {"ci_high": fit["ci_high"]}
    return figures.worlds(pd.DataFrame(rows))


@example("Sixteen patients. Who is treated has lived to be treated.")
def swimmer_lanes() -> Figure:
    some = dsrct.load_cohort("teaching").patients.head(16).assign(start=0.0, state="waiting")
    some["stop"] = some["surgery_month"].fillna(some["follow_up_month"])
    after = some[some["operated"]].assign(start=some["stop"], stop=some["follow_up_month"])
    after["state"] = after["hipec"].map({True: "after HIPEC", False: "after surgery"})
    ends = some.assign(time=some["follow_up_month"])
    ends["event"] = ends["death"].map({True: "death", False: "last seen alive"})
    relapses = some[some["recurrence"]].assign(time=some["recurrence_month"], event="relapse")
    lanes, marks = pd.concat([some, after]), pd.concat([ends, relapses])
    return figures.swimmer_lanes(lanes, marks, highlight="P0014")


@example("Eight patients on two clocks. From surgery, nobody waits, and some are not there.")
def two_clocks() -> Figure:
    some = dsrct.load_cohort("teaching").patients.iloc[[0, 1, 3, 5, 6, 13, 14, 15]]
    some = some.assign(start=0.0, state="waiting")
    some["stop"] = some["surgery_month"].fillna(some["follow_up_month"])
    after = some[some["operated"]].assign(start=some["stop"], stop=some["follow_up_month"])
    after["state"] = after["hipec"].map({True: "after HIPEC", False: "after surgery"})
    ends = some.assign(time=some["follow_up_month"])
    ends["event"] = ends["death"].map({True: "death", False: "last seen alive"})
    return figures.swimmer_lanes(pd.concat([some, after]), ends, second_clock="surgery")


@example("Six patients cloned into two plans; those who left are faded, the others weighted.")
def clone_lanes() -> Figure:
    six = pd.DataFrame({
        "patient_id": ["Ana", "Ben", "Cem", "Eli", "Dana", "Fay"],
        "operated": [False] + [True] * 5,
        "surgery_month": [None] + [6] * 5,
        "cc_score": [None, 2, 0, 0, 0, 0],
        "hipec": [False, False, True, True, False, False],
        "expert_centre": [False, False, True, False, True, False],
        "death": [True, True, True, False, True, True],
        "follow_up_month": [4, 16, 22, 48, 40, 28],
    })  # fmt: skip
    trial = dsrct.emulate_trial(six, ["expert_centre"], horizon=48)
    return figures.clone_lanes(trial.clones, six)


@example("One patient's two futures. In life, one of them is never seen.")
def two_futures() -> Figure:
    cohort = dsrct.load_cohort("teaching")
    truth = cohort.truth.merge(cohort.patients[["patient_id", "surgery_month"]])
    return figures.two_futures(truth, patient="P0004")


@example("The same patient, with the future covered that did not happen.")
def two_futures_covered() -> Figure:
    cohort = dsrct.load_cohort("teaching")
    truth = cohort.truth.merge(cohort.patients[["patient_id", "surgery_month"]])
    return figures.two_futures(truth, patient="P0004", cover="hipec")


@example("The gates from diagnosis to HIPEC.")
def patient_flow() -> Figure:
    patients = dsrct.load_cohort("teaching").patients
    passed = [patients["operated"], patients["cc_score"] <= 1, patients["hipec"]]
    names = ["diagnosed", "operated", "completely resected", "HIPEC"]
    n = [len(patients), *[gate.sum() for gate in passed]]
    return figures.patient_flow(pd.DataFrame({"gate": names, "n": n}))


@example("The same patients as people: a room with three doors.")
def doors() -> Figure:
    patients = dsrct.load_cohort("teaching").patients
    passed = [patients["operated"], patients["cc_score"] <= 1, patients["hipec"]]
    names = ["diagnosed", "fit and operated", "completely resected", "HIPEC"]
    n = [len(patients), *[gate.sum() for gate in passed]]
    return figures.doors(pd.DataFrame({"gate": names, "n": n}))


@example("The first door is open. How many will pass the other two?")
def doors_step() -> Figure:
    patients = dsrct.load_cohort("teaching").patients
    passed = [patients["operated"], patients["cc_score"] <= 1, patients["hipec"]]
    names = ["diagnosed", "fit and operated", "completely resected", "HIPEC"]
    n = [len(patients), *[gate.sum() for gate in passed]]
    return figures.doors(pd.DataFrame({"gate": names, "n": n}), steps=1)


@example("A hundred with HIPEC and a hundred without, in a world where it helps a little.")
def people() -> Figure:
    truth = dsrct.true_effect("modest").survival
    rows = []
    for arm, panel in (("no_hipec", "Without HIPEC"), ("hipec", "With HIPEC")):
        curve = truth[(truth["arm"] == arm) & (truth["time"] <= 60)]
        alive = round(100 * curve["survival"].iloc[-1])
        rows += [(panel, "alive at 5 years", alive), (panel, "died before", 100 - alive)]
    return figures.people(pd.DataFrame(rows, columns=["panel", "category", "n"]))


@example("Benefits and harms on one page, as in a decision aid.")
def people_harms() -> Figure:
    truth = dsrct.load_cohort("registry_c").truth
    rows = []
    for arm, who in (("no_hipec", "without HIPEC"), ("hipec", "with HIPEC")):
        alive = round(100 * (truth[f"death_month_{arm}"] > 60).mean())
        rows += [(f"Alive {who}", "alive at 5 years", alive)]
        rows += [(f"Alive {who}", "died before", 100 - alive)]
    for arm, who in (("no_hipec", "without HIPEC"), ("hipec", "with HIPEC")):
        harmed = round(100 * truth[f"major_complication_{arm}"].mean())
        rows += [(f"Harm {who}", "major complication", harmed)]
        rows += [(f"Harm {who}", "no major one", 100 - harmed)]
    return figures.people(pd.DataFrame(rows, columns=["panel", "category", "n"]))


@example("Three years after surgery, both futures of the same patients: HIPEC holds one door.")
def exits() -> Figure:
    both = dsrct.simulate_cohort(20_000, "modest", seed=8).both_futures()
    incidence = dsrct.aalen_johansen(both, "duration", "cause", by="arm")
    return figures.exits(incidence.people(36), held={"HIPEC": "peritoneal"})


@example("Nine confounders before and after weighting.")
def love_plot() -> Figure:
    patients = dsrct.load_cohort("registry_a").patients
    complete = patients[patients["cc_score"] <= 1]
    return dsrct.propensity(complete, "hipec", CONFOUNDERS).plot()


@example("The propensity scores of the same patients.")
def overlap() -> Figure:
    patients = dsrct.load_cohort("registry_a").patients
    complete = patients[patients["cc_score"] <= 1]
    return dsrct.propensity(complete, "hipec", CONFOUNDERS).plot("overlap")


@example("A Cox model.")
def forest() -> Figure:
    deaths = dsrct.endpoint(dsrct.load_cohort("teaching").patients)
    covariates = ["ascites", "liver_metastases", "extra_abdominal_metastases", "poor_performance"]
    return dsrct.cox(deaths, covariates=covariates).plot()


@example("Three series, each by two clocks.")
def forest_of_series() -> Figure:
    rows = []
    for name in ("phase2", "trial", "teaching"):
        for origin in ("diagnosis", "surgery"):
            deaths = dsrct.endpoint(dsrct.load_cohort(name).patients, origin=origin)
            medians = dsrct.kaplan_meier(deaths).summary()
            rows.append(medians.assign(label=name, time_zero=origin))
    table = pd.concat(rows).rename(columns={"median": "estimate"})
    measure = "Median overall survival (months)"
    return figures.forest(table, measure=measure, log=False, interval_of="each series")


@example("Two analyses of 500 registries; the intervals of one keep missing the truth.")
def zip_plot() -> Figure:
    methods = ["operated_only", "complete_resection"]
    study = dsrct.simulation_study("null", 150, 500, methods, seed=1, progress=False)
    ratios = study.estimates[study.estimates["measure"] == "log_hazard_ratio"]
    return figures.zip_plot(ratios, truth=0, measure="Log hazard ratio")


@example("Variables of the course, each in its role.")
def dag() -> Figure:
    nodes = pd.DataFrame(
        [
            ("complete resection", "selection", 0, 2),
            ("expert centre", "confounder", 0, 3),
            ("shrinkage", "confounder", 1.3, 3),
            ("PCI at surgery", "confounder", 2.6, 3),
            ("aggressiveness", "unmeasured", 4, 3),
            ("age", "decoy", 0, 1),
            ("HIPEC", "exposure", 1.3, 1),
            ("complication", "mediator", 2.6, 1),
            ("death", "outcome", 4, 1),
            ("scan ordered", "collider", 2.6, -0.5),
        ],
        columns=["name", "role", "x", "y"],
    )
    arrows = {
        "HIPEC": ["expert centre", "shrinkage", "PCI at surgery", "age", "complete resection"],
        "death": ["shrinkage", "PCI at surgery", "complication", "HIPEC", "aggressiveness"],
        "complication": ["HIPEC"],
        "PCI at surgery": ["aggressiveness"],
        "scan ordered": ["HIPEC", "death"],
    }
    edges = pd.DataFrame(arrows.items(), columns=["target", "source"]).explode("source")
    return figures.dag(nodes, edges)


@example("The roles are hidden, to ask which is which.")
def dag_without_roles() -> Figure:
    nodes = pd.DataFrame(
        {
            "name": ["centre", "response, spread", "aggressiveness", "HIPEC", "death"],
            "role": ["confounder", "confounder", "unmeasured", "exposure", "outcome"],
            "x": [0, 1.5, 3, 0.5, 2.5],
            "y": [2, 2, 2, 0, 0],
        }
    )
    arrows = {
        "HIPEC": ["centre", "response, spread"],
        "death": ["HIPEC", "centre", "response, spread", "aggressiveness"],
        "response, spread": ["aggressiveness"],
    }
    edges = pd.DataFrame(arrows.items(), columns=["target", "source"]).explode("source")
    return figures.dag(nodes, edges, roles=False)


@example("Thirteen scores that add up to 18.")
def pci_map() -> Figure:
    scores = [3, 2, 1, 0, 1, 2, 3, 2, 1, 1, 0, 1, 1]
    return figures.pci_map(pd.DataFrame({"region": range(13), "score": scores}))


@example("An hour of warm perfusion: the fluid, and the tissue that it warms.")
def temperature() -> Figure:
    course = bedside.heat_course(60, inflow_celsius=44, flow_l_min=2, tissue_l=12)
    return figures.temperature(course)


@example("The drug of that hour, in the cavity and in the blood.")
def drug_course() -> Figure:
    course = bedside.perfusion(dose_mg=160, volume_l=4, minutes=60)
    return figures.drug_course(course, drug="cisplatin")


@example("Two genes break, and make a third.")
def fusion_gene() -> Figure:
    return figures.fusion_gene(bedside.fusion_parts())


@example("What each laboratory test can see of the fusion.")
def fusion_tests() -> Figure:
    return figures.fusion_gene(bedside.fusion_parts(), tests=True)


@example("A break-apart test sorts a thousand people, most of whom were under strong suspicion.")
def sorted_people() -> Figure:
    return figures.sorted_people(bedside.break_apart_room(dsrct=700, ewing=100))


@example("Half of what? One fall of 45%, measured in three ways.")
def spheres() -> Figure:
    return figures.spheres(bedside.half_of_what(0.45))


@example("Seven doses that each leave a third of the cells, and six weeks of waiting.")
def saw() -> Figure:
    return figures.saw(bedside.log_kill(1e10, 10**-0.5, wait_days=42))


@example("Where nearly half would stand, by what was measured.")
def waterfall_marked() -> Figure:
    marks = {"nearly half of the volume": -0.18, "nearly half of the diameter": -0.45}
    return figures.waterfall(dsrct.load_cohort("teaching").patients, marks=marks)


@example("Two and a half millimetres left behind, to scale, and the drug that gets into them.")
def residue() -> Figure:
    return figures.residue(bedside.penetration_by_shape(size_mm=2.5, decay_mm=0.5))


@example("How the tumours of fifty patients changed under chemotherapy.")
def waterfall() -> Figure:
    return figures.waterfall(dsrct.load_cohort("teaching").patients.head(50))


@example("How many years four populations would need for a trial that finds a ratio of 0.75.")
def years_needed() -> Figure:
    rows = []
    for place, millions in (("80 million people", 80), ("EU", 450), ("world", 8_000)):
        many, few = (dsrct.studies.years_to_enrol(0.75, millions, rate) for rate in (0.5, 0.2))
        rows.append({"place": place, "years_low": many, "years_high": few})
    return figures.years_needed(pd.DataFrame(rows))


@example("The disease model beside the published ranges that it was fitted to.")
def calibration() -> Figure:
    null, modest = (dsrct.fidelity(name, n=50_000, seed=1) for name in ("null", "modest"))
    modest = modest.set_index("anchor")["simulated"]
    table = null.rename(columns={"simulated": "null"}).assign(modest=null["anchor"].map(modest))
    return figures.calibration(table, simulated=["null", "modest"])


def code(draw: Draw) -> str:
    """Return the body of an example as one would type it: without its name and its ``return``."""
    source = inspect.getsource(draw)
    body = ast.parse(source).body[0].body
    lines = source.splitlines()[body[0].lineno - 1 :]
    last = body[-1].lineno - body[0].lineno
    lines[last] = lines[last].replace("return ", "", 1)
    return textwrap.dedent("\n".join(lines))


def page(drawn: dict[str, Figure]) -> str:
    """Return the gallery page: each picture, its words, and the lines that drew it."""
    parts = [HEAD]
    for key, figure in drawn.items():
        words = html.escape(figure.describe(), quote=True)
        parts.append(f"## {key.replace('_', ' ').capitalize()}\n\n{CAPTIONS[key]}\n")
        parts.append(f'<img src="{key}.png" alt="{words}">\n\n> {figure.words}\n')
        parts.append(f"```python\n{code(EXAMPLES[key])}\n```\n")
    return "\n".join(parts)


def build(folder: Path = FOLDER) -> None:
    """Write the page and its pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    drawn = {key: draw() for key, draw in EXAMPLES.items()}
    for key, figure in drawn.items():
        (folder / f"{key}.png").write_bytes(figure.png())
    (folder / "README.md").write_text(page(drawn), encoding="utf-8", newline="\n")


def look(folder: Path) -> None:
    """Write every example three times, one below the other."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, draw in EXAMPLES.items():
        views.sheet(Image.open(io.BytesIO(draw().png()))).save(folder / f"{key}.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look", type=Path, metavar="FOLDER", help="write proofs instead")
    chosen = parser.parse_args()
    if chosen.look:
        look(chosen.look)
    else:
        build()
