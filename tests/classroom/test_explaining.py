"""What stopped a cell is said in one plain line."""

import pandas as pd
import pytest

from dsrct_edu import InputError
from dsrct_edu.classroom.explaining import plainly

PATIENTS = pd.DataFrame({"hipec": [True], "tumour_shrinkage": [0.4]}, index=["P001"])


def raised(code, **names):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        exec(code, names)
    return caught.value, caught.value.__traceback__


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = b", 'If you mean the letter, put it in quotation marks: "b".'),
        ("x = pateints", "Python knows no name `pateints`. Near it: `patients`."),
        ("x = lower", 'put it in quotation marks: "lower". If it is a name, run the cells above'),
        ("x = helps", "`helps` is not there yet: the cell that sets it stopped with an error."),
        ("patients['hippec']", "There is no `hippec` here. Near it: `hipec`."),
        ("patients[['hipec', 'weight']]", "What is there: `hipec`, `tumour_shrinkage`, `P001`."),
        ("patients[['hipec', 'tumor_shrinkage']]", "Near it: `tumour_shrinkage`."),
        ("patients.loc['P01', 'hipec']", "There is no `P01` here. Near it: `P001`."),
        ("patients.loc[:, 'hippec']", "Near it: `hipec`."),
        ("patients.groupby('hippec')", "Near it: `hipec`."),
        ("patients.sort_values('hippec')", "Near it: `hipec`."),
        ("patients.iloc[0]['hippec']", "Near it: `hipec`."),
        ("patients.hippec", "This `DataFrame` has nothing named `hippec`. Near it: `hipec`."),
        ("{'a': 1}['b']", "The cell stopped. The last line says what went wrong"),
        ("x = (", "Line 1 is not Python yet. Is a quotation mark, a bracket or a comma missing?"),
        ("x = 3 * ...", "Three dots `...` are still there."),
        ("import no_such_module_at_all", "`dsrct-edu doctor` says how to mend it."),
        ("1 / 0", "The cell stopped. The last line says what went wrong"),
    ],
)
def test_one_plain_line(code, said):
    error, traceback = raised(code, patients=PATIENTS)
    line = plainly(error, traceback, ["patients", "pd"], {"helps": "NameError"})
    assert said in line
    assert "\n" not in line


def test_an_error_of_the_kit_is_plain_already():
    error = InputError("months", "-2.0", "Correct the date.")
    assert plainly(error) == str(error)
