"""Text files: from bytes to the cells of a delimited text."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from ...errors import ReadError
from ..table import Note, Reading
from .dialect import Dialect, tell_dialect
from .encoding import Told, decoded, encoding_notes, is_utf8, spoken, tell_encoding
from .sheet import Sheet
from .tokens import tokenise
from .wrapped import unwrapped, wrapped_note

NOT_TABLES = {
    r"\{\\rtf": "a text document",
    r"%PDF-\d": "a PDF",
    r"ID;P(?:[A-Z0-9]*;[A-Z;]*)?[\r\n]+(?:[BCFOPW]|N[NUE]);[A-Z]": "a SYLK file",
}
_PROLOGUE = re.compile(r"<(?:!doctype\b|\?xml\b|!--|html\b)", re.IGNORECASE)
_TAG = re.compile(r"<([A-Za-z][\w:.-]*)(?:\s[^<>]*)?>")
HEAD_BYTES = 400_000


def read_text(content: bytes, reading: Reading, most_cells: int) -> tuple[Sheet, Reading]:
    """The cells of a delimited text and how they were found. Raises ReadError if there are none."""
    told = tell_encoding(content) if reading.encoding is None else Told(reading.encoding)
    encoding = told.encoding
    head = decoded(content[:HEAD_BYTES], encoding)
    if not head.strip("\ufeff\x1a \t\r\n"):
        raise ReadError("The file is empty.", remedy="Choose a file with a table in it.")
    for beginning, what in NOT_TABLES.items():
        if re.match(beginning, head.lstrip("\ufeff \t\r\n")):
            raise _no_table(what)
    if _is_markup(head.lstrip("\ufeff \t\r\n")):
        raise _no_table("a web page or XML")
    content = _without_end_mark(content)
    cells, head, extra = _unwrapped(content, head, encoding, reading)
    dialect = _dialect(head, reading)
    if cells.startswith(b"\xef\xbb\xbf"):
        cells = cells[3:]
    written = "utf-8" if extra or encoding == "utf-8-sig" else encoding
    sheet = tokenise(cells, written, dialect, most_cells)
    resolved = replace(
        reading, encoding=encoding, delimiter=dialect.delimiter, quote=dialect.quote, escape=dialect.escape
    )
    notes = (*encoding_notes(told, content, reading), *extra, *_broken(sheet, content, encoding))
    return replace(sheet, notes=(*notes, *sheet.notes)), resolved


def _without_end_mark(content: bytes) -> bytes:
    """The bytes without the sign by which DOS ended a text."""
    bare = content.rstrip(b"\x1a\r\n")
    return bare + b"\n" if b"\x1a" in content[len(bare) :] else content


def _unwrapped(content: bytes, head: str, encoding: str, reading: Reading) -> tuple[bytes, str, tuple[Note, ...]]:
    """The bytes and the head of a text whose rows are not one quoted cell each, and what is told of that."""
    beginning = head[: head.rfind("\n") + 1] if len(content) > HEAD_BYTES else head
    if reading.delimiter == "" or unwrapped(beginning) is None:
        return content, head, ()
    bare = unwrapped(decoded(content, encoding))
    return (content, head, ()) if bare is None else (bare.encode(), bare[:HEAD_BYTES], (wrapped_note(),))


def _broken(sheet: Sheet, content: bytes, encoding: str) -> tuple[Note, ...]:
    """How many cells hold bytes that the encoding does not have, and where the first one is."""
    if encoding in ("utf-8", "utf-8-sig") and is_utf8(content):
        return ()
    hits = np.zeros(sheet.n, bool)
    count = 0
    for column in sheet.columns:
        found = pc.fill_null(pc.match_substring(column, "\ufffd"), False).to_numpy(zero_copy_only=False)
        hits |= found
        count += int(found.sum())
    if not count:
        return ()
    cells = "1 cell holds" if count == 1 else f"{count:,} cells hold"
    where = (
        f"in line {sheet.lines[hits.argmax()]:,}" if count == 1 else f"the first in line {sheet.lines[hits.argmax()]:,}"
    )
    what = f"{cells} bytes that are not {spoken(encoding)}, shown as \ufffd; {where}."
    return (Note(what, count),)


def _is_markup(head: str) -> bool:
    """Whether a text begins as a web page does, or with a tag that is closed: a name or a cell may begin with < too."""
    tag = _TAG.match(head)
    return _PROLOGUE.match(head) is not None or (tag is not None and f"</{tag[1]}>" in head)


def _no_table(what: str) -> ReadError:
    return ReadError(f"This is {what}, not a table.", remedy="Save the table as CSV or XLSX and try again.")


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
