import gc
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.data.columns import profile
from core.errors import CoreError
from pages.app.beginning import row_name
from pages.app.choices import DataChoice, PreparationChoice, ReadingChoice, RowNameChoice
from pages.app.session import Part, Session, comes_after
from pages.app.uploads import Upload


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


@dataclass(frozen=True)
class File(Part):
    name: str = ""


@dataclass(frozen=True)
class Columns(Part):
    after = (File,)
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Zoom(Part):
    after = (Columns,)
    times: int = 1


@dataclass(frozen=True)
class Look(Part):
    dark: bool = False


BEFORE = Session().chosen(File("a"), Columns(("x",)), Zoom(3), Look(dark=True))


@pytest.mark.parametrize(
    ("anew", "left"),
    [
        ((File("b"),), {File("b"), Look(dark=True)}),
        ((Columns(("y",)),), {File("a"), Columns(("y",)), Look(dark=True)}),
        ((Columns(("x",)),), {File("a"), Columns(("x",)), Look(dark=True)}),  # asked for anew, it begins anew as well
        ((File("b"), Zoom(5)), {File("b"), Zoom(5), Look(dark=True)}),
        ((Look(),), {File("a"), Columns(("x",)), Zoom(3)}),
    ],
)
def test_a_part_begins_anew_when_one_that_it_comes_after_is_chosen_anew(anew, left):
    after = BEFORE.chosen(*anew)
    assert set(after.parts) == left
    assert BEFORE[Zoom] == Zoom(3)


def test_a_session_is_the_same_whatever_was_chosen_first():
    assert Session().chosen(Look(dark=True)).chosen(File("a")) == Session().chosen(File("a"), Look(dark=True), Zoom())
    assert Session()[Zoom] == Zoom(1)


PAGES = Path(__file__).parents[2] / "pages"


def parts_of_the_app():
    for path in sorted(PAGES.rglob("choices.py")):
        module = import_module(".".join(path.relative_to(PAGES.parent).with_suffix("").parts))
        own = [each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__]
        yield from (each for each in own if isinstance(each, type) and issubclass(each, Part))


@pytest.mark.parametrize("kind", list(parts_of_the_app()), ids=lambda kind: kind.__name__)
def test_every_choice_goes_with_the_data_and_is_a_frozen_value_with_a_name_of_its_own(kind):
    assert kind is DataChoice or comes_after(kind, {DataChoice})
    assert hash(kind()) == hash(kind())
    assert [each.__name__ for each in parts_of_the_app()].count(kind.__name__) == 1


def of_prepared_rows():
    return {each.__name__ for each in parts_of_the_app() if comes_after(each, {PreparationChoice})}


def test_other_rows_or_columns_take_back_what_was_chosen_for_the_ones_before_and_no_more():
    stay = {"CriterionChoice", "DrawingChoice", "OtherFileChoice", "PolicyChoice", "ReviewsChoice", "ReviewTable"}
    stay |= {"DataChoice", "ReadingChoice", "PreparationChoice", "RowNameChoice", "TicksChoice"}
    assert {each.__name__ for each in parts_of_the_app()} - of_prepared_rows() == stay
    assert {each.__name__ for each in parts_of_the_app() if comes_after(each, {ReadingChoice})} == {
        *of_prepared_rows(),
        *("PreparationChoice", "ReviewsChoice"),
    }


def script():
    from core.data.prepare import Preparation
    from core.mixture.family import family
    from pages.app.choices import AxesChoice, DataChoice, Model, ModelChoice, PreparationChoice, begin
    from pages.app.session import change, choice, choose

    begin(sample="iris")
    choose(ModelChoice(Model(family("VVV"), 3)), AxesChoice(("a", "b")))
    change(ModelChoice, merged=2)
    assert choice(ModelChoice) == ModelChoice(Model(family("VVV"), 3), 2)
    choose(PreparationChoice(Preparation(columns=("a",))))
    assert choice(ModelChoice).model is None
    assert choice(AxesChoice).axes is None
    assert choice(DataChoice).sample == "iris"
    choose(ModelChoice(Model(family("VVV"), 2)))
    begin(sample="wine")
    assert choice(ModelChoice).model is None
    assert choice(DataChoice).sample == "wine"


def test_a_visitor_chooses_and_begins_anew():
    assert not AppTest.from_function(script).run().exception


@pytest.mark.parametrize(
    ("asked", "called"), [(None, "name"), ("town", "town"), ("", None), ("gone when the file was read anew", "name")]
)
def test_rows_are_called_by_a_column_that_is_there(asked, called):
    table = profile(pd.DataFrame({"name": list("abcdefgh"), "town": list("wxyzwxyz"), "x": range(8)}))
    assert row_name(Session().chosen(RowNameChoice(asked)), table) == called
