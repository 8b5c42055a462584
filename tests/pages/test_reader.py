"""Readers and spooled files on the pages: what goes wrong with them is told, and does not last."""

import os
import signal
import tempfile
from functools import partial

import pytest

from core.data.table import Reading
from core.errors import ReadError
from pages.app import reader
from pages.app.choices import DataChoice
from pages.app.reader import Read, Readers
from pages.app.uploads import Upload
from tests.pages.conftest import as_csv

CONTENT = b"a,b\n1,2\n3,5\n"


def going_on(_):
    return True


@pytest.fixture
def readers():
    found = Readers()
    yield found
    if found._waiting is not None:
        found._waiting.close()


def test_a_system_without_room_for_readers_refuses_files_until_there_is_room(monkeypatch):
    def fail():
        raise ReadError("No room.")

    with monkeypatch.context() as short:
        short.setattr(reader, "Child", fail)
        readers = Readers()
        with pytest.raises(ReadError, match="No room"):
            Read(readers, Upload.spool("a.csv", CONTENT), Reading())(going_on)
    assert Read(readers, Upload.spool("a.csv", CONTENT), Reading())(going_on).n_rows == 2
    readers._waiting.close()


def test_a_reader_that_ended_while_it_waited_is_replaced(readers):
    os.kill(readers._waiting._process.pid, signal.SIGKILL)
    readers._waiting._process.wait()
    assert Read(readers, Upload.spool("a.csv", CONTENT), Reading())(going_on).n_rows == 2


def test_a_lost_upload_is_told_before_a_reader_is_taken(readers):
    upload, waiting = Upload.spool("a.csv", CONTENT), readers._waiting
    upload._spool._file.close()
    with pytest.raises(ReadError, match="no longer there"):
        Read(readers, upload, Reading())(going_on)
    assert readers._waiting is waiting


def test_a_full_disk_is_told_on_the_page_and_the_next_upload_is_taken(visitor, monkeypatch):
    content = as_csv(["x", "y"], [[f"{(i * 37) % 101}", f"{(i * 53) % 89}"] for i in range(60)])
    with monkeypatch.context() as full:
        full.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "r+b"))
        visitor.upload(content)
    assert any("could not be kept on the server" in each for each in visitor.refusals)
    assert not visitor.session[DataChoice].is_there
    visitor.upload(content, "again.csv")
    assert visitor.session[DataChoice].upload.name == "again.csv"
    assert not visitor.refusals


def test_no_reader_waits_while_nobody_is_there(readers):
    waiting = readers._waiting
    readers.rest()
    assert not waiting.alive
    readers.get_ready()
    assert readers._waiting.alive
    again = readers._waiting
    readers.get_ready()
    assert readers._waiting is again
