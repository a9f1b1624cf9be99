"""No hint and no message to a wrong answer tells the right one."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import dsrct_edu
from dsrct_edu.classroom import lessons, worked_answer
from dsrct_edu.classroom.checking import evaluate

EXERCISES = {
    key: (entry, data.get("given", ""))
    for path in sorted(lessons.folder().glob("*.checks.toml"))
    for data in [lessons.read(path)]
    for key, entry in data["exercise"].items()
}


def parts(text):
    """Words, numbers and signs, one after the other: then "a" is not found in "death"."""
    return re.findall(r"\w+(?:\.\w+)*|[^\w\s]", text.lower())


def tells(text, secret):
    said, wanted = parts(text), parts(secret)
    return any(said[at : at + len(wanted)] == wanted for at in range(len(said)))


def tells_number(text, number, tolerance):
    """Whether a number or a fraction in a text is the one that is asked for."""
    found = re.findall(r"(?<![\w.])(\d+(?:\.\d+)?)(?: ?/ ?(\d+))?(?![\w])", text)
    values = [float(above) / float(below or 1) for above, below in found if below != "0"]
    return any(abs(value - number) <= tolerance for value in values)


def secrets_of(key, entry):
    """What must not stand in a message: the answer in each form in which it could be told."""
    if entry["kind"] == "choice":
        letter = entry["expected"]
        marks = [f"({letter})", f'"{letter}"', f"'{letter}'", f"`{letter}`", f"{letter})"]
        words = [f"option {letter}", f"answer {letter}", entry["options"][letter].rstrip(".")]
        return marks + words
    if entry["kind"] == "order":
        return [*entry["expected"], *(order.replace(" ", "") for order in entry["expected"])]
    return re.findall(r"^\s*\w+ = (.+)$", worked_answer(key).code, re.M)


def computed(expression, given):
    names = {}
    exec("import dsrct_edu as dsrct, numpy as np, pandas as pd\n" + given, names)
    return eval(expression, names)


@pytest.mark.parametrize("key", EXERCISES)
def test_no_message_tells_the_solution(key):
    entry, given = EXERCISES[key]
    told = [*entry["hints"], *(record["message"] for record in entry.get("wrong", []))]
    secrets = secrets_of(key, entry)
    assert secrets, "there is something not to tell"
    telling = [text for text in told if any(tells(text, secret) for secret in secrets)]
    if entry["kind"] == "value":
        number = computed(entry["expected"], given)
        telling += [text for text in told if tells_number(text, number, entry["tolerance"])]
    assert not telling


PLAUSIBLE = [
    0.013, 87, 7_654_321, -1.5, float("nan"), float("inf"), True, None, "word", "0.013", "87%",
    [0.1, 0.2], (), {"zz": 87, "zy": 86}, max, lambda *given: None, lambda *given: 87,
    lambda: 1, object(), pd.DataFrame([[0.1] * 8] * 9), pd.Series([0.1] * 9),
    np.array([[7.5] * 9]), Figure(), "z", "a z", "b b a", "none of them", dsrct_edu, pd.DataFrame,
]  # fmt: skip


@pytest.mark.parametrize("key", EXERCISES)
def test_no_answer_to_a_plausible_slip_tells_the_solution(key):
    """What the verifiers say by themselves, where the lesson records no wrong answer."""
    entry, given = EXERCISES[key]
    secrets = secrets_of(key, entry)
    for answer in [*PLAUSIBLE, *entry.get("options", {}).values()]:
        outcome = evaluate(entry, answer, given)
        if outcome.passed:
            assert answer == entry.get("options", {}).get(entry["expected"]), answer
            continue
        said = outcome.message
        if all(f'"{letter}"' in said for letter in entry.get("options", "?")):
            said = said.partition(": ")[2].partition(". ")[2]  # it names all letters alike
        assert not any(tells(said, secret) for secret in secrets), said
        if entry["kind"] == "value":
            number = computed(entry["expected"], given)
            assert not tells_number(said, number, entry["tolerance"]), said


def test_a_message_that_tells_would_be_found():
    assert tells("It is (c).", "(c)")
    assert tells('Answer "c".', '"c"')
    assert tells("Then c a d b, of course.", "c a d b")
    assert not tells("Death comes in cycles.", "c")
    assert tells_number("The steps are 2, 3 and 4.", 3, 0.01)
    assert tells_number("That leaves 2/3 of them.", 0.667, 0.005)
    assert not tells_number("Month 20 in 1.3.4 of R2", 3, 0.01)
