"""What an author writes is read, or refused with file, line and what to do."""

import pytest

from dsrct_edu.authoring import course as courses
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.sources import LessonError
from dsrct_edu.classroom.lessons import line_of
from dsrct_edu.errors import InputError

NESTED = """\
title = "x"

[[item]]
level = "a"

[[item.option]]
text = "1"
[[item.option]]
text = "2"

[[item]]
[[item.option]]
text = "3"
[exercise."42.1"]
kind = "value"
[[exercise."42.1".wrong]]
answer = "b"
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (["title"], 1),
        (["item", 0], 3),
        (["item", 0, "level"], 4),
        (["item", 0, "option", 1, "text"], 9),
        (["item", 1, "option", 0, "text"], 13),
        (["exercise", "42.1", "kind"], 15),
        (["exercise", "42.1", "right"], 14),
        (["exercise", "42.1", "wrong", 0, "answer"], 17),
        (["nowhere"], 1),
    ],
)
def test_the_line_of_a_place_in_a_data_file(place, line):
    assert line_of(NESTED, place) == line


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (":tags: [quiz]", ":tags: [quizz]", "unknown tag 'quizz'"),
        ("dsrct_edu:", "course:", "lacks the key `dsrct_edu`"),
        ("  title: Small steps\n", "", "add `title`"),
        ("teach: 5", "teach: long", "write the minutes as"),
        ("prerequisites: []", "prerequisites:", "`prerequisites` in the front matter is None"),
        ("prerequisites: []", "prerequisites: [7]", "write a list of texts, in quotes"),
        (
            "ideas: [a new idea of this lesson]",
            "ideas: [share",
            "line 19: the front matter is not YAML",
        ),
        ("known = sum(answers)", "known = = 7", "cell 42-small-steps-005: line 1 is not Python"),
    ],
)
def test_a_broken_source_is_said(course, old, new, said):
    with pytest.raises(LessonError, match=r"42_small_steps\.md") as error:
        course.edit(old, new).lesson()
    assert said in str(error.value)


def test_a_source_without_front_matter_is_said(tmp_path):
    path = tmp_path / "01_x.md"
    path.write_text("# No front matter\n", encoding="utf-8")
    with pytest.raises(LessonError, match="the front matter lacks the key"):
        read(path)


def test_a_source_that_is_not_utf_8_is_said(course):
    course.path().write_bytes(b"---\n\xff\n---\n")
    with pytest.raises(LessonError, match="save it as UTF-8"):
        course.lesson()


def test_a_broken_data_file_is_named_with_its_line(course):
    course.edit('kind = "value"', "kind = value", ".checks.toml")
    line = course.line("kind = value", ".checks.toml")
    with pytest.raises(LessonError, match=rf"^42_small_steps\.checks\.toml, line {line}: this is"):
        course.lesson().data("checks")


def test_a_data_file_that_ends_too_early_is_named_with_its_last_line(course):
    path = course.path(".quiz.toml")
    path.write_text('title = "x"\nitem = [', encoding="utf-8")
    with pytest.raises(LessonError, match=r"quiz\.toml, line 2: this is not TOML"):
        course.lesson().data("quiz")


# What the course shares


def test_a_folder_of_ones_own_has_what_the_kit_ships(course):
    shared = courses.read(course.places.lessons)
    assert shared.lessons["42"].written
    assert shared.lessons["42"].minutes == 15
    assert "05" in shared.lessons
    assert "censoring" in shared.glossary
    assert "M1" in shared.misconceptions


def test_own_files_add_to_what_the_kit_ships(course):
    folder = course.places.lessons
    plan = '[43]\nfile = "43_more"\ntitle = "More"\nminutes = 20\nmisconceptions = ["Z1"]\n'
    (folder / "course.toml").write_text(plan, encoding="utf-8")
    term = '[share]\nterm = "Share"\nforms = []\nmeaning = "A part of a whole."\n'
    (folder / "glossary.toml").write_text(term, encoding="utf-8")
    slip = '[Z1]\nshort = "More is better"\nright = "It depends."\n'
    (folder / "misconceptions.toml").write_text(slip, encoding="utf-8")
    shared = courses.read(folder)
    assert shared.treating("Z1") == ["43"]
    assert not shared.lessons["43"].written
    assert {"share", "censoring"} <= set(shared.glossary)
    assert {"Z1", "M1"} <= set(shared.misconceptions)


def test_a_lesson_of_ones_own_takes_the_place_of_a_shipped_one(course):
    course.path().rename(course.places.lessons / "06_my_clock.md")
    entry = courses.read(course.places.lessons).lessons["06"]
    assert entry.written
    assert entry.file == "06_my_clock"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("course", '[43]\ntitle = "More"\n', r"course.toml, line 1: \[43\] needs `file`: text"),
        (
            "glossary",
            "\n[share]\n",
            r"glossary.toml, line 2: \[share\] needs `term`: text",
        ),
        ("misconceptions", "M1 = 3\n", r"misconceptions.toml, line 1: \[M1\] needs `short`"),
    ],
)
def test_a_shared_file_that_lacks_something_is_named(course, name, text, said):
    (course.places.lessons / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LessonError, match=said):
        courses.read(course.places.lessons)


def test_a_folder_without_lessons_says_how_to_begin(tmp_path):
    with pytest.raises(InputError, match="dsrct-edu new-lesson"):
        Places(tmp_path / "lessons").sources()


def test_lessons_are_chosen_by_how_their_names_begin(course):
    assert course.places.sources(["4"]) == [course.path()]
    with pytest.raises(InputError, match="the beginning of 42_small_steps; found '77'"):
        course.places.sources(["42", "77"])
