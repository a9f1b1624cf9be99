"""Quizzes: data beside a lesson, shown as radio buttons in a live kernel and as text elsewhere."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from dsrct_edu.classroom import lessons, live
from dsrct_edu.classroom.progress import SESSION
from dsrct_edu.classroom.words import box, paragraphs
from dsrct_edu.figures.palette import NOT_YET, RIGHT
from dsrct_edu.wording import brief

LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Option:
    """One answer to an item: its text, why it fits or not, and what choosing it shows."""

    text: str
    why: str
    key: bool = False
    misconception: str | None = None


@dataclass(frozen=True)
class Item:
    """One question. ``level`` is remember, understand, apply or analyse."""

    stem: str
    level: str
    options: tuple[Option, ...]
    abstract: str = ""

    @property
    def key(self) -> str:
        """The letter of the right option."""
        return LETTERS[[option.key for option in self.options].index(True)]

    def lettered(self) -> list[tuple[str, Option]]:
        """Return each option with its letter."""
        return list(zip(LETTERS, self.options, strict=False))

    def labels(self) -> list[str]:
        """Return the options with their letters: ``a) …``."""
        return [f"{letter}) {option.text}" for letter, option in self.lettered()]


@dataclass(frozen=True)
class Feedback:
    """What a quiz says to an answer; its ``repr`` is the message."""

    passed: bool
    message: str
    misconception: str | None = None

    def __repr__(self) -> str:
        return self.message

    def _repr_html_(self) -> str:
        return box(paragraphs(self.message), RIGHT if self.passed else NOT_YET)


@dataclass(frozen=True)
class Quiz:
    """The quiz of one lesson. Shown by itself at the end of a cell.

    Attributes
    ----------
    lesson, title : str
    items : tuple of Item
    """

    lesson: str
    title: str
    items: tuple[Item, ...]

    def answer(self, item: int, letter: str) -> Feedback:
        """Answer an item without the radio buttons.

        Parameters
        ----------
        item : int
            The number of the question, from 1.
        letter : str
            The letter of the option.

        Returns
        -------
        Feedback
            Whether it is right, and why. Nothing is raised.

        Examples
        --------
        >>> quiz("05").answer(1, "z").passed
        False
        """
        asked = f"Question 1 to {len(self.items)} and a letter are needed"
        if not isinstance(item, int) or isinstance(item, bool) or not 1 <= item <= len(self.items):
            return Feedback(False, f"{asked}; found question {brief(item)}.")
        question = self.items[item - 1]
        given = letter.strip().lower() if isinstance(letter, str) else ""
        if len(given) != 1 or given not in LETTERS[: len(question.options)]:
            return Feedback(False, f"{asked}; found the letter {brief(letter)}.")
        option = question.options[LETTERS.index(given)]
        key = f"{self.lesson}.q{item}"
        SESSION.add("quiz", key, option.key, option.misconception)
        verdict = "Right." if option.key else "Not yet."
        return Feedback(option.key, f"{verdict} {option.why}", option.misconception)

    def __repr__(self) -> str:
        lines = [f"{self.title}: {len(self.items)} questions."]
        for number, item in enumerate(self.items, 1):
            stem = f"{item.abstract}\n   {item.stem}" if item.abstract else item.stem
            lines.append(f"\n{number}. {stem}")
            lines += [f"   {label}" for label in item.labels()]
        lines.append(f'\nTo answer question 1 with a: dsrct.quiz("{self.lesson}").answer(1, "a")')
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{html.escape(self.title)}</strong></p><ol>"]
        for item in self.items:
            options = "".join(f"<li>{html.escape(option.text)}</li>" for option in item.options)
            body = paragraphs(item.abstract) + paragraphs(item.stem)
            parts.append(f'<li>{body}<ol type="a">{options}</ol></li>')
        code = f'dsrct.quiz("{self.lesson}").answer(1, "a")'
        parts.append(f"</ol><p>To answer question 1 with a: <code>{html.escape(code)}</code></p>")
        return "".join(parts)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return live.bundle(repr(self), self._repr_html_(), self.widget)

    def widget(self) -> Any:
        """Return the quiz as ipywidgets: radio buttons and one button an item."""
        import ipywidgets as widgets

        head = f"<strong>{html.escape(self.title)}</strong><br>{_KEYS}"
        parts = [widgets.HTML(f"<style>{_STYLE}</style>{head}")]
        parts += [self._item_widget(number) for number in range(1, len(self.items) + 1)]
        view = widgets.VBox(parts)
        view.add_class("dsrct-quiz")
        return view

    def _item_widget(self, number: int) -> Any:
        import ipywidgets as widgets

        item = self.items[number - 1]
        name = f"Question {number}"
        stem = widgets.HTML(f"<h4>{name}</h4>{paragraphs(item.abstract)}{paragraphs(item.stem)}")
        choices = widgets.RadioButtons(options=item.labels(), value=None, layout={"width": "auto"})
        button = widgets.Button(
            description=f"Check question {number}", tooltip=f"Check the answer to {name.lower()}"
        )
        said = widgets.HTML(box("", "transparent"))

        def on_click(_: Any) -> None:
            if choices.value is None:
                said.value = box(paragraphs("Choose one of the options first."), "transparent")
            else:
                said.value = self.answer(number, choices.value[0])._repr_html_()

        button.on_click(on_click)
        # What was said belongs to the option that was chosen then.
        choices.observe(lambda _: setattr(said, "value", box("", "transparent")), names="value")
        view = widgets.VBox([stem, choices, button, said])
        view.add_class("dsrct-item")
        return view


# Letters and Enter need the small extension of JupyterLab that `dsrct-edu start` brings; it marks
# the page, and each way is told where it works.
_KEYS = (
    '<span class="dsrct-tabs">By keyboard: Tab moves from option to option, Space chooses.</span>'
    '<span class="dsrct-letters">By keyboard: the letters choose, arrows move, Enter checks, '
    "Tab leads on.</span>"
)
_STYLE = (
    ".dsrct-letters,.dsrct-keys .dsrct-tabs{display:none}"
    ".dsrct-keys .dsrct-letters{display:inline}"
    ".dsrct-item:focus{outline:none}"
    ".dsrct-quiz .widget-radio-box label{height:auto;line-height:1.4;white-space:normal;"
    "align-items:flex-start;margin:0.2em 0}"
    ".dsrct-quiz .widget-radio-box{max-width:44em;height:auto}"
    ".dsrct-quiz .widget-radio{height:auto}"
    ".dsrct-quiz p,.dsrct-quiz h4{max-width:44em;line-height:1.4}"
    ".dsrct-quiz h4{margin:0.8em 0 0}"
    ".dsrct-quiz .widget-button{width:auto;align-self:flex-start}"
    ".dsrct-quiz .widget-html-content{line-height:1.4}"
)


def build(lesson: str, data: dict[str, Any]) -> Quiz:
    """Make a quiz of the content of a ``.quiz.toml`` file.

    Parameters
    ----------
    lesson : str
        Two digits.
    data : dict
        ``title`` and a list ``item``.

    Returns
    -------
    Quiz

    Raises
    ------
    AuthorError
        If an item lacks what it needs, or does not have exactly one key.

    Examples
    --------
    >>> build("05", {"title": "Empty", "item": []}).items
    ()
    """
    table = lessons.as_table(data)
    items = tuple(_item(lesson, number, raw) for number, raw in enumerate(table["item"], 1))
    return Quiz(lesson, table["title"], items)


def _item(lesson: str, number: int, raw: lessons.Table) -> Item:
    options = tuple(
        Option(option["text"], option["why"], option.get("key", False), option.get("misconception"))
        for option in raw["option"]
    )
    keys = sum(option.key for option in options)
    if keys != 1:
        expected = f"one option with `key = true` in item {number} of lesson {lesson}"
        raise raw.fault(expected, str(keys))
    return Item(raw["stem"], raw["level"], options, raw.get("abstract", ""))


def quiz(lesson: str) -> Quiz:
    """Return the quiz of a lesson.

    Parameters
    ----------
    lesson : str
        Two digits, such as ``"05"``.

    Returns
    -------
    Quiz
        Radio buttons where a kernel runs, plain text elsewhere; ``.answer(1, "a")`` in both.

    Raises
    ------
    InputError
        If the lesson has no quiz. `AuthorError` if its file is broken, with the line.

    Examples
    --------
    >>> len(quiz("05").items)
    5
    """
    return build(lesson, lessons.beside(lesson, "quiz"))
