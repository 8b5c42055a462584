"""Columnar files: Parquet, and Arrow's IPC file and stream (Feather), whose columns have types already."""

from __future__ import annotations

import math
import struct
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet

from ...errors import ReadError
from ..answer import FIRST_MOMENT, LAST_MOMENT, unsound_cells
from ..table import Note, NoteKind
from .arrow_file import opened
from .sheet import check_width, no_text_note

LONGEST_TEXT = 200  # of what is neither number, date nor text
_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}  # of a second


def read_parquet(content: bytes, most_cells: int) -> pa.Table:
    """The table of a Parquet file. Raises ReadError."""
    try:
        found = parquet.ParquetFile(pa.BufferReader(content))
        _check(found.metadata.num_rows, found.metadata.num_columns, most_cells)
        table = found.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _broken("Parquet", fault) from None
    return _sound(table)


def read_arrow(content: bytes, most_cells: int) -> pa.Table:
    """The table of an Arrow or Feather file, or of an Arrow stream. Raises ReadError."""
    try:
        table = opened(content)
    except (pa.ArrowException, OSError, ValueError, struct.error, IndexError) as fault:
        raise _broken("Arrow", fault) from None
    _check(table.num_rows, table.num_columns, most_cells)
    return _sound(table)


def plain(table: pa.Table) -> tuple[list[pa.Array], list[Note]]:
    """Columns of the types that the app knows; what is nested becomes its text."""
    columns, notes = [], []
    nested = lost = foreign = 0
    for column in table.columns:
        one = _bare(pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type))
        columns.append(_plain(one))
        nested += pa.types.is_nested(one.type)
        if pa.types.is_temporal(one.type):
            lost += columns[-1].null_count - one.null_count
        elif _is_binary(one.type):
            foreign += columns[-1].null_count - one.null_count
    if nested:
        what = "column holds lists or records; its" if nested == 1 else "columns hold lists or records; their"
        notes.append(Note(f"{nested:,} {what} cells were read as text.", nested))
    if lost:
        cells = "cell holds a date or time" if lost == 1 else "cells hold dates or times"
        blank = "counts" if lost == 1 else "count"
        what = f"{lost:,} {cells} beyond the years 1 to 9999 and {blank} as blank."
        notes.append(Note(what, lost, NoteKind.CELLS))
    if foreign:
        notes.append(no_text_note(foreign))
    return columns, notes


def _sound(table: pa.Table) -> pa.Table:
    """The table, every cell of it validated: Arrow computes on whatever it is given. Raises ReadError."""
    try:
        table.validate()
        for column in table.columns:
            column.validate(full=not _any_bits_do(column.type))
    except (pa.ArrowException, ValueError) as fault:
        raise unsound_cells(fault) from None
    return table


def _any_bits_do(kind: pa.DataType) -> bool:
    """Whether cells may hold what Arrow calls out of range without harm: more digits, or a time below zero."""
    return bool(pa.types.is_decimal(kind) or pa.types.is_time(kind) or pa.types.is_date64(kind))


def _bare(column: pa.Array) -> pa.Array:
    """A column without what wraps its values."""
    if isinstance(column, pa.ExtensionArray):
        return _bare(column.storage)
    if pa.types.is_dictionary(column.type):
        return _bare(column.dictionary_decode())
    return column


def _plain(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return column
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_integer(kind):
        return _integers(column)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.float64(), safe=False)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _datetimes(column)
    if pa.types.is_duration(kind):
        return _spans(column)
    if pa.types.is_time(kind):
        return column.cast(pa.time64("us"), safe=False).cast(pa.int64()).cast(pa.duration("us"))
    if pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    return pa.array([_written(value) for value in column], pa.string())


def _is_binary(kind: pa.DataType) -> bool:
    return any(
        test(kind)
        for test in (
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_binary_view,
            pa.types.is_fixed_size_binary,
        )
    )


def _integers(column: pa.Array) -> pa.Array:
    """Whole numbers; those too long for a float are names of things."""
    span = pc.min_max(column)
    low, high = span["min"].as_py(), span["max"].as_py()
    if low is not None and (high >= 2**53 or low <= -(2**53)):
        return column.cast(pa.string())
    return column.cast(pa.int64())


def _datetimes(column: pa.Array) -> pa.Array:
    """Dates, zones taken to UTC; those outside the years 1 to 9999 are blank."""
    kind = column.type
    if pa.types.is_date32(kind):
        column, second = column.cast(pa.int32()).cast(pa.int64()), Fraction(1, 86_400)
    else:
        second = Fraction(_TICKS["ms" if pa.types.is_date64(kind) else kind.unit])
        column = column.cast(pa.int64())
    low, high = (math.floor(end * second / _TICKS["us"]) for end in (FIRST_MOMENT, LAST_MOMENT))
    return _in_microseconds(column, max(low, -(2**63)), min(high, 2**63 - 1), second).cast(pa.timestamp("us"))


def _spans(column: pa.Array) -> pa.Array:
    """Durations; those beyond what microseconds can hold are blank."""
    second = Fraction(_TICKS[column.type.unit])
    most = min(2**63 - 1, math.floor((2**63 - 1) * second / _TICKS["us"]))
    return _in_microseconds(column.cast(pa.int64()), -most, most, second).cast(pa.duration("us"))


def _in_microseconds(ticks: pa.Array, low: int, high: int, second: Fraction) -> pa.Array:
    """Whole numbers of which so many make a second as microseconds; blank outside of low to high."""
    within = pc.and_(pc.greater_equal(ticks, low), pc.less_equal(ticks, high))
    ticks = pc.if_else(within, ticks, None)
    factor = _TICKS["us"] / second
    if factor >= 1:
        return pc.multiply(ticks, int(factor))
    return pc.divide(ticks, int(1 / factor))


def _written(value: pa.Scalar) -> str | None:
    """What a cell says, as text; None for bytes that are no text."""
    try:
        plain_value = value.as_py()
        if isinstance(plain_value, bytes):
            plain_value = plain_value.decode()
    except (ValueError, OverflowError, KeyError):
        return None
    return None if plain_value is None else str(plain_value)[:LONGEST_TEXT]


def _check(rows: int, columns: int, most_cells: int) -> None:
    check_width(columns)
    if rows * columns > most_cells:
        raise ReadError(
            "The table is too large.", f"It has {rows:,} rows and {columns:,} columns.", "Upload a part of it."
        )


def _broken(kind: str, fault: BaseException) -> ReadError:
    return ReadError(f"This {kind} file cannot be opened.", f"The reader says: {str(fault)[:160].strip()}.")
