"""What the documents tell a reader to type works, and what they link to is there.

Each command of every document is read as the program would read it: options by the parser of the
command, targets by make, modules by the import system, extras by pyproject.toml. Those in blocks
are run as well, from top to bottom in one empty folder for each document; what is not run is listed
in `NOT_RUN` with the reason.
"""

import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from dsrct_edu import cli, resources

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = ROOT / "docs" / "handbook.md"
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "benchmarks/README.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("examples/*/README.md")),
    *(ROOT / name for name in ("data/synthetic/README.md", "site/lecturers.md")),
    ROOT / "tests" / "analysis" / "reference" / "README.md",
]
LINKED = [*DOCUMENTS[:2], HANDBOOK, *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]
BLOCK = re.compile(r"^(`{3,})([a-z-]*)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
TEXT = re.compile(r"`((?:dsrct-edu|make|python3?|pip|npm|nbgrader|jupyter|conda|uv) [^`\n]+)`")
NOT_RUN = {
    r"make .*": "each target is planned with `make -n`; CI and `make full` run them",
    r"python3 start.py": "installs the course; tests/cli/test_start.py runs each of its steps",
    r"conda .*": "needs conda; test_packaging.py holds the file to pyproject.toml",
    r"git clone .*": "needs the address of the forge",
    r"pip install .*": "needs a package index; its extras are looked up",
    r"jupyter lab .*": "stays open; that its notebook is there is checked",
    r"dsrct-edu build lecturer": "needs a checkout; tests/lessons/ builds these pages",
    r"dsrct-edu build": "minutes for all lessons; tests/lessons/ runs it on one",
    r"dsrct-edu check": "minutes for all lessons; `make drift` runs it",
    r"cp -r .*|cd .*": "the reader's own folder",
    r"nbgrader .*": "`make grading` runs the whole way with nbgrader, in an environment of its own",
    r"python -m tools.language .*": "`make pseudo` walks the whole way with every lesson",
    r"OMP_NUM_THREADS=1 python benchmarks/.*": "minutes; `make benchmarks` runs them",
    r"python benchmarks/browser.py.*": "needs Chromium, node and most of an hour",
    r"python tests/analysis/reference/fuzz.py.*": "needs R; `make reference` runs it",
}
"""Commands in blocks that are read and not run, each with the reason."""
INSTEAD = {"dsrct-edu start my-course": "dsrct-edu start my-course --no-lab"}
"""What is run in place of a command that would not end by itself."""


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def blocks(path, *languages):
    return [text for _, language, text in BLOCK.findall(path.read_text("utf-8"))
            if language in languages]  # fmt: skip


def in_blocks(path):
    """The lines to type of a document, without comments and the columns that explain them."""
    lines = [line for block in blocks(path, "sh", "bash") for line in block.splitlines()]
    lines = [re.split(r"\s#", line)[0].strip() for line in lines]
    return [line for line in lines if line and not line.startswith("#")]


def commands(path):
    """Every command of a document, once: those in blocks and those that the text names."""
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return list(dict.fromkeys(in_blocks(path) + TEXT.findall(text)))


def read(line):
    """Read a command as the program would that it names; a program that nobody knows is a fault."""
    for part in line.split("&&"):
        words = shlex.split(part)
        while "=" in words[0]:  # variables set for this command
            words.pop(0)
        READERS[words[0]](words[1:])


def _ours(rest):
    if len(rest) == 1:  # a text may name a command without what it takes
        assert rest[0] in {command.name for command in cli.COMMANDS}
    else:
        cli._parser().parse_args(["05" if word == "NN" else word for word in rest])


@cache
def planned(*arguments):
    """What make would run; a variable that nobody reads is a fault, as is a missing target."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for word in arguments:
        assert "=" not in word or f"$({word.partition('=')[0]}" in makefile, word
    command = ["make", "-n", *arguments]
    if not any(word.startswith("PYTHON=") for word in arguments):
        command.append(f"PYTHON={sys.executable}")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _make(rest):
    planned(*rest)


def _python(rest):
    if rest[0] == "-c":
        compile(rest[1], "a document", "exec")
        return
    if rest[0] == "-m":
        sys.path.insert(0, str(ROOT))
        assert find_spec(rest[1]), rest[1]
        source = Path(find_spec(rest[1]).origin)
        if source.name == "__init__.py":
            source = source.with_name("__main__.py")
    else:
        places = (ROOT, ROOT / "site" / "lite" / "stick")  # as it lies here, and on a stick
        source = next((p / rest[0] for p in places if (p / rest[0]).is_file()), None)
        assert source, rest[0]
    for option in rest[1:]:  # its parser must know them, wherever it stands
        if option.startswith("--"):
            assert f'"{option}"' in source.read_text("utf-8"), option


def _pip(rest):
    assert rest[0] == "install"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for named in re.findall(r"\[(.*)\]", rest[-1]):
        assert set(named.split(",")) <= set(project["optional-dependencies"])


def _conda(rest):
    assert rest in (["env", "create", "-f", "environment.yml"], ["activate", "dsrct-edu"])
    assert "name: dsrct-edu" in (ROOT / "environment.yml").read_text("utf-8")


def _git(rest):
    assert rest[0] == "clone"


def _jupyter(rest):
    assert rest[0] == "lab"
    assert rest[1].endswith(".ipynb")


def _nbgrader(rest):  # in an environment of its own: what `make grading` calls
    run = (ROOT / "tools" / "grading" / "__main__.py").read_text("utf-8")
    assert f'"{rest[0]}"' in run, rest[0]


def _npm(rest):
    assert rest[0] in ("install", "ci")


def _shell(rest):
    assert rest


READERS = {
    **{"dsrct-edu": _ours, "make": _make, "python": _python, "python3": _python, "pip": _pip},
    **{"conda": _conda, "git": _git, "jupyter": _jupyter, "nbgrader": _nbgrader, "npm": _npm},
    **{"cp": _shell, "cd": _shell},
}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_command_can_be_read(path):
    for line in commands(path):
        try:
            read(line)
        except (AssertionError, SystemExit, KeyError) as error:
            pytest.fail(f"{name_of(path)}: `{line}`: {error!r}")


def test_the_commands_are_found():
    assert sum(len(commands(path)) for path in DOCUMENTS) > 70
    assert sum(len(in_blocks(path)) for path in DOCUMENTS) > 45


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_block_says_what_it_is(path):
    assert blocks(path, "") == [] or path.name == "writing-lessons.md"  # blocks around blocks


@pytest.mark.parametrize(
    "line",
    [
        *("dsrct-edu bild 05", "dsrct-edu build --quick", "python -m tools.none", "rm x"),
        *("make coffee", "make test FAST=1", "python tools/cohorts.py --czech", "nbgrader mark"),
        *("pip install 'dsrct-edu[all]'", "python -m tools.site && make coffee"),
    ],
)
def test_a_command_that_is_not_there_is_found(line):
    with pytest.raises((AssertionError, SystemExit, KeyError)):
        read(line)


def why_not(line):
    """The reason for which a command is read and not run, if there is one."""
    found = [why for pattern, why in NOT_RUN.items() if re.fullmatch(pattern, line)]
    return found[0] if found else None


def test_what_is_not_run_is_listed_and_nothing_else():
    lines = [line.strip() for path in DOCUMENTS for typed in in_blocks(path)
             for line in typed.split("&&")]  # fmt: skip
    for pattern in NOT_RUN:
        assert any(re.fullmatch(pattern, line) for line in lines), pattern
    assert {shlex.split(line)[0] for line in lines if not why_not(line)} == {"dsrct-edu"}


def run(line, folder):
    """Run a command of the kit in a folder; it must end well."""
    command = [sys.executable, "-m", "dsrct_edu", *shlex.split(INSTEAD.get(line, line))[1:]]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def prepare(path, folder):
    """Put into a folder what a document says that its reader has."""
    name = name_of(path)
    if name == "README.md":
        table = pd.DataFrame({"months": [4, 9, 12, 20, 26, 30, 8, 15], "arm": list("aabbabab")})
        table.assign(died=[1, 0, 1, 0, 1, 0, 1, 1]).to_csv(folder / "patients.csv", index=False)
    if name == "docs/pre-post-test.md":
        (folder / "answers.csv").write_text(
            resources.find("lessons", "made_class.csv").read_text("utf-8"), "utf-8"
        )


def to_run(path):
    """The commands of a document that are run, but for those that the handbook's test runs."""
    known = set() if path == HANDBOOK else set(in_blocks(HANDBOOK))
    lines = [line for line in in_blocks(path) if line not in known]
    return [line for line in lines if not all(why_not(p.strip()) for p in line.split("&&"))]


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path != HANDBOOK and to_run(path)], ids=name_of
)
def test_the_commands_of_a_document_run(path, tmp_path):
    prepare(path, tmp_path)
    for line in to_run(path):
        run(line, tmp_path)


def test_a_wrong_command_in_a_document_does_not_run(tmp_path):
    planted = tmp_path / "planted.md"
    planted.write_text("```sh\ndsrct-edu simulate here --patients 0   # none\n```\n", "utf-8")
    (line,) = in_blocks(planted)
    read(line)  # it can be read, and is wrong all the same
    with pytest.raises(AssertionError, match="n: expected a whole number"):
        run(line, tmp_path)


PYTHON = {
    "README.md": {"1000": "20"},
    "docs/staircase.md": {"4000": "20"},
    "docs/pre-post-test.md": {},
}
"""Documents whose Python is run, with what is made smaller for a test."""


@pytest.mark.parametrize("name", PYTHON)
def test_the_python_of_a_document_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prepare(ROOT / name, tmp_path)
    names = {}
    if name == "docs/pre-post-test.md":
        answers = pd.read_csv("answers.csv")
        keys = ["student", "form", "occasion"]
        names["wide"] = answers.pivot(index=keys, columns="item", values="answer").reset_index()
    code = "\n".join(blocks(ROOT / name, "python"))
    for large, small in PYTHON[name].items():
        assert large in code
        code = code.replace(large, small)
    exec(compile(code, name, "exec"), names)
    if name == "docs/pre-post-test.md":
        assert len(names["answers"]) == len(answers)


def test_the_commands_of_the_handbook_run(tmp_path):
    lines = [line for block in blocks(HANDBOOK, "sh") for line in block.splitlines()]
    ran = set()
    for line in lines:
        program, *rest = shlex.split(line)
        if program == "jupyter":
            assert (tmp_path / rest[1]).is_file()  # it is there to be opened
        if program == "dsrct-edu" and not why_not(line):
            run(line, tmp_path)
            ran.add(rest[0])
    assert {"new-lesson", "adapt", "build", "check", "start", "doctor"} <= ran
    for kind in ("notebooks/05_kaplan_meier.ipynb", "build/slides/50_another_cancer.html"):
        assert (tmp_path / kind).is_file()


def test_the_parameter_file_of_the_handbook_is_read(tmp_path):
    import dsrct_edu as dsrct

    (text,), (code,) = blocks(HANDBOOK, "toml"), blocks(HANDBOOK, "python")
    file = tmp_path / "my_disease.toml"
    file.write_text(text, "utf-8")
    names = {"dsrct": dsrct}
    code = code.replace('"my_disease.toml"', repr(str(file))).replace("300_000", "10_000")
    exec(code, names)
    assert names["world"].wait_min == 0.5
    assert len(names["patients"]) == 500


def _anchors(path):
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", LINKED, ids=lambda path: path.parent.name + "/" + path.name)
def test_every_link_leads_to_something(path):
    text = re.sub(r"^````?.*?^````?", "", path.read_text("utf-8"), flags=re.DOTALL | re.M)
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", text)):
        if target.startswith(("http", "glossary:")):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        assert place.exists(), target
        assert not anchor or anchor in _anchors(place), target
