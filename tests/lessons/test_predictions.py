"""No answer stands before its question: the walk, the rules, the texts of reveals, the spoilers."""

import json

import nbformat
import pytest
from conftest import ROOT, Course
from nbformat import v4

from dsrct_edu.authoring import building, course, drift, prediction_rules, reveals, rules, stubs
from dsrct_edu.authoring.editions import EDITIONS, INSTRUCTOR, SOLUTION, STUDENT
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.predictions import asked, besides, walk
from dsrct_edu.authoring.sources import LessonError

PLACES = Places(ROOT / "lessons")
SHARED = course.read(PLACES.lessons)
LESSONS = [one for path in PLACES.sources() if not (one := read(path, SHARED)).is_more]
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def cell(kind, text, *tagged, **more):
    new = v4.new_code_cell(text, **more) if kind == "code" else v4.new_markdown_cell(text)
    new.metadata["tags"] = list(tagged)
    return new


ASK = cell("code", 'guess_1 = dsrct.predict("42.1", ...)\nguess_1', "predict")
SHOW = cell("code", "known = 7\nguess_1.beside(known)")
TEXT = cell("text", "Seven.", "reveal")
MORE = cell("text", "And more.", "reveal", "subslide")
PLAIN = cell("text", "Something else.")


# The walk


def test_the_cells_of_a_prediction_are_found_together():
    (found,) = walk([ASK, PLAIN, SHOW, TEXT, MORE, PLAIN, TEXT])
    assert (found.key, found.name, found.ask, found.reveal) == ("42.1", "guess_1", ASK, SHOW)
    assert found.texts == [TEXT, MORE]
    assert found.folded == [SHOW.id, TEXT.id, MORE.id]


def test_a_prediction_without_a_reveal_has_nothing_to_fold():
    (found,) = walk([ASK, TEXT, cell("code", "other.beside(7)"), TEXT])
    assert found.reveal is None
    assert found.folded == []


def test_names_and_numbers_are_read_from_code():
    assert asked('g = predict("42.1", None)') == [("g", "42.1")]
    assert asked("g = predict()\nh = other(1)\nx.y = predict('1', 2)") == []
    assert besides("a.beside(b.beside(1), c.other())") == ["a", "b"]


# The stub asks, the solution waives


@pytest.mark.parametrize(
    ("line", "stub"),
    [
        ('g = dsrct.predict("42.1", None)  # stub', 'g = dsrct.predict("42.1", ...)'),
        ("g = predict('42.1', None)  # stub", "g = predict('42.1', ...)"),
        ("g = None  # stub", "g = ..."),
    ],
)
def test_the_stub_of_a_prediction_holds_dots(line, stub):
    assert stubs.stub(line) == stub
    assert stubs.solution(line) == line.partition("  #")[0]


# The rules

BREAKS = {
    "no marker": ("None)  # stub\nguess_1", "None)\nguess_1", None),
    "two predictions in a cell": (
        "# stub\nguess_1\n",
        '# stub\nguess_2 = dsrct.predict("42.2", None)  # stub\n',
        "a `predict` cell asks for 2 predictions",
    ),
    "nothing asked": (
        'guess_1 = dsrct.predict("NUMBER.1", None)  # stub',
        "guess_1 = None  # stub",
        "a `predict` cell asks for 0 predictions",
    ),
    "a guess in the solution": ("None)  # stub", "7)  # stub: guess_1 = ...", "waive the guess"),
    "no reveal": ("guess_1.beside(known)", "known", "no cell after prediction 42.1 calls `guess_1"),
    "code tagged reveal": (
        "```{code-cell}\nknown = sum",
        "```{code-cell}\n:tags: [reveal]\n\nknown = sum",
        "a `reveal` cell is code",
    ),
    "heading in a reveal": ("That is {{known}}", "## So\n\nThat is {{known}}", "holds a heading"),
    "text elsewhere": (
        '+++ {"tags": ["reveal"]}\n\nThat',
        '+++\n\nBetween.\n\n+++ {"tags": ["reveal"]}\n\nThat',
        "does not stand right after the cell that calls `beside`",
    ),
    "value before the guess": (
        "Seven of ten walked",
        "{{known}} of ten walked",
        "`{{known}}` tells the result of prediction 42.1 before the guess",
    ),
    "value in an untagged text": (
        '+++ {"tags": ["reveal"]}\n\nThat',
        "+++\n\nThat",
        "`{{known}}` tells the result of prediction 42.1 before the guess",
    ),
}
SECOND = """

```{code-cell}
:tags: [predict]

NAME = dsrct.predict("KEY", None)  # stub
```

```{code-cell}
NAME.beside(3)
```

+++ {"tags": ["instructor"]}
"""


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_says_what_to_do(course, name):
    old, new, said = BREAKS[name]
    course.edit(old.replace("NUMBER", "42"), new)
    if said is None:
        with pytest.raises(stubs.StubError, match="has no marker"):
            rules.problems(course.lesson())
        return
    found = rules.problems(course.lesson(), skip=("words",))
    assert any(said in text for text in found), found


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("guess_1", "42.2", "two predictions are named `guess_1`"),
        ("guess_2", "42.1", "prediction 42.1 is asked for twice"),
        ("guess_2", "42.2", "add prediction 42.2 to 42_small_steps.checks.toml"),
    ],
)
def test_each_prediction_has_a_name_and_a_number_of_its_own(course, name, key, said):
    second = SECOND.replace("NAME", name).replace("KEY", key)
    course.edit('\n+++ {"tags": ["instructor"]}\n', second)
    found = rules.problems(course.lesson(), skip=("words",))
    assert any(said in text for text in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[predict."42.1"]', '[predict."42.7"]', "has prediction 42.7, but no cell asks it"),
        ("example = 10", "example = 50", "Your guess is 50. What is expected is a number from 0"),
    ],
)
def test_the_record_of_a_prediction_fits(course, old, new, said):
    found = rules.problems(course.edit(old, new, ".checks.toml").lesson(), skip=("words",))
    assert any(said in text for text in found), found


# The editions, and what is written beside the lesson


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    made = Course(tmp_path_factory.mktemp("course"))
    assert building.build([made.lesson()], made.places).problems == []
    return made


def notebook(made, edition):
    return nbformat.read(edition.path(made.places.root, made.name), as_version=4)


def test_the_student_is_asked_and_the_others_are_told(built):
    student, solution = notebook(built, STUDENT), notebook(built, SOLUTION)
    (mine,), (theirs,) = walk(student.cells), walk(solution.cells)
    assert mine.ask.source.startswith('guess_1 = dsrct.predict("42.1", ...)')
    assert theirs.ask.source.startswith('guess_1 = dsrct.predict("42.1", None)\n')
    assert mine.texts == []
    assert "That is 16 of twenty" in theirs.texts[0].source
    shown = [part.reveal.outputs[0].data["text/plain"] for part in (mine, theirs)]
    assert shown[0].startswith("Guess first: how many of twenty slept well.")
    assert shown[1] == "How many of twenty slept well. It is: 16."
    assert student.metadata.dsrct_edu["values"] == {}
    assert "16" not in json.dumps([cell.source for cell in student.cells])


def test_only_what_a_student_opens_leaves_reveals_out():
    leaving = {edition.name for edition in EDITIONS if "reveal" in edition.drops}
    assert leaving == {"student", "worksheet", "guesses", "gradebook"}
    assert all(
        edition.exercise is stubs.solution for edition in EDITIONS if edition.name not in leaving
    )
    assert INSTRUCTOR.shows == "solution"


def test_the_text_of_a_reveal_is_written_with_its_value(built):
    written = json.loads(reveals.path(built.lesson()).read_text(encoding="utf-8"))
    sentence = (
        "That is 16 of twenty: most of them. This text is shown with the answer, and not before."
    )
    assert written == {"42.1": {"html": f"<p>{sentence}</p>", "words": sentence}}


def test_links_of_a_reveal_lead_where_the_student_is(course):
    course.edit("most of them", "an [event](glossary:event) with *two* words\n\n- & more")
    (text,) = json.loads(reveals.written(course.lesson(), {"known": "16"})).values()
    assert '<a href="glossary.ipynb#cell-id=glossary-event" title="What the clock' in text["html"]
    assert text["words"] == (
        "That is 16 of twenty: an event with two words\n"
        "& more. This text is shown with the answer, and not before."
    )


def test_a_lesson_without_such_texts_has_no_file(course):
    source = course.path().read_text(encoding="utf-8")
    start = source.index('+++ {"tags": ["reveal"]}')
    end = source.index('+++ {"tags": ["instructor"]}')
    course.path().write_text(source[:start] + source[end:], encoding="utf-8")
    assert reveals.written(course.lesson(), {}) == ""


def test_reveals_that_do_not_follow_are_drift(built):
    path = reveals.path(built.lesson())
    before = path.read_text(encoding="utf-8")
    assert drift.problems(built.lesson(), built.places) == []
    for text in (before.replace("16", "17"), None):
        path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        (said,) = drift.problems(built.lesson(), built.places)
        assert "42_small_steps.reveals.json does not follow" in said
        assert "run `dsrct-edu build 42`" in said
    path.write_text(before, encoding="utf-8")


def test_a_guess_in_the_source_stops_the_build(course):
    course.edit("None)  # stub\nguess_1", "None)\nguess_1")
    with pytest.raises(LessonError, match="has no marker"):
        reveals.written(course.lesson(), {})


# Spoilers


def spoilt(course, student, solution):
    return prediction_rules.spoilt(
        course.lesson(), v4.new_notebook(cells=student), v4.new_notebook(cells=solution)
    )


def shown(text):
    return cell("code", SHOW.source, outputs=[v4.new_output("stream", text=text)])


TOLD = [ASK, shown("It is: 16."), cell("text", "So *most of*\nthem.", "reveal")]


@pytest.mark.parametrize(
    ("student", "found"),
    [
        (
            [cell("text", "Nothing."), ASK, shown("Guess first"), cell("code", "x = 16.5 + 0.16")],
            "",
        ),
        ([cell("text", "There are 16."), ASK, SHOW], "'16' stands before the guess 42.1"),
        ([ASK, SHOW, cell("text", "That was 16.")], "'16' stands before"),
        ([ASK, SHOW, cell("code", "limit = 16")], "'16' stands before"),
        ([shown("16 rows"), ASK, SHOW], "'16' stands before"),
        ([ASK, shown("It is: 16.")], "'16' stands before"),
        ([ASK, shown("Guess first"), shown("16 rows")], ""),
        ([cell("text", "**Most**  of\nthem."), ASK, SHOW], "'most of them' stands before"),
        ([cell("text", "![most of them](x.png)"), ASK, SHOW], "'most of them' stands before"),
    ],
)
def test_a_spoiler_is_found_where_a_student_sees_it_before_the_guess(course, student, found):
    said = [text for text in spoilt(course, student, TOLD) if "stands before" in text]
    assert bool(said) == bool(found)
    assert all(found in text and "42_small_steps.checks.toml, line " in text for text in said)


def test_a_spoiler_that_the_reveal_does_not_say_is_stale(course):
    course.edit('spoilers = ["16"', 'spoilers = ["17"', ".checks.toml")
    (said,) = spoilt(course, [ASK, SHOW], TOLD)
    assert "spoiler 1, '17', does not stand in what the reveal of 42.1 says" in said


@each_lesson
def test_no_student_sees_a_spoiler_before_the_guess(lesson):
    made = {
        edition: nbformat.read(edition.path(PLACES.root, lesson.name), as_version=4)
        for edition in (STUDENT, SOLUTION)
    }
    assert prediction_rules.spoilt(lesson, made[STUDENT], made[SOLUTION]) == []


@each_lesson
def test_each_prediction_names_what_would_spoil_it(lesson):
    known = lesson.data("checks")["predict"]
    assert {prediction.key for prediction in walk(lesson.cells)} == set(known)
    assert all(entry["spoilers"] for entry in known.values())
