"""A public function, option or result exists because somebody calls it.

Callers are DESIGN section 5 (the list below), lessons with their decks, checks and quizzes, the
other rooms of the package (dials, figures, the command line), documents, and the tools that make
committed data. Tests, benchmarks and the rest of `tools/` are none; the gallery is one for figures
alone. What a room calls for itself alone needs no public name. What can be told from the text is
told: a name, a keyword or a place in a call, an attribute.
"""

import ast
import importlib
import inspect
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "dsrct_edu"
ROOMS = ("analysis", "bedside", "studies", "figures", "classroom", "disease", "evidence")
MAKERS = ("calibrate", "cohorts", "dials", "model_card", "staircase", "truths")  # of committed data
DESIGN = """
scenario(name)
Scenario.replace()
Scenario.randomised(probability)
Scenario.hidden_confounding(strength)
Scenario.describe()
simulate_cohort(n, scenario, seed)
Cohort.patients Cohort.truth Cohort.scenario Cohort.seed
Cohort.to_csv(folder, name)
load_cohort(name)
cohorts()
reveal(name)
true_effect(scenario, origin, horizon)
TrueEffect.rmst_difference TrueEffect.rmst_difference_mcse TrueEffect.hazard_ratio
TrueEffect.hazard_ratio_mcse TrueEffect.log_hazard_ratio_mcse
TrueEffect.survival TrueEffect.cumulative_incidence
published(quantity, subgroup)
fidelity(scenario, n, seed)
endpoint(patients, event, origin)
kaplan_meier(data, duration, event, by, entry, weights, ci, level)
SurvivalCurves.at(times)
SurvivalCurves.median()
SurvivalCurves.quantile(p)
SurvivalCurves.rmst(tau)
SurvivalCurves.rmst_difference(tau)
SurvivalCurves.plot()
logrank(data, duration, event, by, strata)
LogrankResult.statistic LogrankResult.degrees_of_freedom LogrankResult.p_value
cox(data, duration, event, covariates, entry, strata, cluster, weights, ties, penalty)
CoxResult.table CoxResult.log_likelihood CoxResult.concordance CoxResult.converged
CoxResult.proportional_hazards(transform)
CoxResult.plot()
aalen_johansen(data, duration, event, by, entry, weights, censored)
CumulativeIncidence.at(times)
CumulativeIncidence.time_lost(tau)
CumulativeIncidence.time_lost_difference(tau)
CumulativeIncidence.plot()
propensity(patients, treatment, confounders, penalty)
Weights.weights Weights.balance Weights.effective_sample_size Weights.overlap
emulate_trial(patients, ...)
EmulatedTrial.clones
follow_up(...)
landmark(patients, month)
treatment_episodes(patients)
standardised_curves(...)
StandardisedCurves.rmst_difference(tau)
StandardisedCurves.survival_difference(times)
e_value(hazard_ratio, ci_low, ci_high)
sensitivity(data, duration, event, treatment, confounders, tau)
Sensitivity.table
Sensitivity.plot()
events_needed(hazard_ratio, power, alpha, allocation)
simulation_study(scenario, n_patients, n_replicates, methods, seed, workers, progress)
Study.estimates
Study.performance(replicates)
Study.plot()
two_arm_trials(n_patients, n_replicates, hazard_ratio, ...)
check(exercise, answer)
CheckResult.passed
predict(exercise, guess)
quiz(lesson)
worked_answer(exercise)
dials
seen_at_scans(patients, every, seed)
post_test_probability(pre_test, sensitivity, specificity)
recist(baseline_mm, current_mm, nadir_mm, new_lesion)
volume_change(diameter_change)
diameter_change(volume_change)
peritoneal_cancer_index(scores)
completeness_score(residual_mm)
thermal_dose(minutes, celsius)
perfusion(dose_mg, volume_l, minutes, ...)
"""


def _tells(word):
    """Whether a keyword is given here: not where a plot hands on the options it was given."""
    return word.arg is not None or "options" not in ast.unparse(word.value)


@dataclass
class Calls:
    """What a text of Python imports or reads as an attribute, and what it gives in calls."""

    names: set = field(default_factory=set)
    keywords: dict = field(default_factory=lambda: defaultdict(set))
    places: dict = field(default_factory=lambda: defaultdict(int))
    handed: set = field(default_factory=set)  # called with the options that a plot was given

    def read(self, nodes):
        for node in nodes:
            if isinstance(node, ast.Attribute):
                self.names.add(node.attr)
            elif isinstance(node, ast.ImportFrom):
                self.names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = {word.arg or "**" for word in node.keywords if _tells(word)}
                self.keywords[called] |= given
                self.handed |= {called} if not all(map(_tells, node.keywords)) else set()
                starred = any(isinstance(place, ast.Starred) for place in node.args)
                self.places[called] = max(self.places[called], 99 if starred else len(node.args))
        return self


# Options that every function of their kind has, whoever gives them: DESIGN gives them to one
# of the kind (a title to each figure, a level to each interval, columns to "any DataFrame").
HOUSE = {"title", "level", "duration", "event", "treatment", "censored", "workers"}
# What a bedside model assumes stands in its signature, so that a reader sees and can turn it.
MODELS = {"heat_course", "steady_temperature", "kill_needed", "log_kill"}
# Used in a way that this test cannot read.
EXCUSED = {
    "propensity(truncate)": "lesson 11 hands it on through `three_ways(**options)`",
}


def fenced(text, languages=("python", "{code-cell}")):
    for language, code in re.findall(r"^```(\S*)[^\n]*\n(.*?)^```", text, re.M | re.S):
        if language in languages:
            yield re.sub(r"^[:%!].*$", "", code, flags=re.M)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def python_in(path):
    """Texts of Python that a file holds: all of it, its fenced code, or its strings that parse."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        yield text
    elif path.suffix == ".md":
        yield from fenced(text)
    else:
        for found in strings(tomllib.loads(text)):
            try:
                ast.parse(found)
            except SyntaxError:
                yield from fenced(found)
            else:
                yield found


@cache
def nodes_of(path):
    """Calls, attributes and imports of all Python that a file holds."""
    kinds = ast.Attribute | ast.ImportFrom | ast.Call
    trees = [ast.parse(text) for text in python_in(path)]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)]


def readers(room):
    """Files whose calls count for a room, beside DESIGN section 5."""
    yield from [*(ROOT / "lessons").glob("*.md"), *(ROOT / "lessons").glob("*.toml")]
    yield from [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    yield from (ROOT / "tools" / f"{name}.py" for name in MAKERS)
    yield from (p for p in PACKAGE.rglob("*.py") if PACKAGE / room not in p.parents)
    if room == "figures":
        yield ROOT / "tools" / "gallery.py"


@cache
def calls_for(room):
    calls = Calls()
    for path in readers(room):
        calls.read(nodes_of(path))
    return calls


@cache
def calls_inside(room):
    calls = Calls()
    for path in (PACKAGE / room).rglob("*.py"):
        calls.read(nodes_of(path))
    return calls


@cache
def design():
    """Names, attributes and parameters of DESIGN section 5; `...` stands for the rest of them."""
    names, parameters = set(), {}
    for line in DESIGN.split("\n"):
        for piece in [line] if "(" in line else line.split():
            node = ast.parse(piece, mode="eval").body
            if isinstance(node, ast.Call):
                place = ast.unparse(node.func)
                parameters[place] = {ast.unparse(argument) for argument in node.args}
                node = node.func
            names.add(ast.unparse(node))
    return names, parameters


def unused_options(room, label, function, calls):
    """Optional parameters that nobody gives, as `label(option)`."""
    _, parameters = design()
    called, given = label.split(".")[-1], parameters.get(label, set())
    if "..." in given or label in MODELS:
        return
    inside = calls_inside(room)
    ways = [called, "plot"] if called in calls.handed else [called]
    places = [p for name, p in inspect.signature(function).parameters.items() if name != "self"]
    for place, option in enumerate(places):
        named = "**" in calls.keywords[called]
        named = named or any(option.name in calls.keywords[way] for way in ways)
        named = named or option.name in inside.keywords[called]
        placed = option.kind != option.KEYWORD_ONLY and place < max(
            calls.places[called], inside.places[called]
        )
        excused = option.default is option.empty or option.name in HOUSE | given
        if not (named or placed or excused):
            yield f"{label}({option.name})"


def unused_of_class(room, name, kind, calls):
    """Public attributes and methods of a class that nobody reads, and options of the methods."""
    names, _ = design()
    own = [c for c in kind.__mro__ if c is kind or c.__module__.startswith("dsrct_edu")]
    members = {member for c in own for member in [*vars(c), *getattr(c, "__annotations__", {})]}
    for member in sorted(m for m in members if not m.startswith("_")):
        label, found = f"{name}.{member}", inspect.getattr_static(kind, member, None)
        if label not in names | {f"{name}.{n}" for n in calls.names | calls_inside(room).names}:
            yield label
        if inspect.isfunction(found):
            yield from unused_options(room, label, found, calls)


def unused(room, public=None):
    """What is public in a room and used by nobody."""
    module, calls = importlib.import_module(f"dsrct_edu.{room}"), calls_for(room)
    for name, thing in (public or {n: getattr(module, n) for n in module.__all__}).items():
        if inspect.isclass(thing):
            if issubclass(thing, Warning) or name == "Figure":  # to be caught; matplotlib's
                continue
            yield from unused_of_class(room, name, thing, calls)
            continue
        if name not in design()[0] | calls.names:
            yield name
        if inspect.isfunction(thing):
            yield from unused_options(room, name, thing, calls)


@pytest.mark.parametrize("room", ROOMS)
def test_somebody_calls_what_is_public(room):
    assert sorted(set(unused(room)) - set(EXCUSED)) == []


def test_what_is_excused_needs_it():
    assert sorted(set(EXCUSED) - {what for room in ROOMS for what in unused(room)}) == []


def test_a_planted_name_is_found():
    def nobody_calls_this(data, colour_of_nothing=None):
        return data, colour_of_nothing

    class Planted:
        def nobody_reads_this(self):
            return self

    def aalen_johansen(data, *, colour_of_nothing=None):
        return data, colour_of_nothing

    planted = [nobody_calls_this, Planted, aalen_johansen]
    found = set(unused("analysis", {thing.__name__: thing for thing in planted}))
    assert found == {
        "nobody_calls_this",
        "nobody_calls_this(colour_of_nothing)",
        "Planted.nobody_reads_this",
        "aalen_johansen(colour_of_nothing)",
    }


def test_the_top_is_what_the_design_lists():
    import dsrct_edu

    rooms = {"analysis", "bedside", "figures", "studies", "InputError"}
    assert set(dsrct_edu.__all__) - rooms <= design()[0] | {"__version__"}
