"""Takes a guess before the result is seen, and shows the two side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dsrct_edu.classroom import lessons
from dsrct_edu.classroom.progress import COLUMNS, SESSION
from dsrct_edu.classroom.words import box, paragraphs
from dsrct_edu.figures.palette import GUESS, TO_DO
from dsrct_edu.wording import brief

NO_GUESS = "No guess yet. Replace the three dots `...` with your guess and run the cell again."


@dataclass(frozen=True)
class Prediction:
    """A guess, and the result once it is known. Its ``repr`` is the message.

    Attributes
    ----------
    id : str
        Such as ``"09.1"``.
    guess : object or None
        None while no guess was made.
    result : object or None
        None before the reveal.
    about, unit : str
        What is guessed, and in which unit.
    """

    id: str
    guess: object
    result: object
    about: str
    unit: str

    def beside(self, result: object) -> Prediction:
        """Return this guess with the result beside it, and note the result.

        Parameters
        ----------
        result : object
            What the data say; floats are shown with four significant digits.

        Returns
        -------
        Prediction
            Shown by itself at the end of a cell.
        """
        known = replace(self, result=result)
        _note(known)
        return known

    def __repr__(self) -> str:
        guess = self._words(self.guess)
        if self.result is None:
            return (
                NO_GUESS if self.guess is None else f"Your guess for {self.about}: {guess}. Noted."
            )
        said = "no guess" if self.guess is None else guess
        about = self.about[:1].upper() + self.about[1:]
        return f"{about}. You said: {said}. It is: {self._words(self.result)}."

    def _repr_html_(self) -> str:
        return box(paragraphs(repr(self)), TO_DO if self.guess is None else GUESS.colour)

    def _words(self, value: object) -> str:
        shown = f"{value:.4g}" if isinstance(value, float) else value
        text = shown if isinstance(shown, str) else brief(shown)
        return f"{text[:80]} {self.unit}".strip()


def _note(prediction: Prediction) -> None:
    row: dict[str, Any] = {name: getattr(prediction, name) for name in COLUMNS["predictions"]}
    for name in ("guess", "result"):
        if row[name] is not None and not isinstance(row[name], int | float | str):
            row[name] = brief(row[name])
    SESSION.predictions[prediction.id] = row


def predict(prediction: str, guess: object = ...) -> Prediction:
    """Note a guess before the result is revealed.

    Parameters
    ----------
    prediction : str
        The number of the prediction, such as ``"09.1"``.
    guess : object
        A number or a word. The three dots of the stub count as no guess.

    Returns
    -------
    Prediction
        Shown by itself; ``.beside(result)`` shows the guess next to the result.

    Examples
    --------
    >>> predict("05.2", 20).beside(34.2)
    Median survival with HIPEC. You said: 20 months. It is: 34.2 months.
    """
    key = prediction if isinstance(prediction, str) else brief(prediction)
    entry = lessons.checks_of(key).get("predict", {}).get(key)
    if entry is None:
        entry = {"about": f"prediction {key[:40]}"}
    made = None if guess is ... else guess
    noted = Prediction(key, made, None, entry["about"], entry.get("unit", ""))
    _note(noted)
    return noted


def guesses() -> pd.DataFrame:
    """Return the guesses of this session, with the results that were revealed.

    Returns
    -------
    pandas.DataFrame
        Columns ``id, guess, result, unit``. For a whole class see ``export`` and ``gather``.

    Examples
    --------
    >>> guesses().columns.tolist()
    ['id', 'guess', 'result', 'unit']
    """
    return SESSION.table("predictions")
