"""Work that is stopped: a clear message, no half-written file, the same result afterwards."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import joblib
import pandas as pd
import pytest

from dsrct_edu import InputError, cli, simulate_cohort
from dsrct_edu.authoring.building import Report
from dsrct_edu.classroom import exporting, quizzes
from dsrct_edu.errors import StoppedError
from dsrct_edu.figures import survival_curves
from dsrct_edu.studies import running, simulation_study

FEW = ["ever_never", "complete_resection"]
LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="processes are found in /proc, which is Linux's"
)
CSV = "months,died,arm\n" + "".join(f"{n + 1},{n % 2},{'ab'[n % 3 > 0]}\n" for n in range(40))


def begin(folder, replicates, *more):
    """Start a study as a command, and wait until its file is open."""
    sized = ["--patients", "60", "--replicates", str(replicates), "--methods", *FEW]
    process = subprocess.Popen(
        [sys.executable, "-m", "dsrct_edu", "study", "study", *sized, "--seed", "5", *more],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    wait_for(lambda: (folder / ".part-study.csv").exists() or process.poll() is not None)
    return process


def wait_for(something, seconds=60.0):
    until = time.monotonic() + seconds
    while not (found := something()):
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)
    return found


def workers_of(process):
    """Processes of joblib below a process, those that compute."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == process.pid and b"LokyProcess" in command:
            found.append(int(place.name))
    return found


def started_again(folder):
    process = begin(folder, 300)
    process.communicate(timeout=120)
    assert process.returncode == 0
    found = pd.read_csv(folder / "study.csv")
    expected = simulation_study("null", 60, 300, FEW, seed=5).estimates
    pd.testing.assert_frame_equal(found, expected)
    assert [path.name for path in folder.iterdir()] == ["study.csv"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_during_a_study(tmp_path, workers):
    process = begin(tmp_path, 500_000, "--workers", workers)
    if workers == "2" and sys.platform.startswith("linux"):
        wait_for(lambda: len(workers_of(process)) == 2)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert said.rstrip().endswith(
        "dsrct-edu study: stopped. No file is half-written. "
        "The same command again gives what it would have given."
    )
    assert list(tmp_path.iterdir()) == []
    if workers == "1":
        started_again(tmp_path)


@LINUX
def test_a_killed_worker_is_told(tmp_path):
    process = begin(tmp_path, 500_000, "--workers", "2")
    worker = wait_for(lambda: workers_of(process))[0]
    time.sleep(1)
    os.kill(worker, signal.SIGKILL)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 3, said
    assert "A worker was lost while the study ran" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_killed_study_leaves_no_file_of_its_name(tmp_path):
    process = begin(tmp_path, 500_000)
    process.kill()
    process.communicate()
    assert not (tmp_path / "study.csv").exists()
    started_again(tmp_path)  # and clears what was left


class Lethal:
    """A progress bar at whose first step a process is killed."""

    def __init__(self, process):
        self.process = process

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def update(self, block):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def cluster(folder, name):
    """Start a scheduler and two workers as processes of their own; give a client, and the first."""
    distributed = pytest.importorskip("distributed")
    at, started = folder / f"{name}.json", []

    def start(kind, *more):
        module = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [*module, "--scheduler-file", str(at), *more]
        started.append(subprocess.Popen(command, cwd=folder, **quiet))

    try:
        start("scheduler", "--port", "0", "--host", "127.0.0.1")
        wait_for(at.exists)
        start("worker", "--nworkers", "2", "--nthreads", "1")
        client = distributed.Client(scheduler_file=str(at))
        client.wait_for_workers(2, timeout=60)
        with joblib.parallel_config(backend="dask"):
            yield started[0]
        client.close(timeout=1)
    finally:
        for process in started:
            process.terminate()
            process.wait()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # distributed warns about its own dependencies
def test_a_lost_scheduler_is_told_and_another_gives_the_same(tmp_path, monkeypatch):
    def study(replicates):
        return simulation_study("null", 60, replicates, FEW, seed=5)

    with cluster(tmp_path, "first") as scheduler, monkeypatch.context() as patch:
        patch.setattr(running, "_bar", lambda *_: Lethal(scheduler))
        with pytest.raises(StoppedError, match="The cluster was lost while the study ran"):
            study(100_000)
    with cluster(tmp_path, "second"):
        again = study(600)
    pd.testing.assert_frame_equal(again.estimates, study(600).estimates, check_exact=True)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KiB, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("a small disk can be mounted by root on Linux only")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no disk could be mounted: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place):
    """Fill the disk but for one block, and return the file that fills it."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4096))
            except OSError:
                break
    os.truncate(filler, filler.stat().st_size - 4096)
    return filler


def write_quiz(place):
    exporting.write(quizzes.quiz("05"), place)


def write_figure(place):
    curve = pd.DataFrame({"group": "all", "time": [0, 5, 9], "survival": [1, 0.6, 0.2]})
    survival_curves(curve).save(place / "curve.png")


def write_cohort(place):
    simulate_cohort(400, seed=1).to_csv(place, "cohort")


def write_build(place):
    Report().write(place / "lesson.ipynb", "x" * 20_000)


@pytest.mark.parametrize("write", [write_quiz, write_figure, write_cohort, write_build])
def test_a_full_disk_leaves_nothing_half_written(small_disk, tmp_path, write):
    filler = fill(small_disk)
    with pytest.raises(InputError, match=r"expected room on the disk; found .*No space left"):
        write(small_disk)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write(elsewhere)
    left = [path for path in small_disk.rglob("*") if path.is_file() and path != filler]
    for path in left:  # the first of several files may have found room: then it is whole
        assert path.read_bytes() == (elsewhere / path.relative_to(small_disk)).read_bytes()


def test_a_full_disk_while_a_report_is_written(small_disk, tmp_path, capsys):
    source = tmp_path / "patients.csv"
    source.write_text(CSV)
    out = small_disk / "report"
    command = ["analyse", str(source), "--duration=months", "--event=died", f"--out={out}"]
    filler = fill(small_disk)
    assert cli.main(command) == 2
    assert "expected room on the disk" in capsys.readouterr().err
    assert list(small_disk.iterdir()) == [filler]
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    filler.unlink()
    assert cli.main(command) == 0
    elsewhere = tmp_path / "elsewhere"
    assert cli.main([*command[:-1], f"--out={elsewhere}"]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {path.name for path in elsewhere.iterdir()}
    assert all((out / name).read_bytes() == (elsewhere / name).read_bytes() for name in names)


def test_a_full_disk_while_a_study_is_written(small_disk, capsys, monkeypatch):
    filler = fill(small_disk)
    monkeypatch.chdir(small_disk)
    command = ["study", "study", "--patients=60", "--replicates=300", "--methods", *FEW, "--seed=5"]
    assert cli.main(command) == 2
    assert "expected room on the disk" in capsys.readouterr().err
    assert list(small_disk.iterdir()) == [filler]
    monkeypatch.chdir(small_disk.parent)
