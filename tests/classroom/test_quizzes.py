"""Quizzes: answers, plain and live views, and the two export formats read back."""

import io
import re
import zipfile
from xml.etree import ElementTree as Xml

import pytest

from dsrct_edu.classroom import exporting, live, quiz
from dsrct_edu.classroom.quizzes import LETTERS, Item, Option, Quiz, build
from dsrct_edu.errors import InputError

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
CP = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
AWKWARD = "50% ~ {a=b}: x#y \\ 'quoted' <b> & \"more\"\n\nnew paragraph"


@pytest.fixture
def awkward():
    options = (
        Option(AWKWARD, "why " + AWKWARD, key=True),
        Option("plain", "plainly", misconception="M1"),
    )
    return Quiz("77", "Title & <tag>", (Item(AWKWARD, "apply", options, abstract=AWKWARD),))


def test_each_option_has_its_answer():
    for number, item in enumerate(quiz("05").items, 1):
        for letter, option in zip(LETTERS, item.options, strict=False):
            said = quiz("05").answer(number, letter)
            assert said.passed == option.key == (letter == item.key)
            assert option.why in said.message
            assert said.misconception == option.misconception


@pytest.mark.parametrize(
    ("item", "letter"),
    [(0, "a"), (6, "a"), ("1", "a"), (True, "a"), (1, "z"), (1, None), (1, "ab")],
)
def test_odd_answers_are_told_what_is_needed(item, letter):
    said = quiz("05").answer(item, letter)
    assert not said.passed
    assert "are needed" in said.message


def test_the_plain_view_holds_every_word_and_no_key():
    text = repr(quiz("05"))
    for item in quiz("05").items:
        assert item.stem in text
        assert all(option.text in text for option in item.options)
        assert not any(option.why in text for option in item.options)


def test_without_a_kernel_no_widget_is_made(monkeypatch):
    monkeypatch.setattr(Quiz, "widget", lambda self: pytest.fail("a widget was made"))
    assert set(quiz("05")._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_a_live_kernel_adds_the_view_and_changes_nothing_else(monkeypatch):
    still = quiz("05")._repr_mimebundle_()
    monkeypatch.setattr(live, "kernel_runs", lambda: True)
    bundle = quiz("05")._repr_mimebundle_()
    assert bundle.pop(live.WIDGET_VIEW)["model_id"]
    assert bundle == still


def test_the_widget_answers_a_click():
    view = quiz("05").widget()
    _, choices, button, said = view.children[1].children
    assert choices.value is None
    button.click()
    assert "Choose one" in said.value
    choices.value = choices.options[0]
    button.click()
    assert "Not yet." in said.value
    choices.value = choices.options[LETTERS.index(quiz("05").items[0].key)]
    assert "Not yet." not in said.value  # that was said of another option
    button.click()
    assert "Right." in said.value


def test_a_quiz_without_a_key_is_refused():
    item = {"stem": "?", "level": "apply", "option": [{"text": "a", "why": "b"}]}
    with pytest.raises(InputError, match="key = true"):
        build("05", {"title": "t", "item": [item]})


def read_gift(text):
    """Read back multiple-choice GIFT by its published grammar, escapes included."""
    found = []
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.startswith("$CATEGORY:"):
            continue
        match = re.fullmatch(
            r"::(.*?)(?<!\\)::(\[plain\])?(.*?)(?<!\\)\{(.*)(?<!\\)\}", block, re.S
        )
        assert match, block
        answers = re.split(r"(?<!\\)(?=[=~])", match.group(4).strip())
        parsed = []
        for answer in filter(None, (part.strip() for part in answers)):
            assert answer[0] in "=~"
            body, _, feedback = re.match(r"(.*?)((?<!\\)#)(.*)$", answer[1:], re.S).groups()
            parsed.append((answer[0] == "=", unescape(body), unescape(feedback)))
        found.append((match.group(1), unescape(match.group(3)), parsed))
    return found


def unescape(text):
    return re.sub(r"\\([\\~=#{}:])", r"\1", text).strip()


@pytest.mark.parametrize("which", ["lesson", "awkward"])
def test_gift_reads_back(which, awkward):
    made = quiz("05") if which == "lesson" else awkward
    read = read_gift(exporting.gift(made))
    assert len(read) == len(made.items)
    for (name, stem, answers), item in zip(read, made.items, strict=True):
        assert name.startswith(made.lesson)
        assert flat(item.stem) in stem
        assert [key for key, _, _ in answers] == [option.key for option in item.options]
        assert [text for _, text, _ in answers] == [flat(option.text) for option in item.options]
        assert [said for _, _, said in answers] == [flat(option.why) for option in item.options]


def flat(text):
    return " ".join(text.replace("`", "").replace("*", "").split())


@pytest.mark.parametrize("which", ["lesson", "awkward"])
def test_qti_package_is_whole(which, awkward):
    made = quiz("05") if which == "lesson" else awkward
    archive = zipfile.ZipFile(io.BytesIO(exporting.qti(made)))
    assert archive.testzip() is None
    manifest = Xml.fromstring(archive.read("imsmanifest.xml"))
    assert manifest.tag == f"{CP}manifest"
    assert [child.tag for child in manifest] == [
        f"{CP}metadata", f"{CP}organizations", f"{CP}resources"
    ]  # fmt: skip
    listed = {file.get("href") for file in manifest.iter(f"{CP}file")}
    assert listed | {"imsmanifest.xml"} == set(archive.namelist())
    identifiers = [item.get("identifier") for item in manifest.iter(f"{CP}resource")]
    assert len(set(identifiers)) == len(identifiers)
    needed = {item.get("identifierref") for item in manifest.iter(f"{CP}dependency")}
    assert needed <= set(identifiers)
    test = Xml.fromstring(archive.read("test.xml"))
    refs = list(test.iter(f"{QTI}assessmentItemRef"))
    assert {ref.get("href") for ref in refs} == listed - {"test.xml"}
    for ref in refs:
        item = Xml.fromstring(archive.read(ref.get("href")))
        assert item.get("identifier") == ref.get("identifier")


@pytest.mark.parametrize("which", ["lesson", "awkward"])
def test_qti_items_keep_the_order_and_the_references_of_the_schema(which, awkward):
    made = quiz("05") if which == "lesson" else awkward
    for number, item in enumerate(made.items, 1):
        root = Xml.fromstring(exporting.qti_item(made, number))
        assert root.tag == f"{QTI}assessmentItem"
        assert {"identifier", "title", "adaptive", "timeDependent"} <= set(root.attrib)
        order = [child.tag.removeprefix(QTI) for child in root]
        assert order == [
            "responseDeclaration", "outcomeDeclaration", "outcomeDeclaration",
            "itemBody", "responseProcessing", *["modalFeedback"] * len(item.options),
        ]  # fmt: skip
        choices = [choice.get("identifier") for choice in root.iter(f"{QTI}simpleChoice")]
        assert root.find(f".//{QTI}correctResponse/{QTI}value").text in choices
        declared = {child.get("identifier") for child in root if "Declaration" in child.tag}
        used = {variable.get("identifier") for variable in root.iter(f"{QTI}variable")}
        used |= {outcome.get("identifier") for outcome in root.iter(f"{QTI}setOutcomeValue")}
        used |= {item.get("responseIdentifier") for item in root.iter(f"{QTI}choiceInteraction")}
        assert used == declared
        shown = [feedback.get("identifier") for feedback in root.iter(f"{QTI}modalFeedback")]
        assert shown == choices
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in [*choices, *declared])


def test_exports_are_the_same_bytes_each_time():
    assert exporting.qti(quiz("05")) == exporting.qti(quiz("05"))
