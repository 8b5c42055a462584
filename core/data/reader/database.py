"""SQLite: one table of a database file, read from memory; nothing in it is run, and no other file is touched."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from ...errors import ReadError
from ..answer import unsound_cells
from ..table import Note, Reading
from .sheet import Cell, Sheet, no_text_note, of_rows
from .workbook import Workbook

MAGIC = b"SQLite format 3\0"
LONGEST_TEXT = 10_000
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}


def read_database(content: bytes, reading: Reading, most_cells: int) -> Workbook:
    """The table that was asked for, or the one with the most rows. Raises ReadError."""
    connection = sqlite3.connect(":memory:")
    connection.text_factory = bytes.decode
    try:
        connection.deserialize(content)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_authorizer(_authorise)
        listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        names = [str(name) for (name,) in listed]
        if not names:
            raise ReadError("The database has no table.", remedy="Choose a file with a table in it.")
        if reading.sheet is not None and reading.sheet not in names:
            raise ReadError(f"There is no table {reading.sheet!r}.", remedy=f"Choose one of: {', '.join(names)[:200]}.")
        name = reading.sheet or max(names, key=lambda each: _count(connection, each))
        sheet = _table(connection, name, most_cells)
    except (sqlite3.Error, OverflowError) as fault:
        raise ReadError("This database cannot be opened.", f"The reader says: {fault}.") from None
    except UnicodeDecodeError as fault:
        raise unsound_cells(fault) from None
    finally:
        connection.close()
    if len(names) > 1 and reading.sheet is None:
        what = Note(f"The database has {len(names)} tables; “{name}” was read, the one with the most rows.", len(names))
        sheet = replace(sheet, notes=(what, *sheet.notes))
    return Workbook(sheet, replace(reading, sheet=name), tuple(names))


def _authorise(action: int, *_: object) -> int:
    """Reading tables is all that is allowed: no function of the file's views or columns is run."""
    return sqlite3.SQLITE_OK if action in _ALLOWED or action == sqlite3.SQLITE_FUNCTION else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _count(connection: sqlite3.Connection, name: str) -> int:
    try:
        return int(connection.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0])
    except sqlite3.Error:
        return -1


def _table(connection: sqlite3.Connection, name: str, most_cells: int) -> Sheet:
    cursor = connection.execute(f"SELECT * FROM {_quoted(name)}")
    names: list[Cell] = [str(column[0]) for column in cursor.description]
    most = most_cells // max(1, len(names))
    cells = _Cells()
    rows = [names, *(list(map(cells.plain, row)) for row in cursor.fetchmany(most + 1))]
    if len(rows) > most + 1:
        raise ReadError("The table is too large.", f"It has more than {most:,} rows.", "Bring a part of it.")
    return replace(of_rows(rows), notes=cells.notes)


class _Cells:
    """What the cells of a table are for us, and how many of them are nothing."""

    def __init__(self) -> None:
        self._foreign = 0

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was left out."""
        return (no_text_note(self._foreign),) if self._foreign else ()

    def plain(self, value: object) -> Cell:
        """A cell; bytes that are no text are none."""
        if isinstance(value, bytes):
            try:
                return value.decode()[:LONGEST_TEXT]
            except UnicodeDecodeError:
                self._foreign += 1
                return None
        if isinstance(value, int) and abs(value) >= 2**53:
            return str(value)
        return value if isinstance(value, str | int | float) else None
