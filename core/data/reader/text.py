"""Text files: from bytes to the cells of a delimited text."""

from __future__ import annotations

from dataclasses import replace

from core.data.reader.dialect import Dialect, tell_dialect
from core.data.reader.encoding import decoded, tell_encoding
from core.data.reader.sheet import Sheet
from core.data.reader.tokens import tokenise
from core.data.table import Note, Reading
from core.errors import ReadError

NOT_TABLES = {
    "{\\rtf": "a text document",
    "<": "a web page or XML",
    "%pdf": "a PDF",
    "id;pwxl": "a SYLK file",
    "id;p": "a SYLK file",
}
HEAD_BYTES = 400_000
NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "mac-roman": "Mac Roman",
    "shift_jis": "Shift-JIS",
}


def read_text(content: bytes, reading: Reading, most_cells: int) -> tuple[Sheet, Reading]:
    """The cells of a delimited text and how they were found. Raises ReadError if there are none."""
    encoding = reading.encoding or tell_encoding(content)
    head = decoded(content[:HEAD_BYTES], encoding)
    if not head.strip("\ufeff\x1a \t\r\n"):
        raise ReadError("The file is empty.", remedy="Choose a file with a table in it.")
    for beginning, what in NOT_TABLES.items():
        if head.lstrip().lower().startswith(beginning):
            raise ReadError(f"This is {what}, not a table.", remedy="Save the table as CSV or XLSX and try again.")
    dialect = _dialect(head, reading)
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    sheet = tokenise(content, "utf-8" if encoding == "utf-8-sig" else encoding, dialect, most_cells)
    resolved = replace(
        reading, encoding=encoding, delimiter=dialect.delimiter, quote=dialect.quote, escape=dialect.escape
    )
    if encoding not in ("utf-8", "utf-8-sig") and reading.encoding is None:
        name = NAMES.get(encoding, encoding.upper())
        note = Note(f"The file is not written in UTF-8; it was read as {name}.")
        sheet = replace(sheet, notes=(note, *sheet.notes))
    return sheet, resolved


def _dialect(head: str, reading: Reading) -> Dialect:
    """What was found out, but for what was given."""
    found = tell_dialect(head) if reading.delimiter is None or reading.quote is None else Dialect()
    if reading.delimiter is not None:
        if "\n" in reading.delimiter or reading.delimiter == '"':
            raise ReadError(f"{reading.delimiter!r} cannot part cells.", remedy="Try a comma, a semicolon or a tab.")
        found = replace(found, delimiter=reading.delimiter)
    if reading.quote is not None:
        found = replace(found, quote=reading.quote[:1], escape=found.escape if reading.quote else "")
    if reading.escape is not None:
        found = replace(found, escape=reading.escape[:1])
    return found
