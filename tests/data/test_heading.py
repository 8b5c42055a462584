"""Headings: which rows name the columns, however many there are and whatever stands above them."""

import datetime as dt

import openpyxl
import pytest

from core.data.reader.layout import lay_out
from core.data.reader.sheet import of_rows
from core.data.table import Reading
from tests.data.making import cells, delimited, here, said, saved, workbook

BODY = [["r0", 51.2, 40.1, 7.3], ["r1", 48.9, 39.5, 8.1], ["r2", 50.3, 41.7, 7.7], ["r3", 49.4, 40.6, 7.9]]


def grid(rows, **reading):
    return lay_out(of_rows([[None if cell == "" else cell for cell in row] for row in rows]), Reading(**reading))


def test_a_delimiter_at_the_end_of_rows_leaves_names_where_they_are():
    answer = here("mass,length,price\n" + "1.5,2.5,3.5,\n" * 4)
    assert answer.names == ("mass", "length", "price")
    assert cells(answer)["price"] == [3.5] * 4


@pytest.mark.parametrize("cells_", [["47.5*", "19944 (p)", "7.1a"], ["<0.2", "~5", "3†"], ["<LOD", "ND", "40.5"]])
def test_a_first_row_of_marked_or_coded_numbers_is_a_row(cells_):
    body = [*BODY, ["r4", "<LOD", "ND", 7.2]]
    assert len(grid([["plot", "a", "b", "c"], ["r9", *cells_], *body]).lines) == 6


def test_one_unknown_value_in_the_first_row_is_no_unit():
    assert len(grid([["name", "weight"], ["Ann", "unsure"], *[row[:2] for row in BODY]]).lines) == 5


@pytest.mark.parametrize(
    "units", [["", "kg", "m/s", "1000 t"], ["unit", "[kg]", "(m)", "%"], ["text", "float", "int", "int"]]
)
def test_units_are_still_told_and_can_be_kept_as_a_row(units):
    found = grid([["plot", "a", "b", "c"], units, *BODY])
    assert found.reading.units == 1
    told = next(note for note in found.notes if "units" in note.what)
    assert len(grid([["plot", "a", "b", "c"], units, *BODY], **told.offer.changes).lines) == 5


@pytest.mark.parametrize(
    "names",
    [
        ["region", 2010, 2011, 2012],
        ["well", 400, 410, 420],
        ["well", 0.5, 1, 5],
        ["item", dt.datetime(2020, 1, 1), dt.datetime(2020, 2, 1), dt.datetime(2020, 3, 1)],
        ["item", "Jan-20", "Feb-20", "Mar-20"],
    ],
)
@pytest.mark.parametrize("above", [[], [["Table 1. All of it"]], [["Report"], ["Made by:", "Ada"]]])
def test_names_may_be_years_numbers_or_months_also_right_below_a_title(names, above):
    found = grid([*above, names, *BODY])
    assert (found.reading.skip, found.reading.header, len(found.lines)) == (len(above), 1, 4)


def test_a_title_that_delimiters_part_is_no_row_of_groups():
    text = "People by region, 2010 to 2012\nregion,2010,2011,2012\n" + "".join(
        f"r{i},{i}.5,{i}.25,{i}.75\n" for i in range(6)
    )
    answer = here(text)
    assert answer.names == ("region", "2010", "2011", "2012")
    assert answer.reading.skip == 1


def test_a_name_merged_downwards_is_said_once():
    book = openpyxl.Workbook()
    for row in [
        ["Region", "2023", None, "2024", None],
        [None, "cost", "hours", "cost", "hours"],
        *[[*r, 1.5] for r in BODY],
    ]:
        book.active.append(row)
    for block in ("A1:A2", "B1:C1", "D1:E1"):
        book.active.merge_cells(block)
    assert here(saved(book)).names == ("Region", "2023 cost", "2023 hours", "2024 cost", "2024 hours")


def test_a_group_goes_as_far_as_its_merged_cells():
    book = openpyxl.Workbook()
    for row in [[None, "2023", None, None], ["plot", "cost", "hours", "rank"], *BODY]:
        book.active.append(row)
    book.active.merge_cells("B1:C1")
    found = here(saved(book), skip=0, header=2)
    assert found.names == ("plot", "2023 cost", "2023 hours", "rank")


def test_names_in_three_rows_are_put_together():
    heading = [
        ["", "Sales", "", "", "", "Costs", "", "", ""],
        ["", "2022", "", "2023", "", "2022", "", "2023", ""],
        ["Region", *["sum", "mean"] * 4],
    ]
    answer = here(workbook(data=[*heading, *[[*row, 1.5, 2.5, 3.5, 4.5, 5.5] for row in BODY]]))
    assert answer.names[:2] == ("Region", "Sales 2022 sum")
    assert answer.names[-1] == "Costs 2023 mean"
    assert said(answer, "take 3 rows")


def test_years_may_be_the_names_below_their_groups():
    rows = [["", "Sales", "", "Costs", ""], ["Region", "2022", "2023", "2022", "2023"], *[[*row, 1.5] for row in BODY]]
    assert here(delimited(rows)).names[1:] == ("Sales 2022", "Sales 2023", "Costs 2022", "Costs 2023")


@pytest.mark.parametrize("words", [("Country",), ("Country", "Indicator"), ("Country", "Code", "Series", "Unit")])
@pytest.mark.parametrize("years", [(1960, 1961), (2001, 2011), (1990, 2007), (2021, 2020)])
@pytest.mark.parametrize("above", ["", "Facts of the world,\n\n", "Facts of the world\nOf last year\n"])
def test_two_years_name_columns_of_other_numbers_below_words(words, years, above):
    body = "".join(",".join([*(f"{w[:2]}{i}" for w in words), f"{i * 311 + 7}", f"{i * 97}.5\n"]) for i in range(12))
    answer = here(above + ",".join([*words, *map(str, years)]) + "\n" + body)
    assert (answer.names, len(answer.columns[0])) == ((*words, *map(str, years)), 12)


@pytest.mark.parametrize("years", [(1985, 1993, 2000), (2001, 2011), (2020, 2015, 2005, 1999)])
@pytest.mark.parametrize("corner", ["", '""'])
@pytest.mark.parametrize("above", ["", "Doctors by field\n\n"])
def test_years_with_uneven_steps_name_columns_beside_a_blank_corner(years, corner, above):
    body = "".join(f"field {i};{';'.join(str(i * 37 + 7 * j) for j, _ in enumerate(years))}\n" for i in range(12))
    answer = here(f"{above}{corner};{';'.join(map(str, years))}\n{body}")
    assert (answer.names[1:], len(answer.columns[0])) == (tuple(map(str, years)), 12)


def test_years_without_a_label_above_years_or_above_rows_without_labels_are_a_row():
    rows = "".join(f"{'' if i == 0 else f'wine {i}'},{1950 + 3 * i},{1957 + 4 * i}\n" for i in range(12))
    assert (here(rows).reading.header, len(here(rows).columns[0])) == (0, 12)
    rows = "".join(f"{'' if i == 0 else i},{1950 + 311 * i},{1957 + 297 * i}\n" for i in range(12))
    assert (here(rows).reading.header, len(here(rows).columns[0])) == (0, 12)


def test_two_years_above_years_are_a_row():
    rows = "".join(f"wine {i},{'red' if i % 2 else 'white'},{1950 + 3 * i},{1951 + 3 * i}\n" for i in range(12))
    answer = here(rows)
    assert (answer.reading.header, len(answer.columns[0])) == (0, 12)


@pytest.mark.parametrize(
    "rows",
    [
        "1.5,2.5,3.5,checked twice\n",
        "1.5,2.5,3.5,odd\n4.5,1.5,2.5,\n6.5,1.5,2.5,odd\n",
        "1.5,2.5,3.5,\n4.5,1.5,2.5,\n6.5,1.5,2.5,odd\n7.5,1.5,2.5,\n",
        "1.5,2.5,3.5,\n4.5,1.5,2.5,\n6.5,1.5,2.5,9.5\n7.5,1.5,2.5,\n",
    ],
)
def test_remarks_behind_the_last_delimiter_leave_names_where_they_are_and_are_told(rows):
    answer = here("mass,length,price\n" + rows)
    assert answer.names == ("mass", "length", "price", "column 4")
    assert cells(answer)["mass"][0] == 1.5
    assert said(answer, "more cells than there are names")


@pytest.mark.parametrize(
    "rows",
    [
        "Ada,1.5,2.5,3.5\n",
        "Ada,1.5,2.5,3.5\nBen,1.5,2.5,\nCid,3.5,2.5,3.5\n",
        "1,1.5,2.5,red\n2,1.5,2.5,blue\n3,1.5,4.5,red\n",
        "7,1.5,2.5,3.5\n19,1.5,2.5,4.5\n23,1.5,4.5,5.5\n",
    ],
)
def test_names_of_rows_have_no_name_of_their_own(rows):
    answer = here("mass,length,price\n" + rows)
    assert answer.names == ("column 1", "mass", "length", "price")
    assert not said(answer, "more cells than there are names")
