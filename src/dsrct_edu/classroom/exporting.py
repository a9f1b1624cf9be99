"""Writes quizzes for learning platforms: GIFT (Moodle) and QTI 2.1 (most others).

The formats stand in ``dsrct_edu/templates``; here is what goes into them.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from dsrct_edu import files
from dsrct_edu.classroom.quizzes import Quiz
from dsrct_edu.resources import render

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def gift(quiz: Quiz) -> str:
    """Return a quiz in Moodle's GIFT format, with feedback for each option.

    Parameters
    ----------
    quiz : Quiz

    Returns
    -------
    str
        The text of a ``.gift`` file.

    Examples
    --------
    >>> from dsrct_edu.classroom.quizzes import quiz
    >>> gift(quiz("05")).splitlines()[0]
    '$CATEGORY: dsrct-edu/05'
    """
    return render("quiz.gift.j2", quiz=quiz, text=_gift_text)


def _gift_text(text: str) -> str:
    """Escape what GIFT gives a meaning, and keep one line: a blank line would end the item."""
    flat = " ".join(_plain(text).split())
    return re.sub(r"([\\~=#{}:])", r"\\\1", flat)


def _plain(text: str) -> str:
    return text.replace("`", "").replace("*", "")


def qti_item(quiz: Quiz, number: int) -> str:
    """Return one item as a QTI 2.1 ``assessmentItem``.

    Parameters
    ----------
    quiz : Quiz
    number : int
        From 1.

    Returns
    -------
    str
        An XML document: one choice interaction, scored by the standard template, with feedback
        for each option.

    Examples
    --------
    >>> from dsrct_edu.classroom.quizzes import quiz
    >>> "choiceInteraction" in qti_item(quiz("05"), 1)
    True
    """
    return render(
        "qti_item.xml.j2",
        name=_name(quiz, number),
        title=f"{quiz.title}, question {number}",
        item=quiz.items[number - 1],
        text=lambda text: escape(_plain(text)),
        quoted=quoteattr,
    )


def qti(quiz: Quiz) -> bytes:
    """Return a quiz as a QTI 2.1 content package.

    Parameters
    ----------
    quiz : Quiz

    Returns
    -------
    bytes
        A zip archive with ``imsmanifest.xml``, one test and one file per item; the same bytes
        each time.

    Examples
    --------
    >>> from dsrct_edu.classroom.quizzes import quiz
    >>> qti(quiz("05"))[:2]
    b'PK'
    """
    numbers = range(1, len(quiz.items) + 1)
    names = [_name(quiz, number) for number in numbers]
    files = {f"{_name(quiz, number)}.xml": qti_item(quiz, number) for number in numbers}
    files["test.xml"] = render("qti_test.xml.j2", quiz=quiz, names=names, quoted=quoteattr)
    files["imsmanifest.xml"] = render("qti_manifest.xml.j2", quiz=quiz, names=names)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), files[name])
    return buffer.getvalue()


def _name(quiz: Quiz, number: int) -> str:
    return f"item_{quiz.lesson}_q{number}"


def write(quiz: Quiz, folder: str | Path) -> list[Path]:
    """Write both editions of a quiz.

    Parameters
    ----------
    quiz : Quiz
    folder : path
        Made if it is not there.

    Returns
    -------
    list of pathlib.Path
        ``quiz_05.gift`` and ``quiz_05.qti.zip``.

    Examples
    --------
    >>> import tempfile
    >>> from dsrct_edu.classroom.quizzes import quiz
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write(quiz("05"), folder)]
    ['quiz_05.gift', 'quiz_05.qti.zip']
    """
    place = Path(folder)
    text, package = place / f"quiz_{quiz.lesson}.gift", place / f"quiz_{quiz.lesson}.qti.zip"
    files.write(text, gift(quiz))
    files.write(package, qti(quiz))
    return [text, package]
