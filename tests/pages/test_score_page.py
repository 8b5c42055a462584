import csv
import io

import pytest

from pages.app.choices import ReadingChoice
from pages.score.choices import OtherFileChoice
from tests.pages.conftest import as_csv

PAGE = "pages/score_page.py"


@pytest.fixture
def ready(visitor, two_groups):
    return visitor.upload(two_groups).settle().go(PAGE).settle()


def bring(visitor, content):
    visitor.app.file_uploader(key="other").upload("new.csv", content, "text/csv").run()
    return visitor.settle()


def changed(content, change, names=None):
    """The rows of a CSV, each changed."""
    first, *rows = csv.reader(io.StringIO(content.decode()))
    return as_csv(names or first, [change(row) for row in rows])


def test_without_data_the_page_says_how_to_begin(visitor):
    visitor.go(PAGE).settle()
    assert not visitor.app.exception
    assert "There is no data yet" in visitor.text


def test_the_same_rows_have_not_moved(ready, two_groups):
    bring(ready, two_groups)
    assert not ready.app.exception
    assert "No column has moved by much" in ready.headings
    assert "3 columns matched by name" in ready.text
    assert "Not used by the model: id, same" in ready.text


def test_rows_of_another_kind_are_flagged_and_the_column_that_moved_is_named(ready, two_groups):
    bring(ready, changed(two_groups, lambda row: [row[0], str(float(row[1] or 0) + 40), *row[2:]]))
    assert not ready.app.exception
    assert ready.headings[0].startswith("120 rows of 120 look odd; about ")
    assert ready.headings[1].startswith("width has moved up by ")
    odd, drift, groups = (each.value for each in ready.app.dataframe)
    assert len(odd) == 120
    assert all(each.startswith("width: expected ") for each in odd["why"])
    assert "your review" not in odd
    assert list(groups["group"]) == ["Group 1", "Group 2"]
    assert drift.set_index("column")["moved"].to_dict() == {"width": True, "height": False, "word": False}


def test_a_missing_column_is_named_and_another_file_can_follow(ready, two_groups):
    bring(ready, changed(two_groups, list, ["id", "breadth", "height", "same", "word"]))
    assert not ready.app.exception
    (refusal,) = ready.refusals
    assert "lacks the column" in refusal
    assert "width" in refusal
    assert "breadth" in refusal
    assert not bring(ready, two_groups).refusals


def test_what_was_brought_stays_when_pages_are_switched_and_goes_with_other_data(ready, two_groups):
    bring(ready, two_groups).go("pages/groups_page.py").settle().go(PAGE).settle()
    assert "No column has moved by much" in ready.headings
    ready.go("pages/data_page.py").settle().click("begin-faithful").settle().go(PAGE).settle()
    assert not ready.headings
    assert ready.session[OtherFileChoice].upload is None


def test_a_file_can_be_put_away(ready, two_groups):
    bring(ready, two_groups).click("away").settle()
    assert not ready.app.exception
    assert ready.session[OtherFileChoice].upload is None
    assert not ready.headings


def test_new_rows_can_be_taken_away_as_csv_and_as_a_workbook(ready, two_groups):
    bring(ready, two_groups)
    labels = [each.proto.label for each in ready.app.get("download_button")]
    assert labels == ["120 new rows with groups, scores and flags (CSV)", "The same as a workbook (XLSX)"]


def doubtful(n=60):
    """Two columns that can be read with a decimal point or with one between thousands, of which the first is right."""
    rows = [f"{1 + i % 7}.{100 + 13 * i % 900:03d};{5 + i % 5}.{100 + 29 * i % 900:03d}" for i in range(n)]
    return "\n".join(["width;height", *rows]).encode()


def test_the_other_file_is_read_as_the_first_one_was_however_that_was_chosen(visitor):
    visitor.upload(doubtful()).settle()
    assert visitor.session[ReadingChoice].reading.decimal is None
    visitor.go("pages/data_page.py").settle().click("offer-0").settle()
    assert visitor.session[ReadingChoice].reading.decimal == ","
    bring(visitor.go(PAGE).settle(), doubtful())
    assert not visitor.app.exception
    assert "No column has moved by much" in visitor.headings


def test_all_notes_on_the_other_file_are_shown(ready, two_groups):
    bring(ready, changed(two_groups, lambda row: [*row[:3], "5 %", row[4]]))
    assert not ready.app.exception
    assert "Percentages in “same” are parts of one" in ready.text
