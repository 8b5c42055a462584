"""What a workbook's sheet says beside its cells: hidden rows and columns, formulas without results."""

import openpyxl
import pytest

from core.errors import ReadError
from tests.data.making import cells, here, said, saved


def book(hidden=(), formula=False):
    made = openpyxl.Workbook()
    sheet = made.active
    for row in [["name", "a", "b"], *[[f"r{i}", i / 4, "=B2*2" if formula else i] for i in range(12)]]:
        sheet.append(row)
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    return made


def test_hidden_rows_are_read_told_and_can_be_left_out():
    content = saved(book(hidden=(4, 5, 9)))
    told = said(here(content), "3 rows", "hides")[0]
    assert len(here(content).columns[0]) == 12
    shown = here(content, **told.offer.changes)
    assert cells(shown)["name"] == [f"r{i}" for i in range(12) if i not in (2, 3, 7)]
    assert list(shown.lines[:3]) == [2, 3, 6]


def test_hidden_columns_are_told():
    made = book()
    made.active.column_dimensions["B"].hidden = True
    assert said(here(saved(made)), "1 hidden column")


def test_formulas_without_results_are_counted_and_the_way_to_results_said():
    told = said(here(saved(book(formula=True))), "12 cells hold formulas")[0]
    assert "Save the workbook" in told.what


def test_a_sheet_of_nothing_but_such_formulas_is_refused_with_the_way_out():
    made = openpyxl.Workbook()
    for row in range(1, 4):
        made.active.append([f"=A{row}", f"=B{row}"])
    with pytest.raises(ReadError, match="without a result"):
        here(saved(made))


def test_sheets_with_nothing_hidden_say_nothing():
    assert not said(here(saved(book())), "hid")
