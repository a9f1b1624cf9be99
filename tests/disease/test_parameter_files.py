"""A file of parameters for another disease: read, sourced, and refused wherever it is not meant."""

import pytest

import dsrct_edu as dsrct
from dsrct_edu.disease import scenario
from dsrct_edu.errors import InputError

GOOD = """
name = "another"
base = "strong"
[sources]
book = "A book, 2020"
[parameters]
age_median = {value = 50, source = "book"}
age_max = {value = 90, source = "assumed: adults"}
male = {value = 0.5, source = "assumed: no figure"}
"""


@pytest.fixture
def written(tmp_path):
    def write(old="", new=""):
        assert old in GOOD
        path = tmp_path / "another.toml"
        path.write_text(GOOD.replace(old, new, 1), "utf-8")
        return path

    return write


def test_a_file_replaces_what_it_names_and_nothing_else(written):
    model, base = scenario(written()), scenario("strong")
    assert model.name == "another"
    changed = {key for key, value in model.parameters.items() if value != base.parameters[key]}
    assert changed == {"age_median", "age_max", "male"}
    assert scenario(str(written())) == model
    cohort = dsrct.simulate_cohort(4000, model, seed=1).patients
    assert cohort["age"].median() == pytest.approx(50, abs=2)


def test_sources_are_those_of_the_file(written):
    model = scenario(written())
    sources = model.describe().set_index("parameter")["source"]
    assert sources["age_median"] == "A book, 2020"
    assert sources["male"] == "assumed: no figure"
    assert sources["natural_median"] == "assumed: fitted with the anchors"
    again = model.replace(male=0.4).describe().set_index("parameter")["source"]
    assert (again["male"], again["age_median"]) == ("changed by hand", "A book, 2020")
    assert scenario("strong").describe()["source"].tolist() == (
        scenario("strong").replace().describe()["source"].tolist()
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("male", "mael", "another.toml: expected a parameter.*'mael'.*Did you mean male"),
        ("male", "xyzzy", "another.toml: expected a parameter.*'xyzzy'. scenario"),
        ("value = 0.5", "value = 1.5", "male: expected .*probability, from 0 to 1; found 1.5"),
        ("value = 0.5", "value = nan", "male: expected a finite number"),
        ("value = 0.5", 'value = "half"', "male: expected a finite number.*'half'"),
        ("value = 50", "value = 95", "age_min <= age_median <= age_max; found .*age_median 95"),
        ('base = "strong"', 'base = "stong"', "'strong'"),
        ('base = "strong"', "", "another.toml: expected `base`, a text; found none"),
        ('name = "another"', "name = 3", "expected `name`, a text; found 3"),
        ('name = "another"', 'name = "a"\ncolour = "red"', "found 'colour'"),
        ("value = 0.5,", "value = 0.5, unit = 1,", "male: expected value or source; found 'unit'"),
        ('{value = 0.5, source = "assumed: no figure"}', "0.5", "male: expected a value and its"),
        ("assumed: no figure", "assumed: ", r"male: expected a key of \[sources\]"),
        ("assumed: no figure", "somewhere", "found 'somewhere'. Say where"),
        ('source = "book"', 'source = "assumed: me"', "sources that are used; found 'book'"),
        ("[sources]", "[sources", "another.toml: expected text in TOML"),
    ],
)
def test_nothing_is_taken_silently(written, old, new, said):
    with pytest.raises(InputError, match=f"(?s){said}"):
        scenario(written(old, new))


def test_a_time_scale_of_zero_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"peritoneal_median: expected .*months"):
        scenario().replace(peritoneal_median=0)
    with pytest.raises(InputError, match="no file"):
        scenario(tmp_path / "none.toml")
