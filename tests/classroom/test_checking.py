"""Every kind of exercise: right answers, wrong answers, and whatever else a student may feed."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

import dsrct_edu
from dsrct_edu.classroom import CheckResult, check
from dsrct_edu.classroom.checking import UNANSWERED, evaluate
from dsrct_edu.classroom.progress import SESSION

GIVEN = "table = pd.DataFrame({'group': ['a', 'b'], 'median': [12.0, 30.5]})"
EXERCISES = {
    "value": {
        "kind": "value",
        "about": "the share",
        "expected": "2 / 3",
        "tolerance": 0.005,
        "right": "Yes.",
        "wrong": [{"answer": "1 / 3", "message": "The other share.", "misconception": "M2"}],
    },
    "infinite": {
        "kind": "value",
        "about": "the median",
        "expected": "float('inf')",
        "tolerance": 0.1,
        "right": "Not reached.",
    },
    "choice": {
        "kind": "choice",
        "about": "the sentence",
        "expected": "b",
        "options": {"a": "the first: one", "b": "the second: two", "c": "the third: three"},
        "right": "Yes.",
        "wrong": [{"answer": "a", "message": "Not one.", "misconception": "M1"}],
    },
    "order": {
        "kind": "order",
        "about": "the order",
        "expected": ["b a c", "b c a"],
        "lines": {"a": "1", "b": "2", "c": "3", "d": "a line too many"},
        "right": "Yes.",
        "wrong": [{"answer": "a b c", "message": "b comes before a."}],
    },
    "table": {
        "kind": "table",
        "about": "the medians",
        "expected": "table",
        "tolerance": 0.05,
        "right": "Yes.",
        "wrong": [
            {
                "answer": "table.assign(median=table['median'][::-1].to_numpy())",
                "message": "Swapped.",
            }
        ],
    },
    "figure": {
        "kind": "figure",
        "about": "the figure",
        "right": "Yes.",
        "requires": [
            {"test": "'months' in axes.get_xlabel()", "message": "Name the clock."},
            {"test": "axes.get_ylim()[0] <= 0", "message": "Start at zero.", "misconception": "M3"},
        ],
    },
    "function": {
        "kind": "function",
        "about": "the step",
        "right": "Yes.",
        "cases": [
            {"arguments": "4, 1", "expected": "0.75"},
            {"arguments": "2, 2", "expected": "0.0"},
        ],
        "wrong": [
            {
                "answer": "lambda n, d: d / n",
                "message": "The share that dies.",
                "misconception": "M2",
            }
        ],
    },
}  # fmt: skip


def outcome(name, answer):
    return evaluate(EXERCISES[name], answer, GIVEN)


def axes(label="months", low=0.0):
    made = Figure().subplots()
    made.set_xlabel(label)
    made.set_ylim(low, 1)
    return made


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("value", 2 / 3),
        ("value", np.float64(0.667)),
        ("value", pd.Series([0.6667])),
        ("infinite", float("inf")),
        ("choice", "b"),
        ("choice", " (B) "),
        ("choice", "The second: two."),
        ("choice", "the second"),
        ("order", "b a c"),
        ("order", "BCA"),
        ("order", ["b", "a", "c"]),
        ("table", pd.DataFrame({"group": ["a", "b"], "median": [12.01, 30.5], "more": [1, 2]})),
        ("table", {"group": ["a", "b"], "median": [12.0, 30.5]}),
        ("figure", axes()),
        ("figure", axes().figure),
        ("figure", np.array([axes()])),
        ("function", lambda n, d: 1 - d / n),
    ],
)
def test_right_answers_pass(name, answer):
    assert outcome(name, answer).passed


@pytest.mark.parametrize(
    ("name", "answer", "said", "code"),
    [
        ("value", 1 / 3, "The other share.", "M2"),
        ("value", 66.7, "percentage", None),
        ("value", 0.5, "not the share", None),
        ("value", float("nan"), "nan", None),
        ("value", "two thirds", "This is a text", None),
        ("value", True, "`True`, a yes or no", None),
        ("value", [1, 2], "One number", None),
        ("value", "0.667", "Quotation marks make this a text", None),
        ("value", "66.7%", "Quotation marks make this a text", None),
        ("value", None, "nothing came out", None),
        ("value", max, "the function `max` itself", None),
        ("value", 42, "looks like a count", None),
        ("value", pd.DataFrame({"a": [1, 2]}), "a table of 2 rows and 1 column", None),
        ("value", pd.Series([1, 2, 3]), "a column of 3 values", None),
        ("value", np.array([[1, 2], [3, 4]]), "a column of 4 values", None),
        ("value", Figure(), "a whole result of the kind `Figure`", None),
        ("infinite", 30.0, "not the median", None),
        ("choice", "a", "Not one.", "M1"),
        ("choice", "c", "does not fit", None),
        ("choice", "the", "Answer with one letter", None),
        ("choice", "first", "Not one.", "M1"),
        ("choice", "z", "Answer with one letter", None),
        ("choice", 2, "Answer with one letter", None),
        ("order", "a b c", "b comes before a.", None),
        ("order", "b d c", "first line stands right", None),
        ("order", "c a b", "Another line comes first", None),
        ("order", "b a", "3 lines are needed", None),
        ("order", "b b c", "stands twice", None),
        ("order", "b a x", "no line", None),
        ("order", 3, "letters of the lines", None),
        ("table", pd.DataFrame({"group": ["a", "b"]}), "lacks the column `median`", None),
        ("table", {"group": ["a"], "median": [12.0]}, "2 rows", None),
        ("table", {"group": ["a", "b"], "median": [30.5, 12.0]}, "Swapped.", None),
        ("table", {"group": ["a", "b"], "median": [1.0, 2.0]}, "`median` does not hold", None),
        ("table", 7, "DataFrame", None),
        ("figure", axes(label="time"), "Name the clock.", None),
        ("figure", axes(low=0.5), "Start at zero.", "M3"),
        ("figure", "a drawing", "figure or its axes", None),
        ("function", lambda n, d: d / n, "The share that dies.", "M2"),
        ("function", lambda n, d: 0.3, "(4, 1)", None),
        ("function", lambda n, d: n / 0, "ZeroDivisionError", None),
        ("function", lambda n: n, "TypeError", None),
        ("function", lambda n, d: None, "`return`", None),
        ("function", 0.75, "without brackets", None),
    ],
)
def test_wrong_answers_get_their_own_message(name, answer, said, code):
    result = outcome(name, answer)
    assert not result.passed
    assert said in result.message
    assert result.misconception == code


class Hostile:
    """Raises whenever it is looked at."""

    def _raise(self, *arguments, **options):
        raise RuntimeError("do not look")

    __eq__ = __ne__ = __lt__ = __float__ = __len__ = __iter__ = __repr__ = __bool__ = _raise
    __str__ = __getitem__ = __call__ = __array__ = __format__ = _raise
    __hash__ = None

    def __getattr__(self, name):
        raise RuntimeError("do not look")


# Put in place one by one: NumPy 2.0 looks at what it copies out of a list.
HOSTILE = np.empty(1, dtype=object)
HOSTILE[0] = Hostile()


class Leaving:
    """Tries to end the session."""

    def __float__(self):
        raise SystemExit

    def __call__(self, *arguments):
        raise SystemExit


ODD = [
    None, ..., NotImplemented, float("nan"), float("inf"), -0.0, 10**400, "x" * 1_000_000, b"\xff",
    "", [], {}, set(), (), range(5), [[]], {"a": [1, 2], "b": [1]}, object(), object, len, type,
    Hostile(), Hostile, Leaving(), iter(int, 1), lambda: None, lambda *a: Hostile(), 1j,
    np.array([]), np.array([[1, 2], [3, 4]]), np.array(["a"], dtype=object), np.ma.masked,
    np.datetime64("NaT", "D"), pd.NA, pd.NaT, pd.DataFrame(), pd.Series(dtype=float), Figure(),
    pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame({"median": HOSTILE}),
    pd.DataFrame([[1, 2, 3]], columns=["group", "median", "median"]), [Hostile()], {"a": Hostile()},
]  # fmt: skip


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("answer", ODD, ids=range(len(ODD)))
def test_odd_objects_get_a_message_and_never_a_traceback(name, answer):
    result = outcome(name, answer)
    assert isinstance(result.message, str)
    assert result.message
    assert len(result.message) < 500
    assert not result.passed or name == "infinite"


ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(),
        st.complex_numbers(), st.dates(), st.just(...), st.builds(Hostile), st.builds(Leaving),
    ),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(EXERCISES)), answer=ANYTHING)
def test_any_object_gets_a_message(name, answer):
    result = outcome(name, answer)
    assert result.message
    shown = CheckResult("05.1", result.passed, result.message, result.misconception)
    assert repr(shown)
    assert "<div" in shown._repr_html_()


@settings(max_examples=60, deadline=None)
@given(key=ANYTHING, answer=ANYTHING)
def test_check_itself_never_raises(key, answer):
    assert isinstance(check(key, answer), CheckResult)


def test_hints_come_in_steps_and_the_last_one_stays():
    SESSION.clear()
    hints = [check("05.1", 0.123).hint for _ in range(4)]
    assert hints[0].startswith("Hint 1 of 2")
    assert hints[1].startswith("Hint 2 of 2")
    assert hints[2].startswith(hints[1])
    assert hints[2] == hints[3]
    assert check("05.1", 2 / 3).hint is None


def test_the_worked_answer_is_offered_after_the_last_hint():
    SESSION.clear()
    offered = ['dsrct.worked_answer("05.1")' in repr(check("05.1", 0.123)) for _ in range(4)]
    assert offered == [False, False, True, True]
    assert "worked_answer" in dsrct_edu.__all__


def test_three_dots_are_no_attempt():
    SESSION.clear()
    result = check("05.1", ...)
    assert not result.passed
    assert result.message == UNANSWERED
    assert repr(result).startswith("To do")
    assert SESSION.attempts == []


def test_the_result_prints_nothing_and_is_its_own_message(capsys):
    result = check("05.1", 2 / 3)
    assert capsys.readouterr().out == ""
    assert result
    assert repr(result).startswith("Right (05.1).")
    assert 'role="status"' in result._repr_html_()


def test_html_is_escaped():
    shown = CheckResult("05.1", False, "found <script> & `a < b`")._repr_html_()
    assert "<script>" not in shown
    assert "<code>a &lt; b</code>" in shown


@pytest.mark.parametrize("key", ["99.1", "05.99", "", "..", "../../etc", 5, None])
def test_unknown_exercises_are_said_so(key):
    result = check(key, 1)
    assert not result.passed
    assert "no exercise with this number" in result.message


# What a student may still have left, or may see of Python


def unfinished(n, d):
    alive = ...
    return alive


def fails_on_dots(n, d):
    return 1 - ... * d / n


def cuts_with_dots(n, d):
    return np.array(1 - d / n)[...]


@pytest.mark.parametrize("answer", [..., "...", " ... ", [..., ...], (...,)])
def test_dots_of_any_form_are_no_attempt(answer):
    SESSION.clear()
    assert check("05.1", answer).message == UNANSWERED
    assert check("05.3", answer).message == UNANSWERED
    assert SESSION.attempts == []


@pytest.mark.parametrize("answer", [unfinished, fails_on_dots])
def test_dots_inside_a_function_are_no_attempt(answer):
    SESSION.clear()
    assert not outcome("function", answer).answered
    result = check("05.4", answer)
    assert repr(result).startswith("To do (05.4). Three dots `...` are still inside.")
    assert SESSION.attempts == []


def test_dots_that_belong_there_are_no_fault():
    assert outcome("function", cuts_with_dots).passed


@pytest.mark.parametrize(
    "answer",
    [
        np.float64(0.123456789012345), np.int64(7), [np.float64(0.1), np.int64(2)],
        {"a": np.float64(2 / 3)}, (np.bool_(True), np.str_("x")), 2 / 3, -1 / 3, 1e-300,
        np.array([1.5]), [[np.float64(1 / 7)]], pd.Series([2 / 7]), 123456.789,
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", EXERCISES)
def test_no_message_shows_a_kind_of_numpy_or_endless_digits(name, answer):
    message = outcome(name, answer).message
    assert "np." not in message
    assert not re.search(r"\d\.\d{5,}", message)
