"""A page to read on, `NN_name_more.md`: built and compared like a lesson, and nobody has to."""

import json

import pytest

from dsrct_edu.authoring import commands, lesson, rules
from dsrct_edu.authoring.sources import LessonError

PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
dsrct_edu:
  id: "42"
  title: Smaller steps
  seed: 42
---

# Smaller steps

{{header}}

```{code-cell}
share = 0.25
share
```

A share of {{share}} is left.

{{footer}}
"""


@pytest.fixture
def page(course):
    path = course.path("_more.md")
    path.write_text(PAGE, encoding="utf-8")
    return path


def texts(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


def test_it_has_a_notebook_and_a_page_and_each_leads_to_the_other(course, page, capsys):
    assert commands.build(["42"], course.places.lessons) == 0
    assert commands.check([page.stem], course.places.lessons) == 0, capsys.readouterr().err
    made = sorted(course.places.root.rglob(f"{page.stem}.*"))
    assert [path.parent.name for path in made if ".cache" not in path.parts] == [
        "lessons",  # the page
        "lessons",
        "notebooks",
    ]
    words = texts(course.places.notebooks / f"{page.stem}.ipynb")
    assert "(42_small_steps.ipynb)" in words[0]
    assert words[1].startswith("A share of 0.25 is left.")
    assert "Back to lesson 42: [Small steps](42_small_steps.ipynb)." in words[1]
    assert "not medical advice" in words[1]
    for folder, way in (("notebooks", ""), ("notebooks/solutions", "../")):
        last = texts(course.places.root / folder / "42_small_steps.ipynb")[-1]
        assert f"To read on, optional: [Smaller steps]({way}42_small_steps_more.ipynb)." in last


def test_it_is_no_lesson_of_the_list(course, page):
    listed = course.lesson().course.lessons
    assert listed["42"].file == "42_small_steps"
    assert lesson.read(page).is_more


def test_what_no_longer_follows_from_its_source_is_found(course, page, capsys):
    assert commands.build(["42"], course.places.lessons) == 0
    page.write_text(PAGE.replace("is left", "remains"), encoding="utf-8")
    assert commands.check(["42"], course.places.lessons) == 1
    assert "42_small_steps_more.ipynb" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  seed: 42\n", "  seed: 42\n  ideas: [steps]\n", "`ideas` in the front matter"),
        ("```{code-cell}\n", "```{code-cell}\n:tags: [quiz]\n\n", "is a `quiz`; a page to read on"),
        ("A share of {{share}}", "A share of 0.31", "the figure 0.31 is typed into the prose"),
        ("share\n```", "share;\n```", "ends a line with `;`"),
    ],
)
def test_its_rules(page, old, new, said):
    assert old in PAGE
    assert rules.problems(lesson.read(page)) == []
    page.write_text(PAGE.replace(old, new, 1), encoding="utf-8")
    assert any(said in problem for problem in rules.problems(lesson.read(page)))


def test_it_needs_its_lesson(course, page):
    alone = page.rename(page.with_name("43_alone_more.md"))
    with pytest.raises(LessonError, match=r"43_alone_more.md: its lesson, 43_alone.md, does not"):
        rules.problems(lesson.read(alone))
