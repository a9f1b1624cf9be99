"""What the documents tell a reader to type works, and what they link to is there.

Each command of README, CONTRIBUTING and the handbook is read: options by the parser of the command,
targets by the Makefile, modules by the import system, extras by pyproject.toml. The handbook's are
run as well, from top to bottom in one empty folder, as a lecturer without a checkout would.
"""

import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from dsrct_edu import cli

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = ROOT / "docs" / "handbook.md"
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", HANDBOOK]
LINKED = [*DOCUMENTS, ROOT / "docs" / "writing-lessons.md", *ROOT.glob("examples/*/README.md")]
BLOCK = re.compile(r"^```([a-z]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
OF_THE_CHECKOUT = {"dsrct-edu build lecturer"}  # needs lessons/; tests/lessons/ builds these pages
TEXT = re.compile(r"`(dsrct-edu [^`]+|make [a-z]+|python -m tools[^`]*)`")


def blocks(path, *languages):
    return [text for language, text in BLOCK.findall(path.read_text("utf-8"))
            if language in languages]  # fmt: skip


def commands(path):
    """The lines to type of a document, without comments and the columns that explain them."""
    text = path.read_text("utf-8")
    lines = [line for block in blocks(path, "sh", "") for line in block.splitlines()]
    lines = [re.split(r"\s{2,}|\s#", line.strip())[0] for line in lines + TEXT.findall(text)]
    return [line for line in dict.fromkeys(lines) if line and not line.startswith("#")]


def read(line):
    """Read a command as the program would that it names; a program that nobody knows is a fault."""
    program, *rest = [word for part in line.split("&&") for word in shlex.split(part)]
    return READERS[program](rest)


def _ours(rest):
    if len(rest) == 1:  # a text may name a command without what it takes
        assert rest[0] in {command.name for command in cli.COMMANDS}
    else:
        cli._parser().parse_args(["05" if word == "NN" else word for word in rest])


def _make(rest):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {word for word in rest if "=" not in word} <= targets


def _python(rest):
    if rest[0] == "-m":
        sys.path.insert(0, str(ROOT))
        assert find_spec(rest[1])
    else:
        assert (ROOT / rest[0]).is_file()


def _pip(rest):
    assert rest[0] == "install"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (named,) = re.findall(r"\[(.*)\]", rest[-1])
    assert set(named.split(",")) <= set(project["optional-dependencies"])


def _conda(rest):
    assert rest in (["env", "create", "-f", "environment.yml"], ["activate", "dsrct-edu"])
    assert "name: dsrct-edu" in (ROOT / "environment.yml").read_text("utf-8")


def _git(rest):
    assert rest[0] == "clone"


def _jupyter(rest):
    assert rest[0] == "lab"
    assert rest[1].endswith(".ipynb")


READERS = {
    **{"dsrct-edu": _ours, "make": _make, "python": _python, "python3": _python, "pip": _pip},
    **{"conda": _conda, "git": _git, "jupyter": _jupyter},
}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_can_be_read(path):
    found = commands(path)
    assert len(found) > 4
    for line in found:
        read(line)


@pytest.mark.parametrize(
    "line",
    ["dsrct-edu bild 05", "dsrct-edu build --quick", "make coffee", "python -m tools.none", "rm x"],
)
def test_a_command_that_is_not_there_is_found(line):
    with pytest.raises((AssertionError, SystemExit, KeyError)):
        read(line)


def test_the_commands_of_the_handbook_run(tmp_path):
    lines = [line for block in blocks(HANDBOOK, "sh") for line in block.splitlines()]
    ran = set()
    for line in lines:
        program, *rest = shlex.split(line)
        if program == "jupyter":
            assert (tmp_path / rest[1]).is_file()  # it is there to be opened
        if program == "dsrct-edu" and line not in OF_THE_CHECKOUT:
            command = [sys.executable, "-m", "dsrct_edu", *rest]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
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
