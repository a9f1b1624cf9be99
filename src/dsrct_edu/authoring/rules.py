"""The rules of a lesson. Each rule returns sentences that tell an author what to do."""

from __future__ import annotations

import ast
import re
from statistics import median

from dsrct_edu.authoring import (
    inserts,
    prediction_rules,
    prose,
    questions,
    sources,
    stubs,
    teaching_rules,
)
from dsrct_edu.authoring.editions import MORE, SOLUTION
from dsrct_edu.authoring.lesson import Lesson
from dsrct_edu.authoring.notebooks import cells
from dsrct_edu.classroom.exercises import Exercise, tags, walk

MOST_CODE_CELLS = 28
MEDIAN_LINES, MOST_LINES, WIDEST = 4, 15, 88
FEWEST_WORDS, MOST_WORDS = 800, 1400
WORDS_A_MINUTE = 30  # a short lesson may have fewer: so many for each minute of teaching
MOST_IDEAS, MOST_DEFS = 3, 1
CORE_EXERCISES, MOST_OPTIONAL = 3, 3
VAGUE = {"understand", "know", "learn", "appreciate", "grasp", "be", "see", "become", "realise"}
FETCHING = re.compile(r"https?://|\burllib\b|\brequests\.|\burlopen\b|^\s*[!%]", re.MULTILINE)


def lines(source: str) -> int:
    """Count the lines of a cell that are not blank."""
    return sum(bool(line.strip()) for line in source.splitlines())


def metadata(lesson: Lesson) -> list[str]:
    """Front matter: complete, measurable, in step with the course, few new ideas."""
    meta, said = lesson.metadata, []
    keys = set(sources.FRONT_MATTER)
    for key in sorted(keys - set(meta)):
        said.append(f"add `{key}` under `dsrct_edu` in the front matter")
    for key in sorted(set(meta) - keys):
        said.append(f"remove `{key}` from the front matter: no tool reads it")
    if said:
        return said
    if meta["id"] != lesson.id:
        said.append(f"the id is {meta['id']!r}; the file name starts with {lesson.id}: align them")
    said += _in_course(lesson)
    if not meta["objectives"]:
        said.append("name at least one objective")
    said += [
        f"start the objective {text!r} with a verb that can be seen: compute, read, explain, draw"
        for text in meta["objectives"] if text.split()[0].lower() in VAGUE
    ]  # fmt: skip
    if not 1 <= len(meta["ideas"]) <= MOST_IDEAS:
        said.append(f"name one to {MOST_IDEAS} new ideas; there are {len(meta['ideas'])}")
    return said + _misconceptions(lesson)


def _in_course(lesson: Lesson) -> list[str]:
    said = []
    if lesson.id in sources.toml(lesson.path.with_name("course.toml")):
        said.append(f"remove [{lesson.id}] from lessons/course.toml: a written lesson is no plan")
    said += [
        f"the prerequisite {key!r} is no lesson: neither written nor planned in lessons/course.toml"
        for key in lesson.metadata["prerequisites"] if key not in lesson.course.lessons
    ]  # fmt: skip
    return said


def _misconceptions(lesson: Lesson) -> list[str]:
    named = set(lesson.metadata["misconceptions"])
    records = [
        record
        for exercise in lesson.data("checks").get("exercise", {}).values()
        for record in exercise.get("wrong", [])
    ]
    records += [option for item in lesson.data("quiz").get("item", []) for option in item["option"]]
    met = {record["misconception"] for record in records if "misconception" in record}
    said = [
        f"the misconception {code} is not in lessons/misconceptions.toml; add or correct it"
        for code in sorted((named | met) - set(lesson.course.misconceptions))
    ]
    said += [
        f"no wrong answer and no quiz option shows the misconception {code} of the front matter"
        for code in sorted(named - met)
    ]
    return said


def code(lesson: Lesson) -> list[str]:
    """Code cells: few, short, nothing fetched, nothing hidden."""
    said = []
    shown = [cell for cell in cells(lesson, SOLUTION) if cell.cell_type == "code"]
    if len(shown) > MOST_CODE_CELLS:
        said.append(f"{len(shown)} code cells; join or drop some: at most {MOST_CODE_CELLS}")
    counts = [lines(cell.source) for cell in shown]
    if counts and median(counts) > MEDIAN_LINES:
        said.append(f"the median code cell has {median(counts)} lines; at most {MEDIAN_LINES}")
    for cell in shown:
        said += [f"cell {cell.id} {text}" for text in _cell(cell.source)]
    definitions = sum(
        isinstance(node, ast.FunctionDef)
        for cell in shown
        if "optional" not in tags(cell)
        for node in ast.walk(ast.parse(cell.source))
    )
    if definitions > MOST_DEFS:
        said.append(f"{definitions} functions are defined; at most {MOST_DEFS}: use the kit's")
    return said


def _cell(source: str) -> list[str]:
    said = []
    count = lines(source)
    if not count:
        said.append("is empty; remove it")
    if count > MOST_LINES:
        said.append(f"has {count} lines; split it: at most {MOST_LINES}")
    if any(len(line) > WIDEST for line in source.splitlines()):
        said.append(f"has a line over {WIDEST} characters; break it for the projector")
    if any(line.rstrip().endswith(";") for line in source.splitlines()):
        said.append("ends a line with `;`; write `_ = ...` or let the value show")
    if FETCHING.search(source):
        said.append("fetches or installs something; use a loader of the kit")
    return said


def words(lesson: Lesson) -> list[str]:
    """Prose: long enough to teach, short enough to be read."""
    count = prose.count_words(lesson)
    fewest = min(FEWEST_WORDS, WORDS_A_MINUTE * lesson.metadata["minutes"]["teach"])
    if count < fewest:
        return [f"{count} words of prose; explain more: at least {fewest}"]
    if count > MOST_WORDS:
        return [f"{count} words of prose; cut: at most {MOST_WORDS}"]
    return []


def structure(lesson: Lesson) -> list[str]:
    """Exercises: hint, exercise, check and solution each; three core, up to three optional."""
    said = []
    exercises = walk(lesson.cells)
    checks = lesson.file("checks").name
    known = lesson.data("checks").get("exercise", {})
    for exercise in exercises:
        said += [
            f"exercise {exercise.key} lacks a cell tagged `{tag}`" for tag in _missing(exercise)
        ]
        if exercise.key not in known:
            said.append(f"add exercise {exercise.key} to {checks}")
    keys = {exercise.key for exercise in exercises}
    said += [
        f"{checks} has exercise {key}, but no cell checks it" for key in known if key not in keys
    ]
    optional = [key for key in keys if known.get(key, {}).get("optional", False)]
    core = len(keys) - len(optional)
    if core != CORE_EXERCISES:
        said.append(f"{core} core exercises; a lesson has {CORE_EXERCISES}")
    if len(optional) > MOST_OPTIONAL:
        said.append(f"{len(optional)} optional exercises; at most {MOST_OPTIONAL}")
    said += [
        f"tag the cells of {exercise.key} `optional` where its check says `optional = true`"
        for exercise in exercises if exercise.optional != (exercise.key in optional)
    ]  # fmt: skip
    return said + _tagged_cells(lesson)


def _missing(exercise: Exercise) -> list[str]:
    parts = {"hint": exercise.hint, "exercise": exercise.code, "solution": exercise.answer}
    return [tag for tag, cell in parts.items() if cell is None]


def _tagged_cells(lesson: Lesson) -> list[str]:
    said = []
    for cell in lesson.cells:
        own = set(tags(cell))
        if "instructor" in own and cell.cell_type == "code":
            said.append("an `instructor` cell is code; only markdown can be for the instructor")
        if "solution" in own and cell.cell_type == "code":
            said.append("a `solution` cell is code; put code into the `exercise` cell")
        if "hint" in own and "<details>" not in cell.source:
            said.append("a `hint` cell lacks `<details><summary>Hint</summary>`: fold the hint")
    if not any("quiz" in tags(cell) for cell in lesson.cells):
        said.append("add a code cell tagged `quiz`")
    return said


def stub_lines(lesson: Lesson) -> list[str]:
    """Stubs: their lines are the solution's but for three dots, and nothing else needs them."""
    said = []
    promised: set[str] = set()
    for cell in lesson.cells:
        if cell.cell_type == "code" and "exercise" in tags(cell):
            try:
                stub, solution = stubs.stub(cell.source), stubs.solution(cell.source)
            except stubs.StubError as error:
                said.append(str(error))
                continue
            said += [
                f"the stub line {line!r} is not in the solution; dots may stand for a part of it"
                for line in stubs.strangers(stub, solution)
            ]
            if "..." not in stub:
                said.append(f"a stub leaves nothing open: {stub!r}; mark a line with `# stub`")
            promised |= stubs.assigned(stub) | stubs.assigned(solution)
    for cell in lesson.cells:
        if cell.cell_type == "code" and not {"exercise", "check"} & set(tags(cell)):
            for name in sorted(promised & stubs.used(cell.source)):
                said.append(f"a cell outside an exercise uses `{name}`, which a stub leaves open")
    return said


def quoted_values(lesson: Lesson) -> list[str]:
    """Numbers in prose: each ``{{name}}`` is set once, above it, outside exercises."""
    said: list[str] = []
    set_by: dict[str, int] = {}
    wanted = {text: text.partition(":")[0].strip() for text in inserts.fillers(lesson, SOLUTION)}
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            said += [
                f"`{{{{{text}}}}}` stands above the cell that sets `{wanted[text]}`"
                for text in inserts.BRACES.findall(cell.source)
                if text in wanted and wanted[text] not in set_by
            ]
        elif not {"exercise", "check"} & set(tags(cell)):
            for name in stubs.assigned(cell.source):
                set_by[name] = set_by.get(name, 0) + 1
    said += [
        f"`{name}` is set {set_by[name]} times; the prose needs one value"
        for name in sorted(set(wanted.values())) if set_by.get(name, 0) > 1
    ]  # fmt: skip
    return said


def objectives(lesson: Lesson) -> list[str]:
    """Objectives: each is served by an exercise and by a question of the quiz."""
    goals = lesson.metadata["objectives"]
    serving = served(lesson)
    said = [
        f"{kind} {key} serves objective {number}; the front matter has {len(goals)}"
        for kind, found in serving.items()
        for key, numbers in found.items()
        for number in numbers if number > len(goals)
    ]  # fmt: skip
    return said + [
        f"no {kind} serves objective {number}, {goal!r}; rewrite one, or the objective"
        for kind, found in serving.items()
        for number, goal in enumerate(goals, 1)
        if number not in [one for numbers in found.values() for one in numbers]
    ]


def served(lesson: Lesson) -> dict[str, dict[str, list[int]]]:
    """Return, for exercises and for questions of the quiz, which objectives each serves."""
    exercises = lesson.data("checks").get("exercise", {})
    items = lesson.data("quiz").get("item", [])
    return {
        "exercise": {key: entry.get("objectives", []) for key, entry in exercises.items()},
        "question": {str(n): item.get("objectives", []) for n, item in enumerate(items, 1)},
    }


RULES = {
    "front matter": metadata,
    "code": code,
    "words": words,
    "exercises": structure,
    "stubs": stub_lines,
    "values in prose": quoted_values,
    "predictions": prediction_rules.problems,
    "objectives": objectives,
    "prose": prose.problems,
    "quiz": questions.problems,
    "lecturer's page": teaching_rules.problems,
}


def _more(lesson: Lesson) -> list[str]:
    """Hold a page to read on to what it is: short cells, and no tasks."""
    said = [
        f"`{key}` in the front matter is for lessons; such a page has id, title and seed"
        for key in lesson.metadata if key not in ("id", "title", "seed")
    ]  # fmt: skip
    for cell in cells(lesson, MORE):
        asks = sorted({"predict", "reveal", "exercise", "check", "quiz"} & set(tags(cell)))
        said += [f"cell {cell.id} is a `{tag}`; a page to read on asks nothing" for tag in asks]
        if cell.cell_type == "code":
            said += [f"cell {cell.id} {text}" for text in _cell(cell.source)]
    return said


MORE_RULES = {"page to read on": _more, "values in prose": quoted_values, "prose": prose.problems}


def problems(lesson: Lesson, skip: tuple[str, ...] = ()) -> list[str]:
    """Return all that the source of a lesson breaks."""
    return [
        f"{lesson.path.name}: {said}"
        for name, rule in (MORE_RULES if lesson.is_more else RULES).items()
        if name not in skip
        for said in rule(lesson)
    ]
