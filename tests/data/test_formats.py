"""Formats: told by content, packed or not, and nothing in them run."""

import bz2
import datetime as dt
import gzip
import io
import json
import lzma
import sqlite3

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pytest

from core.data.reader.excel_errors import error_cells
from core.data.reader.formats import unpacked
from core.errors import ReadError
from tests.data.making import cells, delimited, here, said, saved, workbook, zipped

FRAME = pd.DataFrame({"name": ["Ada", "Ben", "Cy"], "x": [1.5, 2.25, np.nan], "n": [1, 2, 3]})
CONTENT = FRAME.to_csv(index=False).encode()
WANT = {"name": ["Ada", "Ben", "Cy"], "x": [1.5, 2.25, None], "n": [1, 2, 3]}


def parquet(frame):
    target = io.BytesIO()
    frame.to_parquet(target)
    return target.getvalue()


def arrow(frame, version=2):
    target = io.BytesIO()
    feather.write_feather(frame, target, version=version)
    return target.getvalue()


def stream(frame):
    target = io.BytesIO()
    table = pa.Table.from_pandas(frame)
    with pa.ipc.new_stream(target, table.schema) as writer:
        writer.write_table(table)
    return target.getvalue()


def zstd(content):
    target = pa.BufferOutputStream()
    with pa.CompressedOutputStream(target, "zstd") as packing:
        packing.write(content)
    return target.getvalue().to_pybytes()


def database(**frames):
    connection = sqlite3.connect(":memory:")
    for name, frame in frames.items():
        frame.to_sql(name, connection, index=False)
    return connection.serialize()


@pytest.mark.parametrize(
    "content",
    [
        CONTENT,
        gzip.compress(CONTENT, mtime=0),
        bz2.compress(CONTENT),
        lzma.compress(CONTENT),
        zstd(CONTENT),
        gzip.compress(gzip.compress(CONTENT, mtime=0), mtime=0),
        zipped(**{"a/b.csv": CONTENT}),
        zipped(**{"b.csv.gz": gzip.compress(CONTENT, mtime=0)}),
        zipped(
            **{
                "book.xlsx": workbook(
                    data=[list(FRAME), *FRAME.astype(object).where(FRAME.notna(), None).to_numpy().tolist()]
                )
            }
        ),
        parquet(FRAME),
        arrow(FRAME),
        stream(FRAME),
        FRAME.to_json(orient="records").encode(),
        FRAME.to_json(orient="records", lines=True).encode(),
        json.dumps({"rows": json.loads(FRAME.to_json(orient="records")), "page": 1}).encode(),
        json.dumps(
            {name: [None if cell != cell else cell for cell in FRAME[name].tolist()] for name in FRAME}
        ).encode(),
        database(data=FRAME),
        gzip.compress(database(data=FRAME), mtime=0),
    ],
    ids=[
        "csv",
        "gz",
        "bz2",
        "xz",
        "zst",
        "gz twice",
        "zip",
        "gz in zip",
        "xlsx in zip",
        "parquet",
        "feather",
        "arrow stream",
        "json",
        "json lines",
        "json under a name",
        "json of columns",
        "sqlite",
        "sqlite gz",
    ],
)
def test_the_same_table_comes_out_of_every_format(content):
    assert cells(here(content)) == WANT


def test_an_archive_of_several_files_is_refused_with_their_number():
    with pytest.raises(ReadError, match="2 files"):
        here(zipped(**{"a.csv": CONTENT, "b.csv": CONTENT}))


def test_what_unpacks_to_too_much_is_refused_before_it_is_all_unpacked():
    bomb = gzip.compress(bytes(30_000_000))
    with pytest.raises(ReadError, match="too large once it is unpacked"):
        unpacked(bomb, 1_000_000)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(CONTENT, mtime=0)[:-12],
        zipped(**{"a.csv": CONTENT * 50})[:-60],
        parquet(FRAME)[:-20],
        arrow(FRAME)[:-200],
        database(data=FRAME)[:2000],
        b'[{"a": 1}, {"a": ',
        b'{"a": {"b": 1}}',
        b"[" * 100_000,
        b"\x80\x04\x95" + bytes(30),
        b"%PDF-1.7",
        b"<?xml version='1.0'?><a/>",
        b"{\\rtf1 hello}",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    ],
)
def test_damaged_and_foreign_files_are_refused_in_a_sentence(content):
    with pytest.raises(ReadError) as refusal:
        here(content)
    assert str(refusal.value).endswith(".")


def test_nested_json_becomes_columns_and_lists_become_text():
    answer = here(json.dumps([{"a": {"b": i, "c": {"d": i / 2}}, "tags": ["x", i]} for i in range(3)]))
    assert cells(answer) == {"a.b": [0, 1, 2], "a.c.d": [0.0, 0.5, 1.0], "tags": ['["x", 0]', '["x", 1]', '["x", 2]']}


def test_columns_of_parquet_keep_their_types_and_long_whole_numbers_their_digits():
    frame = pd.DataFrame(
        {
            "when": pd.to_datetime(["2020-01-01", "2020-06-01"]),
            "zoned": pd.to_datetime(["2020-01-01", "2020-06-01"]).tz_localize("Europe/Rome"),
            "flag": [True, False],
            "kind": pd.Categorical(["a", "b"]),
            "long": [2**60 + 1, 2**60 + 3],
            "list": [[1, 2], [3]],
            "took": pd.to_timedelta(["1h", "90min"]),
        }
    )
    found = cells(here(parquet(frame)))
    assert found["when"][1] == dt.datetime(2020, 6, 1)
    assert found["zoned"][0] == dt.datetime(2019, 12, 31, 23)
    assert found["flag"] == [True, False]
    assert found["kind"] == ["a", "b"]
    assert found["long"] == [str(2**60 + 1), str(2**60 + 3)]
    assert found["list"] == ["[1, 2]", "[3]"]
    assert found["took"][1] == dt.timedelta(minutes=90)


def test_a_database_offers_its_tables_and_reads_the_largest():
    content = database(small=FRAME.head(1), large=FRAME)
    answer = here(content)
    assert answer.sheets == ("small", "large")
    assert answer.reading.sheet == "large"
    assert said(answer, "2 tables", "large")
    assert len(here(content, sheet="small").columns[0]) == 1
    with pytest.raises(ReadError, match="no table 'other'"):
        here(content, sheet="other")


def test_a_database_runs_nothing_of_its_own():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE a (x)")
    connection.execute("INSERT INTO a VALUES (1), (2)")
    connection.execute("CREATE VIEW b AS SELECT * FROM a")
    connection.execute("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END")
    connection.execute("CREATE TABLE c (x, y AS (x || hex(zeroblob(10))))")
    answer = here(connection.serialize())
    assert answer.sheets == ("a", "c")
    assert cells(answer) == {"x": [1, 2]}


def test_the_first_visible_sheet_that_shows_a_table_is_read():
    book = openpyxl.Workbook()
    book.active.title = "cover"
    book.active.append(["Report"])
    hidden = book.create_sheet("hidden")
    data = book.create_sheet("data")
    for row in [["a", "b"], [1.5, 2], [3.5, 4], [5.5, 6]]:
        hidden.append([9, 9])
        data.append(row)
    hidden.sheet_state = "hidden"
    answer = here(saved(book))
    assert answer.reading.sheet == "data"
    assert answer.sheets == ("cover", "hidden", "data")
    assert said(answer, "3 sheets", "data")
    assert here(saved(book), sheet="hidden").reading.sheet == "hidden"


def test_errors_in_a_workbook_are_blank_and_counted():
    book = openpyxl.Workbook()
    for row in [["a", "b"], [1.5, "#DIV/0!"], [2.5, 3], [3.5, "#N/A"], [4.5, 5], [1.5, 6]]:
        book.active.append(row)
    content = saved(book)
    assert error_cells(content, "Sheet") == 2
    answer = here(content)
    assert cells(answer)["b"] == [None, 3, None, 5, 6]
    assert said(answer, "2 cells hold an error")


def test_a_workbook_of_nothing_but_errors_is_refused_for_them():
    book = openpyxl.Workbook()
    book.active.append(["#REF!", "#REF!"])
    with pytest.raises(ReadError, match="Every cell of the workbook that is not blank holds an error"):
        here(saved(book))


def test_errors_are_counted_where_a_tag_lies_across_pieces(monkeypatch):
    book = openpyxl.Workbook()
    for i in range(500):
        book.active.append([i, "#DIV/0!" if i % 7 == 0 else i])
    monkeypatch.setattr("core.data.reader.excel_errors.STEP", 777)
    assert error_cells(saved(book), "Sheet") == 72


def test_a_damaged_workbook_has_no_errors_that_can_be_counted():
    assert error_cells(b"PK\x03\x04 broken", "Sheet") == 0
    assert error_cells(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "Sheet") == 0


def test_dates_durations_and_truths_of_a_workbook_come_as_they_are():
    rows = [
        ["when", "long", "flag"],
        *[[dt.datetime(2020, 1, i), dt.timedelta(hours=30), i % 2 == 0] for i in (1, 2, 3)],
    ]
    found = cells(here(workbook(data=rows)))
    assert found["when"][2] == dt.datetime(2020, 1, 3)
    assert found["long"][0] == dt.timedelta(hours=30)
    assert found["flag"] == [False, True, False]


def test_text_that_looks_like_a_formula_or_markup_is_only_text():
    answer = here(delimited([["a", "b"], ["=1+1", "<b>x</b>"], ["@SUM(A1)", "![x](http://h/)"]]))
    assert cells(answer) == {"a": ["=1+1", "@SUM(A1)"], "b": ["<b>x</b>", "![x](http://h/)"]}


@pytest.mark.parametrize("orient", ["columns", "index", "split", "records", "table"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_is_read_in_every_order_and_encoding_that_pandas_writes(orient, encoding):
    frame = FRAME if orient != "table" else FRAME.set_index("name")
    content = frame.to_json(orient=orient).encode(encoding)
    assert cells(here(content)) == WANT


@pytest.mark.parametrize("orient", ["columns", "index", "split"])
def test_labels_of_rows_that_say_more_than_a_number_are_a_column(orient):
    frame = FRAME.set_index(pd.Index(["p", "q", "r"]))
    answer = here(frame.to_json(orient=orient).encode())
    named = cells(answer)
    assert named.pop(answer.names[0]) == ["p", "q", "r"]
    assert named == WANT


NAMES = ["{id}", "%PDF share", "PAR1", "ARROW1", "FEA1", "BZh", "GIF89", "Rar!", "[x]", "id;price", "ID;Part"]


@pytest.mark.parametrize("first", NAMES)
def test_a_name_may_begin_as_another_format_does(first):
    mark = ";" if ";" in first else ","
    rows = [[*first.split(mark), "b"], *([str(i), *["1.5"] * first.count(mark), "2.5"] for i in range(4))]
    answer = here("\n".join(map(mark.join, rows)))
    assert (answer.names, answer.reading.header) == (tuple(rows[0]), 1)


@pytest.mark.parametrize(
    "content", ["{\\rtf1 abc}", "%PDF-1.4\n%", "ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K1\r\nE\r\n", "ID;P\nC;Y1;X1;K1\n"]
)
def test_other_formats_are_refused_by_name_all_the_same(content):
    with pytest.raises(ReadError, match="not a table"):
        here(content)


@pytest.mark.parametrize("others", [["README.txt"], ["LICENSE", "readme.md", "plot.png"]])
@pytest.mark.parametrize("name", ["a/table.csv", "table.CSV", "table.csv.gz"])
def test_the_one_table_of_an_archive_is_read_and_told(name, others):
    content = gzip.compress(CONTENT, mtime=0) if name.endswith("gz") else CONTENT
    answer = here(zipped(**dict.fromkeys(others, b"words, and more"), **{name: content}))
    assert cells(answer) == WANT
    assert said(answer, name, "archive")


def test_an_archive_of_two_tables_is_refused():
    with pytest.raises(ReadError, match="cannot be read as one table"):
        here(zipped(**{"a.csv": CONTENT, "b.csv": CONTENT, "README": b"words"}))
