"""Layout: titles, units, names in two rows, totals, notes, blank rows and merged cells."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.reader.layout import lay_out
from core.data.reader.sheet import of_rows
from core.data.table import NoteKind, Reading
from core.errors import ReadError
from tests.data.making import cells, delimited, here, said, saved, workbook

TABLE = [["region", "sales", "cost"], ["North", 12.5, 3], ["South", 8.25, 2], ["East", 9.75, 4], ["West", 7.0, 1]]


def grid(rows, **reading):
    return lay_out(of_rows([[None if cell == "" else cell for cell in row] for row in rows]), Reading(**reading))


def test_a_plain_table_is_read_whole():
    found = grid(TABLE)
    assert found.names == ("region", "sales", "cost")
    assert len(found.lines) == 4
    assert not found.notes


def test_titles_and_blank_rows_above_are_left_out_and_said():
    answer = here(workbook(data=[["Sales of June"], ["made by hand"], [], *TABLE]))
    assert answer.names == ("region", "sales", "cost")
    assert answer.reading.skip == 3
    assert answer.lines[0] == 5
    assert said(answer, "2 rows above", "lines 1, 2")[0].kind is NoteKind.ROWS


def test_facts_in_two_columns_above_a_table_are_no_rows_of_it():
    rows = [["Report:", "Sales"], ["Date:", "2024-01-01"], [], *[[*row, 1.5, 2.5, 3.5] for row in TABLE]]
    assert grid(rows).reading.skip == 3


@pytest.mark.parametrize("label", ["Total", "TOTAL:", "Grand total", "Sum", "Gesamt", "Average"])
def test_a_row_of_totals_is_left_out_and_said(label):
    found = grid([*TABLE, [label, 37.5, 10]])
    assert len(found.lines) == 4
    told = next(note for note in found.notes if "totals" in note.what and note.count == 1)
    assert len(grid([*TABLE, [label, 37.5, 10]], **told.offer.changes).lines) == 5


def test_a_row_of_sums_without_a_label_is_left_out():
    assert len(grid([*TABLE, [None, 37.5, 10]]).lines) == 4
    assert len(grid([*TABLE, [None, 37.5, 11]]).lines) == 5


@pytest.mark.parametrize(
    ("cells_", "total"),
    [
        (["1.234,50", "12,5", "7,25", "1.000,00"], "2.254,25"),
        (["1 234,50", "12,5", "7,25", "1 000,00"], "2 254,25"),
        (["$1,234.50", "$12.50", "$7.25", "($1,000.00)"], "$254.25"),
        (["1234.5", "12.5", "NaN", "7.25"], "1254.25"),
        (["12,5", "0,5", "7,25", "1,0"], "21,25"),
    ],
)
def test_sums_at_the_end_are_told_however_numbers_are_written(cells_, total):
    rows = [["region", "sales"], *zip(["North", "South", "East", "West"], cells_, strict=True)]
    assert len(grid([*rows, [None, total]]).lines) == 4
    assert len(grid([*rows, [None, total.replace("2", "3")]]).lines) == 5


def test_a_product_that_is_called_total_is_a_row():
    assert len(grid([*TABLE, ["Total Quality Ltd", 3.0, 1], ["Acme", 4.0, 2]]).lines) == 6


def test_remarks_below_and_beside_are_left_out_and_said():
    beside = [[*row, None, "checked by Ada" if i == 2 else None] for i, row in enumerate(TABLE * 1)]
    answer = here(workbook(data=[*beside, ["Source: the books of the company"], [], ["* estimated"]]))
    assert answer.names == ("region", "sales", "cost")
    assert len(answer.columns[0]) == 4
    assert said(answer, "remarks beside")[0].kind is NoteKind.COLUMNS


def test_a_row_of_units_below_the_names_goes_to_the_names():
    answer = here(workbook(data=[["name", "weight", "speed"], ["", "kg", "[m/s]"], *[["a", 1.5, 2.5]] * 4]))
    assert answer.names == ("name", "weight (kg)", "speed (m/s)")
    assert answer.originals == ("name", "weight", "speed")
    assert len(answer.columns[0]) == 4
    assert said(answer, "units")


def test_names_in_two_rows_are_put_together():
    rows = [["", "2023", "", "2024", ""], ["region", "sales", "cost", "sales", "cost"], *[["N", 1.5, 2, 3.5, 4]] * 4]
    answer = here(workbook(data=rows))
    assert answer.names == ("region", "2023 sales", "2023 cost", "2024 sales", "2024 cost")
    assert said(answer, "take 2 rows")


def test_blank_rows_within_a_table_do_not_end_it():
    found = grid([*TABLE[:3], [None] * 3, *TABLE[3:]])
    assert len(found.lines) == 4
    assert any("1 blank row" in note.what for note in found.notes)


def test_of_two_stacked_tables_the_larger_is_read_and_the_way_to_the_other_said():
    other = [["item", "price"], ["pen", 1.5], ["ink", 2.5]]
    answer = here(workbook(data=[*TABLE, [], [], *other]))
    assert answer.names == ("region", "sales", "cost")
    told = said(answer, "below the table")[0]
    second = here(workbook(data=[*TABLE, [], [], *other]), **told.offer.changes)
    assert cells(second) == {"item": ["pen", "ink"], "price": [1.5, 2.5]}


def test_names_that_come_again_are_left_out():
    found = grid([*TABLE[:3], TABLE[0], *TABLE[3:]])
    assert len(found.lines) == 4
    assert any("repeats the names" in note.what for note in found.notes)


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["1.5", "2"], ["3.5", "4"], ["5.5", "9"]], 0),
        ([["a", "b"], ["1", "2"]], 1),
        ([["country", "2010", "2011", "2012"], ["Chad", "1.5", "2.5", "3.5"], ["Fiji", "2.5", "3.5", "4.5"]], 1),
        ([["0", "1", "2", "3"], ["0.5", "1.5", "2.5", "3.5"], ["4.5", "2.25", "1.5", "9.5"]], 1),
        ([["id", "100022", "100025"], ["id1", "TRUE", "FALSE"], ["id2", "TRUE", "TRUE"]], 1),
        ([["Alice", "north"], ["Bob", "north"], ["Cy", "south"], ["Alice", "north"]], 0),
        ([["name", "town"], ["Bob", "Rome"], ["Cy", "Oslo"]], 1),
        ([["2020-01-01", "5"], ["2020-01-02", "6"]], 0),
    ],
)
def test_names_are_told_from_values(rows, header):
    assert grid(rows).reading.header == header


def test_names_can_be_given_or_denied():
    assert len(grid(TABLE, header=0).lines) == 5
    assert len(grid([["1", "2"], ["3", "4"]], header=1).lines) == 1


def test_merged_cells_of_a_column_all_hold_the_value_of_the_first():
    book = openpyxl.Workbook()
    for row in [["group", "x"], ["a", 1.5], [None, 2.5], [None, 3.5], ["b", 4.5]]:
        book.active.append(row)
    book.active.merge_cells("A2:A4")
    content = saved(book)
    assert cells(here(content))["group"] == ["a", "a", "a", "b"]
    assert said(here(content), "2 merged cells")
    assert cells(here(content, fill_merged=False))["group"] == ["a", None, None, "b"]


def test_empty_columns_are_left_out_and_counted():
    found = grid([["a", None, "b"], *[[1.5, None, 2.5]] * 3])
    assert found.names == ("a", "b")
    assert [note.count for note in found.notes if note.kind is NoteKind.COLUMNS] == [1]


def test_a_form_is_read_whole_rather_than_cut_to_a_scrap():
    rows = [["Name:", "Ada"], [], ["Town:", "Rome"], [], ["Street:", "Via"], [], ["Age:", 5], [], ["Sex:", "f"]]
    found = grid(rows)
    assert len(found.lines) + found.reading.header == 5


def test_one_row_alone_is_a_row_and_may_be_names():
    found = grid([["a", "b", "c"]])
    assert len(found.lines) == 1
    assert any("names of columns" in note.what for note in found.notes)
    with pytest.raises(ReadError, match="no rows"):
        grid([["a", "b", "c"]], header=1)


@pytest.mark.parametrize("rows", [[[None, None]], []])
def test_nothing_at_all_is_refused(rows):
    with pytest.raises(ReadError):
        grid(rows)


def test_skipping_everything_is_refused():
    with pytest.raises(ReadError, match="Leave out fewer"):
        here(delimited(TABLE), skip=50)


words = st.sampled_from(["a", "north", "x y", "Total", "", None, "#", "2020-01-01", "n/a"])
sheets = st.lists(
    st.lists(st.one_of(words, st.floats(-1e3, 1e3).map(lambda x: round(x, 2)), st.integers(0, 9)), max_size=6),
    max_size=14,
)


@given(sheets)
def test_no_row_goes_unmentioned(rows):
    try:
        found = grid(rows)
    except ReadError:
        return
    named = sum(note.count for note in found.notes if note.kind is NoteKind.ROWS)
    assert len(found.lines) + found.reading.header + named == len(rows)


@pytest.mark.parametrize(
    ("rows", "words", "shape"),
    [
        ([["Sales of the year"], [], ["in thousands"], [], *TABLE], "above the table", (3, 6)),
        ([*TABLE, [], ["see also the books"]], "below the table", (3, 5)),
        ([*TABLE, [], ["see also"], ["the", "books"]], "below the table", (3, 6)),
        ([[*row, None, "checked" if i == 2 else None] for i, row in enumerate(TABLE)], "remarks beside", (4, 4)),
        ([["Page 1"], *TABLE, ["Page 2"], *TABLE], "of titles between", (3, 9)),
    ],
)
def test_what_was_left_out_can_be_read_with_one_click(rows, words, shape):
    content = workbook(data=rows)
    answer = here(content, **said(here(content), words)[0].offer.changes)
    assert (len(answer.names), len(answer.columns[0])) == shape


def test_comments_can_be_kept_with_one_click():
    content = "a,b\n1,2\n# late\n3,4\n"
    told = said(here(content), "1 row of comments")[0]
    assert cells(here(content, **told.offer.changes))["a"] == ["1", "# late", "3"]


def test_names_in_two_rows_can_be_read_as_one_with_one_click():
    rows = [["", "2019", "", "2020", ""], ["x", "a", "b", "c", "d"], *[[f"r{i}", i, i, i, i] for i in range(8)]]
    answer = here(delimited(rows))
    assert answer.names[1] == "2019 a"
    told = said(answer, "names of the columns take 2 rows")[0]
    assert here(delimited(rows), **told.offer.changes).names == ("x", "a", "b", "c", "d")


@given(sheets)
def test_what_is_offered_can_be_read(rows):
    try:
        found = grid(rows)
    except ReadError:
        return
    for note in found.notes:
        if note.offer:
            assert len(grid(rows, **note.offer.changes).lines)


@given(sheets)
def test_reading_again_as_it_was_read_gives_the_same_table(rows):
    try:
        first = grid(rows)
    except ReadError:
        return
    again = grid(rows, **first.reading.__dict__)
    assert again.names == first.names
    assert again.lines.tolist() == first.lines.tolist()
    assert again.reading == first.reading
