"""Turned: a table on its side, whose names stand in the first column, one row a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from ...errors import ReadError
from ..table import Note, NoteKind, Offer, Reading
from .extent import find_extent
from .sheet import Sheet
from .sorts import Row, is_value, is_word

MOST_ROWS = 300  # of a table that is found to lie on its side
MOST_LOOKED_AT = 200_000  # cells of one that is found to
MOST_CELLS = 1_000_000  # of one that is said to
FEWEST = 3  # rows of a table, once it is turned
NEARLY_ALL = 0.8
WIDE = 10  # columns from which on a table of fewer rows may lie on its side


def upright(sheet: Sheet, reading: Reading) -> tuple[Sheet, Note | None]:
    """The sheet with its rows as columns, if it lies on its side or is said to, and what to tell.

    Raises ReadError for one that is said to and is too large.
    """
    if reading.turned is False:
        return sheet, None
    if reading.turned and sheet.n * sheet.w > MOST_CELLS:
        raise ReadError(
            "The table is too large to read its rows as columns.",
            f"It has {sheet.n * sheet.w:,} cells; {MOST_CELLS:,} can be turned.",
            "Read it as it stands, or turn it before it is saved.",
        )
    told = reading.skip is not None or reading.header is not None  # of the sheet as it stands
    small = sheet.n <= MOST_ROWS and sheet.n * sheet.w <= MOST_LOOKED_AT and sheet.w > FEWEST
    if reading.turned is None and (told or not small):
        return sheet, None
    start, stop = find_extent(sheet, None, None, sections=False)
    rows = [row for row in sheet.rows(start, stop) if any(cell is not None for cell in row)]
    if reading.turned or _lies(rows):
        note = Note(
            "The names of the columns stand in the first column of the file: its rows were read as columns.",
            offer=Offer("Read it as it stands", Reading(turned=False)),
        )
        return _turned(sheet, rows), note
    return sheet, _may_lie(rows)


def _lies(rows: Sequence[Row]) -> bool:
    """Whether each row holds one sort of cells below a label of its own, and columns hold several sorts.

    A row of words below a row of values speaks for it: above the values it would name them. The first row may name all.
    """
    if len(rows) < 2 or not _are_labels(rows):
        return False
    sorts = [_sort(row[1:]) for row in rows]
    values = [at for at, sort in enumerate(sorts) if sort == "values" and at]
    return None not in sorts and bool(values) and "words" in sorts[values[0] :]


def _may_lie(rows: Sequence[Row]) -> Note | None:
    """What to tell of a table of few rows of values and many columns."""
    body = rows[1:]
    wide = len(body) >= 2 and len(rows[0]) > max(WIDE, 2 * len(body))
    if not wide or not _are_labels(body) or any(_sort(row[1:]) != "values" for row in body):
        return None
    what = "The table has more columns than rows: the names of its columns may stand in the first column."
    return Note(what, kind=NoteKind.HINT, offer=Offer("Read its rows as columns", Reading(turned=True)))


def _are_labels(rows: Sequence[Row]) -> bool:
    labels = [row[0] for row in rows]
    return all(map(is_word, labels)) and len(set(labels)) == len(labels)


def _sort(cells: Row) -> str | None:
    """ "values" or "words", if nearly all cells are; None for a row of both, or of few cells."""
    present = [cell for cell in cells if cell is not None]
    if len(present) < max(FEWEST, len(cells) / 2):
        return None
    share = sum(map(is_value, present)) / len(present)
    return "values" if share >= NEARLY_ALL else "words" if share <= 1 - NEARLY_ALL else None


def _turned(sheet: Sheet, rows: Sequence[Row]) -> Sheet:
    """The rows as columns; a row's place is then that of its column in the file."""
    texts = isinstance(sheet.columns[0], pa.Array)
    columns = tuple(pa.array(row, pa.string()) if texts else list(row) for row in rows)
    lines = np.arange(1, sheet.w + 1, dtype=np.int64)
    widths = np.full(sheet.w, len(rows), dtype=np.int32)
    return replace(sheet, columns=columns, lines=lines, widths=widths, before=0, merged=())
