"""Writes quizzes for learning platforms: GIFT (Moodle) and QTI 2.1 (most others)."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Xml

from dsrct_edu.classroom.quizzes import LETTERS, Item, Quiz

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_QTI_XSD = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
_CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
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
    blocks = [f"$CATEGORY: dsrct-edu/{quiz.lesson}"]
    for number, item in enumerate(quiz.items, 1):
        stem = _gift_text(" ".join(filter(None, [item.abstract, item.stem])))
        lines = [f"::{quiz.lesson}.q{number}::[plain]{stem} {{"]
        for option in item.options:
            sign = "=" if option.key else "~"
            lines.append(f"    {sign}{_gift_text(option.text)}#{_gift_text(option.why)}")
        blocks.append("\n".join([*lines, "}"]))
    return "\n\n".join(blocks) + "\n"


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
    item = quiz.items[number - 1]
    root = _element(
        None,
        "assessmentItem",
        identifier=_identifier(quiz, number),
        title=f"{quiz.title}, question {number}",
        adaptive="false",
        timeDependent="false",
    )
    response = _declaration(root, "responseDeclaration", "RESPONSE", "identifier")
    _element(_element(response, "correctResponse"), "value").text = item.key.upper()
    score = _declaration(root, "outcomeDeclaration", "SCORE", "float")
    _element(_element(score, "defaultValue"), "value").text = "0"
    _declaration(root, "outcomeDeclaration", "FEEDBACK", "identifier")
    _body(root, item)
    _processing(root)
    for letter, option in zip(LETTERS, item.options, strict=False):
        feedback = _element(
            root,
            "modalFeedback",
            outcomeIdentifier="FEEDBACK",
            identifier=letter.upper(),
            showHide="show",
        )
        feedback.text = _plain(option.why)
    return _document(root)


def _body(root: Xml.Element, item: Item) -> None:
    body = _element(root, "itemBody")
    if item.abstract:
        _element(body, "p").text = _plain(item.abstract)
    interaction = _element(
        body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1"
    )
    _element(interaction, "prompt").text = _plain(item.stem)
    for letter, option in zip(LETTERS, item.options, strict=False):
        choice = _element(interaction, "simpleChoice", identifier=letter.upper())
        choice.text = _plain(option.text)


def _processing(root: Xml.Element) -> None:
    """One point for the key, and the response itself selects the feedback."""
    rules = _element(root, "responseProcessing")
    condition = _element(rules, "responseCondition")
    if_right = _element(condition, "responseIf")
    match = _element(if_right, "match")
    _element(match, "variable", identifier="RESPONSE")
    _element(match, "correct", identifier="RESPONSE")
    point = _element(if_right, "setOutcomeValue", identifier="SCORE")
    _element(point, "baseValue", baseType="float").text = "1"
    feedback = _element(rules, "setOutcomeValue", identifier="FEEDBACK")
    _element(feedback, "variable", identifier="RESPONSE")


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
    files = {
        f"{_identifier(quiz, number)}.xml": qti_item(quiz, number)
        for number in range(1, len(quiz.items) + 1)
    }
    files["test.xml"] = _test(quiz)
    files["imsmanifest.xml"] = _manifest(quiz, sorted(files))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), files[name])
    return buffer.getvalue()


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
    place.mkdir(parents=True, exist_ok=True)
    text, package = place / f"quiz_{quiz.lesson}.gift", place / f"quiz_{quiz.lesson}.qti.zip"
    text.write_text(gift(quiz), encoding="utf-8", newline="\n")
    package.write_bytes(qti(quiz))
    return [text, package]


def _identifier(quiz: Quiz, number: int) -> str:
    return f"item_{quiz.lesson}_q{number}"


def _test(quiz: Quiz) -> str:
    root = _element(None, "assessmentTest", identifier=f"test_{quiz.lesson}", title=quiz.title)
    part = _element(
        root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual"
    )
    section = _element(
        part, "assessmentSection", identifier="section", title=quiz.title, visible="true"
    )
    for number in range(1, len(quiz.items) + 1):
        name = _identifier(quiz, number)
        _element(section, "assessmentItemRef", identifier=name, href=f"{name}.xml")
    return _document(root)


def _manifest(quiz: Quiz, names: list[str]) -> str:
    root = Xml.Element("manifest", {"xmlns": _CP, "identifier": f"dsrct_edu_{quiz.lesson}"})
    metadata = Xml.SubElement(root, "metadata")
    Xml.SubElement(metadata, "schema").text = "QTIv2.1 Package"
    Xml.SubElement(metadata, "schemaversion").text = "1.0.0"
    Xml.SubElement(root, "organizations")
    resources = Xml.SubElement(root, "resources")
    items = [name for name in names if name != "test.xml"]
    for name in [*items, "test.xml"]:
        kind = "imsqti_test_xmlv2p1" if name == "test.xml" else "imsqti_item_xmlv2p1"
        identity = name.removesuffix(".xml")
        resource = Xml.SubElement(
            resources, "resource", identifier=f"resource_{identity}", type=kind, href=name
        )
        Xml.SubElement(resource, "file", href=name)
        if name == "test.xml":
            for item in items:
                target = f"resource_{item.removesuffix('.xml')}"
                Xml.SubElement(resource, "dependency", identifierref=target)
    return _document(root)


def _element(parent: Xml.Element | None, tag: str, **attributes: str) -> Xml.Element:
    if parent is None:
        names = {"xmlns": _QTI, "xmlns:xsi": _XSI}
        names["xsi:schemaLocation"] = f"{_QTI} {_QTI_XSD}"
        return Xml.Element(tag, names | attributes)
    return Xml.SubElement(parent, tag, attributes)


def _declaration(root: Xml.Element, tag: str, identifier: str, base: str) -> Xml.Element:
    return _element(root, tag, identifier=identifier, cardinality="single", baseType=base)


def _document(root: Xml.Element) -> str:
    Xml.indent(root)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"
    )
