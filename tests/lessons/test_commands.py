"""`dsrct-edu new-lesson`, `build` and `check`, in a folder that holds a lecturer's own lesson."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from dsrct_edu import authoring, cli
from dsrct_edu.authoring import building
from dsrct_edu.authoring.skeleton import new_lesson
from dsrct_edu.classroom import check, quiz, worked_answer
from dsrct_edu.errors import InputError

MADE = [
    "notebooks/42_small_steps.ipynb",
    "notebooks/solutions/42_small_steps.ipynb",
    "notebooks/glossary.ipynb",
    "build/instructor/42_small_steps.ipynb",
    "build/slides/42_small_steps.html",
    "build/slides/42_small_steps.pptx",
    "build/worksheets/42_small_steps.html",
    "build/site/lessons/42_small_steps.html",
    "build/site/assets/page.css",
    "build/site/assets/page.js",
    "build/lecturer/42_small_steps.html",
    "build/lecturer/42_small_steps_guesses.html",
    "build/gradebook/source/42_small_steps/42_small_steps.ipynb",
    "build/gradebook/nbgrader_config.py",
    "lessons/42_small_steps.reveals.json",
    "build/quizzes/quiz_42.gift",
    "build/quizzes/quiz_42.qti.zip",
]
CELL = "## Quiz\n\n```{{code-cell}}\n{}\n```\n"


def run(capsys, *arguments):
    """Return the exit code of a command, and what it printed."""
    code = cli.main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def own(tmp_path, monkeypatch, capsys):
    """An empty folder of a lecturer, with a lesson begun by `new-lesson`."""
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "new-lesson", "42", "small_steps")
    assert code == 0
    assert out.count("wrote ") == 4
    return tmp_path


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_lesson_of_ones_own_is_built_checked_and_used(own, monkeypatch, capsys):
    code, out, _ = run(capsys, "build", "42")
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("wrote ")] == [
        f"wrote {name}" for name in sorted(MADE, key=out.index)
    ]
    assert all((own / name).is_file() for name in MADE)
    assert "1 lesson, 17 files changed" in out
    assert "To try it: jupyter lab notebooks/42_small_steps.ipynb" in out
    assert f"DSRCT_EDU_LESSONS={own / 'lessons'}" in out

    code, out, _ = run(capsys, "build")
    assert code == 0
    assert out == "1 lesson, 0 files changed\n"

    code, out, _ = run(capsys, "check")
    assert code == 0
    assert out == "1 lesson: rules kept, notebooks follow from their sources\n"

    for place in ("notebooks", "notebooks/solutions", "build/instructor"):  # of its kernel
        monkeypatch.chdir(own / place)
        assert check("42.1", 0.7).passed
        assert worked_answer("42.1").code == "share = 7 / 10"
        assert worked_answer("05.1").code == "step_at_20 = 2 / 3"  # the kit's are there, too
    monkeypatch.chdir(ROOT / "tests")
    monkeypatch.setenv("DSRCT_EDU_LESSONS", str(own / "lessons"))
    assert worked_answer("42.1").code == "share = 7 / 10"
    assert quiz("05").title
    with pytest.raises(InputError, match=r"00, 01, .*42"):
        quiz("77")


def test_a_change_without_a_build_is_told(own, capsys):
    assert run(capsys, "build")[0] == 0
    edit(own / "lessons" / "42_small_steps.md", "One sentence.", "Two sentences.")
    code, _, err = run(capsys, "check")
    assert code == 1
    assert "run `dsrct-edu build 42`" in err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "value"', "kind = value", "this is not TOML: "),
        ('kind = "value"', 'kind = "number"', "'number' is not one of"),
        ('expected = "7 / 10"', 'expected = "7 / / 10"', "not a Python expression: 7 / / 10"),
    ],
)
@pytest.mark.parametrize("command", ["build", "check"])
def test_a_broken_check_file_is_named_with_its_line(own, capsys, command, old, new, said):
    line = edit(own / "lessons" / "42_small_steps.checks.toml", old, new)
    code, _, err = run(capsys, command, "42")
    assert code == 2
    assert f"dsrct-edu {command}: 42_small_steps.checks.toml, line {line}: " in err
    assert said in err
    assert not (own / "notebooks").exists()


def test_a_lesson_of_the_kit_is_copied_changed_and_built(own, capsys):
    code, out, _ = run(capsys, "adapt", "05")
    assert code == 0
    assert out.count("wrote ") == len(list((own / "lessons").glob("05_*"))) >= 3
    assert "dsrct-edu build 05" in out
    assert "writing-lessons.md" in out
    edit(
        own / "lessons" / "05_kaplan_meier.md",
        "title: A survival curve from scratch",
        "title: Mine",
    )
    assert run(capsys, "build", "05")[0] == 0
    assert "begin the first cell with `# Mine`" in run(capsys, "check", "05")[2]
    edit(own / "lessons" / "05_kaplan_meier.md", "# A survival curve from scratch", "# Mine")
    assert "is no heading of the lesson" in run(capsys, "check", "05")[2]
    edit(own / "lessons" / "05_kaplan_meier.teach.toml", "A survival curve from scratch", "Mine")
    assert run(capsys, "build", "05")[0] == 0
    assert run(capsys, "check", "05")[0] == 0
    student = (own / "notebooks" / "05_kaplan_meier.ipynb").read_text(encoding="utf-8")
    assert "# Mine" in student

    for number, said in (("05", "a free number; found 05_kaplan_meier.md"), ("99", "05, 06")):
        code, _, err = run(capsys, "adapt", number)
        assert code == 2
        assert said in err


def test_one_broken_lesson_does_not_stop_another(own, monkeypatch, capsys):
    new_lesson(43, "more_steps", own / "lessons")
    edit(own / "lessons" / "42_small_steps.checks.toml", 'kind = "value"', "kind = value")
    code, out, err = run(capsys, "build")
    assert code == 2
    assert "42_small_steps.checks.toml, line" in err
    assert "wrote notebooks/43_more_steps.ipynb" in out
    assert not (own / MADE[0]).exists()


def test_only_pixels_changed_is_said_and_the_notebook_kept(own, capsys):
    curve = "dsrct.kaplan_meier(dsrct.endpoint(dsrct.load_cohort('teaching').patients)).plot()"
    edit(own / "lessons" / "42_small_steps.md", "## Quiz\n", CELL.format(curve))
    assert run(capsys, "build", "42")[0] == 0
    path = own / MADE[0]
    built = path.read_text(encoding="utf-8")
    other = building._PICTURE.sub("data:image/png;base64,AAAA", built, count=1)
    path.write_text(other, encoding="utf-8")
    code, out, _ = run(capsys, "build", "42")
    assert code == 0
    assert "kept notebooks/42_small_steps.ipynb: only pixels changed" in out
    assert path.read_text(encoding="utf-8") == other
    assert run(capsys, "build", "42", "--pixels")[0] == 0
    assert path.read_text(encoding="utf-8") == built


def test_a_lecture_deck_is_built_with_all_lessons(own, capsys):
    deck = (
        'title = "One"\nminutes = 5\n[[part]]\ntitle = "all"\nminutes = 5\n'
        '[[part.slide]]\ntitle = "Look"\n'
        'show = { lesson = "42", section = "Guess first", outputs = [0] }\n'
    )
    (own / "lessons" / "one.deck.toml").write_text(deck, encoding="utf-8")
    code, out, _ = run(capsys, "build")
    assert code == 0
    assert "wrote build/slides/one.html" in out


@pytest.mark.parametrize("command", ["build", "check"])
def test_what_is_not_there_is_said(own, capsys, command):
    code, _, err = run(capsys, command, "77")
    assert code == 2
    assert "the beginning of 42_small_steps; found '77'" in err
    code, _, err = run(capsys, command, "--folder", "elsewhere/lessons")
    assert code == 2
    assert "dsrct-edu new-lesson" in err


def test_a_number_of_jobs_that_is_none_is_refused(own, capsys):
    code, _, err = run(capsys, "build", "--jobs", "0")
    assert code == 2
    assert "jobs: expected a whole number" in err


def test_a_missing_tool_is_said_with_the_remedy(own, capsys, monkeypatch):
    monkeypatch.setattr(authoring, "find_spec", lambda name: None)
    code, _, err = run(capsys, "build")
    assert code == 2
    assert 'pip install "dsrct-edu[author]"' in err


@pytest.mark.parametrize(
    ("number", "name", "said"),
    [
        (100, "ok", "0 to 99"),
        (-1, "ok", "0 to 99"),
        (7, "Not Good", "underscores"),
        (7, "", "words"),
        (42, "other", "a free number; found 42_small_steps.md"),
    ],
)
def test_a_bad_skeleton_is_refused_and_nothing_is_overwritten(own, number, name, said):
    before = sorted(own.rglob("*"))
    with pytest.raises(InputError, match=said):
        new_lesson(number, name, own / "lessons")
    assert sorted(own.rglob("*")) == before


# The same from a wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A Python that has the wheel installed, and besides it only what this Python has."""
    place = tmp_path_factory.mktemp("installed")
    call([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)], ROOT)
    (wheel,) = place.glob("*.whl")
    call([sys.executable, "-m", "venv", "--without-pip", str(place / "venv")], place)
    python = place / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    site = call([str(python), "-c", "import site; print(site.getsitepackages()[0])"], place)
    shutil.unpack_archive(wheel, site.strip(), "zip")
    (Path(site.strip()) / "others.pth").write_text("\n".join(filter(os.path.isdir, sys.path)))
    return python


def call(command, folder, code=0):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_an_installed_wheel_builds_a_lesson_of_ones_own(installed, tmp_path):
    def edu(*arguments, code=0):
        return call([str(installed), "-m", "dsrct_edu", *arguments], tmp_path, code)

    where = call([str(installed), "-c", "import dsrct_edu; print(dsrct_edu.__file__)"], tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parents[1])

    edu("new-lesson", "42", "small_steps")
    assert "1 lesson, 17 files changed" in edu("build", "42")
    assert all((tmp_path / name).is_file() for name in MADE)
    notebook = json.loads((tmp_path / MADE[0]).read_text(encoding="utf-8"))
    assert sum(bool(cell.get("outputs")) for cell in notebook["cells"]) > 5
    assert "rules kept" in edu("check")

    edu("adapt", "05")
    for begins in ("title: ", "# "):
        place = tmp_path / "lessons" / "05_kaplan_meier.md"
        edit(place, f"{begins}A survival curve from scratch", f"{begins}Mine")
    edit(place.with_suffix(".teach.toml"), "A survival curve from scratch", "Mine")
    assert "wrote notebooks/05_kaplan_meier.ipynb" in edu("build", "05")
    assert "rules kept" in edu("check", "05")

    edu("adapt", "50")  # the example of another disease, with its file of parameters
    assert "wrote notebooks/50_another_cancer.ipynb" in edu("build", "50")
    assert "run `dsrct-edu build 42`" in edu("check", code=1)  # its next lesson is another now
    edu("build")
    assert "3 lessons: rules kept" in edu("check")

    checks = tmp_path / "lessons" / "42_small_steps.checks.toml"
    line = edit(checks, 'kind = "value"', "kind = value")
    assert f"42_small_steps.checks.toml, line {line}: " in edu("build", "42", code=2)
