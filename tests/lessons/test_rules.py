"""Each rule of a lesson is broken once, and its message says what to do."""

import re

import nbformat
import pytest
from nbformat import v4

from dsrct_edu.authoring import outputs, prose, rules

LONG = "\n".join(f"line_{k} = {k}" for k in range(16))
BREAKS = {
    "front matter lacks a key": ("  seed: 1\n", "", "add `seed`"),
    "front matter has a stranger": ("  seed: 1\n", "  seed: 1\n  sead: 2\n", "remove `sead`"),
    "id": ('id: "42"', 'id: "43"', "the file name starts with 42"),
    "prerequisite": ("prerequisites: []", 'prerequisites: ["77"]', "prerequisite '77'"),
    "vague objective": ("- compute a share", "- understand a share", "a verb that can be seen"),
    "no objective": (
        "objectives:\n    - compute a share by hand\n    - explain it in one sentence",
        "objectives: []",
        "at least one objective",
    ),
    "ideas": ("ideas: [a new idea of this lesson]", "ideas: [a, b, c, d]", "one to 3 new ideas"),
    "misconception": ("misconceptions: []", "misconceptions: [M99]", "misconception M99"),
    "misconception of no answer": (
        "misconceptions: []",
        "misconceptions: [M2]",
        "no quiz option shows the misconception M2",
    ),
    "long cell": (
        "known = sum(answers)\n",
        f"known = sum(answers)\n{LONG}\n",
        "split it: at most 15",
    ),
    "wide cell": (
        "known = sum(answers)\n",
        f"known = sum(answers)\nwide = '{'x' * 90}'\n",
        "over 88 characters",
    ),
    "semicolon": ("known = sum(answers)\n", "known = sum(answers)\nknown;\n", "with `;`"),
    "network": (
        "known = sum(answers)\n",
        'known = sum(answers)\nurl = "https://example.org"\n',
        "use a loader",
    ),
    "magic": (
        "known = sum(answers)\n",
        "known = sum(answers)\nx = '''\n%pip install y\n'''\n",
        "use a loader",
    ),
    "definitions": (
        "known = sum(answers)\n",
        "known = sum(answers)\ndef f(): return 1\ndef g(): return 2\n",
        "2 functions are defined",
    ),
    "no hint": (
        '+++ {"tags": ["hint"]}\n\n<details><summary>Hint</summary>\n\nA share lies',
        "+++\n\n<details><summary>Hint</summary>\n\nA share lies",
        "exercise 42.1 lacks a cell tagged `hint`",
    ),
    "open hint": (
        "<details><summary>Hint</summary>\n\nA share lies between 0 and 1.\n\n</details>",
        "A share lies between 0 and 1.",
        "fold the hint",
    ),
    "no worked answer": (
        '+++ {"tags": ["solution"]}\n\n**Worked answer.** Seven',
        "+++\n\n**Worked answer.** Seven",
        "exercise 42.1 lacks a cell tagged `solution`",
    ),
    "unknown exercise": ('check("42.1", share)', 'check("42.9", share)', "add exercise 42.9"),
    "no marker": ("share = 7 / 10  # stub", "share = 7 / 10", "no marker"),
    "nothing open": (
        "share = 7 / 10  # stub",
        "share = 7 / 10\nextra = 1  # cut",
        "leaves nothing open",
    ),
    "foreign stub": ("share = 7 / 10  # stub", "share = 7 / 10  # stub: part = ...", "is not in"),
    "stub name used": ("## Quiz\n", "## Quiz\n\n```{code-cell}\nshare\n```\n", "uses `share`"),
    "value above": ("Retell one thing", "Retell {{known}} things", "stands above the cell"),
    "value set twice": (
        "## Quiz\n",
        "## Quiz\n\n```{code-cell}\nknown = 8\n```\n",
        "is set 2 times",
    ),
    "typed figure": ("One sentence.", "Survival was 38%.", "the figure 38% is typed"),
    "typed decimal": ("One sentence.", "The ratio was 0.62 here.", "the figure 0.62 is typed"),
    "directive": ("One sentence.", ":::{note}\nOne.\n:::", "a MyST directive"),
    "tex on a slide": ("One sentence.", "One $x$ sentence.", "a slide holds TeX"),
    "image without words": ("One sentence.", "![](picture.png)", "lacks alt text"),
    "image from the network": (
        "One sentence.",
        "![words](https://x.org/p.png)",
        "from the network",
    ),
    "first use": ("One sentence.", "One is censored.", "[censored](glossary:censoring)"),
    "title": ("# Small steps", "# Other steps", "begin the first cell with `# Small steps`"),
    "header": ("{{header}}", "", "put `{{header}}`"),
    "footer": ("{{footer}}", "", "put `{{footer}}`"),
    "quiz": (":tags: [quiz]", ":tags: [skip]", "tagged `quiz`"),
    "objective that is none": (
        "    - explain it in one sentence\n",
        "",
        "exercise 42.2 serves objective 2; the front matter has 1",
    ),
    "objective that nothing serves": (
        "- explain it in one sentence",
        "- explain it in one sentence\n    - draw it",
        "no question serves objective 3",
    ),
    "instructor code": (
        ":tags: [quiz]",
        ":tags: [quiz, instructor]",
        "only markdown can be for the instructor",
    ),
    "solution code": (":tags: [quiz]", ":tags: [quiz, solution]", "put code into the `exercise`"),
}


def problems(course, skip=("words",)):
    return rules.problems(course.lesson(), skip)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_says_what_to_do(course, name):
    old, new, said = BREAKS[name]
    found = problems(course.edit(old, new))
    assert any(said in text for text in found), found
    assert all(text.startswith("42_small_steps.md: ") for text in found)


QUIZ_BREAKS = {
    "telling": ('text = "option number 1"', 'text = "Both of them"', "an option says 'Both'"),
    "length": ('text = "option number 1"', f'text = "{"long " * 20}"', "options of like length"),
    "sentences": ('text = "option number 1"', 'text = "option number 1."', "as sentences, or none"),
    "abstract": ("abstract = ", "# abstract = ", "one item an unseen `abstract`"),
    "unknown slip": ('misconception = "M1"', 'misconception = "M99"', "misconception M99"),
}


@pytest.mark.parametrize("name", QUIZ_BREAKS)
def test_a_broken_rule_of_the_quiz_says_what_to_do(course, name):
    old, new, said = QUIZ_BREAKS[name]
    found = problems(course.edit(old, new, ".quiz.toml"))
    assert any(said in text for text in found), found


def test_a_quiz_is_spread_and_asks_for_more_than_memory(course):
    path = course.path(".quiz.toml")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub('level = "(apply|analyse)"', 'level = "understand"', text), "utf-8")
    assert any("2 items apply or analyse" in said for said in problems(course))
    path.write_text(text[: text.rindex("[[item]]")], encoding="utf-8")
    assert any("4 items; a quiz has 5" in said for said in problems(course))
    path.unlink()
    assert any("add 42_small_steps.quiz.toml" in said for said in problems(course))


def test_a_written_lesson_is_no_plan(course):
    plan = (
        '[42]\nfile = "42_small_steps"\ntitle = "Small steps"\nminutes = 45\nmisconceptions = []\n'
    )
    course.path().with_name("course.toml").write_text(plan, encoding="utf-8")
    assert any("remove [42] from lessons/course.toml" in said for said in problems(course))


def test_too_many_exercises_are_counted(course):
    course.edit('kind = "value"', 'kind = "value"\noptional = true', ".checks.toml")
    found = problems(course)
    assert any("2 core exercises" in text for text in found)
    assert any("tag the cells of 42.1 `optional`" in text for text in found)


def test_length_is_counted_without_hints_and_answers(course):
    count = prose.count_words(course.lesson())
    said = problems(course, skip=())
    assert not any("words of prose" in text for text in said)
    said = problems(course.edit("{teach: 5,", "{teach: 25,"), skip=())
    assert any(f"{count} words of prose; explain more: at least 750" in text for text in said)
    said = problems(course.edit("{teach: 25,", "{teach: 28,"), skip=())
    assert any("explain more: at least 800" in text for text in said)
    course.edit("A share lies", "word " * 900 + "A share lies")
    assert prose.count_words(course.lesson()) == count
    course.edit("One sentence.", "word " * 1500)
    assert any("cut: at most 1400" in said for said in problems(course, skip=()))


def test_a_cited_figure_may_stand(course):
    assert problems(course.edit("One sentence.", "Survival was 38% (L061).")) == []


@pytest.mark.parametrize(
    ("value", "number", "agree"),
    [
        ("39%", "0.394", True),
        ("39%", "39.4", True),
        ("39%", "0.40", False),
        ("31.2", "31.24", True),
        ("31.2", "31.3", False),
        ("31", "31.4", True),
        ("1,234", "1234", True),
        ("no number", "3", False),
    ],
)
def test_prose_agrees_with_outputs_up_to_rounding(value, number, agree):
    assert outputs.agrees(value, number) is agree


def executed(**data):
    cell = v4.new_code_cell("x", outputs=[v4.new_output("display_data", data)], execution_count=1)
    made = v4.new_notebook(cells=[cell], metadata={"dsrct_edu": {"edition": "student"}})
    return nbformat.from_dict(made)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"text/plain": "<object at 0x7f00aa11bb22>"}, "changes from run to run"),
        ({"text/html": '<img src="data:image/png;base64,AA">'}, "has no words"),
        ({"image/png": "AA"}, "no alt text"),
        ({"text/plain": "x" * 400_000}, "over 300000 bytes"),
    ],
)
def test_outputs_that_must_not_be_stored(course, data, said):
    lesson = course.lesson()
    assert any(said in text for text in outputs.problems(lesson, executed(**data)))


def test_warnings_errors_and_missing_outputs_are_found(course):
    lesson = course.lesson()
    notebook = executed(**{"text/plain": "fine"})
    assert outputs.problems(lesson, notebook) == []
    cell = notebook.cells[0]
    cell.outputs = [v4.new_output("stream", name="stderr", text="Warning: x")]
    assert any("writes a warning" in text for text in outputs.problems(lesson, notebook))
    cell.outputs = [v4.new_output("error", ename="ValueError", evalue="x", traceback=[])]
    assert any("stops with ValueError" in text for text in outputs.problems(lesson, notebook))
    cell.outputs, cell.execution_count = [], None
    said = " ".join(outputs.problems(lesson, notebook))
    assert "nbval would compare nothing" in said
    assert "execution counts" in said
