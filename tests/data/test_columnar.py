"""Columnar files and databases: nothing is made of a cell before it was found to be sound."""

import datetime as dt
import io
import sqlite3
import struct
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import pytest

import core
from core.errors import ReadError
from tests.data.making import cells, here, said

WORDS = pa.table({"n": [1, 2, 3, 4], "word": ["aaaa", "bbbb", "cccc", "dddd"]})


def as_file(table, **options):
    target = io.BytesIO()
    with pa.ipc.new_file(target, table.schema, **options) as writer:
        writer.write_table(table)
    return target.getvalue()


def as_stream(table, **options):
    target = io.BytesIO()
    with pa.ipc.new_stream(target, table.schema, **options) as writer:
        writer.write_table(table)
    return target.getvalue()


def as_parquet(table):
    target = io.BytesIO()
    parquet.write_table(table, target)
    return target.getvalue()


def as_first_version(table):
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feather.write_feather(table, target, version=1)
    return target.getvalue()


WAYS = {"file": as_file, "stream": as_stream, "parquet": as_parquet, "first version": as_first_version}


def with_offset(content, place, value):
    """The file with one offset of its words changed; they are 0, 4, 8, 12 and 16."""
    offsets = struct.pack("<5i", 0, 4, 8, 12, 16)
    assert content.count(offsets) == 1
    at = content.index(offsets) + 4 * place
    return content[:at] + struct.pack("<i", value) + content[at + 4 :]


@pytest.mark.parametrize("make", [as_file, as_stream, as_first_version])
@pytest.mark.parametrize(("place", "value"), [(2, 400), (1, -4), (3, 2**30), (4, 17), (4, 5_000), (2, 2)])
def test_text_that_lies_outside_the_file_is_refused(make, place, value):
    with pytest.raises(ReadError, match=r"damaged|cannot be opened"):
        core.read_table(with_offset(make(WORDS), place, value))


NESTED = pa.table({"n": [1, 2], "words": pa.array([["aaaa", "bbbb"], ["cccc", "dddd"]])})
CODED = pa.table({"n": [1, 2, 3, 4], "word": WORDS["word"].dictionary_encode()})


@pytest.mark.parametrize("table", [NESTED, CODED], ids=["lists", "dictionary"])
@pytest.mark.parametrize("value", [400, -4, 2**30])
def test_text_within_other_columns_that_lies_outside_the_file_is_refused(table, value):
    with pytest.raises(ReadError, match="damaged"):
        here(with_offset(as_stream(table), 2, value))


def test_a_code_that_no_word_has_is_refused():
    codes = struct.pack("<4i", 0, 1, 2, 3)
    content = as_stream(CODED)
    assert content.count(codes) == 1
    for wrong in (4, 4_000_000, -1):
        with pytest.raises(ReadError, match="damaged"):
            here(content.replace(codes, struct.pack("<4i", 0, 1, wrong, 3)))


@pytest.mark.parametrize("make", WAYS.values(), ids=WAYS)
def test_a_cell_that_is_not_utf_8_is_refused(make):
    with pytest.raises(ReadError, match="bytes that are no text"):
        here(make(WORDS).replace(b"bbbb", b"b\xe4\xf6b"))


def test_words_that_are_added_to_later_are_not_joined_before_they_are_checked():
    more = pa.array(["aaaa", "bbbb", "cccc", "dddd", "eeee"])
    first = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), more[:4])
    later = pa.DictionaryArray.from_arrays(pa.array([4, 0], pa.int32()), more)
    target = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
    with pa.ipc.new_stream(target, pa.schema([("word", first.type)]), options=options) as writer:
        for part in (first, later):
            writer.write_batch(pa.record_batch([part], names=["word"]))
    with pytest.raises(ReadError, match="several parts"):
        here(target.getvalue())


@pytest.mark.parametrize("packing", ["lz4", "zstd"])
@pytest.mark.parametrize("make", [as_file, as_stream])
def test_packed_buffers_and_several_batches_are_read(make, packing):
    table = pa.concat_tables([CODED, CODED])
    found = here(make(table, options=pa.ipc.IpcWriteOptions(compression=packing)))
    assert cells(found) == {"n": [1, 2, 3, 4] * 2, "word": ["aaaa", "bbbb", "cccc", "dddd"] * 2}


def test_a_file_that_is_no_stream_is_read_by_its_list():
    content = as_file(WORDS)
    end = b"\xff\xff\xff\xff\0\0\0\0"
    place = content.rindex(end)
    assert cells(here(content[:place] + b"\x7f\0\0\0\0\0\0\0" + content[place + 8 :])) == WORDS.to_pydict()


def test_names_that_lie_outside_a_file_of_the_first_version_are_refused():
    content = as_first_version(WORDS)
    assert cells(here(content)) == WORDS.to_pydict()
    refused = 0
    for place in range(len(content) - 200, len(content) - 8):
        hostile = content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]
        try:
            names = core.read_table(hostile).frame.columns if place % 25 == 0 else ()
        except ReadError:
            refused += 1
            continue
        assert all(name.encode() in hostile or name.startswith("column") for name in names)
    assert refused


def test_moments_that_no_calendar_has_are_blank_and_told():
    ticks = [0, 2**62, -(2**62)]
    seconds = [0, 10**12, -(10**12)]
    table = pa.table(
        {
            "micro": pa.array(ticks, pa.timestamp("us")),
            "second": pa.array(seconds, pa.timestamp("s")),
            "nano": pa.array(ticks, pa.timestamp("ns")),
            "day": pa.array([0, 2**31 - 1, -(2**31)], pa.int32()).cast(pa.date32()),
            "span": pa.array([1, 2**62, None], pa.duration("s")),
        }
    )
    answer = here(as_stream(table))
    found = cells(answer)
    for name in ("micro", "second", "day"):
        assert [cell is None for cell in found[name]] == [False, True, True], name
    assert [cell.year for cell in found["nano"]] == [1970, 2116, 1823]
    assert [cell is None for cell in found["span"]] == [False, True, True]
    assert said(answer, "7 cells hold dates or times beyond the years 1 to 9999")
    assert core.read_table(as_stream(table)).n_rows == 3


def test_numbers_and_times_that_arrow_calls_out_of_range_are_read():
    table = pa.table(
        {
            "time": pa.array([-3_600_000_000, 90_000_000_000], pa.int64()).view(pa.time64("us")),
            "money": pa.array([b"\x40\xe2\x01" + bytes(13)] * 2, pa.binary(16)).view(pa.decimal128(3, 1)),
        }
    )
    with pytest.raises(pa.ArrowInvalid):
        table.validate(full=True)
    found = cells(here(as_stream(table)))
    assert found["time"] == [dt.timedelta(hours=-1), dt.timedelta(hours=25)]
    assert found["money"] == [12345.6, 12345.6]


def test_bytes_are_text_where_they_are_and_blank_and_told_where_they_are_not():
    table = pa.table({"n": [1, 2], "raw": pa.array(["größer".encode(), b"\xff\xd8\xff"], pa.binary())})
    answer = here(as_parquet(table))
    assert cells(answer)["raw"] == ["größer", None]
    assert said(answer, "1 cell holds data that are no text")


def database(cell, kind="TEXT"):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (n INTEGER, word)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(i, f"word {i}") for i in range(5)])
    connection.execute(f"INSERT INTO t VALUES (9, CAST(? AS {kind}))", (cell,))
    return connection.serialize()


def test_a_database_with_text_that_is_not_utf_8_is_refused():
    with pytest.raises(ReadError, match="bytes that are no text"):
        here(database(b"gr\xf6\xdfer"))


def test_a_database_with_pictures_in_its_cells_is_read_without_them():
    answer = here(database(b"\xff\xd8\xff", "BLOB"))
    assert cells(answer)["word"] == [*(f"word {i}" for i in range(5)), None]
    assert said(answer, "1 cell holds data that are no text")


def test_json_that_spells_half_a_letter_is_refused_in_a_sentence():
    with pytest.raises(ReadError, match="bytes that are no text"):
        core.read_table(b'[{"a": "x\\ud83d", "b": 1}, {"a": "y", "b": 2}]')


@pytest.mark.parametrize("make", [as_file, as_stream, as_parquet])
def test_damage_gives_a_table_or_a_refusal(make):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=50), "w": [f"word {i}" for i in range(50)]})
    content = make(pa.Table.from_pandas(frame))
    for _ in range(12):
        hostile = bytearray(content)
        for place in rng.integers(0, len(content), 3):
            hostile[place] ^= 1 << int(rng.integers(8))
        try:
            table = core.read_table(bytes(hostile))
        except ReadError:
            continue
        assert table.n_rows == len(table.frame)
