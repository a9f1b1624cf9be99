"""`dsrct-edu analyse` on whatever bytes: a named error or a right answer, and nothing besides.

`make test` tries a few examples of each kind; `make fuzz` many, and a million rows.
"""

import contextlib
import csv
import io
import os
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from dsrct_edu import cli, reporting
from dsrct_edu.figures.figure import Figure

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "15"))
TRIES = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 100,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
GOOD = "months,died,arm\n" + "".join(
    f"{4 + 3 * place % 17}.5,{int(place % 3 > 0)},{'ab'[place % 2]}\n" for place in range(16)
)
NAMED = re.compile(r"dsrct-edu analyse: (.*: )?expected .+; found .+\.\n")
NASTY = [
    "=cmd()", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "</title><b>", "&lt;b&gt;", "\"quoted\"", "it's", "$\\frac$",
    "$x$", "_a", "a,b", "a;b", "日本", "é", "😀", "\u202eabc", "{{ 7 * 7 }}", "%s", "NaN.", "a\tb",
    "../../up", "x" * 100, "x" * 101, "x" * 140_000,
]  # fmt: skip


def analyse(folder, content, by="arm", duration="months", event="died", *more):
    """Run the command on a file of its own; return its code, what it said, and the report."""
    path = Path(folder, "patients.csv")
    path.write_bytes(content)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        columns = [f"--duration={duration}", f"--event={event}", *more]
        code = cli.main(["analyse", str(path), *columns, *([f"--by={by}"] if by else [])])
    report = Path(folder, "patients-report")
    names = {path.name for path in Path(folder).iterdir()}
    assert names == ({"patients.csv", report.name} if code == 0 else {"patients.csv"})
    assert path.read_bytes() == content
    if code:
        assert code == 2
        assert NAMED.match(said.getvalue()), said.getvalue()
    else:
        assert said.getvalue() == ""
        names = {name.name for name in report.iterdir()}
        assert "report.html" in names
        assert {name.rpartition(".")[2] for name in names} == {"csv", "html"}
    return code, said.getvalue(), report


@contextlib.contextmanager
def undrawn():
    """Spare the time of drawing where no name is put to the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "settle", lambda self: None)
        patch.setattr(Figure, "png", lambda self: b"")
        yield


class Elements(HTMLParser):
    """Notes every element of a page with the names of its attributes, and the text."""

    def __init__(self, page):
        super().__init__()
        self.found, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        kept = [(k, v) for k, v in attributes if k not in ("alt", "src", "width")]
        self.found.append((tag, *kept, *sorted(k for k, _ in attributes)))

    def handle_endtag(self, tag):
        self.found.append(f"/{tag}")

    def handle_decl(self, decl):
        self.found.append(decl)

    def handle_comment(self, data):
        self.found.append(f"comment {data}")

    def handle_data(self, data):
        self.text.append(data)


def rows_of(report, table):
    text = Path(report, f"{table}.csv").read_bytes().decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))


def inert(text):
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


names = st.sampled_from(NASTY) | st.text(max_size=12)


@TRIES
@given(
    labels=st.lists(names, min_size=2, max_size=3, unique_by=str.strip),
    column=names,
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    bom=st.booleans(),
)
@example(["=cmd()", "<script>x</script>"], "<b>arm</b>", csv.QUOTE_ALL, "\r\n", True)
@example(["$\\frac$", "$x$"], "$\\foo$", csv.QUOTE_ALL, "\n", False)
def test_names_change_nothing_and_nothing_is_shown_unescaped(labels, column, quoting, ends, bom):
    column, labels = column.strip(), [label.strip() for label in labels]
    for label in labels:  # groups that are numbers have tests of their own
        with contextlib.suppress(ValueError):
            float(label)
            assume(False)
    assume({label.lower() for label in labels} - {"true", "false"})
    number = np.random.default_rng(len(labels))
    months = number.exponential(20, 12 * len(labels)).round(1) + 0.1
    died = number.random(len(months)) < 0.7
    place = np.arange(len(months)) % len(labels)
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=quoting, lineterminator=ends)
    writer.writerow(["months", "died", column])
    writer.writerows(zip(months, died.astype(int), [labels[p] for p in place], strict=True))
    try:
        content = text.getvalue().encode("utf-8-sig" if bom else "utf-8")
    except UnicodeEncodeError:
        assume(False)
    order = sorted(labels)
    plain = pd.DataFrame({"months": months, "died": died, "arm": "g"})
    plain["arm"] = [f"g{order.index(labels[p])}" for p in place]
    with tempfile.TemporaryDirectory() as folder:
        code, _, report = analyse(folder, content, column)
        shown = [column, *labels]
        if code:  # for a reason that can be seen in the names
            assert (
                any(len(name) > 100 or not name.isprintable() or not name for name in shown)
                or column in ("months", "died")
                or any(ord(letter) < 32 for name in shown for letter in name)
            )
            return
        page = Path(report, "report.html").read_text("utf-8")
        expected = reporting.analyse(plain, "months", "died", "arm")
        for name, table in expected.tables.items():
            found = pd.read_csv(Path(report, f"{name}.csv"), keep_default_na=False)
            numbers = table.select_dtypes("number")
            found = found[list(numbers)].apply(pd.to_numeric, errors="coerce")
            np.testing.assert_allclose(found.to_numpy(float), numbers.to_numpy(float), rtol=1e-12)
        seen = [row[0] for row in rows_of(report, "median")[1:]]
        assert seen == [inert(label) for label in order]
        cells = [cell for path in report.glob("*.csv") for row in rows_of(report, path.stem)
                 for cell in row]  # fmt: skip
        assert all(
            re.match(r"-?[\d.]|-inf", c) for c in cells if c.startswith(("=", "+", "-", "@"))
        )
        parsed, usual = Elements(page), Elements(expected.to_html())
        boxes = reporting._BOXES in "".join(parsed.text)
        more = [("li",), "/li"] if boxes else []
        assert len(parsed.found) == len(usual.found) + len(more)
        assert sorted(map(str, parsed.found)) == sorted(map(str, usual.found + more))
        for label in labels:
            assert label in "".join(parsed.text)


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "cp037"]
CUTS = st.lists(
    st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=3) | st.sampled_from(
        [b'"', b",", b"\n", b"\r", b"\0", b";", b"\xff", b"\xef\xbb\xbf", b"nan", b"1e400", b" "])),
    max_size=3,
)  # fmt: skip


@TRIES
@given(
    encoding=st.sampled_from(ENCODINGS) | st.just("utf-8"),
    separator=st.sampled_from([",", ";", "\t", "|"]) | st.just(","),
    decimal=st.sampled_from([".", ".", ","]),
    cuts=CUTS,
    end=st.integers(0, len(GOOD)) | st.just(len(GOOD)),
    by=st.sampled_from(["arm", None]),
)
@example("utf-8", ",", ".", [(24, b'"')], len(GOOD), "arm")
@example("utf-8", ",", ".", [], 0, None)
def test_damaged_bytes_give_a_named_error_or_what_pandas_reads(
    encoding, separator, decimal, cuts, end, by
):
    text = GOOD.replace(",", separator).replace(".", decimal)[:end]
    content = text.encode(encoding)
    for at, new in cuts:
        content = content[:at] + new + content[at:]
    with tempfile.TemporaryDirectory() as folder, undrawn():
        code, _, report = analyse(folder, content, by)
        if code:
            return
        text = content.decode("utf-8-sig")  # what was analysed is UTF-8, and its numbers are these
        read = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        read = read.map(str.strip).set_axis([name.strip() for name in read], axis=1)
        read = read[read.ne("").any(axis=1)]
        assert read.ne("").all(axis=None) or read[["months", "died"]].ne("").all(axis=None)
        flags = {"true": 1.0, "false": 0.0}
        died = [flags.get(cell.lower()) if cell.lower() in flags else float(cell)
                for cell in read["died"]]  # fmt: skip
        plain = pd.DataFrame({"months": read["months"].map(float), "died": died})
        if by:
            with contextlib.suppress(ValueError):
                read[by] = read[by].map(float)
            plain[by] = read[by].to_numpy()
        expected = reporting.analyse(plain, "months", "died", by)
        for name in ("survival", "median", "restricted_mean"):
            numbers = expected.tables[name].select_dtypes("number")
            found = pd.read_csv(Path(report, f"{name}.csv"))[list(numbers)]
            np.testing.assert_allclose(found.to_numpy(float), numbers.to_numpy(float), rtol=1e-12)


@TRIES
@given(st.binary(max_size=300))
def test_any_bytes_at_all(content):
    with tempfile.TemporaryDirectory() as folder:
        analyse(folder, content, None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD.encode("utf-16"), "row 1: expected text in UTF-8"),
        (GOOD.encode("utf-16-le"), "row 1: expected text; found the control character"),
        (GOOD.replace("a\n", "\xe9\n", 1).encode("latin-1"), "row 2: expected text in UTF-8"),
        (GOOD.replace(",", "\t").encode(), "found tabs"),
        (GOOD.replace("4.5,", '"4,5",', 1).encode(), "column 'months', row 2: .*found '4,5'"),
        (GOOD.replace("a\n", "a\0\n", 1).encode(), r"row 2: .*control character '\\x00'"),
        (GOOD.replace("a\n", '"a\n', 1).encode(), "row 2: .*a quotation mark that"),
        (GOOD.replace("a\n", f"{'a' * 140_000}\n", 1).encode(), "row 2: .*131,072"),
        (GOOD.replace("4.5,", "4_5,", 1).encode(), "column 'months', row 2: .*'4_5'"),
        (GOOD.replace("4.5,", f"{'9' * 400},", 1).encode(), "column 'months', row 2: .*inf"),
        (GOOD.replace("4.5,", ",", 1).encode(), "column 'months', row 2: .*1 missing"),
        (GOOD.replace("\n", ",1\n", 3).replace(",1", "", 1).encode(), "rows 2, 3: expected 3"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, content, said):
    code, found, _ = analyse(tmp_path, content)
    assert code == 2
    assert re.search(said, found), found


def test_a_column_of_ids_makes_no_groups(tmp_path):
    ids = "months,died,arm\n" + "".join(f"{n + 1},{n % 2},p{n}\n" for n in range(21))
    assert "at most 20 groups; found 21" in analyse(tmp_path, ids.encode())[1]
    assert "found the outcome" in analyse(tmp_path, GOOD.encode(), "died")[1]


def test_an_indicator_replaces_no_column_of_the_user(tmp_path):
    _, _, report = analyse(tmp_path, GOOD.replace("months", "arm b").encode(), "arm", "arm b")
    found = pd.read_csv(report / "hazard_ratio.csv")
    expected = reporting.analyse(
        pd.read_csv(io.StringIO(GOOD)), "months", "died", "arm"
    ).tables["hazard_ratio"]  # fmt: skip
    pd.testing.assert_frame_equal(found, expected)


def test_a_ratio_without_a_maximum_is_told_in_the_report(tmp_path):
    text = GOOD.replace(",1,b", ",0,b")
    report = analyse(tmp_path, text.encode())[2]
    assert "Do not use these estimates" in (report / "report.html").read_text("utf-8")


def test_a_link_is_not_followed(tmp_path):
    inside, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    inside.mkdir()
    elsewhere.mkdir()
    path = inside / "patients.csv"
    path.write_text(GOOD)
    columns = ["--duration=months", "--event=died"]
    (inside / "patients-report").symlink_to(elsewhere)
    assert cli.main(["analyse", str(path), *columns]) == 2
    assert list(elsewhere.iterdir()) == []
    (inside / "patients-report").unlink()
    kept = elsewhere / "kept.html"
    kept.write_text("kept")
    (inside / "patients-report").mkdir()
    (inside / "patients-report" / "report.html").symlink_to(kept)
    assert cli.main(["analyse", str(path), *columns]) == 0
    assert kept.read_text() == "kept"
    assert not (inside / "patients-report" / "report.html").is_symlink()


WATCHED = """
import os, sys
from dsrct_edu import cli
folder, *arguments = sys.argv[1:]
out = os.path.join(folder, "out")
assert cli.main(["analyse", os.path.join(folder, "first.csv"), *arguments]) == 0
seen = []
writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT
changes = {"os.rename": (0, 1), "os.link": (1,), "os.symlink": (1,), "os.mkdir": (0,),
           "os.remove": (0,), "os.rmdir": (0,), "os.truncate": (0,), "os.chmod": (0,)}
rooms = ("subprocess", "socket", "urllib", "pty", "webbrowser", "ftplib", "smtplib")
runs = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn",
        "os.startfile")
def inside(path):
    return isinstance(path, int) or (
        os.path.relpath(os.fsdecode(path)).split(os.sep)[0] == "out"
        if not os.path.isabs(os.fsdecode(path)) else os.fsdecode(path).startswith(out))
def watch(event, given):
    if event == "open":
        changed = [given[0]] if given[2] & writes else []
    else:
        changed = [given[place] for place in changes.get(event, ())]
    if event in ("os.remove", "os.rmdir") and given[1] != -1:
        changed = []  # below an open folder, which was made inside
    if event.split(".")[0] in rooms or event in runs or not all(map(inside, changed)):
        seen.append((event, given))
sys.addaudithook(watch)
code = cli.main(["analyse", os.path.join(folder, "second.csv"), "--out", out, *arguments])
assert code == 0, code
assert not seen, seen
"""


def test_nothing_is_executed_and_nothing_written_outside_the_folder(tmp_path):
    (tmp_path / "first.csv").write_text(GOOD)
    attack = GOOD.replace("a\n", "=cmd|' /C touch pwned'!A0\n").replace("b\n", "../../up\n")
    (tmp_path / "second.csv").write_text(attack)
    arguments = ["--duration=months", "--event=died", "--by=arm", "--event-name={{ 7 * 7 }}"]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(tmp_path), *arguments],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"first.csv", "first-report", "second.csv", "out"}
    assert "{{ 7 * 7 }}" in (tmp_path / "out" / "report.html").read_text("utf-8")


MEASURED = """
import resource, sys
from dsrct_edu import cli
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
code = cli.main(["analyse", sys.argv[1], "--duration=months", "--event=died", "--by=arm"])
print("PEAK", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
sys.exit(code)
"""


@pytest.mark.full
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured on Linux")
def test_a_million_rows_in_a_gibibyte(tmp_path, capsys):
    number = np.random.default_rng(0)
    n = 1_000_000
    table = pd.DataFrame({"months": number.exponential(20, n) + 1e-3})  # all times differ
    table["died"] = number.integers(0, 2, n)
    table["arm"] = np.array(["a", "b"])[number.integers(0, 2, n)]
    path = tmp_path / "patients.csv"
    table.to_csv(path, index=False)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    peak = float(done.stdout.split("PEAK ")[1])
    with capsys.disabled():
        print(f"\na million rows, {path.stat().st_size / 2**20:.0f} MiB: peak {peak:.0f} MiB")
    assert peak < 1024
    expected = table.groupby("arm")["months"].size()
    survival = pd.read_csv(tmp_path / "patients-report" / "survival.csv")
    counts = survival[["at_risk", "censored", "events"]].sum(axis=1)
    assert (counts.to_numpy() == expected.loc[survival["group"]].to_numpy()).all()
