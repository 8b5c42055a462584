"""Workbooks: the cells of one sheet of an XLSX, XLSM, XLS, XLSB or ODS file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import python_calamine as calamine

from ...errors import ReadError
from ...numbers import count
from ..table import Note, NoteKind, Offer, Reading
from .excel_errors import error_cells
from .sheet import Cell, Merged, Sheet, check_width, of_rows, taken
from .worksheet import Marks, marks_of

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds a workbook behind a password
LOCKED_ODS = b"manifest:encryption-data"
MOST_CELLS = 8_000_000  # a cell of a workbook takes far more memory than one of a text


@dataclass(frozen=True)
class Workbook:
    """The chosen sheet and the names of those that can be chosen."""

    sheet: Sheet
    reading: Reading
    sheets: tuple[str, ...]


def read_workbook(content: bytes, reading: Reading, most_cells: int) -> Workbook:
    """The sheet that was asked for, or the first that shows a table. Raises ReadError."""
    book = _opened(content)
    known = _names(book)
    names = [name for name, _ in known]
    if reading.sheet is not None and reading.sheet not in names:
        raise ReadError(f"There is no sheet {reading.sheet!r}.", remedy=f"Choose one of: {', '.join(names)[:200]}.")
    shown_first = sorted(known, key=lambda each: not each[1])
    wanted = [name for name, _ in shown_first if reading.sheet in (None, name)]
    best: Sheet | None = None
    chosen = ""
    for name in wanted:
        sheet = _sheet(book, name, most_cells)
        if sheet is None or not sheet.filled.any():
            continue
        if best is None:
            best, chosen = sheet, name
        if _shows_a_table(sheet):
            best, chosen = sheet, name
            break
    if best is None:
        raise _nothing(content, wanted)
    best = replace(best, notes=tuple(_notes(content, chosen, [] if reading.sheet else names)))
    marks = marks_of(content, chosen)
    if reading.fill_merged is not False:
        best = _with_merged_filled(best)
    best = _as_shown(best, marks, reading)
    return Workbook(best, replace(reading, sheet=chosen, fill_merged=reading.fill_merged is not False), tuple(names))


def _as_shown(sheet: Sheet, marks: Marks, reading: Reading) -> Sheet:
    """The sheet with what is to be told of hidden rows and columns and of formulas, without hidden rows if so read."""
    notes = []
    hidden = np.isin(sheet.lines, marks.hidden_rows) & sheet.some
    found = int(hidden.sum())
    if found and reading.hidden is False and found < sheet.some.sum():
        keep = np.flatnonzero(~hidden)
        columns = tuple(taken(cells, keep) for cells in sheet.columns)
        sheet = replace(sheet, columns=columns, lines=sheet.lines[keep], widths=sheet.widths[keep], merged=())
        notes.append(Note(f"{count(found, 'hidden row')} left out.", found, NoteKind.ROWS))
    elif found:
        read = "is read too" if found == 1 else "are read too"
        what = f"{count(found, 'row')} that the workbook hides, by a filter or by hand, {read}."
        notes.append(Note(what, found, offer=Offer("Leave hidden rows out", Reading(hidden=False))))
    columns_found = len([each for each in marks.hidden_columns if sheet.before < each <= sheet.before + sheet.w])
    if columns_found:
        notes.append(Note(f"{count(columns_found, 'hidden column')} read too.", columns_found))
    if marks.open_formulas:
        cells = "cell holds a formula" if marks.open_formulas == 1 else "cells hold formulas"
        why = "without a result and count as blank. Save the workbook anew in a spreadsheet program to have them."
        what = f"{marks.open_formulas:,} {cells} {why}"
        notes.append(Note(what, marks.open_formulas, NoteKind.CELLS))
    return replace(sheet, notes=(*sheet.notes, *notes))


def _nothing(content: bytes, names: Sequence[str]) -> ReadError:
    if any(marks_of(content, name).open_formulas for name in names):
        what = "Every cell of the workbook that is not blank holds a formula without a result."
        return ReadError(what, remedy="Open the workbook in a spreadsheet program, save it, and upload it again.")
    errors = sum(error_cells(content, name) for name in names)
    what = "Every cell of the workbook that is not blank holds an error." if errors else ""
    why = "Errors such as #DIV/0! count as blank." if errors else ""
    return ReadError(what or "The workbook has no sheet with cells in it.", why, "Choose a file with a table in it.")


def _notes(content: bytes, chosen: str, names: Sequence[str]) -> Iterator[Note]:
    """Which sheet was read, where several could be, and the errors in it."""
    if len(names) > 1:
        yield Note(f"The workbook has {len(names)} sheets; “{chosen}” was read.", len(names))
    errors = error_cells(content, chosen)
    if errors:
        cells = "cell holds" if errors == 1 else "cells hold"
        blank = "counts" if errors == 1 else "count"
        what = f"{errors:,} {cells} an error such as #DIV/0! and {blank} as blank."
        yield Note(what, errors, NoteKind.CELLS)


def _opened(content: bytes) -> calamine.CalamineWorkbook:
    if ENCRYPTED in content:
        raise _locked()
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except calamine.PasswordError:
        raise _locked() from None
    except (calamine.CalamineError, OSError, ValueError) as fault:
        raise ReadError(
            "This workbook cannot be opened.", f"The reader says: {str(fault)[:120]}.", "Save it again as XLSX."
        ) from None


def _locked() -> ReadError:
    return ReadError("The workbook is protected with a password.", remedy="Save a copy without the password.")


def _names(book: calamine.CalamineWorkbook) -> list[tuple[str, bool]]:
    """The sheets of cells in their order, and whether each is visible."""
    tables = [each for each in book.sheets_metadata if each.typ == calamine.SheetTypeEnum.WorkSheet]
    return [(each.name, each.visible == calamine.SheetVisibleEnum.Visible) for each in tables]


def _sheet(book: calamine.CalamineWorkbook, name: str, most_cells: int) -> Sheet | None:
    """The cells of a sheet from its first row and column on; None if it cannot be read."""
    try:
        found = book.get_sheet_by_name(name)
    except (calamine.CalamineError, OSError, ValueError):
        return None
    if found.start is None:
        return None
    check_width(found.width)
    if found.height * found.width > min(most_cells, MOST_CELLS):
        raise ReadError(
            "The sheet is too large.",
            f"It spans {found.height:,} rows and {found.width:,} columns.",
            "Save it as CSV, or upload a part of it.",
        )
    rows: list[list[Cell]] = [[None if cell == "" else cell for cell in row] for row in found.to_python()]
    top, left = found.start
    merged = tuple(
        Merged(first[0] - top, first[1] - left, last[0] - top, last[1] - left)
        for first, last in found.merged_cell_ranges or ()
        if first[0] >= top and first[1] >= left
    )
    return replace(of_rows(rows, top + 1), before=left, merged=merged)


def _shows_a_table(sheet: Sheet) -> bool:
    """Whether a sheet has at least three rows with two cells or more."""
    return int((sheet.filled.sum(axis=1) >= 2).sum()) >= 3


def _with_merged_filled(sheet: Sheet) -> Sheet:
    """The sheet whose merged cells in one column all hold what the first of them does."""
    columns = list(sheet.columns)
    count = 0
    for block in sheet.merged:
        if block.left != block.right or block.left >= sheet.w or block.top >= sheet.n:
            continue
        cells = columns[block.left]
        value = cells[block.top]
        if value is None:
            continue
        if cells is sheet.columns[block.left]:
            cells = columns[block.left] = list(cells)
        assert isinstance(cells, list)
        for row in range(block.top + 1, min(block.bottom + 1, sheet.n)):
            count += cells[row] is None
            cells[row] = value
    if not count:
        return sheet
    note = Note(f"{count:,} merged cells were filled with the value of the first.", count, NoteKind.READ)
    return replace(sheet, columns=tuple(columns), notes=(*sheet.notes, note))
