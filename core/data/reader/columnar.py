"""Columnar files: Parquet, and Arrow's IPC file and stream (Feather), whose columns have types already."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather
import pyarrow.parquet as parquet

from core.data.reader.sheet import check_width
from core.data.table import Note
from core.errors import ReadError

LONGEST_TEXT = 200  # of what is neither number, date nor text


def read_parquet(content: bytes, most_cells: int) -> pa.Table:
    """The table of a Parquet file. Raises ReadError."""
    try:
        found = parquet.ParquetFile(pa.BufferReader(content))
        _check(found.metadata.num_rows, found.metadata.num_columns, most_cells)
        return found.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _broken("Parquet", fault) from None


def read_arrow(content: bytes, most_cells: int) -> pa.Table:
    """The table of an Arrow or Feather file, or of an Arrow stream. Raises ReadError."""
    try:
        if content[:6] == b"ARROW1" or content[:4] == b"FEA1":
            table = feather.read_table(pa.BufferReader(content), use_threads=False)
        else:
            with pa.ipc.open_stream(pa.BufferReader(content)) as stream:
                table = stream.read_all()
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _broken("Arrow", fault) from None
    _check(table.num_rows, table.num_columns, most_cells)
    return table


def plain(table: pa.Table) -> tuple[list[pa.Array], list[Note]]:
    """Columns of the types that the app knows; what is nested becomes its text."""
    columns, notes = [], []
    nested = 0
    for column in table.columns:
        one = pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)
        columns.append(_plain(one))
        nested += pa.types.is_nested(one.type)
    if nested:
        what = "column holds lists or records; its" if nested == 1 else "columns hold lists or records; their"
        notes.append(Note(f"{nested:,} {what} cells were read as text.", nested))
    return columns, notes


def _plain(column: pa.Array) -> pa.Array:
    kind = column.type
    if isinstance(column, pa.ExtensionArray):
        return _plain(column.storage)
    if pa.types.is_dictionary(kind):
        return _plain(column.dictionary_decode())
    if pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return column
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_integer(kind):
        return _integers(column)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.float64(), safe=False)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_duration(kind):
        return column.cast(pa.duration("us"), safe=False)
    if pa.types.is_time(kind):
        return column.cast(pa.time64("us"), safe=False).cast(pa.int64()).cast(pa.duration("us"))
    if pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    return pa.array([_written(value) for value in column], pa.string())


def _integers(column: pa.Array) -> pa.Array:
    """Whole numbers; those too long for a float are names of things."""
    span = pc.min_max(column)
    low, high = span["min"].as_py(), span["max"].as_py()
    if low is not None and (high >= 2**53 or low <= -(2**53)):
        return column.cast(pa.string())
    return column.cast(pa.int64())


def _moments(column: pa.Array) -> pa.Array:
    """Dates, zones taken to UTC; years that microseconds cannot hold are blank."""
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = column.cast(pa.timestamp(column.type.unit))
    try:
        return column.cast(pa.timestamp("us"), safe=pa.types.is_date(column.type))
    except pa.ArrowInvalid:
        return pa.nulls(len(column), pa.timestamp("us"))


def _written(value: pa.Scalar) -> str | None:
    """What a cell says, as text."""
    try:
        plain_value = value.as_py()
    except (ValueError, OverflowError, UnicodeDecodeError):
        return None
    if isinstance(plain_value, bytes):
        plain_value = plain_value.decode("utf-8", errors="replace")
    return None if plain_value is None else str(plain_value)[:LONGEST_TEXT]


def _check(rows: int, columns: int, most_cells: int) -> None:
    check_width(columns)
    if rows * columns > most_cells:
        raise ReadError(
            "The table is too large.", f"It has {rows:,} rows and {columns:,} columns.", "Upload a part of it."
        )


def _broken(kind: str, fault: BaseException) -> ReadError:
    return ReadError(f"This {kind} file cannot be opened.", f"The reader says: {str(fault)[:160].strip()}.")


def names(table: pa.Table) -> Sequence[str]:
    """The names of its columns."""
    return tuple(table.column_names)
