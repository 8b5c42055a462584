"""Reading: every format by its content, and every bad file a sentence."""

import csv
import io
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

import core

ROWS = [
    ["name", "height", "joined"],
    ["Ada", 1.5, "2024-01-02"],
    ["Ben", 2.25, "2024-02-03"],
    ["Cy", -3.0, "2024-03-04"],
]


def delimited(delimiter=",", encoding="utf-8", rows=ROWS):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def workbook(rows=ROWS, sheets=("data",)):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parquet():
    target = io.BytesIO()
    pd.DataFrame(ROWS[1:], columns=ROWS[0]).astype({"height": float}).to_parquet(target)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        delimited(),
        delimited(";"),
        delimited("\t"),
        delimited("|"),
        delimited(encoding="utf-8-sig"),
        delimited(encoding="utf-16"),
        delimited().replace(b"\r\n", b"\n"),
        workbook(),
        parquet(),
    ],
    ids=["comma", "semicolon", "tab", "bar", "bom", "utf-16", "line feeds", "xlsx", "parquet"],
)
def test_the_same_table_comes_out_of_every_format(content):
    table = core.read_table(content)
    assert list(table.frame.columns) == ["name", "height", "joined"]
    assert list(table.frame["height"]) == [1.5, 2.25, -3.0]
    assert list(table.frame["name"]) == ["Ada", "Ben", "Cy"]
    assert len(table.source_id) == 64


def test_the_name_of_the_file_tells_nothing_about_its_format(tmp_path):
    path = tmp_path / "really a workbook.csv"
    path.write_bytes(workbook())
    table = core.read_table(path)
    assert table.reading.name == "really a workbook.csv"
    assert list(table.frame["height"]) == [1.5, 2.25, -3.0]


def test_a_chosen_sheet_is_read_and_all_are_named():
    book = openpyxl.Workbook()
    book.active.title = "first"
    book.active.append(["x", "y"])
    book.active.append([1, 2])
    second = book.create_sheet("second")
    second.append(["z"])
    second.append([7.5])
    target = io.BytesIO()
    book.save(target)
    table = core.read_table(target.getvalue(), core.Reading(sheet="second"))
    assert table.sheets == ("first", "second")
    assert list(table.frame["z"]) == [7.5]


def test_decimal_commas_thousands_percent_currency_and_parentheses_are_numbers():
    rows = [["a", "b", "c", "d"], ["1,000", "5%", "$3.50", "(300)"], ["12,345", "7.5%", "$1,200.00", "4"]]
    table = core.read_table(delimited(rows=rows))
    assert list(table.frame["a"]) == [1000.0, 12345.0]
    assert list(table.frame["c ($)"]) == [3.5, 1200.0]
    assert list(table.frame["d"]) == [-300.0, 4.0]
    german = core.read_table(delimited(";", rows=[["x", "y"], ["1,5", "2.000,25"], ["-3,25", "10,5"]]))
    assert list(german.frame["x"]) == [1.5, -3.25]
    assert list(german.frame["y"]) == [2000.25, 10.5]


def test_leading_zeros_and_long_digits_stay_text():
    table = core.read_table(
        delimited(rows=[["zip", "id"], ["01234", "12345678901234567890"], ["00501", "98765432109876543210"]])
    )
    assert list(table.frame["zip"]) == ["01234", "00501"]
    assert list(table.frame["id"]) == ["12345678901234567890", "98765432109876543210"]


def test_spellings_of_nothing_are_blanks():
    rows = [["id", "x"], *[["a", cell] for cell in ("1.5", "", "NA", "n/a", "NULL", "nan", "-", "2.5")]]
    column = core.read_table(delimited(rows=rows)).column("x")
    assert column.kind.value == "number"
    assert (column.low, column.high, column.n_missing) == (1.5, 2.5, 6)


def test_cells_that_cannot_be_read_are_counted_in_a_note():
    rows = [["x", "y"], *[[str(i), "1"] for i in range(30)], ["oops", "2"]]
    table = core.read_table(delimited(rows=rows))
    assert table.column("x").n_missing == 1
    assert any("oops" in note.what for note in table.notes)


def test_lines_above_the_table_are_left_out_and_said():
    content = b"Report of June\nmade by hand\n" + delimited()
    table = core.read_table(content)
    assert list(table.frame["height"]) == [1.5, 2.25, -3.0]
    assert table.notes


def test_a_table_without_names_keeps_its_first_row():
    table = core.read_table(delimited(rows=[["1.5", "2"], ["3.5", "4"], ["5.5", "9"]]))
    assert len(table.frame) == 3


def test_every_decision_can_be_overridden():
    rows = [["1", "2"], ["3", "4"]]
    assert len(core.read_table(delimited(rows=rows), core.Reading(header=True)).frame) == 1
    assert core.read_table(delimited(";"), core.Reading(delimiter=",")).frame.shape[1] == 1
    cyrillic = "имя,x\nАда,1\n".encode("cp1251")
    assert core.read_table(cyrillic, core.Reading(encoding="cp1251")).frame.iloc[0, 0] == "Ада"


HOSTILE = ["a.b", "x[0]", "mean(x)", "![x](http://h/)", "<img onerror=...>", "", "", "same", "same", "n" * 5_000]


def test_duplicate_empty_and_hostile_names_are_kept_and_shown_uniquely():
    table = core.read_table(delimited(rows=[HOSTILE, [str(i) for i in range(10)], [str(i + 0.5) for i in range(10)]]))
    names = [column.name for column in table.columns]
    assert len(set(names)) == 10
    assert all(name.strip() and len(name) < 200 for name in names)
    assert [column.original for column in table.columns][:5] == HOSTILE[:5]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n\n",
        b"PK\x03\x04broken",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"%PDF-1.7 something",
        b"<html><body>no table</body></html>",
        b"PAR1 not really PAR1",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    ],
    ids=["nothing", "blank lines", "broken xlsx", "png", "pdf", "html", "broken parquet", "password"],
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(content):
    with pytest.raises(core.ReadError) as refusal:
        core.read_table(content)
    assert str(refusal.value).strip().endswith(".")
    assert "Traceback" not in str(refusal.value)


def test_a_password_is_named_as_the_reason():
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(core.ReadError, match="password"):
        core.read_table(content)


def test_three_hundred_columns_and_one_row_can_be_read():
    table = core.read_table(delimited(rows=[[f"c{i}" for i in range(300)], [str(i) for i in range(300)]]))
    assert table.frame.shape == (1, 300)


def test_infinities_and_huge_cells_never_become_wrong_numbers():
    rows = [["x", "y"], ["1e200", "1"], ["inf", "2"], ["3.5", "4"], ["2.5", "7"]]
    table, chosen = core.read_table(delimited(rows=rows)), core.Preparation(columns=("x", "y"), scale="none")
    kept, dropped = core.prepare(table, chosen), core.prepare(table, replace(chosen, blanks="drop"))
    np.testing.assert_array_equal(kept.values, [[np.nan, 1], [np.nan, 2], [3.5, 4], [2.5, 7]])
    np.testing.assert_array_equal(dropped.values, [[3.5, 4], [2.5, 7]])
    assert dropped.n_dropped == 2


def test_a_missing_file_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(core.ReadError, match="cannot be opened"):
        core.read_table(tmp_path / "not there.csv")
