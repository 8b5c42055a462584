"""Workbooks (XLSX, XLSM, XLS, XLSB, ODS) and Parquet, as grids; only ever called in the reader's child process."""

from __future__ import annotations

import io
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine

from core.data.table import Reading
from core.data.text import MOST_CELLS, Grid, to_grid
from core.errors import ReadError

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds a workbook behind a password


def read_workbook(content: bytes, reading: Reading) -> Grid:
    """The grid of the chosen sheet, or of the first that has cells. Raises ReadError."""
    if ENCRYPTED in content:
        raise _locked()
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except calamine.PasswordError:
        raise _locked() from None
    except (calamine.CalamineError, OSError, ValueError) as fault:
        raise ReadError(
            "This workbook cannot be opened.", f"The reader says: {fault}.", "Save it again as XLSX."
        ) from None
    names = [sheet.name for sheet in book.sheets_metadata]
    wanted = [reading.sheet] if reading.sheet else names
    if reading.sheet and reading.sheet not in names:
        raise ReadError(f"There is no sheet {reading.sheet!r}.", remedy=f"Choose one of {', '.join(names)}.")
    for name in wanted:
        try:
            sheet = book.get_sheet_by_name(name)
        except (calamine.CalamineError, OSError, ValueError):
            continue
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            raise ReadError(f"The sheet {name!r} is too large.", remedy="Upload a part of it.")
        rows = sheet.to_python(skip_empty_area=True)
        if any(cell not in (None, "") for row in rows for cell in row):
            return replace(to_grid(rows, replace(reading, sheet=name)), sheets=tuple(names))
    raise ReadError("The workbook has no sheet with cells in it.", remedy="Choose a file with a table in it.")


def read_parquet(content: bytes, reading: Reading) -> tuple[pa.Table, Reading]:
    """The table of a Parquet file. Raises ReadError."""
    try:
        found = pq.ParquetFile(io.BytesIO(content))
        if found.metadata.num_rows * found.metadata.num_columns > MOST_CELLS:
            raise ReadError("The table is too large.", remedy="Upload a part of it.")
        return found.read(), reading
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise ReadError("This Parquet file cannot be opened.", f"The reader says: {str(fault)[:200]}.") from None


def _locked() -> ReadError:
    return ReadError("The workbook is protected with a password.", remedy="Save a copy without the password.")
