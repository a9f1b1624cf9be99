"""Objective, exercise and quiz item belong together, and no lesson needs a later one."""

import re
from dataclasses import replace

import pytest
from conftest import ROOT

from dsrct_edu.authoring import commands, course, course_rules, rules
from dsrct_edu.authoring.course import Course, Entry
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from tools import objectives

PLACES = Places(ROOT / "lessons")


@pytest.fixture(scope="module")
def lessons():
    shared = course.read(PLACES.lessons)
    return [read(path, shared) for path in PLACES.sources()]


def spoilt(lesson, **changes):
    return replace(lesson, metadata={**lesson.metadata, **changes})


def test_the_lessons_are_one_course(lessons):
    assert course_rules.problems(lessons, lessons[0].course) == []


def test_an_objective_without_an_exercise_or_a_question_is_found(course):
    def said():
        return rules.objectives(course.lesson())

    assert said() == []
    course.edit("objectives = [2]", "objectives = [1]", ".checks.toml")
    assert [one.partition(",")[0] for one in said()] == ["no exercise serves objective 2"]
    text = course.path(".quiz.toml").read_text("utf-8")
    course.path(".quiz.toml").write_text(text.replace("objectives = [2]", "objectives = [3]"))
    assert any("no question serves objective 2" in one for one in said())
    assert any("question 2 serves objective 3; the front matter has 2" in one for one in said())


def test_a_lesson_that_needs_a_later_one_is_found(lessons):
    sixth = next(one for one in lessons if one.id == "06")
    assert course_rules.needs(spoilt(sixth, prerequisites=["05", "07"])) == [
        "06_which_clock.md: needs lesson 07, which does not come before it; remove it from "
        "`prerequisites`, or change the order"
    ]
    assert course_rules.needs(spoilt(sixth, prerequisites=["06"]))


def test_a_misconception_that_no_lesson_treats_is_found():
    bank = {"M1": {"short": "A plateau means cure"}, "M2": {"short": "Censored means dead"}}
    shared = Course({"05": Entry("05_x", "X", 10, ("M2",), written=True)}, {}, bank)
    assert [said.partition(",")[0] for said in course_rules.untreated(shared)] == [
        "misconceptions.toml: no lesson treats M1"
    ]


def test_an_idea_that_an_earlier_lesson_takes_as_known_is_found(lessons):
    pair = [one for one in lessons if one.id in ("05", "09") and not one.is_more]
    pair[1] = spoilt(pair[1], ideas=["table under the curve"])
    assert ["comes later" in said for said in course_rules.ideas(pair)] == [True]
    pair[1] = spoilt(pair[1], ideas=["Censoring"])
    assert ["is new in lesson 05" in said for said in course_rules.ideas(pair)] == [True]


def test_a_link_into_the_glossary_explains_a_later_idea_on_the_spot(course):
    lesson = course.lesson()
    later = spoilt(replace(lesson, path=lesson.path.with_name("43_later.md")), ideas=["registry"])
    assert course_rules.ideas([lesson, later]) == []
    course.edit("# Small steps\n", "# Small steps\n\nA [registry](glossary:registry) is a list.\n")
    assert course_rules.ideas([course.lesson(), later]) == []
    course.edit("[registry](glossary:registry)", "registry")
    assert any("43" in said for said in course_rules.ideas([course.lesson(), later]))


def test_a_prediction_that_asks_again_names_an_earlier_one(course):
    def said():
        return course_rules.repeats([course.lesson()])

    assert said() == []
    course.edit("[predict.", '[predict."42.0"]\nagain = "42.7"\n\n[predict.', ".checks.toml")
    assert [one.partition(": ")[2] for one in said()] == [
        "`again` and `idea` go together",
        "no prediction 42.7 comes before 42.0",
    ]


def test_the_command_tells_it(course, capsys):
    course.edit("prerequisites: []", 'prerequisites: ["42"]')
    assert commands.check([], course.places.lessons) == commands.FINDINGS
    assert "which does not come before it" in capsys.readouterr().err


def test_the_table_of_objectives_follows_from_the_lessons():
    written = (ROOT / "docs" / "objectives.md").read_text(encoding="utf-8")
    assert written == objectives.document(), "run `python -m tools.objectives`"


def test_the_minutes_add_up_to_what_the_readme_says(lessons):
    total = sum(entry.minutes for entry in lessons[0].course.lessons.values())
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"All seventeen take {total} minutes" in readme
    listed = re.findall(r"^\| \d\d .+ \| (\d+) \|", readme, re.MULTILINE)
    assert sum(map(int, listed)) == total
    parts = re.search(r"\*\*all\*\* \| (\d+) \| (\d+) \| (\d+) \|", objectives.document())
    teach, exercise, told = map(int, parts.groups())
    assert teach + exercise == told == total
