"""The reader's child process: a file on standard input, a table on standard output, within limits.

It answers in Arrow and JSON, so that nothing a file holds is ever unpickled, and dies with whatever went wrong.
Run as `python -m core.data.child`; started by core.data.isolate.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from core.data.table import Reading
from core.data.text import Grid, read_text
from core.data.values import typed
from core.errors import CoreError, ReadError

MEMORY = 2_000_000_000  # bytes of address space
SECONDS = 30  # of processor time

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")


def main() -> None:
    """Read one request, answer it, and end."""
    _limit()
    head, content = _receive()
    try:
        table, grid = read(content, Reading(**head))
        answer: dict[str, Any] = {
            "names": list(grid.names),
            "reading": asdict(grid.reading),
            "notes": [asdict(note) for note in grid.notes],
            "sheets": list(grid.sheets),
        }
    except CoreError as refusal:
        table, answer = pa.table({}), {"refusal": [refusal.what, refusal.why, refusal.remedy]}
    except MemoryError:
        table, answer = pa.table({}), {"refusal": ["The file needs too much memory.", "", "Upload a part of it."]}
    _send(answer, table)


def read(content: bytes, reading: Reading) -> tuple[pa.Table, Grid]:
    """The typed columns of a file, and the grid they came from; the format is told by the content. Raises ReadError."""
    if not content:
        raise ReadError("The file is empty.", remedy="Choose a file with a table in it.")
    if content[:4] == b"PAR1":
        from core.data.workbook import read_parquet

        table, resolved = read_parquet(content, reading)
        return _plain(table), Grid(tuple(table.column_names), (), resolved)
    if content.startswith(_WORKBOOKS):
        from core.data.workbook import read_workbook

        return _typed(read_workbook(content, reading))
    return _typed(read_text(content, reading))


def _typed(grid: Grid) -> tuple[pa.Table, Grid]:
    decimal = grid.reading.decimal or "."
    columns, notes = [], list(grid.notes)
    for name, cells in zip(grid.names, grid.columns, strict=True):
        found = typed(name or "a column without a name", cells, decimal)
        columns.append(found.values)
        notes += found.notes
    return _numbered(columns), Grid(grid.names, (), grid.reading, tuple(notes), grid.sheets)


def _plain(table: pa.Table) -> pa.Table:
    """Columns of the types that the app knows; anything nested becomes its text."""
    return _numbered([_plain_column(column.combine_chunks()) for column in table.columns])


def _plain_column(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    if pa.types.is_dictionary(kind):
        return _plain_column(column.dictionary_decode())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.float64(), safe=False)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us"), safe=False)
    return pa.array([None if value is None else str(value)[:200] for value in column.to_pylist()], pa.string())


def _numbered(columns: Sequence[pa.Array]) -> pa.Table:
    """Under names of our own: those of the file may be blank or repeat."""
    return pa.table(dict(zip(map(str, range(len(columns))), columns, strict=True)))


def _limit() -> None:
    if os.name == "posix":
        import resource

        for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
            hard = resource.getrlimit(what)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, hard))


def _receive() -> tuple[dict[str, Any], bytes]:
    stream = sys.stdin.buffer
    size = int.from_bytes(stream.read(8), "big")
    return json.loads(stream.read(size)), stream.read()


def _send(answer: dict[str, Any], table: pa.Table) -> None:
    head = json.dumps(answer).encode()
    stream = sys.stdout.buffer
    stream.write(len(head).to_bytes(8, "big") + head)
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    stream.flush()


if __name__ == "__main__":
    main()
