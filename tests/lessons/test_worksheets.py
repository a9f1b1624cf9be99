"""A worksheet asks all that a lesson asks without code, and gives no answer away."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from dsrct_edu.authoring import course, inserts, notebooks, worksheets
from dsrct_edu.authoring.editions import STUDENT, WORKSHEET
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.authoring.prediction_rules import found
from dsrct_edu.classroom import quizzes

PLACES = Places(ROOT / "lessons")
SHARED = course.read(PLACES.lessons)
LESSONS = [one for one in (read(path, SHARED) for path in PLACES.sources()) if not one.is_more]
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def page(lesson):
    committed = nbformat.read(STUDENT.path(PLACES.root, lesson.name), as_version=4)
    values = committed.metadata.dsrct_edu["values"]
    return WORKSHEET.text(lesson, notebooks.notebook(lesson, WORKSHEET, values))


def words(text):
    return " ".join(text.split())


def visible(html):
    soup = BeautifulSoup(html, "html.parser")
    return words(soup.body.get_text(" "))


@each_lesson
def test_no_spoiler_and_no_answer_stands_on_it(lesson):
    shown = visible(page(lesson))
    checks = lesson.data("checks")
    told = [spoiler for entry in checks["predict"].values() for spoiler in entry["spoilers"]]
    assert [spoiler for spoiler in told if found(spoiler, shown)] == []
    said = [
        text
        for entry in checks["exercise"].values()
        for text in [entry["right"], *entry["hints"], *(one["message"] for one in entry["wrong"])]
    ] + [
        option.why
        for item in quizzes.build(lesson.id, lesson.data("quiz")).items
        for option in item.options
    ]
    assert [text for text in said if words(text) in shown] == []
    assert "Worked answer" not in shown


@each_lesson
def test_it_asks_each_guess_and_question_and_most_exercises(lesson):
    soup = BeautifulSoup(page(lesson), "html.parser")
    heads = [head.get_text() for head in soup.find_all("h3")]
    predictions = lesson.data("checks")["predict"]
    for key in predictions:
        assert any(head.startswith(f"Guess {key}: ") for head in heads), key
    assert [head for head in heads if head.startswith("Question")] == [
        f"Question {number}" for number in range(1, 6)
    ]
    assert sum(head.startswith("Exercise") for head in heads) >= 2
    lines = soup.select("svg.scale")
    assert len(lines) == sum(entry["kind"] == "number" for entry in predictions.values())
    assert all(line["aria-label"] and line["role"] == "img" for line in lines)
    assert soup.find(class_="note")
    for section in soup.select("section.ask"):
        assert section.find("p"), section.h3


@each_lesson
def test_it_fetches_nothing_and_shows_no_way_of_typing(lesson):
    html = page(lesson)
    html = html.replace('<link href="data:," rel="icon"/>', "", 1)  # an icon of no bytes
    assert not re.search(r"<(?:link|script|img|iframe)\b|@import|url\(|\bsrc=", html)
    shown = visible(html)
    assert "infinity" not in shown
    assert "{{" not in shown
    tasks = shown.partition("Guess before you see")[2].partition("Quiz One answer each")[0]
    assert not re.search(r"quotation marks|in place of the dots", tasks)


@pytest.mark.parametrize(
    ("task", "kept"),
    [
        ("How many? A number, or a sum such as `60 / 2`.", "How many?"),
        ('Were they `"older"`?', "Were they older?"),
        ("Of 44 months (<abbr title=\"A. 'B'\">source</abbr>). Why?", "Of 44 months. Why?"),
        ('So ([source](https://doi.org/1 "A (B)")). Why?', "So. Why?"),
        ("What does `hipec` say?", "What does *HIPEC* say?"),
        ("```text\na) run it\n```", "```text\na) run it\n```"),
    ],
)
def test_a_task_loses_how_it_is_typed(task, kept):
    assert worksheets.on_paper(task, {"hipec": "HIPEC"}) == kept


def test_a_spoiler_in_a_question_would_be_found(course):
    def shown():
        lesson = course.lesson()
        values = dict.fromkeys(inserts.fillers(lesson, WORKSHEET), "0")
        return visible(WORKSHEET.text(lesson, notebooks.notebook(lesson, WORKSHEET, values)))

    assert not found("most of them", shown())
    text = course.path().read_text("utf-8")
    before, ask = text.split(":tags: [predict]", 1)
    place = before.rindex("```{code-cell}")
    before = f"{before[:place]}Was it most of them?\n\n{before[place:]}"
    course.path().write_text(f"{before}:tags: [predict]{ask}", encoding="utf-8")
    assert found("most of them", shown())
