"""Takes a guess before the result is seen, and shows the two side by side with what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from dsrct_edu.classroom import lessons, numberline, watching
from dsrct_edu.classroom.asking import Guess, Question, Unfit, question
from dsrct_edu.classroom.progress import SESSION
from dsrct_edu.classroom.reading import dots, number
from dsrct_edu.classroom.words import box, paragraphs
from dsrct_edu.errors import InputError
from dsrct_edu.figures.palette import GUESS, TO_DO
from dsrct_edu.wording import brief

NO_GUESS = "No guess yet. Replace the three dots `...` with {wanted}. Then run the cell again."
IT_IS = "It is: {told}."
ASK = "Guess first: {about}. Above, replace the three dots `...` with {wanted}."
AGAIN = "Then run both cells again. (Or run this cell once more: it shows the answer all the same.)"
MEND = "Change it, and run the cell again."


@dataclass(frozen=True)
class Reveal:
    """What stands beside a guess: a picture, the answer, what it means. Its ``repr`` is all of it.

    Attributes
    ----------
    words, html : str
        The same as plain text and as HTML.
    shown : bool
        False where it only asks for the guess.
    """

    words: str
    html: str
    shown: bool = True

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return self.html


@dataclass
class Prediction:
    """A guess that was asked for. Its ``repr`` is the message.

    Attributes
    ----------
    id : str
        Such as ``"09.1"``.
    question : Question
        What is guessed, and what a guess of it can be.
    guess : float, str or None
        None while there is none.
    fault : str
        Why what was given is no guess; empty if it is one.
    waived : bool
        Whether the guess was left out on purpose, with ``None``.
    """

    id: str
    question: Question
    guess: Guess | None = None
    fault: str = ""
    waived: bool = False
    _asked: bool = field(default=False, init=False, repr=False, compare=False)

    def beside(self, result: object, figure: object = None) -> Reveal:
        """Show the result beside the guess, with the figure and the text that belong to it.

        Without a guess the first call asks for one. The second shows everything: nobody is stuck.

        Parameters
        ----------
        result : object
            What the data say: a number or a word.
        figure : Figure or DataFrame, optional
            What to look at: a figure of ``dsrct_edu.figures``, or a table.

        Returns
        -------
        Reveal
            Shown by itself at the end of a cell.
        """
        if self.guess is None and not self.waived and not self._asked:
            self._asked = True
            asked = ASK.format(about=self.question.about, wanted=self.question.wanted)
            text = f"{f'{self.fault} Change it.' if self.fault else asked} {AGAIN}"
            return Reveal(text, box(paragraphs(text), TO_DO), shown=False)
        value = number(result)
        known = (result if isinstance(result, str) else brief(result)) if value is None else value
        SESSION.note(self.id, self.guess, known, self.question.unit)
        return self._revealed(known, figure)

    def _revealed(self, result: Guess, figure: object) -> Reveal:
        # Where the prediction is waived, the text stands as cells of its own.
        text = {"html": "", "words": ""} if self.waived else lessons.reveal_of(self.id)
        picture, seen = _picture(figure)
        sentence = self._sentence(result)
        line = numberline.beside(self.question, self.guess, result)
        about = paragraphs(f"**{self._about}**")
        words = "\n\n".join(part for part in (sentence, seen, text["words"]) if part)
        return Reveal(words, picture + box(about + line + text["html"], GUESS.colour))

    @property
    def _about(self) -> str:
        return self.question.about[:1].upper() + self.question.about[1:]

    def _sentence(self, result: Guess) -> str:
        said = "no guess" if self.guess is None else self.question.told(self.guess)
        said = "" if self.waived else f" You said: {said}."
        return f"{self._about}.{said} {IT_IS.format(told=self.question.told(result))}"

    def __repr__(self) -> str:
        if self.fault:
            return f"{self.fault} {MEND}"
        if self.waived:
            return f"Guess left out: {self.question.about}."
        if self.guess is None:
            return NO_GUESS.format(wanted=self.question.wanted)
        return f"Your guess for {self.question.about}: {self.question.told(self.guess)}. Noted."

    def _repr_html_(self) -> str:
        return box(paragraphs(repr(self)), TO_DO if self.guess is None else GUESS.colour)


def _picture(figure: object) -> tuple[str, str]:
    """Return a figure or a table as HTML and as words."""
    if figure is None:
        return "", ""
    if isinstance(figure, pd.DataFrame):
        return figure.to_html(), figure.to_string()
    if not hasattr(figure, "describe") or not hasattr(figure, "html"):
        raise InputError(
            expected="a figure that carries its own words",
            found=type(figure).__name__,
            remedy="Draw it with a function of dsrct_edu.figures.",
        )
    return str(figure.html()), str(figure.describe())


def predict(prediction: str, guess: object = ...) -> Prediction:
    """Note a guess before the result is revealed.

    Parameters
    ----------
    prediction : str
        The number of the prediction, such as ``"09.1"``.
    guess : object
        A number, a word or a letter, as the prediction asks. The three dots of the stub are no
        guess yet, and ``None`` leaves it out.

    Returns
    -------
    Prediction
        Shown by itself; ``.beside(result)`` shows the guess next to the result. A guess of another
        kind, or out of range, is answered with what is expected; nothing is raised.

    Raises
    ------
    AuthorError
        If the file of the lesson is broken, with the line.

    Examples
    --------
    >>> predict("05.3", 20)
    Your guess for median survival with HIPEC: 20 months. Noted.
    >>> predict("05.3", -20).fault
    'Your guess is −20. What is expected is a number from 0 to 120 (months).'
    >>> predict("05.3").beside(34.2).shown
    False
    """
    watching.watch()
    key = prediction if isinstance(prediction, str) else brief(prediction)
    entry = lessons.checks_of(key).get("predict", {}).get(key)
    asked = Question(f"prediction {key[:40]}") if entry is None else question(entry)
    made = Prediction(key, asked, waived=guess is None)
    if guess is not None and not dots(guess):
        try:
            made.guess = asked.take(guess)
        except Unfit as unfit:
            made.fault = str(unfit)
    SESSION.note(key, made.guess, None, asked.unit)
    return made
