"""Worksheet: what an XLSX sheet says beside its cells: hidden rows and columns, formulas whose result was never saved.

Only marks are looked for in its XML (ECMA-376 18.3.1.73, 18.3.1.13, 18.3.1.40), nothing is interpreted.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from .excel_errors import STEP, sheet_member

_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_SPAN = re.compile(rb'\b(min|max)="(\d{1,5})"')
_OPEN = re.compile(
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</"
)


@dataclass(frozen=True)
class Marks:
    """What a sheet says beside its cells."""

    hidden_rows: tuple[int, ...] = ()  # from 1
    hidden_columns: tuple[int, ...] = ()  # from 1
    open_formulas: int = 0  # cells with a formula and no result


def marks_of(content: bytes, sheet: str) -> Marks:
    """The marks of a sheet of an XLSX workbook, by its name; none where they cannot be told."""
    if not content.startswith(b"PK"):
        return Marks()
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        path = sheet_member(archive, sheet)
        if path is None or path.endswith(".bin"):
            return Marks()
        with archive.open(path) as stream:
            return _marks(_whole_cells(iter(lambda: stream.read(STEP), b"")))
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, NotImplementedError, OSError):
        return Marks()  # the workbook is damaged, and was read as far as it can be


def _marks(pieces: Iterator[bytes]) -> Marks:
    rows: list[int] = []
    columns: list[int] = []
    formulas = 0
    for piece in pieces:
        for tag in _ROW.findall(piece):
            number = _NUMBER.search(tag)
            if number is not None and _HIDDEN.search(tag):
                rows.append(int(number[1]))
        for tag in _COLUMN.findall(piece):
            span = {name: int(value) for name, value in _SPAN.findall(tag)}
            if _HIDDEN.search(tag) and len(span) == 2:
                columns += range(span[b"min"], min(span[b"max"], 16_384) + 1)
        formulas += len(_OPEN.findall(piece))
    return Marks(tuple(rows), tuple(columns), formulas)


def _whole_cells(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same text in pieces that end behind a cell."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        cut = text.rfind(b"</c>") + 4
        if cut < 4:
            cut = text.rfind(b">") + 1
        yield text[:cut]
        rest = text[cut:]
    yield rest
