"""The lesson pages of the website, opened from a folder: every form and dial worked by keyboard.

The pages are made from the committed notebooks, so nothing is run but what exercises expect.
"""

import html
import json
import math
import re
from pathlib import Path

import axe
import nbformat
import pytest

import dsrct_edu as dsrct
from dsrct_edu.authoring import course, editions, frame, notebooks, page_data, page_pictures
from dsrct_edu.authoring.lesson import read
from dsrct_edu.authoring.places import Places
from dsrct_edu.classroom import asking, lessons
from dsrct_edu.classroom.checking import CheckResult, evaluate
from dsrct_edu.classroom.words import inline

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PLACES = Places(ROOT / "lessons")
NAMES = [path.stem for path in PLACES.sources() if path.stem[:2].isdecimal()]  # lecturers' aside
LARGEST = 70_000  # bytes of a page and its script
LARGER = {  # two whose dials carry many numbers; none may grow
    "05_kaplan_meier": 71_400,
    "13_small_numbers": 71_000,
}


def made(path, shared, site):
    """Write the page of a lesson and its pictures; return the lesson."""
    lesson = read(path, shared)
    (edition,) = (each for each in editions.editions(lesson) if each.name == "page")
    kept = editions.MORE if lesson.is_more else editions.SOLUTION
    told = nbformat.read(kept.path(ROOT, lesson.name), as_version=4)
    outputs = [cell.outputs for cell in told.cells if cell.cell_type == "code"]
    notebook = notebooks.notebook(lesson, edition, told.metadata.dsrct_edu["values"], outputs)
    written = edition.path(site, lesson.name)
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(edition.text(lesson, notebook), encoding="utf-8")
    for name, source in edition.pictures(notebook).items():
        picture = written.parent / name
        picture.parent.mkdir(exist_ok=True)
        picture.write_bytes(page_pictures.small(name, source, PLACES.cache))
    return lesson, written


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Give lesson and file of a page, made when it is first asked for."""
    site, shared, known = tmp_path_factory.mktemp("site"), course.read(PLACES.lessons), {}
    for name, text in frame.assets().items():
        asset = site / frame.ROOT / name
        asset.parent.mkdir(parents=True, exist_ok=True)
        asset.write_text(text, encoding="utf-8")

    def page_of(name):
        if name not in known:
            known[name] = made(PLACES.lessons / f"{name}.md", shared, site)
        return known[name]

    return page_of


@pytest.fixture
def opened(built, page):
    """Open the page of a lesson, and insist that it neither complains nor asks anyone."""
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_default_timeout(10_000)

    def goto(name):
        lesson, written = built(name)
        page.goto(written.as_uri())
        return lesson

    yield goto
    assert said == []
    assert [url for url in page.requested if not url.startswith(("file:", "data:"))] == []


def text_of(page, path):
    return " ".join(page.locator(path).inner_text().split())


def plain(message):
    """A message as it reads, without the marks of code and emphasis."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", inline(message))).split())


@pytest.mark.parametrize("name", NAMES)
def test_each_guess_hides_its_answer_until_it_is_noted(name, opened, page):
    lesson = opened(name)
    for key, entry in lesson.data("checks").get("predict", {}).items():
        place = f'.guess[data-key="{key}"]'
        asked = asking.question(lessons.as_table(entry))
        for spoiler in entry["spoilers"]:
            assert spoiler not in page.locator(place).inner_text()
        field = page.locator(f"{place} form [name=g]").first
        if asked.kind == "number":
            field.focus()
            page.keyboard.type("as many as that")
            page.keyboard.press("Enter")
            found = 'Your guess is "as many as that". What is expected is '
            assert text_of(page, f"{place} > [role=status]") == (
                f"{found}{asked.wanted}. Change it."
            )
            field.fill(f"{entry['example']} {asked.unit}")
            page.keyboard.press("Enter")
        else:
            field.focus()
            for _ in range(list(asked.options).index(entry["example"])):
                page.keyboard.press("ArrowDown")
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
        guess = asked.take(entry["example"])
        noted = f"Your guess for {asked.about}: {asked.told(guess)}. Noted."
        said = text_of(page, f"{place} > [role=status]")
        assert said.startswith(plain(noted))
        shown = json.loads(page.locator("#data").text_content())["asks"][key]["told"]
        line = text_of(page, f"{place} .line")
        assert f"You said {' '.join(asked.told(guess).split())}" in line
        assert f"It is {shown}" in line
        assert page.evaluate("document.activeElement.closest('.guess').dataset.key") == key
        assert page.locator(f"{place} .reveal").is_visible()
    page.reload()
    for key in lesson.data("checks").get("predict", {}):
        assert page.locator(f'.guess[data-key="{key}"] .reveal').is_visible()


@pytest.mark.parametrize("name", NAMES)
def test_a_guess_can_be_left_out(name, opened, page):
    lesson = opened(name)
    for key in lesson.data("checks").get("predict", {}):
        place = f'.guess[data-key="{key}"]'
        assert page.locator(f"{place} .reveal").is_hidden()
        page.locator(f"{place} .quiet").focus()
        page.keyboard.press("Enter")
        assert page.locator(f"{place} .reveal").is_visible()
        assert "You said no" not in text_of(page, f"{place} .line")


def answers(entry, given):
    """What readers may write into the form of an exercise, and what Python takes it for."""
    task = next(iter(page_data.tasks({"given": given, "exercise": {"x": entry}}).values()))
    wrong = [answer for answer, _ in task["wrong"]]
    if entry["kind"] == "choice":
        return [(letter, letter) for letter in sorted(entry["options"])]
    if entry["kind"] == "order":
        some = " ".join(sorted(entry["lines"]))
        orders = [*wrong, *task["expected"], some, some[:3], some[::-1], "a a b", "z", "a"]
        return [(order, order) for order in orders]
    expected = float(task["expected"])
    numbers = [*map(float, wrong), expected, expected + task["tolerance"] * 3, -7.0, 1234567.5]
    numbers += [] if math.isinf(expected) else [100 * expected, expected / 100, 41.0]
    spoken = [("abc", "abc"), ("12 of them", "12 of them")]
    return [(repr(number), number) for number in numbers] + spoken


@pytest.mark.parametrize("name", NAMES)
def test_each_exercise_says_what_the_notebook_says(name, opened, page):
    lesson = opened(name)
    checks = lesson.data("checks")
    for key, entry in checks.get("exercise", {}).items():
        place = f'.exercise[data-key="{key}"]'
        if entry["kind"] not in page_data.ON_THE_PAGE:
            assert page.locator(f"{place} form").count() == 0
            continue
        passed = set()
        for attempt, (written, answer) in enumerate(answers(entry, checks.get("given", "")), 1):
            if entry["kind"] == "choice":
                page.locator(f'{place} input[value="{written}"]').focus()
                page.keyboard.press("Space")
            else:
                page.locator(f"{place} [name=a]").fill(written)
            page.keyboard.press("Enter")
            outcome = evaluate(entry, answer, checks.get("given", ""))
            passed.add(outcome.passed)
            verdict = repr(CheckResult(key, outcome.passed, outcome.message))
            said = text_of(page, f"{place} [role=status]")
            assert said.startswith(plain(verdict)), (written, said, verdict)
            hints = entry.get("hints", [])
            if not outcome.passed and hints:
                assert plain(hints[min(attempt, len(hints)) - 1]) in said
        assert passed == {True, False}


@pytest.mark.parametrize("name", NAMES)
def test_each_option_of_the_quiz_says_why(name, opened, page):
    lesson = opened(name)
    if lesson.is_more:
        assert page.locator(".item").count() == 0
        return
    asked = dsrct.quiz(lesson.id)
    assert page.locator(".item").count() == len(asked.items)
    for number, item in enumerate(asked.items, 1):
        place = f'.item[data-item="{number}"]'
        for position, (letter, _) in enumerate(item.lettered()):
            page.locator(f"{place} input").nth(position).focus()
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
            said = text_of(page, f"{place} [role=status]")
            assert said == plain(asked.answer(number, letter).message)


@pytest.mark.parametrize("name", NAMES)
def test_each_dial_says_and_draws_what_the_notebook_does(name, opened, page):
    opened(name)
    for host in page.locator(".dial").all():
        dial = getattr(dsrct.dials, host.get_attribute("data-dial"))()
        keys = list(dial.controls)
        now = dial.setting()
        for place, control in enumerate(dial.controls.values()):
            turned = host.locator(f"[data-at='{place}']")
            turned.focus()
            values = list(control.values)
            if not control.button:
                page.keyboard.press("Home")
                now[keys[place]] = values[0]
            for value in values[1:] if not control.button else values[1:3]:
                page.keyboard.press("Space" if control.button else "ArrowRight")
                now[keys[place]] = value
                assert host.locator("[role=status]").inner_text() == dial.words(**now)
            if not control.button:
                assert turned.get_attribute("aria-valuetext") == str(values[-1]).replace("-", "−")
        drawn = dial.svg(**now)
        for text in set(re.findall(r"<text[^>]*>([^<]+)</text>", drawn)):
            assert text.replace("&lt;", "<") in host.locator("svg").text_content()
        host.locator("summary").press("Enter")
        host.locator("table tbody tr").nth(3).wait_for()  # it is written when it is opened


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_serious(name, theme, opened, page):
    page.emulate_media(color_scheme=theme)
    opened(name)
    for button in page.locator(".guess .quiet").all():
        button.click()
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((e) => (e.open = true))")
    assert axe.serious(page) == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_page(name, opened, page):
    opened(name)
    for button in page.locator(".guess .quiet").all():
        button.click()
    for width in (390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_small_and_its_pictures_have_words(name, built):
    _, written = built(name)
    text = written.read_text(encoding="utf-8")
    script = written.parents[1] / "assets" / "page.js"
    assert written.stat().st_size + script.stat().st_size <= LARGER.get(name, LARGEST)
    assert "base64" not in text
    for picture in re.findall(r"<img[^>]*>", text):
        assert re.search(r'alt="[^"]{20,}"', picture)
        assert "loading=lazy" in picture
        file = written.parent / re.search(r'src="([^"]*)"', picture)[1]
        assert file.stat().st_size <= page_pictures.LARGEST


def test_what_a_reader_did_is_exported_and_deleted(opened, page):
    opened("10_who_gets_hipec")
    page.locator(".guess .quiet").first.click()
    page.locator(".item input").first.check()
    page.locator(".item button").first.click()
    page.locator("#work summary").click()
    with page.expect_download() as download:
        page.click("#export")
    kept = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert kept["guesses"]["10.1"]["guess"] is None
    assert kept["quiz"]["10.q1"]["answer"] == "a"
    page.click("#forget")
    page.reload()
    assert page.locator(".guess .reveal").first.is_hidden()


def test_without_scripts_all_of_it_can_be_read(built, chromium):
    _, written = built("10_who_gets_hipec")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(written.as_uri())
    assert page.locator(".guess form").first.is_hidden()
    page.locator(".reveal > summary").nth(1).click()
    assert page.get_by_text("No patient has changed").is_visible()
    assert page.locator(".item").first.is_visible()
    context.close()


def test_light_and_dark_are_switched_and_kept(opened, page):
    opened("10_who_gets_hipec")
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    page.click("#theme")
    assert page.evaluate(paper) != before
    page.reload()
    assert page.evaluate(paper) != before
