"""Text files: the encoding, the delimiter, the header, and the rows, found from the bytes themselves."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.data.table import Note, Reading
from core.data.values import Cell, decimal_mark, looks_numeric
from core.errors import ReadError

DELIMITERS = (",", ";", "\t", "|")
NOT_TABLES = {
    "{\\rtf": "a text document",
    "{": "a JSON file",
    "[": "a JSON file",
    "<": "a web page or XML",
    "%pdf": "a PDF",
}
SNIFF_ROWS = 300
MOST_COLUMNS = 20_000
MOST_CELLS = 40_000_000


@dataclass(frozen=True)
class Grid:
    """Cells in rows below their names, before they are typed."""

    names: tuple[str, ...]
    columns: tuple[Sequence[Cell], ...]  # one sequence of cells for each name
    reading: Reading  # as resolved
    notes: tuple[Note, ...] = ()
    sheets: tuple[str, ...] = ()


def read_text(content: bytes, reading: Reading) -> Grid:
    """The grid of a delimited text file. Raises ReadError if there is none in it."""
    text, encoding = decode(content, reading.encoding)
    if not text.strip():
        raise ReadError("The file is empty.", remedy="Choose a file with a table in it.")
    for beginning, what in NOT_TABLES.items():
        if text.lstrip().lower().startswith(beginning):
            raise ReadError(f"This is {what}, not a table.", remedy="Save the table as CSV or XLSX and try again.")
    delimiter = reading.delimiter or sniff_delimiter(text)
    rows = _rows(text, delimiter)
    resolved = replace(reading, encoding=encoding, delimiter=delimiter)
    return to_grid(rows, resolved)


def decode(content: bytes, encoding: str | None) -> tuple[str, str]:
    """Text and the encoding it was in: as asked, by its byte order mark, or UTF-8, or else Windows-1252."""
    if encoding:
        try:
            return content.decode(encoding, errors="replace").lstrip("\ufeff"), encoding
        except LookupError:
            raise ReadError(f"There is no encoding {encoding!r}.", remedy="Try utf-8 or cp1252.") from None
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(name, errors="replace"), name
    if b"\0" in content[:4096]:
        raise ReadError(
            "This file is not a table that can be read.",
            "It holds binary data.",
            "Save it as CSV or XLSX and try again.",
        )
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "cp1252"


def sniff_delimiter(text: str) -> str:
    """The delimiter that gives the most rows the same number of fields, and more than one."""
    head = "".join(text[:200_000].splitlines(keepends=True)[:SNIFF_ROWS])

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _rows(head, delimiter) if row)
        width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(1, 0))
        return (count / max(1, widths.total()) if width > 1 else 0.0), width

    return max(DELIMITERS, key=score)


def to_grid(rows: Sequence[Sequence[Cell]], reading: Reading) -> Grid:
    """Find where the table begins, its names and its columns. Raises ReadError if there are no rows below the names."""
    rows = [row for row in rows if any(cell not in (None, "") for cell in row)]
    if not rows:
        raise ReadError("The file is empty.", remedy="Choose a file with a table in it.")
    skip = _preamble(rows) if reading.skip is None else min(reading.skip, len(rows) - 1)
    notes = [Note(f"{skip} {'line' if skip == 1 else 'lines'} above the table left out.", skip)] if skip else []
    rows = rows[skip:]
    header = _has_header(rows) if reading.header is None else reading.header
    width = max(len(row) for row in rows)
    if width > MOST_COLUMNS or width * len(rows) > MOST_CELLS:
        raise ReadError(
            "The table is too large.", f"It has {len(rows):,} rows and {width:,} columns.", "Upload a part of it."
        )
    first = rows[0] if header else []
    names = [str(first[j]).strip() if j < len(first) and first[j] is not None else "" for j in range(width)]
    body = rows[1:] if header else rows
    if not body:
        raise ReadError("The file has names of columns but no rows.", remedy="Choose a file with rows below the names.")
    short = sum(len(row) != len(rows[0]) for row in body)
    if short:
        notes.append(
            Note(f"{short:,} {'row has' if short == 1 else 'rows have'} more or fewer cells than the first.", short)
        )
    columns = tuple([row[j] if j < len(row) else None for row in body] for j in range(width))
    kept = [j for j in range(width) if names[j] or any(cell not in (None, "") for cell in columns[j])]
    sample = [cell for j in kept for cell in columns[j][:SNIFF_ROWS]]
    decimal = reading.decimal or decimal_mark(sample)
    resolved = replace(reading, header=header, skip=skip, decimal=decimal)
    return Grid(tuple(names[j] for j in kept), tuple(columns[j] for j in kept), resolved, tuple(notes))


def _rows(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(10_000_000)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))
    except csv.Error as fault:
        raise ReadError("The file cannot be read as a table.", f"The reader says: {fault}.") from None


def _preamble(rows: Sequence[Sequence[Cell]]) -> int:
    """Rows above the table: those before the first that is as wide as most rows are."""
    widths = [_width(row) for row in rows[:SNIFF_ROWS]]
    usual = Counter(widths).most_common(1)[0][0]
    if usual < 2:
        return 0
    at = next(i for i, width in enumerate(widths) if width >= usual)
    return at if all(width < usual for width in widths[:at]) and at < len(rows) - 1 else 0


def _width(row: Sequence[Cell]) -> int:
    """Cells up to the last that is not empty."""
    return max((j + 1 for j, cell in enumerate(row) if cell not in (None, "")), default=0)


def _has_header(rows: Sequence[Sequence[Cell]]) -> bool:
    """Names hold no number, or every column below is of text like them and they differ from what is below."""
    first = [cell for cell in rows[0] if cell not in (None, "")]
    if not any(looks_numeric(cell) for cell in first):
        return True
    below = rows[1 : SNIFF_ROWS + 1]
    text_above_numbers = sum(
        not looks_numeric(cell) and sum(j < len(row) and looks_numeric(row[j]) for row in below) > len(below) / 2
        for j, cell in enumerate(rows[0])
        if cell not in (None, "")
    )
    return text_above_numbers > 0
