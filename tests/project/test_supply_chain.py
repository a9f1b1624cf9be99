"""Licences, audit and upgrade: none of the three says "fine" when it did not look."""

import json
import re
import subprocess
import threading
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tools import audit, changed, licences, locks

ROOT = Path(__file__).resolve().parents[2]


def test_every_lock_of_the_repository_is_read():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    kinds = re.compile(r"(.*/)?(requirements.*\.txt|package-lock\.json)")
    found = {name for name in listed.stdout.splitlines() if kinds.fullmatch(name)}
    found -= {".binder/requirements.txt"}  # it names the lock of the course, and locks nothing
    assert "==" not in (ROOT / ".binder" / "requirements.txt").read_text("utf-8")
    assert found == set(locks.LOCKS)
    assert len(locks.locked()) > 150


# Licences


def never(pin):
    raise licences.Unknown(f"{pin.name}: not looked up in a test")


def test_the_page_of_licences_follows_from_the_locks():
    old = licences.PAGE.read_text("utf-8")
    assert licences.page(old, never) == old, "run `python -m tools.licences`"


def metadata(**fields):
    message = Message()
    message["Name"] = "made-up"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"License_Expression": "MIT"}, "MIT"),
        ({"License_Expression": "(MIT OR Apache-2.0) AND ISC"}, "(MIT OR Apache-2.0) AND ISC"),
        ({"License": "BSD 3-Clause License\n\nCopyright ..."}, "BSD-3-Clause"),
        ({"License": "UNKNOWN", "Classifier": "License :: ISC License (ISCL)"}, "ISC"),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD"),
    ],
)
def test_a_licence_is_read_from_any_field(fields, said):
    assert licences.licence(metadata(**fields)) == said


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"License": "UNKNOWN"},
        {"License": "====="},
        {"License_Expression": "GPL-3.0-only"},
        {"License_Expression": "MIT AND AGPL-3.0"},
        {"Classifier": "License :: Other/Proprietary License"},
        {"Classifier": "Topic :: Education"},
    ],
)
def test_an_unknown_licence_is_a_failure(fields):
    with pytest.raises(licences.Unknown, match="made-up"):
        licences.licence(metadata(**fields))


def test_a_new_package_without_a_licence_stops_the_page(monkeypatch):
    old = licences.PAGE.read_text("utf-8")
    planted = {**locks.locked(), locks.Pin("made-up", "1.0"): "course"}
    monkeypatch.setattr(licences, "locked", lambda: planted)
    with pytest.raises(licences.Unknown, match="made-up: not looked up"):
        licences.page(old, never)
    with pytest.raises(licences.Unknown, match="made-up"):
        licences.page(old.replace("| alembic", "| made-up | WTFPL | course |\n| alembic"), never)
    assert "| made-up | ISC | course |" in licences.page(old, lambda pin: metadata(License="ISC"))


# Audit


@contextmanager
def service(answer):
    """A database on this machine that answers the questions as `answer` does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            said = answer(asked)
            self.send_response(200 if said else 500)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode() if said else b"")

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/querybatch"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def looks(*vulnerable):
    """Answer as OSV does: it knows the control, and something against the packages named."""

    def answer(asked):
        known = {audit.CONTROL.name: audit.CONTROL.version}
        results = []
        for one in asked:
            name = one["package"]["name"]
            bad = known.get(name) == one["version"] or name in vulnerable
            results.append({"vulns": [{"id": f"PYSEC-{name}"}]} if bad else {})
        return {"results": results}

    return answer


def test_an_audit_that_looked_and_found_nothing(capsys):
    with service(looks()) as address:
        assert audit.main(["--service", address]) == 0
    assert f"{len(locks.locked())} packages looked up: nothing known" in capsys.readouterr().out


def test_an_audit_tells_what_is_known(capsys, monkeypatch):
    with service(looks("numpy", "pagefind")) as address:
        assert audit.main(["--service", address]) == 1
        out = capsys.readouterr().out
        assert "https://osv.dev/vulnerability/PYSEC-numpy" in out
        assert "PYSEC-pagefind" in out
        monkeypatch.setattr(audit, "ACCEPTED", {"PYSEC-numpy": "why", "PYSEC-pagefind": "why"})
        assert audit.main(["--service", address]) == 0
        assert "PYSEC-numpy (accepted: why)" in capsys.readouterr().out


@pytest.mark.parametrize(
    "answer",
    [
        lambda asked: None,
        lambda asked: {"results": [{}] * len(asked)},  # it misses the control
        lambda asked: {"results": looks()(asked)["results"][:-1]},
        lambda asked: {"code": 3},
        lambda asked: ["nothing"],
    ],
    ids=["an error", "blind", "one short", "another form", "no table"],
)
def test_an_audit_that_could_not_look_fails(capsys, answer):
    with service(answer) as address:
        assert audit.main(["--service", address]) == 2
    said = capsys.readouterr()
    assert "NOT AUDITED" in said.err
    assert said.out == ""


def test_an_audit_without_a_network_fails(capsys):
    assert audit.main(["--service", "http://127.0.0.1:9/v1/querybatch"]) == 2
    assert "NOT AUDITED" in capsys.readouterr().err


def test_make_full_audits_unless_told_otherwise():
    def plan(*arguments):
        command = ["make", "-n", "full", "PYTHON=python3", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "-m tools.audit" in plan()
    assert "-m tools.audit" not in plan("AUDIT=no")
    assert "nothing was looked up" in plan("AUDIT=no")


# Upgrade


def cell(name, *outputs, source="x"):
    return {"id": name, "cell_type": "code", "source": source, "outputs": list(outputs)}


def test_what_an_upgrade_changes_is_shown(tmp_path):
    def git(*arguments):
        who = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def write(version, *cells):
        (tmp_path / "requirements.txt").write_text(f"numpy=={version} \\\n", "utf-8")
        (tmp_path / "05.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")

    def shows(text, **data):
        return {"output_type": "execute_result", "data": {"text/plain": [text], **data}}

    def prints(text):
        return {"output_type": "stream", "text": text}

    write("2.0", cell("a", shows("0.5")), cell("b", prints("one\ntwo\n")), cell("old"))
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "as it was")
    assert list(changed.differences(tmp_path)) == []
    assert changed.summary([]) == "Nothing changed since the last commit."
    picture = {"image/png": "AAAA"}
    write("2.1", cell("a", shows("0.6", **picture)), cell("b", prints("one\n2\n")), cell("new"))
    lines = list(changed.differences(tmp_path))
    assert lines == [
        "05.ipynb, cell a: image/png",
        *("05.ipynb, cell a: text/plain", "    -0.5", "    +0.6"),
        *("05.ipynb, cell b: stream", "    -two", "    +2"),
        *("05.ipynb, cell new: new", "05.ipynb, cell old: gone"),
        "requirements.txt: numpy 2.0 -> 2.1",
    ]
    assert changed.summary(lines) == "Notebooks that show something else: 1."
    assert changed.summary(lines[-1:]) == "Notebooks that show something else: none."


def test_make_upgrade_relocks_to_the_newest_and_rebuilds():
    command = ["make", "-n", "upgrade", "PYTHON=python3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    order = ["--upgrade", "tools.licences", "build --fresh", "tools.changed"]
    places = [done.stdout.find(part) for part in order]
    assert -1 < places[0] < places[1] < places[2] < places[3]
