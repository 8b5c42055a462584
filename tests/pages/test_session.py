import gc
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.data.columns import profile
from core.errors import CoreError
from pages.app.beginning import row_name
from pages.app.session import Session, Upload


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def open_files(place):
    """How many files below a path this process has open, with those that have lost their names."""
    gc.collect()
    links = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # another thread may have closed it
            links.append(os.readlink(each))
    return sum(link.startswith(str(place)) for link in links)


def test_an_upload_lies_in_a_file_without_a_name_until_nobody_refers_to_it(folder):
    upload = Upload.spool("../../etc/passwd", b"a,b\n1,2\n")
    assert upload.content() == upload.content() == b"a,b\n1,2\n"
    assert list(folder.iterdir()) == []
    assert open_files(folder) == 1
    del upload
    assert open_files(folder) == 0


def test_the_bytes_of_an_upload_are_the_same_for_threads_that_ask_at_once(folder):
    content = bytes(range(256)) * 20_000
    upload = Upload.spool("a.bin", content)
    with ThreadPoolExecutor(8) as pool:
        assert all(each == content for each in pool.map(lambda _: upload.content(), range(40)))


def test_a_full_disk_is_told_and_nothing_of_the_file_stays(folder, monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "r+b"))
    with pytest.raises(CoreError, match="disk of the server is full"):
        Upload.spool("a.csv", b"a,b\n1,2\n")
    assert open_files("/dev/full") == 0
    assert list(folder.iterdir()) == []


def test_a_folder_that_takes_no_files_is_told(folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "missing"))
    with pytest.raises(CoreError, match="could not be kept on the server"):
        Upload.spool("a.csv", b"a,b\n1,2\n")


def test_bytes_that_are_lost_or_others_are_told_as_that(folder):
    lost, changed = Upload.spool("a.csv", b"a,b\n1,2\n"), Upload.spool("b.csv", b"a,b\n1,2\n")
    lost._spool._file.close()
    changed._spool._file.truncate(4)
    for upload in (lost, changed):
        with pytest.raises(CoreError, match=r"no longer there.*Upload it again"):
            upload.content()


def test_equal_bytes_have_equal_names_whatever_the_file_was_called():
    first, second = Upload.spool("a.csv", b"x\n1\n"), Upload.spool("b.csv", b"x\n1\n")
    assert first.sha256 == second.sha256
    assert first == replace(second, name="a.csv")


def script():
    from core.data.prepare import Preparation
    from core.mixture.family import family
    from pages.app.session import Model, begin, choose, current

    begin(sample="iris")
    choose(model=Model(family("VVV"), 3), axes=("a", "b"))
    assert current().model is not None
    choose(preparation=Preparation(columns=("a",)))
    assert current().model is None
    assert current().axes is None
    assert current().sample == "iris"
    choose(model=Model(family("VVV"), 2))
    begin(sample="wine")
    assert current().model is None
    assert current().sample == "wine"


def test_other_rows_or_columns_take_back_what_was_chosen_for_the_ones_before():
    assert not AppTest.from_function(script).run().exception


@pytest.mark.parametrize(
    ("asked", "called"), [(None, "name"), ("town", "town"), ("", None), ("gone when the file was read anew", "name")]
)
def test_rows_are_called_by_a_column_that_is_there(asked, called):
    table = profile(pd.DataFrame({"name": list("abcdefgh"), "town": list("wxyzwxyz"), "x": range(8)}))
    assert row_name(Session(row_name=asked), table) == called
