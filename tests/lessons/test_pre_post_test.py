"""The test before and after the course: its rules, what is written of it, the page of lecturers."""

import re
import shutil

import pytest
from conftest import ROOT

from dsrct_edu.authoring import commands, course, editions, lesson, pre_post
from dsrct_edu.authoring.places import Places
from dsrct_edu.classroom import forms
from dsrct_edu.resources import find

SHARED = course.read(ROOT / "lessons")


@pytest.fixture
def places(tmp_path):
    """A folder of lessons that holds the test, and one page for lecturers."""
    own = Places(tmp_path / "lessons")
    own.lessons.mkdir()
    shutil.copy(find("lessons", forms.FILE), own.lessons)
    return own


def edited(places, old, new, count=1):
    path = places.lessons / forms.FILE
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    return "\n".join(pre_post.problems(places, SHARED))


def test_the_test_of_the_course_keeps_its_rules():
    assert pre_post.problems(Places(ROOT / "lessons"), SHARED) == []


def test_a_folder_without_a_test_is_fine(tmp_path):
    empty = Places(tmp_path)
    assert pre_post.problems(empty, SHARED) == []
    assert pre_post.write(empty) == []


BROKEN = {
    "no toml": ('title = "Before', "title = Before", "line 9: this is not TOML"),
    "a key too many": ("[[item]]\n", "[[item]]\nfoo = 1\n", "'foo' was unexpected"),
    "no own misconception": ('"C1"\nlessons', '"M13"\nlessons', "let two wrong options or more"),
    "unknown": ('misconception = "C2"', 'misconception = "Z9"', "there is no misconception Z9"),
    "not twins": ('misconception = "C2"', 'misconception = "C1"', "show different misconceptions"),
    "untaught": ('lessons = ["02"]', 'lessons = ["09"]', "no lesson 09 treats B1"),
    "tells": ("As dead in month 9, as she was lost", "As both", "an option says 'both'"),
    "long": ("As dead in month 9, as she was", 40 * "As dead ", "options of like length"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_what_breaks_a_rule_is_found(places, old, new, said):
    assert said in edited(places, old, new)


def test_a_test_has_twelve_pairs(places):
    text = (places.lessons / forms.FILE).read_text("utf-8")
    first = text[text.index("# 1\n") : text.index("# 2\n")]
    assert "is too short" in edited(places, first, "")


def test_right_letters_are_spread_and_differ(places):
    path = places.lessons / forms.FILE
    options = re.split(r"(?=\[\[item\.A\.option\]\])", path.read_text("utf-8"))
    options[1], options[2] = options[2], options[1]  # the right one of item 1 comes first
    path.write_text("".join(options), encoding="utf-8")
    said = "\n".join(pre_post.problems(places, SHARED))
    assert "form A: let each letter be right as often" in said
    assert "form B" not in said


def test_paper_says_the_questions_and_no_answer(places):
    written = {path.name: path for path in pre_post.write(places)}
    assert set(written) == {
        f"{name}{form}{end}" for form in forms.FORMS
        for name, end in (("pre_post_", ".html"), ("quiz_pre_post_", ".gift"),
                          ("quiz_pre_post_", ".qti.zip"))
    }  # fmt: skip
    assert pre_post.write(places) == []
    for form in forms.FORMS:
        page = written[f"pre_post_{form}.html"].read_text("utf-8")
        for item in forms.read().form(form).items:
            assert item.stem.split(",")[0].replace("'", "&#39;") in page
            for option in item.options:
                assert option.text.replace("'", "&#39;") in page
                assert option.why.replace("'", "&#39;") not in page
        assert "http" not in page


def test_a_page_for_lecturers_is_no_lesson(capsys):
    places = Places(ROOT / "lessons")
    path = places.sources(["lecturer_pre_post"])[0]
    page = lesson.read(path, SHARED)
    (edition,) = editions.run(page)
    made = edition.path(places.root, page.name)
    assert made.parent == places.notebooks / "lecturer"
    assert made.exists()
    assert page.name not in {entry.file for entry in SHARED.lessons.values()}
    assert commands.check(["lecturer"], places.lessons) == 0, capsys.readouterr().err
    words = made.read_text("utf-8")
    assert "has not been validated on students" in words
    assert "not the effect of the course" in words
