"""read_table: from bytes, a path or an open file to a Table."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa

from core.data.columns import profile
from core.data.isolate import Child
from core.data.table import Note, Reading, Table
from core.errors import ReadError

MOST_BYTES = 500_000_000


def read_table(
    source: bytes | str | Path | BinaryIO, reading: Reading | None = None, *, child: Child | None = None
) -> Table:
    """Read a file as a table: CSV, TSV or other delimited text, XLSX, XLSM, XLS, XLSB, ODS or Parquet, told by content.

    Raises ReadError for what is no table. child is a reader process that was started early.
    """
    reading = reading or Reading()
    content, name = _content(source)
    if len(content) > MOST_BYTES:
        raise ReadError("The file is too large.", f"It has {len(content) / 1e6:,.0f} MB.", "Upload a part of it.")
    answer = (child or Child()).read(content, replace(reading, name=reading.name or name))
    frame = _frame(answer.table)
    if frame.shape[1] == 0:
        raise ReadError("The file has no columns.", remedy="Choose a file with a table in it.")
    frame.columns = pd.Index(answer.head["names"], dtype=object)
    notes = tuple(Note(**note) for note in answer.head["notes"])
    table = profile(frame, notes, Reading(**answer.head["reading"]))
    return replace(table, sheets=tuple(answer.head["sheets"]), source_id=hashlib.sha256(content).hexdigest())


def _content(source: bytes | str | Path | BinaryIO) -> tuple[bytes, str | None]:
    if isinstance(source, bytes):
        return source, None
    if isinstance(source, str | Path):
        try:
            return Path(source).read_bytes(), Path(source).name
        except OSError as fault:
            raise ReadError(f"The file {str(source)!r} cannot be opened.", f"{fault.strerror}.") from None
    return source.read(), None


def _frame(table: pa.Table) -> pd.DataFrame:
    columns = {name: table.column(name).to_pandas() for name in table.column_names}
    return pd.DataFrame(columns)
