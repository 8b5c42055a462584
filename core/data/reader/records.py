"""JSON: a list of records, lines of records, a list of lists, or a record of columns, also as pandas writes those."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import ReadError
from ..table import Note, Reading
from .encoding import Told, decoded, encoding_notes, tell_encoding
from .heading import text_of
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
        if (labelled := _of_labels(found)) is not None:
            return labelled
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


def _of_labels(found: dict[str, Any]) -> list[list[Cell]] | None:
    """Rows of records of columns, or of rows, by their labels, or of names, labels and rows apart; None for others."""
    if {"columns", "data"} <= found.keys() <= {"columns", "index", "data"} and all(map(_is_list, found.values())):
        names, rows = found["columns"], found["data"]
        if not all(map(_is_list, rows)) or {len(row) for row in rows} - {len(names)}:
            return None
        labels = found.get("index", range(len(rows)))
        return _labelled(names, labels, [[_cell(cell) for cell in row] for row in rows])
    if len(found) < 2 or not all(isinstance(each, dict) and each for each in found.values()):
        return None
    names, inner = list(found), list(next(iter(found.values())))
    if any(each.keys() != set(inner) for each in found.values()):
        return None
    if _are_rows(found):
        first, *below = _of_records(list(found.values()))
        return _labelled([text_of(name) for name in first], names, below)
    return _labelled(names, inner, [[_cell(found[name][label]) for name in names] for label in inner])


def _are_rows(found: dict[str, dict[str, Any]]) -> bool:
    """Whether records of records are rows: by numbers that count up, by columns of one type each, or by being more."""
    names, inner = list(found), list(next(iter(found.values())))
    if _count_up(names) != _count_up(inner):
        return _count_up(names)
    as_columns = all(_are_of_one_type(list(each.values())) for each in found.values())
    as_rows = all(_are_of_one_type([each[label] for each in found.values()]) for label in inner)
    return len(names) > len(inner) if as_columns == as_rows else as_rows


def _are_of_one_type(cells: Sequence[object]) -> bool:
    return len({str if isinstance(cell, str) else float for cell in cells if cell is not None}) < 2


def _labelled(names: Sequence[Any], labels: Sequence[Any], rows: Sequence[list[Cell]]) -> list[list[Cell]]:
    """Rows below their names, with labels that say more than a number in a first column."""
    if len(labels) != len(rows) or _count_up(list(map(str, labels))):
        return [list(map(str, names)), *rows]
    return [["", *map(str, names)], *([_cell(label), *row] for label, row in zip(labels, rows, strict=True))]


def _is_list(each: object) -> bool:
    return isinstance(each, list)


def _count_up(labels: Sequence[str]) -> bool:
    """Whether labels are numbers from 0 on."""
    return labels == list(map(str, range(len(labels))))


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
