"""The test before and after the course: its two forms, and how a class is scored."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from dsrct_edu.classroom import exporting, forms, made_class, paired, score_pre_post
from dsrct_edu.classroom.quizzes import LETTERS
from dsrct_edu.errors import InputError
from tools import made_class as maker

TEST = forms.read()
each_form = pytest.mark.parametrize("form", forms.FORMS)


def sheet(student, form, occasion, right):
    """Rows of one sheet: right where the number of the item is in `right`, else the first wrong."""
    rows = []
    for place, pair in enumerate(TEST.pairs, 1):
        item = pair.forms[form]
        wrong = next(letter for letter, option in item.lettered() if not option.key)
        rows.append((student, form, occasion, place, item.key if place in right else wrong))
    return rows


def table(*sheets):
    rows = [row for rows in sheets for row in rows]
    return pd.DataFrame(rows, columns=["student", "form", "occasion", "item", "answer"])


SMALL = table(
    sheet("ann", "A", "pre", {1}), sheet("ann", "B", "post", {1, 2}),
    sheet("ben", "A", "pre", {1, 3}), sheet("ben", "B", "post", {2}),
    sheet("cem", "B", "pre", set()), sheet("cem", "A", "post", {1, 2}),
)  # fmt: skip


def test_twelve_pairs_have_twelve_misconceptions():
    assert len(TEST.pairs) == 12
    assert len({pair.misconception for pair in TEST.pairs}) == 12
    assert len({pair.about for pair in TEST.pairs}) == 12


def test_both_forms_ask_for_the_same_misconceptions_of_other_patients():
    for pair in TEST.pairs:
        a, b = (pair.forms[name] for name in forms.FORMS)
        shown = [Counter(option.misconception for option in item.options) for item in (a, b)]
        assert shown[0] == shown[1]
        assert shown[0][pair.misconception] >= 2
        assert a.level == b.level
        assert a.key != b.key
        assert a.stem != b.stem
        assert 0.7 < len(a.stem) / len(b.stem) < 1.4


@each_form
def test_right_answers_stand_everywhere_as_often_and_are_not_the_longest(form):
    items = TEST.form(form).items
    assert Counter(item.key for item in items) == dict.fromkeys("abcd", 3)
    longest = [max(item.options, key=lambda option: len(option.text)).key for item in items]
    assert sum(longest) <= 6


@each_form
def test_a_form_goes_to_learning_platforms(form, tmp_path):
    gift, package = exporting.write(TEST.form(form), tmp_path)
    assert gift.name == f"quiz_pre_post_{form}.gift"
    assert gift.read_text("utf-8").count("::[plain]") == 12
    assert package.read_bytes()[:2] == b"PK"


def test_a_small_class_by_hand():
    scored = score_pre_post(SMALL)
    changes = scored.changes.set_index("item")
    assert changes["n"].tolist() == [3] * 12
    # item 1: ann keeps it, ben loses it, cem gains it; each order counts a half
    assert changes.loc[1, ["before", "after", "gained", "lost"]].tolist() == [0.5, 0.75, 1, 1]
    assert changes.loc[1, "change"] == pytest.approx((-1 / 2 + 1) / 2)
    ab, ba = paired.change(1, 0, 1, 0), paired.change(0, 1, 0, 0)
    low = 0.25 - 0.5 * np.hypot(ab.value - ab.low, ba.value - ba.low)
    assert changes.loc[1, "ci_low"] == pytest.approx(low)
    # form B came second in A then B: (-1/2 - 1) / 2
    assert scored.forms.loc[0, "difference"] == pytest.approx(-0.75)
    # item 2: nobody before, everybody after
    assert changes.loc[2, ["before", "after", "change", "gained"]].tolist() == [0, 1, 1, 3]
    row = scored.items.query("item == 3 and form == 'A' and occasion == 'pre'").iloc[0]
    assert row[["n", "right", "share"]].tolist() == [2, 1, 0.5]
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx([0.09453, 0.90547], abs=1e-5)


def test_wrong_answers_show_their_misconception():
    shown = score_pre_post(SMALL).shown
    assert len(shown) == 6 * 12 - 8
    one = shown.query("student == 'cem' and occasion == 'pre' and item == 2")
    assert one["misconception"].tolist() == ["B1"]


def test_a_small_class_is_told_so():
    notes = score_pre_post(SMALL).note()
    assert "Too few students" in notes
    assert "A then B 2 and B then A 1" in notes
    assert "not the effect of the course" in notes
    assert "Too few" not in score_pre_post(made_class()).note()


@pytest.mark.parametrize("seed", range(3))
def test_rows_may_stand_in_any_order(seed):
    one = score_pre_post(made_class())
    other = score_pre_post(made_class().sample(frac=1, random_state=seed))
    for name in ("changes", "items", "forms"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.notes == other.notes


def swapped(answers):
    """The same class with the forms exchanged: each answer worth what it was worth."""
    rows = []
    for row in answers.itertuples(index=False):
        old, name = TEST.pairs[row.item - 1].forms[row.form], "B" if row.form == "A" else "A"
        new, letter = TEST.pairs[row.item - 1].forms[name], ""
        if isinstance(row.answer, str):
            option = old.options[LETTERS.index(row.answer)]
            letter = next(
                letter for letter, other in new.lettered()
                if (other.key, other.misconception) == (option.key, option.misconception)
            )  # fmt: skip
        rows.append((row.student, name, row.occasion, row.item, letter))
    return pd.DataFrame(rows, columns=answers.columns)


def test_swapping_the_forms_turns_their_difference_and_leaves_the_change():
    one, other = score_pre_post(made_class()), score_pre_post(swapped(made_class()))
    pd.testing.assert_frame_equal(one.changes, other.changes)
    np.testing.assert_allclose(one.forms["difference"], -other.forms["difference"], atol=1e-15)
    np.testing.assert_allclose(one.forms["ci_low"], -other.forms["ci_high"], atol=1e-15)
    assert Counter(one.shown["misconception"]) == Counter(other.shown["misconception"])


def test_before_and_after_exchanged_turn_the_change():
    made = made_class()
    back = made.assign(occasion=made["occasion"].map({"pre": "post", "post": "pre"}))
    one, other = score_pre_post(made).changes, score_pre_post(back).changes
    np.testing.assert_allclose(one["change"], -other["change"], atol=1e-15)
    np.testing.assert_allclose(one["ci_low"], -other["ci_high"], atol=1e-15)
    assert one["gained"].tolist() == other["lost"].tolist()


def test_an_easier_form_does_not_look_like_learning():
    """Everybody is right in form B and wrong in form A, whenever it comes."""
    all_items = set(range(1, 13))
    students = [
        sheet(f"s{number}", form, occasion, all_items if form == "B" else set())
        for number in range(24)
        for occasion, form in zip(("pre", "post"), "AB" if number % 4 else "BA", strict=True)
    ]
    scored = score_pre_post(table(*students))
    assert scored.changes["change"].tolist() == [0] * 12
    assert scored.forms["difference"].tolist() == [1] * 12


def test_one_order_of_the_forms_says_what_cannot_be_told():
    scored = score_pre_post(SMALL[SMALL["student"] != "cem"])
    assert scored.forms["difference"].isna().all()
    assert "an easier second form looks like learning" in scored.note()
    assert scored.changes["n"].tolist() == [2] * 12


def test_one_sheet_counts_in_items_only():
    lone = score_pre_post(pd.concat([SMALL, table(sheet("dan", "A", "pre", {1}))]))
    assert lone.changes.equals(score_pre_post(SMALL).changes)
    assert lone.items.query("item == 1 and form == 'A' and occasion == 'pre'")["n"].item() == 3
    assert "1 student with one sheet only is left out" in lone.note()


def test_blanks_are_not_right_and_show_nothing():
    blank = SMALL.assign(answer=np.where(SMALL["student"] == "ann", None, SMALL["answer"]))
    scored = score_pre_post(blank)
    assert "24 blank answers" in scored.note()
    assert "ann" not in set(scored.shown["student"])


def test_codes_may_be_numbers_and_letters_large():
    numbered = SMALL.assign(
        student=SMALL["student"].map({"ann": 1, "ben": 2, "cem": 3}),
        form=SMALL["form"].str.lower(),
        occasion=" " + SMALL["occasion"].str.upper(),
        item=SMALL["item"].astype(str),
        answer=SMALL["answer"].str.upper() + " ",
    )
    assert score_pre_post(numbered).changes.equals(score_pre_post(SMALL).changes)


def changed(column, value, row=0):
    broken = SMALL.astype(object)
    broken.loc[row, column] = value
    return broken


BROKEN = {
    "no table": ([1], "expected a table"),
    "no column": (SMALL.drop(columns="form"), "column 'form': expected the columns student, form"),
    "no rows": (SMALL[:0], "found no rows"),
    "no student": (changed("student", None, 3), r"column 'student', row 3: .* found nothing"),
    "a third form": (changed("form", "C"), "expected A or B; found 'C'"),
    "another time": (changed("occasion", "mid"), "expected pre or post; found 'mid'"),
    "item 13": (changed("item", 13), "1 to 12; found 13"),
    "half an item": (changed("item", 1.5), "1 to 12; found 1.5"),
    "no item": (changed("item", None), "1 to 12; found nothing"),
    "letter e": (changed("answer", "e"), "expected a, b, c or d; found 'e'"),
    "two letters": (changed("answer", "ab", 7), "column 'answer', row 7"),
    "an item twice": (changed("item", 2), "several, for student 'ann', pre"),
    "a row short": (SMALL.drop(index=5), "12 rows a sheet; found 11 for student 'ann', pre"),
    "two forms": (changed("form", "B"), "several for student 'ann', pre"),
    "the same form": (table(sheet("a", "A", "pre", set()), sheet("a", "A", "post", set())),
                      "form A both times for student 'a'"),
    "other codes": (table(sheet("a", "A", "pre", set()), sheet("b", "B", "post", set())),
                    "Use the same code for a student both times"),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_malformed_table_is_refused_by_name(answers, said):
    with pytest.raises(InputError, match=said):
        score_pre_post(answers)


def test_a_level_is_a_share():
    with pytest.raises(InputError, match="level"):
        score_pre_post(SMALL, level=95)
    wide, narrow = (score_pre_post(SMALL, level=level).changes for level in (0.95, 0.8))
    assert (wide["ci_low"] <= narrow["ci_low"]).all()


def test_the_made_class_follows_from_its_maker():
    pd.testing.assert_frame_equal(made_class(), maker.made().replace("", np.nan))


def test_the_result_says_and_draws_its_numbers():
    scored = score_pre_post(made_class())
    assert repr(scored).startswith("Before and after, 23 students with both sheets")
    assert "what a hazard ratio says" in scored._repr_html_()
    assert scored.plot(title="Mine").get_suptitle() == "Mine"
