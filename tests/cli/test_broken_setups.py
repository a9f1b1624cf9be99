"""What a student meets on a broken machine: each is really made, and the message says what to do.

Only the full disk of a machine that lets nobody mount one is simulated, in `test_start.py`.
"""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path, PureWindowsPath

import pytest

from dsrct_edu import cli, doctor, starting
from dsrct_edu.authoring.places import Places

ROOT = Path(__file__).resolve().parents[2]
KIT = {"PYTHONPATH": str(ROOT / "src")}
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
BARE = {"PATH": os.defpath, "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}


def call(*command, folder=None, **variables):
    """Run a command without the variables of this shell; return its code and all it said."""
    environment = {**BARE, "HOME": tempfile.gettempdir(), **variables}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def edu(python, *arguments, **variables):
    return call(python, "-m", "dsrct_edu", *arguments, **{**KIT, **variables})


def fails(said):
    """The faults that the doctor found, with how to mend them."""
    lines = said.splitlines()
    found = {}
    for place, line in enumerate(lines):
        if line.startswith("FAIL"):
            what, _, detail = line[4:].strip().partition(": ")
            found[what] = detail, lines[place + 1].strip().removeprefix("Fix: ")
    return found


# Python: too old, or without pip


def old_pythons():
    home = Path(os.environ.get("PYENV_ROOT", Path("~/.pyenv").expanduser()))
    return sorted(home.glob("versions/3.[6-9]*/bin/python")) + sorted(
        home.glob("versions/3.10*/bin/python")
    )


@pytest.mark.skipif(not old_pythons(), reason="no old Python among pyenv's")
def test_an_old_python_is_told_which_one_is_needed():
    for python in old_pythons():
        code, said = call(python, ROOT / "start.py", "--setup")
        assert code == 1, said
        assert "needs Python 3.11, 3.12 or 3.13. This is 3." in said
        assert "python.org" in said
        assert "Traceback" not in said


def test_an_old_python_is_a_finding_of_the_doctor(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 9, "final", 0))
    assert doctor._python() == (False, "3.10.9")


@pytest.fixture
def checkout(tmp_path):
    """The files that `start.py` needs, in a folder with blanks and umlauts."""
    folder = tmp_path / "Kurs für Ärzte (2)"
    folder.mkdir()
    for name in ("start.py", "requirements-course.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def bare(folder):
    """Make an environment that holds nothing at all, not even pip; return its Python."""
    call(sys.executable, "-m", "venv", "--without-pip", folder)
    return next(folder.glob("[bS]*/python*"))


def test_a_python_without_pip_is_told_where_to_get_it(checkout, tmp_path):
    library = Path(sysconfig.get_path("stdlib"))
    home = tmp_path / "python" / "lib" / library.name  # as Debian ships it
    home.mkdir(parents=True)
    for path in library.iterdir():
        if path.name not in ("ensurepip", "site-packages"):
            (home / path.name).symlink_to(path)
    python = tmp_path / "python" / "bin" / library.name
    python.parent.mkdir()
    shutil.copy(Path(sys.executable).resolve(), python)
    code, said = call(python, "-c", "import venv; import ensurepip")
    if "No module named 'ensurepip'" not in said:
        pytest.skip("this Python cannot be moved")
    code, said = call(python, checkout / "start.py", "--setup")
    assert code == 1, said
    assert "has no pip" in said
    assert "sudo apt install python3-venv" in said
    assert "Traceback" not in said


# Folders: read-only, with umlauts, a file, full


@pytest.fixture
def kept():
    """A folder that an ordinary user may read and not write."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def ordinary():
    """What runs a command as an ordinary user: a super-user may write everywhere."""
    if not hasattr(os, "geteuid"):
        pytest.skip("Windows has other rights")
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("no setpriv here to become an ordinary user")
    if call(*NOBODY, sys.executable, "-c", "import dsrct_edu.cli", **KIT)[0]:
        pytest.skip("an ordinary user may not read this checkout or this Python")
    return NOBODY


def test_a_read_only_folder_is_named_with_the_way_out(kept):
    code, said = call(*ordinary(), sys.executable, "-m", "dsrct_edu", "doctor", kept / "new", **KIT)
    assert code == 1, said
    detail, fix = fails(said)["folder to work in"]
    assert detail == f"you may not write in {kept}"
    assert "folder of your own" in fix


@pytest.mark.parametrize(
    "command",
    [["start", "{}/new", "--no-lab"], ["start", "{}", "--no-lab"], ["simulate", "{}/new"]],
)
def test_no_command_breaks_off_in_a_read_only_folder(kept, command):
    arguments = [part.format(kept) for part in command]
    code, said = call(*ordinary(), sys.executable, "-m", "dsrct_edu", *arguments, **KIT)
    assert code == 2, said
    assert "Permission denied" in said
    assert "folder of your own" in said
    assert "Traceback" not in said


def test_a_course_in_a_read_only_folder_is_told_to_move(kept):
    run = ordinary()
    kept.chmod(0o755)
    for name in ("start.py", "requirements-course.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, kept)
    kept.chmod(0o555)
    code, said = call(*run, sys.executable, kept / "start.py", "--setup")
    assert code == 1, said
    assert f"cannot be installed in {kept}: Permission denied." in said
    assert "Move this folder" in said


def test_blanks_and_umlauts_do_no_harm(tmp_path):
    folder = tmp_path / "Kurs für Ärzte (2)"
    for spelled in ({}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}):
        code, said = edu(sys.executable, "start", folder, "--no-lab", **spelled)
        assert code == 0, said
        code, said = edu(sys.executable, "doctor", folder, **spelled)
        assert code == 0, said
        assert "All is well." in said
    assert (folder / "00_start_here.ipynb").is_file()


def test_a_package_below_umlauts_is_found_by_a_python_that_cannot_spell_them(checkout):
    """Python 3.11 reads `.pth` files in the encoding of the machine, pip writes them in UTF-8."""
    spec = importlib.util.spec_from_file_location("start_here", checkout / "start.py")
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    (checkout / "src").mkdir()
    (checkout / "src" / "a_lesson.py").write_text("", "utf-8")
    python = bare(checkout / "env")
    site = call(python, "-c", "import site; print(site.getsitepackages()[0])")[1].strip()
    Path(site, "_dsrct_edu.pth").write_text(f"{checkout / 'src'}\n", "utf-8")
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    if sys.version_info < (3, 12):
        assert call(python, "-c", "import a_lesson", **ascii_only)[0] != 0
    start.spell_in_ascii(checkout / "env")
    assert call(python, "-c", "import a_lesson", **ascii_only) == (0, "")


def test_a_file_is_no_folder_to_work_in(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    found = doctor.examine(tmp_path / "notes.txt")[-1]
    assert (found.ok, found.detail) == (False, f"{tmp_path / 'notes.txt'} is a file")
    assert cli.main(["start", str(tmp_path / "notes.txt"), "--no-lab"]) == 2


FULL = """
mount -t tmpfs -o size=600k none "$2"
head -c 300k /dev/zero > "$2/other"
export PYTHONDONTWRITEBYTECODE=1
"$1" -m dsrct_edu doctor "$2" || true
for command in start simulate; do
  "$1" -m dsrct_edu $command "$2/course" $( [ $command = start ] && echo --no-lab || echo --patients=5000 ) || echo "code $?"
done
ls "$2/course"
rm "$2/other"; mount -o remount,size=100m "$2"
"$1" -m dsrct_edu start "$2/course" --no-lab
"""  # noqa: E501


def test_a_full_disk_is_named_and_no_half_notebook_is_left(tmp_path):
    mounts = ["unshare", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or call(*mounts, "mount", "-t", "tmpfs", "none", tmp_path)[0]:
        pytest.skip("this machine lets nobody mount a small disk")
    code, said = call(*mounts, "bash", "-c", FULL, "sh", sys.executable, tmp_path, **KIT)
    assert code == 0, said
    assert "Traceback" not in said
    detail, fix = fails(said)["folder to work in"]
    assert detail == f"{tmp_path} has 0.0 GiB free"
    assert fix.startswith("Make room")
    assert said.count("No space left on device") == 2
    assert said.count("code 2") == 2
    assert ".part" not in said
    whole = [line for line in said.splitlines() if line.endswith(".ipynb")]
    every = len(list((ROOT / "notebooks").glob("*.ipynb")))
    assert f"  {every - len(whole)} notebooks copied" in said  # started again: the rest comes


# Environments: half-finished, with another kernel


def environment_without(folder, *missing):
    """Make an environment of links to this one's packages, without some of them."""
    python = bare(folder)
    site = Path(call(python, "-c", "import site; print(site.getsitepackages()[0])")[1].strip())
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.lower().startswith(missing):
            (site / path.name).symlink_to(path)
    return python


def test_a_half_finished_environment_names_what_is_missing(tmp_path):
    python = environment_without(tmp_path / "half", "pandas", "jupyterlab-", "jupyter_client")
    code, said = edu(python, "doctor", tmp_path)
    assert code == 1
    assert "Traceback" not in said
    found = fails(said)
    assert {"pandas", "jupyterlab", "six patients by hand", "Jupyter kernel"} == set(found)
    assert found["pandas"][0] == "not installed"
    assert "Install the package again" in found["pandas"][1]

    (tmp_path / "half" / ".course").write_text("stamp", "utf-8")  # start.py made it
    said = edu(python, "doctor", tmp_path)[1]
    assert f"Delete the file {tmp_path / 'half' / '.course'} and start as" in said


def test_a_package_that_lost_its_code_is_found_by_the_arithmetic(tmp_path):
    python = environment_without(tmp_path / "half", "numpy")
    (version,) = Path(sysconfig.get_path("purelib")).glob("numpy-*.dist-info")
    site = next((tmp_path / "half").glob("[Ll]ib*/**/site-packages"))
    (site / version.name).symlink_to(version)
    code, said = edu(python, "doctor", tmp_path)
    assert code == 1
    assert "No module named 'numpy'" in fails(said)["six patients by hand"][0]


def test_not_even_the_loader_is_there(tmp_path):
    python = environment_without(tmp_path / "half", "lazy_loader")
    code, said = edu(python, "doctor", tmp_path)
    assert code == 1
    last = said.splitlines()[-1]
    assert "only half installed: lazy_loader is missing. Install the package again" in last


def test_a_kernel_of_another_python_is_found_and_the_fix_mends_it(tmp_path):
    other, mine = bare(tmp_path / "other"), sys.executable
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    start = [str(other), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": start, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), "utf-8")
    variables = {"JUPYTER_PATH": str(tmp_path / "jupyter")}
    code, said = edu(mine, "doctor", tmp_path, **variables)
    assert code == 1, said
    detail, fix = fails(said)["Jupyter kernel"]
    assert detail == f"python3 starts {other}, which lacks dsrct-edu"
    assert fix.startswith(f"Delete the folder {kernel}. ")

    shutil.rmtree(kernel)
    assert edu(mine, "doctor", tmp_path, **variables)[0] == 0


# Ports


def test_a_taken_port_is_no_fault_while_another_is_free(monkeypatch):
    with socket.socket() as one, socket.socket() as two:
        for taken in (one, two):
            taken.bind(("127.0.0.1", 0))
            taken.listen()
        busy = [taken.getsockname()[1] for taken in (one, two)]
        monkeypatch.setattr(doctor, "_PORTS", busy)
        (found,) = [line for line in doctor.examine() if not line.ok]
        assert found.detail == f"none free from {busy[0]} to {busy[1]}"
        assert "--port" in found.fix
        one.close()
        monkeypatch.setattr(doctor, "_PORTS", busy[::-1])
        assert doctor._port() == (True, f"{busy[0]}, as {busy[1]} is taken")


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_a_port_that_cannot_be_is_refused_before_anything_is_copied(tmp_path, capsys, port):
    assert cli.main(["start", str(tmp_path / "new"), f"--port={port}"]) == 2
    assert "--port: expected a whole number, 1 to 65,535" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


# Windows


def test_paths_of_windows(monkeypatch):
    home = PureWindowsPath(r"C:\Users\Jörg Müller\Kurs für Ärzte")
    command = starting.lab_command(starting.HandOut(home, ("00_a.ipynb",), ()), browser=False)
    assert rf"--ServerApp.root_dir={home}" in command
    assert "--LabApp.default_url=/lab/tree/00_a.ipynb" in command
    places = Places(home / "lessons")
    assert (
        places.short(places.notebooks / "solutions" / "05.ipynb") == "notebooks/solutions/05.ipynb"
    )
    assert places.short(places.glossary) == "notebooks/glossary.ipynb"
