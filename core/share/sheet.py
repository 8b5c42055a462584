"""Sheet: tables as worksheets, cell by cell in constant memory, of which no spreadsheet runs anything."""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from ..errors import DataError
from .export import neutral, texts_in
from .formulas import safe

# Of a worksheet (Microsoft, "Excel specifications and limits").
SHEET_ROWS, SHEET_COLUMNS, CELL_CHARACTERS = 1_048_576, 16_384, 32_767
LONGEST_WHOLE = 10**15  # a spreadsheet rounds longer whole numbers, so they are written as text
BLOCK_ROWS = 10_000  # turned into cells at a time, so that memory does not grow with the table
FIRST_YEAR, LAST_YEAR = 1900, 9999  # of a spreadsheet's dates
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"

Cell = float | int | bool | str | datetime.date | None  # None is a blank
Look = Mapping[str, Any]  # of cells, in the words of xlsxwriter
OPTIONS = {  # nothing is guessed from texts, so that none becomes a formula or a link
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def to_xlsx(frame: pd.DataFrame) -> bytes:
    """One sheet; numbers stay numbers, text is no formula and no link. Raises DataError for what no sheet can hold."""
    refusal = beyond_a_sheet(frame)
    if refusal is not None:
        raise refusal
    target = io.BytesIO()
    with opened(target) as book:
        put(book, "data", frame)
    return target.getvalue()


@contextmanager
def opened(target: io.BytesIO) -> Iterator[xlsxwriter.Workbook]:
    """A workbook that is written to target when the block ends."""
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        yield book


def put(
    book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, looks: Sequence[Look] = (), head: Look | None = None
) -> xlsxwriter.worksheet.Worksheet:
    """A sheet with a frame below its names; looks are those of its columns."""
    sheet = book.add_worksheet(name)
    tame = neutral(frame)
    named = [book.add_format(dict(head or {}))] * frame.shape[1]
    write = [_Writer(book, sheet, look) for look in looks] or [_Writer(book, sheet, {})] * frame.shape[1]
    for j, text in enumerate(tame.columns):
        sheet.write_string(0, j, text, named[j])
    for i, row in enumerate(_rows(tame), start=1):
        for j, cell in enumerate(row):
            if cell is not None:
                write[j].put(i, j, cell)
    return sheet


class _Writer:
    """Puts the cells of a column, each as its type has it."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, look: Look) -> None:
        own = book.add_format(dict(look)) if look else None
        day, moment = (book.add_format({**look, "num_format": form}) for form in (DAY, MOMENT))
        self._write = {
            float: (sheet.write_number, own),
            int: (sheet.write_number, own),
            bool: (sheet.write_boolean, own),
            str: (sheet.write_string, own),
            datetime.date: (sheet.write_datetime, day),
            datetime.datetime: (sheet.write_datetime, moment),
        }

    def put(self, i: int, j: int, cell: Cell) -> None:
        """A cell at a row and a column, from 0."""
        write, look = self._write[type(cell)]
        write(i, j, cell, look)


def beyond_a_sheet(frame: pd.DataFrame, more_columns: int = 0) -> DataError | None:
    """Why a table, with so many columns more, cannot become a worksheet; None if it can."""
    remedy = "Download it as CSV."
    if len(frame) + 1 > SHEET_ROWS or frame.shape[1] + more_columns > SHEET_COLUMNS:
        holds = f"A sheet holds {SHEET_ROWS - 1:,} rows below the names, and {SHEET_COLUMNS:,} columns."
        return DataError("The table is too large for a worksheet.", holds, remedy)
    for j, name in enumerate(frame.columns):
        longest = max(_units(str(name)), _longest(frame.iloc[:, j]))
        if longest > CELL_CHARACTERS:
            where = str(name) if len(str(name)) <= 60 else f"{str(name)[:59]}…"
            why = f"A cell holds {CELL_CHARACTERS:,} characters, and one in {where!r} has {longest:,}."
            return DataError("The table has a text too long for a worksheet.", why, remedy)
    return None


def _longest(column: pd.Series) -> int:
    """Characters of the longest text in a column."""
    if not texts_in(column.to_frame()):
        return 0
    texts = column.cat.categories.to_series() if isinstance(column.dtype, pd.CategoricalDtype) else column
    texts = texts.dropna().astype(str)
    suspects = texts[texts.str.len() > CELL_CHARACTERS // 2]  # no shorter text takes too many units
    return max(map(_units, suspects), default=0)


def _units(text: str) -> int:
    """Length as a spreadsheet counts it, once it is safe: characters beyond the basic plane, as emoji, are two."""
    return len(safe(text).encode("utf-16-le", "surrogatepass")) // 2


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Cell, ...]]:
    """Row by row what a worksheet can hold; whole days as dates."""
    days = [_whole_days(frame.iloc[:, j]) for j in range(frame.shape[1])]
    for at in range(0, len(frame), BLOCK_ROWS):
        block = frame.iloc[at : at + BLOCK_ROWS]
        columns = [[_cell(value) for value in block.iloc[:, j].astype(object)] for j in range(frame.shape[1])]
        for j in np.flatnonzero(days):
            columns[j] = [cell.date() if isinstance(cell, datetime.datetime) else cell for cell in columns[j]]
        yield from zip(*columns, strict=True)


def _whole_days(column: pd.Series) -> bool:
    """Whether a column holds dates without a time of day."""
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        return False
    moments = column.dropna()
    return bool((moments == moments.dt.normalize()).all())


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value) if abs(int(value)) < LONGEST_WHOLE else str(value)
    if isinstance(value, float | np.floating):
        return _number(float(value))
    if isinstance(value, datetime.datetime):
        return _moment(value)
    return str(value)


def _number(value: float) -> Cell:
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else str(value)  # a worksheet has no infinity


def _moment(value: datetime.datetime) -> Cell:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        return str(value)
    moment = value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value
    return moment.replace(tzinfo=None)  # a worksheet knows the time on the wall alone
