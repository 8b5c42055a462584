"""JSON: a list of records, lines of records, a list of lists, or a record of columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...errors import ReadError
from ..table import Note, Reading
from .encoding import Told, decoded, encoding_notes, tell_encoding
from .sheet import Cell, Sheet, check_width, of_rows

DEEPEST = 3  # records within records that become columns of their own
LONGEST_TEXT = 200


def read_records(content: bytes, reading: Reading, most_cells: int) -> tuple[Sheet, Reading]:
    """The cells of a JSON file, names in the first row. Raises ReadError if there is no table in it."""
    told = tell_encoding(content) if reading.encoding is None else Told(reading.encoding)
    found = _loaded(decoded(content, told.encoding))
    rows = _rows(found)
    if rows is None:
        raise ReadError(
            "There is no table in this JSON file.",
            "A table is a list of records.",
            "Save the table as CSV or XLSX and try again.",
        )
    if sum(map(len, rows)) > most_cells:
        raise ReadError("The table is too large.", f"It has {len(rows):,} rows.", "Upload a part of it.")
    sheet = of_rows(rows)
    notes = encoding_notes(told, content, reading)
    return replace(sheet, notes=(*notes, *sheet.notes)), replace(reading, encoding=told.encoding)


def _loaded(text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        raise ReadError("This JSON file is nested too deeply.", remedy="Save the table as CSV or XLSX.") from None
    except ValueError as fault:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            if len(lines) > 1:
                return [json.loads(line, parse_constant=lambda _: None) for line in lines]
        except (ValueError, RecursionError):
            pass
        raise ReadError("This JSON file is damaged.", f"The reader says: {fault}.") from None


def _rows(found: object) -> list[list[Cell]] | None:
    """Rows of cells with the names first; None if there is no table."""
    if isinstance(found, dict):
        lists = {name: each for name, each in found.items() if isinstance(each, list)}
        if lists and len(lists) == len(found) and len({len(each) for each in lists.values()}) == 1 and len(lists) > 1:
            return [list(lists), *([_cell(each) for each in row] for row in zip(*lists.values(), strict=True))]
        tables = [each for each in lists.values() if each and all(isinstance(row, dict) for row in each)]
        return _of_records(max(tables, key=len)) if tables else None
    if not isinstance(found, list) or not found:
        return None
    if all(isinstance(each, dict) for each in found):
        return _of_records(found)
    if all(isinstance(each, list) for each in found):
        return [[_cell(cell) for cell in row] for row in found]
    if not any(isinstance(each, dict | list) for each in found):
        return [["value"], *([_cell(each)] for each in found)]
    return None


def _of_records(records: Sequence[dict[str, object]]) -> list[list[Cell]]:
    flat = [_flat(record) for record in records]
    names: dict[str, None] = {}
    for record in flat:
        names.update(dict.fromkeys(record))
        check_width(len(names))
    return [list(names), *([record.get(name) for name in names] for record in flat)]


def _flat(record: dict[str, object], before: str = "", depth: int = 1) -> dict[str, Cell]:
    """A record without records in it: their fields are named after both."""
    cells: dict[str, Cell] = {}
    for name, value in record.items():
        if isinstance(value, dict) and value and depth < DEEPEST:
            cells |= _flat(value, f"{before}{name}.", depth + 1)
        else:
            cells[f"{before}{name}"] = _cell(value)
    return cells


def _cell(value: object) -> Cell:
    if isinstance(value, list | dict):
        return json.dumps(value)[:LONGEST_TEXT]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return str(value)
    return value if isinstance(value, str | int | float | bool) else None


def note(sheet: Sheet) -> Note:
    """What was made of the file."""
    return Note(f"{sheet.n - 1:,} records were read as rows.", int(np.int64(sheet.n - 1)))
