import gc

from streamlit.testing.v1 import AppTest

from pages.shared.session import Upload


def test_an_upload_lies_in_a_file_of_its_own_until_nobody_refers_to_it():
    upload = Upload.spool("../../etc/passwd", b"a,b\n1,2\n")
    path = upload.path
    assert upload.content() == b"a,b\n1,2\n"
    assert "passwd" not in str(path)
    assert oct(path.stat().st_mode)[-3:] == "600"
    del upload
    gc.collect()
    assert not path.exists()


def test_equal_bytes_have_equal_names_whatever_the_file_was_called():
    first, second = Upload.spool("a.csv", b"x\n1\n"), Upload.spool("b.csv", b"x\n1\n")
    assert first.sha256 == second.sha256
    assert first.path != second.path


def script():
    from core.data.prepare import Preparation
    from core.mixture.family import family
    from pages.shared.session import Model, begin, choose, current

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
