from core.numbers import count
from pages.app.choices import DataChoice
from tests.pages.conftest import as_csv


def table(first, last, offset=0):
    """The same numbers, under an identifier of their own and perhaps below blank rows."""
    rows = [["", "", first]] * offset
    rows += [[f"{(i * 37) % 101:.2f}", f"{(i * 53) % 89:.2f}", f"{last} {i}"] for i in range(80)]
    return as_csv(["x", "y", "who"], rows)


def test_a_second_session_sees_nothing_of_the_first(visitors):
    first, second = visitors(), visitors()
    first.upload(table("a", "Ada"), "ada.csv").settle()
    second.app.run()
    assert not second.session[DataChoice].is_there
    assert "ada" not in second.text.lower()


def test_equal_numbers_of_another_file_bring_nothing_but_the_own_rows(visitors):
    first, second = visitors(), visitors()
    first.upload(table("a", "Ada"), "ada.csv").settle()
    second.upload(table("b", "Bob", offset=3), "bob.csv").settle()
    for page in ("pages/data_page.py", "pages/groups_page.py", "pages/odd_rows_page.py"):
        second.go(page).settle()
        assert "ada" not in second.text.lower()
        for frame in second.app.dataframe:
            assert "Ada" not in frame.value.to_string()
    second.go("pages/data_page.py").settle()
    assert f"{count(3, 'row')} have no number in any chosen column" in second.text


def test_the_same_file_under_another_name_keeps_each_sessions_own_name(visitors):
    first, second = visitors(), visitors()
    first.upload(table("a", "Ada"), "one.csv").settle()
    second.upload(table("a", "Ada"), "second.csv").settle()
    assert "one\\.csv" not in second.text
    assert "second\\.csv" in second.text
