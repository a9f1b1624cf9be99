"""The package's metadata, its lock and its conda file say the same, and leak nothing."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def conda_lines():
    text = (ROOT / "environment.yml").read_text("utf-8")
    return re.findall(r"^  - ([A-Za-z_][\w-]*)(?: (.*))?$", text, flags=re.MULTILINE)


def test_environment_file_is_in_step():
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["course"]
    expected = {"python": PROJECT["requires-python"], "pip": ""}
    for requirement in map(Requirement, wanted):
        name = CONDA_NAMES.get(requirement.name, requirement.name)
        expected[name] = str(requirement.specifier)
    hatchling = Requirement(PROJECT["optional-dependencies"]["build"][0])
    expected["hatchling"] = str(hatchling.specifier)
    found = dict(conda_lines())
    found = {name: version for name, version in found.items() if name != "conda-forge"}
    assert {n: set(v.split(",")) for n, v in found.items()} == {
        n: set(v.split(",")) for n, v in expected.items()
    }


COURSE = ("course", "build")  # and the package is then installed without build isolation
UNLOCKED = {"peers", "grading"}  # grading has a lock of its own, tools/grading/requirements.txt
LOCKS = {
    "requirements.txt": tuple(sorted(set(PROJECT["optional-dependencies"]) - UNLOCKED)),
    "requirements-course.txt": COURSE,
}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock):
    """Return version and hashes of every locked package."""
    text = (ROOT / lock).read_text("utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    found = {}
    for block in blocks:
        name, version = re.match(r"([A-Za-z0-9._-]+)==(\S+)", block).groups()
        found[normal(name), version] = set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", block))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_covers_every_dependency_and_names_no_address(lock):
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    locked = {name for name, _ in pins(lock)}
    extras = [r for group in LOCKS[lock] for r in PROJECT["optional-dependencies"][group]]
    for requirement in map(Requirement, PROJECT["dependencies"] + extras):
        assert normal(requirement.name) in locked, requirement.name


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock):
    assert pins(lock)
    assert all(pins(lock).values())


def test_the_course_has_the_same_pins_and_no_tools():
    everything, course = pins("requirements.txt"), pins("requirements-course.txt")
    assert {key: everything.get(key) for key in course} == course
    tools = {"dask", "hypothesis", "jupytext", "mypy", "nbval", "playwright", "pyarrow", "pytest"}
    assert not tools & {name for name, _ in course}


def test_import_stays_cheap():
    code = (
        "import sys; import dsrct_edu; "
        "heavy = {'pandas', 'scipy', 'matplotlib', 'lifelines', 'joblib', 'multiprocessing'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_front_door_holds_the_public_names_and_no_more():
    import dsrct_edu

    public = {name for name in dir(dsrct_edu) if not name.startswith("_")}
    assert public == {
        *("aalen_johansen", "check", "cohorts", "cox", "dials", "emulate_trial", "endpoint"),
        *("fidelity", "kaplan_meier", "load_cohort", "logrank", "predict", "propensity"),
        *("published", "quiz", "reveal", "scenario", "simulate_cohort", "simulation_study"),
        *(
            "true_effect",
            "worked_answer",
            "InputError",
            "analysis",
            "bedside",
            "figures",
            "studies",
        ),
    }
    for name in public:
        assert getattr(dsrct_edu, name) is not None


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?<![\w.])/(home|root|work|Users)/\w", "a path of one machine"),
        (r"token=[0-9a-f]{16,}", "a token"),
    ],
)
def test_tracked_files_hold_nothing_private(pattern, why):
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    this = Path(__file__).resolve()
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path == this or not path.is_file():
            continue
        assert path.stat().st_size < 1_500_000, f"{name} is over 1.5 MB"
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        # Embedded pictures are not text.
        text = re.sub(r"[A-Za-z0-9+/=]{200,}", "", text)
        assert not re.search(pattern, text), f"{name} holds {why}"


def test_wheel_carries_notebooks_lessons_and_data(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    for folder, pattern in [
        ("notebooks", "*.ipynb"),
        ("lessons", "*"),
        ("data/synthetic", "*"),
        ("examples", "*"),
        ("docs", "handbook.md"),
    ]:
        for path in (ROOT / folder).rglob(pattern):
            if path.is_file() and not path.name.startswith("."):
                name = path.relative_to(ROOT).as_posix()
                assert f"dsrct_edu/_share/{name}" in held, name
    for needed in (
        *("py.typed", "templates/report.html.j2", "lab_settings/overrides.json"),
        *("classroom/selection_strength.csv", "lab_settings/extensions/dsrct-edu/keys.js"),
        *("authoring/templates/lesson.md", "authoring/schemas/checks.schema.json"),
    ):
        assert f"dsrct_edu/{needed}" in held
    installed = "data/share/jupyter/labextensions/dsrct-edu"
    for name in ("package.json", "keys.js"):
        assert any(path.endswith(f".data/{installed}/{name}") for path in held), name
