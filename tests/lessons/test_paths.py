"""Paths: the note first, minutes that add up, a world where HIPEC helps, guesses on one sheet."""

import re

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from dsrct_edu.authoring import course, path_rules, paths
from dsrct_edu.authoring.places import Places

PLACES = Places(ROOT / "lessons")
FILES = paths.files(PLACES)
each_path = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
NOTE = (
    "You may leave. Find support here. This is not medical advice. It neither endorses nor rejects."
)
DECK = f"""
title = "One"
minutes = 5
[[part]]
title = "all"
minutes = 5
[[part.slide]]
title = "First"
text = "{NOTE}"
[[part.slide]]
title = "Ask"
text = "How many? **Guess 1.**"
guess = ["42.1", {{ about = "the ratio", kind = "number", low = 0, high = 3 }}]
[[part.slide]]
title = "Look"
vindicates = "registry_a"
"""
PATH = f"""
title = "Two"
minutes = 25
timed = "09:30"
whom = "For all."
note = "{NOTE}"
print = ["Paper."]
fewer = []
[[session]]
title = "Morning"
minutes = 25
[[session.block]]
minutes = 10
what = "The note"
[[session.block]]
lesson = "42"
guess = ["42.1"]
vindicates = "registry_a"
"""


def test_there_is_a_path_for_each_length():
    names = {path.name for path in FILES}
    decks = {f"{length}_minutes.deck.toml" for length in ("fifteen", "fifty", "ninety")}
    assert decks | {"one_day.path.toml", "one_semester.path.toml"} <= names


def test_the_paths_of_the_course_keep_the_rules():
    assert path_rules.problems(PLACES) == []


@each_path
def test_the_sheet_of_a_path_asks_its_guesses_on_slip_and_strip(path):
    page = BeautifulSoup(paths.guess_sheet(path, PLACES), "html.parser")
    slip = page.select_one(".slip").select(".ask")
    strips = page.select(".wall .strip")
    assert len(slip) == len(strips) >= 3
    assert all(strip.select("svg[role=img], tr") for strip in strips)


@pytest.mark.parametrize("name", ["one_day", "one_semester"])
def test_a_programme_says_when_and_what(name):
    path = PLACES.lessons / f"{name}.path.toml"
    page = BeautifulSoup(paths.programme(path, PLACES), "html.parser")
    assert "leave the room" in page.select_one("main > section").get_text()
    assert len(page.select("table")) == len(
        paths.read(path, course.read(PLACES.lessons))["session"]
    )
    assert "Here a world is revealed in which HIPEC helps" in page.get_text()
    lessons = {path.stem for path in PLACES.sources()}
    linked = {link["href"].rpartition("/")[2].partition(".")[0] for link in page.select("a")}
    assert linked <= lessons | {f"{name}_guesses"}


def test_a_day_ends_when_its_minutes_are_over():
    path = PLACES.lessons / "one_day.path.toml"
    page = BeautifulSoup(paths.programme(path, PLACES), "html.parser")
    rows = page.select("tbody tr")
    hours, minutes = map(int, rows[-1].th.get_text().split(":"))
    last = int(rows[-1].select_one("td.right").get_text())
    begins = [row.th.get_text() for row in rows]
    assert begins == sorted(begins)
    assert begins[0] == "09:00"
    assert (60 * hours + minutes + last) - 9 * 60 == 480


def test_a_semester_takes_every_lesson_whole_and_in_order():
    shared = course.read(PLACES.lessons)
    data = paths.read(PLACES.lessons / "one_semester.path.toml", shared)
    blocks = [block for session in data["session"] for block in session["block"]]
    taken = [block for block in blocks if "lesson" in block]
    assert [block["lesson"] for block in taken] == sorted(shared.lessons)
    assert all(block["minutes"] == shared.lessons[block["lesson"]].minutes for block in taken)


def with_both(folder, deck=DECK, path=PATH):
    (folder.places.lessons / "one.deck.toml").write_text(deck, "utf-8")
    (folder.places.lessons / "two.path.toml").write_text(path, "utf-8")
    return folder.places


def test_the_paths_of_these_tests_keep_the_rules(course):
    places = with_both(course)
    assert path_rules.problems(places) == []
    (sheet,) = (text for made, text in paths.pages(places.lessons / "one.deck.toml", places))
    assert "Guess 1a" in sheet
    assert "Guess 1b" in sheet
    programme, _ = (text for made, text in paths.pages(places.lessons / "two.path.toml", places))
    assert re.findall(r'<th scope="row">([\d:]+)</th>', programme) == ["09:30", "09:40"]
    assert "registry A" in programme


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("You may leave.", "Stay.", "do not say that one may leave"),
        ("Find support here.", "", "do not say where support is found"),
        ("not medical advice", "advice", "not medical advice"),
        ("neither endorses nor rejects", "is fair", "neither endorses"),
        ('vindicates = "registry_a"', "", "no reveal vindicates HIPEC"),
        ('"registry_a"', '"registry_c"', "in registry_c HIPEC does not help"),
        ('"registry_a"', '"registry_q"', "registry_q"),
        ('"42.1"', '"42.7"', "no prediction '42.7'"),
    ],
)
@pytest.mark.parametrize("kind", ["deck", "path"])
def test_a_path_that_breaks_a_rule_says_so(course, kind, old, new, said):
    changed = {kind: {"deck": DECK, "path": PATH}[kind].replace(old, new)}
    problems = path_rules.problems(with_both(course, **changed))
    assert problems
    assert any(said in problem for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("**Guess 1.**", "**Guess 2.**", "names guess [2], and its `guess` makes it [1]"),
        ("**Guess 1.**", "", "names guess []"),
        ('title = "Look"', 'title = "Look"\nnotes = "So HIPEC works."', "endorses or rejects"),
        ("minutes = 5\n[[part]]", "minutes = 6\n[[part]]", "add up to 5 minutes"),
    ],
)
def test_a_deck_that_breaks_a_rule_says_so(course, old, new, said):
    (problem,) = path_rules.problems(with_both(course, deck=DECK.replace(old, new)))
    assert problem.startswith("one.deck.toml: ")
    assert said in problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = 10", "minutes = 9", "Morning adds up to 24 minutes, and says 25"),
        ("minutes = 25\ntimed", "minutes = 26\ntimed", "the path adds up to 25"),
        ('lesson = "42"', 'lesson = "99"', "there is no lesson '99'"),
        ('what = "The note"', "", "needs `minutes` and `what`"),
        ('timed = "09:30"', 'timed = "nine"', "does not match"),
    ],
)
def test_a_programme_that_breaks_a_rule_says_so(course, old, new, said):
    (problem,) = path_rules.problems(with_both(course, path=PATH.replace(old, new)))
    assert problem.startswith("two.path.toml")
    assert said in problem
