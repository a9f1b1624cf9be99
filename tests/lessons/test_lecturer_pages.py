"""A lecturer's page says what one needs before a hall, and fits; guesses are asked, not told."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from dsrct_edu.authoring import course as courses
from dsrct_edu.authoring import (
    guess_sheets,
    lecturer,
    notebooks,
    schemas,
    surroundings,
    teaching,
    teaching_rules,
)
from dsrct_edu.authoring.editions import GUESSES, SHEET, SOLUTION, editions
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.prediction_rules import found
from dsrct_edu.authoring.sources import LessonError

PLACES = Places(ROOT / "lessons")
SHARED = courses.read(PLACES.lessons)
READ = [read(path, SHARED) for path in PLACES.sources()]
LESSONS = [one for one in READ if not one.is_more and not one.for_lecturers]
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def executed(lesson, edition):
    """The edition with the outputs of the committed solution, as a build would make it."""
    committed = nbformat.read(SOLUTION.path(ROOT, lesson.name), as_version=4)
    values = committed.metadata.dsrct_edu["values"]
    outputs = [cell.outputs for cell in committed.cells if cell.cell_type == "code"]
    return notebooks.notebook(lesson, edition, values, outputs)


def soup(lesson, edition):
    return BeautifulSoup(edition.text(lesson, executed(lesson, edition)), "html.parser")


def words(text):
    return " ".join(text.split())


@each_lesson
def test_every_lesson_has_a_page_that_keeps_the_rules(lesson):
    assert SHEET in editions(lesson)
    assert schemas.problems(lesson) == []
    assert teaching_rules.problems(lesson) == []


@each_lesson
def test_the_page_holds_marks_questions_slips_and_what_comes_out(lesson):
    page = soup(lesson, SHEET)
    shown = words(page.get_text(" "))
    minutes = [int(head.get_text()) for head in page.select("tbody th")]
    assert minutes[0] == 0
    assert minutes == sorted(set(minutes))
    assert minutes[-1] == sum(lesson.metadata["minutes"].values())
    for key in lesson.data("checks")["predict"]:
        assert f"{key} " in words(page.select_one("ul.plain").get_text(" "))
    for slip in teaching.slips(lesson):
        assert slip.belief in shown
    for code in lesson.metadata["misconceptions"]:
        assert SHARED.misconceptions[code]["short"] in shown
    assert len(page.select("ol li")) == 5
    assert "{{" not in shown
    picture = page.select_one("figure img")
    assert lesson.id == "00" or len(picture["alt"]) > 20


@each_lesson
def test_slips_and_strips_ask_every_guess_and_tell_none(lesson):
    page = soup(lesson, GUESSES)
    entries = lesson.data("checks")["predict"]
    for part in (".slip", ".wall"):
        asked = words(page.select_one(part).get_text(" "))
        assert all(f"Guess {key}" in asked for key in entries)
    strips = page.select(".wall svg[role=img][aria-label]")
    assert len(strips) == sum(entry["kind"] == "number" for entry in entries.values())
    shown = words(page.body.get_text(" "))
    told = [spoiler for entry in entries.values() for spoiler in entry["spoilers"]]
    # the ends and ticks of a strip are round numbers, which a result may happen to be
    ticks = {one for strip in page.select("svg text") for one in [strip.get_text()]}
    assert [one for one in told if found(one, shown) and one not in ticks] == []


def test_questions_of_the_notes_stand_before_those_of_the_file():
    lesson = next(one for one in LESSONS if one.id == "10")
    asked = [ask for ask, _ in teaching.questions(lesson)]
    assert asked[0] == "Is it wrong to drop patients?"
    assert asked[-1] == lesson.data("teach")["question"][-1]["ask"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = 7", "minutes = 6", "add up to 14 minutes; the lesson has 15"),
        ('at = "Guess first"', 'at = "Nowhere"', "'Nowhere' is no heading"),
        ('at = "Guess first"', 'at = "Exercise 3"', "not in the order"),
        ('"What is seen."', '"HIPEC works."', "'HIPEC works' endorses or rejects"),
        ('"What is seen."', '"It does not work."', "endorses or rejects"),
        ('"What is seen."', '"Of 100, 12.5 are left."', "'12.5' is typed by hand"),
        ('"What is seen."', f'"{"a word " * 400}"', "at most"),
        ('[[question]]\nask = "A third one?"\nanswer = "Its answer."', "", "2 likely questions"),
    ],
)
def test_a_page_that_breaks_a_rule_says_so(course, old, new, said):
    assert teaching_rules.problems(course.lesson()) == []
    (problem,) = teaching_rules.problems(course.edit(old, new, ".teach.toml").lesson())
    assert problem.startswith("42_small_steps.teach.toml: ")
    assert said in problem


def test_marks_begin_where_the_notes_of_the_lesson_begin(course):
    course.edit("Two minutes. Collect", "**Minutes 12-14.** Collect")
    (problem,) = teaching_rules.problems(course.lesson())
    assert "begins at minute 12, and no mark does" in problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('  "What is seen.",\n', "", "arc"),
        ("saves = 5\n", "", "'saves' is a required property"),
        ("board =", "bored =", "bored"),
    ],
)
def test_a_page_that_does_not_fit_its_schema_says_where(course, old, new, said):
    problems = schemas.problems(course.edit(old, new, ".teach.toml").lesson())
    assert problems
    assert all(one.startswith("42_small_steps.teach.toml") for one in problems)
    assert any(said in one for one in problems)


def test_a_figure_that_is_none_stops_the_build():
    lesson = next(one for one in LESSONS if one.id == "00")
    data = lesson.data("teach") | {"figure": {"section": "Run", "output": 0}}

    class Other(type(lesson)):
        def data(self, kind):
            return data if kind == "teach" else super().data(kind)

    other = Other(lesson.path, lesson.metadata, lesson.cells, lesson.course)
    with pytest.raises(LessonError, match="output 0 of section 'Run' is no picture"):
        lecturer.figure(other, executed(lesson, SHEET))


def test_a_lesson_without_such_data_has_no_page_and_is_not_blamed(course):
    course.path(".teach.toml").unlink()
    lesson = course.lesson()
    assert SHEET not in editions(lesson)
    assert GUESSES in editions(lesson)
    assert teaching_rules.problems(lesson) == []


def test_a_guess_without_a_range_leaves_room_and_no_strip():
    made = guess_sheets.guess("Guess 1", {"about": "the time", "kind": "number", "unit": "hours"})
    assert (made.about, made.ends, made.ticks) == ("The time", (), ())
    page = guess_sheets.page("A <talk>", [guess_sheets.Group("", [made])])
    assert 'class="blank"' in page
    assert "A &lt;talk&gt;" in page


def test_what_is_for_lecturers_makes_no_lesson_run_anew(course):
    def state():
        surroundings.digest.cache_clear()
        return surroundings.digest(course.places.lessons)

    before = state()
    course.edit("What is seen.", "What is heard.", ".teach.toml")
    assert state() == before
    course.edit("tolerance = 0.005", "tolerance = 0.01", ".checks.toml")
    assert state() != before
