"""A student at a keyboard in JupyterLab: goes down a notebook, reads, answers, and notices."""

import contextlib

import pytest

from dsrct_edu.authoring.prediction_rules import found

# What is wider than the cell it stands in, or was not drawn. Pictures only: wide tables scroll.
WIDER = """(cell) => [...cell.querySelectorAll('.jp-RenderedHTMLCommon img, .jp-OutputArea img')]
  .filter((one) => {
    const room = one.closest('.jp-OutputArea-output, .jp-MarkdownOutput').getBoundingClientRect();
    const box = one.getBoundingClientRect();
    return !one.complete || !one.naturalWidth || !one.alt || box.width < 1
      || box.left < room.left - 1 || box.right > Math.min(room.right, innerWidth) + 1;
  })
  .map((one) => one.alt.slice(0, 60) || 'a picture without words')"""
# All words inside an element: what is folded away and what stands for pictures too.
WORDS = """(element) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), words = [];
  while (walker.nextNode()) words.push(walker.currentNode.data);
  return [...words, ...[...element.querySelectorAll('img')].map((one) => one.alt)].join(' ');
}"""
RAN = """(at) => {
  const cell = document.querySelector(`.jp-Notebook .jp-Cell[data-windowed-list-index="${at}"]`);
  return cell && /\\d/.test(cell.querySelector('.jp-InputPrompt').textContent);
}"""
FOCUS = "(wanted) => document.activeElement.matches(wanted)"
WIDGET = ".dsrct-quiz *, .dsrct-dial *"
MANY_TABS = 400
PATIENCE_MS = 10_000


def flat(text):
    """Return words as they are read: one space between them, no marks of code."""
    return " ".join(text.replace("`", "").split())


def tab_to(page, selector):
    """Press Tab until an element of this kind has the focus."""
    for _ in range(MANY_TABS):
        if page.evaluate(FOCUS, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no number of tabs reaches {selector}")


def mark_cells(page):
    """Remember the cells that are there, and which of them are folded away."""
    page.evaluate(
        "() => { window.before = [...document.querySelectorAll('.jp-Cell')];"
        "window.folded = window.before.map((cell) => cell.classList.contains('lm-mod-hidden')); }"
    )


def cells_are_as_marked(page):
    """Return whether the same cells are there: none new, none gone, none folded away."""
    return page.evaluate(
        "() => { const now = [...document.querySelectorAll('.jp-Cell')];"
        "return now.length === window.before.length && now.every((cell, at) =>"
        "cell === window.before[at]"
        "&& cell.classList.contains('lm-mod-hidden') === window.folded[at]); }"
    )


class Student:
    """One student on one page of JupyterLab; the cells are counted from 0, as in the file."""

    def __init__(self, page):
        self.page = page
        self.read = []  # what was seen so far, in its order
        self.faults = []

    def cell(self, at):
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{at}"]')

    def go_to(self, at):
        """Make a cell the active one: with the arrow keys, or the mouse where they lead nowhere."""
        page, cell = self.page, self.cell(at)
        page.keyboard.press("Escape")
        here = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
        while (now := int(here.get_attribute("data-windowed-list-index"))) != at:
            away = page.evaluate(FOCUS, WIDGET)
            if not away:
                page.keyboard.press("ArrowDown" if now < at else "ArrowUp")
            if away or now == int(here.get_attribute("data-windowed-list-index")):
                cell.click(position={"x": 20, "y": 8})  # beside the text: on no link
        cell.scroll_into_view_if_needed()
        return cell

    def run(self, at, code=None):
        """Run a code cell, with new code if it is given; return what is seen below it."""
        page, cell = self.page, self.go_to(at)
        if code is not None:
            page.keyboard.press("Enter")
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(code)
            page.keyboard.press("Escape")
        # The number that counts runs is taken away, so that the next one is this run's.
        cell.locator(".jp-InputPrompt").evaluate("(prompt) => { prompt.textContent = ''; }")
        page.keyboard.press("Control+Enter")
        page.wait_for_function(RAN, arg=at)
        page.wait_for_function(
            "([at]) => [...document.querySelectorAll("
            "`.jp-Cell[data-windowed-list-index='${at}'] img`)].every((one) => one.complete)",
            arg=[at],
        )
        self.look(at)
        return self.output(at)

    def look(self, at):
        """Read a cell and note what is wrong with it."""
        cell = self.cell(at)
        self.read.append(cell.evaluate(WORDS))
        self.faults += [f"cell {at}: {alt}" for alt in cell.evaluate(WIDER)]
        red = cell.locator(".jp-OutputArea-output[data-mime-type*='stderr']")
        self.faults += [
            f"cell {at} is red: {text[:200]}" for text in map(str.strip, red.all_inner_texts())
        ]

    def output(self, at):
        return flat(" ".join(self.cell(at).locator(".jp-OutputArea-output").all_inner_texts()))

    def has_seen(self, spoilers):
        """Return which of these stand in what was read so far, or anywhere on the page now."""
        seen = "\n".join([*self.read, self.page.locator(".jp-Notebook").evaluate(WORDS)])
        return [spoiler for spoiler in spoilers if found(spoiler, seen)]

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def presses_until(self, key, said, words, times=5):
        """Press a key, again if need be, until these words are said; return whether they were.

        Between a letter and Enter a person leaves the kernel time to hear of the letter.
        """
        late = pytest.importorskip("playwright.sync_api").TimeoutError
        for _ in range(times):
            self.page.keyboard.press(key)
            with contextlib.suppress(late):
                said.filter(has_text=words).wait_for(timeout=PATIENCE_MS / times)
                return True
        return False
