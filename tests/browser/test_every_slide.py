"""Every slide of every deck, measured as a wall shows it; a clicker's way, paper, the speaker."""

import functools
import http.server
import re
import subprocess
import threading

import pytest
from conftest import CHROMIUM, QUIET

from dsrct_edu.figures import style
from dsrct_edu.resources import root

pytestmark = pytest.mark.browser

WALLS = [(1280, 720), (1024, 768)]
SOURCES = sorted((root() / "lessons").glob("[0-9][0-9]_*.md"))
NAMES = [path.stem for path in SOURCES if not path.stem.endswith("_more")]
PATHS = [path.name.removesuffix(".deck.toml") for path in (root() / "lessons").glob("*.deck.toml")]
DECKS = [*NAMES, *sorted(PATHS)]
LETTER = style.SMALL * 100 / 72  # pixels of a picture's smallest letters, at 100 dots an inch

# What is wrong with the slide that is seen: nothing may be cut, and all must be read from the back.
MEASURE = """() => {
  const slide = document.querySelector('.here'), said = [];
  const { scrollWidth, scrollHeight } = document.documentElement;
  if (scrollWidth > innerWidth || scrollHeight > innerHeight) said.push('the page scrolls');
  if (slide.scrollHeight > slide.clientHeight || slide.scrollWidth > slide.clientWidth)
    said.push('the slide scrolls');
  const hidden = (one) => one.closest('.answer[open] > summary')
    || !one.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true });
  for (const one of slide.querySelectorAll('header, header *, .canvas, .canvas *')) {
    const box = one.getBoundingClientRect();
    if (hidden(one) || !box.width) continue;
    const name = `${one.tagName} ${one.textContent.trim().slice(0, 40)}`;
    if (box.left < -0.5 || box.top < -0.5 || box.right > innerWidth + 0.5
        || box.bottom > innerHeight + 0.5) said.push(`outside: ${name}`);
    if (one.matches('pre, td, th') && one.scrollWidth > one.clientWidth + 1)
      said.push(`cut: ${name}`);
    const own = [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim());
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (own && size < 24 && one.closest('.canvas') && !one.closest('svg, small'))
      said.push(`${size} pixels: ${name}`);
  }
  const below = slide.querySelector('header').getBoundingClientRect().bottom;
  if (slide.querySelector('.canvas').getBoundingClientRect().top < below - 0.5)
    said.push('the row on top covers the slide');
  return said;
}"""
LETTERS = """(letter) => [...document.querySelectorAll('.here img')]
  .filter((one) => one.checkVisibility({ contentVisibilityAuto: true }))
  .map((one) => {
    const drawn = one.src.startsWith('data:image/svg') && new DOMParser()
      .parseFromString(atob(one.src.split(',')[1]), 'image/svg+xml').documentElement;
    const [wide, size] = drawn
      ? [drawn.viewBox.baseVal.width, Number(drawn.getAttribute('font-size'))]
      : [one.naturalWidth, letter];
    return [one.alt, size * one.clientWidth / wide];
  })"""
PLACE = """() => [Number(document.querySelector('.here').id),
  document.querySelectorAll('.here .answer[open]').length]"""


@pytest.fixture
def wall(page, built):
    """Open a deck on a wall of this size."""

    def opened(name, size=WALLS[0], font=None):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(reduced_motion="reduce")
        page.goto((built / f"{name}.html").as_uri())
        if font:
            page.add_style_tag(content=f"*{{font-family:'{font}'!important}}")
        page.evaluate("Promise.all([...document.images].map((one) => one.decode()))")
        return page

    return opened


def steps(page, key="PageDown"):
    """Yield where a clicker leads, from here until it leads no further."""
    before = None
    while (place := page.evaluate(PLACE)) != before:
        yield place
        before = place
        page.keyboard.press(key)


@pytest.mark.parametrize("font", [None, "DejaVu Sans"], ids=["own-type", "widest-type"])
@pytest.mark.parametrize("size", WALLS, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", DECKS)
def test_every_slide_fits_and_can_be_read_from_the_back(wall, name, size, font):
    page = wall(name, size, font)
    wrong, seen = [], 0
    for place in steps(page):
        seen += 1
        wrong += [(place, said) for said in page.evaluate(MEASURE)]
        if size == WALLS[0]:
            wrong += [
                (place, f"letters of {size:.1f} pixels: {words[:40]}")
                for words, size in page.evaluate(LETTERS, LETTER)
                if size < 15.99
            ]
    assert seen > 10
    assert wrong == []


@pytest.mark.parametrize("name", DECKS)
def test_a_clicker_shows_every_figure_and_every_answer(wall, name):
    page = wall(name)
    shown, opened = set(), 0
    for _, open_answers in steps(page):
        shown |= {words for words, _ in page.evaluate(LETTERS, LETTER)}
        opened += open_answers
    assert shown == set(page.evaluate("[...document.images].map((one) => one.alt)"))
    assert opened == page.locator(".answer").count()
    assert len(shown) >= {"fifty_minutes": 5, "10_who_gets_hipec": 5}.get(name, 0)


def test_a_clicker_goes_back_the_way_it_came(wall):
    page = wall("fifty_minutes")
    there = list(steps(page))
    assert list(steps(page, "PageUp")) == there[::-1]


@pytest.mark.parametrize("name", ["fifty_minutes", "10_who_gets_hipec"])
def test_an_answer_is_not_seen_before_it_is_asked_for(wall, name):
    page = wall(name)
    hidden = """() => [...document.querySelectorAll('.here .answer:not([open]) > :not(summary)')]
        .filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length"""
    closed = 0
    for number, opened in steps(page):
        if page.locator(".here .answer").count() > opened:
            closed += 1
            assert page.evaluate(hidden) == 0, number
            assert page.locator(".here summary").is_visible(), number
        if page.locator(".here a.key").count():  # the answer is overleaf: this button leads there
            closed += 1
            assert page.locator(".here .answer").count() == 0, number
            assert "It is " not in page.locator(".here .canvas").inner_text(), number
    assert closed >= 2


def test_keys_clicks_and_fingers(wall):
    page = wall("fifty_minutes")
    last = page.locator("main > section").count()
    for key, number in [("End", last), ("Home", 1), (" ", 2), ("ArrowLeft", 1), ("ArrowRight", 2)]:
        page.keyboard.press(key)
        assert page.evaluate(PLACE)[0] == number, key
    page.keyboard.type("10")
    assert page.locator("#jump").inner_text() == "Slide 10, Enter"
    page.keyboard.press("Enter")
    assert page.evaluate(PLACE)[0] == 10
    assert page.url.endswith("#10")
    page.mouse.click(1270, 300)
    assert page.evaluate(PLACE)[0] == 11
    page.mouse.click(10, 300)
    page.mouse.click(640, 300)
    assert page.evaluate(PLACE)[0] == 10
    page.get_by_role("button", name="On").click()
    assert page.evaluate(PLACE)[0] == 11
    page.reload()
    assert page.evaluate(PLACE)[0] == 11
    page.keyboard.press("b")
    assert not page.locator(".here h2").is_visible()
    page.keyboard.press("b")
    page.keyboard.press("Escape")
    assert page.locator("main > section:visible").count() == last
    page.locator("main > section").nth(2).click()
    assert page.evaluate(PLACE)[0] == 3
    assert page.locator("main > section:visible").count() == 1


def test_an_answer_opens_from_the_keyboard_and_says_what_it_is(wall):
    page = wall("fifty_minutes")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Show the answer"
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.here .answer').open")
    assert page.locator(".here img").is_visible()
    assert page.evaluate(PLACE) == [4, 1]


@pytest.mark.parametrize("name", DECKS)
def test_slides_say_what_they_are_and_fetch_nothing(wall, name):
    page = wall(name)
    labels = page.evaluate(
        "[...document.querySelectorAll('main > section')].map((one) => one.ariaLabel)"
    )
    assert len(labels) == len(set(labels))
    assert all(re.match(r"Slide \d+ of \d+: \S", label) for label in labels)
    assert page.locator("main > section:not(:has(h1, h2))").count() == 0
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    list(steps(page))
    assert {url.split(":")[0] for url in page.requested} <= {"file", "data"}


@pytest.mark.parametrize("name", DECKS)
def test_no_slide_names_columns_as_the_code_does(wall, name):
    page = wall(name)
    cells = page.evaluate("[...document.querySelectorAll('td, th')].map((one) => one.textContent)")
    assert [cell for cell in cells if re.search(r"\w_\w", cell)] == []


# Paper


@pytest.mark.parametrize("name", DECKS)
def test_on_paper_each_slide_is_a_page_and_every_answer_is_open(wall, built, tmp_path, name):
    page = wall(name)
    made = tmp_path / "slides.pdf"
    subprocess.run(
        [CHROMIUM, "--headless", *QUIET, f"--user-data-dir={tmp_path}", "--no-pdf-header-footer",
         f"--print-to-pdf={made}", (built / f"{name}.html").as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    written = made.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", written)) == page.locator("main > section").count()
    drawn = "(one) => !one.startsWith('data:image/svg')"  # a dial's lines are no image on paper
    pictures = page.evaluate(
        f"new Set([...document.images].map((one) => one.src).filter({drawn})).size"
    )
    assert len(re.findall(rb"/Subtype\s*/Image\b", written)) == pictures
    page.emulate_media(media="print")
    closed = """() => [...document.querySelectorAll('.answer > :not(summary)')]
        .filter((one) => !one.checkVisibility({ contentVisibilityAuto: true })).length"""
    assert page.evaluate(closed) == 0
    assert page.locator("nav").is_hidden()


# The speaker


def notes_of(page, number):
    return page.evaluate(
        """(number) => document.getElementById(number).querySelector('.notes').content.textContent
            .trim().split('\\n')[0].trim()""",
        str(number),
    )


def in_step(*pages):
    for page in pages[1:]:
        page.wait_for_function(
            f"(place) => ({PLACE})().join() === place",
            arg=",".join(map(str, pages[0].evaluate(PLACE))),
        )


def test_the_speaker_reads_notes_that_no_wall_shows_even_without_a_channel(wall):
    """Two pages opened from a disk may share no channel; then the one tells the other."""
    page = wall("fifty_minutes")
    page.context.add_init_script("delete window.BroadcastChannel")
    page.reload()
    said = notes_of(page, 4)
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    with page.context.expect_page() as opening:
        page.keyboard.press("n")
    speaker = opening.value
    in_step(page, speaker)
    assert said in speaker.locator(".speak").inner_text()
    assert "Minutes 3–10: the gates" in speaker.locator("#place").inner_text()
    assert re.fullmatch(r"\d\d:\d\d", speaker.locator("#clock").inner_text())
    assert speaker.locator(".next section").count() == 1
    assert said not in page.locator("body").inner_text()
    page.emulate_media(media="print")
    assert said not in page.locator("body").inner_text()
    page.emulate_media(media="screen")
    for where in (speaker, page, speaker):
        where.keyboard.press("PageDown")
        in_step(where, page, speaker)
    assert page.evaluate(PLACE) == [6, 0]
    speaker.keyboard.press("PageUp")
    in_step(speaker, page)
    assert page.evaluate(PLACE) == [5, 0]


def test_two_windows_of_one_site_go_together(built, page):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(built))
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/fifty_minutes.html"
        page.goto(address)
        asks = page.evaluate("Number(document.querySelector('.answer').closest('section').id)")
        page.goto(f"{address}#{asks}")
        speaker = page.context.new_page()  # opened by hand: no window tells it anything
        speaker.goto(f"{address}#presenter")
        in_step(page, speaker)
        for place in ([asks, 1], [asks + 1, 0]):
            speaker.keyboard.press("PageDown")
            in_step(speaker, page)
            assert page.evaluate(PLACE) == place
        server.shutdown()
