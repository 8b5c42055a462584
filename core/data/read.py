"""read_table: from bytes, a path or an open file to a Table."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ..errors import ReadError, expect
from .answer import Answer
from .codes import without_codes
from .columns import profile
from .isolate import Child, short_of_memory
from .limits import Limits
from .marks import with_marks
from .table import Reading, Table

_WITH_BLANKS = {  # columns of these types that have blanks need a type of pandas' own
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def read_table(
    source: bytes | str | Path | BinaryIO,
    reading: Reading | None = None,
    *,
    limits: Limits | None = None,
    child: Child | None = None,
) -> Table:
    """Read a file as a table, told by its content whatever its name.

    Delimited text, XLSX, XLSM, XLS, XLSB, ODS, Parquet, Arrow (Feather), JSON records and SQLite, also compressed or
    alone in a ZIP archive. Raises ReadError for what is no table and for what takes more than the limits. child is a
    reader process that was started early.

    Examples:
        >>> table = core.read_table(b"name;height\\nAda;1,64\\nBen;1,81\\n")
        >>> table.frame["height"].tolist(), table.reading.decimal
        ([1.64, 1.81], ',')
    """
    reading = Reading() if reading is None else reading
    limits = Limits() if limits is None else limits
    expect(reading, Reading, "A Reading")
    expect(limits, Limits, "Limits of a reader")
    content, name = _content(source)
    if len(content) > limits.bytes:
        most = f"It has {len(content) / 1e6:,.0f} MB; {limits.bytes / 1e6:,.0f} MB can be read."
        raise ReadError("The file is too large.", most, "Upload a part of it.")
    answer = (child or Child()).read(content, replace(reading, name=reading.name or name), limits)
    head = answer.head
    if not head.names:
        raise ReadError("The file has no columns.", remedy="Choose a file with a table in it.")
    if not head.rows:
        raise ReadError("The file has names of columns but no rows.", remedy="Choose a file with rows below the names.")
    try:
        table = with_marks(without_codes(profile(_frame(answer), head.notes, head.reading, head.originals)))
    except MemoryError:
        raise short_of_memory() from None
    source_id = hashlib.sha256(content).hexdigest()
    return replace(table, sheets=head.sheets, source_id=source_id, row_numbers=_row_numbers(answer))


def _content(source: bytes | str | Path | BinaryIO) -> tuple[bytes, str | None]:
    if isinstance(source, bytes):
        return source, None
    if isinstance(source, str | Path):
        try:
            return Path(source).read_bytes(), Path(source).name
        except (OSError, ValueError) as fault:
            why = getattr(fault, "strerror", None) or str(fault)
            raise ReadError(f"The file {str(source)!r} cannot be opened.", f"{why}.") from None
    read = getattr(source, "read", None)
    if not callable(read):
        raise ReadError("This is no file.", f"It is of the type {type(source).__name__}.", "Give a path or its bytes.")
    try:
        content = read()
    except (OSError, ValueError) as fault:
        raise ReadError("This open file cannot be read.", f"{fault}.", "Open it again, in binary mode.") from None
    if not isinstance(content, bytes):
        raise ReadError("This file is open as text.", remedy="Open it in binary mode, or give its path.")
    return content, None


def _frame(answer: Answer) -> pd.DataFrame:
    """The typed frame."""
    table = pa.Table.from_arrays(answer.columns, names=list(map(str, range(len(answer.columns)))))
    frame = table.to_pandas()
    for j, column in enumerate(answer.columns):
        if column.null_count and column.type in _WITH_BLANKS:
            frame.isetitem(j, column.to_pandas(types_mapper=_WITH_BLANKS.get))
    frame.columns = pd.Index(answer.head.names, dtype=object)
    return frame


def _row_numbers(answer: Answer) -> npt.NDArray[np.int64]:
    """(n,) the line or sheet row of each row."""
    if answer.lines is not None:
        return answer.lines.to_numpy()
    first = answer.head.first_line
    return np.arange(first, first + answer.head.rows, dtype=np.int64)
