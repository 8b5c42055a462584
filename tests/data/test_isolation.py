"""Isolation: what a file does to its reader never reaches the app."""

import errno
import gzip
import io
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import core
from core.data import isolate
from core.data.isolate import ROOT, Child
from core.data.limits import Limits
from core.data.read import read_table
from core.data.reader.sheet import MOST_COLUMNS
from core.data.table import Reading
from core.errors import ReadError
from tests.data.making import delimited, workbook, zipped

SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(xml):
    """A workbook whose sheet is some XML."""
    source = zipfile.ZipFile(io.BytesIO(workbook(data=[["a", "b"], [1, 2], [3, 4]])))
    members = {name: source.read(name) for name in source.namelist() if name != SHEET}
    return zipped(**members, **{SHEET: xml})


BODY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">'
    + LAUGHS
    + b"]>"
    + BODY % b'<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
)
EXTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    + BODY % b'<row r="1"><c r="A1" t="inlineStr"><is><t>&secret;</t></is></c></row>'
)
FAR_CELL = BODY % b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "content",
    [
        with_sheet(BILLION_LAUGHS),
        with_sheet(EXTERNAL),
        with_sheet(FAR_CELL),
        with_sheet(b"<not closed"),
        gzip.compress(gzip.compress(bytes(300_000_000), mtime=0), mtime=0),
        zipped(**{"a.csv": bytes(250_000_000)}),
        b"\x09\x08" + struct.pack("<H", 60_000) + bytes(40),
        b"PAR1" + bytes(range(256)) * 20 + b"PAR1",
    ],
    ids=["laughs", "external entity", "far cell", "broken xml", "gz bomb", "zip bomb", "cut workbook", "noise"],
)
def test_a_hostile_file_is_refused_in_a_sentence(content):
    with pytest.raises(ReadError) as refusal:
        core.read_table(content)
    assert str(refusal.value).endswith(".")


def test_a_sheet_that_unpacks_to_gigabytes_ends_its_reader_and_nothing_else():
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"x" * 50_000_000 * 12 + b"</t></is></c></row>"
    with pytest.raises(ReadError):
        read_table(with_sheet(BODY % row), limits=Limits(memory=200_000_000))
    assert core.read_table(b"a,b\n1,2\n").frame.shape == (1, 2)


def test_more_memory_than_allowed_is_refused():
    content = delimited([["a", "b"], *([str(i), str(i / 7)] for i in range(200_000))])
    with pytest.raises(ReadError, match="memory"):
        read_table(content, limits=Limits(memory=5_000_000))


@pytest.mark.parametrize(("n", "width", "most"), [(300, 5_000, 100), (1_000, 500, 10_000), (2_000, 500, 2)])
def test_wide_rows_need_little_memory_each_time(n, width, most):
    values = np.random.default_rng(0).integers(0, most, size=(n, width))
    content = delimited([[f"c{j}" for j in range(width)], *values.tolist()])
    for _ in range(2):
        answer = Child().read(content, Reading(), Limits(seconds=100, memory=240_000_000))
        np.testing.assert_array_equal(answer.columns[width - 1], values[:, -1])


def test_as_many_columns_as_are_allowed_are_read_in_the_time_that_is_allowed():
    values = np.random.default_rng(0).integers(0, 100, size=(60, MOST_COLUMNS))
    content = delimited([[f"c{j}" for j in range(MOST_COLUMNS)], *values.tolist()])
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    answer = Child().read(content, Reading(), Limits(seconds=100))  # of a machine that may have other things to do
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < Limits().seconds
    assert (answer.head.rows, len(answer.columns)) == values.shape
    np.testing.assert_array_equal(answer.columns[MOST_COLUMNS - 1], values[:, -1])


def test_more_time_than_allowed_is_refused_in_time():
    content = delimited([[f"c{i}" for i in range(200)], *([f"w{i}" for i in range(200)] for _ in range(2_000))])
    began = time.perf_counter()
    with pytest.raises(ReadError, match="too long"):
        read_table(content, limits=Limits(seconds=0.05))
    assert time.perf_counter() - began < 5


def test_a_reader_that_waits_for_a_busy_machine_is_not_taken_for_a_slow_one():
    child, limits = Child(), Limits(seconds=2.0)
    child._process.send_signal(signal.SIGSTOP)
    threading.Timer(1.5 * limits.seconds, child._process.send_signal, (signal.SIGCONT,)).start()
    assert read_table(delimited([["a", "b"], ["1", "2"]]), limits=limits, child=child).n_rows == 1


def test_more_cells_and_bytes_than_allowed_are_refused():
    content = delimited([["a", "b"], *(["1", "2"] for _ in range(100))])
    with pytest.raises(ReadError, match="more than 50 cells"):
        read_table(content, limits=Limits(cells=50))
    with pytest.raises(ReadError, match="too large"):
        read_table(content, limits=Limits(bytes=100))


def test_more_columns_than_can_be_read_are_refused():
    with pytest.raises(ReadError, match="too wide"):
        core.read_table(",".join(["1"] * 20_001).encode() + b"\n")


def test_a_reader_that_dies_while_it_reads_refuses_the_file():
    child = Child()
    content = delimited([[f"c{i}" for i in range(300)], *([f"w{i}" for i in range(300)] for _ in range(3_000))])
    threading.Timer(0.05, child.stop).start()
    with pytest.raises(ReadError):
        child.read(content, Reading())


def treacherous(monkeypatch, script):
    """A child that runs a script of its own in the place of the reader."""
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda command, **how: start([*command[:1], "-c", script], **how))
    return Child()


ANSWER = "import os, sys, time\nsay = lambda size: os.write(1, size.to_bytes(8, 'big'))\n"
TREACHERY = {
    "silent": "time.sleep(60)",
    "deaf and endless": "while True: os.write(1, bytes(65536))",
    "a head of exabytes": "say(2**60); say(0); time.sleep(60)",
    "a body of exabytes": "say(2); say(2**62); time.sleep(60)",
    "less than announced": "say(100); say(100); os.write(1, bytes(50)); sys.exit()",
    "stops in the middle": "say(100); say(100); os.write(1, bytes(50)); time.sleep(60)",
    "closes and stays": "os.close(1); time.sleep(60)",
    "noise": "say(64); say(64); os.write(1, bytes(range(128)))",
    "exits at once": "sys.exit()",
}


@pytest.mark.parametrize("script", TREACHERY.values(), ids=TREACHERY)
def test_a_child_that_does_not_answer_as_it_should_is_a_refusal_and_ends(monkeypatch, script):
    monkeypatch.setattr(isolate, "PATIENCE", 0.2)
    child = treacherous(monkeypatch, ANSWER + script)
    with pytest.raises(ReadError):
        child.read(bytes(3_000_000), Reading(), Limits(seconds=1.0, memory=10_000_000))
    assert not child.alive


def test_what_a_child_says_once_it_has_answered_is_not_taken_in(monkeypatch):
    monkeypatch.setattr(isolate, "PATIENCE", 0.2)
    child = treacherous(monkeypatch, ANSWER + "say(0); say(0)\nwhile True: os.write(1, bytes(65536))")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ReadError):
        child.read(b"a,b\n1,2\n", Reading())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "ended from outside"),
        ("os.kill(os.getpid(), signal.SIGTERM)", "ended from outside"),
        ("os.abort()", "more memory"),
        ("os._exit(3)", "more memory"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "damaged"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "too long"),
        ("os._exit(1)", "damaged"),
    ],
)
def test_how_a_reader_ended_is_told_as_what_it_was(monkeypatch, end, said):
    child = treacherous(
        monkeypatch, f"import os, resource, signal; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); {end}"
    )
    with pytest.raises(ReadError, match=said):
        child.read(b"a,b\n1,2\n", Reading())


def test_a_reading_that_was_stopped_is_told_as_that():
    child = Child()
    child.stop()
    with pytest.raises(ReadError, match="cancelled"):
        child.read(b"a,b\n1,2\n", Reading())


@pytest.mark.parametrize("fault", [errno.EAGAIN, errno.ENOMEM, errno.EMFILE])
def test_a_reader_that_cannot_be_started_is_told_as_that(monkeypatch, fault):
    def fail(*_, **__):
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(subprocess, "Popen", fail)
    with pytest.raises(ReadError, match=r"could not be started.*short of memory or processes"):
        core.read_table(b"a,b\n1,2\n")


ORPHAN = """
import sys, threading
from core.data.isolate import Child
from core.data.limits import Limits
from core.data.table import Reading
child = Child()
print(child._process.pid, flush=True)
if sys.argv[1] == "at work":
    lines = [",".join(f"w{i}" for i in range(300))] * 20_000
    threading.Timer(float(sys.argv[2]), print, ["reading"], {"flush": True}).start()
    child.read("\\n".join(lines).encode(), Reading(), Limits(seconds=60, memory=4_000_000_000))
threading.Event().wait()
"""


@pytest.mark.parametrize(("state", "after"), [("waiting", "0"), ("at work", "0.3"), ("at work", "1.5")])
def test_no_reader_outlives_the_app(state, after):
    app = subprocess.Popen([sys.executable, "-c", ORPHAN, state, after], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    reader = int(app.stdout.readline())
    if state == "at work":
        app.stdout.readline()
    app.kill()
    app.wait()
    app.stdout.close()
    ends = time.monotonic() + 20
    while is_running(reader) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not is_running(reader)


def is_running(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_reader_that_is_not_needed_ends():
    child = Child()
    assert child.alive
    child.close()
    assert not child.alive


def test_several_readers_at_once_do_not_mix_their_files():
    found = {}

    def one(number):
        found[number] = core.read_table(delimited([["x", "y"], *([str(number), "1.5"] for _ in range(5))])).frame["x"]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert all((found[number] == number).all() for number in range(4))


def test_the_app_gets_types_with_blanks():
    content = b"n,x,flag,when,took,word\n1,1.5,yes,2020-01-01,1:30,a\n,,,,,\n3,2.5,no,2020-01-02,2:30,b\n"
    frame = core.read_table(content).frame
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds["n"] == "int64"
    with_blanks = core.read_table(content.replace(b",,,,,", b",7.5,,,,c")).frame
    assert {name: str(kind) for name, kind in with_blanks.dtypes.items()} == {
        "n": "Int64",
        "x": "float64",
        "flag": "boolean",
        "when": "datetime64[us]",
        "took": "timedelta64[us]",
        "word": str(pd.Series(["a"]).dtype),  # as this version of pandas has words
    }


def test_rows_know_their_lines_in_the_file():
    table = core.read_table(b"title of it all\n\na,b,c\n1,2,3\n\n3,4,5\n5,6,7\n")
    assert table.row_numbers.tolist() == [4, 6, 7]
    plain = core.read_table(b"a,b\n1,2\n3,4\n")
    assert plain.row_numbers.tolist() == [2, 3]


def test_the_identity_of_a_table_is_of_its_bytes_and_its_reading_but_not_of_its_name():
    content = b"a,b\n1,2\n3,4\n5,6\n"
    one = core.read_table(content, core.Reading(name="one.csv"))
    assert one.data_id == core.read_table(content, core.Reading(name="two.csv")).data_id
    assert one.data_id != core.read_table(content, core.Reading(header=0)).data_id
    assert one.data_id != core.read_table(content + b"7,8\n").data_id


def test_a_large_file_is_read_right_on_every_way(tmp_path):
    values = np.random.default_rng(0).normal(size=(30_000, 5)) * 1e3
    content = delimited([list("abcde"), *(list(map(repr, row)) for row in values.tolist())])
    path = tmp_path / "large.csv"
    path.write_bytes(content)
    with path.open("rb") as opened:
        tables = [core.read_table(content), core.read_table(path), core.read_table(opened)]
    for table in tables:
        np.testing.assert_array_equal(table.frame.to_numpy(), values)


def test_a_file_that_is_open_as_text_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with path.open() as opened, pytest.raises(ReadError, match="binary"):
        core.read_table(opened)
